/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a planner printed and the judge refused is kept for whoever looks for the planner's fault:
 * DIR/refused-PLAN-ATTEMPT.json, readable by the daemon's account alone. Beside it belongs the
 * snapshot, which SQL keeps (GET /v1/plans/{id}/instance). Never more than REFUSED_MOST such files:
 * the oldest go. */
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

enum {
	REFUSED_MOST = 8,         /* files in the directory */
	REFUSED_OCTETS = 8 << 20, /* of each; what is longer is cut */
};

/* `dir` is there already and may be written to; `plan` and `attempt` are letters, digits and
 * hyphens. The file's name in `ret`, or ERR_UNAVAILABLE and a reason, with nothing left behind.
 * Waits for the disk: for a worker thread. */
must_check enum err refused_keep(const char *dir, const char *plan, const char *attempt,
                                 struct str answer, char *ret, size_t room, struct why *reterr);
