/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The proof behind a bound: prices as JSON, and what they prove.
 *
 * {"scale": s, "multipliers": {
 *    "parallel": {DAY: n}, "parallel_region": {REGION: {DAY: n}},
 *    "budget": {FUND: {YEAR: n}}, "overlap": {EXPERT: {DAY: n}},
 *    "missions", "days": {EXPERT: {YEAR: n}}, "load": {EXPERT: n}, "balance": {REGION: n},
 *    "member_gap": {MEMBER: {DAY: n}}, "member_year": {MEMBER: {YEAR: n}},
 *    "cover": [{"year": Y or null, "requests": [ID…], "pools": {FUND: [YEAR…]}, "most": k,
 *               "multiplier": n}]}}
 *
 * All integers in points × scale (a budget's: for one minor unit of money), none negative, those not
 * named 0. A member_gap price is paid by national starts on the national_gap_days days from DAY on.
 *
 * certificate_value() finds the best of every request at these prices anew, in 64-bit integers and
 * in code of its own: of plan/bound.h it takes nothing, of plan/prices.h the mere arrays. */
#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "plan/prices.h"

void certificate_write(struct buf *b, const struct prices *prices);

/* The least bound the certificate proves, in points; or ERR_INVALID: it is none, or names what the
 * instance does not have, or a cover that does not hold. */
must_check enum err certificate_value(const struct instance *in, const json_t *certificate,
                                      int64_t *ret, struct why *reterr);

/* What a plan's document states, and what its certificate proves: no more than that. Branching,
 * {"by": "search"}, leaves nothing to weigh. ERR_INVALID: the bound is not proven. */
struct proven {
	int64_t bound, certified;
	bool by_search;
};
must_check enum err certificate_judge(const struct instance *in, const json_t *plan,
                                      struct proven *ret, struct why *reterr);
