/* SPDX-License-Identifier: Apache-2.0 */
/* The wide plan: the rules between items that chains and accreditations on the way change. The
 * others (parallel, member, budget) are the core plan's. */
#include <stdlib.h>

#include "base/vec.h"
#include "plan/wide_own.h"

#include "base/banned.h"

/* One block of an expert: of a chain, from its first seat on. */
struct block {
	struct span days;
	int request; /* the last that is not pinned, or -1: all are */
};

static struct block block_from(const struct wide *w, int seat) {
	const struct instance *in = w->in;
	int e = seat_expert(w, seat);
	const struct item *first = seat_item(w, seat), *last = first;
	struct block b = {.request = -1};
	for (int s = seat; s >= 0; s = seat_next(w, s)) {
		last = seat_item(w, s);
		b.request = is_pinned(w, last->request) ? b.request : last->request;
	}
	enum band here = item_band(in, first, e), there = item_band(in, last, e);
	b.days.first = block_of(in, here, first->start, in->requests[first->request].days).first;
	b.days.last = block_of(in, there, last->start, in->requests[last->request].days).last;
	return b;
}

static bool meet(struct span a, struct span b) {
	return a.first <= b.last && b.first <= a.last;
}

static bool is_open(const struct instance *in, int expert, struct span days) {
	const uint64_t *open = in->experts[expert].open;
	for (int32_t d = days.first < 0 ? 0 : days.first; d <= days.last && d < in->days; d++)
		if (!bits_has(open, d))
			return false;
	return true;
}

/* Blocks of one expert: disjoint but for pinned ones, and none on an unavailable day. */
static int fault_in_blocks(struct wide *w, int expert) {
	const struct instance *in = w->in;
	uint64_t *busy = w->busy + (size_t)expert * in->words;
	seats_each(w, expert, s) {
		if (w->after[s] >= 0)
			continue;
		struct block b = block_from(w, s);
		if (b.request >= 0 && !is_open(in, expert, b.days))
			return b.request;
		for (int32_t k = w->p->next_seat[s]; k >= 0; k = w->p->next_seat[k]) {
			if (w->after[k] >= 0)
				continue;
			struct block other = block_from(w, k);
			if (meet(b.days, other.days) && (b.request >= 0 || other.request >= 0))
				return b.request >= 0 ? b.request : other.request;
		}
		bits_add_range(busy, in->days, b.days.first, b.days.last);
	}
	return -1;
}

static int fault_in_quota(struct wide *w, int expert) {
	const struct instance *in = w->in;
	const struct expert *x = &in->experts[expert];
	int32_t *days = w->days + (size_t)expert * (size_t)in->years;
	int fault = -1;
	seats_each(w, expert, s) {
		const struct item *item = seat_item(w, s);
		const struct item *before = w->after[s] < 0 ? NULL : plan_item(w->p, w->after[s]);
		days[in->year_of[item->start]] +=
			mission_toll(in, expert, item->site, item->start, before, seat_next(w, s) >= 0).days;
	}
	seats_each(w, expert, s) {
		const struct item *item = seat_item(w, s);
		size_t year = in->year_of[item->start];
		int missions = w->p->missions[(size_t)expert * (size_t)in->years + year];
		if (!is_pinned(w, item->request)
		    && (missions > x->max_missions_year || days[year] > x->max_days_year))
			fault = item->request;
	}
	return fault;
}

/* Someone else's accreditation workshop keeps its pupils busy on its days, without a mission. */
struct lesson {
	int expert, request;
	struct span days;
};

static bool clashes(const struct wide *w, const struct lesson *l, int *ret) {
	bool pinned = is_pinned(w, l->request);
	seats_each(w, l->expert, s) {
		struct block b = block_from(w, s);
		if (w->after[s] >= 0 || !meet(b.days, l->days) || (pinned && b.request < 0))
			continue;
		*ret = pinned ? b.request : l->request;
		return true;
	}
	return false;
}

static int fault_in_lessons(struct wide *w) {
	const struct instance *in = w->in;
	struct {
		struct lesson *at;
		size_t n, room;
	} all = {0};
	int fault = -1;
	for (int q = 0; q < in->n_requests && fault < 0; q++) {
		const struct item *item = w->leader[q] < 0 ? NULL : plan_item(w->p, w->leader[q]);
		for (int i = 0; item && fault < 0 && i < in->requests[q].n_pupils; i++) {
			int e = in->requests[q].pupils[i];
			struct lesson l = {e, item->request, {item->start, item_end(in, item)}};
			if (in_team(item, e) || clashes(w, &l, &fault))
				continue;
			for (size_t k = 0; k < all.n && fault < 0; k++) {
				const struct lesson *o = &all.at[k];
				bool pinned = is_pinned(w, l.request) && is_pinned(w, o->request);
				if (o->expert == e && o->request != l.request && meet(o->days, l.days) && !pinned)
					fault = is_pinned(w, l.request) ? o->request : l.request;
			}
			*(struct lesson *)vec_push(&all) = l;
			bits_add_range(w->busy + (size_t)e * in->words, in->days, l.days.first, l.days.last);
		}
	}
	vec_clear(&all);
	return fault;
}

/* Topics of pre accreditations the plan has given the expert before the day. */
static uint64_t learnt(const struct wide *w, int expert, int32_t start) {
	const struct wide_means *m = w->means;
	uint64_t topics = 0;
	for (int i = m->first_lesson[expert]; i < m->first_lesson[expert + 1]; i++) {
		int q = m->lessons[i];
		const struct item *item = w->leader[q] < 0 ? NULL : plan_item(w->p, w->leader[q]);
		if (item && item_end(w->in, item) < start && !in_team(item, expert))
			topics |= w->in->requests[q].topics;
	}
	return topics;
}

/* Of these topics, those of enough missions as a trainee that ended before the day. */
static uint64_t matured(const struct wide *w, int expert, uint64_t topics, int32_t start) {
	int had[CODES_MAX] = {0};
	uint64_t ripe = 0;
	seats_each(w, expert, s) {
		const struct item *item = seat_item(w, s);
		if (item->team[s % TEAM_MAX].role != ROLE_TRAINEE || item_end(w->in, item) >= start)
			continue;
		for (uint64_t left = topics & w->topics[item->request]; left; left &= left - 1) {
			int t = __builtin_ctzll(left);
			if (++had[t] >= w->in->rules.missions_to_full)
				ripe |= UINT64_C(1) << t;
		}
	}
	return ripe;
}

struct standing wide_standing(const struct wide *w, int expert, uint64_t topics, int32_t start,
                              int32_t end) {
	struct standing s = expert_standing(&w->in->experts[expert], topics, start, end);
	if (!w->in->rules.missions_to_full)
		return s;
	s.covers |= learnt(w, expert, start) & topics;
	s.full = s.full || matured(w, expert, s.covers, start);
	return s;
}

/* The team of one item as it stands that day, with the roles that follow. */
static bool staff(struct wide *w, struct item *item) {
	const struct instance *in = w->in;
	uint64_t covered = 0, topics = w->topics[item->request];
	int group[SESSION_MAX], n = group_of(w, item->request, group), lead = -1, trainees = 0;
	for (int i = 0; i < item->n_team; i++) {
		struct seat *seat = &item->team[i];
		struct standing s = wide_standing(w, seat->expert, topics, item->start, item_end(in, item));
		bool leads = s.full && could_lead(w, seat->expert, item->site, group, n);
		if (leads && (lead < 0 || seat->role == ROLE_LEAD))
			lead = i;
		if (!s.covers)
			return false;
		covered |= s.covers;
		trainees += !s.full;
		seat->role = s.full ? seat->role == ROLE_TRAINEE ? ROLE_EXPERT : seat->role : ROLE_TRAINEE;
	}
	for (int i = 0; i < item->n_team; i++)
		if (item->team[i].role == ROLE_LEAD && i != lead)
			item->team[i].role = ROLE_EXPERT;
	if (lead >= 0)
		item->team[lead].role = ROLE_LEAD;
	return lead >= 0 && covered == topics
	       && trainees <= in->rules.trainees_max[in->requests[item->request].kind];
}

struct turn {
	int32_t start;
	int request;
};

static int by_start(const void *x, const void *y) {
	const struct turn *a = x, *b = y;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->request - b->request;
}

/* In the order of starts: what an item teaches counts after its end alone. */
static int fault_in_roles(struct wide *w) {
	const struct instance *in = w->in;
	struct turn *turns = calloc((size_t)in->n_requests + 1, sizeof *turns);
	int n = 0, fault = -1;
	if (!turns)
		abort();
	for (int q = 0; q < in->n_requests; q++)
		if (plan_item(w->p, q) && !is_pinned(w, q))
			turns[n++] = (struct turn){w->p->items[q].start, q};
	qsort(turns, (size_t)n, sizeof *turns, by_start);
	for (int i = 0; i < n && fault < 0; i++)
		if (!staff(w, &w->p->items[turns[i].request]))
			fault = turns[i].request;
	free(turns);
	return fault;
}

int wide_fault(struct wide *w) {
	const struct instance *in = w->in;
	int fault = -1;
	memset(w->busy, 0, (size_t)in->n_experts * in->words * sizeof *w->busy);
	memset(w->days, 0, (size_t)in->n_experts * (size_t)in->years * sizeof *w->days);
	for (int e = 0; e < in->n_experts && fault < 0; e++) {
		if (w->p->first_seat[e] < 0)
			continue;
		fault = fault_in_blocks(w, e);
		if (fault < 0)
			fault = fault_in_quota(w, e);
	}
	if (fault < 0 && in->rules.missions_to_full)
		fault = fault_in_lessons(w);
	if (fault < 0 && in->rules.missions_to_full)
		fault = fault_in_roles(w);
	return fault;
}
