# SPDX-License-Identifier: Apache-2.0
"""The database goes away: what is in memory is answered, the rest says when to come again, and all
is well when it is back."""
from harness import World
from story import Case, expert_new


class Outage(Case):
    def test_it_goes_and_comes_back(self):
        kept = ["/v1/activities.ics", "/v1/activities.csv", "/v1/members/FJ"]
        before = [self.ok(World.public.get(target)) for target in kept]
        World.cluster.stop()
        try:
            World.daemon.wait_for(lambda: World.daemon.ready() == 503, 10, "away")
            for target, known in zip(kept, before):
                answer = self.ok(World.public.get(target))
                self.assertEqual((answer.body, answer.etag), (known.body, known.etag))
                self.assertEqual(World.public.get(target, If_None_Match=known.etag).status, 304)
            for answer in (World.public.get("/v1/members/VU"), self.desk.get("/v1/requests"),
                           self.desk.post("/v1/experts", expert_new("Late Comer", "NZ")),
                           World.bring("donors")):
                self.refused(answer, 503)
                self.assertGreater(int(answer.headers["retry-after"]), 0)
            self.ok(World.public.get("/v1/openapi.json"))
            self.refused(World.public.get("/v1/members?regoin=AP"), 400)
        finally:
            World.cluster.start()
        World.daemon.wait_ready()
        self.ok(World.public.get("/v1/members/VU"))
        self.ok(self.desk.post("/v1/experts", expert_new("Late Comer", "NZ")), 201)

    def test_what_changed_meanwhile_is_seen(self):
        """The word of a change is lost with the connection; so memory is emptied on the next one."""
        at = "/v1/members/PG"
        self.ok(World.public.get(at))
        World.cluster.stop()
        try:
            World.daemon.wait_for(lambda: World.daemon.ready() == 503, 10, "away")
        finally:
            World.cluster.start()
        World.cluster.sql("UPDATE data.member SET capital = 'Lae' WHERE code = 'PG'")
        World.daemon.wait_ready()
        World.daemon.wait_for(lambda: World.public.get(at).json["capital"] == "Lae", 10, "seen")
