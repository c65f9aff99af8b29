/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/civil.h"

#include "base/banned.h"

static enum log_level least_level = LOG_LEVEL_INFO;
static bool to_journal;

void log_setup(enum log_level least, bool journal) {
	least_level = least;
	to_journal = journal;
}

bool log_wants(enum log_level level) {
	return level >= least_level;
}

void log_line(enum log_level level, const char *event, const char *format, ...) {
	static const char *const names[] = {"debug", "info", "warn", "error"};
	static const int priorities[] = {7, 6, 4, 3};
	if (!log_wants(level))
		return;
	char line[1024];
	int n;
	if (to_journal) {
		n = snprintf(line, sizeof line, "<%d>event=%s ", priorities[level], event);
	} else {
		char now[21];
		civil_format_instant((int64_t)time(NULL), now);
		n = snprintf(line, sizeof line, "time=%s level=%s event=%s ", now, names[level], event);
	}
	va_list ap;
	va_start(ap, format);
	int more = vsnprintf(line + n, sizeof line - (size_t)n - 1, format, ap);
	va_end(ap);
	n = n + more > (int)sizeof line - 2 ? (int)sizeof line - 2 : n + more;
	while (n > 0 && line[n - 1] == ' ')
		n--;
	line[n++] = '\n';
	/* One write a line, so that lines of several processes do not mix. */
	ssize_t written = write(STDERR_FILENO, line, (size_t)n);
	(void)written;
}

const char *log_quoted(const char *s) {
	static char ring[4][512];
	static unsigned next;
	char *out = ring[next++ % 4];
	struct buf b = {0};
	size_t n = strlen(s);
	buf_json(&b, (struct str){s, n > 200 ? 200 : n});
	(void)snprintf(out, sizeof ring[0], "%s", b.p);
	buf_clear(&b);
	return out;
}
