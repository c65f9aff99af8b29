/* SPDX-License-Identifier: Apache-2.0 */
/* Some items leave that have to do with one another; they, and some of those left out, come back in
 * a new order, alone, joining others or together. */
#include <stdlib.h>

#include "plan/wide_freeze.h"
#include "plan/wide_own.h"

#include "base/banned.h"

enum { JOINS = 4 };

struct wide_search {
	struct wide_means *means;
	const struct instance *in;
	struct dice dice;
	struct wide *now, *trial, *before, *without, *best;
	int64_t value, best_value;
	bool daring;       /* this step: places at random, and losses on the way */
	int *list, *group; /* requests */
};

struct wide_search *wide_search_new(struct wide_means *m, uint64_t seed) {
	struct wide_search *s = calloc(1, sizeof *s);
	size_t n = (size_t)m->given->n_requests;
	if (!s)
		abort();
	s->means = m;
	s->in = m->given;
	s->dice.state = seed;
	s->now = wide_new(m);
	s->trial = wide_new(m);
	s->before = wide_new(m);
	s->without = wide_new(m);
	s->best = wide_new(m);
	s->list = calloc(2 * n + 2, sizeof *s->list);
	if (!s->list)
		abort();
	s->group = s->list + n + 1;
	return s;
}

void wide_search_free(struct wide_search *s) {
	if (!s)
		return;
	wide_free(s->now);
	wide_free(s->trial);
	wide_free(s->before);
	wide_free(s->without);
	wide_free(s->best);
	free(s->list);
	free(s);
}

const struct wide *wide_search_best(const struct wide_search *s) {
	return s->best;
}

static void shuffle(struct wide_search *s, int *list, int n) {
	for (int i = n - 1; i > 0; i--) {
		int k = dice_pick(&s->dice, i + 1), swap = list[i];
		list[i] = list[k];
		list[k] = swap;
	}
}

/* Could the request join all of these? */
static bool fits_with(const struct instance *in, int request, const int *group, int n) {
	for (int i = 0; i < n; i++)
		if (!may_share(in, request, group[i]))
			return false;
	return true;
}

static bool place(struct wide_search *s, int n) {
	int64_t served = s->in->weights.served, noise[] = {0, 0, 0, served / 4, served, 8 * served};
	int mood = dice_pick(&s->dice, s->daring ? 6 : 4);
	return wide_place(s->trial, s->group, n, noise[mood], &s->dice);
}

/* Into one of the items there are, which is held anew. */
static bool join(struct wide_search *s, int request) {
	const struct instance *in = s->in;
	int capacity = in->rules.sessions[in->requests[request].kind].capacity;
	int first = dice_pick(&s->dice, in->n_requests);
	for (int i = 0, tries = 0; i < in->n_requests && tries < JOINS; i++) {
		int leader = (first + i) % in->n_requests;
		if (s->trial->leader[leader] != leader || !may_share(in, request, leader))
			continue;
		int n = group_of(s->trial, leader, s->group), items = s->trial->p->n_items;
		if (n >= capacity || !fits_with(in, request, s->group, n))
			continue;
		s->group[n++] = request;
		tries++;
		wide_copy(s->before, s->trial);
		wide_remove(s->trial, leader);
		if (s->trial->p->n_items == items - 1 && wide_fault(s->trial) < 0 && place(s, n))
			return true;
		wide_copy(s->trial, s->before);
	}
	return false;
}

/* With others that are left out. */
static bool gather(struct wide_search *s, int request) {
	const struct instance *in = s->in;
	const struct session *rule = &in->rules.sessions[in->requests[request].kind];
	int least = rule->quorum > 2 ? rule->quorum : 2, n = 0;
	if (least > rule->capacity)
		return false;
	int most = least + dice_pick(&s->dice, rule->capacity - least + 1);
	int first = dice_pick(&s->dice, in->n_requests);
	s->group[n++] = request;
	for (int i = 0; i < in->n_requests && n < most; i++) {
		int other = (first + i) % in->n_requests;
		if (s->trial->leader[other] < 0 && fits_with(in, other, s->group, n))
			s->group[n++] = other;
	}
	return n >= least && place(s, n);
}

static bool alone(struct wide_search *s, int request) {
	s->group[0] = request;
	return s->in->rules.sessions[s->in->requests[request].kind].quorum <= 1 && place(s, 1);
}

static bool insert(struct wide_search *s, int request) {
	const struct session *rule = &s->in->rules.sessions[s->in->requests[request].kind];
	if (rule->capacity < 2)
		return alone(s, request);
	int mood = dice_pick(&s->dice, 4);
	return (mood == 0 && alone(s, request)) || (mood == 1 && gather(s, request)) || join(s, request)
	       || gather(s, request) || alone(s, request);
}

/* A place that is a loss is left alone, but in a daring step: another item may come to rest on it. */
static void try_insert(struct wide_search *s, int request) {
	int64_t value = wide_value(s->trial);
	if (s->trial->leader[request] >= 0)
		return;
	wide_copy(s->without, s->trial);
	if (insert(s, request) && wide_value(s->trial) < value && !s->daring)
		wide_copy(s->trial, s->without);
}

/* Does the item have to do with the other? */
static bool related(const struct wide_search *s, int kind, const struct item *a,
                    const struct item *b) {
	const struct instance *in = s->in;
	int apart = abs(a->start - b->start);
	const struct member *here = &in->members[in->sites[a->site].member];
	const struct member *there = &in->members[in->sites[b->site].member];
	switch (kind) {
	case 0: return here->region == there->region && apart < 30 + in->rules.chain_gap_days;
	case 1:
		for (int i = 0; i < a->n_team; i++)
			if (in_team(b, a->team[i].expert))
				return true;
		return false;
	case 2: return may_share(in, a->request, b->request);
	case 3:
		for (int i = 0; i < a->n_funding; i++)
			for (int k = 0; k < b->n_funding; k++)
				if (a->funding[i].fund == b->funding[k].fund)
					return true;
		return false;
	default: return true;
	}
}

/* One at random and up to three of its kin; what then breaks a rule goes too. */
static void take_out(struct wide_search *s) {
	struct wide *w = s->trial;
	int n = 0, kind = dice_pick(&s->dice, 5), more = 1 + dice_pick(&s->dice, 3);
	for (int q = 0; q < s->in->n_requests; q++)
		if (plan_item(w->p, q) && !is_pinned(w, q))
			s->list[n++] = q;
	if (n == 0)
		return;
	shuffle(s, s->list, n);
	const struct item seed = w->p->items[s->list[0]];
	wide_remove(w, seed.request);
	for (int i = 1; i < n && more > 0; i++) {
		const struct item *item = plan_item(w->p, s->list[i]);
		if (!item || !related(s, kind, &seed, item))
			continue;
		wide_remove(w, item->request);
		more--;
	}
	for (int q; (q = wide_fault(w)) >= 0;)
		wide_remove(w, q);
}

/* Those that left, and a few more, in any order. */
static int list_turns(struct wide_search *s) {
	const struct instance *in = s->in;
	int n = 0, more = 1 + dice_pick(&s->dice, 4), first = dice_pick(&s->dice, in->n_requests);
	for (int q = 0; q < in->n_requests; q++)
		if (s->now->leader[q] >= 0 && s->trial->leader[q] < 0)
			s->list[n++] = q;
	for (int i = 0; i < in->n_requests && more > 0; i++) {
		int q = (first + i) % in->n_requests;
		if (s->now->leader[q] < 0) {
			s->list[n++] = q;
			more--;
		}
	}
	shuffle(s, s->list, n);
	return n;
}

static void keep(struct wide_search *s, int64_t value) {
	wide_copy(s->now, s->trial);
	s->value = value;
	if (value > s->best_value) {
		wide_copy(s->best, s->trial);
		s->best_value = value;
	}
}

void wide_search_begin(struct wide_search *s, const struct plan *p) {
	s->best_value = wide_value(s->best);
	if (p)
		wide_take(s->trial, p);
	keep(s, wide_value(s->trial));
}

void wide_search_offer(struct wide_search *s, const struct plan *rest) {
	wide_copy(s->trial, s->best);
	wide_thaw(s->trial, rest);
	int64_t value = wide_value(s->trial);
	if (value >= s->best_value)
		keep(s, value);
}

void wide_search_step(struct wide_search *s, int progress) {
	const struct instance *in = s->in;
	int64_t cold = 65536 - progress;
	int64_t warmth = (in->weights.served * cold >> 16) * cold >> 17;
	int64_t wanted = s->value - dice_below(&s->dice, warmth + 1);
	s->means->units++;
	s->daring = dice_pick(&s->dice, 3) == 0;
	wide_copy(s->trial, s->now);
	if (dice_pick(&s->dice, 4))
		take_out(s);
	for (int i = 0, n = list_turns(s); i < n; i++)
		try_insert(s, s->list[i]);
	int64_t value = wide_value(s->trial);
	if (value >= wanted)
		keep(s, value);
}
