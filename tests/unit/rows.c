/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <assert.h>

#include "base/banned.h"

struct db_rows {
	const char *const *names, *const *cells;
	int columns;
};

struct db_result rows_new(struct arena *a, const char *const *names, int columns,
                          const char *const *cells, size_t rows) {
	struct db_rows *r = arena_new_of(a, struct db_rows);
	*r = (struct db_rows){names, cells, columns};
	return (struct db_result){.detail = "", .sqlstate = "", .rows = rows, .data = r};
}

struct str db_value(const struct db_result *r, size_t row, int column) {
	assert(row < r->rows && column >= 0 && column < r->data->columns);
	return str_of(r->data->cells[row * (size_t)r->data->columns + (size_t)column]);
}

int db_columns(const struct db_result *r) {
	return r->data->columns;
}

const char *db_column_name(const struct db_result *r, int column) {
	assert(column >= 0 && column < r->data->columns);
	return r->data->names[column];
}
