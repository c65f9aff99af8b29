/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A plan in the wide sense of the format's optional section: its items may serve several requests
 * (sessions), follow one another without a way home between them (chaining), and give experts
 * accreditations that later items rest on (accrual).
 *
 * Around a plan of the core, which holds one item for the request that leads a session, with its
 * true cost and funding, it keeps who else is served by it and which seat follows which; blocks,
 * year's days, roles and value are its own. After every change wide_fault() counts them anew: what
 * is simple here is right, and items are few compared with what is looked at to place one.
 *
 *   leader   of a request: the request whose item serves it, often itself
 *   group    the requests one item serves, the leader first
 *   chain    missions of one expert, each `after` the one before it
 *   pupil    an expert whom a workshop gives a pre accreditation (the format's candidates)
 *
 * Pinned items lead nobody and follow nobody; a mission may follow a pinned one. A request of a
 * kind whose sessions have a quorum is not served below it. */
#include "plan/plan.h"
#include "plan/search_random.h"

struct wide_means;

/* Costs, funds and candidacies, compiled; `in` must outlive it, and not change. */
struct wide_means *wide_means_new(const struct instance *in);
void wide_means_free(struct wide_means *m); /* NULL is fine */
uint64_t wide_units(const struct wide_means *m);

struct wide {
	struct wide_means *means;
	const struct instance *in; /* the means' view: funds of a leader are those of its group */
	struct plan *p;
	int32_t *leader;  /* requests; -1: not served */
	int32_t *after;   /* seats (request × TEAM_MAX + place): the request of the mission before */
	uint64_t *topics; /* requests: all topics of the group, of those that lead one */
	uint64_t *busy;   /* experts × words: days in blocks, days as a pupil */
	int32_t *days;    /* experts × years: mission days */
	uint64_t *memory;
	size_t size;
};

struct wide *wide_new(struct wide_means *m); /* the pinned items */
void wide_free(struct wide *w);              /* NULL is fine */
void wide_copy(struct wide *dst, const struct wide *src);

void wide_score(const struct wide *w, struct score *ret);
int64_t wide_value(const struct wide *w);

/* What requests that join pinned sessions are worth, balance aside: any plan has it, but no item of
 * the core does. */
int64_t wide_fixed(const struct wide *w);

/* Count anew and set the roles that accreditations of the moment leave: the request of an item that
 * breaks a rule with others, or -1 if all is well. */
int wide_fault(struct wide *w);

/* Take the leader's item out, and all that is in one chain with it. */
void wide_remove(struct wide *w, int leader);

/* Items of a plan without extensions for requests that have none; what breaks a rule is left out. */
void wide_take(struct wide *w, const struct plan *p);

/* Give the group (the first one leads only if that is cheapest) its best item: host, start, team,
 * chains, money. `noise`: points at random against each start. False: there is none, w is as
 * before. */
bool wide_place(struct wide *w, const int *group, int n, int64_t noise, struct dice *dice);

/* Improve: items leave, they and some of those left out come back, alone or together. Steps use the
 * dice alone; each keeps the plan valid. */
struct wide_search;
struct wide_search *wide_search_new(struct wide_means *m, uint64_t seed);
void wide_search_free(struct wide_search *s);                           /* NULL is fine */
void wide_search_begin(struct wide_search *s, const struct plan *p);    /* NULL: from nothing */
void wide_search_step(struct wide_search *s, int progress);             /* of 65536 */
void wide_search_offer(struct wide_search *s, const struct plan *rest); /* see wide_freeze.h */
const struct wide *wide_search_best(const struct wide_search *s);

/* The same as a plan of the core, for writing and explaining: items of leaders, sums and value of
 * the whole. For nothing else; it is not consistent in itself. By the weights of `in`. */
struct plan *wide_shown(const struct wide *w, const struct instance *in);
