/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A db_result without a database: db/db.h's reading functions over a table of texts, by link
 * substitution for libdb.a. */
#include "base/arena.h"
#include "db/db.h"

/* `cells` are rows × columns texts, NULL is SQL NULL; nothing is copied but the struct. */
struct db_result rows_new(struct arena *a, const char *const *names, int columns,
                          const char *const *cells, size_t rows);
