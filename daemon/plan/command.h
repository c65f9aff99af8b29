/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the subcommands of atelier-plan share. Each is one function: its own arguments (argv[0] is
 * its name), the instance on standard input, an exit status. */
#include "base/buf.h"
#include "plan/read.h"

enum {
	EXIT_GOOD = 0,
	EXIT_REFUSED = 1, /* the answer is no: a plan that is not valid */
	EXIT_INPUT = 2,   /* a document with faults, or none */
	EXIT_USAGE = 64,
	EXIT_SYSTEM = 70,  /* reading or writing failed */
	EXIT_MEMORY = 71,  /* there is no more of it */
	EXIT_STOPPED = 75, /* before there was anything to say */
};

struct command {
	const char *name, *arguments, *help;
	int (*run)(int argc, char **argv);
};

int command_apply(int argc, char **argv);
int command_check(int argc, char **argv);
int command_lp(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_repair(int argc, char **argv);
int command_solve(int argc, char **argv);

/* From now on the process ends with EXIT_MEMORY and a sentence when memory is used up, whoever asked
 * for it. */
void command_guard_memory(void);

/* "atelier-plan NAME: " and the sentence, on standard error; returns the status. */
int command_fail(int status, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* All of a file (NULL: standard input) into b, which is the caller's to clear. EXIT_GOOD, or a
 * status after saying why. */
int command_read(const char *name, const char *path, struct buf *b);

/* The instance on standard input, in the arena; its text goes to *ret_text unless that is NULL.
 * EXIT_GOOD, or a status after listing every fault on standard error, one a line with its path. */
int command_instance(const char *name, struct arena *a, struct instance **ret,
                     struct buf *ret_text);

/* The instance of command_instance() and its text, as the scenario in the file has them (NULL: as
 * they are). Otherwise as command_instance(). */
int command_scenario(const char *name, const char *path, struct arena *a, struct instance **ret,
                     struct buf *text);

/* The same for who knows the rules that make items depend on one another (is_wide()); without it an
 * instance with such a rule is refused. */
int command_wide_instance(const char *name, struct arena *a, struct instance **ret,
                          struct buf *ret_text);

/* Lists the faults and clears them; EXIT_INPUT if there are any. */
int command_faults(const char *name, struct faults *faults);
