/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Typed growable arrays: struct { T *at; size_t n, room; } v = {0}; *vec_push(&v) = x;
 * for (T *x = v.at; x < vec_end(&v); x++) — an empty one has no address to count from. */
#include <stdio.h>
#include <stdlib.h>

static inline void *vec_grown(void *at, size_t *room, size_t size) {
	size_t wanted = *room ? *room * 2 : 8;
	void *p = reallocarray(at, wanted, size);
	if (!p) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	*room = wanted;
	return p;
}

#define vec_push(v)                                                                                \
	((v)->n == (v)->room ? (void)((v)->at = vec_grown((v)->at, &(v)->room, sizeof *(v)->at))       \
	                     : (void)0,                                                                \
	 &(v)->at[(v)->n++])
#define vec_end(v) ((v)->at ? (v)->at + (v)->n : NULL)
#define vec_clear(v) (free((v)->at), (v)->at = NULL, (v)->n = (v)->room = 0)
