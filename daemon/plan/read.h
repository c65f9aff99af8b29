/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An `atelier-instance/1` document → struct instance, or every fault it has.
 *
 * Faults: not JSON, a missing key, a wrong type, an unknown code, a duplicate id, a date that is
 * none, a range upside down, a number outside its limits (model.h). Of pinned items the static
 * rules are not asked, as the format has it, but their form is: known ids, a host of the request,
 * a team of different experts with one lead, different funds, positive amounts, one item a
 * request. Codes of members in a fund's list need not be members of the instance. Unknown keys are
 * ignored. */
#include "base/arena.h"
#include "base/err.h"
#include "plan/model.h"

struct fault {
	const char *path; /* "$.requests[3].hosts[0].member" */
	const char *sentence;
};

struct faults {
	struct fault *at;
	size_t n, room;
};

/* ERR_NONE and *ret, which lives in the arena; or ERR_INVALID and at least one fault, in the order
 * of reading (texts in the arena, the array is the caller's to clear with vec_clear). */
must_check enum err read_instance(struct arena *a, struct str json, struct instance **ret,
                                  struct faults *ret_faults);

/* Only the faults. */
must_check enum err read_for_judging(struct arena *a, struct str json, struct faults *ret_faults);

/* The items of an `atelier-plan/1` document, pinned ones among them, in the order of the document:
 * for a warm start, a repair, an explanation. Known ids, right types, one item a request are asked
 * for; rules are not (plan_add() them and ask plan_breaches()). As above otherwise. */
must_check enum err read_plan(struct arena *a, const struct instance *in, struct str json,
                              struct item **ret, int *ret_n, struct faults *ret_faults);
