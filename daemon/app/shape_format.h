/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `format` may say of a text. */
#include <stdbool.h>

#include "base/str.h"

struct shape_format {
	const char *name;
	const char *phrase; /* "a date such as 2027-03-01 (YYYY-MM-DD)" */
	const char
		*pattern; /* ECMA-262, for readers of openapi.json; NULL where they know the format */
	bool (*fits)(struct str text);
};

const struct shape_format *shape_format_find(const char *name); /* NULL: no such format */
