/* SPDX-License-Identifier: Apache-2.0 */
/* Shifting is a search for a path of lumps: an item may leave a fund wholly, or down to its least
 * share, for another fund that admits it; what that one lacks is drained from it in turn. */
#include "base/vec.h"
#include "plan/money_own.h"

#include "base/banned.h"

enum { OPTIONS = 4, PARTS = 3, DEPTH = 1 };

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
