/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Immutable octets with a count of holders: response bodies, feed snapshots. One thread only. */
#include <stddef.h>

#include "base/buf.h"

struct blob {
	unsigned holds;
	size_t n;
	char bytes[];
};

struct blob *blob_new(const void *p, size_t n); /* a copy, held once */
struct blob *blob_hold(struct blob *b);         /* returns b; NULL is fine */
void blob_drop(struct blob *b);                 /* the last drop frees; NULL is fine */
