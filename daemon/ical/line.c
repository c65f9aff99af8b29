/* SPDX-License-Identifier: Apache-2.0 */
#include "ical/line.h"

#include "base/banned.h"

enum { LINE_OCTETS = 75 };

/* How many octets of s form a line end; 0: none here. */
static size_t line_end(struct str s) {
	const unsigned char *u = (const unsigned char *)s.p;
	if (u[0] == '\n')
		return 1;
	if (u[0] == '\r')
		return s.n > 1 && u[1] == '\n' ? 2 : 1;
	if (s.n > 1 && u[0] == 0xc2 && u[1] == 0x85)
		return 2;
	if (s.n > 2 && u[0] == 0xe2 && u[1] == 0x80 && (u[2] == 0xa8 || u[2] == 0xa9))
		return 3;
	return 0;
}

/* How many octets of s form a control character (C0 but TAB, DEL, C1); 0: none here. */
static size_t control(struct str s) {
	const unsigned char *u = (const unsigned char *)s.p;
	if ((u[0] < 0x20 && u[0] != '\t') || u[0] == 0x7f)
		return 1;
	return s.n > 1 && u[0] == 0xc2 && u[1] < 0xa0 ? 2 : 0;
}

char *line_text(struct arena *a, struct str s) {
	char *text = arena_alloc(a, s.n + 1), *to = text;
	while (s.n) {
		size_t n;
		if ((n = line_end(s)) > 0)
			*to++ = '\n';
		else if ((n = control(s)) == 0)
			*to++ = s.p[(n = 1) - 1];
		s = (struct str){s.p + n, s.n - n};
	}
	while (to > text && (to[-1] == ' ' || to[-1] == '\t'))
		to--;
	*to = '\0';
	return text + strspn(text, " \t");
}

char *line_uri(struct arena *a, struct str s) {
	static const char hex[] = "0123456789ABCDEF", marks[] = "-._~:/?#[]@!$&'()*+,;=%";
	char *uri = arena_alloc(a, s.n * 3 + 1), *to = uri;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
		    || (c && strchr(marks, c))) {
			*to++ = (char)c;
		} else {
			*to++ = '%';
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
		}
	}
	*to = '\0';
	return uri;
}

static void escape(struct buf *out, const char *text) {
	for (; *text; text++) {
		if (*text == '\n') {
			buf_add(out, "\\n", 2);
			continue;
		}
		if (*text == '\\' || *text == ',' || *text == ';')
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
}

static void fold(struct buf *out, struct str line) {
	for (size_t room = LINE_OCTETS; line.n > room; room = LINE_OCTETS - 1) {
		size_t n = room;
		while (n > 1 && ((unsigned char)line.p[n] & 0xc0) == 0x80)
			n--;
		buf_add(out, line.p, n);
		buf_add(out, "\r\n ", 3);
		line = (struct str){line.p + n, line.n - n};
	}
	buf_add(out, line.p, line.n);
	buf_add(out, "\r\n", 2);
}

void line_add(struct buf *out, struct arena *a, const char *name, const struct str *values,
              size_t n) {
	struct buf line = {0};
	buf_adds(&line, name);
	for (size_t i = 0; i < n; i++) {
		buf_addc(&line, i ? ',' : ':');
		escape(&line, line_text(a, values[i]));
	}
	fold(out, buf_str(&line));
	buf_clear(&line);
}

void line_refold(struct buf *out, char *lines, size_t n) {
	static const struct str ended = STR("\r\n"), folded = STR("\r\n ");
	size_t whole = 0;
	for (size_t i = 0; i < n;) {
		if (str_starts((struct str){lines + i, n - i}, folded))
			i += folded.n;
		else
			lines[whole++] = lines[i++];
	}
	for (struct str rest = {lines, whole}; rest.n;) {
		const char *end = memmem(rest.p, rest.n, ended.p, ended.n);
		size_t length = end ? (size_t)(end - rest.p) : rest.n;
		fold(out, (struct str){rest.p, length});
		length = end ? length + ended.n : length;
		rest = (struct str){rest.p + length, rest.n - length};
	}
}
