/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: instances and plans, one JSON document a line, weighed by plan.c and by the judge.
 * A line with "items" is a plan for the last instance, a line "starts" asks for the days on which
 * sites can be staffed while the pinned items run. For that one line of request:host:day … out, and
 * for each plan one line:
 *   value of plan.c | its rules broken, or "-" if it can't hold the plan | judge's value | codes
 * Between plans items go in and out at random, and each time the sums are counted anew. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "plan/judge.h"
#include "plan/plan.h"
#include "plan/read.h"
#include "plan/team.h"

#include "base/banned.h"

static uint64_t seed = 1;

static unsigned below(unsigned n) {
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void must(bool good, const char *what) {
	if (good)
		return;
	(void)fprintf(stderr, "weigh: %s\n", what);
	exit(EXIT_FAILURE);
}

/* Out, in again, undone: the sums stay those of the items, the promised change is what happens. */
static void shake(struct plan *p, const struct item *items, int n) {
	for (int i = 0; i < 8 && n; i++) {
		const struct item *item = &items[below((unsigned)n)];
		if (p->in->requests[item->request].pinned >= 0)
			continue;
		size_t mark = plan_mark(p);
		int64_t value = p->value;
		bool held = plan_item(p, item->request);
		int64_t change = held ? plan_loss(p, item->request) : plan_gain(p, item);
		if (held)
			plan_remove(p, item->request);
		else
			plan_add(p, item);
		must(p->value == value + change, "a change is not what was promised");
		must(plan_consistent(p), "sums differ after a change");
		if (below(2)) {
			plan_undo(p, mark);
			must(p->value == value && plan_consistent(p), "undo does not undo");
		}
	}
	for (int i = 0; i < n; i++)
		if (!plan_item(p, items[i].request)) {
			unsigned clashes = plan_clashes(p, &items[i]), before = plan_breaches(p);
			plan_add(p, &items[i]);
			unsigned after = plan_breaches(p) & ~item_breaches(p->in, &items[i]);
			must((clashes & ~after) == 0, "a clash foretold is no breach");
			must(before || (after & ~clashes) == 0, "a breach was not foretold");
		}
}

static void weigh_plan(const struct instance *in, struct str json) {
	struct arena *a = arena_new();
	struct faults faults = {0};
	struct item *items;
	int n;
	if (read_plan(a, in, json, &items, &n, &faults) != ERR_NONE) {
		printf("- -|");
	} else {
		struct plan *p = plan_new(in);
		for (int i = 0; i < n; i++)
			if (in->requests[items[i].request].pinned < 0)
				plan_add(p, &items[i]);
		shake(p, items, n);
		unsigned broken = plan_breaches(p);
		printf("%" PRId64, p->value);
		for (int i = 0; i < RULE_COUNT; i++)
			if (broken >> i & 1)
				printf(" %s", rule_codes[i]);
		(void)putchar('|');
		plan_free(p);
	}
	vec_clear(&faults);
	arena_free(a);
}

static void weigh_judge(const json_t *instance, struct str json) {
	struct arena *a = arena_new();
	struct verdict verdict;
	json_t *plan = json_loadb(json.p, json.n, 0, NULL);
	judge_plan(a, instance, plan, &verdict);
	printf("%" PRId64, verdict.value);
	for (size_t i = 0; i < verdict.n; i++)
		printf(" %s", verdict.at[i].code);
	(void)putchar('\n');
	vec_clear(&verdict);
	json_decref(plan);
	arena_free(a);
}

static void tell_starts(const struct instance *in) {
	struct plan *p = plan_new(in);
	uint64_t *set = calloc(in->words, sizeof *set);
	if (!set)
		abort();
	for (int i = 0; i < in->n_sites; i++) {
		const struct site *s = &in->sites[i];
		must(team_starts(in, p, i, set) == bits_count(set, in->words), "starts are miscounted");
		if (plan_item(p, s->request))
			continue;
		bits_each(set, in->words, d) {
			char date[11];
			civil_format(in->origin + d, date);
			printf("%s:%s:%s ", in->requests[s->request].id, in->members[s->member].code, date);
		}
	}
	(void)putchar('\n');
	free(set);
	plan_free(p);
}

int main(void) {
	struct arena *a = arena_new();
	struct instance *in = NULL;
	struct faults faults = {0};
	json_t *instance = NULL;
	char *line = NULL;
	size_t room = 0;
	for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
		struct str json = {line, (size_t)n};
		if (strstr(line, "\"starts\"")) {
			tell_starts(in);
			continue;
		}
		if (strstr(line, "\"items\"")) {
			weigh_plan(in, json);
			weigh_judge(instance, json);
			continue;
		}
		arena_reset(a);
		json_decref(instance);
		instance = json_loadb(line, (size_t)n, 0, NULL);
		if (read_instance(a, json, &in, &faults) != ERR_NONE) {
			(void)fprintf(stderr, "%s %s\n", faults.at[0].path, faults.at[0].sentence);
			return EXIT_FAILURE;
		}
	}
	free(line);
	json_decref(instance);
	arena_free(a);
	return EXIT_SUCCESS;
}
