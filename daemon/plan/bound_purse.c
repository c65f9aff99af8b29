/* SPDX-License-Identifier: Apache-2.0 */
/* Whole requests have to be paid. Prices let a budget be used up to the last cent by a part of a
 * workshop; here every request is served in some year or not at all, and costs at least what its
 * cheapest team there does. Which of them could be paid together is tried out; what they are worth
 * is bounded at the best prices, with money at its price, at parts of it, and free: the least
 * counts. Shares and the number of funds are no matter here. */
#include "plan/bound_own.h"

#include <stdlib.h>

#include "base/banned.h"

enum { LEVELS = 5, SETS_MAX = 64 };

struct option { /* to serve the request in one year */
	int64_t worth[LEVELS], cost;
	uint64_t funds; /* that could pay */
	bool open;      /* the request could be served then */
};

struct buyer { /* a request, and the best of its options, each number by itself */
	struct option best;
	struct option *years;
	bool must, taken;
	int request, year; /* year: of the choice at hand, or −1 */
};

struct purse {
	struct bound *b;
	int n, years, n_sets;
	struct buyer *buyers; /* the clearest decisions first */
	uint64_t sets[SETS_MAX];
	int64_t *left; /* (years + 1) × SETS_MAX: what the set's funds can still pay; last, in all */
	int64_t most;  /* the best choice so far, and its years */
	int16_t *when;
	uint64_t tries;
};

struct sums {
	int64_t at[LEVELS];
};

static int64_t least_of(const struct sums *s) {
	int64_t least = s->at[0];
	for (int k = 1; k < LEVELS; k++)
		least = least < s->at[k] ? least : s->at[k];
	return least;
}

/* False: some set of funds is overdrawn. Give the same back with −1. */
static bool pay(struct purse *p, int year, const struct option *o, int sign) {
	int64_t *left = p->left + (size_t)year * SETS_MAX;
	bool good = true;
	for (int i = 0; i < p->n_sets; i++)
		if (!(o->funds & ~p->sets[i]))
			good = (left[i] -= sign * o->cost) >= 0 && good;
	return good;
}

/* First who is served, as if all years were one; then in which year. */
static void decide(struct purse *p, int i, struct sums sums) {
	if (least_of(&sums) <= p->most || p->tries == 0)
		return;
	p->tries--;
	if (i == 2 * p->n) {
		p->most = least_of(&sums);
		for (int k = 0; k < p->n; k++)
			p->when[p->buyers[k].request] =
				p->buyers[k].taken ? (int16_t)p->buyers[k].year : PURSE_NEVER;
		return;
	}
	struct buyer *q = &p->buyers[i % p->n];
	struct sums with = sums, without = sums;
	if (i >= p->n && !q->taken) {
		decide(p, i + 1, sums);
		return;
	}
	for (int y = 0; i >= p->n && y < p->years; y++) {
		if (!q->years[y].open)
			continue;
		q->year = y;
		for (int k = 0; k < LEVELS; k++)
			with.at[k] = sums.at[k] + q->years[y].worth[k] - q->best.worth[k];
		if (pay(p, y, &q->years[y], 1))
			decide(p, i + 1, with);
		(void)pay(p, y, &q->years[y], -1);
	}
	if (i >= p->n)
		return;
	for (int k = 0; k < LEVELS; k++) {
		int64_t hoped = q->must || q->best.worth[k] > 0 ? q->best.worth[k] : 0;
		with.at[k] += q->best.worth[k] - hoped;
		without.at[k] -= hoped;
	}
	q->taken = true;
	if (q->best.open && pay(p, p->years, &q->best, 1))
		decide(p, i + 1, with);
	if (q->best.open)
		(void)pay(p, p->years, &q->best, -1);
	q->taken = false;
	if (!q->must)
		decide(p, i + 1, without);
}

static bool listed(uint64_t pools, const struct instance *in, int fund, int year) {
	int pool = fund * in->years + year;
	return pool < 64 && (pools >> pool & 1);
}

/* Who could pay in the year, and the least it takes on a site that is left. */
static void option_of(const struct bound *b, int request, int year, struct option *ret) {
	const struct instance *in = b->in;
	const struct limit *limit = &b->limits[request];
	const struct request *r = &in->requests[request];
	const struct demand *demand = &b->demands[request];
	int sure = 0;
	for (int i = 0; i < demand->n_seasons; i++) {
		const struct season *s = &demand->seasons[i];
		for (int k = 0; s->year == year && k < s->n_funds; k++)
			if (!listed(limit->never, in, s->funds[k], year))
				ret->funds |= UINT64_C(1) << s->funds[k];
	}
	uint64_t always = 0;
	for (int f = 0; f < in->n_funds; f++)
		if (listed(limit->always, in, f, year))
			always |= UINT64_C(1) << f, sure++;
	if (sure < __builtin_popcountll(limit->always) || always & ~ret->funds)
		ret->funds = 0; /* it draws on another year's */
	else if (sure >= in->rules.funds_max)
		ret->funds = always;
	int32_t first = in->year_from[year], last = in->year_from[year + 1] - 1;
	first = first > limit->starts.first ? first : limit->starts.first;
	last = last < limit->starts.last ? last : limit->starts.last;
	ret->cost = FAR_AWAY;
	for (int k = 0; k < r->n_sites; k++) {
		size_t site = (size_t)r->site + (size_t)k;
		const uint64_t *starts = b->room.starts + site * in->words;
		if (k < 32 && limit->no_sites >> k & 1)
			continue;
		for (int d = bits_next(starts, in->words, first); d >= 0 && d <= last;
		     d = bits_next(starts, in->words, d + 1)) {
			int64_t cost = b->start_costs[site * (size_t)in->days + (size_t)d];
			ret->cost = ret->cost < cost ? ret->cost : cost;
		}
	}
	ret->open = ret->cost == 0 || (ret->funds && ret->cost < FAR_AWAY);
}

static void find_costs(struct bound *b) {
	const struct instance *in = b->in;
	size_t days = (size_t)in->days;
	b->start_costs = arena_array(b->arena, int64_t, (size_t)in->n_sites * days);
	for (int s = 0; s < in->n_sites; s++)
		bits_each(b->room.starts + (size_t)s * in->words, in->words, d)
			b->start_costs[(size_t)s * days + (size_t)d] = start_cost(b, s, d);
}

/* At the prices of the moment, what each option brings. */
static void weigh(struct purse *p, struct buyer *q, int level) {
	struct bound *b = p->b;
	int request = q->request;
	const struct instance *in = b->in;
	struct limit was = b->limits[request], limit = was;
	q->best.worth[level] = -FAR_AWAY;
	for (int y = 0; y < p->years; y++) {
		struct option *o = &q->years[y];
		struct choice best = {.start = NO_DAY};
		limit.served = LIMIT_IN;
		limit.starts.first =
			was.starts.first > in->year_from[y] ? was.starts.first : in->year_from[y];
		limit.starts.last =
			was.starts.last < in->year_from[y + 1] - 1 ? was.starts.last : in->year_from[y + 1] - 1;
		o->open = o->open && limit.starts.first <= limit.starts.last;
		if (!o->open)
			continue;
		b->limits[request] = limit;
		best_choice(b, request, &best);
		b->limits[request] = was;
		o->open = best.start != NO_DAY;
		o->worth[level] = best.worth;
		if (o->open && best.worth > q->best.worth[level])
			q->best.worth[level] = best.worth;
	}
}

static void add_set(struct purse *p, uint64_t set) {
	for (int i = 0; i < p->n_sets; i++)
		if (p->sets[i] == set)
			return;
	if (set && p->n_sets < SETS_MAX)
		p->sets[p->n_sets++] = set;
}

static void collect_sets(struct purse *p) {
	const struct instance *in = p->b->in;
	for (int i = 0; i < p->n; i++) {
		struct buyer *q = &p->buyers[i];
		q->best.cost = FAR_AWAY;
		for (int y = 0; y < p->years; y++) {
			if (!q->years[y].open)
				continue;
			q->best.open = true;
			q->best.funds |= q->years[y].funds;
			q->best.cost = q->best.cost < q->years[y].cost ? q->best.cost : q->years[y].cost;
			add_set(p, q->years[y].funds);
		}
		add_set(p, q->best.funds);
	}
	for (int n = p->n_sets, i = 0; i < n; i++)
		for (int k = 0; k < i; k++)
			add_set(p, p->sets[i] | p->sets[k]);
	for (int i = 0; i < p->n_sets * in->years * in->n_funds; i++) {
		int set = i / in->years / in->n_funds, y = i / in->n_funds % in->years;
		if (!(p->sets[set] >> (i % in->n_funds) & 1))
			continue;
		int64_t money = p->b->room.budget[i % in->n_funds * in->years + y];
		p->left[y * SETS_MAX + set] += money;
		p->left[p->years * SETS_MAX + set] += money;
	}
}

static int by_clearness(const void *x, const void *y) {
	const struct buyer *a = x, *b = y;
	int64_t left = llabs(a->best.worth[LEVELS - 1]), right = llabs(b->best.worth[LEVELS - 1]);
	if (left != right)
		return left > right ? -1 : 1;
	return a->request - b->request;
}

/* Money and covers at so many of LEVELS − 1 parts of their best prices; all buyers' worths. */
static int64_t price_level(struct purse *p, int level) {
	struct bound *b = p->b;
	const struct instance *in = b->in;
	for (int i = 0; i < in->n_funds * in->years; i++)
		b->now->budget[i] = b->best->budget[i] * level / (LEVELS - 1);
	for (int i = 0; i < b->n_covers; i++)
		b->now->cover[i] = b->best->cover[i] * level / (LEVELS - 1);
	prices_sum_up(b);
	for (int i = 0; i < p->n; i++)
		weigh(p, &p->buyers[i], level);
	__int128 room = worth_of_room(b);
	return room > FAR_AWAY ? FAR_AWAY : (int64_t)room;
}

static struct sums weigh_all(struct purse *p) {
	struct sums sums;
	prices_copy(p->b->now, p->b->best);
	for (int level = 0; level < LEVELS; level++)
		sums.at[level] = price_level(p, level);
	prices_sum_up(p->b);
	for (int i = 0; i < p->n; i++)
		for (int k = 0; k < LEVELS; k++) {
			const struct buyer *q = &p->buyers[i];
			sums.at[k] += q->must || q->best.worth[k] > 0 ? q->best.worth[k] : 0;
		}
	return sums;
}

int64_t bound_purse(struct bound *b, int64_t value, uint64_t tries, int16_t *ret_when) {
	const struct instance *in = b->in;
	struct arena *a = arena_new();
	size_t n = (size_t)in->n_requests, years = (size_t)in->years;
	struct purse p = {.b = b, .years = in->years, .tries = tries, .when = ret_when};
	p.buyers = arena_array(a, struct buyer, n);
	p.left = arena_array(a, int64_t, (years + 1) * SETS_MAX);
	p.most = (value + 1) * b->scale - 1;
	if (!b->start_costs)
		find_costs(b);
	for (int q = 0; q < in->n_requests; q++) {
		ret_when[q] = PURSE_UNKNOWN;
		if (in->requests[q].pinned >= 0 || b->limits[q].served == LIMIT_OUT)
			continue;
		struct buyer *buyer = &p.buyers[p.n];
		buyer->must = b->limits[q].served == LIMIT_IN;
		buyer->years = arena_array(a, struct option, years);
		for (int y = 0; y < in->years; y++)
			option_of(b, q, y, &buyer->years[y]);
		buyer->request = q;
		p.n++;
	}
	bool fits = b->found && in->n_funds <= 64 && p.n > 0;
	if (fits) {
		struct sums sums = weigh_all(&p);
		collect_sets(&p);
		qsort(p.buyers, (size_t)p.n, sizeof *p.buyers, by_clearness);
		decide(&p, 0, sums);
	}
	b->units += (tries - p.tries) / 64;
	arena_free(a);
	return fits && p.tries > 0 ? p.most : INT64_MAX;
}
