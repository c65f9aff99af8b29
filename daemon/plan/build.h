/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The first plan, and the order in which requests are given their place: what brings much for
 * little money first, and of equals what has few days to be on. */
#include "plan/search_fit.h"

/* What is known of each request before any plan. */
struct appeal {
	int64_t points;   /* it brings at most, money aside */
	int64_t most;     /* likewise, less what its cheapest team, its earliest start and its days
	                   * ask; what its region is short of is left out */
	int64_t cost;     /* money, at least */
	int starts;       /* days with a team, if all experts were free; over all sites */
	int32_t earliest; /* of these; NO_DAY: none */
};

void appeal_compile(const struct instance *in, struct appeal *ret); /* one a request */

/* How early a request's turn comes: more is earlier. */
int64_t appeal_rank(const struct appeal *a);

/* Requests in falling order of rank; equal ones in the order of the instance. */
struct turn {
	int64_t rank;
	int request;
};
void turns_sort(struct turn *turns, int n);

/* Fill a plan, greedily. `stop` is asked between requests, and may be NULL. */
void build(struct fit *f, struct plan *p, const struct appeal *appeal, bool (*stop)(void *),
           void *of);
