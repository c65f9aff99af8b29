/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "http/conn.h"

#include "base/banned.h"

static void *checked(void *p) {
	if (!p)
		abort();
	return p;
}

/* ---- exchanges ---- */

struct http_exchange *exchange_new(struct conn *c) {
	struct http_server *s = c->server;
	struct arena *a = s->spares ? s->spare[--s->spares] : arena_new();
	struct http_exchange *x = arena_new_of(a, struct http_exchange);
	x->server = s;
	x->conn = c;
	x->arena = a;
	list_init(&x->link);
	s->exchanges++;
	return x;
}

void exchange_free(struct http_exchange *x) {
	struct http_server *s = x->server;
	struct arena *a = x->arena;
	list_remove(&x->link);
	s->bodies -= x->body.n;
	s->exchanges--;
	buf_clear(&x->body);
	arena_reset(a);
	if (s->spares < SPARE_ARENAS)
		s->spare[s->spares++] = a;
	else
		arena_free(a);
}

void exchange_retire(struct http_exchange *x) {
	list_remove(&x->link);
	list_append(&x->server->retired, &x->link);
	server_turn_soon(x->server);
}

const struct http_request *http_exchange_request(const struct http_exchange *x) {
	return &x->request;
}

struct arena *http_exchange_arena(struct http_exchange *x) {
	return x->arena;
}

void *http_exchange_user(const struct http_exchange *x) {
	return x->user;
}

void http_exchange_set_user(struct http_exchange *x, void *user) {
	x->user = user;
}

bool http_exchange_gone(const struct http_exchange *x) {
	return !x->conn || x->conn->state == CONN_CLOSED;
}

/* ---- peers ---- */

static struct peer *peer_of(struct http_server *s, const unsigned char key[8]) {
	uint64_t hash;
	memcpy(&hash, key, sizeof hash);
	struct peer **slot = &s->peers[(hash * 0x9E3779B97F4A7C15u) >> 56], *p;
	while ((p = *slot)) {
		if (memcmp(p->key, key, sizeof p->key) == 0)
			return p;
		if (p->connections == 0) {
			*slot = p->next;
			free(p);
		} else {
			slot = &p->next;
		}
	}
	*slot = p = checked(calloc(1, sizeof *p));
	memcpy(p->key, key, sizeof p->key);
	return p;
}

static void peer_name(struct conn *c, unsigned char ret_key[8]) {
	struct sockaddr_storage address;
	int n = sizeof address;
	memset(ret_key, 0, 8);
	(void)memcpy(c->name, "unix", sizeof "unix");
	if (c->uv.handle.type != UV_TCP)
		return;
	(void)memcpy(c->name, "unknown", sizeof "unknown");
	if (uv_tcp_getpeername(&c->uv.tcp, (struct sockaddr *)&address, &n) != 0)
		return;
	if (address.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)&address;
		(void)uv_ip4_name(in, c->name, sizeof c->name);
		ret_key[0] = 4;
		memcpy(ret_key + 4, &in->sin_addr, 4);
	} else {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)&address;
		(void)uv_ip6_name(in6, c->name, sizeof c->name);
		memcpy(ret_key, &in6->sin6_addr, 8);
	}
}

/* ---- time ---- */

static void close_all(struct http_server *s) {
	for (int state = 0; state < CONN_CLOSED; state++)
		for (struct list *l; (l = list_first(&s->conns[state]));)
			conn_close(list_entry(l, struct conn, link));
}

static void on_time(uv_timer_t *timer) {
	struct http_server *s = timer->data;
	uint64_t now = uv_now(s->loop);
	s->due = 0;
	for (enum conn_state state = 0; state < CONN_CLOSED; state++) {
		uint64_t ms = conn_time(s, state);
		struct list *l;
		while (ms && (l = list_first(&s->conns[state]))) {
			struct conn *c = list_entry(l, struct conn, link);
			if (c->since + ms > now) {
				server_arm(s, c->since + ms);
				break;
			}
			conn_expired(c);
		}
	}
	if (s->closing && s->grace_until <= now)
		close_all(s);
	else if (s->closing)
		server_arm(s, s->grace_until);
}

void server_arm(struct http_server *s, uint64_t due) {
	if (s->due && s->due <= due)
		return;
	uint64_t now = uv_now(s->loop);
	s->due = due;
	(void)uv_timer_start(&s->timer, on_time, due > now ? due - now : 0, 0);
}

/* ---- the turn: what must not happen inside the call that caused it ---- */

static void on_handle_closed(uv_handle_t *handle) {
	struct http_server *s = handle->data;
	if (--s->handles)
		return;
	for (size_t i = 0; i < s->spares; i++)
		arena_free(s->spare[i]);
	for (size_t i = 0; i < PEER_SLOTS; i++)
		for (struct peer *p; (p = s->peers[i]);) {
			s->peers[i] = p->next;
			free(p);
		}
	buf_clear(&s->head);
	free(s);
}

/* The last connection tells; the last exchange app owes an answer frees. */
static void server_end(struct http_server *s) {
	if (s->counters.open || s->listening)
		return;
	if (!s->told) {
		s->told = true;
		(void)uv_timer_stop(&s->timer);
		if (s->closed)
			s->closed(s->closed_ctx);
	}
	if (s->exchanges == 0 && !uv_is_closing((uv_handle_t *)&s->turn)) {
		uv_close((uv_handle_t *)&s->timer, on_handle_closed);
		uv_close((uv_handle_t *)&s->turn, on_handle_closed);
	}
}

static void on_turn(uv_prepare_t *turn) {
	struct http_server *s = turn->data;
	(void)uv_prepare_stop(turn);
	for (struct list *l; (l = list_first(&s->ready));) {
		list_remove(l);
		conn_eat(list_entry(l, struct conn, ready));
	}
	for (struct list *l; (l = list_first(&s->retired));) {
		struct http_exchange *x = list_entry(l, struct http_exchange, link);
		list_remove(l);
		if (!x->streaming || x->ended)
			exchange_free(x);
		else if (x->gone)
			x->gone(x, x->ctx);
	}
	if (s->closing)
		server_end(s);
}

void server_turn_soon(struct http_server *s) {
	(void)uv_prepare_start(&s->turn, on_turn);
}

/* ---- connections ---- */

/* A proxy that is trusted speaks for many peers: the cap in all is enough for it. */
static bool over_cap(const struct http_server *s, const struct conn *c) {
	return s->counters.open > s->limits.connections
	       || (c->peer->connections > s->limits.connections_per_peer
	           && strcmp(c->name, s->trusted) != 0);
}

static void refuse_over_cap(struct conn *c) {
	struct http_server *s = c->server;
	struct why why;
	conn_start(c);
	s->counters.refused++;
	if (s->counters.open > s->limits.connections + OVER_CAP) {
		conn_close(c);
		return;
	}
	(void)err_set(&why, ERR_UNAVAILABLE, NULL,
	              "Too many connections are open; close some or try again soon.");
	respond_problem(c, &why);
}

void server_connection(struct listener *l) {
	struct http_server *s = l->server;
	struct conn *c = checked(calloc(1, sizeof *c));
	unsigned char key[8];
	c->server = s;
	list_init(&c->link);
	list_init(&c->ready);
	if (l->uv.handle.type == UV_TCP)
		(void)uv_tcp_init(s->loop, &c->uv.tcp);
	else
		(void)uv_pipe_init(s->loop, &c->uv.pipe, 0);
	c->uv.handle.data = c;
	s->counters.open++;
	if (uv_accept(&l->uv.stream, &c->uv.stream) != 0) {
		conn_close(c);
		return;
	}
	s->counters.accepted++;
	peer_name(c, key);
	c->peer = peer_of(s, key);
	c->peer->connections++;
	if (over_cap(s, c))
		refuse_over_cap(c);
	else
		conn_start(c);
}

/* ---- the server ---- */

struct http_server *http_server_new(uv_loop_t *loop, const struct http_limits *limits,
                                    const struct http_handler *handler) {
	assert(handler->request);
	struct http_server *s = checked(calloc(1, sizeof *s));
	/* A peer that went away is an error of its write, not a signal. */
	(void)signal(SIGPIPE, SIG_IGN);
	s->loop = loop;
	s->handler = *handler;
	for (int i = 0; i < CONN_STATES; i++)
		list_init(&s->conns[i]);
	list_init(&s->ready);
	list_init(&s->retired);
	list_init(&s->listeners);
	(void)uv_prepare_init(loop, &s->turn);
	(void)uv_timer_init(loop, &s->timer);
	s->turn.data = s->timer.data = s;
	s->handles = 2;
	http_server_set_limits(s, limits);
	return s;
}

void http_server_set_limits(struct http_server *s, const struct http_limits *limits) {
	size_t n = limits->trusted_proxy.n;
	assert(n < sizeof s->trusted && limits->connections && limits->connections_per_peer);
	s->limits = *limits;
	if (n)
		memcpy(s->trusted, limits->trusted_proxy.p, n);
	s->trusted[n] = '\0';
	s->limits.trusted_proxy = (struct str){s->trusted, n};
	/* Times may have become shorter: look at once. */
	server_arm(s, uv_now(s->loop));
}

struct http_counters http_server_counters(const struct http_server *s) {
	return s->counters;
}

void http_server_close(struct http_server *s, uint64_t grace_ms, void (*closed)(void *),
                       void *ctx) {
	assert(!s->closing);
	s->closing = true;
	s->closed = closed;
	s->closed_ctx = ctx;
	s->grace_until = uv_now(s->loop) + grace_ms;
	listeners_close(s);
	for (struct list *l; (l = list_first(&s->conns[CONN_IDLE]));)
		conn_close(list_entry(l, struct conn, link));
	for (struct list *l = s->conns[CONN_HEAD].next, *next; l != &s->conns[CONN_HEAD]; l = next) {
		struct conn *c = list_entry(l, struct conn, link);
		next = l->next;
		if (!guard_begun(&c->guard))
			conn_close(c);
	}
	server_arm(s, s->grace_until);
	server_turn_soon(s);
}
