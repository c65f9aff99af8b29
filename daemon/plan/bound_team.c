/* SPDX-License-Identifier: Apache-2.0 */
/* The best team on one start: the few experts who can matter, cheapest first, then every team of
 * them that is not beaten by the sum of the cheapest. */
#include "plan/bound_own.h"

#include "plan/calendar.h"

#include "base/banned.h"

enum { AT_HAND = 256, TRIES_MAX = 20000 };

struct hand {
	int64_t price; /* all of it, the linear part of the cost included */
	int64_t cost;
	uint64_t covers;
	int home;
	uint16_t expert;
	bool full, leads, speaks, wanted;
};

struct search {
	const struct bound *b;
	const struct request *r;
	const struct limit *limit;
	int64_t fixed, money_price, slack, interpretation;
	int year;
	int32_t start;
	struct hand hands[AT_HAND + 1]; /* by price */
	int n;
	int wanted; /* experts who must be in */
	int taken[TEAM_MAX];
	int64_t least; /* best true price of a team */
	int64_t cost;  /* and its cost */
	int64_t lost;  /* price of the cheapest who had no place in `hands` */
	int tries;
	int found[TEAM_MAX];
	bool any;
};

/* Could the expert come? Fills in everything but the price. */
static bool comes(const struct search *s, const struct candidate *c, struct hand *ret) {
	const struct bound *b = s->b;
	const struct instance *in = b->in;
	const struct expert *e = &in->experts[c->expert];
	size_t at = (size_t)c->expert * (size_t)in->years + (size_t)s->year;
	if (!bits_has(calendar_row(in, c->shape, c->expert), s->start) || b->room.missions[at] == 0
	    || b->room.days[at] < mission_days(in, c->band, s->r->days))
		return false;
	if (s->limit->no_seat && bits_has(s->limit->no_seat, c->expert))
		return false;
	struct standing standing =
		expert_standing(e, s->r->topics, s->start, s->start + s->r->days - 1);
	struct span block = block_of(in, c->band, s->start, s->r->days);
	if (!standing.covers
	    || bits_meets_range(b->room.busy + (size_t)c->expert * in->words, in->days, block.first,
	                        block.last))
		return false;
	*ret = (struct hand){
		.cost = c->cost,
		.covers = standing.covers,
		.home = e->home,
		.expert = c->expert,
		.full = standing.full,
		.leads = standing.full && c->can_lead,
		.speaks = c->speaks,
		.wanted = s->limit->any_seat && bits_has(s->limit->any_seat, c->expert),
	};
	return true;
}

/* What the expert costs besides money. */
static int64_t seat_price(const struct search *s, const struct candidate *c) {
	const struct bound *b = s->b;
	const struct instance *in = b->in;
	size_t at = (size_t)c->expert * (size_t)in->years + (size_t)s->year;
	int64_t price = b->now->load[c->expert] + b->now->missions[at]
	                + b->now->days[at] * mission_days(in, c->band, s->r->days);
	const int64_t *sum = b->busy_sum[c->expert];
	if (sum) {
		struct span block = block_of(in, c->band, s->start, s->r->days);
		price += sum[block.last + 1] - sum[block.first];
	}
	if (s->r->baseline >= 0) {
		const struct baseline *was = &in->baseline[s->r->baseline];
		if (!bits_has(was->team, c->expert))
			price += was->weight * in->weights.expert * b->scale;
	}
	return price;
}

static void hold(struct search *s, const struct hand *hand) {
	int i = s->n < AT_HAND ? s->n++ : AT_HAND;
	if (i == AT_HAND && s->hands[i - 1].price > hand->price)
		s->lost = s->hands[i - 1].price;
	else if (i == AT_HAND && s->lost > hand->price)
		s->lost = hand->price;
	for (; i > 0 && s->hands[i - 1].price > hand->price; i--)
		s->hands[i] = s->hands[i - 1];
	s->hands[i] = *hand;
}

static int64_t sum_of(const struct search *s, int from, int n) {
	int64_t sum = 0;
	for (int i = from; i < from + n; i++)
		sum += s->hands[i].price;
	return sum;
}

/* A whole team: is it one, and what does it really cost? */
static void weigh(struct search *s, int64_t sum) {
	const struct instance *in = s->b->in;
	uint64_t covers = 0;
	int64_t cost = s->fixed;
	int trainees = 0, wanted = 0;
	bool leads = false, understood = true;
	for (int i = 0; i < s->r->experts; i++) {
		const struct hand *h = &s->hands[s->taken[i]];
		covers |= h->covers;
		cost += h->cost;
		trainees += !h->full;
		wanted += h->wanted;
		leads = leads || h->leads;
		understood = understood && h->speaks;
		for (int k = 0; in->rules.different_administrations && k < i; k++)
			if (s->hands[s->taken[k]].home == h->home)
				return;
	}
	if (covers != s->r->topics || !leads || trainees > in->rules.trainees_max[s->r->kind]
	    || wanted < s->wanted)
		return;
	int64_t extra = understood ? 0 : s->interpretation;
	int64_t price = sum + s->fixed * (s->b->per_money + s->money_price) + extra * s->money_price
	                - cost * s->b->per_money
	                + (cost + extra) / in->weights.money_per_point * s->b->scale;
	if (s->any && price >= s->least)
		return;
	s->any = true;
	s->least = price;
	s->cost = cost + extra;
	memcpy(s->found, s->taken, sizeof s->found);
}

/* Teams that continue taken[0 … n − 1], all from hands[from] on. */
static void try_teams(struct search *s, int n, int from, int64_t sum) {
	int seats = s->r->experts - n;
	if (seats == 0) {
		weigh(s, sum);
		return;
	}
	int64_t fixed = s->fixed * (s->b->per_money + s->money_price) - s->slack;
	for (int i = from; i + seats <= s->n && s->tries < TRIES_MAX; i++) {
		if (sum + sum_of(s, i, seats) + fixed >= s->least)
			return;
		s->tries++;
		s->taken[n] = i;
		try_teams(s, n + 1, i + 1, sum + s->hands[i].price);
	}
}

/* Nobody from this candidate on, dearer ones following, is in a team that matters. */
static bool enough(const struct search *s, int64_t base, int64_t fixed) {
	int seats = s->r->experts;
	if (s->n < seats - 1)
		return fixed + base >= s->least;
	return fixed + sum_of(s, 0, seats - 1) + base >= s->least;
}

/* Hold everybody who can matter, and try the teams: early once, to know what matters. */
static void look_through(struct search *s, const struct site *site) {
	const struct bound *b = s->b;
	int64_t rate = b->per_money + s->money_price, fixed = s->fixed * rate - s->slack;
	int tried = 0;
	for (int i = 0; i < site->n_candidates; i++) {
		const struct candidate *c = &site->candidates[i];
		struct hand hand;
		if (enough(s, c->cost * rate, fixed))
			break;
		if (!comes(s, c, &hand))
			continue;
		hand.price = c->cost * rate + seat_price(s, c);
		if (!enough(s, hand.price, fixed) || hand.wanted)
			hold(s, &hand);
		if (s->n == s->r->experts + 4 && s->n != tried && !s->any) {
			tried = s->n;
			try_teams(s, 0, 0, 0);
		}
	}
	s->tries = 0;
	try_teams(s, 0, 0, 0);
}

/* Not all teams were tried: what none of them is below stands for the price. */
static void take_the_least(struct search *s) {
	int seats = s->r->experts;
	if (s->n < seats)
		return;
	int64_t price = s->fixed * (s->b->per_money + s->money_price) - s->slack;
	price += s->tries >= TRIES_MAX ? sum_of(s, 0, seats) : sum_of(s, 0, seats - 1) + s->lost;
	if (price >= s->least)
		return;
	s->least = price;
	s->any = true;
}

bool best_team(struct bound *b, int site, int32_t start, int64_t gross, int64_t money_price,
               const struct limit *limit, struct choice *ret) {
	const struct instance *in = b->in;
	const struct site *at = &in->sites[site];
	struct search s;
	s.b = b;
	s.r = &in->requests[at->request];
	s.limit = limit;
	s.fixed = at->fixed_cost;
	s.money_price = money_price;
	s.slack = b->places[site].slack;
	s.interpretation = s.r->days * in->rules.interpretation_per_day;
	s.year = in->year_of[start];
	s.start = start;
	s.n = s.tries = s.wanted = 0;
	s.wanted = limit->any_seat ? bits_count(limit->any_seat, bits_words(in->n_experts)) : 0;
	s.any = false;
	s.least = gross - ret->worth;
	s.lost = FAR_AWAY;
	for (int i = 0; i < s.r->experts; i++)
		s.found[i] = i;
	b->units++;
	look_through(&s, at);
	if (s.tries >= TRIES_MAX || s.lost < FAR_AWAY)
		take_the_least(&s);
	if (!s.any)
		return false;
	ret->worth = gross - s.least;
	ret->start = start;
	ret->site = site;
	ret->cost = s.cost;
	ret->n_team = (uint8_t)s.r->experts;
	for (int i = 0; i < s.r->experts; i++)
		ret->team[i] = s.hands[s.found[i]].expert;
	return true;
}
