/* SPDX-License-Identifier: Apache-2.0 */
#include "app/params.h"

#include <assert.h>
#include <inttypes.h>

#include "base/civil.h"
#include "base/query.h"
#include "base/vec.h"

#include "base/banned.h"

enum {
	PARAMETERS = 32, /* most a route declares */
	TEXT_MAX = 500,  /* octets of a free text */
	CODE_MAX = 64,
	LIST_MAX = 100, /* items of a list */
	LIMIT_MAX = 500,
};

enum type {
	TYPE_TEXT,
	TYPE_CODE,
	TYPE_CODES,
	TYPE_DATE,
	TYPE_INSTANT,
	TYPE_INT,
	TYPE_LIMIT,
	TYPE_BOOL,
	TYPE_ONE_OF,
	TYPE_SOME_OF
};

struct parameter {
	const char *name;
	enum type type;
	const char *choices; /* "a|b|c" or "a,b,c" */
};

struct declared {
	struct parameter *at;
	size_t n;
	const char *names; /* "region, q, sort" */
};

struct params {
	struct arena *arena;
	struct declared of[ROUTES];
};

static enum type type_of(struct str s) {
	static const struct {
		const char *word;
		enum type type;
	} words[] = {
		{"text", TYPE_TEXT}, {"code", TYPE_CODE}, {"codes", TYPE_CODES},     {"date", TYPE_DATE},
		{"int", TYPE_INT},   {"bool", TYPE_BOOL}, {"instant", TYPE_INSTANT}, {"limit", TYPE_LIMIT},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(s, words[i].word))
			return words[i].type;
	assert(memchr(s.p, '|', s.n) || memchr(s.p, ',', s.n));
	return memchr(s.p, '|', s.n) ? TYPE_ONE_OF : TYPE_SOME_OF;
}

static struct declared declared_parse(struct arena *a, struct str text) {
	struct declared d = {.at = arena_array(a, struct parameter, PARAMETERS), .names = ""};
	while (text.p) {
		struct str word = str_cut(&text, ' ');
		if (word.n == 0)
			continue;
		assert(d.n < PARAMETERS);
		struct str type = word, name = str_cut(&type, ':');
		struct parameter *p = &d.at[d.n++];
		p->name = arena_dup(a, name.p, name.n);
		p->type = type_of(type);
		p->choices = arena_dup(a, type.p, type.n);
		d.names = arena_printf(a, "%s%s%s", d.names, *d.names ? ", " : "", p->name);
	}
	return d;
}

struct params *params_new(void) {
	struct arena *a = arena_new();
	struct params *p = arena_new_of(a, struct params);
	p->arena = a;
	for (size_t i = 0; i < ROUTES; i++)
		p->of[i] = declared_parse(a, str_of(routes[i].query));
	return p;
}

void params_free(struct params *p) {
	if (p)
		arena_free(p->arena);
}

/* -- one value -- */

static enum err not_so(struct why *reterr, const struct parameter *p, struct str value,
                       const char *rule) {
	return err_set(reterr, ERR_INVALID, p->name, "The parameter \"%s\" is \"%.*s\"; %s.", p->name,
	               (int)(value.n < 60 ? value.n : 60), value.p, rule);
}

static bool is_code(struct str s) {
	if (s.n == 0 || s.n > CODE_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'
		      || c == '_' || c == '.'))
			return false;
	}
	return true;
}

static bool is_choice(const char *choices, char sep, struct str value) {
	struct str rest = str_of(choices);
	while (rest.p)
		if (str_eq(str_cut(&rest, sep), value))
			return true;
	return false;
}

static enum err wrong_choice(struct arena *a, const struct parameter *p, struct str value,
                             struct why *reterr) {
	const char *near = NULL;
	char sep = p->type == TYPE_ONE_OF ? '|' : ',';
	struct str rest = str_of(p->choices);
	size_t best = 3;
	const char *given = arena_dup(a, value.p, value.n);
	char *listed = arena_strdup(a, "");
	while (rest.p) {
		struct str one = str_cut(&rest, sep);
		const char *name = arena_dup(a, one.p, one.n);
		size_t far = str_distance(given, name);
		if (far < best)
			best = far, near = name;
		listed = arena_printf(a, "%s%s%s", listed, *listed ? ", " : "", name);
	}
	return not_so(reterr, p, value,
	              near ? arena_printf(a, "did you mean \"%s\"? It may be %s", near, listed)
	                   : arena_printf(a, "it may be %s", listed));
}

static enum err read_list(struct arena *a, const struct parameter *p, struct str value,
                          struct buf *out, struct why *reterr) {
	struct str rest = value;
	size_t n = 0;
	buf_addc(out, '[');
	while (rest.p) {
		struct str one = str_cut(&rest, ',');
		if (p->type == TYPE_SOME_OF && !is_choice(p->choices, ',', one))
			return wrong_choice(a, p, one, reterr);
		if (p->type == TYPE_CODES && !is_code(one))
			return not_so(reterr, p, value, "give codes separated by commas, as in FJ,WS");
		if (++n > LIST_MAX)
			return not_so(reterr, p, value, "give at most 100 items");
		buf_adds(out, n > 1 ? "," : "");
		buf_json(out, one);
	}
	buf_addc(out, ']');
	return ERR_NONE;
}

/* Seconds at which a date or instant begins. */
static bool instant_of(struct str value, int64_t *ret) {
	day_t day;
	if (civil_parse(value, &day)) {
		*ret = (int64_t)day * 86400;
		return true;
	}
	return civil_parse_instant(value, ret);
}

static enum err read_instant(const struct parameter *p, struct str value, int64_t now,
                             struct why *reterr) {
	int64_t at;
	if (!instant_of(value, &at))
		return not_so(reterr, p, value,
		              "give a real date (2026-03-01) or instant (2026-03-01T09:30:00Z), a "
		              "plus sign written as %2B");
	if (strcmp(p->name, "as_of") == 0 && at > now)
		return not_so(reterr, p, value,
		              "what was recorded by then cannot be in the future; for a day to be "
		              "judged use \"on\"");
	return ERR_NONE;
}

static enum err read_int(struct arena *a, const struct parameter *p, struct str value,
                         struct buf *out, struct why *reterr) {
	bool limit = p->type == TYPE_LIMIT;
	uint64_t n, most = limit ? LIMIT_MAX : INT32_MAX;
	if (limit && str_is(value, "all")) {
		buf_adds(out, "\"all\"");
		return ERR_NONE;
	}
	if (!str_u64(value, most, &n) || (limit && n == 0))
		return not_so(reterr, p, value,
		              arena_printf(a, "give a whole number from %d to %" PRIu64 "%s", limit, most,
		                           limit ? ", or all" : ""));
	buf_addf(out, "%" PRIu64, n);
	return ERR_NONE;
}

static enum err read_value(struct arena *a, const struct parameter *p, struct str value,
                           int64_t now, struct buf *out, struct why *reterr) {
	day_t day;
	switch (p->type) {
	case TYPE_TEXT:
		if (value.n > TEXT_MAX)
			return not_so(reterr, p, value, "give at most 500 octets");
		break;
	case TYPE_CODE:
		if (!is_code(value))
			return not_so(reterr, p, value, "give a code, as in FJ");
		break;
	case TYPE_DATE:
		if (!civil_parse(value, &day))
			return not_so(reterr, p, value, "give a real date as in 2026-03-01");
		break;
	case TYPE_INSTANT: {
		enum err e = read_instant(p, value, now, reterr);
		if (e)
			return e;
		break;
	}
	case TYPE_ONE_OF:
		if (!is_choice(p->choices, '|', value))
			return wrong_choice(a, p, value, reterr);
		break;
	case TYPE_INT:
	case TYPE_LIMIT: return read_int(a, p, value, out, reterr);
	case TYPE_BOOL:
		if (!str_is(value, "true") && !str_is(value, "false"))
			return not_so(reterr, p, value, "give true or false");
		buf_add(out, value.p, value.n);
		return ERR_NONE;
	case TYPE_CODES:
	case TYPE_SOME_OF: return read_list(a, p, value, out, reterr);
	}
	buf_json(out, value);
	return ERR_NONE;
}

/* -- all of them -- */

static enum err unknown(struct arena *a, const struct declared *d, struct str name,
                        struct why *reterr) {
	const char *near = NULL, *given = arena_dup(a, name.p, name.n < 60 ? name.n : 60);
	size_t best = 4;
	for (size_t i = 0; i < d->n; i++) {
		size_t far = str_distance(given, d->at[i].name);
		if (far < best)
			best = far, near = d->at[i].name;
	}
	if (d->n == 0)
		return err_set(reterr, ERR_INVALID, given,
		               "There is no parameter \"%s\" here; this address takes none.", given);
	return err_set(reterr, ERR_INVALID, given,
	               "There is no parameter \"%s\" here%s%s%s This address takes %s.", given,
	               near ? "; did you mean \"" : ".", near ? near : "", near ? "\"?" : "", d->names);
}

static enum err put(struct arena *a, const struct declared *d, struct str name, struct str value,
                    struct str *values, struct why *reterr) {
	for (size_t i = 0; i < d->n; i++) {
		if (!str_is(name, d->at[i].name))
			continue;
		if (values[i].p)
			return err_set(reterr, ERR_INVALID, d->at[i].name,
			               "The parameter \"%s\" is given twice; give it once, lists "
			               "separated by commas.",
			               d->at[i].name);
		if (value.n == 0)
			return err_set(reterr, ERR_INVALID, d->at[i].name,
			               "The parameter \"%s\" is empty; give it a value or leave it out.",
			               d->at[i].name);
		values[i] = value;
		return ERR_NONE;
	}
	return unknown(a, d, name, reterr);
}

static enum err range(const struct declared *d, const struct str *values, struct why *reterr) {
	day_t from = CIVIL_FIRST, to = CIVIL_LAST;
	for (size_t i = 0; i < d->n; i++) {
		if (values[i].p && strcmp(d->at[i].name, "from") == 0)
			(void)civil_parse(values[i], &from);
		if (values[i].p && strcmp(d->at[i].name, "to") == 0)
			(void)civil_parse(values[i], &to);
	}
	if (to < from)
		return err_set(reterr, ERR_INVALID, "to",
		               "The range is upside down: \"to\" is before \"from\"; swap them.");
	return ERR_NONE;
}

enum err params_read(const struct params *p, enum route_id route, struct arena *a, struct str query,
                     int64_t now, struct buf *out, struct why *reterr) {
	const struct declared *d = &p->of[route];
	struct str values[PARAMETERS] = {{0}}, name, value;
	enum err e;
	while (!(e = query_next(&query, a, &name, &value, reterr)) && name.p)
		if ((e = put(a, d, name, value, values, reterr)))
			return e;
	if (e)
		return e;
	for (size_t i = 0; i < d->n; i++) {
		if (!values[i].p)
			continue;
		buf_addc(out, '"');
		buf_adds(out, d->at[i].name);
		buf_adds(out, "\":");
		e = read_value(a, &d->at[i], values[i], now, out, reterr);
		if (e)
			return e;
		buf_addc(out, ',');
	}
	return range(d, values, reterr);
}
