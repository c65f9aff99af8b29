/* SPDX-License-Identifier: Apache-2.0 */
#include "fake/db.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

#include "base/banned.h"

struct db_rows {
	const struct fake_answer *answer;
};

struct expected {
	const char *statement;
	const struct fake_answer *answer;
	bool used;
};

struct running {
	const struct fake_answer *answer;
	bool writes;
	enum db_lane lane;
	db_done *done;
	void *ctx;
};

struct listener {
	const char *channel;
	void (*heard)(const char *, void *);
	void (*resync)(void *);
	void *ctx;
};

struct db {
	struct arena *arena;
	const struct db_statement *statements;
	enum db_state state;
	struct why why;
	void (*changed)(enum db_state, const struct why *, void *);
	void *changed_ctx;
	struct {
		struct expected *at;
		size_t n, room;
	} expected;
	struct {
		struct running *at;
		size_t n, room;
	} running;
	struct {
		struct fake_segment *at;
		size_t n, room;
	} submitted;
	struct {
		struct listener *at;
		size_t n, room;
	} listeners;
	struct db_counters counters[DB_LANES];
	uv_timer_t turn;
	void (*closed)(void *);
	void *closed_ctx;
};

struct str db_value(const struct db_result *r, size_t row, int column) {
	const struct fake_answer *a = r->data->answer;
	assert(row < a->rows && column >= 0 && column < a->columns);
	return str_of(a->values[row * (size_t)a->columns + (size_t)column]);
}

int db_columns(const struct db_result *r) {
	return r->data->answer->columns;
}

const char *db_column_name(const struct db_result *r, int column) {
	assert(column >= 0 && column < r->data->answer->columns);
	return r->data->answer->names[column];
}

struct db *db_new(uv_loop_t *loop, const struct db_options *options) {
	struct arena *arena = arena_new();
	struct db *db = arena_new_of(arena, struct db);
	db->arena = arena;
	db->statements = options->statements;
	(void)uv_timer_init(loop, &db->turn);
	db->turn.data = db;
	return db;
}

void fake_db_expect(struct db *db, const char *statement, const struct fake_answer *answer) {
	*vec_push(&db->expected) = (struct expected){statement, answer, false};
}

/* The first unused one, else the last used one. */
static const struct fake_answer *answer_to(struct db *db, const char *statement) {
	const struct fake_answer *last = NULL;
	for (size_t i = 0; i < db->expected.n; i++) {
		struct expected *e = &db->expected.at[i];
		if (strcmp(e->statement, statement) != 0)
			continue;
		last = e->answer;
		if (!e->used) {
			e->used = true;
			return last;
		}
	}
	if (!last) {
		(void)fprintf(stderr, "fake db: nobody expected %s\n", statement);
		abort();
	}
	return last;
}

static void tell(const struct running *run) {
	const struct fake_answer *a = run->answer;
	struct why why = {0};
	struct db_rows rows = {a};
	struct db_result r = {.err = a->err, .why = &why, .detail = "", .sqlstate = ""};
	if (a->err) {
		(void)err_set(&why, a->err, a->field, "%s", a->sentence ? a->sentence : "");
		r.detail = a->detail ? a->detail : "";
		r.sqlstate = a->sqlstate ? a->sqlstate : "";
	} else {
		r.rows = a->rows;
		r.data = &rows;
	}
	run->done(&r, run->ctx);
}

static void turned(uv_timer_t *timer) {
	struct db *db = timer->data;
	size_t n = db->running.n; /* what is submitted meanwhile has its turn later */
	for (size_t i = 0, at = 0; i < n; i++) {
		if (db->running.at[at].answer->never) {
			at++;
			continue;
		}
		struct running run = db->running.at[at];
		db->running.n--;
		memmove(&db->running.at[at], &db->running.at[at + 1], (db->running.n - at) * sizeof run);
		db->counters[run.lane].running--;
		tell(&run);
	}
}

static void record(struct db *db, enum db_lane lane, const struct db_call *calls, size_t n,
                   bool writes) {
	struct fake_call *copy = arena_array(db->arena, struct fake_call, n);
	for (size_t i = 0; i < n; i++) {
		const struct db_statement *st = &db->statements[calls[i].statement];
		const char **values = arena_array(db->arena, const char *, (size_t)st->params);
		for (int k = 0; k < st->params; k++)
			values[k] = calls[i].values[k] ? arena_strdup(db->arena, calls[i].values[k]) : NULL;
		copy[i] = (struct fake_call){st->name, values, st->params};
	}
	*vec_push(&db->submitted) = (struct fake_segment){lane, writes, n, copy};
}

void db_submit(struct db *db, enum db_lane lane, const struct db_call *calls, size_t n, bool writes,
               db_done *done, void *ctx) {
	static const struct fake_answer stopping = {.err = ERR_UNAVAILABLE, .sentence = "Stopping."};
	assert(n > 0 && lane < DB_LANES);
	record(db, lane, calls, n, writes);
	const char *last = db->statements[calls[n - 1].statement].name;
	*vec_push(&db->running) =
		(struct running){db->closed ? &stopping : answer_to(db, last), writes, lane, done, ctx};
	db->counters[lane].segments++;
	db->counters[lane].running++;
	if (!uv_is_closing((const uv_handle_t *)&db->turn))
		(void)uv_timer_start(&db->turn, turned, 0, 0);
}

size_t fake_db_submitted(const struct db *db) {
	return db->submitted.n;
}

const struct fake_segment *fake_db_segment(const struct db *db, size_t i) {
	assert(i < db->submitted.n);
	return &db->submitted.at[i];
}

enum db_state db_state(const struct db *db, struct why *ret) {
	*ret = db->why;
	return db->state;
}

void db_watch(struct db *db, void (*changed)(enum db_state, const struct why *, void *),
              void *ctx) {
	db->changed = changed;
	db->changed_ctx = ctx;
}

void fake_db_turn(struct db *db, enum db_state state, const char *sentence) {
	db->state = state;
	(void)err_set(&db->why, state == DB_READY ? ERR_NONE : ERR_UNAVAILABLE, NULL, "%s", sentence);
	if (db->changed)
		db->changed(state, &db->why, db->changed_ctx);
}

void db_hear(struct db *db, const char *channel, void (*heard)(const char *payload, void *),
             void (*resync)(void *), void *ctx) {
	*vec_push(&db->listeners) = (struct listener){channel, heard, resync, ctx};
}

void fake_db_say(struct db *db, const char *channel, const char *payload) {
	for (size_t i = 0; i < db->listeners.n; i++)
		if (strcmp(db->listeners.at[i].channel, channel) == 0)
			db->listeners.at[i].heard(payload, db->listeners.at[i].ctx);
}

void fake_db_resync(struct db *db) {
	for (size_t i = 0; i < db->listeners.n; i++)
		db->listeners.at[i].resync(db->listeners.at[i].ctx);
}

struct db_counters db_counters(const struct db *db, enum db_lane lane) {
	return db->counters[lane];
}

static void turn_closed(uv_handle_t *handle) {
	static const struct fake_answer lost = {.err = ERR_UNAVAILABLE, .sentence = "Lost."};
	static const struct fake_answer unknown = {.err = ERR_UNKNOWN_OUTCOME,
	                                           .sentence = "Outcome unknown."};
	struct db *db = handle->data;
	void (*closed)(void *) = db->closed;
	void *ctx = db->closed_ctx;
	for (size_t i = 0; i < db->running.n; i++) {
		struct running run = db->running.at[i];
		if (run.answer->never)
			run.answer = run.writes ? &unknown : &lost;
		tell(&run);
	}
	vec_clear(&db->expected);
	vec_clear(&db->running);
	vec_clear(&db->submitted);
	vec_clear(&db->listeners);
	arena_free(db->arena);
	closed(ctx);
}

void db_close(struct db *db, uint64_t grace_ms, void (*closed)(void *), void *ctx) {
	(void)grace_ms;
	db->closed = closed;
	db->closed_ctx = ctx;
	uv_close((uv_handle_t *)&db->turn, turn_closed);
}
