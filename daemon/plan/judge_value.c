/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: what the plan is worth, what it says it is worth, and whom it leaves out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/judge_case.h"

#include "base/banned.h"

enum { SERVED, WAITING, WINDOW, COST, BALANCE, LOAD, STABILITY, TERMS };

static const char *const names[TERMS] = {"served",  "waiting", "window",   "cost",
                                         "balance", "load",    "stability"};

/* Terms of what is in the plan. */
static void value_items(const struct court *c, int64_t *term) {
	for (size_t i = 0; i < c->n_works; i++) {
		const struct work *w = &c->works[i];
		for (size_t k = 0; k < w->n_serves; k++) {
			const json_t *q = w->serves[k], *preferred = json_object_get(q, "preferred");
			int64_t priority = number_of(q, "priority");
			day_t since = c->first, ready, a, b;
			if (ready_day(q, &ready) && ready > since)
				since = ready;
			term[SERVED] += number_of(c->weights, "served") * priority;
			if (w->start > since)
				term[WAITING] -=
					number_of(c->weights, "waiting") * priority * ((w->start - since) / 7);
			if (!day_of(json_array_get(preferred, 0), &a)
			    || !day_of(json_array_get(preferred, 1), &b) || w->start < a || w->start > b)
				term[WINDOW] -= number_of(c->weights, "window") * priority;
		}
		int64_t point = number_of(c->weights, "money_per_point");
		term[COST] -= point > 0 ? w->cost / point : 0;
	}
}

static int64_t value_balance(const struct court *c) {
	const json_t *regions = json_object_get(c->instance, "regions");
	int64_t missing = 0;
	for (size_t i = 0; i < json_array_size(regions); i++) {
		const json_t *region = json_array_get(regions, i);
		int64_t wanted = number_of(region, "target");
		for (size_t k = 0; k < c->n_works; k++)
			for (size_t n = 0; n < c->works[k].n_serves; n++)
				wanted -=
					strcmp(text_of(c->works[k].serves[n], "region"), text_of(region, "code")) == 0;
		missing += wanted > 0 ? wanted : 0;
	}
	return -number_of(c->weights, "balance") * missing;
}

static int by_address(const void *x, const void *y) {
	uintptr_t a = (uintptr_t) * (const json_t *const *)x;
	uintptr_t b = (uintptr_t) * (const json_t *const *)y;
	return a < b ? -1 : a > b;
}

static int64_t value_load(const struct court *c) {
	int64_t fair = number_of(c->rules, "fair_missions"), over = 0, run = 0;
	size_t n = 0;
	for (size_t i = 0; i < c->n_works; i++)
		n += c->works[i].n_parts;
	const json_t **sent = arena_array(c->arena, const json_t *, n);
	n = 0;
	for (size_t i = 0; i < c->n_works; i++)
		for (size_t k = 0; k < c->works[i].n_parts; k++)
			if (!c->works[i].parts[k].again)
				sent[n++] = c->works[i].parts[k].expert;
	qsort(sent, n, sizeof *sent, by_address);
	for (size_t i = 0; i < n; i++) {
		run = i && sent[i] == sent[i - 1] ? run + 1 : 1;
		over += run > fair;
	}
	return -number_of(c->weights, "load") * over;
}

static const struct work *work_for(const struct court *c, const char *request) {
	for (size_t i = 0; i < c->n_works; i++)
		for (size_t k = 0; k < c->works[i].n_serves; k++)
			if (strcmp(text_of(c->works[i].serves[k], "id"), request) == 0)
				return &c->works[i];
	return NULL;
}

static int64_t value_stability(const struct court *c) {
	const json_t *baseline = json_object_get(c->instance, "baseline");
	const json_t *stability = json_object_get(c->weights, "stability");
	int64_t points = 0;
	for (size_t i = 0; i < json_array_size(baseline); i++) {
		const json_t *b = json_array_get(baseline, i);
		const struct work *w = work_for(c, text_of(b, "request"));
		int64_t lost = 0;
		day_t start = 0;
		(void)day_of(json_object_get(b, "start"), &start);
		if (!w)
			lost = number_of(stability, "dropped");
		else if (w->start != start || strcmp(text_of(b, "host"), text_of(w->host, "code")) != 0)
			lost = number_of(stability, "moved");
		for (size_t k = 0; w && k < w->n_parts; k++)
			if (!is_in(json_object_get(b, "team"), text_of(w->parts[k].expert, "id")))
				lost += number_of(stability, "expert");
		points -= number_of(b, "weight") * lost;
	}
	return points;
}

static void hear_bound(struct court *c, int64_t value) {
	const json_t *bound = json_object_get(c->plan, "bound"), *gap = json_object_get(c->plan, "gap");
	const char *status = text_of(c->plan, "status");
	bool bounded = json_is_integer(bound);
	int64_t b = json_integer_value(bound);
	if (!bounded && !json_is_null(bound))
		blame(c, "bound", "$.bound", "must be an integer or null");
	if (bounded && b < value)
		blame(c, "bound", "$.bound", "%lld is less than the value %lld", (long long)b,
		      (long long)value);
	double exact = ((double)b - (double)value) / fmax(1, fabs((double)b));
	if (!bounded ? !json_is_null(gap)
	             : !json_is_number(gap) || !(fabs(json_number_value(gap) - exact) <= 1.0e-6))
		blame(c, "gap", "$.gap", bounded ? "must be %.6f" : "must be null without a bound", exact);
	if (strcmp(status, "optimal") == 0 && !(bounded && b == value))
		blame(c, "status", "$.status", "is optimal, but the bound is not the value");
	else if (strcmp(status, "optimal") != 0 && strcmp(status, "feasible") != 0
	         && strcmp(status, "cancelled") != 0)
		blame(c, "status", "$.status", "must be optimal, feasible or cancelled");
}

void hear_value(struct court *c) {
	const json_t *score = json_object_get(c->plan, "score");
	const json_t *value = json_object_get(c->plan, "value");
	int64_t term[TERMS] = {0}, sum = 0;
	value_items(c, term);
	term[BALANCE] = value_balance(c);
	term[LOAD] = value_load(c);
	term[STABILITY] = value_stability(c);
	for (int i = 0; i < TERMS; i++) {
		const json_t *said = json_object_get(score, names[i]);
		sum += term[i];
		if (!json_is_integer(said) || json_integer_value(said) != term[i])
			blame(c, "score", arena_printf(c->arena, "$.score.%s", names[i]), "must be %lld",
			      (long long)term[i]);
	}
	if (!json_is_integer(value) || json_integer_value(value) != sum)
		blame(c, "value", "$.value", "must be %lld", (long long)sum);
	c->verdict->value = sum;
	hear_bound(c, sum);
}

static bool known_code(const char *code, bool families_only) {
	static const char *const codes[] = {"busy",   "quota",    "parallel", "member",
	                                    "fund",   "choice",   "eligible", "opens",
	                                    "window", "calendar", "team"};
	for (size_t i = 0; i < (families_only ? 5 : 11); i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

static void hear_reasons(struct court *c, const json_t *entry, const char *where) {
	const json_t *reasons = json_object_get(entry, "reasons");
	const json_t *unblock = json_object_get(entry, "unblock");
	const json_t *earliest = json_object_get(entry, "earliest");
	day_t day;
	if (json_array_size(reasons) == 0)
		blame(c, "unserved", where, "has no reason");
	for (size_t i = 0; i < json_array_size(reasons); i++)
		if (!known_code(text_of(json_array_get(reasons, i), "code"), false))
			blame(c, "unserved", where, "has the unknown reason \"%s\"",
			      text_of(json_array_get(reasons, i), "code"));
	if (earliest && !json_is_null(earliest) && !day_of(earliest, &day))
		blame(c, "unserved", where, "\"earliest\" is neither a date nor null");
	for (size_t i = 0; i < json_array_size(unblock); i++) {
		const json_t *relax = json_object_get(json_array_get(unblock, i), "relax");
		bool good = json_array_size(relax) > 0
		            && day_of(json_object_get(json_array_get(unblock, i), "start"), &day);
		for (size_t k = 0; k < json_array_size(relax); k++) {
			const char *family = json_string_value(json_array_get(relax, k));
			good = good && family && known_code(family, true);
		}
		if (!good)
			blame(c, "unserved", where, "\"unblock\" must name families and a start");
	}
}

void hear_unserved(struct court *c) {
	const json_t *list = json_object_get(c->plan, "unserved");
	const json_t *requests = json_object_get(c->instance, "requests");
	json_t *told = json_object();
	const char *before = "";
	if (!json_is_array(list))
		blame(c, "unserved", "$.unserved", "must be a list");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *entry = json_array_get(list, i);
		const char *id = text_of(entry, "request");
		const char *where = arena_printf(c->arena, "$.unserved[%zu]", i);
		if (!json_object_get(c->requests, id))
			blame(c, "unserved", where, "there is no request \"%s\"", id);
		else if (json_object_get(told, id))
			blame(c, "unserved", where, "%s is there twice", id);
		else if (strcmp(id, before) < 0)
			blame(c, "unserved", where, "is out of order: requests go by id");
		before = id;
		hear_reasons(c, entry, where);
		(void)json_object_set_new(told, id, json_true());
	}
	json_t *served = json_object();
	for (size_t i = 0; i < c->n_works; i++)
		for (size_t k = 0; k < c->works[i].n_serves; k++)
			(void)json_object_set_new(served, text_of(c->works[i].serves[k], "id"), json_true());
	for (size_t i = 0; i < json_array_size(requests); i++) {
		const char *id = text_of(json_array_get(requests, i), "id");
		bool in = json_object_get(served, id), out = json_object_get(told, id);
		if (in && out)
			blame(c, "unserved", "$.unserved", "%s is in the plan and among the unserved", id);
		else if (!in && !out)
			blame(c, "unserved", "$.unserved", "%s is neither in the plan nor unserved", id);
	}
	json_decref(told);
	json_decref(served);
}
