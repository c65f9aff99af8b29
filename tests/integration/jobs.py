# SPDX-License-Identifier: Apache-2.0
"""Jobs that make plans: the queue, the child, its limits, the judge, and who follows it all."""
import datetime
import json
import os
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

# A planner that waits for the file "gate" (or SIGTERM), telling progress meanwhile, and then lets the real one answer.
WAITS = """
    import os, signal, subprocess, sys, time
    here = os.path.dirname(os.path.realpath(__file__))
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    text = sys.stdin.buffer.read()
    ms = 0
    with open(f"{here}/pids", "a") as pids:
        print(os.getpid(), file=pids)
    while not stopped and not os.path.exists(f"{here}/gate"):
        ms += 50
        print('{"ms":%d,"units":%d,"value":%d,"bound":null,"served":0,"requests":1,"regions":{"AP":0}}'
              % (ms, ms, ms), file=sys.stderr, flush=True)
        time.sleep(0.05)
    words = [w for w in sys.argv[1:]]
    words[words.index("--time") + 1] = "0.2"
    sys.exit(subprocess.run([PLANNER] + words[2:], input=text).returncode)
"""


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

    def gate(self):
        pathlib.Path(self.daemon.dir, "gate").touch()

    def pids(self):
        path = pathlib.Path(self.daemon.dir, "pids")
        return [int(p) for p in path.read_text(encoding="utf-8").split()] if path.exists() else []

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


class Whole(Jobs):
    """The real planner."""

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

    def reload(self):
        before = self.daemon.logged().count("state=reloaded")
        self.daemon.signal(signal.SIGHUP)
        self.daemon.wait_for(lambda: self.daemon.logged().count("state=reloaded") > before, 5, "reloaded")

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
        self.assertIsNone(change["workshop"])

    def test_without_a_planner_there_is_a_reason(self):
        self.daemon.write(plan__planner="/nowhere/atelier-plan")
        self.reload()
        self.failed("/nowhere/atelier-plan", "plan.planner")
        request = self.request()
        self.refused(self.who.post("/v1/plans/explain", {"request": request}), 503)


class Waiting(Jobs):
    """A planner that waits until it is told to go on."""
    planner = WAITS

    def running(self):
        plan = self.create()
        self.wait(plan, "running")
        self.daemon.wait_for(self.pids, 10, "a child")
        return plan

    def test_cancelled_while_it_waits_in_the_queue(self):
        first, second = self.running(), self.create()
        answer = self.ok(self.who.post(f"/v1/plans/{second}/cancel"), 202)
        self.assertEqual(answer.json["state"], "cancelled")
        self.gate()
        self.wait(first, "solved")
        self.assertEqual(self.plan(second)["state"], "cancelled")
        self.assertEqual(len(self.pids()), 1)
        self.refused(self.who.post(f"/v1/plans/{second}/cancel"), 409)

    def test_cancelled_while_it_runs_it_keeps_its_best_plan(self):
        plan = self.running()
        events = Events(self.who, plan)
        self.addCleanup(events.close)
        follow = iter(events)
        self.assertEqual(next(follow)[1]["state"], "running")
        self.ok(self.who.post(f"/v1/plans/{plan}/cancel"), 202)
        last = [data for kind, data, _ in follow if kind == "state"][-1]
        self.assertEqual(last["state"], "cancelled")
        told = self.plan(plan)
        self.assertEqual(sum(told["score"].values()), told["value"])
        self.assertEqual(self.daemon.metric('plan_jobs_total{state="cancelled"}'), 1)

    def test_who_does_not_stop_is_ended(self):
        self.fake("import signal, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                  "open(__file__ + '.on', 'w').close()\ntime.sleep(600)\n")
        self.reload()
        plan = self.create()
        self.daemon.wait_for(lambda: os.path.exists(f"{self.daemon.dir}/planner.on"), 10, "a child")
        self.ok(self.who.post(f"/v1/plans/{plan}/cancel"), 202)
        self.assertEqual(self.wait(plan)["state"], "cancelled")

    reload = Whole.reload

    def test_requests_are_answered_meanwhile(self):
        plan = self.running()
        events = Events(self.who, plan)
        self.addCleanup(events.close)
        follow = (data for kind, data, _ in events if kind == "progress")
        answered = 0
        for _ in range(20):
            next(follow)
            self.ok(self.who.get("/v1/members/FJ"))
            answered += 1
        self.assertEqual(answered, 20)
        self.assertEqual(self.plan(plan)["state"], "running")
        self.assertEqual(self.daemon.metric("plan_jobs_running"), 1)
        self.assertEqual(self.daemon.metric("plan_listeners"), 1)

    def test_a_killed_child_fails_its_job_alone(self):
        plan = self.running()
        os.kill(self.pids()[-1], signal.SIGKILL)
        told = self.wait(plan)
        self.assertEqual(told["state"], "failed")
        self.assertIn("signal 9", told["fault"])
        self.ok(self.who.get("/v1/members/FJ"))
        self.gate()
        self.wait(self.create(), "solved")

    def test_a_daemon_that_stops_gives_its_job_back(self):
        plan = self.running()
        events = Events(self.who, plan)
        self.addCleanup(events.close)
        follow = iter(events)
        next(follow)
        child = self.pids()[-1]
        self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual([kind for kind, _, _ in follow if kind == "state"], [])  # ended, and not by a state
        with self.assertRaises(ProcessLookupError):
            os.kill(child, 0)
        for restart in range(2, 5):  # more often than a job may fail to come to an end
            self.assertEqual(self.ok(World.coordinator.get(f"/v1/plans/{plan}")).json["state"], "queued")
            self.daemon.start()
            self.daemon.wait_for(lambda: len(self.pids()) == restart, 10, "another child")
            self.assertEqual(self.daemon.stop(), 0)
        self.gate()
        self.daemon.start()
        self.assertEqual(self.wait(plan)["state"], "solved")

    def test_a_daemon_that_dies_leaves_its_job_to_another(self):
        plan = self.running()
        self.daemon.signal(signal.SIGKILL)
        self.daemon.process.wait()
        self.daemon.process = None
        self.gate()
        self.daemon.start()
        self.assertEqual(self.wait(plan)["state"], "solved")

    def test_a_plan_waits_for_a_database_that_is_away(self):
        plan = self.running()
        World.cluster.stop()
        try:
            self.daemon.wait_for(lambda: self.daemon.ready() == 503, 10, "away")
            self.gate()
            self.daemon.wait_for(lambda: "state=untold" in self.daemon.logged(), 20, "done")
        finally:
            World.cluster.start()
        self.daemon.wait_ready()
        self.assertEqual(self.wait(plan)["state"], "solved")
        self.assertEqual(len(self.pids()), 1)  # made once
        World.daemon.wait_ready()

    def test_another_daemons_job_is_followed_too(self):
        plan = self.running()
        events = Events(World.coordinator, plan)
        self.addCleanup(events.close)
        seen = []
        for kind, data, _ in events:
            seen.append((kind, data))
            if [k for k, _ in seen].count("progress") == 2:
                self.gate()
        self.assertEqual(seen[-1][1]["state"], "solved")
        self.assertGreaterEqual([k for k, _ in seen].count("progress"), 2)

    def test_a_reload_holds_for_the_next_job(self):
        self.running()
        self.daemon.write(plan__jobs="2")
        self.reload()
        other = self.create()
        self.wait(other, "running")
        self.daemon.wait_for(lambda: len(self.pids()) == 2, 10, "two children")

    def test_listeners_are_bounded_and_allowed(self):
        self.daemon.write(plan__listeners="1")
        self.reload()
        plan = self.running()
        events = Events(self.who, plan)
        self.addCleanup(events.close)
        next(iter(events))
        full = self.who.get(f"/v1/plans/{plan}/events")
        self.refused(full, 503)
        self.assertEqual(full.headers["retry-after"], "2")
        events.close()
        self.daemon.wait_for(lambda: self.daemon.metric("plan_listeners") == 0, 10, "gone")
        self.assertEqual(self.who.call("HEAD", f"/v1/plans/{plan}/events").status, 200)
        self.refused(self.who.get("/v1/plans/P-9999/events"), 404)
        self.assertEqual(self.daemon.client().get(f"/v1/plans/{plan}/events").status, 401)
        donor = self.daemon.token("--role", "donor", "--label", "plans", "--donor", "CCF-JP")
        self.refused(self.daemon.client(donor).get(f"/v1/plans/{plan}/events"), 403)

    def test_who_loses_the_right_to_listen_hears_no_more(self):
        token = self.daemon.token("--role", "coordinator", "--label", "short")
        plan = self.running()
        events = Events(Client(World.daemon.http, token), plan)
        self.addCleanup(events.close)
        follow = iter(events)
        next(follow)
        World.cluster.sql("UPDATE data.token SET revoked_at = now() WHERE label = 'short'")
        self.assertNotIn("solved", [data.get("state") for _, data, _ in follow])

    def test_a_listener_who_does_not_read_is_let_go(self):
        self.fake("import sys\nsys.stdin.read()\nopen(__file__ + '.on', 'w').close()\n"
                  "line = '{\"ms\":%d,\"units\":1,\"value\":1,\"bound\":null,\"served\":0,\"requests\":0,"
                  "\"regions\":{'\nline += ','.join('\"R%d\":%d' % (i, i) for i in range(180)) + '}}\\n'\n"
                  "ms = 0\nimport time\nwhile ms < 20000:\n    ms += 1\n    sys.stderr.write(line % ms)\n"
                  "    sys.stderr.flush()\n    time.sleep(0.001)\ntime.sleep(600)\n")
        self.reload()
        plan = self.create()
        events = Events(self.who, plan)
        self.addCleanup(events.close)
        self.daemon.wait_for(lambda: self.daemon.metric("plan_listeners") == 0, 60, "let go")
        self.ok(self.who.get("/v1/members/FJ"))


class Bad(Jobs):
    """Planners that do what a planner must not."""

    def planner_fails(self, program, *words):
        self.fake(program)
        Whole.reload(self)
        return self.failed(*words)

    def test_garbage_is_not_stored(self):
        self.planner_fails("import sys\nsys.stdin.read()\nprint('garbage')", "not JSON")
        self.planner_fails("import sys\nsys.stdin.read()\nprint('{}')", "does not stand")
        self.planner_fails("import sys\nsys.stdin.read()\nprint('[]')", "does not stand")
        self.planner_fails("pass", "not JSON")

    def test_garbage_on_standard_error_does_no_harm(self):
        fault = self.planner_fails(
            "import sys\nsys.stdin.read()\nw = sys.stderr.buffer.write\n"
            "w(b'\\xff\\x00\\x1b[31m{\\n' * 1000)\nw(b'{' * 100000 + b'\\n')\nw(b'{\"ms\": -1}\\n{\"ms\": 1}\\n[1]\\n')\n"
            "w(b'no newline')\nsys.exit(70)", "70")["fault"]
        self.assertTrue(fault.isprintable(), fault)

    def test_too_much_is_not_read(self):
        self.daemon.write(plan__output_size="64k")
        self.planner_fails("import sys\nsys.stdin.read()\nwhile True:\n    print('x' * 60000)", "plan.output_size")
        self.planner_fails("import sys\nwhile True:\n    sys.stderr.write('x' * 60000)", "plan.output_size")

    def test_time_is_limited(self):
        self.daemon.write(plan__time="1s")
        self.planner_fails("import time\ntime.sleep(600)", "plan.time")

    def test_faults_of_the_input_are_told(self):
        self.planner_fails("import sys\nprint('$.requests[0].days is 0', file=sys.stderr)\nsys.exit(2)",
                           "$.requests[0].days is 0")

    def test_a_plan_that_breaks_a_rule_is_never_stored(self):
        lies = """
            import json, subprocess, sys
            made = subprocess.run([PLANNER] + sys.argv[3:], input=sys.stdin.buffer.read(), capture_output=True)
            plan = json.loads(made.stdout)
            plan["value"] += 1
            print(json.dumps(plan))
        """
        plan = self.planner_fails(lies, "does not stand", "value")
        log = [line for line in self.daemon.logged().splitlines() if f"plan={plan['id']}" in line]
        self.assertTrue([line for line in log if "level=error" in line or " error " in line], log)

    def test_a_child_has_nothing_but_its_documents(self):
        self.fake("""
            import os, sys
            sys.stdin.read()
            # Python adds to its environment what the system gave; listing opens a descriptor of its own.
            print("environment", open("/proc/self/environ").read().split(), "descriptors", sorted(map(int, os.listdir("/proc/self/fd"))),
                  file=sys.stderr)
            sys.exit(1)
        """)
        Whole.reload(self)
        fault = self.failed("environment []")["fault"]
        self.assertIn("descriptors [0, 1, 2, 3]", fault)

    def test_questions_are_bounded_in_number_and_time(self):
        self.daemon.write(plan__explains="1", plan__explain_time="1s")
        self.fake("import sys, time\nsys.stdin.read()\nopen(__file__ + '.on', 'w').close()\ntime.sleep(600)\n")
        Whole.reload(self)
        request = Whole.request(self)
        connection = Connection(self.daemon.http)
        self.addCleanup(connection.close)
        connection.request("POST", "/v1/plans/explain", json.dumps({"request": request}), {
            "Authorization": f"Bearer {World.coordinator_token}", "Content-Type": "application/json"})
        self.daemon.wait_for(lambda: os.path.exists(f"{self.daemon.dir}/planner.on"), 10, "a child")
        full = self.who.post("/v1/plans/explain", {"request": request})
        self.refused(full, 503)
        self.assertIn("plan.explains", full.json["detail"])
        late = connection.getresponse()
        self.assertEqual((late.status, late.getheader("retry-after")), (503, "2"))
        self.assertIn("plan.explain_time", json.loads(late.read())["detail"])

    demand = Whole.demand


class Limits(Case):
    """What a planner takes upon itself, seen from outside; the control is one that takes nothing."""

    def planner(self, *words):
        """One that waits for its instance."""
        inherited = [os.open("/dev/null", os.O_RDONLY) for _ in range(4)]
        for descriptor in inherited:
            self.addCleanup(os.close, descriptor)
            os.set_inheritable(descriptor, True)
        process = subprocess.Popen([PLANNER, *words, "solve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, close_fds=False)
        for pipe in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(pipe.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        proc = pathlib.Path("/proc", str(process.pid))
        self.wait_for(lambda: re.search(r"Name:\tatelier-plan\n(.*\n)*State:\tS",
                                        (proc / "status").read_text(encoding="utf-8")))
        return process.pid, proc, inherited

    def wait_for(self, true):
        until = time.monotonic() + 10
        while not true():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)

    @staticmethod
    def limit(proc, name):
        line = re.search(rf"^Max {name} +(\S+) +(\S+)", (proc / "limits").read_text(encoding="utf-8"), re.M)
        return line[1], line[2]

    def test_it_limits_itself(self):
        pid, proc, inherited = self.planner("--limits", "nice=5,cpu=7,memory=400000000")
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, pid), min(19, os.nice(0) + 5))
        self.assertEqual(self.limit(proc, "cpu time"), ("7", "9"))
        self.assertEqual(self.limit(proc, "file size"), ("0", "0"))
        self.assertEqual(self.limit(proc, "core file size")[0], "0")
        self.assertEqual(self.limit(proc, "open files"), ("16", "16"))
        self.assertGreaterEqual(int(self.limit(proc, "address space")[0]), 400000000)
        self.assertIn("NoNewPrivs:\t1", (proc / "status").read_text(encoding="utf-8"))
        self.assertEqual(set(os.listdir(proc / "fd")), {"0", "1", "2"} | {str(f) for f in range(3, 5) if f in inherited})
        allowed = subprocess.run(["unshare", "-Un", "true"], capture_output=True, check=False).returncode == 0
        own = os.readlink("/proc/self/ns/net")
        self.assertEqual(os.readlink(proc / "ns" / "net") != own, allowed)

    def test_the_control_does_not(self):
        pid, proc, inherited = self.planner()
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, pid), os.nice(0))
        self.assertNotEqual(self.limit(proc, "cpu time"), ("7", "9"))
        self.assertNotEqual(self.limit(proc, "file size"), ("0", "0"))
        self.assertIn("NoNewPrivs:\t0", (proc / "status").read_text(encoding="utf-8"))
        self.assertLess({str(f) for f in inherited}, set(os.listdir(proc / "fd")))
        self.assertEqual(os.readlink(proc / "ns" / "net"), os.readlink("/proc/self/ns/net"))

    def test_it_ends_itself_at_its_cpu_time(self):
        large = subprocess.run([ROOT / "tests" / "plan" / "generate", "L", "1"], capture_output=True, check=True).stdout
        done = subprocess.run([PLANNER, "--limits", "cpu=1", "solve", "--time", "60"], input=large,
                              capture_output=True, timeout=50, check=False)
        self.assertEqual(done.returncode, -signal.SIGXCPU)

    def test_words_it_does_not_know(self):
        for words in ("cpu=x", "cpu", "nice=20", "memory=-1", "colour=7", ""):
            done = subprocess.run([PLANNER, "--limits", words, "solve"], input=b"{}", capture_output=True, check=False)
            self.assertEqual((words, done.returncode), (words, 64))
            self.assertTrue(done.stderr)
