/* SPDX-License-Identifier: Apache-2.0 */
/* The reader: the frame of the document, rules and Members. */
#include "plan/read.h"

#include "plan/reading.h"

#include "base/banned.h"

enum { COUNT_MAX = 100000, LISTED_MAX = 20000, SIZE_MAX_MB = 768 };
enum { YEAR_FIRST = 1900, YEAR_LAST = 2999 };

static const char *const weekday_names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

void read_closed(struct reading *r, const json_t *of, const char *key, uint64_t *days) {
	const json_t *list = look_optional_list(&r->look, of, key, LISTED_MAX);
	read_each(r, list, key, i, range) {
		day_t first, last;
		if (look_span(&r->look, range, &first, &last))
			bits_drop_range(days, r->in->days, reading_index(r, first), reading_index(r, last));
	}
}

static void read_head(struct reading *r, const json_t *root) {
	static const char *const format[] = {"atelier-instance/1"}, *const currency[] = {"EUR"};
	(void)look_choice(&r->look, root, "format", format, 1);
	r->in->currency = currency[look_choice(&r->look, root, "currency", currency, 1)];
	r->in->id = look_name(&r->look, root, "id");
}

static const char **read_codes(struct reading *r, const json_t *root, const char *key,
                               struct names *names, int *ret_n) {
	const json_t *list = look_list(&r->look, root, key, CODES_MAX);
	const char **codes = arena_array(r->look.arena, const char *, json_array_size(list));
	read_each(r, list, key, i, value) {
		const char *text = look_text(&r->look, value);
		codes[i] = arena_strdup(r->look.arena, text ? text : "");
		names_add(&r->look, names, codes[i], (int)i);
	}
	*ret_n = (int)json_array_size(list);
	return codes;
}

static void read_regions(struct reading *r, const json_t *root) {
	struct look *l = &r->look;
	const json_t *list = look_list(l, root, "regions", CODES_MAX);
	r->in->n_regions = (int)json_array_size(list);
	r->in->regions = arena_array(l->arena, struct region, (size_t)r->in->n_regions);
	read_each(r, list, "regions", i, value) {
		r->in->regions[i].code = look_name(l, value, "code");
		r->in->regions[i].target = look_count(l, value, "target", 0, COUNT_MAX);
		names_add(l, &r->regions, r->in->regions[i].code, (int)i);
	}
}

/* Off: absent, null, false or 0. */
static bool is_off(const json_t *value) {
	return !value || json_is_null(value) || json_is_false(value)
	       || (json_is_integer(value) && json_integer_value(value) == 0);
}

static void read_sessions(struct reading *r, const json_t *rules) {
	struct look *l = &r->look;
	const json_t *sessions = look_object(l, rules, "sessions");
	size_t mark = look_key(l, "sessions");
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)sessions, key, value) {
		if (is_off(value))
			continue;
		if (strcmp(key, kind_names[KIND_REGIONAL]) != 0
		    && strcmp(key, kind_names[KIND_ACCREDITATION]) != 0) {
			look_fault_at(l, key, "is no kind with sessions; it may be regional, accreditation");
			continue;
		}
		enum kind kind = *key == 'r' ? KIND_REGIONAL : KIND_ACCREDITATION;
		size_t inner = look_key(l, key), before = l->faults->n;
		struct session *to = &r->in->rules.sessions[kind];
		to->quorum = look_count(l, value, "quorum", 1, SESSION_MAX);
		to->capacity = look_count(l, value, "capacity", 1, SESSION_MAX);
		if (l->faults->n == before && to->quorum > to->capacity)
			look_fault(l, "has a quorum of %d above its capacity of %d; nothing would be held",
			           to->quorum, to->capacity);
		look_back(l, inner);
	}
	look_back(l, mark);
}

/* The rules that make items depend on one another. */
static void read_wide_rules(struct reading *r, const json_t *rules) {
	struct look *l = &r->look;
	struct rules *to = &r->in->rules;
	if (!is_off(json_object_get(rules, "chaining"))) {
		const json_t *chaining = look_object(l, rules, "chaining");
		size_t mark = look_key(l, "chaining");
		to->chaining = true;
		to->chain_gap_days = look_count(l, chaining, "max_gap_days", 0, DAYS_MAX);
		look_back(l, mark);
	}
	if (!is_off(json_object_get(rules, "accrual"))) {
		const json_t *accrual = look_object(l, rules, "accrual");
		size_t mark = look_key(l, "accrual");
		to->missions_to_full = look_count(l, accrual, "missions_to_full", 1, COUNT_MAX);
		look_back(l, mark);
	}
	if (!is_off(json_object_get(rules, "sessions")))
		read_sessions(r, rules);
}

/* Rules of the format's optional section. */
static void read_optional_rules(struct reading *r, const json_t *rules) {
	struct look *l = &r->look;
	struct rules *to = &r->in->rules;
	read_wide_rules(r, rules);
	if (!is_off(json_object_get(rules, "different_administrations")))
		to->different_administrations = look_switch(l, rules, "different_administrations");
	if (!is_off(json_object_get(rules, "interpretation_per_day")))
		to->interpretation_per_day = look_money(l, rules, "interpretation_per_day");
	const json_t *parallel = json_object_get(rules, "parallel_region");
	if (is_off(parallel) || !json_object_size(parallel = look_object(l, rules, "parallel_region")))
		return;
	to->parallel_region = arena_array(l->arena, int, (size_t)r->in->n_regions);
	for (int i = 0; i < r->in->n_regions; i++)
		to->parallel_region[i] = INT32_MAX;
	size_t mark = look_key(l, "parallel_region");
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)parallel, key, value) {
		const json_t *index = json_object_get(r->regions.index, key);
		int n = look_count(l, parallel, key, 0, COUNT_MAX);
		if (index)
			to->parallel_region[json_integer_value(index)] = n;
		else
			look_fault_at(l, key, "there is no region \"%s\"", key);
	}
	look_back(l, mark);
}

static void read_kinds(struct reading *r, const json_t *rules) {
	struct look *l = &r->look;
	const json_t *opens = look_object(l, rules, "opens");
	const json_t *trainees = look_object(l, rules, "trainees_max");
	for (int k = 0; k < KINDS; k++) {
		day_t day = 0;
		size_t mark = look_key(l, "opens");
		bool given = opens && look_day(l, opens, kind_names[k], &day);
		r->in->rules.opens[k] = given ? reading_index(r, day) : NO_DAY;
		look_back(l, mark);
		mark = look_key(l, "trainees_max");
		r->in->rules.trainees_max[k] = look_count(l, trainees, kind_names[k], 0, COUNT_MAX);
		look_back(l, mark);
	}
}

static void read_rules(struct reading *r, const json_t *root) {
	static const char *const languages[] = {"lead", "all"};
	struct look *l = &r->look;
	struct rules *to = &r->in->rules;
	const json_t *rules = look_object(l, root, "rules");
	size_t mark = look_key(l, "rules");
	read_kinds(r, rules);
	to->lead_days = look_count(l, rules, "lead_days", 0, HORIZON_MAX);
	to->parallel_max = look_count(l, rules, "parallel_max", 0, COUNT_MAX);
	to->national_per_year = look_count(l, rules, "national_per_year", 0, COUNT_MAX);
	to->national_gap_days = look_count(l, rules, "national_gap_days", 0, COUNT_MAX);
	to->rest_days = look_count(l, rules, "rest_days", 0, TRAVEL_MAX);
	to->not_own_administration = look_switch(l, rules, "not_own_administration");
	to->language_all = look_choice(l, rules, "language", languages, 2) == 1;
	to->funds_max = look_count(l, rules, "funds_max", 0, FUNDING_MAX);
	to->fair_missions = look_count(l, rules, "fair_missions", 0, COUNT_MAX);
	read_optional_rules(r, rules);
	look_back(l, mark);
}

/* Money that others are divided by. */
static int64_t read_divisor(struct look *l, const json_t *of, const char *key) {
	size_t before = l->faults->n;
	int64_t n = look_money(l, of, key);
	if (of && n == 0 && l->faults->n == before)
		look_fault_at(l, key, "must be at least 1");
	return n ? n : 1;
}

static void read_weights(struct reading *r, const json_t *root) {
	struct look *l = &r->look;
	struct weights *to = &r->in->weights;
	const json_t *weights = look_object(l, root, "weights");
	size_t mark = look_key(l, "weights");
	to->served = look_count(l, weights, "served", 0, WEIGHT_MAX);
	to->waiting = look_count(l, weights, "waiting", 0, WEIGHT_MAX);
	to->window = look_count(l, weights, "window", 0, WEIGHT_MAX);
	to->balance = look_count(l, weights, "balance", 0, WEIGHT_MAX);
	to->load = look_count(l, weights, "load", 0, WEIGHT_MAX);
	to->money_per_point = read_divisor(l, weights, "money_per_point");
	const json_t *stability = look_object(l, weights, "stability");
	(void)look_key(l, "stability");
	to->dropped = look_count(l, stability, "dropped", 0, WEIGHT_MAX);
	to->moved = look_count(l, stability, "moved", 0, WEIGHT_MAX);
	to->expert = look_count(l, stability, "expert", 0, WEIGHT_MAX);
	look_back(l, mark);
}

static void read_travel(struct reading *r, const json_t *root) {
	struct look *l = &r->look;
	struct travel *to = &r->in->travel;
	const json_t *travel = look_object(l, root, "travel");
	size_t mark = look_key(l, "travel");
	to->same_city_below_km = look_count(l, travel, "same_city_below_km", 0, COUNT_MAX);
	to->one_day_below_km = look_count(l, travel, "one_day_below_km", 0, COUNT_MAX);
	to->far_days = look_count(l, travel, "far_days", 0, TRAVEL_MAX);
	to->hybrid_on_site_below_km = look_count(l, travel, "hybrid_on_site_below_km", 0, COUNT_MAX);
	to->fare_base = look_money(l, travel, "fare_base");
	to->fare_per_1000_km = look_money(l, travel, "fare_per_1000_km");
	to->fare_step = read_divisor(l, travel, "fare_step");
	look_back(l, mark);
}

static bool read_horizon(struct look *l, const json_t *root, day_t *ret_first, day_t *ret_last) {
	const json_t *horizon = look_object(l, root, "horizon");
	size_t mark = look_key(l, "horizon");
	bool begins = look_day(l, horizon, "first", ret_first);
	bool ends = look_day(l, horizon, "last", ret_last);
	bool good = begins && ends && *ret_first <= *ret_last;
	if (begins && ends && !good)
		look_fault(l, "is upside down: the range ends before it begins");
	look_back(l, mark);
	if (!good)
		*ret_first = *ret_last = 0;
	return good;
}

/* First and last day any block can touch: the horizon, pinned workshops that stick out of it, the
 * travel and rest around them. Needs the rules' days, which are not read yet; so the most. */
static void read_days(struct reading *r, const json_t *root) {
	struct instance *in = r->in;
	day_t first = 0, last = 0, from, upto;
	bool good = read_horizon(&r->look, root, &first, &last);
	r->undated = !good;
	if (good && last - first >= HORIZON_MAX) {
		look_fault_at(&r->look, "horizon", "has more than %d days", HORIZON_MAX);
		last = first;
		r->undated = true;
	}
	if (good && (civil_of(first).year < YEAR_FIRST || civil_of(last).year > YEAR_LAST)) {
		look_fault_at(&r->look, "horizon", "must lie in the years %d to %d", YEAR_FIRST, YEAR_LAST);
		first = last = 0;
		r->undated = true;
	}
	from = first, upto = last;
	const json_t *pinned = json_object_get(root, "pinned");
	for (size_t i = 0; i < json_array_size(pinned); i++) {
		const json_t *start = json_object_get(json_array_get(pinned, i), "start");
		day_t day;
		if (!json_is_string(start) || !civil_parse(str_of(json_string_value(start)), &day)
		    || day < first - PINNED_REACH || day > last + PINNED_REACH)
			continue;
		from = day < from ? day : from;
		upto = day + DAYS_MAX > upto ? day + DAYS_MAX : upto;
	}
	in->origin = from - TRAVEL_MAX;
	in->days = upto + 2 * TRAVEL_MAX - in->origin + 1;
	in->words = bits_words(in->days);
	in->horizon = (struct span){first - in->origin, last - in->origin};
	in->first_year = civil_of(in->origin).year;
	in->years = civil_of(in->origin + in->days - 1).year - in->first_year + 1;
}

static void read_member(struct reading *r, const json_t *value, struct member *to) {
	struct look *l = &r->look;
	to->code = look_name(l, value, "code");
	to->region = look_ref(l, value, "region", &r->regions);
	to->lat = look_degrees(l, value, "lat", 90);
	to->lon = look_degrees(l, value, "lon", 180);
	to->languages = look_mask(l, value, "languages", &r->languages, false);
	to->per_diem = look_money(l, value, "per_diem");
	unsigned weekend = look_words(l, value, "weekend", weekday_names, 7, false);
	to->open = arena_array(l->arena, uint64_t, r->in->words);
	for (int d = 0; d < r->in->days; d++)
		if (!(weekend >> civil_weekday(r->in->origin + d) & 1))
			bits_add(to->open, d);
	const json_t *closed = look_optional_list(l, value, "closed", LISTED_MAX);
	read_each(r, closed, "closed", i, date) {
		day_t day;
		if (look_date(l, date, &day))
			bits_drop_range(to->open, r->in->days, reading_index(r, day), reading_index(r, day));
	}
	read_closed(r, value, "blackout", to->open);
}

static void read_members(struct reading *r, const json_t *root) {
	struct instance *in = r->in;
	const json_t *list = look_list(&r->look, root, "members", MEMBERS_MAX);
	in->n_members = (int)json_array_size(list);
	in->members = arena_array(r->look.arena, struct member, (size_t)in->n_members);
	read_each(r, list, "members", i, value) {
		read_member(r, value, &in->members[i]);
		names_add(&r->look, &r->members, in->members[i].code, (int)i);
	}
	uint64_t *office = arena_array(r->look.arena, uint64_t, in->words);
	bits_add_range(office, in->days, 0, in->days - 1);
	read_closed(r, root, "secretariat_closed", office);
	for (int i = 0; i < in->n_members; i++)
		for (size_t w = 0; w < in->words; w++)
			in->members[i].open[w] &= office[w];
}

static void read_root(struct reading *r, const json_t *root) {
	read_head(r, root);
	read_days(r, root);
	r->in->languages = read_codes(r, root, "languages", &r->languages, &r->in->n_languages);
	r->in->topics = read_codes(r, root, "topics", &r->topics, &r->in->n_topics);
	read_regions(r, root);
	read_rules(r, root);
	read_weights(r, root);
	read_travel(r, root);
	read_members(r, root);
	read_experts(r, root);
	read_funds(r, root);
	read_requests(r, root);
	read_pinned(r, root);
	read_baseline(r, root);
	if (r->look.faults->n == 0 && instance_size(r->in) >> 20 > SIZE_MAX_MB)
		look_fault(&r->look, "needs about %zu MB to plan; at most %d are used",
		           instance_size(r->in) >> 20, SIZE_MAX_MB);
}

/* Fills r->in unless the document is no object. */
static void read_document(struct reading *r, struct str json) {
	static const char *const what[] = {"language", "topic", "region", "member",
	                                   "expert",   "fund",  "request"};
	struct names *names[] = {&r->languages, &r->topics, &r->regions, &r->members,
	                         &r->experts,   &r->funds,  &r->requests};
	json_error_t error;
	buf_adds(&r->look.path, "$");
	json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		look_fault(&r->look, "is not JSON: line %d, column %d: %s", error.line, error.column,
		           error.text);
	else if (!json_is_object(root))
		look_fault(&r->look, "must be an object of the form atelier-instance/1");
	else {
		r->in = arena_new_of(r->look.arena, struct instance);
		for (size_t i = 0; i < 7; i++)
			*names[i] = (struct names){json_object(), what[i]};
		read_root(r, root);
		for (size_t i = 0; i < 7; i++)
			json_decref(names[i]->index);
	}
	json_decref(root);
	buf_clear(&r->look.path);
}

enum err read_instance(struct arena *a, struct str json, struct instance **ret,
                       struct faults *ret_faults) {
	struct reading r = {.look = {.arena = a, .faults = ret_faults}};
	read_document(&r, json);
	if (ret_faults->n)
		return ERR_INVALID;
	instance_compile(a, r.in);
	*ret = r.in;
	return ERR_NONE;
}

enum err read_for_judging(struct arena *a, struct str json, struct faults *ret_faults) {
	struct reading r = {.look = {.arena = a, .faults = ret_faults}};
	read_document(&r, json);
	return ret_faults->n ? ERR_INVALID : ERR_NONE;
}
