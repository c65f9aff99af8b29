/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How good the best plan could be, found out beside the search: by the Lagrangian bound, or of few
 * requests by branching until it is proven. Either takes turns with the search, and then is as
 * deterministic as that, or has a thread of its own. */
#include "base/buf.h"
#include "plan/search.h"

struct proof;

/* `aside`: in a thread, which starts now and ends with proof_stop(). The instance must outlive it
 * and not change meanwhile. */
struct proof *proof_new(const struct instance *in, bool aside);
void proof_stop(struct proof *p); /* no more work; what is known stays */
void proof_free(struct proof *p); /* NULL is fine */

/* Between two steps of the search: work as much as the search has worked since (unless aside), and
 * tell each other: prices and better plans. */
void proof_turn(struct proof *p, struct search *s);

/* From now on ask this during turns, which end once it is true. */
void proof_heed(struct proof *p, bool (*stop)(void *), void *of);

/* For who has no search on this instance: work up to so many units (unless aside). */
void proof_reach(struct proof *p, uint64_t units);

int64_t proof_scale(const struct proof *p); /* of the prices that will guide the search */
int64_t proof_bound(struct proof *p);       /* no plan is worth more; INT64_MAX: not known yet */
uint64_t proof_units(struct proof *p);

/* After proof_stop(), what that bound rests on (plan/certificate.h); nothing if it is not known. */
void proof_certificate(const struct proof *p, struct buf *b);
