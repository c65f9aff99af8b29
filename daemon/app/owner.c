/* SPDX-License-Identifier: Apache-2.0 */
#include "app/owner.h"

#include "db/migrate.h"

#include "base/banned.h"

static void say(const char *line, void *ctx) {
	(void)fprintf(ctx, "%s\n", line);
}

static enum err need_owner(const struct conf *conf, struct why *reterr) {
	if (*conf->database_owner_conninfo)
		return ERR_NONE;
	return err_set(reterr, ERR_INVALID, "database.owner_conninfo",
	               "The setting owner_conninfo of [database] is empty; it says how to reach the "
	               "database as a member of atelier_owner.");
}

enum err owner_migrate(const struct conf *conf, const struct options *o, FILE *out,
                       struct why *reterr) {
	enum err e = need_owner(conf, reterr);
	if (e)
		return e;
	return migrate_run(conf->database_owner_conninfo, o->sqldir ? o->sqldir : ATELIER_SQLDIR, say,
	                   out, reterr);
}

enum err owner_create_token(const struct conf *conf, const struct options *o, FILE *out,
                            struct why *reterr) {
	char days[12];
	const char *values[] = {o->role, o->label, o->expert, o->donor, o->days ? days : NULL};
	struct buf token = {0};
	enum err e = need_owner(conf, reterr);
	(void)snprintf(days, sizeof days, "%d", o->days);
	if (!e)
		e = migrate_query_one(conf->database_owner_conninfo,
		                      "SELECT rule.create_token($1, $2, $3, $4, $5::int)", values, 5,
		                      &token, reterr);
	if (!e && fprintf(out, "%.*s\n", STR_ARG(buf_str(&token))) < 0)
		e = err_set(reterr, ERR_INTERNAL, NULL, "The token was made and could not be written.");
	buf_clear(&token);
	return e;
}
