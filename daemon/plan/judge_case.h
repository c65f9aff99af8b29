/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The judge's own: the case it hears. Days are civil days, ids stay JSON values of the instance;
 * one value, one thing, so pointers are compared. */
#include "base/civil.h"
#include "plan/judge.h"

struct work;

/* One expert's part in a workshop. */
struct part {
	const json_t *expert, *home; /* home: the member */
	const char *role;
	bool on_site, again; /* again: already in the team, and not counted twice */
	int km, travel;
	const json_t *after_id;     /* the request before it in a chain of missions, or NULL */
	struct part *before, *next; /* its neighbours in the chain */
	struct work *work;
	int64_t cost, quota; /* money; days that count for the year */
	day_t first, last;   /* block; of a chain the whole chain's */
};

/* One item of the plan that could be read. */
struct work {
	const json_t *json, *host; /* host: the member */
	size_t index;
	const json_t *request; /* the first of those it serves */
	const json_t **serves; /* with `joined` */
	size_t n_serves, n_parts;
	struct part *parts;
	const json_t *pinned; /* the entry of the instance, or NULL */
	day_t start, end;
	int days, year;
	int64_t cost;
};

/* An accreditation, and all that an expert has. */
struct standing {
	day_t from, upto;
	const json_t *topics;
	bool full;
};
struct record {
	const json_t *expert;
	struct standing *papers;
	size_t n_papers;
};

struct brief {
	struct arena *arena;
	const json_t *instance;
	json_t *members, *experts, *funds, *requests, *pinned; /* as the court's */
	struct record *records;                                /* by address of the expert */
	size_t n_records;
};

struct court {
	struct arena *arena;
	const struct brief *brief;
	const json_t *instance, *plan, *rules, *travel, *weights;
	json_t *members, *experts, *funds, *requests, *pinned; /* id → its object in the instance */
	day_t first, last;                                     /* horizon */
	struct work *works;
	size_t n_works;
	struct verdict *verdict;
};

void blame(struct court *c, const char *code, const char *where, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
#define blame_work(c, w, code, ...)                                                                \
	blame((c), (code), arena_printf((c)->arena, "$.items[%zu]", (w)->index), __VA_ARGS__)

/* Reading. Absent is 0, "", NULL. */
int64_t number_of(const json_t *of, const char *key);
const char *text_of(const json_t *of, const char *key);
bool day_of(const json_t *value, day_t *ret);
bool is_in(const json_t *list, const char *text);
bool shares(const json_t *list, const json_t *other); /* one text in both */
bool in_ranges(const json_t *ranges, day_t first, day_t last);
bool rule_is_on(const struct court *c, const char *name); /* present and not null, 0, false */

int kilometres(const json_t *member, const json_t *other);
int days_of_travel(const struct court *c, int km);
int64_t fare(const struct court *c, int km);
bool ready_day(const json_t *request, day_t *ret); /* false: none */
const struct record *record_of(const struct court *c, const json_t *expert);

/* The rules about dates and place alone, asked of a request as if it were in the plan. */
bool may_start(struct court *c, const json_t *request, const json_t *host, day_t start);

/* The first day on which the request could be added to the plan as it is, by the families of
 * coupling rules that give way; NEVER: none. Slow. Plans with chains, sessions or accrual are
 * beyond it. */
enum {
	RELAX_BUSY = 1,
	RELAX_QUOTA = 2,
	RELAX_PARALLEL = 4,
	RELAX_MEMBER = 8,
	RELAX_FUND = 16,
	RELAX_ALL = 31,
};
#define NEVER INT32_MIN
void days_to_insert(struct court *c, const json_t *request, day_t ret[RELAX_ALL + 1]);

/* The hearing, in this order. */
void hear_items(struct court *c);    /* form; fills works */
void hear_chains(struct court *c);   /* chains, blocks and costs */
void hear_static(struct court *c);   /* rules of one item */
void hear_coupling(struct court *c); /* rules between items */
void hear_value(struct court *c);    /* value, score, bound, gap, status */
void hear_unserved(struct court *c);
void hear_explanations(struct court *c); /* on demand, of a plan without findings */
