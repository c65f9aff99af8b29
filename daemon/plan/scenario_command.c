/* SPDX-License-Identifier: Apache-2.0 */
/* atelier-plan apply: an instance as a scenario has it; and the scenario of other commands. */
#include <stdio.h>

#include "base/vec.h"
#include "plan/command.h"
#include "plan/scenario.h"

#include "base/banned.h"

static int refuse(const char *name, const char *path, struct faults *faults) {
	size_t n = faults->n;
	for (size_t i = 0; i < n; i++)
		(void)fprintf(stderr, "%s %s\n", faults->at[i].path, faults->at[i].sentence);
	vec_clear(faults);
	return command_fail(EXIT_INPUT, name, "the scenario %s has %zu fault%s", path, n,
	                    n == 1 ? "" : "s");
}

int command_scenario(const char *name, const char *path, struct arena *a, struct instance **ret,
                     struct buf *text) {
	struct buf scenario = {0};
	struct faults faults = {0};
	if (!path)
		return EXIT_GOOD;
	int status = command_read(name, path, &scenario);
	if (status != EXIT_GOOD)
		return status;
	json_t *document = json_loadb(text->p, text->n, 0, NULL);
	if (scenario_apply(a, buf_str(&scenario), document, &faults) != ERR_NONE)
		status = refuse(name, path, &faults);
	else {
		char *changed = json_dumps(document, JSON_COMPACT);
		if (!changed)
			abort();
		buf_clear(text);
		buf_adds(text, changed);
		free(changed);
		if (read_instance(a, buf_str(text), ret, &faults) != ERR_NONE)
			status = command_faults(name, &faults);
	}
	json_decref(document);
	buf_clear(&scenario);
	return status;
}

int command_apply(int argc, char **argv) {
	if (argc != 2)
		return command_fail(EXIT_USAGE, "apply", "name the scenario: apply SCENARIO < INSTANCE");
	struct arena *a = arena_new();
	struct buf text = {0};
	struct instance *in;
	int status = command_wide_instance("apply", a, &in, &text);
	if (status == EXIT_GOOD)
		status = command_scenario("apply", argv[1], a, &in, &text);
	if (status == EXIT_GOOD
	    && (fwrite(text.p, 1, text.n, stdout) != text.n || putchar('\n') == EOF))
		status = command_fail(EXIT_SYSTEM, "apply", "standard output can't be written");
	buf_clear(&text);
	arena_free(a);
	return status;
}
