/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Rendered answers in memory, and their entity tags. One thread (the loop's); nothing is
 * allocated on a hit. What may be cached is the caller's to know: the key must hold everything
 * the octets depend on (canonical route, sorted query, the UTC day, the identity if it matters),
 * except the content coding, for both codings live in one entry. */
#include <stddef.h>
#include <stdint.h>

#include "base/blob.h"
#include "base/str.h"

/* What an answer was made of, and what a NOTIFY says has changed (ARCHITECTURE.md, seam 6). */
enum cache_area {
	CACHE_ACTIVITIES = 1,
	CACHE_MEMBERS = 2,
	CACHE_REFERENCE = 4,
	CACHE_TOKENS = 8,
	CACHE_ALL = 15,
};
/* "activities" → CACHE_ACTIVITIES …; CACHE_ALL for a word that is not known. */
unsigned cache_area_of(struct str word);

/* -- entity tags (RFC 9110 §8.8.3): strong, with their quotes -- */
enum { ETAG_SIZE = 32, CURSOR_SIZE = 256 };
/* Raised when the same rows would give other octets than the last release gave. */
#define CACHE_RENDERING "1"
/* "\"<22 letters>\"": SHA-256 of rendering version and octets, 128 bits of it in base64url. Safe
 * in a worker thread (large bodies belong there: SHA-256 does about 250 MB/s). */
void etag_of(struct str octets, char ret[ETAG_SIZE]);
/* The tag of the same answer in gzip: `"x"` → `"x-gz"`. `etag` comes from etag_of. */
void etag_gzip(const char *etag, char ret[ETAG_SIZE]);

/* -- the cache -- */
struct cached {
	struct str content_type; /* static text */
	struct blob *identity;   /* the octets */
	struct blob *gzip;       /* the same in gzip; NULL until somebody asked for it */
	char etag[ETAG_SIZE], etag_gzip[ETAG_SIZE];
	char next[CURSOR_SIZE]; /* cursor of the page after this one; "": none */
	int64_t modified;       /* Last-Modified, seconds UTC; 0: none */
	unsigned areas;         /* enum cache_area, or-ed: any of them drops it */
};

struct cache;

/* Holds at most max_octets (bodies, keys and bookkeeping; 0: keeps nothing), least recently used
 * go first. `seed`: 16 random octets against chosen keys. */
struct cache *cache_new(size_t max_octets, const unsigned char seed[16]);
void cache_free(struct cache *c); /* NULL is fine */
void cache_limit(struct cache *c, size_t max_octets);

/* NULL if absent; counts the hit or miss. Valid until the next put, attach, drop or limit:
 * blob_hold what is sent. */
const struct cached *cache_get(struct cache *c, struct str key);

/* Taken before the database is asked, given back with what was made of the answer. */
uint64_t cache_stamp(const struct cache *c);

/* Keep an answer: the struct is copied, both blobs are held, the caller's holds stay the caller's.
 * Replaces what was under the key. Not kept, silently: bigger than half the cache, or one of its
 * areas was dropped after `stamp` (it might show the state before that change). */
void cache_put(struct cache *c, struct str key, const struct cached *answer, uint64_t stamp);

/* Add the gzip form later, if the entry still has these octets (`etag`); else nothing happens.
 * Holds the blob. */
void cache_attach_gzip(struct cache *c, struct str key, const char *etag, struct blob *gzip);

/* Forget what any of these areas went into. CACHE_ALL after a resync. */
void cache_drop(struct cache *c, unsigned areas);

struct cache_counters {
	uint64_t hits, misses, evicted, dropped;
	size_t entries, octets; /* now */
};
struct cache_counters cache_counters(const struct cache *c);
