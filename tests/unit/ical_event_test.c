/* SPDX-License-Identifier: Apache-2.0 */
/* ical/event: what is rendered, read again by libical, is what went in. */
#include "unit.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "ical/event.h"
#include "ical/zone.h"
#include "ical_reread.h"

#include "base/banned.h"

static struct arena *a;

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

static struct event sample(void) {
	return (struct event){.uid = STR("w-1@atelier.example"),
	                      .stamp = 1772355600,
	                      .status = EVENT_CONFIRMED,
	                      .first = 20880,
	                      .last = 20882,
	                      .summary = STR("Workshop"),
	                      .latitude = NAN,
	                      .longitude = NAN};
}

static void note(size_t index, const struct why *why, void *ctx) {
	(void)index;
	*(struct why *)ctx = *why;
}

static struct str rendered(const struct calendar *c, enum calendar_shape shape,
                           const struct event *events, size_t n, size_t *skips, struct why *why) {
	struct buf out = {0};
	calendar_render(&out, c, shape, events, n, skips, note, why);
	struct str copy = {arena_dup(a, out.p, out.n), out.n};
	buf_clear(&out);
	return copy;
}

static struct str days_of(struct event e) {
	size_t skips;
	struct why why = {0};
	struct str ics =
		rendered(&(struct calendar){.name = STR("Plan")}, CALENDAR_DAYS, &e, 1, &skips, &why);
	if (skips)
		fail_msg("left out: %s", why.sentence);
	return ics;
}

static bool holds(struct str ics, const char *line) {
	return strstr(ics.p, arena_printf(a, "\r\n%s\r\n", line)) != NULL;
}

static void an_activity_is_written_line_by_line(void **state) {
	(void)state;
	struct event e = sample();
	e.last = e.first;
	struct str ics = days_of(e);
	assert_string_equal(ics.p, "BEGIN:VCALENDAR\r\n"
	                           "VERSION:2.0\r\n"
	                           "PRODID:-//Atelier//atelierd//EN\r\n"
	                           "CALSCALE:GREGORIAN\r\n"
	                           "NAME:Plan\r\n"
	                           "X-WR-CALNAME:Plan\r\n"
	                           "BEGIN:VEVENT\r\n"
	                           "UID:w-1@atelier.example\r\n"
	                           "DTSTAMP:20260301T090000Z\r\n"
	                           "SEQUENCE:0\r\n"
	                           "STATUS:CONFIRMED\r\n"
	                           "DTSTART;VALUE=DATE:20270303\r\n"
	                           "DTEND;VALUE=DATE:20270304\r\n"
	                           "SUMMARY:Workshop\r\n"
	                           "TRANSP:OPAQUE\r\n"
	                           "END:VEVENT\r\n"
	                           "END:VCALENDAR\r\n");
}

static void text_is_escaped_and_cleaned(void **state) {
	(void)state;
	struct event e = sample();
	e.summary = STR("a,b;c\\d\"e");
	e.description = STR("1\r\n2\r3\n4\xc2\x85"
	                    "5\xe2\x80\xa8"
	                    "6\xe2\x80\xa9"
	                    "7\x01\x7f\xc2\x9f"
	                    "8\t9");
	const struct str categories[] = {STR("risk, and \xc3\xa9lan"), STR("x;y")};
	e.categories = categories;
	e.category_count = 2;
	struct str ics = days_of(e);
	assert_true(holds(ics, "SUMMARY:a\\,b\\;c\\\\d\"e"));
	assert_true(holds(ics, "DESCRIPTION:1\\n2\\n3\\n4\\n5\\n6\\n78\t9"));
	assert_true(holds(ics, "CATEGORIES:risk\\, and \xc3\xa9lan,x\\;y"));
}

static void nothing_breaks_out_of_its_line(void **state) {
	(void)state;
	struct event e = sample();
	e.url = STR("https://x.example/a b\r\nATTENDEE:mailto:x@x.example\xc3\xa9");
	e.location = STR("here\r\nEND:VEVENT\r\nBEGIN:VALARM");
	struct str ics = days_of(e);
	assert_true(holds(ics, "URL:https://x.example/a%20b%0D%0AATTENDEE:mailto:x@x.example%C3%A9"));
	assert_true(holds(ics, "LOCATION:here\\nEND:VEVENT\\nBEGIN:VALARM"));
	assert_null(octets_wrong(a, ics));
}

/* libical alone breaks a line of 150 octets between its CR and LF. */
static void every_length_folds_well(void **state) {
	(void)state;
	static const char *const units[] = {"x", "\xd8\xb4", "\xe6\xb5\xb7", "\xf0\x9f\x9a\x80",
	                                    "a b;"};
	for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
		struct buf text = {0};
		for (int n = 0; n < 250; n++) {
			buf_adds(&text, units[u]);
			struct event e = sample();
			e.summary = buf_str(&text);
			struct str ics = days_of(e);
			assert_null(octets_wrong(a, ics));
			struct reread r;
			assert_true(reread_calendar(a, ics, &r));
			assert_true(str_eq(r.events[0].summary, e.summary));
			arena_reset(a);
		}
		buf_clear(&text);
	}
}

static void the_calendar_describes_itself(void **state) {
	(void)state;
	struct calendar c = {.name = STR("Plan, 2027; draft"),
	                     .description = STR("Every\nworkshop"),
	                     .url = STR("https://x.example/"),
	                     .source = STR("https://x.example/v1/activities.ics?region=AP"),
	                     .color = STR("navy"),
	                     .refresh_hours = 6};
	size_t skips;
	struct why why;
	struct str ics = rendered(&c, CALENDAR_DAYS, NULL, 0, &skips, &why);
	assert_true(holds(ics, "NAME:Plan\\, 2027\\; draft"));
	assert_true(holds(ics, "X-WR-CALNAME:Plan\\, 2027\\; draft"));
	assert_true(holds(ics, "X-WR-CALDESC:Every\\nworkshop"));
	assert_true(holds(ics, "SOURCE;VALUE=URI:https://x.example/v1/activities.ics?region=AP"));
	assert_true(holds(ics, "COLOR:navy"));
	assert_true(holds(ics, "REFRESH-INTERVAL;VALUE=DURATION:PT6H"));
	assert_true(holds(ics, "X-PUBLISHED-TTL:PT6H"));
	assert_null(strstr(ics.p, "METHOD"));
	assert_null(strstr(ics.p, "VEVENT"));
}

static void sessions_are_wall_times_with_one_zone_each(void **state) {
	(void)state;
	const struct event_session sessions[] = {{20880, 540, 1020}, {20881, 1200, 1440}};
	struct event e[2] = {sample(), sample()};
	e[0].sessions = e[1].sessions = sessions;
	e[0].session_count = e[1].session_count = 2;
	e[0].zone = STR("Europe/Paris");
	e[1].zone = STR("Africa/Nairobi");
	e[1].uid = STR("w-2");
	size_t skips;
	struct why why;
	struct calendar c = {.name = STR("Plan")};
	struct str ics = rendered(&c, CALENDAR_SESSIONS, e, 2, &skips, &why);
	assert_int_equal(skips, 0);
	assert_true(holds(ics, "UID:w-1@atelier.example-1"));
	assert_true(holds(ics, "DTSTART;TZID=Europe/Paris:20270303T090000"));
	assert_true(holds(ics, "DTEND;TZID=Europe/Paris:20270303T170000"));
	assert_true(holds(ics, "DTEND;TZID=Europe/Paris:20270305T000000"));
	struct reread r;
	assert_true(reread_calendar(a, ics, &r));
	assert_int_equal(r.n, 4);
	assert_int_equal(r.zones, 2);
	const char *nairobi = strstr(ics.p, "TZID:Africa/Nairobi\r\n");
	const char *paris = strstr(ics.p, "TZID:Europe/Paris\r\n");
	assert_true(nairobi && paris && nairobi < paris); /* by name, whatever the events' order */
	struct str all_day = rendered(&c, CALENDAR_DAYS, e, 2, &skips, &why);
	assert_null(strstr(all_day.p, "VTIMEZONE"));
	assert_null(strstr(all_day.p, "TZID"));
}

struct fault {
	const char *field;
	void (*make)(struct event *e);
};

static void no_uid(struct event *e) {
	e->uid = STR("");
}
static void uid_breaks(struct event *e) {
	e->uid = STR("a\r\nb");
}
static void uid_long(struct event *e) {
	e->uid = (struct str){memset(arena_alloc(a, 256), 'u', 256), 256};
}
static void summary_bad(struct event *e) {
	e->summary = STR("\xff");
}
static void category_bad(struct event *e) {
	static const struct str bad = STR("\xc3(");
	e->categories = &bad;
	e->category_count = 1;
}
static void upside_down(struct event *e) {
	e->last = e->first - 1;
}
static void no_day_after(struct event *e) {
	e->last = civil_day((struct civil){3000, 12, 31});
}
static void stamp_far(struct event *e) {
	e->stamp = INT64_MAX;
}
static void sequence_negative(struct event *e) {
	e->sequence = -1;
}
static void sequence_large(struct event *e) {
	e->sequence = (int64_t)INT_MAX + 1;
}
static void off_earth(struct event *e) {
	e->latitude = 91, e->longitude = 0;
}
static void session_backwards(struct event *e) {
	static const struct event_session s = {20880, 600, 600};
	e->sessions = &s;
	e->session_count = 1;
	e->zone = STR("Europe/Paris");
}
static void session_past_midnight(struct event *e) {
	static const struct event_session s = {20880, 600, 1441};
	session_backwards(e);
	e->sessions = &s;
}
static const struct event_session fine = {20880, 600, 660};
static void no_zone(struct event *e) {
	e->sessions = &fine, e->session_count = 1;
}
static void zone_climbs(struct event *e) {
	no_zone(e), e->zone = STR("../../etc/passwd");
}
static void zone_unknown(struct event *e) {
	no_zone(e), e->zone = STR("Europe/Atlantis");
}

static void a_faulty_event_is_left_out_alone(void **state) {
	(void)state;
	static const struct fault faults[] = {
		{"uid", no_uid},
		{"uid", uid_breaks},
		{"uid", uid_long},
		{"summary", summary_bad},
		{"categories", category_bad},
		{"last", upside_down},
		{"last", no_day_after},
		{"stamp", stamp_far},
		{"sequence", sequence_negative},
		{"sequence", sequence_large},
		{"latitude", off_earth},
		{"sessions", session_backwards},
		{"sessions", session_past_midnight},
		{"zone", no_zone},
		{"zone", zone_climbs},
		{"zone", zone_unknown},
	};
	struct event e[3] = {sample(), sample(), sample()};
	size_t skips;
	struct why why;
	struct calendar c = {.name = STR("Plan")};
	struct event pair[2] = {e[0], e[2]};
	struct str without = rendered(&c, CALENDAR_SESSIONS, pair, 2, &skips, &why);
	assert_int_equal(skips, 0);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		e[1] = sample();
		faults[i].make(&e[1]);
		why = (struct why){0};
		struct str ics = rendered(&c, CALENDAR_SESSIONS, e, 3, &skips, &why);
		assert_int_equal(skips, 1);
		assert_string_equal(why.field, faults[i].field);
		assert_string_equal(ics.p, without.p);
		assert_true(str_utf8(str_of(why.sentence)));
	}
}

/* -- random calendars -- */

static uint64_t random_state;

static uint64_t rnd(uint64_t below) {
	random_state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
	uint64_t z = random_state;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

static struct str random_text(size_t most) {
	static const char *const pieces[] = {
		"a",
		"Z",
		" ",
		" ",
		",",
		";",
		"\\",
		"\"",
		":",
		"\n",
		"\r\n",
		"\r",
		"\t",
		"\x01",
		"\x7f",
		"\xc2\x85",
		"\xc2\x9f",
		"\xe2\x80\xa8",
		"\xc3\xa9",
		"e\xcc\x81\xcc\xa3",
		"\xd8\xb4\xd9\x8e\xd8\xaf\xd9\x91",
		"\xe6\xb5\xb7\xe5\x85\xb3",
		"\xd0\xa2\xd0\xb0",
		"\xf0\x9f\x91\xa9\xf0\x9f\x8f\xbd\xe2\x80\x8d\xf0\x9f\x9a\x80",
		"\xef\xbb\xbf",
		"word ",
		"\\n",
		"END:VEVENT",
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	};
	struct buf b = {0};
	size_t count = rnd(most + 1), one = rnd(2) ? rnd(sizeof pieces / sizeof *pieces) : SIZE_MAX;
	for (size_t i = 0; i < count; i++)
		buf_adds(&b, pieces[one != SIZE_MAX && rnd(8) ? one : rnd(sizeof pieces / sizeof *pieces)]);
	struct str s = {arena_dup(a, b.p, b.n), b.n};
	buf_clear(&b);
	return s;
}

/* What is left of a text, character by character (ours works on octets). */
static struct str cleaned(struct str s) {
	struct buf b = {0};
	for (size_t i = 0; i < s.n;) {
		unsigned char u = (unsigned char)s.p[i];
		size_t n = u < 0x80 ? 1 : u < 0xe0 ? 2 : u < 0xf0 ? 3 : 4;
		uint32_t c = n == 1 ? u : u & (0xffU >> (n + 1));
		for (size_t k = 1; k < n; k++)
			c = c << 6 | ((unsigned char)s.p[i + k] & 0x3f);
		bool paired = c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n';
		if (c == '\n' || (c == '\r' && !paired) || c == 0x85 || c == 0x2028 || c == 0x2029)
			buf_addc(&b, '\n');
		else if (c == '\t' || (c >= 0x20 && c < 0x7f) || c >= 0xa0)
			buf_add(&b, s.p + i, n);
		i += n;
	}
	struct str r = str_trim((struct str){arena_dup(a, b.p, b.n), b.n});
	buf_clear(&b);
	return r;
}

static const struct str zone_choice[] = {STR("Europe/Paris"),        STR("Africa/Casablanca"),
                                         STR("Asia/Kathmandu"),      STR("Pacific/Chatham"),
                                         STR("Australia/Lord_Howe"), STR("America/Sao_Paulo")};

static struct event random_event(size_t i) {
	struct event e = {.uid = str_of(arena_printf(a, "%zu,;\\-%" PRIu64, i, rnd(1000))),
	                  .sequence = (int64_t)rnd(INT_MAX),
	                  .stamp = (int64_t)rnd(4000000000),
	                  .created = (int64_t)rnd(4000000000),
	                  .modified = (int64_t)rnd(4000000000),
	                  .status = (enum event_status)rnd(3),
	                  .first = (day_t)rnd(40000),
	                  .summary = random_text(40),
	                  .description = random_text(200),
	                  .location = random_text(10),
	                  .url = rnd(2) ? STR("https://x.example/a?b=c,d;e#f") : STR(""),
	                  .organizer_name = random_text(10),
	                  .latitude = NAN,
	                  .longitude = NAN,
	                  .transparent = rnd(2),
	                  .private_ = rnd(2)};
	e.last = e.first + (day_t)rnd(6);
	if (rnd(2)) {
		e.latitude = ((double)rnd(180000001) - 90000000.0) / 1e6;
		e.longitude = ((double)rnd(360000001) - 180000000.0) / 1e6;
	}
	struct str *categories = arena_array(a, struct str, 4);
	e.categories = categories;
	e.category_count = rnd(4);
	for (size_t k = 0; k < e.category_count; k++)
		categories[k] = str_of(arena_printf(a, "c%s", random_text(4).p));
	struct event_session *sessions = arena_array(a, struct event_session, 3);
	e.sessions = sessions;
	e.session_count = rnd(4);
	e.zone = zone_choice[rnd(sizeof zone_choice / sizeof *zone_choice)];
	for (size_t k = 0; k < e.session_count; k++) {
		int start = (int)rnd(1440);
		sessions[k] = (struct event_session){e.first + (day_t)k, start,
		                                     start + 1 + (int)rnd((uint64_t)(1440 - start))};
	}
	return e;
}

static void assert_text(struct str got, struct str wanted, const char *what) {
	struct str clean = cleaned(wanted);
	if (!str_eq(got, clean))
		fail_msg("%s: “%.*s” came back as “%.*s”", what, STR_ARG(clean), STR_ARG(got));
}

static void assert_event(const struct event *got, const struct event *e, size_t session) {
	struct str uid = e->uid;
	if (session < SIZE_MAX) {
		uid = str_of(arena_printf(a, "%.*s-%zu", STR_ARG(uid), session + 1));
		assert_int_equal(got->session_count, 1);
		assert_memory_equal(got->sessions, &e->sessions[session], sizeof *got->sessions);
		assert_text(got->zone, e->zone, "zone");
	} else {
		assert_int_equal(got->session_count, 0);
		assert_int_equal(got->first, e->first);
		assert_int_equal(got->last, e->last);
	}
	assert_text(got->uid, uid, "uid");
	assert_int_equal(got->sequence, e->sequence);
	assert_int_equal(got->stamp, e->stamp);
	assert_int_equal(got->created, e->created);
	assert_int_equal(got->modified, e->modified);
	assert_int_equal(got->status, e->status);
	assert_text(got->summary, e->summary, "summary");
	assert_text(got->description, e->description, "description");
	assert_text(got->location, e->location, "location");
	assert_text(got->url, e->url, "url");
	assert_text(got->organizer_name, e->organizer_name, "contact");
	assert_int_equal(isnan(got->latitude), isnan(e->latitude));
	if (!isnan(e->latitude))
		assert_true(fabs(got->latitude - e->latitude) < 1e-6
		            && fabs(got->longitude - e->longitude) < 1e-6);
	assert_int_equal(got->category_count, e->category_count);
	for (size_t i = 0; i < e->category_count; i++)
		assert_text(got->categories[i], e->categories[i], "category");
	assert_int_equal(got->transparent, e->transparent);
	assert_int_equal(got->private_, e->private_);
}

static void assert_zones_declared(const struct reread *r) {
	for (size_t i = 0; i < r->n; i++) {
		size_t found = 0;
		for (size_t k = 0; k < r->zones; k++)
			found += str_eq(r->zone_names[k], r->events[i].zone);
		assert_int_equal(found, r->events[i].session_count ? 1 : 0);
	}
}

static void random_round(void) {
	enum { N = 20 };
	struct event e[N];
	for (size_t i = 0; i < N; i++)
		e[i] = random_event(i);
	struct calendar c = {
		.name = random_text(30), .description = random_text(60), .refresh_hours = 12};
	enum calendar_shape shape = rnd(2) ? CALENDAR_SESSIONS : CALENDAR_DAYS;
	size_t skips;
	struct why why;
	struct str ics = rendered(&c, shape, e, N, &skips, &why);
	assert_int_equal(skips, 0);
	const char *wrong = octets_wrong(a, ics);
	if (wrong)
		fail_msg("%s", wrong);
	struct reread r;
	assert_true(reread_calendar(a, ics, &r));
	assert_text(r.name, c.name, "name");
	assert_text(r.x_name, c.name, "X-WR-CALNAME");
	assert_text(r.description, c.description, "calendar's description");
	assert_int_equal(r.refresh_hours, 12);
	size_t at = 0;
	for (size_t i = 0; i < N; i++) {
		if (shape == CALENDAR_DAYS || !e[i].session_count)
			assert_event(&r.events[at++], &e[i], SIZE_MAX);
		for (size_t k = 0; shape == CALENDAR_SESSIONS && k < e[i].session_count; k++)
			assert_event(&r.events[at++], &e[i], k);
	}
	assert_int_equal(at, r.n);
	assert_zones_declared(&r);
	struct str again = rendered(&c, shape, e, N, &skips, &why);
	assert_true(str_eq(ics, again));
}

static void random_calendars_come_back_whole(void **state) {
	(void)state;
	const char *given = getenv("ATELIER_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
	print_message("ATELIER_SEED=%" PRIu64 "\n", seed);
	random_state = seed;
	for (int i = 0; i < 300; i++) {
		random_round();
		arena_reset(a);
	}
}

/* The control: what the octet check is for. */
static void wrong_octets_are_seen(void **state) {
	(void)state;
	assert_null(octets_wrong(a, STR("A:b\r\n c\r\n")));
	assert_non_null(octets_wrong(a, STR("A:b\n")));
	assert_non_null(octets_wrong(a, STR("A:b\rc\r\n")));
	assert_non_null(octets_wrong(a, STR("A:\xc3\r\n \xa9\r\n")));
	assert_non_null(octets_wrong(a, STR("A:b")));
	char *line = arena_printf(a, "A:%074d\r\n", 0);
	assert_non_null(octets_wrong(a, str_of(line)));
	assert_null(octets_wrong(a, str_of(arena_printf(a, "A:%073d\r\n", 0))));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_activity_is_written_line_by_line, setup, teardown),
		cmocka_unit_test_setup_teardown(text_is_escaped_and_cleaned, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_breaks_out_of_its_line, setup, teardown),
		cmocka_unit_test_setup_teardown(every_length_folds_well, setup, teardown),
		cmocka_unit_test_setup_teardown(the_calendar_describes_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(sessions_are_wall_times_with_one_zone_each, setup,
	                                    teardown),
		cmocka_unit_test_setup_teardown(a_faulty_event_is_left_out_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(random_calendars_come_back_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_octets_are_seen, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	zone_forget();
	return failed;
}
