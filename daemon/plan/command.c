/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/command.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"

#include "base/banned.h"

enum { INPUT_MAX = 256 << 20 };

/* Where memory runs out the program calls abort(); so does a failed assertion, which isn't this. */
static void last_words(int signal) {
	static const char words[] = "atelier-plan: there is no memory left; nothing more is printed; "
								"allow it more, or give it a smaller instance\n";
	(void)signal;
	if (errno != ENOMEM)
		return;
	if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
		_exit(EXIT_SYSTEM);
	_exit(EXIT_MEMORY);
}

/* A document that is cut short for want of memory must not pass for one with faults. */
static void *take_memory(size_t n) {
	void *p = malloc(n);
	if (!p)
		abort();
	return p;
}

void command_guard_memory(void) {
	struct sigaction action = {.sa_handler = last_words, .sa_flags = (int)SA_RESETHAND};
	(void)sigaction(SIGABRT, &action, NULL);
	json_set_alloc_funcs(take_memory, free);
}

int command_fail(int status, const char *name, const char *format, ...) {
	va_list ap;
	va_start(ap, format);
	(void)fprintf(stderr, "atelier-plan %s: ", name);
	(void)vfprintf(stderr, format, ap);
	(void)fputc('\n', stderr);
	va_end(ap);
	return status;
}

int command_read(const char *name, const char *path, struct buf *b) {
	FILE *in = path ? fopen(path, "rb") : stdin;
	if (!in)
		return command_fail(EXIT_INPUT, name, "%s: %s", path, strerror(errno));
	enum { CHUNK = 1 << 16 };
	size_t n;
	while ((n = fread(buf_reserve(b, CHUNK), 1, CHUNK, in)) > 0 && b->n <= INPUT_MAX)
		b->n += n;
	bool failed = ferror(in);
	if (path)
		(void)fclose(in);
	if (failed)
		return command_fail(EXIT_SYSTEM, name, "%s can't be read", path ? path : "standard input");
	if (b->n > INPUT_MAX)
		return command_fail(EXIT_INPUT, name, "%s is larger than %d MB",
		                    path ? path : "standard input", INPUT_MAX >> 20);
	return EXIT_GOOD;
}

int command_faults(const char *name, struct faults *faults) {
	size_t n = faults->n;
	for (size_t i = 0; i < n; i++)
		(void)fprintf(stderr, "%s %s\n", faults->at[i].path, faults->at[i].sentence);
	vec_clear(faults);
	if (n == 0)
		return EXIT_GOOD;
	return command_fail(EXIT_INPUT, name, "the instance has %zu fault%s", n, n == 1 ? "" : "s");
}

int command_wide_instance(const char *name, struct arena *a, struct instance **ret,
                          struct buf *ret_text) {
	struct buf own = {0}, *text = ret_text ? ret_text : &own;
	struct faults faults = {0};
	int status = command_read(name, NULL, text);
	if (status == EXIT_GOOD && read_instance(a, buf_str(text), ret, &faults) != ERR_NONE)
		status = command_faults(name, &faults);
	buf_clear(&own);
	return status;
}

int command_instance(const char *name, struct arena *a, struct instance **ret,
                     struct buf *ret_text) {
	int status = command_wide_instance(name, a, ret, ret_text);
	if (status == EXIT_GOOD && is_wide(*ret))
		status = command_fail(EXIT_INPUT, name,
		                      "$.rules has chaining, sessions or accrual; solve and check know "
		                      "these rules, %s does not: leave them out",
		                      name);
	return status;
}
