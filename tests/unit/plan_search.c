/* SPDX-License-Identifier: Apache-2.0 */
/* The search, called off in the middle of a step; the judge with a brief. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/vec.h"
#include "plan/judge.h"
#include "plan/search.h"
#include "plan/read.h"

#include "base/banned.h"

enum { STEPS = 200 };

static void read_example(struct buf *b) {
	FILE *in = fopen(EXAMPLE, "rb");
	size_t n;
	assert_non_null(in);
	while ((n = fread(buf_reserve(b, 4096), 1, 4096, in)) > 0)
		b->n += n;
	(void)fclose(in);
}

static struct instance *instance_of(struct arena *a) {
	struct buf text = {0};
	struct faults faults = {0};
	struct instance *in = NULL;
	read_example(&text);
	assert_int_equal(read_instance(a, buf_str(&text), &in, &faults), ERR_NONE);
	buf_clear(&text);
	return in;
}

static bool at_once(void *of) {
	++*(int *)of;
	return true;
}

static bool never(void *of) {
	++*(int *)of;
	return false;
}

/* Units that steps take, and whether the plan they work on is the one it was. */
static uint64_t steps(struct search *s) {
	uint64_t before = search_units(s);
	for (int i = 0; i < STEPS; i++)
		search_step(s, 0);
	return search_units(s) - before;
}

static void test_called_off_within_a_step(void **state) {
	struct arena *a = arena_new();
	struct search *s = search_new(instance_of(a), 7, 1);
	int asked = 0;
	(void)state;
	search_begin(s, NULL, NULL);
	int64_t value = search_best(s)->value;
	search_heed(s, at_once, &asked);
	assert_int_equal(steps(s), STEPS); /* a unit is the step itself: nothing was tried */
	assert_true(asked >= STEPS / 2);
	assert_int_equal(search_best(s)->value, value);
	search_heed(s, never, &asked);
	assert_true(steps(s) > 10 * STEPS);
	search_free(s);
	arena_free(a);
}

static void test_heeding_changes_nothing_else(void **state) {
	struct arena *a = arena_new();
	struct instance *in = instance_of(a);
	struct search *s = search_new(in, 3, 1), *t = search_new(in, 3, 1);
	int asked = 0;
	(void)state;
	search_begin(s, NULL, NULL);
	search_begin(t, NULL, NULL);
	search_heed(t, never, &asked);
	assert_int_equal(steps(s), steps(t));
	assert_int_equal(search_best(s)->value, search_best(t)->value);
	search_free(s);
	search_free(t);
	arena_free(a);
}

/* Of one brief many plans, each as without. */
static void test_a_brief_for_many_plans(void **state) {
	struct arena *a = arena_new();
	struct buf text = {0};
	(void)state;
	read_example(&text);
	json_t *instance = json_loadb(text.p, text.n, 0, NULL);
	struct brief *brief = brief_new(instance);
	const char *const plans[] = {"{}", "{\"items\":[{\"request\":\"Q0001\"}]}", "[]", "{}"};
	for (size_t i = 0; i < 4; i++) {
		struct verdict one, other;
		json_t *plan = json_loads(plans[i], 0, NULL);
		judge_plan(a, instance, plan, &one);
		judge_briefed(a, brief, plan, &other);
		assert_true(one.n > 0);
		assert_int_equal(one.n, other.n);
		for (size_t k = 0; k < one.n; k++)
			assert_string_equal(one.at[k].sentence, other.at[k].sentence);
		vec_clear(&one);
		vec_clear(&other);
		json_decref(plan);
	}
	brief_free(brief);
	json_decref(instance);
	buf_clear(&text);
	arena_free(a);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_called_off_within_a_step),
		cmocka_unit_test(test_heeding_changes_nothing_else),
		cmocka_unit_test(test_a_brief_for_many_plans),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
