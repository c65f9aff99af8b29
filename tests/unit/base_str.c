/* SPDX-License-Identifier: Apache-2.0 */
/* base/str: borrowed octets, numbers, UTF-8, edit distance. */
#include "unit.h"

#include <stdlib.h>

#include "base/str.h"

#include "base/banned.h"

static void compares(void **state) {
	(void)state;
	assert_true(str_eq(STR("abc"), STR("abc")));
	assert_false(str_eq(STR("abc"), STR("abd")));
	assert_false(str_eq(STR("abc"), STR("ab")));
	assert_true(str_eq((struct str){NULL, 0}, STR("")));
	assert_true(str_is(STR("x"), "x"));
	assert_true(str_ieq(STR("Content-Type"), STR("cONTENT-tYPE")));
	assert_false(str_ieq(STR("abc"), STR("abcd")));
	/* Only letters fold: '[' is 'A'-'Z' plus one, '@' minus one. */
	assert_false(str_ieq(STR("["), STR("{")));
	assert_false(str_ieq(STR("@"), STR("`")));
	assert_false(str_ieq(STR("\xC4"), STR("\xE4")));
	assert_true(str_starts(STR("unix:/run"), STR("unix:")));
	assert_false(str_starts(STR("un"), STR("unix:")));
	assert_true(str_starts(STR("x"), STR("")));
	assert_true(str_ends(STR("a.csv"), STR(".csv")));
	assert_false(str_ends(STR("csv"), STR(".csv")));
}

static void trims(void **state) {
	(void)state;
	assert_true(str_is(str_trim(STR(" \t a b\t ")), "a b"));
	assert_true(str_is(str_trim(STR(" \t ")), ""));
	assert_true(str_is(str_trim(STR("")), ""));
	assert_true(str_is(str_trim(STR("\na\n")), "\na\n"));
}

static void cuts(void **state) {
	(void)state;
	struct str rest = STR("a,,b,");
	assert_true(str_is(str_cut(&rest, ','), "a"));
	assert_true(str_is(str_cut(&rest, ','), ""));
	assert_true(str_is(str_cut(&rest, ','), "b"));
	assert_non_null(rest.p);
	struct str last = str_cut(&rest, ',');
	assert_non_null(last.p);
	assert_int_equal(last.n, 0);
	assert_null(rest.p);
	last = str_cut(&rest, ',');
	assert_null(last.p);
	rest = STR("whole");
	assert_true(str_is(str_cut(&rest, ','), "whole"));
	assert_null(rest.p);
}

static void reads_numbers(void **state) {
	(void)state;
	uint64_t v = 7;
	assert_true(str_u64(STR("0"), 0, &v));
	assert_int_equal(v, 0);
	assert_true(str_u64(STR("00042"), 42, &v));
	assert_int_equal(v, 42);
	assert_true(str_u64(STR("18446744073709551615"), UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
	v = 7;
	static const char *const bad[] = {"",
	                                  "-1",
	                                  "+1",
	                                  " 1",
	                                  "1 ",
	                                  "1.0",
	                                  "0x1",
	                                  "1e3",
	                                  "43",
	                                  "18446744073709551616",
	                                  "99999999999999999999999"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (str_u64(str_of(bad[i]), 42, &v))
			fail_msg("\"%s\" was taken", bad[i]);
	assert_false(str_u64(STR("18446744073709551616"), UINT64_MAX, &v));
	assert_int_equal(v, 7);
}

/* The oracle encodes: a run is well formed if and only if some code point encodes to it. */
static size_t encode(uint32_t c, char out[4]) {
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
	out[0] = (char)(lead[n] | c);
	return n;
}

static void every_character_is_utf8(void **state) {
	(void)state;
	char text[4];
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		bool surrogate = c >= 0xD800 && c <= 0xDFFF;
		size_t n = encode(c, text);
		if (str_utf8((struct str){text, n}) == surrogate)
			fail_msg("U+%04X", (unsigned)c);
		if (n > 1 && str_utf8((struct str){text, n - 1}))
			fail_msg("U+%04X cut off", (unsigned)c);
	}
	for (uint32_t c = 0x110000; c < 0x140000; c++)
		if (str_utf8((struct str){text, encode(c, text)}))
			fail_msg("U+%04X", (unsigned)c);
}

/* All pairs and triples of octets: as many are well formed as there are ways to write characters. */
static void nothing_else_is_utf8(void **state) {
	(void)state;
	const unsigned long one = 0x80, two = 0x800 - 0x80, three = 0x10000 - 0x800 - 0x800;
	unsigned long pairs = 0, triples = 0;
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++) {
			char text[3] = {(char)a, (char)b, 0};
			pairs += str_utf8((struct str){text, 2});
			for (unsigned c = 0; c < 256; c++) {
				text[2] = (char)c;
				triples += str_utf8((struct str){text, 3});
			}
		}
	assert_int_equal(pairs, one * one + two);
	assert_int_equal(triples, one * one * one + 2 * one * two + three);
	assert_true(str_utf8(STR("")));
	assert_false(str_utf8(STR("\xF0\x8F\xBF\xBF"))); /* four octets for U+FFFF */
	assert_false(str_utf8(STR("ok\xF8\x88\x80\x80\x80")));
}

static void drops_a_cut_character(void **state) {
	(void)state;
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"", ""},
		{"abc", "abc"},
		{"caf\xC3\xA9", "caf\xC3\xA9"},
		{"caf\xC3", "caf"},
		{"\xE2\x82\xAC", "\xE2\x82\xAC"},
		{"x\xE2\x82", "x"},
		{"x\xE2", "x"},
		{"x\xF0\x9F\x98", "x"},
		{"x\xF0\x9F", "x"},
		{"x\xF0\x9F\x98\x80", "x\xF0\x9F\x98\x80"},
		{"\xC3", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[16];
		memcpy(text, cases[i].from, strlen(cases[i].from) + 1);
		str_trim_partial(text);
		assert_string_equal(text, cases[i].to);
	}
}

static void measures_distance(void **state) {
	(void)state;
	assert_int_equal(str_distance("", ""), 0);
	assert_int_equal(str_distance("abc", "abc"), 0);
	assert_int_equal(str_distance("", "abc"), 3);
	assert_int_equal(str_distance("kitten", "sitting"), 3);
	assert_int_equal(str_distance("regoin", "region"), 1); /* a swap of neighbours */
	assert_int_equal(str_distance("fleid", "field"), str_distance("field", "fleid"));
	assert_int_equal(str_distance("member", "members"), 1);
	char big[100];
	memset(big, 'a', sizeof big);
	big[99] = '\0';
	assert_int_equal(str_distance(big, "a"), 64); /* far enough, without the work */
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(trims),
		cmocka_unit_test(cuts),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(every_character_is_utf8),
		cmocka_unit_test(nothing_else_is_utf8),
		cmocka_unit_test(drops_a_cut_character),
		cmocka_unit_test(measures_distance),
	};
	return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
