/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Percent-encoding (RFC 3986 §2.1) and query strings, read strictly: what is malformed is an
 * error, never a guess. Results lie in the arena or in the input. */
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* One path segment, or (`plus`: '+' is a space) one part of a query. ERR_INVALID for a bad
 * %-escape, %00, and what is not UTF-8. */
must_check enum err percent_decode(struct arena *a, struct str s, bool plus, struct str *ret,
                                   struct why *reterr);

/* The next name=value of *rest, which becomes what follows; {NULL, 0} in *ret_name at the end.
 * Empty parts ("a=1&&b=2") are passed over; "a" alone has the value "".
 *     while (!(e = query_next(&rest, a, &name, &value, &why)) && name.p) … */
must_check enum err query_next(struct str *rest, struct arena *a, struct str *ret_name,
                               struct str *ret_value, struct why *reterr);
