# SPDX-License-Identifier: Apache-2.0
"""Starting, refusing to start, stopping, and the commands that only print."""
import os
import signal
import socket
import subprocess
import threading
import time
from unittest import mock

from harness import ATELIERD, ROOT, Client, Connection, Daemon, World
from story import Case


class Start(Case):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.remove)

    def refuses(self, *words):
        """It ends with a failure and one line that says all of `words`."""
        done = subprocess.run([ATELIERD, "-c", self.daemon.conf], capture_output=True, text=True,
                              timeout=30, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        lines = [line for line in done.stderr.splitlines() if line.startswith("atelierd: ")]
        self.assertEqual(len(lines), 1, done.stderr)
        for word in words:
            self.assertIn(word, lines[0])

    def starts(self):
        self.daemon.start()
        self.assertEqual(self.daemon.stop(), 0)

    def test_it_starts_and_stops(self):
        self.starts()
        self.assertFalse(os.path.exists(self.daemon.http))

    def test_time_zones_are_read_where_tzdir_says(self):
        target = "/v1/activities.ics?shape=sessions&from=2027-01-01"
        self.assertIn("BEGIN:VTIMEZONE", self.ok(World.public.get(target)).text)
        with mock.patch.dict(os.environ, TZDIR=self.daemon.dir):  # where there are none
            self.daemon.start()
        answer = self.ok(self.daemon.client().get(target))
        self.assertNotIn("BEGIN:VTIMEZONE", answer.text)
        self.assertNotEqual(answer.text, World.public.get(target).text)

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.daemon.write(listen__http=f"127.0.0.1:{port}")
            self.refuses(f"127.0.0.1:{port}", "in use")

    def test_a_live_socket_is_not_taken_over(self):
        self.daemon.write(listen__http=f"unix:{World.daemon.http}")
        self.refuses(World.daemon.http)
        self.ok(World.public.get("/v1/members/FJ"))

    def test_a_stale_socket_is_replaced(self):
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(self.daemon.http)
        self.starts()

    def test_missing_or_unwritable_directory(self):
        self.daemon.write(listen__http="unix:/nonexistent/http.sock")
        self.refuses("/nonexistent/http.sock")
        self.daemon.write(listen__http="unix:/proc/http.sock")
        self.refuses("/proc/http.sock")

    def test_unsafe_settings_are_refused(self):
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            with self.subTest(setting):
                World.cluster.sql(f"ALTER SYSTEM SET {setting} = off")
                World.cluster.sql("SELECT pg_reload_conf()")
                try:
                    self.wait_for_setting(setting, "off")
                    self.refuses(setting)
                finally:
                    World.cluster.sql(f"ALTER SYSTEM RESET {setting}")
                    World.cluster.sql("SELECT pg_reload_conf()")
                    self.wait_for_setting(setting, "on")
        self.starts()

    def wait_for_setting(self, name, value):
        until = time.monotonic() + 10
        while World.cluster.sql(f"SHOW {name}") != value:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)

    def test_another_schema_version_is_refused(self):
        World.cluster.sql("INSERT INTO data.migration (number, name, sha256) "
                          "VALUES (9999, '9999_later.sql', '')")
        try:
            self.refuses("9999")
            done = self.daemon.command("--migrate")
            self.assertNotEqual(done.returncode, 0)
        finally:
            World.cluster.sql("DELETE FROM data.migration WHERE number = 9999")
        self.starts()

    def test_an_absent_database_stops_nobody(self):
        self.daemon.write(database__conninfo="host=/nonexistent dbname=atelier user=atelierd")
        self.daemon.start(ready=False)
        self.daemon.wait_for(lambda: self.daemon.ready() == 503, 10, "listening")
        answer = self.daemon.client().get("/v1/members/FJ")
        self.refused(answer, 503)
        self.assertIn("retry-after", answer.headers)
        self.assertEqual(Client(self.daemon.ops, record=False).get("/livez").status, 200)
        self.assertEqual(self.daemon.stop(), 0)

    def test_sockets_handed_over(self):
        front, ops = socket.socket(), socket.socket(socket.AF_UNIX)
        front.bind(("127.0.0.1", 0))
        front.listen()
        ops.bind(self.daemon.ops)
        ops.listen()
        # As systemd does: descriptors from 3 on, and the environment that says so.
        script = ('import os, sys; os.dup2(int(sys.argv[1]), 100); os.dup2(int(sys.argv[2]), 101); '
                  'os.dup2(100, 3); os.dup2(101, 4); os.environ.update(LISTEN_PID=str(os.getpid()), '
                  'LISTEN_FDS="2", LISTEN_FDNAMES="http:ops"); '
                  'os.execv(sys.argv[3], sys.argv[3:])')
        with open(self.daemon.log, "ab") as log:
            self.daemon.process = subprocess.Popen(
                ["/usr/bin/python3", "-c", script, str(front.fileno()), str(ops.fileno()), ATELIERD,
                 "-c", self.daemon.conf], pass_fds=(front.fileno(), ops.fileno()), stderr=log)
        port = front.getsockname()[1]
        front.close()
        ops.close()
        self.daemon.wait_ready()
        with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
            s.sendall(b"GET /v1/members/FJ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertTrue(s.recv(100).startswith(b"HTTP/1.1 200 "))
        self.assertFalse(os.path.exists(self.daemon.http))
        self.assertEqual(self.daemon.stop(), 0)

    def test_what_runs_is_finished_before_the_end(self):
        self.daemon.start()
        holder = subprocess.Popen(
            ["psql", "-X", "-q", "-c", "BEGIN", "-c",
             "LOCK TABLE data.member IN ACCESS EXCLUSIVE MODE", "-c", "SELECT pg_sleep(0.7)"],
            stdout=subprocess.DEVNULL)
        self.daemon.wait_for(
            lambda: World.cluster.sql("SELECT count(*) FROM pg_locks WHERE granted AND mode = "
                                      "'AccessExclusiveLock' AND relation = 'data.member'::regclass")
            == "1", 5, "locked")
        connection, got = Connection(self.daemon.http), []

        def ask():
            connection.request("GET", "/v1/members/FJ")
            got.append(connection.getresponse())

        asking = threading.Thread(target=ask)
        asking.start()
        self.daemon.wait_for(lambda: self.daemon.metric('database_running{lane="fast"}') == 1, 5,
                             "running")
        self.assertEqual(self.daemon.stop(), 0)
        asking.join(10)
        self.assertEqual(holder.wait(10), 0)
        self.assertEqual((got[0].status, got[0].getheader("connection")), (200, "close"))
        connection.close()

    def test_interrupt_ends_it_too(self):
        self.daemon.start()
        self.daemon.signal(signal.SIGINT)
        self.assertEqual(self.daemon.process.wait(10), 0)
        self.daemon.process = None


class Commands(Case):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.remove)

    def test_they_print(self):
        for option, word in (("--version", "atelierd "), ("--help", "--create-token"),
                             ("--print-config", "[database]"), ("--print-sample-config", "[feeds]")):
            done = self.daemon.command(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""), option)
            self.assertIn(word, done.stdout)
        self.assertEqual(self.daemon.command("--check-config").returncode, 0)

    def test_what_is_printed_is_read_again(self):
        printed = self.daemon.command("--print-config").stdout
        with open(self.daemon.conf, "w", encoding="utf-8") as out:
            out.write(printed)
        self.assertEqual(self.daemon.command("--print-config").stdout, printed)

    def test_the_version_is_that_of_the_newest_migration(self):
        newest = max(p.name for p in (ROOT / "sql").glob("[0-9][0-9][0-9][0-9]_*.sql"))
        self.assertTrue(self.daemon.command("--version").stdout.endswith(f"schema {int(newest[:4])}\n"))

    def test_faults_are_told_with_their_line(self):
        self.daemon.write(http__idle_tim="5s", feeds__refresh="0")
        done = self.daemon.command("--check-config")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 2, done.stderr)
        self.assertIn(f"{self.daemon.conf}:", done.stderr)
        self.assertIn("idle_time", done.stderr)

    def test_wrong_command_lines(self):
        for words in (["--nope"], ["extra"], ["--migrate", "--version"], ["--role", "admin"],
                      ["--create-token"], ["--create-token", "--role", "king", "--label", "x"],
                      ["--create-token", "--role", "expert", "--label", "x"],
                      ["--create-token", "--role", "admin", "--label", "x", "--donor", "D"],
                      ["--create-token", "--role", "admin", "--label", "x", "--days", "0"],
                      ["--create-token", "--role", "donor", "--label", "x", "--donor", "NOBODY"]):
            done = self.daemon.command(*words)
            self.assertEqual(done.returncode, 1, words)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_migrating_again_is_harmless(self):
        done = self.daemon.command("--migrate", "--sqldir", str(ROOT / "sql"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.ok(World.public.get("/v1/members/FJ"))
