/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as a calendar: what libical makes of them, rendered by us, must be a sound calendar that
 * reads back with the same events. Recurrences are not expanded. */
#include <assert.h>
#include <libical/ical.h>
#include <stdint.h>

#include "base/arena.h"
#include "ical_reread.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct arena *a, const struct reread *in, enum calendar_shape shape) {
	struct calendar c = {.name = str_utf8(in->name) ? in->name : (struct str){0},
	                     .url = in->url,
	                     .refresh_hours = in->refresh_hours};
	struct buf out = {0};
	size_t skipped;
	calendar_render(&out, &c, shape, in->events, in->n, &skipped, NULL, NULL);
	const char *wrong = octets_wrong(a, buf_str(&out));
	assert(!wrong);
	struct reread back;
	bool read = reread_calendar(a, buf_str(&out), &back);
	assert(read);
	assert(back.n == in->n - skipped);
	for (size_t i = 0; i < back.n; i++) {
		assert(back.events[i].uid.n > 0);
		assert(shape == CALENDAR_SESSIONS || back.events[i].session_count == 0);
		assert(back.events[i].session_count == 0 || back.events[i].zone.n > 0);
	}
	buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	enum { MOST = 16 * 1024 };
	if (size > MOST)
		return 0;
	struct arena *a = arena_new();
	struct reread in;
	icalerror_set_errors_are_fatal(0);
	if (reread_calendar(a, (struct str){(const char *)data, size}, &in)) {
		round_trip(a, &in, CALENDAR_DAYS);
		round_trip(a, &in, CALENDAR_SESSIONS);
	}
	arena_free(a);
	return 0;
}
