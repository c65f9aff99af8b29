/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One run of the planner's program: a process with its documents and nothing else.
 *
 * It gets an empty environment, the instance on standard input, one more document at most as
 * /dev/fd/3, and no other descriptor. Its limits it sets itself (plan/limits.h). What it prints is
 * collected up to a bound; of what it says on standard error, the last line of JSON of each read is
 * told; of the other lines the first is kept as the reason and the last as what it said. All of it
 * runs on the loop and never blocks. */
#include <uv.h>

#include "base/buf.h"
#include "conf/conf.h"

enum {
	CHILD_LINE = 4096,      /* longer lines of standard error are not read */
	CHILD_SAYS = 32 << 20,  /* most octets of standard error in all */
	CHILD_ARGUMENTS = 32,   /* most arguments after the limits */
	CHILD_GRACE_MS = 2000,  /* between asking it to stop and ending it */
	CHILD_LINGER_MS = 1000, /* for its pipes to close when it has ended */
};

/* How it ended. */
struct child_end {
	enum err err;      /* ERR_NONE: exit status 0. ERR_INVALID: 2, its input has faults */
	struct why why;    /* the sentence, with what it said about it, and the setting to mend */
	struct buf output; /* what it printed; the callee may take it over by emptying it */
	bool stopped;      /* child_stop() was called */
	const char *said;  /* the last line on standard error that is no JSON, or ""; gone afterwards */
};

#define CHILD_DOCUMENT "/dev/fd/3" /* where the child finds the document */

struct child_task {
	const char *const *arguments;  /* the command and its options, ended by NULL; all kept … */
	struct str instance, document; /* … by the caller until the end; document {NULL,0}: none */
	uint64_t time_ms;              /* then it is ended */
	const char *time_setting;      /* the setting that says so */
	/* A line of JSON on standard error; the octets are gone after the call. May be NULL. */
	void (*said)(struct str line, void *ctx);
	/* Once, on the loop, never inside a call of ours; the child is gone after it. */
	void (*ended)(struct child_end *end, void *ctx);
	void *ctx;
};

struct child;

/* Settings are read now: a reload holds for the next child. Never fails: what can't be started
 * ends at once, and says why. */
struct child *child_start(uv_loop_t *loop, const struct conf *conf, const struct child_task *task);
/* Ask it to end with its best plan (SIGTERM), and end it CHILD_GRACE_MS later. */
void child_stop(struct child *c);
void child_kill(struct child *c); /* end it now */

/* The program that is run: the setting, or what stands beside this daemon. False: there is none;
 * `ret` then names where it was looked for. */
bool child_program(const struct conf *conf, char *ret, size_t room);
/* CPU time of all children that have ended, in milliseconds. */
uint64_t child_cpu_ms(void);
