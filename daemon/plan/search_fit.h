/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The best place for one request in a plan as it stands: host, start, team and money together.
 *
 * A start is worth what the value says of it, less what the guiding prices ask; starts are looked
 * at best first by what they could bring at most, and the free days of experts are whole rows of
 * bits. */
#include "plan/money.h"
#include "plan/prices.h"
#include "plan/search_random.h"

enum { ANY_SITE = -1 };

/* How to choose. */
struct taste {
	int64_t thrift;     /* money counts so much more, in 1/256 */
	int64_t noise;      /* points at random against each expert and start, below this */
	struct span starts; /* only these */
	int site;           /* index in the instance, or ANY_SITE */
	bool guided;        /* the prices count */
	bool shift;         /* items may be paid otherwise than they are */
};
#define TASTE_PLAIN                                                                                \
	((struct taste){.starts = {INT32_MIN, INT32_MAX}, .site = ANY_SITE, .shift = true})

struct fit;

/* The prices are copied by fit_guide() whenever the caller has better ones. */
struct fit *fit_new(const struct instance *in, int64_t scale);
void fit_free(struct fit *f); /* NULL is fine */
void fit_guide(struct fit *f, const struct prices *prices);

/* Add the request's best item to the plan and tell what it changed the value by; false if there is
 * none that keeps every rule, or the best is a loss: the plan is then as it was. */
bool fit_add(struct fit *f, struct plan *p, int request, const struct taste *t, struct dice *dice,
             int64_t *ret_gain);

/* The least cost of a team at the site on this start, with the host. `busy`, `quota`: as if no
 * expert had other workshops, or a yearly limit. -1: no team. Exact. */
int64_t fit_least_cost(struct fit *f, const struct plan *p, int site, int32_t start, bool busy,
                       bool quota);

uint64_t fit_units(const struct fit *f);
