/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/vec.h"
#include "plan/command.h"
#include "plan/explain.h"

#include "base/banned.h"

enum { EXIT_BAD_PLAN = 3 };

static uint64_t cpu_ms(void) {
	struct timespec now;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void answer_of(const struct run *run, struct arena *a, const struct instance *in,
               const struct plan *p, int64_t bound, struct answer *ret) {
	struct explainer *x = explainer_new(in, search_fit(run_search(run)));
	const struct appeal *appeal = search_appeal(run_search(run));
	struct unserved *unserved = arena_array(a, struct unserved, (size_t)in->n_requests);
	*ret = (struct answer){
		.plan = p,
		.bound = bound,
		.bounded = bound < INT64_MAX,
		.seed = run_seed(run),
		.units = run_units(run),
		.unserved = unserved,
	};
	ret->status = ret->bounded && ret->bound == p->value ? STATUS_OPTIMAL
	              : run_stopped()                        ? STATUS_CANCELLED
	                                                     : STATUS_FEASIBLE;
	for (int q = 0; q < in->n_requests; q++)
		if (!plan_item(p, q))
			explain(x, a, p, q, appeal[q].earliest, run_stopped(), &unserved[ret->n_unserved++]);
	explainer_free(x);
	/* It may be a hundred times the plan, and after a stop there is no time to check it. */
	if (ret->bounded && !run_stopped()) {
		struct buf certificate = {0};
		run_certificate(run, &certificate);
		ret->certificate = (struct str){
			arena_dup(a, certificate.p ? certificate.p : "", certificate.n), certificate.n};
		buf_clear(&certificate);
	}
	ret->cpu_ms = cpu_ms();
}

static int judged_by(struct buf *b, const char *command, struct arena *a, const struct brief *brief,
                     const struct answer *answer) {
	if (answer->bounded && answer->bound < answer->plan->value)
		return command_fail(EXIT_BAD_PLAN, command,
		                    "the bound %" PRId64 " is below the value %" PRId64
		                    "; nothing is printed; please report this with the instance",
		                    answer->bound, answer->plan->value);
	struct verdict verdict;
	size_t before = b->n;
	write_plan(b, answer);
	json_t *plan = json_loadb(b->p + before, b->n - before, JSON_REJECT_DUPLICATES, NULL);
	judge_briefed(a, brief, plan, &verdict);
	for (size_t i = 0; i < verdict.n; i++)
		(void)command_fail(0, command, "%s %s %s", verdict.at[i].code, verdict.at[i].where,
		                   verdict.at[i].sentence);
	bool good = verdict.n == 0;
	vec_clear(&verdict);
	json_decref(plan);
	return good ? EXIT_GOOD
	            : command_fail(EXIT_BAD_PLAN, command,
	                           "the plan does not pass its own check and is not printed; please "
	                           "report this with the instance");
}

int judged(struct buf *b, const char *command, struct arena *a, const json_t *instance,
           const struct answer *answer) {
	struct brief *brief = brief_new(instance);
	int status = judged_by(b, command, a, brief, answer);
	brief_free(brief);
	return status;
}

int publish(const char *command, struct arena *a, const struct brief *brief,
            const struct answer *answer) {
	struct buf out = {0};
	int status = judged_by(&out, command, a, brief, answer);
	if (status == EXIT_GOOD && (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0))
		status = command_fail(EXIT_SYSTEM, command, "standard output can't be written");
	buf_clear(&out);
	return status;
}
