/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A blocking connection of the command line, acting as atelier_owner. */
#include <libpq-fe.h>

#include "base/err.h"

/* Connects, checks that the server is fit, and becomes atelier_owner; *ret is NULL on error. */
must_check enum err session_open(const char *conninfo, PGconn **ret, struct why *reterr);
void session_close(PGconn **pg); /* for the cleanup attribute */

/* Statements without rows, several if need be. `what` names them in an error. */
must_check enum err session_run(PGconn *pg, const char *what, const char *sql, struct why *reterr);

/* A whole file of SQL, inside the transaction that is open. An error names file and line, or the
 * number of the statement where PostgreSQL knows no position. Ending the transaction is one. */
must_check enum err session_run_file(PGconn *pg, const char *path, const char *text,
                                     struct why *reterr);

/* One statement with rows; the caller owns *ret. */
must_check enum err session_query(PGconn *pg, const char *sql, const char *const *params, int n,
                                  PGresult **ret, struct why *reterr);
void session_result_clear(PGresult **r); /* for the cleanup attribute */
