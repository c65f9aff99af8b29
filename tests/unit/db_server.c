/* SPDX-License-Identifier: Apache-2.0 */
#include "db_server.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"

enum { PATIENCE_MS = 30000 };

static const char schema[] =
	"SET client_min_messages = warning; DROP SCHEMA IF EXISTS api CASCADE; DROP TABLE IF EXISTS child, thing;"
	"CREATE SCHEMA api;"
	"CREATE FUNCTION api.schema_version() RETURNS int LANGUAGE sql AS 'SELECT 3';"
	"CREATE TABLE thing (id int CONSTRAINT thing_once PRIMARY KEY, name text NOT NULL,"
	" CONSTRAINT thing_named CHECK (name <> ''));"
	"CREATE TABLE child (id int PRIMARY KEY, thing int,"
	" CONSTRAINT child_of_thing FOREIGN KEY (thing) REFERENCES thing DEFERRABLE INITIALLY DEFERRED);"
	"CREATE FUNCTION api.constraints() RETURNS TABLE (name text, sentence text) LANGUAGE sql AS"
	" $$ VALUES ('thing_once', 'There is such a thing already.'),"
	"           ('child_of_thing', 'A child needs its thing.') $$;"
	"CREATE FUNCTION api.refuse(state text, detail text) RETURNS void LANGUAGE plpgsql AS $$"
	"BEGIN RAISE EXCEPTION USING ERRCODE = state, MESSAGE = 'So we will not.', DETAIL = detail,"
	" COLUMN = 'colour'; END $$;";

const struct db_statement server_statements[STATEMENTS] = {
	[SAY] = {"echo", "SELECT $1::text AS said", 1},
	[NAMED] = {"named", "SELECT id, name FROM thing WHERE id = $1::int", 1},
	[ADD] = {"add", "INSERT INTO thing (id, name) VALUES ($1::int, $2) RETURNING id", 2},
	[ADD_CHILD] = {"add_child", "INSERT INTO child VALUES ($1::int, $2::int) RETURNING id", 2},
	[SLEEP] = {"sleep", "SELECT 'awake' FROM pg_sleep($1::float8)", 1},
	[REFUSE] = {"refuse", "SELECT api.refuse($1, $2)", 2},
	[LENGTH] = {"length", "SELECT length($1::text)", 1},
};

uv_loop_t *loop;
unsigned outcomes;
static uv_loop_t the_loop;
static bool submitting;
static uv_timer_t watchdog;

int server_main(char **argv, int (*tests)(void)) {
	if (!getenv("ATELIER_PGDATA")) {
		char *const args[] = {(char[]){WITH_POSTGRES}, argv[0], NULL};
		(void)execv(args[0], args);
		perror(args[0]);
		return 99;
	}
	return tests();
}

static PGresult *run(const char *sql, PGconn **ret) {
	*ret = PQconnectdb("");
	PGresult *r = PQexec(*ret, sql);
	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(*ret));
	return r;
}

void server_sql(const char *sql) {
	PGconn *pg;
	PQclear(run(sql, &pg));
	PQfinish(pg);
}

long server_number(const char *sql) {
	PGconn *pg;
	PGresult *r = run(sql, &pg);
	long n = strtol(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	PQfinish(pg);
	return n;
}

static void cluster(const char *verb, const char *mode) {
	char command[1024];
	(void)snprintf(command, sizeof command,
	               ". '%s/contrib/lib/cluster.sh' && cluster_%s \"${ATELIER_PGDATA%%/data}\" %s",
	               TOP_SRCDIR, verb, mode);
	assert_int_equal(system(command), 0);
}

void server_stop(const char *mode) {
	cluster("stop", mode);
}

void server_start(void) {
	cluster("start", "");
}

struct db_options server_options(void) {
	return (struct db_options){
		.conninfo = "",
		.links = {2, 1},
		.queue = {20000, 16},
		.deadline_ms = {20000, 20000},
		.backoff_min_ms = 20,
		.backoff_max_ms = 100,
		.seed = 7,
		.statements = server_statements,
		.statement_count = STATEMENTS,
		.schema_min = 2,
		.schema_max = 3,
	};
}

static void barked(uv_timer_t *timer) {
	(void)timer;
	fail_msg("nothing happened in time");
}

void watch_out(void) {
	uv_update_time(loop);
	(void)uv_timer_start(&watchdog, barked, PATIENCE_MS, 0);
}

void turn(void) {
	(void)uv_run(loop, UV_RUN_ONCE);
}

static void passed(uv_timer_t *timer) {
	*(bool *)timer->data = true;
}

void linger(uint64_t ms) {
	bool over = false;
	uv_timer_t timer = {.data = &over};
	(void)uv_timer_init(loop, &timer);
	timer.data = &over;
	uv_update_time(loop);
	(void)uv_timer_start(&timer, passed, ms, 0);
	while (!over)
		turn();
	uv_close((uv_handle_t *)&timer, NULL);
	(void)uv_run(loop, UV_RUN_NOWAIT);
}

void server_schema(void) {
	server_sql(schema);
}

void begin(void) {
	server_schema();
	loop = &the_loop;
	outcomes = 0;
	assert_int_equal(uv_loop_init(loop), 0);
	(void)uv_timer_init(loop, &watchdog);
}

static void closed(void *ctx) {
	++*(int *)ctx;
}

void finish(struct db *db, uint64_t grace_ms) {
	int times = 0;
	db_close(db, grace_ms, closed, &times);
	assert_int_equal(times, 0);
	await(times > 0);
	uv_close((uv_handle_t *)&watchdog, NULL);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(times, 1);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void done(const struct db_result *r, void *ctx) {
	struct outcome *o = ctx;
	assert_false(submitting);
	o->runs++;
	assert_int_equal(o->runs, 1);
	o->order = ++outcomes;
	o->err = r->err;
	(void)snprintf(o->sqlstate, sizeof o->sqlstate, "%s", r->sqlstate);
	(void)snprintf(o->detail, sizeof o->detail, "%s", r->detail);
	if (r->err) {
		assert_int_equal(r->why->kind, r->err);
		(void)snprintf(o->sentence, sizeof o->sentence, "%s", r->why->sentence);
		(void)snprintf(o->field, sizeof o->field, "%s", r->why->field);
	} else if (r->rows) {
		struct str v = db_value(r, 0, 0);
		(void)snprintf(o->value, sizeof o->value, "%.*s", STR_ARG(v));
	}
}

void submit(struct db *db, enum db_lane lane, size_t statement, const char *a, const char *b,
            bool writes, struct outcome *o) {
	const char *first[] = {a}, *second[] = {a, b};
	const struct db_call calls[] = {{SAY, first}, {statement, second}};
	submitting = true;
	db_submit(db, lane, calls, 2, writes, done, o);
	submitting = false;
}
