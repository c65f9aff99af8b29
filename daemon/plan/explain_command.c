/* SPDX-License-Identifier: Apache-2.0 */
/* atelier-plan explain: why a request is not in the plan, and what would change that. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "plan/command.h"
#include "plan/explain.h"
#include "plan/inquiry.h"
#include "plan/repair.h"

#include "base/banned.h"

static const char *const me = "explain";

struct question {
	struct {
		const char **at;
		size_t n, room;
	} requests;
	const char *plan; /* path; NULL: the released plan */
	const char *date_text;
	day_t date;
	bool all;
};

struct desk {
	struct arena *arena;
	struct instance *in;
	json_t *document;
	struct plan *plan;
	int newcomer;
};

/* An expert who is in no list and can nothing yet, so that one can be supposed. */
static void add_newcomer(json_t *document) {
	json_t *experts = json_object_get(document, "experts");
	const json_t *members = json_object_get(document, "members");
	char id[24] = "new-expert";
	for (size_t i = 0, n = 2; i < json_array_size(experts); i++) {
		const json_t *taken = json_object_get(json_array_get(experts, i), "id");
		if (json_is_string(taken) && strcmp(json_string_value(taken), id) == 0) {
			(void)snprintf(id, sizeof id, "new-expert-%zu", n++);
			i = (size_t)-1; /* from the beginning */
		}
	}
	(void)json_array_append_new(
		experts, json_pack("{s:s,s:O,s:[],s:[],s:[],s:[s,s],s:i,s:i}", "id", id, "home",
	                       json_object_get(json_array_get(members, 0), "code"), "languages",
	                       "accreditations", "unavailable", "delivers", "on_site", "remote",
	                       "max_missions_year", 4, "max_days_year", 366));
}

/* The instance from standard input, once as it is, for its faults, and once with the newcomer. */
static int read_world(struct desk *d) {
	struct buf text = {0};
	int status = command_instance(me, d->arena, &d->in, &text);
	if (status == EXIT_GOOD && is_wide(d->in))
		status =
			command_fail(EXIT_INPUT, me, "can't answer where chaining, sessions or accrual is on");
	if (status == EXIT_GOOD)
		d->document = json_loadb(text.p, text.n, 0, NULL);
	buf_clear(&text);
	d->newcomer = -1;
	if (status != EXIT_GOOD || d->in->n_experts >= EXPERTS_MAX || d->in->n_members == 0)
		return status;
	struct faults faults = {0};
	add_newcomer(d->document);
	char *more = json_dumps(d->document, JSON_COMPACT);
	if (more && read_instance(d->arena, str_of(more), &d->in, &faults) == ERR_NONE) {
		d->newcomer = d->in->n_experts - 1;
		d->in->experts[d->newcomer].accreditations = arena_array(d->arena, struct accreditation, 1);
	}
	free(more);
	return command_faults(me, &faults);
}

static int read_given_plan(struct desk *d, const char *path) {
	struct buf text = {0};
	struct faults faults = {0};
	struct item *items;
	int n = 0, status = command_read(me, path, &text);
	if (status == EXIT_GOOD
	    && read_plan(d->arena, d->in, buf_str(&text), &items, &n, &faults) != ERR_NONE) {
		(void)command_faults(me, &faults);
		status = command_fail(EXIT_INPUT, me, "%s is no plan for this instance", path);
	}
	buf_clear(&text);
	for (int i = 0; status == EXIT_GOOD && i < n; i++)
		if (d->in->requests[items[i].request].pinned < 0)
			plan_add(d->plan, &items[i]);
	unsigned broken = status == EXIT_GOOD ? plan_breaches(d->plan) : 0;
	for (int r = 0; r < RULE_COUNT; r++)
		if (broken >> r & 1)
			return command_fail(EXIT_INPUT, me,
			                    "%s breaks the rule \"%s\"; ask \"check\" for all its faults", path,
			                    rule_codes[r]);
	return status;
}

static json_t *baseline_with(const struct plan *p, unsigned change) {
	const struct instance *in = p->in;
	json_t *list = json_array();
	for (int i = 0; i < in->n_baseline; i++)
		if (change_of(p, &in->baseline[i], NULL) & change)
			(void)json_array_append_new(list,
			                            json_string(in->requests[in->baseline[i].request].id));
	return list;
}

static int ask_one(const struct desk *d, struct inquiry *q, int request,
                   const struct question *asked) {
	json_t *answer = inquiry_ask(q, request, asked->date_text ? &asked->date : NULL);
	bool given = asked->plan != NULL;
	(void)json_object_set_new(answer, "missing",
	                          given ? json_null() : baseline_with(d->plan, CHANGE_DROPPED));
	(void)json_object_set_new(answer, "restaffed",
	                          given ? json_null() : baseline_with(d->plan, CHANGE_RESTAFFED));
	int failed = json_dumpf(answer, stdout, JSON_COMPACT);
	json_decref(answer);
	return failed || putchar('\n') == EOF
	           ? command_fail(EXIT_SYSTEM, me, "standard output can't be written")
	           : EXIT_GOOD;
}

static int request_named(const struct instance *in, const char *id) {
	for (int i = 0; i < in->n_requests; i++)
		if (strcmp(in->requests[i].id, id) == 0)
			return i;
	return -1;
}

static int ask_all(struct desk *d, const struct question *asked) {
	int status = EXIT_GOOD;
	for (size_t i = 0; i < asked->requests.n; i++)
		if (request_named(d->in, asked->requests.at[i]) < 0)
			return command_fail(EXIT_INPUT, me, "there is no request \"%s\" in the instance",
			                    asked->requests.at[i]);
	struct inquiry *q = inquiry_new(d->arena, d->in, d->document, d->newcomer, d->plan);
	for (size_t i = 0; i < asked->requests.n && status == EXIT_GOOD; i++)
		status = ask_one(d, q, request_named(d->in, asked->requests.at[i]), asked);
	for (int i = 0; asked->all && i < d->in->n_requests && status == EXIT_GOOD; i++)
		if (!plan_item(d->plan, i))
			status = ask_one(d, q, i, asked);
	inquiry_free(q);
	return status;
}

static int answer_question(const struct question *asked) {
	struct desk d = {.arena = arena_new()};
	int status = read_world(&d);
	if (status == EXIT_GOOD) {
		d.plan = asked->plan ? plan_new(d.in) : released_plan(d.in, NULL, NULL);
		if (asked->plan)
			status = read_given_plan(&d, asked->plan);
	}
	if (status == EXIT_GOOD) {
		plan_settle(d.plan);
		status = ask_all(&d, asked);
	}
	plan_free(d.plan);
	json_decref(d.document);
	arena_free(d.arena);
	return status;
}

int command_explain(int argc, char **argv) {
	static const struct option options[] = {{"request", required_argument, NULL, 'r'},
	                                        {"date", required_argument, NULL, 'd'},
	                                        {"plan", required_argument, NULL, 'p'},
	                                        {"all", no_argument, NULL, 'a'},
	                                        {0}};
	struct question asked = {.all = false};
	int status = EXIT_GOOD;
	for (int c; status == EXIT_GOOD && (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 'r': *vec_push(&asked.requests) = optarg; break;
		case 'd': asked.date_text = optarg; break;
		case 'p': asked.plan = optarg; break;
		case 'a': asked.all = true; break;
		default: status = EXIT_USAGE;
		}
	}
	if (status == EXIT_GOOD && (optind != argc || asked.all == (asked.requests.n > 0)))
		status = command_fail(EXIT_USAGE, me, "name a request: explain --request ID < INSTANCE");
	if (status == EXIT_GOOD && asked.date_text
	    && !civil_parse(str_of(asked.date_text), &asked.date))
		status = command_fail(EXIT_USAGE, me, "\"%s\" is no date of the form YYYY-MM-DD",
		                      asked.date_text);
	if (status == EXIT_GOOD)
		status = answer_question(&asked);
	vec_clear(&asked.requests);
	return status;
}
