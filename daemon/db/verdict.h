/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What PostgreSQL says when it refuses, put as an enum err and a sentence a person can use.
 * Pure: knows neither libpq nor the loop. */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* The sentence of each constraint, as COMMENT ON CONSTRAINT holds it; sorted by name. */
struct sentences {
	struct sentence {
		char *constraint, *text;
	} * at;
	size_t n, room;
};
void sentences_add(struct sentences *s, const char *constraint, const char *text); /* copies */
void sentences_sort(struct sentences *s); /* once, after the last _add */
void sentences_clear(struct sentences *s);
const char *sentences_find(const struct sentences *s, const char *constraint); /* NULL: unknown */

/* The fields of an ErrorResponse; NULL counts as empty. */
struct complaint {
	const char *sqlstate, *message, *detail, *column, *constraint;
};

/* Fills *ret and returns its kind, never ERR_NONE. *ret_detail becomes the JSON object that came
 * with an ATnnn, else "": PostgreSQL's own DETAIL quotes rows and goes to nobody.
 * AT208 (the answer to this Idempotency-Key is known) comes as ERR_CONFLICT: whoever sent a key
 * looks at the SQLSTATE. */
enum err verdict_of(const struct complaint *c, const struct sentences *s, struct why *ret,
                    const char **ret_detail);
