/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* atelier-plan solve, where items may depend on one another: the core's search makes a plan without
 * extensions, the wide search goes on from there, and what bounds the relaxed instance is proven
 * beside both. No certificate comes with that bound: it is not one of the instance given.
 *
 * Requests left out are explained as plain items, with the accreditations given. */
#include "plan/publish.h"

/* An exit status. `weights`: of the baseline, to go back to when the search has ended, since it
 * was for others, and then its bound is none; NULL: they are as given. */
int solve_wide(const struct run_options *o, struct arena *a, const struct buf *text,
               struct instance *in, const int64_t *weights);
