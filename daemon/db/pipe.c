/* SPDX-License-Identifier: Apache-2.0 */
#include "db/pipe.h"

#include <string.h>

#include "base/log.h"
#include "db/verdict.h"

#include "base/banned.h"

static const char lost_unknown[] =
	"The database was lost while this was running; the outcome is unknown: repeat the request "
	"with the same Idempotency-Key.";
static const char late_unknown[] =
	"The database did not answer in time; the outcome is unknown: repeat the request with the "
	"same Idempotency-Key.";
static const char lost_reading[] =
	"The connection to the database was lost while this was running: repeat the request.";
static const char late_reading[] =
	"The database did not answer in time: repeat the request in a moment.";

void pipe_init(struct pipe *pipe, struct lane *lane, size_t depth) {
	*pipe = (struct pipe){.lane = lane, .depth = depth};
	list_init(&pipe->sent);
}

static struct segment *oldest(const struct pipe *pipe) {
	struct list *at = list_first(&pipe->sent);
	return at ? list_entry(at, struct segment, at) : NULL;
}

void pipe_send(struct pipe *pipe, struct segment *s, const struct db_call *calls, size_t n) {
	PGconn *pg = pipe->link.pg;
	const struct db_statement *statements = pipe->link.spec->options->statements;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		const struct db_statement *st = &statements[calls[i].statement];
		ok = PQsendQueryPrepared(pg, st->name, st->params, calls[i].values, NULL, NULL, 0) == 1;
	}
	ok = ok && PQpipelineSync(pg) == 1;
	s->pipe = pipe;
	list_append(&pipe->sent, &s->at);
	pipe->running++;
	if (ok)
		link_flush(&pipe->link);
	else
		link_doom(&pipe->link);
}

void segment_refuse(struct segment *s, enum err kind, const char *sentence) {
	struct why why;
	struct db_result result = {.why = &why, .detail = "", .sqlstate = ""};
	result.err = err_set(&why, kind, NULL, "%s", sentence);
	segment_end(s, &result);
}

static const char *field(const PGresult *r, int code) {
	const char *text = PQresultErrorField(r, code);
	return text ? text : "";
}

static void end_failed(struct segment *s) {
	const PGresult *r = s->kept;
	const struct complaint c = {
		.sqlstate = field(r, PG_DIAG_SQLSTATE),
		.message = field(r, PG_DIAG_MESSAGE_PRIMARY),
		.detail = field(r, PG_DIAG_MESSAGE_DETAIL),
		.column = field(r, PG_DIAG_COLUMN_NAME),
		.constraint = field(r, PG_DIAG_CONSTRAINT_NAME),
	};
	struct why why;
	struct db_result result = {.why = &why, .sqlstate = c.sqlstate};
	result.err = verdict_of(&c, &s->pipe->link.sentences, &why, &result.detail);
	if (err_status(result.err) >= 500)
		log_debug("database_error", "sqlstate=%s message=%s context=%s", c.sqlstate,
		          log_quoted(c.message), log_quoted(field(r, PG_DIAG_CONTEXT)));
	segment_end(s, &result);
}

static void end_committed(struct segment *s) {
	const struct db_result result = {
		.err = ERR_NONE,
		.detail = "",
		.sqlstate = "",
		.rows = (size_t)PQntuples(s->kept),
		.data = (const struct db_rows *)(const void *)s->kept,
	};
	segment_end(s, &result);
}

static void keep(struct segment *s, PGresult *r) {
	PQclear(s->kept);
	s->kept = r;
}

/* An error at the Sync finds all calls answered and overrules them. */
static bool take_error(struct segment *s, PGresult *r) {
	bool said_by_server = *field(r, PG_DIAG_SQLSTATE) != '\0';
	if (!said_by_server || s->failed) {
		PQclear(r);
		return said_by_server;
	}
	s->failed = true;
	s->fatal = strcmp(field(r, PG_DIAG_SEVERITY_NONLOCALIZED), "ERROR") != 0;
	keep(s, r);
	return true;
}

static bool take(struct segment *s, PGresult *r) {
	switch (PQresultStatus(r)) {
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK: keep(s, r); return true;
	case PGRES_FATAL_ERROR: return take_error(s, r);
	case PGRES_PIPELINE_ABORTED: PQclear(r); return true;
	case PGRES_PIPELINE_SYNC:
		PQclear(r);
		if (s->failed)
			end_failed(s);
		else
			end_committed(s);
		return true;
	default: /* COPY has no place in a pipeline */ PQclear(r); return false;
	}
}

bool pipe_read(struct pipe *pipe) {
	PGconn *pg = pipe->link.pg;
	for (struct segment *s; !PQisBusy(pg) && (s = oldest(pipe));) {
		PGresult *r = PQgetResult(pg);
		if (!r && pipe->quiet)
			return false;
		pipe->quiet = !r;
		if (r && !take(s, r))
			return false;
	}
	return true;
}

void pipe_fail(struct pipe *pipe, bool late) {
	pipe->quiet = false;
	for (struct segment *s; (s = oldest(pipe)); late = false) {
		if (s->failed && !s->fatal)
			end_failed(s); /* rolled back for certain, though its Sync was not answered */
		else if (s->writes)
			segment_refuse(s, ERR_UNKNOWN_OUTCOME, late ? late_unknown : lost_unknown);
		else
			segment_refuse(s, ERR_UNAVAILABLE, late ? late_reading : lost_reading);
	}
}
