/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/setting.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

enum { reload_no, reload_yes };

/* clang-format off */
#define CONF(section, key, type, def, min, max, reloadable, help)                                  \
	{#section, #key, CONF_##type, def, min, max, reload_##reloadable, help,                        \
	 offsetof(struct conf, section##_##key)},
/* clang-format on */
const struct setting settings[] = {
#include "conf/conf.def"
};
#undef CONF
const size_t setting_count = sizeof settings / sizeof *settings;

/* A text's longest value fits the room that setting_write is given. */
#define CONF(section, key, type, def, min, max, reloadable, help)                                  \
	_Static_assert(CONF_##type != CONF_TEXT || (max > 0 && max < SETTING_VALUE), #section "." #key);
#include "conf/conf.def"
#undef CONF

struct unit {
	const char *name;
	uint64_t size;
};

/* Smallest first: a value is written with the largest unit that divides it. */
static const struct unit plain[] = {{"", 1}, {0}};
static const struct unit durations[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {0}};
static const struct unit sizes[] = {{"", 1}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {0}};

static const char *const flags[] = {"no", "yes", NULL};
static const char *const levels[] = {"debug", "info", "warn", "error", NULL};

static const struct unit *units_of(enum conf_type type) {
	return type == CONF_MS ? durations : type == CONF_SIZE ? sizes : plain;
}

static bool number(struct str s, const struct unit *units, uint64_t *ret) {
	size_t digits = 0;
	uint64_t v;
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (!str_u64((struct str){s.p, digits}, INT64_MAX, &v))
		return false;
	struct str name = {s.p + digits, s.n - digits};
	for (const struct unit *u = units; u->name; u++)
		if (str_ieq(name, str_of(u->name)) && v <= INT64_MAX / u->size) {
			*ret = v * u->size;
			return true;
		}
	return false;
}

static bool word(struct str s, const char *const *words, uint64_t *ret) {
	for (uint64_t i = 0; words[i]; i++)
		if (str_ieq(s, str_of(words[i]))) {
			*ret = i;
			return true;
		}
	return false;
}

static bool clean(struct str s) {
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return str_utf8(s);
}

/* Is it of the type's form? *ret: the number, the place among the words, or the text's octets. */
static bool understood(enum conf_type type, struct str v, uint64_t *ret) {
	switch (type) {
	case CONF_TEXT: *ret = v.n; return clean(v);
	case CONF_FLAG: return word(v, flags, ret);
	case CONF_LEVEL: return word(v, levels, ret);
	case CONF_INT:
	case CONF_MS:
	case CONF_SIZE: return number(v, units_of(type), ret);
	}
	return false;
}

const char *setting_form(enum conf_type type) {
	static const char *const forms[] = {
		[CONF_TEXT] = "UTF-8 text without control characters",
		[CONF_INT] = "a whole number, such as 64",
		[CONF_MS] = "a duration with its unit, such as 250ms, 5s, 2m or 1h",
		[CONF_SIZE] = "a count of octets, such as 512, 64k or 1m",
		[CONF_FLAG] = "yes or no",
		[CONF_LEVEL] = "debug, info, warn or error",
	};
	return forms[type];
}

static void write_units(char *ret, size_t room, uint64_t v, const struct unit *units) {
	const struct unit *best = units;
	for (const struct unit *u = units; u->name; u++)
		if (v != 0 && v % u->size == 0)
			best = u;
	(void)snprintf(ret, room, "%llu%s", (unsigned long long)(v / best->size), best->name);
}

void setting_bound(const struct setting *s, uint64_t bound, char ret[32]) {
	write_units(ret, 32, bound, units_of(s->type));
}

bool setting_read(const struct setting *s, const char *value, struct arena *a, struct conf *c,
                  char *reason, size_t room) {
	char got[32], low[32], high[32];
	uint64_t v = 0;
	void *at = (char *)c + s->at;
	if (!*value && (s->type != CONF_TEXT || s->min > 0)) {
		(void)snprintf(reason, room, "no value; write %s, or leave the line out for %s",
		               s->type == CONF_TEXT ? "one" : setting_form(s->type), s->preset);
		return false;
	}
	if (!understood(s->type, str_of(value), &v)) {
		(void)snprintf(reason, room, "%s%.60s%s; write %s", s->type == CONF_TEXT ? "" : "\"",
		               s->type == CONF_TEXT ? "the value has other octets in it" : value,
		               s->type == CONF_TEXT ? "" : "\" is not understood", setting_form(s->type));
		return false;
	}
	if (s->max > 0 && (v < s->min || v > s->max)) {
		setting_bound(s, v, got);
		setting_bound(s, s->min, low);
		setting_bound(s, s->max, high);
		(void)snprintf(reason, room, "%s%s is out of range; write %s to %s%s", got,
		               s->type == CONF_TEXT ? " octets of text" : "", low, high,
		               s->type == CONF_TEXT ? " octets" : "");
		return false;
	}
	switch (s->type) {
	case CONF_TEXT: *(const char **)at = arena_strdup(a, value); break;
	case CONF_INT: *(int64_t *)at = (int64_t)v; break;
	case CONF_MS:
	case CONF_SIZE: *(uint64_t *)at = v; break;
	case CONF_FLAG: *(bool *)at = v == 1; break;
	case CONF_LEVEL: *(enum log_level *)at = (enum log_level)v; break;
	}
	return true;
}

void setting_write(const struct setting *s, const struct conf *c, char ret[SETTING_VALUE]) {
	const void *at = (const char *)c + s->at;
	const char *text = NULL;
	switch (s->type) {
	case CONF_TEXT: text = *(const char *const *)at; break;
	case CONF_FLAG: text = flags[*(const bool *)at]; break;
	case CONF_LEVEL: text = levels[*(const enum log_level *)at]; break;
	case CONF_INT: write_units(ret, SETTING_VALUE, (uint64_t) * (const int64_t *)at, plain); return;
	case CONF_MS:
	case CONF_SIZE:
		write_units(ret, SETTING_VALUE, *(const uint64_t *)at, units_of(s->type));
		return;
	}
	(void)snprintf(ret, SETTING_VALUE, "%s", text);
}

bool setting_equal(const struct setting *s, const struct conf *a, const struct conf *b) {
	char one[SETTING_VALUE], two[SETTING_VALUE];
	setting_write(s, a, one);
	setting_write(s, b, two);
	return strcmp(one, two) == 0;
}

void setting_copy(const struct setting *s, const struct conf *from, struct arena *a,
                  struct conf *to) {
	char value[SETTING_VALUE], reason[8];
	setting_write(s, from, value);
	(void)setting_read(s, value, a, to, reason, sizeof reason);
}
