/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/look.h"

#include <math.h>

#include "base/vec.h"

#include "base/banned.h"

enum { TEXT_MAX = 200 };

size_t look_key(struct look *l, const char *key) {
	size_t mark = l->path.n;
	buf_addc(&l->path, '.');
	buf_adds(&l->path, key);
	return mark;
}

size_t look_at(struct look *l, size_t index) {
	size_t mark = l->path.n;
	buf_addf(&l->path, "[%zu]", index);
	return mark;
}

void look_back(struct look *l, size_t mark) {
	l->path.n = mark;
	l->path.p[mark] = '\0';
}

void look_fault(struct look *l, const char *format, ...) {
	va_list ap;
	struct fault *f = vec_push(l->faults);
	va_start(ap, format);
	f->sentence = arena_vprintf(l->arena, format, ap);
	va_end(ap);
	f->path = arena_strdup(l->arena, l->path.p);
}

void look_fault_at(struct look *l, const char *key, const char *format, ...) {
	va_list ap;
	struct fault *f = vec_push(l->faults);
	va_start(ap, format);
	f->sentence = arena_vprintf(l->arena, format, ap);
	va_end(ap);
	f->path = arena_printf(l->arena, "%s.%s", l->path.p, key);
}

static const char *type_name(const json_t *value) {
	switch (json_typeof(value)) {
	case JSON_OBJECT: return "an object";
	case JSON_ARRAY: return "a list";
	case JSON_STRING: return "a text";
	case JSON_INTEGER:
	case JSON_REAL: return "a number";
	case JSON_TRUE:
	case JSON_FALSE: return "true or false";
	default: return "null";
	}
}

static const json_t *member(struct look *l, const json_t *of, const char *key) {
	const json_t *value = json_object_get(of, key);
	if (!value && of)
		look_fault_at(l, key, "is missing");
	return value;
}

int64_t look_integer(struct look *l, const json_t *value, int64_t least, int64_t most) {
	if (!value)
		return least;
	if (!json_is_integer(value)) {
		look_fault(l, "must be an integer, not %s",
		           json_is_real(value) ? "a fraction" : type_name(value));
		return least;
	}
	int64_t n = json_integer_value(value);
	if (n >= least && n <= most)
		return n;
	look_fault(l, "must be from %lld to %lld, not %lld", (long long)least, (long long)most,
	           (long long)n);
	return least;
}

const char *look_text(struct look *l, const json_t *value) {
	if (!value)
		return NULL;
	if (!json_is_string(value)) {
		look_fault(l, "must be a text, not %s", type_name(value));
		return NULL;
	}
	if (json_string_length(value) == 0 || json_string_length(value) > TEXT_MAX) {
		look_fault(l, "must have 1 to %d octets, not %zu", TEXT_MAX, json_string_length(value));
		return NULL;
	}
	return json_string_value(value);
}

bool look_date(struct look *l, const json_t *value, day_t *ret) {
	if (!value)
		return false;
	const char *text = look_text(l, value);
	if (!text)
		return false;
	if (civil_parse(str_of(text), ret))
		return true;
	look_fault(l, "\"%s\" is no date of the form YYYY-MM-DD", text);
	return false;
}

bool look_span(struct look *l, const json_t *value, day_t *ret_first, day_t *ret_last) {
	bool good[2] = {false, false};
	day_t ends[2];
	if (!value)
		return false;
	if (!json_is_array(value) || json_array_size(value) != 2) {
		look_fault(l, "must be a range: a list of its first and last day");
		return false;
	}
	for (size_t i = 0; i < 2; i++) {
		size_t mark = look_at(l, i);
		good[i] = look_date(l, json_array_get(value, i), &ends[i]);
		look_back(l, mark);
	}
	if (!good[0] || !good[1])
		return false;
	if (ends[1] < ends[0]) {
		look_fault(l, "is upside down: the range ends before it begins");
		return false;
	}
	*ret_first = ends[0], *ret_last = ends[1];
	return true;
}

int look_word(struct look *l, const json_t *value, const char *const *words, int n) {
	const char *text = look_text(l, value);
	if (!text)
		return -1;
	struct buf known = {0};
	for (int i = 0; i < n; i++) {
		if (str_is(str_of(text), words[i])) {
			buf_clear(&known);
			return i;
		}
		buf_addf(&known, "%s%s", i ? ", " : "", words[i]);
	}
	look_fault(l, "\"%s\" is unknown; it may be %s", text, known.p);
	buf_clear(&known);
	return -1;
}

const json_t *look_object(struct look *l, const json_t *of, const char *key) {
	const json_t *value = member(l, of, key);
	if (!value || json_is_object(value))
		return value;
	look_fault_at(l, key, "must be an object, not %s", type_name(value));
	return NULL;
}

const json_t *look_optional_list(struct look *l, const json_t *of, const char *key, size_t most) {
	const json_t *value = json_object_get(of, key);
	if (!value || json_is_null(value))
		return NULL;
	if (!json_is_array(value)) {
		look_fault_at(l, key, "must be a list, not %s", type_name(value));
		return NULL;
	}
	if (json_array_size(value) > most) {
		look_fault_at(l, key, "has %zu entries; at most %zu are possible", json_array_size(value),
		              most);
		return NULL;
	}
	return value;
}

const json_t *look_list(struct look *l, const json_t *of, const char *key, size_t most) {
	const json_t *value = member(l, of, key);
	if (value && json_is_null(value))
		look_fault_at(l, key, "must be a list, not null");
	return look_optional_list(l, of, key, most);
}

int look_count(struct look *l, const json_t *of, const char *key, int least, int most) {
	size_t mark = look_key(l, key);
	const json_t *value = json_object_get(of, key);
	if (!value && of)
		look_fault(l, "is missing");
	int n = (int)look_integer(l, value, least, most);
	look_back(l, mark);
	return n;
}

int64_t look_money(struct look *l, const json_t *of, const char *key) {
	const json_t *value = member(l, of, key);
	size_t mark = look_key(l, key);
	int64_t n = look_integer(l, value, 0, MONEY_MAX);
	look_back(l, mark);
	return n;
}

double look_degrees(struct look *l, const json_t *of, const char *key, double most) {
	const json_t *value = member(l, of, key);
	double d = json_number_value(value);
	if (!value)
		return 0;
	if (json_is_number(value) && isfinite(d) && fabs(d) <= most)
		return d;
	look_fault_at(l, key, "must be a number of degrees from %.0f to %.0f", -most, most);
	return 0;
}

bool look_switch(struct look *l, const json_t *of, const char *key) {
	const json_t *value = member(l, of, key);
	if (value && !json_is_boolean(value))
		look_fault_at(l, key, "must be true or false, not %s", type_name(value));
	return json_is_true(value);
}

const char *look_name(struct look *l, const json_t *of, const char *key) {
	const json_t *value = member(l, of, key);
	size_t mark = look_key(l, key);
	const char *text = look_text(l, value);
	look_back(l, mark);
	return text ? arena_strdup(l->arena, text) : "";
}

bool look_day(struct look *l, const json_t *of, const char *key, day_t *ret) {
	const json_t *value = member(l, of, key);
	size_t mark = look_key(l, key);
	bool good = look_date(l, value, ret);
	look_back(l, mark);
	return good;
}

bool look_day_or_null(struct look *l, const json_t *of, const char *key, day_t *ret) {
	const json_t *value = json_object_get(of, key);
	return value && !json_is_null(value) && look_day(l, of, key, ret);
}

bool look_range(struct look *l, const json_t *of, const char *key, day_t *ret_first,
                day_t *ret_last) {
	const json_t *value = member(l, of, key);
	size_t mark = look_key(l, key);
	bool good = look_span(l, value, ret_first, ret_last);
	look_back(l, mark);
	return good;
}

int look_choice(struct look *l, const json_t *of, const char *key, const char *const *words,
                int n) {
	const json_t *value = member(l, of, key);
	size_t mark = look_key(l, key);
	int i = look_word(l, value, words, n);
	look_back(l, mark);
	return i < 0 ? 0 : i;
}

void names_add(struct look *l, struct names *names, const char *name, int index) {
	if (!*name)
		return;
	const json_t *before = json_object_get(names->index, name);
	if (before)
		look_fault(l, "\"%s\" is a duplicate: the %s with index %lld has it already", name,
		           names->what, (long long)json_integer_value(before));
	else if (json_object_set_new(names->index, name, json_integer(index)))
		abort();
}

int names_find(struct look *l, const struct names *names, const json_t *value) {
	const char *name = look_text(l, value);
	if (!name)
		return -1;
	const json_t *index = json_object_get(names->index, name);
	if (index)
		return (int)json_integer_value(index);
	look_fault(l, "there is no %s \"%s\"", names->what, name);
	return -1;
}

int look_ref(struct look *l, const json_t *of, const char *key, const struct names *names) {
	const json_t *value = member(l, of, key);
	size_t mark = look_key(l, key);
	int i = names_find(l, names, value);
	look_back(l, mark);
	return i;
}

uint64_t look_mask(struct look *l, const json_t *of, const char *key, const struct names *names,
                   bool optional) {
	const json_t *list =
		optional ? look_optional_list(l, of, key, CODES_MAX) : look_list(l, of, key, CODES_MAX);
	uint64_t mask = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		size_t outer = look_key(l, key);
		(void)look_at(l, i);
		int code = names_find(l, names, json_array_get(list, i));
		mask |= code < 0 ? 0 : UINT64_C(1) << code;
		look_back(l, outer);
	}
	return mask;
}

unsigned look_words(struct look *l, const json_t *of, const char *key, const char *const *words,
                    int n, bool optional) {
	const json_t *list =
		optional ? look_optional_list(l, of, key, CODES_MAX) : look_list(l, of, key, CODES_MAX);
	unsigned mask = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		size_t outer = look_key(l, key);
		(void)look_at(l, i);
		int word = look_word(l, json_array_get(list, i), words, n);
		mask |= word < 0 ? 0 : 1u << word;
		look_back(l, outer);
	}
	return mask;
}
