/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/explain.h"

#include <stdlib.h>

#include "plan/search_team.h"
#include "plan/team.h"

#include "base/banned.h"

struct explainer {
	const struct instance *in;
	struct fit *fit;
	struct crew *crew;
	struct money *money;
	struct outlook outlook;
	uint64_t *rows;
	/* what the crew is set on */
	const struct plan *plan;
	int request;
	unsigned relaxed;
};

static void *cleared(size_t n, size_t size) {
	void *p = calloc(n + 1, size);
	if (!p)
		abort();
	return p;
}

struct explainer *explainer_new(const struct instance *in, struct fit *fit) {
	struct explainer *x = cleared(1, sizeof *x);
	x->in = in;
	x->fit = fit;
	x->crew = crew_new(in, 1);
	x->money = money_new(in);
	x->rows = cleared(6 * in->words, sizeof *x->rows);
	for (size_t i = 0; i < 4; i++)
		x->outlook.team[i] = x->rows + i * in->words;
	x->outlook.parallel = x->rows + 4 * in->words;
	x->outlook.member = x->rows + 5 * in->words;
	return x;
}

void explainer_free(struct explainer *x) {
	if (!x)
		return;
	crew_free(x->crew);
	money_free(x->money);
	free(x->rows);
	free(x);
}

const struct outlook *explain_site(struct explainer *x, const struct plan *p, int site) {
	const struct instance *in = x->in;
	const struct outlook *o = &x->outlook;
	int request = in->sites[site].request;
	x->plan = NULL; /* the plan may have changed */
	for (unsigned f = 0; f < 4; f++)
		(void)team_starts_relaxing(in, p, site, f >> FAMILY_BUSY & 1, f >> FAMILY_QUOTA & 1,
		                           o->team[f]);
	memset(o->parallel, 0, 2 * in->words * sizeof *o->parallel);
	bits_each(o->team[3], in->words, d) {
		if (plan_free_days(p, request, d))
			bits_add(o->parallel, d);
		if (plan_free_member(p, request, d))
			bits_add(o->member, d);
	}
	return o;
}

static bool payable(struct explainer *x, const struct plan *p, int site, int32_t start,
                    int64_t cost) {
	struct item item = {
		.request = x->in->sites[site].request, .site = site, .start = start, .cost = cost};
	return money_pay(x->money, p, NULL, &item);
}

int64_t explain_cost(struct explainer *x, const struct plan *p, int site, int32_t start,
                     unsigned relaxed, int64_t limit) {
	const struct site *s = &x->in->sites[site];
	struct team team = {.price = limit};
	relaxed &= 1u << FAMILY_BUSY | 1u << FAMILY_QUOTA;
	if (x->plan != p || x->request != s->request || x->relaxed != relaxed)
		crew_exact(x->crew, p, s->request, relaxed >> FAMILY_BUSY & 1, relaxed >> FAMILY_QUOTA & 1);
	x->plan = p, x->request = s->request, x->relaxed = relaxed;
	return crew_team(x->crew, site, start, 1, &team) ? team.cost : -1;
}

bool explain_payable(struct explainer *x, const struct plan *p, int site, int32_t start,
                     unsigned relaxed) {
	const struct site *s = &x->in->sites[site];
	int64_t most = money_most(p, s->request, start), cost = s->fixed_cost;
	for (int i = 0; i < s->n_candidates && i < x->in->requests[s->request].experts; i++)
		cost += s->candidates[i].cost;
	if (cost > most)
		return false;
	cost = explain_cost(x, p, site, start, relaxed, most + 1);
	return cost >= 0 && payable(x, p, site, start, cost);
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
	const struct outlook *o = &x->outlook;
	bits_each(o->team[relaxed], x->in->words, d) {
		if (d < starts.first || d > starts.last)
			continue;
		unsigned needed = relaxed;
		needed |= bits_has(o->parallel, d) ? 0 : 1u << FAMILY_PARALLEL;
		needed |= bits_has(o->member, d) ? 0 : 1u << FAMILY_MEMBER;
		if (days[needed] != NO_DAY && days[needed] <= d)
			continue;
		found(days, needed | 1u << FAMILY_FUND, d);
		if (explain_payable(x, p, site, d, relaxed))
			found(days, needed, d);
	}
}

void explain_days(struct explainer *x, const struct plan *p, int request, struct span starts,
                  int32_t ret[RELAXATIONS]) {
	const struct request *r = &x->in->requests[request];
	for (unsigned f = 0; f < RELAXATIONS; f++)
		ret[f] = NO_DAY;
	for (int s = r->site; s < r->site + r->n_sites; s++) {
		(void)explain_site(x, p, s);
		for (unsigned f = 0; f < 4; f++)
			ask_site(x, p, s, starts, f, ret);
	}
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

/* What keeps the item out on this day: a family, nothing (REASON_CHOICE), or that nobody could come
 * at all (REASON_TEAM). Asks who comes last of all. */
static enum reason reason_on(struct explainer *x, const struct plan *p, int site, int32_t day) {
	int request = x->in->sites[site].request;
	if (!plan_free_days(p, request, day))
		return REASON_PARALLEL;
	if (!plan_free_member(p, request, day))
		return REASON_MEMBER;
	if (!payable(x, p, site, day, x->in->sites[site].fixed_cost))
		return REASON_FUND;
	int64_t cost = fit_least_cost(x->fit, p, site, day, false, false);
	if (cost >= 0)
		return payable(x, p, site, day, cost) ? REASON_CHOICE : REASON_FUND;
	if (fit_least_cost(x->fit, p, site, day, true, true) < 0)
		return REASON_TEAM;
	return fit_least_cost(x->fit, p, site, day, true, false) < 0 ? REASON_QUOTA : REASON_BUSY;
}

/* A family that keeps the request out on some day; REASON_CHOICE: on some day none does. */
static enum reason one_reason(struct explainer *x, const struct plan *p, int request) {
	const struct request *r = &x->in->requests[request];
	enum reason reason = REASON_BUSY;
	for (int s = r->site; s < r->site + r->n_sites; s++)
		bits_each(x->in->sites[s].starts, x->in->words, d) {
			enum reason here = reason_on(x, p, s, d);
			if (here == REASON_CHOICE)
				return here;
			reason = here == REASON_TEAM ? reason : here;
		}
	return reason;
}

void explain(struct explainer *x, struct arena *a, const struct plan *p, int request,
             int32_t earliest, bool brief, struct unserved *ret) {
	int32_t days[RELAXATIONS];
	*ret = (struct unserved){.request = request, .earliest = earliest};
	if (ret->earliest == NO_DAY) {
		ret->reasons = static_reason(x->in, request, &ret->criteria);
		return;
	}
	if (brief) {
		ret->reasons = 1u << one_reason(x, p, request);
		return;
	}
	explain_days(x, p, request, (struct span){INT32_MIN, INT32_MAX}, days);
	if (days[0] != NO_DAY)
		ret->reasons = 1u << REASON_CHOICE;
	else
		list_unblock(a, days, ret);
}
