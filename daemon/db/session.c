/* SPDX-License-Identifier: Apache-2.0 */
#include "db/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "db/greet.h"
#include "db/verdict.h"

#include "base/banned.h"

static struct str first_line(const char *message) {
	struct str rest = str_of(message);
	return str_cut(&rest, '\n');
}

static void noticed(void *data, const PGresult *notice) {
	(void)data;
	log_debug("database_notice", "message=%s", log_quoted(PQresultErrorMessage(notice)));
}

void session_close(PGconn **pg) {
	PQfinish(*pg);
	*pg = NULL;
}

void session_result_clear(PGresult **r) {
	PQclear(*r);
	*r = NULL;
}

static const char *field(const PGresult *r, int code) {
	const char *text = PQresultErrorField(r, code);
	return text ? text : "";
}

enum err session_run(PGconn *pg, const char *what, const char *sql, struct why *reterr) {
	__attribute__((cleanup(session_result_clear))) PGresult *r = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(r);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return ERR_NONE;
	return err_set(reterr, ERR_CONFLICT, NULL, "%s: %.*s", what,
	               STR_ARG(first_line(PQerrorMessage(pg))));
}

enum err session_query(PGconn *pg, const char *sql, const char *const *params, int n,
                       PGresult **ret, struct why *reterr) {
	__attribute__((cleanup(session_result_clear))) PGresult *r =
		PQexecParams(pg, sql, n, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(r) == PGRES_TUPLES_OK) {
		*ret = r;
		r = NULL;
		return ERR_NONE;
	}
	const char *state = field(r, PG_DIAG_SQLSTATE), *detail;
	const struct complaint c = {.sqlstate = state,
	                            .message = field(r, PG_DIAG_MESSAGE_PRIMARY),
	                            .column = field(r, PG_DIAG_COLUMN_NAME)};
	if (strncmp(state, "AT", 2) == 0)
		return verdict_of(&c, &(struct sentences){0}, reterr, &detail);
	return err_set(reterr, ERR_INVALID, NULL, "%.*s.", STR_ARG(first_line(PQerrorMessage(pg))));
}

static enum err check_server(PGconn *pg, struct why *reterr) {
	__attribute__((cleanup(session_result_clear))) PGresult *r = NULL;
	enum err kind = session_query(pg,
	                              "SELECT current_setting('fsync'), "
	                              "current_setting('full_page_writes'), "
	                              "current_setting('synchronous_commit')",
	                              NULL, 0, &r, reterr);
	if (kind)
		return kind;
	return greet_judge(PQserverVersion(pg), PQgetvalue(r, 0, 0), PQgetvalue(r, 0, 1),
	                   PQgetvalue(r, 0, 2), reterr);
}

enum err session_open(const char *conninfo, PGconn **ret, struct why *reterr) {
	const char *keywords[] = {"dbname", "client_encoding", "fallback_application_name", NULL};
	const char *values[] = {conninfo, "UTF8", "atelierd", NULL};
	PGconn *pg = PQconnectdbParams(keywords, values, 1);
	*ret = NULL;
	if (PQstatus(pg) != CONNECTION_OK) {
		enum err kind = err_set(reterr, ERR_UNAVAILABLE, "owner_conninfo",
		                        "The database cannot be reached: %.*s.",
		                        STR_ARG(first_line(PQerrorMessage(pg))));
		session_close(&pg);
		return kind;
	}
	(void)PQsetNoticeReceiver(pg, noticed, NULL);
	enum err kind = check_server(pg, reterr);
	if (!kind)
		kind = session_run(pg,
		                   "The role cannot act as atelier_owner (a superuser runs "
		                   "sql/bootstrap.sql once)",
		                   "SET ROLE atelier_owner; SET client_min_messages = warning", reterr);
	if (kind)
		session_close(&pg);
	*ret = pg;
	return kind;
}

/* The line of PostgreSQL's position, which counts characters from 1; 0 when there is none. */
static unsigned long line_of(const char *text, const char *position) {
	unsigned long at = strtoul(position, NULL, 10), line = 1;
	if (at == 0)
		return 0;
	for (const char *c = text; *c; c++) {
		if (((unsigned char)*c & 0xC0) != 0x80 && --at == 0)
			return line;
		line += *c == '\n';
	}
	return line;
}

static enum err file_error(const char *path, const char *text, const PGresult *r, unsigned number,
                           struct why *reterr) {
	unsigned long line = line_of(text, field(r, PG_DIAG_STATEMENT_POSITION));
	const char *detail = field(r, PG_DIAG_MESSAGE_DETAIL);
	const char *primary = field(r, PG_DIAG_MESSAGE_PRIMARY);
	struct str message = *primary ? str_of(primary) : first_line(PQresultErrorMessage(r));
	if (line)
		return err_set(reterr, ERR_INVALID, NULL, "%s:%lu: %.*s%s%s", path, line, STR_ARG(message),
		               *detail ? ": " : "", detail);
	return err_set(reterr, ERR_INVALID, NULL, "%s, statement %u: %.*s%s%s", path, number,
	               STR_ARG(message), *detail ? ": " : "", detail);
}

enum err session_run_file(PGconn *pg, const char *path, const char *text, struct why *reterr) {
	enum err kind = ERR_NONE;
	unsigned number = 0;
	if (!PQsendQuery(pg, text))
		return err_set(reterr, ERR_UNAVAILABLE, NULL, "%s: %.*s.", path,
		               STR_ARG(first_line(PQerrorMessage(pg))));
	for (PGresult *r; (r = PQgetResult(pg)); PQclear(r)) {
		ExecStatusType status = PQresultStatus(r);
		number++;
		if (kind || status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
		    || status == PGRES_EMPTY_QUERY)
			continue;
		kind = status == PGRES_FATAL_ERROR
		           ? file_error(path, text, r, number, reterr)
		           : err_set(reterr, ERR_INVALID, NULL, "%s, statement %u: COPY is for psql.", path,
		                     number);
		if (status != PGRES_FATAL_ERROR) {
			PQclear(r);
			break;
		}
	}
	if (!kind && PQtransactionStatus(pg) != PQTRANS_INTRANS)
		kind = err_set(reterr, ERR_INVALID, NULL,
		               "%s ends its transaction: leave out BEGIN, COMMIT and ROLLBACK.", path);
	return kind;
}
