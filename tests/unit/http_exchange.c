/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange after the other: order, keep-alive, expectations, answers without a body. */
#include "unit.h"

#include <sys/socket.h>

#include "fixture.h"
#include "judge.h"

#include "base/banned.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST_HEAD(more) "POST /p HTTP/1.1\r\nHost: a\r\n" more "\r\n"

static void answer(struct http_exchange *x, const char *text) {
	http_respond(x, &(struct http_answer){.status = 200, .text = str_of(text)});
}

static void pipelined_answers_keep_their_order(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	fixture_open(&f, &judge_limits, &handler);
	client_open(&f, &c);
	client_say(&c, GET("/1") GET("/2") GET("/3"));
	fixture_turn(&f);
	/* One exchange at a time: the second begins when the first is answered. */
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(h.n, i + 1);
		struct str path = http_exchange_request(h.x[i])->path;
		assert_int_equal(path.p[1], '1' + i);
		answer(h.x[i], (const char *[]){"one", "two", "three"}[i]);
		/* Never inside http_respond: */
		assert_int_equal(h.n, i + 1);
		fixture_turn(&f);
	}
	client_read(&c);
	struct str rest = buf_str(&c.got), head, body;
	assert_int_equal(answer_next(&rest, false, &head, &body), 200);
	assert_true(str_is(body, "one"));
	assert_int_equal(answer_next(&rest, false, &head, &body), 200);
	assert_true(str_is(body, "two"));
	assert_int_equal(answer_next(&rest, false, &head, &body), 200);
	assert_true(str_is(body, "three"));
	assert_int_equal(rest.n, 0);
	client_close(&c);
	fixture_close(&f);
}

static void pipelined_octets_are_bounded(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	fixture_open(&f, &judge_limits, &handler);
	client_open(&f, &c);
	client_say(&c, GET("/held"));
	fixture_turn(&f);
	assert_int_equal(h.n, 1);
	/* While it runs, the server takes in a head's worth and no more. */
	static const char next[] = GET("/next");
	size_t sent = 0;
	for (ssize_t n; (n = send(c.fd, next, sizeof next - 1, MSG_NOSIGNAL)) > 0; sent += (size_t)n)
		fixture_turn(&f);
	for (int i = 0; i < 8; i++)
		fixture_turn(&f);
	assert_true(sent > 4 * judge_limits.head_octets);
	assert_true(send(c.fd, next, 1, MSG_NOSIGNAL) < 0);
	assert_int_equal(h.n, 1);
	answer(h.x[0], "done");
	assert_true(client_until(&f, &c, "done"));
	assert_int_equal(h.n, 2);
	client_close(&c);
	fixture_turn(&f);
	answer(h.x[1], "nobody hears");
	fixture_close(&f);
}

static void the_body_is_asked_for(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	fixture_open(&f, &judge_limits, NULL);
	client_open(&f, &c);
	client_say(&c, POST_HEAD("Expect: 100-continue\r\nContent-Length: 5\r\n"));
	assert_true(client_until(&f, &c, "HTTP/1.1 100 Continue\r\n\r\n"));
	assert_null(strstr(c.got.p, "200"));
	client_say(&c, "hello");
	assert_true(client_until(&f, &c, "/p[hello]"));
	/* Not when it is there already, not when it is too large. */
	buf_clear(&c.got);
	client_say(&c, POST_HEAD("Expect: 100-continue\r\nContent-Length: 1\r\n") "x");
	assert_true(client_until(&f, &c, "/p[x]"));
	assert_null(strstr(c.got.p, "100 Continue"));
	buf_clear(&c.got);
	client_say(&c, POST_HEAD("Expect: 100-continue\r\nContent-Length: 65\r\n"));
	assert_true(client_until_eof(&f, &c));
	assert_non_null(strstr(c.got.p, "413"));
	assert_null(strstr(c.got.p, "100 Continue"));
	client_close(&c);
	fixture_close(&f);
}

static void large_bodies_are_refused_and_read_off(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	static char body[300000];
	memset(body, 'x', sizeof body);
	fixture_open(&f, &judge_limits, NULL);
	client_open(&f, &c);
	client_say(&c, POST_HEAD("Content-Length: 300000\r\n"));
	fixture_turn(&f);
	/* The client goes on writing, as clients do, and still finds the answer. */
	for (size_t at = 0; at < sizeof body; at += 10000) {
		client_write(&c, body + at, 10000);
		fixture_turn(&f);
	}
	assert_true(client_until_eof(&f, &c));
	assert_non_null(strstr(c.got.p, "HTTP/1.1 413 Content Too Large\r\n"));
	assert_non_null(strstr(c.got.p, "Connection: close\r\n"));
	client_close(&c);
	fixture_close(&f);
}

static size_t head_answers(struct http_exchange *x, void *ctx) {
	(void)ctx;
	answer(x, "at once");
	return 64;
}

static void never(struct http_exchange *x, void *ctx) {
	(void)x;
	(void)ctx;
	fail_msg("the request was answered in its head");
}

static void an_answer_in_the_head(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	fixture_open(&f, &judge_limits, &(struct http_handler){.head = head_answers, .request = never});
	client_open(&f, &c);
	/* No body was coming: the connection serves on. */
	client_say(&c, GET("/1") GET("/2"));
	fixture_turn(&f);
	client_read(&c);
	assert_int_equal(http_server_counters(f.server).requests, 2);
	assert_false(c.eof);
	/* A body was: it is not waited for. */
	client_say(&c, POST_HEAD("Content-Length: 5\r\n"));
	assert_true(client_until_eof(&f, &c));
	assert_int_equal(http_server_counters(f.server).requests, 3);
	client_close(&c);
	fixture_close(&f);
}

static void bodiless_answers(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	static const char etag[] = "\"1\"";
	struct http_field fields[] = {{STR("ETag"), STR(etag)}};
	fixture_open(&f, &judge_limits, &handler);
	client_open(&f, &c);
	client_say(&c, GET("/304") GET("/204") "HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n" GET("/end"));
	fixture_turn(&f);
	http_respond(h.x[0], &(struct http_answer){.status = 304,
	                                           .fields = fields,
	                                           .field_count = 1,
	                                           .blob = blob_new("body", 4)});
	fixture_turn(&f);
	http_respond(h.x[1], &(struct http_answer){.status = 204, .text = STR("body")});
	fixture_turn(&f);
	http_respond(h.x[2], &(struct http_answer){.status = 200, .blob = blob_new("body", 4)});
	fixture_turn(&f);
	answer(h.x[3], "end");
	assert_true(client_until(&f, &c, "end"));
	assert_null(strstr(c.got.p, "body"));
	struct str rest = buf_str(&c.got), head, body;
	assert_int_equal(answer_next(&rest, true, &head, &body), 304);
	assert_non_null(memmem(head.p, head.n, "\r\nETag: \"1\"\r\n", 13));
	assert_null(memmem(head.p, head.n, "Content-Length", 14));
	assert_int_equal(answer_next(&rest, true, &head, &body), 204);
	assert_null(memmem(head.p, head.n, "Content-Length", 14));
	assert_int_equal(answer_next(&rest, true, &head, &body), 200);
	assert_non_null(memmem(head.p, head.n, "\r\nContent-Length: 4\r\n", 21));
	assert_int_equal(answer_next(&rest, false, &head, &body), 200);
	assert_true(str_is(body, "end"));
	client_close(&c);
	fixture_close(&f);
}

static void fields_cannot_end_their_line(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	struct http_field fields[] = {{STR("Location"), STR("/a\r\nSet-Cookie: x")}};
	fixture_open(&f, &judge_limits, &handler);
	client_open(&f, &c);
	client_say(&c, GET("/"));
	fixture_turn(&f);
	http_respond(h.x[0], &(struct http_answer){.status = 201, .fields = fields, .field_count = 1});
	assert_true(client_until(&f, &c, "\r\n\r\n"));
	assert_non_null(strstr(c.got.p, "\r\nLocation: /a  Set-Cookie: x\r\n"));
	client_close(&c);
	fixture_close(&f);
}

/* Every octet at every place of a value, as it is or as a blank. */
static void values_hold_no_control_characters(void **state) {
	(void)state;
	enum { LENGTH = 19 };
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	struct http_field fields[LENGTH];
	char values[LENGTH][LENGTH], line[LENGTH + 8];
	fixture_open(&f, &judge_limits, &handler);
	for (unsigned octet = 0; octet < 256; octet++) {
		bool control = octet < 32 || octet == 127;
		for (size_t i = 0; i < LENGTH; i++) {
			memset(values[i], octet % 2 ? 'y' : 0xff, LENGTH);
			values[i][i] = (char)octet;
			fields[i] = (struct http_field){STR("V"), {values[i], LENGTH}};
		}
		client_open(&f, &c);
		client_say(&c, GET("/"));
		fixture_turn(&f);
		http_respond(h.x[--h.n],
		             &(struct http_answer){.status = 200, .fields = fields, .field_count = LENGTH});
		assert_true(client_until(&f, &c, "\r\n\r\n"));
		const char *at = strstr(c.got.p, "\r\nV: ");
		for (size_t i = 0; i < LENGTH; i++, at += LENGTH + 5) {
			memcpy(line, "\r\nV: ", 5);
			memcpy(line + 5, values[i], LENGTH);
			line[5 + i] = control ? ' ' : (char)octet;
			assert_memory_equal(at, line, LENGTH + 5);
		}
		client_close(&c);
		fixture_turn(&f);
	}
	fixture_close(&f);
}

static void dates_are_well_formed(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct tm tm = {0};
	fixture_open(&f, &judge_limits, NULL);
	client_open(&f, &c);
	client_say(&c, GET("/"));
	assert_true(client_until(&f, &c, "/[]"));
	const char *date = strstr(c.got.p, "\r\nDate: ");
	assert_non_null(date);
	const char *end = strptime(date + 8, "%a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
	assert_non_null(end);
	int weekday = tm.tm_wday;
	time_t then = timegm(&tm), now = time(NULL);
	assert_int_equal(tm.tm_wday, weekday);
	assert_true(now - then >= 0 && now - then < 5);
	client_close(&c);
	fixture_close(&f);
}

static void a_half_closed_peer_gets_its_answers(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	fixture_open(&f, &judge_limits, &handler);
	client_open(&f, &c);
	client_say(&c, GET("/1") GET("/2"));
	assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
	fixture_turn(&f);
	assert_false(http_exchange_gone(h.x[0]));
	answer(h.x[0], "first");
	fixture_turn(&f);
	assert_int_equal(h.n, 2);
	answer(h.x[1], "second");
	assert_true(client_until_eof(&f, &c));
	assert_non_null(strstr(c.got.p, "second"));
	client_close(&c);
	fixture_close(&f);
}

static void large_answers_wait_for_the_peer(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	enum { LARGE = 3000000 };
	fixture_open(&f, &judge_limits, &handler);
	client_open(&f, &c);
	client_say(&c, GET("/blob") GET("/text"));
	fixture_turn(&f);
	struct buf large = {0};
	memset(buf_reserve(&large, LARGE), 'b', LARGE);
	large.n = LARGE;
	struct blob *blob = blob_new(large.p, large.n);
	http_respond(h.x[0], &(struct http_answer){.status = 200, .blob = blob_hold(blob)});
	fixture_turn(&f);
	assert_int_equal(blob->holds, 2);
	assert_int_equal(h.n, 1);
	while (h.n < 2) {
		client_read(&c);
		fixture_turn(&f);
	}
	assert_int_equal(blob->holds, 1);
	blob_drop(blob);
	/* Text is copied when it cannot be written at once. */
	http_respond(h.x[1],
	             &(struct http_answer){.status = 200, .text = buf_str(&large), .close = true});
	memset(large.p, '!', LARGE);
	assert_true(client_until_eof(&f, &c));
	buf_clear(&large);
	struct str rest = buf_str(&c.got), head, body;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(answer_next(&rest, false, &head, &body), 200);
		assert_int_equal(body.n, LARGE);
		assert_null(memchr(body.p, '!', body.n));
	}
	client_close(&c);
	fixture_close(&f);
}

static void answers_to_the_gone_are_thrown_away(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	fixture_open(&f, &judge_limits, &handler);
	client_open(&f, &c);
	client_say(&c, GET("/"));
	fixture_turn(&f);
	client_close(&c);
	fixture_turn(&f);
	struct blob *blob = blob_new("x", 1);
	http_respond(h.x[0], &(struct http_answer){.status = 200, .blob = blob_hold(blob)});
	fixture_turn(&f);
	assert_int_equal(blob->holds, 1);
	blob_drop(blob);
	assert_int_equal(http_server_counters(f.server).open, 0);
	fixture_close(&f);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipelined_answers_keep_their_order),
		cmocka_unit_test(pipelined_octets_are_bounded),
		cmocka_unit_test(the_body_is_asked_for),
		cmocka_unit_test(large_bodies_are_refused_and_read_off),
		cmocka_unit_test(an_answer_in_the_head),
		cmocka_unit_test(bodiless_answers),
		cmocka_unit_test(fields_cannot_end_their_line),
		cmocka_unit_test(values_hold_no_control_characters),
		cmocka_unit_test(dates_are_well_formed),
		cmocka_unit_test(a_half_closed_peer_gets_its_answers),
		cmocka_unit_test(large_answers_wait_for_the_peer),
		cmocka_unit_test(answers_to_the_gone_are_thrown_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
