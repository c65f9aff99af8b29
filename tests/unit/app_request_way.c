/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: from the database, from memory, in every form. */
#include "app_request_world.h"

#include "app/gzip.h"

#include "base/banned.h"

static const struct fake_answer away = {.err = ERR_UNAVAILABLE, .sentence = "Away."};

/* -- answers -- */

static void a_row_becomes_an_answer(void **state) {
	struct world *w = *state;
	fake_db_expect(w->house.db, "member_get", &member);
	struct http_exchange *x = get(w, "/v1/members/FJ");
	assert_int_equal(x->status, 0); /* never inside the call */
	run(w);
	assert_int_equal(x->status, 200);
	assert_string_equal(x->body, "{\"code\":\"FJ\"}");
	assert_string_equal(field_of(x, "ETag"), "\"7\"");
	assert_string_equal(field_of(x, "Last-Modified"), "Sun, 09 Sep 2001 01:46:40 GMT");
	assert_string_equal(field_of(x, "Content-Type"), "application/json");
	assert_string_equal(field_of(x, "Cache-Control"), "public, max-age=60, must-revalidate");
	const struct fake_segment *s = fake_db_segment(w->house.db, 0);
	assert_int_equal(s->calls, 1); /* the door is in it */
	assert_string_equal(s->call[0].statement, "member_get");
	assert_null(s->call[0].values[0]);
	assert_string_equal(s->call[0].values[1], "ANYONE");
	assert_string_equal(s->call[0].values[3], "{\"code\":\"FJ\"}");
	assert_false(s->writes);
}

static void who_has_it_gets_304_without_the_database(void **state) {
	struct world *w = *state;
	fake_db_expect(w->house.db, "member_get", &member);
	(void)get(w, "/v1/members/FJ");
	run(w);
	static const struct {
		const char *name, *value;
		int status;
	} table[] = {
		{"If-None-Match", "\"7\"", 304},
		{"If-None-Match", "W/\"7\"", 304},
		{"If-None-Match", "\"6\", \"7\"", 304},
		{"If-None-Match", "*", 304},
		{"If-None-Match", "\"6\"", 200},
		{"If-Modified-Since", "Sun, 09 Sep 2001 01:46:40 GMT", 304},
		{"If-Modified-Since", "Sun, 09 Sep 2001 01:46:39 GMT", 200},
		{"If-Modified-Since", "now", 200},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct http_exchange *x = begin(w, (struct ask){.method = HTTP_GET_,
		                                                .target = "/v1/members/FJ",
		                                                .fields = {table[i].name, table[i].value}});
		if (x->status != table[i].status)
			fail_msg("%s: %s gave %d", table[i].name, table[i].value, x->status);
		assert_string_equal(field_of(x, "ETag"), "\"7\"");
	}
	/* The tag wins over the time. */
	struct http_exchange *x =
		begin(w, (struct ask){.method = HTTP_GET_,
	                          .target = "/v1/members/FJ",
	                          .fields = {"If-None-Match", "\"6\"", "If-Modified-Since",
	                                     "Sun, 09 Sep 2001 01:46:40 GMT"}});
	assert_int_equal(x->status, 200);
	assert_int_equal(fake_db_submitted(w->house.db), 1);
}

static void gzip_is_another_form_with_another_tag(void **state) {
	struct world *w = *state;
	char body[2000];
	const char *row[] = {"200", "8", NULL, NULL, NULL, body};
	const struct fake_answer large = {ANSWER_ROW, .values = row};
	memset(body, ' ', sizeof body - 1);
	body[sizeof body - 1] = '\0';
	fake_db_expect(w->house.db, "member_get", &large);
	struct ask ask = {
		.method = HTTP_GET_, .target = "/v1/members/FJ", .fields = {"Accept-Encoding", "gzip"}};
	struct http_exchange *x = begin(w, ask);
	run(w);
	assert_int_equal(x->status, 200);
	assert_string_equal(field_of(x, "Content-Encoding"), "gzip");
	assert_string_equal(field_of(x, "ETag"), "\"8-gz\"");
	assert_string_equal(field_of(x, "Vary"), "Accept-Encoding, Authorization");
	struct blob *packed = gzip_pack(str_of(body));
	assert_int_equal(x->body_n, packed->n);
	assert_memory_equal(x->body, packed->bytes, packed->n);
	blob_drop(packed);
	x = get(w, "/v1/members/FJ");
	assert_int_equal(x->body_n, sizeof body - 1);
	assert_string_equal(field_of(x, "Content-Encoding"), "");
	assert_string_equal(field_of(x, "ETag"), "\"8\"");
	assert_int_equal(fake_db_submitted(w->house.db), 1);
}

static void many_who_ask_at_once_are_one_question(void **state) {
	struct world *w = *state;
	struct http_exchange *x[5];
	fake_db_expect(w->house.db, "member_get", &member);
	for (size_t i = 0; i < 5; i++)
		x[i] = get(w, i % 2 ? "/v1/members/FJ" : "/v1/members/%46J");
	run(w);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(x[i]->status, 200);
	assert_int_equal(fake_db_submitted(w->house.db), 1);
}

static void nobody_joins_a_question_from_before_a_change(void **state) {
	struct world *w = *state;
	fake_db_expect(w->house.db, "member_get", &member);
	(void)get(w, "/v1/members/FJ");
	cache_drop(w->house.cache, CACHE_MEMBERS);
	(void)get(w, "/v1/members/FJ");
	assert_int_equal(fake_db_submitted(w->house.db), 2);
	run(w);
	/* The second one's answer was kept, the first one's was not. */
	assert_int_equal(get(w, "/v1/members/FJ")->status, 200);
	assert_int_equal(fake_db_submitted(w->house.db), 2);
	cache_drop(w->house.cache, CACHE_MEMBERS);
	(void)get(w, "/v1/members/FJ");
	run(w);
	assert_int_equal(fake_db_submitted(w->house.db), 3);
}

static void a_credential_keeps_an_answer_out_of_memory(void **state) {
	struct world *w = *state;
	struct ask ask = {
		.method = HTTP_GET_, .target = "/v1/members/FJ", .fields = {"Authorization", "Bearer t"}};
	fake_db_expect(w->house.db, "member_get", &member);
	struct http_exchange *x = begin(w, ask);
	run(w);
	assert_string_equal(field_of(x, "Cache-Control"), "private, no-cache");
	assert_string_equal(fake_db_segment(w->house.db, 0)->call[0].values[0], "t");
	(void)begin(w, ask);
	(void)get(w, "/v1/members/FJ");
	run(w);
	assert_int_equal(fake_db_submitted(w->house.db), 3);
}

static void what_is_in_memory_outlives_the_database(void **state) {
	struct world *w = *state;
	fake_db_expect(w->house.db, "member_get", &member);
	fake_db_expect(w->house.db, "member_get", &away);
	(void)get(w, "/v1/members/FJ");
	run(w);
	assert_int_equal(get(w, "/v1/members/FJ")->status, 200);
	struct http_exchange *x = get(w, "/v1/members/WS");
	run(w);
	assert_int_equal(x->status, 503);
	assert_string_equal(field_of(x, "Retry-After"), "2");
	assert_string_equal(field_of(x, "Content-Type"), "application/problem+json");
}

/* -- renderings -- */

static void accept_chooses_the_rendering(void **state) {
	static const char *const csv_names[] = {"id"}, *const csv_row[] = {"W-1"};
	static const struct fake_answer csv = {
		.columns = 1, .names = csv_names, .rows = 1, .values = csv_row};
	static const char *const list_row[] = {"200", NULL, NULL, NULL, "c 1", "{\"items\":[]}"};
	static const struct fake_answer list = {ANSWER_ROW, .values = list_row};
	struct world *w = *state;
	fake_db_expect(w->house.db, "activity_csv", &csv);
	fake_db_expect(w->house.db, "activity_list", &list);
	struct http_exchange *x = begin(
		w, (struct ask){
			   HTTP_GET_, "/v1/activities", NULL, {"Accept", "text/csv, application/json;q=0.9"}});
	run(w);
	assert_string_equal(field_of(x, "Content-Type"), "text/csv; charset=utf-8; header=present");
	assert_string_equal(field_of(x, "Vary"), "Accept, Accept-Encoding, Authorization");
	assert_string_equal(x->body, "id\r\nW-1\r\n");
	assert_int_equal(fake_db_segment(w->house.db, 0)->lane, DB_SLOW);
	/* Asked of the database, then told from memory. */
	for (int i = 0; i < 2; i++) {
		x = get(w, "/v1/activities?cursor=c%200&limit=5");
		run(w);
		assert_string_equal(field_of(x, "Content-Type"), "application/json");
		assert_string_equal(field_of(x, "Link"),
		                    "</v1/activities?limit=5&cursor=c%201>; rel=\"next\"");
		assert_int_equal(strlen(field_of(x, "ETag")), 24);
		assert_int_equal(fake_db_submitted(w->house.db), 2);
	}
}

static void what_is_too_large_is_said_not_cut(void **state) {
	static const char *const names[] = {"id"}, *const rows[] = {"1", "2", "3", "4"};
	static const struct fake_answer csv = {.columns = 1, .names = names, .rows = 4, .values = rows};
	struct world *w = *state;
	fake_db_expect(w->house.db, "activity_csv", &csv);
	struct http_exchange *x = get(w, "/v1/activities.csv");
	run(w);
	assert_int_equal(x->status, 413);
}

static void a_feed_is_made_for_the_day_the_clock_says(void **state) {
	static const char *const names[] = {
		"uid",       "sequence", "stamp",     "created",    "modified",    "status",   "first",
		"last",      "zone",     "sessions",  "summary",    "description", "location", "url",
		"organizer", "latitude", "longitude", "categories", "transparent", "private",  "calendar"};
	static const char *const row[] = {
		"u1",         "0",  "1000000000", NULL,       "1000000001", "CONFIRMED", "2026-02-01",
		"2026-02-03", NULL, NULL,         "Workshop", NULL,         NULL,        NULL,
		NULL,         NULL, NULL,         NULL,       "f",          "f",         NULL};
	static const struct fake_answer feed = {
		.columns = 21, .names = names, .rows = 1, .values = row};
	struct world *w = *state;
	fake_db_expect(w->house.db, "activity_ics", &feed);
	struct http_exchange *x = get(w, "/v1/activities.ics");
	run(w);
	if (x->status != 200)
		fail_msg("%s", x->body);
	assert_string_equal(field_of(x, "Content-Type"), "text/calendar; charset=utf-8");
	assert_non_null(strstr(x->body, "UID:u1\r\n"));
	assert_string_equal(fake_db_segment(w->house.db, 0)->call[0].values[3],
	                    "{\"day\":\"2026-01-01\"}");
	(void)get(w, "/v1/activities.ics");
	assert_int_equal(fake_db_submitted(w->house.db), 1);
	w->now += 86400; /* another day, another window */
	(void)get(w, "/v1/activities.ics");
	run(w);
	assert_int_equal(fake_db_submitted(w->house.db), 2);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(a_row_becomes_an_answer),
		TEST(who_has_it_gets_304_without_the_database),
		TEST(gzip_is_another_form_with_another_tag),
		TEST(many_who_ask_at_once_are_one_question),
		TEST(nobody_joins_a_question_from_before_a_change),
		TEST(a_credential_keeps_an_answer_out_of_memory),
		TEST(what_is_in_memory_outlives_the_database),
		TEST(accept_chooses_the_rendering),
		TEST(what_is_too_large_is_said_not_cut),
		TEST(a_feed_is_made_for_the_day_the_clock_says),
	};
	return cmocka_run_group_tests_name("app_request_way", tests, NULL, NULL);
}
