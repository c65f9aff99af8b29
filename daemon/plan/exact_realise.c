/* SPDX-License-Identifier: Apache-2.0 */
/* A plan of the choices of a sweep: the most worthy first, each where and when the sweep put it if
 * that still fits, else at the best other time; the money of all is then spread anew whenever one
 * more needs it. */
#include "plan/exact_own.h"

#include <stdlib.h>

#include "base/banned.h"

enum { OTHER_TIMES = 6 };

static const struct candidate *candidate_of(const struct instance *in, int site, int expert) {
	const struct site *s = &in->sites[site];
	for (int i = 0; i < s->n_candidates; i++)
		if (s->candidates[i].expert == expert)
			return &s->candidates[i];
	return NULL;
}

static bool item_of(const struct instance *in, int request, const struct choice *c,
                    struct item *ret) {
	const struct request *r = &in->requests[request];
	bool led = false;
	*ret = (struct item){.request = request, .site = c->site, .start = c->start};
	ret->n_team = c->n_team;
	for (int i = 0; i < c->n_team; i++) {
		const struct candidate *who = candidate_of(in, c->site, c->team[i]);
		struct standing s =
			expert_standing(&in->experts[c->team[i]], r->topics, c->start, c->start + r->days - 1);
		if (!who)
			return false;
		enum role role = !s.full ? ROLE_TRAINEE : who->can_lead && !led ? ROLE_LEAD : ROLE_EXPERT;
		led = led || role == ROLE_LEAD;
		ret->team[i] = (struct seat){c->team[i], (uint8_t)role};
	}
	ret->cost = item_cost(in, ret);
	return true;
}

static bool admits(const struct exact *x, const struct item *item, int fund) {
	int32_t end = item_end(x->in, item);
	int pool = fund * x->in->years + x->in->year_of[item->start];
	return (pool >= 64 || !(x->node->limits[item->request].never >> pool & 1))
	       && fund_admits(x->in, fund, item->request, item->start, end);
}

/* Split the cost over two funds, as much as may be from the first. */
static bool split_cost(const struct exact *x, const struct item *item, int a, int b, int64_t left_a,
                       int64_t left_b, struct item *ret) {
	const struct fund *funds = x->in->funds;
	int64_t least_b = (item->cost * funds[b].min_share_percent + 99) / 100;
	least_b = least_b > 0 ? least_b : 1;
	int64_t from_a = item->cost - least_b < left_a ? item->cost - least_b : left_a;
	if (from_a <= 0 || from_a * 100 < funds[a].min_share_percent * item->cost
	    || item->cost - from_a > left_b)
		return false;
	*ret = *item;
	ret->n_funding = 2;
	ret->funding[0] = (struct grant){from_a, (uint16_t)a};
	ret->funding[1] = (struct grant){item->cost - from_a, (uint16_t)b};
	return true;
}

/* Fund the item from what is left: one fund if one can, the one it leaves least in; else two. */
static bool fund_item(const struct exact *x, struct item *item) {
	const struct request *r = &x->in->requests[item->request];
	int year = x->in->year_of[item->start], best = -1;
	int64_t least = 0;
	item->n_funding = 0;
	if (item->cost == 0)
		return true;
	for (int i = 0; i < r->n_funds; i++) {
		int64_t rest = plan_left(x->trial, r->funds[i], year) - item->cost;
		if (rest >= 0 && admits(x, item, r->funds[i]) && (best < 0 || rest < least))
			best = r->funds[i], least = rest;
	}
	if (best >= 0) {
		item->n_funding = 1;
		item->funding[0] = (struct grant){item->cost, (uint16_t)best};
		return true;
	}
	for (int i = 0; i < r->n_funds && x->in->rules.funds_max > 1; i++)
		for (int k = 0; k < r->n_funds; k++)
			if (k != i && admits(x, item, r->funds[i]) && admits(x, item, r->funds[k])
			    && split_cost(x, item, r->funds[i], r->funds[k],
			                  plan_left(x->trial, r->funds[i], year),
			                  plan_left(x->trial, r->funds[k], year), item))
				return true;
	return false;
}

/* Free `need` of the fund's money by moving one other item's payment elsewhere. */
static bool make_room(struct exact *x, const struct item *wanting) {
	const struct instance *in = x->in;
	int year = in->year_of[wanting->start];
	for (int q = 0; q < in->n_requests; q++) {
		const struct item *other = plan_item(x->trial, q);
		if (!other || in->requests[q].pinned >= 0 || in->year_of[other->start] != year)
			continue;
		size_t mark = plan_mark(x->trial);
		struct item moved = *other, item = *wanting;
		plan_remove(x->trial, q);
		if (fund_item(x, &item)) {
			plan_add(x->trial, &item);
			if (fund_item(x, &moved)) {
				plan_add(x->trial, &moved);
				return true;
			}
		}
		plan_undo(x->trial, mark);
	}
	return false;
}

static bool add(struct exact *x, int request, const struct choice *c) {
	struct item item;
	if (c->start == NO_DAY || !item_of(x->in, request, c, &item))
		return false;
	unsigned others = plan_clashes(x->trial, &item) & ~(BREACH(BUDGET) | BREACH(FUNDING));
	if (others)
		return false;
	if (!fund_item(x, &item))
		return make_room(x, &item);
	plan_add(x->trial, &item);
	return true;
}

/* As the choices can be paid together. */
static void add_paid(struct exact *x, int request, const struct choice *c) {
	struct item item;
	const struct grant *grants = x->grants[request];
	if (!item_of(x->in, request, c, &item) || item.cost != c->cost)
		return;
	for (int i = 0; i < 2 && grants[i].amount > 0; i++)
		item.funding[item.n_funding++] = grants[i];
	if (!plan_clashes(x->trial, &item))
		plan_add(x->trial, &item);
}

/* The sweep's time does not fit: the best before it, the best after it, and so on. */
static void add_somewhere(struct exact *x, int request, const struct choice *first) {
	struct limit limit = x->node->limits[request], saved = limit;
	struct choice c = *first;
	struct span spans[OTHER_TIMES + 2] = {limit.starts};
	int n = 1;
	for (int i = 0; i < n && i < OTHER_TIMES; i++) {
		limit.starts = spans[i];
		bound_limit(x->bound, request, &limit);
		if (i > 0)
			bound_choose(x->bound, request, &c);
		if (c.start == NO_DAY || add(x, request, &c))
			continue;
		if (n + 2 <= OTHER_TIMES + 2) {
			spans[n++] = (struct span){spans[i].first, c.start - 1};
			spans[n++] = (struct span){c.start + 1, spans[i].last};
		}
	}
	bound_limit(x->bound, request, &saved);
}

static int by_worth(const void *a, const void *b) {
	const struct ranked {
		int64_t worth;
		int request;
	} *x = a, *y = b;
	if (x->worth != y->worth)
		return x->worth > y->worth ? -1 : 1;
	return x->request - y->request;
}

void realise(struct exact *x) {
	const struct instance *in = x->in;
	const struct choice *choices = bound_choices(x->bound);
	struct {
		int64_t worth;
		int request;
	} ranked[EXACT_REQUESTS];
	int n = 0;
	for (int q = 0; q < in->n_requests; q++) {
		if (plan_item(x->trial, q) && in->requests[q].pinned < 0)
			plan_remove(x->trial, q);
		if (in->requests[q].pinned < 0 && choices[q].start != NO_DAY)
			ranked[n].worth = choices[q].worth, ranked[n++].request = q;
	}
	qsort(ranked, (size_t)n, sizeof *ranked, by_worth);
	if (bound_grants(x->bound, choices, x->grants))
		for (int i = 0; i < n; i++)
			add_paid(x, ranked[i].request, &choices[ranked[i].request]);
	for (int i = 0; i < n; i++)
		if (!plan_item(x->trial, ranked[i].request))
			add_somewhere(x, ranked[i].request, &choices[ranked[i].request]);
	plan_settle(x->trial);
	if (plan_breaches(x->trial) == 0)
		exact_offer(x, x->trial);
}
