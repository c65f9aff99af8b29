/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The best plan, and the proof: branch and bound for small instances. Every node is bounded by
 * plan/bound.h; the open node with the highest bound goes first, so stopping early still leaves a
 * bound of the whole. Deterministic, one thread. */
#include "plan/bound.h"
#include "plan/plan.h"

enum { EXACT_REQUESTS = 24 };

struct exact;

/* Are there few enough requests that are not pinned? */
bool exact_fits(const struct instance *in);

/* `plan` is the best one known (NULL: the pinned items). Both must outlive it; plan is copied. */
struct exact *exact_new(const struct instance *in, const struct plan *plan);
void exact_free(struct exact *x); /* NULL is fine */

/* Work for about so many units (of the bound). True: done, the plan is proven best. */
bool exact_step(struct exact *x, uint64_t units);
uint64_t exact_units(const struct exact *x);

/* Someone found a plan; taken if it is better. */
void exact_offer(struct exact *x, const struct plan *plan);

/* No plan is worth more (INT64_MAX: not known yet); the best plan so far, valid until the next
 * step; nodes bounded. */
int64_t exact_bound(const struct exact *x);
const struct plan *exact_plan(const struct exact *x);
unsigned exact_nodes(const struct exact *x);
