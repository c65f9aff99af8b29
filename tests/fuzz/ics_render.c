/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as the texts and numbers of an event: left out with a fit sentence, or rendered as a
 * sound calendar that holds exactly one event with this uid. */
#include <assert.h>
#include <stdint.h>

#include "base/arena.h"
#include "ical_reread.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *at;
	size_t left;
};

static uint64_t number(struct input *in, size_t octets) {
	uint64_t n = 0;
	for (; octets && in->left; octets--, in->left--)
		n = n << 8 | *in->at++;
	return n;
}

/* Up to the next 0xFF, which no UTF-8 has; what follows is for the next one. */
static struct str text(struct input *in) {
	struct str s = {(const char *)in->at, 0};
	while (s.n < in->left && in->at[s.n] != 0xff)
		s.n++;
	size_t used = s.n < in->left ? s.n + 1 : s.n;
	in->at += used;
	in->left -= used;
	return s;
}

static void check_why(size_t index, const struct why *why, void *ctx) {
	assert(index == 0 && why->kind != ERR_NONE);
	assert(*why->sentence && str_utf8(str_of(why->sentence)) && *why->field);
	(*(size_t *)ctx)++;
}

static void check_octets(struct arena *a, const struct buf *out, const struct event *e, size_t n) {
	const char *wrong = octets_wrong(a, buf_str(out));
	assert(!wrong);
	struct reread back;
	bool read = reread_calendar(a, buf_str(out), &back);
	assert(read && back.n == n);
	for (size_t i = 0; i < back.n; i++) {
		assert(back.events[i].stamp == e->stamp && back.events[i].sequence == e->sequence);
		assert(back.events[i].status == e->status && back.events[i].private_ == e->private_);
		assert(back.events[i].category_count == e->category_count);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct input in = {data, size};
	struct event_session sessions[2];
	for (size_t i = 0; i < 2; i++)
		sessions[i] = (struct event_session){(day_t)number(&in, 2), (int)number(&in, 2) - 100,
		                                     (int)number(&in, 2)};
	uint64_t flags = number(&in, 1);
	struct event e = {.sequence = (int64_t)number(&in, 4),
	                  .stamp = (int64_t)number(&in, 5),
	                  .modified = (int64_t)number(&in, 5),
	                  .status = (enum event_status)(flags % 3),
	                  .private_ = flags & 4,
	                  .first = (day_t)number(&in, 3),
	                  .latitude = (double)number(&in, 1) - 128,
	                  .longitude = (double)number(&in, 2) / 100 - 190,
	                  .sessions = sessions,
	                  .session_count = flags >> 3 & 1 ? 2 : 0};
	e.last = e.first + (day_t)number(&in, 1) - 2;
	e.uid = text(&in);
	e.zone = flags & 16 ? STR("Asia/Kathmandu") : text(&in);
	e.summary = text(&in);
	e.location = text(&in);
	e.url = text(&in);
	e.organizer_name = text(&in);
	struct str categories[2] = {text(&in), text(&in)};
	e.categories = categories;
	e.category_count = flags & 32 ? 2 : 0;
	e.description = text(&in);

	struct arena *a = arena_new();
	for (enum calendar_shape shape = CALENDAR_DAYS; shape <= CALENDAR_SESSIONS; shape++) {
		struct buf out = {0};
		size_t skipped = 0, told = 0;
		struct calendar c = {.name = STR("Fuzz")};
		calendar_render(&out, &c, shape, &e, 1, &skipped, check_why, &told);
		assert(skipped == told);
		bool timed = shape == CALENDAR_SESSIONS && e.session_count;
		check_octets(a, &out, &e, skipped ? 0 : timed ? 2 : 1);
		buf_clear(&out);
	}
	arena_free(a);
	return 0;
}
