/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Octets that grow. Owns its memory; always followed by a NUL that does not count. */
#include <stddef.h>

#include "base/str.h"

struct buf {
	char *p;
	size_t n, room;
};

void buf_clear(struct buf *b);                 /* frees; b is as new ({0}) */
char *buf_reserve(struct buf *b, size_t more); /* room for `more`; where it starts */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_json(struct buf *b, struct str s); /* as a JSON string with its quotes (RFC 8259 §7) */
void buf_drop(struct buf *b, size_t n);     /* the first n octets */
static inline struct str buf_str(const struct buf *b) {
	return (struct str){b->p ? b->p : "", b->n};
}
