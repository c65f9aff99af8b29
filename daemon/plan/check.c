/* SPDX-License-Identifier: Apache-2.0 */
/* atelier-plan check: the judge's verdict on a plan, with --explain also on its explanations,
 * with --bound on the certificate of its bound. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/vec.h"
#include "plan/certificate.h"
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

/* The plan is valid; is its bound one? */
static int report_bound(struct arena *a, const struct buf *instance_text, const json_t *plan) {
	struct faults faults = {0};
	struct instance *in;
	struct proven proven;
	struct why why = {0};
	if (read_instance(a, buf_str(instance_text), &in, &faults) != ERR_NONE)
		return command_faults("check", &faults);
	/* Without a bound or a certificate nothing is refuted: the plan says no more than it can. */
	bool refuted = json_is_integer(json_object_get(plan, "bound"))
	               && json_is_object(json_object_get(plan, "certificate"));
	if (certificate_judge(in, plan, &proven, &why) != ERR_NONE) {
		printf("bound: %s: %s\n", refuted ? "not proven" : "not proven here", why.sentence);
		return refuted ? EXIT_REFUSED : EXIT_GOOD;
	}
	if (proven.by_search)
		printf("bound: %" PRId64 ", by branching; there are no multipliers to weigh\n",
		       proven.bound);
	else
		printf("bound: %" PRId64 ", certified: no plan is worth more than %" PRId64 "\n",
		       proven.bound, proven.certified);
	return EXIT_GOOD;
}

/* Both documents are good JSON and the instance has no fault. */
static int judge(struct arena *a, struct buf *instance_text, struct buf *plan_text,
                 const char *path, bool reasons, bool bound) {
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
	if (status == EXIT_GOOD && bound)
		status = report_bound(a, instance_text, plan);
	vec_clear(&verdict);
	json_decref(instance);
	json_decref(plan);
	return status;
}

int command_check(int argc, char **argv) {
	static const struct option options[] = {{"plan", required_argument, NULL, 'p'},
	                                        {"explain", no_argument, NULL, 'e'},
	                                        {"bound", no_argument, NULL, 'b'},
	                                        {0}};
	const char *path = NULL;
	bool reasons = false, bound = false;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == '?')
			return EXIT_USAGE;
		if (c == 'e')
			reasons = true;
		else if (c == 'b')
			bound = true;
		else
			path = optarg;
	}
	if (!path && optind == argc - 1)
		path = argv[optind++];
	if (!path || optind != argc)
		return command_fail(EXIT_USAGE, "check",
		                    "name the plan: check [--explain] [--bound] PLAN < INSTANCE");
	struct arena *a = arena_new();
	struct buf instance_text = {0}, plan_text = {0};
	struct faults faults = {0};
	int status = command_read("check", NULL, &instance_text);
	if (status == EXIT_GOOD && read_for_judging(a, buf_str(&instance_text), &faults) != ERR_NONE)
		status = command_faults("check", &faults);
	if (status == EXIT_GOOD)
		status = command_read("check", path, &plan_text);
	if (status == EXIT_GOOD)
		status = judge(a, &instance_text, &plan_text, path, reasons, bound);
	buf_clear(&instance_text);
	buf_clear(&plan_text);
	arena_free(a);
	return status;
}
