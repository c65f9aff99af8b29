/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "app/import.h"

#include "base/banned.h"

static void parses_to(struct str body, const char *rows) {
	struct buf got = {0}, faults = {0};
	struct why why = {0};
	if (import_parse(body, &got, &faults, &why))
		fail_msg("refused: %s", why.sentence);
	assert_string_equal(got.p, rows);
	assert_int_equal(faults.n, 0);
	buf_clear(&got);
}

/* The faults as JSON; also that they are JSON. The caller owns it. */
static json_t *refused(struct str body, enum err kind, struct why *ret_why) {
	struct buf rows = {0}, faults = {0};
	*ret_why = (struct why){0};
	assert_int_equal(import_parse(body, &rows, &faults, ret_why), kind);
	json_t *detail = json_loadb(faults.p, faults.n, 0, NULL);
	assert_non_null(detail);
	json_t *reasons = json_incref(json_object_get(detail, "reasons"));
	assert_true(json_array_size(reasons) > 0);
	json_decref(detail);
	buf_clear(&rows);
	buf_clear(&faults);
	return reasons;
}

static void has_fault(const json_t *reasons, size_t i, const char *code, int line, int column) {
	const json_t *fault = json_array_get(reasons, i);
	assert_string_equal(json_string_value(json_object_get(fault, "code")), code);
	assert_int_equal(json_integer_value(json_object_get(fault, "line")), line);
	assert_int_equal(json_integer_value(json_object_get(fault, "column")), column);
}

static void one_fault(struct str body, const char *code, int line, int column,
                      const char *sentence) {
	struct why why;
	json_t *reasons = refused(body, ERR_INVALID, &why);
	assert_int_equal(json_array_size(reasons), 1);
	has_fault(reasons, 0, code, line, column);
	assert_string_equal(why.sentence, sentence);
	assert_string_equal(json_string_value(json_object_get(json_array_get(reasons, 0), "sentence")),
	                    sentence);
	json_decref(reasons);
}

static void good_files_become_rows(void **state) {
	(void)state;
	parses_to(STR("a,b\n1,2\n"), "{\"header\":[\"a\",\"b\"],\"rows\":[[2,\"1\",\"2\"]]}");
	parses_to(STR("\xef\xbb\xbf"
	              "a,b\r\n1,2\r\n"),
	          "{\"header\":[\"a\",\"b\"],\"rows\":[[2,\"1\",\"2\"]]}");
	parses_to(STR("a,b\n"), "{\"header\":[\"a\",\"b\"],\"rows\":[]}");
	parses_to(STR("a\n\"\"\n"), "{\"header\":[\"a\"],\"rows\":[[2,\"\"]]}");
	parses_to(STR("a,b\n,"), "{\"header\":[\"a\",\"b\"],\"rows\":[[2,\"\",\"\"]]}");
	parses_to(STR("a,b\n\"x, \"\"y\"\"\",é"),
	          "{\"header\":[\"a\",\"b\"],\"rows\":[[2,\"x, \\\"y\\\"\",\"é\"]]}");
}

static void rows_know_the_line_they_begin_on(void **state) {
	(void)state;
	parses_to(STR("\n\na,b\n\n\"1\n2\n\",3\n\r\n4,5\n"),
	          "{\"header\":[\"a\",\"b\"],\"rows\":[[5,\"1\\n2\\n\",\"3\"],[9,\"4\",\"5\"]]}");
	parses_to(STR("a,b\r\n\"1\r\n2\",3\r\n4,5\r\n"),
	          "{\"header\":[\"a\",\"b\"],\"rows\":[[2,\"1\\u000d\\n2\",\"3\"],[4,\"4\",\"5\"]]}");
	parses_to(STR("a,b\r1,2\r3,4"),
	          "{\"header\":[\"a\",\"b\"],\"rows\":[[2,\"1\",\"2\"],[3,\"3\",\"4\"]]}");
}

static void broken_files_are_refused_with_the_place(void **state) {
	(void)state;
	one_fault(STR(""), "empty", 0, 0, "The file is empty; its first line names the columns.");
	one_fault(STR("\n\n"), "empty", 0, 0, "The file is empty; its first line names the columns.");
	one_fault(STR("a,b\n1,\"2\n3,4\n"), "quote_open", 2, 2,
	          "The quote that opens cell 2 of the row at line 2 never closes.");
	one_fault(
		STR("a,b\n1,2\n1,é\"2\"\n"), "quote", 3, 2,
		"Line 3, cell 2, character 4: a quote may only open or close a whole cell, and inside "
		"a quoted cell it is written twice.");
	one_fault(
		STR("a,b\n\"1\"x,2\n"), "quote", 2, 1,
		"Line 2, cell 1, character 4: a quote may only open or close a whole cell, and inside "
		"a quoted cell it is written twice.");
	one_fault(STR("a,b\n1,2,3\n"), "ragged_row", 2, 0,
	          "Line 2 has 3 cells where the header has 2; a cell with a comma in it needs quotes.");
	one_fault(STR("a,b\n1\n"), "ragged_row", 2, 0, "Line 2 has 1 cells where the header has 2.");
	one_fault(STR("a,b\n1,2\0\n"), "nul", 2, 0,
	          "Line 2, character 4: octet 0x00 is not text; remove it.");
	one_fault(STR("a,b\n1,\x07\n"), "control", 2, 0,
	          "Line 2, character 3: octet 0x07 is not text; remove it.");
	one_fault(STR("a,b\né,\xe9\n"), "not_utf8", 2, 0,
	          "Line 2, character 3: octet 0xe9 is not UTF-8; save the file as UTF-8.");
	one_fault(STR("a,,b\n"), "header_empty", 1, 2, "Column 2 of the header has no name.");
	one_fault(STR("a,b,a\n"), "header_repeated", 1, 3,
	          "Columns 1 and 3 of the header are both called \"a\".");
	one_fault(STR("a;b\n1;2\n"), "separator", 1, 1,
	          "The header is one cell with semicolons in it; save the file with commas between "
	          "cells.");
}

static void every_ragged_row_is_told(void **state) {
	(void)state;
	struct why why;
	json_t *reasons = refused(STR("a,b\n1\n1,2\n1,2,3\n\"x\ny\"\n"), ERR_INVALID, &why);
	assert_int_equal(json_array_size(reasons), 3);
	has_fault(reasons, 0, "ragged_row", 2, 0);
	has_fault(reasons, 1, "ragged_row", 4, 0);
	has_fault(reasons, 2, "ragged_row", 5, 0);
	assert_string_equal(why.sentence,
	                    "Line 2 has 1 cells where the header has 2. There are 3 faults in all.");
	json_decref(reasons);
}

static void caps_hold(void **state) {
	(void)state;
	struct buf b = {0}, rows = {0}, faults = {0};
	struct why why;
	buf_adds(&b, "a\n");
	for (int i = 0; i < IMPORT_CELL; i++)
		buf_addc(&b, 'x');
	assert_int_equal(import_parse(buf_str(&b), &rows, &faults, &why), ERR_NONE);
	buf_clear(&rows);
	buf_addc(&b, 'x');
	one_fault(buf_str(&b), "cell_too_long", 2, 1,
	          "Line 2, cell 1: the cell has 8193 octets; at most 8192 are taken.");
	buf_clear(&b);

	buf_adds(&b, "a\n");
	for (int i = 0; i < IMPORT_ROWS; i++)
		buf_adds(&b, "x\n");
	assert_int_equal(import_parse(buf_str(&b), &rows, &faults, &why), ERR_NONE);
	buf_clear(&rows);
	buf_adds(&b, "x\n");
	json_decref(refused(buf_str(&b), ERR_TOO_LARGE, &why));
	assert_string_equal(why.sentence, "The file has more than 50000 rows; split it.");
	buf_clear(&b);

	for (int i = 0; i < IMPORT_CELLS; i++)
		buf_addf(&b, "%sc%d", i ? "," : "", i);
	assert_int_equal(import_parse(buf_str(&b), &rows, &faults, &why), ERR_NONE);
	buf_clear(&rows);
	buf_adds(&b, ",more");
	one_fault(buf_str(&b), "too_many_columns", 1, 0,
	          "The header has 65 columns; at most 64 are taken.");
	buf_clear(&b);
}

static void the_telling_of_faults_ends(void **state) {
	(void)state;
	struct buf b = {0};
	struct why why;
	buf_adds(&b, "a,b\n");
	for (int i = 0; i < 2 * IMPORT_FAULTS; i++)
		buf_adds(&b, "x\n");
	json_t *reasons = refused(buf_str(&b), ERR_INVALID, &why);
	assert_int_equal(json_array_size(reasons), IMPORT_FAULTS + 1);
	has_fault(reasons, IMPORT_FAULTS, "more", 0, 0);
	json_decref(reasons);
	buf_clear(&b);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files_become_rows),
		cmocka_unit_test(rows_know_the_line_they_begin_on),
		cmocka_unit_test(broken_files_are_refused_with_the_place),
		cmocka_unit_test(every_ragged_row_is_told),
		cmocka_unit_test(caps_hold),
		cmocka_unit_test(the_telling_of_faults_ends),
	};
	return cmocka_run_group_tests_name("app_import", tests, NULL, NULL);
}
