/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The seam between PostgreSQL and the rest. A *segment* is what one request sends: a few calls
 * of prepared statements and a Sync, which PostgreSQL runs as one transaction. Links pipeline
 * segments; lanes (fast, slow) hold links; nothing blocks the loop.
 *
 *   lanes   which link takes a segment; bounded queue     link   one PGconn as a uv_poll, back-off
 *   pipe    FIFO of sent segments, one result pump        greet  is this server fit?
 *   verdict SQLSTATE + constraint → enum err + sentence   hear   LISTEN, with resync
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum db_lane { DB_FAST, DB_SLOW, DB_LANES };

/* Statement i of the table given to db_new: its name on the wire and its text. Prepared on each
 * new link before anything else runs on it. Parameters are text. */
struct db_statement {
	const char *name, *sql;
	int params;
};

struct db_options {
	const char *conninfo;   /* libpq string; hosts that are names are resolved without blocking */
	size_t links[DB_LANES]; /* connections a lane */
	size_t queue[DB_LANES]; /* segments waiting or running a lane; past it: ERR_UNAVAILABLE */
	uint64_t deadline_ms[DB_LANES];          /* from submit to the last result */
	uint64_t backoff_min_ms, backoff_max_ms; /* reconnecting, doubled with jitter from `seed` */
	uint64_t seed;
	const struct db_statement *statements;
	size_t statement_count;
	int schema_min, schema_max; /* versions of the schema this program can work with */
};

struct db_call {
	size_t statement;          /* index into options.statements */
	const char *const *values; /* params texts, NULL is SQL NULL; copied by db_submit */
};

/* What came of a segment. Valid inside the done callback only. */
struct db_result {
	enum err err;          /* ERR_NONE: committed */
	const struct why *why; /* with err: the sentence a person reads, and the field */
	const char *detail;    /* with err: JSON object with reasons/alternatives/replay, or "" */
	const char *sqlstate;  /* five letters, or "" */
	size_t rows;           /* of the last call */
	const struct db_rows *data;
};
/* Text of a value; {NULL,0} for SQL NULL. Column by number. */
struct str db_value(const struct db_result *r, size_t row, int column);
int db_columns(const struct db_result *r);
const char *db_column_name(const struct db_result *r, int column);

/* Runs on the loop, never inside db_submit, exactly once: also on error, loss, deadline, close.
 * Lost or late *before* it was sent: ERR_UNAVAILABLE. Sent and unanswered: ERR_UNKNOWN_OUTCOME
 * when `writes`, else ERR_UNAVAILABLE. */
typedef void db_done(const struct db_result *result, void *ctx);

struct db;

/* Connects in the background; never fails for an absent server. Options are copied, the
 * statements table is not. */
struct db *db_new(uv_loop_t *loop, const struct db_options *options);
void db_submit(struct db *db, enum db_lane lane, const struct db_call *calls, size_t n, bool writes,
               db_done *done, void *ctx);

/* How the fast lane is. READY: a link is up. CONNECTING: a link is still at its first attempt.
 * AWAY: all were lost or failed. REFUSED: the server answered and is not fit (schema version,
 * fsync off, …), or conninfo cannot be read. Of AWAY and REFUSED *ret says why; links go on trying
 * in any case. */
enum db_state { DB_CONNECTING, DB_READY, DB_AWAY, DB_REFUSED };
enum db_state db_state(const struct db *db, struct why *ret);
/* Runs on the loop whenever the state changes. */
void db_watch(struct db *db, void (*changed)(enum db_state, const struct why *, void *), void *ctx);

/* LISTEN on `channel` over a link of its own. `heard` gets each payload; `resync` runs after every
 * (re)connect, since what was said meanwhile was missed. */
void db_hear(struct db *db, const char *channel, void (*heard)(const char *payload, void *),
             void (*resync)(void *), void *ctx);

struct db_counters {
	uint64_t segments;         /* submitted */
	uint64_t refused;          /* of these: not taken (queue full, database away, closing) */
	uint64_t failed;           /* taken, and ended with a status of 500 or more */
	uint64_t reconnects;       /* attempts to connect */
	uint64_t waiting, running; /* now */
};
struct db_counters db_counters(const struct db *db, enum db_lane lane);

/* Takes no more; lets segments end up to grace_ms, fails the rest, frees db; then `closed` runs,
 * once. Not to be called twice. */
void db_close(struct db *db, uint64_t grace_ms, void (*closed)(void *), void *ctx);
