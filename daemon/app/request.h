/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One exchange on its way: a chain of named steps, each started by what the step before now knows.
 *
 *   request_head    the head is there: route, credential, media type; how much body is welcome
 *   request_whole   the body is there: query, shape; then memory, or one segment on a lane
 *   request_known   the segment's result is there (making.h for answers made once for many)
 *   render_*        the answer goes out; the exchange's arena, and the request in it, die after
 *
 * There is one chain and one answer, so the exchange is the only hold on the arena. */
#include <stdint.h>

#include "app/routes.h"
#include "base/list.h"
#include "http/http.h"

struct house;

struct request {
	struct house *house;
	struct http_exchange *x;
	const struct http_request *http;
	struct arena *arena;
	struct route_match match;
	const struct route *route; /* NULL until found; Accept may turn it into a sibling */
	const char *credential;    /* what followed "Bearer "; NULL: public */
	const char *idempotency_key, *if_match; /* NULL: not given */
	struct str body;                        /* JSON for SQL; {NULL,0}: none */
	char *args;                             /* the JSON object for SQL */
	bool whole;                             /* limit=all: a long list at once */
	struct str key;      /* of its answer in memory, octets; {NULL,0}: not for keeping */
	struct list waiting; /* in a making's list */
	int64_t now;         /* seconds UTC by the house's clock: one answer has one time */
	uint64_t began;      /* uv_hrtime */
};

/* What the log, the audit and a problem call this request; made when asked for. */
const char *request_id(const struct request *q);

/* The two calls of struct http_handler; ctx is the house. */
size_t request_head(struct http_exchange *x, void *ctx);
void request_whole(struct http_exchange *x, void *ctx);

static inline bool request_reads(const struct request *q) {
	return q->http->method == HTTP_GET_ || q->http->method == HTTP_HEAD_;
}
