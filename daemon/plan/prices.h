/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a plan would pay for what its items compete for, if it could buy: one integer price for every
 * coupling rule, in points × scale. Any prices ≥ 0 give a bound (plan/bound.h, where they are
 * found); the better the prices, the lower the bound. */
#include "plan/model.h"

/* Of these requests, at most `most` can be served in the year (or at all): all their money would
 * have to come from these pools, and what is left there is less than the least costs of any
 * most + 1 of them. Bare budgets would take a part of a workshop; this, which follows, will not. */
struct cover {
	int year; /* index, or −1: at all */
	int most, n;
	uint16_t *requests; /* rising */
	uint64_t *pools;    /* set of fund × years + year */
};

enum { COVERS_MAX = 160 };

struct prices {
	const struct instance *in;
	int64_t scale;
	int64_t *parallel;          /* days: one workshop running */
	int64_t *parallel_region;   /* regions × days, likewise; NULL unless the rule is on */
	int64_t *budget;            /* funds × years: one minor unit of money */
	int64_t **busy;             /* experts: NULL, or days: the expert's day */
	int64_t *missions;          /* experts × years: one mission */
	int64_t *days;              /* experts × years: one mission day */
	int64_t *load;              /* experts: one mission; at most the weight of load */
	int64_t *balance;           /* regions: what a workshop there is paid; at most the weight */
	int64_t **gap;              /* members: NULL, or days: a national start on one of the
	                           * national_gap_days days from this one on */
	int64_t *national;          /* members × years: one national workshop */
	int64_t *cover;             /* COVERS_MAX: one of the cover's workshops in its year */
	const struct cover *covers; /* the first n_covers of the prices' cover; owned by the bound */
	int n_covers;
};

/* All zero. Ends the process without memory. */
struct prices *prices_new(const struct instance *in, int64_t scale);
void prices_free(struct prices *p);                             /* NULL is fine */
void prices_copy(struct prices *dst, const struct prices *src); /* of the same instance */

/* The row of an expert or member, made if there is none. */
int64_t *prices_row(const struct prices *p, int64_t **row);

/* The prices that are not zero, to be kept by the thousand. */
struct packed_prices {
	struct packed_price {
		uint32_t index;
		int64_t price;
	} * at;
	size_t n, room;
};
void prices_pack(const struct prices *p, struct packed_prices *ret);
void prices_unpack(const struct packed_prices *from, struct prices *ret); /* scale stays */
