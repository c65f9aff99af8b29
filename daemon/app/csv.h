/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A result as comma-separated values: RFC 4180, CRLF, UTF-8, a header of column names. */
#include <stdbool.h>

#include "base/buf.h"
#include "db/db.h"

/* Append the header and every row. `bom`: begin with U+FEFF, which spreadsheets want.
 *
 * SQL NULL is an empty cell. A cell that a spreadsheet would take for a formula (it begins with
 * = + - @, TAB, CR or LF) gets an apostrophe in front, header cells too. Plain numbers are left
 * alone, as they are data and harmless: an optional sign, digits, and optionally a point and
 * digits (-12.5, +7, not -1+2, -.5, +1e9). Call inside the done callback that brought r. */
void csv_render(struct buf *out, const struct db_result *r, bool bom);
