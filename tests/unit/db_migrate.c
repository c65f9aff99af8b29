/* SPDX-License-Identifier: Apache-2.0 */
/* Migrations against a real server: once, in order, never edited, never backwards, never twice. */
#include "db_server.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/migrate.h"

#include "base/banned.h"

static const char house[] =
	"CREATE SCHEMA data; CREATE SCHEMA rule; CREATE SCHEMA api;\n"
	"GRANT USAGE ON SCHEMA data, rule, api TO atelier_api;\n"
	"CREATE TABLE data.migration (number int PRIMARY KEY, name text NOT NULL,\n"
	" sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());\n";

static char dir[32];
static struct buf said;
static struct why why;

static void say(const char *line, void *ctx) {
	assert_ptr_equal(ctx, &said);
	buf_adds(&said, line);
	buf_addc(&said, '\n');
}

static enum err migrated(void) {
	buf_clear(&said);
	why = (struct why){0};
	return migrate_run("", dir, say, &said, &why);
}

static void put(const char *name, const char *text) {
	char path[100];
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
}

static void drop(const char *name) {
	char path[100];
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	assert_int_equal(unlink(path), 0);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw) {
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static int fresh(void **state) {
	(void)state;
	char path[100];
	(void)snprintf(dir, sizeof dir, "/tmp/atelier-sql-XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/rule", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof path, "%s/api", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	put("0001_house.sql", house);
	put("0002_thing.sql", "CREATE TABLE data.thing (id int PRIMARY KEY);\n");
	put("rule/01_count.sql",
	    "CREATE OR REPLACE VIEW rule.count AS SELECT count(*) AS n FROM data.thing;\n");
	put("api/01_version.sql",
	    "CREATE OR REPLACE FUNCTION api.schema_version() RETURNS int LANGUAGE sql AS 'SELECT 2';\n");
	put("notes.txt", "not SQL");
	put("bootstrap.sql", "SELECT no_such_function();");
	server_sql("SET client_min_messages = warning; DROP SCHEMA IF EXISTS data, rule, api CASCADE;"
	           "DO $$ BEGIN CREATE ROLE atelier_owner;"
	           " EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
	           "DO $$ BEGIN CREATE ROLE atelier_api;"
	           " EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
	           "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO atelier_owner',"
	           " current_database()); END $$");
	return 0;
}

static int clean(void **state) {
	(void)state;
	buf_clear(&said);
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void each_runs_once_and_functions_every_time(void **state) {
	(void)state;
	assert_int_equal(migrated(), ERR_NONE);
	assert_string_equal(said.p, "applied 0001_house.sql\napplied 0002_thing.sql\n"
	                            "the schema is at version 2\n");
	assert_int_equal(server_number("SELECT count(*) FROM data.migration WHERE length(sha256) = 64"),
	                 2);
	put("rule/01_count.sql",
	    "CREATE OR REPLACE VIEW rule.count AS SELECT 7 + count(*) AS n FROM data.thing;\n");
	put("0010_more.sql", "INSERT INTO data.thing VALUES (1);\n");
	assert_int_equal(migrated(), ERR_NONE);
	assert_string_equal(said.p, "applied 0010_more.sql\nthe schema is at version 10\n");
	assert_int_equal(server_number("SELECT n FROM rule.count"), 8);
	assert_int_equal(migrated(), ERR_NONE);
	assert_string_equal(said.p, "the schema is at version 10\n");
	assert_int_equal(server_number("SELECT n FROM rule.count"), 8);
}

static void owners_are_who_they_should_be(void **state) {
	(void)state;
	assert_int_equal(migrated(), ERR_NONE);
	assert_int_equal(
		server_number("SELECT (relowner = 'atelier_owner'::regrole)::int FROM pg_class "
	                  "WHERE oid = 'data.thing'::regclass"),
		1);
	assert_int_equal(
		server_number("SELECT (relowner = 'atelier_owner'::regrole)::int FROM pg_class "
	                  "WHERE oid = 'rule.count'::regclass"),
		1);
	assert_int_equal(server_number("SELECT (proowner = 'atelier_api'::regrole)::int FROM pg_proc "
	                               "WHERE oid = 'api.schema_version'::regproc"),
	                 1);
	assert_int_equal(
		server_number("SELECT has_schema_privilege('atelier_api', 'api', 'CREATE')::int"), 0);
}

static void expect(enum err kind, const char *words) {
	assert_int_equal(migrated(), kind);
	assert_int_equal(why.kind, kind);
	if (!strstr(why.sentence, words))
		fail_msg("wanted \"%s\" in \"%s\"", words, why.sentence);
}

static void the_past_is_not_edited(void **state) {
	(void)state;
	assert_int_equal(migrated(), ERR_NONE);
	put("0002_thing.sql", "CREATE TABLE data.thing (id bigint PRIMARY KEY);\n");
	expect(ERR_CONFLICT, "0002_thing.sql was changed after it was applied");
	drop("0002_thing.sql");
	expect(ERR_CONFLICT, "refusing to run backwards");
	put("0003_new.sql", "CREATE TABLE data.never ();");
	expect(ERR_CONFLICT, "0002_thing.sql was applied and is not among the files");
	assert_int_equal(server_number("SELECT (to_regclass('data.never') IS NULL)::int"), 1);
	put("0002_thing.sql", "CREATE TABLE data.thing (id int PRIMARY KEY);\n");
	assert_int_equal(migrated(), ERR_NONE);
	drop("0003_new.sql");
	expect(ERR_CONFLICT, "refusing to run backwards: the database has migration 3 (0003_new.sql)");
}

static void order_is_kept(void **state) {
	(void)state;
	put("0005_five.sql", "CREATE TABLE data.five ();");
	assert_int_equal(migrated(), ERR_NONE);
	put("0004_four.sql", "CREATE TABLE data.four ();");
	expect(ERR_CONFLICT, "0004_four.sql was never applied, but 0005_five.sql");
	drop("0004_four.sql");
	put("0005_other.sql", "SELECT 1;");
	expect(ERR_INVALID, "have the same number");
}

static void errors_name_file_and_line(void **state) {
	(void)state;
	put("0003_bad.sql",
	    "CREATE TABLE data.half ();\n-- é\nCREATE TABLE\n\tdata.wrong (x nosuch);\n");
	expect(ERR_INVALID, "0003_bad.sql:4: type \"nosuch\" does not exist");
	assert_int_equal(server_number("SELECT (to_regclass('data.half') IS NULL)::int"), 1);
	assert_int_equal(server_number("SELECT max(number) FROM data.migration"), 2);
	put("0003_bad.sql", "SELECT 1;\nSELECT 2; SELECT 1 / (length('') * 1);");
	expect(ERR_INVALID, "0003_bad.sql, statement 3: division by zero");
	put("0003_bad.sql", "CREATE TABLE data.half (); COMMIT;");
	expect(ERR_INVALID, "ends its transaction");
	put("0003_bad.sql", "COPY data.thing FROM STDIN;");
	expect(ERR_INVALID, "COPY is for psql");
	drop("0003_bad.sql");
	put("api/02_bad.sql", "CREATE FUNCTION api.bad() RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
	                      "CREATE FUNCTION api.worse() RETURNS nosuch LANGUAGE sql AS 'SELECT 1';");
	expect(ERR_INVALID, "api/02_bad.sql");
	assert_int_equal(server_number("SELECT count(*) FROM pg_proc WHERE proname = 'bad'"), 0);
	assert_int_equal(
		server_number("SELECT has_schema_privilege('atelier_api', 'api', 'CREATE')::int"), 0);
}

static void two_at_once_take_turns(void **state) {
	(void)state;
	enum { N = 4 };
	put("0003_slow.sql", "SELECT pg_sleep(0.5); CREATE TABLE data.slow ();");
	pid_t children[N];
	for (int i = 0; i < N; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			enum err kind = migrated();
			int waited = said.p && strstr(said.p, "waiting") ? 10 : 0;
			int applied = said.p && strstr(said.p, "applied 0003") ? 1 : 0;
			_exit(kind ? 99 : waited + applied);
		}
	}
	int applied = 0, waited = 0;
	for (int i = 0; i < N; i++) {
		int status = 0;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 99);
		applied += WEXITSTATUS(status) % 10;
		waited += WEXITSTATUS(status) / 10;
	}
	assert_int_equal(applied, 1);
	assert_int_equal(waited, N - 1);
	assert_int_equal(server_number("SELECT count(*) FROM data.migration"), 3);
}

static void unfit_and_absent_servers_are_refused(void **state) {
	(void)state;
	assert_int_equal(migrate_run("host=/nonexistent", dir, say, &said, &why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why.sentence, "cannot be reached"));
	assert_int_equal(migrate_run("options='-c synchronous_commit=off'", dir, say, &said, &why),
	                 ERR_UNAVAILABLE);
	assert_string_equal(why.field, "synchronous_commit");
	assert_int_equal(server_number("SELECT (to_regnamespace('data') IS NULL)::int"), 1);
	server_sql("DROP OWNED BY atelier_owner; DROP ROLE atelier_owner");
	expect(ERR_CONFLICT, "bootstrap.sql");
}

static void one_query_gives_one_value(void **state) {
	(void)state;
	struct buf b = {0};
	const char *const params[] = {"20", "22"};
	buf_adds(&b, "is ");
	assert_int_equal(migrate_query_one("", "SELECT $1::int + $2::int, 'more'", params, 2, &b, &why),
	                 ERR_NONE);
	assert_string_equal(b.p, "is 42");
	assert_int_equal(migrate_query_one("", "SELECT current_user", NULL, 0, &b, &why), ERR_NONE);
	assert_string_equal(b.p, "is 42atelier_owner");
	assert_int_equal(migrate_query_one("", "SELECT NULL", NULL, 0, &b, &why), ERR_NONE);
	assert_string_equal(b.p, "is 42atelier_owner");
	assert_int_equal(migrate_query_one("", "SELECT nonsense", NULL, 0, &b, &why), ERR_INVALID);
	assert_non_null(strstr(why.sentence, "nonsense"));
	server_sql("CREATE SCHEMA api; GRANT USAGE ON SCHEMA api TO atelier_owner;"
	           "CREATE FUNCTION api.no() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
	           " RAISE EXCEPTION USING ERRCODE = 'AT404', MESSAGE = 'No such expert.',"
	           " COLUMN = 'expert'; END $$");
	assert_int_equal(migrate_query_one("", "SELECT api.no()", NULL, 0, &b, &why), ERR_NOT_FOUND);
	assert_string_equal(why.sentence, "No such expert.");
	assert_string_equal(why.field, "expert");
	buf_clear(&b);
}

static int tests(void) {
	const struct CMUnitTest all[] = {
		cmocka_unit_test_setup_teardown(each_runs_once_and_functions_every_time, fresh, clean),
		cmocka_unit_test_setup_teardown(owners_are_who_they_should_be, fresh, clean),
		cmocka_unit_test_setup_teardown(the_past_is_not_edited, fresh, clean),
		cmocka_unit_test_setup_teardown(order_is_kept, fresh, clean),
		cmocka_unit_test_setup_teardown(errors_name_file_and_line, fresh, clean),
		cmocka_unit_test_setup_teardown(two_at_once_take_turns, fresh, clean),
		cmocka_unit_test_setup_teardown(unfit_and_absent_servers_are_refused, fresh, clean),
		cmocka_unit_test_setup_teardown(one_query_gives_one_value, fresh, clean),
	};
	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) {
	(void)argc;
	return server_main(argv, tests);
}
