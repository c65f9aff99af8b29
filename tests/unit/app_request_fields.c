/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "app/fields.h"

#include "base/banned.h"

static void accept_prefers_the_most_specific_range(void **state) {
	static const struct {
		const char *accept, *type;
		int quality;
	} table[] = {
		{"text/csv", "text/csv", 1000},
		{"text/csv", "application/json", 0},
		{"*/*", "text/csv", 1000},
		{"text/*;q=0.5, text/csv;q=0.25", "text/csv", 250},
		{"text/csv;q=0.25, text/*;q=0.5", "text/csv", 250},
		{"text/*;q=0.5, */*;q=0.1", "text/calendar", 500},
		{"*/*;q=0.1", "application/json", 100},
		{"application/json;q=0", "application/json", 0},
		{"APPLICATION/JSON;Q=0.3", "application/json", 300},
		{"text/calendar;charset=utf-8;q=0.125", "text/calendar", 125},
		{"application/json;q=1.5", "application/json", 1000},
		{"application/json;q=x", "application/json", 0},
		{"", "application/json", 0},
		{"textual/*", "text/csv", 0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		int q = field_quality(str_of(table[i].accept), table[i].type);
		if (q != table[i].quality)
			fail_msg("%s for %s: %d", table[i].accept, table[i].type, q);
	}
	assert_int_equal(field_quality((struct str){NULL, 0}, "text/csv"), 1000);
}

static void gzip_is_taken_when_wanted(void **state) {
	(void)state;
	assert_true(field_takes_gzip(STR("gzip")));
	assert_true(field_takes_gzip(STR("br, gzip;q=0.8, *;q=0.1")));
	assert_true(field_takes_gzip(STR("*")));
	assert_true(field_takes_gzip(STR("GZIP")));
	assert_false(field_takes_gzip((struct str){NULL, 0}));
	assert_false(field_takes_gzip(STR("")));
	assert_false(field_takes_gzip(STR("gzip;q=0")));
	assert_false(field_takes_gzip(STR("gzip;q=0, *")));
	assert_false(field_takes_gzip(STR("identity, gzip;q=0.5")));
	assert_false(field_takes_gzip(STR("deflate, br")));
}

static void tags_are_found_in_lists(void **state) {
	(void)state;
	struct str tag = STR("a,b");
	assert_true(field_lists_tag(STR("\"a,b\""), tag));
	assert_true(field_lists_tag(STR("\"x\", W/\"a,b\""), tag));
	assert_true(field_lists_tag(STR(" \"x\" ,\"a,b\""), tag));
	assert_true(field_lists_tag(STR("*"), tag));
	assert_false(field_lists_tag(STR("\"a\", \"b\""), tag));
	assert_false(field_lists_tag(STR("a,b"), tag));
	assert_false(field_lists_tag(STR("\"a,b"), tag));
	assert_false(field_lists_tag(STR(""), tag));
}

static void if_match_takes_one_strong_tag(void **state) {
	struct str tag;
	(void)state;
	assert_true(field_one_tag(STR("\"7\""), &tag));
	assert_true(str_is(tag, "7"));
	assert_true(field_one_tag(STR("\"7-gz\""), &tag));
	assert_true(str_is(tag, "7"));
	assert_false(field_one_tag(STR("W/\"7\""), &tag));
	assert_false(field_one_tag(STR("\"7\", \"8\""), &tag));
	assert_false(field_one_tag(STR("7"), &tag));
	assert_false(field_one_tag(STR("\"\""), &tag));
	assert_false(field_one_tag(STR("*"), &tag));
	assert_false(field_one_tag(STR("\"7"), &tag));
}

static void media_types_are_compared(void **state) {
	(void)state;
	assert_true(field_is_type(STR("application/json"), "application/json"));
	assert_true(field_is_type(STR("Application/JSON; charset=UTF-8"), "application/json"));
	assert_true(field_is_type(STR("text/csv;charset=\"utf-8\";header=present"), "text/csv"));
	assert_false(field_is_type(STR("text/csv; charset=iso-8859-1"), "text/csv"));
	assert_false(field_is_type(STR("application/jsonp"), "application/json"));
	assert_false(field_is_type((struct str){NULL, 0}, "application/json"));
}

static void bearers_are_read_strictly(void **state) {
	struct str token;
	(void)state;
	assert_true(field_bearer(STR("Bearer atl_abc_def"), &token));
	assert_true(str_is(token, "atl_abc_def"));
	assert_true(field_bearer(STR("bEaReR a~b+c/d="), &token));
	assert_false(field_bearer(STR("Bearer "), &token));
	assert_false(field_bearer(STR("Bearer"), &token));
	assert_false(field_bearer(STR("Basic dXNlcg=="), &token));
	assert_false(field_bearer(STR("Bearer two words"), &token));
	assert_false(field_bearer(STR("Bearer a\0b"), &token));
	char lengthy[600];
	memset(lengthy, 'a', sizeof lengthy);
	memcpy(lengthy, "Bearer ", 7);
	assert_true(field_bearer((struct str){lengthy, 7 + 512}, &token));
	assert_false(field_bearer((struct str){lengthy, 7 + 513}, &token));
}

static void keys_are_visible_ascii(void **state) {
	char lengthy[129];
	(void)state;
	memset(lengthy, 'k', sizeof lengthy);
	assert_true(field_is_key(STR("8e03978e-40d5-43dd-bc93-6894a57f9324")));
	assert_true(field_is_key((struct str){lengthy, 128}));
	assert_false(field_is_key((struct str){lengthy, 129}));
	assert_false(field_is_key(STR("")));
	assert_false(field_is_key(STR("a b")));
	assert_false(field_is_key(STR("caf\xc3\xa9")));
}

static void dates_go_there_and_back(void **state) {
	static const struct {
		int64_t seconds;
		const char *text;
	} table[] = {
		{784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
		{0, "Thu, 01 Jan 1970 00:00:00 GMT"},
		{951782399, "Mon, 28 Feb 2000 23:59:59 GMT"},
		{951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
	};
	static const char *const wrong[] = {
		"Mon, 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 31 Feb 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun, 06 nov 1994 08:49:37 GMT",
		"",
	};
	char text[30];
	int64_t back;
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		field_date(table[i].seconds, text);
		assert_string_equal(text, table[i].text);
		assert_true(field_date_parse(str_of(text), &back));
		assert_int_equal(back, table[i].seconds);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(field_date_parse(str_of(wrong[i]), &back));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept_prefers_the_most_specific_range),
		cmocka_unit_test(gzip_is_taken_when_wanted),
		cmocka_unit_test(tags_are_found_in_lists),
		cmocka_unit_test(if_match_takes_one_strong_tag),
		cmocka_unit_test(media_types_are_compared),
		cmocka_unit_test(bearers_are_read_strictly),
		cmocka_unit_test(keys_are_visible_ascii),
		cmocka_unit_test(dates_go_there_and_back),
	};
	return cmocka_run_group_tests_name("app_request_fields", tests, NULL, NULL);
}
