/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* table.def as an array. */
#include <stddef.h>

struct row {
	const char *name, *raw;
	size_t n;
	const char *verdict;
	size_t verdict_n;
};

extern const struct row rows[];
extern const size_t row_count;
