/* SPDX-License-Identifier: Apache-2.0 */
#include "app/csv.h"

#include <string.h>

#include "base/banned.h"

static bool plain_number(struct str s) {
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), whole = i;
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	if (i == whole)
		return false;
	if (i < s.n && s.p[i] == '.') {
		size_t fraction = ++i;
		while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			i++;
		if (i == fraction)
			return false;
	}
	return i == s.n;
}

static bool formula(struct str s) {
	return s.n && memchr("=+-@\t\r\n", s.p[0], 7) && !plain_number(s);
}

static bool has(struct str s, char c) {
	return s.n && memchr(s.p, c, s.n);
}

static void cell(struct buf *out, struct str s, bool alone) {
	bool harmful = formula(s);
	/* A lone empty cell would be an empty line, which readers skip; blanks at the ends some trim. */
	bool quote = has(s, '"') || has(s, ',') || has(s, '\r') || has(s, '\n') || (alone && !s.n)
	             || str_trim(s).n < s.n;
	if (quote)
		buf_addc(out, '"');
	if (harmful)
		buf_addc(out, '\'');
	while (quote && has(s, '"')) {
		size_t n = (size_t)((const char *)memchr(s.p, '"', s.n) - s.p) + 1;
		buf_add(out, s.p, n);
		buf_addc(out, '"');
		s = (struct str){s.p + n, s.n - n};
	}
	buf_add(out, s.p, s.n);
	if (quote)
		buf_addc(out, '"');
}

void csv_render(struct buf *out, const struct db_result *r, bool bom) {
	int columns = db_columns(r);
	if (bom)
		buf_adds(out, "\xef\xbb\xbf");
	for (int c = 0; c < columns; c++) {
		if (c)
			buf_addc(out, ',');
		cell(out, str_of(db_column_name(r, c)), columns == 1);
	}
	buf_adds(out, "\r\n");
	for (size_t row = 0; row < r->rows; row++) {
		for (int c = 0; c < columns; c++) {
			if (c)
				buf_addc(out, ',');
			cell(out, db_value(r, row, c), columns == 1);
		}
		buf_adds(out, "\r\n");
	}
}
