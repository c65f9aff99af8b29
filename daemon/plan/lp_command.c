/* SPDX-License-Identifier: Apache-2.0 */
/* atelier-plan lp: the model for a MILP solver. */
#include <inttypes.h>
#include <stdio.h>

#include "plan/command.h"
#include "plan/lp.h"

#include "base/banned.h"

int command_lp(int argc, char **argv) {
	struct arena *a = arena_new();
	struct instance *in;
	struct buf out = {0};
	(void)argv;
	if (argc != 1) {
		arena_free(a);
		return command_fail(EXIT_USAGE, "lp", "the instance is read from standard input");
	}
	int status = command_instance("lp", a, &in, NULL);
	if (status == EXIT_GOOD && lp_seats(in) > LP_SEATS_MAX)
		status = command_fail(
			EXIT_INPUT, "lp",
			"the model would have %" PRId64
			" variables for who might be in which team on which day; at most "
			"%" PRId64 " are written: give it fewer experts or requests, or narrower windows",
			lp_seats(in), LP_SEATS_MAX);
	if (status == EXIT_GOOD) {
		lp_write(&out, in);
		if (fwrite(out.p, 1, out.n, stdout) != out.n || fflush(stdout) != 0)
			status = command_fail(EXIT_SYSTEM, "lp", "standard output can't be written");
	}
	buf_clear(&out);
	arena_free(a);
	return status;
}
