# SPDX-License-Identifier: Apache-2.0
"""What holds for every address: conditions, codings, renderings, HEAD, OPTIONS, and who wrote reads
what was written."""
import gzip
import json
import re

from harness import RECORDED, Daemon, World
from story import Case, expert_new


class Everywhere(Case):
    READABLE = ["/v1/members", "/v1/members/FJ", "/v1/instruments", "/v1/standards?edition=2022",
                "/v1/kpis", "/v1/donors", "/v1/donors/CCF-JP", "/v1/activities",
                "/v1/activities.json", "/v1/activities.csv", "/v1/activities.ics",
                "/v1/openapi.json"]
    STAFF = ["/v1/requests", "/v1/experts", "/v1/workshops", "/v1/funds", "/v1/waivers",
             "/v1/members/FJ/notifications", "/v1/members/FJ/kpi-evaluations",
             "/v1/members/FJ/eligibility"]

    def everyone(self):
        for target in self.READABLE:
            yield World.public, target
            yield World.coordinator, target
        for target in self.STAFF:
            yield World.coordinator, target

    def test_a_known_tag_gives_304(self):
        for who, target in self.everyone():
            if target.endswith("/eligibility"):
                continue  # says the instant it is as of
            with self.subTest(target=target):
                first = self.ok(who.get(target))
                self.assertRegex(first.etag, r'^"[^"]+"$')
                again = who.get(target, If_None_Match=f'"other", {first.etag}')
                self.assertEqual((again.status, again.raw), (304, b""))
                self.assertEqual(again.etag, first.etag)
                self.assertEqual(again.headers["vary"], first.headers["vary"])
                self.ok(who.get(target, If_None_Match='"other"'))

    def test_gzip_is_another_form_of_the_same(self):
        for who, target in self.everyone():
            if target.endswith("/eligibility"):
                continue
            with self.subTest(target=target):
                plain, packed = who.get(target), who.get(target, Accept_Encoding="gzip")
                self.assertNotIn("content-encoding", plain.headers)
                self.assertIn("Accept-Encoding", plain.headers["vary"])
                if len(plain.raw) <= 512:
                    self.assertEqual(packed.raw, plain.raw)
                    continue
                self.assertEqual(packed.headers["content-encoding"], "gzip")
                self.assertLess(len(packed.raw), len(plain.raw))
                self.assertEqual(gzip.decompress(packed.raw), plain.raw)
                self.assertNotEqual(packed.etag, plain.etag)
                self.assertEqual(who.get(target, Accept_Encoding="gzip",
                                         If_None_Match=packed.etag).status, 304)
                self.assertNotIn("content-encoding", who.get(
                    target, Accept_Encoding="gzip;q=0").headers)

    def test_head_is_get_without_body(self):
        for who, target in self.everyone():
            with self.subTest(target=target):
                got, head = who.get(target), who.call("HEAD", target)
                self.assertEqual((head.status, head.raw), (200, b""))
                for name in ("content-type", "cache-control", "vary"):
                    self.assertEqual(head.headers[name], got.headers[name])
                if not target.endswith("/eligibility"):
                    self.assertEqual(head.headers["content-length"], got.headers["content-length"])
                    self.assertEqual(head.etag, got.etag)

    def test_what_was_made_is_where_its_location_says(self):
        made = {a.headers["location"]: a for a in RECORDED
                if a.method == "POST" and a.status == 201 and not a.target.endswith("/calendars")}
        resources = {re.sub(r"[A-Z]+-?[0-9]*", "", target) for target in made}
        self.assertGreater(len(resources), 10, resources)
        here = 0
        for target in made:
            answer = World.coordinator.get(target)
            if answer.status == 404:  # a test removed it
                self.assertRegex(answer.json["detail"], "^There is no |is not on the team")
                continue
            here += 1
            self.ok(answer)
            self.assertTrue(answer.etag)
            self.assertEqual(World.coordinator.call("HEAD", target).etag, answer.etag)
            self.assertEqual(World.coordinator.get(target, If_None_Match=answer.etag).status, 304)
        self.assertGreater(here, 20)

    def test_a_list_is_given_whole_or_refused(self):
        for target in ("/v1/activities.json", "/v1/members"):
            whole = self.ok(World.public.get(f"{target}?limit=all&count=exact"))
            self.assertEqual(len(whole.json["items"]), whole.json["count"])
            self.assertGreater(whole.json["count"], 60)
            self.assertIsNone(whole.json["next"])
            self.assertNotIn("link", whole.headers)
        small = Daemon(feeds__rows="100")
        self.addCleanup(small.remove)
        asked = small.start().client()
        self.ok(asked.get("/v1/activities.json?limit=all"))
        for target in ("/v1/members?limit=all", "/v1/members?limit=all&sort=-name"):
            problem = self.refused(asked.get(target), 413)
            self.assertIn("at most 100", problem["detail"])
        self.ok(asked.get("/v1/members?limit=500"))

    def test_every_refusal_by_a_rule_has_its_reason(self):
        refused = [a for a in RECORDED if a.status == 409]
        self.assertGreater(len(refused), 10)
        for answer in refused:
            with self.subTest(answer=answer):
                reasons = answer.json["reasons"]
                self.assertTrue(reasons)
                for reason in reasons:
                    self.assertTrue(reason["code"] and reason["sentence"].endswith("."), reason)

    def test_what_can_be_changed_can_be_read(self):
        paths = World.public.get("/v1/openapi.json").json["paths"]
        changed = [path for path, methods in paths.items() if "patch" in methods]
        self.assertGreater(len(changed), 10)
        self.assertEqual([path for path in changed if "get" not in paths[path]], [])

    def test_a_waiver_ends_earlier(self):
        made = self.ok(self.desk.post("/v1/waivers", {
            "criterion": "request", "member": "TO", "kind": "national", "reason": "Agreed by phone.",
            "valid_until": "2039-12-31"}), 201)
        at = made.headers["location"]
        self.refused(self.desk.patch(at, {"valid_until": "2001-01-01"}, made.etag), 400)
        ended = self.ok(self.desk.patch(at, {"valid_until": made.json["granted_on"]}, made.etag))
        self.assertEqual(ended.json["valid_until"], made.json["granted_on"])
        self.refused(self.desk.patch(at, {"reason": "x"}, made.etag), 412)

    def test_an_open_evaluation_is_corrected(self):
        made = self.ok(self.desk.post("/v1/members/TO/kpi-evaluations", {"evaluated_on": "2026-02-02"}), 201)
        at = made.headers["location"]
        later = self.ok(self.desk.patch(at, {"evaluated_on": "2026-02-03", "note": "By post."}, made.etag))
        self.assertEqual((later.json["evaluated_on"], later.json["note"]), ("2026-02-03", "By post."))
        self.refused(self.desk.patch(at, {"evaluated_on": "2999-01-01"}, later.etag), 400)

    def test_options_tell_the_methods(self):
        answer = World.public.call("OPTIONS", "/v1/donors")
        self.assertEqual((answer.status, answer.headers["allow"]), (204, "GET, HEAD, POST, OPTIONS"))
        whole = World.public.call("OPTIONS", "*")
        self.assertEqual((whole.status, whole.headers["allow"]),
                         (204, "GET, HEAD, POST, PATCH, DELETE, OPTIONS"))

    def test_who_may_keep_an_answer(self):
        for who, target in self.everyone():
            kept = self.ok(who.get(target)).headers["cache-control"]
            self.assertTrue(kept.startswith("public" if who is World.public else "private"), target)

    def test_every_answer_forbids_sniffing(self):
        for who, target in self.everyone():
            self.assertEqual(who.get(target).headers["x-content-type-options"], "nosniff")

    def test_accept_chooses_among_renderings(self):
        for accept, wanted in (("text/calendar", "text/calendar"), ("text/csv", "text/csv"),
                               ("application/json", "application/json"), ("*/*", "application/json"),
                               ("text/*", "text/calendar"),
                               ("text/csv;q=0.5, text/calendar;q=0.1", "text/csv")):
            answer = self.ok(World.public.get("/v1/activities", Accept=accept))
            self.assertEqual(answer.type, wanted, accept)
            self.assertIn("Accept,", answer.headers["vary"])
        same = World.public.get("/v1/activities", Accept="text/calendar")
        self.assertEqual(same.body, World.public.get("/v1/activities.ics").body)

    def test_spellings_of_one_question_are_one(self):
        before = World.daemon.metric('cache_lookups_total{outcome="hit"}')
        first = World.public.get("/v1/activities.csv?region=AP&kind=regional")
        again = World.public.get("/v1/activities.csv?kind=regional&region=%41P")
        self.assertEqual(first.body, again.body)
        self.assertEqual(World.daemon.metric('cache_lookups_total{outcome="hit"}'), before + 1)

    def test_who_wrote_reads_what_was_written(self):
        for name in ("One", "Two", "Three"):
            self.ok(World.public.get("/v1/donors/CCF-JP"))
            self.ok(self.desk.change("/v1/donors/CCF-JP", {"note": name}))
            self.assertEqual(World.public.get("/v1/donors/CCF-JP").json["note"], name)

    def test_another_connections_change_is_seen(self):
        at = "/v1/members/FJ"
        old = World.public.get(at).json["capital"]
        World.cluster.sql("UPDATE data.member SET capital = 'Levuka' WHERE code = 'FJ'")
        World.daemon.wait_for(lambda: World.public.get(at).json["capital"] == "Levuka", 5, "seen")
        self.ok(self.desk.change(at, {"capital": old}))

    def test_fields_and_sort_are_honoured(self):
        page = self.ok(World.public.get("/v1/members?fields=code,name&sort=-code&limit=3")).json
        self.assertEqual([set(m) for m in page["items"]], [{"code", "name"}] * 3)
        codes = [m["code"] for m in page["items"]]
        self.assertEqual(codes, sorted(codes, reverse=True))

    def test_a_secret_is_shown_once_and_never_logged(self):
        expert = self.made("/v1/experts", expert_new("Secret Keeper", "NZ"))["id"]
        at = f"/v1/experts/{expert}/calendars"
        made = self.ok(self.desk.post(at, {"label": "Desk"}), 201)
        path = made.json["url"][made.json["url"].index("/v1/"):]
        secret = path.rsplit("/", 1)[1].removesuffix(".ics")
        self.assertNotIn(secret, json.dumps(self.ok(self.desk.get(at)).json))
        self.ok(World.public.get(path))
        rotated = self.ok(self.desk.post(f"{at}/{made.json['selector']}/rotate")).json
        self.refused(World.public.get(path), 404)
        path = rotated["url"][rotated["url"].index("/v1/"):]
        self.ok(World.public.get(path))
        self.ok(self.desk.delete(f"{at}/{rotated['selector']}"), 204)
        self.refused(World.public.get(path), 404)
        log = World.daemon.logged()
        self.assertIn("route=calendar_feed", log)  # what is looked for is in the log
        for token in (secret, path.rsplit("/", 1)[1], World.coordinator_token, World.admin_token):
            self.assertNotIn(token, log)
            self.assertNotIn(token[-20:], log)

    def test_operators_see_how_it_is(self):
        self.assertEqual(World.daemon.metric("database_ready"), 1)
        self.assertGreater(World.daemon.metric('answers_total{class="2xx"}'), 0)
