/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "base/banned.h"

static unsigned char folded(char c) {
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool str_ieq(struct str a, struct str b) {
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (folded(a.p[i]) != folded(b.p[i]))
			return false;
	return true;
}

bool str_starts(struct str s, struct str prefix) {
	return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_ends(struct str s, struct str suffix) {
	return s.n >= suffix.n && str_eq((struct str){s.p + s.n - suffix.n, suffix.n}, suffix);
}

struct str str_trim(struct str s) {
	while (s.n && (*s.p == ' ' || *s.p == '\t'))
		s.p++, s.n--;
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

struct str str_cut(struct str *rest, char sep) {
	struct str whole = *rest;
	const char *at = whole.n ? memchr(whole.p, sep, whole.n) : NULL;
	if (!at) {
		*rest = (struct str){NULL, 0};
		return whole;
	}
	size_t n = (size_t)(at - whole.p);
	*rest = (struct str){at + 1, whole.n - n - 1};
	return (struct str){whole.p, n};
}

bool str_u64(struct str s, uint64_t max, uint64_t *ret) {
	uint64_t v = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.p[i] - '0');
		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
		if (v > max)
			return false;
	}
	*ret = v;
	return true;
}

/* Length of the well-formed sequence at p, 0 if there is none (Unicode 15, table 3-7). */
static size_t sequence(const unsigned char *p, size_t n) {
	if (p[0] < 0x80)
		return 1;
	size_t len = p[0] >= 0xC2 && p[0] <= 0xDF   ? 2
	             : (p[0] & 0xF0) == 0xE0        ? 3
	             : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4
	                                            : 0;
	if (len == 0 || n < len)
		return 0;
	unsigned char low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
	unsigned char high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

bool str_utf8(struct str s) {
	const unsigned char *p = (const unsigned char *)s.p;
	for (size_t i = 0; i < s.n;) {
		size_t len = sequence(p + i, s.n - i);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

void str_trim_partial(char *s) {
	size_t n = strlen(s), i = n;
	while (i > 0 && n - i < 4) {
		unsigned char c = (unsigned char)s[--i];
		if (c < 0x80)
			return;
		if (c >= 0xC0) {
			if (sequence((const unsigned char *)s + i, n - i) == 0)
				s[i] = '\0';
			return;
		}
	}
}

size_t str_distance(const char *a, const char *b) {
	enum { MAX = 64 };
	size_t na = strlen(a), nb = strlen(b);
	if (na >= MAX || nb >= MAX)
		return MAX;
	unsigned char d[MAX][MAX];
	for (size_t i = 0; i <= na; i++)
		for (size_t j = 0; j <= nb; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = (unsigned char)(i + j);
				continue;
			}
			unsigned char best = (unsigned char)(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (d[i - 1][j] + 1 < best)
				best = (unsigned char)(d[i - 1][j] + 1);
			if (d[i][j - 1] + 1 < best)
				best = (unsigned char)(d[i][j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
			    && d[i - 2][j - 2] + 1 < best)
				best = (unsigned char)(d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	return d[na][nb];
}
