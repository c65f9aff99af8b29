/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The table of what may be asked (routes.def) and the router over it. */
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "http/http.h"

enum route_id {
#define ROUTE(id, method, path, handler, access, query, body, answer, summary) ROUTE_##id,
#include "app/routes.def"
#undef ROUTE
	ROUTES,
};

enum handler {
	HANDLER_SQL,           /* one statement; its answer is the response */
	HANDLER_ACTIVITIES,    /* /v1/activities: JSON, or what Accept prefers of CSV and iCalendar */
	HANDLER_CSV,           /* rows as RFC 4180 */
	HANDLER_FEED,          /* rows as iCalendar */
	HANDLER_PERSONAL_FEED, /* the same, for the holder of the address */
	HANDLER_IMPORT,        /* a CSV body goes in as one parameter */
	HANDLER_EVENTS,        /* how a job goes, for as long as it goes (live.h) */
	HANDLER_EXPLAIN,       /* a child answers what SQL asks (planning_explain.h) */
	HANDLER_OPENAPI,       /* the description, made at start-up */
};

struct route {
	const char *id;
	enum http_method method;
	const char *path;
	enum handler handler;
	const char *access; /* the word api.enter takes */
	const char *query, *body, *answer, *summary;
};

extern const struct route routes[ROUTES];
static inline enum route_id route_id(const struct route *r) {
	return (enum route_id)(r - routes);
}

enum { ROUTE_PARTS = 4 }; /* most path parameters a route has */

/* What a target's path is: its route and the path parameters, decoded, in the arena. */
struct route_match {
	const struct route *route; /* NULL: the method is not allowed here */
	struct str name[ROUTE_PARTS], value[ROUTE_PARTS];
	size_t parts;
	const char *allow; /* "GET, HEAD, OPTIONS" */
};

struct router;

struct router *router_new(void);
void router_free(struct router *r); /* NULL is fine */

/* Percent-encoded `path` to a match. ERR_NOT_FOUND: no such path. ERR_METHOD: the path exists and
 * ret->allow says what for. HEAD finds the route of GET; OPTIONS finds none (ERR_NONE, route NULL).
 * "*" takes what any path takes. "/v1/activities.json" is "/v1/activities". */
must_check enum err router_find(const struct router *r, struct arena *a, enum http_method method,
                                struct str path, struct route_match *ret, struct why *reterr);
