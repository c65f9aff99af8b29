/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One head, passed by the guard, into one request (llhttp does the reading). */
#include "http/guard.h"
#include "http/http.h"

/* `head` is the whole head as the guard saw it, blank line included; r's strings borrow from it,
 * its fields are in the arena. *ret_keep: the connection may serve another request (RFC 9112
 * §9.3). ERR_INVALID if llhttp refuses the head or reads it differently than the guard did. */
must_check enum err parse_head(struct arena *a, struct str head, const struct guard *g,
                               struct http_request *r, bool *ret_keep, struct why *reterr);
