/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A database that answers what a test tells it to: linked in place of daemon/libdb.a.
 * Keeps the callback law: `done` runs on the loop, never inside db_submit, exactly once. */
#include "db/db.h"

struct fake_answer {
	enum err err;                                     /* with the four below; ERR_NONE: rows */
	const char *sentence, *field, *detail, *sqlstate; /* NULL: "" */
	int columns;
	const char *const *names; /* columns of them */
	size_t rows;
	const char *const *values; /* rows × columns, row by row; NULL is SQL NULL */
	bool
		never; /* not answered before db_close, which says ERR_UNKNOWN_OUTCOME or ERR_UNAVAILABLE */
};

/* The next segment whose last call is `statement` gets this; answers for one statement are used in
 * the order given, and the last one stays. Not copied. A segment nobody expected fails the test. */
void fake_db_expect(struct db *db, const char *statement, const struct fake_answer *answer);

/* What was submitted so far, oldest first: copies, which live as long as db. */
struct fake_call {
	const char *statement;
	const char *const *values;
	int params;
};
struct fake_segment {
	enum db_lane lane;
	bool writes;
	size_t calls;
	const struct fake_call *call;
};
size_t fake_db_submitted(const struct db *db);
const struct fake_segment *fake_db_segment(const struct db *db, size_t i);

/* Starts DB_CONNECTING. Tells the watcher at once. */
void fake_db_turn(struct db *db, enum db_state state, const char *sentence);
/* To whoever hears `channel`. */
void fake_db_say(struct db *db, const char *channel, const char *payload);
void fake_db_resync(struct db *db);
