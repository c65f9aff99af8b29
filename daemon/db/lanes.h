/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A lane: its links, what waits for them, and the deadline of both. */
#include "base/list.h"
#include "db/db.h"
#include "db/pipe.h"

struct lane {
	struct db *db;
	const struct db_options *options;
	enum db_lane which;
	struct pipe *pipes;
	size_t pipe_count;
	struct list waiting; /* segments no link had room for, oldest first */
	struct list ages;    /* all segments, oldest first: one deadline makes it the order of due */
	uv_timer_t timer;    /* the oldest segment's deadline, or an earlier one that was met */
	struct pipe *late;   /* given up because of its deadline, while it goes down */
	struct db_counters counters;
};

/* What lanes and hears tell struct db (db.c). */
void db_changed(struct db *db);                   /* a link came up or went down */
void db_settle(struct db *db, struct segment *s); /* done with s->why, on the next turn */
void db_released(struct db *db);                  /* a link or timer is closed */
void db_ended(struct db *db);                     /* a segment is done */

void lane_open(struct lane *lane, struct db *db, const struct link_spec *spec, enum db_lane which);
void lane_submit(struct lane *lane, const struct db_call *calls, size_t n, bool writes,
                 db_done *done, void *ctx, bool closing);
bool lane_idle(const struct lane *lane);
/* Ends all segments and closes all links; db_released once a pipe and once for the timer. */
void lane_close(struct lane *lane);
