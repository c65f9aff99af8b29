/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The structure of an imported CSV file (RFC 4180, strictly): octets → rows for api.import.
 *
 * Found here, each with line and cell: text after a closing quote, a quote inside a bare cell, a
 * quote that never closes, rows with more or fewer cells than the header, cells and files over
 * their caps, NUL, octets that are not UTF-8, a header with an empty or a repeated name. What the
 * cells mean is judged by SQL. A byte order mark at the start, CRLF or LF, and lines without
 * anything are fine. */
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum {
	IMPORT_ROWS = 50000,  /* without the header */
	IMPORT_CELL = 8192,   /* octets */
	IMPORT_CELLS = 64,    /* in a row */
	IMPORT_FAULTS = 1000, /* then the telling stops, and says so */
};

/* ERR_NONE: `rows` is {"header": [text…], "rows": [[line, text…]…]} (ARCHITECTURE.md, seam 5).
 * ERR_INVALID, ERR_TOO_LARGE: `faults` is {"reasons": [{"code", "sentence", "line", "column"}…]},
 * line and cell from 1, 0 for the whole; the sentence of *reterr is the first and their number.
 * Both buffers start empty. Pure and slow for large bodies (some 30 ms a MiB): run it in a worker. */
must_check enum err import_parse(struct str body, struct buf *rows, struct buf *faults,
                                 struct why *reterr);
