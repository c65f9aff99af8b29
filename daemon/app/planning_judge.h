/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The daemon's own look at what a planner printed, before anything of it is stored: the judge of
 * plan/judge.h, which shares no code with the search, on every plan in it. */
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* An `atelier-plan/1`, or with `repair` an `atelier-repair/1` with one option or more, for this
 * instance after the changes of this scenario ({NULL,0}: none). ERR_INTERNAL and the first finding
 * in one sentence when any plan in it does not stand. Slow; safe in a worker thread. */
must_check enum err planning_judge(struct str instance, struct str scenario, struct str answer,
                                   bool repair, struct why *reterr);
