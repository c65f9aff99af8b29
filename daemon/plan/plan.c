/* SPDX-License-Identifier: Apache-2.0 */
/* The sums of a plan, changed one item at a time. */
#include "plan/plan.h"

#include <assert.h>
#include <stdlib.h>

#include "base/vec.h"

#include "base/banned.h"

const char *const term_names[TERMS] = {
	[TERM_SERVED] = "served",       [TERM_WAITING] = "waiting", [TERM_WINDOW] = "window",
	[TERM_COST] = "cost",           [TERM_BALANCE] = "balance", [TERM_LOAD] = "load",
	[TERM_STABILITY] = "stability",
};

/* Lay the plan's arrays into p->memory, or with none count what they need. Widest first, so that
 * each is aligned. */
static size_t lay_out(struct plan *p) {
	const struct instance *in = p->in;
	size_t at = 0, years = (size_t)in->years, experts = (size_t)in->n_experts;
	size_t requests = (size_t)in->n_requests, days = (size_t)in->days;
	char *base = (char *)p->memory;
#define LAY(field, n)                                                                              \
	(p->field = base ? (void *)(base + at) : NULL, at += (size_t)(n) * sizeof *p->field)
	LAY(items, requests);
	LAY(busy, experts * in->words);
	LAY(spent, (size_t)in->n_funds * years);
	LAY(first_seat, experts);
	LAY(next_seat, requests * TEAM_MAX);
	LAY(first_national, in->n_members);
	LAY(next_national, requests);
	LAY(days, experts * years);
	LAY(missions, experts * years);
	LAY(load, experts);
	LAY(region, in->n_regions);
	LAY(running, days);
	LAY(running_region, in->rules.parallel_region ? (size_t)in->n_regions * days : 0);
#undef LAY
	return at;
}

static struct plan *plan_empty(const struct instance *in) {
	struct plan *p = calloc(1, sizeof *p);
	if (!p)
		abort();
	p->in = in;
	p->size = lay_out(p) + 1;
	p->memory = calloc(1, p->size);
	if (!p->memory)
		abort();
	(void)lay_out(p);
	for (int i = 0; i < in->n_requests; i++) {
		p->items[i].start = NO_DAY;
		p->next_national[i] = -1;
	}
	for (int i = 0; i < in->n_requests * TEAM_MAX; i++)
		p->next_seat[i] = -1;
	for (int i = 0; i < in->n_experts; i++)
		p->first_seat[i] = -1;
	for (int i = 0; i < in->n_members; i++)
		p->first_national[i] = -1;
	for (int i = 0; i < in->n_regions; i++)
		p->score.term[TERM_BALANCE] -= in->weights.balance * in->regions[i].target;
	for (int i = 0; i < in->n_baseline; i++)
		p->score.term[TERM_STABILITY] -= in->baseline[i].weight * in->weights.dropped;
	p->value = score_sum(&p->score);
	return p;
}

void plan_free(struct plan *p) {
	if (!p)
		return;
	vec_clear(&p->log);
	free(p->memory);
	free(p);
}

void plan_copy(struct plan *dst, const struct plan *src) {
	assert(dst->in == src->in);
	memcpy(dst->memory, src->memory, src->size);
	dst->n_items = src->n_items;
	dst->score = src->score;
	dst->value = src->value;
	dst->log.n = 0;
}

void item_score(const struct instance *in, const struct item *item, struct score *ret) {
	const struct request *r = &in->requests[item->request];
	int32_t waited = item->start > r->waits_from ? (item->start - r->waits_from) / 7 : 0;
	bool outside = item->start < r->preferred.first || item->start > r->preferred.last;
	*ret = (struct score){0};
	ret->term[TERM_SERVED] = in->weights.served * r->priority;
	ret->term[TERM_WAITING] = -in->weights.waiting * r->priority * waited;
	ret->term[TERM_WINDOW] = outside ? -in->weights.window * r->priority : 0;
	ret->term[TERM_COST] = -(item->cost / in->weights.money_per_point);
}

/* What the stability term changes by when the item comes in: the dropped workshop is back, though
 * perhaps not as it was. */
static int64_t stability_of(const struct instance *in, const struct item *item) {
	int index = in->requests[item->request].baseline;
	if (index < 0)
		return 0;
	const struct baseline *b = &in->baseline[index];
	int64_t points = in->weights.dropped;
	if (b->start != item->start || b->member != in->sites[item->site].member)
		points -= in->weights.moved;
	for (int i = 0; i < item->n_team; i++)
		points -= bits_has(b->team, item->team[i].expert) ? 0 : in->weights.expert;
	return b->weight * points;
}

/* The change of every term if the item comes in (sign 1), or goes out (sign −1). */
static void score_change(const struct plan *p, const struct item *item, int sign,
                         struct score *ret) {
	const struct instance *in = p->in;
	int region = in->requests[item->request].region;
	int held = p->region[region] - (sign < 0);
	item_score(in, item, ret);
	ret->term[TERM_BALANCE] = held < in->regions[region].target ? in->weights.balance : 0;
	for (int i = 0; i < item->n_team; i++) {
		int load = p->load[item->team[i].expert] - (sign < 0);
		ret->term[TERM_LOAD] -= load >= in->rules.fair_missions ? in->weights.load : 0;
	}
	ret->term[TERM_STABILITY] = stability_of(in, item);
	for (int i = 0; i < TERMS; i++)
		ret->term[i] *= sign;
}

static void score_apply(struct plan *p, const struct item *item, int sign) {
	struct score change;
	score_change(p, item, sign, &change);
	for (int i = 0; i < TERMS; i++)
		p->score.term[i] += change.term[i];
	p->value += score_sum(&change);
}

int64_t plan_gain(const struct plan *p, const struct item *item) {
	struct score change;
	score_change(p, item, 1, &change);
	return score_sum(&change);
}

int64_t plan_loss(const struct plan *p, int request) {
	struct score change;
	score_change(p, &p->items[request], -1, &change);
	return score_sum(&change);
}

/* The seat's expert, from the number in the seat lists. */
static struct span seat_block(const struct plan *p, int32_t seat) {
	const struct item *item = &p->items[seat / TEAM_MAX];
	int expert = item->team[seat % TEAM_MAX].expert;
	return block_of(p->in, item_band(p->in, item, expert), item->start,
	                p->in->requests[item->request].days);
}

/* From here on `by` is 1 for an item that comes in, −1 for one that goes out. */
static void count_mission(struct plan *p, const struct item *item, int expert, int by) {
	const struct instance *in = p->in;
	size_t at = (size_t)expert * (size_t)in->years + in->year_of[item->start];
	int days = mission_days(in, item_band(in, item, expert), in->requests[item->request].days);
	p->missions[at] = (uint16_t)(p->missions[at] + by);
	p->days[at] += by * days;
	p->load[expert] = (uint16_t)(p->load[expert] + by);
}

static void count_item(struct plan *p, const struct item *item, int by) {
	const struct instance *in = p->in;
	const struct request *r = &in->requests[item->request];
	p->n_items += by;
	p->region[r->region] = (uint16_t)(p->region[r->region] + by);
	for (int32_t d = item->start; d < item->start + r->days; d++) {
		p->running[d] = (uint16_t)(p->running[d] + by);
		if (in->rules.parallel_region) {
			uint16_t *n = &p->running_region[(size_t)r->region * (size_t)in->days + (size_t)d];
			*n = (uint16_t)(*n + by);
		}
	}
	for (int i = 0; i < item->n_funding; i++)
		p->spent[(size_t)item->funding[i].fund * (size_t)in->years + in->year_of[item->start]] +=
			by * item->funding[i].amount;
}

static void put(struct plan *p, const struct item *item) {
	const struct instance *in = p->in;
	const struct request *r = &in->requests[item->request];
	assert(p->items[item->request].start == NO_DAY);
	score_apply(p, item, 1);
	p->items[item->request] = *item;
	count_item(p, item, 1);
	for (int i = 0; i < item->n_team; i++) {
		int expert = item->team[i].expert, seat = item->request * TEAM_MAX + i;
		struct span block = seat_block(p, seat);
		p->next_seat[seat] = p->first_seat[expert];
		p->first_seat[expert] = seat;
		bits_add_range(p->busy + (size_t)expert * in->words, in->days, block.first, block.last);
		count_mission(p, item, expert, 1);
	}
	if (r->kind == KIND_NATIONAL) {
		p->next_national[item->request] = p->first_national[r->member];
		p->first_national[r->member] = item->request;
	}
}

static void unlink_one(int32_t *first, int32_t *next, int32_t which) {
	while (*first != which)
		first = &next[*first];
	*first = next[which];
	next[which] = -1;
}

static void take(struct plan *p, int request) {
	const struct instance *in = p->in;
	const struct request *r = &in->requests[request];
	struct item *item = &p->items[request];
	assert(item->start != NO_DAY);
	score_apply(p, item, -1);
	for (int i = 0; i < item->n_team; i++) {
		int expert = item->team[i].expert, seat = request * TEAM_MAX + i;
		uint64_t *busy = p->busy + (size_t)expert * in->words;
		struct span block = seat_block(p, seat);
		unlink_one(&p->first_seat[expert], p->next_seat, seat);
		bits_drop_range(busy, in->days, block.first, block.last);
		/* Pinned blocks may overlap, and so what is left may reach into the one that goes. */
		for (int s = p->first_seat[expert]; s >= 0; s = p->next_seat[s]) {
			block = seat_block(p, s);
			bits_add_range(busy, in->days, block.first, block.last);
		}
		count_mission(p, item, expert, -1);
	}
	if (r->kind == KIND_NATIONAL)
		unlink_one(&p->first_national[r->member], p->next_national, request);
	count_item(p, item, -1);
	item->start = NO_DAY;
}

#ifdef PLAN_DEBUG
#define verify(p) assert(plan_consistent(p))
#else
#define verify(p) ((void)0)
#endif

struct plan *plan_new(const struct instance *in) {
	struct plan *p = plan_empty(in);
	for (int i = 0; i < in->n_pinned; i++)
		put(p, &in->pinned[i]);
	verify(p);
	return p;
}

void plan_add(struct plan *p, const struct item *item) {
	struct change *c = vec_push(&p->log);
	c->added = true;
	c->item = *item;
	put(p, &c->item);
	verify(p);
}

void plan_remove(struct plan *p, int request) {
	assert(p->in->requests[request].pinned < 0);
	assert(p->items[request].start != NO_DAY);
	struct change *c = vec_push(&p->log);
	c->added = false;
	c->item = p->items[request];
	take(p, request);
	verify(p);
}

size_t plan_mark(const struct plan *p) {
	return p->log.n;
}

void plan_undo(struct plan *p, size_t mark) {
	assert(mark <= p->log.n);
	while (p->log.n > mark) {
		const struct change *c = &p->log.at[--p->log.n];
		if (c->added)
			take(p, c->item.request);
		else
			put(p, &c->item);
	}
	verify(p);
}

void plan_settle(struct plan *p) {
	p->log.n = 0;
}

static bool same(const void *a, const void *b, size_t n) {
	return memcmp(a, b, n) == 0;
}

bool plan_consistent(const struct plan *p) {
	const struct instance *in = p->in;
	struct plan *q = plan_empty(in);
	size_t years = (size_t)in->years, experts = (size_t)in->n_experts;
	for (int i = 0; i < in->n_requests; i++)
		if (plan_item(p, i))
			put(q, &p->items[i]);
	bool good = p->n_items == q->n_items && p->value == q->value && p->value == score_sum(&p->score)
	            && same(&p->score, &q->score, sizeof p->score)
	            && same(p->busy, q->busy, experts * in->words * sizeof *p->busy)
	            && same(p->missions, q->missions, experts * years * sizeof *p->missions)
	            && same(p->days, q->days, experts * years * sizeof *p->days)
	            && same(p->load, q->load, experts * sizeof *p->load)
	            && same(p->running, q->running, (size_t)in->days * sizeof *p->running)
	            && same(p->spent, q->spent, (size_t)in->n_funds * years * sizeof *p->spent)
	            && same(p->region, q->region, (size_t)in->n_regions * sizeof *p->region);
	plan_free(q);
	return good;
}
