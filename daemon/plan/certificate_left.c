/* SPDX-License-Identifier: Apache-2.0 */
/* What the pinned items leave of everything, for whoever else comes. */
#include <stdlib.h>

#include "plan/certificate_own.h"

#include "base/banned.h"

/* The pinned items' worth, and what they take. */
static int64_t pinned_points(const struct instance *in, const struct item *item) {
	const struct request *r = &in->requests[item->request];
	const struct weights *w = &in->weights;
	int64_t waited = item->start > r->waits_from ? (item->start - r->waits_from) / 7 : 0;
	bool outside = item->start < r->preferred.first || item->start > r->preferred.last;
	int64_t points = (w->served - w->waiting * waited - (outside ? w->window : 0)) * r->priority
	                 - item->cost / w->money_per_point;
	if (r->baseline < 0)
		return points;
	const struct baseline *was = &in->baseline[r->baseline];
	int64_t change =
		was->start != item->start || was->member != in->sites[item->site].member ? w->moved : 0;
	for (int i = 0; i < item->n_team; i++)
		change += bits_has(was->team, item->team[i].expert) ? 0 : w->expert;
	return points - was->weight * change;
}

static void take_pinned(struct weighing *w, const struct item *item) {
	const struct instance *in = w->in;
	const struct request *r = &in->requests[item->request];
	int year = in->year_of[item->start];
	w->fixed += pinned_points(in, item);
	w->left.balance[r->region]--;
	for (int d = item->start; d < item->start + r->days; d++) {
		w->left.running[d]--;
		w->left.running_region[r->region * in->days + d]--;
	}
	if (r->kind == KIND_NATIONAL)
		w->left.national[r->member * in->years + year]--;
	for (int i = 0; i < item->n_funding; i++)
		w->left.money[item->funding[i].fund * in->years + year] -= item->funding[i].amount;
	for (int i = 0; i < item->n_team; i++) {
		int e = item->team[i].expert;
		enum band band = item_band(in, item, e);
		struct span block = block_of(in, band, item->start, r->days);
		w->left.load[e]--;
		w->left.missions[e * in->years + year]--;
		w->left.days[e * in->years + year] -= mission_days(in, band, r->days);
		bits_add_range(w->left.busy + (size_t)e * in->words, in->days, block.first, block.last);
	}
}

static void not_below_zero(int64_t *row, size_t n) {
	for (size_t i = 0; i < n; i++)
		row[i] = row[i] < 0 ? 0 : row[i];
}

void weigh_left(struct weighing *w) {
	const struct instance *in = w->in;
	const struct rules *rules = &in->rules;
	size_t years = (size_t)in->years, experts = (size_t)in->n_experts, days = (size_t)in->days;
	size_t pools = (size_t)in->n_funds * years, seats = experts * years;
	size_t nationals = (size_t)in->n_members * years, cells = (size_t)in->n_regions * days;
	struct left *left = &w->left;
	left->money = weigh_zeros(w, pools), left->missions = weigh_zeros(w, seats);
	left->days = weigh_zeros(w, seats), left->national = weigh_zeros(w, nationals);
	left->load = weigh_zeros(w, experts), left->balance = weigh_zeros(w, (size_t)in->n_regions);
	left->running = weigh_zeros(w, days), left->running_region = weigh_zeros(w, cells);
	left->busy = weigh_zeros(w, experts * in->words);
	for (size_t i = 0; i < pools; i++)
		left->money[i] = in->funds[i / years].budget[i % years];
	for (size_t i = 0; i < seats; i++) {
		left->missions[i] = in->experts[i / years].max_missions_year;
		left->days[i] = in->experts[i / years].max_days_year;
	}
	for (size_t i = 0; i < nationals; i++)
		left->national[i] = rules->national_per_year;
	for (size_t e = 0; e < experts; e++)
		left->load[e] = rules->fair_missions;
	for (int i = 0; i < in->n_regions; i++)
		left->balance[i] = in->regions[i].target;
	for (size_t d = 0; d < days; d++)
		left->running[d] = rules->parallel_max;
	for (size_t i = 0; i < cells; i++)
		left->running_region[i] = rules->parallel_region ? rules->parallel_region[i / days] : 1;
	for (int i = 0; i < in->n_baseline; i++)
		if (in->requests[in->baseline[i].request].pinned < 0)
			w->fixed -= in->baseline[i].weight * in->weights.dropped;
	for (int i = 0; i < in->n_pinned; i++)
		take_pinned(w, &in->pinned[i]);
	not_below_zero(left->money, pools);
	not_below_zero(left->missions, seats);
	not_below_zero(left->days, seats);
	not_below_zero(left->national, nationals);
	not_below_zero(left->running, days);
	not_below_zero(left->running_region, cells);
}

bool weigh_open(const struct weighing *w, const struct request *r, int32_t start) {
	const struct instance *in = w->in;
	for (int d = start; d < start + r->days; d++)
		if (w->left.running[d] == 0
		    || (in->rules.parallel_region && !w->left.running_region[r->region * in->days + d]))
			return false;
	if (r->kind != KIND_NATIONAL)
		return true;
	for (int i = 0; i < in->n_pinned; i++) {
		const struct request *other = &in->requests[in->pinned[i].request];
		if (other->kind == KIND_NATIONAL && other->member == r->member
		    && abs(in->pinned[i].start - start) < in->rules.national_gap_days)
			return false;
	}
	return w->left.national[r->member * in->years + in->year_of[start]] > 0;
}
