/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Civil days of the proleptic Gregorian calendar, without zone or clock: day 0 is 1970-01-01.
 * Years 1 to 9999 (what YYYY-MM-DD can write, RFC 3339 §5.6). */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef int32_t day_t;

struct civil {
	int year;
	unsigned month, day; /* 1–12, 1–31 */
};

enum { CIVIL_FIRST = -719162, CIVIL_LAST = 2932896 }; /* 0001-01-01 … 9999-12-31 */

day_t civil_day(struct civil c); /* c must be a real date */
struct civil civil_of(day_t d);
bool civil_real(struct civil c); /* 2027-02-29 is not */
unsigned civil_weekday(day_t d); /* 0 = Monday … 6 = Sunday (ISO 8601) */

bool civil_parse(struct str s, day_t *ret); /* exactly YYYY-MM-DD and a real date */
void civil_format(day_t d, char ret[11]);   /* YYYY-MM-DD and NUL */

/* RFC 3339 instant ("2026-03-01T09:30:00Z", any offset, optional fraction) to seconds since
 * 1970-01-01T00:00:00Z; false if malformed or impossible. A leap second counts as :59. */
bool civil_parse_instant(struct str s, int64_t *ret);
void civil_format_instant(int64_t seconds, char ret[21]); /* 2026-03-01T09:30:00Z and NUL */

int civil_quarter(day_t d);       /* calendar quarter, 1–4 */
int civil_planning_year(day_t d); /* the year its July falls in: 2027-03-01 → 2026 */
