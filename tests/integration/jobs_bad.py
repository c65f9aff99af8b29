# SPDX-License-Identifier: Apache-2.0
"""What a planner must not do and may not do: faults that fail a job and nothing else, and the limits it sets itself."""
import json
import os
import pathlib
import re
import resource
import subprocess
import time
import unittest.mock

from harness import PLANNER, ROOT, Connection, World
from story import Case
import jobs


class Bad(jobs.Jobs):
    """Planners that do what a planner must not."""

    def planner_fails(self, program, *words):
        self.fake(program)
        self.reload()
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
        fault = self.planner_fails("import sys\nwhile True:\n    sys.stderr.write('x' * 60000)",
                                   "standard error", "32 MiB")["fault"]
        self.assertNotIn("plan.output_size", fault)  # which is not what limits it

    def test_time_is_limited(self):
        self.daemon.write(plan__time="1s")
        self.planner_fails("import time\ntime.sleep(600)", "plan.time")

    def test_faults_of_the_input_are_told(self):
        self.planner_fails("import sys\nprint('$.requests[0].days is 0', file=sys.stderr)\nsys.exit(2)",
                           "$.requests[0].days is 0")

    def kept(self, plan):
        """Where the log says that the refused answer is; it names the snapshot too, and the reason."""
        line = re.search(rf"^.*plan={plan['id']} .* state=refused .*$", self.daemon.logged(), re.M)[0]
        self.assertRegex(line, "level=error| error ")
        self.assertIn(f" instance=/v1/plans/{plan['id']}/instance ", line)
        self.assertIn(plan["fault"][:80], line)
        return re.search(r' kept="?([^"\n]+)"?$', line)[1]

    def test_a_plan_that_breaks_a_rule_is_never_stored(self):
        lies = """
            import json, subprocess, sys
            made = subprocess.run([PLANNER] + sys.argv[3:], input=sys.stdin.buffer.read(), capture_output=True)
            plan = json.loads(made.stdout)
            plan["value"] += 1
            print(json.dumps(plan))
        """
        self.daemon.write(plan__refused=self.daemon.dir)
        plan = self.planner_fails(lies, "does not stand", "value")
        path = pathlib.Path(self.kept(plan))
        self.assertEqual((path.parent, path.stat().st_mode & 0o777), (pathlib.Path(self.daemon.dir), 0o600))
        # With what is kept the judge's finding can be repeated.
        instance = self.ok(self.who.get(f"/v1/plans/{plan['id']}/instance")).body
        check = subprocess.run([PLANNER, "check", path], input=instance, capture_output=True, check=False)
        self.assertEqual(check.returncode, 1, check)
        self.assertIn(b"value", check.stdout + check.stderr)

    def test_where_refused_answers_cannot_be_kept_their_jobs_fail_all_the_same(self):
        garbage = "import sys\nsys.stdin.read()\nprint('garbage')"
        self.assertIn("nowhere: plan.refused", self.kept(self.planner_fails(garbage, "not JSON")))
        self.daemon.write(plan__refused="/nowhere/at/all")
        self.assertIn("nowhere: /nowhere/at/all", self.kept(self.planner_fails(garbage, "not JSON")))
        self.daemon.write(plan__refused="")
        self.daemon.stop()
        with unittest.mock.patch.dict(os.environ, STATE_DIRECTORY=self.daemon.dir):
            self.daemon.start()
        path = pathlib.Path(self.kept(self.failed("not JSON")))
        self.assertEqual((path.parent, path.read_text("utf-8")), (pathlib.Path(self.daemon.dir), "garbage\n"))

    def test_what_a_planner_says_that_ends_well_is_logged(self):
        self.fake("""
            import subprocess, sys
            print("First.", "A table was\\x1b small.", sep="\\n", file=sys.stderr)
            sys.exit(subprocess.run([PLANNER] + sys.argv[3:]).returncode)
        """)
        self.reload()
        plan = self.wait(self.create(), "solved")
        self.assertRegex(self.daemon.logged(), rf'warn.* plan={plan["id"]} attempt=1 said="A table was\? small\."')
        self.daemon.write(plan__planner=PLANNER)  # the control: progress alone is nothing to log
        self.reload()
        plan = self.wait(self.create(), "solved")
        self.assertNotRegex(self.daemon.logged(), f"plan={plan['id']} .*said=")

    def test_what_is_no_explanation_is_not_answered(self):
        request = self.request()
        says = """
            import json, subprocess, sys
            made = subprocess.run([PLANNER] + sys.argv[3:], stdout=subprocess.PIPE, close_fds=False)
            told = json.loads(made.stdout)
            CHANGE
            print(TEXT)
        """
        for change, text, cause in (
                ("", "'garbage'", "not valid JSON"), ("", "'{}'", "format"), ("", "'[]'", "object"),
                ("told['funnel'] = 7", "json.dumps(told)", "funnel"), ("told['more'] = 1", "json.dumps(told)", "more"),
                ("told['earliest']['now'] = 'soon'", "json.dumps(told)", "earliest.now")):
            self.fake(says.replace("CHANGE", change).replace("TEXT", text))
            self.reload()
            told = self.refused(self.who.post("/v1/plans/explain", {"request": request}), 500)
            self.assertIn("not an explanation", told["detail"], (change, text))
            self.assertRegex(self.daemon.logged(), rf"error.*explain.* cause=.*{cause}.* request=")
        self.fake(says.replace("CHANGE", "").replace("TEXT", "json.dumps(told)"))  # the control
        self.reload()
        self.assertEqual(self.ok(self.who.post("/v1/plans/explain", {"request": request})).json["request"], request)

    def test_a_child_has_nothing_but_its_documents(self):
        self.fake("""
            import os, sys
            sys.stdin.read()
            # Python adds to its environment what the system gave; listing opens a descriptor of its own.
            print("environment", open("/proc/self/environ").read().split(), "descriptors", sorted(map(int, os.listdir("/proc/self/fd"))),
                  file=sys.stderr)
            sys.exit(1)
        """)
        self.reload()
        fault = self.failed("environment []")["fault"]
        self.assertIn("descriptors [0, 1, 2, 3]", fault)

    def test_questions_are_bounded_in_number_and_time(self):
        self.daemon.write(plan__explains="1", plan__explain_time="1s")
        self.fake("import sys, time\nsys.stdin.read()\nopen(__file__ + '.on', 'w').close()\ntime.sleep(600)\n")
        self.reload()
        request = self.request()
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
        """A search with its best plan, long before the time it was given."""
        large = subprocess.run([ROOT / "tests" / "plan" / "generate", "L", "1"], capture_output=True, check=True).stdout
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([PLANNER, "--limits", "cpu=1", "solve", "--time", "60"], input=large,
                              capture_output=True, timeout=50, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual((done.returncode, json.loads(done.stdout)["status"]), (0, "cancelled"))
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.assertTrue(0.9 < used < 3, used)

    def test_words_it_does_not_know(self):
        for words in ("cpu=x", "cpu", "nice=20", "memory=-1", "colour=7", ""):
            done = subprocess.run([PLANNER, "--limits", words, "solve"], input=b"{}", capture_output=True, check=False)
            self.assertEqual((words, done.returncode), (words, 64))
            self.assertTrue(done.stderr)
