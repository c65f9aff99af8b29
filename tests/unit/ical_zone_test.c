/* SPDX-License-Identifier: Apache-2.0 */
/* ical/zone against two others that know time zones: the C library (which reads the same files on
 * its own) for offsets, and libical for what our VTIMEZONE says to a client. */
#include "unit.h"

#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "ical/tzif.h"
#include "ical/zone.h"

#include "base/banned.h"

enum { DAY = 86400 };

static struct arena *a;
static uint64_t random_state;

static int64_t rnd(int64_t below) {
	random_state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
	uint64_t z = random_state;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (int64_t)((z ^ (z >> 31)) % (uint64_t)below);
}

static day_t day(int year, unsigned month, unsigned d) {
	return civil_day((struct civil){year, month, d});
}

static int setup(void **state) {
	(void)state;
	a = arena_new();
	return 0;
}

static int teardown(void **state) {
	(void)state;
	arena_free(a);
	return 0;
}

/* -- the C library's word -- */

static void c_zone(const char *name) {
	assert_int_equal(setenv("TZ", arena_printf(a, ":%s", name), 1), 0);
	tzset();
}

static int c_offset(int64_t t) {
	time_t when = (time_t)t;
	struct tm tm;
	assert_non_null(localtime_r(&when, &tm));
	return (int)tm.tm_gmtoff;
}

/* A wall time as some instant shows it, and every offset that shows it (two in a fold). */
struct wall {
	day_t day;
	int minute;
	int first, second; /* offsets, the earlier instant's first */
};

static struct wall wall_at(int64_t t) {
	int now = c_offset(t), before = c_offset(t - 26 * 3600), after = c_offset(t + 26 * 3600);
	int64_t wall = t + now;
	struct wall w = {.day = (day_t)(wall / DAY), .minute = (int)(wall % DAY / 60)};
	w.first = c_offset(wall - before) == before ? before : now;
	w.second = c_offset(wall - after) == after ? after : now;
	return w;
}

/* -- libical's word -- */

static icaltimezone *client_zone(const char *name, day_t first, day_t last) {
	struct buf b = {0};
	struct why why;
	if (zone_render(&b, str_of(name), first, last, &why) != ERR_NONE)
		fail_msg("%s: %s", name, why.sentence);
	if (strstr(b.p, "RDATE") || !strstr(b.p, "TZOFFSETTO:"))
		fail_msg("%s", b.p);
	icalcomponent *c = icalparser_parse_string(b.p);
	assert_non_null(c);
	icaltimezone *z = icaltimezone_new();
	assert_int_equal(icaltimezone_set_component(z, c), 1);
	buf_clear(&b);
	return z;
}

static int client_offset(icaltimezone *z, const struct wall *w) {
	struct civil c = civil_of(w->day);
	struct icaltimetype t = icaltime_null_time();
	t.year = c.year;
	t.month = (int)c.month;
	t.day = (int)c.day;
	t.hour = w->minute / 60;
	t.minute = w->minute % 60;
	int is_summer;
	return icaltimezone_get_utc_offset(z, &t, &is_summer);
}

static const char *const strange[] = {
	"Africa/Casablanca",   "Africa/El_Aaiun",    "Australia/Lord_Howe", "Pacific/Apia",
	"America/Sao_Paulo",   "Asia/Kathmandu",     "Pacific/Chatham",     "Europe/Dublin",
	"Europe/Paris",        "America/Nuuk",       "Asia/Gaza",           "Asia/Jerusalem",
	"Asia/Tehran",         "America/Santiago",   "Africa/Cairo",        "Asia/Pyongyang",
	"America/Caracas",     "Antarctica/Troll",   "Pacific/Fiji",        "Pacific/Norfolk",
	"America/Mexico_City", "Europe/Istanbul",    "Europe/Volgograd",    "Asia/Amman",
	"Asia/Beirut",         "Africa/Khartoum",    "America/Havana",      "Etc/UTC",
	"Etc/GMT+12",          "Pacific/Kiritimati",
};

static void check_wall(const char *name, const struct wall *w) {
	int offset;
	struct why why;
	if (zone_offset(str_of(name), w->day, w->minute, &offset, &why) != ERR_NONE)
		fail_msg("%s: %s", name, why.sentence);
	if (offset != w->first)
		fail_msg("%s day %d minute %d: %d, the C library says %d", name, w->day, w->minute, offset,
		         w->first);
}

static void check_client(const char *name, icaltimezone *z, const struct wall *w) {
	int offset = client_offset(z, w);
	if (offset != w->first && offset != w->second)
		fail_msg("%s day %d minute %d: a client reads %d, the C library says %d", name, w->day,
		         w->minute, offset, w->first);
}

/* Half of the instants anywhere in the span, half within hours of a change of offset. */
static int64_t instant_in(day_t first, day_t last) {
	int64_t from = (int64_t)(first + 1) * DAY, to = (int64_t)last * DAY;
	int64_t t = from + rnd((to - from) / 60) * 60;
	if (rnd(2))
		return t;
	for (int64_t at = t; at + DAY < to; at += DAY) {
		if (c_offset(at) == c_offset(at + DAY))
			continue;
		t = at - DAY / 2 + rnd(2 * DAY / 60) * 60;
		return t < from ? from : t > to ? to : t;
	}
	return t;
}

static void check_zone(const char *name, int spans, int walls) {
	c_zone(name);
	for (int i = 0; i < spans; i++) {
		day_t first = day(1990, 1, 1) + (day_t)rnd(43 * 365);
		day_t last = first + 2 + (day_t)rnd(i % 2 ? 3 * 365 : 30);
		icaltimezone *z = client_zone(name, first, last);
		for (int k = 0; k < walls; k++) {
			struct wall w = wall_at(instant_in(first, last));
			check_wall(name, &w);
			check_client(name, z, &w);
		}
		icaltimezone_free(z, 1);
	}
	arena_reset(a);
}

static void strange_zones_agree_at_hundreds_of_wall_times(void **state) {
	(void)state;
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
		check_zone(strange[i], 6, 100);
}

static void every_zone_of_the_system_agrees(void **state) {
	(void)state;
	FILE *f = fopen("/usr/share/zoneinfo/zone1970.tab", "re");
	assert_non_null(f);
	char line[512], name[80];
	int zones = 0;
	while (fgets(line, sizeof line, f)) {
		if (line[0] == '#' || sscanf(line, "%*s %*s %79s", name) != 1)
			continue;
		check_zone(name, 2, 25);
		zones++;
	}
	(void)fclose(f);
	assert_true(zones > 300);
}

/* The control: the comparison does tell a VTIMEZONE that is wrong for the day asked. */
static void a_zone_for_another_span_is_seen_to_be_wrong(void **state) {
	(void)state;
	c_zone("Africa/Casablanca");
	icaltimezone *z = client_zone("Africa/Casablanca", day(2022, 1, 1), day(2022, 12, 31));
	struct wall ramadan = wall_at((int64_t)day(2024, 3, 20) * DAY + DAY / 2);
	assert_int_equal(ramadan.first, 0);
	assert_int_equal(client_offset(z, &ramadan), 3600);
	icaltimezone_free(z, 1);
}

/* Far years go by the footer, and a rule whose day carries over the date line of its week. */
static void the_footer_goes_on(void **state) {
	(void)state;
	static const char *const yearly[] = {
		"Europe/Paris",        "America/Nuuk",    "Asia/Jerusalem", "America/Santiago",
		"Australia/Lord_Howe", "Pacific/Chatham", "Europe/Dublin",  "America/New_York"};
	for (size_t i = 0; i < sizeof yearly / sizeof *yearly; i++) {
		c_zone(yearly[i]);
		for (int k = 0; k < 300; k++) {
			struct wall w = wall_at(instant_in(day(2038, 1, 1), day(2400, 1, 1)));
			check_wall(yearly[i], &w);
		}
	}
}

/* -- single values -- */

static int offset_at(const char *name, day_t d, int minute) {
	int offset;
	struct why why;
	if (zone_offset(str_of(name), d, minute, &offset, &why) != ERR_NONE)
		fail_msg("%s", why.sentence);
	return offset;
}

static void folds_and_gaps_follow_the_standard(void **state) {
	(void)state;
	assert_int_equal(offset_at("Europe/Paris", day(2027, 3, 28), 119), 3600);
	assert_int_equal(offset_at("Europe/Paris", day(2027, 3, 28), 150), 3600); /* gap: before it */
	assert_int_equal(offset_at("Europe/Paris", day(2027, 3, 28), 180), 7200);
	assert_int_equal(offset_at("Europe/Paris", day(2027, 10, 31), 150), 7200); /* fold: first */
	assert_int_equal(offset_at("Europe/Paris", day(2027, 10, 31), 180), 3600);
	assert_int_equal(offset_at("Pacific/Apia", day(2011, 12, 30), 720), -36000); /* never was */
	assert_int_equal(offset_at("Pacific/Apia", day(2011, 12, 31), 0), 50400);
	assert_int_equal(offset_at("Australia/Lord_Howe", day(2027, 1, 10), 0), 39600);
	assert_int_equal(offset_at("Australia/Lord_Howe", day(2027, 7, 10), 0), 37800);
	assert_int_equal(offset_at("Asia/Kathmandu", day(2027, 7, 10), 0), 20700);
}

static const char *rendered(const char *name, day_t first, day_t last) {
	struct buf b = {0};
	struct why why;
	if (zone_render(&b, str_of(name), first, last, &why) != ERR_NONE)
		fail_msg("%s", why.sentence);
	const char *s = arena_dup(a, b.p, b.n);
	buf_clear(&b);
	return s;
}

static size_t count(const char *s, const char *what) {
	size_t n = 0;
	for (; (s = strstr(s, what)) != NULL; s++)
		n++;
	return n;
}

static void a_regular_zone_is_two_rules(void **state) {
	(void)state;
	assert_string_equal(rendered("Europe/Paris", day(2027, 1, 5), day(2027, 1, 6)),
	                    "BEGIN:VTIMEZONE\r\n"
	                    "TZID:Europe/Paris\r\n"
	                    "BEGIN:STANDARD\r\n"
	                    "DTSTART:20261025T030000\r\n"
	                    "TZOFFSETFROM:+0200\r\n"
	                    "TZOFFSETTO:+0100\r\n"
	                    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
	                    "TZNAME:CET\r\n"
	                    "END:STANDARD\r\n"
	                    "BEGIN:DAYLIGHT\r\n"
	                    "DTSTART:20270328T020000\r\n"
	                    "TZOFFSETFROM:+0100\r\n"
	                    "TZOFFSETTO:+0200\r\n"
	                    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
	                    "TZNAME:CEST\r\n"
	                    "END:DAYLIGHT\r\n"
	                    "END:VTIMEZONE\r\n");
	/* Dublin's data calls winter the odd time; on the wall, summer is ahead. */
	const char *dublin = rendered("Europe/Dublin", day(2027, 1, 5), day(2029, 1, 6));
	assert_non_null(strstr(dublin, "TZNAME:IST\r\nEND:DAYLIGHT"));
	assert_non_null(strstr(dublin, "TZNAME:GMT\r\nEND:STANDARD"));
}

static void an_irregular_zone_is_single_onsets(void **state) {
	(void)state;
	const char *morocco = rendered("Africa/Casablanca", day(2022, 1, 1), day(2025, 12, 31));
	assert_int_equal(count(morocco, "RRULE"), 0);
	assert_int_equal(count(morocco, "RDATE"), 0);
	assert_int_equal(count(morocco, "DTSTART"), 10); /* 2 a year, and 2 before */
	/* Turkey made its summer time standard in 2016: no DAYLIGHT is left. */
	const char *turkey = rendered("Europe/Istanbul", day(2025, 1, 1), day(2025, 12, 31));
	assert_non_null(strstr(turkey, "TZOFFSETTO:+0300\r\nTZNAME:+03\r\nEND:STANDARD"));
	assert_int_equal(count(turkey, "BEGIN:"), 2);
	const char *latvia = rendered("Europe/Riga", day(2000, 1, 1), day(2000, 8, 1));
	assert_int_equal(count(latvia, "RRULE"), 0); /* no summer time in 2000 */
	const char *fixed = rendered("Africa/Nairobi", day(2022, 1, 1), day(2030, 12, 31));
	assert_int_equal(count(fixed, "BEGIN:STANDARD"), 1);
	assert_int_equal(count(fixed, "DAYLIGHT"), 0);
}

static void names_that_are_no_zones_stay_off_the_disk(void **state) {
	(void)state;
	static const char *const names[] = {
		"",
		"/etc/passwd",
		"../zoneinfo/Europe/Paris",
		"Europe/../Europe/Paris",
		"Europe//Paris",
		"Europe/Paris/",
		"Europe/Par\xc3\xads",
		"Europe Paris",
		"posix/Europe/Paris",
		"right/Europe/Paris",
		"localtime",
		"posixrules",
		"zone.tab",
		"tzdata.zi",
		"Factory",
		"-/x",
		"a/b/c/d",
		"Europe",
		"Europe/Atlantis",
		"leapseconds",
		"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct why why = {0};
		if (zone_check(str_of(names[i]), &why) != ERR_INVALID)
			fail_msg("%s is taken for a zone", names[i]);
		assert_string_equal(why.field, "zone");
		assert_true(str_utf8(str_of(why.sentence)) && why.sentence[0]);
	}
	assert_int_equal(zone_check((struct str){"Europe/Paris\0x", 14}, NULL), ERR_INVALID);
	assert_int_equal(zone_check(STR("America/Argentina/Buenos_Aires"), NULL), ERR_NONE);
	assert_int_equal(zone_check(STR("Etc/GMT-14"), NULL), ERR_NONE);
}

static void another_directory_counts(void **state) {
	(void)state;
	zone_directory("/nonexistent");
	assert_int_equal(zone_check(STR("Europe/Paris"), NULL), ERR_INVALID);
	zone_directory("/usr/share/zoneinfo");
	assert_int_equal(zone_check(STR("Europe/Paris"), NULL), ERR_NONE);
}

/* Cut anywhere, any octet changed: an error or a zone, never more (run under ASan and UBSan). */
static void damaged_files_are_refused_or_harmless(void **state) {
	(void)state;
	char octets[8192];
	FILE *f = fopen("/usr/share/zoneinfo/Africa/Casablanca", "re");
	assert_non_null(f);
	size_t n = fread(octets, 1, sizeof octets, f);
	(void)fclose(f);
	struct tz z = {0};
	assert_int_equal(tz_parse((struct str){octets, n}, &z, NULL), ERR_NONE);
	assert_true(z.n > 50);
	tz_clear(&z);
	size_t refused = 0;
	for (size_t i = 0; i < n; i++) {
		char *cut = malloc(i + 1);
		assert_non_null(cut);
		memcpy(cut, octets, i);
		assert_int_not_equal(tz_parse((struct str){cut, i}, &z, NULL), ERR_NONE);
		tz_clear(&z);
		free(cut);
		char was = octets[i];
		octets[i] = (char)(was ^ (1 << rnd(8)));
		refused += tz_parse((struct str){octets, n}, &z, NULL) != ERR_NONE;
		struct tz_shift s;
		(void)tz_at(&z, rnd(INT64_MAX), &s);
		(void)tz_next(&z, -rnd(INT64_MAX), &s);
		tz_clear(&z);
		octets[i] = was;
	}
	assert_true(refused > n / 4);
}

int main(void) {
	const char *given = getenv("ATELIER_SEED");
	random_state = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	print_message("ATELIER_SEED=%llu\n", (unsigned long long)random_state);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(strange_zones_agree_at_hundreds_of_wall_times, setup,
	                                    teardown),
		cmocka_unit_test_setup_teardown(every_zone_of_the_system_agrees, setup, teardown),
		cmocka_unit_test_setup_teardown(a_zone_for_another_span_is_seen_to_be_wrong, setup,
	                                    teardown),
		cmocka_unit_test_setup_teardown(the_footer_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(folds_and_gaps_follow_the_standard, setup, teardown),
		cmocka_unit_test_setup_teardown(a_regular_zone_is_two_rules, setup, teardown),
		cmocka_unit_test_setup_teardown(an_irregular_zone_is_single_onsets, setup, teardown),
		cmocka_unit_test_setup_teardown(names_that_are_no_zones_stay_off_the_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(another_directory_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged_files_are_refused_or_harmless, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	zone_forget();
	return failed;
}
