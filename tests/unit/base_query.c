/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "base/buf.h"
#include "base/query.h"

#include "base/banned.h"

static struct arena *arena;

static int setup(void **state) {
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state) {
	(void)state;
	arena_free(arena);
	return 0;
}

static void expect_decoded(const char *from, bool plus, const char *to) {
	struct str got;
	struct why why;
	if (percent_decode(arena, str_of(from), plus, &got, &why))
		fail_msg("%s: %s", from, why.sentence);
	if (!str_is(got, to))
		fail_msg("%s: \"%.*s\" instead of \"%s\"", from, STR_ARG(got), to);
}

static void decodes(void **state) {
	(void)state;
	expect_decoded("", false, "");
	expect_decoded("plain-._~", false, "plain-._~");
	expect_decoded("a%20b", false, "a b");
	expect_decoded("a+b", false, "a+b");
	expect_decoded("a+b%2B", true, "a b+");
	expect_decoded("%c3%A9", false, "é");
	expect_decoded("%2F%25", false, "/%");
	expect_decoded("%2541", false, "%41"); /* once only */
	expect_decoded("\xc3\xa9", false, "é");
}

static void expect_refused(const char *from, const char *word) {
	struct str got = STR("untouched");
	struct why why = {0};
	assert_int_equal(percent_decode(arena, str_of(from), true, &got, &why), ERR_INVALID);
	if (!strstr(why.sentence, word))
		fail_msg("%s: \"%s\" does not say \"%s\"", from, why.sentence, word);
	assert_true(str_is(got, "untouched"));
}

static void refuses(void **state) {
	(void)state;
	static const char *const escapes[] = {"%", "a%", "%4", "%g0", "%0g", "%%41", "%u00e9", "% 1"};
	for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
		expect_refused(escapes[i], "two hexadecimal digits");
	expect_refused("a%00b", "%00");
	expect_refused("%ff", "UTF-8");
	expect_refused("%c3", "UTF-8");
	expect_refused("\xc3(", "UTF-8");
	expect_refused("%c0%80", "UTF-8");    /* NUL, overlong */
	expect_refused("%ed%a0%80", "UTF-8"); /* a surrogate */
}

/* "name=value|…|" as query_next tells it, or the sentence. */
static struct str told(const char *query) {
	struct buf b = {0};
	struct str rest = str_of(query), name, value;
	struct why why;
	enum err e;
	while (!(e = query_next(&rest, arena, &name, &value, &why)) && name.p)
		buf_addf(&b, "%.*s=%.*s|", STR_ARG(name), STR_ARG(value));
	if (e)
		buf_adds(&b, "refused");
	struct str copy = {arena_dup(arena, b.p, b.n), b.n};
	buf_clear(&b);
	return copy;
}

static void splits(void **state) {
	(void)state;
	static const char *const cases[][2] = {
		{"", ""},
		{"a=1", "a=1|"},
		{"a=1&b=2", "a=1|b=2|"},
		{"a", "a=|"},
		{"a=", "a=|"},
		{"=1", "=1|"},
		{"a=b=c", "a=b=c|"},
		{"&&a=1&&&b=2&", "a=1|b=2|"},
		{"a=1&a=2", "a=1|a=2|"},
		{"a%3Db=%26", "a=b=&|"},
		{"q=two+words", "q=two words|"},
		{"a=1&b=%zz&c=3", "a=1|refused"},
		{"%=1", "refused"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str got = told(cases[i][0]);
		if (!str_is(got, cases[i][1]))
			fail_msg("%s: \"%.*s\" instead of \"%s\"", cases[i][0], STR_ARG(got), cases[i][1]);
	}
	/* No query at all. */
	struct str rest = {NULL, 0}, name, value;
	struct why why;
	assert_int_equal(query_next(&rest, arena, &name, &value, &why), ERR_NONE);
	assert_null(name.p);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(decodes, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(splits, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
