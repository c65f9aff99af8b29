/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Memory that lives and dies together: one arena per request, job or config load.
 * Nothing inside is freed by hand. Allocation never fails: out of memory ends the process, so
 * whatever a user can make grow must be capped before it gets here. */
#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);  /* NULL is fine; runs the deferred calls, newest first */
void arena_reset(struct arena *a); /* as free and new, but keeps the first block */

/* Zeroed, aligned for any type; n may be 0. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc, returns_nonnull));
#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_calloc((a), (n), sizeof(type)))
void *arena_calloc(struct arena *a, size_t n, size_t size) __attribute__((malloc, returns_nonnull));

char *arena_dup(struct arena *a, const void *p, size_t n); /* n octets and a closing NUL */
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Call fn(p) when the arena ends: for foreign objects (a PGresult, an icalcomponent). */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);

size_t arena_used(const struct arena *a); /* octets handed out so far */
