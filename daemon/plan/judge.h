/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The second opinion. Reads both documents by itself and recomputes everything the format says
 * about a plan: ids and types, every hard rule, value and score, gap, status, who is unserved.
 * Shares no code with the rest of this directory, on purpose. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"

struct finding {
	const char *code;  /* a rule's code; "form", "value", "score", "gap", "bound", "status",
	                         "unserved" for what is no rule */
	const char *where; /* JSON path in the plan */
	const char *sentence;
};

struct verdict {
	struct finding *at; /* empty: the plan is good */
	size_t n, room;
	int64_t value; /* recomputed, whatever the plan says */
};

/* The instance must be one the reader accepts; the plan may be any JSON. Texts live in the arena,
 * `at` is the caller's (vec_clear). */
void judge_plan(struct arena *a, const json_t *instance, const json_t *plan, struct verdict *ret);

/* What can be looked up of the instance before there is a plan: for who will have no time then. The
 * instance must outlive it. */
struct brief;
struct brief *brief_new(const json_t *instance);
void brief_free(struct brief *b); /* NULL is fine */
void judge_briefed(struct arena *a, const struct brief *b, const json_t *plan, struct verdict *ret);

/* Likewise, and of a plan that is good so far what it says of each request left out is tried: codes
 * "reasons", "earliest", "unblock". Slow. Not for instances with the rules chaining, sessions or
 * accrual (judge_explains() is false): under those it is judge_plan(). */
void judge_reasons(struct arena *a, const json_t *instance, const json_t *plan,
                   struct verdict *ret);
bool judge_explains(const json_t *instance);
