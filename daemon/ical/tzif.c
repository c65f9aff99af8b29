/* SPDX-License-Identifier: Apache-2.0 */
#include "ical/tzif.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

#include "base/banned.h"

enum {
	DAY = 86400,
	HEADER = 44,
	OFFSET_MAX = 26 * 3600, /* RFC 8536 §3.2: offsets beyond are not to be expected */
};

struct counts {
	size_t isut, isstd, leap, time, type, chars;
};

static uint32_t be32(const char *p) {
	const unsigned char *u = (const unsigned char *)p;
	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static int64_t be64(const char *p) {
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool header(struct str *at, struct counts *ret, char *ret_version) {
	if (at->n < HEADER || memcmp(at->p, "TZif", 4) != 0)
		return false;
	const char *p = at->p;
	*ret_version = p[4];
	*ret = (struct counts){be32(p + 20), be32(p + 24), be32(p + 28),
	                       be32(p + 32), be32(p + 36), be32(p + 40)};
	*at = (struct str){p + HEADER, at->n - HEADER};
	return true;
}

/* Octets of a data block with `width`-octet times (§3.2). Counts are 32 bits: no overflow. */
static size_t block_size(const struct counts *c, size_t width) {
	return c->time * (width + 1) + c->type * 6 + c->chars + c->leap * (width + 4) + c->isstd
	       + c->isut;
}

static bool abbreviation(struct str chars, size_t at, char ret[TZ_ABBR]) {
	if (at >= chars.n)
		return false;
	size_t n = strnlen(chars.p + at, chars.n - at);
	if (n == 0 || n >= TZ_ABBR || at + n == chars.n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = chars.p[at + i];
		bool ok = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
		          || c == '+' || c == '-';
		if (!ok)
			return false;
	}
	memcpy(ret, chars.p + at, n);
	ret[n] = '\0';
	return true;
}

struct type {
	int offset;
	bool dst;
	char abbr[TZ_ABBR];
};

static bool type_read(const char *types, size_t i, struct str chars, struct type *ret) {
	const char *p = types + i * 6;
	int32_t offset = (int32_t)be32(p);
	if (offset < -OFFSET_MAX || offset > OFFSET_MAX || (unsigned char)p[4] > 1)
		return false;
	ret->offset = offset;
	ret->dst = p[4] != 0;
	return abbreviation(chars, (unsigned char)p[5], ret->abbr);
}

static bool same_type(const struct type *a, const struct type *b) {
	return a->offset == b->offset && a->dst == b->dst && strcmp(a->abbr, b->abbr) == 0;
}

/* The 64-bit block. Shifts that change nothing, and those before year 1, are folded
 * into what stood before. */
static bool block_read(struct str b, const struct counts *c, struct tz *z) {
	const char *times = b.p, *indices = times + c->time * 8, *types = indices + c->time;
	struct str chars = {types + c->type * 6, c->chars};
	struct type now;
	if (c->type == 0 || !type_read(types, 0, chars, &now))
		return false;
	struct {
		struct tz_shift *at;
		size_t n, room;
	} shifts = {0};
	struct type first = now;
	bool ok = true;
	int64_t before = INT64_MIN;
	for (size_t i = 0; ok && i < c->time; i++) {
		int64_t at = be64(times + i * 8);
		size_t index = (unsigned char)indices[i];
		struct type to;
		ok = index < c->type && type_read(types, index, chars, &to) && (i == 0 || at > before);
		before = at;
		if (!ok)
			break;
		if (at < (int64_t)CIVIL_FIRST * DAY)
			first = to;
		else if (!same_type(&to, &now)) {
			struct tz_shift *s = vec_push(&shifts);
			*s = (struct tz_shift){at, now.offset, to.offset, now.dst, to.dst, ""};
			memcpy(s->abbr, to.abbr, sizeof s->abbr);
		}
		now = to;
	}
	z->shifts = shifts.at;
	z->n = shifts.n;
	z->first_offset = first.offset;
	z->first_dst = first.dst;
	memcpy(z->first_abbr, first.abbr, sizeof z->first_abbr);
	return ok;
}

/* -- the footer: std offset [dst [offset] , start [/time] , end [/time]] -- */

static bool take(struct str *s, char c) {
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = (struct str){s->p + 1, s->n - 1};
	return true;
}

static bool number(struct str *s, int max, int *ret) {
	int n = 0;
	size_t digits = 0;
	while (digits < s->n && digits < 4 && s->p[digits] >= '0' && s->p[digits] <= '9')
		n = n * 10 + (s->p[digits++] - '0');
	*s = (struct str){s->p + digits, s->n - digits};
	*ret = n;
	return digits > 0 && n <= max;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool clock_time(struct str *s, int hours_max, int *ret) {
	int h, m = 0, sec = 0;
	bool minus = take(s, '-');
	if (!minus)
		(void)take(s, '+');
	if (!number(s, hours_max, &h))
		return false;
	if (take(s, ':') && (!number(s, 59, &m) || (take(s, ':') && !number(s, 59, &sec))))
		return false;
	*ret = (h * 3600 + m * 60 + sec) * (minus ? -1 : 1);
	return true;
}

static bool footer_name(struct str *s, char ret[TZ_ABBR]) {
	bool quoted = take(s, '<');
	size_t n = 0;
	for (; n < s->n && n < TZ_ABBR - 1; n++) {
		char c = s->p[n];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (!letter && !(quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-')))
			break;
		ret[n] = c;
	}
	ret[n] = '\0';
	*s = (struct str){s->p + n, s->n - n};
	return n >= 3 && (!quoted || take(s, '>'));
}

static bool footer_rule(struct str *s, struct tz_rule *r) {
	*r = (struct tz_rule){.seconds = 2 * 3600};
	if (!take(s, ','))
		return false;
	if (take(s, 'M')) {
		r->form = TZ_MONTH_WEEK;
		if (!number(s, 12, &r->month) || !take(s, '.') || !number(s, 5, &r->week) || !take(s, '.')
		    || !number(s, 6, &r->weekday) || r->month < 1 || r->week < 1)
			return false;
	} else {
		r->form = take(s, 'J') ? TZ_JULIAN : TZ_ZERO_BASED;
		if (!number(s, 365, &r->day) || (r->form == TZ_JULIAN && r->day < 1))
			return false;
	}
	return !take(s, '/') || clock_time(s, 167, &r->seconds);
}

static day_t rule_day(const struct tz_rule *r, int year) {
	day_t new_year = civil_day((struct civil){year, 1, 1});
	bool leap = civil_real((struct civil){year, 2, 29});
	if (r->form == TZ_ZERO_BASED)
		return new_year + r->day;
	if (r->form == TZ_JULIAN)
		return new_year + r->day - 1 + (leap && r->day >= 60);
	unsigned month = (unsigned)r->month;
	day_t first = civil_day((struct civil){year, month, 1});
	int ahead = (r->weekday - (int)(civil_weekday(first) + 1) % 7 + 7) % 7;
	day_t d = first + ahead + (r->week - 1) * 7;
	struct civil c = civil_of(d);
	return c.month == month ? d : d - 7;
}

static int64_t rule_instant(const struct tz_rule *r, int year, int offset) {
	return (int64_t)rule_day(r, year) * DAY + r->seconds - offset;
}

static bool footer_read(struct str s, struct tz *z) {
	if (s.n == 0)
		return true; /* nothing is said: the last shift stays */
	if (!footer_name(&s, z->std_abbr) || !clock_time(&s, 25, &z->std))
		return false;
	z->std = -z->std; /* POSIX counts west */
	if (s.n == 0)
		return true;
	if (!footer_name(&s, z->dst_abbr))
		return false;
	z->dst = z->std + 3600;
	if (s.n && s.p[0] != ',') {
		if (!clock_time(&s, 25, &z->dst))
			return false;
		z->dst = -z->dst;
	}
	if (!footer_rule(&s, &z->start) || !footer_rule(&s, &z->end) || s.n)
		return false;
	z->dst_flag = z->dst > z->std;
	/* "All year" is written as an end that meets the next start (RFC 8536 §3.3.1). */
	z->yearly = z->dst != z->std
	            && rule_instant(&z->end, 2001, z->dst) != rule_instant(&z->start, 2002, z->std);
	return true;
}

enum err tz_parse(struct str octets, struct tz *z, struct why *reterr) {
	struct counts c;
	char version;
	struct str at = octets;
	if (!header(&at, &c, &version))
		return err_set(reterr, ERR_INVALID, "zone", "The file holds no time zone.");
	if (version < '2')
		return err_set(reterr, ERR_UNAVAILABLE, "zone",
		               "The time-zone file is of TZif version 1; version 2 or later is needed.");
	size_t skip = block_size(&c, 4);
	bool ok = skip <= at.n;
	if (ok) {
		at = (struct str){at.p + skip, at.n - skip};
		ok = header(&at, &c, &version);
	}
	size_t size = ok ? block_size(&c, 8) : 0;
	ok = ok && size <= at.n && c.leap == 0 && block_read(at, &c, z);
	if (ok) {
		struct str footer = {at.p + size, at.n - size};
		ok = take(&footer, '\n') && footer.n && footer.p[footer.n - 1] == '\n'
		     && footer_read((struct str){footer.p, footer.n - 1}, z);
	}
	if (!ok)
		return err_set(reterr, ERR_UNAVAILABLE, "zone",
		               "The time-zone file is damaged or counts leap seconds; install the "
		               "system's time-zone data again.");
	return ERR_NONE;
}

void tz_clear(struct tz *z) {
	free(z->shifts);
	*z = (struct tz){0};
}

/* -- looking up -- */

static int year_at(int64_t t) {
	int64_t day = t >= 0 ? t / DAY : -((-t + DAY - 1) / DAY);
	int64_t least = CIVIL_FIRST + 800, most = CIVIL_LAST - 800;
	return civil_of((day_t)(day < least ? least : day > most ? most : day)).year;
}

static struct tz_shift yearly_shift(const struct tz *z, int year, bool start) {
	struct tz_shift s = {.from = start ? z->std : z->dst,
	                     .to = start ? z->dst : z->std,
	                     .dst_from = start != z->dst_flag,
	                     .dst_to = start == z->dst_flag};
	s.at = rule_instant(start ? &z->start : &z->end, year, s.from);
	memcpy(s.abbr, start ? z->dst_abbr : z->std_abbr, sizeof s.abbr);
	return s;
}

void tz_next_yearly(const struct tz *z, int64_t t, struct tz_shift *ret) {
	assert(z->yearly);
	int year = year_at(t);
	bool found = false;
	for (int i = -2; i < 4; i++) { /* a start and an end in each of three years */
		struct tz_shift s = yearly_shift(z, year + (i + 2) / 2 - 1, i % 2 == 0);
		if (s.at > t && (!found || s.at < ret->at)) {
			*ret = s;
			found = true;
		}
	}
}

static int64_t table_end(const struct tz *z) {
	return z->n ? z->shifts[z->n - 1].at : INT64_MIN;
}

bool tz_at(const struct tz *z, int64_t t, struct tz_shift *ret) {
	bool found = false;
	if (z->yearly && t > table_end(z)) {
		int year = year_at(t);
		for (int i = -2; i < 4; i++) {
			struct tz_shift s = yearly_shift(z, year + (i + 2) / 2 - 1, i % 2 == 0);
			if (s.at <= t && s.at > table_end(z) && (!found || s.at > ret->at)) {
				*ret = s;
				found = true;
			}
		}
	}
	for (size_t i = z->n; !found && i-- > 0;) {
		if (z->shifts[i].at <= t) {
			*ret = z->shifts[i];
			found = true;
		}
	}
	return found;
}

bool tz_next(const struct tz *z, int64_t t, struct tz_shift *ret) {
	for (size_t i = 0; i < z->n; i++) {
		if (z->shifts[i].at > t) {
			*ret = z->shifts[i];
			return true;
		}
	}
	if (!z->yearly)
		return false;
	tz_next_yearly(z, t, ret);
	return true;
}

int tz_rule_carry(const struct tz_rule *r) {
	int s = r->seconds;
	return s >= 0 ? s / DAY : -((-s + DAY - 1) / DAY);
}
