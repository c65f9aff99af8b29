/* SPDX-License-Identifier: Apache-2.0 */
/* Writing, and what is refused before the database is asked. */
#include "app_request_world.h"

#include "base/banned.h"

static const char *const created_row[] = {"201", "1", NULL, "/v1/donors/XX", NULL, "{}"};
static const struct fake_answer created = {ANSWER_ROW, .values = created_row};

/* -- writes -- */

static const struct ask post_donor = {
	.method = HTTP_POST_,
	.target = "/v1/donors",
	.body = "{\"code\":\"XX\",\"name\":\"X\",\"funder\":\"F\"}",
	.fields = {"Authorization", "Bearer t", "Content-Type", "application/json", "Idempotency-Key",
               "k1"},
};

static void a_write_carries_its_key_and_is_seen_at_once(void **state) {
	struct world *w = *state;
	fake_db_expect(w->house.db, "member_get", &member);
	fake_db_expect(w->house.db, "donor_create", &created);
	(void)get(w, "/v1/members/FJ");
	run(w);
	struct http_exchange *x = begin(w, post_donor);
	assert_int_equal(x->welcome, 1000);
	run(w);
	if (x->status != 201)
		fail_msg("%s", x->body);
	assert_string_equal(field_of(x, "Location"), "/v1/donors/XX");
	assert_string_equal(field_of(x, "Cache-Control"), "no-store");
	const struct fake_segment *s = fake_db_segment(w->house.db, 1);
	assert_true(s->writes);
	assert_string_equal(s->call[0].values[3], "k1");
	assert_int_equal(strlen(s->call[0].values[4]), 64);
	assert_string_equal(s->call[1].values[1], post_donor.body);
	(void)get(w, "/v1/members/FJ");
	run(w);
	assert_int_equal(fake_db_submitted(w->house.db), 3);
}

static void fingerprints_tell_requests_apart(void **state) {
	struct world *w = *state;
	struct ask other = post_donor;
	other.target = "/v1/donors?";
	fake_db_expect(w->house.db, "donor_create", &created);
	(void)begin(w, post_donor);
	(void)begin(w, post_donor);
	(void)begin(w, other);
	run(w);
	const char *first = fake_db_segment(w->house.db, 0)->call[0].values[4];
	assert_string_equal(first, fake_db_segment(w->house.db, 1)->call[0].values[4]);
	assert_string_not_equal(first, fake_db_segment(w->house.db, 2)->call[0].values[4]);
}

static void a_repeat_is_answered_as_before(void **state) {
	struct world *w = *state;
	static const struct fake_answer again = {
		.err = ERR_INTERNAL,
		.sqlstate = "AT208",
		.sentence = "Done before.",
		.detail = "{\"replay\":{\"status\":201,\"etag\":\"1\",\"location\":\"/v1/donors/XX\","
				  "\"body\":{\"code\":\"XX\"}}}"};
	fake_db_expect(w->house.db, "donor_create", &again);
	struct http_exchange *x = begin(w, post_donor);
	run(w);
	assert_int_equal(x->status, 201);
	assert_string_equal(field_of(x, "Idempotency-Replayed"), "true");
	assert_string_equal(field_of(x, "ETag"), "\"1\"");
	assert_string_equal(field_of(x, "Location"), "/v1/donors/XX");
	assert_string_equal(x->body, "{\"code\":\"XX\"}");
}

static void a_refusal_carries_reasons_and_alternatives(void **state) {
	struct world *w = *state;
	static const struct fake_answer refused = {
		.err = ERR_CONFLICT,
		.sqlstate = "AT409",
		.sentence = "The expert is elsewhere.",
		.field = "expert",
		.detail = "{\"reasons\":[{\"code\":\"booked\",\"sentence\":\"s\"}],\"alternatives\":[1]}"};
	fake_db_expect(w->house.db, "donor_create", &refused);
	struct http_exchange *x = begin(w, post_donor);
	run(w);
	assert_int_equal(x->status, 409);
	json_t *body = json_loads(x->body, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(body, "detail")),
	                    "The expert is elsewhere.");
	assert_string_equal(json_string_value(json_object_get(body, "field")), "expert");
	assert_int_equal(json_integer_value(json_object_get(body, "status")), 409);
	assert_int_equal(json_array_size(json_object_get(body, "reasons")), 1);
	assert_int_equal(json_array_size(json_object_get(body, "alternatives")), 1);
	json_decref(body);
}

/* -- refused before the database -- */

static void what_cannot_be_right_never_reaches_the_database(void **state) {
	static const struct {
		struct ask ask;
		int status;
		const char *field, *value;
	} table[] = {
		{{HTTP_GET_, "/v1/nothing", NULL, {NULL}}, 404, NULL, NULL},
		{{HTTP_DELETE_, "/v1/members/FJ", NULL, {NULL}}, 405, "Allow", "GET, HEAD, PATCH, OPTIONS"},
		{{HTTP_OPTIONS_, "/v1/members/FJ", NULL, {NULL}},
	     204,
	     "Allow",
	     "GET, HEAD, PATCH, OPTIONS"},
		{{HTTP_GET_, "/v1/requests", NULL, {NULL}},
	     401,
	     "WWW-Authenticate",
	     "Bearer realm=\"atelier\""},
		{{HTTP_GET_, "/v1/members", NULL, {"Authorization", "Basic eA=="}},
	     401,
	     "WWW-Authenticate",
	     "Bearer realm=\"atelier\""},
		{{HTTP_GET_, "/v1/members", NULL, {"Accept", "text/html"}}, 406, NULL, NULL},
		{{HTTP_GET_, "/v1/activities", NULL, {"Accept", "text/html"}}, 406, NULL, NULL},
		{{HTTP_GET_, "/v1/members?nope=1", NULL, {NULL}}, 400, NULL, NULL},
		{{HTTP_POST_, "/v1/donors", "{}", {"Authorization", "Bearer t"}}, 415, NULL, NULL},
		{{HTTP_POST_,
	      "/v1/donors",
	      "{}",
	      {"Authorization", "Bearer t", "Content-Type", "text/plain"}},
	     415,
	     NULL,
	     NULL},
		{{HTTP_POST_,
	      "/v1/donors",
	      "{]",
	      {"Authorization", "Bearer t", "Content-Type", "application/json"}},
	     400,
	     NULL,
	     NULL},
		{{HTTP_POST_,
	      "/v1/donors",
	      "",
	      {"Authorization", "Bearer t", "Content-Type", "application/json"}},
	     400,
	     NULL,
	     NULL},
		{{HTTP_POST_,
	      "/v1/donors",
	      "{}",
	      {"Authorization", "Bearer t", "Content-Type", "application/json", "Idempotency-Key",
	       "a b"}},
	     400,
	     NULL,
	     NULL},
		{{HTTP_PATCH_,
	      "/v1/donors/DE",
	      "{}",
	      {"Authorization", "Bearer t", "Content-Type", "application/json", "If-Match", "*"}},
	     400,
	     NULL,
	     NULL},
		{{HTTP_PATCH_,
	      "/v1/donors/DE",
	      "{}",
	      {"Authorization", "Bearer t", "Content-Type", "application/json", "If-Match", "W/\"1\""}},
	     400,
	     NULL,
	     NULL},
		{{HTTP_POST_,
	      "/v1/donors",
	      "{}",
	      {"Authorization", "Bearer t", "Content-Type", "application/json", "If-Match", "\"1\""}},
	     400,
	     NULL,
	     NULL},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct http_exchange *x = begin(w, table[i].ask);
		if (x->status != table[i].status)
			fail_msg("%zu: %s gave %d", i, table[i].ask.target, x->status);
		if (table[i].field)
			assert_string_equal(field_of(x, table[i].field), table[i].value);
	}
	assert_int_equal(fake_db_submitted(w->house.db), 0);
}

static void if_match_goes_to_sql(void **state) {
	struct world *w = *state;
	fake_db_expect(w->house.db, "donor_update", &member);
	(void)begin(w, (struct ask){HTTP_PATCH_,
	                            "/v1/donors/DE",
	                            "{\"name\":\"Germany\"}",
	                            {"Authorization", "Bearer t", "Content-Type", "application/json",
	                             "If-Match", "\"3-gz\""}});
	run(w);
	assert_string_equal(fake_db_segment(w->house.db, 0)->call[1].values[0],
	                    "{\"code\":\"DE\",\"if_match\":\"3\"}");
}

static void a_broken_file_never_reaches_the_database(void **state) {
	static const char *const report_row[] = {"200", NULL, NULL, NULL, NULL, "{}"};
	static const struct fake_answer report = {ANSWER_ROW, .values = report_row};
	struct world *w = *state;
	struct ask ask = {HTTP_POST_,
	                  "/v1/import/members?dry_run=1",
	                  "code,name\nFJ,Fiji\nWS\n",
	                  {"Authorization", "Bearer t", "Content-Type", "text/csv"}};
	fake_db_expect(w->house.db, "import", &report);
	struct http_exchange *x = begin(w, ask);
	assert_int_equal(x->welcome, 5000);
	run(w);
	assert_int_equal(x->status, 400);
	assert_non_null(strstr(x->body, "\"line\":3"));
	assert_int_equal(fake_db_submitted(w->house.db), 0);
	ask.body = "code,name\nFJ,Fiji\n";
	x = begin(w, ask);
	run(w);
	assert_int_equal(x->status, 200);
	const struct fake_segment *s = fake_db_segment(w->house.db, 0);
	assert_string_equal(s->call[1].values[0], "{\"table\":\"members\",\"dry_run\":\"1\"}");
	json_t *rows = json_loads(s->call[1].values[1], 0, NULL);
	assert_int_equal(json_array_size(json_object_get(rows, "rows")), 1);
	json_decref(rows);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(a_write_carries_its_key_and_is_seen_at_once),
		TEST(fingerprints_tell_requests_apart),
		TEST(a_repeat_is_answered_as_before),
		TEST(a_refusal_carries_reasons_and_alternatives),
		TEST(what_cannot_be_right_never_reaches_the_database),
		TEST(if_match_goes_to_sql),
		TEST(a_broken_file_never_reaches_the_database),
	};
	return cmocka_run_group_tests_name("app_request_writes", tests, NULL, NULL);
}
