/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The exact search's own. */
#include "plan/exact.h"

enum {
	POOLS = 64,
	ROOT_SWEEPS = 400,
	NODE_SWEEPS = 40,
	LAST_SWEEPS = 400,
	ROOT_TRIES = 400000,
	NODE_TRIES = 30000,
	ROOT_PAID_SWEEPS = 40,
	PAID_SWEEPS = 20,
	LAST_PAID_SWEEPS = 60,
	PAID_TRIES = 200000,
	OPEN_MAX = 1500
};

/* Both sides of a node begin with its prices. */
struct shared_prices {
	struct packed_prices packed;
	int nodes; /* that have them */
};

struct node {
	int64_t bound; /* points */
	int depth;
	unsigned number;
	struct shared_prices *prices; /* to begin with; NULL at the root */
	struct limit limits[];        /* requests */
};

/* What the sweeps of a node chose for a request: on average that solves the relaxation. */
struct seen {
	int sweeps, served;
	int64_t starts; /* sum */
	struct span span;
	int32_t sites[16];
	int32_t *years;
	int64_t *pools;   /* shares, in 1/65600, summed */
	int32_t *experts; /* times in the team */
};

struct exact {
	const struct instance *in;
	struct arena *arena; /* sets of experts in limits */
	struct bound *bound;
	struct plan *best, *trial;
	struct prices *prices;              /* unpacked */
	struct packed_prices root, packing; /* packing: scratch */
	bool root_known, tighter;
	int64_t stuck; /* the highest bound of a node that could not be split further */
	struct {
		struct node **at;
		size_t n, room;
	} open;
	struct node *node;                     /* at hand */
	unsigned sweeps, paid, nodes, numbers; /* sweeps of this node, and those with money paid */
	bool paying;
	struct seen *seen;         /* requests */
	struct grant (*grants)[2]; /* requests */
	int16_t *when; /* requests: the year in which they would be paid, see bound_purse() */
};

/* exact_branch.c */
void seen_clear(struct exact *x);
void seen_add(struct exact *x, const struct choice *choices);

/* Limits two copies of the node's limits so that every plan keeps one of them; or the sweeps agree
 * and more of them will do; or nothing is left to decide. */
enum branching { BRANCH_NOW, BRANCH_LATER, BRANCH_NEVER };
enum branching branch(struct exact *x, struct limit *left, struct limit *right);

/* exact_realise.c: make plans of the choices; the best is kept. */
void realise(struct exact *x);
