/* SPDX-License-Identifier: Apache-2.0 */
#include "ical/zone.h"

#include <stdlib.h>

#include "base/vec.h"
#include "ical/tzif.h"

#include "base/banned.h"

enum { DAY = 86400 };

struct shifts {
	struct tz_shift *at;
	size_t n, room;
};

void zone_directory(const char *directory) {
	tz_directory(directory);
}

void zone_forget(void) {
	tz_forget();
}

enum err zone_check(struct str name, struct why *reterr) {
	const struct tz *z;
	return tz_load(name, &z, reterr);
}

static void add_offset(struct buf *out, const char *name, int offset) {
	unsigned o = (unsigned)abs(offset);
	buf_addf(out, "%s:%c%02u%02u", name, offset < 0 ? '-' : '+', o / 3600, o / 60 % 60);
	if (o % 60) /* local mean times of long ago */
		buf_addf(out, "%02u", o % 60);
	buf_adds(out, "\r\n");
}

/* The yearly rule as a recurrence of the wall date of its onset; false when RRULE can't say it. */
static bool add_rrule(struct buf *out, const struct tz_rule *r) {
	static const char *const days[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
	static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int carry = tz_rule_carry(r);
	if (r->form != TZ_MONTH_WEEK)
		return false;
	const char *day = days[((r->weekday + carry) % 7 + 7) % 7];
	if (carry == 0) {
		int week = r->week == 5 ? -1 : r->week;
		buf_addf(out, "RRULE:FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s\r\n", r->month, week, day);
		return true;
	}
	/* "The Saturday before the last Sunday" is a Saturday in a week of month days; from the
	 * month's end they count backwards. It must not run over into another month. */
	int from = r->week == 5 ? -7 + carry : (r->week - 1) * 7 + 1 + carry;
	if (r->week == 5 ? carry > 0 || from < -28 : from < 1 || from + 6 > length[r->month - 1])
		return false;
	buf_addf(out, "RRULE:FREQ=YEARLY;BYMONTH=%d;BYMONTHDAY=", r->month);
	for (int i = 0; i < 7; i++)
		buf_addf(out, "%s%d", i ? "," : "", from + i);
	buf_addf(out, ";BYDAY=%s\r\n", day);
	return true;
}

/* By the clock on the wall; the data's flag may be on winter (Dublin). */
static bool daylight(const struct tz_shift *s) {
	return s->to == s->from ? s->dst_to : s->to > s->from && (s->dst_from || s->dst_to);
}

/* One STANDARD or DAYLIGHT; with a rule it recurs from s on. False (and nothing added) when the
 * rule can't be said as RRULE. */
static bool add_observance(struct buf *out, const struct tz_shift *s, const struct tz_rule *rule) {
	size_t start = out->n;
	int64_t wall = s->at + s->from;
	int64_t day = wall >= 0 ? wall / DAY : -((-wall + DAY - 1) / DAY);
	int second = (int)(wall - day * DAY);
	struct civil c = civil_of((day_t)day);
	const char *kind = daylight(s) ? "DAYLIGHT" : "STANDARD";
	buf_addf(out, "BEGIN:%s\r\nDTSTART:%04d%02u%02uT%02d%02d%02d\r\n", kind, c.year, c.month, c.day,
	         second / 3600, second / 60 % 60, second % 60);
	add_offset(out, "TZOFFSETFROM", s->from);
	add_offset(out, "TZOFFSETTO", s->to);
	if (rule && !add_rrule(out, rule)) {
		out->n = start;
		out->p[start] = '\0';
		return false;
	}
	buf_addf(out, "TZNAME:%s\r\nEND:%s\r\n", s->abbr, kind);
	return true;
}

/* What stands before the first shift, which is after t. */
static struct tz_shift beginning(const struct tz *z, int64_t t) {
	struct tz_shift s = {
		.at = t > 2 * DAY ? -z->first_offset : t, .from = z->first_offset, .to = z->first_offset};
	memcpy(s.abbr, z->first_abbr, sizeof s.abbr);
	return s;
}

/* The shift to begin with: in force at t, or the last STANDARD before it, since some clients can't
 * do with DAYLIGHT alone. */
static struct tz_shift standard_at(const struct tz *z, int64_t t) {
	struct tz_shift s;
	while (tz_at(z, t, &s)) {
		if (!daylight(&s))
			return s;
		t = s.at - 1;
	}
	return beginning(z, t);
}

static bool same_shift(const struct tz_shift *a, const struct tz_shift *b) {
	return a->at == b->at && a->from == b->from && a->to == b->to;
}

/* How many shifts at the end of the list are what the yearly rule alone would give, with nothing
 * left out between them and the next one after the list (Latvia kept winter time through 2000). */
static size_t regular(const struct tz *z, const struct shifts *list) {
	struct tz_shift next, expected;
	size_t k = 0;
	if (!z->yearly || !tz_next(z, list->at[list->n - 1].at, &next))
		return 0;
	for (; k < list->n; k++) {
		const struct tz_shift *s = &list->at[list->n - 1 - k];
		tz_next_yearly(z, s->at, &expected);
		if (!same_shift(&next, &expected))
			break;
		tz_next_yearly(z, s->at - 1, &expected);
		if (!same_shift(s, &expected))
			break;
		next = *s;
	}
	return k;
}

/* The yearly rule from `first` on, as two RRULEs; false (and nothing added) if they can't say it. */
static bool add_yearly(struct buf *out, const struct tz *z, const struct tz_shift *first) {
	size_t start = out->n;
	struct tz_shift second;
	tz_next_yearly(z, first->at, &second);
	bool to_dst = first->to == z->dst;
	if (add_observance(out, first, to_dst ? &z->start : &z->end)
	    && add_observance(out, &second, to_dst ? &z->end : &z->start))
		return true;
	out->n = start;
	out->p[start] = '\0';
	return false;
}

enum err zone_render(struct buf *out, struct str name, day_t first, day_t last,
                     struct why *reterr) {
	const struct tz *z;
	enum err e = tz_load(name, &z, reterr);
	if (e != ERR_NONE)
		return e;
	/* No offset is as large as two days: these bounds hold every wall time of the span. */
	int64_t from = ((int64_t)first - 2) * DAY, to = ((int64_t)last + 3) * DAY;
	struct shifts list = {0};
	struct tz_shift s = standard_at(z, from);
	do
		*vec_push(&list) = s;
	while (tz_next(z, s.at, &s) && s.at <= to);

	buf_addf(out, "BEGIN:VTIMEZONE\r\nTZID:%s\r\n", z->name);
	size_t k = regular(z, &list), single = list.n - k;
	for (size_t i = 0; i < single; i++)
		(void)add_observance(out, &list.at[i], NULL);
	if (k && !add_yearly(out, z, &list.at[single]))
		for (size_t i = single; i < list.n; i++)
			(void)add_observance(out, &list.at[i], NULL);
	buf_adds(out, "END:VTIMEZONE\r\n");
	vec_clear(&list);
	return ERR_NONE;
}

enum err zone_offset(struct str name, day_t day, int minute, int *ret, struct why *reterr) {
	const struct tz *z;
	enum err e = tz_load(name, &z, reterr);
	if (e != ERR_NONE)
		return e;
	int64_t wall = (int64_t)day * DAY + (int64_t)minute * 60, t = wall - 2 * DAY;
	struct tz_shift s;
	int offset = tz_at(z, t, &s) ? s.to : z->first_offset;
	while (tz_next(z, t, &s) && wall >= s.at + (s.from > s.to ? s.from : s.to)) {
		offset = s.to;
		t = s.at;
	}
	*ret = offset;
	return ERR_NONE;
}
