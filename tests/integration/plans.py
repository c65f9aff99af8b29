# SPDX-License-Identifier: Apache-2.0
"""The planner end to end: real Members and a sample demand, a plan released through the API, calendars
that show it; an expert withdraws, the repair with the fewest changes is released, and only the calendars
it concerns change. In a database of its own, so that nobody else changes a calendar meanwhile."""
import datetime
import os
import subprocess
import sys
import time

import icalendar

from harness import ROOT, SEED, TABLES, Client, Connection, Daemon, World
from story import Case

sys.path.append(str(ROOT / "contrib" / "lib"))
import client as sample_client
import planning
import sample

DATABASE = "atelier_planning"
SECONDS, REPAIR_SECONDS = 3, 5
FROZEN_DAYS = 45  # as the planning settings begin: what starts so soon is a fact
ENDED = ("solved", "failed", "cancelled")
# What the public's calendar says of a workshop, as the public's JSON has it.
SHOWN = ("kind", "status", "title", "summary", "start", "end", "timezone", "sessions", "mode", "regions",
         "host", "city", "venue", "instruments", "languages", "donors", "experts", "url")


class Calendars:
    """Every calendar there is, as its subscribers get it, at one moment."""

    def __init__(self, public, desk, experts):
        asked = {f"public {r}": (public, f"/v1/activities.ics?region={r}") for r in sample.REGIONS}
        asked |= {f"desk {r}": (desk, f"/v1/activities.ics?region={r}") for r in sample.REGIONS}
        asked["public"] = (public, "/v1/activities.ics")
        asked |= {expert: (public, path) for expert, path in experts.items()}
        self.of = {name: who.get(target) for name, (who, target) in asked.items()}
        for name, answer in self.of.items():
            assert answer.status == 200 and answer.etag, (name, answer)
        self.shown = self.shows(public)
        self.desk = self.shows(desk)

    @staticmethod
    def shows(who):
        activities = who.get("/v1/activities?limit=all").json["items"]
        return {a["uid"]: {name: a[name] for name in SHOWN} for a in activities}

    def changed(self, before):
        """Names of those that are not what they were; octets and tags agree about that."""
        octets = {n for n, a in self.of.items() if a.body != before.of[n].body}
        tags = {n for n, a in self.of.items() if a.etag != before.of[n].etag}
        assert octets == tags, octets ^ tags
        return octets

    def told(self, before, to="shown"):
        """UIDs of workshops of which the public (or the desk) is told something else than before."""
        old, new = getattr(before, to), getattr(self, to)
        return {uid for uid in new.keys() | old.keys() if new.get(uid) != old.get(uid)}

    def events(self, name):
        """UID → event, of one calendar, read by another parser."""
        parsed = icalendar.Calendar.from_ical(self.of[name].body)
        return {str(e["UID"]): e for e in parsed.walk("VEVENT")}

    def live(self, name):
        return {uid for uid, e in self.events(name).items() if str(e["STATUS"]) != "CANCELLED"}


class Planning(Case):
    """Each step rests on the ones before."""

    kept = {}

    @classmethod
    def setUpClass(cls):
        World.cluster.sql(f"CREATE DATABASE {DATABASE}")
        here = os.environ | {"PGDATABASE": DATABASE}
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(ROOT / "sql" / "bootstrap.sql")],
                       env=here, check=True, capture_output=True)
        of = "host={} dbname={} user=".format(os.environ["PGHOST"], DATABASE)
        cls.daemon = Daemon(database__conninfo=of + "atelierd",
                            database__owner_conninfo=of + "atelier_migrate")
        cls.addClassCleanup(cls.daemon.remove)
        done = cls.daemon.command("--migrate", "--sqldir", str(ROOT / "sql"))
        if done.returncode:
            raise AssertionError(done.stderr)
        token = cls.daemon.token("--role", "coordinator", "--label", "planning")
        cls.daemon.start()
        cls.own, cls.public = cls.daemon.client(token), cls.daemon.client()
        # The same who ask so often that judging every answer would take minutes.
        cls.own_often, cls.public_often = (Client(cls.daemon.http, t, record=False) for t in (token, None))
        for table in TABLES:
            answer = cls.own.call("POST", f"/v1/import/{table}", (SEED / f"{table}.csv").read_bytes(),
                                  {"Content-Type": "text/csv"})
            assert answer.status == 200, answer
        cls.api = sample_client.Api("http://localhost", token, lambda: Connection(cls.daemon.http))
        cls.demand = sample.load(cls.api, "tests", datetime.date.today())
        cls.experts = {}
        for expert in cls.api.all("/v1/experts"):
            url = cls.api.call("POST", f"/v1/experts/{expert['id']}/calendars", {"label": "tests"})[0]["url"]
            cls.experts[expert["id"]] = url[url.index("/v1/"):]

    @property
    def desk(self):
        return self.own

    def calendars(self):
        return Calendars(self.public_often, self.own_often, self.experts)

    def planned(self, target, body):
        """A job's plan, once it is made."""
        answer = self.ok(self.own_often.post(target, body), 202)
        until = time.monotonic() + 60
        while True:
            plan = self.ok(self.own_often.get(answer.headers["location"])).json
            if plan["state"] in ENDED:
                self.assertEqual(plan["state"], "solved", plan["fault"])
                return plan
            self.assertLess(time.monotonic(), until, plan)
            time.sleep(0.05)

    def scenario(self, name, changes):
        return self.api.call("POST", "/v1/scenarios", {"name": name, "changes": changes})[0]["id"]

    def released(self, plan, comment):
        self.ok(self.own_often.post(f"/v1/plans/{plan}/release", {"comment": comment}))
        plan = self.ok(self.own_often.get(f"/v1/plans/{plan}")).json
        self.assertEqual(plan["state"], "released")
        return plan

    def teams(self):
        """Workshop → its days and who is on its team as what, as the desk reads them."""
        ret = {}
        for workshop in self.api.all("/v1/workshops?status=planned,announced"):
            team = self.api.get(f"/v1/workshops/{workshop['id']}/team")["items"]
            ret[workshop["id"]] = (workshop["start"], workshop["end"], workshop["host"] and
                                   workshop["host"]["code"],
                                   {p["expert"]["id"]: p["role"] for p in team if p["status"] != "declined"})
        return ret

    def test_01_the_demand_is_there_once(self):
        counts = {what: len(self.api.all(f"/v1/{what}")) for what in ("requests", "experts", "funds")}
        self.assertEqual(counts, {"requests": 100, "experts": 40, "funds": 10})
        again = sample.load(self.api, "tests", datetime.date.today())
        self.assertEqual(again.requests, self.demand.requests)
        self.assertEqual(counts, {what: len(self.api.all(f"/v1/{what}")) for what in counts})
        other = sample.Demand(sample.SEED + 1, datetime.date.today(), self.api.all("/v1/members"))
        self.assertNotEqual(other.requests, self.demand.requests)
        for what in ("requests", "experts", "funds"):
            for one in self.api.all(f"/v1/{what}"):
                self.assertEqual(one["note"], sample_client.SAMPLE)

    def test_02_a_plan_is_made_and_released(self):
        first, last = sample.horizon(datetime.date.today())
        before = self.calendars()
        plan = self.planned("/v1/plans", {"first": first.isoformat(), "last": last.isoformat(),
                                          "seconds": SECONDS, "seed": 1})
        self.assertEqual(self.calendars().changed(before), set())
        self.assertGreaterEqual(plan["bound"], plan["value"])
        self.assertGreater(len(plan["items"]), 60)
        self.assertGreater(len(plan["unserved"]), 3)
        self.assertEqual(sum(plan["score"].values()), plan["value"])
        self.released(plan["id"], "The first plan")
        plan = self.ok(self.desk.get(f"/v1/plans/{plan['id']}")).json  # judged by openapi.json too
        self.assertEqual(plan["number"], 1)
        self.assertTrue(all(i["in_force"] for i in plan["items"]))
        self.kept["plan"] = plan
        after = self.calendars()
        for expert in self.experts:
            mine = [i for i in plan["items"] if expert in (p["expert"]["id"] for p in i["team"])]
            days = sorted(str(e.decoded("DTSTART")) for uid, e in after.events(expert).items()
                          if not uid.endswith(("-out", "-back")))
            self.assertEqual(days, sorted(i["start"] for i in mine))
            self.assertTrue(all(str(e["STATUS"]) == "TENTATIVE" for e in after.events(expert).values()))
        # What is planned is the desk's and the experts', not yet the public's.
        busy = {p["expert"]["id"] for i in plan["items"] for p in i["team"]}
        regions = {f"desk {i['region']}" for i in plan["items"]}
        self.assertEqual(after.changed(before), busy | regions)
        self.assertEqual(len(regions), 6)
        self.told(plan)
        self.stands(plan["items"])

    def stands(self, items):
        """Asked of now, each of them is served as it is: with its days, team, roles and money."""
        pays = {f["id"]: f["currency"] for f in self.api.all("/v1/funds")}
        frozen = (datetime.date.today() + datetime.timedelta(FROZEN_DAYS)).isoformat()
        for item in items:
            served = self.ok(self.own_often.post("/v1/plans/explain", {"request": item["request"]})).json["served"]
            self.assertIsNotNone(served, item)
            self.assertEqual(served["pinned"], item["start"] <= frozen)
            self.assertEqual((served["host"], served["start"]), (item["host"]["code"], item["start"]))
            self.assertEqual({s["expert"]: s["role"] for s in served["team"]},
                             {s["expert"]["id"]: s["role"] for s in item["team"]})
            paid = {f["fund"]: f["amount"]["amount"] for f in item["funding"]}
            self.assertEqual({g["fund"] for g in served["funding"]}, set(paid))
            for grant in served["funding"]:
                if pays[grant["fund"]] == "EUR":
                    self.assertEqual(grant["amount"], paid[grant["fund"]])

    def told(self, plan):
        """What the quickstart says of a request that is left out for money: in words, and the least that helps."""
        poor = [u for u in plan["unserved"] if [r["code"] for r in u["reasons"]] == ["fund"]]
        self.assertTrue(poor, plan["unserved"])
        first = min(poor, key=lambda u: u["request"])
        said = planning.why(self.api, plan)
        self.assertRegex(said, f"^Why not the [a-z]+ workshop for {first['member']['name']}\\? [A-Z]")
        asked = {"request": first["request"], "plan": plan["id"]}
        changes = self.api.call("POST", "/v1/plans/explain", asked)[0]["changes"]
        amounts = [c["amount"] for c in changes if c["kind"] == "money"]
        self.assertTrue(amounts, changes)
        names = {f["id"]: f["name"] for f in self.api.all("/v1/funds")}
        for change in changes:
            if change["fund"]:
                self.assertIn(f"fund {change['fund']} ({names[change['fund']]})", change["sentence"])
        self.assertIn(f"EUR {-(-min(amounts) // 100):,}", said.replace(".00", ""))
        self.assertIn(planning.least(changes)["sentence"], said)
        for order in (changes, changes[::-1]):
            self.assertEqual(planning.least(order)["amount"], min(amounts))
        self.assertEqual(planning.least([{"kind": "swap"}, {"kind": "move"}]), {"kind": "swap"})

    def test_03_what_is_announced_is_public(self):
        before = self.calendars()
        chosen = [i for i in self.kept["plan"]["items"] if i["region"] in ("AP", "ESA")]
        for item in chosen:
            planning.announce_one(self.api, item, lambda target, body, name: self.api.call("POST", target, body))
        after = self.calendars()
        changed = {name for name in after.changed(before) if name.startswith("public")}
        self.assertEqual(changed, {"public", "public AP", "public ESA"})
        self.assertEqual(len(after.live("public") - before.live("public")), len(chosen))
        self.kept["announced"] = chosen

    def test_04_what_if_changes_nothing(self):
        before = self.calendars()
        first, last = sample.horizon(datetime.date.today())
        leaver = max(self.experts, key=lambda e: sum(e in (p["expert"]["id"] for p in i["team"])
                                                     for i in self.kept["plan"]["items"]))
        fund = self.api.all("/v1/funds")[0]
        scenario = self.scenario("Somebody leaves, and there is less money", [
            {"kind": "expert_leaves", "expert": leaver},
            {"kind": "fund_changes", "fund": fund["id"], "year": fund["years"][1]["year"],
             "amount": -fund["years"][1]["budget"]}])
        plan = self.planned("/v1/plans", {"first": first.isoformat(), "last": last.isoformat(),
                                          "seconds": SECONDS, "scenario": scenario})
        self.assertEqual(plan["purpose"], "what_if")
        self.assertNotIn(leaver, {p["expert"]["id"] for i in plan["items"] if not i["pinned"] for p in i["team"]})
        diff = self.ok(self.desk.get(f"/v1/plans/{plan['id']}/diff")).json
        self.assertIsNone(diff["against"])
        self.assertTrue(diff["changes"])
        for change in diff["changes"]:
            self.assertRegex(change["sentence"], r"^[A-Z].*[^ ]\.$")
            self.assertNotRegex(change["sentence"], r"_|\bnull\b|[{}\[\]]")
        self.refused(self.desk.post(f"/v1/plans/{plan['id']}/release", {"comment": "No"}), 409)
        self.assertEqual(self.calendars().changed(before), set())
        self.assertEqual(self.ok(self.desk.get(f"/v1/plans/{self.kept['plan']['id']}")).json["state"], "released")

    def fewest(self, body):
        """The answer to a repair that changes least, released."""
        plan = self.planned("/v1/plans/repair", body | {"seconds": REPAIR_SECONDS, "weights": [1, 16, 1000]})
        options = [self.ok(self.own_often.get(f"/v1/plans/{s['id']}")).json for s in plan["siblings"]] + [plan]
        best = min(options, key=lambda o: [o["change"][k] for k in ("dropped", "moved", "experts")])
        return self.released(best["id"], "Repaired")

    def test_05_an_expert_withdraws(self):
        """The one with the most missions, so that whoever can stand in is needed elsewhere as well."""
        teams, before = self.teams(), self.calendars()
        missions = {e: {w for w, (*_, team) in teams.items() if e in team} for e in self.experts}
        leaver = max(missions, key=lambda e: (len(missions[e]), e))
        self.assertGreater(len(missions[leaver]), 3)
        self.ok(self.desk.change(f"/v1/experts/{leaver}", {"active": False}))
        self.assertEqual(self.calendars().changed(before), set())
        plan = self.fewest({"expert": leaver})

        now, after = self.teams(), self.calendars()
        touched = {w for w in teams if now.get(w) != teams[w]}
        self.assertLessEqual(missions[leaver], touched)
        self.assertNotIn(leaver, {e for *_, team in now.values() for e in team})
        swapped = {w for w in touched & set(now) if now[w][:3] == teams[w][:3]}
        self.assertEqual(len(touched) - len(swapped), plan["change"]["dropped"] + plan["change"]["moved"])
        self.assertGreater(len(swapped), 0)
        for workshop in touched & set(now):
            self.assertEqual(len(now[workshop][3]), len(teams[workshop][3]))
        concerned = self.concerned(teams, now)
        self.assertIn(leaver, concerned)
        self.assertGreater(len(concerned), 1)
        self.assertLess(len(concerned), len(self.experts))
        self.assertEqual(after.changed(before) & set(self.experts), concerned)
        self.assertEqual(after.live(leaver), set())
        self.untouched(before, after, concerned, touched | set(now) - set(teams))
        self.judge(before, after)

    def judge(self, before, after):
        """The calendars of regions change where something else is told of one of theirs, and nowhere else."""
        for name, to in (("public", "shown"), ("desk", "desk")):
            told, old, new = after.told(before, to), getattr(before, to), getattr(after, to)
            regions = {r for uid in told for shown in (old, new) if uid in shown for r in shown[uid]["regions"]}
            changed = {n for n in after.changed(before) if n.startswith(name)}
            whole = {name} if told and name in after.of else set()
            self.assertEqual(changed, {f"{name} {r}" for r in regions} | whole)
        self.assertLess(len(after.told(before, "desk")), len(before.desk) / 2)
        self.same(before, after, "public", after.told(before))

    def same(self, before, after, name, told):
        """All that is not told anew is what it was, event by event."""
        old, new = before.events(name), after.events(name)
        self.assertGreater(len(old.keys() - told), 20)
        for uid in old.keys() & new.keys() - told:
            self.assertEqual(old[uid].to_ical(), new[uid].to_ical())

    def left(self, calendars, workshops):
        """Experts whose calendars still tell that they are no longer on the team of one of these."""
        uids = tuple(self.api.get(f"/v1/workshops/{w}")["uid"] for w in workshops)
        return {e for e in self.experts for uid in calendars.events(e).keys() - calendars.live(e)
                if uid.startswith(uids)}

    def concerned(self, old, new):
        """Experts who are somewhere else, at another time, or as something else than before."""
        def missions(teams, expert):
            return {(w, *days, team[expert]) for w, (*days, team) in teams.items() if expert in team}
        return {e for e in self.experts if missions(old, e) != missions(new, e)}

    def untouched(self, before, after, concerned, touched):
        """In calendars that changed, the events of all other workshops are as they were, sequence and all."""
        uids = tuple(self.api.get(f"/v1/workshops/{w}")["uid"] for w in touched)
        seen = 0
        for expert in concerned:
            old, new = before.events(expert), after.events(expert)
            for uid in old.keys() | new.keys():
                if not uid.startswith(uids):
                    self.assertEqual(old[uid].to_ical(), new[uid].to_ical())
                    seen += 1
        self.assertGreater(seen, 0)

    def test_06_a_workshop_is_planned_anew(self):
        """The control for the public calendars: the region's changes, the others' do not."""
        before, teams = self.calendars(), self.teams()
        item = self.kept["announced"][-1]
        first = datetime.date.fromisoformat(item["start"]) - datetime.timedelta(14)
        last = datetime.date.fromisoformat(item["end"]) + datetime.timedelta(14)
        scenario = self.scenario("The host is closed", [
            {"kind": "closed", "first": first.isoformat(), "last": last.isoformat(),
             "member": item["host"]["code"]}])
        self.fewest({"scenario": scenario})
        now, after = self.teams(), self.calendars()
        touched = {w for w in teams if now.get(w, ())[:3] != teams[w][:3]}
        self.assertIn(item["workshop"], touched)
        left = self.left(before, touched)
        self.assertEqual((after.changed(before) & set(self.experts)) - left, self.concerned(teams, now) - left)
        self.judge(before, after)
        uid = self.api.get(f"/v1/workshops/{item['workshop']}")["uid"]
        name = f"public {item['region']}"
        self.assertIn(name, after.changed(before))
        self.assertIn(uid, after.told(before))
        self.assertGreater(int(after.events(name)[uid]["SEQUENCE"]), int(before.events(name)[uid]["SEQUENCE"]))
