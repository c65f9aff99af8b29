/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>

#include "app/calls.h"
#include "app/gzip.h"
#include "app/house.h"
#include "app/render.h"
#include "base/buf.h"
#include "fake/db.h"

#include "base/banned.h"

/* A request's way with a database and a network that do as they are told. */

struct http_exchange {
	struct http_request request;
	struct arena *arena;
	void *user;
	int status; /* 0: not answered yet */
	char *body;
	size_t body_n;
	struct http_field fields[16];
	size_t field_count;
	size_t welcome;
};

struct world {
	struct house house;
	uv_loop_t loop;
	struct conf conf;
	struct answer openapi;
	int64_t now;
	struct http_exchange *made[64];
	size_t made_count;
};

/* -- the network -- */

struct str http_field(const struct http_request *r, const char *name) {
	for (size_t i = 0; i < r->field_count; i++)
		if (str_ieq(r->fields[i].name, str_of(name)))
			return r->fields[i].value;
	return (struct str){NULL, 0};
}

const struct http_request *http_exchange_request(const struct http_exchange *x) {
	return &x->request;
}

struct arena *http_exchange_arena(struct http_exchange *x) {
	return x->arena;
}

void *http_exchange_user(const struct http_exchange *x) {
	return x->user;
}

void http_exchange_set_user(struct http_exchange *x, void *user) {
	x->user = user;
}

void http_respond(struct http_exchange *x, const struct http_answer *answer) {
	assert_int_equal(x->status, 0); /* once */
	x->status = answer->status;
	assert_true(answer->field_count <= 16);
	for (size_t i = 0; i < answer->field_count; i++)
		x->fields[i] = answer->fields[i];
	x->field_count = answer->field_count;
	if (answer->blob) {
		x->body = arena_dup(x->arena, answer->blob->bytes, answer->blob->n);
		x->body_n = answer->blob->n;
		blob_drop(answer->blob);
	}
}

void house_count(struct house *h, const struct request *q, int status) {
	(void)q;
	h->answered[status / 100]++;
}

static const char *field_of(const struct http_exchange *x, const char *name) {
	for (size_t i = 0; i < x->field_count; i++)
		if (str_ieq(x->fields[i].name, str_of(name)))
			return arena_dup(x->arena, x->fields[i].value.p, x->fields[i].value.n);
	return "";
}

/* -- asking -- */

struct ask {
	enum http_method method;
	const char *target, *body;
	const char *fields[8]; /* name, value … */
};

static struct http_exchange *begin(struct world *w, struct ask ask) {
	struct arena *a = arena_new();
	struct http_exchange *x = arena_new_of(a, struct http_exchange);
	struct http_request *r = &x->request;
	x->arena = a;
	r->method = ask.method;
	r->target = r->query = str_of(ask.target);
	r->path = str_cut(&r->query, '?');
	r->fields = arena_array(a, struct http_field, 4);
	for (size_t i = 0; i < 8 && ask.fields[i]; i += 2)
		r->fields[r->field_count++] =
			(struct http_field){str_of(ask.fields[i]), str_of(ask.fields[i + 1])};
	r->id = w->made_count;
	w->made[w->made_count++] = x;
	x->welcome = request_head(x, &w->house);
	r->body = str_of(ask.body);
	if (!x->status)
		request_whole(x, &w->house);
	return x;
}

static struct http_exchange *get(struct world *w, const char *target) {
	return begin(w, (struct ask){.method = HTTP_GET_, .target = target});
}

static void run(struct world *w) {
	(void)uv_run(&w->loop, UV_RUN_DEFAULT);
}

/* -- answers of the database -- */

#define ONE_ROW .columns = 6, .names = columns, .rows = 1
static const char *const columns[] = {"status", "etag", "modified", "location", "next", "body"};
static const char *const member_row[] = {"200", "7", "1000000000", NULL, NULL, "{\"code\":\"FJ\"}"};
static const struct fake_answer member = {ONE_ROW, .values = member_row};
static const char *const created_row[] = {"201", "1", NULL, "/v1/donors/XX", NULL, "{}"};
static const struct fake_answer created = {ONE_ROW, .values = created_row};
static const struct fake_answer away = {.err = ERR_UNAVAILABLE, .sentence = "Away."};

static int64_t told_time(void *ctx) {
	return ((struct world *)ctx)->now;
}

static void closed(void *ctx) {
	(void)ctx;
}

static int set_up(void **state) {
	struct world *w = calloc(1, sizeof *w);
	struct why why;
	assert_non_null(w);
	assert_int_equal(uv_loop_init(&w->loop), 0);
	w->now = 1767225600;
	w->conf = (struct conf){.http_body_size = 1000,
	                        .http_import_size = 5000,
	                        .feeds_rows = 3,
	                        .feeds_name = "Programme",
	                        .listen_public_url = "http://x",
	                        .feeds_refresh = 6};
	w->house = (struct house){.loop = &w->loop,
	                          .conf = &w->conf,
	                          .clock = {told_time, w},
	                          .router = router_new(),
	                          .params = params_new(),
	                          .openapi = &w->openapi};
	assert_int_equal(shapes_load(shape_sources, shape_source_count, &w->house.shapes, &why), 0);
	w->house.cache = cache_new(100000, w->house.seed);
	list_init(&w->house.makings);
	w->house.db = db_new(&w->loop, &(struct db_options){.statements = calls_statements,
	                                                    .statement_count = calls_count});
	*state = w;
	return 0;
}

static int tear_down(void **state) {
	struct world *w = *state;
	db_close(w->house.db, 0, closed, NULL);
	run(w);
	assert_true(list_empty(&w->house.makings));
	assert_int_equal(uv_loop_close(&w->loop), 0);
	for (size_t i = 0; i < w->made_count; i++)
		arena_free(w->made[i]->arena);
	cache_free(w->house.cache);
	shapes_free(w->house.shapes);
	params_free(w->house.params);
	router_free(w->house.router);
	free(w);
	return 0;
}

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
	assert_int_equal(s->calls, 2);
	assert_string_equal(s->call[0].statement, "enter");
	assert_null(s->call[0].values[0]);
	assert_string_equal(s->call[0].values[1], "ANYONE");
	assert_string_equal(s->call[1].values[0], "{\"code\":\"FJ\"}");
	assert_null(s->call[1].values[1]);
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
	const struct fake_answer large = {ONE_ROW, .values = row};
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

/* -- renderings -- */

static void accept_chooses_the_rendering(void **state) {
	static const char *const csv_names[] = {"id"}, *const csv_row[] = {"W-1"};
	static const struct fake_answer csv = {
		.columns = 1, .names = csv_names, .rows = 1, .values = csv_row};
	static const char *const list_row[] = {"200", NULL, NULL, NULL, "c 1", "{\"items\":[]}"};
	static const struct fake_answer list = {ONE_ROW, .values = list_row};
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
		"organizer", "latitude", "longitude", "categories", "transparent", "private"};
	static const char *const row[] = {"u1",        "0",          "1000000000", NULL, "1000000001",
	                                  "CONFIRMED", "2026-02-01", "2026-02-03", NULL, NULL,
	                                  "Workshop",  NULL,         NULL,         NULL, NULL,
	                                  NULL,        NULL,         NULL,         "f",  "f"};
	static const struct fake_answer feed = {
		.columns = 20, .names = names, .rows = 1, .values = row};
	struct world *w = *state;
	fake_db_expect(w->house.db, "activity_ics", &feed);
	struct http_exchange *x = get(w, "/v1/activities.ics");
	run(w);
	if (x->status != 200)
		fail_msg("%s", x->body);
	assert_string_equal(field_of(x, "Content-Type"), "text/calendar; charset=utf-8");
	assert_non_null(strstr(x->body, "UID:u1\r\n"));
	assert_string_equal(fake_db_segment(w->house.db, 0)->call[1].values[0],
	                    "{\"day\":\"2026-01-01\"}");
	(void)get(w, "/v1/activities.ics");
	assert_int_equal(fake_db_submitted(w->house.db), 1);
	w->now += 86400; /* another day, another window */
	(void)get(w, "/v1/activities.ics");
	run(w);
	assert_int_equal(fake_db_submitted(w->house.db), 2);
}

static void a_broken_file_never_reaches_the_database(void **state) {
	static const char *const report_row[] = {"200", NULL, NULL, NULL, NULL, "{}"};
	static const struct fake_answer report = {ONE_ROW, .values = report_row};
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_row_becomes_an_answer),
		TEST(who_has_it_gets_304_without_the_database),
		TEST(gzip_is_another_form_with_another_tag),
		TEST(many_who_ask_at_once_are_one_question),
		TEST(nobody_joins_a_question_from_before_a_change),
		TEST(a_credential_keeps_an_answer_out_of_memory),
		TEST(what_is_in_memory_outlives_the_database),
		TEST(a_write_carries_its_key_and_is_seen_at_once),
		TEST(fingerprints_tell_requests_apart),
		TEST(a_repeat_is_answered_as_before),
		TEST(a_refusal_carries_reasons_and_alternatives),
		TEST(what_cannot_be_right_never_reaches_the_database),
		TEST(if_match_goes_to_sql),
		TEST(accept_chooses_the_rendering),
		TEST(what_is_too_large_is_said_not_cut),
		TEST(a_feed_is_made_for_the_day_the_clock_says),
		TEST(a_broken_file_never_reaches_the_database),
	};
	return cmocka_run_group_tests_name("app_request_way", tests, NULL, NULL);
}
