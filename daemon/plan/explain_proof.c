/* SPDX-License-Identifier: Apache-2.0 */
/* The last word on a change has the judge: the documents are changed as it says, the item is put
 * in, and every rule is asked of it and of all it has to do with. What it has nothing to do with
 * (no expert, day, Member, fund and year in common) stays away: it can't be broken by it. */
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "plan/explain_own.h"
#include "plan/judge.h"

#include "base/banned.h"

/* Members of the instance document that have another value for a while. */
struct edits {
	struct edit {
		json_t *of, *was;
		const char *key;
	} at[4];
	int n;
};

static void edit(struct edits *e, json_t *of, const char *key, json_t *value) {
	e->at[e->n++] = (struct edit){of, json_incref(json_object_get(of, key)), key};
	(void)json_object_set_new(of, key, value);
}

static void edits_undo(struct edits *e) {
	while (e->n > 0) {
		struct edit *x = &e->at[--e->n];
		if (x->was)
			(void)json_object_set_new(x->of, x->key, x->was);
		else
			(void)json_object_del(x->of, x->key);
	}
}

static json_t *entry_of(const struct inquiry *q, const char *list, int index) {
	return json_array_get(json_object_get(q->document, list), (size_t)index);
}

static void change_money(struct inquiry *q, const struct remedy *r, struct edits *e) {
	json_t *budget = json_object_get(entry_of(q, "funds", r->fund), "budget");
	const char *year = arena_printf(q->arena, "%04d", q->in->first_year + r->year);
	int64_t more = r->kind == REMEDY_MONEY ? r->size : r->lent;
	edit(e, budget, year, json_integer(json_integer_value(json_object_get(budget, year)) + more));
}

static void change_expert(struct inquiry *q, const struct remedy *r, struct edits *e) {
	static const char *const keys[] = {"home", "languages", "accreditations"};
	json_t *expert = json_newcomer(q, r);
	for (size_t i = 0; i < 3; i++)
		edit(e, entry_of(q, "experts", q->newcomer), keys[i],
		     json_incref(json_object_get(expert, keys[i])));
	json_decref(expert);
}

static void change_window(struct inquiry *q, const struct remedy *r, struct edits *e) {
	json_t *request = entry_of(q, "requests", q->request);
	if (r->window.first != NO_DAY)
		edit(e, request, "earliest", json_day(q, r->window.first));
	edit(e, request, "latest", json_day(q, r->window.last));
}

static void change_criteria(struct inquiry *q, const struct remedy *r, struct edits *e) {
	json_t *request = entry_of(q, "requests", q->request);
	json_t *list = json_object_get(request, "waived");
	list = list ? json_copy(list) : json_array();
	for (int c = 0; c < CRITERIA; c++)
		if (r->criteria >> c & 1)
			(void)json_array_append_new(list, json_string(criterion_names[c]));
	edit(e, request, "waived", list);
}

static bool shares_expert(const struct item *a, const struct item *b) {
	for (int i = 0; i < a->n_team; i++)
		for (int k = 0; k < b->n_team; k++)
			if (a->team[i].expert == b->team[k].expert)
				return true;
	return false;
}

static bool shares_fund(const struct instance *in, const struct item *a, const struct item *b) {
	for (int i = 0; in->year_of[a->start] == in->year_of[b->start] && i < a->n_funding; i++)
		for (int k = 0; k < b->n_funding; k++)
			if (a->funding[i].fund == b->funding[k].fund)
				return true;
	return false;
}

/* Is there a rule that looks at both? */
static bool related(const struct instance *in, const struct item *a, const struct item *b) {
	const struct request *r = &in->requests[a->request], *s = &in->requests[b->request];
	return (a->start <= item_end(in, b) && b->start <= item_end(in, a)) || shares_expert(a, b)
	       || shares_fund(in, a, b)
	       || (r->kind == KIND_NATIONAL && s->kind == KIND_NATIONAL && r->member == s->member);
}

struct placed {
	int32_t start;
	const char *id;
	const struct item *item;
};

static int by_place(const void *x, const void *y) {
	const struct placed *a = x, *b = y;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return strcmp(a->id, b->id);
}

static json_t *items_of(const struct inquiry *q, const struct remedy *r) {
	const struct instance *in = q->in;
	bool other = r->kind == REMEDY_SWAP || r->kind == REMEDY_MOVE;
	struct placed *placed = arena_array(q->arena, struct placed, (size_t)in->n_requests);
	int n = 0;
	for (int i = 0; i < in->n_requests; i++) {
		const struct item *item = plan_item(q->plan, i);
		if (i == q->request)
			item = &r->item;
		else if (r->kind == REMEDY_INSTEAD && i == r->other.request)
			continue;
		else if (other && i == r->other.request)
			item = &r->other;
		else if (!item
		         || (in->requests[i].pinned < 0 && !related(in, item, &r->item)
		             && !(other && related(in, item, &r->other))))
			continue;
		placed[n++] = (struct placed){item->start, in->requests[i].id, item};
	}
	qsort(placed, (size_t)n, sizeof *placed, by_place);
	json_t *list = json_array();
	for (int i = 0; i < n; i++)
		(void)json_array_append_new(list, json_item(in, placed[i].item, NULL));
	return list;
}

/* Value and those left out are those of a whole plan, and of no interest. */
static bool is_rule(const char *code) {
	static const char *const others[] = {"value", "score", "gap", "bound", "status", "unserved"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(code, others[i]) == 0)
			return false;
	return true;
}

bool remedy_holds(struct inquiry *q, const struct remedy *r) {
	static void (*const change[REMEDY_KINDS])(struct inquiry *, const struct remedy *,
	                                          struct edits *) = {
		[REMEDY_CRITERION] = change_criteria,
		[REMEDY_MONEY] = change_money,
		[REMEDY_EXPERT] = change_expert,
		[REMEDY_WINDOW] = change_window,
	};
	struct edits edits = {.n = 0};
	struct verdict verdict;
	bool good = true;
	json_t *plan = json_pack("{s:s,s:s,s:o,s:[]}", "format", "atelier-plan/1", "instance",
	                         q->in->id, "items", items_of(q, r), "unserved");
	if (change[r->kind])
		change[r->kind](q, r, &edits);
	if (r->lent)
		change_money(q, r, &edits);
	judge_plan(q->arena, q->document, plan, &verdict);
	for (size_t i = 0; i < verdict.n; i++)
		good = good && !is_rule(verdict.at[i].code);
	vec_clear(&verdict);
	edits_undo(&edits);
	json_decref(plan);
	return good;
}
