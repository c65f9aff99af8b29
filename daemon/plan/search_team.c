/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/search_team.h"

#include <stdlib.h>

#include "plan/calendar.h"

#include "base/banned.h"

enum { AT_HAND = 256, TRIES_MAX = 20000 };

/* An expert who is free on the start, and not beaten by as many as the team has seats. */
struct hand {
	int64_t price, cost;
	uint64_t covers;
	int home;
	uint16_t expert;
	bool full, leads, speaks;
};

struct crew {
	const struct instance *in;
	const struct prices *prices;
	int64_t scale;
	int64_t **busy_sum; /* experts: NULL, or of the prices a day; days + 1 */
	/* shapes × days × experts: the calendar turned round, since those asked about on one start are
	 * many. Of another crew if there is one. */
	uint64_t *free_on;
	bool is_guest;
	size_t row; /* words of a set of experts */

	const struct plan *plan;
	const struct request *request;
	bool guided, exact, ignore_busy, ignore_quota;
	int64_t noise;
	struct dice *dice;
	int64_t *extra;  /* experts: price that is the same on all starts */
	uint32_t *known; /* experts: the extra is of this turn */
	uint32_t turn;

	/* the team being looked for */
	const struct site *site;
	int32_t start;
	int64_t rate;
	struct hand hands[AT_HAND]; /* by price */
	int n, fresh, tries;
	int taken[TEAM_MAX];
	bool leads;
	uint64_t covers;
	struct team *best;
};

static void *cleared(size_t n, size_t size) {
	void *p = calloc(n + 1, size);
	if (!p)
		abort();
	return p;
}

/* 64 × 64 bits, turned round in place: halves change places, then quarters … */
static void turn_block(uint64_t block[64]) {
	uint64_t mask = ~UINT64_C(0) >> 32;
	for (int step = 32; step; step >>= 1, mask ^= mask << step)
		for (int i = 0; i < 64; i = (i + step + 1) & ~step) {
			uint64_t swap = (block[i] >> step ^ block[i + step]) & mask;
			block[i] ^= swap << step;
			block[i + step] ^= swap;
		}
}

static void compile_free_on(struct crew *c) {
	const struct instance *in = c->in;
	size_t shapes = (size_t)in->n_lengths * BANDS, days = in->words * 64;
	uint64_t block[64];
	c->free_on = cleared(shapes * days * c->row, sizeof *c->free_on);
	for (size_t s = 0; s < shapes; s++)
		for (size_t i = 0; i < c->row; i++)
			for (size_t w = 0; w < in->words; w++) {
				for (size_t k = 0; k < 64; k++) {
					int e = (int)(i * 64 + k);
					block[k] = e < in->n_experts ? calendar_row(in, (int)s, e)[w] : 0;
				}
				turn_block(block);
				for (size_t d = 0; d < 64; d++)
					c->free_on[(s * days + w * 64 + d) * c->row + i] = block[d];
			}
}

static struct crew *crew_bare(const struct instance *in, int64_t scale) {
	struct crew *c = cleared(1, sizeof *c);
	size_t experts = (size_t)in->n_experts;
	c->in = in;
	c->scale = scale;
	c->busy_sum = cleared(experts, sizeof *c->busy_sum);
	c->extra = cleared(experts, sizeof *c->extra);
	c->known = cleared(experts, sizeof *c->known);
	c->row = bits_words(in->n_experts);
	return c;
}

struct crew *crew_new(const struct instance *in, int64_t scale) {
	struct crew *c = crew_bare(in, scale);
	compile_free_on(c);
	return c;
}

struct crew *crew_beside(const struct crew *host) {
	struct crew *c = crew_bare(host->in, host->scale);
	c->free_on = host->free_on;
	c->is_guest = true;
	return c;
}

void crew_free(struct crew *c) {
	if (!c)
		return;
	for (int e = 0; e < c->in->n_experts; e++)
		free(c->busy_sum[e]);
	free(c->busy_sum);
	free(c->extra);
	free(c->known);
	if (!c->is_guest)
		free(c->free_on);
	free(c);
}

void crew_guide(struct crew *c, const struct prices *prices) {
	size_t days = (size_t)c->in->days;
	c->prices = prices;
	for (int e = 0; e < c->in->n_experts; e++) {
		const int64_t *row = prices->busy[e];
		if (!row)
			continue;
		if (!c->busy_sum[e])
			c->busy_sum[e] = cleared(days + 1, sizeof *c->busy_sum[e]);
		for (size_t d = 0; d < days; d++)
			c->busy_sum[e][d + 1] = c->busy_sum[e][d] + row[d];
	}
}

void crew_begin(struct crew *c, const struct plan *p, int request, bool guided, int64_t noise,
                struct dice *dice) {
	c->plan = p;
	c->request = &c->in->requests[request];
	c->guided = guided && c->prices;
	c->exact = c->ignore_busy = c->ignore_quota = false;
	c->noise = noise;
	c->dice = dice;
	c->turn++;
}

void crew_exact(struct crew *c, const struct plan *p, int request, bool busy, bool quota) {
	crew_begin(c, p, request, false, 0, NULL);
	c->exact = true;
	c->ignore_busy = busy;
	c->ignore_quota = quota;
}

/* What the expert is asked besides money, on all starts. */
static int64_t extra_of(const struct crew *c, int expert) {
	const struct instance *in = c->in;
	int64_t load =
		c->plan->load[expert] >= in->rules.fair_missions ? in->weights.load * c->scale : 0;
	int64_t extra = load;
	if (c->exact)
		return 0;
	if (c->guided && c->prices->load[expert] > load)
		extra = c->prices->load[expert];
	if (c->request->baseline >= 0) {
		const struct baseline *was = &in->baseline[c->request->baseline];
		if (!bits_has(was->team, expert))
			extra += was->weight * in->weights.expert * c->scale;
	}
	return extra + (c->noise ? dice_below(c->dice, c->noise * c->scale) : 0);
}

/* Does neither a calendar nor the plan keep the expert from coming? */
static bool is_free(const struct crew *c, const struct candidate *candidate) {
	const struct instance *in = c->in;
	int e = candidate->expert, days = c->request->days, travel = candidate->travel;
	size_t day = (size_t)candidate->shape * in->words * 64 + (size_t)c->start;
	if (!bits_has(c->free_on + day * c->row, e))
		return false;
	int rest = candidate->band == BAND_REMOTE ? 0 : in->rules.rest_days;
	if (!c->ignore_busy
	    && bits_meets_range(c->plan->busy + (size_t)e * in->words, in->days, c->start - travel,
	                        c->start + days - 1 + travel + rest))
		return false;
	size_t at = (size_t)e * (size_t)in->years + in->year_of[c->start];
	return c->ignore_quota
	       || (c->plan->missions[at] < in->experts[e].max_missions_year
	           && c->plan->days[at] + days + 2 * travel <= in->experts[e].max_days_year);
}

/* The extra of the turn: drawn once, the same on all starts. */
static int64_t known_extra(struct crew *c, int expert) {
	if (c->known[expert] != c->turn) {
		c->known[expert] = c->turn;
		c->extra[expert] = extra_of(c, expert);
	}
	return c->extra[expert];
}

/* What the guiding prices ask on this start. */
static int64_t guide_price(const struct crew *c, const struct candidate *candidate) {
	const struct instance *in = c->in;
	if (!c->guided)
		return 0;
	size_t at = (size_t)candidate->expert * (size_t)in->years + in->year_of[c->start];
	int64_t price = c->prices->missions[at]
	                + c->prices->days[at] * mission_days(in, candidate->band, c->request->days);
	const int64_t *sum = c->busy_sum[candidate->expert];
	if (sum) {
		struct span block = block_of(in, candidate->band, c->start, c->request->days);
		price += sum[block.last + 1] - sum[block.first];
	}
	return price;
}

static bool comes(struct crew *c, const struct candidate *candidate, struct hand *ret) {
	const struct request *r = c->request;
	if (!is_free(c, candidate))
		return false;
	const struct expert *e = &c->in->experts[candidate->expert];
	struct standing s = expert_standing(e, r->topics, c->start, c->start + r->days - 1);
	if (!s.covers)
		return false;
	*ret = (struct hand){
		.price = candidate->cost * c->rate + known_extra(c, candidate->expert)
	             + guide_price(c, candidate),
		.cost = candidate->cost,
		.covers = s.covers,
		.home = e->home,
		.expert = candidate->expert,
		.full = s.full,
		.leads = s.full && candidate->can_lead,
		.speaks = candidate->speaks,
	};
	return true;
}

/* With as many as the team has seats who are no worse in anything, and (where it matters) from
 * different homes, one of them can always take the place. */
static bool beaten(const struct crew *c, const struct hand *h) {
	bool homes = c->in->rules.different_administrations;
	int n = 0, at[TEAM_MAX];
	for (int i = 0; i < c->n && n < c->request->experts; i++) {
		const struct hand *x = &c->hands[i];
		if (x->price > h->price)
			break;
		if ((x->covers & h->covers) != h->covers || x->full < h->full || x->leads < h->leads
		    || x->speaks < h->speaks)
			continue;
		bool other = true;
		for (int k = 0; homes && k < n; k++)
			other = other && c->hands[at[k]].home != x->home;
		if (other)
			at[n++] = i;
	}
	return n >= c->request->experts;
}

/* Teams that can't be won from: the price no team with a newcomer of this price is below. */
static int64_t with_cheapest(const struct crew *c, int64_t price) {
	int64_t sum = c->site->fixed_cost * c->rate + price;
	for (int i = 0; i < c->n && i < c->request->experts - 1; i++)
		sum += c->hands[i].price;
	return sum;
}

static void seat_team(const struct crew *c, struct team *team) {
	bool led = false;
	for (int i = 0; i < c->request->experts; i++) {
		const struct hand *h = &c->hands[c->taken[i]];
		bool leads = h->leads && !led;
		enum role role = !h->full ? ROLE_TRAINEE : leads ? ROLE_LEAD : ROLE_EXPERT;
		team->seats[i] = (struct seat){h->expert, (uint8_t)role};
		led = led || leads;
	}
}

/* What those on the first seats bring. */
struct share {
	int64_t price;
	uint64_t covers;
	int trainees;
	bool leads;
};

static struct share with(const struct share *some, const struct hand *h) {
	return (struct share){some->price + h->price, some->covers | h->covers,
	                      some->trainees + !h->full, some->leads || h->leads};
}

/* All seats are taken: what is left of the rules, and the price. */
static void weigh(struct crew *c, const struct share *all) {
	const struct instance *in = c->in;
	const struct request *r = c->request;
	int64_t cost = c->site->fixed_cost;
	bool understood = true;
	if (all->covers != r->topics || !all->leads)
		return;
	for (int i = 0; i < r->experts; i++) {
		const struct hand *h = &c->hands[c->taken[i]];
		cost += h->cost;
		understood = understood && h->speaks;
		for (int k = 0; in->rules.different_administrations && k < i; k++)
			if (c->hands[c->taken[k]].home == h->home)
				return;
	}
	int64_t interpretation = understood ? 0 : r->days * in->rules.interpretation_per_day;
	int64_t price = all->price + (c->site->fixed_cost + interpretation) * c->rate;
	if (price >= c->best->price)
		return;
	c->best->price = price;
	c->best->cost = cost + interpretation;
	seat_team(c, c->best);
}

/* Teams with the newcomer that continue taken[0 … n − 1], all others from hands[from] on. */
static void try_teams(struct crew *c, int n, int from, const struct share *some) {
	const struct request *r = c->request;
	int seats = r->experts - n;
	if (some->trainees > c->in->rules.trainees_max[r->kind])
		return;
	if (seats == 0) {
		weigh(c, some);
		return;
	}
	int64_t base = some->price + c->site->fixed_cost * c->rate;
	for (int i = from; i + seats <= c->n && c->tries < TRIES_MAX; i++) {
		const struct hand *h = &c->hands[i];
		if (base + seats * h->price >= c->best->price)
			return;
		if (i == c->fresh
		    || (seats == 1
		        && ((some->covers | h->covers) != r->topics || !(some->leads || h->leads))))
			continue;
		struct share more = with(some, h);
		c->tries++;
		c->taken[n] = i;
		try_teams(c, n + 1, i + 1, &more);
	}
}

static void welcome(struct crew *c, const struct hand *hand) {
	int i = c->n++;
	for (; i > 0 && c->hands[i - 1].price > hand->price; i--)
		c->hands[i] = c->hands[i - 1];
	c->hands[i] = *hand;
	c->covers |= hand->covers;
	c->leads = c->leads || hand->leads;
	if (c->n < c->request->experts || c->covers != c->request->topics || !c->leads)
		return;
	struct share alone = with(&(struct share){0}, hand);
	c->fresh = i;
	c->taken[0] = i;
	try_teams(c, 1, 0, &alone);
}

bool crew_team(struct crew *c, int site, int32_t start, int64_t rate, struct team *team) {
	const struct instance *in = c->in;
	int64_t limit = team->price;
	c->site = &in->sites[site];
	c->start = start;
	c->rate = rate;
	c->n = c->tries = 0;
	c->leads = false;
	c->covers = 0;
	c->best = team;
	for (int i = 0; i < c->site->n_candidates && c->n < AT_HAND; i++) {
		const struct candidate *candidate = &c->site->candidates[i];
		struct hand hand;
		if (with_cheapest(c, candidate->cost * rate) >= team->price)
			break;
		if (comes(c, candidate, &hand) && with_cheapest(c, hand.price) < team->price
		    && !beaten(c, &hand))
			welcome(c, &hand);
	}
	return team->price < limit;
}
