/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "base/banned.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"
#define X4 "X: 1\r\nX: 2\r\nX: 3\r\nX: 4\r\n"
#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
#define A64 A60 "aaaa"

const struct row rows[] = {
#define ROW(name, raw, verdict) {(name), (raw), sizeof(raw) - 1, (verdict), sizeof(verdict) - 1},
#include "table.def"
#undef ROW
};

const size_t row_count = sizeof rows / sizeof *rows;
