/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas are judged before they judge: unknown keywords, open objects, names that lead nowhere. */
#include <assert.h>
#include <stdlib.h>

#include "app/shape_format.h"
#include "app/shape_set.h"

#include "base/banned.h"

static const char *const type_names[] = {"object", "array",   "string", "integer",
                                         "number", "boolean", "null"};

struct loading {
	const struct shapes *set;
	const char *name; /* of the schema at hand */
	struct why *reterr;
};

static enum err fault(const struct loading *l, const char *keyword, const char *what) {
	return err_set(l->reterr, ERR_INTERNAL, l->name, "schema %s: \"%s\" %s.", l->name, keyword,
	               what);
}

static bool is_type_name(const json_t *v) {
	const char *name = json_string_value(v);
	for (size_t i = 0; name && i < sizeof type_names / sizeof *type_names; i++)
		if (str_is(str_of(name), type_names[i]))
			return true;
	return false;
}

static bool is_texts(const json_t *v) {
	size_t i;
	const json_t *item;
	if (!json_is_array(v))
		return false;
	json_array_foreach(v, i, item) {
		if (!json_is_string(item))
			return false;
	}
	return true;
}

static enum err load_type(const struct loading *l, const json_t *v) {
	size_t i;
	const json_t *item;
	if (is_type_name(v))
		return ERR_NONE;
	if (!json_is_array(v) || json_array_size(v) == 0)
		return fault(l, "type", "must be a type or a list of types");
	json_array_foreach(v, i, item) {
		if (!is_type_name(item))
			return fault(l, "type", "names a type there is not");
	}
	return ERR_NONE;
}

static enum err load_enum(const struct loading *l, const json_t *v) {
	size_t i;
	const json_t *item;
	if (!json_is_array(v) || json_array_size(v) == 0)
		return fault(l, "enum", "must be a list with something in it");
	json_array_foreach(v, i, item) {
		if (!json_is_string(item) && !json_is_null(item))
			return fault(l, "enum", "may hold texts and null only");
	}
	return ERR_NONE;
}

static enum err load_required(const struct loading *l, const json_t *v, const json_t *properties) {
	size_t i;
	const json_t *item;
	if (!is_texts(v))
		return fault(l, "required", "must be a list of texts");
	json_array_foreach(v, i, item) {
		if (!json_object_get(properties, json_string_value(item)))
			return fault(l, json_string_value(item), "is required and not a property");
	}
	return ERR_NONE;
}

static bool is_count(const json_t *v) {
	return json_is_integer(v) && json_integer_value(v) >= 0;
}

static enum err load_schema(const struct loading *l, const json_t *schema);

static enum err load_properties(const struct loading *l, const json_t *v) {
	const char *key;
	json_t *child;
	if (!json_is_object(v))
		return fault(l, "properties", "must be an object");
	json_object_foreach((json_t *)v, key, child) {
		enum err err = load_schema(l, child);
		if (err)
			return err;
	}
	return ERR_NONE;
}

static enum err load_ref(const struct loading *l, const json_t *schema, const json_t *v) {
	const char *name = json_string_value(v);
	if (!name || !shape_find(l->set, name))
		return fault(l, name ? name : "$ref", "is referred to and there is no such schema");
	if (json_object_size(schema) > (json_object_get(schema, "description") ? 2u : 1u))
		return fault(l, "$ref", "may stand beside a description only");
	return ERR_NONE;
}

static enum err load_keyword(const struct loading *l, const json_t *schema, const char *key,
                             const json_t *v) {
	struct str k = str_of(key);
	if (str_is(k, "type"))
		return load_type(l, v);
	if (str_is(k, "enum"))
		return load_enum(l, v);
	if (str_is(k, "properties"))
		return load_properties(l, v);
	if (str_is(k, "required"))
		return load_required(l, v, json_object_get(schema, "properties"));
	if (str_is(k, "items"))
		return load_schema(l, v);
	if (str_is(k, "$ref"))
		return load_ref(l, schema, v);
	bool good;
	if (str_is(k, "additionalProperties"))
		good = json_is_false(v);
	else if (str_is(k, "minLength") || str_is(k, "maxLength") || str_is(k, "minItems")
	         || str_is(k, "maxItems"))
		good = is_count(v);
	else if (str_is(k, "minimum") || str_is(k, "maximum"))
		good = json_is_number(v);
	else if (str_is(k, "uniqueItems"))
		good = json_is_boolean(v);
	else if (str_is(k, "description"))
		good = json_is_string(v);
	else if (str_is(k, "format"))
		good = json_is_string(v) && shape_format_find(json_string_value(v));
	else
		return fault(l, key, "is not a keyword of the subset");
	return good ? ERR_NONE : fault(l, key, "has a value it cannot have");
}

static enum err load_schema(const struct loading *l, const json_t *schema) {
	const char *key;
	json_t *v;
	if (!json_is_object(schema))
		return fault(l, "schema", "must be an object");
	if (!json_object_get(schema, "type") && !json_object_get(schema, "$ref"))
		return fault(l, "type", "is missing");
	if (json_object_get(schema, "properties")
	    && !json_is_false(json_object_get(schema, "additionalProperties")))
		return fault(l, "properties", "needs \"additionalProperties\": false beside it");
	json_object_foreach((json_t *)schema, key, v) {
		enum err err = load_keyword(l, schema, key, v);
		if (err)
			return err;
	}
	return ERR_NONE;
}

/* How many levels a value of this schema can have; past SHAPE_DEPTH it goes in circles. */
static size_t depth(const struct shapes *set, const json_t *schema, size_t above) {
	const char *ref = json_string_value(json_object_get(schema, "$ref"));
	if (above > SHAPE_DEPTH)
		return above;
	if (ref)
		return depth(set, shape_find(set, ref)->schema, above + 1);
	size_t deepest = above;
	const char *key;
	json_t *child;
	json_object_foreach(json_object_get(schema, "properties"), key, child) {
		size_t d = depth(set, child, above + 1);
		deepest = d > deepest ? d : deepest;
	}
	const json_t *items = json_object_get(schema, "items");
	size_t d = items ? depth(set, items, above + 1) : 0;
	return d > deepest ? d : deepest;
}

static int by_name(const void *a, const void *b) {
	return strcmp(((const struct shape *)a)->name, ((const struct shape *)b)->name);
}

static enum err parse_all(struct shapes *set, const struct shape_source *sources, size_t n,
                          struct why *reterr) {
	for (size_t i = 0; i < n; i++) {
		json_error_t error;
		struct shape *shape = &set->at[set->n];
		shape->name = sources[i].name;
		shape->set = set;
		shape->schema = json_loads(sources[i].text, JSON_REJECT_DUPLICATES, &error);
		if (!shape->schema)
			return err_set(reterr, ERR_INTERNAL, shape->name, "schema %s: line %d, column %d: %s.",
			               shape->name, error.line, error.column, error.text);
		set->n++;
	}
	qsort(set->at, set->n, sizeof *set->at, by_name);
	for (size_t i = 1; i < set->n; i++)
		if (str_is(str_of(set->at[i].name), set->at[i - 1].name))
			return err_set(reterr, ERR_INTERNAL, set->at[i].name,
			               "schema %s: there are two of that name.", set->at[i].name);
	return ERR_NONE;
}

static enum err judge_all(const struct shapes *set, struct why *reterr) {
	for (size_t i = 0; i < set->n; i++) {
		struct loading l = {set, set->at[i].name, reterr};
		enum err err = load_schema(&l, set->at[i].schema);
		if (err)
			return err;
	}
	for (size_t i = 0; i < set->n; i++) {
		struct loading l = {set, set->at[i].name, reterr};
		if (depth(set, set->at[i].schema, 0) > SHAPE_DEPTH)
			return fault(&l, "$ref", "leads back to itself or too deep");
	}
	return ERR_NONE;
}

enum err shapes_load(const struct shape_source *sources, size_t n, struct shapes **ret,
                     struct why *reterr) {
	struct shapes *set = calloc(1, sizeof *set);
	struct shape *at = calloc(n ? n : 1, sizeof *at);
	if (!set || !at)
		abort();
	set->at = at;
	enum err err = parse_all(set, sources, n, reterr);
	if (!err)
		err = judge_all(set, reterr);
	if (err) {
		shapes_free(set);
		return err;
	}
	*ret = set;
	return ERR_NONE;
}

void shapes_free(struct shapes *s) {
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		json_decref(s->at[i].schema);
	free(s->at);
	free(s);
}

static int name_of(const void *name, const void *shape) {
	return strcmp(name, ((const struct shape *)shape)->name);
}

const struct shape *shape_find(const struct shapes *s, const char *name) {
	return bsearch(name, s->at, s->n, sizeof *s->at, name_of);
}

const json_t *shape_schema(const struct shape *shape) {
	return shape->schema;
}

size_t shapes_count(const struct shapes *s) {
	return s->n;
}

const char *shapes_name(const struct shapes *s, size_t i) {
	assert(i < s->n);
	return s->at[i].name;
}
