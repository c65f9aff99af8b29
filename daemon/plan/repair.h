/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The released plan (the baseline) made possible again, with few changes.
 *
 * A repair searches in a frame: the instance, but with other weights of the baseline's entries, and
 * with what is frozen held: nothing may begin before the frozen day but what was to begin there. */
#include "base/arena.h"
#include "plan/build.h"

/* A plan from the released one, as if nothing else were wanted: the baseline's items that are still
 * possible as they were (paid anew), heaviest first; of the others those whose date a new team can
 * keep; then all else, as build() would. Valid; the caller's to free. `stop` may be NULL. */
struct plan *repair_start(const struct instance *in, bool (*stop)(void *), void *of);

/* The same without all else: the released plan as it stands in this instance. */
struct plan *released_plan(const struct instance *in, bool (*stop)(void *), void *of);

/* repair_start(), or what build() makes of nothing if that is worth more; NULL without a baseline. */
struct plan *warm_start(const struct instance *in, struct fit *fit, const struct appeal *appeal,
                        bool (*stop)(void *), void *of);

/* The same items in another instance with the same requests; those pinned there are there already. */
struct plan *repair_carry(const struct instance *in, const struct plan *from);

/* What a frozen entry of the baseline may do in the frame. */
enum hold {
	HOLD_NONE, /* not frozen, or pinned in the instance */
	HOLD_ALL,  /* it is as it was */
	HOLD_DATE, /* another team, on its date at its host */
	HOLD_LOST, /* there is no team for it on its date, nor could be: all is open */
};

struct frame {
	struct instance in; /* requests, sites, pinned and baseline are its own */
	const struct instance *given;
	enum hold *hold; /* one an entry of the baseline */
};

/* Frozen NO_DAY: nothing is frozen. Lives in the arena, as the given instance must. */
struct frame *frame_new(struct arena *a, const struct instance *given, int32_t frozen);

/* Each entry of the baseline weighs so many times what the instance says, at most WEIGHT_MAX. */
void frame_weigh(struct frame *f, int64_t times);

/* repair_start() in the frame. Frozen items that could be kept are pinned in it from now on: once,
 * after the first weighing. */
struct plan *frame_start(struct frame *f, struct arena *a, bool (*stop)(void *), void *of);

/* How a plan differs from the baseline. */
struct changes {
	int dropped, moved, experts; /* workshops; workshops; new members of teams */
};
struct changes changes_of(const struct plan *p);

/* What became of one entry: bits. */
enum { CHANGE_DROPPED = 1, CHANGE_MOVED = 2, CHANGE_RESTAFFED = 4 };
unsigned change_of(const struct plan *p, const struct baseline *entry, int *ret_experts);
