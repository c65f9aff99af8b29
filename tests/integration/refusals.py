# SPDX-License-Identifier: Apache-2.0
"""One refusal of each kind: what is wrong is named, nothing is written, and where there is another
way it is told."""
import uuid

from harness import World
from story import INSTRUMENT, Case, day, expert_new, workshop_new

HALF_YEAR = 182


class Refusals(Case):
    """Around one regional workshop, hosted by Samoa."""

    @classmethod
    def setUpClass(cls):
        case = cls()
        case.made("/v1/members/WS/notifications", {"notified_on": "2026-01-05"})
        cls.workshop = case.made("/v1/workshops", cls.regional("First", 0))["id"]
        cls.ana = case.add_expert("Mere Busy", "NZ")

    @staticmethod
    def regional(title, offset, **changes):
        at = HALF_YEAR + offset
        at -= at % 7
        body = workshop_new(kind="regional", title=title, start=day(at), end=day(at + 3), host="WS",
                            timezone="Pacific/Apia", city="Apia", regions=["AP"],
                            beneficiaries=["WS", "TO"], purposes=["awareness"])
        body.update(changes)
        return body

    def runTest(self):
        """So that setUpClass may use the helpers."""

    def join(self, expert, workshop=None):
        return self.desk.post(f"/v1/workshops/{workshop or self.workshop}/team", {"expert": expert})

    # -- rules --

    def test_double_booking(self):
        self.ok(self.join(self.ana), 201)
        other = self.made("/v1/workshops", self.regional("Same days", 0))["id"]
        self.add_expert("Tane Free", "AU")
        problem = self.refused(self.join(self.ana, other), 409, alternatives=True)
        self.assertEqual(self.ok(self.desk.get(f"/v1/workshops/{other}/team")).json["items"], [])
        codes = [a["code"] for a in problem["alternatives"]]
        self.assertEqual(set(codes), {"expert", "dates"}, codes)
        for alternative in problem["alternatives"]:  # each of them is one
            expert = self.ana
            if alternative["code"] == "dates":
                start, end = alternative["value"].split("/")
                self.ok(self.desk.change(f"/v1/workshops/{other}", {"start": start, "end": end}))
            else:
                expert = alternative["value"]
            self.ok(self.join(expert, other), 201)
            self.ok(self.desk.delete(f"/v1/workshops/{other}/team/{expert}", '"1"'), 204)

    def test_own_administration(self):
        self.refused(self.join(self.add_expert("Sina Own", "WS")), 409, "own_administration")

    def test_expired_accreditation(self):
        expert = self.made("/v1/experts", expert_new("Otto Late", "NZ"))["id"]
        self.ok(self.desk.post(f"/v1/experts/{expert}/accreditations", {
            "stage": "accredited", "instruments": [INSTRUMENT], "conferred_on": "2020-05-01",
            "valid_until": day(HALF_YEAR - 7)}), 201)
        self.refused(self.join(expert), 409, "accreditation")

    def test_language(self):
        self.refused(self.join(self.add_expert("Luc Parle", "BE", languages=["fr"])), 409, "language")

    def test_instrument(self):
        expert = self.made("/v1/experts", expert_new("Ivo Other", "NZ"))["id"]
        self.ok(self.desk.post(f"/v1/experts/{expert}/accreditations", {
            "stage": "accredited", "instruments": ["RKC"], "conferred_on": "2024-05-01",
            "valid_until": "2034-05-01"}), 201)
        self.refused(self.join(expert), 409, "instrument")

    def test_unavailable(self):
        expert = self.add_expert("Una Away", "NZ")
        start = self.desk.get(f"/v1/workshops/{self.workshop}").json["start"]
        self.ok(self.desk.post(f"/v1/experts/{expert}/unavailability",
                               {"first_day": start, "last_day": start}), 201)
        self.refused(self.join(expert), 409, "unavailable")

    def test_ineligible_host(self):
        self.refused(self.desk.post("/v1/workshops", self.regional("No notice", 21, host="TO")), 409,
                     "notification")

    def test_guard_not_met(self):
        self.refused(self.desk.post(f"/v1/workshops/{self.workshop}/transitions",
                                    {"to": "announced"}), 409, "funded", "targeted")
        self.refused(self.desk.post(f"/v1/workshops/{self.workshop}/transitions",
                                    {"to": "evaluated"}), 409)

    # -- bodies --

    def bad(self, body, field, status=400, target="/v1/workshops", **fields):
        problem = self.refused(self.desk.post(target, body, **fields), status)
        if field is not None:
            self.assertEqual(problem["field"], field, problem)
        return problem

    def test_bad_json(self):
        for body in (b"{", b"", b"[]", b'{"title": "a", "title": "b"}', b"nonsense", b'{"a": 1} x'):
            self.bad(body, None, Content_Type="application/json")
        self.bad(b"[" * 40 + b"]" * 40, None)

    def test_unknown_member_of_body(self):
        problem = self.bad(self.regional("x", 0) | {"tittle": "y"}, "tittle")
        self.assertIn("title", problem["detail"])

    def test_wrong_type(self):
        self.bad(self.regional("x", 0) | {"experts_needed": "two"}, "experts_needed")
        self.bad(self.regional("x", 0) | {"title": None}, "title")

    def test_impossible_date(self):
        self.bad(self.regional("x", 0) | {"start": "2027-02-29"}, "start")

    def test_unknown_code(self):
        self.bad(self.regional("x", 0) | {"instruments": ["ABACUS"]}, "instruments")
        self.bad(self.regional("x", 0) | {"host": "ZZ"}, "host")
        self.bad(self.regional("x", 0) | {"timezone": "Pacific/Nowhere"}, "timezone")
        self.assertEqual(self.desk.get("/v1/members/ZZ").status, 404)

    def test_range_upside_down(self):
        body = self.regional("x", 0)
        body["start"], body["end"] = body["end"], body["start"]
        self.bad(body, "end")
        self.bad({"first_day": "2027-05-02", "last_day": "2027-05-01"}, "last_day",
                 target=f"/v1/experts/{self.ana}/unavailability")

    def test_text_too_long(self):
        self.bad(self.regional("x" * 301, 0), "title")

    def test_invalid_utf8_and_nul(self):
        good = b'{"name": "%s", "member": "NZ", "languages": ["en"]}'
        for name in (b"\xff\xfe", b"a\xc0\xaf", b"\xed\xa0\x80", b"a\x00b", b"a\\u0000b", b"\\ud800"):
            self.bad(good % name, None, target="/v1/experts")

    # -- conditions --

    def test_stale_and_missing_if_match(self):
        at = f"/v1/experts/{self.ana}"
        etag = self.desk.get(at).etag
        self.ok(self.desk.patch(at, {"note": "one"}, etag))
        self.refused(self.desk.patch(at, {"note": "two"}, etag), 412)
        self.refused(self.desk.patch(at, {"note": "two"}), 428)
        self.refused(self.desk.patch(at, {"note": "two"}, "*"), 400)
        self.refused(self.desk.patch(at, {"note": "two"}, f"W/{etag}"), 400)
        self.refused(self.desk.call("DELETE", "/v1/donors/CCF-JP"), 428)
        self.assertEqual(self.desk.get(at).json["note"], "one")

    def test_reused_key(self):
        key = str(uuid.uuid4())
        self.ok(self.desk.post("/v1/experts", expert_new("Key One", "NZ"), Idempotency_Key=key), 201)
        self.bad(expert_new("Key Two", "NZ"), None, 422, "/v1/experts", Idempotency_Key=key)
        self.bad(expert_new("Key Three", "NZ"), "Idempotency-Key", 400, "/v1/experts",
                 Idempotency_Key="a b")

    def test_a_failed_post_leaves_its_key_free(self):
        key = str(uuid.uuid4())
        self.bad(expert_new("Key Four", "ZZ"), None, 400, "/v1/experts", Idempotency_Key=key)
        self.ok(self.desk.post("/v1/experts", expert_new("Key Four", "NZ"), Idempotency_Key=key), 201)

    # -- who and where --

    def test_credentials(self):
        self.refused(World.public.get("/v1/requests"), 401)
        answer = World.daemon.client("atl_nosuchtoken_x").get("/v1/requests")
        self.refused(answer, 401)
        self.assertIn("invalid_token", answer.headers["www-authenticate"])
        self.refused(World.public.get("/v1/members", Authorization="Basic eDp5"), 401)
        self.refused(World.public.post("/v1/donors", {}), 401)

    def test_an_expert_sees_and_changes_only_the_own(self):
        other = self.add_expert("Olga Other", "NZ")
        token = World.daemon.token("--role", "expert", "--expert", self.ana, "--label", "Mere")
        mere = World.daemon.client(token)
        self.ok(mere.get(f"/v1/experts/{self.ana}"))
        self.assertEqual(mere.get(f"/v1/experts/{other}").status, 404)
        self.refused(mere.get("/v1/requests"), 403)
        self.refused(mere.post("/v1/donors", {"code": "X1", "name": "x", "funder": "y"}), 403)
        mine = {"first_day": "2031-05-01", "last_day": "2031-05-02"}
        self.ok(mere.post(f"/v1/experts/{self.ana}/unavailability", mine), 201)
        self.assertIn(mere.post(f"/v1/experts/{other}/unavailability", mine).status, (403, 404))

    def test_addresses_methods_and_media_types(self):
        self.refused(World.public.get("/v1/nothing"), 404)
        answer = World.public.call("DELETE", "/v1/members/FJ")
        self.refused(answer, 405)
        self.assertEqual(answer.headers["allow"], "GET, HEAD, PATCH, OPTIONS")
        self.refused(World.public.get("/v1/members", Accept="text/html"), 406)
        self.refused(self.desk.post("/v1/donors", "a=b",
                                    Content_Type="application/x-www-form-urlencoded"), 415)
        self.refused(self.desk.post("/v1/import/members", "{}"), 415)

    def test_unknown_query_parameter(self):
        problem = self.refused(World.public.get("/v1/members?regoin=AP"), 400)
        self.assertEqual(problem["field"], "regoin")
        self.assertIn('"region"', problem["detail"])
        self.refused(World.public.get("/v1/activities?as_of=2999-01-01"), 400)
        self.refused(World.public.get("/v1/activities?from=2027-02-30"), 400)

    # -- imports --

    HEADER = "code,name,funder,regions"
    REST = ("funder_country", "funder_iati_id", "iati_id_status", "topics", "beneficiaries",
            "active_from", "active_to", "note", "source")

    def sheet(self, *rows):
        """A donors file: the given cells, the other columns empty."""
        full = [self.HEADER + "".join(f",{name}" for name in self.REST)]
        return "\n".join(full + [row + "," * len(self.REST) for row in rows]) + "\n"

    def test_a_broken_row_imports_nothing(self):
        good = "T-1,One,F,AP"
        for broken in ("T-2,Two", 'T-2,"T"wo,F,AP', "T-2,,F,AP", "T-2,Two,F,MARS", "T-1,Two,F,AP",
                       "T-2,T\0wo,F,AP"):
            problem = self.refused(World.bring("donors", self.sheet(good, broken)), 400)
            self.assertIn(3, [r["line"] for r in problem["reasons"]], problem)
            self.assertEqual(World.public.get("/v1/donors/T-1").status, 404)
        self.refused(World.bring("donors", "code,name,nonsense\n"), 400)
        self.refused(World.bring("donors", self.sheet(good).encode() + b"T-2,\xff,F,AP,,,,,,,,,\n"), 400)
        self.refused(World.bring("spoons", "a\n1\n"), 404)

    def test_every_broken_row_is_told(self):
        seed = World.public.get("/v1/donors/CCF-JP").json
        rows = ["CCF-JP,Changed,F,AP"] + [f"T-{i},Name,F,MARS" for i in range(5)]
        problem = self.refused(World.bring("donors", self.sheet(*rows)), 400)
        self.assertEqual([r["line"] for r in problem["reasons"]], [3, 4, 5, 6, 7])
        self.assertEqual(World.public.get("/v1/donors/CCF-JP").json, seed)

    def test_a_dry_run_writes_nothing(self):
        text = self.sheet("T-9,Nine,F,AP")
        report = self.ok(World.bring("donors", text, dry_run=True)).json
        self.assertEqual((report["inserted"], report["dry_run"]), (1, True))
        self.assertEqual(World.public.get("/v1/donors/T-9").status, 404)
