/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The command line: `atelierd [-c FILE] [COMMAND]`. */
#include <stdio.h>

#include "base/err.h"

enum command {
	COMMAND_SERVE,
	COMMAND_CHECK_CONFIG,
	COMMAND_PRINT_CONFIG,
	COMMAND_PRINT_SAMPLE_CONFIG,
	COMMAND_MIGRATE,
	COMMAND_CREATE_TOKEN,
	COMMAND_VERSION,
	COMMAND_HELP,
};

struct options {
	enum command command;
	const char *conf_path;                     /* NULL: every setting has its default */
	const char *sqldir;                        /* of --migrate; NULL: the installed one */
	const char *role, *label, *expert, *donor; /* of --create-token; NULL: not given */
	int days;                                  /* until it expires; 0: never */
};

/* Strings point into argv. ERR_INVALID with one sentence for anything that is not as options_help
 * says. */
must_check enum err options_read(int argc, char **argv, struct options *ret, struct why *reterr);
void options_help(FILE *out);
