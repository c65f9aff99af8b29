/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/wide_freeze.h"

#include "plan/rules.h"
#include "plan/wide_own.h"

#include "base/banned.h"

static bool hangs_together(const struct wide *w, const struct item *item) {
	const struct instance *in = w->means->given;
	bool learns = in->requests[item->request].n_pupils > 0;
	for (int q = 0; q < in->n_requests; q++)
		if (w->leader[q] == item->request && q != item->request)
			return true;
	for (int i = 0; i < item->n_team; i++) {
		int seat = seat_of(item->request, i);
		if (w->after[seat] >= 0 || seat_next(w, seat) >= 0)
			return true;
		learns = learns || (in->rules.missions_to_full && item->team[i].role == ROLE_TRAINEE);
	}
	return learns || item_breaches(in, item);
}

/* The days from the start of a chain to its end are nobody else's. */
static void close_chain(const struct wide *w, int seat, struct instance *to) {
	const struct item *item = seat_item(w, seat);
	struct expert *x = &to->experts[seat_expert(w, seat)];
	if (w->after[seat] >= 0)
		bits_drop_range(x->open, to->days, item_end(to, plan_item(w->p, w->after[seat])) + 1,
		                item->start - 1);
}

/* Days the frozen missions of an expert count in the core, less those they count. */
static int too_many_days(const struct wide *w, int expert, const bool *frozen) {
	const struct instance *in = w->in;
	int least = 0;
	for (int y = 0; y < in->years; y++) {
		int more = 0;
		seats_each(w, expert, s) {
			const struct item *item = seat_item(w, s);
			const struct item *before = w->after[s] < 0 ? NULL : plan_item(w->p, w->after[s]);
			if (!frozen[item->request] || in->year_of[item->start] != y)
				continue;
			more +=
				mission_days(in, item_band(in, item, expert), in->requests[item->request].days)
				- mission_toll(in, expert, item->site, item->start, before, seat_next(w, s) >= 0)
					  .days;
		}
		least = more < least ? more : least;
	}
	return least;
}

static void freeze_experts(struct arena *a, const struct wide *w, const bool *frozen,
                           struct instance *to) {
	struct expert *experts = arena_array(a, struct expert, (size_t)to->n_experts);
	memcpy(experts, to->experts, (size_t)to->n_experts * sizeof *experts);
	to->experts = experts;
	for (int e = 0; e < to->n_experts; e++) {
		struct expert *x = &experts[e];
		uint64_t *open = arena_array(a, uint64_t, to->words);
		memcpy(open, x->open, to->words * sizeof *open);
		x->open = open;
		x->max_days_year += too_many_days(w, e, frozen);
		seats_each(w, e, s) close_chain(w, s, to);
	}
	for (int q = 0; q < to->n_requests; q++) {
		const struct item *item = w->leader[q] < 0 ? NULL : plan_item(w->p, w->leader[q]);
		for (int i = 0; item && i < to->requests[q].n_pupils; i++)
			bits_drop_range(experts[to->requests[q].pupils[i]].open, to->days, item->start,
			                item_end(to, item));
	}
}

/* Frozen items are pinned; who joins one has its index, and counts for the region. */
static void freeze_items(struct arena *a, const struct wide *w, const bool *frozen,
                         struct instance *to) {
	size_t n = (size_t)to->n_pinned;
	struct item *pinned = arena_array(a, struct item, n + (size_t)to->n_requests);
	struct region *regions = arena_array(a, struct region, (size_t)to->n_regions);
	memcpy(pinned, to->pinned, n * sizeof *pinned);
	memcpy(regions, to->regions, (size_t)to->n_regions * sizeof *regions);
	for (int q = 0; q < to->n_requests; q++)
		if (frozen[q]) {
			to->requests[q].pinned = (int)n;
			pinned[n++] = w->p->items[q];
		}
	for (int q = 0; q < to->n_requests; q++) {
		int leader = w->leader[q];
		if (leader < 0 || leader == q)
			continue;
		to->requests[q].pinned = to->requests[leader].pinned;
		if (regions[to->requests[q].region].target > 0)
			regions[to->requests[q].region].target--;
	}
	to->pinned = pinned;
	to->n_pinned = (int)n;
	to->regions = regions;
}

struct instance *wide_freeze(struct arena *a, const struct instance *plain, const struct wide *w) {
	struct instance *to = arena_new_of(a, struct instance);
	bool *frozen = arena_array(a, bool, (size_t)plain->n_requests);
	uint64_t *none = arena_array(a, uint64_t, plain->words);
	*to = *plain;
	to->requests = arena_array(a, struct request, (size_t)to->n_requests);
	to->sites = arena_array(a, struct site, (size_t)to->n_sites);
	for (int s = 0; s < to->n_sites; s++)
		to->sites[s] = plain->sites[s];
	for (int q = 0; q < to->n_requests; q++) {
		const struct item *item = plan_item(w->p, q);
		frozen[q] = item && !is_pinned(w, q) && hangs_together(w, item);
		to->requests[q] = plain->requests[q];
		to->requests[q].n_funds = 0;
	}
	freeze_items(a, w, frozen, to);
	freeze_experts(a, w, frozen, to);
	instance_compile(a, to);
	for (int s = 0; s < to->n_sites; s++)
		if (plain->sites[s].n_starts == 0 || to->requests[to->sites[s].request].pinned >= 0) {
			to->sites[s].starts = none;
			to->sites[s].n_starts = to->sites[s].n_candidates = 0;
		}
	return to;
}

struct plan *wide_rest(const struct instance *frozen, const struct wide *w) {
	struct plan *p = plan_new(frozen);
	for (int q = 0; q < frozen->n_requests; q++)
		if (plan_item(w->p, q) && frozen->requests[q].pinned < 0)
			plan_add(p, plan_item(w->p, q));
	plan_settle(p);
	return p;
}

void wide_thaw(struct wide *w, const struct plan *rest) {
	for (int q = 0; q < w->in->n_requests; q++)
		if (plan_item(w->p, q) && rest->in->requests[q].pinned < 0)
			wide_remove(w, q);
	wide_take(w, rest);
}
