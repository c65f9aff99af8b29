/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/build.h"

#include <stdlib.h>

#include "plan/team.h"

#include "base/banned.h"

void appeal_compile(const struct instance *in, struct appeal *ret) {
	uint64_t *starts = calloc(in->words + 1, sizeof *starts);
	if (!starts)
		abort();
	for (int q = 0; q < in->n_requests; q++) {
		const struct request *r = &in->requests[q];
		struct appeal *a = &ret[q];
		*a = (struct appeal){.points = in->weights.served * r->priority + in->weights.balance,
		                     .cost = INT64_MAX,
		                     .earliest = NO_DAY};
		if (r->baseline >= 0)
			a->points += in->baseline[r->baseline].weight * in->weights.dropped;
		for (int s = r->site; s < r->site + r->n_sites; s++) {
			const struct site *site = &in->sites[s];
			int n = team_starts(in, NULL, s, starts);
			int64_t cost = site->fixed_cost;
			for (int i = 0; i < site->n_candidates && i < r->experts; i++)
				cost += site->candidates[i].cost;
			int32_t first = n ? bits_next(starts, in->words, 0) : NO_DAY;
			a->starts += n;
			if (n && (a->earliest == NO_DAY || first < a->earliest))
				a->earliest = first;
			if (n > 0 && cost < a->cost)
				a->cost = cost;
		}
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
