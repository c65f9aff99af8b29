/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/shape.h"
#include "app/shape_format.h"
#include "base/buf.h"

#include "base/banned.h"

/* Schemas of the test's own, so that the domain may change without it. */
static const struct shape_source own[] = {
	{"money", "{\"type\": \"object\", \"additionalProperties\": false,"
              " \"required\": [\"amount\", \"currency\"], \"properties\": {"
              " \"amount\": {\"type\": \"integer\", \"minimum\": 0},"
              " \"currency\": {\"type\": \"string\", \"format\": \"currency\"}}}"},
	{"answer", "{\"type\": \"object\", \"additionalProperties\": false,"
               " \"required\": [\"kpi\", \"value\"], \"properties\": {"
               " \"kpi\": {\"type\": \"string\", \"format\": \"code\"},"
               " \"value\": {\"type\": \"number\"}}}"},
	{"workshop", "{\"type\": \"object\", \"additionalProperties\": false,"
                 " \"required\": [\"title\", \"start\"], \"properties\": {"
                 " \"title\": {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 10},"
                 " \"kind\": {\"type\": [\"string\", \"null\"],"
                 "  \"enum\": [\"accreditation\", \"regional\", \"national\", null]},"
                 " \"start\": {\"type\": \"string\", \"format\": \"date\"},"
                 " \"experts\": {\"type\": [\"integer\", \"null\"], \"maximum\": 20},"
                 " \"budget\": {\"$ref\": \"money\", \"description\": \"What it costs\"},"
                 " \"public\": {\"type\": \"boolean\"},"
                 " \"languages\": {\"type\": \"array\", \"uniqueItems\": true, \"maxItems\": 3,"
                 "  \"items\": {\"type\": \"string\", \"format\": \"language\"}},"
                 " \"answers\": {\"type\": \"array\", \"minItems\": 2,"
                 "  \"items\": {\"$ref\": \"answer\"}}}}"},
};

static int load(void **state) {
	struct why why;
	struct shapes *shapes = NULL;
	if (shapes_load(own, sizeof own / sizeof *own, &shapes, &why)) {
		print_error("%s\n", why.sentence);
		return -1;
	}
	*state = shapes;
	return 0;
}

static int unload(void **state) {
	shapes_free(*state);
	return 0;
}

/* Parse and check; the reason in *ret_why. */
static enum err judge(void **state, const char *text, struct why *ret_why) {
	json_t *value = NULL;
	*ret_why = (struct why){0};
	enum err err = shape_parse(str_of(text), &value, ret_why);
	if (!err)
		err = shape_check(shape_find(*state, "workshop"), value, ret_why);
	json_decref(value);
	return err;
}

static void accepts(void **state, const char *text) {
	struct why why;
	if (judge(state, text, &why))
		fail_msg("%s refused: %s", text, why.sentence);
}

static void refuses(void **state, const char *text, const char *field, const char *sentence) {
	struct why why;
	assert_int_equal(judge(state, text, &why), ERR_INVALID);
	assert_string_equal(why.field, field);
	assert_string_equal(why.sentence, sentence);
}

#define WORKSHOP(more) "{\"title\": \"Gap\", \"start\": \"2027-03-01\"" more "}"

static void good_bodies_pass(void **state) {
	accepts(state, WORKSHOP(""));
	accepts(state, "{\"title\": \"a\\r\\n\\tb\", \"start\": \"2027-03-01\"}");
	accepts(state, WORKSHOP(", \"kind\": null, \"experts\": null, \"languages\": []"));
	accepts(state, WORKSHOP(", \"budget\": {\"amount\": 1250000, \"currency\": \"EUR\"},"
	                        " \"kind\": \"national\", \"experts\": 20, \"public\": true,"
	                        " \"languages\": [\"en\", \"fr\", \"es\"], \"answers\": ["
	                        " {\"kpi\": \"K01-Q1\", \"value\": 3},"
	                        " {\"kpi\": \"K01-N1\", \"value\": 41.5}]"));
}

static void each_fault_names_thing_rule_and_fix(void **state) {
	refuses(state, WORKSHOP(", \"kind\": \"nationl\""), "kind",
	        "kind must be one of accreditation, regional, national, null; got \"nationl\"; "
	        "did you mean national?");
	refuses(state, WORKSHOP(", \"kind\": \"global\""), "kind",
	        "kind must be one of accreditation, regional, national, null; got \"global\".");
	refuses(state, WORKSHOP(", \"titel\": \"x\""), "titel",
	        "titel is not a member here; did you mean title?");
	refuses(state, WORKSHOP(", \"zebra\": 1"), "zebra",
	        "zebra is not a member here; known are title, kind, start, experts, budget, public, "
	        "languages, answers.");
	refuses(state, "{\"start\": \"2027-02-29\"}", "start",
	        "start must be a date such as 2027-03-01 (YYYY-MM-DD); got \"2027-02-29\".");
	refuses(state, "{\"title\": \"a\"}", "start", "start is missing; needed here: title, start.");
	refuses(state, WORKSHOP(", \"experts\": \"many\""), "experts",
	        "experts must be a whole number or null; got \"many\".");
	refuses(state, WORKSHOP(", \"experts\": 2.0"), "experts",
	        "experts must be a whole number or null; got 2.");
	refuses(state, WORKSHOP(", \"experts\": 21"), "experts", "experts must be at most 20; got 21.");
	refuses(state, "{\"title\": \"a\\u0007b\", \"start\": \"2027-03-01\"}", "title",
	        "title holds the control character U+0007; remove it.");
	refuses(state, "{\"title\": \"\\u007f\", \"start\": \"2027-03-01\"}", "title",
	        "title holds the control character U+007F; remove it.");
	refuses(state, WORKSHOP(", \"public\": 1"), "public", "public must be true or false; got 1.");
	refuses(state, WORKSHOP(", \"public\": null"), "public",
	        "public must be true or false; got null.");
	refuses(state, WORKSHOP(", \"budget\": {\"amount\": -1, \"currency\": \"EUR\"}"),
	        "budget.amount", "budget.amount must be at least 0; got -1.");
	refuses(state, WORKSHOP(", \"budget\": {\"amount\": 1}"), "budget.currency",
	        "budget.currency is missing; needed here: amount, currency.");
	refuses(state, WORKSHOP(", \"budget\": {\"amunt\": 1}"), "budget.amunt",
	        "budget.amunt is not a member here; did you mean amount?");
	refuses(state, "{\"title\": \"\"}", "title", "title must not be empty.");
	refuses(state, WORKSHOP(", \"languages\": [\"en\", \"fr\", \"en\"]"), "languages",
	        "languages may hold each item once; items 0 and 2 (from 0) are the same; got \"en\".");
	refuses(state, WORKSHOP(", \"languages\": [\"en\", \"fr\", \"es\", \"pt\"]"), "languages",
	        "languages may have at most 3 items; it has 4.");
	refuses(state, WORKSHOP(", \"answers\": []"), "answers", "answers must not be empty.");
	refuses(state, WORKSHOP(", \"answers\": [{\"kpi\": \"K1\", \"value\": 1}]"), "answers",
	        "answers needs at least 2 items; it has 1.");
	refuses(state,
	        WORKSHOP(", \"answers\": [{\"kpi\": \"K1\", \"value\": 1},"
	                 " {\"kpi\": \"K2\", \"value\": \"x\"}]"),
	        "answers[1].value", "answers[1].value must be a number; got \"x\".");
	refuses(state, "[]", "", "The body must be an object; got a list.");
}

static void length_counts_characters(void **state) {
	accepts(state, "{\"start\": \"2027-03-01\", \"title\": \"éééééééééé\"}");
	refuses(state, "{\"start\": \"2027-03-01\", \"title\": \"ééééééééééé\"}", "title",
	        "title may have at most 10 characters; it has 11.");
}

/* A long text is repeated in part, cut at a character. */
static void what_was_sent_is_shown_in_part(void **state) {
	struct buf b = {0};
	struct why why;
	buf_adds(&b, "{\"start\": \"x");
	for (int i = 0; i < 100; i++)
		buf_adds(&b, "é");
	buf_adds(&b, "\"}");
	assert_int_equal(judge(state, b.p, &why), ERR_INVALID);
	assert_true(str_ends(str_of(why.sentence), STR("ééé\"….")));
	assert_true(str_utf8(str_of(why.sentence)) && strlen(why.sentence) < 150);
	buf_clear(&b);
}

static void text_that_is_not_json_is_placed(void **state) {
	refuses(state, "", "", "The body is empty; send a JSON object.");
	refuses(
		state, "{\"a\": 1,\n \"a\": 2}", "",
		"The body is not valid JSON at line 2, column 4: a member is named twice in one object.");
	refuses(state, "{\"a\": ", "",
	        "The body is not valid JSON at line 1, column 6: it ends too early.");
	refuses(state, "{} {}", "",
	        "The body is not valid JSON at line 1, column 4: something follows its end.");
	refuses(state, "{\"a\": \"\\u0000\"}", "",
	        "The body is not valid JSON at line 1, column 14: \\u0000 is not allowed in a text.");
	refuses(state, "{\n\"a\": \"\xc3(\"}", "",
	        "The body is not UTF-8: octet 0xc3 at line 2, column 7 does not belong there.");
	refuses(state, "{\"a\": 123456789012345678901234567890}", "",
	        "The body is not valid JSON at line 1, column 36: a number is too large.");
}

static void nul_octets_are_refused(void **state) {
	(void)state;
	json_t *value = NULL;
	struct why why = {0};
	assert_int_equal(shape_parse(STR("{\"a\": \"b\0c\"}"), &value, &why), ERR_INVALID);
	assert_non_null(strstr(why.sentence, "NUL octet at line 1, column 9"));
}

static void depth_ends_at_32(void **state) {
	(void)state;
	for (int depth = 31; depth <= 34; depth++) {
		struct buf b = {0};
		json_t *value = NULL;
		struct why why;
		for (int i = 0; i < depth; i++)
			buf_addc(&b, '[');
		buf_adds(&b, "\"]]\\\"[[\"");
		for (int i = 0; i < depth; i++)
			buf_addc(&b, ']');
		enum err err = shape_parse(buf_str(&b), &value, &why);
		assert_int_equal(err, depth <= 32 ? ERR_NONE : ERR_INVALID);
		if (err)
			assert_non_null(strstr(why.sentence, "deeper than 32 levels at line 1, column 33"));
		json_decref(value);
		buf_clear(&b);
	}
}

static void formats_know_their_own(void **state) {
	(void)state;
	static const struct {
		const char *format, *good[4], *bad[7];
	} rows[] = {
		{"date", {"2027-03-01", "2028-02-29"}, {"2027-3-1", "2027-02-29", "01.03.2027", ""}},
		{"date-time",
	     {"2027-03-01T09:30:00Z", "2027-03-01T09:30:00.25+05:45"},
	     {"2027-03-01", "2027-03-01 09:30", "2027-03-01T25:00:00Z"}},
		{"time", {"00:00", "23:59"}, {"24:00", "9:30", "09:60", "09-30", "09:30:00"}},
		{"code", {"CCF-JP", "K01-Q1", "e.x_y"}, {"", "-a", "a b", "a/b", "é"}},
		{"id", {"W-0001", "0b5c:1"}, {"", ".", "a b", "a'b"}},
		{"member", {"FJ", "XK"}, {"fj", "F", "FJI", "F1"}},
		{"country", {"CH"}, {"ch", "CHE"}},
		{"currency", {"EUR"}, {"eur", "EU", "EURO", "ZZZ"}},
		{"language", {"fr"}, {"FR", "fra", "f", "zz"}},
		{"timezone",
	     {"Pacific/Fiji", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT-5"},
	     {"", "pacific/fiji", "Pacific/", "A//B", "A b", "../etc"}},
		{"email",
	     {"a.b@example.org"},
	     {"a", "@b.c", "a@b", "a@.bc", "a@b.", "a b@c.de", "a@b@c.d"}},
		{"uri",
	     {"https://example.org/x?y=1", "http://a"},
	     {"ftp://a", "https://", "https:///x", "https://a b", "javascript:alert(1)", "https://a\"",
	      "HTTPS"}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct shape_format *f = shape_format_find(rows[i].format);
		assert_non_null(f);
		for (size_t j = 0; j < 4 && rows[i].good[j]; j++)
			if (!f->fits(str_of(rows[i].good[j])))
				fail_msg("%s refuses \"%s\"", f->name, rows[i].good[j]);
		for (size_t j = 0; j < 7 && rows[i].bad[j]; j++)
			if (f->fits(str_of(rows[i].bad[j])))
				fail_msg("%s takes \"%s\"", f->name, rows[i].bad[j]);
	}
	assert_null(shape_format_find("hostname"));
}

static void loading_refuses(const char *text, const char *sentence) {
	struct shape_source source = {"thing", text};
	struct shapes *shapes = NULL;
	struct why why = {0};
	assert_int_equal(shapes_load(&source, 1, &shapes, &why), ERR_INTERNAL);
	assert_null(shapes);
	assert_string_equal(why.sentence, sentence);
}

static void schemas_outside_the_subset_are_refused(void **state) {
	(void)state;
	loading_refuses("{\"type\": \"string\", \"pattern\": \"^a\"}",
	                "schema thing: \"pattern\" is not a keyword of the subset.");
	loading_refuses(
		"{\"type\": \"object\", \"properties\": {}}",
		"schema thing: \"properties\" needs \"additionalProperties\": false beside it.");
	loading_refuses("{\"type\": \"text\"}",
	                "schema thing: \"type\" must be a type or a list of types.");
	loading_refuses("{\"type\": [\"string\", \"nil\"]}",
	                "schema thing: \"type\" names a type there is not.");
	loading_refuses("{\"enum\": [\"a\"]}", "schema thing: \"type\" is missing.");
	loading_refuses("{\"type\": \"string\", \"format\": \"hostname\"}",
	                "schema thing: \"format\" has a value it cannot have.");
	loading_refuses("{\"$ref\": \"nowhere\"}",
	                "schema thing: \"nowhere\" is referred to and there is no such schema.");
	loading_refuses("{\"type\": \"array\", \"items\": {\"$ref\": \"thing\"}}",
	                "schema thing: \"$ref\" leads back to itself or too deep.");
	loading_refuses("{\"type\": \"object\", \"additionalProperties\": false,"
	                " \"properties\": {\"a\": {\"type\": \"string\"}}, \"required\": [\"b\"]}",
	                "schema thing: \"b\" is required and not a property.");
	loading_refuses("{\"type\": \"array\", \"items\": {\"type\": \"string\", \"maxLength\": -1}}",
	                "schema thing: \"maxLength\" has a value it cannot have.");
	loading_refuses("{",
	                "schema thing: line 1, column 1: string or '}' expected near end of file.");
}

static void the_embedded_schemas_load_and_serve_every_route(void **state) {
	(void)state;
	struct shapes *shapes = NULL;
	struct why why;
	if (shapes_load(shape_sources, shape_source_count, &shapes, &why))
		fail_msg("%s", why.sentence);
	assert_int_equal(shapes_count(shapes), shape_source_count);
#define ROUTE(id, method, path, handler, access, query, body, answer, summary)                     \
	if (*(body) && !strchr(body, '/'))                                                             \
		assert_non_null(shape_find(shapes, body));                                                 \
	if (*(answer) && !strchr(answer, '/'))                                                         \
		assert_non_null(shape_find(shapes, answer));
#include "app/routes.def"
#undef ROUTE
	assert_null(shape_find(shapes, "no_such_schema"));
	shapes_free(shapes);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_bodies_pass),
		cmocka_unit_test(each_fault_names_thing_rule_and_fix),
		cmocka_unit_test(length_counts_characters),
		cmocka_unit_test(what_was_sent_is_shown_in_part),
		cmocka_unit_test(text_that_is_not_json_is_placed),
		cmocka_unit_test(nul_octets_are_refused),
		cmocka_unit_test(depth_ends_at_32),
		cmocka_unit_test(formats_know_their_own),
		cmocka_unit_test(schemas_outside_the_subset_are_refused),
		cmocka_unit_test(the_embedded_schemas_load_and_serve_every_route),
	};
	return cmocka_run_group_tests_name("app_shape", tests, load, unload);
}
