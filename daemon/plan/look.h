/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Looking into a JSON document that may be anything: each look says where it is, and what is not
 * as it must be becomes a fault at that place. After a fault the look returns something harmless,
 * and reading goes on, so that all faults are found in one pass. */
#include <jansson.h>

#include "base/buf.h"
#include "plan/read.h"

struct look {
	struct arena *arena;
	struct faults *faults;
	struct buf path; /* of the value looked at: "$.requests[3]" */
};

/* Names of things and their indexes. */
struct names {
	json_t *index;    /* text → integer */
	const char *what; /* "member": for sentences */
};

/* Go down to a member or element; the mark is for look_back(). */
size_t look_key(struct look *l, const char *key);
size_t look_at(struct look *l, size_t index);
void look_back(struct look *l, size_t mark);

void look_fault(struct look *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
void look_fault_at(struct look *l, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The value itself, which may be NULL (absent: nothing is said about it then). */
int64_t look_integer(struct look *l, const json_t *value, int64_t least, int64_t most);
const char *look_text(struct look *l, const json_t *value);
bool look_date(struct look *l, const json_t *value, day_t *ret);
bool look_span(struct look *l, const json_t *value, day_t *ret_first, day_t *ret_last);
int look_word(struct look *l, const json_t *value, const char *const *words, int n);

/* Members of an object. Absent is a fault, unless the name says otherwise; of what is no object
 * all members are absent, of NULL (which has been found missing already) nothing is said. */
const json_t *look_object(struct look *l, const json_t *of, const char *key);
const json_t *look_list(struct look *l, const json_t *of, const char *key, size_t most);
const json_t *look_optional_list(struct look *l, const json_t *of, const char *key, size_t most);
int look_count(struct look *l, const json_t *of, const char *key, int least, int most);
int64_t look_money(struct look *l, const json_t *of, const char *key);
double look_degrees(struct look *l, const json_t *of, const char *key, double most);
bool look_switch(struct look *l, const json_t *of, const char *key);
const char *look_name(struct look *l, const json_t *of, const char *key); /* "" after a fault */
bool look_day(struct look *l, const json_t *of, const char *key, day_t *ret);
bool look_day_or_null(struct look *l, const json_t *of, const char *key, day_t *ret);
bool look_range(struct look *l, const json_t *of, const char *key, day_t *ret_first,
                day_t *ret_last);
int look_choice(struct look *l, const json_t *of, const char *key, const char *const *words,
                int n); /* 0 after a fault */

/* Ids. A name added twice, or looked for in vain, is a fault at the current path. */
void names_add(struct look *l, struct names *names, const char *name, int index);
int names_find(struct look *l, const struct names *names, const json_t *value); /* or -1 */
int look_ref(struct look *l, const json_t *of, const char *key, const struct names *names);

/* A list of codes as a mask; absent is a fault unless `optional`. */
uint64_t look_mask(struct look *l, const json_t *of, const char *key, const struct names *names,
                   bool optional);
unsigned look_words(struct look *l, const json_t *of, const char *key, const char *const *words,
                    int n, bool optional);
