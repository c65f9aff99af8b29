/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The system's time-zone data: TZif files, version 2 and later (RFC 8536), with the POSIX TZ
 * footer that goes on where the table ends. Private to ical/. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"
#include "base/err.h"
#include "base/str.h"

enum { TZ_ABBR = 16, TZ_NAME_MAX = 64 };

/* A moment at which the offset, or only its name or flag, changes. Offsets are seconds east of
 * UTC. */
struct tz_shift {
	int64_t at; /* seconds UTC */
	int from, to;
	bool dst_from, dst_to; /* as flagged in the data (winter may be the odd one: Dublin) */
	char abbr[TZ_ABBR];    /* of `to` */
};

/* The day and wall time of a yearly shift (RFC 8536 §3.3.1, POSIX TZ). */
struct tz_rule {
	enum { TZ_MONTH_WEEK, TZ_JULIAN, TZ_ZERO_BASED } form; /* Mm.w.d, Jn, n */
	int month, week, weekday; /* 1–12; 1–5, 5 is the last; 0 = Sunday */
	int day;                  /* Jn: 1–365 without 29 February; n: 0–365 */
	int seconds;              /* of wall time from that day's 00:00; −167 to 167 hours */
};

struct tz {
	struct tz *next; /* in the cache */
	char name[TZ_NAME_MAX + 1];
	struct tz_shift *shifts; /* ascending */
	size_t n;
	int first_offset; /* before the first shift */
	bool first_dst;
	char first_abbr[TZ_ABBR];
	/* yearly: after the last shift, each year goes std → dst at `start` and back at `end` */
	bool yearly;
	int std, dst;
	char std_abbr[TZ_ABBR], dst_abbr[TZ_ABBR];
	bool dst_flag; /* false: the footer's "dst" is behind its "std" (Dublin) */
	struct tz_rule start, end;
};

/* The zone, read once and kept until tz_forget; any thread. ERR_INVALID for a name that is no
 * IANA zone of this system, ERR_UNAVAILABLE for a file that can't be read or understood. */
must_check enum err tz_load(struct str name, const struct tz **ret, struct why *reterr);
void tz_directory(const char *directory); /* also forgets; no other call may be running */
void tz_forget(void);

/* Letters, digits, + - _ in up to three parts, each beginning with a letter; not the names of
 * tzdata's own housekeeping (posix/…, right/…, localtime, posixrules, Factory). */
bool tz_name_ok(struct str name);

/* Read the octets of a TZif file; *ret is zeroed by the caller, freed with tz_clear. */
must_check enum err tz_parse(struct str octets, struct tz *ret, struct why *reterr);
void tz_clear(struct tz *z);

/* The shift in force at t, i.e. the last at or before it; false if t is before all. */
bool tz_at(const struct tz *z, int64_t t, struct tz_shift *ret);
/* The first shift after t; false if there is none. */
bool tz_next(const struct tz *z, int64_t t, struct tz_shift *ret);
/* The same by the yearly rule alone, wherever the table ends; z->yearly. */
void tz_next_yearly(const struct tz *z, int64_t t, struct tz_shift *ret);

/* How many whole days rule.seconds reaches past the rule's day (may be negative). */
int tz_rule_carry(const struct tz_rule *r);
