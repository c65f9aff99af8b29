/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The money's own. */
#include "plan/money.h"

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

static inline int64_t least_share(const struct instance *in, int fund, int64_t cost) {
	int64_t share = (in->funds[fund].min_share_percent * cost + 99) / 100;
	return share > 0 ? share : 1;
}

static inline bool pays(const struct instance *in, int fund, const struct item *item) {
	const struct span *period = &in->funds[fund].period;
	return period->first <= item->start && item_end(in, item) <= period->last;
}
