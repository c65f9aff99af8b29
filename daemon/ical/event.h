/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One activity as a VEVENT (RFC 5545 §3.6.1), and a calendar of them (§3.4). A calendar is a pure
 * function of its inputs: no clock, no randomness, no locale. Same rows, same octets. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/err.h"
#include "base/str.h"

enum event_status { EVENT_TENTATIVE, EVENT_CONFIRMED, EVENT_CANCELLED };

/* A timed session: wall time with its IANA zone (RFC 5545 §3.3.5 form 3). */
struct event_session {
	day_t day;
	int start_minute, end_minute; /* of that day, 0–1439 and 1–1440; end > start */
};

/* All strings UTF-8, borrowed, unescaped; empty means absent. */
struct event {
	struct str uid;   /* stable for life (RFC 7986 §5.3) */
	int64_t sequence; /* raised on material change only (§3.8.7.4) */
	int64_t stamp, created,
		modified; /* seconds UTC: DTSTAMP, CREATED, LAST-MODIFIED; created 0: none */
	enum event_status status;
	day_t first, last; /* all-day span, both inclusive (DTEND is last + 1) */
	struct str zone;   /* IANA name; needed with sessions */
	const struct event_session *sessions;
	size_t session_count;
	struct str summary, description, location, url, organizer_name;
	double latitude, longitude; /* GEO; NaN: none */
	const struct str *categories;
	size_t category_count;
	bool transparent; /* TRANSP:TRANSPARENT */
	bool private_;    /* CLASS:PRIVATE */
};

struct calendar {
	struct str name; /* NAME (RFC 7986) and X-WR-CALNAME */
	struct str description, url, source;
	struct str color;  /* CSS3 name (RFC 7986 §5.9) */
	int refresh_hours; /* REFRESH-INTERVAL and X-PUBLISHED-TTL */
};

enum calendar_shape {
	CALENDAR_DAYS,     /* one all-day VEVENT an activity */
	CALENDAR_SESSIONS, /* one timed VEVENT a session, UID "<uid>-<n>"; all-day without sessions */
};

/* Append the whole VCALENDAR to *out: CRLF, folded at 75 octets never inside a character (§3.1),
 * TEXT escaped (§3.3.11), one VTIMEZONE for each zone used, events in the order given. An event that
 * can't be rendered (bad zone, end before start, a year past 3000, invalid UTF-8) is left out and counted in
 * *ret_skipped (may be NULL); its index goes to skipped(index, why, ctx) if that is not NULL. */
void calendar_render(struct buf *out, const struct calendar *c, enum calendar_shape shape,
                     const struct event *events, size_t n, size_t *ret_skipped,
                     void (*skipped)(size_t index, const struct why *why, void *ctx), void *ctx);
