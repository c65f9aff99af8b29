/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A borrowed run of octets; not NUL-terminated, owned elsewhere. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_ARG(s) (int)(s).n, (s).p /* for "%.*s" */

static inline struct str str_of(const char *s) {
	return (struct str){s, s ? strlen(s) : 0};
}
static inline bool str_eq(struct str a, struct str b) {
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_is(struct str a, const char *b) {
	return str_eq(a, str_of(b));
}
bool str_ieq(struct str a, struct str b); /* ASCII case folded */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
struct str str_trim(struct str s); /* spaces and tabs off both ends */

/* The part before the first `sep`; *rest becomes what follows it. With no `sep` left the whole
 * is returned and *rest becomes {NULL, 0}; a {NULL, 0} start gives {NULL, 0}. */
struct str str_cut(struct str *rest, char sep);

/* Decimal digits only, no sign, no blank; false when empty, not a number or over `max`. */
bool str_u64(struct str s, uint64_t max, uint64_t *ret);

/* RFC 3629: shortest forms only, no surrogates, nothing above U+10FFFF. */
bool str_utf8(struct str s);

/* Drop a UTF-8 sequence that was cut off at the end of s. */
void str_trim_partial(char *s);

/* Edit distance (insert, delete, replace, swap of neighbours), for "did you mean …?". */
size_t str_distance(const char *a, const char *b);
