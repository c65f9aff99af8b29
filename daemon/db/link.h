/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One PGconn on the loop. A link connects, greets, serves, and when it is lost connects again,
 * until it is closed; it tells its owner of each turn.
 *
 *   PAUSED → RESOLVING → CONNECTING → GREETING → UP
 *      ↑________________ lost, unfit, too slow ___|          CLOSED from anywhere
 *
 * One attempt goes to one place (an address of a host); a round goes through all of them, and
 * only after a whole round comes a pause. */
#include <libpq-fe.h>
#include <stdbool.h>
#include <uv.h>

#include "base/err.h"
#include "db/db.h"
#include "db/greet.h"
#include "db/places.h"

enum link_state {
	LINK_PAUSED,
	LINK_RESOLVING,
	LINK_CONNECTING,
	LINK_GREETING,
	LINK_UP,
	LINK_CLOSED
};

/* What all links of one struct db share; outlives them. */
struct link_spec {
	uv_loop_t *loop;
	const struct db_options *options;
	struct conninfo conninfo;
	struct why conninfo_why; /* kind ERR_NONE: conninfo was read */
};

struct link;
/* None of these may call link_lost or link_close, nor runs inside a function of this header. */
struct link_owner {
	void (*up)(struct link *link);
	/* Input was consumed; false: the link is beyond use. Once more when it is doomed. */
	bool (*readable)(struct link *link);
	void (*down)(struct link *link);   /* was up, or an attempt failed; link->why says why */
	void (*closed)(struct link *link); /* last word */
};

struct link {
	const struct link_spec *spec;
	const struct link_owner *owner;
	enum link_state state;
	bool failed;  /* the last attempt failed or the link was lost; cleared when up */
	bool refused; /* and it was because the server is not fit */
	struct why why;
	PGconn *pg; /* in pipeline mode and non-blocking while UP */
	struct greeting greeting;
	struct sentences sentences;
	struct watch *watch; /* the socket's uv_poll, made anew for each socket */
	uv_timer_t timer;    /* PAUSED: until the next round; up to GREETING: too slow; UP: doomed */
	struct resolver resolver;
	size_t turn;     /* next of resolver.found */
	unsigned rounds; /* failed in a row */
	uint64_t random, reconnects;
	bool cancelling; /* a worker is at it */
	unsigned holds;  /* libuv still knows of us */
};

void link_open(struct link *link, const struct link_spec *spec, const struct link_owner *owner,
               bool prepare, uint64_t timeout_ms, uint64_t seed);

/* After PQsend…: writes what the socket takes, and the rest when it takes more. */
void link_flush(struct link *link);
/* UP, and not doomed. */
static inline bool link_serves(const struct link *link) {
	return link->state == LINK_UP && link->watch;
}
/* UP: reads what is there, as if the socket had said so. */
void link_read(struct link *link);
/* From inside a callback: gives the link up on the next turn. */
void link_doom(struct link *link);
/* UP: gives the link up and connects again; asks the server to stop what it does for us. */
void link_abandon(struct link *link, const struct why *why);
/* Once; `closed` follows. The owner's down does not run. */
void link_close(struct link *link);
