/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

static const struct {
	int status;
	const char *slug, *title;
} kinds[ERR_COUNT] = {
	[ERR_NONE] = {200, "", ""},
#define ERR(name, status, slug, title) [ERR_##name] = {status, slug, title},
#include "base/err.def"
#undef ERR
};

enum err err_set(struct why *reterr, enum err kind, const char *field, const char *format, ...) {
	assert(kind > ERR_NONE && kind < ERR_COUNT);
	if (!reterr)
		return kind;
	reterr->kind = kind;
	(void)snprintf(reterr->field, sizeof reterr->field, "%s", field ? field : "");
	va_list ap;
	va_start(ap, format);
	(void)vsnprintf(reterr->sentence, sizeof reterr->sentence, format, ap);
	va_end(ap);
	str_trim_partial(reterr->field);
	str_trim_partial(reterr->sentence);
	return kind;
}

int err_status(enum err kind) {
	assert(kind < ERR_COUNT);
	return kinds[kind].status;
}

const char *err_slug(enum err kind) {
	assert(kind < ERR_COUNT);
	return kinds[kind].slug;
}

const char *err_title(enum err kind) {
	assert(kind < ERR_COUNT);
	return kinds[kind].title;
}

enum err err_of_status(int status) {
	for (int k = ERR_NONE; k < ERR_COUNT; k++)
		if (kinds[k].status == status)
			return (enum err)k;
	return ERR_INTERNAL;
}
