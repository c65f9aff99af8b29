/* SPDX-License-Identifier: Apache-2.0 */
/* Servers that go, return, are not fit, say nothing; and LISTEN through all of it. */
#include "db_server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"

#include "base/banned.h"

static struct {
	enum db_state states[64];
	size_t n;
	char sentence[400];
} told;

static void changed(enum db_state state, const struct why *why, void *ctx) {
	(void)ctx;
	assert_true(told.n < 64);
	told.states[told.n++] = state;
	(void)snprintf(told.sentence, sizeof told.sentence, "%s", why->sentence);
}

static struct db *watched(const struct db_options *o) {
	memset(&told, 0, sizeof told);
	struct db *db = db_new(loop, o);
	db_watch(db, changed, NULL);
	return db;
}

static enum db_state state_of(const struct db *db) {
	struct why why;
	return db_state(db, &why);
}

/* The positive control is in the sums: what was confirmed is there, what was refused is not. */
static void a_crash_leaves_no_segment_in_doubt_unsaid(void **state) {
	(void)state;
	enum { N = 400 };
	begin();
	struct db_options options = server_options();
	struct db *db = watched(&options);
	struct outcome *o = calloc(N, sizeof *o), after = {0}, refused = {0};
	await(state_of(db) == DB_READY);
	for (int i = 0; i < N; i++) {
		char id[16];
		(void)snprintf(id, sizeof id, "%d", i);
		if (i % 50 == 49)
			submit(db, DB_FAST, SLEEP, "0.3", NULL, false, &o[i]);
		else
			submit(db, DB_FAST, ADD, id, "x", true, &o[i]);
	}
	await(outcomes >= 60);
	server_stop("immediate");
	await(outcomes == N);
	assert_int_equal(state_of(db), DB_AWAY);
	submit(db, DB_FAST, SAY, "x", NULL, false, &refused);
	await(refused.runs);
	assert_int_equal(refused.err, ERR_UNAVAILABLE);
	assert_non_null(strstr(refused.sentence, "away"));
	assert_int_equal(db_counters(db, DB_FAST).waiting + db_counters(db, DB_FAST).running, 0);
	server_start();
	await(state_of(db) == DB_READY);
	submit(db, DB_FAST, SAY, "back", NULL, false, &after);
	await(after.runs);
	assert_string_equal(after.value, "back");
	long kept = 0, unknown = 0, never = 0;
	struct buf keeps = {0}, drops = {0};
	buf_adds(&keeps, "SELECT count(*) FROM thing WHERE id IN (-1");
	buf_adds(&drops, "SELECT count(*) FROM thing WHERE id IN (-1");
	for (int i = 0; i < N; i++) {
		assert_int_equal(o[i].runs, 1);
		if (i % 50 == 49) {
			assert_true(o[i].err == ERR_NONE || o[i].err == ERR_UNAVAILABLE);
			continue;
		}
		kept += o[i].err == ERR_NONE;
		unknown += o[i].err == ERR_UNKNOWN_OUTCOME;
		never += o[i].err == ERR_UNAVAILABLE;
		if (o[i].err != ERR_UNKNOWN_OUTCOME)
			buf_addf(o[i].err ? &drops : &keeps, ", %d", i);
	}
	buf_addc(&keeps, ')');
	buf_addc(&drops, ')');
	assert_true(kept > 50 && unknown > 0 && never > 0);
	assert_int_equal(kept + unknown + never, N - N / 50);
	assert_int_equal(server_number(keeps.p), kept);
	assert_int_equal(server_number(drops.p), 0);
	buf_clear(&keeps);
	buf_clear(&drops);
	assert_int_equal(told.states[0], DB_READY);
	assert_int_equal(told.states[1], DB_AWAY);
	assert_int_equal(told.states[told.n - 1], DB_READY);
	free(o);
	finish(db, 0);
}

static void one_link_may_go(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	struct db *db = watched(&options);
	struct outcome o[4] = {0}, after = {0};
	await(state_of(db) == DB_READY);
	const char *const links = "SELECT count(*) FROM pg_stat_activity "
							  "WHERE application_name = 'atelierd'";
	await((linger(20), server_number(links) == 3));
	linger(100); /* and for their greetings */
	for (int i = 0; i < 4; i++)
		submit(db, DB_FAST, SLEEP, "0.5", NULL, true, &o[i]);
	server_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
	           "WHERE application_name = 'atelierd' AND query LIKE '%pg_sleep%' LIMIT 1");
	await(outcomes == 4);
	int lost = 0;
	for (int i = 0; i < 4; i++)
		lost += o[i].err == ERR_UNKNOWN_OUTCOME;
	assert_int_equal(lost, 2);
	assert_int_equal(told.n, 1); /* READY all the time */
	await((linger(20), server_number(links) == 3));
	submit(db, DB_FAST, SAY, "on", NULL, false, &after);
	await(after.runs);
	assert_string_equal(after.value, "on");
	finish(db, 0);
}

static void an_absent_server_is_tried_with_pauses(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	options.conninfo = "host=/nonexistent";
	options.links[DB_FAST] = 1;
	options.backoff_max_ms = 160;
	struct db *db = watched(&options);
	struct outcome first = {0}, later = {0};
	submit(db, DB_FAST, SAY, "x", NULL, false, &first);
	assert_int_equal(state_of(db), DB_CONNECTING);
	await(state_of(db) == DB_AWAY);
	assert_non_null(strstr(told.sentence, "cannot be reached"));
	await(first.runs);
	assert_int_equal(first.err, ERR_UNAVAILABLE);
	submit(db, DB_FAST, SAY, "x", NULL, false, &later);
	await(later.runs);
	assert_int_equal(later.err, ERR_UNAVAILABLE);
	uint64_t before = db_counters(db, DB_FAST).reconnects;
	linger(1600); /* pauses of 80 to 160 ms once doubled up */
	uint64_t tries = db_counters(db, DB_FAST).reconnects - before;
	assert_in_range(tries, 8, 26);
	finish(db, 0);
}

static void places_are_tried_in_turn(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	char conninfo[300];
	(void)snprintf(conninfo, sizeof conninfo, "host=/nonexistent,%s,/neither", getenv("PGHOST"));
	options.conninfo = conninfo;
	options.backoff_min_ms = options.backoff_max_ms = 20000; /* no pause within a round */
	struct db *db = watched(&options);
	await(state_of(db) == DB_READY);
	finish(db, 0);
}

static void unreadable_conninfo_is_refused(void **state) {
	(void)state;
	static const char *const bad[] = {"dbname='open", "colour=blue", "host=a,b port=1,2,3",
	                                  "host=a,b hostaddr=127.0.0.1", "service=x"};
	struct db_options options = server_options();
	char *host = strdup(getenv("PGHOST"));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		begin();
		assert_int_equal(unsetenv("PGHOST"), 0);
		options.conninfo = bad[i];
		struct db *db = watched(&options);
		(void)setenv("PGHOST", host, 1);
		await(state_of(db) != DB_CONNECTING);
		assert_int_equal(state_of(db), DB_REFUSED);
		assert_true(strlen(told.sentence) > 20);
		finish(db, 0);
	}
	free(host);
}

/* Over TCP, so that a name is resolved. */
static void names_are_resolved(void **state) {
	(void)state;
	begin();
	int s = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	assert_int_equal(bind(s, (struct sockaddr *)&at, size), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &size), 0);
	(void)close(s);
	char sql[100], port[8], conninfo[100];
	(void)snprintf(port, sizeof port, "%u", ntohs(at.sin_port));
	(void)snprintf(sql, sizeof sql, "ALTER SYSTEM SET port = %s", port);
	server_sql("ALTER SYSTEM SET listen_addresses = '127.0.0.1'");
	server_sql(sql);
	server_stop("fast");
	server_start();
	(void)setenv("PGPORT", port, 1);

	struct db_options options = server_options();
	(void)snprintf(conninfo, sizeof conninfo, "host=no.such.host.invalid,localhost port=%s", port);
	options.conninfo = conninfo;
	struct db *db = watched(&options);
	struct outcome o = {0};
	await(state_of(db) == DB_READY);
	submit(db, DB_FAST, SAY, "x", NULL, false, &o);
	await(o.runs);
	assert_string_equal(o.value, "x");
	finish(db, 0);

	begin();
	options.conninfo = "host=no.such.host.invalid";
	db = watched(&options);
	await(state_of(db) == DB_AWAY);
	assert_non_null(strstr(told.sentence, "no.such.host.invalid"));
	finish(db, 0);

	begin();
	options.conninfo = conninfo;
	db = db_new(loop, &options); /* closed while names are being looked up */
	turn();
	finish(db, 0);

	server_sql("ALTER SYSTEM RESET ALL");
	(void)setenv("PGPORT", "5432", 1);
	server_stop("fast");
	server_start();
}

/* Accepts, and never says a word. */
static void a_silent_server_takes_no_longer_than_the_deadline(void **state) {
	(void)state;
	begin();
	char dir[] = "/tmp/atelier-silent-XXXXXX", conninfo[100];
	assert_non_null(mkdtemp(dir));
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s/.s.PGSQL.5432", dir);
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(s, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(listen(s, 16), 0);
	struct db_options options = server_options();
	(void)snprintf(conninfo, sizeof conninfo, "host=%s", dir);
	options.conninfo = conninfo;
	options.deadline_ms[DB_FAST] = 200;
	struct db *db = watched(&options);
	struct outcome o = {0};
	submit(db, DB_FAST, SAY, "x", NULL, true, &o);
	uint64_t from = uv_now(loop);
	await(o.runs);
	assert_in_range(uv_now(loop) - from, 190, 2000);
	assert_int_equal(o.err, ERR_UNAVAILABLE); /* it writes, but was never sent */
	assert_int_equal(state_of(db), DB_CONNECTING);
	finish(db, 0);
	(void)close(s);
	(void)unlink(at.sun_path);
	(void)rmdir(dir);
}

static void expect_refused(const char *word) {
	struct db_options options = server_options();
	begin();
	struct db *db = watched(&options);
	struct outcome o = {0};
	submit(db, DB_FAST, SAY, "x", NULL, false, &o);
	await(o.runs);
	assert_int_equal(o.err, ERR_UNAVAILABLE);
	assert_int_equal(state_of(db), DB_REFUSED);
	if (!strstr(told.sentence, word))
		fail_msg("%s: %s", word, told.sentence);
	finish(db, 0);
}

/* Until a new connection sees the setting: the postmaster reads its files when told to. */
static void setting(const char *name, const char *value) {
	char sql[200];
	(void)snprintf(sql, sizeof sql, "ALTER SYSTEM SET %s = %s", name, value);
	server_sql(sql);
	server_sql("SELECT pg_reload_conf()");
	(void)snprintf(sql, sizeof sql, "SELECT (current_setting('%s') = '%s')::int", name, value);
	for (int i = 0; server_number(sql) != 1; i++) {
		assert_true(i < 1000);
		(void)usleep(10000);
	}
}

static void unsafe_settings_are_refused(void **state) {
	(void)state;
	static const char *const names[] = {"fsync", "full_page_writes", "synchronous_commit"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		setting(names[i], "off");
		expect_refused(names[i]);
		setting(names[i], "on");
	}
}

static void a_wrong_schema_is_refused_until_it_is_mended(void **state) {
	(void)state;
	static const struct {
		const char *sql, *word;
	} cases[] = {
		{"CREATE OR REPLACE FUNCTION api.schema_version() RETURNS int LANGUAGE sql AS 'SELECT 1'",
	     "version 1 and this program needs 2"},
		{"CREATE OR REPLACE FUNCTION api.schema_version() RETURNS int LANGUAGE sql AS 'SELECT 4'",
	     "version 4 and this program knows up to 3"},
		{"DROP SCHEMA api CASCADE", "holds no schema of Atelier"},
		{"DROP FUNCTION api.constraints", "api.constraints"},
		{"DROP TABLE child", "Statement add_child"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin();
		char sql[300];
		(void)snprintf(sql, sizeof sql, "SET client_min_messages = warning; %s", cases[i].sql);
		server_sql(sql);
		struct db_options options = server_options();
		struct db *db = watched(&options);
		struct outcome o = {0};
		submit(db, DB_FAST, SAY, "x", NULL, false, &o);
		await(o.runs);
		assert_int_equal(o.err, ERR_UNAVAILABLE);
		assert_int_equal(state_of(db), DB_REFUSED);
		if (!strstr(told.sentence, cases[i].word))
			fail_msg("%s: %s", cases[i].word, told.sentence);
		server_schema();
		await(state_of(db) == DB_READY);
		finish(db, 0);
	}
}

static struct {
	int resyncs, heard;
	char last[64];
} ear;

static void heard(const char *payload, void *ctx) {
	(void)ctx;
	ear.heard++;
	(void)snprintf(ear.last, sizeof ear.last, "%s", payload);
}

static void resync(void *ctx) {
	(void)ctx;
	ear.resyncs++;
}

static void what_is_said_is_heard(void **state) {
	(void)state;
	begin();
	struct db_options options = server_options();
	struct db *db = watched(&options);
	memset(&ear, 0, sizeof ear);
	db_hear(db, "atelier", heard, resync, NULL);
	await(ear.resyncs == 1);
	server_sql("NOTIFY other, 'no'");
	server_sql("NOTIFY atelier, 'members'");
	await(ear.heard == 1);
	assert_string_equal(ear.last, "members");
	for (int i = 0; i < 50; i++)
		server_sql("NOTIFY atelier, 'tokens'");
	await(ear.heard == 51);
	assert_string_equal(ear.last, "tokens");
	server_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
	server_sql("NOTIFY atelier, 'missed'");
	await(ear.resyncs == 2);
	assert_int_equal(ear.heard, 51);
	server_stop("fast");
	server_start();
	await(ear.resyncs == 3);
	server_sql("NOTIFY atelier, 'activities'");
	await(ear.heard == 52);
	assert_string_equal(ear.last, "activities");
	finish(db, 0);
}

static int tests(void) {
	const struct CMUnitTest all[] = {
		cmocka_unit_test(a_crash_leaves_no_segment_in_doubt_unsaid),
		cmocka_unit_test(one_link_may_go),
		cmocka_unit_test(an_absent_server_is_tried_with_pauses),
		cmocka_unit_test(places_are_tried_in_turn),
		cmocka_unit_test(unreadable_conninfo_is_refused),
		cmocka_unit_test(names_are_resolved),
		cmocka_unit_test(a_silent_server_takes_no_longer_than_the_deadline),
		cmocka_unit_test(unsafe_settings_are_refused),
		cmocka_unit_test(a_wrong_schema_is_refused_until_it_is_mended),
		cmocka_unit_test(what_is_said_is_heard),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) {
	(void)argc;
	return server_main(argv, tests);
}
