/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/build.h"

#include <stdlib.h>

#include "plan/team.h"

#include "base/banned.h"

/* The least that waiting and a start outside the preferred days take away. */
static int64_t least_loss(const struct instance *in, const struct request *r,
                          const uint64_t *starts) {
	int32_t first = bits_next(starts, in->words, 0);
	int32_t waited = first > r->waits_from ? (first - r->waits_from) / 7 : 0;
	int32_t wanted = bits_next(starts, in->words, r->preferred.first);
	bool outside = wanted < 0 || wanted > r->preferred.last;
	return (in->weights.waiting * waited + (outside ? in->weights.window : 0)) * r->priority;
}

static void appeal_of_site(const struct instance *in, int s, const uint64_t *starts, int n,
                           struct appeal *a) {
	const struct site *site = &in->sites[s];
	const struct request *r = &in->requests[site->request];
	int32_t first = bits_next(starts, in->words, 0);
	int64_t cost = site->fixed_cost;
	for (int i = 0; i < site->n_candidates && i < r->experts; i++)
		cost += site->candidates[i].cost;
	int64_t most = a->points - least_loss(in, r, starts) - cost / in->weights.money_per_point;
	a->most = a->starts == 0 || most > a->most ? most : a->most;
	a->cost = a->starts == 0 || cost < a->cost ? cost : a->cost;
	a->earliest = a->starts == 0 || first < a->earliest ? first : a->earliest;
	a->starts += n;
}

void appeal_compile(const struct instance *in, struct appeal *ret) {
	uint64_t *starts = calloc(in->words + 1, sizeof *starts);
	if (!starts)
		abort();
	for (int q = 0; q < in->n_requests; q++) {
		const struct request *r = &in->requests[q];
		struct appeal *a = &ret[q];
		*a = (struct appeal){
			.points = in->weights.served * r->priority, .cost = INT64_MAX, .earliest = NO_DAY};
		if (r->baseline >= 0)
			a->points += in->baseline[r->baseline].weight * in->weights.dropped;
		for (int s = r->site; s < r->site + r->n_sites; s++) {
			int n = team_starts(in, NULL, s, starts);
			if (n > 0)
				appeal_of_site(in, s, starts, n, a);
		}
		a->points += in->weights.balance;
	}
	free(starts);
}

/* Points for a unit of money, more where there are few days. */
int64_t appeal_rank(const struct appeal *a) {
	int64_t few = a->starts < 60 ? 60 - a->starts : 0;
	int64_t thousands = a->cost / 1000 + 1;
	return a->points * 1000 / thousands * (300 + few) / 300;
}

static int by_rank(const void *x, const void *y) {
	const struct turn *a = x, *b = y;
	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	return a->request < b->request ? -1 : a->request > b->request;
}

void turns_sort(struct turn *turns, int n) {
	qsort(turns, (size_t)n, sizeof *turns, by_rank);
}

void build(struct fit *f, struct plan *p, const struct appeal *appeal, bool (*stop)(void *),
           void *of) {
	const struct instance *in = p->in;
	struct turn *turns = calloc((size_t)in->n_requests + 1, sizeof *turns);
	struct taste taste = TASTE_PLAIN;
	int n = 0;
	if (!turns)
		abort();
	for (int q = 0; q < in->n_requests; q++)
		if (!plan_item(p, q) && appeal[q].starts > 0)
			turns[n++] = (struct turn){appeal_rank(&appeal[q]), q};
	turns_sort(turns, n);
	for (int i = 0; i < n && !(stop && stop(of)); i++) {
		int64_t gain;
		(void)fit_add(f, p, turns[i].request, &taste, NULL, &gain);
		plan_settle(p);
	}
	free(turns);
}
