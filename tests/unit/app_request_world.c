/* SPDX-License-Identifier: Apache-2.0 */
#include "app_request_world.h"

#include <stdlib.h>

#include "app/calls.h"
#include "base/buf.h"

#include "base/banned.h"

const char *const answer_columns[6] = {"status", "etag", "modified", "location", "next", "body"};
static const char *const member_row[] = {"200", "7", "1000000000", NULL, NULL, "{\"code\":\"FJ\"}"};
const struct fake_answer member = {ANSWER_ROW, .values = member_row};

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

bool http_exchange_gone(const struct http_exchange *x) {
	return x->gone;
}

void http_stream_begin(struct http_exchange *x, const struct http_answer *head,
                       void (*drained)(struct http_exchange *, void *),
                       void (*gone)(struct http_exchange *, void *), void *ctx) {
	(void)drained;
	assert_int_equal(x->status, 0);
	x->status = head->status;
	for (size_t i = 0; i < head->field_count; i++)
		x->fields[i] = head->fields[i];
	x->field_count = head->field_count;
	x->tell_gone = gone;
	x->gone_ctx = ctx;
}

bool http_stream_write(struct http_exchange *x, const void *p, size_t n) {
	assert_true(x->status && !x->ended);
	buf_add(&x->stream, p, n);
	return !x->slow;
}

void http_stream_end(struct http_exchange *x) {
	assert_true(x->status && !x->ended); /* once */
	x->ended = true;
}

void house_count(struct house *h, const struct request *q, int status) {
	(void)q;
	h->answered[status / 100]++;
}

const char *field_of(const struct http_exchange *x, const char *name) {
	for (size_t i = 0; i < x->field_count; i++)
		if (str_ieq(x->fields[i].name, str_of(name)))
			return arena_dup(x->arena, x->fields[i].value.p, x->fields[i].value.n);
	return "";
}

/* -- asking -- */

struct http_exchange *begin(struct world *w, struct ask ask) {
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

struct http_exchange *get(struct world *w, const char *target) {
	return begin(w, (struct ask){.method = HTTP_GET_, .target = target});
}

void run(struct world *w) {
	(void)uv_run(&w->loop, UV_RUN_DEFAULT);
}

static int64_t told_time(void *ctx) {
	return ((struct world *)ctx)->now;
}

static void closed(void *ctx) {
	(void)ctx;
}

int set_up(void **state) {
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
	list_init(&w->house.explainings);
	w->house.db = db_new(&w->loop, &(struct db_options){.statements = calls_statements,
	                                                    .statement_count = calls_count});
	*state = w;
	return 0;
}

int tear_down(void **state) {
	struct world *w = *state;
	db_close(w->house.db, 0, closed, NULL);
	run(w);
	assert_true(list_empty(&w->house.makings));
	assert_int_equal(uv_loop_close(&w->loop), 0);
	for (size_t i = 0; i < w->made_count; i++) {
		buf_clear(&w->made[i]->stream);
		arena_free(w->made[i]->arena);
	}
	cache_free(w->house.cache);
	shapes_free(w->house.shapes);
	params_free(w->house.params);
	router_free(w->house.router);
	free(w);
	return 0;
}
