/* SPDX-License-Identifier: Apache-2.0 */
/* What other workshops could do to let the request in: start some days sooner or later, or let one
 * expert go. */
#include <stdlib.h>

#include "plan/explain_own.h"

#include "base/banned.h"

enum { SEATINGS = 60, MOVE_MAX = 120, REPLACEMENTS = 24, TRIED_MAX = 64, SMALL = 7 };

/* Another workshop that may stand in the way, and the expert it keeps (-1: it is the day). */
struct rival {
	int request, expert;
};

struct rivals {
	struct rival at[TRIED_MAX];
	int n;
};

static void rivals_add(struct rivals *all, const struct plan *p, int request, int expert) {
	if (p->in->requests[request].pinned >= 0 || all->n == TRIED_MAX)
		return;
	for (int i = 0; i < all->n; i++)
		if (all->at[i].request == request && all->at[i].expert == expert)
			return;
	all->at[all->n++] = (struct rival){request, expert};
}

/* Workshops on days that are full, and those the Member has too near or in the same year. */
static void rivals_by_day(const struct inquiry *q, int32_t start, struct rivals *ret) {
	const struct instance *in = q->in;
	const struct request *r = &in->requests[q->request];
	bool full = !plan_free_days(q->plan, q->request, start);
	for (int i = 0; full && i < in->n_requests; i++) {
		const struct item *other = plan_item(q->plan, i);
		if (other && other->start < start + r->days && start <= item_end(in, other))
			rivals_add(ret, q->plan, i, -1);
	}
	if (r->kind != KIND_NATIONAL || plan_free_member(q->plan, q->request, start))
		return;
	for (int k = q->plan->first_national[r->member]; k >= 0; k = q->plan->next_national[k])
		rivals_add(ret, q->plan, k, -1);
}

/* Workshops that keep the experts of a team: on its days, or by the year's limit. */
static void rivals_of(const struct inquiry *q, const struct item *item, struct rivals *ret) {
	for (int i = 0; i < item->n_team; i++) {
		int e = item->team[i].expert;
		bool busy = is_busy(q->plan, e, item), tired = is_tired(q->plan, e, item);
		struct span mine = block_of(q->in, item_band(q->in, item, e), item->start,
		                            q->in->requests[item->request].days);
		for (int s = q->plan->first_seat[e]; s >= 0; s = q->plan->next_seat[s]) {
			const struct item *other = &q->plan->items[s / TEAM_MAX];
			struct span theirs = block_of(q->in, item_band(q->in, other, e), other->start,
			                              q->in->requests[other->request].days);
			bool meets = theirs.first <= mine.last && mine.first <= theirs.last;
			bool same_year = q->in->year_of[other->start] == q->in->year_of[item->start];
			if ((busy && meets) || (!busy && tired && same_year))
				rivals_add(ret, q->plan, other->request, e);
		}
	}
}

/* Those that keep the team that would need the fewest to be free, and the cheapest. */
static void rivals_by_team(struct inquiry *q, int site, int32_t start, struct rivals *ret) {
	struct terms terms = {.busy = true, .quota = true, .newcomer = -1};
	struct item item;
	for (int i = 0; i < 2; i++, terms.cheapest = true) {
		q->units++;
		if (table_seat(q->table, q->plan, site, start, &terms, &item))
			rivals_of(q, &item, ret);
	}
}

/* Take the other workshop's place in the plan by `changed`, and try the item; all is undone. */
static bool works_beside(struct inquiry *q, const struct item *changed, int site, int32_t start,
                         struct item *ret) {
	size_t mark = plan_mark(q->plan);
	plan_add(q->plan, changed);
	bool good = inquiry_item(q, site, start, -1, ret);
	plan_undo(q->plan, mark);
	return good;
}

/* May the item, whose funding may be that of other days, come into the plan as it is now? */
static bool stands(struct inquiry *q, struct item *item) {
	item->cost = item_cost(q->in, item);
	if (item_breaches(q->in, item) & ~(BREACH(FUND) | BREACH(FUNDING)))
		return false;
	if (!item_breaches(q->in, item) && !plan_clashes(q->plan, item))
		return true;
	return money_pay(q->money, q->plan, NULL, item) && !item_breaches(q->in, item)
	       && !plan_clashes(q->plan, item);
}

/* The other workshop is out of the plan. */
static void try_moves(struct inquiry *q, const struct item *other, int site, int32_t start,
                      struct remedies *ret) {
	for (int n = 1; n <= MOVE_MAX; n++)
		for (int sign = 1; sign >= -1; sign -= 2) {
			struct remedy one = {.kind = REMEDY_MOVE, .size = n, .other = *other};
			one.other.start += sign * n;
			if (one.other.start < q->in->horizon.first
			    || item_end(q->in, &one.other) > q->in->horizon.last || !stands(q, &one.other)
			    || !works_beside(q, &one.other, site, start, &one.item))
				continue;
			remedies_add(q, ret, &one);
			return;
		}
}

static bool in_team(const struct item *item, int expert) {
	for (int i = 0; i < item->n_team; i++)
		if (item->team[i].expert == expert)
			return true;
	return false;
}

static void try_swaps(struct inquiry *q, const struct item *other, int expert, int site,
                      int32_t start, struct remedies *ret) {
	const struct instance *in = q->in;
	const struct site *at = &in->sites[other->site];
	const struct request *r = &in->requests[other->request];
	int place = 0, tries = REPLACEMENTS;
	while (other->team[place].expert != expert)
		place++;
	for (int i = 0; i < at->n_candidates && tries > 0; i++) {
		int e = at->candidates[i].expert;
		struct remedy one = {.kind = REMEDY_SWAP, .other = *other, .expert = expert, .by = e};
		struct seat *seat = &one.other.team[place];
		if (in_team(other, e)
		    || !plan_free_expert(q->plan, e, at->candidates[i].band, other->request, other->start))
			continue;
		seat->expert = (uint16_t)e;
		if (seat->role != ROLE_LEAD)
			seat->role =
				expert_standing(&in->experts[e], r->topics, other->start, item_end(in, other)).full
					? ROLE_EXPERT
					: ROLE_TRAINEE;
		one.size = llabs(item_cost(in, &one.other) - other->cost);
		tries--;
		if (stands(q, &one.other) && works_beside(q, &one.other, site, start, &one.item)) {
			remedies_add(q, ret, &one);
			return;
		}
	}
}

/* Would the request come in on this day without the other workshop? Then how far must it go? */
static void try_rival(struct inquiry *q, const struct rival *rival, int site, int32_t start,
                      struct remedies *ret) {
	const struct item other = *plan_item(q->plan, rival->request);
	size_t mark = plan_mark(q->plan);
	struct item item;
	plan_remove(q->plan, rival->request);
	if (inquiry_item(q, site, start, -1, &item)) {
		struct remedy instead = {.kind = REMEDY_INSTEAD,
		                         .size = plan_gain(q->plan, &other),
		                         .item = item,
		                         .other = other};
		remedies_add(q, ret, &instead);
		if (rival->expert >= 0)
			try_swaps(q, &other, rival->expert, site, start, ret);
		try_moves(q, &other, site, start, ret);
	}
	plan_undo(q->plan, mark);
}

/* A day other workshops keep the request from, and how much they would have to change, roughly. */
struct look {
	int32_t day;
	int burden;
};

/* By how many days the Member's other workshops are too near, or from the turn of the year. */
static int member_burden(const struct inquiry *q, int32_t day) {
	const struct instance *in = q->in;
	const struct request *r = &in->requests[q->request];
	int burden = 0, year = in->year_of[day], n = 0, nearest = in->days;
	for (int k = q->plan->first_national[r->member]; k >= 0; k = q->plan->next_national[k]) {
		int32_t start = q->plan->items[k].start;
		int gap = abs(start - day);
		int to_edge = start - in->year_from[year] + 1, from_edge = in->year_from[year + 1] - start;
		if (gap < in->rules.national_gap_days)
			burden += in->rules.national_gap_days - gap;
		if (in->year_of[start] != year)
			continue;
		n++;
		nearest = to_edge < nearest ? to_edge : nearest;
		nearest = from_edge < nearest ? from_edge : nearest;
	}
	return n >= in->rules.national_per_year && nearest > burden ? nearest : burden;
}

static int by_burden(const void *x, const void *y) {
	const struct look *a = x, *b = y;
	if (a->burden != b->burden)
		return a->burden < b->burden ? -1 : 1;
	return a->day < b->day ? -1 : a->day > b->day;
}

/* The days that could have a team if all were free, lightest first. */
static int days_kept_out(const struct inquiry *q, const struct outlook *o, struct look *ret) {
	int n = 0;
	bits_each(o->team[3], q->in->words, d) {
		bool team = bits_has(o->team[0], d), room = bits_has(o->parallel, d);
		bool apart = bits_has(o->member, d);
		if (d < q->starts.first || d > q->starts.last || (team && room && apart))
			continue;
		int burden = (team ? 0 : SMALL) + (room ? 0 : SMALL);
		ret[n++] = (struct look){d, burden + (apart ? 0 : member_burden(q, d))};
	}
	qsort(ret, (size_t)n, sizeof *ret, by_burden);
	return n;
}

static void look_at(struct inquiry *q, int site, int32_t day, uint64_t until,
                    struct remedies *ret) {
	struct rivals rivals = {.n = 0};
	rivals_by_day(q, day, &rivals);
	rivals_by_team(q, site, day, &rivals);
	for (int i = 0; i < rivals.n && q->units < until; i++)
		try_rival(q, &rivals.at[i], site, day, ret);
}

/* Of the lightest days, and of all days, some from all over the year. */
void find_others(struct inquiry *q, struct remedies *ret) {
	const struct request *r = &q->in->requests[q->request];
	struct look *days = arena_array(q->arena, struct look, (size_t)q->in->days);
	for (int s = r->site; s < r->site + r->n_sites; s++) {
		int n = days_kept_out(q, explain_site(q->x, q->plan, s), days), light = 0;
		while (light < n && days[light].burden <= days[0].burden + 2 * SMALL)
			light++;
		for (int some = light, i = 0; i < n; i = some, some = n) {
			uint64_t until = q->units + SEATINGS;
			int step = (some - i) / LOOKS_MAX + 1;
			for (; i < some && q->units < until; i += step)
				look_at(q, s, days[i].day, until, ret);
			if (some == n)
				break;
		}
	}
}
