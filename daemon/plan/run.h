/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Search and proof together, until the units or the time are used up, somebody says stop, or they
 * meet. Progress goes to standard error, a line of JSON at least four times a second.
 *
 * For programs: a run looks at the clock, and SIGTERM and SIGINT end it. */
#include <getopt.h>

#include "plan/proof.h"

struct run_options {
	uint64_t seed, units; /* units: to be done; 0: until `ms` */
	bool timed;           /* `ms` was given */
	int64_t ms, since;    /* since: the clock_ms() the time counts from; 0: run_new() */
	int threads;          /* 2: the proof has one of its own */
};
#define RUN_DEFAULTS ((struct run_options){.ms = 10000, .threads = 1})

/* For getopt_long(); run_option() takes what it returns, and is false after complaining. */
#define RUN_SEED                                                                                   \
	{ "seed", required_argument, NULL, 's' }
#define RUN_UNITS                                                                                  \
	{ "units", required_argument, NULL, 'u' }
#define RUN_TIME                                                                                   \
	{ "time", required_argument, NULL, 't' }
#define RUN_THREADS                                                                                \
	{ "threads", required_argument, NULL, 'j' }
#define RUN_OPTIONS RUN_SEED, RUN_UNITS, RUN_TIME, RUN_THREADS
bool run_option(const char *command, struct run_options *o, int option, const char *text);

/* A whole number up to `most`, or with `thousandths` a decimal number in thousandths; false after
 * complaining. */
bool run_number(const char *command, const char *text, int64_t most, bool thousandths,
                int64_t *ret);

int64_t clock_ms(void);

/* From now on SIGTERM, SIGINT and SIGXCPU say stop. Until run_ready() there is nothing a plan could
 * be made of, and they end the program at once with EXIT_STOPPED and a sentence; then, this run and
 * all that follow. */
void run_listen(void);
void run_ready(void);
bool run_stopped(void);

/* One line of progress; before there is a plan, value and bound are null. */
void run_tell_none(const struct instance *in, int64_t since);
void run_tell(const struct plan *p, int64_t bound, uint64_t units, int64_t since);

struct run;

/* The instance must outlive it, and not change before run_work() has ended. */
struct run *run_new(const struct instance *in, const struct run_options *o);
void run_free(struct run *run); /* NULL is fine */

/* To the first plan: this one, which must be valid; NULL: from the pinned items alone. */
void run_begin(struct run *run, const struct plan *from);

/* Likewise, unless it has begun, and on from there. When it ends, nothing works on the instance any
 * more. */
void run_work(struct run *run, const struct plan *from);

/* The same for who has plans from elsewhere: no search, but the proof's own thread until now, or
 * else its work up to so many units. */
void run_prove(struct run *run, uint64_t units);

/* After run_work() or run_prove(), which has no best. */
const struct plan *run_best(const struct run *run);         /* valid as long as the run */
int64_t run_bound(const struct run *run);                   /* INT64_MAX: none */
void run_certificate(const struct run *run, struct buf *b); /* of that bound; or nothing */
uint64_t run_units(const struct run *run);
uint64_t run_seed(const struct run *run);
struct search *run_search(const struct run *run);
