/* SPDX-License-Identifier: Apache-2.0 */
/* atelier-plan: one subcommand a run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "plan/command.h"
#include "plan/limits.h"

#include "base/banned.h"

static const struct command commands[] = {
	{"solve",
     "[--seed N] [--units U | --time S] [--threads N] [--baseline-weight W]\n"
     "        [--scenario SCENARIO] < INSTANCE",
     "the best plan to be found, and what no plan is worth more than", command_solve},
	{"repair",
     "[--scenario SCENARIO] [--frozen DATE] [--weights N,…] [--seed N] [--units U | --time S]\n"
     "        < INSTANCE",
     "the released plan (the baseline) made possible again: few changes, or more for more value",
     command_repair},
	{"apply", "SCENARIO < INSTANCE", "the instance as a scenario has it", command_apply},
	{"check", "[--explain] [--bound] PLAN < INSTANCE",
     "judge a plan: every rule, its value, its gap; with --explain the reasons it gives,\n"
     "      with --bound the certificate of its bound",
     command_check},
	{"explain", "(--request ID … | --all) [--date DATE] [--plan PLAN] < INSTANCE",
     "why a request is not in the plan (the released one), and what would let it in",
     command_explain},
	{"lp", "< INSTANCE", "the whole problem as a mixed-integer program, in CPLEX LP format",
     command_lp},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void describe(FILE *to, const struct command *c) {
	(void)fprintf(to, "  %s %s\n      %s\n", c->name, c->arguments, c->help);
}

static void usage(FILE *to) {
	(void)fputs("usage: atelier-plan [--limits LIMITS] COMMAND [ARGUMENT …]\n", to);
	for (int i = 0; i < COMMANDS; i++)
		describe(to, &commands[i]);
	(void)fputs("  --help, --version\n"
	            "INSTANCE is an atelier-instance/1 document, PLAN an atelier-plan/1 document,\n"
	            "SCENARIO an atelier-scenario/1 document.\n"
	            "Exit status: 0 good, 1 the plan is not valid, 2 a document has faults (each is\n"
	            "listed with its JSON path), 64 wrong arguments, 71 no memory left, 75 stopped\n"
	            "before there was a plan.\n",
	            to);
}

static bool asks_for_help(int argc, char **argv) {
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

/* argv[0] is the command's name. */
static int run(const struct command *c, int argc, char **argv) {
	char me[32];
	if (asks_for_help(argc - 1, argv + 1)) {
		(void)fputs("usage: atelier-plan [--limits LIMITS]\n", stdout);
		describe(stdout, c);
		return fflush(stdout) == 0 ? EXIT_GOOD : EXIT_SYSTEM;
	}
	/* What getopt complains of begins with this, as all else does. */
	(void)snprintf(me, sizeof me, "atelier-plan %s", c->name);
	argv[0] = me;
	int status = c->run(argc, argv);
	if (fflush(stdout) != 0)
		return command_fail(EXIT_SYSTEM, c->name, "standard output can't be written");
	return status;
}

int main(int argc, char **argv) {
	command_guard_memory();
	limits_guard();
	if (argc > 2 && strcmp(argv[1], "--limits") == 0) {
		int status = limits_set(argv[2]);
		if (status)
			return status;
		argc -= 2, argv += 2;
	}
	const char *word = argc > 1 ? argv[1] : "";
	if (strcmp(word, "--version") == 0)
		return puts("atelier-plan " PACKAGE_VERSION) < 0;
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		usage(stdout);
		return EXIT_GOOD;
	}
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(word, commands[i].name) == 0)
			return run(&commands[i], argc - 1, argv + 1);
	if (*word)
		(void)fprintf(stderr, "atelier-plan: there is no command \"%s\"\n", word);
	usage(stderr);
	return EXIT_USAGE;
}
