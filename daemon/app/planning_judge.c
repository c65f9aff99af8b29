/* SPDX-License-Identifier: Apache-2.0 */
#include "app/planning_judge.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/vec.h"
#include "plan/judge.h"
#include "plan/scenario.h"

#include "base/banned.h"

static enum err refuse(struct why *reterr, const char *what, const char *where, const char *why) {
	return err_set(reterr, ERR_INTERNAL, NULL, "%s %s%s%s", what, where, *where ? ": " : "", why);
}

static enum err refuse_faults(struct why *reterr, const char *what, struct faults *faults) {
	enum err e = refuse(reterr, what, faults->n ? faults->at[0].path : "",
	                    faults->n ? faults->at[0].sentence : "it cannot be read");
	vec_clear(faults);
	return e;
}

/* The instance the planner worked on: the judge may trust its form. */
static enum err read_given(struct arena *a, struct str text, struct str scenario, json_t **ret,
                           struct why *reterr) {
	struct faults faults = {0};
	if (read_for_judging(a, text, &faults))
		return refuse_faults(reterr, "The snapshot has a fault.", &faults);
	*ret = json_loadb(text.p, text.n, 0, NULL);
	if (scenario.p && scenario_apply(a, scenario, *ret, &faults)) {
		json_decref(*ret);
		return refuse_faults(reterr, "The scenario has a fault.", &faults);
	}
	return ERR_NONE;
}

static enum err judge_one(struct arena *a, const json_t *instance, const json_t *plan,
                          struct why *reterr) {
	struct verdict verdict;
	enum err e = ERR_NONE;
	if (!plan)
		return refuse(reterr, "The planner's answer has an option without a plan.", "", "");
	judge_plan(a, instance, plan, &verdict);
	if (verdict.n) {
		char what[96];
		(void)snprintf(what, sizeof what,
		               "The planner's plan does not stand and was not stored (%.20s).",
		               verdict.at[0].code);
		e = refuse(reterr, what, verdict.at[0].where, verdict.at[0].sentence);
	}
	vec_clear(&verdict);
	return e;
}

static enum err judge_options(struct arena *a, const json_t *instance, const json_t *answer,
                              struct why *reterr) {
	const json_t *options = json_object_get(answer, "options"), *option;
	const char *format = json_string_value(json_object_get(answer, "format"));
	size_t i;
	if (!format || strcmp(format, "atelier-repair/1") != 0 || json_array_size(options) == 0)
		return refuse(reterr, "The planner's answer is no atelier-repair/1 with options.", "", "");
	json_array_foreach(options, i, option) {
		enum err e = judge_one(a, instance, json_object_get(option, "plan"), reterr);
		if (e)
			return e;
	}
	return ERR_NONE;
}

enum err planning_judge(struct str instance, struct str scenario, struct str answer, bool repair,
                        struct why *reterr) {
	json_error_t error;
	json_t *given = NULL,
		   *said = json_loadb(answer.p ? answer.p : "", answer.n, JSON_REJECT_DUPLICATES, &error);
	if (!said)
		return err_set(reterr, ERR_INTERNAL, NULL,
		               "The planner's answer is not JSON (line %d, column %d); nothing was stored.",
		               error.line, error.column);
	struct arena *a = arena_new();
	enum err e = read_given(a, instance, scenario, &given, reterr);
	if (!e) {
		e = repair ? judge_options(a, given, said, reterr) : judge_one(a, given, said, reterr);
		json_decref(given);
	}
	json_decref(said);
	arena_free(a);
	return e;
}
