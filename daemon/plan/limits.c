/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plan/command.h"

#include "base/banned.h"

enum { GRACE_S = 2, FILES = 16, DOCUMENTS = 2, PRINTED_MAX = 256 << 20 };

struct limits {
	uint64_t cpu, memory, nice; /* 0: none */
};

static int fail(int status, const char *what, const char *why) {
	return command_fail(status, "--limits", "%s: %s", what, why);
}

static int read_one(struct str one, struct limits *ret) {
	const struct {
		const char *name;
		uint64_t most, *at;
	} known[] = {
		{"cpu", 1 << 30, &ret->cpu},
		{"memory", INT64_MAX / 2, &ret->memory},
		{"nice", 19, &ret->nice},
	};
	struct str name = str_cut(&one, '=');
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_is(name, known[i].name))
			return str_u64(one, known[i].most, known[i].at)
			           ? EXIT_GOOD
			           : fail(EXIT_USAGE, known[i].name, "this is no number it takes");
	return fail(EXIT_USAGE, "there are cpu, memory and nice", "what else is given is none of them");
}

static int set(int what, const char *name, uint64_t soft, uint64_t hard) {
	struct rlimit now, to = {soft, hard};
	if (getrlimit((__rlimit_resource_t)what, &now) == 0 && now.rlim_max < hard)
		to.rlim_max = now.rlim_max;
	if (to.rlim_cur > to.rlim_max)
		to.rlim_cur = to.rlim_max;
	return setrlimit((__rlimit_resource_t)what, &to) == 0
	           ? EXIT_GOOD
	           : fail(EXIT_SYSTEM, name, strerror(errno));
}

/* Octets of address space taken so far: more than a program's size where a sanitizer has its
 * shadow in it. */
static uint64_t mapped(void) {
	unsigned long pages = 0;
	FILE *in = fopen("/proc/self/statm", "re");
	if (in) {
		if (fscanf(in, "%lu", &pages) != 1)
			pages = 0;
		(void)fclose(in);
	}
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool is_file(int descriptor) {
	struct stat s;
	return fstat(descriptor, &s) == 0 && S_ISREG(s.st_mode);
}

static int set_all(const struct limits *l) {
	int status = EXIT_GOOD;
	uint64_t written = is_file(STDOUT_FILENO) || is_file(STDERR_FILENO) ? PRINTED_MAX : 0;
	errno = 0;
	if (l->nice && nice((int)l->nice) == -1 && errno)
		status = fail(EXIT_SYSTEM, "nice", strerror(errno));
	if (!status && l->cpu)
		status = set(RLIMIT_CPU, "cpu", l->cpu, l->cpu + GRACE_S);
	if (!status && l->memory)
		status = set(RLIMIT_AS, "memory", mapped() + l->memory, mapped() + l->memory);
	if (!status)
		status = set(RLIMIT_NOFILE, "descriptors", FILES, FILES);
	if (!status)
		status = set(RLIMIT_FSIZE, "files", written, written);
	if (!status)
		status = set(RLIMIT_CORE, "core", 0, 0);
	return status;
}

int limits_set(const char *text) {
	struct limits limits = {0};
	struct str rest = str_of(text);
	while (rest.p) {
		int status = read_one(str_cut(&rest, ','), &limits);
		if (status)
			return status;
	}
	(void)close_range(STDERR_FILENO + 1 + DOCUMENTS, ~0U, 0);
	/* Needs a user namespace where we are nobody special; without it we go on: nothing here
	 * opens a socket. */
	(void)unshare(CLONE_NEWUSER | CLONE_NEWNET);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0
	    || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return fail(EXIT_SYSTEM, "privileges can't be given up", strerror(errno));
	return set_all(&limits);
}

void limits_spent(int signal) {
	static const char words[] =
		"atelier-plan: the CPU time it may take is used up; nothing more is printed; "
		"allow it more, or ask for less\n";
	(void)signal;
	_exit(write(STDERR_FILENO, words, sizeof words - 1) < 0 ? EXIT_SYSTEM : EXIT_STOPPED);
}

void limits_guard(void) {
	struct sigaction spent = {.sa_handler = limits_spent}, ignore = {.sa_handler = SIG_IGN};
	(void)sigaction(SIGXCPU, &spent, NULL);
	(void)sigaction(SIGXFSZ, &ignore, NULL);
}
