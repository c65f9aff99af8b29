/* SPDX-License-Identifier: Apache-2.0 */
/* base/civil against an oracle that only counts: one day after the other from 0001-01-01. */
#include "unit.h"

#include "base/civil.h"

#include "base/banned.h"

static unsigned month_length(int year, unsigned month) {
	if (month == 2) {
		if (year % 400 == 0)
			return 29;
		return year % 4 == 0 && year % 100 != 0 ? 29 : 28;
	}
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void next_day(struct civil *c) {
	if (++c->day > month_length(c->year, c->month)) {
		c->day = 1;
		if (++c->month > 12) {
			c->month = 1;
			c->year++;
		}
	}
}

static void every_day_counts_one_up(void **state) {
	(void)state;
	struct civil c = {1, 1, 1};
	unsigned weekday = 0; /* 0001-01-01 is a Monday */
	day_t d = CIVIL_FIRST;
	for (; c.year <= 9999; next_day(&c), d++, weekday = (weekday + 1) % 7) {
		struct civil back = civil_of(d);
		if (civil_day(c) != d || back.year != c.year || back.month != c.month || back.day != c.day
		    || civil_weekday(d) != weekday || !civil_real(c)
		    || civil_quarter(d) != (int)(c.month + 2) / 3
		    || civil_planning_year(d) != c.year - (c.month < 7))
			fail_msg("day %d, %d-%u-%u", d, c.year, c.month, c.day);
	}
	assert_int_equal(d - 1, CIVIL_LAST);
}

static void every_day_reads_as_written(void **state) {
	(void)state;
	for (day_t d = CIVIL_FIRST; d <= CIVIL_LAST; d++) {
		char text[11];
		day_t back = 0;
		civil_format(d, text);
		if (!civil_parse(str_of(text), &back) || back != d)
			fail_msg("day %d, \"%s\"", d, text);
	}
}

static void known_days(void **state) {
	(void)state;
	assert_int_equal(civil_day((struct civil){1970, 1, 1}), 0);
	assert_int_equal(civil_day((struct civil){2000, 3, 1}), 11017);
	assert_int_equal(civil_weekday(0), 3); /* a Thursday */
	assert_int_equal(civil_day((struct civil){1, 1, 1}), CIVIL_FIRST);
	assert_int_equal(civil_day((struct civil){9999, 12, 31}), CIVIL_LAST);
}

static void impossible_dates_are_refused(void **state) {
	(void)state;
	static const char *const bad[] = {
		"2027-02-29",  "1900-02-29",  "2026-00-10", "2026-13-01", "2026-04-31", "2026-01-00",
		"2026-01-32",  "0000-01-01",  "2026-1-01",  "2026-01-1",  "2026/01/01", "26-01-01",
		"2026-01-01 ", " 2026-01-01", "+026-01-01", "2026-01-0x", "",           "2026-0a-01",
		"20260101",    "2026-01-01T", "2026_01-01", "-026-01-01",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		day_t d = 77;
		if (civil_parse(str_of(bad[i]), &d))
			fail_msg("\"%s\" was taken as day %d", bad[i], d);
		assert_int_equal(d, 77);
	}
	day_t d;
	assert_true(civil_parse(STR("2000-02-29"), &d));
	assert_true(civil_parse(STR("2028-02-29"), &d));
	assert_false(civil_real((struct civil){2026, 6, 31}));
	assert_false(civil_real((struct civil){10000, 1, 1}));
}

static void instants_are_read(void **state) {
	(void)state;
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2026-03-01T09:30:00Z", 1772357400},
		{"2026-03-01t09:30:00z", 1772357400},
		{"2026-03-01T09:30:00.123456Z", 1772357400},
		{"2026-03-01T10:30:00+01:00", 1772357400},
		{"2026-03-01T15:15:00+05:45", 1772357400},
		{"2026-02-28T23:30:00-10:00", 1772357400},
		{"2016-12-31T23:59:60Z", 1483228799},
		{"1969-12-31T23:59:59Z", -1},
		{"0001-01-01T00:00:00Z", -62135596800},
		{"9999-12-31T23:59:59Z", 253402300799},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t s = 0;
		if (!civil_parse_instant(str_of(good[i].text), &s) || s != good[i].seconds)
			fail_msg("%s: %lld", good[i].text, (long long)s);
	}
}

static void impossible_instants_are_refused(void **state) {
	(void)state;
	static const char *const bad[] = {
		"",
		"2026-03-01",
		"2026-03-01T09:30:00",
		"2026-03-01T09:30Z",
		"2026-03-01 09:30:00Z",
		"2026-03-01T24:00:00Z",
		"2026-03-01T09:60:00Z",
		"2026-03-01T09:30:61Z",
		"2026-02-29T09:30:00Z",
		"2026-03-01T09:30:00.Z",
		"2026-03-01T09:30:00,5Z",
		"2026-03-01T09:30:00+24:00",
		"2026-03-01T09:30:00+01:60",
		"2026-03-01T09:30:00+0100",
		"2026-03-01T09:30:00+01",
		"2026-03-01T09:30:00ZZ",
		"2026-03-01T09:30:00Z ",
		"2026-03-01T09:30:00.123",
		"2026-03-01T09:3x:00Z",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t s = 77;
		if (civil_parse_instant(str_of(bad[i]), &s))
			fail_msg("\"%s\" was taken", bad[i]);
		assert_int_equal(s, 77);
	}
}

static void instants_read_as_written(void **state) {
	(void)state;
	const int64_t first = (int64_t)CIVIL_FIRST * 86400, last = (int64_t)CIVIL_LAST * 86400 + 86399;
	char text[21];
	int64_t back;
	for (int64_t s = first; s <= last; s += 9999991) { /* a prime: all times of day come by */
		civil_format_instant(s, text);
		if (!civil_parse_instant(str_of(text), &back) || back != s)
			fail_msg("%lld, \"%s\"", (long long)s, text);
	}
	civil_format_instant(last, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	civil_format_instant(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_counts_one_up),
		cmocka_unit_test(every_day_reads_as_written),
		cmocka_unit_test(known_days),
		cmocka_unit_test(impossible_dates_are_refused),
		cmocka_unit_test(instants_are_read),
		cmocka_unit_test(impossible_instants_are_refused),
		cmocka_unit_test(instants_read_as_written),
	};
	return cmocka_run_group_tests_name("base/civil", tests, NULL, NULL);
}
