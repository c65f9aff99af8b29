/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* On whose money: the funding of an item from what the plan has left, and, where that is not
 * enough, by shifting grants of other items of the year from fund to fund. Shifting keeps every
 * cost, every share and every item else as it is. */
#include "plan/plan.h"

struct money;

struct money *money_new(const struct instance *in); /* the instance must outlive it */
void money_free(struct money *m);                   /* NULL is fine */

/* Fill the funding of an item with request, site, start and cost, without changing the plan: the
 * cheapest at `price` (funds × years, one minor unit), then the one that spares the funds most
 * requests may draw on. False: no admissible funds have it. */
bool money_pay(struct money *m, const struct plan *p, const int64_t *price, struct item *item);

/* The same, and items of the plan may be paid otherwise than before (removed and added again, so
 * plan_undo() takes it back). If false the plan is unchanged. */
bool money_shift(struct money *m, struct plan *p, struct item *item);

/* No cost above this can be paid on a start from the request's own funds as they stand; in a year
 * with every fund's rest shifted to them. */
int64_t money_most(const struct plan *p, int request, int32_t start);
int64_t money_rest(const struct plan *p, int year);

/* What was done, for the counting of work. */
uint64_t money_units(const struct money *m);
