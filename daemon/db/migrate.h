/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The owner's work: bringing the schema up to date, and single statements of the command line.
 * Blocks; for commands that end (atelierd --migrate), never beside a loop. */
#include "base/buf.h"
#include "base/err.h"

/* Under an advisory lock, as atelier_owner:
 *   1. each `sqldir`/NNNN_name.sql not yet recorded in data.migration (number, name, sha256), in
 *      order, in a transaction each; 0001 makes that table;
 *   2. `sqldir`/rule/ *.sql as atelier_owner and `sqldir`/api/ *.sql as atelier_api, sorted, all in
 *      one transaction, at every run.
 * Refuses, having changed nothing, when the database is ahead of the files, when an applied file
 * was changed or is gone, when a new one stands before an applied one, or when the server is not
 * fit (greet.h). An error in a file names it, and the line or the statement.
 * `say` gets a line for each thing done. ERR_UNAVAILABLE: no connection, or the server is
 * not fit; ERR_CONFLICT: refused; ERR_INVALID: the files or their SQL. */
must_check enum err migrate_run(const char *conninfo, const char *sqldir,
                                void (*say)(const char *line, void *ctx), void *ctx,
                                struct why *reterr);

/* One statement as atelier_owner; the first value of its first row is added to *ret (nothing for
 * NULL or no row). Errors raised as ATnnn keep their kind and sentence. */
must_check enum err migrate_query_one(const char *conninfo, const char *sql,
                                      const char *const *params, int n, struct buf *ret,
                                      struct why *reterr);
