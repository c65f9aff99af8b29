/* SPDX-License-Identifier: Apache-2.0 */
/* atelier-plan solve: search and bound take turns until the units or the time are used up, somebody
 * says stop, or they meet. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/vec.h"
#include "plan/command.h"
#include "plan/explain.h"
#include "plan/judge.h"
#include "plan/proof.h"

#include "base/banned.h"

enum { EXIT_BAD_PLAN = 3, PROGRESS_MS = 200, THREADS_MAX = 2 };

struct run {
	uint64_t seed, units; /* units: to be done; 0: until `ms` */
	int64_t ms;
	int64_t baseline_weight; /* of every entry while searching; -1: as given */
	int64_t threads;
	const struct instance *in;
	struct search *search;
	struct proof *proof;
	int64_t began, told;
};

static volatile sig_atomic_t stopped;

static void stop_now(int signal) {
	(void)signal;
	stopped = 1;
}

static bool is_stopped(void *of) {
	(void)of;
	return stopped;
}

static int64_t clock_ms(clockid_t which) {
	struct timespec now;
	(void)clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t units_done(const struct run *run) {
	return search_units(run->search) + proof_units(run->proof);
}

/* One line of JSON. */
static void tell(struct run *run) {
	const struct plan *p = search_best(run->search);
	const struct instance *in = run->in;
	int64_t bound = proof_bound(run->proof);
	struct buf b = {0};
	run->told = clock_ms(CLOCK_MONOTONIC);
	buf_addf(&b, "{\"ms\":%" PRId64 ",\"units\":%" PRIu64 ",\"value\":%" PRId64 ",\"bound\":",
	         run->told - run->began, units_done(run), p->value);
	if (bound == INT64_MAX)
		buf_adds(&b, "null");
	else
		buf_addf(&b, "%" PRId64, bound);
	buf_addf(&b, ",\"served\":%d,\"requests\":%d,\"regions\":{", p->n_items, in->n_requests);
	for (int i = 0; i < in->n_regions; i++) {
		buf_adds(&b, i ? "," : "");
		buf_json(&b, str_of(in->regions[i].code));
		buf_addf(&b, ":%d", p->region[i]);
	}
	buf_adds(&b, "}}\n");
	(void)fwrite(b.p, 1, b.n, stderr);
	(void)fflush(stderr);
	buf_clear(&b);
}

/* How much of the work is done, of 65536; more: all of it. */
static int64_t progress_of(const struct run *run) {
	if (run->units)
		return (int64_t)((unsigned __int128)units_done(run) * 65536 / run->units);
	return (clock_ms(CLOCK_MONOTONIC) - run->began) * 65536 / (run->ms ? run->ms : 1);
}

static bool is_optimal(const struct run *run) {
	return proof_bound(run->proof) <= search_best(run->search)->value;
}

static void work(struct run *run) {
	search_begin(run->search, is_stopped, NULL);
	for (int64_t at; !stopped && (at = progress_of(run)) < 65536 && !is_optimal(run);) {
		search_step(run->search, (int)at);
		proof_turn(run->proof, run->search);
		if (clock_ms(CLOCK_MONOTONIC) - run->told >= PROGRESS_MS)
			tell(run);
	}
	tell(run);
}

static void answer_of(struct run *run, struct arena *a, const struct plan *p, struct answer *ret) {
	const struct instance *in = run->in;
	struct explainer *x = explainer_new(in, search_fit(run->search));
	struct unserved *unserved = arena_array(a, struct unserved, (size_t)in->n_requests);
	*ret = (struct answer){
		.plan = p,
		.bound = run->baseline_weight < 0 ? proof_bound(run->proof) : INT64_MAX,
		.seed = run->seed,
		.units = units_done(run),
		.unserved = unserved,
	};
	ret->bounded = ret->bound < INT64_MAX;
	ret->status = ret->bounded && ret->bound == p->value ? STATUS_OPTIMAL
	              : stopped                              ? STATUS_CANCELLED
	                                                     : STATUS_FEASIBLE;
	for (int q = 0; q < in->n_requests; q++)
		if (!plan_item(p, q))
			explain(x, a, p, q, search_appeal(run->search)[q].earliest, stopped,
			        &unserved[ret->n_unserved++]);
	explainer_free(x);
	ret->cpu_ms = (uint64_t)clock_ms(CLOCK_PROCESS_CPUTIME_ID);
}

/* Nothing is printed that the judge does not let through. */
static int publish(struct arena *a, const json_t *instance, const struct answer *answer) {
	if (answer->bounded && answer->bound < answer->plan->value)
		return command_fail(EXIT_BAD_PLAN, "solve",
		                    "the bound %" PRId64 " is below the value %" PRId64
		                    "; nothing is printed; please report this with the instance",
		                    answer->bound, answer->plan->value);
	struct buf out = {0};
	struct verdict verdict;
	json_error_t error;
	write_plan(&out, answer);
	json_t *plan = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, &error);
	judge_plan(a, instance, plan, &verdict);
	for (size_t i = 0; i < verdict.n; i++)
		(void)command_fail(0, "solve", "%s %s %s", verdict.at[i].code, verdict.at[i].where,
		                   verdict.at[i].sentence);
	int status = EXIT_GOOD;
	if (verdict.n)
		status = command_fail(EXIT_BAD_PLAN, "solve",
		                      "the plan does not pass its own check and is not printed; please "
		                      "report this with the instance");
	else if (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0)
		status = command_fail(EXIT_SYSTEM, "solve", "standard output can't be written");
	vec_clear(&verdict);
	json_decref(plan);
	buf_clear(&out);
	return status;
}

/* A search for few changes weighs the released plan otherwise than the instance does. What it found
 * is worth what the instance says, and the bound it came with is none. */
static struct plan *found_plan(struct run *run, struct instance *in, const int64_t *weights) {
	const struct plan *best = search_best(run->search);
	for (int i = 0; i < in->n_baseline; i++)
		in->baseline[i].weight = weights[i];
	struct plan *p = plan_new(in);
	for (int q = 0; q < in->n_requests; q++)
		if (plan_item(best, q) && in->requests[q].pinned < 0)
			plan_add(p, plan_item(best, q));
	return p;
}

static int solve_instance(struct run *run, struct arena *a, struct buf *text, struct instance *in) {
	struct answer answer;
	int64_t *weights = arena_array(a, int64_t, (size_t)in->n_baseline);
	for (int i = 0; i < in->n_baseline; i++) {
		weights[i] = in->baseline[i].weight;
		if (run->baseline_weight >= 0)
			in->baseline[i].weight = run->baseline_weight;
	}
	run->in = in;
	run->proof = proof_new(in, run->threads > 1);
	run->search = search_new(in, run->seed, proof_scale(run->proof));
	/* For the judge; now, since after a stop there is no time. */
	json_t *document = json_loadb(text->p, text->n, 0, NULL);
	work(run);
	proof_stop(run->proof);
	struct plan *p = found_plan(run, in, weights);
	answer_of(run, a, p, &answer);
	int status = publish(a, document, &answer);
	json_decref(document);
	plan_free(p);
	search_free(run->search);
	proof_free(run->proof);
	return status;
}

static int solve(struct run *run) {
	struct arena *a = arena_new();
	struct buf text = {0};
	struct faults faults = {0};
	struct instance *in;
	run->began = clock_ms(CLOCK_MONOTONIC);
	int status = command_read("solve", NULL, &text);
	if (status == EXIT_GOOD && read_instance(a, buf_str(&text), &in, &faults) != ERR_NONE)
		status = command_faults("solve", &faults);
	if (status == EXIT_GOOD)
		status = solve_instance(run, a, &text, in);
	buf_clear(&text);
	arena_free(a);
	return status;
}

/* A whole number, or with `thousandths` a decimal number in thousandths. */
static bool read_number(const char *text, int64_t most, bool thousandths, int64_t *ret) {
	char *end;
	errno = 0;
	if (thousandths) {
		double x = strtod(text, &end);
		*ret = x >= 0 && x <= (double)most / 1000 ? (int64_t)(x * 1000 + 0.5) : -1;
	} else
		*ret = strtoll(text, &end, 10);
	return end != text && !*end && errno == 0 && *ret >= 0 && *ret <= most;
}

int command_solve(int argc, char **argv) {
	static const struct option options[] = {{"seed", required_argument, NULL, 's'},
	                                        {"units", required_argument, NULL, 'u'},
	                                        {"time", required_argument, NULL, 't'},
	                                        {"threads", required_argument, NULL, 'j'},
	                                        {"baseline-weight", required_argument, NULL, 'w'},
	                                        {0}};
	struct run run = {.ms = 10000, .baseline_weight = -1, .threads = 1};
	int64_t n = 0;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == '?')
			return EXIT_USAGE;
		int64_t most = c == 'w' ? WEIGHT_MAX : c == 'j' ? THREADS_MAX : INT64_MAX / 65536 - 1;
		if (!read_number(optarg, most, c == 't', &n) || (n == 0 && (c == 'u' || c == 'j')))
			return command_fail(EXIT_USAGE, "solve", "\"%s\" is no number this option takes",
			                    optarg);
		if (c == 's')
			run.seed = (uint64_t)n;
		else if (c == 'u')
			run.units = (uint64_t)n;
		else if (c == 't')
			run.ms = n;
		else if (c == 'j')
			run.threads = n;
		else
			run.baseline_weight = n;
	}
	if (optind != argc)
		return command_fail(EXIT_USAGE, "solve", "the instance is read from standard input");
	struct sigaction action = {.sa_handler = stop_now, .sa_flags = SA_RESTART};
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	return solve(&run);
}
