# SPDX-License-Identifier: Apache-2.0
"""Who sees what: an expert what is their own, a donor no other donor's pledge, the public nothing
before it is announced. Each wall has its control: somebody for whom the same request succeeds."""
import json

import refusals
from harness import Connection, World
from story import Case


class Walls(Case):
    """Around one planned regional workshop with two experts and one pledge."""

    @classmethod
    def setUpClass(cls):
        case = cls()
        case.made("/v1/members/VU/notifications", {"notified_on": "2026-01-05"})
        cls.workshop = case.made("/v1/workshops", refusals.Refusals.regional(
            "Quillwort", 28, host="VU", city="Port Vila", timezone="Pacific/Efate"))["id"]
        cls.ours, cls.theirs = case.add_expert("Olga Ours", "NZ"), case.add_expert("Theo Theirs", "AU")
        for expert in (cls.ours, cls.theirs):
            case.ok(case.desk.post(f"/v1/workshops/{cls.workshop}/team", {"expert": expert}), 201)
        case.ok(case.desk.post(f"/v1/workshops/{cls.workshop}/funding", {
            "donor": "CCF-KR", "status": "pledged", "amount": {"amount": 700, "currency": "EUR"}}), 201)
        token = World.daemon.token
        cls.expert, cls.other = (World.daemon.client(token("--role", "expert", "--label", "x", "--expert", e))
                                 for e in (cls.ours, cls.theirs))
        cls.giver, cls.donor = (World.daemon.client(token("--role", "donor", "--label", "d", "--donor", d))
                                for d in ("CCF-KR", "CCF-CN"))

    def runTest(self):
        """So that setUpClass may use the helpers."""

    def unlike(self, method, target, body=None, headers=None):
        """404 to the expert whose it is not, as if it were not there; not to the one whose it is."""
        answer = self.expert.call(method, target, body, headers)
        self.refused(answer, 404)
        self.assertNotIn("Theirs", answer.text)
        return self.other.call(method, target, body, headers)

    def test_an_expert_sees_one_expert(self):
        listed = self.ok(self.expert.get("/v1/experts?count=exact")).json
        self.assertEqual(([e["id"] for e in listed["items"]], listed["count"]), ([self.ours], 1))
        for rest in ("", "/accreditations", "/unavailability", "/calendars"):
            self.ok(self.unlike("GET", f"/v1/experts/{self.theirs}{rest}"))
        for target in ("/v1/workshops", "/v1/requests", "/v1/funds", f"/v1/workshops/{self.workshop}/team",
                       f"/v1/experts/candidates?workshop={self.workshop}"):
            self.refused(self.expert.get(target), 403)

    def test_an_expert_changes_what_is_their_own(self):
        at = f"/v1/experts/{self.theirs}"
        away = {"first_day": "2027-01-04", "last_day": "2027-01-05"}
        kept = self.ok(self.unlike("POST", f"{at}/unavailability", away), 201).json["id"]
        self.refused(self.expert.delete(f"/v1/experts/{self.ours}/unavailability/{kept}", '"1"'), 404)
        one = f"{at}/unavailability/{kept}"
        fresh = {"If-Match": self.ok(self.unlike("GET", one)).etag}
        later = self.ok(self.unlike("PATCH", one, {"last_day": "2027-01-08"}, fresh))
        self.assertEqual(later.json, self.ok(self.other.get(one)).json)
        self.assertEqual(later.json["last_day"], "2027-01-08")
        self.refused(self.other.patch(one, {"last_day": "2027-01-03"}, later.etag), 400)
        self.refused(self.other.delete(one), 428)
        self.refused(self.other.delete(one, fresh["If-Match"]), 412)
        self.ok(self.unlike("DELETE", one, None, {"If-Match": later.etag}), 204)
        kept = self.ok(self.unlike("POST", f"{at}/calendars", {"label": "Phone"}), 201).json["selector"]
        self.refused(self.expert.delete(f"/v1/experts/{self.ours}/calendars/{kept}"), 404)
        self.refused(self.expert.post(f"/v1/experts/{self.ours}/calendars/{kept}/rotate"), 404)
        self.ok(self.unlike("POST", f"{at}/calendars/{kept}/rotate"))
        self.ok(self.unlike("DELETE", f"{at}/calendars/{kept}"), 204)

    def test_an_expert_answers_for_one_expert(self):
        team = f"/v1/workshops/{self.workshop}/team"
        for body in ({"role": "lead"}, {"release": "granted"}, {"travel_before": 0}):
            self.refused(self.expert.patch(f"{team}/{self.ours}", body, '"1"'), 403)
        fresh = self.ok(self.unlike("GET", f"{team}/{self.theirs}")).etag
        answer = self.unlike("PATCH", f"{team}/{self.theirs}", {"status": "accepted"}, {"If-Match": fresh})
        self.assertEqual(self.ok(answer).json["status"], "accepted")
        self.refused(self.other.patch(f"{team}/{self.theirs}", {"status": "invited"}, answer.etag), 403)

    def sees(self, who):
        """Does any rendering show the workshop to somebody? All or none do."""
        found = {target: "Quillwort" in self.ok(who.get(target)).text for target in (
            "/v1/activities?limit=500", "/v1/activities?q=quillwort", "/v1/activities?status=planned",
            "/v1/activities?sort=-updated_at", "/v1/activities.csv", "/v1/activities.ics")}
        found["count"] = self.ok(who.get("/v1/activities?q=quillwort&count=exact&limit=1")).json["count"] == 1
        found["one"] = who.get(f"/v1/activities/{self.workshop}").status == 200
        self.assertEqual(len(set(found.values())), 1, found)
        return found["one"]

    def test_what_is_planned_is_not_public(self):
        stranger = World.daemon.client(World.daemon.token(
            "--role", "expert", "--label", "s", "--expert", self.add_expert("Sam Stranger", "CA")))
        for who, may in ((self.giver, True), (World.public, False), (self.expert, True), (stranger, False),
                         (self.desk, True), (World.public, False)):
            self.assertEqual(self.sees(who), may)

    def test_a_pledge_is_between_its_donor_and_the_desk(self):
        at = f"/v1/activities/{self.workshop}"
        for who, donors in ((self.giver, ["CCF-KR"]), (self.desk, ["CCF-KR"]), (self.donor, [])):
            self.assertEqual(self.ok(who.get(at)).json["donors"], donors)
            found = self.ok(who.get("/v1/activities?donor=CCF-KR&status=planned")).json["items"]
            self.assertEqual([a["id"] for a in found], [self.workshop] if donors else [])
        self.assertNotIn("Theirs", self.ok(self.giver.get(at)).text)
        self.assertEqual(self.ok(self.giver.get(at)).json["experts"], 2)

    def test_a_field_sent_twice_is_refused(self):
        fields = {"Authorization": f"Bearer {World.coordinator_token}", "Content-Type": "application/json",
                  "Idempotency-Key": "once", "If-Match": World.public.get("/v1/donors/CCF-JP").etag}
        for twice in (*fields, None):
            connection = Connection(World.daemon.http)
            connection.putrequest("PATCH", "/v1/donors/CCF-JP")
            for name, value in fields.items():
                for _ in range(2 if name == twice else 1):
                    connection.putheader(name, value)
            connection.putheader("Content-Length", "2")
            connection.endheaders(b"{}")
            response = connection.getresponse()
            body = json.loads(response.read())
            connection.close()
            self.assertEqual(response.status, 400 if twice else 200, body)
            self.assertEqual(body.get("field"), twice)
