/* SPDX-License-Identifier: Apache-2.0 */
/* The coupling rules, asked of an item that may come in and of a plan as it stands. */
#include <stdlib.h>

#include "plan/plan.h"

#include "base/banned.h"

static unsigned expert_clashes(const struct plan *p, int expert, enum band band, int request,
                               int32_t start) {
	const struct instance *in = p->in;
	const struct expert *e = &in->experts[expert];
	int days = in->requests[request].days;
	struct span block = block_of(in, band, start, days);
	size_t at = (size_t)expert * (size_t)in->years + in->year_of[start];
	unsigned broken = 0;
	if (bits_meets_range(p->busy + (size_t)expert * in->words, in->days, block.first, block.last))
		broken |= BREACH(OVERLAP);
	if (p->missions[at] + 1 > e->max_missions_year)
		broken |= BREACH(MISSIONS);
	if (p->days[at] + mission_days(in, band, days) > e->max_days_year)
		broken |= BREACH(DAYS);
	return broken;
}

bool plan_free_expert(const struct plan *p, int expert, enum band band, int request,
                      int32_t start) {
	return expert_clashes(p, expert, band, request, start) == 0;
}

/* With `more` workshops on top of those counted, is any day over the limit? */
static bool crowded(const struct plan *p, int request, int32_t start, int more) {
	const struct instance *in = p->in;
	const struct request *r = &in->requests[request];
	const int *by_region = in->rules.parallel_region;
	for (int32_t d = start; d < start + r->days; d++) {
		if (p->running[d] + more > in->rules.parallel_max)
			return true;
		size_t at = (size_t)r->region * (size_t)in->days + (size_t)d;
		if (by_region && p->running_region[at] + more > by_region[r->region])
			return true;
	}
	return false;
}

bool plan_free_days(const struct plan *p, int request, int32_t start) {
	return !crowded(p, request, start, 1);
}

bool plan_free_member(const struct plan *p, int request, int32_t start) {
	const struct instance *in = p->in;
	const struct request *r = &in->requests[request];
	int in_year = 1;
	if (r->kind != KIND_NATIONAL)
		return true;
	for (int k = p->first_national[r->member]; k >= 0; k = p->next_national[k]) {
		if (k == request)
			continue;
		int32_t other = p->items[k].start;
		if (abs(other - start) < in->rules.national_gap_days)
			return false;
		in_year += in->year_of[other] == in->year_of[start];
	}
	return in_year <= in->rules.national_per_year;
}

int64_t plan_left(const struct plan *p, int fund, int year) {
	return p->in->funds[fund].budget[year]
	       - p->spent[(size_t)fund * (size_t)p->in->years + (size_t)year];
}

unsigned plan_clashes(const struct plan *p, const struct item *item) {
	unsigned broken = 0;
	if (plan_item(p, item->request))
		return BREACH(ONCE);
	for (int i = 0; i < item->n_team; i++) {
		int expert = item->team[i].expert;
		broken |=
			expert_clashes(p, expert, item_band(p->in, item, expert), item->request, item->start);
	}
	if (crowded(p, item->request, item->start, 1))
		broken |= BREACH(PARALLEL);
	if (!plan_free_member(p, item->request, item->start))
		broken |= BREACH(MEMBER);
	for (int i = 0; i < item->n_funding; i++)
		if (item->funding[i].amount
		    > plan_left(p, item->funding[i].fund, p->in->year_of[item->start]))
			broken |= BREACH(BUDGET);
	return broken;
}

/* Does a block of another item of the expert meet this one? */
static bool overlaps(const struct plan *p, const struct item *item, int expert) {
	const struct instance *in = p->in;
	struct span mine =
		block_of(in, item_band(in, item, expert), item->start, in->requests[item->request].days);
	for (int s = p->first_seat[expert]; s >= 0; s = p->next_seat[s]) {
		const struct item *other = &p->items[s / TEAM_MAX];
		if (other == item)
			continue;
		struct span b = block_of(in, item_band(in, other, expert), other->start,
		                         in->requests[other->request].days);
		if (mine.first <= b.last && b.first <= mine.last)
			return true;
	}
	return false;
}

/* Rules an item of the plan breaks together with the others. */
static unsigned standing_clashes(const struct plan *p, const struct item *item) {
	const struct instance *in = p->in;
	int year = in->year_of[item->start];
	unsigned broken = 0;
	for (int i = 0; i < item->n_team; i++) {
		int e = item->team[i].expert;
		size_t at = (size_t)e * (size_t)in->years + (size_t)year;
		broken |= overlaps(p, item, e) ? BREACH(OVERLAP) : 0;
		broken |= p->missions[at] > in->experts[e].max_missions_year ? BREACH(MISSIONS) : 0;
		broken |= p->days[at] > in->experts[e].max_days_year ? BREACH(DAYS) : 0;
	}
	broken |= crowded(p, item->request, item->start, 0) ? BREACH(PARALLEL) : 0;
	broken |= plan_free_member(p, item->request, item->start) ? 0 : BREACH(MEMBER);
	for (int i = 0; i < item->n_funding; i++)
		broken |= plan_left(p, item->funding[i].fund, year) < 0 ? BREACH(BUDGET) : 0;
	return broken;
}

unsigned plan_breaches(const struct plan *p) {
	const struct instance *in = p->in;
	unsigned broken = 0;
	for (int i = 0; i < in->n_requests; i++) {
		const struct item *item = plan_item(p, i);
		if (item && in->requests[i].pinned < 0)
			broken |= item_breaches(in, item) | standing_clashes(p, item);
	}
	for (int i = 0; i < in->n_pinned; i++) {
		const struct item *item = plan_item(p, in->pinned[i].request);
		if (!item || item->start != in->pinned[i].start || item->site != in->pinned[i].site)
			broken |= BREACH(PINNED);
	}
	return broken;
}
