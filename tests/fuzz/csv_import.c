/* SPDX-License-Identifier: Apache-2.0 */
/* A file of any octets: its faults as JSON, or its rows as JSON, each as wide as the header. */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>

#include "app/import.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rows(const json_t *sheet) {
	size_t width = json_array_size(json_object_get(sheet, "header")), i;
	json_int_t line = 0;
	const json_t *row;
	assert(width > 0);
	json_array_foreach(json_object_get(sheet, "rows"), i, row) {
		assert(json_array_size(row) == width + 1);
		assert(json_integer_value(json_array_get(row, 0)) > line);
		line = json_integer_value(json_array_get(row, 0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct buf rows = {0}, faults = {0};
	struct why why = {0};
	enum err err = import_parse((struct str){(const char *)data, size}, &rows, &faults, &why);
	struct buf *said = err ? &faults : &rows;
	json_t *value = json_loadb(said->p, said->n, JSON_REJECT_DUPLICATES, NULL);
	assert(value);
	if (err) {
		assert(json_array_size(json_object_get(value, "reasons")) > 0);
		assert(*why.sentence && str_utf8(str_of(why.sentence)));
	} else {
		check_rows(value);
	}
	json_decref(value);
	buf_clear(&rows);
	buf_clear(&faults);
	return 0;
}
