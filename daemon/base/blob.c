/* SPDX-License-Identifier: Apache-2.0 */
#include "base/blob.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/banned.h"

struct blob *blob_new(const void *p, size_t n) {
	struct blob *b = malloc(sizeof *b + n + 1);
	if (!b) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	b->holds = 1;
	b->n = n;
	if (n)
		memcpy(b->bytes, p, n);
	b->bytes[n] = '\0';
	return b;
}

struct blob *blob_hold(struct blob *b) {
	if (b)
		b->holds++;
	return b;
}

void blob_drop(struct blob *b) {
	if (!b)
		return;
	assert(b->holds > 0);
	if (--b->holds == 0)
		free(b);
}
