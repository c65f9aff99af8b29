/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/search_own.h"

#include <stdlib.h>

#include "base/banned.h"

static void *cleared(size_t n, size_t size) {
	void *p = calloc(n + 1, size);
	if (!p)
		abort();
	return p;
}

struct search *search_new(const struct instance *in, uint64_t seed, int64_t scale) {
	struct search *s = cleared(1, sizeof *s);
	size_t n = (size_t)in->n_requests;
	s->in = in;
	s->plan = plan_new(in);
	s->best = plan_new(in);
	s->fit = fit_new(in, scale);
	s->dice.state = seed;
	s->appeal = cleared(n, sizeof *s->appeal);
	s->left_out = cleared(n, sizeof *s->left_out);
	s->served = cleared(n, sizeof *s->served);
	s->changed = cleared(n, sizeof *s->changed);
	s->differs = cleared(n, sizeof *s->differs);
	appeal_compile(in, s->appeal);
	weigh_bonds(s);
	return s;
}

void search_free(struct search *s) {
	if (!s)
		return;
	plan_free(s->plan);
	plan_free(s->best);
	fit_free(s->fit);
	free(s->appeal);
	free(s->left_out);
	free(s->served);
	free(s->changed);
	free(s->differs);
	free(s);
}

/* What the log has is not in the best plan yet. */
static void note_changes(struct search *s) {
	for (size_t i = 0; i < s->plan->log.n; i++) {
		int q = s->plan->log.at[i].item.request;
		if (!s->differs[q])
			s->changed[s->n_changed++] = q;
		s->differs[q] = true;
	}
	plan_settle(s->plan);
}

static void note_all(struct search *s) {
	s->n_changed = 0;
	for (int q = 0; q < s->in->n_requests; q++) {
		s->differs[q] = s->in->requests[q].pinned < 0;
		if (s->differs[q])
			s->changed[s->n_changed++] = q;
	}
}

/* Item by item what differs; a whole copy of a great plan takes longer than a step. */
static void keep_best(struct search *s) {
	if (s->plan->value <= s->best->value)
		return;
	while (s->n_changed > 0) {
		int q = s->changed[--s->n_changed];
		s->differs[q] = false;
		if (plan_item(s->best, q))
			plan_remove(s->best, q);
		if (plan_item(s->plan, q))
			plan_add(s->best, plan_item(s->plan, q));
	}
	plan_settle(s->best);
}

/* Who is in and who is out, anew. */
static void list_all(struct search *s) {
	s->n_left_out = s->n_served = 0;
	for (int q = 0; q < s->in->n_requests; q++)
		if (!plan_item(s->plan, q)) {
			if (s->appeal[q].starts > 0)
				s->left_out[s->n_left_out++] = q;
		} else if (s->in->requests[q].pinned < 0)
			s->served[s->n_served++] = q;
}

void search_begin(struct search *s, bool (*stop)(void *), void *of) {
	build(s->fit, s->plan, s->appeal, stop, of);
	note_all(s);
	keep_best(s);
	list_all(s);
}

void search_take(struct search *s, const struct plan *p) {
	plan_copy(s->plan, p);
	note_all(s);
	keep_best(s);
	list_all(s);
}

void search_heed(struct search *s, bool (*stop)(void *), void *of) {
	s->stop = stop;
	s->of = of;
}

void search_guide(struct search *s, const struct prices *prices) {
	s->guided = true;
	fit_guide(s->fit, prices);
}

/* How the items of this step choose: mostly after the prices once there are any, else by the value
 * alone or sparing money, now and then against the grain. */
static struct taste taste_of(struct search *s) {
	struct taste t = TASTE_PLAIN;
	int mood = dice_pick(&s->dice, 8);
	if (s->guided && mood < 6)
		t.guided = true;
	else if (mood % 2 == 0)
		t.thrift = dice_below(&s->dice, 1024);
	if (dice_pick(&s->dice, 3) == 0)
		t.noise = 1 + dice_below(&s->dice, s->in->weights.served / 16 + 1);
	return t;
}

/* The order of coming back: by rank, blurred more or less; or any. */
static int list_turns(struct search *s) {
	int n = 0, blur = dice_pick(&s->dice, 4), more = 1 + dice_pick(&s->dice, 6);
	for (int i = 0; i < s->n_out; i++)
		s->turns[n++].request = s->out[i];
	if (s->focus >= 0)
		s->turns[n++].request = s->focus;
	for (int i = 0; i < more && i < s->n_left_out; i++) {
		/* The first so many of a shuffle that goes on from step to step. */
		int k = i + dice_pick(&s->dice, s->n_left_out - i), q = s->left_out[k];
		s->left_out[k] = s->left_out[i];
		s->left_out[i] = q;
		if (q != s->focus)
			s->turns[n++].request = q;
	}
	for (int i = 0; i < n; i++) {
		struct turn *t = &s->turns[i];
		int64_t rank = appeal_rank(&s->appeal[t->request]);
		if (blur == 0)
			t->rank = dice_below(&s->dice, 1 << 20);
		else
			t->rank = rank * (1024 + dice_below(&s->dice, (int64_t)256 * blur * blur)) / 1024;
		if (t->request == s->focus)
			t->rank = INT64_MAX;
	}
	turns_sort(s->turns, n);
	return n;
}

/* What the request brings at most, as short of workshops as its region is now. */
static int64_t hope_of(const struct search *s, int request) {
	int region = s->in->requests[request].region;
	bool is_short = s->plan->region[region] < s->in->regions[region].target;
	return s->appeal[request].most + (is_short ? s->in->weights.balance : 0);
}

/* Give places; stop early when not even the best of all worlds could make the plan good enough. */
static bool put_back(struct search *s, int64_t wanted) {
	int n = list_turns(s);
	struct taste taste = taste_of(s);
	int64_t hope = 0, gain;
	for (int i = 0; i < n; i++)
		hope += s->hopes[i] = hope_of(s, s->turns[i].request);
	for (int i = 0; i < n; i++) {
		if (s->plan->value + hope < wanted || (s->stop && s->stop(s->of)))
			return false;
		hope -= s->hopes[i];
		(void)fit_add(s->fit, s->plan, s->turns[i].request, &taste, &s->dice, &gain);
	}
	return s->plan->value >= wanted;
}

/* The points by which the plan is better for this step; a new best is worth more. */
static int64_t won_since(const struct search *s, int64_t before) {
	int64_t most = s->in->weights.served, won = s->plan->value - before;
	won = won < 0 ? 0 : won > most ? most : won;
	return won + (s->plan->value > s->best->value ? most / 8 : 0);
}

void search_step(struct search *s, int progress) {
	int64_t cold = 65536 - progress, before = s->plan->value, won = 0;
	int64_t warmth = (s->in->weights.served * cold >> 16) * cold >> 17;
	int64_t wanted = before - dice_below(&s->dice, warmth + 1);
	uint64_t units = fit_units(s->fit);
	s->steps++;
	if (s->n_served + s->n_left_out == 0)
		return;
	take_out(s);
	if (put_back(s, wanted)) {
		won = won_since(s, before);
		note_changes(s);
		keep_best(s);
		list_all(s);
	} else
		plan_undo(s->plan, 0);
	note_fare(s, won, fit_units(s->fit) - units + 1);
}

const struct plan *search_best(const struct search *s) {
	return s->best;
}
const struct appeal *search_appeal(const struct search *s) {
	return s->appeal;
}
struct fit *search_fit(struct search *s) {
	return s->fit;
}
uint64_t search_units(const struct search *s) {
	return s->steps + fit_units(s->fit);
}
