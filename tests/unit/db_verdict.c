/* SPDX-License-Identifier: Apache-2.0 */
/* What needs no server: SQLSTATE → verdict, fitness of settings and schema, hosts of a conninfo. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "db/greet.h"
#include "db/places.h"
#include "db/verdict.h"

#include "base/banned.h"

static void each_sqlstate_has_its_verdict(void **state) {
	(void)state;
	static const struct {
		const char *sqlstate;
		enum err kind;
		const char *words;
	} cases[] = {
		{"AT400", ERR_INVALID, "as said"},
		{"AT401", ERR_UNAUTHENTICATED, "as said"},
		{"AT403", ERR_FORBIDDEN, "as said"},
		{"AT404", ERR_NOT_FOUND, "as said"},
		{"AT409", ERR_CONFLICT, "as said"},
		{"AT412", ERR_STALE, "as said"},
		{"AT413", ERR_TOO_LARGE, "as said"},
		{"AT422", ERR_UNPROCESSABLE, "as said"},
		{"AT428", ERR_PRECONDITION, "as said"},
		{"AT208", ERR_CONFLICT, "as said"},
		{"AT299", ERR_INTERNAL, "as said"},
		{"ATX09", ERR_INTERNAL, "the fault is ours"},
		{"22001", ERR_INVALID, "shorten"},
		{"22P02", ERR_INVALID, "form"},
		{"22008", ERR_INVALID, "does not exist"},
		{"23502", ERR_INVALID, "missing"},
		{"23503", ERR_CONFLICT, "refers to"},
		{"23505", ERR_CONFLICT, "exists already"},
		{"23514", ERR_CONFLICT, "breaks a rule"},
		{"23P01", ERR_CONFLICT, "overlaps"},
		{"23001", ERR_CONFLICT, "forbids"},
		{"40001", ERR_UNAVAILABLE, "repeat"},
		{"40P01", ERR_UNAVAILABLE, "repeat"},
		{"42501", ERR_FORBIDDEN, "role"},
		{"42703", ERR_INTERNAL, "the fault is ours"},
		{"53300", ERR_UNAVAILABLE, "limits"},
		{"57014", ERR_UNAVAILABLE, "longer"},
		{"57P01", ERR_UNAVAILABLE, "restarting"},
		{"08006", ERR_UNAVAILABLE, "lost"},
		{"P0001", ERR_INTERNAL, "the fault is ours"},
		{"", ERR_INTERNAL, "the fault is ours"},
		{NULL, ERR_INTERNAL, "the fault is ours"},
	};
	const struct sentences none = {0};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct why why;
		const char *detail = NULL;
		const bool ours = strcmp(cases[i].words, "as said") == 0;
		const struct complaint c = {.sqlstate = cases[i].sqlstate,
		                            .message = "as said",
		                            .detail = "{\"secret\": 1}",
		                            .column = "colour"};
		enum err kind = verdict_of(&c, &none, &why, &detail);
		if (kind != cases[i].kind || !strstr(why.sentence, cases[i].words))
			fail_msg("%s: %s %s", cases[i].sqlstate, err_slug(kind), why.sentence);
		assert_int_equal(why.kind, kind);
		assert_string_equal(detail, ours ? "{\"secret\": 1}" : "");
		assert_true(ours || !strstr(why.sentence, "as said"));
		assert_string_equal(why.field, kind == ERR_INTERNAL && !ours ? "" : "colour");
	}
}

static void a_constraint_has_its_own_sentence(void **state) {
	(void)state;
	struct sentences s = {0};
	sentences_add(&s, "zebra", "Zebras are full.");
	sentences_add(&s, "mission_once", "An expert travels to one place at a time.");
	sentences_add(&s, "mute", "");
	sentences_add(&s, "alpha", "First.");
	sentences_sort(&s);
	struct why why;
	const char *detail;
	struct complaint c = {.sqlstate = "23P01", .constraint = "mission_once"};
	assert_int_equal(verdict_of(&c, &s, &why, &detail), ERR_CONFLICT);
	assert_string_equal(why.sentence, "An expert travels to one place at a time.");
	c.constraint = "unheard_of";
	assert_int_equal(verdict_of(&c, &s, &why, &detail), ERR_CONFLICT);
	assert_non_null(strstr(why.sentence, "overlaps"));
	c.constraint = "mute";
	assert_int_equal(verdict_of(&c, &s, &why, &detail), ERR_CONFLICT);
	assert_non_null(strstr(why.sentence, "overlaps"));
	c = (struct complaint){.sqlstate = "XX000", .constraint = "zebra"};
	assert_int_equal(verdict_of(&c, &s, &why, &detail), ERR_INTERNAL);
	assert_null(strstr(why.sentence, "Zebras"));
	assert_null(sentences_find(&s, NULL));
	sentences_clear(&s);
	assert_null(sentences_find(&s, "alpha"));
}

static void only_a_safe_server_is_fit(void **state) {
	(void)state;
	struct why why;
	assert_int_equal(greet_judge(150000, "on", "on", "on", &why), ERR_NONE);
	assert_int_equal(greet_judge(170002, "on", "on", "remote_apply", &why), ERR_NONE);
	assert_int_equal(greet_judge(150020, "on", "on", "local", &why), ERR_NONE);
	assert_int_not_equal(greet_judge(140011, "on", "on", "on", &why), ERR_NONE);
	assert_non_null(strstr(why.sentence, "PostgreSQL 14"));
	assert_int_not_equal(greet_judge(150000, "off", "on", "on", &why), ERR_NONE);
	assert_string_equal(why.field, "fsync");
	assert_int_not_equal(greet_judge(150000, "on", "off", "on", &why), ERR_NONE);
	assert_string_equal(why.field, "full_page_writes");
	assert_int_not_equal(greet_judge(150000, "on", "on", "off", &why), ERR_NONE);
	assert_string_equal(why.field, "synchronous_commit");
	assert_int_equal(greet_judge_schema(5, 5, 5, &why), ERR_NONE);
	assert_int_not_equal(greet_judge_schema(4, 5, 7, &why), ERR_NONE);
	assert_non_null(strstr(why.sentence, "--migrate"));
	assert_int_not_equal(greet_judge_schema(8, 5, 7, &why), ERR_NONE);
	assert_non_null(strstr(why.sentence, "newer program"));
}

static void hosts_addresses_and_ports_pair_up(void **state) {
	(void)state;
	struct conninfo c;
	struct why why;
	assert_int_equal(conninfo_read(&c, "host=a,/run/pg,b hostaddr=,,192.0.2.1 port=1,2,3", &why),
	                 ERR_NONE);
	assert_int_equal(c.wanted.n, 3);
	assert_string_equal(c.wanted.at[0].host, "a");
	assert_string_equal(c.wanted.at[0].hostaddr, "");
	assert_string_equal(c.wanted.at[1].host, "/run/pg");
	assert_string_equal(c.wanted.at[1].port, "2");
	assert_string_equal(c.wanted.at[2].hostaddr, "192.0.2.1");
	conninfo_clear(&c);
	assert_int_equal(conninfo_read(&c, "postgresql://u@x,y:77/db", &why), ERR_NONE);
	assert_int_equal(c.wanted.n, 2);
	assert_string_equal(c.wanted.at[1].host, "y");
	assert_string_equal(c.wanted.at[1].port, "77");
	conninfo_clear(&c);
	assert_int_equal(conninfo_read(&c, "host=a,b port=7", &why), ERR_NONE);
	assert_string_equal(c.wanted.at[1].port, "7");
	conninfo_clear(&c);
	assert_int_equal(conninfo_read(&c, "hostaddr=192.0.2.1,192.0.2.2", &why), ERR_NONE);
	assert_int_equal(c.wanted.n, 2);
	assert_string_equal(c.wanted.at[1].host, "");
	conninfo_clear(&c);
	assert_int_equal(conninfo_read(&c, "host=a,b port=1,2,3", &why), ERR_INVALID);
	assert_int_equal(conninfo_read(&c, "host=a hostaddr=192.0.2.1,192.0.2.2", &why), ERR_INVALID);
	assert_int_equal(conninfo_read(&c, "colour=blue", &why), ERR_INVALID);
	assert_non_null(strstr(why.sentence, "colour"));
}

static void addresses_need_no_look_up(void **state) {
	(void)state;
	struct conninfo c;
	struct why why;
	uv_loop_t loop;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(conninfo_read(&c, "host=127.0.0.1,::1,/run/pg,x hostaddr=,,,192.0.2.9", &why),
	                 ERR_NONE);
	struct resolver r = {.loop = &loop, .wanted = &c.wanted};
	assert_true(resolver_run(&r)); /* without `done` */
	assert_int_equal(r.found.n, 4);
	assert_string_equal(r.found.at[3].hostaddr, "192.0.2.9");
	places_clear(&r.found);
	conninfo_clear(&c);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sqlstate_has_its_verdict),
		cmocka_unit_test(a_constraint_has_its_own_sentence),
		cmocka_unit_test(only_a_safe_server_is_fit),
		cmocka_unit_test(hosts_addresses_and_ports_pair_up),
		cmocka_unit_test(addresses_need_no_look_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
