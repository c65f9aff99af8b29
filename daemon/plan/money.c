/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/vec.h"
#include "plan/money_own.h"

#include "base/banned.h"

struct money *money_new(const struct instance *in) {
	struct money *m = calloc(1, sizeof *m);
	size_t funds = (size_t)in->n_funds + 1;
	if (!m)
		abort();
	m->in = in;
	m->asked = calloc(funds, sizeof *m->asked);
	m->left = calloc(funds, sizeof *m->left);
	m->hot = calloc(funds, sizeof *m->hot);
	m->first = calloc(funds, sizeof *m->first);
	m->drafts = calloc((size_t)in->n_requests * FUNDING_MAX + 1, sizeof *m->drafts);
	if (!m->asked || !m->left || !m->hot || !m->first || !m->drafts)
		abort();
	for (int i = 0; i < in->n_requests; i++)
		for (int k = 0; k < in->requests[i].n_funds; k++)
			m->asked[in->requests[i].funds[k]]++;
	return m;
}

void money_free(struct money *m) {
	if (!m)
		return;
	free(m->asked);
	free(m->left);
	free(m->hot);
	free(m->first);
	free(m->drafts);
	vec_clear(&m->moves);
	free(m);
}

uint64_t money_units(const struct money *m) {
	return m->units;
}

struct purse {
	int64_t left, price, share;
	int asked;
	uint16_t fund;
};

/* Cheaper, then asked for by fewer, then with less left over. */
static bool better(const struct purse *x, const struct purse *y) {
	if (x->price != y->price)
		return x->price < y->price;
	if (x->asked != y->asked)
		return x->asked < y->asked;
	return x->left != y->left ? x->left < y->left : x->fund < y->fund;
}

static int purses_of(const struct money *m, const struct plan *p, const int64_t *price,
                     const struct item *item, struct purse *ret) {
	const struct instance *in = m->in;
	const struct request *r = &in->requests[item->request];
	int year = in->year_of[item->start], n = 0;
	for (int k = 0; k < r->n_funds; k++) {
		int f = r->funds[k];
		struct purse purse = {
			.left = plan_left(p, f, year),
			.price = price ? price[f * in->years + year] : 0,
			.share = least_share(in, f, item->cost),
			.asked = m->asked[f],
			.fund = (uint16_t)f,
		};
		if (purse.left < purse.share || purse.share > item->cost || !pays(in, f, item))
			continue;
		int i = n++;
		for (; i > 0 && better(&purse, &ret[i - 1]); i--)
			ret[i] = ret[i - 1];
		ret[i] = purse;
	}
	return n;
}

static bool pay_alone(const struct purse *purses, int n, struct item *item) {
	for (int i = 0; i < n; i++)
		if (purses[i].left >= item->cost) {
			item->n_funding = 1;
			item->funding[0] = (struct grant){item->cost, purses[i].fund};
			return true;
		}
	return false;
}

/* As much as may be from x, the rest from y. */
static bool pay_both(const struct purse *x, const struct purse *y, struct item *item) {
	int64_t first = item->cost - y->share;
	first = first < x->left ? first : x->left;
	if (first < x->share || item->cost - first > y->left)
		return false;
	item->n_funding = 2;
	item->funding[0] = (struct grant){first, x->fund};
	item->funding[1] = (struct grant){item->cost - first, y->fund};
	return true;
}

static bool pay_two(const struct purse *purses, int n, struct item *item) {
	for (int i = 0; i < n; i++)
		for (int j = i + 1; j < n; j++)
			if (pay_both(&purses[i], &purses[j], item) || pay_both(&purses[j], &purses[i], item))
				return true;
	return false;
}

/* The k with most left: the least share of each, the rest as it comes. */
static bool pay_many(struct purse *purses, int n, int k, struct item *item) {
	int64_t rest = item->cost;
	for (int i = 0; i < k; i++) {
		for (int j = i + 1; j < n; j++)
			if (purses[j].left > purses[i].left) {
				struct purse swap = purses[i];
				purses[i] = purses[j];
				purses[j] = swap;
			}
		rest -= purses[i].share;
	}
	if (rest < 0)
		return false;
	item->n_funding = (uint8_t)k;
	for (int i = 0; i < k; i++) {
		int64_t more = purses[i].left - purses[i].share;
		more = more < rest ? more : rest;
		item->funding[i] = (struct grant){purses[i].share + more, purses[i].fund};
		rest -= more;
	}
	return rest == 0;
}

bool money_pay(struct money *m, const struct plan *p, const int64_t *price, struct item *item) {
	struct purse purses[FUNDS_MAX];
	item->n_funding = 0;
	if (item->cost == 0)
		return true;
	int n = m->in->rules.funds_max > 0 ? purses_of(m, p, price, item, purses) : 0;
	if (pay_alone(purses, n, item))
		return true;
	if (m->in->rules.funds_max >= 2 && pay_two(purses, n, item))
		return true;
	for (int k = 3; k <= m->in->rules.funds_max && k <= n; k++)
		if (pay_many(purses, n, k, item))
			return true;
	return false;
}

/* The most two funds pay together: neither may be below its least share. */
static int64_t most_of_two(const struct instance *in, int x, int64_t left_x, int y,
                           int64_t left_y) {
	int64_t most = left_x + left_y;
	int percent_x = in->funds[x].min_share_percent, percent_y = in->funds[y].min_share_percent;
	if (percent_x && left_x * 100 / percent_x < most)
		most = left_x * 100 / percent_x;
	if (percent_y && left_y * 100 / percent_y < most)
		most = left_y * 100 / percent_y;
	return percent_x + percent_y <= 100 ? most : 0;
}

int64_t money_most(const struct plan *p, int request, int32_t start) {
	const struct instance *in = p->in;
	const struct request *r = &in->requests[request];
	const struct item item = {.request = request, .start = start};
	int64_t left[FUNDS_MAX], most = 0, sum = 0;
	int fund[FUNDS_MAX], n = 0;
	for (int i = 0; i < r->n_funds; i++) {
		left[n] = plan_left(p, r->funds[i], in->year_of[start]);
		fund[n] = r->funds[i];
		if (left[n] > 0 && pays(in, fund[n], &item)) {
			sum += left[n];
			most = most > left[n] ? most : left[n];
			n++;
		}
	}
	if (in->rules.funds_max > 2)
		return sum;
	for (int i = 0; in->rules.funds_max == 2 && i < n; i++)
		for (int k = i + 1; k < n; k++) {
			int64_t both = most_of_two(in, fund[i], left[i], fund[k], left[k]);
			most = most > both ? most : both;
		}
	return in->rules.funds_max > 0 ? most : 0;
}

int64_t money_rest(const struct plan *p, int year) {
	int64_t sum = 0;
	for (int f = 0; f < p->in->n_funds; f++) {
		int64_t left = plan_left(p, f, year);
		sum += left > 0 ? left : 0;
	}
	return sum;
}
