/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The oracle: a calendar read back by libical, and what RFC 5545 asks of any octets. */
#include "base/arena.h"
#include "ical/event.h"

struct reread {
	struct str name, description, url, source, color, x_name, x_description, prodid, version;
	int refresh_hours;
	struct event *events; /* a timed one has one session and no first, last */
	size_t n;
	size_t zones; /* VTIMEZONEs */
	struct str *zone_names;
};

/* False if libical can't read it at all. Any octets may come; recurrences are never expanded. */
bool reread_calendar(struct arena *a, struct str ics, struct reread *ret);

/* NULL, or what is wrong: lines end in CRLF and nothing else, none is longer than 75 octets, each
 * is valid UTF-8 by itself (no fold inside a character), no control character but TAB. */
const char *octets_wrong(struct arena *a, struct str ics);
