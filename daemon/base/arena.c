/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

enum { FIRST_BLOCK = 4096 - 64, MAX_BLOCK = 256 * 1024 };

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct block *blocks; /* newest first; the last one holds the arena itself */
	struct deferred *deferred;
	size_t used;
};

static size_t aligned(size_t n) {
	const size_t a = alignof(max_align_t);
	return (n + a - 1) / a * a;
}

static struct block *block_new(size_t size) {
	struct block *b = malloc(sizeof *b + size);
	if (!b) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	b->next = NULL;
	b->size = size;
	b->used = 0;
	return b;
}

struct arena *arena_new(void) {
	struct block *b = block_new(FIRST_BLOCK);
	struct arena *a = (struct arena *)(void *)b->bytes;
	*a = (struct arena){.blocks = b};
	b->used = aligned(sizeof *a);
	return a;
}

static void run_deferred(struct arena *a) {
	for (struct deferred *d; (d = a->deferred);) {
		a->deferred = d->next;
		d->fn(d->p);
	}
}

void arena_reset(struct arena *a) {
	run_deferred(a);
	while (a->blocks->next) {
		struct block *b = a->blocks;
		a->blocks = b->next;
		free(b);
	}
	a->blocks->used = aligned(sizeof *a);
	a->used = 0;
}

void arena_free(struct arena *a) {
	if (!a)
		return;
	arena_reset(a);
	free(a->blocks);
}

void *arena_alloc(struct arena *a, size_t n) {
	assert(n < SIZE_MAX / 2);
	size_t need = aligned(n ? n : 1);
	struct block *b = a->blocks;
	if (b->size - b->used < need) {
		size_t size = b->size * 2 > MAX_BLOCK ? MAX_BLOCK : b->size * 2;
		b = block_new(size > need ? size : need);
		b->next = a->blocks;
		a->blocks = b;
	}
	void *p = b->bytes + b->used;
	b->used += need;
	a->used += need;
	return memset(p, 0, need);
}

void *arena_calloc(struct arena *a, size_t n, size_t size) {
	assert(size == 0 || n <= SIZE_MAX / 2 / size);
	return arena_alloc(a, n * size);
}

char *arena_dup(struct arena *a, const void *p, size_t n) {
	char *copy = arena_alloc(a, n + 1);
	if (n)
		memcpy(copy, p, n);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s) {
	return arena_dup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *format, va_list ap) {
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(n >= 0);
	char *s = arena_alloc(a, (size_t)n + 1);
	(void)vsnprintf(s, (size_t)n + 1, format, ap);
	return s;
}

char *arena_printf(struct arena *a, const char *format, ...) {
	va_list ap;
	va_start(ap, format);
	char *s = arena_vprintf(a, format, ap);
	va_end(ap);
	return s;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *p) {
	struct deferred *d = arena_alloc(a, sizeof *d);
	*d = (struct deferred){.next = a->deferred, .fn = fn, .p = p};
	a->deferred = d;
}

size_t arena_used(const struct arena *a) {
	return a->used;
}
