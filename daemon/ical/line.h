/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Text and content lines (RFC 5545 §3.1, §3.3.11). libical writes properties. What it can't do
 * right is done here: 3.0 leaves commas bare inside CATEGORIES and X- names, and folds between the
 * CR and the LF of a line of the wrong length. Private to ical/. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* A TEXT value as it may be said: every line end (CRLF, CR, LF, U+0085, U+2028, U+2029) becomes
 * one LF, other control characters but TAB go, and so do blanks at both ends (parsers drop them).
 * `s` is valid UTF-8. NUL-terminated, in the arena. */
char *line_text(struct arena *a, struct str s);

/* A URI with whatever no URI may hold percent-encoded (RFC 3987 §3.1), so that nothing can break
 * out of its line. NUL-terminated, in the arena. */
char *line_uri(struct arena *a, struct str s);

/* Append `name`, a colon and the cleaned values, escaped and joined by commas, folded at 75
 * octets, never inside a character. */
void line_add(struct buf *out, struct arena *a, const char *name, const struct str *values,
              size_t n);

/* Append lines that were folded elsewhere, folded as line_add does. `lines` is unfolded in place. */
void line_refold(struct buf *out, char *lines, size_t n);
