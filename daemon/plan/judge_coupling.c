/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: the rules between items. What pinned items alone break is not reported. */
#include <stdlib.h>
#include <string.h>

#include "plan/judge_case.h"

#include "base/banned.h"

/* A line of some account (an expert's year, a fund's year, a Member's): grouped by name and year. */
struct entry {
	const char *name;
	const struct work *work;
	const struct part *part; /* of an expert's account; NULL: a candidate busy on the days */
	day_t first, last;
	int64_t amount;
};

static int by_name_and_year(const void *x, const void *y) {
	const struct entry *a = x, *b = y;
	int order = strcmp(a->name, b->name);
	if (!order)
		order = a->work->year < b->work->year ? -1 : a->work->year > b->work->year;
	return order ? order : a->work->index < b->work->index ? -1 : a->work->index > b->work->index;
}

static struct entry *entries_new(size_t n) {
	struct entry *entries = calloc(n + 1, sizeof *entries);
	if (!entries)
		abort();
	return entries;
}

/* Where the run of entries with the name (and year) of the first one ends. */
static const struct entry *run_end(const struct entry *at, const struct entry *end, bool year) {
	const struct entry *e = at;
	while (e < end && strcmp(e->name, at->name) == 0 && (!year || e->work->year == at->work->year))
		e++;
	return e;
}

static bool all_pinned(const struct entry *at, const struct entry *end) {
	while (at < end && at->work->pinned)
		at++;
	return at == end;
}

static void hear_once(struct court *c) {
	json_t *seen = json_object();
	for (size_t i = 0; i < c->n_works; i++)
		for (size_t k = 0; k < c->works[i].n_serves; k++) {
			const char *id = text_of(c->works[i].serves[k], "id");
			if (json_object_get(seen, id))
				blame_work(c, &c->works[i], "once", "%s is in the plan twice", id);
			(void)json_object_set_new(seen, id, json_true());
		}
	json_decref(seen);
}

/* Same entries, whatever their order: for every entry of one a twin in the other. */
static bool same_lists(const json_t *a, const json_t *b, const char *key, const char *value) {
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++) {
		const json_t *x = json_array_get(a, i);
		bool found = false;
		for (size_t k = 0; k < json_array_size(b) && !found; k++) {
			const json_t *y = json_array_get(b, k);
			found = json_equal(json_object_get(x, key), json_object_get(y, key))
			        && json_equal(json_object_get(x, value), json_object_get(y, value));
		}
		if (!found)
			return false;
	}
	return true;
}

/* Absent and empty are the same. */
static bool same_joined(const json_t *a, const json_t *b) {
	return json_equal(a, b) || json_array_size(a) + json_array_size(b) == 0;
}

static void hear_pinned(struct court *c) {
	const json_t *list = json_object_get(c->instance, "pinned");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *pin = json_array_get(list, i);
		const struct work *w = NULL;
		for (size_t k = 0; k < c->n_works && !w; k++)
			if (c->works[k].pinned == pin)
				w = &c->works[k];
		if (!w)
			blame(c, "pinned", "$.items", "the pinned workshop of %s is missing",
			      text_of(pin, "request"));
		else if (!json_equal(json_object_get(pin, "host"), json_object_get(w->json, "host"))
		         || !json_equal(json_object_get(pin, "start"), json_object_get(w->json, "start"))
		         || !same_lists(json_object_get(pin, "team"), json_object_get(w->json, "team"),
		                        "expert", "role")
		         || !same_lists(json_object_get(pin, "funding"),
		                        json_object_get(w->json, "funding"), "fund", "amount")
		         || (rule_is_on(c, "sessions")
		             && !same_joined(json_object_get(pin, "joined"),
		                             json_object_get(w->json, "joined"))))
			blame_work(c, w, "pinned", "is not as pinned");
	}
}

/* Candidates of an accreditation workshop are there too (accrual): busy, without a mission. */
static size_t busy_candidates(const struct court *c, struct entry *to) {
	size_t n = 0;
	for (size_t i = 0; rule_is_on(c, "accrual") && i < c->n_works; i++) {
		const struct work *w = &c->works[i];
		for (size_t k = 0; k < w->n_serves; k++) {
			const json_t *list = json_object_get(w->serves[k], "candidates");
			for (size_t j = 0; j < json_array_size(list); j++) {
				const json_t *e =
					json_object_get(c->experts, json_string_value(json_array_get(list, j)));
				bool in_team = !e;
				for (size_t p = 0; p < w->n_parts; p++)
					in_team = in_team || w->parts[p].expert == e;
				if (!in_team && to)
					to[n] = (struct entry){text_of(e, "id"), w, NULL, w->start, w->end, 0};
				n += !in_team;
			}
		}
	}
	return n;
}

static const struct part *chain_of(const struct part *p) {
	while (p && p->before)
		p = p->before;
	return p;
}

static void hear_overlap(struct court *c, const struct entry *at, const struct entry *end) {
	for (const struct entry *a = at; a < end; a++)
		for (const struct entry *b = at; b < a; b++) {
			bool chained = a->part && chain_of(a->part) == chain_of(b->part);
			/* A candidate of two requests of one workshop is there once. */
			if (a->first <= b->last && b->first <= a->last && !chained && a->work != b->work
			    && !(a->work->pinned && b->work->pinned))
				blame_work(c, a->work, "overlap", "%s is busy with $.items[%zu]", a->name,
				           b->work->index);
		}
}

static void hear_quota(struct court *c, const struct entry *at, const struct entry *end) {
	const json_t *expert = json_object_get(c->experts, at->name);
	int64_t missions = 0, days = 0;
	if (all_pinned(at, end))
		return;
	for (const struct entry *e = at; e < end; e++) {
		missions += e->part != NULL;
		days += e->amount;
	}
	/* Candidates bring no mission, and so break no quota of their own. */
	if (missions > number_of(expert, "max_missions_year"))
		blame_work(c, end[-1].work, "missions", "%s has %lld missions in %d", at->name,
		           (long long)missions, at->work->year);
	if (days > number_of(expert, "max_days_year"))
		blame_work(c, end[-1].work, "days", "%s has %lld mission days in %d", at->name,
		           (long long)days, at->work->year);
}

static void hear_experts(struct court *c) {
	size_t n = 0, missions = 0;
	for (size_t i = 0; i < c->n_works; i++)
		missions += c->works[i].n_parts;
	struct entry *entries = entries_new(missions + busy_candidates(c, NULL));
	for (size_t i = 0; i < c->n_works; i++)
		for (size_t k = 0; k < c->works[i].n_parts; k++) {
			const struct part *p = &c->works[i].parts[k];
			if (p->again)
				continue;
			entries[n++] =
				(struct entry){text_of(p->expert, "id"), p->work, p, p->first, p->last, p->quota};
		}
	qsort(entries, n, sizeof *entries, by_name_and_year);
	for (const struct entry *at = entries, *next; at < entries + n; at = next)
		hear_quota(c, at, next = run_end(at, entries + n, true));
	n += busy_candidates(c, entries + n);
	qsort(entries, n, sizeof *entries, by_name_and_year);
	for (const struct entry *at = entries, *next; at < entries + n; at = next)
		hear_overlap(c, at, next = run_end(at, entries + n, false));
	free(entries);
}

/* Days with more than `most` of the workshops, of one region if one is named. */
static void hear_days(struct court *c, const char *region, int64_t most) {
	day_t first = CIVIL_LAST, last = CIVIL_FIRST;
	for (size_t i = 0; i < c->n_works; i++) {
		first = c->works[i].start < first ? c->works[i].start : first;
		last = c->works[i].end > last ? c->works[i].end : last;
	}
	if (last < first)
		return;
	struct tally {
		unsigned all, planned;
	} *days = calloc((size_t)(last - first) + 1, sizeof *days);
	if (!days)
		abort();
	for (size_t i = 0; i < c->n_works; i++) {
		const struct work *w = &c->works[i];
		if (region && strcmp(text_of(w->request, "region"), region) != 0)
			continue;
		for (day_t d = w->start; d <= w->end; d++) {
			days[d - first].all++;
			days[d - first].planned += !w->pinned;
		}
	}
	for (day_t d = first; d <= last; d++)
		if (days[d - first].all > most && days[d - first].planned) {
			char date[11];
			civil_format(d, date);
			blame(c, "parallel", "$.items", "%u workshops run on %s%s%s", days[d - first].all, date,
			      region ? " in " : "", region ? region : "");
		}
	free(days);
}

static void hear_parallel(struct court *c) {
	const json_t *by_region = json_object_get(c->rules, "parallel_region");
	const char *region;
	json_t *most;
	hear_days(c, NULL, number_of(c->rules, "parallel_max"));
	json_object_foreach((json_t *)(uintptr_t)by_region, region, most)
		hear_days(c, region, json_integer_value(most));
}

static void hear_nationals(struct court *c, const struct entry *at, const struct entry *end) {
	int64_t gap = number_of(c->rules, "national_gap_days");
	for (const struct entry *a = at; a < end; a++)
		for (const struct entry *b = at; b < a; b++)
			if (labs((long)a->first - b->first) < gap && !(a->work->pinned && b->work->pinned))
				blame_work(c, a->work, "member", "$.items[%zu] of %s is closer than %lld days",
				           b->work->index, a->name, (long long)gap);
	for (const struct entry *a = at, *next; a < end; a = next) {
		next = run_end(a, end, true);
		if (next - a > number_of(c->rules, "national_per_year") && !all_pinned(a, next))
			blame_work(c, next[-1].work, "member", "%s has %td national workshops in %d", a->name,
			           next - a, a->work->year);
	}
}

static void hear_members(struct court *c) {
	struct entry *entries = entries_new(c->n_works);
	size_t n = 0;
	for (size_t i = 0; i < c->n_works; i++) {
		const struct work *w = &c->works[i];
		if (strcmp(text_of(w->request, "kind"), "national") == 0)
			entries[n++] =
				(struct entry){text_of(w->request, "member"), w, NULL, w->start, w->end, 0};
	}
	qsort(entries, n, sizeof *entries, by_name_and_year);
	for (const struct entry *at = entries, *next; at < entries + n; at = next)
		hear_nationals(c, at, next = run_end(at, entries + n, false));
	free(entries);
}

static void hear_budgets(struct court *c) {
	size_t n = 0, room = 0;
	for (size_t i = 0; i < c->n_works; i++)
		room += json_array_size(json_object_get(c->works[i].json, "funding"));
	struct entry *entries = entries_new(room);
	for (size_t i = 0; i < c->n_works; i++) {
		const json_t *funding = json_object_get(c->works[i].json, "funding");
		for (size_t k = 0; k < json_array_size(funding); k++) {
			const json_t *grant = json_array_get(funding, k);
			entries[n++] = (struct entry){text_of(grant, "fund"),    &c->works[i], NULL, 0, 0,
			                              number_of(grant, "amount")};
		}
	}
	qsort(entries, n, sizeof *entries, by_name_and_year);
	for (const struct entry *at = entries, *next; at < entries + n; at = next) {
		char year[12];
		__int128 sum = 0;
		next = run_end(at, entries + n, true);
		for (const struct entry *e = at; e < next; e++)
			sum += e->amount;
		(void)snprintf(year, sizeof year, "%04d", at->work->year);
		int64_t budget =
			number_of(json_object_get(json_object_get(c->funds, at->name), "budget"), year);
		if (sum > budget && !all_pinned(at, next))
			blame_work(c, next[-1].work, "budget", "%s pays more than its %lld of %s", at->name,
			           (long long)budget, year);
	}
	free(entries);
}

void hear_coupling(struct court *c) {
	hear_once(c);
	hear_pinned(c);
	hear_experts(c);
	hear_parallel(c);
	hear_members(c);
	hear_budgets(c);
}
