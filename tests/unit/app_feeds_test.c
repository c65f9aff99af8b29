/* SPDX-License-Identifier: Apache-2.0 */
/* app/feeds: rows of api.event become events; a faulty row costs itself only. */
#include "unit.h"

#include <math.h>
#include <string.h>

#include "app/feeds.h"
#include "ical/zone.h"
#include "rows.h"

#include "base/banned.h"

enum {
	UID,
	SEQUENCE,
	STAMP,
	CREATED,
	MODIFIED,
	STATUS,
	FIRST,
	LAST,
	ZONE,
	SESSIONS,
	SUMMARY,
	DESCRIPTION,
	LOCATION,
	URL,
	ORGANIZER,
	LATITUDE,
	LONGITUDE,
	CATEGORIES,
	TRANSPARENT,
	PRIVATE,
	CALENDAR,
	COLUMNS
};

static const char *const names[COLUMNS] = {
	"uid",       "sequence", "stamp",     "created",    "modified",    "status",   "first",
	"last",      "zone",     "sessions",  "summary",    "description", "location", "url",
	"organizer", "latitude", "longitude", "categories", "transparent", "private",  "calendar"};

static const char *const good[COLUMNS] = {
	"w-1@x.example",
	"3",
	"1772355600",
	"1772355000",
	"1772355601",
	"TENTATIVE",
	"2027-03-03",
	"2027-03-05",
	"Pacific/Fiji",
	"[[\"2027-03-03\", 540, 1020], [\"2027-03-04\", 540, 1440]]",
	"Suva",
	"Three days",
	"Suva, Fiji",
	"https://x.example/1",
	"Secretariat",
	"-18.14",
	"178.44",
	"[\"national\", \"risk, \\u00e9lan\", \"\"]",
	"t",
	"f",
	NULL};

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

/* Two rows, the first with one cell changed; COLUMNS changes none. */
static struct feed feed_with(int column, const char *value) {
	const char **cells = arena_array(a, const char *, 2 * COLUMNS);
	memcpy(cells, good, sizeof good);
	memcpy(cells + COLUMNS, good, sizeof good);
	cells[COLUMNS] = "w-2@x.example";
	if (column < COLUMNS)
		cells[column] = value;
	struct db_result r = rows_new(a, names, COLUMNS, cells, 2);
	struct feed f;
	struct why why;
	assert_int_equal(feed_read(a, &r, &f, &why), ERR_NONE);
	return f;
}

static void a_row_becomes_an_event(void **state) {
	(void)state;
	struct feed f = feed_with(COLUMNS, NULL);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.skipped, 0);
	assert_int_equal(f.modified, 1772355601);
	const struct event *e = &f.events[0];
	assert_true(str_is(e->uid, "w-1@x.example"));
	assert_int_equal(e->sequence, 3);
	assert_int_equal(e->stamp, 1772355600);
	assert_int_equal(e->created, 1772355000);
	assert_int_equal(e->status, EVENT_TENTATIVE);
	assert_int_equal(e->last - e->first, 2);
	assert_int_equal(e->session_count, 2);
	assert_int_equal(e->sessions[1].day, e->first + 1);
	assert_int_equal(e->sessions[1].end_minute, 1440);
	assert_true(str_is(e->organizer_name, "Secretariat"));
	assert_true(fabs(e->longitude - 178.44) < 1e-9);
	assert_int_equal(e->category_count, 2); /* the empty one says nothing */
	assert_true(str_is(e->categories[1], "risk, \xc3\xa9lan"));
	assert_true(e->transparent && !e->private_);
	assert_ptr_not_equal(e->summary.p, good[SUMMARY]); /* a copy: the result dies */
}

static void columns_are_found_by_name(void **state) {
	(void)state;
	const char *turned[COLUMNS], *cells[COLUMNS];
	for (int i = 0; i < COLUMNS; i++) {
		turned[i] = names[COLUMNS - 1 - i];
		cells[i] = good[COLUMNS - 1 - i];
	}
	struct db_result r = rows_new(a, turned, COLUMNS, cells, 1);
	struct feed f;
	assert_int_equal(feed_read(a, &r, &f, NULL), ERR_NONE);
	assert_true(str_is(f.events[0].summary, "Suva"));
	turned[4] = "latitud";
	struct why why;
	assert_int_equal(feed_read(a, &r, &f, &why), ERR_INTERNAL);
	assert_string_equal(why.field, names[COLUMNS - 5]);
}

static void absent_values_are_absent(void **state) {
	(void)state;
	static const int optional[] = {CREATED,     MODIFIED,   ZONE,        SESSIONS,  SUMMARY,
	                               DESCRIPTION, LOCATION,   URL,         ORGANIZER, LATITUDE,
	                               LONGITUDE,   CATEGORIES, TRANSPARENT, PRIVATE};
	for (size_t i = 0; i < sizeof optional / sizeof *optional; i++) {
		struct feed f = feed_with(optional[i], NULL);
		assert_int_equal(f.n, 2);
		assert_int_equal(f.skipped, 0);
	}
	assert_true(isnan(feed_with(LATITUDE, NULL).events[0].latitude));
	assert_int_equal(feed_with(SESSIONS, NULL).events[0].session_count, 0);
}

static void a_faulty_row_is_left_out_alone(void **state) {
	(void)state;
	static const struct {
		int column;
		const char *value, *named;
	} faults[] = {
		{UID, "", "uid"},
		{UID, NULL, "uid"},
		{SEQUENCE, "x", "sequence"},
		{STAMP, "1.5", "stamp"},
		{STATUS, "confirmed", "status"},
		{STATUS, NULL, "status"},
		{FIRST, "2027-02-30", "first"},
		{LAST, NULL, "last"},
		{SESSIONS, "{}", "sessions"},
		{SESSIONS, "[1]", "sessions"},
		{SESSIONS, "[[\"2027-03-03\",540]]", "sessions"},
		{SESSIONS, "[", "sessions"},
		{SESSIONS, "[[\"2027-03-03\",540,1441]]", "sessions"},
		{LATITUDE, "0x1p3", "latitude"},
		{LATITUDE, "NaN", "latitude"},
		{LONGITUDE, "\"1\"", "longitude"},
		{CATEGORIES, "[1]", "categories"},
		{CATEGORIES, "\"x\"", "categories"},
		{TRANSPARENT, "yes", "transparent"},
		{PRIVATE, "", "private"},
	};
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct feed f = feed_with(faults[i].column, faults[i].value);
		assert_int_equal(f.n, 1);
		assert_int_equal(f.skipped, 1);
		assert_true(str_is(f.events[0].uid, "w-2@x.example"));
		assert_non_null(strstr(f.fault.sentence, faults[i].named));
		if (faults[i].column != UID)
			assert_string_equal(f.fault.field, "w-1@x.example");
	}
}

static void a_name_alone_names_the_calendar(void **state) {
	(void)state;
	const char *cells[2 * COLUMNS] = {[CALENDAR] = "Ana (phone)"};
	memcpy(cells + COLUMNS, good, sizeof good);
	struct db_result r = rows_new(a, names, COLUMNS, cells, 2);
	struct feed f;
	assert_int_equal(feed_read(a, &r, &f, NULL), ERR_NONE);
	assert_true(str_is(f.name, "Ana (phone)"));
	assert_int_equal(f.n, 1);
	assert_int_equal(f.skipped, 0);
	assert_null(feed_with(COLUMNS, NULL).name.p);
}

static void rendering_counts_what_it_leaves_out(void **state) {
	(void)state;
	struct feed f = feed_with(ZONE, "Pacific/Atlantis");
	struct buf out = {0};
	struct calendar c = {.name = STR("Plan")};
	feed_render(&out, &c, CALENDAR_SESSIONS, &f);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.skipped, 1);
	assert_string_equal(f.fault.field, "w-1@x.example");
	assert_null(strstr(out.p, "UID:w-1@"));
	assert_non_null(strstr(out.p, "UID:w-2@x.example-2\r\n"));
	assert_non_null(strstr(out.p, "DTSTART;TZID=Pacific/Fiji:20270304T090000\r\n"));
	buf_clear(&out);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_becomes_an_event, setup, teardown),
		cmocka_unit_test_setup_teardown(columns_are_found_by_name, setup, teardown),
		cmocka_unit_test_setup_teardown(absent_values_are_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(a_faulty_row_is_left_out_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(a_name_alone_names_the_calendar, setup, teardown),
		cmocka_unit_test_setup_teardown(rendering_counts_what_it_leaves_out, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	zone_forget();
	return failed;
}
