/* SPDX-License-Identifier: Apache-2.0 */
#include "db/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

#include "base/banned.h"

/* First prefix that fits decides: exact codes before their class, "" last. */
static const struct rule {
	const char *prefix;
	enum err kind;
	const char *sentence;
} rules[] = {
	{"22001", ERR_INVALID, "A text is longer than its place allows: shorten it."},
	{"22003", ERR_INVALID, "A number is outside the range that can be stored: correct it."},
	{"22007", ERR_INVALID, "A date or time is not written as one: write YYYY-MM-DD or RFC 3339."},
	{"22008", ERR_INVALID, "A date or time does not exist: correct it."},
	{"22021", ERR_INVALID, "A text holds octets that are not UTF-8: send UTF-8 without NUL."},
	{"22P05", ERR_INVALID, "A text holds a character that cannot be stored (NUL): leave it out."},
	{"22", ERR_INVALID, "A value does not have the form its place asks for: correct it."},
	{"23502", ERR_INVALID, "A value that must be given is missing: give it."},
	{"23503", ERR_CONFLICT, "Something this refers to does not exist, or is still referred to."},
	{"23505", ERR_CONFLICT, "This exists already: change the existing one, or choose another."},
	{"23514", ERR_CONFLICT, "A value breaks a rule of the record it belongs to: correct it."},
	{"23P01", ERR_CONFLICT, "This overlaps something that is already there: choose another time."},
	{"23", ERR_CONFLICT, "A rule of the database forbids this."},
	{"25006", ERR_UNAVAILABLE, "The database takes no changes at the moment: repeat this later."},
	{"40", ERR_UNAVAILABLE, "Another change got in between and nothing was done: repeat this."},
	{"42501", ERR_FORBIDDEN, "Your role may not do this: ask a coordinator."},
	{"53", ERR_UNAVAILABLE, "The database is at its limits: repeat this in a moment."},
	{"55P03", ERR_UNAVAILABLE, "Another change holds what this needs: repeat this in a moment."},
	{"57014", ERR_UNAVAILABLE, "This took longer than it may and was stopped; nothing was done."},
	{"57", ERR_UNAVAILABLE, "The database is restarting: repeat this in a moment."},
	{"08", ERR_UNAVAILABLE, "The connection to the database was lost: repeat this."},
	{"", ERR_INTERNAL, "The database could not do this; the fault is ours, nothing was changed."},
};

static int by_name(const void *a, const void *b) {
	const struct sentence *x = a, *y = b;
	return strcmp(x->constraint, y->constraint);
}

static char *copied(const char *s) {
	char *p = strdup(s);
	if (!p) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	return p;
}

void sentences_add(struct sentences *s, const char *constraint, const char *text) {
	*vec_push(s) = (struct sentence){copied(constraint), copied(text)};
}

void sentences_sort(struct sentences *s) {
	if (s->n)
		qsort(s->at, s->n, sizeof *s->at, by_name);
}

void sentences_clear(struct sentences *s) {
	for (size_t i = 0; i < s->n; i++) {
		free(s->at[i].constraint);
		free(s->at[i].text);
	}
	vec_clear(s);
}

const char *sentences_find(const struct sentences *s, const char *constraint) {
	struct sentence key = {.constraint = (char *)(uintptr_t)constraint};
	if (!s->n || !constraint || !*constraint)
		return NULL;
	const struct sentence *found = bsearch(&key, s->at, s->n, sizeof key, by_name);
	return found && *found->text ? found->text : NULL;
}

/* ATnnn carries an HTTP status; 0 if it is not one. */
static int status_of(const char *sqlstate) {
	uint64_t status;
	if (strlen(sqlstate) != 5 || strncmp(sqlstate, "AT", 2) != 0
	    || !str_u64(str_of(sqlstate + 2), 599, &status))
		return 0;
	return (int)status;
}

enum err verdict_of(const struct complaint *c, const struct sentences *s, struct why *ret,
                    const char **ret_detail) {
	const char *sqlstate = c->sqlstate ? c->sqlstate : "";
	const char *field = c->column ? c->column : "";
	*ret_detail = "";
	int status = status_of(sqlstate);
	if (status) {
		*ret_detail = c->detail ? c->detail : "";
		return err_set(ret, status == 208 ? ERR_CONFLICT : err_of_status(status), field, "%s",
		               c->message ? c->message : "");
	}
	const struct rule *rule = rules;
	while (strncmp(sqlstate, rule->prefix, strlen(rule->prefix)) != 0)
		rule++;
	const char *own = strncmp(sqlstate, "23", 2) == 0 ? sentences_find(s, c->constraint) : NULL;
	return err_set(ret, rule->kind, rule->kind == ERR_INTERNAL ? "" : field, "%s",
	               own ? own : rule->sentence);
}
