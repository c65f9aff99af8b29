/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/explain.h"

#include <stdlib.h>

#include "plan/team.h"

#include "base/banned.h"

struct explainer {
	const struct instance *in;
	struct fit *fit;
	struct money *money;
	uint64_t *starts;
};

static void *cleared(size_t n, size_t size) {
	void *p = calloc(n + 1, size);
	if (!p)
		abort();
	return p;
}

struct explainer *explainer_new(const struct instance *in) {
	struct explainer *x = cleared(1, sizeof *x);
	x->in = in;
	x->fit = fit_new(in, 1);
	x->money = money_new(in);
	x->starts = cleared(in->words, sizeof *x->starts);
	return x;
}

void explainer_free(struct explainer *x) {
	if (!x)
		return;
	fit_free(x->fit);
	money_free(x->money);
	free(x->starts);
	free(x);
}

static bool payable(struct explainer *x, const struct plan *p, int site, int32_t start,
                    int64_t cost) {
	struct item item = {
		.request = x->in->sites[site].request, .site = site, .start = start, .cost = cost};
	return money_pay(x->money, p, NULL, &item);
}

/* What works on a day with less relaxed works with more. */
static void found(int32_t days[RELAXATIONS], unsigned relaxed, int32_t day) {
	for (unsigned f = 0; f < RELAXATIONS; f++)
		if ((f & relaxed) == relaxed && (days[f] == NO_DAY || day < days[f]))
			days[f] = day;
}

/* One site, with experts' other workshops and yearly limits relaxed or not. */
static void ask_site(struct explainer *x, const struct plan *p, int site, struct span starts,
                     unsigned relaxed, int32_t days[RELAXATIONS]) {
	const struct instance *in = x->in;
	int request = in->sites[site].request;
	bool busy = relaxed >> FAMILY_BUSY & 1, quota = relaxed >> FAMILY_QUOTA & 1;
	bits_each(in->sites[site].starts, in->words, d) {
		if (d < starts.first || d > starts.last)
			continue;
		unsigned needed = relaxed;
		needed |= plan_free_days(p, request, d) ? 0 : 1u << FAMILY_PARALLEL;
		needed |= plan_free_member(p, request, d) ? 0 : 1u << FAMILY_MEMBER;
		if (days[needed] != NO_DAY && days[needed] <= d)
			continue;
		int64_t cost = fit_least_cost(x->fit, p, site, d, busy, quota);
		if (cost < 0)
			continue;
		needed |= payable(x, p, site, d, cost) ? 0 : 1u << FAMILY_FUND;
		found(days, needed, d);
	}
}

void explain_days(struct explainer *x, const struct plan *p, int request, struct span starts,
                  int32_t ret[RELAXATIONS]) {
	const struct request *r = &x->in->requests[request];
	for (unsigned f = 0; f < RELAXATIONS; f++)
		ret[f] = NO_DAY;
	for (unsigned f = 0; f < 4; f++)
		for (int s = r->site; s < r->site + r->n_sites; s++)
			ask_site(x, p, s, starts, f, ret);
}

/* No day at all: the first rule of the format's order that leaves none. */
static unsigned static_reason(const struct instance *in, int request, unsigned *ret_criteria) {
	const struct request *r = &in->requests[request];
	for (int c = 0; c < CRITERIA; c++)
		if (!(r->waived >> c & 1) && r->criterion[c] == NO_DAY)
			*ret_criteria |= 1u << c;
	if (!r->eligible)
		return 1u << REASON_ELIGIBLE;
	int32_t last = (r->latest < in->horizon.last ? r->latest : in->horizon.last) - r->days + 1;
	if (in->rules.opens[r->kind] > last)
		return 1u << REASON_OPENS;
	if (r->starts.first > last)
		return 1u << REASON_WINDOW;
	for (int s = r->site; s < r->site + r->n_sites; s++)
		if (in->sites[s].n_starts > 0)
			return 1u << REASON_TEAM;
	return 1u << REASON_CALENDAR;
}

static unsigned reasons_of(unsigned families) {
	return families << REASON_BUSY;
}

/* All sets that are minimal among those that help. */
static void list_unblock(struct arena *a, const int32_t days[RELAXATIONS], struct unserved *ret) {
	struct unblock *list = arena_array(a, struct unblock, RELAXATIONS);
	ret->unblock = list;
	for (unsigned f = 1; f < RELAXATIONS; f++) {
		bool minimal = days[f] != NO_DAY;
		for (unsigned g = 0; g < RELAXATIONS; g++)
			minimal = minimal && !(days[g] != NO_DAY && g != f && (g & f) == g);
		if (!minimal)
			continue;
		list[ret->n_unblock++] = (struct unblock){reasons_of(f), days[f]};
		ret->reasons |= reasons_of(f);
	}
}

static int32_t earliest_of(struct explainer *x, int request) {
	const struct request *r = &x->in->requests[request];
	int32_t earliest = NO_DAY;
	for (int s = r->site; s < r->site + r->n_sites; s++) {
		int d = team_starts(x->in, NULL, s, x->starts) ? bits_next(x->starts, x->in->words, 0) : -1;
		if (d >= 0 && (earliest == NO_DAY || d < earliest))
			earliest = d;
	}
	return earliest;
}

/* One family that keeps the request out; REASON_CHOICE: none does. */
static unsigned one_reason(struct explainer *x, const struct plan *p, int request) {
	const struct request *r = &x->in->requests[request];
	unsigned reason = 0;
	for (int s = r->site; s < r->site + r->n_sites; s++) {
		if (!team_starts(x->in, p, s, x->starts))
			continue;
		bits_each(x->starts, x->in->words, d) {
			if (!plan_free_days(p, request, d))
				reason = 1u << REASON_PARALLEL;
			else if (!plan_free_member(p, request, d))
				reason = 1u << REASON_MEMBER;
			else if (!payable(x, p, s, d, fit_least_cost(x->fit, p, s, d, false, false)))
				reason = 1u << REASON_FUND;
			else
				return 1u << REASON_CHOICE;
		}
	}
	return reason ? reason : 1u << REASON_BUSY;
}

void explain(struct explainer *x, struct arena *a, const struct plan *p, int request, bool brief,
             struct unserved *ret) {
	int32_t days[RELAXATIONS];
	*ret = (struct unserved){.request = request, .earliest = earliest_of(x, request)};
	if (ret->earliest == NO_DAY) {
		ret->reasons = static_reason(x->in, request, &ret->criteria);
		return;
	}
	if (brief) {
		ret->reasons = one_reason(x, p, request);
		return;
	}
	explain_days(x, p, request, (struct span){INT32_MIN, INT32_MAX}, days);
	if (days[0] != NO_DAY)
		ret->reasons = 1u << REASON_CHOICE;
	else
		list_unblock(a, days, ret);
}
