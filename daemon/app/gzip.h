/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* gzip (RFC 1952), level 6, no name, no time: the same octets in give the same octets out. */
#include "base/blob.h"
#include "base/str.h"

/* Past this a worker thread does it, not the loop. */
enum { GZIP_ON_LOOP_MAX = 64 * 1024 };

/* A new blob, held once. Touches nothing but its argument: safe in a worker thread. Never fails
 * (out of memory ends the process). */
struct blob *gzip_pack(struct str in);
