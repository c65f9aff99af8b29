# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: the new configuration whole, or the old one and the reason."""
import os
import pathlib
import signal

from harness import Daemon
from story import Case


class Reload(Case):
    def setUp(self):
        self.daemon = Daemon(feeds__name="Before").start()
        self.addCleanup(self.daemon.remove)
        self.feed = lambda: self.ok(self.daemon.client().get("/v1/activities.ics")).text
        self.assertIn("X-WR-CALNAME:Before\r\n", self.feed())

    def reload(self, word):
        before = self.daemon.logged().count(word)
        self.daemon.signal(signal.SIGHUP)
        self.daemon.wait_for(lambda: self.daemon.logged().count(word) > before, 5, word)

    def test_a_good_file_is_in_force_at_once(self):
        self.daemon.write(feeds__name="After", http__target_size="300")
        self.reload("state=reloaded")
        self.assertIn("X-WR-CALNAME:After\r\n", self.feed())
        self.assertEqual(self.daemon.client().get("/v1/members?q=" + "a" * 300).status, 414)

    def test_a_bad_file_changes_nothing_and_says_why(self):
        self.daemon.write(feeds__name="After", http__idle_tim="5s", feeds__refresh="0")
        self.reload("state=unchanged")
        self.assertIn("X-WR-CALNAME:Before\r\n", self.feed())
        log = self.daemon.logged()
        for word in (self.daemon.conf, "idle_tim", "idle_time", "refresh"):
            self.assertIn(word, log)

    def test_what_needs_a_restart_is_kept_and_said(self):
        self.daemon.write(feeds__name="After", listen__http="unix:/nowhere/x.sock")
        self.reload("state=reloaded")
        self.assertIn("kept=listen.http", self.daemon.logged())
        self.assertIn("X-WR-CALNAME:After\r\n", self.feed())

    def opened(self):
        try:
            self.pipe = os.open(self.daemon.conf, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return False
        return True

    def test_asked_again_while_it_reads_it_reads_again(self):
        text = pathlib.Path(self.daemon.conf).read_text(encoding="utf-8")
        os.remove(self.daemon.conf)
        os.mkfifo(self.daemon.conf)  # reading it takes as long as the test wants
        self.daemon.signal(signal.SIGHUP)
        for name in ("First", "Last"):
            self.daemon.wait_for(self.opened, 5, "reading its configuration")
            if name == "First":
                self.daemon.signal(signal.SIGHUP)
                self.ok(self.daemon.client().get("/v1/members/FJ"))
            os.write(self.pipe, text.replace("Before", name).encode())
            os.close(self.pipe)
            self.daemon.wait_for(lambda: f"X-WR-CALNAME:{name}\r\n" in self.feed(), 5, name)

    def test_requests_go_on_through_reloads(self):
        for i in range(20):
            self.daemon.write(feeds__name=f"Name {i}")
            self.daemon.signal(signal.SIGHUP)
            self.ok(self.daemon.client().get("/v1/members/FJ"))
        self.daemon.wait_for(lambda: "X-WR-CALNAME:Name 19\r\n" in self.feed(), 5, "reloaded")
