/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Segments on one link: sent at once, answered in order. What is read belongs to the oldest.
 *
 *   waiting --pipe_send--> sent --Sync answered--> done
 *                            |---link went down--> done (lost)
 *
 * PostgreSQL runs a segment as one transaction that ends at its Sync: an error skips the rest of
 * the segment and nothing beyond it, and may come as late as the Sync itself (a deferred
 * constraint), so no segment is done before its Sync is answered. */
#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "db/db.h"
#include "db/link.h"

struct pipe;
struct lane;

struct segment {
	struct list at;    /* in the lane's waiting, its pipe's sent, or the settled of struct db */
	struct list age;   /* in the lane's ages, oldest first; in none when settled */
	struct pipe *pipe; /* NULL: not sent */
	struct lane *lane;
	db_done *done;
	void *ctx;
	uint64_t due;               /* uv_now */
	PGresult *kept;             /* of the last call answered, or the first error */
	bool writes, failed, fatal; /* fatal: the error ended the session, too */
	struct why why;             /* settled: the verdict */
	size_t call_count;
	struct db_call calls[]; /* only while waiting; their texts follow in the same block */
};

struct pipe {
	struct link link;
	struct lane *lane;
	struct list sent;
	size_t running, depth; /* segments sent; and how many may be at once */
	bool quiet;            /* the last answer was the NULL between two */
};

void pipe_init(struct pipe *pipe, struct lane *lane, size_t depth);
static inline bool pipe_has_room(const struct pipe *pipe) {
	return link_serves(&pipe->link) && pipe->running < pipe->depth;
}
/* Requires room. The calls are not needed any more afterwards. */
void pipe_send(struct pipe *pipe, struct segment *s, const struct db_call *calls, size_t n);
/* Takes what has been read; false: the conversation is broken. Runs done callbacks. */
bool pipe_read(struct pipe *pipe);
/* The link is down: ends every sent segment. `late`: its oldest was over its deadline. */
void pipe_fail(struct pipe *pipe, bool late);

/* How a segment leaves: counts it, runs its callback, frees it. */
void segment_end(struct segment *s, const struct db_result *result);
/* The same with an error and no rows. */
void segment_refuse(struct segment *s, enum err kind, const char *sentence);
