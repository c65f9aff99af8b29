/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One line an event, in logfmt, on standard error (journald reads the <N> prefix of
 * sd-daemon(3) when asked). Functions log xor return errors; below app/ nothing logs above
 * debug. Never a secret: a token shows as its selector. */
#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

void log_setup(enum log_level least, bool journal); /* default: info, plain */
bool log_wants(enum log_level level);

/* log_info("listening", "address=%s port=%d", a, p): `event` is a short constant; values that
 * come from outside go through log_quoted. */
void log_line(enum log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
#define log_debug(...)                                                                             \
	(log_wants(LOG_LEVEL_DEBUG) ? log_line(LOG_LEVEL_DEBUG, __VA_ARGS__) : (void)0)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)

/* A logfmt value: quoted, controls escaped, cut at 200 octets. Lives in a ring of four: use it
 * in the same statement. */
const char *log_quoted(const char *s);
