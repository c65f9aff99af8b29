/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that come, dribble, pipeline, read or not, shut a side or vanish, in every order a
 * seeded dice throws; an app that answers at once, later, in streams or in the head. Whatever
 * happens: every request that reached the app is accounted for, every stream hears of its end
 * at most once, and nothing stays behind (run it under AddressSanitizer to see that too). */
#include "unit.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "judge.h"

#include "base/banned.h"

enum { CLIENTS = 6, STEPS = 400, SEEDS = 60, OPEN = 64 };

static struct {
	struct http_exchange *waiting[OPEN], *streams[OPEN];
	size_t waiting_n, streams_n, seen, answered, heads, gone;
	uint64_t dice;
} app;

static size_t dice(size_t sides) {
	app.dice = app.dice * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(app.dice >> 33) % sides;
}

static void answer(struct http_exchange *x) {
	static char large[200000];
	struct blob *blob = dice(3) == 0 ? blob_new(large, dice(2) ? sizeof large : 9) : NULL;
	http_respond(x, &(struct http_answer){.status = dice(5) ? 200 : 304,
	                                      .blob = blob,
	                                      .text = blob ? STR("") : STR("hello"),
	                                      .close = dice(10) == 0});
	app.answered++;
}

static void on_gone(struct http_exchange *x, void *ctx) {
	(void)ctx;
	assert_true(http_exchange_gone(x));
	app.gone++;
	for (size_t i = 0; i < app.streams_n; i++) {
		if (app.streams[i] != x || dice(2))
			continue;
		app.streams[i] = app.streams[--app.streams_n];
		http_stream_end(x);
		app.answered++;
		return;
	}
}

static void begin_stream(struct http_exchange *x) {
	app.streams[app.streams_n++] = x;
	http_stream_begin(x, &(struct http_answer){.status = 200}, NULL, on_gone, NULL);
}

static size_t head(struct http_exchange *x, void *ctx) {
	(void)ctx;
	if (dice(8) == 0) {
		app.heads++;
		answer(x);
	}
	return 64;
}

static void request(struct http_exchange *x, void *ctx) {
	(void)ctx;
	app.seen++;
	if (app.streams_n == OPEN || app.waiting_n == OPEN || dice(3) == 0)
		answer(x);
	else if (dice(3) == 0)
		begin_stream(x);
	else
		app.waiting[app.waiting_n++] = x;
}

/* The app gets on with something. */
static void app_step(void) {
	if (app.waiting_n && dice(2)) {
		size_t i = dice(app.waiting_n);
		struct http_exchange *x = app.waiting[i];
		app.waiting[i] = app.waiting[--app.waiting_n];
		if (app.streams_n < OPEN && dice(4) == 0)
			begin_stream(x);
		else
			answer(x);
	} else if (app.streams_n) {
		static char piece[40000];
		size_t i = dice(app.streams_n);
		struct http_exchange *x = app.streams[i];
		if (dice(4)) {
			(void)http_stream_write(x, piece, dice(sizeof piece));
			return;
		}
		app.streams[i] = app.streams[--app.streams_n];
		http_stream_end(x);
		app.answered++;
	}
}

static void client_step(struct fixture *f, struct client *c, bool *there) {
	static const char *const words[] = {
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n",
		"GET / HTTP/1.1\n",
	};
	if (!*there) {
		client_open(f, c);
		*there = true;
		return;
	}
	const char *word = words[dice(dice(4) ? 5 : 8)];
	switch (dice(8)) {
	case 0:
		client_close(c);
		*there = false;
		break;
	case 1: (void)shutdown(c->fd, SHUT_WR); break;
	case 2: client_write(c, word, dice(strlen(word))); break;
	case 3:
	case 4: client_read(c); break;
	default: client_say(c, word); break;
	}
}

static void play(uint64_t seed) {
	struct fixture f;
	struct client clients[CLIENTS];
	bool there[CLIENTS] = {false};
	struct http_limits limits = judge_limits;
	limits.connections = CLIENTS - 1;
	memset(&app, 0, sizeof app);
	app.dice = seed;
	fixture_open(&f, &limits, &(struct http_handler){.head = head, .request = request});
	for (size_t i = 0; i < STEPS; i++) {
		size_t k = dice(CLIENTS);
		client_step(&f, &clients[k], &there[k]);
		if (dice(2))
			(void)uv_run(&f.loop, UV_RUN_NOWAIT);
		if (dice(2))
			app_step();
	}
	http_server_close(f.server, dice(2) ? 0 : 30, NULL, NULL);
	f.closed = true;
	for (size_t i = 0; i < CLIENTS; i++)
		if (there[i] && dice(2)) {
			client_close(&clients[i]);
			there[i] = false;
		}
	while (app.waiting_n || app.streams_n) {
		(void)uv_run(&f.loop, UV_RUN_NOWAIT);
		app_step();
	}
	fixture_close(&f);
	for (size_t i = 0; i < CLIENTS; i++)
		if (there[i])
			client_close(&clients[i]);
	assert_int_equal(app.answered, app.seen + app.heads);
}

static void whatever_happens(void **state) {
	(void)state;
	size_t seen = 0, gone = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		play(seed);
		seen += app.seen;
		gone += app.gone;
	}
	/* The dice are not so loaded that nothing happens. */
	assert_true(seen > SEEDS * 10);
	assert_true(gone > 0);
}

int main(void) {
	const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_happens)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
