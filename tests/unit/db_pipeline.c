/* SPDX-License-Identifier: Apache-2.0 */
/* Segments against a real server: order, isolation, verdicts, limits, deadlines, close. */
#include "db_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

static const char *text_of(int n) {
	static char ring[4][16];
	static unsigned next;
	char *s = ring[next++ % 4];
	(void)snprintf(s, sizeof ring[0], "%d", n);
	return s;
}

static struct db *opened(const struct db_options *o) {
	struct why why;
	struct db *db = db_new(loop, o);
	assert_int_equal(db_state(db, &why), DB_CONNECTING);
	await(db_state(db, &why) == DB_READY);
	return db;
}

/* Submitted before the first link is up, so that waiting, sending and answering all take part. */
static void answers_come_in_order(void **state) {
	(void)state;
	enum { N = 5000 };
	begin();
	struct db_options options = server_options();
	options.links[DB_FAST] = 1;
	struct db *db = db_new(loop, &options);
	struct outcome *o = calloc(N, sizeof *o);
	for (int i = 0; i < N; i++)
		submit(db, DB_FAST, SAY, text_of(i), NULL, false, &o[i]);
	await(outcomes == N);
	for (int i = 0; i < N; i++) {
		assert_int_equal(o[i].runs, 1);
		assert_int_equal(o[i].err, ERR_NONE);
		assert_int_equal(o[i].order, (unsigned)i + 1);
		assert_string_equal(o[i].value, text_of(i));
	}
	struct db_counters c = db_counters(db, DB_FAST);
	assert_int_equal(c.segments, N);
	assert_int_equal(c.waiting + c.running + c.failed + c.refused, 0);
	free(o);
	finish(db, 0);
}

static void an_error_ends_only_its_own_segment(void **state) {
	(void)state;
	enum { N = 3000 };
	begin();
	struct db_options options = server_options();
	struct db *db = opened(&options);
	struct outcome *o = calloc(N, sizeof *o);
	server_sql("INSERT INTO thing SELECT g, 'before' FROM generate_series(0, 2999, 3) g");
	for (int i = 0; i < N; i++)
		submit(db, DB_FAST, ADD, text_of(i), i % 3 == 1 ? NULL : "new", true, &o[i]);
	await(outcomes == N);
	for (int i = 0; i < N; i++) {
		static const enum err expected[] = {ERR_CONFLICT, ERR_INVALID, ERR_NONE};
		assert_int_equal(o[i].err, expected[i % 3]);
		if (i % 3 == 0) {
			assert_string_equal(o[i].sqlstate, "23505");
			assert_string_equal(o[i].sentence, "There is such a thing already.");
		} else if (i % 3 == 1) {
			assert_string_equal(o[i].sqlstate, "23502");
			assert_string_equal(o[i].field, "name");
		} else {
			assert_string_equal(o[i].value, text_of(i));
		}
	}
	assert_int_equal(server_number("SELECT count(*) FROM thing WHERE name = 'new'"), N / 3);
	assert_int_equal(db_counters(db, DB_FAST).failed, 0);
	free(o);
	finish(db, 0);
}

/* Every call succeeds; the commit does not. */
static void a_deferred_constraint_speaks_at_the_sync(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	options.links[DB_FAST] = 1;
	struct db *db = opened(&options);
	struct outcome before = {0}, orphan = {0}, after = {0};
	submit(db, DB_FAST, ADD, "1", "parent", true, &before);
	submit(db, DB_FAST, ADD_CHILD, "1", "99", true, &orphan);
	submit(db, DB_FAST, ADD_CHILD, "2", "1", true, &after);
	await(outcomes == 3);
	assert_int_equal(before.err, ERR_NONE);
	assert_int_equal(orphan.err, ERR_CONFLICT);
	assert_string_equal(orphan.sqlstate, "23503");
	assert_string_equal(orphan.sentence, "A child needs its thing.");
	assert_string_equal(orphan.detail, "");
	assert_int_equal(after.err, ERR_NONE);
	assert_int_equal(server_number("SELECT sum(id) FROM child"), 2);
	finish(db, 0);
}

static void refusals_keep_their_words(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	struct db *db = opened(&options);
	struct outcome gone = {0}, replay = {0}, broken = {0};
	submit(db, DB_FAST, REFUSE, "AT404", "{\"reasons\": []}", false, &gone);
	submit(db, DB_FAST, REFUSE, "AT208", "{\"replay\": {\"status\": 201}}", true, &replay);
	submit(db, DB_FAST, REFUSE, "XX000", "row 5 of a secret table", true, &broken);
	await(outcomes == 3);
	assert_int_equal(gone.err, ERR_NOT_FOUND);
	assert_string_equal(gone.sentence, "So we will not.");
	assert_string_equal(gone.field, "colour");
	assert_string_equal(gone.detail, "{\"reasons\": []}");
	assert_int_equal(replay.err, ERR_CONFLICT);
	assert_string_equal(replay.sqlstate, "AT208");
	assert_string_equal(replay.detail, "{\"replay\": {\"status\": 201}}");
	assert_int_equal(broken.err, ERR_INTERNAL);
	assert_null(strstr(broken.sentence, "not."));
	assert_string_equal(broken.detail, "");
	assert_int_equal(db_counters(db, DB_FAST).failed, 1);
	finish(db, 0);
}

static void named(const struct db_result *r, void *ctx) {
	assert_int_equal(r->err, ERR_NONE);
	assert_int_equal(r->rows, 1);
	assert_int_equal(db_columns(r), 2);
	assert_string_equal(db_column_name(r, 1), "name");
	assert_true(str_is(db_value(r, 0, 0), "5"));
	assert_true(str_is(db_value(r, 0, 1), "Zoë"));
	++*(int *)ctx;
}

static void null_said(const struct db_result *r, void *ctx) {
	assert_int_equal(r->rows, 1);
	assert_null(db_value(r, 0, 0).p);
	++*(int *)ctx;
}

static void nothing_found(const struct db_result *r, void *ctx) {
	assert_int_equal(r->err, ERR_NONE);
	assert_int_equal(r->rows, 0);
	++*(int *)ctx;
}

static void rows_have_names_and_nulls(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	server_sql("INSERT INTO thing VALUES (5, 'Zoë')");
	struct db *db = opened(&options);
	int seen = 0;
	const char *five[] = {"5"}, *six[] = {"6"}, *null[] = {NULL};
	db_submit(db, DB_FAST, &(struct db_call){NAMED, five}, 1, false, named, &seen);
	db_submit(db, DB_FAST, &(struct db_call){NAMED, six}, 1, false, nothing_found, &seen);
	db_submit(db, DB_SLOW, &(struct db_call){SAY, null}, 1, false, null_said, &seen);
	await(seen == 3);
	finish(db, 0);
}

/* More than a socket takes at once, in both directions of waiting: to be sent, and to be written. */
static void large_parameters_pass(void **state) {
	(void)state;
	enum { N = 12, SIZE = 3 * 1000 * 1000 };
	begin();
	struct db_options options = server_options();
	struct db *db = db_new(loop, &options);
	char *large = malloc(SIZE + 1);
	memset(large, 'a', SIZE);
	large[SIZE] = '\0';
	struct outcome o[N] = {0};
	for (int i = 0; i < N; i++)
		submit(db, i % 2 ? DB_FAST : DB_SLOW, LENGTH, large, NULL, false, &o[i]);
	free(large);
	await(outcomes == N);
	for (int i = 0; i < N; i++)
		assert_string_equal(o[i].value, "3000000");
	finish(db, 0);
}

static void a_full_lane_refuses(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	options.queue[DB_FAST] = 4;
	struct db *db = opened(&options);
	struct outcome o[10] = {0};
	for (int i = 0; i < 10; i++)
		submit(db, DB_FAST, SLEEP, "0.2", NULL, false, &o[i]);
	assert_int_equal(outcomes, 0);
	assert_int_equal(db_counters(db, DB_FAST).refused, 6);
	await(outcomes == 10);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(o[i].err, i < 4 ? ERR_NONE : ERR_UNAVAILABLE);
		assert_true(i < 4 || strstr(o[i].sentence, "Too many requests"));
		assert_true(i < 4 ? o[i].order > 6 : o[i].order <= 6);
	}
	assert_int_equal(db_counters(db, DB_FAST).running, 0);
	finish(db, 0);
}

/* The one that runs is of unknown outcome if it writes; what waits behind it was never sent. */
static void late_segments_are_given_up(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	options.links[DB_SLOW] = 2;
	options.deadline_ms[DB_SLOW] = 300;
	struct db *db = opened(&options);
	struct why why;
	struct outcome ready[2] = {0}, writing = {0}, reading = {0}, waiting = {0}, next = {0};
	submit(db, DB_SLOW, SAY, "1", NULL, false, &ready[0]);
	await(outcomes == 1);
	linger(50); /* for the other slow link */
	submit(db, DB_SLOW, SLEEP, "9.25", NULL, true, &writing);
	submit(db, DB_SLOW, SLEEP, "9.25", NULL, false, &reading);
	submit(db, DB_SLOW, ADD, "1", "late", true, &waiting);
	await(outcomes == 4);
	assert_int_equal(writing.err, ERR_UNKNOWN_OUTCOME);
	assert_non_null(strstr(writing.sentence, "Idempotency-Key"));
	assert_int_equal(reading.err, ERR_UNAVAILABLE);
	assert_int_equal(waiting.err, ERR_UNAVAILABLE);
	assert_int_equal(db_counters(db, DB_SLOW).failed, 3);
	/* The server was told, too. */
	await((linger(20), server_number("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' "
	                                 "AND query LIKE '%pg_sleep($1%' AND pid <> pg_backend_pid()"))
	      == 0);
	assert_int_equal(server_number("SELECT count(*) FROM thing"), 0);
	do { /* refused until a slow link is back */
		next = (struct outcome){0};
		linger(20);
		submit(db, DB_SLOW, SAY, "2", NULL, false, &next);
		await(next.runs);
	} while (next.err == ERR_UNAVAILABLE);
	assert_string_equal(next.value, "2");
	assert_int_equal(db_state(db, &why), DB_READY);
	finish(db, 0);
}

static void the_server_has_a_timeout_too(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	options.deadline_ms[DB_FAST] = 1000;
	struct db *db = opened(&options);
	struct outcome o = {0};
	server_sql("CREATE OR REPLACE FUNCTION api.refuse(state text, detail text) RETURNS void "
	           "LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'AT409', "
	           "MESSAGE = current_setting('statement_timeout'); END $$");
	submit(db, DB_FAST, REFUSE, "", "", false, &o);
	await(o.runs);
	assert_string_equal(o.sentence, "1250ms"); /* a quarter later than our own deadline */
	finish(db, 0);
}

static void close_waits_for_its_grace(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	struct db *db = opened(&options);
	struct outcome o[5] = {0};
	for (int i = 0; i < 5; i++) /* on the slow lane's one link four of them wait */
		submit(db, DB_SLOW, SLEEP, "0.05", NULL, true, &o[i]);
	finish(db, 10000);
	for (int i = 0; i < 5; i++)
		assert_string_equal(o[i].value, "awake");
}

static void close_fails_the_rest(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	struct db *db = opened(&options);
	struct outcome ready = {0}, writing = {0}, reading = {0}, waiting = {0};
	submit(db, DB_SLOW, SAY, "1", NULL, false, &ready);
	await(outcomes == 1);
	submit(db, DB_SLOW, SLEEP, "3", NULL, true, &writing);
	submit(db, DB_SLOW, ADD, "1", "waits", true, &waiting);
	submit(db, DB_FAST, SLEEP, "3", NULL, false, &reading);
	finish(db, 50);
	assert_int_equal(outcomes, 4);
	assert_int_equal(writing.err, ERR_UNKNOWN_OUTCOME);
	assert_int_equal(reading.err, ERR_UNAVAILABLE);
	assert_int_equal(waiting.err, ERR_UNAVAILABLE);
}

struct chain {
	struct db *db;
	int links, closed;
};

static void chained(const struct db_result *r, void *ctx);

static void chain_next(struct chain *c) {
	const char *value[] = {"again"};
	db_submit(c->db, DB_FAST, &(struct db_call){SAY, value}, 1, false, chained, c);
}

static void chain_closed(void *ctx) {
	++((struct chain *)ctx)->closed;
}

/* Submits from done, closes from done, and submits once more to one that is closing. */
static void chained(const struct db_result *r, void *ctx) {
	struct chain *c = ctx;
	c->links++;
	assert_int_equal(r->err, c->links <= 100 ? ERR_NONE : ERR_UNAVAILABLE);
	if (c->links == 100)
		db_close(c->db, 1000, chain_closed, c);
	if (c->links <= 100)
		chain_next(c);
}

static void done_may_submit_and_close(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	struct chain c = {.db = opened(&options)};
	chain_next(&c);
	await(c.closed);
	assert_int_equal(c.links, 101);
	assert_int_equal(c.closed, 1);
	struct db *other = db_new(loop, &options);
	finish(other, 0); /* closed before it was ever connected */
}

static int tests(void) {
	const struct CMUnitTest all[] = {
		cmocka_unit_test(answers_come_in_order),
		cmocka_unit_test(an_error_ends_only_its_own_segment),
		cmocka_unit_test(a_deferred_constraint_speaks_at_the_sync),
		cmocka_unit_test(refusals_keep_their_words),
		cmocka_unit_test(rows_have_names_and_nulls),
		cmocka_unit_test(large_parameters_pass),
		cmocka_unit_test(a_full_lane_refuses),
		cmocka_unit_test(late_segments_are_given_up),
		cmocka_unit_test(the_server_has_a_timeout_too),
		cmocka_unit_test(close_waits_for_its_grace),
		cmocka_unit_test(close_fails_the_rest),
		cmocka_unit_test(done_may_submit_and_close),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) {
	(void)argc;
	return server_main(argv, tests);
}
