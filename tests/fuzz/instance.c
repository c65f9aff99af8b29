/* SPDX-License-Identifier: Apache-2.0 */
/* The instance reader, and behind it the judge: the first octets up to a NUL are an instance, what
 * follows a plan. A document is an instance, or its faults are told; what is an instance can be
 * planned with. */
#include <stdlib.h>

#include "base/vec.h"
#include "plan/judge.h"
#include "plan/read.h"
#include "plan/team.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void objection(bool bad) {
	if (bad)
		abort();
}

static void plan_with(const struct instance *in, struct arena *a, struct str plan) {
	struct plan *p = plan_new(in);
	struct faults faults = {0};
	struct item *items = NULL;
	int n = 0;
	uint64_t *set = arena_array(a, uint64_t, in->words);
	for (int s = 0; s < in->n_sites && s < 20; s++)
		objection(team_starts(in, p, s, set) > in->sites[s].n_starts);
	if (read_plan(a, in, plan, &items, &n, &faults) == ERR_NONE)
		for (int i = 0; i < n; i++)
			if (in->requests[items[i].request].pinned < 0)
				plan_add(p, &items[i]);
	objection(!plan_consistent(p));
	(void)plan_breaches(p);
	vec_clear(&faults);
	plan_free(p);
}

static void judge(struct arena *a, struct str instance, struct str plan) {
	struct verdict verdict = {0};
	json_t *x = json_loadb(instance.p, instance.n, 0, NULL);
	json_t *y = json_loadb(plan.p, plan.n, JSON_DECODE_ANY, NULL);
	if (y)
		judge_plan(a, x, y, &verdict);
	vec_clear(&verdict);
	json_decref(x);
	json_decref(y);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str rest = {(const char *)data, size}, instance = str_cut(&rest, '\0');
	struct str plan = rest.p ? rest : STR("");
	struct arena *a = arena_new();
	struct faults faults = {0};
	struct instance *in = NULL;
	enum err err = read_instance(a, instance, &in, &faults);
	objection((err == ERR_NONE) != (faults.n == 0));
	for (size_t i = 0; i < faults.n; i++)
		objection(faults.at[i].path[0] != '$' || !faults.at[i].sentence[0]);
	if (err == ERR_NONE)
		plan_with(in, a, plan);
	vec_clear(&faults);
	if (read_for_judging(a, instance, &faults) == ERR_NONE)
		judge(a, instance, plan);
	vec_clear(&faults);
	arena_free(a);
	return 0;
}
