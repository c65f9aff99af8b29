/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Calendars from rows of api.event. Reading happens where the rows are (the done callback of a
 * segment, on the loop); rendering touches nothing but its arguments and the zone cache, so a
 * worker thread can do it: it may read time-zone files, which the loop must not. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "db/db.h"
#include "ical/event.h"

struct feed {
	struct event *events; /* in the rows' order */
	size_t n;
	size_t skipped;   /* rows left out, by feed_read and feed_render together */
	struct why fault; /* why the first of them was; field is its uid */
	int64_t modified; /* newest LAST-MODIFIED in it (DTSTAMP where a row has none); 0: empty */
	struct str name;  /* of the calendar; empty: as the public one */
};

/* Rows of api.event, columns found by name, texts copied into `a`. A row with a calendar's
 * name and no uid is that name alone. A faulty row (no uid, a date
 * that is none, sessions that are not [[day, start, end]…]) is left out and counted; ERR_INTERNAL
 * when a column is missing, since then SQL and C disagree. */
must_check enum err feed_read(struct arena *a, const struct db_result *r, struct feed *ret,
                              struct why *reterr);

/* Append the whole VCALENDAR. Events that can't be rendered are left out and counted in f. */
void feed_render(struct buf *out, const struct calendar *c, enum calendar_shape shape,
                 struct feed *f);
