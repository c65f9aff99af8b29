/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the parts of an inquiry share: one request, and what is found out about it on the way to an
 * `atelier-explanation/1` document.
 *
 * An inquiry may change its instance (a fund's budget, a request's dates, the newcomer) and its
 * plan to try something; whoever does undoes it before returning. */
#include <jansson.h>

#include "plan/explain.h"

enum { REMEDIES_MAX = 14, LOOKS_MAX = 12 };

struct inquiry {
	struct instance *in;
	json_t *document; /* the instance as JSON; its texts are used for the judge */
	struct plan *plan;
	int newcomer; /* an expert without accreditations, until some are supposed; -1: none */
	struct explainer *x;
	struct table *table;
	struct money *money;
	struct arena *arena; /* of the request at hand */

	int request;
	const struct item *was; /* the request's item, taken out of the plan; NULL: none */
	bool dated;             /* asked about one day only: `date`; else all days of the horizon */
	day_t date;
	struct span starts;        /* days asked about */
	int32_t days[RELAXATIONS]; /* first day by families relaxed */
	int site_of[RELAXATIONS];  /* and where */
	uint64_t units, units_before;

	bool lends;   /* an item that only money stands against is let in, … */
	int lent_to;  /* … by adding to this fund in its year … */
	int64_t lent; /* … the least amount that does; 0: no money was needed */
};

/* table: teams from all experts there are, on any day -------------------------------------- */

struct table;

/* Who may sit down. `newcomer`: an expert who must (-1: nobody must). */
struct terms {
	bool busy, quota; /* as if there were no other workshops, no yearly limits */
	bool cheapest;    /* who is busy or at the limit is as welcome as others */
	int newcomer;
};

struct table *table_new(const struct instance *in);
void table_free(struct table *t); /* NULL is fine */

/* The team with the fewest who are busy or at their limit, then the least cost, as an item without
 * funding; false: there is none (or it was not found in a bounded number of tries). Dates are not
 * asked. */
bool table_seat(struct table *t, const struct plan *p, int site, int32_t start,
                const struct terms *terms, struct item *ret);
uint64_t table_units(const struct table *t);

/* What keeps an expert from a workshop of the request on the day. */
bool is_busy(const struct plan *p, int expert, const struct item *item);
bool is_tired(const struct plan *p, int expert, const struct item *item);

/* Seat, pay, and ask every rule: an item that could be added to the plan as it is now, perhaps with
 * what is lent. */
bool inquiry_item(struct inquiry *q, int site, int32_t start, int newcomer, struct item *ret);

/* answers ----------------------------------------------------------------------------------- */

json_t *funnel_of(struct inquiry *q);                  /* one entry a host */
json_t *obstacles_of(struct inquiry *q, unsigned set); /* on the set's first day */
json_t *remedies_of(struct inquiry *q);

/* changes ----------------------------------------------------------------------------------- */

enum remedy_kind {
	REMEDY_CRITERION,
	REMEDY_MONEY,
	REMEDY_EXPERT,
	REMEDY_SWAP,
	REMEDY_MOVE,
	REMEDY_WINDOW,
	REMEDY_INSTEAD,
	REMEDY_KINDS,
};

/* One that works, with the item it lets in. */
struct remedy {
	enum remedy_kind kind;
	int64_t size; /* less is better among those of a kind: money, days, points; of people the day
	               * from which, the money by which */
	struct item item;
	struct item other; /* swap, move: the other workshop as it is then; instead: as it was */
	int fund, year;    /* money, and with `lent` any other; year: index */
	int64_t lent;      /* others than money: this much more besides */
	int expert, by;    /* swap: who leaves, who comes; expert: `by` the newcomer's home */
	uint64_t topics;   /* expert */
	bool full, speaks; /* expert */
	unsigned criteria; /* bits of enum criterion */
	struct span window;
};

struct remedies {
	struct remedy at[REMEDIES_MAX];
	int n;
};

/* Keep it, which was found with the last item of the inquiry, if it is among the best of its
 * kind. */
void remedies_add(const struct inquiry *q, struct remedies *all, const struct remedy *one);

void find_money(struct inquiry *q, struct remedies *ret);
void find_experts(struct inquiry *q, struct remedies *ret);
void find_others(struct inquiry *q, struct remedies *ret); /* swaps, moves, and instead */
void find_windows(struct inquiry *q, struct remedies *ret);
void find_criteria(struct inquiry *q, struct remedies *ret);

/* The least amount that, added to the fund in the item's year, pays it; its funding becomes what is
 * paid then. Nothing above `most` is tried; -1: none. */
int64_t money_lacking(struct inquiry *q, int fund, int64_t most, struct item *item);

/* Does the judge let the item in, after the change? */
bool remedy_holds(struct inquiry *q, const struct remedy *r);

/* The newcomer supposed to be this good, at home there; {0}: nobody again. */
void suppose_expert(struct inquiry *q, const struct remedy *r);
void suppose_nobody(struct inquiry *q);

/* words and documents ------------------------------------------------------------------------ */

json_t *json_day(const struct inquiry *q, int32_t day);
const char *text_day(const struct inquiry *q, int32_t day);
const char *text_money(const struct inquiry *q, int64_t amount); /* "EUR 4,200" */
/* Ids, with the names the instance may have beside them (`name` or `label`, not too long): "R-28
 * (Kuwait, regional)"; a Member by its name alone. */
const char *text_request(const struct inquiry *q, int request);
const char *text_expert(const struct inquiry *q, int expert);
const char *text_fund(const struct inquiry *q, int fund);
const char *text_member(const struct inquiry *q, int member);
int year_number(const struct inquiry *q, int32_t day);
json_t *json_item(const struct instance *in, const struct item *item, json_t *ret_members);
json_t *json_topics(const struct inquiry *q, uint64_t topics);
json_t *json_newcomer(const struct inquiry *q, const struct remedy *r);
json_t *remedy_json(const struct inquiry *q, const struct remedy *r);
