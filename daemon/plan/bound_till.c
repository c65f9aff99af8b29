/* SPDX-License-Identifier: Apache-2.0 */
/* Once it is known which funds give something to which bill, the amounts are a flow between limits:
 * it exists if no set of funds must give more than it has (the limits of a bill are those of a
 * generalised polymatroid, and sums and boxes keep them so). What remains is to try who gives. */
#include "plan/bound_till.h"

#include <string.h>

#include "base/banned.h"

enum { SUPPORTS = TILL_SETS, BILLS = 32 };

struct asking {
	int n;
	uint8_t supports[SUPPORTS];
	int64_t least[TILL_SETS]; /* of a set, whatever the support */
};

struct till {
	const struct instance *in;
	const struct bill *bills;
	const int *fund;
	int n_bills, n;
	bool exact;
	uint64_t tries;
	int64_t slack[TILL_SETS];
	struct asking asking[BILLS];
	uint8_t chosen[BILLS];
};

static int64_t share_of(const struct till *t, int64_t cost, int k) {
	int64_t percent = t->in->funds[t->fund[k]].min_share_percent;
	int64_t share = (percent * cost + (t->exact ? 99 : 0)) / 100;
	return share > 0 || !t->exact ? share : 1;
}

/* Of the set's funds, if those of the support give something each. */
static int64_t asked(const struct till *t, int64_t cost, unsigned support, unsigned set) {
	int64_t sum = 0;
	if (!(support & ~set))
		return cost;
	for (int k = 0; k < t->n; k++)
		sum += (support & set) >> k & 1 ? share_of(t, cost, k) : 0;
	return sum;
}

/* The supports of a bill, and the least of each set; false: none. */
static bool ask(const struct till *t, const struct bill *bill, struct asking *ret) {
	unsigned may = 0, must = 0, sets = 1u << t->n;
	for (int k = 0; k < t->n; k++) {
		may |= (unsigned)(bill->funds >> t->fund[k] & 1) << k;
		must |= (unsigned)(bill->always >> t->fund[k] & 1) << k;
	}
	ret->n = 0;
	for (unsigned s = 1; s < sets; s++)
		if (!(s & ~may) && !(must & ~s) && __builtin_popcount(s) <= t->in->rules.funds_max
		    && asked(t, bill->cost, s, sets) <= bill->cost) {
			int64_t sum = 0;
			for (int k = 0; k < t->n; k++)
				sum += s >> k & 1 ? share_of(t, bill->cost, k) : 0;
			if (sum <= bill->cost)
				ret->supports[ret->n++] = (uint8_t)s;
		}
	for (unsigned set = 0; set < sets; set++) {
		ret->least[set] = bill->cost;
		for (int i = 0; i < ret->n; i++) {
			int64_t sum = asked(t, bill->cost, ret->supports[i], set);
			ret->least[set] = sum < ret->least[set] ? sum : ret->least[set];
		}
	}
	return ret->n > 0;
}

bool till_asks(const struct instance *in, const struct bill *bill, const int *fund, int n,
               int64_t ret_least[TILL_SETS]) {
	struct till t = {.in = in, .fund = fund, .n = n};
	memset(ret_least, 0, TILL_SETS * sizeof *ret_least);
	if (bill->cost == 0)
		return true;
	if (!ask(&t, bill, &t.asking[0]))
		return false;
	memcpy(ret_least, t.asking[0].least, ((size_t)1 << n) * sizeof *ret_least);
	return true;
}

static bool choose(struct till *t, int i) {
	if (i == t->n_bills || t->tries == 0)
		return i == t->n_bills || !t->exact;
	const struct asking *a = &t->asking[i];
	for (int s = 0; s < a->n; s++) {
		bool good = true;
		t->tries -= t->tries > 0;
		t->chosen[i] = a->supports[s];
		for (unsigned set = 1; set < 1u << t->n; set++) {
			t->slack[set] -= asked(t, t->bills[i].cost, a->supports[s], set) - a->least[set];
			good = good && t->slack[set] >= 0;
		}
		if (good && choose(t, i + 1))
			return true;
		for (unsigned set = 1; set < 1u << t->n; set++)
			t->slack[set] += asked(t, t->bills[i].cost, a->supports[s], set) - a->least[set];
	}
	return false;
}

static bool fill(struct till *t, const int64_t *left) {
	bool good = true;
	for (unsigned set = 1; set < 1u << t->n; set++) {
		t->slack[set] = 0;
		for (int k = 0; k < t->n; k++)
			t->slack[set] += set >> k & 1 && left[k] > 0 ? left[k] : 0;
	}
	for (int i = 0; i < t->n_bills; i++) {
		if (!ask(t, &t->bills[i], &t->asking[i]))
			return false;
		for (unsigned set = 1; set < 1u << t->n; set++)
			t->slack[set] -= t->asking[i].least[set];
	}
	for (unsigned set = 1; set < 1u << t->n; set++)
		good = good && t->slack[set] >= 0;
	return good && choose(t, 0);
}

bool till_pays(const struct instance *in, const struct bill *bills, int n_bills, const int *fund,
               const int64_t *left, int n, uint64_t *tries) {
	struct till t = {.in = in, .bills = bills, .n_bills = n_bills, .fund = fund, .n = n};
	t.tries = *tries;
	if (n_bills > BILLS)
		return true;
	bool good = fill(&t, left);
	*tries = t.tries;
	return good;
}

/* Of the fund k, beyond what it is asked for, without the other one: no set lacks it then. */
static int64_t spare_of(const struct till *t, int k, int other) {
	int64_t spare = INT64_MAX;
	for (unsigned set = 1; set < 1u << t->n; set++)
		if (set >> k & 1 && !(set >> other & 1) && t->slack[set] < spare)
			spare = t->slack[set];
	return spare;
}

static void take(struct till *t, int k, int other, int64_t amount) {
	for (unsigned set = 1; set < 1u << t->n; set++)
		if (set >> k & 1 && !(set >> other & 1))
			t->slack[set] -= amount;
}

bool till_grants(const struct instance *in, const struct bill *bills, int n_bills, const int *fund,
                 const int64_t *left, int n, uint64_t tries, struct grant (*ret)[2]) {
	struct till t = {.in = in, .bills = bills, .n_bills = n_bills, .fund = fund, .n = n};
	t.tries = tries;
	t.exact = true;
	if (n_bills > BILLS || !fill(&t, left))
		return false;
	for (int i = 0; i < n_bills; i++) {
		unsigned support = t.chosen[i];
		int x = __builtin_ctz(support), y = 31 - __builtin_clz(support);
		int64_t cost = bills[i].cost, least = share_of(&t, cost, x);
		if (__builtin_popcount(support) > 2)
			return false;
		ret[i][0] = (struct grant){cost, (uint16_t)fund[x]};
		ret[i][1] = (struct grant){0, (uint16_t)fund[y]};
		if (x == y)
			continue;
		int64_t more = cost - least - share_of(&t, cost, y), spare = spare_of(&t, x, y);
		more = more < spare ? more : spare;
		ret[i][0].amount = least + more;
		ret[i][1].amount = cost - least - more;
		take(&t, x, y, more);
		take(&t, y, x, ret[i][1].amount - share_of(&t, cost, y));
	}
	return true;
}
