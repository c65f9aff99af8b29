/* SPDX-License-Identifier: Apache-2.0 */
#include "base/query.h"

#include "base/banned.h"

static int hex(char c) {
	return c >= '0' && c <= '9'                 ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
	                                            : -1;
}

static bool needs_decoding(struct str s, bool plus) {
	return s.n && (memchr(s.p, '%', s.n) || (plus && memchr(s.p, '+', s.n)));
}

/* For sentences: the text at fault, short, and printable whatever it was. */
static const char *shown(struct arena *a, struct str s) {
	char *text = arena_dup(a, s.p, s.n > 40 ? 40 : s.n);
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

enum err percent_decode(struct arena *a, struct str s, bool plus, struct str *ret,
                        struct why *reterr) {
	struct str out = {s.p ? s.p : "", s.n};
	if (needs_decoding(s, plus)) {
		char *p = arena_dup(a, s.p, s.n);
		size_t n = 0;
		for (size_t i = 0; i < s.n; i++) {
			if (s.p[i] != '%') {
				p[n++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
				continue;
			}
			int high = s.n - i > 2 ? hex(s.p[i + 1]) : -1;
			int low = s.n - i > 2 ? hex(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return err_set(reterr, ERR_INVALID, NULL,
				               "\"%s\" holds a %% without two hexadecimal digits; write %%25 for a "
				               "percent sign.",
				               shown(a, s));
			if (high == 0 && low == 0)
				return err_set(reterr, ERR_INVALID, NULL, "\"%s\" holds %%00; leave it out.",
				               shown(a, s));
			p[n++] = (char)(high * 16 + low);
			i += 2;
		}
		out = (struct str){p, n};
	}
	if (!str_utf8(out))
		return err_set(reterr, ERR_INVALID, NULL, "\"%s\" is not UTF-8; encode the text as UTF-8.",
		               shown(a, s));
	*ret = out;
	return ERR_NONE;
}

enum err query_next(struct str *rest, struct arena *a, struct str *ret_name, struct str *ret_value,
                    struct why *reterr) {
	struct str part = {NULL, 0};
	while (rest->p && part.n == 0)
		part = str_cut(rest, '&');
	*ret_name = *ret_value = (struct str){NULL, 0};
	if (part.n == 0)
		return ERR_NONE;
	struct str value = part, name = str_cut(&value, '=');
	enum err e = percent_decode(a, name, true, ret_name, reterr);
	return e ? e : percent_decode(a, value, true, ret_value, reterr);
}
