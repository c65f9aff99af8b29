/* SPDX-License-Identifier: Apache-2.0 */
/* Prices to JSON and back. */
#include <inttypes.h>

#include "plan/certificate_own.h"
#include "plan/write.h"

#include "base/banned.h"

/* What a table is indexed by first: ids of these, and how many. */
enum names { NAME_REGION, NAME_FUND, NAME_EXPERT, NAME_MEMBER };

static int names_n(const struct instance *in, enum names names) {
	const int n[] = {in->n_regions, in->n_funds, in->n_experts, in->n_members};
	return n[names];
}

static const char *name_of(const struct instance *in, enum names names, int i) {
	switch (names) {
	case NAME_REGION: return in->regions[i].code;
	case NAME_FUND: return in->funds[i].id;
	case NAME_EXPERT: return in->experts[i].id;
	case NAME_MEMBER: break;
	}
	return in->members[i].code;
}

/* Commas between members. */
static void next(struct buf *b, bool *begun) {
	buf_adds(b, *begun ? "," : "");
	*begun = true;
}

static void write_member(struct buf *b, bool *begun, const char *name) {
	next(b, begun);
	buf_json(b, str_of(name));
	buf_addc(b, ':');
}

static void write_days(struct buf *b, const struct instance *in, const int64_t *row) {
	bool begun = false;
	buf_addc(b, '{');
	for (int d = 0; row && d < in->days; d++) {
		if (!row[d])
			continue;
		next(b, &begun);
		write_day(b, in, d);
		buf_addf(b, ":%" PRId64, row[d]);
	}
	buf_addc(b, '}');
}

static bool any(const int64_t *row, int n) {
	for (int i = 0; row && i < n; i++)
		if (row[i])
			return true;
	return false;
}

static void write_rows(struct buf *b, const struct instance *in, enum names names,
                       int64_t *const *rows) {
	bool begun = false;
	buf_addc(b, '{');
	for (int i = 0; i < names_n(in, names); i++) {
		if (!any(rows[i], in->days))
			continue;
		write_member(b, &begun, name_of(in, names, i));
		write_days(b, in, rows[i]);
	}
	buf_addc(b, '}');
}

static void write_years(struct buf *b, const struct instance *in, enum names names,
                        const int64_t *table) {
	bool begun = false;
	buf_addc(b, '{');
	for (int i = 0; i < names_n(in, names); i++) {
		const int64_t *row = table + (size_t)i * (size_t)in->years;
		bool inner = false;
		if (!any(row, in->years))
			continue;
		write_member(b, &begun, name_of(in, names, i));
		buf_addc(b, '{');
		for (int y = 0; y < in->years; y++) {
			if (!row[y])
				continue;
			next(b, &inner);
			buf_addf(b, "\"%d\":%" PRId64, in->first_year + y, row[y]);
		}
		buf_addc(b, '}');
	}
	buf_addc(b, '}');
}

static void write_plain(struct buf *b, const struct instance *in, enum names names,
                        const int64_t *table) {
	bool begun = false;
	buf_addc(b, '{');
	for (int i = 0; i < names_n(in, names); i++) {
		if (!table[i])
			continue;
		write_member(b, &begun, name_of(in, names, i));
		buf_addf(b, "%" PRId64, table[i]);
	}
	buf_addc(b, '}');
}

static void write_regions(struct buf *b, const struct prices *p) {
	const struct instance *in = p->in;
	bool begun = false;
	buf_addc(b, '{');
	for (int i = 0; p->parallel_region && i < in->n_regions; i++) {
		const int64_t *row = p->parallel_region + (size_t)i * (size_t)in->days;
		if (!any(row, in->days))
			continue;
		write_member(b, &begun, in->regions[i].code);
		write_days(b, in, row);
	}
	buf_addc(b, '}');
}

static void write_pools(struct buf *b, const struct instance *in, const uint64_t *pools) {
	bool begun = false;
	for (int f = 0; f < in->n_funds; f++) {
		bool inner = false;
		for (int y = 0; y < in->years; y++) {
			if (!bits_has(pools, f * in->years + y))
				continue;
			if (!inner) {
				write_member(b, &begun, in->funds[f].id);
				buf_addc(b, '[');
			}
			next(b, &inner);
			buf_addf(b, "%d", in->first_year + y);
		}
		buf_adds(b, inner ? "]" : "");
	}
}

static void write_covers(struct buf *b, const struct prices *p) {
	const struct instance *in = p->in;
	bool begun = false;
	buf_addc(b, '[');
	for (int i = 0; i < p->n_covers; i++) {
		const struct cover *c = &p->covers[i];
		bool inner = false;
		if (!p->cover[i])
			continue;
		next(b, &begun);
		buf_adds(b, "{\"year\":");
		if (c->year < 0)
			buf_adds(b, "null");
		else
			buf_addf(b, "%d", in->first_year + c->year);
		buf_adds(b, ",\"requests\":[");
		for (int k = 0; k < c->n; k++) {
			next(b, &inner);
			buf_json(b, str_of(in->requests[c->requests[k]].id));
		}
		buf_adds(b, "],\"pools\":{");
		write_pools(b, in, c->pools);
		buf_addf(b, "},\"most\":%d,\"multiplier\":%" PRId64 "}", c->most, p->cover[i]);
	}
	buf_addc(b, ']');
}

void certificate_write(struct buf *b, const struct prices *p) {
	const struct instance *in = p->in;
	buf_addf(b, "{\"scale\":%" PRId64 ",\"multipliers\":{\"parallel\":", p->scale);
	write_days(b, in, p->parallel);
	buf_adds(b, ",\"parallel_region\":");
	write_regions(b, p);
	buf_adds(b, ",\"budget\":");
	write_years(b, in, NAME_FUND, p->budget);
	buf_adds(b, ",\"overlap\":");
	write_rows(b, in, NAME_EXPERT, p->busy);
	buf_adds(b, ",\"missions\":");
	write_years(b, in, NAME_EXPERT, p->missions);
	buf_adds(b, ",\"days\":");
	write_years(b, in, NAME_EXPERT, p->days);
	buf_adds(b, ",\"load\":");
	write_plain(b, in, NAME_EXPERT, p->load);
	buf_adds(b, ",\"balance\":");
	write_plain(b, in, NAME_REGION, p->balance);
	buf_adds(b, ",\"member_gap\":");
	write_rows(b, in, NAME_MEMBER, p->gap);
	buf_adds(b, ",\"member_year\":");
	write_years(b, in, NAME_MEMBER, p->national);
	buf_adds(b, ",\"cover\":");
	write_covers(b, p);
	buf_adds(b, "}}");
}

/* Reading. A price is an integer from 0 to a most that keeps all sums far below 2^63. */
static const int64_t price_most = INT64_C(1) << 46;

static enum err bad(struct proof *p, const char *family, const char *what) {
	return err_set(p->why, ERR_INVALID, family, "the certificate's %s: %s", family, what);
}

static enum err read_price(struct proof *p, const char *family, const json_t *value, int64_t *ret) {
	if (!json_is_integer(value) || json_integer_value(value) < 0
	    || json_integer_value(value) > price_most)
		return bad(p, family, "a multiplier must be an integer from 0 to 2^46");
	*ret = json_integer_value(value);
	return ERR_NONE;
}

static enum err read_days(struct proof *p, const char *family, const json_t *of, int64_t *row) {
	const char *key;
	json_t *value;
	if (!json_is_object(of))
		return bad(p, family, "must be an object by day");
	json_object_foreach((json_t *)of, key, value) {
		day_t day;
		if (!civil_parse(str_of(key), &day) || day < p->in->origin
		    || day - p->in->origin >= p->in->days)
			return bad(p, family, "names a day outside the horizon");
		enum err err = read_price(p, family, value, &row[day - p->in->origin]);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static bool year_index(const struct instance *in, struct str text, int *ret) {
	uint64_t year;
	if (!str_u64(text, 9999, &year) || (int)year < in->first_year
	    || (int)year >= in->first_year + in->years)
		return false;
	*ret = (int)year - in->first_year;
	return true;
}

static enum err read_years(struct proof *p, const char *family, const json_t *of, int64_t *row) {
	const char *key;
	json_t *value;
	if (!json_is_object(of))
		return bad(p, family, "must be an object by year");
	json_object_foreach((json_t *)of, key, value) {
		int year;
		if (!year_index(p->in, str_of(key), &year))
			return bad(p, family, "names a year outside the horizon");
		enum err err = read_price(p, family, value, &row[year]);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* One table: where the values of name i go, and how to read them. */
struct table {
	const char *family;
	enum names names;
	enum { BY_DAY, BY_YEAR, PLAIN } inner;
	int64_t *flat, **rows;
};

static enum err read_table(struct proof *p, const json_t *multipliers, const struct table *t) {
	const json_t *of = json_object_get(multipliers, t->family);
	size_t seen = 0;
	if (!of)
		return ERR_NONE;
	if (!json_is_object(of))
		return bad(p, t->family, "must be an object by name");
	for (int i = 0; i < names_n(p->in, t->names); i++) {
		const json_t *value = json_object_get(of, name_of(p->in, t->names, i));
		enum err err = ERR_NONE;
		if (!value)
			continue;
		seen++;
		if (t->inner == PLAIN)
			err = read_price(p, t->family, value, &t->flat[i]);
		else if (t->inner == BY_YEAR)
			err = read_years(p, t->family, value, t->flat + (size_t)i * (size_t)p->in->years);
		else
			err = read_days(p, t->family, value,
			                t->rows ? prices_row(p->prices, &t->rows[i])
			                        : t->flat + (size_t)i * (size_t)p->in->days);
		if (err != ERR_NONE)
			return err;
	}
	return seen == json_object_size(of) ? ERR_NONE
	                                    : bad(p, t->family, "names what the instance has not");
}

static int request_named(const struct instance *in, const char *id) {
	for (int q = 0; id && q < in->n_requests; q++)
		if (str_is(str_of(id), in->requests[q].id))
			return q;
	return -1;
}

static enum err read_pools(struct proof *p, const json_t *of, uint64_t *ret) {
	size_t seen = 0, k;
	json_t *value;
	for (int f = 0; f < p->in->n_funds; f++) {
		const json_t *list = json_object_get(of, p->in->funds[f].id);
		seen += list != NULL;
		json_array_foreach((json_t *)list, k, value) {
			int64_t year = json_integer_value(value) - p->in->first_year;
			if (!json_is_integer(value) || year < 0 || year >= p->in->years)
				return bad(p, "cover", "a pool's year lies outside the horizon");
			bits_add(ret, f * p->in->years + (int)year);
		}
	}
	return seen == json_object_size(of) ? ERR_NONE : bad(p, "cover", "names an unknown fund");
}

static enum err read_claim(struct proof *p, const json_t *of, struct claim *ret) {
	const json_t *year = json_object_get(of, "year"), *list = json_object_get(of, "requests");
	const json_t *most = json_object_get(of, "most");
	ret->year = -1;
	if (!json_is_null(year)) {
		int64_t index = json_integer_value(year) - p->in->first_year;
		if (!json_is_integer(year) || index < 0 || index >= p->in->years)
			return bad(p, "cover", "its year lies outside the horizon");
		ret->year = (int)index;
	}
	ret->n = (int)json_array_size(list);
	ret->requests = arena_array(p->arena, int, (size_t)ret->n);
	for (int i = 0; i < ret->n; i++) {
		ret->requests[i] = request_named(p->in, json_string_value(json_array_get(list, (size_t)i)));
		for (int k = 0; k < i || ret->requests[i] < 0; k++)
			if (ret->requests[i] < 0 || ret->requests[k] == ret->requests[i])
				return bad(p, "cover", "a request is unknown, or named twice");
	}
	if (!json_is_integer(most) || json_integer_value(most) < 0
	    || json_integer_value(most) >= ret->n)
		return bad(p, "cover", "most must be at least 0 and less than the requests named");
	ret->most = (int)json_integer_value(most);
	ret->pools = arena_array(p->arena, uint64_t, bits_words(p->in->n_funds * p->in->years) + 1);
	enum err err = read_pools(p, json_object_get(of, "pools"), ret->pools);
	return err != ERR_NONE ? err
	                       : read_price(p, "cover", json_object_get(of, "multiplier"), &ret->price);
}

static enum err read_claims(struct proof *p, const json_t *list) {
	p->n_claims = json_array_size(list);
	p->claims = arena_array(p->arena, struct claim, p->n_claims);
	for (size_t i = 0; i < p->n_claims; i++) {
		enum err err = read_claim(p, json_array_get(list, i), &p->claims[i]);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err proof_read(struct proof *p, const json_t *certificate) {
	const json_t *scale = json_object_get(certificate, "scale");
	const json_t *all = json_object_get(certificate, "multipliers");
	if (!json_is_integer(scale) || json_integer_value(scale) < 1
	    || json_integer_value(scale) > INT64_C(1) << 31 || !json_is_object(all))
		return bad(p, "scale", "there must be one from 1 to 2^31, and multipliers");
	struct prices *to = p->prices = prices_new(p->in, json_integer_value(scale));
	const struct table tables[] = {
		{"budget", NAME_FUND, BY_YEAR, to->budget, NULL},
		{"overlap", NAME_EXPERT, BY_DAY, NULL, to->busy},
		{"missions", NAME_EXPERT, BY_YEAR, to->missions, NULL},
		{"days", NAME_EXPERT, BY_YEAR, to->days, NULL},
		{"load", NAME_EXPERT, PLAIN, to->load, NULL},
		{"balance", NAME_REGION, PLAIN, to->balance, NULL},
		{"member_gap", NAME_MEMBER, BY_DAY, NULL, to->gap},
		{"member_year", NAME_MEMBER, BY_YEAR, to->national, NULL},
		{"parallel_region", NAME_REGION, BY_DAY, to->parallel_region, NULL},
	};
	const json_t *parallel = json_object_get(all, "parallel");
	enum err err = parallel ? read_days(p, "parallel", parallel, to->parallel) : ERR_NONE;
	for (size_t i = 0; err == ERR_NONE && i < sizeof tables / sizeof *tables; i++)
		if (tables[i].flat || tables[i].rows)
			err = read_table(p, all, &tables[i]);
		else if (json_object_size(json_object_get(all, tables[i].family)))
			err = bad(p, tables[i].family, "the instance has no such rule");
	return err != ERR_NONE ? err : read_claims(p, json_object_get(all, "cover"));
}

enum err certificate_value(const struct instance *in, const json_t *certificate, int64_t *ret,
                           struct why *reterr) {
	struct proof proof = {.in = in, .arena = arena_new(), .why = reterr};
	enum err err = proof_read(&proof, certificate);
	if (err == ERR_NONE)
		err = proof_weigh(&proof, ret);
	prices_free(proof.prices);
	arena_free(proof.arena);
	return err;
}
