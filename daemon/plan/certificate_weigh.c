/* SPDX-License-Identifier: Apache-2.0 */
/* What prices prove. Every request, every open start. */
#include <stdlib.h>

#include "plan/certificate_own.h"

#include "base/banned.h"

static int64_t *sums(struct weighing *w, const int64_t *row) {
	int64_t *sum = weigh_zeros(w, (size_t)w->in->days + 1);
	for (int d = 0; d < w->in->days; d++)
		sum[d + 1] = sum[d] + row[d];
	return sum;
}

static void compile_sums(struct weighing *w) {
	const struct instance *in = w->in;
	w->busy_sum = weigh_zeros(w, (size_t)in->n_experts);
	w->gap_sum = weigh_zeros(w, (size_t)in->n_members);
	w->running_sum = sums(w, w->p->parallel);
	for (int e = 0; e < in->n_experts; e++)
		w->busy_sum[e] = w->p->busy[e] ? sums(w, w->p->busy[e]) : NULL;
	for (int m = 0; m < in->n_members; m++)
		w->gap_sum[m] = w->p->gap[m] ? sums(w, w->p->gap[m]) : NULL;
	w->region_sum = weigh_zeros(w, (size_t)in->n_regions * ((size_t)in->days + 1));
	for (int i = 0; w->p->parallel_region && i < in->n_regions; i++)
		memcpy(w->region_sum + (size_t)i * ((size_t)in->days + 1),
		       sums(w, w->p->parallel_region + (size_t)i * (size_t)in->days),
		       ((size_t)in->days + 1) * sizeof *w->region_sum);
}

static void take_site(struct weighing *w, int index) {
	int64_t mpp = w->in->weights.money_per_point;
	w->site = &w->in->sites[index];
	w->r = &w->in->requests[w->site->request];
	/* scale × ⌊c ÷ mpp⌋ ≥ per_money × c − slack, whatever c */
	w->slack = w->per_money * (mpp - 1);
}

static void find_least(struct weighing *w, int index) {
	take_site(w, index);
	w->rate = 1;
	w->bare = true;
	w->best = NO_PRICE;
	w->best_cost = IMPOSSIBLE;
	bits_each(w->site->starts, w->in->words, d) {
		if (weigh_open(w, w->r, d))
			weigh_seats(w, d);
	}
	w->bare = false;
	w->least[index] = w->best_cost;
}

/* Covers: what an item of the request in the year pays for them. */
static int64_t claimed(const struct weighing *w, int request, int year) {
	int64_t sum = 0;
	for (size_t i = 0; i < w->proof->n_claims; i++) {
		const struct claim *c = &w->proof->claims[i];
		for (int k = 0; k < c->n; k++)
			if (c->requests[k] == request && (c->year < 0 || c->year == year))
				sum += c->price;
	}
	return sum;
}

static int64_t start_worth(const struct weighing *w, int32_t start) {
	const struct instance *in = w->in;
	const struct request *r = w->r;
	const struct weights *weights = &in->weights;
	int year = in->year_of[start], end = start + r->days;
	int64_t waited = start > r->waits_from ? (start - r->waits_from) / 7 : 0;
	int64_t points = weights->served - weights->waiting * waited;
	points -= start < r->preferred.first || start > r->preferred.last ? weights->window : 0;
	points *= r->priority;
	if (r->baseline >= 0) {
		const struct baseline *was = &in->baseline[r->baseline];
		bool moved = was->start != start || was->member != w->site->member;
		points += was->weight * (weights->dropped - (moved ? weights->moved : 0));
	}
	const int64_t *region = w->region_sum + (size_t)r->region * ((size_t)in->days + 1);
	int64_t worth = points * w->p->scale + w->p->balance[r->region];
	worth -= w->running_sum[end] - w->running_sum[start] + region[end] - region[start];
	if (r->kind != KIND_NATIONAL)
		return worth;
	int from = start - in->rules.national_gap_days + 1;
	if (w->gap_sum[r->member])
		worth -= w->gap_sum[r->member][start + 1] - w->gap_sum[r->member][from > 0 ? from : 0];
	return worth - w->p->national[r->member * in->years + year];
}

static int64_t best_of(struct weighing *w, int request) {
	const struct request *r = &w->in->requests[request];
	int64_t best = 0;
	for (int k = r->site; k < r->site + r->n_sites && r->pinned < 0; k++) {
		int64_t charge[2] = {-1, 0};
		take_site(w, k);
		bits_each(w->site->starts, w->in->words, d) {
			if (w->least[k] == IMPOSSIBLE || !weigh_open(w, r, d))
				continue;
			if (charge[0] != w->in->year_of[d]) {
				charge[0] = w->in->year_of[d];
				charge[1] = claimed(w, request, (int)charge[0]);
			}
			int64_t worth = start_worth(w, d) - charge[1];
			w->rate = weigh_rate(w, d, w->least[k]);
			int64_t least = w->least[k] * (w->per_money + w->rate) - w->slack;
			if (w->rate < 0 || worth - least <= best)
				continue;
			w->best = worth - best;
			weigh_seats(w, d);
			best = worth - w->best;
		}
	}
	return best;
}

/* A cover holds if its requests have no other pools, and any most + 1 of them cost too much. */
static int by_amount(const void *x, const void *y) {
	const int64_t *a = x, *b = y;
	return *a < *b ? -1 : *a > *b;
}

static bool pays_elsewhere(const struct weighing *w, const struct claim *c, int request) {
	const struct instance *in = w->in;
	const struct request *r = &in->requests[request];
	for (int k = r->site; k < r->site + r->n_sites; k++)
		bits_each(in->sites[k].starts, in->words, d) {
			int year = in->year_of[d];
			for (int i = 0; (c->year < 0 || c->year == year) && i < r->n_funds; i++) {
				int pool = r->funds[i] * in->years + year;
				if (!bits_has(c->pools, pool) && w->left.money[pool] > 0
				    && fund_admits(in, r->funds[i], request, d, d + r->days - 1))
					return true;
			}
		}
	return false;
}

static bool holds(struct weighing *w, const struct claim *c) {
	const struct instance *in = w->in;
	int64_t *least = weigh_zeros(w, (size_t)c->n), left = 0, cost = 0;
	for (int i = 0; i < in->n_funds * in->years; i++)
		left += bits_has(c->pools, i) ? w->left.money[i] : 0;
	for (int i = 0; i < c->n; i++) {
		const struct request *r = &in->requests[c->requests[i]];
		if (r->pinned >= 0 || pays_elsewhere(w, c, c->requests[i]))
			return false;
		least[i] = left + 1; /* never served */
		for (int k = r->site; k < r->site + r->n_sites; k++)
			if (w->least[k] != IMPOSSIBLE && w->least[k] < least[i])
				least[i] = w->least[k];
	}
	qsort(least, (size_t)c->n, sizeof *least, by_amount);
	for (int i = 0; i <= c->most; i++)
		cost += least[i];
	return cost > left;
}

/* The sum, each product and addition checked. */
static bool add(int64_t *sum, int64_t price, int64_t n) {
	int64_t product;
	return !__builtin_mul_overflow(price, n, &product)
	       && !__builtin_add_overflow(*sum, product, sum);
}

static bool add_rooms(const struct weighing *w, int64_t *sum) {
	const struct instance *in = w->in;
	const struct prices *p = w->p;
	bool fits = add(sum, w->fixed, p->scale);
	for (int i = 0; i < in->n_funds * in->years; i++)
		fits = fits && add(sum, p->budget[i], w->left.money[i]);
	for (int i = 0; i < in->n_experts * in->years; i++)
		fits = fits && add(sum, p->missions[i], w->left.missions[i])
		       && add(sum, p->days[i], w->left.days[i]);
	for (int i = 0; i < in->n_members * in->years; i++)
		fits = fits && add(sum, p->national[i], w->left.national[i]);
	for (int e = 0; e < in->n_experts; e++)
		fits = fits && add(sum, p->load[e], w->left.load[e]);
	for (int i = 0; i < in->n_regions; i++)
		fits = fits && add(sum, -p->balance[i], w->left.balance[i]);
	for (int d = 0; d < in->days; d++)
		fits = fits && add(sum, p->parallel[d], w->left.running[d]);
	for (int i = 0; p->parallel_region && i < in->n_regions * in->days; i++)
		fits = fits && add(sum, p->parallel_region[i], w->left.running_region[i]);
	for (int e = 0; e < in->n_experts; e++)
		fits = fits && (!w->busy_sum[e] || add(sum, w->busy_sum[e][in->days], 1));
	for (int m = 0; m < in->n_members; m++)
		fits = fits && (!w->gap_sum[m] || add(sum, w->gap_sum[m][in->days], 1));
	for (size_t i = 0; i < w->proof->n_claims; i++)
		fits = fits && add(sum, w->proof->claims[i].price, w->proof->claims[i].most);
	return fits;
}

/* No product below can overflow: costs and points of one item times what they are taken by. */
static bool moderate(const struct weighing *w) {
	const struct instance *in = w->in;
	const struct weights *weights = &in->weights;
	int64_t money = 1, points = weights->balance, price = w->per_money;
	for (int s = 0; s < in->n_sites; s++) {
		const struct site *site = &in->sites[s];
		const struct request *r = &in->requests[site->request];
		int64_t cost = site->fixed_cost + r->days * in->rules.interpretation_per_day;
		if (site->n_candidates)
			cost += r->experts * site->candidates[site->n_candidates - 1].cost;
		money = money > cost ? money : cost;
		int64_t worth = weights->served + weights->waiting * (in->days / 7 + 1) + weights->window;
		worth *= r->priority;
		if (r->baseline >= 0)
			worth += in->baseline[r->baseline].weight
			         * (weights->dropped + weights->moved + TEAM_MAX * weights->expert);
		points = points > worth ? points : worth;
	}
	for (int i = 0; i < in->n_funds * in->years; i++)
		price = price > w->p->budget[i] ? price : w->p->budget[i];
	return price <= (INT64_C(1) << 54) / money && points <= (INT64_C(1) << 58) / w->p->scale;
}

static enum err refused(const struct weighing *w, const char *field, const char *what) {
	return err_set(w->proof->why, ERR_INVALID, field, "the certificate's %s", what);
}

enum err proof_weigh(struct proof *proof, int64_t *ret) {
	const struct instance *in = proof->in;
	struct weighing w = {.proof = proof, .in = in, .p = proof->prices};
	int64_t sum = 0;
	w.per_money = proof->prices->scale / in->weights.money_per_point;
	w.guests = arena_array(proof->arena, struct guest, (size_t)in->n_experts + 1);
	w.least = weigh_zeros(&w, (size_t)in->n_sites);
	if (!moderate(&w))
		return refused(&w, "scale", "scale and multipliers are too large for 64 bits");
	for (int e = 0; e < in->n_experts; e++)
		if (proof->prices->load[e] > in->weights.load * proof->prices->scale)
			return refused(&w, "load", "load multiplier is above the weight of load");
	for (int i = 0; i < in->n_regions; i++)
		if (proof->prices->balance[i] > in->weights.balance * proof->prices->scale)
			return refused(&w, "balance", "balance multiplier is above the weight of balance");
	weigh_left(&w);
	compile_sums(&w);
	for (int s = 0; s < in->n_sites; s++)
		find_least(&w, s);
	for (size_t i = 0; i < proof->n_claims; i++)
		if (!holds(&w, &proof->claims[i]))
			return refused(&w, "cover", "cover does not hold: its requests could all be paid");
	bool fits = add_rooms(&w, &sum);
	for (int q = 0; fits && q < in->n_requests; q++)
		fits = add(&sum, best_of(&w, q), 1);
	if (!fits)
		return refused(&w, "scale", "sums are too large for 64 bits");
	*ret = sum / proof->prices->scale - (sum % proof->prices->scale < 0);
	return ERR_NONE;
}
