# SPDX-License-Identifier: Apache-2.0
"""Jobs while a planner is at work: the queue, cancelling, daemons that stop or die, and who follows it all."""
import os
import pathlib
import signal
import threading
import time

from harness import Client, World
from jobs import Events
import jobs

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


class Waiting(jobs.Jobs):
    """A planner that waits until it is told to go on."""
    planner = WAITS

    def gate(self):
        pathlib.Path(self.daemon.dir, "gate").touch()

    def pids(self):
        path = pathlib.Path(self.daemon.dir, "pids")
        return [int(p) for p in path.read_text(encoding="utf-8").split()] if path.exists() else []

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

    def test_requests_are_answered_meanwhile(self):
        plan = self.running()
        events = Events(self.who, plan)
        self.addCleanup(events.close)
        follow = (data for kind, data, _ in events if kind == "progress")
        told = []
        for _ in range(20):
            told.append(next(follow)["ms"])
            self.ok(self.who.get("/v1/members/FJ"))
        self.assertEqual(told, sorted(set(told)))  # it worked on between any two answers
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
        other = Events(World.coordinator, plan)  # the control, who may go on listening
        self.addCleanup(other.close)
        follow = iter(events)
        next(follow)
        World.cluster.sql("UPDATE data.token SET revoked_at = now() WHERE label = 'short'")
        until = time.monotonic() + 10
        for _, data, _ in follow:  # which ends here, not with the job
            self.assertLess(time.monotonic(), until, data)
        self.assertEqual(self.plan(plan)["state"], "running")
        self.gate()
        self.assertEqual(list(other)[-1][1]["state"], "solved")

    def test_a_listener_who_does_not_read_is_let_go(self):
        self.fake("import sys\nsys.stdin.read()\nopen(__file__ + '.on', 'w').close()\n"
                  "line = '{\"ms\":%d,\"units\":1,\"value\":1,\"bound\":null,\"served\":0,\"requests\":0,"
                  "\"regions\":{'\nline += ','.join('\"R%d\":%d' % (i, i) for i in range(180)) + '}}\\n'\n"
                  "ms = 0\nimport time\nwhile ms < 20000:\n    ms += 1\n    sys.stderr.write(line % ms)\n"
                  "    sys.stderr.flush()\n    time.sleep(0.001)\ntime.sleep(600)\n")
        self.reload()
        plan = self.create()
        events, reader = Events(self.who, plan), Events(self.who, plan)
        self.addCleanup(events.close)
        self.addCleanup(reader.close)
        heard = []
        ears = threading.Thread(target=lambda: heard.extend(iter(lambda: reader.response.read1(1 << 18), b"")))
        ears.start()
        self.addCleanup(ears.join)
        self.assertEqual(self.daemon.metric("plan_listeners"), 2)
        self.daemon.wait_for(lambda: self.daemon.metric("plan_listeners") < 2, 60, "let go")
        then = len(heard)
        self.daemon.wait_for(lambda: len(heard) > then + 20, 10, "telling who reads")
        self.assertEqual(self.daemon.metric("plan_listeners"), 1)
        # Not for openapi.json to judge: such regions are this planner's own.
        self.ok(Client(self.daemon.http, World.coordinator_token, record=False).post(f"/v1/plans/{plan}/cancel"), 202)
        ears.join(20)
        self.assertIn(b"event: state\n", b"".join(heard[-20:]))  # to the very end
        self.assertEqual(self.daemon.metric("plan_listeners"), 0)
