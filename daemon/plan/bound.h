/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* No plan is worth more than this: a Lagrangian bound.
 *
 * The coupling rules but `once` and `pinned`, and the terms balance and load, are given prices
 * (plan/prices.h) instead of being enforced. At given prices every request is on its own, and its
 * best item is found exactly; the sum of these, with what the rules' capacities are worth, bounds
 * the value of every plan. Each sweep over the requests gives one bound and says which prices are
 * too low or too high.
 *
 * Integers only: the same instance and units give the same prices. Any number of bounds may be
 * worked on by as many threads; one bound belongs to one thread. */
#include "plan/prices.h"

struct bound;

/* What a request may still do; the default is everything. Pools are fund × years + year of the
 * first 64 pools. */
struct limit {
	enum { LIMIT_FREE, LIMIT_OUT, LIMIT_IN } served;
	struct span starts;       /* first … last start */
	uint64_t never, always;   /* pools it must not, must draw on */
	const uint64_t *no_seat;  /* set of experts who must not, */
	const uint64_t *any_seat; /* must be in its team; NULL: none */
	uint32_t no_sites;        /* of the request, by index: bits; the first 32 only */
};
#define LIMIT_NONE ((struct limit){.starts = {INT32_MIN, INT32_MAX}})

/* The best item of a request at some prices. `start` NO_DAY: better left out. */
struct choice {
	int64_t worth; /* points × scale, prices paid; 0 if left out */
	int site;
	int32_t start;
	int64_t cost;
	uint8_t n_team, n_funds;
	uint16_t team[TEAM_MAX];
	uint16_t fund[2];
	int32_t share[2]; /* of the cost, in 1/65536 */
};

struct bound *bound_new(const struct instance *in); /* the instance must outlive it */
void bound_free(struct bound *b);                   /* NULL is fine */

/* Work for about so many units, and leave a sweep where that falls; units done are added up.
 * Starts from prices of zero, which are as good a bound as any to begin with. */
void bound_step(struct bound *b, uint64_t units);
uint64_t bound_units(const struct bound *b);

/* The lowest bound so far in whole points; INT64_MAX before the first sweep has ended. */
int64_t bound_value(const struct bound *b);
unsigned bound_sweeps(const struct bound *b);

/* The prices of that bound (the current ones before there is any); valid until the next step. */
const struct prices *bound_prices(const struct bound *b);

/* Branching: what the request may do from now on. Loosening one makes the value wrong until
 * bound_restart(). */
void bound_limit(struct bound *b, int request, const struct limit *limit);

/* Do the limits alone ask more of somebody than a year's quotas allow? Then no plan keeps them. */
bool bound_crowded(const struct bound *b);

/* Forget the value, go on from these prices (NULL: those of the best bound), begin a new sweep with
 * steps of this length, in per cent of the usual. */
void bound_restart(struct bound *b, const struct prices *from, int length);

/* Drop for good every start of a request that no plan of more than `value` uses, so far as the
 * best prices can tell; how many. Without limits only, and after a sweep. Plans worth `value` or
 * less are no longer bounded. */
int bound_tighten(struct bound *b, int64_t value);

/* The best item of one request at the current prices and limits, as a sweep would choose it. */
void bound_choose(struct bound *b, int request, struct choice *ret);

/* The bound once more, in points × scale, where money is no longer shared in parts: at the best prices
 * and limits, by so many tries at most (INT64_MAX: they did not do). Plans of no more than `value`
 * points are not bounded. Goes on from the best prices. ret_when, of each request, is its year in the
 * best choice found, or one of these: */
enum { PURSE_NEVER = -1, PURSE_UNKNOWN = -2 };
int64_t bound_purse(struct bound *b, int64_t value, uint64_t tries, int16_t *ret_when);

/* A sweep whose choices can be paid together to the last cent, so that money needs no prices: its
 * bound in points × scale (INT64_MAX: too many tries, or too many funds; FEW: no plan of more than
 * `value` points is left). The first begins from the best prices of the sweeps; then all prices but
 * those of money move. bound_choices() are what is best, unless it says FEW or INT64_MAX. */
#define PAID_FEW INT64_MIN
int64_t bound_paid(struct bound *b, int64_t value, uint64_t tries);

/* Those of the lowest bound_paid() since bound_restart(). */
const struct prices *bound_paid_prices(const struct bound *b);

/* Who pays for the choices; amount 0: no second one. False: nobody could be found. */
bool bound_grants(struct bound *b, const struct choice *choices, struct grant (*ret)[2]);

/* One sweep at the current prices, from its beginning: its bound in points × scale (INT64_MAX: no
 * plan keeps the limits). The choices are valid until the next step. Prices then move. */
int64_t bound_sweep(struct bound *b);
const struct choice *bound_choices(const struct bound *b);
