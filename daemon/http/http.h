/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The seam between HTTP and the rest: one *exchange* is one request and its answer.
 *
 *   listener  accepts connections      (TCP, Unix socket, or inherited)
 *   conn      reads octets             (one state machine a connection: enum + switch)
 *   guard     refuses odd framing      (before the parser sees an octet)
 *   parse     llhttp → one exchange
 *   handler   app's code               (http_handler below)
 *   respond   status, fields, body     (keep-alive, pipelining in order, HEAD without body)
 *
 * HTTP/1.1 and 1.0 (RFC 9112). Everything runs on the loop's thread. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/arena.h"
#include "base/blob.h"
#include "base/err.h"
#include "base/str.h"

enum http_method {
	HTTP_GET_ = 0, /* trailing _: llhttp.h owns the plain names */
	HTTP_HEAD_,
	HTTP_POST_,
	HTTP_PUT_,
	HTTP_PATCH_,
	HTTP_DELETE_,
	HTTP_OPTIONS_,
};

struct http_field {
	struct str name;  /* as sent */
	struct str value; /* blanks trimmed */
};

/* Lives as long as its exchange; all strings are in the exchange's arena. */
struct http_request {
	enum http_method method;
	int minor;              /* HTTP/1.minor */
	struct str target;      /* origin form, as sent: "/v1/members?region=AP" */
	struct str path, query; /* split at the first '?'; still percent-encoded */
	struct http_field *fields;
	size_t field_count;
	struct str body; /* whole; empty before the handler's `request` runs */
	struct str peer; /* "192.0.2.7", "unix"; of a trusted one, its last X-Forwarded-For */
	uint64_t id;     /* counts exchanges of this process */
};

/* First value of a field, case-insensitive; {NULL,0} if absent. */
struct str http_field(const struct http_request *r, const char *name);

struct http_exchange; /* one request and its answer */

/* What app supplies. Both run on the loop, never inside one another, once an exchange at most. */
struct http_handler {
	/* The head is complete. Return how many octets of body are welcome (0: none), or answer
	 * at once with http_respond (then the return value is not used, and the connection closes
	 * if a body was coming). A body over the limit is answered 413 by http itself. */
	size_t (*head)(struct http_exchange *x, void *ctx);
	/* The whole request is here. Answer now or later with http_respond, exactly once. */
	void (*request)(struct http_exchange *x, void *ctx);
	/* An error before there was a request (guard, limits, deadlines): render its body.
	 * Returns a blob the caller owns, content type application/problem+json. NULL: no body. */
	struct blob *(*problem)(const struct why *why, void *ctx);
	void *ctx;
};

struct http_limits {
	size_t head_octets, field_count, target_octets; /* 431, 431, 414 */
	size_t connections, connections_per_peer;
	uint64_t head_ms, body_ms, idle_ms, write_ms; /* deadlines; dribbling does not reset them */
	struct str trusted_proxy; /* peer whose X-Forwarded-For counts; "" none, "unix" any Unix peer */
};

/* An answer. Fields are "Name: value" pairs in the exchange's arena (or static). respond adds
 * Date, Content-Length, Connection, and nothing else. The body is a held blob (respond takes
 * over that hold) or, when blob is NULL, `text` (copied if it can't be written at once). */
struct http_answer {
	int status;
	const struct http_field *fields;
	size_t field_count;
	struct blob *blob;
	struct str text;
	bool close; /* close after this answer */
};

const struct http_request *http_exchange_request(const struct http_exchange *x);
struct arena *http_exchange_arena(struct http_exchange *x); /* dies after the answer was written */
void *http_exchange_user(const struct http_exchange *x);    /* app's own per-exchange state */
void http_exchange_set_user(struct http_exchange *x, void *user);
/* True once the peer has gone: answering is still required (it is thrown away), work may stop. */
bool http_exchange_gone(const struct http_exchange *x);

/* Answer, exactly once. HEAD: the body counts for Content-Length and is not sent. 204 and 304
 * carry none. May be called inside `head`, inside `request`, or any time after it; x and its
 * arena stay until control is back in the loop. No callback runs inside it. A peer that has only
 * shut its sending side is not gone and gets its answer. */
void http_respond(struct http_exchange *x, const struct http_answer *answer);

/* A streamed answer (SSE, large exports): begin, write…, end. HTTP/1.1 chunked, 1.0 until close.
 * `drained` (may be NULL) runs on the loop when a write has left room again: stop writing while
 * http_stream_write returns false. `gone` (may be NULL) runs once if the peer goes before the
 * end; http_stream_end is due even then, and may be called inside it. */
void http_stream_begin(struct http_exchange *x, const struct http_answer *head,
                       void (*drained)(struct http_exchange *, void *),
                       void (*gone)(struct http_exchange *, void *), void *ctx);
bool http_stream_write(struct http_exchange *x, const void *p, size_t n);
void http_stream_end(struct http_exchange *x);

struct http_server;

struct http_counters {
	uint64_t accepted, requests, refused; /* refused: by guard, limits, deadlines */
	uint64_t open;                        /* connections now */
};

/* Limits and handler are copied. SIGPIPE is ignored from here on. */
struct http_server *http_server_new(uv_loop_t *loop, const struct http_limits *limits,
                                    const struct http_handler *handler);
void http_server_set_limits(struct http_server *s, const struct http_limits *limits);

/* "127.0.0.1:8080", "[::1]:8080", "unix:/run/atelier/http.sock" (mode 0660; a stale socket file
 * is replaced, a live one is not). Port 0 picks one; http_server_address tells. ERR_UNAVAILABLE
 * with one clear sentence when it can't be had (port in use, directory missing). */
must_check enum err http_listen(struct http_server *s, const char *address, struct why *reterr);
/* A listening socket handed over (systemd, LISTEN_FDS); the server owns it from now on. */
must_check enum err http_listen_fd(struct http_server *s, int fd, struct why *reterr);
/* Address of listener i, e.g. "127.0.0.1:41234"; NULL past the last. Valid until close. */
const char *http_server_address(const struct http_server *s, size_t i);
struct http_counters http_server_counters(const struct http_server *s);

/* Stop accepting, let running exchanges finish (answers carry Connection: close), cut what is
 * left after grace_ms; then `closed` (may be NULL) runs once on the loop, and the server is freed
 * as soon as app has answered what it still owes. Run the loop until then. */
void http_server_close(struct http_server *s, uint64_t grace_ms, void (*closed)(void *), void *ctx);
