/* SPDX-License-Identifier: Apache-2.0 */
/* The best place for a group: every host, and the starts that promise most; the few that keep it are
 * tried in full, money and neighbours of chains with them. */
#include <stdlib.h>

#include "plan/wide_team.h"

#include "base/banned.h"

enum { SPOTS = 6, LOOKS = 40 /* at starts of one site */ };

struct spot {
	int site;
	int32_t start;
	int64_t worth;
	struct crew crew;
};

/* A start before anybody is asked. */
struct glance {
	int64_t worth, hope;
	int32_t start;
};

struct placing {
	struct wide *w;
	int group[SESSION_MAX], n;
	int64_t noise;
	struct dice *dice;
	struct guest *guests;
	uint64_t *starts, *near; /* days */
	struct glance *glances;
	struct spot spots[SPOTS];
	int n_spots;
};

static int site_at(const struct instance *in, int request, int member) {
	const struct request *r = &in->requests[request];
	for (int s = r->site; s < r->site + r->n_sites; s++)
		if (in->sites[s].member == member)
			return s;
	return -1;
}

/* The starts all of the group may have at the member; false: there are none. */
static bool common_starts(struct placing *g, int member) {
	const struct instance *in = g->w->in;
	for (int i = 0; i < g->n; i++) {
		int s = site_at(in, g->group[i], member);
		if (s < 0)
			return false;
		for (size_t k = 0; k < in->words; k++)
			g->starts[k] = (i ? g->starts[k] : UINT64_MAX) & in->sites[s].starts[k];
	}
	return bits_any(g->starts, in->words);
}

static void lead(struct placing *g, int place) {
	int leader = g->group[place];
	g->group[place] = g->group[0];
	g->group[0] = leader;
}

/* Where the host's fixed cost is least. */
static int cheapest_leader(const struct placing *g, int member) {
	const struct instance *in = g->w->in;
	int best = 0;
	for (int i = 1; i < g->n; i++)
		if (in->sites[site_at(in, g->group[i], member)].fixed_cost
		    < in->sites[site_at(in, g->group[best], member)].fixed_cost)
			best = i;
	return best;
}

/* Points for the start, teams and money aside. */
static int64_t points_of(const struct placing *g, int site, int32_t start) {
	const struct instance *in = g->w->in;
	int64_t points = 0;
	for (int i = 0; i < g->n; i++) {
		struct item item = {.request = g->group[i], .start = start};
		struct score score;
		int index = in->requests[g->group[i]].baseline;
		item_score(in, &item, &score);
		points += score_sum(&score);
		if (index >= 0) {
			const struct baseline *b = &in->baseline[index];
			bool moved = b->start != start || b->member != in->sites[site].member;
			points += b->weight * (in->weights.dropped - (moved ? in->weights.moved : 0));
		}
	}
	return points;
}

/* Does a lesson on these days find a pupil on a mission? */
static bool pupils_busy(const struct placing *g, int32_t start) {
	const struct instance *in = g->w->in;
	int32_t end = start + in->requests[g->group[0]].days - 1;
	for (int i = 0; i < g->n; i++) {
		const struct request *r = &in->requests[g->group[i]];
		for (int k = 0; k < r->n_pupils; k++)
			if (bits_meets_range(g->w->busy + (size_t)r->pupils[k] * in->words, in->days, start,
			                     end))
				return true;
	}
	return false;
}

static void keep_spot(struct placing *g, const struct spot *spot) {
	int i = g->n_spots < SPOTS ? g->n_spots++ : SPOTS;
	if (i == SPOTS && g->spots[--i].worth >= spot->worth)
		return;
	for (; i > 0 && g->spots[i - 1].worth < spot->worth; i--)
		g->spots[i] = g->spots[i - 1];
	g->spots[i] = *spot;
}

static void task_of(const struct placing *g, int site, struct task *ret) {
	const struct instance *in = g->w->in;
	*ret = (struct task){.w = g->w, .group = g->group, .n_group = g->n, .site = site};
	for (int i = 0; i < g->n; i++) {
		const struct request *r = &in->requests[g->group[i]];
		ret->size = r->experts > ret->size ? r->experts : ret->size;
		ret->topics |= r->topics;
	}
	task_gather(ret, g->guests);
}

/* Starts on which a mission at the member could be chained with one there is: into g->near. */
static void find_near(struct placing *g, int member) {
	const struct instance *in = g->w->in;
	int days = in->requests[g->group[0]].days, gap = in->rules.chain_gap_days;
	memset(g->near, 0, in->words * sizeof *g->near);
	for (int q = 0; in->rules.chaining && q < in->n_requests; q++) {
		const struct item *item = plan_item(g->w->p, q);
		int host = item ? in->sites[item->site].member : -1;
		if (host < 0 || in->members[host].region != in->members[member].region)
			continue;
		int leg = leg_days(in, host, member);
		int32_t end = item_end(in, item);
		bits_add_range(g->near, in->days, end + 1 + leg, end + 1 + gap);
		bits_add_range(g->near, in->days, item->start - days - gap, item->start - days - leg);
	}
}

static int by_worth(const void *x, const void *y) {
	const struct glance *a = x, *b = y;
	if (a->worth + a->hope != b->worth + b->hope)
		return a->worth + a->hope > b->worth + b->hope ? -1 : 1;
	return a->start < b->start ? -1 : a->start > b->start;
}

/* What a start is worth at most, team and money aside; and some hope for chains. */
static int glance_at(struct placing *g, int site) {
	const struct instance *in = g->w->in;
	int64_t fixed = in->sites[site].fixed_cost / in->weights.money_per_point;
	int n = 0;
	find_near(g, in->sites[site].member);
	bits_each(g->starts, in->words, d) {
		bool near = bits_has(g->near, d);
		g->glances[n++] = (struct glance){
			.worth = points_of(g, site, d) - fixed + dice_below(g->dice, g->noise + 1),
			.hope = near ? dice_below(g->dice, in->weights.served / 2 + 1) : 0,
			.start = d,
		};
	}
	qsort(g->glances, (size_t)n, sizeof *g->glances, by_worth);
	return n;
}

/* The starts there that promise most, led by the first of the group. */
static void look_at_starts(struct placing *g, int member) {
	const struct instance *in = g->w->in;
	int site = site_at(in, g->group[0], member), n = glance_at(g, site), looks = LOOKS;
	struct task task;
	task_of(g, site, &task);
	for (int i = 0; i < n && looks > 0; i++) {
		int32_t d = g->glances[i].start;
		struct spot spot = {.site = site, .start = d, .worth = g->glances[i].worth};
		if (!plan_free_days(g->w->p, g->group[0], d) || !plan_free_member(g->w->p, g->group[0], d)
		    || pupils_busy(g, d))
			continue;
		g->w->means->units++;
		looks--;
		if (!crew_find(&task, d, &spot.crew))
			continue;
		spot.worth -= spot.crew.points + spot.crew.cost / in->weights.money_per_point;
		keep_spot(g, &spot);
	}
}

/* Who leads matters for the fixed cost, and where interpreters are paid, for the languages. */
static void look_at_site(struct placing *g, int member) {
	if (!common_starts(g, member))
		return;
	if (!g->w->in->rules.interpretation_per_day) {
		lead(g, cheapest_leader(g, member));
		look_at_starts(g, member);
		return;
	}
	for (int i = 0; i < g->n; i++) {
		lead(g, i);
		look_at_starts(g, member);
		lead(g, i);
	}
}

/* Requests whose cost changes with the spot, each once; the new one last. */
static int list_touched(const struct wide *w, const struct spot *spot, int leader, int *ret) {
	int n = 0;
	for (int i = 0; i < 2 * spot->crew.n; i++) {
		int seat = i & 1 ? spot->crew.next[i / 2] : spot->crew.before[i / 2];
		bool seen = seat < 0 || is_pinned(w, seat / TEAM_MAX);
		for (int k = 0; !seen && k < n; k++)
			seen = ret[k] == seat / TEAM_MAX;
		if (!seen)
			ret[n++] = seat / TEAM_MAX;
	}
	ret[n++] = leader;
	return n;
}

/* The items at their new costs, with the money there is. */
static bool pay(struct wide *w, const int *touched, int n) {
	struct item items[2 * TEAM_MAX + 1];
	for (int i = 0; i < n; i++) {
		items[i] = w->p->items[touched[i]];
		items[i].cost = wide_item_cost(w, &items[i]);
	}
	for (int i = 0; i < n; i++)
		plan_remove(w->p, touched[i]);
	wide_narrow(w);
	for (int i = 0; i < n; i++) {
		if (!money_pay(w->means->money, w->p, NULL, &items[i])
		    && !money_shift(w->means->money, w->p, &items[i]))
			return false;
		plan_add(w->p, &items[i]);
	}
	return true;
}

/* Put the item there. False: w is spoilt. */
static bool settle(struct wide *w, const struct placing *g, const struct spot *spot) {
	const struct instance *in = w->in;
	int leader = in->sites[spot->site].request, touched[2 * TEAM_MAX + 1];
	struct item item = {.request = leader, .site = spot->site, .start = spot->start};
	int32_t end = spot->start + in->requests[leader].days - 1;
	w->topics[leader] = 0;
	for (int i = 0; i < g->n; i++) {
		w->leader[g->group[i]] = leader;
		w->topics[leader] |= in->requests[g->group[i]].topics;
	}
	bool led = false;
	for (int i = 0; i < spot->crew.n; i++) {
		int e = spot->crew.expert[i];
		struct standing s = wide_standing(w, e, w->topics[leader], spot->start, end);
		bool leads = !led && s.full && could_lead(w, e, spot->site, g->group, g->n);
		item.team[item.n_team++] = (struct seat){(uint16_t)e, leads    ? ROLE_LEAD
		                                                      : s.full ? ROLE_EXPERT
		                                                               : ROLE_TRAINEE};
		led = led || leads;
	}
	plan_add(w->p, &item);
	for (int i = 0; i < spot->crew.n; i++) {
		if (spot->crew.before[i] >= 0)
			w->after[seat_of(leader, i)] = spot->crew.before[i] / TEAM_MAX;
		if (spot->crew.next[i] >= 0)
			w->after[spot->crew.next[i]] = leader;
	}
	bool good = pay(w, touched, list_touched(w, spot, leader, touched)) && wide_fault(w) < 0;
	plan_settle(w->p);
	return good;
}

/* The first spot that holds. */
static bool take_best(struct placing *g) {
	struct wide *trial = g->w->means->trial;
	for (int i = 0; i < g->n_spots; i++) {
		struct spot *spot = &g->spots[i];
		int leader = g->w->in->sites[spot->site].request;
		for (int k = 1; k < g->n; k++)
			if (g->group[k] == leader)
				lead(g, k);
		wide_copy(trial, g->w);
		if (!settle(trial, g, spot))
			continue;
		wide_copy(g->w, trial);
		return true;
	}
	return false;
}

bool wide_place(struct wide *w, const int *group, int n, int64_t noise, struct dice *dice) {
	const struct instance *in = w->in;
	const struct request *r = &in->requests[group[0]];
	struct placing g = {.w = w, .n = n, .noise = noise, .dice = dice};
	memcpy(g.group, group, (size_t)n * sizeof *group);
	g.guests = calloc((size_t)in->n_experts + 1, guest_size());
	g.starts = calloc(2 * in->words + 1, sizeof *g.starts);
	g.glances = calloc((size_t)in->days + 1, sizeof *g.glances);
	if (!g.guests || !g.starts || !g.glances)
		abort();
	g.near = g.starts + in->words;
	for (int s = r->site; s < r->site + r->n_sites; s++)
		look_at_site(&g, in->sites[s].member);
	bool good = take_best(&g);
	free(g.guests);
	free(g.starts);
	free(g.glances);
	return good;
}
