/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The jobs that make plans. SQL keeps the queue (api.job_*), a child does the work
 * (planning_child.h), and this runs between them:
 *
 *   job_taken    its snapshot is here: one transaction, repeatable read → the child
 *   job_said     a line of progress: kept in memory, told to who listens (live.h); once a second to
 *                SQL, which renews the lease and answers whether to go on
 *   job_ended    the child is gone: what it printed goes to the judge, in a worker
 *   job_judged   api.job_done, or api.job_failed with a sentence; nothing that the judge refuses is
 *                ever stored
 *
 * Jobs are looked for at the start, when somebody says NOTIFY 'plans', when one has ended, and
 * twice a lease, for those that another daemon left behind. While the database is away the child
 * works on, and the answer waits; another daemon may have the job by then, and SQL knows.
 *
 * Stopping: children are ended at once and their jobs given back to the queue, so that a restart
 * costs a job time and never its result; an answer that is there already is still stored. */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct house;
struct planning;

struct planning *planning_new(struct house *h);
void planning_free(struct planning *p); /* after the loop; NULL is fine */

/* There may be a job to take or a wish to cancel: after NOTIFY 'plans' and each new connection. */
void planning_wake(struct planning *p);

/* Does this process make this plan now? NULL makes none. */
bool planning_makes(const struct planning *p, struct str plan);

/* `closed` runs once: when all jobs are given back or stored, or after `ms`. */
void planning_stop(struct planning *p, uint64_t ms, void (*closed)(void *), void *ctx);

struct planning_counters {
	uint64_t running; /* now */
	uint64_t solved, failed, cancelled, returned;
};
struct planning_counters planning_counters(const struct planning *p);
