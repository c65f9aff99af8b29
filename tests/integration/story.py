# SPDX-License-Identifier: Apache-2.0
"""The coordinator's story: from a Member's notification to a published national workshop."""
import datetime
import re
import unittest
import uuid

from harness import SEED, TABLES, World

MONDAY = datetime.date(datetime.date.today().year + 1, 3, 1)
MONDAY += datetime.timedelta(days=(7 - MONDAY.weekday()) % 7)
INSTRUMENT = "ECP"


def day(offset):
    return (MONDAY + datetime.timedelta(days=offset)).isoformat()


def workshop_new(**changes):
    body = {
        "kind": "national", "title": "E-commerce: gap analysis", "start": day(0), "end": day(3),
        "mode": "in_person", "host": "FJ", "city": "Suva", "timezone": "Pacific/Fiji",
        "beneficiaries": ["FJ"], "instruments": [INSTRUMENT], "languages": ["en"],
        "experts_needed": 2, "purposes": ["gap_analysis"],
        "budget": {"amount": 2500000, "currency": "EUR"},
    }
    body.update(changes)
    return body


def expert_new(name, member, **changes):
    body = {"name": name, "member": member, "languages": ["en"],
            "email": f"{name.split()[0].lower()}@customs.example"}
    body.update(changes)
    return body


class Case(unittest.TestCase):
    maxDiff = None

    @property
    def desk(self):
        return World.coordinator

    def ok(self, answer, status=200):
        self.assertEqual(answer.status, status, answer)
        return answer

    def made(self, target, body):
        """Created, readable where Location says, with a tag; its body."""
        answer = self.ok(self.desk.post(target, body), 201)
        self.assertIn("location", answer.headers)
        self.assertEqual(self.ok(self.desk.get(answer.headers["location"])).json, answer.json)
        return answer.json

    def add_expert(self, name, member, **changes):
        """An expert, accredited for the instrument for ten years."""
        expert = self.made("/v1/experts", expert_new(name, member, **changes))
        self.ok(self.desk.post(f"/v1/experts/{expert['id']}/accreditations", {
            "stage": "accredited", "instruments": [INSTRUMENT], "conferred_on": "2024-05-01",
            "valid_until": "2034-05-01"}), 201)
        return expert["id"]

    def refused(self, answer, status, *reasons, alternatives=False):
        """A problem with these reason codes, each with a sentence."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.type, "application/problem+json")
        self.assertEqual(answer.json["status"], status)
        self.assertGreater(len(answer.json["detail"]), 10)
        codes = [r["code"] for r in answer.json["reasons"]]
        for reason in reasons:
            self.assertIn(reason, codes, answer)
        if alternatives:
            self.assertTrue(answer.json["alternatives"], answer)
        return answer.json


class Story(Case):
    """Each step rests on the ones before."""
    kept = {}

    def test_01_the_real_data_is_there(self):
        self.assertEqual(self.ok(World.public.get("/v1/members?count=exact&limit=1")).json["count"], 188)
        self.assertEqual(self.ok(World.public.get("/v1/donors?count=exact&limit=1")).json["count"], 20)
        self.assertEqual(self.ok(World.public.get("/v1/kpis?count=exact&limit=1")).json["count"], 33)
        held = self.ok(World.public.get("/v1/activities?status=delivered&count=exact&limit=1")).json
        self.assertEqual(held["count"], 60)

    def test_02_importing_again_changes_nothing(self):
        for table in TABLES:
            report = self.ok(World.bring(table)).json
            rows = len((SEED / f"{table}.csv").read_text(encoding="utf-8").splitlines()) - 1
            self.assertEqual((report["inserted"], report["updated"]), (0, 0), report)
            self.assertEqual(report["unchanged"], report["rows"], report)
            self.assertLessEqual(report["rows"], rows)

    def test_03_every_member_can_be_read_page_by_page(self):
        seen, target = [], "/v1/members?limit=50"
        while target:
            page = self.ok(self.desk.get(target))
            seen += [m["code"] for m in page.json["items"]]
            link = page.headers.get("link")
            self.assertEqual(page.json["next"] is None, link is None)
            target = link and link[1:link.index(">")]
        self.assertEqual(len(seen), 188)
        self.assertEqual(len(set(seen)), 188)

    def test_04_an_ineligible_member_is_told_what_is_missing(self):
        verdicts = self.ok(self.desk.get(f"/v1/members/FJ/eligibility?kind=national&on={day(0)}")).json
        national = verdicts["verdicts"][0]
        self.assertFalse(national["eligible"])
        missing = {c["criterion"] for c in national["criteria"] if c["required"] and not c["met"]}
        self.assertEqual(missing, {"notification", "kpi_evaluation", "request"})
        for criterion in national["criteria"]:
            self.assertGreater(len(criterion["sentence"]), 10)
        self.refused(self.desk.post("/v1/workshops", workshop_new()), 409, "notification",
                     "kpi_evaluation", "request")

    def test_05_the_member_notifies(self):
        self.made("/v1/members/FJ/notifications", {
            "notified_on": "2026-01-12", "reference": "FRCS 12/2026",
            "checked_by": "Desk", "checked_on": "2026-01-13"})

    def test_06_a_kpi_evaluation_is_answered_and_completed(self):
        evaluation = self.made("/v1/members/FJ/kpi-evaluations", {"evaluated_on": "2026-02-01"})
        at = f"/v1/members/FJ/kpi-evaluations/{evaluation['id']}"
        self.refused(self.desk.post(f"{at}/complete", {}), 409)
        kpis = self.ok(World.public.get("/v1/kpis?limit=500")).json["items"]
        first = {"answers": [{"kpi": kpis[0]["code"], "value": 1}]}
        answered = self.ok(self.desk.post(f"{at}/answers", first)).json
        self.assertEqual(len(answered["missing"]), 32)
        rest = {"answers": [{"kpi": k["code"], "value": 2} for k in kpis]}
        answered = self.ok(self.desk.post(f"{at}/answers", rest)).json
        self.assertEqual(answered["missing"], [])
        self.assertEqual(len(answered["answers"]), 33)
        done = self.ok(self.desk.post(f"{at}/complete", {"completed_on": "2026-02-20"})).json
        self.assertEqual((done["status"], done["completed_on"]), ("complete", "2026-02-20"))

    def test_07_the_director_general_asks(self):
        request = self.made("/v1/requests", {
            "member": "FJ", "kind": "national", "received_on": "2026-03-02",
            "signed_on": "2026-02-27", "signed_by": "Director General",
            "instruments": [INSTRUMENT], "languages": ["en"], "wanted_from": day(0),
            "wanted_to": day(60), "participants": 30})
        self.assertEqual(request["status"], "received")
        at = f"/v1/requests/{request['id']}"
        accepted = self.ok(self.desk.change(at, {"status": "accepted"})).json
        self.assertEqual(accepted["status"], "accepted")
        self.kept["request"] = request["id"]

    def test_08_all_criteria_are_met(self):
        national = self.ok(self.desk.get(
            f"/v1/members/FJ/eligibility?kind=national&on={day(0)}")).json["verdicts"][0]
        self.assertTrue(national["eligible"], national)
        since = {c["criterion"]: c["since"] for c in national["criteria"]}
        self.assertEqual(since["notification"], "2026-01-12")
        self.assertEqual(since["kpi_evaluation"], "2026-02-20")
        self.assertEqual(since["request"], "2026-03-02")
        before = self.ok(self.desk.get(
            "/v1/members/FJ/eligibility?kind=national&on=2022-06-30")).json["verdicts"][0]
        self.assertFalse(before["eligible"])

    def test_09_a_workshop_is_planned(self):
        workshop = self.made("/v1/workshops", workshop_new(request=self.kept["request"]))
        self.assertEqual(workshop["status"], "planned")
        self.assertEqual({m["code"] for m in workshop["readiness"]["missing"]},
                         {"staffed", "funded", "targeted"})
        self.kept["workshop"] = workshop["id"]
        self.assertEqual(World.public.get(f"/v1/activities/{workshop['id']}").status, 404)

    def at(self, rest=""):
        return f"/v1/workshops/{self.kept['workshop']}{rest}"

    def test_10_it_is_not_announced_before_it_is_ready(self):
        self.refused(self.desk.post(self.at("/transitions"), {"to": "announced"}), 409,
                     "staffed", "funded", "targeted")

    def test_11_candidates_are_ranked_with_reasons(self):
        self.kept["ana"] = self.add_expert("Ana Tamatave", "NZ")
        self.kept["ben"] = self.add_expert("Ben Stone", "AU")
        self.kept["own"] = self.add_expert("Cama Rabuka", "FJ")
        found = self.ok(self.desk.get(f"/v1/experts/candidates?workshop={self.kept['workshop']}"))
        by_id = {c["expert"]["id"]: c for c in found.json["items"]}
        self.assertTrue(by_id[self.kept["ana"]]["can"], by_id[self.kept["ana"]])
        self.assertTrue(by_id[self.kept["ben"]]["can"])
        own = by_id[self.kept["own"]]
        self.assertFalse(own["can"])
        self.assertTrue(own["reasons"])

    def test_12_two_experts_join_and_are_released(self):
        for who in ("ana", "ben"):
            expert = self.kept[who]
            self.ok(self.desk.post(self.at("/team"), {"expert": expert}), 201)
        team = self.ok(self.desk.get(self.at("/team"))).json["items"]
        self.assertEqual({m["status"] for m in team}, {"invited"})
        for member in team:
            at = self.at(f"/team/{member['expert']['id']}")
            answer = self.desk.patch(at, {"status": "accepted", "release": "granted"},
                                     f'"{member["revision"]}"')
            self.assertEqual(self.ok(answer).json["status"], "accepted")
        ready = self.ok(self.desk.get(self.at())).json["readiness"]
        self.assertTrue(ready["staffed"], ready)
        self.assertFalse(ready["funded"])

    def test_13_a_donor_pays(self):
        fund = self.made("/v1/funds", {
            "donor": "CCF-JP", "name": "E-commerce", "currency": "EUR",
            "years": [{"year": MONDAY.year, "budget": 5000000},
                      {"year": MONDAY.year - 1, "budget": 5000000}]})
        line = self.ok(self.desk.post(self.at("/funding"), {
            "donor": "CCF-JP", "fund": fund["id"], "status": "confirmed",
            "amount": {"amount": 2500000, "currency": "EUR"}}), 201).json
        self.assertEqual(line["status"], "confirmed")

    def test_14_it_has_a_target(self):
        self.ok(self.desk.post(self.at("/targets"), {
            "indicator": "Consignments with advance data", "level": "results", "value": 60,
            "baseline": 20, "unit": "percent", "due_on": day(300)}), 201)
        ready = self.ok(self.desk.get(self.at())).json["readiness"]
        self.assertEqual(ready, {"staffed": True, "funded": True, "targeted": True, "missing": [],
                                 "waived": []})

    def test_15_an_expert_subscribes(self):
        made = self.ok(self.desk.post(f"/v1/experts/{self.kept['ana']}/calendars",
                                      {"label": "Phone", "detail": "full"}), 201).json
        self.kept["feed"] = made["url"][made["url"].index("/v1/"):]
        feed = self.ok(World.public.get(self.kept["feed"]))
        self.assertIn("BEGIN:VEVENT", feed.text)
        self.assertEqual(feed.headers["cache-control"], "private, no-cache")

    def test_16_it_is_announced(self):
        self.assertNotIn(self.kept["workshop"], World.public.get("/v1/activities.csv").text)
        answer = self.ok(self.desk.post(self.at("/transitions"), {"to": "announced"}))
        self.assertEqual(answer.json["status"], "announced")
        self.kept["uid"] = answer.json["uid"]

    def event(self, text):
        """The lines of our event in a calendar, unfolded."""
        for part in text.replace("\r\n ", "").split("BEGIN:VEVENT")[1:]:
            lines = part.split("END:VEVENT")[0].strip().split("\r\n")
            if f"UID:{self.kept['uid']}" in lines:
                return lines
        return []

    def test_17_everyone_sees_it(self):
        activity = self.ok(World.public.get(f"/v1/activities/{self.kept['workshop']}")).json
        self.assertEqual((activity["status"], activity["experts"]), ("announced", 2))
        self.assertNotIn("Tamatave", str(activity))
        listed = self.ok(World.public.get(f"/v1/activities.json?member=FJ&from={day(0)}")).json["items"]
        self.assertEqual([a["id"] for a in listed], [self.kept["workshop"]])
        self.assertIn(self.kept["workshop"], self.ok(World.public.get("/v1/activities.csv")).text)
        lines = self.event(self.ok(World.public.get("/v1/activities.ics")).text)
        self.assertIn("STATUS:CONFIRMED", lines)
        self.assertIn(f"DTSTART;VALUE=DATE:{day(0).replace('-', '')}", lines)
        self.assertIn(f"DTEND;VALUE=DATE:{day(4).replace('-', '')}", lines)
        self.assertIn("SUMMARY", " ".join(lines))

    def test_18_the_expert_sees_it(self):
        feed = self.ok(World.public.get(self.kept["feed"]))
        self.assertIn("E-commerce: gap analysis", feed.text.replace("\r\n ", ""))
        named = re.search("^X-WR-CALNAME:(.*)$", feed.text, re.M)[1].strip()
        self.assertRegex(named, r"^[A-Z].* \(Phone\)$")
        self.assertNotIn(named, World.public.get("/v1/activities.ics").text)
        self.assertEqual(World.public.get(self.kept["feed"], If_None_Match=feed.etag).status, 304)

    def sequence(self):
        return self.ok(self.desk.get(self.at())).json["sequence"]

    def test_19_it_is_postponed_and_planned_again(self):
        before = self.sequence()
        self.refused(self.desk.post(self.at("/transitions"), {"to": "postponed"}), 400)
        answer = self.ok(self.desk.post(self.at("/transitions"),
                                        {"to": "postponed", "reason": "host", "note": "Elections"}))
        self.assertEqual(answer.json["status"], "postponed")
        answer = self.ok(self.desk.post(self.at("/transitions"), {"to": "planned"}))
        self.assertEqual(answer.json["status"], "planned")
        moved = self.ok(self.desk.change(self.at(), {
            "start": day(14), "end": day(17),
            "sessions": [{"day": day(14), "start": "09:00", "end": "16:30"}]})).json
        self.assertEqual(moved["start"], day(14))
        self.assertGreater(moved["sequence"], before)
        self.ok(self.desk.post(self.at("/transitions"), {"to": "announced"}))
        lines = self.event(World.public.get("/v1/activities.ics").text)
        self.assertIn(f"DTSTART;VALUE=DATE:{day(14).replace('-', '')}", lines)
        self.assertIn(f"SEQUENCE:{self.sequence()}", lines)
        timed = World.public.get("/v1/activities.ics?shape=sessions").text
        self.assertIn("BEGIN:VTIMEZONE\r\nTZID:Pacific/Fiji\r\n", timed)
        self.assertIn(f"DTSTART;TZID=Pacific/Fiji:{day(14).replace('-', '')}T090000\r\n", timed)

    def test_20_it_is_cancelled_and_subscribers_are_told(self):
        answer = self.ok(self.desk.post(self.at("/transitions"),
                                        {"to": "cancelled", "reason": "host"}))
        self.assertEqual(answer.json["status"], "cancelled")
        self.assertIn("STATUS:CANCELLED", self.event(World.public.get("/v1/activities.ics").text))
        self.assertEqual(self.event(World.public.get("/v1/activities.ics?cancelled=drop").text), [])
        self.refused(self.desk.post(self.at("/transitions"), {"to": "announced"}), 409)

    def test_21_a_repeated_post_is_done_once(self):
        key = str(uuid.uuid4())
        body = expert_new("Dora Key", "CA")
        first = self.ok(self.desk.post("/v1/experts", body, Idempotency_Key=key), 201)
        again = self.ok(self.desk.post("/v1/experts", body, Idempotency_Key=key), 201)
        self.assertEqual(again.headers.get("idempotency-replayed"), "true")
        self.assertNotIn("idempotency-replayed", first.headers)
        self.assertEqual((again.json, again.etag, again.headers["location"]),
                         (first.json, first.etag, first.headers["location"]))
        body["name"] = "Another"
        self.assertEqual(self.desk.post("/v1/experts", body, Idempotency_Key=key).status, 422)
