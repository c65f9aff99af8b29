/* SPDX-License-Identifier: Apache-2.0 */
/* table.def through guard and parser, and through a real server: whole, in two parts split at
 * every octet, and octet by octet. The verdict must be the row's every time. */
#include "unit.h"

#include <stdio.h>

#include "fixture.h"
#include "judge.h"
#include "rows.h"

#include "base/banned.h"

static struct fixture server;

static void expect(const struct row *r, struct buf *got, const char *how, size_t first) {
	struct str wanted = {r->verdict, r->verdict_n};
	if (!str_eq(buf_str(got), wanted))
		fail_msg("%s, %s at %zu: \"%s\" instead of \"%s\"", r->name, how, first, got->p,
		         r->verdict);
	buf_clear(got);
}

static void judged_whole_and_split(void **state) {
	(void)state;
	struct buf got = {0};
	for (size_t i = 0; i < row_count; i++) {
		const struct row *r = &rows[i];
		for (size_t first = 0; first <= r->n; first++) {
			judge(&got, r->raw, r->n, first, 0);
			expect(r, &got, "split", first);
		}
		for (size_t piece = 1; piece <= 3; piece++) {
			judge(&got, r->raw, r->n, piece, piece);
			expect(r, &got, "in pieces", piece);
		}
	}
}

/* The verdict as a client sees it. */
static void verdict_of(struct client *c, const struct row *r, struct buf *ret) {
	struct str rest = buf_str(&c->got), head, body;
	bool is_head = str_starts((struct str){r->raw, r->n}, STR("HEAD"));
	for (int status; (status = answer_next(&rest, is_head, &head, &body));) {
		if (status == 100)
			continue;
		buf_addf(ret, "%d ", status);
		if (status == 200 && !is_head) {
			buf_add(ret, body.p, body.n);
			buf_addc(ret, ' ');
		} else if (is_head) {
			buf_adds(ret, "/h[] ");
		}
	}
	assert_int_equal(rest.n, 0);
	buf_adds(ret, c->eof ? "close" : "keep");
}

/* A server that waits looks the same whether a message has begun or not. */
static void expect_served(const struct row *r, struct buf *got, const char *how, size_t first) {
	struct row waits = *r;
	char verdict[256];
	if (str_ends((struct str){r->verdict, r->verdict_n}, STR("more"))) {
		(void)snprintf(verdict, sizeof verdict, "%.*skeep", (int)r->verdict_n - 4, r->verdict);
		waits.verdict = verdict;
	}
	expect(&waits, got, how, first);
}

static void serve(const struct row *r, size_t first, size_t piece) {
	struct client c;
	struct buf got = {0};
	client_open(&server, &c);
	for (size_t at = 0, next = first; at < r->n; at += next, next = piece) {
		if (next == 0 || next > r->n - at)
			next = r->n - at;
		client_write(&c, r->raw + at, next);
		fixture_turn(&server);
	}
	fixture_turn(&server);
	client_read(&c);
	verdict_of(&c, r, &got);
	expect_served(r, &got, piece ? "served in pieces" : "served, split", first);
	client_close(&c);
	fixture_turn(&server);
}

static void served_whole_and_split(void **state) {
	(void)state;
	fixture_open(&server, &judge_limits, NULL);
	for (size_t i = 0; i < row_count; i++) {
		for (size_t first = 0; first <= rows[i].n; first++)
			serve(&rows[i], first, 0);
		serve(&rows[i], 1, 1);
	}
	assert_int_equal(http_server_counters(server.server).open, 0);
	fixture_close(&server);
}

static void enough_rows(void **state) {
	(void)state;
	assert_true(row_count >= 80);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enough_rows),
		cmocka_unit_test(judged_whole_and_split),
		cmocka_unit_test(served_whole_and_split),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
