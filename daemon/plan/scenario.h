/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What if: an `atelier-scenario/1` document, and what an instance becomes by it.
 *
 *   {"format": "atelier-scenario/1", "name": text, "changes": [change …]}, a change being
 *   {"kind": "expert_leaves", "expert": id, "from"?: date, "to"?: date}   not available then
 *   {"kind": "fund_changes", "fund": id, "year": int, "amount": money}    more; less if negative
 *   {"kind": "closed", "first": date, "last": date, "member"?: code}      everywhere, or at a host
 *   {"kind": "request_leaves", "request": id}
 *   {"kind": "request_moves", "request": id, "earliest"?: date, "latest"?: date}
 *   {"kind": "expert_joins", "expert": expert as in an instance}
 *
 * Changes happen in their order, each to what those before it left. Null is as absent. Pinned
 * workshops and the released plan stay as they are, but for those of a request that leaves. */
#include <jansson.h>

#include "plan/read.h"

/* The instance is changed; it must be one the reader accepts, and is one again. Or ERR_INVALID and
 * at least one fault (as read_instance() gives them): not JSON, a missing or unknown member, a wrong
 * type, an unknown kind, expert, fund, Member or request, an expert who is there already, a year out
 * of the horizon, less than no money, a range upside down. The instance is of no use then. */
must_check enum err scenario_apply(struct arena *a, struct str scenario, json_t *instance,
                                   struct faults *ret_faults);
