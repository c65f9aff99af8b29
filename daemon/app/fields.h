/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What header fields mean (RFC 9110): pure functions over their values. A value {NULL,0} is an
 * absent field. */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Quality (0–1000) `accept` gives to media type `type`, the most specific range deciding (RFC 9110
 * §12.5.1). Absent: 1000. */
int field_quality(struct str accept, const char *type);
/* Whether Accept-Encoding prefers gzip over the bare form: named (or "*") with a quality above zero
 * and not below identity's (§12.5.3). */
bool field_takes_gzip(struct str accept_encoding);
/* Whether If-None-Match names `etag` (no quotes), by weak comparison (§13.1.2); "*" names all. */
bool field_lists_tag(struct str list, struct str etag);
/* Exactly one strong entity tag: *ret gets it without quotes and without the "-gz" that marks a
 * compressed form. */
bool field_one_tag(struct str value, struct str *ret);
/* Whether Content-Type is `type`, in UTF-8 if it names a charset. */
bool field_is_type(struct str content_type, const char *type);
/* The token of "Bearer <token>" (RFC 6750 §2.1, at most 512 octets of token68). */
bool field_bearer(struct str authorization, struct str *ret);
/* 1 to 128 visible ASCII octets. */
bool field_is_key(struct str idempotency_key);

/* IMF-fixdate (§5.6.7) of seconds UTC, and back; the obsolete forms are not read. */
void field_date(int64_t seconds, char ret[30]);
bool field_date_parse(struct str s, int64_t *ret);
