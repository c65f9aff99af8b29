/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A request's way with a database and a network that do as they are told: request.c and what it
 * needs, over fake/db.h and an exchange of our own, by link substitution. */
#include "unit.h"

#include "app/house.h"
#include "app/render.h"
#include "base/buf.h"
#include "fake/db.h"

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
	struct buf stream;      /* what was streamed */
	bool ended, gone, slow; /* slow: its peer does not keep up */
	void (*tell_gone)(struct http_exchange *, void *);
	void *gone_ctx;
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

struct ask {
	enum http_method method;
	const char *target, *body;
	const char *fields[8]; /* name, value … */
};

/* The exchange as far as it gets at once; run() does the rest. */
struct http_exchange *begin(struct world *w, struct ask ask);
struct http_exchange *get(struct world *w, const char *target);
void run(struct world *w);
const char *field_of(const struct http_exchange *x, const char *name); /* "" if absent */

int set_up(void **state);
int tear_down(void **state);
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* What the database says: a Member, a row of api.answer. */
#define ANSWER_ROW .columns = 6, .names = answer_columns, .rows = 1
extern const char *const answer_columns[6];
extern const struct fake_answer member;
