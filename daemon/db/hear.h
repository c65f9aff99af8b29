/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* LISTEN on a link of its own. A connection that dies without a word would leave its listener
 * deaf and content, so a quiet link is asked for a sign of life now and then. */
#include "db/link.h"

struct db;

struct hear {
	/* From whoever opens it, which also allocates it, with calloc. */
	struct hear *next;
	struct db *db;
	void (*heard)(const char *payload, void *ctx);
	void (*resync)(void *ctx);
	void *ctx;
	/* Its own. */
	struct link link;
	char *listen;   /* the statement */
	bool listening; /* LISTEN has been answered since the link came up */
	bool asked;     /* a Sync is under way */
	uv_timer_t ping;
	unsigned handles; /* link and timer not yet closed */
};

void hear_open(struct hear *h, const struct link_spec *spec, const char *channel, uint64_t seed);
void hear_close(struct hear *h); /* once; frees h, then db_released */
