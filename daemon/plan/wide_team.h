/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Who goes: the cheapest team for a group at a site on one start, chains and what the experts do
 * already taken into account. */
#include "plan/wide_own.h"

/* A team, and for each member the missions it is put between: the one it comes after, the one that
 * follows it (seats; -1: from home, or to home). */
struct crew {
	int n;
	int expert[TEAM_MAX], before[TEAM_MAX], next[TEAM_MAX];
	int64_t cost;   /* money, all that changes by it: this item's and its neighbours' */
	int64_t points; /* what load and stability lose */
};

/* All that is asked of a team. */
struct task {
	const struct wide *w;
	const int *group; /* the leader first */
	int n_group, site, size;
	uint64_t topics;
	struct guest *guests; /* who could come on some day */
	int n_guests;
};

/* Guests for the site: room for every expert. */
void task_gather(struct task *t, struct guest *room);
size_t guest_size(void);

/* False: nobody can do it on that day. */
bool crew_find(const struct task *t, int32_t start, struct crew *ret);
