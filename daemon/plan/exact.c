/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/exact_own.h"

#include <stdlib.h>

#include "base/vec.h"

#include "base/banned.h"

bool exact_fits(const struct instance *in) {
	return in->n_requests - in->n_pinned <= EXACT_REQUESTS;
}

static struct node *node_new(const struct exact *x, const struct node *parent) {
	size_t octets = (size_t)x->in->n_requests * sizeof(struct limit);
	struct node *node = calloc(1, sizeof *node + octets);
	if (!node)
		abort();
	node->bound = INT64_MAX;
	for (int q = 0; q < x->in->n_requests; q++)
		node->limits[q] = parent ? parent->limits[q] : LIMIT_NONE;
	if (parent) {
		node->bound = parent->bound;
		node->depth = parent->depth + 1;
	}
	return node;
}

static void node_free(struct node *node) {
	if (!node)
		return;
	if (node->prices && --node->prices->nodes == 0) {
		vec_clear(&node->prices->packed);
		free(node->prices);
	}
	free(node);
}

/* The open nodes are a heap, the highest bound first, then the deepest, then the oldest. */
static bool before(const struct node *x, const struct node *y) {
	if (x->bound != y->bound)
		return x->bound > y->bound;
	return x->depth != y->depth ? x->depth > y->depth : x->number < y->number;
}

static void push(struct exact *x, struct node *node) {
	node->number = x->numbers++;
	(void)*vec_push(&x->open);
	size_t i = x->open.n - 1;
	for (; i > 0 && before(node, x->open.at[(i - 1) / 2]); i = (i - 1) / 2)
		x->open.at[i] = x->open.at[(i - 1) / 2];
	x->open.at[i] = node;
}

/* The top; among too many a leaf of the heap, which is sooner done with than the top. */
static struct node *pop(struct exact *x) {
	if (x->open.n >= OPEN_MAX)
		return x->open.at[--x->open.n];
	struct node *top = x->open.at[0], *last = x->open.at[--x->open.n];
	size_t i = 0;
	for (size_t k; (k = 2 * i + 1) < x->open.n; i = k) {
		if (k + 1 < x->open.n && before(x->open.at[k + 1], x->open.at[k]))
			k++;
		if (!before(x->open.at[k], last))
			break;
		x->open.at[i] = x->open.at[k];
	}
	x->open.at[i] = last;
	return top;
}

struct exact *exact_new(const struct instance *in, const struct plan *plan) {
	struct exact *x = calloc(1, sizeof *x);
	if (!x)
		abort();
	x->in = in;
	x->arena = arena_new();
	x->stuck = INT64_MIN;
	x->bound = bound_new(in);
	x->best = plan_new(in);
	x->trial = plan_new(in);
	x->prices = prices_new(in, bound_prices(x->bound)->scale);
	x->seen = arena_array(x->arena, struct seen, (size_t)in->n_requests);
	for (int q = 0; q < in->n_requests; q++) {
		x->seen[q].years = arena_array(x->arena, int32_t, (size_t)in->years);
		x->seen[q].pools = arena_array(x->arena, int64_t, POOLS);
		x->seen[q].experts = arena_array(x->arena, int32_t, (size_t)in->n_experts);
	}
	x->when = arena_array(x->arena, int16_t, (size_t)in->n_requests);
	x->grants = (struct grant(*)[2])arena_array(x->arena, struct grant, 2 * (size_t)in->n_requests);
	if (plan)
		plan_copy(x->best, plan);
	push(x, node_new(x, NULL));
	return x;
}

void exact_free(struct exact *x) {
	if (!x)
		return;
	for (size_t i = 0; i < x->open.n; i++)
		node_free(x->open.at[i]);
	vec_clear(&x->open);
	vec_clear(&x->packing);
	vec_clear(&x->root);
	node_free(x->node);
	bound_free(x->bound);
	prices_free(x->prices);
	plan_free(x->best);
	plan_free(x->trial);
	arena_free(x->arena);
	free(x);
}

void exact_offer(struct exact *x, const struct plan *plan) {
	if (plan->value <= x->best->value)
		return;
	plan_copy(x->best, plan);
	x->tighter = true;
}

/* Take up the node: its limits and its parent's prices. */
static void enter(struct exact *x, struct node *node) {
	x->node = node;
	x->sweeps = x->paid = 0;
	x->paying = false;
	for (int q = 0; q < x->in->n_requests; q++)
		bound_limit(x->bound, q, &node->limits[q]);
	if (node->depth > 0) {
		prices_unpack(&node->prices->packed, x->prices);
		bound_restart(x->bound, x->prices, 15);
	}
	seen_clear(x);
	if (bound_crowded(x->bound))
		node->bound = INT64_MIN;
}

/* A request whose absence costs more than the node has to spare must be in. */
static void fix(struct exact *x, int64_t sum) {
	const struct choice *choices = bound_choices(x->bound);
	int64_t spare = sum - (x->best->value + 1) * bound_prices(x->bound)->scale;
	for (int q = 0; q < x->in->n_requests; q++) {
		struct limit *limit = &x->node->limits[q];
		if (limit->served != LIMIT_FREE || choices[q].worth <= spare)
			continue;
		limit->served = LIMIT_IN;
		bound_limit(x->bound, q, limit);
	}
}

/* Is the node done with? It is if nothing better can be in it. */
static bool hopeless(const struct exact *x) {
	return x->node->bound <= x->best->value;
}

/* One sweep at the node. */
static void look(struct exact *x) {
	int64_t sum = bound_sweep(x->bound);
	x->sweeps++;
	if (sum == INT64_MAX) {
		x->node->bound = INT64_MIN;
		return;
	}
	seen_add(x, bound_choices(x->bound));
	int64_t bound = bound_value(x->bound);
	if (x->node->bound > bound)
		x->node->bound = bound;
	if (x->sweeps % 5 == 0)
		realise(x);
	if (!hopeless(x))
		fix(x, sum);
}

/* All sweeps are done: can its requests be paid whole? */
static void pay(struct exact *x) {
	const struct node *node = x->node;
	int64_t scale = bound_prices(x->bound)->scale;
	int64_t sum =
		bound_purse(x->bound, x->best->value, node->depth < 4 ? ROOT_TRIES : NODE_TRIES, x->when);
	int64_t points = sum / scale - (sum % scale < 0);
	if (sum < INT64_MAX && points < node->bound)
		x->node->bound = points;
}

/* One sweep with money paid to the last cent; what is chosen then is what it is about from here.
 * True: enough of them. */
static bool settle(struct exact *x) {
	struct node *node = x->node;
	int64_t scale = bound_prices(x->bound)->scale;
	unsigned most = node->depth == 0 ? ROOT_PAID_SWEEPS : PAID_SWEEPS;
	int64_t sum = bound_paid(x->bound, x->best->value, PAID_TRIES);
	if (sum == INT64_MAX) {
		x->paying = false;
		return x->paid > 0 || node->depth == 0;
	}
	if (sum == PAID_FEW) {
		node->bound = x->best->value;
		return true;
	}
	for (int q = 0; q < x->in->n_requests; q++)
		x->when[q] = PURSE_UNKNOWN;
	if (x->paid % most == 0 || x->paid % most == most / 2)
		seen_clear(x);
	int64_t points = sum / scale - (sum % scale < 0);
	node->bound = node->bound < points ? node->bound : points;
	seen_add(x, bound_choices(x->bound));
	if (x->paid % 4 == 0)
		realise(x);
	return ++x->paid % most == 0;
}

/* One sweep; true: it is time to split the node. */
static bool work(struct exact *x) {
	unsigned most = x->node->depth == 0 ? ROOT_SWEEPS : NODE_SWEEPS;
	if (x->paying)
		return settle(x);
	look(x);
	x->paying = x->sweeps == (x->node->depth == 0 ? most : 1);
	if (x->sweeps % most != 0 || hopeless(x))
		return false;
	pay(x);
	return !x->paying;
}

static void leave(struct exact *x) {
	node_free(x->node);
	x->node = NULL;
}

/* The root is done: forget the starts no better plan uses. Again whenever the plan gets better. */
static void tighten(struct exact *x) {
	for (int q = 0; q < x->in->n_requests; q++)
		bound_limit(x->bound, q, &LIMIT_NONE);
	if (x->root.n || x->root_known) {
		prices_unpack(&x->root, x->prices);
		bound_restart(x->bound, x->prices, 15);
		(void)bound_sweep(x->bound);
	} else {
		prices_pack(bound_prices(x->bound), &x->root);
		x->root_known = true;
	}
	(void)bound_tighten(x->bound, x->best->value);
	x->tighter = false;
}

static struct shared_prices *share_prices(struct exact *x) {
	struct shared_prices *ret = calloc(1, sizeof *ret);
	prices_pack(bound_paid_prices(x->bound), &x->packing);
	size_t n = x->packing.n;
	struct packed_price *at = reallocarray(NULL, n + 1, sizeof *at);
	if (!ret || !at)
		abort();
	if (n)
		memcpy(at, x->packing.at, n * sizeof *at);
	*ret = (struct shared_prices){.packed = {.at = at, .n = n, .room = n + 1}, .nodes = 2};
	return ret;
}

/* Open the node's two sides; false: more sweeps first. */
static bool split(struct exact *x) {
	struct node *node = x->node, *sides[2] = {node_new(x, node), node_new(x, node)};
	enum branching what = branch(x, sides[0]->limits, sides[1]->limits);
	if (what == BRANCH_NOW) {
		sides[0]->prices = sides[1]->prices = share_prices(x);
		if (!x->root_known)
			tighten(x);
	} else if (what == BRANCH_NEVER) {
		x->stuck = x->stuck > node->bound ? x->stuck : node->bound;
	}
	for (int i = 0; i < 2; i++) {
		if (what != BRANCH_NOW) {
			node_free(sides[i]);
			continue;
		}
		push(x, sides[i]);
	}
	return what != BRANCH_LATER;
}

bool exact_step(struct exact *x, uint64_t units) {
	for (uint64_t upto = bound_units(x->bound) + units; bound_units(x->bound) < upto;) {
		if (!x->node && x->open.n == 0)
			return true;
		if (!x->node) {
			if (x->tighter && x->root_known)
				tighten(x);
			enter(x, pop(x));
			x->nodes++;
		}
		if (hopeless(x)) {
			leave(x);
			continue;
		}
		bool ready = work(x);
		if (hopeless(x) || (ready && split(x)))
			leave(x);
	}
	return !x->node && x->open.n == 0;
}

int64_t exact_bound(const struct exact *x) {
	int64_t bound = x->best->value;
	if (x->node && x->node->bound > bound)
		bound = x->node->bound;
	if (x->open.n && x->open.at[0]->bound > bound)
		bound = x->open.at[0]->bound;
	return bound > x->stuck ? bound : x->stuck;
}

uint64_t exact_units(const struct exact *x) {
	return bound_units(x->bound);
}
const struct plan *exact_plan(const struct exact *x) {
	return x->best;
}
unsigned exact_nodes(const struct exact *x) {
	return x->nodes;
}
