/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text → value. jansson parses; what it lets through and we do not is looked for here. */
#include "app/shape.h"

#include "base/banned.h"

/* Line and column of an octet, both from 1; columns count characters. */
static void place(struct str text, size_t at, int *ret_line, int *ret_column) {
	*ret_line = *ret_column = 1;
	for (size_t i = 0; i < at; i++) {
		if (text.p[i] == '\n')
			(*ret_line)++, *ret_column = 1;
		else if (((unsigned char)text.p[i] & 0xc0) != 0x80)
			(*ret_column)++;
	}
}

/* Brackets outside of texts; what stands between them is jansson's to judge. */
static enum err check_depth(struct str text, struct why *reterr) {
	size_t depth = 0;
	bool quoted = false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == '{') && ++depth > SHAPE_DEPTH) {
			int line, column;
			place(text, i, &line, &column);
			return err_set(reterr, ERR_INVALID, NULL,
			               "The body is nested deeper than %d levels at line %d, column %d; "
			               "no schema here needs more.",
			               SHAPE_DEPTH, line, column);
		} else if (!quoted && (c == ']' || c == '}') && depth)
			depth--;
	}
	return ERR_NONE;
}

static enum err check_octets(struct str text, struct why *reterr) {
	int line, column;
	const char *nul = text.n ? memchr(text.p, '\0', text.n) : NULL;
	if (nul) {
		place(text, (size_t)(nul - text.p), &line, &column);
		return err_set(reterr, ERR_INVALID, NULL,
		               "The body has a NUL octet at line %d, column %d; JSON is text without them.",
		               line, column);
	}
	size_t at = 0;
	while (at < text.n) {
		unsigned char lead = (unsigned char)text.p[at];
		size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
		if (n > text.n - at || !str_utf8((struct str){text.p + at, n})) {
			place(text, at, &line, &column);
			return err_set(reterr, ERR_INVALID, NULL,
			               "The body is not UTF-8: octet 0x%02x at line %d, column %d does not "
			               "belong there.",
			               lead, line, column);
		}
		at += n;
	}
	return ERR_NONE;
}

static const char *sentence(const json_error_t *error) {
	switch (json_error_code(error)) {
	case json_error_premature_end_of_input: return "it ends too early";
	case json_error_end_of_input_expected: return "something follows its end";
	case json_error_duplicate_key: return "a member is named twice in one object";
	case json_error_numeric_overflow: return "a number is too large";
	case json_error_null_character:
	case json_error_null_byte_in_key: return "\\u0000 is not allowed in a text";
	default: return "a character or word is not allowed there";
	}
}

enum err shape_parse(struct str text, json_t **ret, struct why *reterr) {
	json_error_t error;
	if (text.n == 0)
		return err_set(reterr, ERR_INVALID, NULL, "The body is empty; send a JSON object.");
	enum err err = check_octets(text, reterr);
	if (!err)
		err = check_depth(text, reterr);
	if (err)
		return err;
	*ret = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &error);
	if (*ret)
		return ERR_NONE;
	return err_set(reterr, ERR_INVALID, NULL,
	               "The body is not valid JSON at line %d, column %d: %s.", error.line,
	               error.column, sentence(&error));
}
