/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a server must say about itself before a link serves: that it keeps what it commits
 * (version, fsync, full_page_writes, synchronous_commit), that its schema is one we know, and
 * that every statement can be prepared. All of it is one write and, mostly, one read. */
#include <libpq-fe.h>
#include <stdbool.h>

#include "base/err.h"
#include "db/db.h"
#include "db/verdict.h"

struct greeting {
	const struct db_options *options;
	bool prepare;                /* the statements, too */
	uint64_t timeout_ms;         /* becomes the session's statement_timeout; 0: none */
	struct sentences *sentences; /* filled from api.constraints() */
	unsigned step, statement;    /* what is answered next */
	bool quiet;                  /* the last answer was the NULL between two */
};

/* The connection is made and idle. False: it was lost, PQerrorMessage says why. */
bool greet_send(struct greeting *g, PGconn *pg);

enum greet { GREET_MORE, GREET_FIT, GREET_UNFIT, GREET_LOST };
/* Takes what has been read (PQconsumeInput). *reterr is filled for UNFIT and LOST. */
enum greet greet_read(struct greeting *g, PGconn *pg, struct why *reterr);

/* The server's settings, as current_setting() shows them; `version` as PQserverVersion. */
must_check enum err greet_judge(int version, const char *fsync, const char *full_page_writes,
                                const char *synchronous_commit, struct why *reterr);
must_check enum err greet_judge_schema(int schema, int min, int max, struct why *reterr);
