#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Our VTIMEZONEs as two Python programs read them, against Python's own reading of the system's data:
hundreds of wall times a zone, half of them around changes. Run in the build directory."""
import datetime
import io
import os
import random
import subprocess
import unittest
import zoneinfo

import dateutil.tz
import icalendar

SYSTEM = os.environ.get("TZDIR", "/usr/share/zoneinfo")
RENDER = os.environ.get("GOLDEN_RENDER", "tests/golden/render")
zoneinfo.reset_tzpath([SYSTEM])
ZONES = ("Africa/Cairo Africa/Casablanca Africa/Nairobi America/Caracas America/New_York America/Nuuk "
         "America/Santiago America/Sao_Paulo Antarctica/Troll Asia/Gaza Asia/Jerusalem Asia/Kathmandu "
         "Asia/Pyongyang Asia/Tehran Australia/Lord_Howe Europe/Dublin Europe/Istanbul Europe/Paris "
         "Europe/Volgograd Pacific/Apia Pacific/Chatham Pacific/Fiji Pacific/Kiritimati").split()
SPANS = ((2009, 2013), (2016, 2020), (2024, 2027), (2025, 2025), (2030, 2036))


def vtimezone(zone, first, last):
    command = [RENDER, SYSTEM, "--zone", zone, first.isoformat(), last.isoformat()]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def as_icalendar(octets):
    zone = icalendar.Timezone.from_ical(octets).to_tz()
    return lambda wall: zone.localize(wall).utcoffset()


def as_dateutil(octets):
    calendar = b"BEGIN:VCALENDAR\r\n" + octets + b"END:VCALENDAR\r\n"
    zone = dateutil.tz.tzical(io.StringIO(calendar.decode())).get()
    return lambda wall: wall.replace(tzinfo=zone).utcoffset()


def walls(zone, first, last, count):
    """Wall times that are neither in a fold nor in a gap, each with its offset."""
    start = datetime.datetime.combine(first, datetime.time())
    minutes = ((last - first).days + 1) * 1440
    changes = [start + datetime.timedelta(d) for d in range((last - first).days)
               if (start + datetime.timedelta(d)).replace(tzinfo=zone).utcoffset()
               != (start + datetime.timedelta(d + 1)).replace(tzinfo=zone).utcoffset()]
    while count:
        wall = start + datetime.timedelta(minutes=random.randrange(minutes))
        if changes and count % 2:
            wall = random.choice(changes) + datetime.timedelta(minutes=random.randrange(1440))
        early, late = (wall.replace(tzinfo=zone, fold=f).utcoffset() for f in (0, 1))
        if early == late:
            count -= 1
            yield wall, early


class Zones(unittest.TestCase):
    def agree(self, reading, count):
        for name in ZONES:
            zone = zoneinfo.ZoneInfo(name)
            for years in SPANS:
                first, last = datetime.date(years[0], 1, 1), datetime.date(years[1], 12, 31)
                offset = reading(vtimezone(name, first, last))
                for wall, expected in walls(zone, first, last, count):
                    self.assertEqual(offset(wall), expected, f"{name} {wall}")

    def test_icalendar_reads_the_same_offsets(self):
        self.agree(as_icalendar, 100)

    def test_dateutil_reads_the_same_offsets(self):
        self.agree(as_dateutil, 10)

    def test_a_zone_for_another_span_is_seen_to_be_wrong(self):
        name, zone = "Africa/Casablanca", zoneinfo.ZoneInfo("Africa/Casablanca")
        offset = as_icalendar(vtimezone(name, datetime.date(2022, 1, 1), datetime.date(2022, 12, 31)))
        ramadan = datetime.datetime(2024, 3, 20, 12)
        self.assertNotEqual(offset(ramadan), ramadan.replace(tzinfo=zone).utcoffset())


if __name__ == "__main__":
    SEED = int(os.environ.get("ATELIER_SEED", random.randrange(2**31)))
    print(f"ATELIER_SEED={SEED}", flush=True)
    random.seed(SEED)
    unittest.main()
