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
	const struct season *season;
	int64_t fixed, rate, slack, interpretation;
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
	uint16_t found[TEAM_MAX];
	bool any;
	struct takers *takers; /* each team good enough is theirs; NULL: the best is looked for */
	int64_t gross;
	int site;
};

static uint64_t *free_on(const struct bound *b, int shape, int32_t start) {
	return b->free
	       + ((size_t)shape * (size_t)b->in->days + (size_t)start) * bits_words(b->in->n_experts);
}

void free_compile(struct bound *b) {
	const struct instance *in = b->in;
	int shapes = in->n_lengths * BANDS;
	b->free = arena_array(b->arena, uint64_t,
	                      (size_t)shapes * (size_t)in->days * bits_words(in->n_experts));
	for (int i = 0; i < shapes * in->n_experts; i++) {
		int shape = i / in->n_experts, e = i % in->n_experts;
		const uint64_t *pinned = b->room.busy + (size_t)e * in->words;
		bool taken = bits_any(pinned, in->words);
		bits_each(calendar_row(in, shape, e), in->words, d) {
			struct span block =
				block_of(in, (enum band)(shape % BANDS), d, in->lengths[shape / BANDS]);
			if (!taken || !bits_meets_range(pinned, in->days, block.first, block.last))
				bits_add(free_on(b, shape, d), e);
		}
	}
}

/* Could the expert come? Fills in everything but the price. */
static bool comes(const struct search *s, const struct candidate *c, struct hand *ret) {
	const struct bound *b = s->b;
	const struct instance *in = b->in;
	const struct expert *e = &in->experts[c->expert];
	size_t at = (size_t)c->expert * (size_t)in->years + (size_t)s->year;
	if (!bits_has(free_on(b, c->shape, s->start), c->expert) || b->room.missions[at] == 0
	    || b->room.days[at] < mission_days(in, c->band, s->r->days))
		return false;
	if (s->limit->no_seat && bits_has(s->limit->no_seat, c->expert))
		return false;
	struct standing standing =
		expert_standing(e, s->r->topics, s->start, s->start + s->r->days - 1);
	if (!standing.covers)
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

/* What the expert costs besides money in the year, whatever the start. */
static int64_t year_price(const struct bound *b, const struct candidate *c, int days, int year) {
	size_t at = (size_t)c->expert * (size_t)b->in->years + (size_t)year;
	return b->bare ? 0
	               : b->now->load[c->expert] + b->now->missions[at]
	                     + b->now->days[at] * (days + 2 * c->travel);
}

/* And on the start at hand. */
static int64_t start_price(const struct search *s, const struct candidate *c) {
	const struct bound *b = s->b;
	const struct instance *in = b->in;
	int64_t price = 0;
	if (b->bare)
		return 0;
	if (b->busy[c->expert]) {
		struct span block = block_of(in, c->band, s->start, s->r->days);
		const int64_t *sum = b->busy_sum + c->expert;
		price = sum[(block.last + 1) * in->n_experts] - sum[block.first * in->n_experts];
	}
	if (s->r->baseline >= 0) {
		const struct baseline *was = &in->baseline[s->r->baseline];
		if (!bits_has(was->team, c->expert))
			price += was->weight * in->weights.expert * b->scale;
	}
	return price;
}

/* Whatever team y is in, x in its place makes it no worse. (A unit of money saved is worth the rate
 * at least, but the sums are rounded: by less than 1.) */
static bool beats(const struct search *s, const struct hand *x, const struct hand *y) {
	int64_t money = s->b->per_money + (s->takers ? s->rate : 0);
	int64_t saved = y->price - y->cost * money - (x->price - x->cost * money);
	return x->cost <= y->cost && saved >= (x->cost < y->cost) && !(y->covers & ~x->covers)
	       && x->full >= y->full && x->leads >= y->leads && x->speaks >= y->speaks
	       && x->wanted >= y->wanted
	       && (!s->b->in->rules.different_administrations || x->home == y->home);
}

/* With so many better ones as there are seats, one of them is always left to take the place. */
static bool superfluous(const struct search *s, const struct hand *hand) {
	int better = 0;
	for (int i = 0; i < s->n && better < s->r->experts; i++)
		better += beats(s, &s->hands[i], hand);
	return better == s->r->experts;
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

static void give(const struct search *s, int64_t price, int64_t cost) {
	struct choice c = {.worth = s->gross - price, .site = s->site, .start = s->start, .cost = cost};
	c.n_team = (uint8_t)s->r->experts;
	for (int i = 0; i < s->r->experts; i++)
		c.team[i] = s->hands[s->taken[i]].expert;
	s->takers->take(s->takers, s->season, &c);
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
	int64_t linear = cost * (s->b->per_money + s->rate);
	cost += understood ? 0 : s->interpretation;
	int64_t money = cost * s->rate;
	int64_t price = sum + s->fixed * (s->b->per_money + s->rate) - linear
	                + cost / in->weights.money_per_point * s->b->scale;
	if (price + money >= s->least)
		return;
	if (s->season)
		money = money_cost(s->b, s->season, s->limit, cost, NULL);
	if (money < 0)
		return;
	price += money;
	if (price >= s->least)
		return;
	if (s->takers) {
		give(s, price, cost);
		return;
	}
	s->any = true;
	s->least = price;
	s->cost = cost;
	for (int i = 0; i < s->r->experts; i++)
		s->found[i] = s->hands[s->taken[i]].expert;
}

/* Somebody from hands[from] on must still lead, and somebody cover each missing topic: the price of
 * the dearest of those who do it cheapest. */
static int64_t needed(const struct search *s, int from, uint64_t missing, bool led) {
	int64_t price = 0;
	for (int i = from; i < s->n && (missing || !led); i++) {
		const struct hand *h = &s->hands[i];
		if ((!led && h->leads) || missing & h->covers)
			price = h->price;
		led = led || h->leads;
		missing &= ~h->covers;
	}
	return missing || !led ? FAR_AWAY : price;
}

/* Teams that continue taken[0 … n − 1], all from hands[from] on. */
static void try_teams(struct search *s, int n, int from, int64_t sum, uint64_t missing, bool led) {
	int seats = s->r->experts - n;
	if (seats == 0) {
		weigh(s, sum);
		return;
	}
	int64_t fixed = s->fixed * (s->b->per_money + s->rate) - s->slack;
	for (int i = from; i + seats <= s->n && s->tries < TRIES_MAX; i++) {
		int64_t last = s->hands[i + seats - 1].price, least = sum + sum_of(s, i, seats) + fixed;
		if (least >= s->least)
			return;
		int64_t need = needed(s, i, missing, led);
		if (need > last && least - last + need >= s->least)
			return;
		s->tries++;
		s->taken[n] = i;
		try_teams(s, n + 1, i + 1, sum + s->hands[i].price, missing & ~s->hands[i].covers,
		          led || s->hands[i].leads);
	}
}

/* Is no team worth a look that has somebody of this price? Nobody yet to be seen costs less than
 * `base`; its other seats go to such, or to the cheapest at hand. */
static bool enough(const struct search *s, int64_t price, int64_t base, int64_t fixed) {
	int64_t sum = fixed + price;
	for (int i = 0; i < s->r->experts - 1; i++)
		sum += i < s->n && s->hands[i].price < base ? s->hands[i].price : base;
	return sum >= s->least;
}

/* Hold everybody who can matter, and try the teams: early once, to know what matters. */
static void look_through(struct search *s, const struct site *site) {
	const struct bound *b = s->b;
	int64_t rate = b->per_money + s->rate, fixed = s->fixed * rate - s->slack;
	int tried = 0;
	for (int i = 0; i < site->n_candidates; i++) {
		const struct candidate *c = &site->candidates[i];
		struct hand hand;
		int64_t base = c->cost * rate;
		if (enough(s, base, base, fixed))
			break;
		int64_t price = base + year_price(b, c, s->r->days, s->year);
		if (enough(s, price, base, fixed) || !comes(s, c, &hand))
			continue;
		hand.price = price + start_price(s, c);
		if (!enough(s, hand.price, base, fixed) && !superfluous(s, &hand))
			hold(s, &hand);
		if (s->n == s->r->experts + 4 && s->n != tried && !s->any) {
			tried = s->n;
			try_teams(s, 0, 0, 0, s->r->topics, false);
		}
	}
	s->tries = 0;
	try_teams(s, 0, 0, 0, s->r->topics, false);
}

/* Not all teams were tried: what none of them is below stands for the price. */
static void take_the_least(struct search *s) {
	int seats = s->r->experts;
	if (s->n < seats)
		return;
	int64_t price = s->fixed * (s->b->per_money + s->rate) - s->slack;
	price += s->tries >= TRIES_MAX ? sum_of(s, 0, seats) : sum_of(s, 0, seats - 1) + s->lost;
	if (price >= s->least)
		return;
	s->least = price;
	s->any = true;
	for (int i = 0; i < seats; i++)
		s->found[i] = s->hands[i].expert;
}

static void begin(struct search *s, struct bound *b, int site, const struct season *season,
                  int32_t start, int64_t rate, const struct limit *limit) {
	const struct instance *in = b->in;
	const struct site *at = &in->sites[site];
	s->b = b;
	s->r = &in->requests[at->request];
	s->limit = limit;
	s->season = season;
	s->fixed = at->fixed_cost;
	s->rate = rate;
	s->slack = b->places[site].slack;
	s->interpretation = s->r->days * in->rules.interpretation_per_day;
	s->year = in->year_of[start];
	s->start = start;
	s->n = s->tries = s->wanted = 0;
	s->wanted = limit->any_seat ? bits_count(limit->any_seat, bits_words(in->n_experts)) : 0;
	s->any = false;
	s->lost = FAR_AWAY;
	s->takers = NULL;
	b->units++;
}

bool best_team(struct bound *b, int site, const struct season *season, int32_t start, int64_t gross,
               int64_t rate, const struct limit *limit, struct choice *ret) {
	const struct site *at = &b->in->sites[site];
	struct search s;
	begin(&s, b, site, season, start, rate, limit);
	s.least = gross - ret->worth;
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
		ret->team[i] = s.found[i];
	return true;
}

bool each_team(struct bound *b, int site, const struct season *season, int32_t start, int64_t gross,
               int64_t rate, int64_t least, struct takers *takers) {
	const struct site *at = &b->in->sites[site];
	struct search s;
	begin(&s, b, site, season, start, rate, &b->limits[at->request]);
	s.least = gross - least + 1;
	s.takers = takers;
	s.gross = gross;
	s.site = site;
	s.any = true; /* once is enough */
	look_through(&s, at);
	takers->tries -= s.tries + 1;
	return s.tries < TRIES_MAX && s.lost == FAR_AWAY && takers->tries > 0;
}

int64_t least_price(const struct bound *b, int site, int year, int64_t rate) {
	const struct site *at = &b->in->sites[site];
	const struct request *r = &b->in->requests[at->request];
	int64_t least[TEAM_MAX], sum = at->fixed_cost * rate;
	int n = 0;
	for (int i = 0; i < at->n_candidates; i++) {
		const struct candidate *c = &at->candidates[i];
		int64_t base = c->cost * rate, price = base + year_price(b, c, r->days, year);
		if (n == r->experts && base >= least[n - 1])
			break;
		if (n == r->experts && price >= least[n - 1])
			continue;
		int k = n < r->experts ? n++ : n - 1;
		for (; k > 0 && least[k - 1] > price; k--)
			least[k] = least[k - 1];
		least[k] = price;
	}
	for (int i = 0; i < n; i++)
		sum += least[i];
	return sum;
}

int64_t start_cost(struct bound *b, int site, int32_t start) {
	struct choice best = {.worth = -FAR_AWAY, .cost = FAR_AWAY};
	b->bare = true;
	/* The price of 1 makes what the floor hides count. */
	(void)best_team(b, site, NULL, start, 0, 1, &LIMIT_NONE, &best);
	b->bare = false;
	return best.cost;
}

int64_t least_cost(struct bound *b, int site, int64_t least) {
	const struct instance *in = b->in;
	const uint64_t *starts = b->room.starts + (size_t)site * in->words;
	struct choice best = {.worth = -FAR_AWAY, .cost = least};
	b->bare = true;
	bits_each(starts, in->words, d) {
		/* The price of 1 makes what the floor hides count. */
		if (best_team(b, site, NULL, d, 0, 1, &LIMIT_NONE, &best) && best.cost == least)
			break;
	}
	b->bare = false;
	return best.cost;
}
