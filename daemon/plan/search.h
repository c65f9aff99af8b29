/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Large-neighbourhood search: again and again a few items that have something to do with each other
 * leave the plan, and they and some of those left out are given places anew, one by one in a new
 * order. The new plan is kept if it is worth as much, or not so much less as still passes at the
 * temperature of the moment.
 *
 * Nothing here looks at a clock: instance, seed and the calls made decide what happens. A search
 * belongs to one thread. */
#include "plan/build.h"

struct search;

/* Scale: of the prices that will guide it. The instance must outlive it. */
struct search *search_new(const struct instance *in, uint64_t seed, int64_t scale);
void search_free(struct search *s); /* NULL is fine */

/* From now on ask this now and then during a step; once it is true, steps come to nothing. */
void search_heed(struct search *s, bool (*stop)(void *), void *of);

/* From the items alone to a first plan. */
void search_begin(struct search *s, bool (*stop)(void *), void *of);

/* Begin from this plan instead, or come back to it; it must be valid. */
void search_take(struct search *s, const struct plan *p);

void search_guide(struct search *s, const struct prices *prices);

/* One neighbourhood. `progress`: of the whole search, 0 … 65536; it sets the temperature. */
void search_step(struct search *s, int progress);

/* The best plan so far; valid until the next call. */
const struct plan *search_best(const struct search *s);
/* One a request; and the means, for whoever asks about the plan when the search is at rest. */
const struct appeal *search_appeal(const struct search *s);
struct fit *search_fit(struct search *s);
uint64_t search_units(const struct search *s);
