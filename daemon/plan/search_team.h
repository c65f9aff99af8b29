/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The best team for a request on a start, by price: the experts' cost, their load, what the guiding
 * prices ask for their days, the new faces of a released workshop. */
#include "plan/plan.h"
#include "plan/prices.h"
#include "plan/search_random.h"

struct crew;

struct team {
	int64_t price; /* points × scale, the host's fixed cost included */
	int64_t cost;  /* money, likewise */
	struct seat seats[TEAM_MAX];
};

struct crew *crew_new(const struct instance *in, int64_t scale);
struct crew *crew_beside(const struct crew *host); /* shares what both can; host must outlive it */
void crew_free(struct crew *c);                    /* NULL is fine */

/* The prices must stay as they are until the next call. */
void crew_guide(struct crew *c, const struct prices *prices);

/* What crew_team() is asked about from now on: a request, in a plan that won't change where experts
 * are. `noise`: points at random against each expert, below this. */
void crew_begin(struct crew *c, const struct plan *p, int request, bool guided, int64_t noise,
                struct dice *dice);

/* Likewise, but the price is the cost alone; `busy`, `quota`: as if no expert had other workshops,
 * or a yearly limit. */
void crew_exact(struct crew *c, const struct plan *p, int request, bool busy, bool quota);

/* The best team at one of the request's sites if its price is below team->price; money costs `rate`
 * points × scale. False: there is none, *team is unchanged. */
bool crew_team(struct crew *c, int site, int32_t start, int64_t rate, struct team *team);
