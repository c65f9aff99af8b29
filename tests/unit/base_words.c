/* SPDX-License-Identifier: Apache-2.0 */
/* base/err and base/log: what is said when something happens. */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/str.h"

#include "base/banned.h"

static void err_fills_why(void **state) {
	(void)state;
	struct why why;
	enum err e = err_set(&why, ERR_CONFLICT, "expert", "%s is in %s already", "E1", "Suva");
	assert_int_equal(e, ERR_CONFLICT);
	assert_int_equal(why.kind, ERR_CONFLICT);
	assert_string_equal(why.field, "expert");
	assert_string_equal(why.sentence, "E1 is in Suva already");
	e = err_set(&why, ERR_STALE, NULL, "changed");
	assert_int_equal(e, ERR_STALE);
	assert_string_equal(why.field, "");
	assert_int_equal(err_set(NULL, ERR_INVALID, "x", "y"), ERR_INVALID);
}

static void err_cuts_at_a_character(void **state) {
	(void)state;
	char text[1000] = "", field[200] = "";
	for (size_t pad = 0; pad < 4; pad++) {
		size_t n = pad;
		memset(text, '.', pad);
		for (; n + 4 < sizeof text; n += 3)
			memcpy(text + n, "\xE2\x82\xAC", 4);
		memcpy(field, text, sizeof field - 1);
		struct why why;
		(void)err_set(&why, ERR_INVALID, field, "%s", text);
		assert_true(str_utf8(str_of(why.sentence)));
		assert_true(str_utf8(str_of(why.field)));
		assert_in_range(strlen(why.sentence), sizeof why.sentence - 4, sizeof why.sentence - 1);
		assert_in_range(strlen(why.field), sizeof why.field - 4, sizeof why.field - 1);
	}
}

static void err_table_is_whole(void **state) {
	(void)state;
	assert_int_equal(err_status(ERR_NONE), 200);
	assert_int_equal(err_status(ERR_NOT_FOUND), 404);
	assert_string_equal(err_slug(ERR_UNPROCESSABLE), "key-reused");
	assert_string_equal(err_title(ERR_UNKNOWN_OUTCOME), "Outcome unknown");
	for (int k = ERR_NONE + 1; k < ERR_COUNT; k++) {
		assert_in_range(err_status((enum err)k), 400, 505);
		assert_true(*err_slug((enum err)k) && *err_title((enum err)k));
		assert_int_equal(err_of_status(err_status((enum err)k)), k); /* no status twice */
	}
	assert_int_equal(err_of_status(200), ERR_NONE);
	assert_int_equal(err_of_status(418), ERR_INTERNAL);
}

/* What log_line writes to standard error during `say`. */
static const char *heard(void (*say)(void)) {
	static char text[4096];
	int ends[2], saved = dup(STDERR_FILENO);
	assert_int_equal(pipe(ends), 0);
	assert_true(saved >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
	(void)close(ends[1]);
	say();
	assert_true(dup2(saved, STDERR_FILENO) >= 0); /* closes the pipe's last writing end */
	(void)close(saved);
	size_t n = 0;
	for (ssize_t got; (got = read(ends[0], text + n, sizeof text - 1 - n)) > 0;)
		n += (size_t)got;
	(void)close(ends[0]);
	text[n] = '\0';
	return text;
}

static void say_three(void) {
	log_debug("quiet", "n=%d", 1);
	log_info("listening", "address=%s port=%d", "127.0.0.1", 8080);
	log_error("lost", "%s", "");
}

static void log_writes_logfmt(void **state) {
	(void)state;
	log_setup(LOG_LEVEL_INFO, false);
	assert_false(log_wants(LOG_LEVEL_DEBUG));
	const char *text = heard(say_three);
	assert_memory_equal(text, "time=20", 7);
	assert_non_null(strstr(text, "Z level=info event=listening address=127.0.0.1 port=8080\n"));
	assert_null(strstr(text, "quiet"));
	assert_non_null(strstr(text, " level=error event=lost\n"));
	log_setup(LOG_LEVEL_DEBUG, true);
	assert_string_equal(heard(say_three), "<7>event=quiet n=1\n"
	                                      "<6>event=listening address=127.0.0.1 port=8080\n"
	                                      "<3>event=lost\n");
	log_setup(LOG_LEVEL_ERROR, true);
	assert_string_equal(heard(say_three), "<3>event=lost\n");
	log_setup(LOG_LEVEL_INFO, false);
}

static void say_much(void) {
	log_info("much", "x=%0*d", 5000, 0);
}

static void log_cuts_long_lines(void **state) {
	(void)state;
	const char *text = heard(say_much);
	size_t n = strlen(text);
	assert_in_range(n, 900, 1024);
	assert_int_equal(text[n - 1], '\n');
	assert_ptr_equal(strchr(text, '\n'), text + n - 1);
}

static void log_quotes(void **state) {
	(void)state;
	assert_string_equal(log_quoted("a \"b\"\nc\x1b[0m"), "\"a \\\"b\\\"\\nc\\u001b[0m\"");
	char big[1000];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	assert_int_equal(strlen(log_quoted(big)), 202);
	const char *one = log_quoted("1"), *two = log_quoted("2"), *three = log_quoted("3");
	assert_string_equal(one, "\"1\"");
	assert_string_equal(two, "\"2\"");
	assert_string_equal(three, "\"3\"");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_fills_why),       cmocka_unit_test(err_cuts_at_a_character),
		cmocka_unit_test(err_table_is_whole),  cmocka_unit_test(log_writes_logfmt),
		cmocka_unit_test(log_cuts_long_lines), cmocka_unit_test(log_quotes),
	};
	return cmocka_run_group_tests_name("base/err, base/log", tests, NULL, NULL);
}
