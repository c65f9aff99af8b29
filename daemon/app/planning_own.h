/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside planning: the queue's side (planning.c) and one job's life (planning_job.c). */
#include "app/house.h"
#include "app/planning.h"
#include "app/planning_child.h"

struct planning {
	struct house *house;
	struct list jobs;
	uv_timer_t tick, limit;
	char name[128];   /* of this process among the daemons */
	uint64_t look_at; /* uv_now when jobs are looked for again, whatever happens */
	bool taking, take_again, stopping, closed;
	struct planning_counters counters;
	void (*on_closed)(void *);
	void *on_closed_ctx;
};

enum job_state {
	JOB_WORKING, /* the child is at work */
	JOB_JUDGING, /* its answer is with the judge */
	JOB_LEAVING, /* SQL is to be told, or is being told */
	JOB_GONE,    /* told; an answer about progress may still come */
};

/* How it leaves us. */
enum job_end { JOB_DONE, JOB_FAILED, JOB_RETURNED };

struct job {
	struct list link; /* in the planning's jobs */
	struct planning *planning;
	struct arena *arena; /* of the job itself and its texts */
	const char *plan, *attempt;
	struct str instance, scenario; /* scenario {NULL,0}: none */
	bool repair;
	enum job_state state;
	enum job_end end;
	struct child *child;         /* NULL: it has ended */
	struct buf progress, answer; /* progress: the newest, as SQL wants it */
	bool asking, telling;        /* a segment about progress, about the end, is under way */
	bool cancelled;              /* SQL said not to go on */
	enum err err;                /* the judge's */
	struct why why;
	const char *refused; /* the directory for what the judge refuses; NULL: there is none */
	char kept[1200];     /* where it is, or why it is nowhere */
	uv_work_t work;
};

/* Begin with a row of api.job_take. */
void job_begin(struct planning *p, const struct db_result *row);
/* Once a second: progress and lease, or the next try to tell the end. */
void job_tick(struct job *j);
void job_stop(struct job *j); /* the daemon stops */

/* A job has gone: there is room for another, or nothing left to wait for. */
void planning_job_gone(struct planning *p);
