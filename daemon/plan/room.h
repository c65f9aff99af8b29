/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the pinned items leave to the others of everything the coupling rules count. */
#include "plan/plan.h"

struct room {
	const struct instance *in;
	int64_t fixed;     /* the terms of value no other item changes: all of the pinned plan's but
	                       * balance and load, with every other baseline workshop dropped */
	int32_t *parallel; /* days */
	int32_t *parallel_region; /* regions × days, or NULL */
	int64_t *budget;          /* funds × years */
	int32_t *missions, *days; /* experts × years */
	int32_t *load;            /* experts: up to fair_missions; may be negative */
	int32_t *balance;         /* regions: up to the target; ≤ 0: nothing is missing */
	int32_t *national;        /* members × years */
	uint64_t *busy;           /* experts × words: days in pinned blocks */
	uint64_t *starts;         /* sites × words: the site's, less those a pinned item forbids; none
	                           * for a pinned request */
};

void room_compile(struct arena *a, const struct instance *in, struct room *ret);
