/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Guard and parser without a connection: the verdict (see table.def) on a run of octets, for the
 * table's driver and the fuzzer. */
#include "base/buf.h"
#include "http/http.h"

/* The limits every row of the table is judged by. */
extern const struct http_limits judge_limits;
enum { JUDGE_BODY = 64 };

/* The verdict on p[0..n), handed over in pieces of `first` octets, then `piece` each (0: the rest
 * at once). */
void judge(struct buf *ret, const char *p, size_t n, size_t first, size_t piece);
