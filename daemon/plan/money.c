/* SPDX-License-Identifier: Apache-2.0 */
/* Shifting is a search for a path of lumps: an item may leave a fund wholly, or down to its least
 * share, for another fund that admits it; what that one lacks is drained from it in turn. */
#include "plan/money.h"

#include <stdlib.h>

#include "base/vec.h"

#include "base/banned.h"

enum { OPTIONS = 4, PARTS = 3, DEPTH = 1 };

/* An item paid anew: so much went from one fund to another. */
struct move {
	int request, from, to;
	int64_t amount;
	uint8_t n;
	struct grant funding[FUNDING_MAX];
};

/* A grant as the plan has it. */
struct draft {
	int request, next; /* of the same fund, or -1 */
};

struct money {
	const struct instance *in;
	int *asked;    /* funds: how many requests may draw on it */
	int64_t *left; /* funds, in the year at hand; negative while it is being drained */
	bool *hot;     /* funds nothing may be shifted to */
	int *first;    /* funds: a draft of the year at hand that may move, or -1 … */
	struct draft *drafts;
	int n_drafts;
	uint64_t units;
	struct {
		struct move *at;
		size_t n, room;
	} moves;
};

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

static int64_t least_share(const struct instance *in, int fund, int64_t cost) {
	int64_t share = (in->funds[fund].min_share_percent * cost + 99) / 100;
	return share > 0 ? share : 1;
}

static bool pays(const struct instance *in, int fund, const struct item *item) {
	const struct span *period = &in->funds[fund].period;
	return period->first <= item->start && item_end(in, item) <= period->last;
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

/* The item's grants as the moves so far leave them. */
static void grants_now(const struct money *m, const struct plan *p, int request, struct move *ret) {
	ret->request = request;
	for (size_t i = m->moves.n; i-- > 0;)
		if (m->moves.at[i].request == request) {
			ret->n = m->moves.at[i].n;
			memcpy(ret->funding, m->moves.at[i].funding, sizeof ret->funding);
			return;
		}
	ret->n = p->items[request].n_funding;
	memcpy(ret->funding, p->items[request].funding, sizeof ret->funding);
}

static int grant_on(const struct move *move, int fund) {
	for (int i = 0; i < move->n; i++)
		if (move->funding[i].fund == fund)
			return i;
	return -1;
}

static void move_do(struct money *m, const struct move *move) {
	struct move *done = vec_push(&m->moves);
	*done = *move;
	int from = grant_on(done, done->from), to = grant_on(done, done->to);
	if (to < 0) {
		to = done->n++;
		done->funding[to] = (struct grant){0, (uint16_t)done->to};
	}
	done->funding[to].amount += done->amount;
	done->funding[from].amount -= done->amount;
	if (done->funding[from].amount == 0)
		done->funding[from] = done->funding[--done->n];
	m->left[done->from] += done->amount;
	m->left[done->to] -= done->amount;
}

static void moves_undo(struct money *m, size_t mark) {
	while (m->moves.n > mark) {
		const struct move *move = &m->moves.at[--m->moves.n];
		m->left[move->from] -= move->amount;
		m->left[move->to] += move->amount;
	}
}

/* The amounts that may go from one fund to another are a whole grant, and everything between two
 * limits. The least of them that is `wanted` or more; 0: none. */
struct lumps {
	int64_t whole, least, most; /* least > most: only the whole */
};

static int64_t lump_for(const struct lumps *l, int64_t wanted) {
	if (l->least <= l->most && wanted <= l->most)
		return wanted > l->least ? wanted : l->least;
	return wanted <= l->whole ? l->whole : 0;
}

/* The most that the other fund can take as it is. */
static int64_t lump_into(const struct lumps *l, int64_t left) {
	if (l->whole <= left)
		return l->whole;
	int64_t most = l->most < left ? l->most : left;
	return most >= l->least ? most : 0;
}

static struct lumps lumps_of(const struct money *m, const struct move *move, int64_t cost) {
	const struct instance *in = m->in;
	const struct grant *from = &move->funding[grant_on(move, move->from)];
	struct lumps l = {.whole = from->amount, .least = 1};
	l.most = l.whole - least_share(in, move->from, cost);
	if (grant_on(move, move->to) < 0) {
		l.least = least_share(in, move->to, cost);
		if (l.least > l.whole)
			l.whole = 0;
		if (move->n >= in->rules.funds_max)
			l.most = 0, l.least = 1;
	}
	return l;
}

/* Options to drain a fund, the best few: `lack` is what the receiving fund is short of then. */
struct options {
	struct move at[OPTIONS];
	int64_t lack[OPTIONS];
	int n;
	struct move part; /* or less than wanted, into a fund that has room for it */
};

static void option_add(struct options *o, const struct move *move, int64_t lack) {
	if (o->n == OPTIONS && o->lack[OPTIONS - 1] <= lack)
		return;
	int i = o->n < OPTIONS ? o->n++ : OPTIONS - 1;
	for (; i > 0 && o->lack[i - 1] > lack; i--) {
		o->at[i] = o->at[i - 1];
		o->lack[i] = o->lack[i - 1];
	}
	o->at[i] = *move;
	o->lack[i] = lack;
}

/* Could a fund with so much left be among the best, or take more as a part? */
static bool of_use(const struct options *o, int64_t wanted, int64_t left) {
	return o->n < OPTIONS || o->lack[OPTIONS - 1] > wanted - left || o->part.amount < left;
}

/* The ways of one item to leave a fund. */
static void list_item(const struct money *m, const struct plan *p, int request, int fund,
                      int64_t wanted, struct options *ret) {
	const struct instance *in = m->in;
	const struct item *item = &p->items[request];
	const struct request *r = &in->requests[request];
	struct move move;
	grants_now(m, p, request, &move);
	move.from = fund;
	if (grant_on(&move, fund) < 0)
		return;
	for (int k = 0; k < r->n_funds; k++) {
		move.to = r->funds[k];
		if (m->hot[move.to] || !of_use(ret, wanted, m->left[move.to]) || !pays(in, move.to, item))
			continue;
		struct lumps l = lumps_of(m, &move, item->cost);
		move.amount = lump_for(&l, wanted);
		if (move.amount)
			option_add(ret, &move, move.amount - m->left[move.to]);
		move.amount = lump_into(&l, m->left[move.to]);
		if (move.amount > ret->part.amount && move.amount < wanted)
			ret->part = move;
	}
}

static void list_options(const struct money *m, const struct plan *p, int fund, int64_t wanted,
                         struct options *ret) {
	ret->n = 0;
	ret->part.amount = 0;
	memset(ret->at, 0, sizeof ret->at);
	for (int i = m->first[fund]; i >= 0; i = m->drafts[i].next)
		list_item(m, p, m->drafts[i].request, fund, wanted, ret);
	for (size_t i = 0; i < m->moves.n; i++)
		if (m->moves.at[i].to == fund)
			list_item(m, p, m->moves.at[i].request, fund, wanted, ret);
}

static bool drain(struct money *m, const struct plan *p, int fund, int depth);

/* One lump that is enough, into a fund that must be drained itself then. */
static bool drain_through(struct money *m, const struct plan *p, const struct options *options,
                          int depth) {
	for (int i = 0; i < options->n; i++) {
		size_t mark = m->moves.n;
		move_do(m, &options->at[i]);
		if (drain(m, p, options->at[i].to, depth))
			return true;
		moves_undo(m, mark);
	}
	return false;
}

/* Shift until the fund is no longer overdrawn. The caller undoes what was in vain. */
static bool drain(struct money *m, const struct plan *p, int fund, int depth) {
	struct options options;
	bool was_hot = m->hot[fund];
	m->units++;
	m->hot[fund] = true;
	for (int part = 0; m->left[fund] < 0; part++) {
		list_options(m, p, fund, -m->left[fund], &options);
		if (options.n && options.lack[0] <= 0)
			move_do(m, &options.at[0]);
		else if (options.part.amount && part < PARTS)
			move_do(m, &options.part);
		else
			break;
	}
	bool good = m->left[fund] >= 0 || (depth > 0 && drain_through(m, p, &options, depth - 1));
	m->hot[fund] = was_hot;
	return good;
}

/* The ways to pay that lack least: of one fund, or of what one has and of another. */
struct ways {
	struct item at[OPTIONS];
	int64_t lack[OPTIONS];
	int n;
};

static void way_add(struct ways *w, const struct item *item, int64_t lack) {
	if (w->n == OPTIONS && w->lack[OPTIONS - 1] <= lack)
		return;
	int i = w->n < OPTIONS ? w->n++ : OPTIONS - 1;
	for (; i > 0 && w->lack[i - 1] > lack; i--) {
		w->at[i] = w->at[i - 1];
		w->lack[i] = w->lack[i - 1];
	}
	w->at[i] = *item;
	w->lack[i] = lack;
}

static void list_ways(const struct money *m, struct item *item, struct ways *ret) {
	const struct instance *in = m->in;
	const struct request *r = &in->requests[item->request];
	for (int i = 0; i < r->n_funds; i++) {
		int x = r->funds[i];
		int64_t left = m->left[x], share = least_share(in, x, item->cost);
		if (!pays(in, x, item))
			continue;
		item->n_funding = 1;
		item->funding[0] = (struct grant){item->cost, (uint16_t)x};
		way_add(ret, item, item->cost - left);
		for (int k = 0; in->rules.funds_max >= 2 && left >= share && k < r->n_funds; k++) {
			int y = r->funds[k];
			int64_t first = item->cost - least_share(in, y, item->cost);
			first = first < left ? first : left;
			if (y == x || first < share || !pays(in, y, item))
				continue;
			item->n_funding = 2;
			item->funding[0].amount = first;
			item->funding[1] = (struct grant){item->cost - first, (uint16_t)y};
			way_add(ret, item, item->cost - first - m->left[y]);
		}
	}
}

static void list_drafts(struct money *m, const struct plan *p, int year) {
	const struct instance *in = m->in;
	m->n_drafts = 0;
	for (int f = 0; f < in->n_funds; f++) {
		m->left[f] = plan_left(p, f, year);
		m->first[f] = -1;
	}
	for (int q = in->n_requests; q-- > 0;) {
		const struct item *item = plan_item(p, q);
		if (!item || in->requests[q].pinned >= 0 || in->year_of[item->start] != year)
			continue;
		for (int k = 0; k < item->n_funding; k++) {
			int fund = item->funding[k].fund;
			m->drafts[m->n_drafts] = (struct draft){q, m->first[fund]};
			m->first[fund] = m->n_drafts++;
		}
	}
}

/* The newest version of each item that moved goes into the plan. */
static void commit(struct money *m, struct plan *p) {
	for (size_t i = m->moves.n; i-- > 0;) {
		const struct move *move = &m->moves.at[i];
		bool newest = true;
		for (size_t k = i + 1; k < m->moves.n; k++)
			newest = newest && m->moves.at[k].request != move->request;
		if (!newest)
			continue;
		struct item item = p->items[move->request];
		item.n_funding = move->n;
		memcpy(item.funding, move->funding, sizeof item.funding);
		plan_remove(p, move->request);
		plan_add(p, &item);
	}
}

bool money_shift(struct money *m, struct plan *p, struct item *item) {
	struct ways ways = {.n = 0};
	if (m->in->rules.funds_max < 1)
		return false;
	list_drafts(m, p, m->in->year_of[item->start]);
	list_ways(m, item, &ways);
	m->moves.n = 0;
	for (int i = 0; i < ways.n; i++) {
		const struct item *way = &ways.at[i];
		bool good = true;
		for (int k = 0; k < way->n_funding; k++) {
			m->left[way->funding[k].fund] -= way->funding[k].amount;
			m->hot[way->funding[k].fund] = true;
		}
		for (int k = 0; k < way->n_funding && good; k++)
			good = drain(m, p, way->funding[k].fund, DEPTH);
		for (int k = 0; k < way->n_funding; k++)
			m->hot[way->funding[k].fund] = false;
		if (good) {
			*item = *way;
			commit(m, p);
			return true;
		}
		moves_undo(m, 0);
		for (int k = 0; k < way->n_funding; k++)
			m->left[way->funding[k].fund] += way->funding[k].amount;
	}
	return false;
}
