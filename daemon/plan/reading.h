/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The reader's own: what its three files share. */
#include "plan/look.h"

enum { PINNED_REACH = 366 }; /* days a pinned workshop may be outside the horizon */

struct reading {
	struct look look;
	struct instance *in;
	bool undated; /* the horizon has a fault: whether a day is near it, nobody knows */
	struct names languages, topics, regions, members, experts, funds, requests;
};

static inline int32_t reading_index(const struct reading *r, day_t day) {
	return day - r->in->origin;
}

/* Take the ranges of a list out of a set of days. */
void read_closed(struct reading *r, const json_t *of, const char *key, uint64_t *days);

/* for each element, with the path on it: for (…) { …; } after read_each(…) the path is back */
#define read_each(r, list, key, i, value)                                                          \
	for (size_t i = 0, before_##i = (r)->look.path.n;                                              \
	     i < json_array_size(list) && (look_key(&(r)->look, key), look_at(&(r)->look, i), true);   \
	     look_back(&(r)->look, before_##i), i++)                                                   \
		for (const json_t *value = json_array_get(list, i); value; value = NULL)

/* An item of a plan or a pinned one: ids, types, experts and funds all different, a start the
 * days can hold; no rules. False, with
 * faults, if anything is missing. The cost is the sum of the funding. */
bool read_item(struct reading *r, const json_t *value, struct item *to);

void read_expert(struct reading *r, const json_t *value, struct expert *to);
void read_experts(struct reading *r, const json_t *root);
void read_funds(struct reading *r, const json_t *root);
void read_requests(struct reading *r, const json_t *root);
void read_pinned(struct reading *r, const json_t *root);
void read_baseline(struct reading *r, const json_t *root);
