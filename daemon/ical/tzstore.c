/* SPDX-License-Identifier: Apache-2.0 */
/* Zones by name: files read once, kept for the life of the process. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ical/tzif.h"

#include "base/banned.h"

enum { FILE_MAX = 64 * 1024 }; /* the largest of tzdata has 4 kB */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct tz *kept; /* newest first; nothing leaves but by tz_forget */
static char directory[256] = "/usr/share/zoneinfo";

static void forget(void) {
	while (kept) {
		struct tz *z = kept;
		kept = z->next;
		tz_clear(z);
		free(z);
	}
}

void tz_forget(void) {
	pthread_mutex_lock(&lock);
	forget();
	pthread_mutex_unlock(&lock);
}

void tz_directory(const char *dir) {
	pthread_mutex_lock(&lock);
	forget();
	(void)snprintf(directory, sizeof directory, "%s", dir);
	pthread_mutex_unlock(&lock);
}

static bool letter(char c) {
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool tz_name_ok(struct str name) {
	static const char *const housekeeping[] = {"localtime", "posixrules", "Factory"};
	if (name.n == 0 || name.n > TZ_NAME_MAX || str_starts(name, STR("posix/"))
	    || str_starts(name, STR("right/")))
		return false;
	for (size_t i = 0; i < sizeof housekeeping / sizeof *housekeeping; i++)
		if (str_is(name, housekeeping[i]))
			return false;
	int parts = 0;
	for (struct str rest = name; rest.p;) {
		struct str part = str_cut(&rest, '/');
		if (++parts > 3 || part.n == 0 || !letter(part.p[0]))
			return false;
		for (size_t i = 0; i < part.n; i++) {
			char c = part.p[i];
			if (!letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '_')
				return false;
		}
	}
	return true;
}

static enum err file_read(struct str name, char *octets, size_t *ret_n, struct why *reterr) {
	char path[sizeof directory + TZ_NAME_MAX + 2];
	(void)snprintf(path, sizeof path, "%s/%.*s", directory, STR_ARG(name));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(reterr, errno == ENOENT || errno == ENOTDIR ? ERR_INVALID : ERR_UNAVAILABLE,
		               "zone",
		               "“%.*s” is not a time zone of this system; use an IANA name such as "
		               "Europe/Brussels.",
		               STR_ARG(name));
	size_t n = 0;
	ssize_t got;
	do {
		got = read(fd, octets + n, FILE_MAX - n);
		if (got > 0)
			n += (size_t)got;
	} while ((got > 0 && n < FILE_MAX) || (got < 0 && errno == EINTR));
	int failed = got < 0 ? errno : 0;
	(void)close(fd);
	*ret_n = n;
	if (failed == EISDIR) /* "Europe" is a directory of zones */
		return err_set(reterr, ERR_INVALID, "zone",
		               "“%.*s” is a group of time zones; use one of them, such as Europe/Brussels.",
		               STR_ARG(name));
	if (failed || n == FILE_MAX)
		return err_set(reterr, ERR_UNAVAILABLE, "zone",
		               "The data of time zone “%.*s” can't be read.", STR_ARG(name));
	return ERR_NONE;
}

static enum err zone_read(struct str name, struct tz **ret, struct why *reterr) {
	char *octets = malloc(FILE_MAX);
	struct tz *z = calloc(1, sizeof *z);
	if (!octets || !z) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	size_t n = 0;
	enum err e = file_read(name, octets, &n, reterr);
	struct why why;
	if (e == ERR_NONE && (e = tz_parse((struct str){octets, n}, z, &why)) != ERR_NONE)
		(void)err_set(reterr, e, "zone", "Time zone “%.*s”: %s", STR_ARG(name), why.sentence);
	free(octets);
	if (e != ERR_NONE) {
		tz_clear(z);
		free(z);
		return e;
	}
	memcpy(z->name, name.p, name.n);
	*ret = z;
	return ERR_NONE;
}

enum err tz_load(struct str name, const struct tz **ret, struct why *reterr) {
	if (!tz_name_ok(name)) {
		bool shown = name.n <= TZ_NAME_MAX && str_utf8(name);
		return err_set(reterr, ERR_INVALID, "zone",
		               "“%.*s” is not the name of a time zone; use an IANA name such as "
		               "Europe/Brussels.",
		               shown ? (int)name.n : 0, shown && name.p ? name.p : "");
	}
	enum err e = ERR_NONE;
	pthread_mutex_lock(&lock);
	struct tz *z = kept;
	while (z && !str_is(name, z->name))
		z = z->next;
	if (!z && (e = zone_read(name, &z, reterr)) == ERR_NONE) {
		z->next = kept;
		kept = z;
	}
	pthread_mutex_unlock(&lock);
	*ret = z;
	return e;
}
