/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A plan in the making: which requests have an item, and the sums the coupling rules and the value
 * look at, kept up to date by plan_add() and plan_remove(). Every change can be taken back.
 *
 * A plan never judges: it holds what it is given, and says what plan_clashes() it would bring.
 * Items must name real indexes, different experts, different funds, one item a request. A plan
 * belongs to one thread. */
#include "plan/rules.h"

enum term {
	TERM_SERVED,
	TERM_WAITING,
	TERM_WINDOW,
	TERM_COST,
	TERM_BALANCE,
	TERM_LOAD,
	TERM_STABILITY,
	TERMS,
};
extern const char *const term_names[TERMS];

struct score {
	int64_t term[TERMS]; /* signed: penalties are negative */
};
static inline int64_t score_sum(const struct score *s) {
	int64_t sum = 0;
	for (int i = 0; i < TERMS; i++)
		sum += s->term[i];
	return sum;
}

struct change {
	bool added; /* else removed */
	struct item item;
};

struct plan {
	const struct instance *in;
	struct item *items; /* per request; start NO_DAY: not in the plan */
	int n_items;
	struct score score;
	int64_t value; /* always score_sum(&score) */

	uint64_t *busy;           /* experts × words: days in blocks */
	uint16_t *missions;       /* experts × years */
	int32_t *days;            /* experts × years: mission days */
	uint16_t *load;           /* experts: items in the whole plan */
	uint16_t *running;        /* days: workshops */
	uint16_t *running_region; /* regions × days; NULL unless the rule is on */
	int64_t *spent;           /* funds × years */
	uint16_t *region;         /* regions: items */
	int32_t *first_seat;     /* experts: a seat of theirs (request * TEAM_MAX + place), or -1 … */
	int32_t *next_seat;      /* … seats: the next of the same expert, or -1 */
	int32_t *first_national; /* members: a national request of theirs in the plan, or -1 … */
	int32_t *next_national;  /* … requests: the next, or -1 */

	struct {
		struct change *at;
		size_t n, room;
	} log;
	uint64_t *memory; /* the one allocation behind all of the above but the log */
	size_t size;
};

/* With the pinned items in and nothing else; the log is empty. Ends the process without memory. */
struct plan *plan_new(const struct instance *in);
void plan_free(struct plan *p); /* NULL is fine */

/* dst becomes as src, its log empty. Same instance. */
void plan_copy(struct plan *dst, const struct plan *src);

static inline const struct item *plan_item(const struct plan *p, int request) {
	return p->items[request].start == NO_DAY ? NULL : &p->items[request];
}

/* The coupling rules an item would break if it were added, as bits 1 << enum rule; nothing changes.
 * The request must not be in the plan (else BREACH(ONCE) alone). */
unsigned plan_clashes(const struct plan *p, const struct item *item);

/* As plan_clashes(), one question at a time and cheap, for whoever builds an item piece by piece. */
bool plan_free_expert(const struct plan *p, int expert, enum band band, int request, int32_t start);
bool plan_free_days(const struct plan *p, int request, int32_t start); /* parallel, on every day */
bool plan_free_member(const struct plan *p, int request, int32_t start);
int64_t plan_left(const struct plan *p, int fund, int year); /* budget − spent; may be negative */

/* Add an item (copied; its cost is believed) or take one out. Both are logged. Adding a request
 * twice, and removing a pinned or an absent one, are the caller's faults. */
void plan_add(struct plan *p, const struct item *item);
void plan_remove(struct plan *p, int request);

/* What adding or removing would do to the value; nothing changes. */
int64_t plan_gain(const struct plan *p, const struct item *item);
int64_t plan_loss(const struct plan *p, int request);

/* Go back to an earlier plan_mark(), newest change first; or make what happened final. */
size_t plan_mark(const struct plan *p);
void plan_undo(struct plan *p, size_t mark);
void plan_settle(struct plan *p);

/* The served, waiting, window and cost terms of an item: what it is worth wherever the rest is. */
void item_score(const struct instance *in, const struct item *item, struct score *ret);

/* All sums and the value counted again from the items alone; false if any differs. Slow. */
bool plan_consistent(const struct plan *p);

/* Rules broken by the plan as it stands, over all items that are not pinned; 0 is a valid plan. */
unsigned plan_breaches(const struct plan *p);
