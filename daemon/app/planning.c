/* SPDX-License-Identifier: Apache-2.0 */
#include "app/planning.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/calls.h"
#include "app/planning_own.h"
#include "base/log.h"

#include "base/banned.h"

enum { TICK_MS = 1000 };

static void take(struct planning *p);

static uint64_t count_jobs(const struct planning *p) {
	uint64_t n = 0;
	list_each (&p->jobs, at)
		n++;
	return n;
}

/* -- taking -- */

static void taken(const struct db_result *r, void *ctx) {
	struct planning *p = ctx;
	p->taking = false;
	bool found = !r->err && r->rows == 1 && db_value(r, 0, 0).p;
	/* Another daemon took the same one first: the next look finds the next. */
	bool clash = strcmp(r->sqlstate, "40001") == 0;
	if (r->err && !clash && !p->closed)
		log_warn("planning", "state=waiting sqlstate=%s why=%s", r->sqlstate,
		         log_quoted(r->why->sentence));
	if (found)
		job_begin(p, r);
	if (found || clash || p->take_again)
		take(p);
	if (p->stopping)
		planning_job_gone(p);
}

static void take(struct planning *p) {
	const struct conf *conf = p->house->conf;
	struct why why;
	p->take_again = p->taking;
	if (p->taking || p->stopping || count_jobs(p) >= (uint64_t)conf->plan_jobs
	    || db_state(p->house->db, &why) != DB_READY)
		return;
	char lease[24];
	(void)snprintf(lease, sizeof lease, "%" PRIu64, (conf->plan_lease + 999) / 1000);
	const char *values[2] = {p->name, lease};
	const struct db_call calls[2] = {
		{.statement = CALL_REPEATABLE_READ},
		{.statement = CALL_JOB_TAKE, .values = values},
	};
	p->taking = true;
	p->look_at = uv_now(p->house->loop) + conf->plan_lease / 2;
	db_submit(p->house->db, DB_SLOW, calls, 2, true, taken, p);
}

void planning_wake(struct planning *p) {
	if (p->closed)
		return;
	list_each (&p->jobs, at)
		job_tick(list_entry(at, struct job, link));
	take(p);
}

static void ticked(uv_timer_t *timer) {
	struct planning *p = timer->data;
	struct list *next;
	for (struct list *at = p->jobs.next; at != &p->jobs; at = next) {
		next = at->next; /* a job that cannot be told any more goes */
		job_tick(list_entry(at, struct job, link));
	}
	if (uv_now(p->house->loop) >= p->look_at)
		take(p);
}

/* -- the end -- */

static void close_now(struct planning *p) {
	if (p->closed)
		return;
	p->closed = true;
	uv_close((uv_handle_t *)&p->tick, NULL);
	uv_close((uv_handle_t *)&p->limit, NULL);
	p->on_closed(p->on_closed_ctx);
}

static void limit_reached(uv_timer_t *timer) {
	log_warn("planning", "state=stopping why=\"not all jobs could be given back in time\"");
	close_now(timer->data);
}

void planning_job_gone(struct planning *p) {
	if (!p->stopping)
		take(p);
	else if (list_empty(&p->jobs) && !p->taking)
		close_now(p);
}

void planning_stop(struct planning *p, uint64_t ms, void (*closed)(void *), void *ctx) {
	p->stopping = true;
	p->on_closed = closed;
	p->on_closed_ctx = ctx;
	list_each (&p->jobs, at)
		job_stop(list_entry(at, struct job, link));
	(void)uv_timer_start(&p->limit, limit_reached, ms, 0);
	planning_job_gone(p);
}

/* -- the beginning -- */

struct planning *planning_new(struct house *h) {
	struct planning *p = calloc(1, sizeof *p);
	char host[UV_MAXHOSTNAMESIZE];
	size_t n = sizeof host;
	if (!p || uv_timer_init(h->loop, &p->tick) || uv_timer_init(h->loop, &p->limit))
		abort();
	p->house = h;
	list_init(&p->jobs);
	p->tick.data = p->limit.data = p;
	if (uv_os_gethostname(host, &n) != 0)
		*host = '\0';
	(void)snprintf(p->name, sizeof p->name, "%.100s:%08" PRIx32, host, h->run);
	(void)uv_timer_start(&p->tick, ticked, TICK_MS, TICK_MS);
	return p;
}

void planning_free(struct planning *p) {
	free(p);
}

bool planning_makes(const struct planning *p, struct str plan) {
	if (!p)
		return false;
	list_each (&p->jobs, at)
		if (str_is(plan, list_entry(at, struct job, link)->plan))
			return true;
	return false;
}

struct planning_counters planning_counters(const struct planning *p) {
	struct planning_counters c = p->counters;
	c.running = count_jobs(p);
	return c;
}
