/* SPDX-License-Identifier: Apache-2.0 */
/* From the released plan to one that keeps every rule. */
#include <stdlib.h>

#include "plan/repair.h"

#include "base/banned.h"

enum { ROUNDS = 40 };

/* Points × scale of any sum stay far below 2^63, as in the bound. */
static int64_t scale_of(const struct instance *in) {
	const struct weights *w = &in->weights;
	int64_t scale = INT64_C(1) << 24, most = 1;
	for (int i = 0; i < in->n_baseline; i++)
		if (in->baseline[i].weight > most)
			most = in->baseline[i].weight;
	most *= w->dropped + w->moved + TEAM_MAX * w->expert;
	most += w->served * PRIORITY_MAX + w->balance;
	while (scale > 1 && scale > (INT64_C(1) << 54) / most)
		scale /= 2;
	return scale > w->money_per_point ? scale - scale % w->money_per_point : scale;
}

static int site_at(const struct instance *in, int request, int member) {
	const struct request *r = &in->requests[request];
	for (int s = r->site; s < r->site + r->n_sites; s++)
		if (in->sites[s].member == member)
			return s;
	return -1;
}

/* The item as it was: its host, date and team. Who leads is not said; it is the first who can. */
static bool item_before(const struct instance *in, const struct baseline *b, struct item *ret) {
	const struct request *r = &in->requests[b->request];
	bool led = false;
	*ret = (struct item){.request = b->request, .start = b->start};
	ret->site = site_at(in, b->request, b->member);
	if (ret->site < 0 || b->start < 0 || b->start >= in->days
	    || bits_count(b->team, bits_words(in->n_experts)) != r->experts
	    || !bits_has(in->sites[ret->site].starts, b->start))
		return false;
	const struct site *site = &in->sites[ret->site];
	for (int i = 0; i < site->n_candidates; i++) {
		const struct candidate *c = &site->candidates[i];
		if (!bits_has(b->team, c->expert))
			continue;
		struct standing s =
			expert_standing(&in->experts[c->expert], r->topics, b->start, b->start + r->days - 1);
		enum role role = !s.full ? ROLE_TRAINEE : c->can_lead && !led ? ROLE_LEAD : ROLE_EXPERT;
		led = led || role == ROLE_LEAD;
		ret->team[ret->n_team++] = (struct seat){c->expert, (uint8_t)role};
	}
	ret->cost = item_cost(in, ret);
	return ret->n_team == r->experts;
}

/* What an item without funding breaks anyway. */
enum { UNPAID = BREACH(FUND) | BREACH(FUNDING) };

/* Paying may shift the money of others; if it is in vain they have it back. */
static bool keep(struct plan *p, struct money *money, const struct baseline *b) {
	const struct instance *in = p->in;
	struct item item;
	size_t mark = plan_mark(p);
	if (!item_before(in, b, &item) || plan_clashes(p, &item))
		return false;
	if ((money_pay(money, p, NULL, &item) || money_shift(money, p, &item))
	    && !item_breaches(in, &item) && !plan_clashes(p, &item)) {
		plan_add(p, &item);
		return true;
	}
	plan_undo(p, mark);
	return false;
}

static bool restaff(struct plan *p, struct fit *fit, const struct baseline *b) {
	struct taste taste = TASTE_PLAIN;
	int64_t gain;
	taste.starts = (struct span){b->start, b->start};
	taste.site = site_at(p->in, b->request, b->member);
	return taste.site >= 0 && fit_add(fit, p, b->request, &taste, NULL, &gain);
}

/* One of the released workshops in the order of their turns. */
struct turn_of {
	int64_t weight, cost;
	int year, funds, index;
	bool as_it_was; /* possible if it were alone */
};

/* Year by year; those that can be kept, heavier ones, those few funds pay for, dear ones. */
static int by_turn(const void *x, const void *y) {
	const struct turn_of *a = x, *b = y;
	if (a->year != b->year)
		return a->year < b->year ? -1 : 1;
	if (a->as_it_was != b->as_it_was)
		return a->as_it_was ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->funds != b->funds)
		return a->funds < b->funds ? -1 : 1;
	if (a->cost != b->cost)
		return a->cost > b->cost ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static void *cleared(size_t n, size_t size) {
	void *p = calloc(n + 1, size);
	if (!p)
		abort();
	return p;
}

/* Those that can keep their date if they are alone with the pinned ones, with whatever team. */
static int list_turns(struct plan *p, struct fit *fit, struct turn_of *turns) {
	const struct instance *in = p->in;
	int n = 0;
	for (int i = 0; i < in->n_baseline; i++) {
		const struct baseline *b = &in->baseline[i];
		struct turn_of t = {.weight = b->weight, .index = i};
		struct item item;
		if (plan_item(p, b->request) || b->start < 0 || b->start >= in->days)
			continue;
		t.as_it_was = item_before(in, b, &item) && (item_breaches(in, &item) | UNPAID) == UNPAID
		              && !plan_clashes(p, &item);
		if (!t.as_it_was && !restaff(p, fit, b))
			continue;
		plan_undo(p, 0);
		t.cost = item.cost;
		t.year = in->year_of[b->start];
		t.funds = in->requests[b->request].n_funds;
		turns[n++] = t;
	}
	qsort(turns, (size_t)n, sizeof *turns, by_turn);
	return n;
}

/* Everyone's turn once. Who can't keep the date is first in the next round; returns how many. */
static int play_round(struct plan *p, struct fit *fit, struct money *money, struct turn_of *turns,
                      int n) {
	int failed = 0;
	for (int i = 0; i < n; i++) {
		struct turn_of turn = turns[i];
		const struct baseline *b = &p->in->baseline[turn.index];
		if (keep(p, money, b) || restaff(p, fit, b))
			continue;
		for (int k = i; k > failed; k--)
			turns[k] = turns[k - 1];
		turns[failed++] = turn;
	}
	return failed;
}

/* Money is what they mostly fail for, and its sharing out a matter of order: several are tried for
 * each year, which has its own. */
static void start_baseline(struct plan *p, struct fit *fit, bool (*stop)(void *), void *of) {
	struct turn_of *turns = cleared((size_t)p->in->n_baseline, sizeof *turns);
	struct money *money = money_new(p->in);
	struct plan *best = plan_new(p->in);
	int n = list_turns(p, fit, turns);
	for (int i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && turns[end].year == turns[i].year;)
			end++;
		int failed = 1;
		for (int round = 0; round < ROUNDS && failed && !(stop && stop(of)); round++) {
			plan_undo(p, 0);
			failed = play_round(p, fit, money, turns + i, end - i);
			if (round == 0 || p->value > best->value)
				plan_copy(best, p);
		}
		plan_copy(p, best);
	}
	plan_free(best);
	money_free(money);
	free(turns);
}

struct plan *warm_start(const struct instance *in, struct fit *fit, const struct appeal *appeal,
                        bool (*stop)(void *), void *of) {
	if (in->n_baseline == 0)
		return NULL;
	struct plan *p = repair_start(in, stop, of), *built = plan_new(in);
	build(fit, built, appeal, stop, of);
	if (built->value > p->value)
		plan_copy(p, built);
	plan_free(built);
	return p;
}

static void build_rest(struct plan *p, struct fit *fit, bool (*stop)(void *), void *of) {
	struct appeal *appeal = cleared((size_t)p->in->n_requests, sizeof *appeal);
	appeal_compile(p->in, appeal);
	build(fit, p, appeal, stop, of);
	free(appeal);
}

static struct plan *start(const struct instance *in, bool builds, bool (*stop)(void *), void *of) {
	struct plan *p = plan_new(in);
	struct fit *fit = fit_new(in, scale_of(in));
	start_baseline(p, fit, stop, of);
	if (builds)
		build_rest(p, fit, stop, of);
	plan_settle(p);
	fit_free(fit);
	return p;
}

struct plan *repair_start(const struct instance *in, bool (*stop)(void *), void *of) {
	return start(in, true, stop, of);
}

struct plan *released_plan(const struct instance *in, bool (*stop)(void *), void *of) {
	return start(in, false, stop, of);
}

struct plan *repair_carry(const struct instance *in, const struct plan *from) {
	struct plan *p = plan_new(in);
	for (int q = 0; q < in->n_requests; q++)
		if (plan_item(from, q) && in->requests[q].pinned < 0)
			plan_add(p, plan_item(from, q));
	plan_settle(p);
	return p;
}
