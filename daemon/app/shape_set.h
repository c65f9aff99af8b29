/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside the shape check: what shape_load.c builds and shape.c reads. */
#include "app/shape.h"

struct shape {
	const char *name;
	json_t *schema;
	const struct shapes *set;
};

struct shapes {
	struct shape *at; /* by name */
	size_t n;
};
