/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines and caps. Small limits make them come soon; only what comes is asserted. */
#include "unit.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fixture.h"
#include "judge.h"

#include "base/banned.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

enum { SHORT_MS = 40 };

/* One octet a turn, for as long as the server listens. */
static void dribble(struct fixture *f, struct client *c, const char *start) {
	client_say(c, start);
	for (int i = 0; i < 5000 && !c->eof; i++) {
		client_say(c, "x");
		uv_sleep(1);
		fixture_turn(f);
		client_read(c);
	}
}

static void a_dribbled_head_times_out(void **state) {
	(void)state;
	struct http_limits limits = judge_limits;
	limits.head_ms = SHORT_MS;
	limits.head_octets = 65536;
	struct fixture f;
	struct client c;
	fixture_open(&f, &limits, NULL);
	client_open(&f, &c);
	dribble(&f, &c, "GET / HTTP/1.1\r\nX: ");
	assert_true(c.eof);
	assert_non_null(c.got.p);
	assert_non_null(strstr(c.got.p, "HTTP/1.1 408 Request Timeout\r\n"));
	assert_int_equal(http_server_counters(f.server).refused, 1);
	client_close(&c);
	fixture_close(&f);
}

static size_t welcome(struct http_exchange *x, void *ctx) {
	(void)x;
	(void)ctx;
	return 65536;
}

static void unreached(struct http_exchange *x, void *ctx) {
	(void)x;
	(void)ctx;
	fail_msg("the body was never whole");
}

static struct blob *sentence(const struct why *why, void *ctx) {
	(void)ctx;
	return blob_new(why->sentence, strlen(why->sentence));
}

static void a_dribbled_body_times_out(void **state) {
	(void)state;
	struct http_limits limits = judge_limits;
	limits.body_ms = SHORT_MS;
	struct fixture f;
	struct client c;
	fixture_open(
		&f, &limits,
		&(struct http_handler){.head = welcome, .request = unreached, .problem = sentence});
	client_open(&f, &c);
	dribble(&f, &c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n");
	assert_true(c.eof);
	assert_non_null(strstr(c.got.p, "HTTP/1.1 408 Request Timeout\r\n"));
	assert_non_null(strstr(c.got.p, "Content-Type: application/problem+json\r\n"));
	assert_non_null(strstr(c.got.p, "body took too long"));
	client_close(&c);
	fixture_close(&f);
}

static void idle_connections_close_silently(void **state) {
	(void)state;
	struct http_limits limits = judge_limits;
	limits.idle_ms = limits.head_ms = SHORT_MS;
	struct fixture f;
	struct client fresh, idle;
	fixture_open(&f, &limits, NULL);
	client_open(&f, &fresh);
	client_open(&f, &idle);
	client_say(&idle, GET);
	assert_true(client_until(&f, &idle, "/[]"));
	buf_clear(&idle.got);
	assert_true(client_until_eof(&f, &fresh));
	assert_true(client_until_eof(&f, &idle));
	assert_int_equal(fresh.got.n + idle.got.n, 0);
	client_close(&fresh);
	client_close(&idle);
	fixture_close(&f);
}

static void a_peer_that_does_not_read_is_cut(void **state) {
	(void)state;
	struct http_limits limits = judge_limits;
	limits.write_ms = SHORT_MS;
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	enum { LARGE = 3000000 };
	fixture_open(&f, &limits, &handler);
	client_open(&f, &c);
	client_say(&c, GET);
	fixture_turn(&f);
	struct buf large = {0};
	memset(buf_reserve(&large, LARGE), 'x', LARGE);
	struct blob *blob = blob_new(large.p, LARGE);
	http_respond(h.x[0], &(struct http_answer){.status = 200, .blob = blob_hold(blob)});
	for (int i = 0; i < 5000 && http_server_counters(f.server).open; i++) {
		uv_sleep(1);
		fixture_turn(&f);
	}
	assert_int_equal(http_server_counters(f.server).open, 0);
	assert_int_equal(blob->holds, 1);
	blob_drop(blob);
	buf_clear(&large);
	client_close(&c);
	fixture_close(&f);
}

static void shorter_limits_count_at_once(void **state) {
	(void)state;
	struct http_limits limits = judge_limits;
	struct fixture f;
	struct client c;
	fixture_open(&f, &limits, NULL);
	client_open(&f, &c);
	client_say(&c, GET);
	assert_true(client_until(&f, &c, "/[]"));
	limits.idle_ms = SHORT_MS;
	http_server_set_limits(f.server, &limits);
	assert_true(client_until_eof(&f, &c));
	client_close(&c);
	fixture_close(&f);
}

static void expect_caps(const struct http_limits *limits, size_t room) {
	struct fixture f;
	struct client c[8], over;
	fixture_open(&f, limits, NULL);
	for (size_t i = 0; i < room; i++) {
		client_open(&f, &c[i]);
		client_say(&c[i], GET);
		assert_true(client_until(&f, &c[i], "/[]"));
	}
	client_open(&f, &over);
	client_say(&over, GET);
	assert_true(client_until_eof(&f, &over));
	assert_non_null(strstr(over.got.p, "HTTP/1.1 503 Service Unavailable\r\n"));
	assert_non_null(strstr(over.got.p, "Retry-After: "));
	client_close(&over);
	/* Those inside are served on, and a place that comes free is given away. */
	buf_clear(&c[0].got);
	client_say(&c[0], GET);
	assert_true(client_until(&f, &c[0], "/[]"));
	client_close(&c[0]);
	fixture_turn(&f);
	client_open(&f, &c[0]);
	client_say(&c[0], GET);
	assert_true(client_until(&f, &c[0], "/[]"));
	for (size_t i = 0; i < room; i++)
		client_close(&c[i]);
	fixture_close(&f);
}

static void connections_are_capped(void **state) {
	(void)state;
	struct http_limits limits = judge_limits;
	limits.connections = 3;
	expect_caps(&limits, 3);
}

static void connections_of_a_peer_are_capped(void **state) {
	(void)state;
	struct http_limits limits = judge_limits;
	limits.connections_per_peer = 2;
	expect_caps(&limits, 2);
	/* A trusted proxy speaks for many: only the cap in all binds it. */
	limits.trusted_proxy = STR("unix");
	limits.connections = 5;
	expect_caps(&limits, 5);
}

static size_t welcome_much(struct http_exchange *x, void *ctx) {
	(void)x;
	(void)ctx;
	return 32 * 1024 * 1024;
}

static void bodies_in_memory_are_capped(void **state) {
	(void)state;
	enum { BODY = 32 * 1024 * 1024, PIECE = 64 * 1024 };
	struct fixture f;
	struct client c[3];
	static char piece[PIECE];
	struct http_limits limits = judge_limits;
	fixture_open(&f, &limits, &(struct http_handler){.head = welcome_much, .request = unreached});
	for (size_t i = 0; i < 3; i++) {
		client_open(&f, &c[i]);
		client_say(&c[i], "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n");
	}
	/* Two bodies short of one octet fill the room of 64 MiB all but two; the third is refused. */
	for (size_t i = 0; i < 2; i++)
		for (size_t at = 0; at < BODY; at += PIECE) {
			client_write(&c[i], piece, at + PIECE < BODY ? PIECE : PIECE - 1);
			fixture_turn(&f);
		}
	client_say(&c[2], "xx");
	fixture_turn(&f);
	client_read(&c[2]);
	assert_int_equal(c[2].got.n, 0);
	client_say(&c[2], "x");
	assert_true(client_until_eof(&f, &c[2]));
	assert_non_null(strstr(c[2].got.p, "HTTP/1.1 503 Service Unavailable\r\n"));
	for (size_t i = 0; i < 3; i++)
		client_close(&c[i]);
	fixture_close(&f);
}

/* Without descriptors nobody can be accepted; those inside are served, and it passes. */
static void out_of_descriptors(void **state) {
	(void)state;
	struct fixture f;
	struct client inside, outside, later;
	struct rlimit before, now;
	fixture_open(&f, &judge_limits, NULL);
	client_open(&f, &inside);
	client_say(&inside, GET);
	assert_true(client_until(&f, &inside, "/[]"));
	client_open(&f, &outside);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	now = before;
	now.rlim_cur = (rlim_t)outside.fd + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
	assert_true(client_until_eof(&f, &outside));
	buf_clear(&inside.got);
	client_say(&inside, GET);
	bool served = client_until(&f, &inside, "/[]");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_true(served);
	assert_int_equal(outside.got.n, 0);
	client_open(&f, &later);
	client_say(&later, GET);
	assert_true(client_until(&f, &later, "/[]"));
	client_close(&inside);
	client_close(&outside);
	client_close(&later);
	fixture_close(&f);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dribbled_head_times_out),
		cmocka_unit_test(a_dribbled_body_times_out),
		cmocka_unit_test(idle_connections_close_silently),
		cmocka_unit_test(a_peer_that_does_not_read_is_cut),
		cmocka_unit_test(shorter_limits_count_at_once),
		cmocka_unit_test(connections_are_capped),
		cmocka_unit_test(connections_of_a_peer_are_capped),
		cmocka_unit_test(bodies_in_memory_are_capped),
		cmocka_unit_test(out_of_descriptors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
