/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the daemon asks PostgreSQL: api.enter and one statement a route (ARCHITECTURE.md, "The seam
 * between C and SQL"). The table comes from routes.def. */
#include "app/request.h"
#include "db/db.h"

extern const struct db_statement calls_statements[];
extern const size_t calls_count;

/* One segment: api.enter with the request's credential, access, id (and key), then the route's work
 * with its args (and body): to read, one statement; to write, two. `done` as db.h says. */
void calls_submit(struct request *q, db_done *done, void *ctx);

/* Answer the request with what went wrong; what is our own fault goes to the log. */
void calls_problem(struct request *q, const struct db_result *r);

/* After the routes' statements: what jobs need (planning.h). REPEATABLE_READ comes first in its
 * segment and holds for all of it. Columns of JOB_TAKE: plan (NULL: no job), attempt, purpose, options,
 * instance, scenario. JOB_PROGRESS gives one boolean: go on. */
enum call_job {
	CALL_REPEATABLE_READ = 1 + ROUTES,
	CALL_JOB_TAKE,     /* daemon, lease in seconds */
	CALL_JOB_PROGRESS, /* plan, attempt, lease in seconds (0: give it back), progress or NULL */
	CALL_JOB_DONE,     /* plan, attempt, what the planner printed */
	CALL_JOB_FAILED,   /* plan, attempt, why */
};

/* Columns of api.answer as the statements of JSON routes return them. */
enum { CALL_STATUS, CALL_ETAG, CALL_MODIFIED, CALL_LOCATION, CALL_NEXT, CALL_BODY };
