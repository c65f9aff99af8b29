/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside http: a server, its connections and their exchanges.
 *
 * A connection is in one state, and in the server's list of that state, oldest first. Each state
 * has one time limit, counted from when it was entered: octets that dribble in do not reset it.
 * What must not happen inside the call that causes it (putting an answered exchange away,
 * reading the next pipelined request) waits for the server's turn, before the next poll. */
#include "base/buf.h"
#include "base/list.h"
#include "http/guard.h"
#include "http/http.h"

enum conn_state {
	CONN_IDLE,     /* between requests: nothing of the next one is here */
	CONN_HEAD,     /* a head is arriving (or the connection is new) */
	CONN_BODY,     /* a body is arriving */
	CONN_RUNNING,  /* app owes the answer */
	CONN_STREAM,   /* app is streaming, nothing waits for the peer */
	CONN_WRITING,  /* octets wait for the peer to take them */
	CONN_ANSWERED, /* written; the exchange is to be put away */
	CONN_LINGER,   /* our side is shut: what still comes is drained, so that the peer can read */
	CONN_CLOSED,   /* uv_close was called */
	CONN_STATES,
};

enum {
	READ_OCTETS = 64 * 1024, /* one buffer, shared by all connections */
	LINGER_MS = 2000,
	LINGER_OCTETS = 1024 * 1024,      /* drained at most */
	OVER_CAP = 64,                    /* connections over the cap that still get their 503 */
	BODIES_OCTETS = 64 * 1024 * 1024, /* bodies in memory, all connections together */
	SPARE_ARENAS = 64,
	PEER_SLOTS = 256,
	STREAM_HIGH = 64 * 1024, /* a stream's writer is asked to wait above this */
	STREAM_LOW = 16 * 1024,
};

union http_handle {
	uv_handle_t handle;
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};

/* How many connections one address has; IPv6 by /64. */
struct peer {
	struct peer *next;
	unsigned connections;
	unsigned char key[8];
};

struct listener {
	union http_handle uv;
	struct list link;
	struct http_server *server;
	char *address;
	bool owns_path; /* made this socket file: to be removed */
	uint64_t dev, ino;
};

struct conn {
	union http_handle uv;
	struct http_server *server;
	struct list link;  /* in server->conns[state] */
	struct list ready; /* in server->ready, or nowhere */
	uint64_t since;    /* uv_now when the state was entered */
	enum conn_state state;
	bool eof;    /* the peer will send no more */
	bool eating; /* conn_eat is at work: no need to wait for the turn */
	bool paused; /* not reading */
	bool over;   /* over a cap: 503 and away */
	struct guard guard;
	struct buf in;  /* unconsumed octets: part of a head, or pipelined requests */
	size_t scanned; /* octets of the head that the guard has seen */
	size_t drained;
	struct http_exchange *x;
	struct peer *peer;
	char name[46]; /* numeric address, or "unix" */
};

struct http_exchange {
	struct http_request request;
	struct http_server *server;
	struct conn *conn; /* NULL once the peer has gone */
	struct arena *arena;
	struct list link; /* in server->retired */
	void *user;
	struct buf body;
	bool keep, asked, answered, streaming, chunked, ended, wants_drain;
	void (*drained)(struct http_exchange *, void *);
	void (*gone)(struct http_exchange *, void *);
	void *ctx;
};

struct http_server {
	uv_loop_t *loop;
	struct http_limits limits;
	char trusted[64]; /* what limits.trusted_proxy points at */
	struct http_handler handler;
	struct http_counters counters;
	struct list conns[CONN_STATES];
	struct list ready, retired; /* for the turn */
	struct list listeners;
	size_t listening, exchanges, bodies;
	uv_prepare_t turn;
	uv_timer_t timer;
	uint64_t due; /* when the timer fires; 0: it is off */
	uint64_t grace_until;
	bool closing, told;
	unsigned handles; /* turn and timer, still open */
	void (*closed)(void *);
	void *closed_ctx;
	struct peer *peers[PEER_SLOTS];
	struct arena *spare[SPARE_ARENAS];
	size_t spares;
	struct buf head; /* scratch: the head being written */
	int64_t date_second;
	char date[64];
	char read[READ_OCTETS];
};

/* server.c */
void server_turn_soon(struct http_server *s);
void server_arm(struct http_server *s, uint64_t due);
void server_connection(struct listener *l); /* one is waiting to be accepted */
struct http_exchange *exchange_new(struct conn *c);
void exchange_free(struct http_exchange *x);
void exchange_retire(
	struct http_exchange *x); /* its peer has gone: free or tell at the next turn */

/* conn.c */
void conn_start(struct conn *c);
void conn_move(struct conn *c, enum conn_state state);
void conn_eat(struct conn *c);  /* go on with what is there */
void conn_soon(struct conn *c); /* conn_eat at the next turn */
void conn_expired(struct conn *c);
void conn_close(struct conn *c);
uint64_t conn_time(const struct http_server *s, enum conn_state state); /* ms; 0: no limit */

/* respond.c */
void respond_problem(struct conn *c, const struct why *why); /* and close after it */
void respond_continue(struct conn *c);                       /* 100 (RFC 9110 §15.2.1) */

/* listen.c */
void listeners_close(struct http_server *s);
