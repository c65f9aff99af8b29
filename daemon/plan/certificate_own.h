/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The certificate's own: read, then weighed; what pinned items leave, and who comes at what price,
 * are a matter each. */
#include "base/arena.h"
#include "plan/certificate.h"

struct claim { /* a cover, as read */
	int year;  /* index, or −1 */
	int most, n;
	int *requests;
	uint64_t *pools; /* fund × years + year */
	int64_t price;
};

struct proof {
	const struct instance *in;
	struct arena *arena;
	struct prices *prices;
	struct claim *claims;
	size_t n_claims;
	struct why *why;
};

must_check enum err proof_read(struct proof *p, const json_t *certificate);
must_check enum err proof_weigh(struct proof *p, int64_t *ret);

/* weighing ---------------------------------------------------------------------------------- */

enum { IMPOSSIBLE = -1 };           /* as a cost: no team on any start */
#define NO_PRICE (INT64_C(1) << 61) /* more than any price */

struct left {                                    /* by the pinned items */
	int64_t *money, *national, *missions, *days; /* … × years */
	int64_t *load, *balance, *running, *running_region;
	uint64_t *busy; /* experts × words */
};

struct guest { /* somebody who can come on the start at hand */
	const struct candidate *who;
	struct standing standing;
	int64_t price; /* without money */
};

struct weighing {
	struct proof *proof;
	const struct instance *in;
	const struct prices *p;
	struct left left;
	int64_t fixed; /* points */
	int64_t per_money;
	int64_t **busy_sum, **gap_sum, *running_sum, *region_sum;
	int64_t *least; /* sites */
	/* the team at hand */
	const struct request *r;
	const struct site *site;
	struct guest *guests; /* by rising price with money */
	int n_guests, team[TEAM_MAX];
	int32_t start;
	int64_t rate, best; /* price of money; least price of a team, host and all */
	int64_t slack, best_cost;
	bool bare;
};

static inline void *weigh_zeros(struct weighing *w, size_t n) {
	return arena_calloc(w->proof->arena, n, sizeof(int64_t));
}

/* What the pinned items leave, and with `fixed` what they are worth. */
void weigh_left(struct weighing *w);

/* Do they leave the start to the request? */
bool weigh_open(const struct weighing *w, const struct request *r, int32_t start);

/* The least price of a unit of money for the request at hand on the start: what no mix for `least`
 * or more is below; −1: there is none. */
int64_t weigh_rate(const struct weighing *w, int32_t start, int64_t least);

/* The least price of a team at the site at hand on the start, to w->best if it is below that. */
void weigh_seats(struct weighing *w, int32_t start);
