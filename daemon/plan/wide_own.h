/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the wide plan share. */
#include "base/arena.h"
#include "plan/money.h"
#include "plan/relax.h"
#include "plan/wide.h"

struct wide_means {
	const struct instance *given;
	struct arena *arena;
	struct instance view; /* `given` with requests of its own … */
	uint16_t **funds;     /* … whose lists of funds are these */
	struct money *money;  /* of the view */
	int *first_lesson;    /* experts, and one more: index in … */
	int *lessons;         /* … requests the expert is a pupil of */
	struct wide *trial;   /* of wide_place() */
	int *order;           /* requests: scratch */
	uint64_t units;
};

static inline int seat_of(int request, int place) {
	return request * TEAM_MAX + place;
}
static inline const struct item *seat_item(const struct wide *w, int seat) {
	return &w->p->items[seat / TEAM_MAX];
}
static inline int seat_expert(const struct wide *w, int seat) {
	return seat_item(w, seat)->team[seat % TEAM_MAX].expert;
}
static inline bool is_pinned(const struct wide *w, int request) {
	return w->in->requests[request].pinned >= 0;
}

/* for each seat of the expert */
#define seats_each(w, expert, s)                                                                   \
	for (int32_t s = (w)->p->first_seat[expert]; s >= 0; s = (w)->p->next_seat[s])

/* The seat of the mission that follows, or comes before; -1: none. */
int seat_next(const struct wide *w, int seat);
int seat_before(const struct wide *w, int seat);

int group_of(const struct wide *w, int leader, int *ret); /* how many; the leader first */

/* Days between two hosts on the road. */
int leg_days(const struct instance *in, int member, int other);

/* What a mission costs and how many days count, by its place in a chain; `before`: NULL alone or
 * first. */
struct toll {
	int64_t cost;
	int days;
};
struct toll mission_toll(const struct instance *in, int expert, int site, int32_t start,
                         const struct item *before, bool has_next);

int64_t wide_item_cost(const struct wide *w, const struct item *item); /* not of pinned ones */

/* What an expert is at a workshop with these topics by the accreditations of the moment. */
struct standing wide_standing(const struct wide *w, int expert, uint64_t topics, int32_t start,
                              int32_t end);
bool in_team(const struct item *item, int expert);

/* May the expert lead at the site, as far as language and presence go, for all of the group? */
bool could_lead(const struct wide *w, int expert, int site, const int *group, int n);

/* The funds of each leader become those that admit all of its group. */
void wide_narrow(struct wide *w);
