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

/* The rule after which no host has a day left; NULL: one has. */
static const char *last_straw(const json_t *funnel) {
	const char *rule = NULL;
	size_t latest = 0;
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
	return rule ? rule : "host";
}

static const char *summary(const struct inquiry *q, const json_t *funnel, const json_t *sets) {
	const char *id = q->in->requests[q->request].id;
	const char *when = q->dated ? arena_printf(q->arena, " on %s", text_day(q, q->date)) : "";
	if (q->was && !q->dated)
		return arena_printf(q->arena, "%s is in the plan, in %s on %s.", id,
		                    q->in->members[q->in->sites[q->was->site].member].code,
		                    text_day(q, q->was->start));
	if (q->days[0] != NO_DAY && q->dated)
		return arena_printf(q->arena, "%s could be%s, all others staying as they are.", id, when);
	if (q->days[0] != NO_DAY)
		return arena_printf(q->arena,
		                    "%s could be added on %s; the plan is worth more without it, or "
		                    "nobody has added it yet.",
		                    id, text_day(q, q->days[0]));
	if (q->days[RELAXATIONS - 1] == NO_DAY)
		return arena_printf(q->arena,
		                    "%s can't be%s, whatever others do: no day is left after the "
		                    "rule \"%s\".",
		                    id, q->dated ? when : " in the plan", last_straw(funnel));
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
	int kinds = any_gentle(&all) ? REMEDY_INSTEAD : REMEDY_KINDS;
	for (int kind = 0; kind < kinds; kind++)
		for (int i = 0; i < all.n; i++)
			if (all.at[i].kind == (enum remedy_kind)kind && holds(q, &all.at[i]))
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
	                                             in->requests[q->request].id)
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
