/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A planner's line of progress becomes what the API says (app/schema/plan_progress.json). */
#include "base/buf.h"

/* `line` is whatever came on standard error: false, and nothing written, unless it is an object
 * with all members of the schema, `regions` as {code: count}, and no number below 0 but value and
 * bound. Other members are left out. */
bool planning_progress(struct buf *ret, struct str line);
