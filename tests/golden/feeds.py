#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Golden calendars: byte for byte as recorded, and read by a second parser (python3-icalendar) field
by field against the rows they came from. Run in the build directory; --write records anew."""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest
import zoneinfo

import icalendar

HERE = pathlib.Path(__file__).resolve().parent
ZONES = HERE / "zoneinfo"  # kept with the tests, so that the octets do not follow the system's data
RENDER = os.environ.get("GOLDEN_RENDER", "tests/golden/render")
NAMES = sorted(p.stem for p in HERE.glob("*.rows"))
UTC = datetime.timezone.utc
zoneinfo.reset_tzpath([ZONES])


def render(*arguments):
    return subprocess.run([RENDER, ZONES, *arguments], check=True, stdout=subprocess.PIPE).stdout


def rows_of(name):
    with open(HERE / f"{name}.rows", encoding="utf-8", newline="\n") as lines:
        about, *rows = [json.loads(line) for line in lines if line.strip()]
    return about, rows


def expected_text(text):
    """RFC 5545 has no control characters but TAB; line ends of any kind are one."""
    text = re.sub("\r\n|[\r\x85\u2028\u2029]", "\n", text or "")
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text).strip(" \t")


def octets_wrong(octets):
    """What RFC 5545 §3.1 forbids, or None."""
    if not octets.endswith(b"\r\n"):
        return "no CRLF at the end"
    for number, line in enumerate(octets[:-2].split(b"\r\n"), 1):
        if len(line) > 75:
            return f"line {number} has {len(line)} octets"
        if b"\r" in line or b"\n" in line:
            return f"line {number} ends otherwise than in CRLF"
        try:
            line.decode()
        except UnicodeDecodeError:
            return f"line {number} is not UTF-8 by itself"
    return None


def zones_wrong(octets):
    """Every TZID that is used is declared once, no other is, and no time floats."""
    text = octets.decode().replace("\r\n ", "")
    declared = re.findall(r"^TZID:(.*)\r$", text, re.M)
    events = "".join(re.findall(r"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", text, re.M | re.S))
    used = set(re.findall(r"^[A-Z-]+;TZID=([^:;]+):", events, re.M))
    if sorted(used) != declared:
        return f"used {sorted(used)}, declared {declared}"
    floating = re.search(r"^DT(START|END):\d{8}T\d{6}\r$", events, re.M)
    return floating and f"floating: {floating.group()}"


def categories(octets):
    """Of each event, unescaped; icalendar 4 unescapes before it splits."""
    found = []
    for line in octets.decode().replace("\r\n ", "").split("\r\n"):
        if line == "BEGIN:VEVENT":
            found.append([])
        if line.startswith("CATEGORIES:"):
            values = re.split(r"(?<!\\)((?:\\\\)*),", line[11:])
            joined = [a + b for a, b in zip(values[::2], values[1::2] + [""])]
            found[-1] = [re.sub(r"\\(.)", lambda m: m[1].replace("n", "\n"), v) for v in joined]
    return found


def instants(property_, zones):
    """A date stays one; a wall time becomes the instant our own VTIMEZONE makes of it."""
    value = property_.dt
    if not isinstance(value, datetime.datetime):
        return value
    zone = property_.params.get("TZID")
    if zone is None:
        return value.astimezone(UTC)
    return zones[zone].localize(value.replace(tzinfo=None)).astimezone(UTC)


def expected_times(row, session):
    day = datetime.date.fromisoformat
    if session is None:
        return day(row["first"]), day(row["last"]) + datetime.timedelta(1)
    zone = zoneinfo.ZoneInfo(row["zone"])
    midnight = datetime.datetime.combine(day(session[0]), datetime.time())
    return tuple((midnight + datetime.timedelta(minutes=m)).replace(tzinfo=zone).astimezone(UTC)
                 for m in session[1:])


def expected_events(about, rows):
    for row in rows:
        sessions = row.get("sessions") or []
        if about["shape"] == "days" or not sessions:
            yield row["uid"], row, None
        else:
            for number, session in enumerate(sessions, 1):
                yield f"{row['uid']}-{number}", row, session


def uri(text):
    return re.sub("[^-._~:/?#\\[\\]@!$&'()*+,;=%0-9A-Za-z]",
                  lambda m: "".join(f"%{b:02X}" for b in m.group().encode()), text or "")


class Reread:
    """All fields of all events against their rows; raises AssertionError."""

    def __init__(self, octets, about, rows):
        self.test = unittest.TestCase()
        self.test.assertIsNone(octets_wrong(octets))
        self.test.assertIsNone(zones_wrong(octets))
        self.calendar = icalendar.Calendar.from_ical(octets)
        self.head(about)
        zones = {str(z["TZID"]): z.to_tz() for z in self.calendar.walk("VTIMEZONE")}
        events = self.calendar.walk("VEVENT")
        expected = list(expected_events(about, rows))
        self.test.assertEqual(len(events), len(expected))
        for event, names, (uid, row, session) in zip(events, categories(octets), expected):
            self.event(event, uid, row)
            self.test.assertEqual(names, [expected_text(c) for c in row.get("categories") or []])
            times = tuple(instants(event[name], zones) for name in ("DTSTART", "DTEND"))
            self.test.assertEqual(times, expected_times(row, session), uid)

    def head(self, about):
        equal, get = self.test.assertEqual, lambda name: str(self.calendar.get(name, ""))
        equal((get("VERSION"), get("CALSCALE")), ("2.0", "GREGORIAN"))
        equal(get("NAME"), expected_text(about["name"]))
        equal(get("DESCRIPTION"), expected_text(about.get("description")))
        for name in ("url", "source", "color"):
            equal(get(name), about.get(name, ""))
        hours = about.get("refresh_hours")
        equal(get("X-PUBLISHED-TTL"), f"PT{hours}H" if hours else "")
        equal("METHOD" in self.calendar, False)

    def event(self, event, uid, row):
        equal, get = self.test.assertEqual, lambda name: str(event.get(name, ""))
        equal(get("UID"), uid)
        equal((int(event["SEQUENCE"]), get("STATUS")), (row["sequence"], row["status"]))
        for name, column in (("SUMMARY", "summary"), ("DESCRIPTION", "description"),
                             ("LOCATION", "location"), ("CONTACT", "organizer")):
            equal(get(name), expected_text(row.get(column)), (uid, name))
        equal(get("URL"), uri(row.get("url")))
        for name, column in (("DTSTAMP", "stamp"), ("CREATED", "created"),
                             ("LAST-MODIFIED", "modified")):
            stamp = event[name].dt.timestamp() if name in event else None
            equal(stamp, row.get(column), (uid, name))
        place = (row.get("latitude"), row.get("longitude"))
        geo = event.get("GEO")
        equal((geo.latitude, geo.longitude) if geo else (None, None), place)
        equal(get("TRANSP"), "TRANSPARENT" if row.get("transparent") else "OPAQUE")
        equal(get("CLASS"), "PRIVATE" if row.get("private") else "")


class Golden(unittest.TestCase):
    def test_there_are_some(self):
        self.assertGreaterEqual(len(NAMES), 6)

    def test_every_octet_is_as_recorded(self):
        for name in NAMES:
            with self.subTest(name):
                self.assertEqual(render(HERE / f"{name}.rows"), (HERE / f"{name}.ics").read_bytes())

    def test_a_second_parser_reads_the_rows(self):
        for name in NAMES:
            with self.subTest(name):
                Reread((HERE / f"{name}.ics").read_bytes(), *rows_of(name))


class Controls(unittest.TestCase):
    """The checks above see what they are there to see."""

    def spoilt(self, name, old, new):
        octets = (HERE / f"{name}.ics").read_bytes()
        self.assertIn(old, octets)
        return octets.replace(old, new)

    def test_one_changed_octet_is_seen(self):
        for name in NAMES:
            octets = bytearray(render(HERE / f"{name}.rows"))
            octets[len(octets) // 2] ^= 1
            self.assertNotEqual(bytes(octets), (HERE / f"{name}.ics").read_bytes())

    def test_each_field_counts(self):
        changes = (
            ("days", b"SUMMARY:Held no more", b"SUMMARY:Held no  more"),
            ("days", b"DTEND;VALUE=DATE:20250301", b"DTEND;VALUE=DATE:20250302"),
            ("days", b"SEQUENCE:7", b"SEQUENCE:8"), ("days", b"STATUS:TENTATIVE", b"STATUS:CONFIRMED"),
            ("days", b"DTSTAMP:20260301T212000Z", b"DTSTAMP:20260301T212001Z"),
            ("days", b"management\\, SAFE", b"management, SAFE"), ("days", b"Suva\\,", b"Suva"),
            ("days", b"GEO:-18.14", b"GEO:-18.24"), ("days", b"CLASS:PRIVATE\r\n", b""),
            ("days", b"TRANSP:TRANSPARENT", b"TRANSP:OPAQUE"), ("days", b"UID:w-3", b"UID:w-33"),
            ("days", b"NAME:", b"NAME:x"), ("days", b"COLOR:steelblue", b"COLOR:navy"),
            ("days", b"%C3%A9", b""), ("days", b"CONTACT:Secretariat", b"CONTACT:Donor"),
            ("sessions", b"T090000", b"T090001"),
            ("sessions", b"TZOFFSETTO:+0545", b"TZOFFSETTO:+0530"),
            ("sessions", b"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", b"RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU"),
        )
        for name, old, new in changes:
            with self.subTest(old), self.assertRaises(AssertionError):
                Reread(self.spoilt(name, old, new), *rows_of(name))

    def test_broken_octets_are_seen(self):
        self.assertIsNotNone(octets_wrong(self.spoilt("days", b"\r\n", b"\n")))
        self.assertIsNotNone(octets_wrong(self.spoilt("days", b"\r\n ", b"")))
        self.assertIsNotNone(octets_wrong(self.spoilt("languages", "é".encode(), b"\xc3\r\n \xa9")))

    def test_zones_are_counted(self):
        zone = re.search(rb"BEGIN:VTIMEZONE.*?END:VTIMEZONE\r\n",
                         (HERE / "sessions.ics").read_bytes(), re.S).group()
        self.assertIsNotNone(zones_wrong(self.spoilt("sessions", zone, b"")))
        self.assertIsNotNone(zones_wrong(self.spoilt("sessions", zone, zone * 2)))
        self.assertIsNotNone(zones_wrong(self.spoilt("sessions", b";TZID=Europe/Paris", b"")))


def write():
    for name in NAMES:
        (HERE / f"{name}.ics").write_bytes(render(HERE / f"{name}.rows"))
        print("recorded", name)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        unittest.main()
