# SPDX-License-Identifier: Apache-2.0
"""Jobs that make plans: what tests of them rest on, and the real planner's. See jobs_waiting and jobs_bad too."""
import datetime
import json
import pathlib
import re
import signal
import subprocess
import textwrap
import time

from harness import PLANNER, ROOT, Client, Connection, Daemon, World
from story import INSTRUMENT, Case

ENDED = {"solved", "failed", "cancelled", "released", "superseded"}
FIRST = datetime.date.today() + datetime.timedelta(days=60)
LAST = FIRST + datetime.timedelta(days=400)
PERIOD = {"first": FIRST.isoformat(), "last": LAST.isoformat()}


class Events:
    """Server-sent events, one by one."""

    def __init__(self, client, plan, headers=None):
        self.connection = Connection(client.path)
        fields = {"Authorization": f"Bearer {client.token}", **(headers or {})}
        self.connection.request("GET", f"/v1/plans/{plan}/events", headers=fields)
        self.response = self.connection.getresponse()
        self.headers = {k.lower(): v for k, v in self.response.getheaders()}
        self.status = self.response.status

    def __iter__(self):
        event = {}
        for line in self.response:
            name, _, value = line.decode().rstrip("\n").partition(":")
            if name:
                event[name] = value.removeprefix(" ")
            elif "data" in event:
                yield event["event"], json.loads(event["data"]), int(event["id"])
                event = {}

    def close(self):
        self.connection.close()


class Jobs(Case):
    """Each test has a daemon of its own, the only one that makes plans."""
    planner = None  # the text of a program in Python; None: the real one
    settings = {}

    def setUp(self):
        self.daemon = Daemon(plan__jobs="1", plan__planner=PLANNER, plan__lease="2s", **self.settings)
        self.addCleanup(self.daemon.remove)
        self.addCleanup(lambda: self.assertIn(self.daemon.stop(), (0, None)))
        self.addCleanup(self.nothing_is_left)
        if self.planner is not None:
            self.fake(self.planner)
        self.daemon.start()
        self.who = self.daemon.client(World.coordinator_token)

    def nothing_is_left(self):
        for state in ("queued", "running"):
            for plan in self.ok(World.coordinator.get(f"/v1/plans?state={state}&limit=500")).json["items"]:
                World.coordinator.post(f"/v1/plans/{plan['id']}/cancel")
        World.cluster.sql("UPDATE data.plan SET state = 'cancelled', finished_at = now() WHERE state = 'running'")

    def fake(self, program):
        """The planner from now on; what is started later is this one."""
        path = pathlib.Path(self.daemon.dir, "planner")
        path.write_text(f"#!/usr/bin/python3\nPLANNER = {PLANNER!r}\n" + textwrap.dedent(program), encoding="utf-8")
        path.chmod(0o755)
        self.daemon.write(plan__planner=str(path))

    def reload(self):
        before = self.daemon.logged().count("state=reloaded")
        self.daemon.signal(signal.SIGHUP)
        self.daemon.wait_for(lambda: self.daemon.logged().count("state=reloaded") > before, 5, "reloaded")

    def create(self, **more):
        answer = self.ok(self.who.post("/v1/plans", {**PERIOD, "seconds": 1, **more}), 202)
        self.assertEqual(answer.headers["location"], f"/v1/plans/{answer.json['id']}")
        return answer.json["id"]

    def plan(self, plan):
        return self.ok(self.who.get(f"/v1/plans/{plan}")).json

    def wait(self, plan, *states, seconds=30):
        asker = Client(self.daemon.http, World.coordinator_token, record=False)

        def arrived():
            time.sleep(0.05)
            return self.ok(asker.get(f"/v1/plans/{plan}")).json["state"] in ENDED | set(states)

        self.daemon.wait_for(arrived, seconds, f"{plan} {states or ENDED}")
        told = self.plan(plan)
        self.assertIn(told["state"], states or ENDED, told)
        return told

    def failed(self, *words):
        """A job that fails, for a reason with these words, and leaves nothing behind."""
        plan = self.wait(self.create())
        self.assertEqual(plan["state"], "failed", plan)
        for word in words:
            self.assertIn(word, plan["fault"])
        self.assertEqual((plan["items"], plan["value"], plan["score"]), ([], None, None))
        stored = World.cluster.sql(f"SELECT count(document) FROM data.plan_document WHERE plan = '{plan['id']}'")
        self.assertEqual(stored, "0")
        return plan

    def demand(self):
        """The Solomon Islands may have a national workshop, two experts can deliver it, a fund pays."""
        if self.desk.get("/v1/members/SB/notifications").json["items"]:
            return
        self.made("/v1/members/SB/notifications", {"notified_on": "2026-01-12", "reference": "SB 1"})
        made = self.made("/v1/members/SB/kpi-evaluations", {"evaluated_on": "2026-02-01"})
        at = f"/v1/members/SB/kpi-evaluations/{made['id']}"
        kpis = self.ok(World.public.get("/v1/kpis?limit=500")).json["items"]
        self.ok(self.desk.post(f"{at}/answers", {"answers": [{"kpi": k["code"], "value": 2} for k in kpis]}))
        self.ok(self.desk.post(f"{at}/complete", {"completed_on": "2026-02-20"}))
        for name, member in (("Paula Plan", "NZ"), ("Peter Plan", "AU"), ("Petra Plan", "SG")):
            self.add_expert(name, member)
        self.made("/v1/funds", {"donor": "CCF-JP", "name": "Plans", "currency": "EUR", "years": [
            {"year": year, "budget": 9000000} for year in range(FIRST.year, LAST.year + 1)]})

    def request(self):
        """An accepted request of theirs."""
        self.demand()
        made = self.made("/v1/requests", {
            "member": "SB", "kind": "national", "received_on": "2026-03-02", "signed_on": "2026-02-27",
            "signed_by": "Director General", "instruments": [INSTRUMENT], "languages": ["en"],
            "wanted_from": (FIRST + datetime.timedelta(days=30)).isoformat(), "wanted_to": LAST.isoformat()})
        self.ok(self.desk.change(f"/v1/requests/{made['id']}", {"status": "accepted"}))
        return made["id"]


class Whole(Jobs):
    """The real planner."""

    def judged(self, plan):
        """What the planner's own check says of a stored plan."""
        row = World.cluster.sql("SELECT json_build_array(instance, document) FROM data.plan_document "
                                f"WHERE plan = '{plan}'")
        instance, document = json.loads(row)
        path = pathlib.Path(self.daemon.dir, "document.json")
        path.write_text(json.dumps(document), encoding="utf-8")
        return subprocess.run([PLANNER, "check", str(path)], input=json.dumps(instance), text=True,
                              capture_output=True, check=False)

    def test_a_plan_is_made_and_followed(self):
        request = self.request()
        plan = self.create(seconds=2, seed=7, comment="The first")
        events = Events(self.who, plan, {"Last-Event-ID": "41"})
        self.addCleanup(events.close)
        self.assertEqual((events.status, events.headers["content-type"]), (200, "text/event-stream"))
        self.assertEqual(events.headers["cache-control"], "no-store")
        seen = list(events)
        kinds = [kind for kind, _, _ in seen]
        self.assertEqual((kinds[0], kinds[-1]), ("state", "state"))
        self.assertIn("progress", kinds)
        self.assertEqual([number for _, _, number in seen], list(range(1, len(seen) + 1)))
        self.assertEqual((seen[0][1]["id"], seen[-1][1]["state"]), (plan, "solved"))
        progress = [data for kind, data, _ in seen if kind == "progress"]
        self.assertEqual(sorted(p["ms"] for p in progress), [p["ms"] for p in progress])
        told = self.plan(plan)
        self.assertEqual((told["state"], told["seed"], told["comment"]), ("solved", 7, "The first"))
        self.assertIn(request, [item["request"] for item in told["items"]], told)
        self.assertEqual(sum(told["score"].values()), told["value"])
        self.assertGreaterEqual(told["bound"], told["value"])
        check = self.judged(plan)
        self.assertEqual(check.returncode, 0, check.stdout)
        self.assertIn(f"value {told['value']},", check.stdout)
        self.assertEqual(seen[-1][1]["value"], told["value"])
        self.assertEqual(self.daemon.metric('plan_jobs_total{state="solved"}'), 1)
        metrics = Client(self.daemon.ops, record=False).get("/metrics").text
        self.assertGreater(float(re.search(r"^atelier_planner_cpu_seconds_total (\S+)$", metrics, re.M)[1]), 0)
        again = list(Events(self.who, plan))  # of what has ended there is one event
        self.assertEqual([(k, d["state"]) for k, d, _ in again], [("state", "solved")])

    def test_jobs_wait_for_one_another(self):
        plans = [self.create(comment=str(i)) for i in range(3)]
        made = [self.wait(plan, "solved") for plan in plans]
        began = [plan["started_at"] for plan in made]
        self.assertEqual(began, sorted(began))
        for one, two in zip(made, made[1:]):
            self.assertLessEqual(one["finished_at"], two["started_at"])

    def hungry(self):
        """The real planner with an instance for which little memory is too little. A sanitizer's allocator lives in
        address space that it took before any limit, so for such a planner a stand-in limits itself and is hungry."""
        large = subprocess.run([ROOT / "tests" / "plan" / "generate", "L", "1"], capture_output=True, check=True).stdout
        pathlib.Path(self.daemon.dir, "large").write_bytes(large)
        if b"__asan_init" not in pathlib.Path(PLANNER).read_bytes():
            return """
                import os, sys
                sys.stdin.read()
                os.dup2(os.open(os.path.dirname(os.path.realpath(__file__)) + "/large", os.O_RDONLY), 0)
                os.execv(PLANNER, [PLANNER] + sys.argv[1:])
            """
        return """
            import resource, sys
            sys.stdin.read()
            memory = int(dict(word.split("=") for word in sys.argv[2].split(","))["memory"])
            resource.setrlimit(resource.RLIMIT_AS, (memory + (64 << 20),) * 2)
            try:
                taken = bytearray(128 << 20)
            except MemoryError:
                sys.exit("out of memory")
            print("{}")
        """

    def test_memory_is_limited(self):
        self.fake(self.hungry())
        self.daemon.write(plan__memory="12m")
        self.reload()
        self.failed("memory")
        self.daemon.write(plan__memory="1g")  # the control: with more, an answer comes as far as the judge
        self.reload()
        self.assertNotIn("memory", self.failed("does not stand")["fault"])

    def test_why_not_is_answered(self):
        request = self.request()
        plan = self.wait(self.create(), "solved")
        asked = {"request": request, "plan": plan["id"]}
        told = self.ok(self.who.post("/v1/plans/explain", asked)).json
        self.assertEqual((told["format"], told["request"], told["date"]), ("atelier-explanation/1", request, None))
        served = [item["request"] for item in plan["items"]]
        self.assertEqual(told["served"] is not None, request in served)
        day = (FIRST + datetime.timedelta(days=45)).isoformat()
        dated = self.ok(self.who.post("/v1/plans/explain", {**asked, "date": day})).json
        self.assertEqual(dated["date"], day)
        self.refused(self.who.post("/v1/plans/explain", {"request": "R-0"}), 404)
        self.refused(self.who.post("/v1/plans/explain", {**asked, "day": day}), 400)
        self.assertEqual(self.daemon.client().post("/v1/plans/explain", asked).status, 401)

    def test_what_stands_in_the_way_is_told_with_what_helps(self):
        """Nobody has money for it: what the planner leaves out of its document is null here."""
        request = self.request()
        funds = self.ok(self.desk.get("/v1/funds?limit=500")).json["items"]
        year = World.cluster.sql("UPDATE data.fund_year SET budget = committed RETURNING 1")
        self.addCleanup(World.cluster.sql, "UPDATE data.fund_year SET budget = budget + 9000000")
        self.assertTrue(year and funds)
        plan = self.wait(self.create(), "solved")
        self.assertIn(request, [u["request"] for u in plan["unserved"]])
        told = self.ok(self.who.post("/v1/plans/explain", {"request": request, "plan": plan["id"]})).json
        self.assertIsNone(told["served"])
        self.assertIn("fund", [family for s in told["sets"] for family in s["relax"]])
        obstacle = next(o for s in told["sets"] for o in s["obstacles"] if o["family"] == "fund")
        self.assertGreater(obstacle["lacks"], 0)
        self.assertIsNone(obstacle["running"])
        change = next(c for c in told["changes"] if c["kind"] == "money")
        self.assertGreater(change["amount"], 0)
        self.assertEqual(change["item"]["request"], request)
        self.assertIsNone(change["request"])

    def test_a_change_that_would_help_can_be_planned_with(self):
        """One more expert, as the planner asks for one: a scenario can be made of that as it is told."""
        self.fake("""
            import json, subprocess, sys
            made = subprocess.run([PLANNER] + sys.argv[3:], stdout=subprocess.PIPE, close_fds=False)
            told = json.loads(made.stdout)
            expert = {"id": "new-expert", "home": "PT", "languages": ["pt"], "unavailable": [], "delivers": ["on_site"],
                      "accreditations": [{"topics": ["ECP"], "level": "full", "valid_from": "2026-07-01",
                                          "valid_to": None}],
                      "max_missions_year": 366, "max_days_year": 366}
            told["changes"] = [{"kind": "expert", "who": "secretariat", "sentence": "one more expert", "scenario": {
                "format": "atelier-scenario/1", "name": "one more expert",
                "changes": [{"kind": "expert_joins", "expert": expert}]}}]
            print(json.dumps(told))
        """)
        self.reload()
        told = self.ok(self.who.post("/v1/plans/explain", {"request": self.request()})).json
        scenario = told["changes"][0]["scenario"]
        self.assertNotIn("expert", scenario["changes"][0])
        made = self.made("/v1/scenarios", {name: scenario[name] for name in ("name", "changes")})
        self.assertEqual(made["changes"], scenario["changes"])
        self.assertEqual(made["changes"][0]["newcomer"]["id"], "new-expert")

    def test_without_a_planner_there_is_a_reason(self):
        self.daemon.write(plan__planner="/nowhere/atelier-plan")
        self.reload()
        self.failed("/nowhere/atelier-plan", "plan.planner")
        request = self.request()
        self.refused(self.who.post("/v1/plans/explain", {"request": request}), 503)
