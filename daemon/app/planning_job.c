/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/calls.h"
#include "app/live.h"
#include "app/planning_judge.h"
#include "app/planning_own.h"
#include "app/planning_progress.h"
#include "app/planning_refused.h"
#include "base/log.h"

#include "base/banned.h"

/* -- last step: SQL knows how it ended -- */

static void job_free(struct job *j) {
	struct planning *p = j->planning;
	list_remove(&j->link);
	buf_clear(&j->progress);
	buf_clear(&j->answer);
	arena_free(j->arena);
	planning_job_gone(p);
}

static void job_gone(struct job *j) {
	j->state = JOB_GONE;
	if (!j->asking)
		job_free(j);
}

static void count_end(const struct job *j) {
	struct planning_counters *c = &j->planning->counters;
	bool returned = j->end == JOB_RETURNED, failed = j->end == JOB_FAILED;
	const char *word = returned       ? "queued"
	                   : j->cancelled ? "cancelled"
	                   : failed       ? "failed"
	                                  : "solved";
	++*(returned ? &c->returned : j->cancelled ? &c->cancelled : failed ? &c->failed : &c->solved);
	log_info("plan", "plan=%s attempt=%s state=%s why=%s", j->plan, j->attempt, word,
	         log_quoted(failed ? j->why.sentence : ""));
}

static void job_leave(struct job *j, enum job_end end);

static void end_told(const struct db_result *r, void *ctx) {
	struct job *j = ctx;
	bool later = r->err == ERR_UNAVAILABLE || r->err == ERR_UNKNOWN_OUTCOME;
	j->telling = false;
	if (r->err)
		log_warn("plan", "plan=%s attempt=%s state=untold sqlstate=%s why=%s", j->plan, j->attempt,
		         r->sqlstate, log_quoted(r->why->sentence));
	if (later && !j->planning->closed)
		return; /* the tick tells it again: to be told twice does no harm */
	if (r->err && !later && j->end == JOB_DONE) {
		(void)err_set(&j->why, r->err, NULL, "The plan could not be stored: %s", r->why->sentence);
		job_leave(j, JOB_FAILED);
		return;
	}
	if (!r->err)
		count_end(j);
	job_gone(j);
}

static void tell_end(struct job *j) {
	struct planning *p = j->planning;
	const char *values[4] = {j->plan, j->attempt};
	struct db_call call = {.values = values};
	if (p->closed) {
		job_gone(j);
		return;
	}
	switch (j->end) {
	case JOB_DONE: call.statement = CALL_JOB_DONE, values[2] = j->answer.p; break;
	case JOB_FAILED: call.statement = CALL_JOB_FAILED, values[2] = j->why.sentence; break;
	case JOB_RETURNED: /* a lease of no length */
		call.statement = CALL_JOB_PROGRESS, values[2] = "0", values[3] = j->progress.p;
		break;
	}
	j->telling = true;
	db_submit(p->house->db, DB_SLOW, &call, 1, true, end_told, j);
}

static void job_leave(struct job *j, enum job_end end) {
	j->state = JOB_LEAVING;
	j->end = end;
	tell_end(j);
}

/* -- third step: what was printed has been judged -- */

static void keep_refused(struct job *j) {
	struct why why;
	if (!j->refused)
		(void)snprintf(j->kept, sizeof j->kept, "nowhere: plan.refused names no directory");
	else if (refused_keep(j->refused, j->plan, j->attempt, buf_str(&j->answer), j->kept,
	                      sizeof j->kept, &why))
		(void)snprintf(j->kept, sizeof j->kept, "nowhere: %s", why.sentence);
}

static void answer_judge(uv_work_t *work) {
	struct job *j = work->data;
	j->err = planning_judge(j->instance, j->scenario, buf_str(&j->answer), j->repair, &j->why);
	if (j->err)
		keep_refused(j);
}

static void answer_judged(uv_work_t *work, int status) {
	struct job *j = work->data;
	(void)status; /* nothing cancels it */
	if (j->err)
		log_error("plan",
		          "plan=%s attempt=%s state=refused why=%s instance=/v1/plans/%s/instance kept=%s",
		          j->plan, j->attempt, log_quoted(j->why.sentence), j->plan, log_quoted(j->kept));
	job_leave(j, j->err ? JOB_FAILED : JOB_DONE);
}

/* -- second step: the child has ended -- */

/* Kept from here on: a reload would change the settings under a worker. */
static const char *refused_directory(struct job *j) {
	const char *dir = j->planning->house->conf->plan_refused;
	if (!*dir)
		dir = getenv("STATE_DIRECTORY");
	return dir && *dir ? arena_strdup(j->arena, dir) : NULL;
}

static void job_ended(struct child_end *end, void *ctx) {
	struct job *j = ctx;
	j->child = NULL;
	if (!end->err && *end->said)
		log_warn("plan", "plan=%s attempt=%s said=%s", j->plan, j->attempt, log_quoted(end->said));
	if (end->err) {
		j->why = end->why;
		job_leave(j, j->planning->stopping ? JOB_RETURNED : JOB_FAILED);
		return;
	}
	j->answer = end->output;
	end->output = (struct buf){0};
	j->refused = refused_directory(j);
	j->state = JOB_JUDGING;
	j->work.data = j;
	if (uv_queue_work(j->planning->house->loop, &j->work, answer_judge, answer_judged))
		abort();
}

/* -- meanwhile -- */

static void job_said(struct str line, void *ctx) {
	struct job *j = ctx;
	struct buf fresh = {0};
	if (!planning_progress(&fresh, line))
		return;
	buf_clear(&j->progress);
	j->progress = fresh;
	live_progress(j->planning->house->live, str_of(j->plan), buf_str(&fresh));
}

static void go_on_known(const struct db_result *r, void *ctx) {
	struct job *j = ctx;
	j->asking = false;
	if (j->state == JOB_GONE) {
		job_free(j);
		return;
	}
	if (r->err || (r->rows == 1 && str_is(db_value(r, 0, 0), "t")))
		return;
	j->cancelled = true;
	if (j->child)
		child_stop(j->child);
}

static void ask_go_on(struct job *j) {
	struct house *h = j->planning->house;
	char lease[24];
	(void)snprintf(lease, sizeof lease, "%" PRIu64, (h->conf->plan_lease + 999) / 1000);
	const char *values[4] = {j->plan, j->attempt, lease, j->progress.p};
	const struct db_call call = {.statement = CALL_JOB_PROGRESS, .values = values};
	j->asking = true;
	db_submit(h->db, DB_FAST, &call, 1, true, go_on_known, j);
}

void job_tick(struct job *j) {
	if (j->state == JOB_LEAVING && !j->telling)
		tell_end(j);
	else if (j->state < JOB_LEAVING && !j->asking)
		ask_go_on(j);
}

void job_stop(struct job *j) {
	if (j->child)
		child_kill(j->child);
}

/* -- first step: the snapshot is here -- */

enum { PLAN, ATTEMPT, PURPOSE, OPTIONS, INSTANCE, SCENARIO };

static struct str kept(struct arena *a, struct str s) {
	return (struct str){s.p ? arena_dup(a, s.p, s.n) : NULL, s.n};
}

/* The command line; NULL if the options are not a list of texts that fits. */
static const char **arguments(struct job *j, struct str options) {
	const char **ret = arena_array(j->arena, const char *, CHILD_ARGUMENTS + 1);
	json_t *list = json_loadb(options.p ? options.p : "", options.n, 0, NULL), *one;
	size_t i, n = 0;
	ret[n++] = j->repair ? "repair" : "solve";
	bool good = json_is_array(list) && json_array_size(list) <= CHILD_ARGUMENTS - 3;
	if (good)
		json_array_foreach(list, i, one) {
			good = good && json_is_string(one);
			if (json_is_string(one))
				ret[n++] = arena_strdup(j->arena, json_string_value(one));
		}
	json_decref(list);
	if (j->scenario.p) {
		ret[n++] = "--scenario";
		ret[n++] = CHILD_DOCUMENT;
	}
	return good ? ret : NULL;
}

void job_begin(struct planning *p, const struct db_result *row) {
	struct arena *a = arena_new();
	struct job *j = arena_new_of(a, struct job);
	j->planning = p;
	j->arena = a;
	j->plan = kept(a, db_value(row, 0, PLAN)).p;
	j->attempt = kept(a, db_value(row, 0, ATTEMPT)).p;
	j->instance = kept(a, db_value(row, 0, INSTANCE));
	j->scenario = kept(a, db_value(row, 0, SCENARIO));
	j->repair = str_is(db_value(row, 0, PURPOSE), "repair");
	list_append(&p->jobs, &j->link);
	const char **words = arguments(j, db_value(row, 0, OPTIONS));
	if (p->stopping) {
		job_leave(j, JOB_RETURNED);
	} else if (!words || !j->instance.p) {
		(void)err_set(&j->why, ERR_INTERNAL, NULL, "The job came without its snapshot or options.");
		job_leave(j, JOB_FAILED);
	} else {
		log_info("plan", "plan=%s attempt=%s state=running", j->plan, j->attempt);
		j->child = child_start(p->house->loop, p->house->conf,
		                       &(struct child_task){.arguments = words,
		                                            .instance = j->instance,
		                                            .document = j->scenario,
		                                            .time_ms = p->house->conf->plan_time,
		                                            .time_setting = "plan.time",
		                                            .said = job_said,
		                                            .ended = job_ended,
		                                            .ctx = j});
	}
}
