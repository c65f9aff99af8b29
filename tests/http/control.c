/* SPDX-License-Identifier: Apache-2.0 */
/* Positive control: the table again with guard_off.c linked in the guard's place. llhttp alone
 * must let the three known shapes through, or the table's refusals prove nothing about the
 * guard. */
#include "unit.h"

#include <stdio.h>

#include "judge.h"
#include "rows.h"

#include "base/banned.h"

static bool let_through(const struct row *r) {
	struct buf got = {0};
	judge(&got, r->raw, r->n, 0, 0);
	bool through = str_starts(buf_str(&got), STR("200")) && r->verdict[0] != '2';
	if (through)
		print_message("llhttp alone lets through: %s\n", r->name);
	buf_clear(&got);
	return through;
}

static void llhttp_alone_is_not_enough(void **state) {
	(void)state;
	size_t through = 0, known = 0;
	for (size_t i = 0; i < row_count; i++) {
		if (let_through(&rows[i])) {
			through++;
			known += str_starts(str_of(rows[i].name), STR("known: "));
		}
	}
	assert_int_equal(known, 3);
	assert_true(through > known);
}

static void good_rows_pass_either_way(void **state) {
	(void)state;
	struct buf got = {0};
	judge(&got, rows[0].raw, rows[0].n, 0, 0);
	assert_string_equal(got.p, rows[0].verdict);
	buf_clear(&got);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_rows_pass_either_way),
		cmocka_unit_test(llhttp_alone_is_not_enough),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
