/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What hangs together in a wide plan, frozen, so that the core's fast search can improve all else.
 *
 * In the frozen instance sessions, chains, and where accreditations are got on the way all that
 * teaches, learns or rests on it, are pinned. Their experts are not available in between, and the
 * days their missions count for the year are in their limits. That errs on the safe side alone, and
 * whatever comes back is judged by wide_fault(). */
#include "plan/wide.h"

/* Compiled, in the arena; requests without a start of their own are as in `plain`. */
struct instance *wide_freeze(struct arena *a, const struct instance *plain, const struct wide *w);

/* The items that are not frozen, as a plan of the frozen instance. */
struct plan *wide_rest(const struct instance *frozen, const struct wide *w);

/* These items for the rest. */
void wide_thaw(struct wide *w, const struct plan *rest);
