/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

void buf_clear(struct buf *b) {
	free(b->p);
	*b = (struct buf){0};
}

char *buf_reserve(struct buf *b, size_t more) {
	assert(more < SIZE_MAX / 4 && b->n < SIZE_MAX / 4);
	if (b->room - b->n < more + 1 || !b->p) {
		size_t room = b->room ? b->room * 2 : 256;
		while (room < b->n + more + 1)
			room *= 2;
		char *p = realloc(b->p, room);
		if (!p) {
			(void)fputs("atelier: out of memory\n", stderr);
			abort();
		}
		b->p = p;
		b->room = room;
	}
	return b->p + b->n;
}

void buf_add(struct buf *b, const void *p, size_t n) {
	char *at = buf_reserve(b, n);
	if (n)
		memcpy(at, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_adds(struct buf *b, const char *s) {
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c) {
	buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *format, ...) {
	va_list ap, again;
	va_start(ap, format);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(n >= 0);
	(void)vsnprintf(buf_reserve(b, (size_t)n), (size_t)n + 1, format, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void buf_json(struct buf *b, struct str s) {
	static const char hex[] = "0123456789abcdef";
	buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			buf_add(b, (char[]){'\\', (char)c}, 2);
		else if (c == '\n')
			buf_add(b, "\\n", 2);
		else if (c < 0x20 || c == 0x7f)
			buf_add(b, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
		else
			buf_addc(b, (char)c);
	}
	buf_addc(b, '"');
}

void buf_drop(struct buf *b, size_t n) {
	assert(n <= b->n);
	if (n == 0)
		return;
	memmove(b->p, b->p + n, b->n - n + 1);
	b->n -= n;
}
