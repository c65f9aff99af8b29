/* SPDX-License-Identifier: Apache-2.0 */
#include "db/greet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

enum { LEAST_VERSION = 150000 };

/* Steps end at a Sync each, so that one that fails leaves the others their own answer. */
enum { STEP_SETTINGS, STEP_SCHEMA, STEP_CONSTRAINTS, STEP_STATEMENTS, STEPS };

static const char settings_sql[] =
	"SELECT current_setting('fsync'), current_setting('full_page_writes'),"
	" current_setting('synchronous_commit'), set_config('statement_timeout', $1, false),"
	" set_config('DateStyle', 'ISO, YMD', false), set_config('TimeZone', 'UTC', false),"
	" set_config('jit', 'off', false)";

enum err greet_judge(int version, const char *fsync, const char *full_page_writes,
                     const char *synchronous_commit, struct why *reterr) {
	if (version < LEAST_VERSION)
		return err_set(reterr, ERR_UNAVAILABLE, "version",
		               "The server is PostgreSQL %d; Atelier needs 15 or newer.", version / 10000);
	const struct {
		const char *name, *value;
	} settings[] = {
		{"fsync", fsync},
		{"full_page_writes", full_page_writes},
		{"synchronous_commit", synchronous_commit},
	};
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (strcmp(settings[i].value, "off") == 0)
			return err_set(reterr, ERR_UNAVAILABLE, settings[i].name,
			               "The server runs with %s = off and may lose what it confirmed: set it "
			               "to on.",
			               settings[i].name);
	return ERR_NONE;
}

enum err greet_judge_schema(int schema, int min, int max, struct why *reterr) {
	if (schema < min)
		return err_set(reterr, ERR_UNAVAILABLE, "schema",
		               "The schema has version %d and this program needs %d or newer: run "
		               "atelierd --migrate.",
		               schema, min);
	if (schema > max)
		return err_set(reterr, ERR_UNAVAILABLE, "schema",
		               "The schema has version %d and this program knows up to %d: install the "
		               "newer program.",
		               schema, max);
	return ERR_NONE;
}

bool greet_send(struct greeting *g, PGconn *pg) {
	char timeout[24];
	(void)snprintf(timeout, sizeof timeout, "%" PRIu64, g->timeout_ms);
	const char *const values[] = {timeout};
	g->step = g->statement = 0;
	g->quiet = false;
	sentences_clear(g->sentences);
	bool ok = PQenterPipelineMode(pg)
	          && PQsendQueryParams(pg, settings_sql, 1, NULL, values, NULL, NULL, 0)
	          && PQpipelineSync(pg)
	          && PQsendQueryParams(pg, "SELECT api.schema_version()", 0, NULL, NULL, NULL, NULL, 0)
	          && PQpipelineSync(pg)
	          && PQsendQueryParams(pg, "SELECT name, sentence FROM api.constraints()", 0, NULL,
	                               NULL, NULL, NULL, 0)
	          && PQpipelineSync(pg);
	for (size_t i = 0; ok && g->prepare && i < g->options->statement_count; i++) {
		const struct db_statement *s = &g->options->statements[i];
		ok = PQsendPrepare(pg, s->name, s->sql, 0, NULL);
	}
	return ok && PQpipelineSync(pg);
}

/* A complaint that no later attempt will be spared: the schema is not ours, or forbids us. */
static enum greet unfit(const struct greeting *g, const PGresult *r, struct why *reterr) {
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	struct str rest = str_of(PQresultErrorMessage(r)), line = str_cut(&rest, '\n');
	if (!state || !message || !severity || strcmp(severity, "ERROR") != 0
	    || (strncmp(state, "42", 2) != 0 && strncmp(state, "3F", 2) != 0)) {
		(void)err_set(reterr, ERR_UNAVAILABLE, NULL, "The database did not greet us: %.*s",
		              STR_ARG(line));
		return GREET_LOST;
	}
	bool absent = strcmp(state, "42883") == 0 || strncmp(state, "3F", 2) == 0;
	if (g->step == STEP_STATEMENTS)
		(void)err_set(reterr, ERR_UNAVAILABLE, "schema",
		              "Statement %s does not fit the schema (%s): run atelierd --migrate.",
		              g->options->statements[g->statement].name, message);
	else if (g->step == STEP_SCHEMA && absent)
		(void)err_set(reterr, ERR_UNAVAILABLE, "schema",
		              "The database holds no schema of Atelier: run atelierd --migrate.");
	else
		(void)err_set(reterr, ERR_UNAVAILABLE, "schema",
		              "The database does not answer as Atelier's does (%s): check its role and "
		              "run atelierd --migrate.",
		              message);
	return GREET_UNFIT;
}

static enum greet answered(struct greeting *g, PGconn *pg, const PGresult *r, struct why *reterr) {
	switch (g->step) {
	case STEP_SETTINGS:
		if (greet_judge(PQserverVersion(pg), PQgetvalue(r, 0, 0), PQgetvalue(r, 0, 1),
		                PQgetvalue(r, 0, 2), reterr))
			return GREET_UNFIT;
		return GREET_MORE;
	case STEP_SCHEMA:
		if (greet_judge_schema((int)strtol(PQgetvalue(r, 0, 0), NULL, 10), g->options->schema_min,
		                       g->options->schema_max, reterr))
			return GREET_UNFIT;
		return GREET_MORE;
	case STEP_CONSTRAINTS:
		for (int row = 0; row < PQntuples(r); row++)
			sentences_add(g->sentences, PQgetvalue(r, row, 0), PQgetvalue(r, row, 1));
		sentences_sort(g->sentences);
		return GREET_MORE;
	default: g->statement++; return GREET_MORE;
	}
}

static enum greet take(struct greeting *g, PGconn *pg, const PGresult *r, struct why *reterr) {
	switch (PQresultStatus(r)) {
	case PGRES_PIPELINE_SYNC: return ++g->step == STEPS ? GREET_FIT : GREET_MORE;
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK: return answered(g, pg, r, reterr);
	default: return unfit(g, r, reterr);
	}
}

enum greet greet_read(struct greeting *g, PGconn *pg, struct why *reterr) {
	enum greet greet = GREET_MORE;
	while (greet == GREET_MORE && !PQisBusy(pg)) {
		PGresult *r = PQgetResult(pg);
		if (!r && g->quiet) {
			(void)err_set(reterr, ERR_UNAVAILABLE, NULL, "The database stopped answering.");
			return GREET_LOST;
		}
		g->quiet = !r;
		if (r)
			greet = take(g, pg, r, reterr);
		PQclear(r);
	}
	return greet;
}
