/* SPDX-License-Identifier: Apache-2.0 */
/* atelier-plan solve */
#include <unistd.h>

#include "plan/command.h"
#include "plan/publish.h"
#include "plan/repair.h"
#include "plan/wide_run.h"

#include "base/banned.h"

enum { AS_GIVEN = -1 };

struct solve {
	struct run_options run;
	int64_t baseline_weight; /* of every entry while searching, or AS_GIVEN */
	const char *scenario;    /* its file, or NULL */
};

/* A search for few changes weighs the released plan otherwise than the instance does. What it found
 * is worth what the instance says, and the bound it came with is none. */
static struct plan *found_plan(const struct plan *best, struct instance *in,
                               const int64_t *weights) {
	for (int i = 0; i < in->n_baseline; i++)
		in->baseline[i].weight = weights[i];
	struct plan *p = plan_new(in);
	for (int q = 0; q < in->n_requests; q++)
		if (plan_item(best, q) && in->requests[q].pinned < 0)
			plan_add(p, plan_item(best, q));
	return p;
}

static bool is_stopped(void *of) {
	(void)of;
	return run_stopped();
}

static int solve_instance(const struct solve *s, struct arena *a, const struct buf *text,
                          struct instance *in) {
	struct answer answer;
	int64_t *weights = arena_array(a, int64_t, (size_t)in->n_baseline);
	bool as_given = s->baseline_weight == AS_GIVEN;
	run_tell_none(in, s->run.since);
	for (int i = 0; i < in->n_baseline; i++) {
		weights[i] = in->baseline[i].weight;
		if (!as_given)
			in->baseline[i].weight = s->baseline_weight;
	}
	if (is_wide(in)) {
		run_ready();
		return solve_wide(&s->run, a, text, in, as_given ? NULL : weights);
	}
	struct run *run = run_new(in, &s->run);
	run_ready();
	run_tell_none(in, s->run.since);
	struct plan *start = warm_start(in, search_fit(run_search(run)), search_appeal(run_search(run)),
	                                is_stopped, NULL);
	run_begin(run, start);
	/* For the judge; now, since after a stop there is no time. */
	json_t *document = json_loadb(text->p, text->n, 0, NULL);
	struct brief *brief = brief_new(document);
	run_work(run, start);
	struct plan *p = found_plan(run_best(run), in, weights);
	answer_of(run, a, in, p, as_given ? run_bound(run) : INT64_MAX, &answer);
	int status = publish("solve", a, brief, &answer);
	if (run_stopped())
		_exit(status); /* whoever called it off waits; giving back what is used takes its time */
	brief_free(brief);
	json_decref(document);
	plan_free(start);
	plan_free(p);
	run_free(run);
	return status;
}

static int solve(struct solve *s) {
	struct arena *a = arena_new();
	struct buf text = {0};
	struct instance *in;
	s->run.since = clock_ms();
	int status = command_wide_instance("solve", a, &in, &text);
	if (status == EXIT_GOOD)
		status = command_scenario("solve", s->scenario, a, &in, &text);
	if (status == EXIT_GOOD)
		status = solve_instance(s, a, &text, in);
	buf_clear(&text);
	arena_free(a);
	return status;
}

int command_solve(int argc, char **argv) {
	static const struct option options[] = {RUN_OPTIONS,
	                                        {"baseline-weight", required_argument, NULL, 'w'},
	                                        {"scenario", required_argument, NULL, 'x'},
	                                        {0}};
	struct solve s = {.run = RUN_DEFAULTS, .baseline_weight = AS_GIVEN};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == 'x') {
			s.scenario = optarg;
			continue;
		}
		bool good = c == 'w' ? run_number("solve", optarg, WEIGHT_MAX, false, &s.baseline_weight)
		                     : c != '?' && run_option("solve", &s.run, c, optarg);
		if (!good)
			return EXIT_USAGE;
	}
	if (optind != argc)
		return command_fail(EXIT_USAGE, "solve", "the instance is read from standard input");
	run_listen();
	return solve(&s);
}
