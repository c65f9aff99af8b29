/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A real server on a Unix socket and its clients, in one thread and one loop: what a client has
 * written is there for the server's next poll, so tests wait for outcomes, never for time. */
#include <uv.h>

#include "base/buf.h"
#include "http/http.h"

struct fixture {
	uv_loop_t loop;
	struct http_server *server;
	char directory[64], address[96];
	bool closed;
};

struct client {
	int fd;
	struct buf got;
	bool eof; /* the server has shut its side */
};

/* Requests that a test answers itself: ctx of `hold`. */
struct held {
	struct http_exchange *x[16];
	size_t n;
};
struct http_handler hold(struct held *h);

/* handler may be NULL: the server answers every request with 200 "TARGET[BODY]". */
void fixture_open(struct fixture *f, const struct http_limits *limits,
                  const struct http_handler *handler);
void fixture_close(struct fixture *f); /* closes the server if need be; asserts a clean end */
void fixture_turn(struct fixture *f);  /* let the loop do all that is ready */

void client_open(struct fixture *f, struct client *c);
void client_close(struct client *c);
void client_write(struct client *c, const char *p, size_t n);
void client_say(struct client *c, const char *text);
void client_read(struct client *c); /* what is there, into got */
/* Turn and read until `text` was got, the server has shut its side, or five seconds are over. */
bool client_until(struct fixture *f, struct client *c, const char *text);
/* The same until the server has shut its side. */
bool client_until_eof(struct fixture *f, struct client *c);

/* The next answer in *rest: its status; 0 if there is none whole. HEAD: no body follows. */
int answer_next(struct str *rest, bool head, struct str *ret_head, struct str *ret_body);
