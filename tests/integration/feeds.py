# SPDX-License-Identifier: Apache-2.0
"""The public calendar and table, read by other people's parsers."""
import csv
import io

import icalendar

from harness import World
from story import Case


class Feeds(Case):
    def test_a_second_parser_reads_the_calendar(self):
        activities = []
        target = "/v1/activities?limit=500"
        while target:
            page = self.ok(World.public.get(target))
            activities += page.json["items"]
            link = page.headers.get("link")
            target = link and link[1:link.index(">")]
        dated = {a["uid"]: a for a in activities if a["start"]}
        feed = self.ok(World.public.get("/v1/activities.ics"))
        calendar = icalendar.Calendar.from_ical(feed.body)
        events = {str(e["UID"]): e for e in calendar.walk("VEVENT")}
        self.assertEqual(set(events) - set(dated), set())
        kept = {uid for uid, a in dated.items() if a["status"] != "cancelled"}
        self.assertEqual(kept - set(events), set())
        for uid in kept:
            self.assertEqual(events[uid].decoded("DTSTART").isoformat()[:10], dated[uid]["start"])
            self.assertEqual(int(events[uid]["SEQUENCE"]), dated[uid]["sequence"])

    def test_the_octets_follow_the_rules(self):
        feed = self.ok(World.public.get("/v1/activities.ics?shape=sessions"))
        self.assertEqual(feed.type, "text/calendar")
        lines = feed.body.split(b"\r\n")
        self.assertEqual((lines[0], lines[-2], lines[-1]), (b"BEGIN:VCALENDAR", b"END:VCALENDAR", b""))
        for line in lines:
            self.assertLessEqual(len(line), 75)
            self.assertNotIn(b"\n", line)
            line.decode()  # no character is cut in two
        for name in (b"NAME:", b"X-WR-CALNAME:", b"REFRESH-INTERVAL", b"X-PUBLISHED-TTL"):
            self.assertIn(name, feed.body)

    def test_the_same_rows_give_the_same_octets(self):
        first = World.public.get("/v1/activities.ics")
        World.cluster.sql("NOTIFY atelier, 'activities'")
        gone = World.daemon.metric('cache_gone_total{reason="dropped"}')
        World.daemon.wait_for(
            lambda: World.daemon.metric("cache_entries") == 0
            or World.daemon.metric('cache_gone_total{reason="dropped"}') >= gone, 5, "dropped")
        again = World.public.get("/v1/activities.ics")
        self.assertEqual((again.body, again.etag), (first.body, first.etag))

    def test_the_table_is_a_table(self):
        text = self.ok(World.public.get("/v1/activities.csv")).text
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        self.assertGreaterEqual(len(rows), 61)
        self.assertEqual({len(r) for r in rows}, {len(rows[0])})
        for name in ("id", "kind", "status", "title", "start", "end"):
            self.assertIn(name, rows[0])
        marked = World.public.get("/v1/activities.csv?bom=1")
        self.assertEqual(marked.body, b"\xef\xbb\xbf" + text.encode())

    def test_filters_are_the_same_in_every_rendering(self):
        query = "?kind=regional&region=AP&from=2015-01-01&to=2025-12-31"
        listed = self.ok(World.public.get("/v1/activities" + query + "&limit=500")).json["items"]
        self.assertTrue(listed)
        rows = list(csv.DictReader(io.StringIO(World.public.get("/v1/activities.csv" + query).text)))
        self.assertEqual(sorted(r["id"] for r in rows), sorted(a["id"] for a in listed))
        calendar = icalendar.Calendar.from_ical(World.public.get("/v1/activities.ics" + query).body)
        self.assertEqual(sorted(str(e["UID"]) for e in calendar.walk("VEVENT")),
                         sorted(a["uid"] for a in listed if a["start"]))
