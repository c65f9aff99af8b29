/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A route's query parameters: declared in routes.def, checked here, handed to SQL as JSON. */
#include "app/routes.h"

struct params;

/* The declarations of all routes, parsed once. Ends the process if routes.def is malformed. */
struct params *params_new(void);
void params_free(struct params *p); /* NULL is fine */

/* Check `query` (percent-encoded, without '?') against the route's declaration and append to *out
 * each parameter present as `"name":value,` in the order declared, so that one meaning has one
 * text. ERR_INVALID names the parameter: unknown (with what is allowed and the nearest name),
 * repeated, not of its type, an impossible date, `as_of` after `now`, a range upside down.
 * now: seconds since 1970-01-01T00:00:00Z. */
must_check enum err params_read(const struct params *p, enum route_id route, struct arena *a,
                                struct str query, int64_t now, struct buf *out, struct why *reterr);
