#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What people really subscribe with: vdirsyncer fetches a golden calendar over HTTP, khal imports one
and lists it. Each in a home directory of its own. Exits 77 (skipped) where they are not installed."""
import functools
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
KHAL = """[calendars]
[[plan]]
path = {home}/plan
[sqlite]
path = {home}/khal.db
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = plan
"""
VDIRSYNCER = """[general]
status_path = "{home}/status/"
[pair feed]
a = "remote"
b = "local"
collections = null
[storage remote]
type = "http"
url = "http://127.0.0.1:{port}/{file}"
[storage local]
type = "filesystem"
path = "{home}/plan/"
fileext = ".ics"
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".ics": "text/calendar; charset=utf-8"}

    def log_message(self, *arguments):
        pass


class Client(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="atelier-client-"))
        self.addCleanup(shutil.rmtree, self.home)
        (self.home / "plan").mkdir()

    def run_in_home(self, *command):
        environment = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                       "XDG_CACHE_HOME": f"{self.home}/cache", "XDG_DATA_HOME": f"{self.home}/data"}
        done = subprocess.run(command, env=environment, cwd=self.home, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        output = done.stdout.decode()
        self.assertEqual(done.returncode, 0, output)
        return output

    def listed(self, first, days, zone="UTC"):
        config = self.home / "khal.conf"
        config.write_text(KHAL.format(home=self.home, zone=zone))
        form = "{start-long}|{end-long}|{title}"
        return self.run_in_home("khal", "-c", str(config), "list", "--once", "--day-format", "",
                                "--format", form, first, f"{days}d").splitlines()

    def imported(self, file, first, days, zone="UTC"):
        self.listed(first, 1, zone)  # makes the configuration
        self.run_in_home("khal", "-c", str(self.home / "khal.conf"), "import", "--batch", str(file))
        return self.listed(first, days, zone)


class Khal(Client):
    def test_days_are_days(self):
        lines = self.imported(HERE / "days.ics", "2025-02-01", 60)
        self.assertIn("2025-03-03|2025-03-07|National workshop: Fiji", lines)
        self.assertIn("2025-02-28|2025-02-28|One day, the last of February", lines)
        self.assertIn("2025-03-03|2025-03-05|Only what must be", lines)

    def test_sessions_fall_on_their_wall_times(self):
        lines = self.imported(HERE / "sessions.ics", "2025-02-20", 80)
        for expected in ("2025-02-26 09:00|2025-02-26 17:30|Three days in Africa/Casablanca",
                         "2025-03-31 19:30|2025-03-31 22:00|Three days in Europe/Paris",
                         "2025-03-03 03:15|2025-03-03 11:45|Three days in Asia/Kathmandu",
                         "2025-04-07 08:45|2025-04-07 11:15|Three days in Pacific/Chatham"):
            self.assertIn(expected, lines)
        in_paris = self.listed("2025-03-31", 1, "Europe/Paris")
        self.assertIn("2025-03-31 21:30|2025-04-01 00:00|Three days in Europe/Paris", in_paris)

    def test_languages_come_through(self):
        lines = self.imported(HERE / "languages.ics", "2025-03-03", 3)
        with open(HERE / "languages.rows", encoding="utf-8", newline="\n") as rows:
            titles = [json.loads(line)["summary"] for line in list(rows)[1:13]]
        for title in titles:
            self.assertTrue(any(title in line for line in lines), title)

    def test_the_control_a_spoilt_calendar_lists_otherwise(self):
        spoilt = self.home / "spoilt.ics"
        octets = (HERE / "sessions.ics").read_bytes()
        spoilt.write_bytes(octets.replace(b"DTSTART;TZID=Asia/Kathmandu:20250303",
                                          b"DTSTART;TZID=Asia/Kathmandu:20250302"))
        lines = self.imported(spoilt, "2025-02-20", 80)
        self.assertNotIn("2025-03-03 03:15|2025-03-03 11:45|Three days in Asia/Kathmandu", lines)


class Vdirsyncer(Client):
    def synchronised(self, file):
        handler = functools.partial(Quiet, directory=str(HERE))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            config = self.home / "vdirsyncer.conf"
            config.write_text(VDIRSYNCER.format(home=self.home, port=server.server_port, file=file))
            try:
                self.run_in_home("vdirsyncer", "-c", str(config), "discover")
                self.run_in_home("vdirsyncer", "-c", str(config), "sync")
            finally:
                server.shutdown()
                thread.join()
        return [p.read_text(encoding="utf-8") for p in (self.home / "plan").glob("*.ics")]

    def test_every_event_arrives_with_its_zone(self):
        items = self.synchronised("sessions.ics")
        events = (HERE / "sessions.ics").read_bytes().count(b"BEGIN:VEVENT")
        self.assertEqual(len(items), events)
        timed = [item for item in items if "TZID=Europe/Paris" in item]
        self.assertEqual(len(timed), 4)
        for item in timed:
            self.assertIn("TZID:Europe/Paris", item)
        self.assertIn("2025-03-03 03:15|2025-03-03 11:45|Three days in Asia/Kathmandu",
                      self.listed("2025-03-03", 1))


if __name__ == "__main__":
    missing = [name for name in ("khal", "vdirsyncer") if not shutil.which(name, path="/usr/bin:/bin")]
    if missing:
        print("not installed:", *missing)
        sys.exit(77)
    unittest.main()
