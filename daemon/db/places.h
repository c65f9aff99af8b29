/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Where a server may be: the hosts of a conninfo and their addresses. libpq would resolve names
 * with getaddrinfo(3), which blocks; so names are resolved here, and libpq is given `hostaddr`
 * (libpq 34.1.2: with host and hostaddr both set no look-up takes place, and host still serves
 * certificates and the password file). */
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/err.h"

struct place {
	char *host, *hostaddr, *port; /* "" where conninfo is silent */
};
struct places {
	struct place *at;
	size_t n, room;
};
void places_clear(struct places *p);

struct conninfo {
	PQconninfoOption *options;
	struct places wanted; /* as written; names not yet resolved */
};
/* ERR_INVALID when libpq cannot read it, or when its hosts, addresses and ports do not pair. */
must_check enum err conninfo_read(struct conninfo *ret, const char *text, struct why *reterr);
void conninfo_clear(struct conninfo *c);

/* PQconnectStartParams to one place; the caller owns the result and checks it. */
PGconn *conninfo_start(const struct conninfo *c, const struct place *at);

/* Finds the addresses of all wanted places. */
struct resolver {
	uv_loop_t *loop;
	const struct places *wanted;
	struct places found;
	size_t next;
	uv_getaddrinfo_t request;
	bool busy;
	struct why why; /* of the last name that was not found */
	void (*done)(struct resolver *r);
	void *data;
};
/* True: all is found, `done` will not run. False: it will, once, also after uv_cancel. */
bool resolver_run(struct resolver *r);
