/* SPDX-License-Identifier: Apache-2.0 */
#include "http/conn.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "http/parse.h"

#include "base/banned.h"

uint64_t conn_time(const struct http_server *s, enum conn_state state) {
	switch (state) {
	case CONN_IDLE: return s->limits.idle_ms;
	case CONN_HEAD: return s->limits.head_ms;
	case CONN_BODY: return s->limits.body_ms;
	case CONN_WRITING: return s->limits.write_ms;
	case CONN_LINGER: return LINGER_MS;
	default: return 0;
	}
}

void conn_move(struct conn *c, enum conn_state state) {
	assert(c->state != CONN_CLOSED);
	struct http_server *s = c->server;
	uint64_t ms = conn_time(s, state);
	c->state = state;
	c->since = uv_now(s->loop);
	list_remove(&c->link);
	list_append(&s->conns[state], &c->link);
	if (ms)
		server_arm(s, c->since + ms);
}

void conn_soon(struct conn *c) {
	if (c->eating || !list_empty(&c->ready))
		return;
	list_append(&c->server->ready, &c->ready);
	server_turn_soon(c->server);
}

/* App has yet to answer, or to end its stream: until then the exchange stays. */
static bool exchange_owed(const struct http_exchange *x) {
	return x->streaming ? !x->ended : x->asked && !x->answered;
}

static void on_closed(uv_handle_t *handle) {
	struct conn *c = handle->data;
	struct http_server *s = c->server;
	struct http_exchange *x = c->x;
	if (x) {
		x->conn = NULL;
		if (x->streaming && !x->ended && x->gone)
			x->gone(x, x->ctx);
		else if (!exchange_owed(x))
			exchange_free(x);
	}
	if (c->peer)
		c->peer->connections--;
	s->counters.open--;
	list_remove(&c->link);
	list_remove(&c->ready);
	buf_clear(&c->in);
	free(c);
	if (s->closing)
		server_turn_soon(s);
}

void conn_close(struct conn *c) {
	if (c->state == CONN_CLOSED)
		return;
	conn_move(c, CONN_CLOSED);
	uv_close(&c->uv.handle, on_closed);
}

/* Closing a socket with unread octets makes the kernel reset it, and the answer may be lost on
 * its way: so shut our side, and read on for a while. */
static void conn_linger(struct conn *c) {
	uv_os_fd_t fd;
	if (c->eof || uv_fileno(&c->uv.handle, &fd) != 0 || shutdown(fd, SHUT_WR) != 0)
		conn_close(c);
	else
		conn_move(c, CONN_LINGER);
}

static void conn_await(struct conn *c) {
	guard_init(&c->guard, &c->server->limits);
	c->scanned = 0;
	conn_move(c, CONN_IDLE);
}

static void conn_put_away(struct conn *c) {
	struct http_exchange *x = c->x;
	bool keep = x && x->keep && !c->server->closing;
	c->x = NULL;
	if (x)
		exchange_free(x);
	if (keep)
		conn_await(c);
	else
		conn_linger(c);
}

static void conn_refuse(struct conn *c, const struct why *why) {
	struct http_exchange *x = c->x;
	c->x = NULL;
	if (x)
		exchange_free(x);
	c->server->counters.refused++;
	respond_problem(c, why);
}

/* The address the trusted proxy itself added: the last of the last X-Forwarded-For. */
static struct str forwarded_peer(const struct http_exchange *x, struct str peer) {
	const struct http_request *r = &x->request;
	if (!str_is(peer, x->server->trusted))
		return peer;
	for (size_t i = r->field_count; i > 0; i--) {
		if (!str_ieq(r->fields[i - 1].name, STR("X-Forwarded-For")))
			continue;
		struct str rest = r->fields[i - 1].value, last = rest;
		while (rest.p)
			last = str_cut(&rest, ',');
		last = str_trim(last);
		char *text = arena_dup(x->arena, last.p, last.n);
		unsigned char address[16];
		bool numeric =
			uv_inet_pton(AF_INET, text, address) == 0 || uv_inet_pton(AF_INET6, text, address) == 0;
		return numeric ? (struct str){text, last.n} : peer;
	}
	return peer;
}

static enum err welcome_body(struct conn *c, struct http_exchange *x, size_t welcome, size_t here,
                             struct why *reterr) {
	enum err e = guard_allow(&c->guard, welcome, reterr);
	if (e)
		return e;
	struct str expect = http_field(&x->request, "Expect");
	if (!expect.p)
		return ERR_NONE;
	if (!str_ieq(expect, STR("100-continue")))
		return err_set(reterr, ERR_EXPECTATION, "Expect",
		               "Only the expectation 100-continue is understood; send that or none.");
	if (x->request.minor == 1 && !guard_finished(&c->guard) && here == 0)
		respond_continue(c);
	return ERR_NONE;
}

/* The head is whole; `here` octets of what follows have arrived with it. */
static void conn_head(struct conn *c, struct str head, size_t here) {
	static uint64_t count;
	struct http_handler *h = &c->server->handler;
	struct http_exchange *x = exchange_new(c);
	struct http_request *r = &x->request;
	struct why why;
	head.p = arena_dup(x->arena, head.p, head.n);
	c->x = x;
	if (parse_head(x->arena, head, &c->guard, r, &x->keep, &why)) {
		conn_refuse(c, &why);
		return;
	}
	r->id = ++count;
	r->peer = forwarded_peer(x, str_of(c->name));
	c->server->counters.requests++;
	conn_move(c, CONN_BODY);
	size_t welcome = h->head ? h->head(x, h->ctx) : 0;
	if (!x->answered && c->state == CONN_BODY && welcome_body(c, x, welcome, here, &why))
		conn_refuse(c, &why);
}

static void conn_body(struct conn *c, const char *p, size_t n) {
	struct http_server *s = c->server;
	struct why why;
	if (s->bodies + n > BODIES_OCTETS) {
		(void)err_set(&why, ERR_UNAVAILABLE, NULL,
		              "Too many large bodies are arriving at once; try again soon.");
		conn_refuse(c, &why);
		return;
	}
	s->bodies += n;
	buf_add(&c->x->body, p, n);
}

static void conn_request(struct conn *c) {
	struct http_exchange *x = c->x;
	x->request.body = x->body.p ? buf_str(&x->body) : STR("");
	x->asked = true;
	conn_move(c, CONN_RUNNING);
	c->server->handler.request(x, c->server->handler.ctx);
}

/* No more will come of a message that has begun. */
static void conn_cut_short(struct conn *c) {
	struct why why;
	if (c->state == CONN_IDLE || (c->state == CONN_HEAD && !guard_begun(&c->guard))) {
		conn_close(c);
		return;
	}
	(void)err_set(&why, ERR_INVALID, NULL, "The request ended in the middle; send all of it.");
	conn_refuse(c, &why);
}

/* One step with p[0..n): how many octets are done with. *ret_more: another step may follow. */
static size_t conn_step(struct conn *c, const char *p, size_t n, bool *ret_more) {
	struct why why;
	size_t used, head;
	*ret_more = true;
	switch (c->state) {
	case CONN_IDLE:
	case CONN_HEAD:
		switch (guard_feed(&c->guard, p + c->scanned, n - c->scanned, &used, &why)) {
		case GUARD_REFUSED: conn_refuse(c, &why); return 0;
		case GUARD_HEAD:
			head = c->scanned + used;
			conn_head(c, (struct str){p, head}, n - head);
			return head;
		default:
			c->scanned += used;
			*ret_more = c->scanned < n;
			if (!*ret_more && n && c->state == CONN_IDLE)
				conn_move(c, CONN_HEAD);
			return 0;
		}
	case CONN_BODY:
		switch (guard_feed(&c->guard, p, n, &used, &why)) {
		case GUARD_REFUSED: conn_refuse(c, &why); return used;
		case GUARD_BODY: conn_body(c, p, used); return used;
		case GUARD_END: conn_request(c); return used;
		default: *ret_more = used < n; return used;
		}
	case CONN_ANSWERED: conn_put_away(c); return 0;
	case CONN_LINGER:
		c->drained += n;
		if (c->eof || c->drained > LINGER_OCTETS)
			conn_close(c);
		*ret_more = false;
		return n;
	default: *ret_more = false; return c->state == CONN_CLOSED ? n : 0;
	}
}

static size_t conn_steps(struct conn *c, const char *p, size_t n) {
	size_t at = 0;
	bool more = true;
	c->eating = true;
	while (more)
		at += conn_step(c, p + at, n - at, &more);
	c->eating = false;
	return at;
}

/* An exchange is in the app's hands, or its answer in the peer's. */
static bool conn_busy(const struct conn *c) {
	return c->state >= CONN_RUNNING && c->state <= CONN_ANSWERED;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf) {
	(void)suggested;
	struct conn *c = handle->data;
	size_t room = READ_OCTETS, most = c->server->limits.head_octets;
	if (conn_busy(c))
		room = c->in.n < most ? most - c->in.n : 1;
	*buf = uv_buf_init(c->server->read, (unsigned)(room < READ_OCTETS ? room : READ_OCTETS));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

/* While an exchange runs, pipelined octets wait here up to a bound, then in the kernel. */
static void conn_reading(struct conn *c) {
	if (c->state == CONN_CLOSED || c->eof)
		return;
	bool full = conn_busy(c) && c->in.n >= c->server->limits.head_octets;
	if (full && !c->paused)
		(void)uv_read_stop(&c->uv.stream);
	else if (!full && c->paused && uv_read_start(&c->uv.stream, on_alloc, on_read) != 0)
		conn_close(c);
	c->paused = full;
}

/* p is what has just been read: consumed in place if nothing older waits. */
static void conn_feed(struct conn *c, const char *p, size_t n) {
	bool fresh = c->in.n == 0;
	if (!fresh)
		buf_add(&c->in, p, n);
	size_t all = fresh ? n : c->in.n;
	size_t used = conn_steps(c, fresh ? p : c->in.p, all);
	if (c->eof && (c->state == CONN_IDLE || c->state == CONN_HEAD || c->state == CONN_BODY)) {
		conn_cut_short(c);
		used = all;
	}
	if (c->state == CONN_LINGER || c->state == CONN_CLOSED)
		used = all;
	if (fresh && used < n)
		buf_add(&c->in, p + used, n - used);
	else if (!fresh && c->in.n)
		buf_drop(&c->in, used);
	if (c->in.n == 0)
		buf_clear(&c->in);
	conn_reading(c);
}

void conn_eat(struct conn *c) {
	conn_feed(c, "", 0);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf) {
	struct conn *c = stream->data;
	if (n == 0 || c->state == CONN_CLOSED)
		return;
	if (n == UV_EOF) {
		c->eof = true;
		conn_eat(c);
	} else if (n < 0) {
		conn_close(c);
	} else {
		conn_feed(c, buf->base, (size_t)n);
	}
}

void conn_start(struct conn *c) {
	guard_init(&c->guard, &c->server->limits);
	conn_move(c, CONN_HEAD);
	if (uv_read_start(&c->uv.stream, on_alloc, on_read) != 0)
		conn_close(c);
}

void conn_expired(struct conn *c) {
	struct why why;
	bool begun = c->state == CONN_BODY || (c->state == CONN_HEAD && guard_begun(&c->guard));
	if (!begun) {
		conn_close(c);
		return;
	}
	(void)err_set(&why, ERR_TIMEOUT, NULL,
	              "The request's %s took too long to arrive; send it without pause.",
	              c->state == CONN_BODY ? "body" : "head");
	conn_refuse(c, &why);
}
