/* SPDX-License-Identifier: Apache-2.0 */
/* The best choice of items that can be paid together, at given prices of everything but money. A
 * request's items are few: those that could be in a plan better than the best known, and that none
 * dearer by nothing beats. They are tried out; what is still hoped for is bounded with money at its
 * price, at parts of it, and free, and by what every set of funds must give. */
#include <stdlib.h>

#include "base/vec.h"
#include "plan/bound_own.h"
#include "plan/bound_till.h"

#include "base/banned.h"

enum {
	LEVELS = 5,
	YEARS = 4,
	BUYERS_MAX = 32,
	WAYS_MAX = 4000,
	LENGTH = 40,
	TEAM_TRIES = 1000000,
	GRANT_TRIES = 100000
};

struct way {
	int64_t worth[LEVELS], order;
	int64_t asks[TILL_SETS];
	struct bill bill;
	const struct season *season;
	struct choice choice;
	int year;
};

struct buyer {
	int request, n;
	struct way *ways;      /* the most promising first */
	int64_t hoped[LEVELS]; /* the best of them, or nothing */
	bool must;
	const struct way *taken;
};

struct counter {
	struct takers takers; /* first */
	struct bound *b;
	int request;
	struct {
		struct way *at;
		size_t n, room;
	} ways;
};

struct till_year {
	int fund[TILL_FUNDS], n;
	int64_t left[TILL_FUNDS], slack[TILL_SETS];
};

struct payment {
	struct bound *b;
	int n;
	struct buyer *buyers;
	struct till_year years[YEARS];
	int64_t most, team_tries;
	uint64_t tries;
	struct choice *best; /* requests */
};

static int64_t charge_of(const struct bound *b, int request, int year) {
	const struct yearly *yearly = &b->yearly[request * (b->in->years + 1)];
	return yearly[year].charge + yearly[b->in->years].charge;
}

/* Keep it unless another one of its funds is no dearer and no worse; drop whom it beats. */
static void take(struct takers *takers, const struct season *season, const struct choice *c) {
	struct counter *k = (struct counter *)takers;
	struct bound *b = k->b;
	int64_t money = money_cost(b, season, &b->limits[k->request], c->cost, NULL);
	int64_t worth = c->worth + money + charge_of(b, k->request, season->year);
	size_t n = 0;
	for (size_t i = 0; i < k->ways.n; i++) {
		const struct way *w = &k->ways.at[i];
		if (w->season == season && w->choice.cost <= c->cost && w->worth[0] >= worth)
			return;
	}
	for (size_t i = 0; i < k->ways.n; i++) {
		const struct way *w = &k->ways.at[i];
		if (w->season != season || w->choice.cost < c->cost || w->worth[0] > worth) {
			if (n != i)
				k->ways.at[n] = *w;
			n++;
		}
	}
	k->ways.n = n;
	struct way *way = vec_push(&k->ways);
	*way = (struct way){.season = season, .choice = *c, .year = season->year, .order = c->worth};
	way->worth[0] = worth;
}

static int by_order(const void *x, const void *y) {
	const struct way *a = x, *b = y;
	if (a->order != b->order)
		return a->order > b->order ? -1 : 1;
	if (a->choice.start != b->choice.start)
		return a->choice.start < b->choice.start ? -1 : 1;
	return a->choice.cost < b->choice.cost ? -1 : a->choice.cost > b->choice.cost;
}

static struct bill bill_of(const struct bound *b, int request, const struct way *w) {
	const struct limit *limit = &b->limits[request];
	const struct season *season = w->season;
	struct bill bill = {.cost = w->choice.cost};
	for (int i = 0; i < season->n_funds; i++) {
		int at = season->funds[i] * b->in->years + w->year;
		if (at >= 64 || !(limit->never >> at & 1))
			bill.funds |= UINT64_C(1) << season->funds[i];
	}
	for (int f = 0; f < b->in->n_funds; f++) {
		int at = f * b->in->years + w->year;
		bill.always |= (uint64_t)(at < 64 && limit->always >> at & 1) << f;
	}
	return bill;
}

/* The ways of one request that bring `least` or more at the prices of money, too. */
static bool list_ways(struct payment *p, struct buyer *buyer, int64_t least) {
	struct bound *b = p->b;
	struct counter k = {{take, p->team_tries}, b, buyer->request, {0}};
	bool all = each_way(b, buyer->request, least, &k.takers) && k.ways.n < WAYS_MAX;
	p->team_tries = k.takers.tries;
	buyer->ways = k.ways.at;
	if (!all)
		return false;
	size_t n = 0;
	for (size_t i = 0; i < k.ways.n; i++) {
		struct way *w = &k.ways.at[i];
		const struct till_year *year = &p->years[w->year];
		w->bill = bill_of(b, buyer->request, w);
		if (!till_asks(b->in, &w->bill, year->fund, year->n, w->asks))
			continue;
		if (n != i)
			k.ways.at[n] = *w;
		n++;
	}
	buyer->n = (int)n;
	if (n)
		qsort(buyer->ways, n, sizeof *buyer->ways, by_order);
	return true;
}

/* The prices of money and of covers at a level, and every way there. */
static int64_t weigh(struct payment *p, int level) {
	struct bound *b = p->b;
	const struct instance *in = b->in;
	struct prices *now = b->now, *full = b->best;
	for (int i = 0; i < in->n_funds * in->years; i++)
		now->budget[i] = full->budget[i] * level / (LEVELS - 1);
	for (int i = 0; i < b->n_covers; i++)
		now->cover[i] = full->cover[i] * level / (LEVELS - 1);
	covers_charge(b);
	__int128 sum = worth_of_room(b);
	for (int i = 0; i < p->n; i++) {
		struct buyer *q = &p->buyers[i];
		q->hoped[level] = q->must ? -FAR_AWAY : 0;
		for (int k = 0; k < q->n; k++) {
			struct way *w = &q->ways[k];
			int64_t money = money_cost(b, w->season, &b->limits[q->request], w->choice.cost, NULL);
			w->worth[level] = w->worth[0] - money - (level ? charge_of(b, q->request, w->year) : 0);
			if (w->worth[level] > q->hoped[level])
				q->hoped[level] = w->worth[level];
		}
		sum += q->hoped[level];
	}
	return sum > FAR_AWAY ? FAR_AWAY : sum < -FAR_AWAY ? -FAR_AWAY : (int64_t)sum;
}

struct sums {
	int64_t at[LEVELS];
};

static int64_t least_of(const struct sums *s) {
	int64_t least = s->at[0];
	for (int k = 1; k < LEVELS; k++)
		least = least < s->at[k] ? least : s->at[k];
	return least;
}

/* False: some set of funds would have to give more than it has. */
static bool spend(struct payment *p, const struct way *w, int sign) {
	struct till_year *year = &p->years[w->year];
	bool good = true;
	for (unsigned set = 1; set < 1u << year->n; set++)
		good = (year->slack[set] -= sign * w->asks[set]) >= 0 && good;
	return good;
}

/* What was taken in the year, to the last cent. */
static bool pays(struct payment *p, int y) {
	struct bill bills[BUYERS_MAX];
	const struct till_year *year = &p->years[y];
	int n = 0;
	for (int i = 0; i < p->n; i++) {
		const struct way *w = p->buyers[i].taken;
		if (w && w->year == y && w->bill.cost > 0)
			bills[n++] = w->bill;
	}
	return till_pays(p->b->in, bills, n, year->fund, year->left, year->n, &p->tries);
}

static void decide(struct payment *p, int i, struct sums sums) {
	if (least_of(&sums) <= p->most || p->tries == 0)
		return;
	p->tries--;
	if (i == p->n) {
		for (int y = 0; y < p->b->in->years; y++)
			if (!pays(p, y))
				return;
		p->most = least_of(&sums);
		for (int k = 0; k < p->n; k++)
			p->best[p->buyers[k].request] = p->buyers[k].taken
			                                    ? p->buyers[k].taken->choice
			                                    : (struct choice){.start = NO_DAY, .site = -1};
		return;
	}
	struct buyer *q = &p->buyers[i];
	struct sums with;
	bool out = q->must;
	for (int k = 0; k <= q->n; k++) {
		if (!out && (k == q->n || q->ways[k].order < 0)) {
			for (int l = 0; l < LEVELS; l++)
				with.at[l] = sums.at[l] - q->hoped[l];
			q->taken = NULL;
			decide(p, i + 1, with);
			out = true;
		}
		if (k == q->n)
			break;
		for (int l = 0; l < LEVELS; l++)
			with.at[l] = sums.at[l] - q->hoped[l] + q->ways[k].worth[l];
		q->taken = &q->ways[k];
		if (least_of(&with) > p->most) {
			if (spend(p, q->taken, 1))
				decide(p, i + 1, with);
			(void)spend(p, &q->ways[k], -1);
		}
	}
	q->taken = NULL;
}

/* The clearest decisions first: where the best way is far above the second or none. */
static int by_clearness(const void *x, const void *y) {
	const struct buyer *a = x, *b = y;
	int64_t left = llabs(a->hoped[LEVELS - 1]), right = llabs(b->hoped[LEVELS - 1]);
	if (left != right)
		return left > right ? -1 : 1;
	return a->request - b->request;
}

static bool open_tills(struct payment *p) {
	const struct bound *b = p->b;
	if (b->in->years > YEARS || b->in->n_funds > 64)
		return false;
	for (int y = 0; y < b->in->years; y++) {
		struct till_year *year = &p->years[y];
		for (int f = 0; f < b->in->n_funds; f++) {
			int64_t left = b->room.budget[f * b->in->years + y];
			if (left <= 0)
				continue;
			if (year->n == TILL_FUNDS)
				return false;
			year->left[year->n] = left;
			year->fund[year->n++] = f;
		}
		for (unsigned set = 1; set < 1u << year->n; set++)
			for (int k = 0; k < year->n; k++)
				year->slack[set] += set >> k & 1 ? year->left[k] : 0;
	}
	return true;
}

/* Everything but the decisions; false: too much of it. */
static bool prepare(struct payment *p, int64_t spare, struct sums *ret) {
	struct bound *b = p->b;
	const struct instance *in = b->in;
	for (int q = 0; q < in->n_requests; q++) {
		if (in->requests[q].pinned >= 0 || b->limits[q].served == LIMIT_OUT)
			continue;
		struct buyer *buyer = &p->buyers[p->n++];
		buyer->request = q;
		buyer->must = b->limits[q].served == LIMIT_IN || b->choices[q].worth > spare;
		if (!list_ways(p, buyer, b->choices[q].worth - spare))
			return false;
	}
	for (int level = LEVELS - 1; level >= 0; level--)
		ret->at[level] = weigh(p, level);
	qsort(p->buyers, (size_t)p->n, sizeof *p->buyers, by_clearness);
	return true;
}

static int64_t choose(struct bound *b, int64_t value, uint64_t tries) {
	int64_t sum = worth_of_all(b), spare = sum - (value + 1) * b->scale;
	if (sum == INT64_MAX || spare < 0)
		return PAID_FEW;
	if (b->in->n_requests - b->in->n_pinned > BUYERS_MAX)
		return INT64_MAX;
	struct arena *a = arena_new();
	struct payment p = {
		.b = b, .team_tries = TEAM_TRIES, .tries = tries, .most = (value + 1) * b->scale - 1};
	struct sums sums;
	p.buyers = arena_array(a, struct buyer, (size_t)b->in->n_requests);
	p.best = arena_array(a, struct choice, (size_t)b->in->n_requests);
	bool good = open_tills(&p) && prepare(&p, spare, &sums);
	for (int i = 0; i < b->in->n_requests; i++)
		p.best[i] = (struct choice){.start = NO_DAY, .site = -1};
	if (good)
		decide(&p, 0, sums);
	for (int i = 0; i < p.n; i++)
		free(p.buyers[i].ways);
	b->units += (tries - p.tries) / 64;
	int64_t ret = !good || p.tries == 0             ? INT64_MAX
	              : p.most < (value + 1) * b->scale ? PAID_FEW
	                                                : p.most;
	if (ret != INT64_MAX && ret != PAID_FEW)
		memcpy(b->choices, p.best, (size_t)b->in->n_requests * sizeof *b->choices);
	arena_free(a);
	return ret;
}

int64_t bound_paid(struct bound *b, int64_t value, uint64_t tries) {
	const struct instance *in = b->in;
	size_t pools = (size_t)in->n_funds * (size_t)in->years;
	if (!b->paid) {
		prices_copy(b->now, b->best);
		b->paid = true;
		b->paid_sum = INT64_MAX;
		b->paid_sweeps = 0;
	}
	prices_sum_up(b);
	for (int q = 0; q < in->n_requests; q++)
		best_choice(b, q, &b->choices[q]);
	int64_t sum = choose(b, value, tries);
	memcpy(b->now->budget, b->best->budget, pools * sizeof *b->now->budget);
	memcpy(b->now->cover, b->best->cover, COVERS_MAX * sizeof *b->now->cover);
	if (sum == INT64_MAX || sum == PAID_FEW)
		return sum;
	if (sum < b->paid_sum) {
		b->paid_sum = sum;
		prices_copy(b->paid_best, b->now);
	}
	b->pace = 65536 / 100 * LENGTH * 12 / (12 + b->paid_sweeps++);
	prices_move(b);
	return sum;
}

const struct prices *bound_paid_prices(const struct bound *b) {
	return b->paid && b->paid_sum < INT64_MAX ? b->paid_best : bound_prices(b);
}

static bool grants_of_year(struct bound *b, const struct choice *choices, int y,
                           struct grant (*ret)[2]) {
	const struct instance *in = b->in;
	struct payment p = {.b = b};
	struct bill bills[BUYERS_MAX];
	struct grant grants[BUYERS_MAX][2];
	int request[BUYERS_MAX], n = 0;
	if (!open_tills(&p))
		return false;
	for (int q = 0; q < in->n_requests; q++) {
		const struct choice *c = &choices[q];
		if (c->start == NO_DAY || in->year_of[c->start] != y || c->cost == 0)
			continue;
		if (n == BUYERS_MAX)
			return false;
		bills[n] = (struct bill){.cost = c->cost};
		for (int f = 0; f < in->n_funds; f++)
			if (fund_admits(in, f, q, c->start, c->start + in->requests[q].days - 1))
				bills[n].funds |= UINT64_C(1) << f;
		request[n++] = q;
	}
	if (!till_grants(in, bills, n, p.years[y].fund, p.years[y].left, p.years[y].n, GRANT_TRIES,
	                 grants))
		return false;
	for (int i = 0; i < n; i++)
		memcpy(ret[request[i]], grants[i], sizeof grants[i]);
	return true;
}

bool bound_grants(struct bound *b, const struct choice *choices, struct grant (*ret)[2]) {
	bool good = true;
	memset(ret, 0, (size_t)b->in->n_requests * sizeof *ret);
	for (int y = 0; y < b->in->years && good; y++)
		good = grants_of_year(b, choices, y, ret);
	return good;
}
