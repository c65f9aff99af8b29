/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "app/openapi.h"

#include "base/banned.h"

struct world {
	struct shapes *shapes;
	struct buf text;
	json_t *document;
};

static int describe(void **state) {
	static struct world w;
	struct why why;
	if (shapes_load(shape_sources, shape_source_count, &w.shapes, &why)
	    || openapi_write(&w.text, w.shapes, &why)) {
		print_error("%s\n", why.sentence);
		return -1;
	}
	w.document = json_loadb(w.text.p, w.text.n, JSON_REJECT_DUPLICATES, NULL);
	*state = &w;
	return w.document ? 0 : -1;
}

static int forget(void **state) {
	struct world *w = *state;
	json_decref(w->document);
	buf_clear(&w->text);
	shapes_free(w->shapes);
	return 0;
}

/* "#/a/b/c" or "a/b" inside the document; NULL if it leads nowhere. '|' stands for '/' in names. */
static const json_t *at(const json_t *document, const char *path) {
	struct str rest = str_of(path);
	const json_t *here = document;
	while (rest.p && here) {
		struct str part = str_cut(&rest, '/');
		char name[128];
		assert_true(part.n < sizeof name);
		for (size_t i = 0; i < part.n; i++)
			name[i] = (char)(part.p[i] == '|' ? '/' : part.p[i]);
		name[part.n] = '\0';
		if (str_is(part, "#"))
			continue;
		here = json_is_array(here) ? json_array_get(here, strtoul(name, NULL, 10))
		                           : json_object_get(here, name);
	}
	return here;
}

static void is_text(const json_t *document, const char *path, const char *text) {
	const json_t *v = at(document, path);
	if (!v)
		fail_msg("there is no %s", path);
	assert_string_equal(json_string_value(v), text);
}

static size_t follow(const json_t *document, const json_t *v) {
	size_t n = 0, i;
	const char *key;
	json_t *child;
	json_array_foreach(v, i, child) n += follow(document, child);
	json_object_foreach((json_t *)v, key, child) {
		if (str_is(str_of(key), "$ref")) {
			if (!at(document, json_string_value(child)))
				fail_msg("%s leads nowhere", json_string_value(child));
			n++;
		}
		n += follow(document, child);
	}
	return n;
}

static void every_reference_leads_somewhere(void **state) {
	const struct world *w = *state;
	assert_true(follow(w->document, w->document) > 500);
}

static void every_route_is_an_operation(void **state) {
	const struct world *w = *state;
	size_t n = 0;
	const char *path;
	json_t *item;
	json_object_foreach((json_t *)json_object_get(w->document, "paths"), path, item) n +=
		json_object_size(item);
	size_t routes = 0;
#define ROUTE(id, method, path_, handler, access, query, body, answer, summary)                    \
	routes++;                                                                                      \
	assert_non_null(json_object_get(json_object_get(w->document, "paths"), path_));
#include "app/routes.def"
#undef ROUTE
	assert_int_equal(n, routes);
}

static void an_operation_says_what_it_takes_and_gives(void **state) {
	const json_t *d = ((struct world *)*state)->document;
	is_text(d, "openapi", "3.1.0");
#define TEAM "paths/|v1|workshops|{id}|team|{expert}/patch/"
	is_text(d, TEAM "operationId", "team_update");
	is_text(d, TEAM "tags/0", "workshops");
	is_text(d, TEAM "parameters/0/name", "id");
	is_text(d, TEAM "parameters/0/in", "path");
	is_text(d, TEAM "parameters/1/name", "expert");
	is_text(d, TEAM "parameters/2/$ref", "#/components/parameters/IfMatch");
	is_text(d, TEAM "requestBody/content/application|json/schema/$ref",
	        "#/components/schemas/team_patch");
	is_text(d, TEAM "responses/200/content/application|json/schema/$ref",
	        "#/components/schemas/team_member");
	is_text(d, TEAM "responses/412/$ref", "#/components/responses/Problem412");
	assert_int_equal(json_array_size(at(d, TEAM "security")), 1);
#define MEMBERS "paths/|v1|members/get/"
	assert_int_equal(json_array_size(at(d, MEMBERS "security")), 2);
	is_text(d, MEMBERS "parameters/0/name", "region");
	is_text(d, MEMBERS "parameters/0/schema/type", "array");
	is_text(d, MEMBERS "parameters/0/style", "form");
	is_text(d, MEMBERS "responses/200/headers/Link/$ref", "#/components/headers/Link");
	is_text(d, MEMBERS "responses/200/content/application|json/schema/anyOf/1/$ref",
	        "#/components/schemas/member_list_fields");
	is_text(d, "paths/|v1|donors/post/responses/201/headers/Location/$ref",
	        "#/components/headers/Location");
	is_text(d, "paths/|v1|donors|{code}/delete/responses/204/description", "Done");
	is_text(d, "paths/|v1|import|{table}/post/responses/400/$ref",
	        "#/components/responses/ImportProblem");
	is_text(d, "paths/|v1|activities.ics/get/responses/200/content/text|calendar/schema/type",
	        "string");
}

static void schemas_are_closed_and_explained(void **state) {
	const json_t *d = ((struct world *)*state)->document;
	is_text(d, "components/schemas/money/properties/currency/pattern", "^[A-Z]{3}$");
	assert_true(json_is_false(at(d, "components/schemas/money/additionalProperties")));
	is_text(d, "components/schemas/member/properties/region/$ref",
	        "#/components/schemas/region_code");
	assert_non_null(at(d, "components/schemas/member/required"));
	const json_t *partial = at(d, "components/schemas/member_list_fields/properties/items/items");
	assert_null(json_object_get(partial, "required"));
	assert_true(json_is_false(json_object_get(partial, "additionalProperties")));
}

static void the_same_octets_each_time(void **state) {
	const struct world *w = *state;
	struct buf again = {0};
	struct why why;
	assert_int_equal(openapi_write(&again, w->shapes, &why), ERR_NONE);
	assert_int_equal(again.n, w->text.n);
	assert_memory_equal(again.p, w->text.p, again.n);
	buf_clear(&again);
}

static void a_route_without_its_schema_is_refused(void **state) {
	(void)state;
	static const struct shape_source one = {"lonely", "{\"type\": \"string\"}"};
	struct shapes *shapes = NULL;
	struct buf text = {0};
	struct why why = {0};
	assert_int_equal(shapes_load(&one, 1, &shapes, &why), ERR_NONE);
	assert_int_equal(openapi_write(&text, shapes, &why), ERR_INTERNAL);
	assert_string_equal(why.field, "member_list");
	assert_string_equal(why.sentence,
	                    "routes.def: member_list names the schema member_list, and there is none.");
	assert_int_equal(text.n, 0);
	shapes_free(shapes);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reference_leads_somewhere),
		cmocka_unit_test(every_route_is_an_operation),
		cmocka_unit_test(an_operation_says_what_it_takes_and_gives),
		cmocka_unit_test(schemas_are_closed_and_explained),
		cmocka_unit_test(the_same_octets_each_time),
		cmocka_unit_test(a_route_without_its_schema_is_refused),
	};
	return cmocka_run_group_tests_name("app_openapi", tests, describe, forget);
}
