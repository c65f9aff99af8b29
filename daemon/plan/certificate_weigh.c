/* SPDX-License-Identifier: Apache-2.0 */
/* What prices prove. Every request, every open start, every team that is not plainly beaten. */
#include <stdlib.h>

#include "plan/calendar.h"
#include "plan/certificate_own.h"

#include "base/banned.h"

enum { IMPOSSIBLE = -1 };           /* as a cost: no team on any start */
#define NO_PRICE (INT64_C(1) << 61) /* more than any price */

struct left {                                    /* by the pinned items */
	int64_t *money, *national, *missions, *days; /* … × years */
	int64_t *load, *balance, *running, *running_region;
	uint64_t *busy; /* experts × words */
};

struct guest { /* somebody who can come on the start at hand */
	const struct candidate *who;
	struct standing standing;
	int64_t price; /* without money */
};

struct weighing {
	struct proof *proof;
	const struct instance *in;
	const struct prices *p;
	struct left left;
	int64_t fixed; /* points */
	int64_t per_money;
	int64_t **busy_sum, **gap_sum, *running_sum, *region_sum;
	int64_t *least; /* sites */
	/* the team at hand */
	const struct request *r;
	const struct site *site;
	struct guest *guests; /* by rising price with money */
	int n_guests, team[TEAM_MAX];
	int32_t start;
	int64_t rate, best; /* price of money; least price of a team, host and all */
	int64_t slack, best_cost;
	bool bare;
};

static void *zeros(struct weighing *w, size_t n) {
	return arena_calloc(w->proof->arena, n, sizeof(int64_t));
}

static int64_t *sums(struct weighing *w, const int64_t *row) {
	int64_t *sum = zeros(w, (size_t)w->in->days + 1);
	for (int d = 0; d < w->in->days; d++)
		sum[d + 1] = sum[d] + row[d];
	return sum;
}

/* The pinned items' worth, and what they take. */
static int64_t pinned_points(const struct instance *in, const struct item *item) {
	const struct request *r = &in->requests[item->request];
	const struct weights *w = &in->weights;
	int64_t waited = item->start > r->waits_from ? (item->start - r->waits_from) / 7 : 0;
	bool outside = item->start < r->preferred.first || item->start > r->preferred.last;
	int64_t points = (w->served - w->waiting * waited - (outside ? w->window : 0)) * r->priority
	                 - item->cost / w->money_per_point;
	if (r->baseline < 0)
		return points;
	const struct baseline *was = &in->baseline[r->baseline];
	int64_t change =
		was->start != item->start || was->member != in->sites[item->site].member ? w->moved : 0;
	for (int i = 0; i < item->n_team; i++)
		change += bits_has(was->team, item->team[i].expert) ? 0 : w->expert;
	return points - was->weight * change;
}

static void take_pinned(struct weighing *w, const struct item *item) {
	const struct instance *in = w->in;
	const struct request *r = &in->requests[item->request];
	int year = in->year_of[item->start];
	w->fixed += pinned_points(in, item);
	w->left.balance[r->region]--;
	for (int d = item->start; d < item->start + r->days; d++) {
		w->left.running[d]--;
		w->left.running_region[r->region * in->days + d]--;
	}
	if (r->kind == KIND_NATIONAL)
		w->left.national[r->member * in->years + year]--;
	for (int i = 0; i < item->n_funding; i++)
		w->left.money[item->funding[i].fund * in->years + year] -= item->funding[i].amount;
	for (int i = 0; i < item->n_team; i++) {
		int e = item->team[i].expert;
		enum band band = item_band(in, item, e);
		struct span block = block_of(in, band, item->start, r->days);
		w->left.load[e]--;
		w->left.missions[e * in->years + year]--;
		w->left.days[e * in->years + year] -= mission_days(in, band, r->days);
		bits_add_range(w->left.busy + (size_t)e * in->words, in->days, block.first, block.last);
	}
}

static void not_below_zero(int64_t *row, size_t n) {
	for (size_t i = 0; i < n; i++)
		row[i] = row[i] < 0 ? 0 : row[i];
}

static void compile_left(struct weighing *w) {
	const struct instance *in = w->in;
	const struct rules *rules = &in->rules;
	size_t years = (size_t)in->years, experts = (size_t)in->n_experts, days = (size_t)in->days;
	size_t pools = (size_t)in->n_funds * years, seats = experts * years;
	size_t nationals = (size_t)in->n_members * years, cells = (size_t)in->n_regions * days;
	struct left *left = &w->left;
	left->money = zeros(w, pools), left->missions = zeros(w, seats);
	left->days = zeros(w, seats), left->national = zeros(w, nationals);
	left->load = zeros(w, experts), left->balance = zeros(w, (size_t)in->n_regions);
	left->running = zeros(w, days), left->running_region = zeros(w, cells);
	left->busy = zeros(w, experts * in->words);
	for (size_t i = 0; i < pools; i++)
		left->money[i] = in->funds[i / years].budget[i % years];
	for (size_t i = 0; i < seats; i++) {
		left->missions[i] = in->experts[i / years].max_missions_year;
		left->days[i] = in->experts[i / years].max_days_year;
	}
	for (size_t i = 0; i < nationals; i++)
		left->national[i] = rules->national_per_year;
	for (size_t e = 0; e < experts; e++)
		left->load[e] = rules->fair_missions;
	for (int i = 0; i < in->n_regions; i++)
		left->balance[i] = in->regions[i].target;
	for (size_t d = 0; d < days; d++)
		left->running[d] = rules->parallel_max;
	for (size_t i = 0; i < cells; i++)
		left->running_region[i] = rules->parallel_region ? rules->parallel_region[i / days] : 1;
	for (int i = 0; i < in->n_baseline; i++)
		if (in->requests[in->baseline[i].request].pinned < 0)
			w->fixed -= in->baseline[i].weight * in->weights.dropped;
	for (int i = 0; i < in->n_pinned; i++)
		take_pinned(w, &in->pinned[i]);
	not_below_zero(left->money, pools);
	not_below_zero(left->missions, seats);
	not_below_zero(left->days, seats);
	not_below_zero(left->national, nationals);
	not_below_zero(left->running, days);
	not_below_zero(left->running_region, cells);
}

static void compile_sums(struct weighing *w) {
	const struct instance *in = w->in;
	w->busy_sum = zeros(w, (size_t)in->n_experts);
	w->gap_sum = zeros(w, (size_t)in->n_members);
	w->running_sum = sums(w, w->p->parallel);
	for (int e = 0; e < in->n_experts; e++)
		w->busy_sum[e] = w->p->busy[e] ? sums(w, w->p->busy[e]) : NULL;
	for (int m = 0; m < in->n_members; m++)
		w->gap_sum[m] = w->p->gap[m] ? sums(w, w->p->gap[m]) : NULL;
	w->region_sum = zeros(w, (size_t)in->n_regions * ((size_t)in->days + 1));
	for (int i = 0; w->p->parallel_region && i < in->n_regions; i++)
		memcpy(w->region_sum + (size_t)i * ((size_t)in->days + 1),
		       sums(w, w->p->parallel_region + (size_t)i * (size_t)in->days),
		       ((size_t)in->days + 1) * sizeof *w->region_sum);
}

/* Do the pinned items leave the start to the request? */
static bool open_start(const struct weighing *w, const struct request *r, int32_t start) {
	const struct instance *in = w->in;
	for (int d = start; d < start + r->days; d++)
		if (w->left.running[d] == 0
		    || (in->rules.parallel_region && !w->left.running_region[r->region * in->days + d]))
			return false;
	if (r->kind != KIND_NATIONAL)
		return true;
	for (int i = 0; i < in->n_pinned; i++) {
		const struct request *other = &in->requests[in->pinned[i].request];
		if (other->kind == KIND_NATIONAL && other->member == r->member
		    && abs(in->pinned[i].start - start) < in->rules.national_gap_days)
			return false;
	}
	return w->left.national[r->member * in->years + in->year_of[start]] > 0;
}

static bool guest_of(const struct weighing *w, const struct candidate *c, int32_t start,
                     struct guest *ret) {
	const struct instance *in = w->in;
	int year = in->year_of[start], at = c->expert * in->years + year;
	int days = mission_days(in, c->band, w->r->days);
	struct span block = block_of(in, c->band, start, w->r->days);
	*ret = (struct guest){.who = c};
	ret->standing =
		expert_standing(&in->experts[c->expert], w->r->topics, start, start + w->r->days - 1);
	if (!ret->standing.covers || !bits_has(calendar_row(in, c->shape, c->expert), start)
	    || w->left.missions[at] < 1 || w->left.days[at] < days
	    || bits_meets_range(w->left.busy + (size_t)c->expert * in->words, in->days, block.first,
	                        block.last))
		return false;
	if (w->bare)
		return true;
	ret->price = w->p->load[c->expert] + w->p->missions[at] + days * w->p->days[at];
	if (w->busy_sum[c->expert])
		ret->price += w->busy_sum[c->expert][block.last + 1] - w->busy_sum[c->expert][block.first];
	const struct baseline *was = w->r->baseline < 0 ? NULL : &in->baseline[w->r->baseline];
	if (was && !bits_has(was->team, c->expert))
		ret->price += was->weight * in->weights.expert * w->p->scale;
	return true;
}

static int64_t whole_price(const struct weighing *w, const struct guest *g) {
	return g->price + g->who->cost * (w->per_money + w->rate);
}

/* Money: what a pool asks and has, and the least per cent it gives. */
struct source {
	int64_t price, left, share;
};

static int64_t mixed(const struct source *a, const struct source *b, int64_t least) {
	int64_t most = (100 - b->share) * least, first = 100 * a->left < most ? 100 * a->left : most;
	if (first < a->share * least || b->left < (100 * least - first) / 100)
		return INT64_MAX;
	return a->price * first + b->price * (100 * least - first);
}

static int by_price(const void *x, const void *y) {
	const struct source *a = x, *b = y;
	return a->price < b->price ? -1 : a->price > b->price;
}

static int64_t filled(const struct source *s, int n, int64_t least) {
	int64_t price = 0;
	for (int i = 0; i < n && least > 0; i++) {
		int64_t part = s[i].left < least ? s[i].left : least;
		price += 100 * part * s[i].price;
		least -= part;
	}
	return least > 0 ? INT64_MAX : price;
}

/* 100 × the price of so much money for the request on this start; INT64_MAX: nobody can give it. */
static int64_t hundredfold(const struct weighing *w, int32_t start, int64_t cost) {
	const struct instance *in = w->in;
	struct source s[FUNDS_MAX];
	int n = 0, year = in->year_of[start];
	int64_t best = INT64_MAX;
	for (int i = 0; i < w->r->n_funds; i++) {
		int f = w->r->funds[i], at = f * in->years + year;
		const struct fund *fund = &in->funds[f];
		if (fund->period.first <= start && start + w->r->days - 1 <= fund->period.last
		    && w->left.money[at] > 0 && w->left.money[at] >= fund->min_share_percent * cost / 100)
			s[n++] = (struct source){w->p->budget[at], w->left.money[at], fund->min_share_percent};
	}
	qsort(s, (size_t)n, sizeof *s, by_price);
	for (int i = 0; i < n; i++) {
		int64_t alone = s[i].left >= cost ? 100 * cost * s[i].price : INT64_MAX;
		best = alone < best ? alone : best;
		for (int k = i + 1; in->rules.funds_max == 2 && k < n; k++) {
			int64_t both = mixed(&s[i], &s[k], cost);
			best = both < best ? both : best;
		}
	}
	if (in->rules.funds_max > 2) {
		int64_t many = filled(s, n, cost);
		best = many < best ? many : best;
	}
	return cost == 0 ? 0 : best;
}

/* The least price of a unit: what no mix for `least` or more is below; −1: there is none. */
static int64_t rate_on(const struct weighing *w, int32_t start, int64_t least) {
	int64_t price = hundredfold(w, start, least);
	return price == INT64_MAX ? -1 : least == 0 ? 0 : price / (100 * least);
}

static void weigh_team(struct weighing *w) {
	const struct instance *in = w->in;
	int64_t cost = w->site->fixed_cost, price = 0;
	uint64_t covers = 0;
	int trainees = 0, leads = 0, strangers = 0;
	for (int i = 0; i < w->r->experts; i++) {
		const struct guest *g = &w->guests[w->team[i]];
		cost += g->who->cost;
		price += g->price;
		covers |= g->standing.covers;
		trainees += !g->standing.full;
		leads += g->standing.full && g->who->can_lead;
		strangers += !g->who->speaks;
		for (int k = 0; in->rules.different_administrations && k < i; k++)
			if (in->experts[g->who->expert].home
			    == in->experts[w->guests[w->team[k]].who->expert].home)
				return;
	}
	if (covers != w->r->topics || !leads || trainees > in->rules.trainees_max[w->r->kind])
		return;
	if (strangers)
		cost += w->r->days * in->rules.interpretation_per_day;
	price += cost / in->weights.money_per_point * w->p->scale;
	if (price + cost * w->rate >= w->best)
		return;
	int64_t money = w->bare ? cost * w->rate * 100 : hundredfold(w, w->start, cost);
	if (money < INT64_MAX && price + money / 100 < w->best)
		w->best = price + money / 100, w->best_cost = cost;
}

/* The price of the first guest from this one on who leads, or covers the topic; or too much. */
static int64_t first_who(const struct weighing *w, int from, uint64_t topic) {
	for (int i = from; i < w->n_guests; i++) {
		const struct guest *g = &w->guests[i];
		if (topic ? (g->standing.covers & topic) != 0 : g->standing.full && g->who->can_lead)
			return whole_price(w, g);
	}
	return 2 * NO_PRICE;
}

/* `so_far`: what is sure to be paid for the first n seats and the host. */
static void fill_seats(struct weighing *w, int n, int from, int64_t so_far, uint64_t covered,
                       bool led) {
	int open = w->r->experts - n;
	if (open == 0) {
		weigh_team(w);
		return;
	}
	for (int i = from; i <= w->n_guests - open; i++) {
		const struct guest *g = &w->guests[i];
		int64_t least = so_far, dearest = whole_price(w, &w->guests[i + open - 1]);
		for (int k = i; k < i + open - 1; k++)
			least += whole_price(w, &w->guests[k]);
		if (least + dearest >= w->best)
			return;
		int64_t leader = led ? 0 : first_who(w, i, 0);
		dearest = leader > dearest ? leader : dearest;
		for (uint64_t left = w->r->topics & ~covered; left; left &= left - 1) {
			int64_t other = first_who(w, i, left & -left);
			dearest = other > dearest ? other : dearest;
		}
		if (least + dearest >= w->best)
			return;
		w->team[n] = i;
		fill_seats(w, n + 1, i + 1, so_far + whole_price(w, g), covered | g->standing.covers,
		           led || (g->standing.full && g->who->can_lead));
	}
}

/* Are there as many guests as seats each of whom could take this one's place, and no harm done? */
static bool replaceable(const struct weighing *w, const struct guest *g) {
	int n = 0;
	if (w->in->rules.different_administrations)
		return false;
	for (int i = 0; i < w->n_guests && n < w->r->experts; i++) {
		const struct guest *o = &w->guests[i];
		n += o->who->cost <= g->who->cost
		     && g->price + w->rate * g->who->cost - o->price - w->rate * o->who->cost
		            >= (o->who->cost < g->who->cost) /* what rounding may take */
		     && (o->standing.covers & g->standing.covers) == g->standing.covers
		     && (o->standing.full || !g->standing.full) && (o->who->speaks || !g->who->speaks)
		     && ((o->standing.full && o->who->can_lead) || !(g->standing.full && g->who->can_lead));
	}
	return n == w->r->experts;
}

/* The least price of a team on the start, if below w->best. */
static void seat(struct weighing *w, int32_t start) {
	int64_t host = w->site->fixed_cost * (w->per_money + w->rate) - w->slack;
	w->n_guests = 0;
	w->start = start;
	for (int i = 0; i < w->site->n_candidates; i++) {
		struct guest g;
		const struct candidate *c = &w->site->candidates[i];
		int64_t base = c->cost * (w->per_money + w->rate), least = host + base;
		for (int k = 0; k < w->r->experts - 1; k++) {
			int64_t seen = k < w->n_guests ? whole_price(w, &w->guests[k]) : base;
			least += seen < base ? seen : base;
		}
		if (least >= w->best) /* for whoever has a seat from here on */
			break;
		if (!guest_of(w, c, start, &g) || replaceable(w, &g))
			continue;
		int k = w->n_guests++;
		for (; k > 0 && whole_price(w, &w->guests[k - 1]) > whole_price(w, &g); k--)
			w->guests[k] = w->guests[k - 1];
		w->guests[k] = g;
		if (w->n_guests == 2 * w->r->experts + 2)
			fill_seats(w, 0, 0, host, 0, false);
	}
	fill_seats(w, 0, 0, host, 0, false);
}

static void take_site(struct weighing *w, int index) {
	int64_t mpp = w->in->weights.money_per_point;
	w->site = &w->in->sites[index];
	w->r = &w->in->requests[w->site->request];
	/* scale × ⌊c ÷ mpp⌋ ≥ per_money × c − slack, whatever c */
	w->slack = w->per_money * (mpp - 1);
}

static void find_least(struct weighing *w, int index) {
	take_site(w, index);
	w->rate = 1;
	w->bare = true;
	w->best = NO_PRICE;
	w->best_cost = IMPOSSIBLE;
	bits_each(w->site->starts, w->in->words, d) {
		if (open_start(w, w->r, d))
			seat(w, d);
	}
	w->bare = false;
	w->least[index] = w->best_cost;
}

/* Covers: what an item of the request in the year pays for them. */
static int64_t claimed(const struct weighing *w, int request, int year) {
	int64_t sum = 0;
	for (size_t i = 0; i < w->proof->n_claims; i++) {
		const struct claim *c = &w->proof->claims[i];
		for (int k = 0; k < c->n; k++)
			if (c->requests[k] == request && (c->year < 0 || c->year == year))
				sum += c->price;
	}
	return sum;
}

static int64_t start_worth(const struct weighing *w, int32_t start) {
	const struct instance *in = w->in;
	const struct request *r = w->r;
	const struct weights *weights = &in->weights;
	int year = in->year_of[start], end = start + r->days;
	int64_t waited = start > r->waits_from ? (start - r->waits_from) / 7 : 0;
	int64_t points = weights->served - weights->waiting * waited;
	points -= start < r->preferred.first || start > r->preferred.last ? weights->window : 0;
	points *= r->priority;
	if (r->baseline >= 0) {
		const struct baseline *was = &in->baseline[r->baseline];
		bool moved = was->start != start || was->member != w->site->member;
		points += was->weight * (weights->dropped - (moved ? weights->moved : 0));
	}
	const int64_t *region = w->region_sum + (size_t)r->region * ((size_t)in->days + 1);
	int64_t worth = points * w->p->scale + w->p->balance[r->region];
	worth -= w->running_sum[end] - w->running_sum[start] + region[end] - region[start];
	if (r->kind != KIND_NATIONAL)
		return worth;
	int from = start - in->rules.national_gap_days + 1;
	if (w->gap_sum[r->member])
		worth -= w->gap_sum[r->member][start + 1] - w->gap_sum[r->member][from > 0 ? from : 0];
	return worth - w->p->national[r->member * in->years + year];
}

static int64_t best_of(struct weighing *w, int request) {
	const struct request *r = &w->in->requests[request];
	int64_t best = 0;
	for (int k = r->site; k < r->site + r->n_sites && r->pinned < 0; k++) {
		int64_t charge[2] = {-1, 0};
		take_site(w, k);
		bits_each(w->site->starts, w->in->words, d) {
			if (w->least[k] == IMPOSSIBLE || !open_start(w, r, d))
				continue;
			if (charge[0] != w->in->year_of[d]) {
				charge[0] = w->in->year_of[d];
				charge[1] = claimed(w, request, (int)charge[0]);
			}
			int64_t worth = start_worth(w, d) - charge[1];
			w->rate = rate_on(w, d, w->least[k]);
			int64_t least = w->least[k] * (w->per_money + w->rate) - w->slack;
			if (w->rate < 0 || worth - least <= best)
				continue;
			w->best = worth - best;
			seat(w, d);
			best = worth - w->best;
		}
	}
	return best;
}

/* A cover holds if its requests have no other pools, and any most + 1 of them cost too much. */
static int by_amount(const void *x, const void *y) {
	const int64_t *a = x, *b = y;
	return *a < *b ? -1 : *a > *b;
}

static bool pays_elsewhere(const struct weighing *w, const struct claim *c, int request) {
	const struct instance *in = w->in;
	const struct request *r = &in->requests[request];
	for (int k = r->site; k < r->site + r->n_sites; k++)
		bits_each(in->sites[k].starts, in->words, d) {
			int year = in->year_of[d];
			for (int i = 0; (c->year < 0 || c->year == year) && i < r->n_funds; i++) {
				int pool = r->funds[i] * in->years + year;
				if (!bits_has(c->pools, pool) && w->left.money[pool] > 0
				    && fund_admits(in, r->funds[i], request, d, d + r->days - 1))
					return true;
			}
		}
	return false;
}

static bool holds(struct weighing *w, const struct claim *c) {
	const struct instance *in = w->in;
	int64_t *least = zeros(w, (size_t)c->n), left = 0, cost = 0;
	for (int i = 0; i < in->n_funds * in->years; i++)
		left += bits_has(c->pools, i) ? w->left.money[i] : 0;
	for (int i = 0; i < c->n; i++) {
		const struct request *r = &in->requests[c->requests[i]];
		if (r->pinned >= 0 || pays_elsewhere(w, c, c->requests[i]))
			return false;
		least[i] = left + 1; /* never served */
		for (int k = r->site; k < r->site + r->n_sites; k++)
			if (w->least[k] != IMPOSSIBLE && w->least[k] < least[i])
				least[i] = w->least[k];
	}
	qsort(least, (size_t)c->n, sizeof *least, by_amount);
	for (int i = 0; i <= c->most; i++)
		cost += least[i];
	return cost > left;
}

/* The sum, each product and addition checked. */
static bool add(int64_t *sum, int64_t price, int64_t n) {
	int64_t product;
	return !__builtin_mul_overflow(price, n, &product)
	       && !__builtin_add_overflow(*sum, product, sum);
}

static bool add_rooms(const struct weighing *w, int64_t *sum) {
	const struct instance *in = w->in;
	const struct prices *p = w->p;
	bool fits = add(sum, w->fixed, p->scale);
	for (int i = 0; i < in->n_funds * in->years; i++)
		fits = fits && add(sum, p->budget[i], w->left.money[i]);
	for (int i = 0; i < in->n_experts * in->years; i++)
		fits = fits && add(sum, p->missions[i], w->left.missions[i])
		       && add(sum, p->days[i], w->left.days[i]);
	for (int i = 0; i < in->n_members * in->years; i++)
		fits = fits && add(sum, p->national[i], w->left.national[i]);
	for (int e = 0; e < in->n_experts; e++)
		fits = fits && add(sum, p->load[e], w->left.load[e]);
	for (int i = 0; i < in->n_regions; i++)
		fits = fits && add(sum, -p->balance[i], w->left.balance[i]);
	for (int d = 0; d < in->days; d++)
		fits = fits && add(sum, p->parallel[d], w->left.running[d]);
	for (int i = 0; p->parallel_region && i < in->n_regions * in->days; i++)
		fits = fits && add(sum, p->parallel_region[i], w->left.running_region[i]);
	for (int e = 0; e < in->n_experts; e++)
		fits = fits && (!w->busy_sum[e] || add(sum, w->busy_sum[e][in->days], 1));
	for (int m = 0; m < in->n_members; m++)
		fits = fits && (!w->gap_sum[m] || add(sum, w->gap_sum[m][in->days], 1));
	for (size_t i = 0; i < w->proof->n_claims; i++)
		fits = fits && add(sum, w->proof->claims[i].price, w->proof->claims[i].most);
	return fits;
}

/* No product below can overflow: costs and points of one item times what they are taken by. */
static bool moderate(const struct weighing *w) {
	const struct instance *in = w->in;
	const struct weights *weights = &in->weights;
	int64_t money = 1, points = weights->balance, price = w->per_money;
	for (int s = 0; s < in->n_sites; s++) {
		const struct site *site = &in->sites[s];
		const struct request *r = &in->requests[site->request];
		int64_t cost = site->fixed_cost + r->days * in->rules.interpretation_per_day;
		if (site->n_candidates)
			cost += r->experts * site->candidates[site->n_candidates - 1].cost;
		money = money > cost ? money : cost;
		int64_t worth = weights->served + weights->waiting * (in->days / 7 + 1) + weights->window;
		worth *= r->priority;
		if (r->baseline >= 0)
			worth += in->baseline[r->baseline].weight
			         * (weights->dropped + weights->moved + TEAM_MAX * weights->expert);
		points = points > worth ? points : worth;
	}
	for (int i = 0; i < in->n_funds * in->years; i++)
		price = price > w->p->budget[i] ? price : w->p->budget[i];
	return price <= (INT64_C(1) << 54) / money && points <= (INT64_C(1) << 58) / w->p->scale;
}

static enum err refused(const struct weighing *w, const char *field, const char *what) {
	return err_set(w->proof->why, ERR_INVALID, field, "the certificate's %s", what);
}

enum err proof_weigh(struct proof *proof, int64_t *ret) {
	const struct instance *in = proof->in;
	struct weighing w = {.proof = proof, .in = in, .p = proof->prices};
	int64_t sum = 0;
	w.per_money = proof->prices->scale / in->weights.money_per_point;
	w.guests = arena_array(proof->arena, struct guest, (size_t)in->n_experts + 1);
	w.least = zeros(&w, (size_t)in->n_sites);
	if (!moderate(&w))
		return refused(&w, "scale", "scale and multipliers are too large for 64 bits");
	for (int e = 0; e < in->n_experts; e++)
		if (proof->prices->load[e] > in->weights.load * proof->prices->scale)
			return refused(&w, "load", "load multiplier is above the weight of load");
	for (int i = 0; i < in->n_regions; i++)
		if (proof->prices->balance[i] > in->weights.balance * proof->prices->scale)
			return refused(&w, "balance", "balance multiplier is above the weight of balance");
	compile_left(&w);
	compile_sums(&w);
	for (int s = 0; s < in->n_sites; s++)
		find_least(&w, s);
	for (size_t i = 0; i < proof->n_claims; i++)
		if (!holds(&w, &proof->claims[i]))
			return refused(&w, "cover", "cover does not hold: its requests could all be paid");
	bool fits = add_rooms(&w, &sum);
	for (int q = 0; fits && q < in->n_requests; q++)
		fits = add(&sum, best_of(&w, q), 1);
	if (!fits)
		return refused(&w, "scale", "sums are too large for 64 bits");
	*ret = sum / proof->prices->scale - (sum % proof->prices->scale < 0);
	return ERR_NONE;
}
