/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/scenario.h"

#include "plan/reading.h"

#include "base/banned.h"

enum { CHANGES_MAX = 1000, MEMBERS_OF_CHANGE = 3 };

static const char first_of_days[] = "0001-01-01", last_of_days[] = "9999-12-31";

struct scene {
	struct reading r; /* of the scenario; its instance has no days, only names */
	json_t *instance;
};

struct change_kind {
	const char *name;
	const char *members[MEMBERS_OF_CHANGE + 1];
	void (*make)(struct scene *s, const json_t *change);
};

static void keep(int failed) {
	if (failed)
		abort();
}

static json_t *list_of(json_t *of, const char *key) {
	if (!json_is_array(json_object_get(of, key)))
		keep(json_object_set_new(of, key, json_array()));
	return json_object_get(of, key);
}

/* Where in a list of the instance the one with this name is; the list's size: nowhere. */
static size_t place_of(const json_t *list, const char *key, const char *name) {
	size_t i = 0;
	while (i < json_array_size(list)
	       && strcmp(json_string_value(json_object_get(json_array_get(list, i), key)), name) != 0)
		i++;
	return i;
}

/* What the change names, in the instance; NULL after a fault. */
static json_t *named(struct scene *s, const json_t *change, const char *what,
                     const struct names *names, const char *list, const char *key) {
	struct look *l = &s->r.look;
	if (look_ref(l, change, what, names) < 0)
		return NULL;
	const char *name = json_string_value(json_object_get(change, what));
	const json_t *all = json_object_get(s->instance, list);
	json_t *found = json_array_get(all, place_of(all, key, name));
	if (!found)
		look_fault_at(l, what, "%s \"%s\" has left by a change before this one", what, name);
	return found;
}

static bool given(const json_t *change, const char *key) {
	const json_t *value = json_object_get(change, key);
	return value && !json_is_null(value);
}

/* A date in the document, or `otherwise` where there is none. */
static const char *date_or(struct look *l, const json_t *change, const char *key,
                           const char *otherwise) {
	day_t day;
	return look_day_or_null(l, change, key, &day) ? json_string_value(json_object_get(change, key))
	                                              : otherwise;
}

/* Dates of this form are in order as texts are. */
static bool in_order(struct look *l, const char *first, const char *last) {
	if (strcmp(first, last) <= 0)
		return true;
	look_fault(l, "is upside down: the range ends on %s, before it begins on %s", last, first);
	return false;
}

static void expert_leaves(struct scene *s, const json_t *change) {
	struct look *l = &s->r.look;
	json_t *expert = named(s, change, "expert", &s->r.experts, "experts", "id");
	const char *from = date_or(l, change, "from", first_of_days);
	const char *to = date_or(l, change, "to", last_of_days);
	if (in_order(l, from, to) && expert)
		keep(json_array_append_new(list_of(expert, "unavailable"), json_pack("[ss]", from, to)));
}

static int year_of(const struct scene *s, const char *end_of_horizon) {
	day_t day = 0;
	const json_t *horizon = json_object_get(s->instance, "horizon");
	(void)civil_parse(str_of(json_string_value(json_object_get(horizon, end_of_horizon))), &day);
	return civil_of(day).year;
}

static void fund_changes(struct scene *s, const json_t *change) {
	struct look *l = &s->r.look;
	json_t *fund = named(s, change, "fund", &s->r.funds, "funds", "id");
	int year = look_count(l, change, "year", year_of(s, "first"), year_of(s, "last"));
	const json_t *value = json_object_get(change, "amount");
	if (!value)
		look_fault_at(l, "amount", "is missing");
	size_t mark = look_key(l, "amount");
	int64_t amount = look_integer(l, value, -MONEY_MAX, MONEY_MAX);
	look_back(l, mark);
	if (!fund)
		return;
	char key[5] = {(char)('0' + year / 1000), (char)('0' + year / 100 % 10),
	               (char)('0' + year / 10 % 10), (char)('0' + year % 10)};
	json_t *budget = json_object_get(fund, "budget");
	int64_t before = json_integer_value(json_object_get(budget, key));
	if (before + amount < 0 || before + amount > MONEY_MAX)
		look_fault_at(l, "amount", "%lld would leave %lld; the budget of %s is %lld",
		              (long long)amount, (long long)(before + amount), key, (long long)before);
	else
		keep(json_object_set_new(budget, key, json_integer(before + amount)));
}

static void closed(struct scene *s, const json_t *change) {
	struct look *l = &s->r.look;
	bool everywhere = !given(change, "member");
	json_t *list, *member = NULL;
	day_t first, last;
	if (!everywhere)
		member = named(s, change, "member", &s->r.members, "members", "code");
	bool begins = look_day(l, change, "first", &first);
	bool ends = look_day(l, change, "last", &last);
	if (!begins || !ends || (!everywhere && !member))
		return;
	const char *from = json_string_value(json_object_get(change, "first"));
	const char *to = json_string_value(json_object_get(change, "last"));
	list = everywhere ? list_of(s->instance, "secretariat_closed") : list_of(member, "blackout");
	if (in_order(l, from, to))
		keep(json_array_append_new(list, json_pack("[ss]", from, to)));
}

static void request_leaves(struct scene *s, const json_t *change) {
	static const char *const lists[] = {"requests", "pinned", "baseline"};
	const json_t *request = named(s, change, "request", &s->r.requests, "requests", "id");
	const char *name = json_string_value(json_object_get(change, "request"));
	for (size_t i = 0; request && i < 3; i++) {
		json_t *list = list_of(s->instance, lists[i]);
		size_t at = place_of(list, i ? "request" : "id", name);
		if (at < json_array_size(list))
			keep(json_array_remove(list, at));
	}
}

static void request_moves(struct scene *s, const json_t *change) {
	struct look *l = &s->r.look;
	json_t *request = named(s, change, "request", &s->r.requests, "requests", "id");
	const char *earliest = date_or(l, change, "earliest", NULL);
	const char *latest = date_or(l, change, "latest", NULL);
	if (!given(change, "earliest") && !given(change, "latest")) {
		look_fault(l, "moves nothing; give earliest, latest or both");
		return;
	}
	if (!request)
		return;
	if (earliest)
		keep(json_object_set_new(request, "earliest", json_string(earliest)));
	if (latest)
		keep(json_object_set_new(request, "latest", json_string(latest)));
	const json_t *from = json_object_get(request, "earliest");
	if (json_is_string(from))
		(void)in_order(l, json_string_value(from),
		               json_string_value(json_object_get(request, "latest")));
}

static void expert_joins(struct scene *s, const json_t *change) {
	struct look *l = &s->r.look;
	const json_t *newcomer = look_object(l, change, "expert");
	json_t *experts = json_object_get(s->instance, "experts");
	size_t mark = look_key(l, "expert"), faults = l->faults->n;
	struct expert expert;
	if (!newcomer)
		return;
	read_expert(&s->r, newcomer, &expert);
	names_add(l, &s->r.experts, expert.id, (int)json_array_size(experts));
	if (json_array_size(experts) >= EXPERTS_MAX)
		look_fault(l, "is one too many: %d are possible", EXPERTS_MAX);
	if (l->faults->n == faults)
		keep(json_array_append_new(experts, json_deep_copy(newcomer)));
	look_back(l, mark);
}

static const struct change_kind kinds[] = {
	{"expert_leaves", {"expert", "from", "to"}, expert_leaves},
	{"fund_changes", {"fund", "year", "amount"}, fund_changes},
	{"closed", {"first", "last", "member"}, closed},
	{"request_leaves", {"request"}, request_leaves},
	{"request_moves", {"request", "earliest", "latest"}, request_moves},
	{"expert_joins", {"expert"}, expert_joins},
};
enum { CHANGE_KINDS = sizeof kinds / sizeof *kinds };

/* Most members may be left out, so one with its name misspelt would say something else. */
static void refuse_unknown(struct look *l, const struct change_kind *kind, const json_t *change) {
	const char *key;
	json_t *value;
	struct buf list = {0};
	for (size_t i = 0; kind->members[i]; i++)
		buf_addf(&list, "%s%s", i ? ", " : "", kind->members[i]);
	json_object_foreach((json_t *)(uintptr_t)change, key, value) {
		bool known = strcmp(key, "kind") == 0;
		for (size_t i = 0; kind->members[i]; i++)
			known = known || strcmp(key, kind->members[i]) == 0;
		if (!known)
			look_fault(l, "has an unknown member \"%.40s\"; %s may have %s", key, kind->name,
			           list.p);
	}
	buf_clear(&list);
}

static void make_change(struct scene *s, const json_t *change) {
	const char *names[CHANGE_KINDS];
	struct look *l = &s->r.look;
	size_t faults = l->faults->n;
	for (int i = 0; i < CHANGE_KINDS; i++)
		names[i] = kinds[i].name;
	if (!json_is_object(change)) {
		look_fault(l, "must be an object with its kind");
		return;
	}
	const struct change_kind *kind = &kinds[look_choice(l, change, "kind", names, CHANGE_KINDS)];
	if (l->faults->n != faults)
		return;
	refuse_unknown(l, kind, change);
	kind->make(s, change);
}

static void read_changes(struct scene *s, const json_t *root) {
	static const char *const format[] = {"atelier-scenario/1"};
	struct look *l = &s->r.look;
	(void)look_choice(l, root, "format", format, 1);
	(void)look_name(l, root, "name");
	const json_t *changes = look_list(l, root, "changes", CHANGES_MAX);
	read_each(&s->r, changes, "changes", i, change) make_change(s, change);
}

/* Names of a list of the instance: of codes, or of things that have one under `key`. */
static struct names names_in(struct scene *s, const char *list, const char *key, const char *what) {
	struct names names = {json_object(), what};
	const json_t *all = json_object_get(s->instance, list);
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *one = json_array_get(all, i);
		names_add(&s->r.look, &names, json_string_value(key ? json_object_get(one, key) : one),
		          (int)i);
	}
	return names;
}

static void read_scenario(struct scene *s, const json_t *root) {
	struct reading *r = &s->r;
	r->languages = names_in(s, "languages", NULL, "language");
	r->topics = names_in(s, "topics", NULL, "topic");
	r->members = names_in(s, "members", "code", "member");
	r->experts = names_in(s, "experts", "id", "expert");
	r->funds = names_in(s, "funds", "id", "fund");
	r->requests = names_in(s, "requests", "id", "request");
	read_changes(s, root);
	struct names *names[] = {&r->languages, &r->topics, &r->members,
	                         &r->experts,   &r->funds,  &r->requests};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		json_decref(names[i]->index);
}

enum err scenario_apply(struct arena *a, struct str scenario, json_t *instance,
                        struct faults *ret_faults) {
	struct instance no_days = {0};
	struct scene s = {
		.r = {.look = {.arena = a, .faults = ret_faults}, .in = &no_days},
		.instance = instance,
	};
	struct look *l = &s.r.look;
	json_error_t error;
	buf_adds(&l->path, "$");
	json_t *root =
		json_loadb(scenario.p ? scenario.p : "", scenario.n, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		look_fault(l, "is not JSON: line %d, column %d: %s", error.line, error.column, error.text);
	else if (!json_is_object(root))
		look_fault(l, "must be an object of the form atelier-scenario/1");
	else
		read_scenario(&s, root);
	json_decref(root);
	buf_clear(&l->path);
	return ret_faults->n ? ERR_INVALID : ERR_NONE;
}
