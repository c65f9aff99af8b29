/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/wide_team.h"

#include <stdlib.h>

#include "base/banned.h"

enum { LOOKS = 600 /* of one search for a team */, YEARS_MAX = 64 };

struct guest {
	int expert;
	enum band band;
	bool leads, foreign; /* could lead; shares no language with the leader's request */
	/* On the start asked about: */
	uint64_t covers;
	bool full;
	int before, next;
	int64_t cost, points, rank;
};

size_t guest_size(void) {
	return sizeof(struct guest);
}

static bool speaks_with_all(const struct instance *in, int expert, const int *group, int n) {
	for (int i = 0; i < n; i++)
		if (!(in->experts[expert].languages & in->requests[group[i]].languages))
			return false;
	return true;
}

bool could_lead(const struct wide *w, int expert, int site, const int *group, int n) {
	const struct instance *in = w->in;
	enum mode mode = in->requests[group[0]].mode;
	int km = instance_km(in, in->experts[expert].home, in->sites[site].member);
	return speaks_with_all(in, expert, group, n)
	       && (mode != MODE_HYBRID || band_of(in, mode, km) != BAND_REMOTE);
}

/* Has, or may on the way get, an accreditation for one of the topics. */
static bool may_cover(const struct wide *w, int expert, uint64_t topics) {
	const struct expert *x = &w->in->experts[expert];
	const struct wide_means *m = w->means;
	for (int i = 0; i < x->n_accreditations; i++)
		if (x->accreditations[i].topics & topics)
			return true;
	for (int i = m->first_lesson[expert]; i < m->first_lesson[expert + 1]; i++)
		if (w->in->requests[m->lessons[i]].topics & topics)
			return true;
	return false;
}

void task_gather(struct task *t, struct guest *room) {
	const struct instance *in = t->w->in;
	const struct site *site = &in->sites[t->site];
	const struct request *r = &in->requests[site->request];
	t->guests = room;
	t->n_guests = 0;
	for (int e = 0; e < in->n_experts; e++) {
		const struct expert *x = &in->experts[e];
		enum band band = band_of(in, r->mode, instance_km(in, x->home, site->member));
		bool at_home =
			x->home == site->member || (r->kind == KIND_NATIONAL && x->home == r->member);
		if ((in->rules.not_own_administration && at_home)
		    || (band == BAND_REMOTE ? !x->remote : !x->on_site)
		    || (in->rules.language_all && !speaks_with_all(in, e, t->group, t->n_group))
		    || !may_cover(t->w, e, t->topics))
			continue;
		t->guests[t->n_guests++] = (struct guest){
			.expert = e,
			.band = band,
			.leads = could_lead(t->w, e, t->site, t->group, t->n_group),
			.foreign = !(x->languages & r->languages),
		};
	}
}

/* May a mission of the expert at `site` from `start` on follow (or be followed by) this one? */
static bool links(const struct wide *w, int expert, const struct item *a, int site_a, int32_t end_a,
                  const struct item *b, int site_b, int32_t start_b) {
	const struct instance *in = w->in;
	int from = in->sites[site_a].member, to = in->sites[site_b].member;
	int gap = start_b - end_a - 1;
	return in->members[from].region == in->members[to].region
	       && (!a || item_band(in, a, expert) != BAND_REMOTE)
	       && (!b || item_band(in, b, expert) != BAND_REMOTE) && gap >= leg_days(in, from, to)
	       && gap <= in->rules.chain_gap_days;
}

/* The expert's missions around the day, if they could be chained with one there: seats or −1. */
static void neighbours(const struct task *t, const struct guest *g, int32_t start, int *ret_before,
                       int *ret_next) {
	const struct wide *w = t->w;
	const struct instance *in = w->in;
	int32_t end = start + in->requests[t->group[0]].days - 1;
	int before = -1, next = -1;
	seats_each(w, g->expert, s) {
		const struct item *item = seat_item(w, s);
		if (item->start < start && (before < 0 || item->start > seat_item(w, before)->start))
			before = s;
		if (item->start > end && (next < 0 || item->start < seat_item(w, next)->start))
			next = s;
	}
	const struct item *a = before < 0 ? NULL : seat_item(w, before);
	const struct item *b = next < 0 ? NULL : seat_item(w, next);
	bool comes = a && links(w, g->expert, a, a->site, item_end(in, a), NULL, t->site, start);
	bool goes = b && !is_pinned(w, b->request)
	            && links(w, g->expert, NULL, t->site, end, b, b->site, b->start);
	*ret_before = comes ? before : -1;
	*ret_next = goes ? next : -1;
}

static int64_t toll_of(const struct wide *w, int seat, const struct item *before, bool has_next,
                       int *ret_days) {
	const struct item *item = seat_item(w, seat);
	struct toll toll =
		mission_toll(w->in, seat_expert(w, seat), item->site, item->start, before, has_next);
	*ret_days = toll.days;
	return is_pinned(w, item->request) ? 0 : toll.cost;
}

/* What becomes of a neighbour's toll: money (of pinned ones nothing), days in its year. */
static int64_t toll_change(const struct wide *w, int seat, const struct item *before, bool has_next,
                           int *days) {
	int was_before = w->after[seat], now, was;
	int64_t cost = toll_of(w, seat, before, has_next, &now);
	cost -= toll_of(w, seat, was_before < 0 ? NULL : plan_item(w->p, was_before),
	                seat_next(w, seat) >= 0, &was);
	days[w->in->year_of[seat_item(w, seat)->start]] += now - was;
	return cost;
}

static bool open_and_free(const struct wide *w, int expert, struct span open, struct span free) {
	const struct instance *in = w->in;
	for (int32_t d = open.first; d <= open.last; d++)
		if (d < 0 || d >= in->days || !bits_has(in->experts[expert].open, d))
			return false;
	return !bits_meets_range(w->busy + (size_t)expert * in->words, in->days, free.first, free.last);
}

/* With these neighbours: is the expert free, and at what cost? Fills the guest's. */
static bool try_place(const struct task *t, struct guest *g, int32_t start, int before, int next) {
	const struct wide *w = t->w;
	const struct instance *in = w->in;
	const struct expert *x = &in->experts[g->expert];
	const struct request *r = &in->requests[t->group[0]];
	struct span block = block_of(in, g->band, start, r->days), open = block, free = block;
	const struct item *a = before < 0 ? NULL : seat_item(w, before);
	int days[YEARS_MAX] = {0};
	if (before >= 0 && seat_next(w, before) != -1 && seat_next(w, before) != next)
		return false;
	if (next >= 0 && w->after[next] >= 0 && (before < 0 || seat_before(w, next) != before))
		return false;
	struct toll toll = mission_toll(in, g->expert, t->site, start, a, next >= 0);
	days[in->year_of[start]] += toll.days;
	g->cost = toll.cost;
	if (before >= 0) {
		struct span old =
			block_of(in, item_band(in, a, g->expert), a->start, in->requests[a->request].days);
		open.first = item_end(in, a) + 1;
		free.first = seat_next(w, before) >= 0 ? INT32_MAX : old.last + 1;
		g->cost += toll_change(
			w, before, w->after[before] < 0 ? NULL : plan_item(w->p, w->after[before]), true, days);
	}
	if (next >= 0) {
		const struct item *b = seat_item(w, next);
		struct span old =
			block_of(in, item_band(in, b, g->expert), b->start, in->requests[b->request].days);
		struct item self = {.request = t->group[0], .site = t->site, .start = start};
		open.last = b->start - 1;
		free.last = old.first - 1;
		g->cost += toll_change(w, next, &self, seat_next(w, next) >= 0, days);
	}
	for (int y = 0; y < in->years; y++)
		if (days[y] > 0
		    && w->days[(size_t)g->expert * (size_t)in->years + (size_t)y] + days[y]
		           > x->max_days_year)
			return false;
	g->before = before, g->next = next;
	return open_and_free(w, g->expert, open, free);
}

static int64_t in_money(const struct instance *in, int64_t points) {
	int64_t each = in->weights.money_per_point;
	return points * (each < 100000000 ? each : 100000000);
}

/* Alone, after, before, or between: whatever costs least. */
static bool guest_offer(const struct task *t, struct guest *g, int32_t start) {
	const struct wide *w = t->w;
	const struct instance *in = w->in;
	int32_t end = start + in->requests[t->group[0]].days - 1;
	size_t year = (size_t)g->expert * (size_t)in->years + in->year_of[start];
	int before = -1, next = -1;
	struct guest best = {.rank = -1};
	if (w->p->missions[year] >= in->experts[g->expert].max_missions_year)
		return false;
	struct standing s = wide_standing(w, g->expert, t->topics, start, end);
	if (!s.covers)
		return false;
	if (in->rules.chaining && g->band != BAND_REMOTE)
		neighbours(t, g, start, &before, &next);
	for (int i = 0; i < 4; i++) {
		struct guest offer = *g;
		int a = i & 1 ? before : -1, b = i & 2 ? next : -1;
		if ((i & 1 && before < 0) || (i & 2 && next < 0) || !try_place(t, &offer, start, a, b))
			continue;
		offer.rank = 0;
		if (best.rank < 0 || offer.cost < best.cost)
			best = offer;
	}
	if (best.rank < 0)
		return false;
	*g = best;
	g->covers = s.covers;
	g->full = s.full;
	g->points = w->p->load[g->expert] >= in->rules.fair_missions ? in->weights.load : 0;
	for (int i = 0; i < t->n_group; i++) {
		int b = in->requests[t->group[i]].baseline;
		if (b >= 0 && !bits_has(in->baseline[b].team, g->expert))
			g->points += in->baseline[b].weight * in->weights.expert;
	}
	g->rank = g->cost + in_money(in, g->points);
	return true;
}

static int by_rank(const void *x, const void *y) {
	const struct guest *a = x, *b = y;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->expert - b->expert;
}

/* Depth first, cheap ones first. */
struct choosing {
	const struct task *t;
	const struct guest *guests;
	int n, looks, picked[TEAM_MAX], best[TEAM_MAX];
	int64_t least; /* rank of the best, or INT64_MAX */
};

static int64_t interpretation(const struct choosing *c) {
	const struct instance *in = c->t->w->in;
	for (int i = 0; i < c->t->size; i++)
		if (c->guests[c->picked[i]].foreign)
			return in->requests[c->t->group[0]].days * in->rules.interpretation_per_day;
	return 0;
}

static void choose(struct choosing *c, int from, int k, uint64_t covered, int trainees, bool led,
                   int64_t rank) {
	const struct instance *in = c->t->w->in;
	int left = c->t->size - k;
	if (left == 0) {
		rank += interpretation(c);
		if (led && covered == c->t->topics && rank < c->least) {
			c->least = rank;
			memcpy(c->best, c->picked, sizeof c->best);
		}
		return;
	}
	for (int i = from; i <= c->n - left && c->looks > 0; i++) {
		const struct guest *g = &c->guests[i];
		bool twin = false;
		c->looks--;
		if (c->least != INT64_MAX && rank + left * g->rank >= c->least)
			return;
		for (int j = 0; in->rules.different_administrations && j < k; j++)
			twin =
				twin
				|| in->experts[c->guests[c->picked[j]].expert].home == in->experts[g->expert].home;
		int more = trainees + !g->full;
		if (twin || more > in->rules.trainees_max[in->requests[c->t->group[0]].kind])
			continue;
		c->picked[k] = i;
		choose(c, i + 1, k + 1, covered | g->covers, more, led || (g->leads && g->full),
		       rank + g->rank);
	}
}

bool crew_find(const struct task *t, int32_t start, struct crew *ret) {
	struct guest *here = malloc(((size_t)t->n_guests + 1) * sizeof *here);
	struct choosing c = {.t = t, .guests = here, .looks = LOOKS, .least = INT64_MAX};
	if (!here)
		abort();
	for (int i = 0; i < t->n_guests; i++) {
		here[c.n] = t->guests[i];
		c.n += guest_offer(t, &here[c.n], start);
	}
	if (c.n >= t->size) {
		qsort(here, (size_t)c.n, sizeof *here, by_rank);
		choose(&c, 0, 0, 0, 0, false, 0);
	}
	*ret = (struct crew){.n = t->size};
	for (int i = 0; c.least != INT64_MAX && i < t->size; i++) {
		const struct guest *g = &here[c.best[i]];
		ret->expert[i] = g->expert;
		ret->before[i] = g->before;
		ret->next[i] = g->next;
		ret->cost += g->cost;
		ret->points += g->points;
	}
	if (c.least != INT64_MAX) {
		memcpy(c.picked, c.best, sizeof c.picked);
		ret->cost += interpretation(&c);
	}
	free(here);
	return c.least != INT64_MAX;
}
