/* SPDX-License-Identifier: Apache-2.0 */
#include "app/shape.h"

#include <stdio.h>

#include "app/shape_format.h"
#include "app/shape_set.h"
#include "base/buf.h"

#include "base/banned.h"

/* One value on its way through one schema. */
struct check {
	const struct shapes *set;
	struct buf *path; /* "answers[3].value" */
	struct why *reterr;
};

enum { SHOWN = 60 }; /* octets of what was sent that a sentence repeats */

static const char *type_of(const json_t *v) {
	switch (json_typeof(v)) {
	case JSON_OBJECT: return "object";
	case JSON_ARRAY: return "array";
	case JSON_STRING: return "string";
	case JSON_INTEGER: return "integer";
	case JSON_REAL: return "number";
	case JSON_TRUE:
	case JSON_FALSE: return "boolean";
	case JSON_NULL: break;
	}
	return "null";
}

static const char *type_phrase(const char *type) {
	static const char *const phrases[][2] = {
		{"object", "an object"}, {"array", "a list"},           {"string", "a text"},
		{"number", "a number"},  {"integer", "a whole number"}, {"boolean", "true or false"},
	};
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (str_is(str_of(type), phrases[i][0]))
			return phrases[i][1];
	return "null";
}

static const char *thing(const struct check *c) {
	return c->path->n ? c->path->p : "The body";
}

static enum err refuse(const struct check *c, struct buf *sentence) {
	enum err err = err_set(c->reterr, ERR_INVALID, c->path->n ? c->path->p : "", "%s", sentence->p);
	buf_clear(sentence);
	return err;
}

/* What was sent, short enough to repeat. */
static void add_got(struct buf *b, const json_t *v) {
	char shown[SHOWN + 1];
	if (json_is_string(v)) {
		(void)snprintf(shown, sizeof shown, "%s", json_string_value(v));
		str_trim_partial(shown);
		buf_addf(b, "; got \"%s\"%s", shown, json_string_length(v) > SHOWN ? "…" : "");
	} else if (json_is_integer(v)) {
		buf_addf(b, "; got %" JSON_INTEGER_FORMAT, json_integer_value(v));
	} else if (json_is_real(v)) {
		buf_addf(b, "; got %g", json_real_value(v));
	} else if (json_is_boolean(v)) {
		buf_adds(b, json_is_true(v) ? "; got true" : "; got false");
	} else {
		buf_addf(b, "; got %s", type_phrase(type_of(v)));
	}
}

/* The nearer of two words to what was written, if it is near enough to have been meant. */
struct nearest {
	const char *written, *word;
	size_t distance;
};

static void nearest_try(struct nearest *n, const char *word) {
	size_t distance = strlen(n->written) > SHOWN ? SHOWN : str_distance(n->written, word);
	if (distance < n->distance && distance <= 1 + strlen(word) / 4) {
		n->distance = distance;
		n->word = word;
	}
}

static void add_nearest(struct buf *b, const struct nearest *n) {
	if (n->word)
		buf_addf(b, "; did you mean %s?", n->word);
	else
		buf_addc(b, '.');
}

static bool type_fits(const char *type, const json_t *v) {
	if (str_is(str_of(type), "number"))
		return json_is_number(v);
	return str_is(str_of(type), type_of(v));
}

static enum err check_type(const struct check *c, const json_t *types, const json_t *v) {
	struct buf b = {0};
	size_t i;
	const json_t *type;
	if (json_is_string(types)) {
		if (type_fits(json_string_value(types), v))
			return ERR_NONE;
		buf_addf(&b, "%s must be %s", thing(c), type_phrase(json_string_value(types)));
	} else {
		buf_addf(&b, "%s must be ", thing(c));
		json_array_foreach(types, i, type) {
			if (type_fits(json_string_value(type), v)) {
				buf_clear(&b);
				return ERR_NONE;
			}
			buf_addf(&b, "%s%s", i ? " or " : "", type_phrase(json_string_value(type)));
		}
	}
	add_got(&b, v);
	buf_addc(&b, '.');
	return refuse(c, &b);
}

static enum err check_enum(const struct check *c, const json_t *words, const json_t *v) {
	struct buf b = {0};
	struct nearest near = {json_is_string(v) ? json_string_value(v) : "", NULL, SIZE_MAX};
	size_t i;
	const json_t *word;
	buf_addf(&b, "%s must be one of ", thing(c));
	json_array_foreach(words, i, word) {
		if (json_equal(word, v)) {
			buf_clear(&b);
			return ERR_NONE;
		}
		buf_addf(&b, "%s%s", i ? ", " : "", json_is_null(word) ? "null" : json_string_value(word));
		if (json_is_string(word))
			nearest_try(&near, json_string_value(word));
	}
	add_got(&b, v);
	add_nearest(&b, &near);
	return refuse(c, &b);
}

static size_t characters(const json_t *text) {
	size_t n = 0;
	for (const char *p = json_string_value(text); *p; p++)
		n += ((unsigned char)*p & 0xc0) != 0x80;
	return n;
}

/* A least or a greatest number of characters or items. */
static enum err check_count(const struct check *c, const json_t *schema, size_t n,
                            const char *least, const char *most, const char *unit) {
	const json_t *lo = json_object_get(schema, least), *hi = json_object_get(schema, most);
	struct buf b = {0};
	if (lo && n < (size_t)json_integer_value(lo)) {
		if (n == 0)
			buf_addf(&b, "%s must not be empty.", thing(c));
		else
			buf_addf(&b, "%s needs at least %" JSON_INTEGER_FORMAT " %s; it has %zu.", thing(c),
			         json_integer_value(lo), unit, n);
		return refuse(c, &b);
	}
	if (hi && n > (size_t)json_integer_value(hi)) {
		buf_addf(&b, "%s may have at most %" JSON_INTEGER_FORMAT " %s; it has %zu.", thing(c),
		         json_integer_value(hi), unit, n);
		return refuse(c, &b);
	}
	return ERR_NONE;
}

/* A line's end and a tab are text; other controls are not, as in imported cells. */
static enum err check_controls(const struct check *c, const json_t *v) {
	struct buf b = {0};
	for (const char *p = json_string_value(v); *p; p++) {
		if (((unsigned char)*p >= ' ' && *p != 0x7f) || *p == '\t' || *p == '\n' || *p == '\r')
			continue;
		buf_addf(&b, "%s holds the control character U+%04X; remove it.", thing(c), (unsigned)*p);
		return refuse(c, &b);
	}
	return ERR_NONE;
}

static enum err check_text(const struct check *c, const json_t *schema, const json_t *v) {
	enum err err = check_controls(c, v);
	if (!err)
		err = check_count(c, schema, characters(v), "minLength", "maxLength", "characters");
	const json_t *name = json_object_get(schema, "format");
	if (err || !name)
		return err;
	const struct shape_format *format = shape_format_find(json_string_value(name));
	if (format->fits((struct str){json_string_value(v), json_string_length(v)}))
		return ERR_NONE;
	struct buf b = {0};
	buf_addf(&b, "%s must be %s", thing(c), format->phrase);
	add_got(&b, v);
	buf_addc(&b, '.');
	return refuse(c, &b);
}

static enum err check_number(const struct check *c, const json_t *schema, const json_t *v) {
	const json_t *lo = json_object_get(schema, "minimum");
	const json_t *hi = json_object_get(schema, "maximum");
	double n = json_number_value(v);
	bool low = lo && n < json_number_value(lo);
	if (!low && !(hi && n > json_number_value(hi)))
		return ERR_NONE;
	struct buf b = {0};
	buf_addf(&b, "%s must be at %s %.16g", thing(c), low ? "least" : "most",
	         json_number_value(low ? lo : hi));
	add_got(&b, v);
	buf_addc(&b, '.');
	return refuse(c, &b);
}

static enum err check_value(const struct check *c, const json_t *schema, const json_t *v);

static enum err check_items(const struct check *c, const json_t *schema, const json_t *v) {
	const json_t *items = json_object_get(schema, "items");
	bool unique = json_is_true(json_object_get(schema, "uniqueItems"));
	size_t length = c->path->n, i;
	const json_t *item;
	enum err err = check_count(c, schema, json_array_size(v), "minItems", "maxItems", "items");
	if (err)
		return err;
	json_array_foreach(v, i, item) {
		for (size_t j = 0; unique && j < i; j++) {
			if (json_equal(item, json_array_get(v, j))) {
				struct buf b = {0};
				buf_addf(&b, "%s may hold each item once; items %zu and %zu (from 0) are the same",
				         thing(c), j, i);
				add_got(&b, item);
				buf_addc(&b, '.');
				return refuse(c, &b);
			}
		}
		buf_addf(c->path, "[%zu]", i);
		err = items ? check_value(c, items, item) : ERR_NONE;
		c->path->p[c->path->n = length] = '\0';
		if (err)
			return err;
	}
	return ERR_NONE;
}

static void path_push(struct buf *path, const char *key) {
	char shown[SHOWN + 1];
	(void)snprintf(shown, sizeof shown, "%s", key);
	str_trim_partial(shown);
	buf_addf(path, "%s%s", path->n ? "." : "", shown);
}

static enum err unknown_member(const struct check *c, const json_t *properties, const char *key) {
	struct nearest near = {key, NULL, SIZE_MAX};
	struct buf b = {0};
	const char *word;
	json_t *unused;
	path_push(c->path, key);
	buf_addf(&b, "%s is not a member here", thing(c));
	json_object_foreach((json_t *)properties, word, unused) {
		(void)unused;
		nearest_try(&near, word);
	}
	if (!near.word) {
		size_t i = 0;
		json_object_foreach((json_t *)properties, word, unused)
			buf_addf(&b, "%s%s", i++ ? ", " : "; known are ", word);
	}
	add_nearest(&b, &near);
	return refuse(c, &b);
}

static enum err check_required(const struct check *c, const json_t *schema, const json_t *v) {
	const json_t *required = json_object_get(schema, "required"), *name;
	size_t i, j;
	json_array_foreach(required, i, name) {
		if (json_object_get(v, json_string_value(name)))
			continue;
		struct buf b = {0};
		path_push(c->path, json_string_value(name));
		buf_addf(&b, "%s is missing; needed here: ", thing(c));
		json_array_foreach(required, j, name)
			buf_addf(&b, "%s%s", j ? ", " : "", json_string_value(name));
		buf_addc(&b, '.');
		return refuse(c, &b);
	}
	return ERR_NONE;
}

static enum err check_members(const struct check *c, const json_t *schema, const json_t *v) {
	const json_t *properties = json_object_get(schema, "properties");
	const char *key;
	json_t *member;
	size_t length = c->path->n;
	json_object_foreach((json_t *)v, key, member) {
		const json_t *child = json_object_get(properties, key);
		if (!child)
			return unknown_member(c, properties, key);
		path_push(c->path, key);
		enum err err = check_value(c, child, member);
		c->path->p[c->path->n = length] = '\0';
		if (err)
			return err;
	}
	return check_required(c, schema, v);
}

static enum err check_value(const struct check *c, const json_t *schema, const json_t *v) {
	const char *ref = json_string_value(json_object_get(schema, "$ref"));
	if (ref)
		return check_value(c, shape_find(c->set, ref)->schema, v);
	enum err err = check_type(c, json_object_get(schema, "type"), v);
	const json_t *words = json_object_get(schema, "enum");
	if (!err && words)
		err = check_enum(c, words, v);
	if (err)
		return err;
	switch (json_typeof(v)) {
	case JSON_OBJECT: return check_members(c, schema, v);
	case JSON_ARRAY: return check_items(c, schema, v);
	case JSON_STRING: return check_text(c, schema, v);
	case JSON_INTEGER:
	case JSON_REAL: return check_number(c, schema, v);
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL: break;
	}
	return ERR_NONE;
}

enum err shape_check(const struct shape *shape, const json_t *value, struct why *reterr) {
	struct buf path = {0};
	buf_reserve(&path, 64)[0] = '\0';
	struct check c = {shape->set, &path, reterr};
	enum err err = check_value(&c, shape->schema, value);
	buf_clear(&path);
	return err;
}
