/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An import's way: its CSV is read in a worker (import.h), then goes to SQL as one parameter, which
 * judges all rows. Steps: rows_read → calls_submit. */
#include "app/request.h"
#include "db/db.h"

/* Answer the request with every fault of the file's structure, or let SQL's answer come to `done`,
 * whose ctx is the request. */
void importing_begin(struct request *q, db_done *done);
