/* SPDX-License-Identifier: Apache-2.0 */
#include "app/planning_refused.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

#define BEFORE "refused-"
#define AFTER ".json"

static enum err refuse(struct why *reterr, const char *name, int error) {
	return err_set(reterr, ERR_UNAVAILABLE, NULL, "%.200s: %s", name, strerror(error));
}

static bool is_ours(const char *name) {
	struct str s = str_of(name);
	return str_starts(s, STR(BEFORE)) && str_ends(s, STR(AFTER));
}

static bool is_before(struct timespec a, struct timespec b) {
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

/* How many are there, and which is the oldest; 0 if it cannot be known. */
static size_t count(int dir, char oldest[NAME_MAX + 1]) {
	struct timespec since = {0};
	const struct dirent *entry;
	struct stat is;
	size_t n = 0;
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = again < 0 ? NULL : fdopendir(again);
	while (list && (entry = readdir(list))) {
		if (!is_ours(entry->d_name) || fstatat(dir, entry->d_name, &is, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (n++ == 0 || is_before(is.st_mtim, since)) {
			since = is.st_mtim;
			(void)snprintf(oldest, NAME_MAX + 1, "%s", entry->d_name);
		}
	}
	if (list)
		(void)closedir(list);
	else if (again >= 0)
		(void)close(again);
	return n;
}

static void make_room(int dir) {
	char oldest[NAME_MAX + 1];
	while (count(dir, oldest) >= REFUSED_MOST)
		if (unlinkat(dir, oldest, 0) != 0)
			return;
}

/* 0, or why not. */
static int write_all(int file, struct str s) {
	while (s.n) {
		ssize_t n = write(file, s.p, s.n);
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			s = (struct str){s.p + n, s.n - (size_t)n};
	}
	return 0;
}

/* 0, or why not; a file that is there goes first, whatever it is. */
static int write_new(int dir, const char *name, struct str answer) {
	(void)unlinkat(dir, name, 0);
	int file = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return errno;
	if (answer.n > REFUSED_OCTETS)
		answer.n = REFUSED_OCTETS;
	int error = write_all(file, answer);
	if (close(file) != 0 && !error)
		error = errno;
	if (error)
		(void)unlinkat(dir, name, 0);
	return error;
}

static bool is_word(const char *s) {
	for (const char *c = s; *c; c++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-", *c))
			return false;
	return *s != '\0';
}

enum err refused_keep(const char *dir, const char *plan, const char *attempt, struct str answer,
                      char *ret, size_t room, struct why *reterr) {
	char name[NAME_MAX + 1];
	int n = snprintf(name, sizeof name, BEFORE "%s-%s" AFTER, plan, attempt);
	if (!is_word(plan) || !is_word(attempt) || (size_t)n >= sizeof name)
		return err_set(reterr, ERR_UNAVAILABLE, NULL, "The plan's id makes no name of a file.");
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return refuse(reterr, dir, errno);
	make_room(at);
	int error = write_new(at, name, answer);
	(void)close(at);
	if (error)
		return refuse(reterr, dir, error);
	(void)snprintf(ret, room, "%s/%s", dir, name);
	return ERR_NONE;
}
