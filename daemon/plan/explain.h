/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Why a request is left out: what of the static rules leaves it no day, or which coupling rules
 * would have to give way for it, all else staying as it is. */
#include "plan/search_fit.h"
#include "plan/write.h"

/* The families of coupling rules that are relaxed together. */
enum family { FAMILY_BUSY, FAMILY_QUOTA, FAMILY_PARALLEL, FAMILY_MEMBER, FAMILY_FUND, FAMILIES };
enum { RELAXATIONS = 1 << FAMILIES };

struct explainer;

/* Where one site stands: sets of starts, each in->words words. */
struct outlook {
	uint64_t
		*team[4]; /* with a team, by what is relaxed: bits 1 << FAMILY_BUSY, 1 << FAMILY_QUOTA */
	uint64_t *parallel, *member; /* on which these rules let it in */
};

/* The fit, which is that of a search at rest or its own, must outlive it. */
struct explainer *explainer_new(const struct instance *in, struct fit *fit);
void explainer_free(struct explainer *x); /* NULL is fine */

/* First days on which an item of the request can be added, by the set of families relaxed
 * (bits 1 << enum family); NO_DAY: none. Exact; only starts in `starts` are asked. */
void explain_days(struct explainer *x, const struct plan *p, int request, struct span starts,
                  int32_t ret[RELAXATIONS]);

/* The outlook of a site beside the plan, whose item of the request has been taken out. It is the
 * explainer's, and good until the next call. */
const struct outlook *explain_site(struct explainer *x, const struct plan *p, int site);

/* The least cost of a team on a start, the host's with it, if it is below `limit`; else -1. Can
 * such a team be paid? To be asked of the site of the last outlook. */
int64_t explain_cost(struct explainer *x, const struct plan *p, int site, int32_t start,
                     unsigned relaxed, int64_t limit);
bool explain_payable(struct explainer *x, const struct plan *p, int site, int32_t start,
                     unsigned relaxed);

/* For a request that is not in the plan; `earliest` is the first day with a team if all experts
 * were free, or NO_DAY. `unblock` lives in the arena. `brief`: no more than one reason and no
 * unblock, for an answer that can't wait. */
void explain(struct explainer *x, struct arena *a, const struct plan *p, int request,
             int32_t earliest, bool brief, struct unserved *ret);
