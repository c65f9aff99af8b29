/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The table conf.def as rows, and one value's way between text and struct conf. Private to conf/. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "conf/conf.h"

enum conf_type { CONF_TEXT, CONF_INT, CONF_MS, CONF_SIZE, CONF_FLAG, CONF_LEVEL };

struct setting {
	const char *section, *key;
	enum conf_type type;
	const char *preset; /* as a file would write it */
	uint64_t min, max;  /* of the number, or of the text's octets; max 0: no bounds */
	bool reloadable;
	const char *help;
	size_t at; /* its place in struct conf */
};

extern const struct setting settings[];
extern const size_t setting_count;

enum { SETTING_VALUE = 1100 }; /* room for any value as text (the longest text's max, and NUL) */

/* Read `value` into its place in *c; text is copied into `a`. False: `reason` (of `room` octets)
 * tells what is wrong and what to write instead, and *c is as it was. */
bool setting_read(const struct setting *s, const char *value, struct arena *a, struct conf *c,
                  char *reason, size_t room);

/* The value in *c as a file would write it: reading it gives the same value again. */
void setting_write(const struct setting *s, const struct conf *c, char ret[SETTING_VALUE]);

bool setting_equal(const struct setting *s, const struct conf *a, const struct conf *b);
void setting_copy(const struct setting *s, const struct conf *from, struct arena *a,
                  struct conf *to);

/* "a duration with its unit, such as 250ms, 5s, 2m or 1h" */
const char *setting_form(enum conf_type type);
/* A bound of this setting, with the unit its file would use. */
void setting_bound(const struct setting *s, uint64_t bound, char ret[32]);
