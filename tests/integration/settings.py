# SPDX-License-Identifier: Apache-2.0
"""What planning counts with: settings by version, scenarios, what requests and missions say of planning.
Changes begin in a far future, so that nobody else's days change."""
import refusals
from harness import World
from story import Case

SETTINGS = "/v1/settings/planning"
FAR = "2099-01-01"


class Settings(Case):
    def test_a_change_is_a_version(self):
        now = self.ok(self.desk.get(SETTINGS))
        self.assertTrue(now.json["sample"])
        self.assertEqual(now.etag, f'"{now.json["version"]}"')
        self.refused(self.desk.patch(SETTINGS, {"comment": "Why"}, '"999"'), 412)
        self.refused(self.desk.patch(SETTINGS, {"values": []}, now.etag), 400)  # no comment
        self.refused(self.desk.patch(SETTINGS, {"comment": "Why", "values": [{"key": "rest_day", "value": 1}]},
                                     now.etag), 400)
        then = self.ok(self.desk.get(f"{SETTINGS}?on={FAR}"))
        made = self.ok(self.desk.patch(SETTINGS, {
            "comment": "A far future", "valid_from": FAR, "values": [{"key": "rest_days", "value": 2}],
            "places": [{"member": "FJ", "per_diem": 18000, "host_cost": 400000, "sample": True}],
            "targets": [{"region": "AP", "workshops": 8}], "rates": [{"currency": "XAF", "units": 100, "cents": 15}],
            "closures": [{"first_day": "2099-12-24", "last_day": "2099-12-31", "note": "The year ends"}],
            "kinds": [{"kind": "regional", "opens_on": "2099-02-01"}]},
            then.etag)).json
        self.assertGreater(made["version"], then.json["version"])
        self.assertEqual(self.ok(self.desk.get(SETTINGS)).json, now.json)
        self.assertEqual(self.ok(self.desk.get(f"{SETTINGS}?on={FAR}")).json, made)
        values = {v["key"]: v for v in made["values"]}
        self.assertEqual((values["rest_days"]["value"], values["rest_days"]["sample"]), (2, False))
        self.assertEqual([p["member"] for p in made["places"]], ["FJ"])
        self.assertEqual({k["kind"]: k["opens_on"] for k in made["kinds"]},
                         {k["kind"]: k["opens_on"] for k in then.json["kinds"]} | {"regional": "2099-02-01"})
        versions = self.ok(self.desk.get(f"{SETTINGS}/versions?limit=1&count=exact")).json
        self.assertEqual(versions["items"][0]["version"], made["version"])
        self.assertGreater(versions["count"], 1)

    def test_scenarios(self):
        joins = {"kind": "expert_joins", "newcomer": {
            "id": "E-9000", "home": "NZ", "languages": ["en"], "unavailable": [["2027-01-01", "2027-01-05"]],
            "accreditations": [{"topics": ["ECFOS"], "level": "full", "valid_from": "2026-01-01", "valid_to": None}],
            "delivers": ["on_site"], "max_missions_year": 4, "max_days_year": 30}}
        one = self.made("/v1/scenarios", {"name": "Somebody joins", "changes": [joins]})
        self.assertEqual(one["changes"], [joins])
        at = f"/v1/scenarios/{one['id']}"
        self.assertEqual(self.ok(self.desk.change(at, {"note": "Perhaps"})).json["note"], "Perhaps")
        self.assertIn(one["id"], [s["id"] for s in self.ok(self.desk.get("/v1/scenarios")).json["items"]])
        for change in ({"kind": "expert_joins", "expert": "E-0001"}, {"kind": "expert_leaves", "expert": "E-9999"},
                       {"kind": "closed", "first": "2027-01-02", "last": "2027-01-01"}, {"kind": "closed"},
                       {"kind": "expert_joins", "newcomer": {"id": "E-9000"}}):
            self.refused(self.desk.post("/v1/scenarios", {"name": "No", "changes": [change]}), 400)
        self.ok(self.desk.delete(at, self.ok(self.desk.get(at)).etag), 204)
        self.refused(self.desk.get(at), 404)

    def test_what_a_request_says_of_planning(self):
        asked = self.made("/v1/requests", {"member": "TO", "kind": "national", "received_on": "2026-01-05", "days": 3,
                                           "experts": 2, "mode": "hybrid", "priority": 7,
                                           "hosts": [{"member": "TO", "cost": None}, {"member": "FJ", "cost": 90000}]})
        self.assertEqual((asked["days"], asked["mode"], len(asked["hosts"])), (3, "hybrid", 2))
        at = f"/v1/requests/{asked['id']}"
        changed = self.ok(self.desk.change(at, {"days": None, "hosts": [{"member": "WS"}]})).json
        self.assertEqual((changed["days"], changed["hosts"]), (None, [{"member": "WS", "cost": None}]))
        self.assertGreater(changed["revision"], asked["revision"])
        self.refused(self.desk.change(at, {"hosts": [{"member": "ZZ"}]}), 400)

    def test_tickets_are_a_fact(self):
        self.made("/v1/members/TO/notifications", {"notified_on": "2026-01-06"})
        workshop = self.made("/v1/workshops", refusals.Refusals.regional(
            "Teasel", 30, host="TO", city="Nuku'alofa", timezone="Pacific/Tongatapu"))["id"]
        expert = self.add_expert("Tilda Ticket", "NZ")
        self.ok(self.desk.post(f"/v1/workshops/{workshop}/team", {"expert": expert}), 201)
        at = f"/v1/workshops/{workshop}/team/{expert}"
        self.assertIsNone(self.ok(self.desk.get(at)).json["tickets_on"])
        self.assertEqual(self.ok(self.desk.change(at, {"tickets_on": "2026-03-01"})).json["tickets_on"], "2026-03-01")

    def test_the_staffs_alone(self):
        expert = World.daemon.client(World.daemon.token("--role", "expert", "--label", "s", "--expert",
                                                        self.add_expert("Stan Setting", "NZ")))
        for target in (SETTINGS, f"{SETTINGS}/versions", "/v1/scenarios"):
            self.ok(self.desk.get(target))
            self.refused(expert.get(target), 403)
            self.refused(World.public.get(target), 401)
