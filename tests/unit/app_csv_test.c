/* SPDX-License-Identifier: Apache-2.0 */
/* app/csv: octets as they should be, and read again by libcsv. */
#include "unit.h"

#include <csv.h>
#include <stdlib.h>

#include "app/csv.h"
#include "rows.h"

#include "base/banned.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char *csv_of(struct arena *a, const char *const *names, int columns,
                    const char *const *cells, size_t rows, bool bom) {
	struct db_result r = rows_new(a, names, columns, cells, rows);
	struct buf out = {0};
	csv_render(&out, &r, bom);
	char *text = arena_dup(a, out.p, out.n);
	buf_clear(&out);
	return text;
}

static void a_table_is_written(void **state) {
	(void)state;
	struct arena *a = arena_new();
	static const char *const names[] = {"id", "title", "note"};
	static const char *const cells[] = {
		"1", "Suva, Fiji", NULL, "2", "say \"hi\"", "a\nb", "3", "", "\xc3\xa9t\xc3\xa9"};
	assert_string_equal(csv_of(a, names, 3, cells, 3, false), "id,title,note\r\n"
	                                                          "1,\"Suva, Fiji\",\r\n"
	                                                          "2,\"say \"\"hi\"\"\",\"a\nb\"\r\n"
	                                                          "3,,\xc3\xa9t\xc3\xa9\r\n");
	assert_string_equal(csv_of(a, names, 3, cells, 0, true), "\xef\xbb\xbfid,title,note\r\n");
	arena_free(a);
}

static void formulas_are_made_harmless_and_numbers_are_not_touched(void **state) {
	(void)state;
	static const struct {
		const char *cell, *written;
	} cases[] = {
		{"=1+2", "'=1+2"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"+cmd", "'+cmd"},
		{"-cmd", "'-cmd"},
		{"\tx", "\"'\tx\""},
		{"\rx", "\"'\rx\""},
		{"\nx", "\"'\nx\""},
		{"=\"a\"", "\"'=\"\"a\"\"\""},
		{"=a,b", "\"'=a,b\""},
		{"-12.5", "-12.5"},
		{"-7", "-7"},
		{"+7", "+7"},
		{"+7.25", "+7.25"},
		{"-1+2", "'-1+2"},
		{"-.5", "'-.5"},
		{"-5.", "'-5."},
		{"+1e9", "'+1e9"},
		{"-", "'-"},
		{"+33 1 23", "'+33 1 23"},
		{"-1.2.3", "'-1.2.3"},
		{"a=b", "a=b"},
		{"2027-03-01", "2027-03-01"},
		{"'=1", "'=1"},
		{" =1", "\" =1\""},
		{"x ", "\"x \""},
	};
	struct arena *a = arena_new();
	static const char *const names[] = {"id", "cell"};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *const cells[] = {"1", cases[i].cell};
		const char *wanted = arena_printf(a, "id,cell\r\n1,%s\r\n", cases[i].written);
		assert_string_equal(csv_of(a, names, 2, cells, 1, false), wanted);
	}
	static const char *const sly[] = {"=name", "id"};
	assert_string_equal(csv_of(a, sly, 2, NULL, 0, false), "'=name,id\r\n");
	arena_free(a);
}

static void one_empty_column_is_no_empty_line(void **state) {
	(void)state;
	struct arena *a = arena_new();
	static const char *const names[] = {"only"};
	static const char *const cells[] = {NULL, "x"};
	assert_string_equal(csv_of(a, names, 1, cells, 2, false), "only\r\n\"\"\r\nx\r\n");
	arena_free(a);
}

/* -- read again -- */

struct reading {
	const char *const *wanted;
	size_t cell, columns, rows;
};

static void got_cell(void *p, size_t n, void *ctx) {
	struct reading *r = ctx;
	const char *wanted = r->wanted[r->cell++];
	assert_true(str_eq((struct str){p, n}, str_of(wanted)));
}

static void got_row(int end, void *ctx) {
	(void)end;
	struct reading *r = ctx;
	assert_int_equal(r->cell, ++r->rows * r->columns);
}

static void libcsv_reads_the_same_cells(void **state) {
	(void)state;
	static const char *const pieces[] = {"a", ",",        "\"", "\r\n", "\n",
	                                     ";", "\xd8\xb4", " ",  "0",    "'"};
	enum { COLUMNS = 4, ROWS = 200 };
	struct arena *a = arena_new();
	const char **cells = arena_array(a, const char *, (ROWS + 1) * COLUMNS);
	uint32_t x = 42;
	for (size_t i = 0; i < (ROWS + 1) * COLUMNS; i++) {
		cells[i] = "x"; /* a letter first: the octets must come back unchanged */
		for (x = x * 1664525 + 1013904223; x >> 29; x = x * 1664525 + 1013904223)
			cells[i] = arena_printf(a, "%s%s", cells[i], pieces[(x >> 16) % COUNT(pieces)]);
	}
	char *text = csv_of(a, cells, COLUMNS, cells + COLUMNS, ROWS, false);
	struct csv_parser p;
	assert_int_equal(csv_init(&p, CSV_STRICT | CSV_STRICT_FINI), 0);
	struct reading r = {.wanted = cells, .columns = COLUMNS};
	size_t n = strlen(text);
	assert_int_equal(csv_parse(&p, text, n, got_cell, got_row, &r), n);
	assert_int_equal(csv_fini(&p, got_cell, got_row, &r), 0);
	assert_int_equal(r.rows, ROWS + 1);
	csv_free(&p);
	arena_free(a);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_written),
		cmocka_unit_test(formulas_are_made_harmless_and_numbers_are_not_touched),
		cmocka_unit_test(one_empty_column_is_no_empty_line),
		cmocka_unit_test(libcsv_reads_the_same_cells),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
