/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The search's own. */
#include "plan/search.h"

enum { OUT_MAX = 24 };

/* What the items that leave in one step have to do with each other. */
enum bond {
	BOND_WAY, /* they stand in the way of one left out */
	BOND_NEAR,
	BOND_EXPERTS,
	BOND_PURSE,
	BOND_MEMBER,
	BOND_ANY,
	BOND_NONE, /* one alone */
	BONDS,
};

/* How a bond has fared since the weights were last set. */
struct fare {
	int64_t weight; /* it is chosen so often, of the sum */
	int64_t won;    /* points */
	uint64_t spent; /* units */
};

struct search {
	const struct instance *in;
	struct plan *plan, *best;
	struct fit *fit;
	struct dice dice;
	struct appeal *appeal;
	bool guided;
	bool (*stop)(void *); /* may be NULL */
	void *of;
	uint64_t steps; /* each is a unit of work, for those that find nothing to do */
	struct fare fares[BONDS];
	enum bond bond;   /* of this step */
	int out[OUT_MAX]; /* requests taken out in this step */
	int n_out;
	int focus;     /* a request left out that the step is about, or -1 */
	int *left_out; /* requests that could be served and aren't; kept up by search_step() */
	int n_left_out;
	int *served; /* not pinned */
	int n_served;
	int *changed; /* requests whose items are not as in `best`, and some that are */
	int n_changed;
	bool *differs; /* requests: among the changed */
	struct turn turns[2 * OUT_MAX];
	int64_t hopes[2 * OUT_MAX];
};

/* search_moves.c: choose a neighbourhood and take it out of the plan. */
void take_out(struct search *s);

/* Before the first step; and after each, with what it brought and took: what wins more in less
 * work is chosen more often. */
void weigh_bonds(struct search *s);
void note_fare(struct search *s, int64_t won, uint64_t spent);
