/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/hear.h"
#include "db/lanes.h"

#include "base/banned.h"

struct db {
	struct db_options options;
	char *conninfo;
	struct link_spec spec;
	struct lane lanes[DB_LANES];
	struct hear *hears;
	struct list settled; /* segments with their verdict, told on the next turn of the loop */
	uv_timer_t settle;
	uv_timer_t grace;
	enum db_state state; /* as last told to the watcher */
	struct why why;
	void (*changed)(enum db_state, const struct why *, void *);
	void *changed_ctx;
	bool closing, ending;
	size_t holds; /* links, hears and timers not yet closed */
	void (*closed)(void *);
	void *closed_ctx;
};

static void *allocated(size_t n) {
	void *p = calloc(1, n);
	if (!p) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	return p;
}

static const PGresult *rows_of(const struct db_result *r) {
	return (const PGresult *)(const void *)r->data;
}

struct str db_value(const struct db_result *r, size_t row, int column) {
	assert(row < r->rows);
	const PGresult *rows = rows_of(r);
	if (PQgetisnull(rows, (int)row, column))
		return (struct str){NULL, 0};
	return (struct str){PQgetvalue(rows, (int)row, column),
	                    (size_t)PQgetlength(rows, (int)row, column)};
}

int db_columns(const struct db_result *r) {
	return PQnfields(rows_of(r));
}

const char *db_column_name(const struct db_result *r, int column) {
	return PQfname(rows_of(r), column);
}

static void settle(uv_timer_t *timer) {
	struct db *db = timer->data;
	struct list *last = db->settled.prev; /* what is refused meanwhile has its turn later */
	for (bool more = !list_empty(&db->settled); more;) {
		struct segment *s = list_entry(list_first(&db->settled), struct segment, at);
		more = &s->at != last;
		struct why why = s->why;
		segment_refuse(s, why.kind, why.sentence);
	}
}

void db_settle(struct db *db, struct segment *s) {
	list_append(&db->settled, &s->at);
	if (!db->ending)
		(void)uv_timer_start(&db->settle, settle, 0, 0);
}

struct db *db_new(uv_loop_t *loop, const struct db_options *options) {
	struct db *db = allocated(sizeof *db);
	size_t size = strlen(options->conninfo) + 1;
	db->conninfo = memcpy(allocated(size), options->conninfo, size);
	db->options = *options;
	db->options.conninfo = db->conninfo;
	db->spec.loop = loop;
	db->spec.options = &db->options;
	struct why *why = &db->spec.conninfo_why;
	why->kind = conninfo_read(&db->spec.conninfo, db->conninfo, why);
	list_init(&db->settled);
	(void)uv_timer_init(loop, &db->settle);
	(void)uv_timer_init(loop, &db->grace);
	db->settle.data = db->grace.data = db;
	db->holds = 2;
	for (int i = 0; i < DB_LANES; i++) {
		lane_open(&db->lanes[i], db, &db->spec, (enum db_lane)i);
		db->holds += 1 + db->lanes[i].pipe_count;
	}
	return db;
}

void db_submit(struct db *db, enum db_lane lane, const struct db_call *calls, size_t n, bool writes,
               db_done *done, void *ctx) {
	assert(n > 0 && lane < DB_LANES);
	lane_submit(&db->lanes[lane], calls, n, writes, done, ctx, db->closing);
}

enum db_state db_state(const struct db *db, struct why *ret) {
	const struct lane *fast = &db->lanes[DB_FAST];
	const struct link *refused = NULL, *failed = NULL;
	size_t away = 0;
	*ret = (struct why){0};
	for (size_t i = 0; i < fast->pipe_count; i++) {
		const struct link *l = &fast->pipes[i].link;
		if (l->state == LINK_UP)
			return DB_READY;
		if (!l->failed)
			continue;
		away++;
		failed = l;
		if (l->refused)
			refused = l;
	}
	if (!refused && away < fast->pipe_count)
		return DB_CONNECTING;
	*ret = refused ? refused->why : failed->why;
	return refused ? DB_REFUSED : DB_AWAY;
}

void db_watch(struct db *db, void (*changed)(enum db_state, const struct why *, void *),
              void *ctx) {
	db->changed = changed;
	db->changed_ctx = ctx;
}

void db_changed(struct db *db) {
	struct why why;
	enum db_state state = db_state(db, &why);
	if (db->ending || (state == db->state && strcmp(why.sentence, db->why.sentence) == 0))
		return;
	db->state = state;
	db->why = why;
	if (db->changed)
		db->changed(state, &db->why, db->changed_ctx);
}

struct db_counters db_counters(const struct db *db, enum db_lane lane) {
	struct db_counters c = db->lanes[lane].counters;
	for (size_t i = 0; i < db->lanes[lane].pipe_count; i++)
		c.reconnects += db->lanes[lane].pipes[i].link.reconnects;
	return c;
}

void db_hear(struct db *db, const char *channel, void (*heard)(const char *payload, void *),
             void (*resync)(void *), void *ctx) {
	assert(!db->closing);
	struct hear *h = allocated(sizeof *h);
	*h = (struct hear){.next = db->hears, .db = db, .heard = heard, .resync = resync, .ctx = ctx};
	db->hears = h;
	hear_open(h, &db->spec, channel, db->options.seed + (++db->holds << 32));
}

static void timer_closed(uv_handle_t *handle) {
	db_released(handle->data);
}

/* Everything that has not ended ends now. */
static void end(uv_timer_t *timer) {
	struct db *db = timer->data;
	if (db->ending)
		return;
	db->ending = true;
	for (struct hear *h = db->hears, *next; h; h = next) {
		next = h->next;
		hear_close(h);
	}
	for (int i = 0; i < DB_LANES; i++)
		lane_close(&db->lanes[i]);
	uv_close((uv_handle_t *)&db->settle, timer_closed);
	uv_close((uv_handle_t *)&db->grace, timer_closed);
}

static bool idle(const struct db *db) {
	bool idle = list_empty(&db->settled);
	for (int i = 0; i < DB_LANES; i++)
		idle = idle && lane_idle(&db->lanes[i]);
	return idle;
}

void db_ended(struct db *db) {
	if (db->closing && !db->ending && idle(db))
		(void)uv_timer_start(&db->grace, end, 0, 0);
}

void db_close(struct db *db, uint64_t grace_ms, void (*closed)(void *), void *ctx) {
	assert(!db->closing);
	db->closing = true;
	db->closed = closed;
	db->closed_ctx = ctx;
	(void)uv_timer_start(&db->grace, end, idle(db) ? 0 : grace_ms, 0);
}

void db_released(struct db *db) {
	assert(db->holds > 0);
	if (--db->holds > 0)
		return;
	while (!list_empty(&db->settled))
		settle(&db->settle);
	void (*closed)(void *) = db->closed;
	void *ctx = db->closed_ctx;
	for (int i = 0; i < DB_LANES; i++)
		free(db->lanes[i].pipes);
	conninfo_clear(&db->spec.conninfo);
	free(db->conninfo);
	free(db);
	closed(ctx);
}
