/* SPDX-License-Identifier: Apache-2.0 */
/* Streamed answers: framing, back-pressure, peers that go. */
#include "unit.h"

#include <unistd.h>

#include "fixture.h"
#include "judge.h"

#include "base/banned.h"

#define GET "GET /s HTTP/1.1\r\nHost: a\r\n\r\n"

static struct fixture server;
static struct client peer;
static struct held held;
static size_t drained, gone;
static bool end_when_gone;

static void on_drained(struct http_exchange *x, void *ctx) {
	(void)x;
	assert_ptr_equal(ctx, &held);
	drained++;
}

static void on_gone(struct http_exchange *x, void *ctx) {
	assert_ptr_equal(ctx, &held);
	assert_true(http_exchange_gone(x));
	gone++;
	if (end_when_gone)
		http_stream_end(x);
}

static int setup(void **state) {
	(void)state;
	struct http_handler handler = hold(&held);
	drained = gone = 0;
	end_when_gone = false;
	fixture_open(&server, &judge_limits, &handler);
	client_open(&server, &peer);
	return 0;
}

static int teardown(void **state) {
	(void)state;
	client_close(&peer);
	fixture_close(&server);
	return 0;
}

static struct http_exchange *begin(const char *request) {
	client_say(&peer, request);
	fixture_turn(&server);
	assert_int_equal(held.n, 1);
	http_stream_begin(held.x[0], &(struct http_answer){.status = 200}, on_drained, on_gone, &held);
	return held.x[0];
}

static const char *body(void) {
	const char *end = strstr(peer.got.p, "\r\n\r\n");
	assert_non_null(end);
	return end + 4;
}

static void in_chunks(void **state) {
	(void)state;
	struct http_exchange *x = begin(GET "GET /after HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_true(http_stream_write(x, "hello", 5));
	assert_true(http_stream_write(x, "", 0));
	assert_true(http_stream_write(x, " world, sixteen+", 16));
	assert_true(client_until(&server, &peer, "sixteen+"));
	assert_int_equal(held.n, 1);
	http_stream_end(x);
	/* The next request begins only now, and not inside http_stream_end. */
	assert_int_equal(held.n, 1);
	assert_true(client_until(&server, &peer, "\r\n0\r\n\r\n"));
	assert_string_equal(body(), "5\r\nhello\r\n10\r\n world, sixteen+\r\n0\r\n\r\n");
	assert_non_null(strstr(peer.got.p, "\r\nTransfer-Encoding: chunked\r\n"));
	assert_null(strstr(peer.got.p, "Content-Length"));
	fixture_turn(&server);
	assert_int_equal(held.n, 2);
	http_respond(held.x[1], &(struct http_answer){.status = 200, .text = STR("after")});
	assert_true(client_until(&server, &peer, "after"));
	assert_int_equal(gone, 0);
}

static void until_close_for_1_0(void **state) {
	(void)state;
	struct http_exchange *x = begin("GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	assert_true(http_stream_write(x, "hello", 5));
	http_stream_end(x);
	assert_true(client_until_eof(&server, &peer));
	assert_string_equal(body(), "hello");
	assert_null(strstr(peer.got.p, "chunked"));
	assert_non_null(strstr(peer.got.p, "\r\nConnection: close\r\n"));
}

static void nothing_for_head(void **state) {
	(void)state;
	struct http_exchange *x = begin("HEAD /s HTTP/1.1\r\nHost: a\r\n\r\n" GET);
	assert_true(http_stream_write(x, "hello", 5));
	http_stream_end(x);
	fixture_turn(&server);
	client_read(&peer);
	assert_string_equal(body(), "");
	assert_int_equal(held.n, 2);
	http_respond(held.x[1], &(struct http_answer){.status = 204});
}

static size_t write_until_full(struct http_exchange *x) {
	static char piece[10000];
	size_t n = 0;
	memset(piece, 'x', sizeof piece);
	while (http_stream_write(x, piece, sizeof piece)) {
		n += sizeof piece;
		assert_true(n < 100000000);
	}
	return n + sizeof piece;
}

static size_t count_x(void) {
	size_t n = 0;
	for (size_t i = 0; i < peer.got.n; i++)
		n += peer.got.p[i] == 'x';
	return n;
}

static void the_writer_waits_for_the_reader(void **state) {
	(void)state;
	struct http_exchange *x = begin(GET);
	size_t sent = 0;
	for (size_t round = 0; round < 5; round++) {
		sent += write_until_full(x);
		fixture_turn(&server);
		assert_int_equal(drained, round);
		for (int i = 0; i < 1000 && drained == round; i++) {
			client_read(&peer);
			fixture_turn(&server);
		}
		assert_int_equal(drained, round + 1);
	}
	http_stream_end(x);
	assert_true(client_until(&server, &peer, "\r\n0\r\n\r\n"));
	assert_int_equal(count_x(), sent);
	assert_int_equal(drained, 5);
	assert_int_equal(gone, 0);
}

static void ended_while_octets_wait(void **state) {
	(void)state;
	struct http_exchange *x = begin(GET);
	size_t sent = write_until_full(x);
	http_stream_end(x);
	assert_true(client_until(&server, &peer, "\r\n0\r\n\r\n"));
	assert_int_equal(count_x(), sent);
	assert_int_equal(drained, 0);
	client_say(&peer, GET);
	fixture_turn(&server);
	assert_int_equal(held.n, 2);
	http_respond(held.x[1], &(struct http_answer){.status = 204});
}

static void write_to_nobody(struct http_exchange *x) {
	for (int i = 0; i < 1000 && http_stream_write(x, "tick", 4); i++)
		fixture_turn(&server);
}

static void told_once_when_the_peer_goes(void **state) {
	(void)state;
	struct http_exchange *x = begin(GET);
	assert_int_equal(close(peer.fd), 0);
	assert_false(http_exchange_gone(x));
	/* Not inside the write that finds out. */
	while (http_stream_write(x, "tick", 4))
		assert_int_equal(gone, 0);
	assert_int_equal(gone, 0);
	fixture_turn(&server);
	assert_int_equal(gone, 1);
	assert_false(http_stream_write(x, "tick", 4));
	http_stream_end(x);
	fixture_turn(&server);
	assert_int_equal(gone, 1);
	client_open(&server, &peer);
}

static void ended_inside_gone(void **state) {
	(void)state;
	end_when_gone = true;
	struct http_exchange *x = begin(GET);
	assert_int_equal(close(peer.fd), 0);
	write_to_nobody(x);
	fixture_turn(&server);
	assert_int_equal(gone, 1);
	client_open(&server, &peer);
}

static void begun_when_the_peer_has_gone(void **state) {
	(void)state;
	client_say(&peer, "POST /s HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
	fixture_turn(&server);
	http_server_close(server.server, 0, NULL, NULL);
	for (int i = 0; i < 10 && !http_exchange_gone(held.x[0]); i++)
		fixture_turn(&server);
	assert_true(http_exchange_gone(held.x[0]));
	end_when_gone = true;
	http_stream_begin(held.x[0], &(struct http_answer){.status = 200}, on_drained, on_gone, &held);
	assert_int_equal(gone, 0);
	fixture_turn(&server);
	assert_int_equal(gone, 1);
	server.closed = true;
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(in_chunks, setup, teardown),
		cmocka_unit_test_setup_teardown(until_close_for_1_0, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_for_head, setup, teardown),
		cmocka_unit_test_setup_teardown(the_writer_waits_for_the_reader, setup, teardown),
		cmocka_unit_test_setup_teardown(ended_while_octets_wait, setup, teardown),
		cmocka_unit_test_setup_teardown(told_once_when_the_peer_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(ended_inside_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(begun_when_the_peer_has_gone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
