/* SPDX-License-Identifier: Apache-2.0 */
/* atelier-plan check: the judge's verdict on a plan, with --explain also on its explanations. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/vec.h"
#include "plan/command.h"
#include "plan/judge.h"

#include "base/banned.h"

static int report(const struct verdict *v, const json_t *plan) {
	size_t items = json_array_size(json_object_get(plan, "items"));
	for (size_t i = 0; i < v->n; i++)
		printf("%s %s %s\n", v->at[i].code, v->at[i].where, v->at[i].sentence);
	if (v->n) {
		printf("not valid: %zu finding%s\n", v->n, v->n == 1 ? "" : "s");
		return EXIT_REFUSED;
	}
	printf("valid: value %" PRId64 ", %zu workshops\n", v->value, items);
	return EXIT_GOOD;
}

/* Both documents are good JSON and the instance has no fault. */
static int judge(struct arena *a, struct buf *instance_text, struct buf *plan_text,
                 const char *path, bool reasons) {
	struct verdict verdict;
	json_error_t error;
	json_t *plan =
		json_loadb(plan_text->p ? plan_text->p : "", plan_text->n, JSON_REJECT_DUPLICATES, &error);
	if (!plan)
		return command_fail(EXIT_INPUT, "check", "%s is not JSON: line %d, column %d: %s", path,
		                    error.line, error.column, error.text);
	json_t *instance = json_loadb(instance_text->p, instance_text->n, 0, NULL);
	if (reasons && !judge_explains(instance))
		(void)command_fail(0, "check",
		                   "explanations are not judged where chaining, sessions or accrual is on");
	if (reasons)
		judge_reasons(a, instance, plan, &verdict);
	else
		judge_plan(a, instance, plan, &verdict);
	int status = report(&verdict, plan);
	vec_clear(&verdict);
	json_decref(instance);
	json_decref(plan);
	return status;
}

int command_check(int argc, char **argv) {
	static const struct option options[] = {
		{"plan", required_argument, NULL, 'p'}, {"explain", no_argument, NULL, 'e'}, {0}};
	const char *path = NULL;
	bool reasons = false;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == '?')
			return EXIT_USAGE;
		if (c == 'e')
			reasons = true;
		else
			path = optarg;
	}
	if (!path && optind == argc - 1)
		path = argv[optind++];
	if (!path || optind != argc)
		return command_fail(EXIT_USAGE, "check",
		                    "name the plan: check [--explain] PLAN < INSTANCE");
	struct arena *a = arena_new();
	struct buf instance_text = {0}, plan_text = {0};
	struct faults faults = {0};
	int status = command_read("check", NULL, &instance_text);
	if (status == EXIT_GOOD && read_for_judging(a, buf_str(&instance_text), &faults) != ERR_NONE)
		status = command_faults("check", &faults);
	if (status == EXIT_GOOD)
		status = command_read("check", path, &plan_text);
	if (status == EXIT_GOOD)
		status = judge(a, &instance_text, &plan_text, path, reasons);
	buf_clear(&instance_text);
	buf_clear(&plan_text);
	arena_free(a);
	return status;
}
