/* SPDX-License-Identifier: Apache-2.0 */
/* One request, from the question to the document. */
#include "plan/inquiry.h"

#include <assert.h>

#include "plan/explain_own.h"

#include "base/banned.h"

struct inquiry *inquiry_new(struct arena *a, struct instance *in, json_t *document, int newcomer,
                            struct plan *p) {
	struct inquiry *q = arena_new_of(a, struct inquiry);
	q->in = in;
	q->document = document;
	q->newcomer = newcomer;
	q->plan = p;
	q->x = explainer_new(in, NULL);
	q->table = table_new(in);
	q->money = money_new(in);
	q->arena = arena_new();
	return q;
}

void inquiry_free(struct inquiry *q) {
	if (!q)
		return;
	explainer_free(q->x);
	table_free(q->table);
	money_free(q->money);
	arena_free(q->arena);
}

static const char *joined(const struct inquiry *q, const json_t *words) {
	const char *text = "";
	size_t n = json_array_size(words);
	for (size_t i = 0; i < n; i++) {
		const char *word = json_string_value(json_array_get(words, i));
		text = i == 0 ? word
		              : arena_printf(q->arena, "%s%s%s", text, i + 1 < n ? ", " : " and ", word);
	}
	return text;
}

static bool in_horizon(const struct inquiry *q) {
	const struct span *horizon = &q->in->horizon;
	return q->date >= horizon->first
	       && q->date <= horizon->last - q->in->requests[q->request].days + 1;
}

/* The rule after which no host has a day left. */
static const char *last_straw(const struct inquiry *q, const json_t *funnel) {
	const char *rule = "host";
	size_t latest = 0;
	if (q->dated && !in_horizon(q)) /* whatever else there is against a day nobody plans for */
		return "horizon";
	for (size_t h = 0; h < json_array_size(funnel); h++) {
		const json_t *rules = json_object_get(json_array_get(funnel, h), "rules");
		for (size_t i = 0; i < json_array_size(rules); i++) {
			const json_t *stage = json_array_get(rules, i);
			if (json_integer_value(json_object_get(stage, "left")) > 0)
				continue;
			if (i >= latest)
				rule = json_string_value(json_object_get(stage, "rule")), latest = i;
			break;
		}
	}
	return rule;
}

/* What the rule asks for. */
static const char *text_rule(const struct inquiry *q, const char *rule) {
	static const char *const words[][2] = {
		{"host", "it must have a host"},
		{"eligible", "its criteria must be dated or waived, and the days to prepare be over"},
		{"opens", "workshops of its kind must be open"},
		{"window", "all its days must lie in its window"},
		{"calendar", "host and secretariat must be at work on all its days"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(rule, words[i][0]) == 0)
			return words[i][1];
	if (strcmp(rule, "horizon") == 0)
		return arena_printf(q->arena, "all its days must lie in those planned for, %s to %s",
		                    text_day(q, q->in->horizon.first), text_day(q, q->in->horizon.last));
	return "there must be a team that could hold it, if all experts were free";
}

static const char *summary(const struct inquiry *q, const json_t *funnel, const json_t *sets) {
	const char *id = text_request(q, q->request);
	const char *when = q->dated ? arena_printf(q->arena, " on %s", text_day(q, q->date)) : "";
	if (q->was && !q->dated)
		return arena_printf(q->arena, "%s is in the plan, in %s on %s.", id,
		                    text_member(q, q->in->sites[q->was->site].member),
		                    text_day(q, q->was->start));
	if (q->days[0] != NO_DAY && q->dated)
		return arena_printf(q->arena, "%s could be%s, all others staying as they are.", id, when);
	if (q->days[0] != NO_DAY)
		return arena_printf(q->arena,
		                    "%s could be added on %s; the plan is worth more without it, or "
		                    "nobody has added it yet.",
		                    id, text_day(q, q->days[0]));
	if (q->days[RELAXATIONS - 1] == NO_DAY) {
		const char *rule = last_straw(q, funnel);
		return arena_printf(q->arena, "%s can't be%s, whatever others do: %s (rule \"%s\").", id,
		                    q->dated ? when : " in the plan", text_rule(q, rule), rule);
	}
	const char *text =
		arena_printf(q->arena, "%s can't be%s as the plan stands.", id, q->dated ? when : " added");
	for (size_t i = 0; i < json_array_size(sets); i++) {
		const json_t *set = json_array_get(sets, i);
		text = arena_printf(q->arena, "%s Relaxing %s would%s on %s.", text,
		                    joined(q, json_object_get(set, "relax")), i ? "" : " let it in",
		                    json_string_value(json_object_get(set, "start")));
	}
	return text;
}

/* Those of the sets of families that help and have no part that does. */
static json_t *sets_of(struct inquiry *q) {
	json_t *list = json_array();
	for (unsigned f = 1; q->days[0] == NO_DAY && f < RELAXATIONS; f++) {
		bool minimal = q->days[f] != NO_DAY;
		for (unsigned g = 1; g < f && minimal; g++)
			minimal = (g & f) != g || q->days[g] == NO_DAY;
		if (minimal)
			(void)json_array_append_new(list, obstacles_of(q, f));
	}
	return list;
}

static void find_all(struct inquiry *q, struct remedies *ret) {
	find_criteria(q, ret);
	find_experts(q, ret);
	if (q->days[RELAXATIONS - 1] != NO_DAY)
		find_others(q, ret);
	find_windows(q, ret);
}

/* What was found by adding the item to the plan is asked of the judge; should they ever differ,
 * it is not said. */
static bool holds(struct inquiry *q, const struct remedy *r) {
	bool good = remedy_holds(q, r);
#ifdef PLAN_DEBUG
	assert(good);
#endif
	return good;
}

/* To drop another workshop is the last resort: is there anything else? */
static bool any_gentle(const struct remedies *all) {
	for (int i = 0; i < all->n; i++)
		if (all->at[i].kind != REMEDY_INSTEAD)
			return true;
	return false;
}

/* What changes are compared by: money with money, days with days, people with people. */
struct extent {
	int measure;
	int64_t amount;
};

static struct extent extent_of(const struct remedy *r) {
	switch (r->kind) {
	case REMEDY_MONEY: return (struct extent){0, r->size};
	case REMEDY_MOVE:
	case REMEDY_WINDOW: return (struct extent){1, r->size};
	case REMEDY_SWAP: return (struct extent){2, 1};
	case REMEDY_EXPERT: return (struct extent){2, 2}; /* one more is more than another */
	case REMEDY_CRITERION: return (struct extent){3, r->size};
	default: return (struct extent){4, r->size};
	}
}

static bool is_less(const struct remedy *a, const struct remedy *b) {
	struct extent x = extent_of(a), y = extent_of(b);
	if (x.measure != y.measure)
		return x.measure < y.measure;
	if (x.amount != y.amount)
		return x.amount < y.amount;
	return a->lent != b->lent ? a->lent < b->lent : a->size < b->size;
}

static void sort_least_first(struct remedies *all) {
	for (int i = 1; i < all->n; i++) {
		struct remedy one = all->at[i];
		int k = i;
		for (; k > 0 && is_less(&one, &all->at[k - 1]); k--)
			all->at[k] = all->at[k - 1];
		all->at[k] = one;
	}
}

json_t *remedies_of(struct inquiry *q) {
	json_t *list = json_array();
	struct remedies all = {.n = 0};
	if (q->days[0] != NO_DAY)
		return list;
	q->lends = false;
	if (q->days[1u << FAMILY_FUND] != NO_DAY)
		find_money(q, &all);
	find_all(q, &all);
	q->lends = !any_gentle(&all); /* then perhaps one of them with some money */
	if (q->lends)
		find_all(q, &all);
	bool gentle = any_gentle(&all);
	sort_least_first(&all);
	for (int i = 0; i < all.n; i++)
		if (!(gentle && all.at[i].kind == REMEDY_INSTEAD) && holds(q, &all.at[i]))
			(void)json_array_append_new(list, remedy_json(q, &all.at[i]));
	return list;
}

/* The plan is without the request's item. */
static json_t *answer(struct inquiry *q) {
	const struct instance *in = q->in;
	bool pinned = in->requests[q->request].pinned >= 0;
	json_t *served = json_null(), *funnel = json_array(), *sets = json_array();
	json_t *changes = json_array();
	if (q->was)
		served = json_item(in, q->was, json_pack("{s:b}", "pinned", pinned));
	for (int f = 0; f < RELAXATIONS; f++)
		q->days[f] = NO_DAY;
	if (!pinned) {
		json_decref(funnel);
		json_decref(sets);
		json_decref(changes);
		explain_days(q->x, q->plan, q->request, q->starts, q->days);
		funnel = funnel_of(q);
		sets = sets_of(q);
		changes = remedies_of(q);
	}
	const char *sentence = pinned ? arena_printf(q->arena, "%s is pinned: it stays as it is.",
	                                             text_request(q, q->request))
	                              : summary(q, funnel, sets);
	return json_pack(
		"{s:s,s:s,s:s,s:o,s:o,s:s,s:o,s:{s:o,s:o},s:o,s:o,s:I}", "format", "atelier-explanation/1",
		"instance", in->id, "request", in->requests[q->request].id, "date",
		q->dated ? json_day(q, q->date) : json_null(), "served", served, "sentence", sentence,
		"funnel", funnel, "earliest", "now", json_day(q, q->days[0]), "relaxed",
		json_day(q, q->days[RELAXATIONS - 1]), "sets", sets, "changes", changes, "work_units",
		(json_int_t)(q->units + table_units(q->table) - q->units_before));
}

json_t *inquiry_ask(struct inquiry *q, int request, const day_t *date) {
	const struct instance *in = q->in;
	struct item was;
	arena_reset(q->arena);
	q->request = request;
	q->units = 0;
	q->units_before = table_units(q->table);
	q->dated = date != NULL;
	q->starts = in->horizon;
	if (date) {
		q->date = *date - in->origin;
		q->starts = (struct span){q->date, q->date};
	}
	q->was = plan_item(q->plan, request);
	size_t mark = plan_mark(q->plan);
	if (q->was) {
		was = *q->was;
		q->was = &was;
		if (in->requests[request].pinned < 0)
			plan_remove(q->plan, request);
	}
	json_t *ret = answer(q);
	plan_undo(q->plan, mark);
	return ret;
}
