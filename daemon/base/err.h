/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Why something could not be done: a kind (err.def), one plain sentence, and the thing at fault. */

enum err {
	ERR_NONE = 0,
#define ERR(name, status, slug, title) ERR_##name,
#include "err.def"
#undef ERR
	ERR_COUNT,
};

#define must_check __attribute__((warn_unused_result))

struct why {
	enum err kind;
	char field[64]; /* the parameter, member or key at fault; empty if none */
	char sentence[400];
};

/* Fill *why (which may be NULL) and return `kind`, so that `return err_set(…)` reads as one
 * thought. The sentence names the rule, the thing and the fix. Text over the room is cut at a
 * character. `field` may be NULL. */
enum err err_set(struct why *reterr, enum err kind, const char *field, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

int err_status(enum err kind);        /* HTTP status; 200 for ERR_NONE */
const char *err_slug(enum err kind);  /* "not-found"; "" for ERR_NONE */
const char *err_title(enum err kind); /* "Not found"; "" for ERR_NONE */
enum err err_of_status(int status);   /* the kind with this status; ERR_INTERNAL if none */
