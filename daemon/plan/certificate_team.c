/* SPDX-License-Identifier: Apache-2.0 */
/* The least price of a team: every one that is not plainly beaten, and the money for it. */
#include <stdlib.h>

#include "plan/calendar.h"
#include "plan/certificate_own.h"

#include "base/banned.h"

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

int64_t weigh_rate(const struct weighing *w, int32_t start, int64_t least) {
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

void weigh_seats(struct weighing *w, int32_t start) {
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
