/* SPDX-License-Identifier: Apache-2.0 */
/* A request body of any octets: refused with a sentence fit to be shown, or a value of its shape. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "app/shape.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct shapes *load(void) {
	struct shapes *shapes = NULL;
	struct why why;
	if (shapes_load(shape_sources, shape_source_count, &shapes, &why))
		abort();
	return shapes;
}

static void check_why(const struct why *why) {
	assert(why->kind == ERR_INVALID);
	assert(*why->sentence && str_utf8(str_of(why->sentence)) && str_utf8(str_of(why->field)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	static struct shapes *shapes;
	struct why why = {0};
	json_t *value = NULL;
	if (!shapes)
		shapes = load();
	if (shape_parse((struct str){(const char *)data, size}, &value, &why)) {
		assert(!value);
		check_why(&why);
		return 0;
	}
	for (size_t i = 0; i < shapes_count(shapes); i++) {
		const struct shape *shape = shape_find(shapes, shapes_name(shapes, i));
		why = (struct why){0};
		if (shape_check(shape, value, &why))
			check_why(&why);
	}
	json_decref(value);
	return 0;
}
