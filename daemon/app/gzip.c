/* SPDX-License-Identifier: Apache-2.0 */
#include "app/gzip.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/banned.h"

enum { LEVEL = 6, GZIP_WINDOW = 15 + 16, MEMORY = 8, OS_UNKNOWN = 255 };

static void check(int zlib_says, int wanted) {
	if (zlib_says == wanted)
		return;
	(void)fputs("atelier: out of memory\n", stderr);
	abort();
}

struct blob *gzip_pack(struct str in) {
	assert(in.n < UINT_MAX / 2);
	z_stream z = {0};
	gz_header head = {.os = OS_UNKNOWN}; /* no time, no name, no machine */
	check(deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY), Z_OK);
	check(deflateSetHeader(&z, &head), Z_OK);
	uLong room = deflateBound(&z, in.n);
	unsigned char *out = malloc(room);
	check(out ? Z_OK : Z_MEM_ERROR, Z_OK);
	z.next_in = (const Bytef *)in.p;
	z.avail_in = (uInt)in.n;
	z.next_out = out;
	z.avail_out = (uInt)room;
	check(deflate(&z, Z_FINISH), Z_STREAM_END);
	struct blob *b = blob_new(out, z.total_out);
	check(deflateEnd(&z), Z_OK);
	free(out);
	return b;
}
