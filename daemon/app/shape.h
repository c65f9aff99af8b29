/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The shape check: JSON text → a value → judged by a closed schema.
 *
 * Schemas are a subset of JSON Schema 2020-12: `type` (one or a list with "null"), `properties`,
 * `required`, `additionalProperties: false` (every object is closed), `items`, `enum`,
 * `minLength`/`maxLength` (characters), `minimum`/`maximum`, `minItems`/`maxItems`, `uniqueItems`,
 * `format` (shape_format.h), `$ref` (the name of another schema), `description`. A schema that uses
 * anything else is refused when it is loaded: what is not checked must not be promised. */
#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

/* What the build made of schema/NAME.json. */
struct shape_source {
	const char *name, *text;
};
extern const struct shape_source shape_sources[];
extern const size_t shape_source_count;

struct shapes; /* a set of schemas that refer to one another */
struct shape;  /* one of them; lives as long as its set */

enum { SHAPE_DEPTH = 32 };

/* All of `sources`, or ERR_INTERNAL with the schema and the keyword at fault. */
must_check enum err shapes_load(const struct shape_source *sources, size_t n, struct shapes **ret,
                                struct why *reterr);
void shapes_free(struct shapes *s); /* NULL is fine */

const struct shape *shape_find(const struct shapes *s, const char *name); /* NULL: no such one */
/* The schema as loaded, for whoever describes it; borrowed. */
const json_t *shape_schema(const struct shape *shape);
/* Every schema by name, in alphabetical order; borrowed. i < shapes_count. */
size_t shapes_count(const struct shapes *s);
const char *shapes_name(const struct shapes *s, size_t i);

/* RFC 8259 text: an object or a list, UTF-8, no member twice, no NUL, at most SHAPE_DEPTH deep.
 * ERR_INVALID tells line and column. The caller owns *ret (json_decref). */
must_check enum err shape_parse(struct str text, json_t **ret, struct why *reterr);

/* ERR_INVALID at the first fault: `field` is its path ("answers[3].value", counted from 0), the
 * sentence names the member, the rule, what was sent and, where it is close, what was meant. */
must_check enum err shape_check(const struct shape *shape, const json_t *value, struct why *reterr);
