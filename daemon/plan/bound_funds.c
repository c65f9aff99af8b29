/* SPDX-License-Identifier: Apache-2.0 */
/* What money costs. No fund gives more than it has left, and of several each gives its least share.
 * The cheapest mix for the least possible cost has a price a unit that no mix for a higher cost is
 * below: scale the higher one down, and it keeps every rule. */
#include "plan/bound_own.h"

#include "base/banned.h"

struct pool {
	int64_t price, left;
	int64_t share; /* per cent, at least */
	uint64_t bit;
	uint16_t fund;
};

static struct pool pool_of(const struct bound *b, int fund, int year) {
	const struct instance *in = b->in;
	int at = fund * in->years + year;
	return (struct pool){
		.price = b->now->budget[at],
		.left = b->room.budget[at],
		.share = in->funds[fund].min_share_percent,
		.bit = at < 64 ? UINT64_C(1) << at : 0,
		.fund = (uint16_t)fund,
	};
}

struct mix {
	int64_t price; /* of 100 × the cost */
	uint16_t fund[2];
	int64_t amount; /* of the first, × 100 */
	int n;
};

static void try_one(const struct pool *p, int64_t least, uint64_t always, struct mix *best) {
	int64_t price = p->price * least * 100;
	if (p->left < least || always & ~p->bit || (best->n && price >= best->price))
		return;
	*best = (struct mix){price, {p->fund}, 100 * least, 1};
}

static void try_two(const struct pool *x, const struct pool *y, int64_t least, uint64_t always,
                    struct mix *best) {
	const struct pool *p = x->price <= y->price ? x : y, *q = p == x ? y : x;
	int64_t amount = (100 - q->share) * least;
	if (p->left < amount / 100)
		amount = 100 * p->left;
	int64_t rest = 100 * least - amount;
	int64_t price = p->price * amount + q->price * rest;
	if (always & ~(p->bit | q->bit) || amount < p->share * least || q->left < rest / 100
	    || (best->n && price >= best->price))
		return;
	*best = (struct mix){price, {p->fund, q->fund}, amount, 2};
}

/* Three and more: fill the cheapest first, however many it takes. `pools` are sorted here. */
static void try_many(struct pool *pools, int n, int64_t least, struct mix *best) {
	int64_t missing = least, price = 0;
	for (int i = 0; i < n && missing > 0; i++) {
		int k = i;
		for (int j = i + 1; j < n; j++)
			if (pools[j].price < pools[k].price)
				k = j;
		struct pool cheapest = pools[k];
		pools[k] = pools[i];
		pools[i] = cheapest;
		int64_t amount = cheapest.left < missing ? cheapest.left : missing;
		price += 100 * amount * cheapest.price;
		missing -= amount;
	}
	if (missing > 0 || n == 0)
		return;
	*best = (struct mix){price, {pools[0].fund, pools[n > 1].fund}, 0, n > 1 ? 2 : 1};
	int64_t first = pools[0].left < least ? pools[0].left : least;
	best->amount = 100 * first;
}

/* The cheapest mix for the cost, or none. */
static struct mix mix_for(const struct bound *b, const struct season *season,
                          const struct limit *limit, int64_t cost) {
	struct pool pools[FUNDS_MAX];
	struct mix best = {0};
	int n = 0, cheapest = 0;
	for (int i = 0; i < season->n_funds; i++) {
		struct pool p = pool_of(b, season->funds[i], season->year);
		if (limit->never & p.bit || p.left < p.share * cost / 100)
			continue;
		if (n == 0 || p.price < pools[cheapest].price)
			cheapest = n;
		pools[n++] = p;
	}
	if (n > 0)
		try_one(&pools[cheapest], cost, limit->always, &best);
	if (best.n)
		return best;
	for (int i = 0; i < n; i++)
		try_one(&pools[i], cost, limit->always, &best);
	for (int i = 0; b->in->rules.funds_max == 2 && i < n; i++)
		for (int j = i + 1; j < n; j++)
			try_two(&pools[i], &pools[j], cost, limit->always, &best);
	if (b->in->rules.funds_max > 2)
		try_many(pools, n, cost, &best);
	return best;
}

int64_t money_price(const struct bound *b, const struct season *season, const struct limit *limit,
                    int64_t least) {
	if (least == 0)
		return 0;
	struct mix best = mix_for(b, season, limit, least);
	return best.n ? best.price / (100 * least) : -1;
}

int64_t money_cost(const struct bound *b, const struct season *season, const struct limit *limit,
                   int64_t cost, struct choice *ret) {
	if (cost == 0)
		return 0;
	struct mix best = mix_for(b, season, limit, cost);
	if (best.n && ret) {
		ret->n_funds = (uint8_t)best.n;
		memcpy(ret->fund, best.fund, sizeof ret->fund);
		ret->share[0] = (int32_t)(best.amount * 656 / cost);
		ret->share[1] = 65600 - ret->share[0];
	}
	return best.n ? best.price / 100 : -1;
}
