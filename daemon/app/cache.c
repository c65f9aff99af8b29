/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cache.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/list.h"

#include "base/banned.h"

enum { FIRST_BUCKETS = 64, AREAS = 4, DIGEST = 16 /* of SHA-256's 32 octets */ };

static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8, "SipHash-2-4");
static_assert(sizeof "\"0123456789012345678901-gz\"" <= ETAG_SIZE, "an entity tag fits");

struct entry {
	struct list age;    /* in cache.ages */
	struct entry *next; /* in its bucket */
	uint64_t hash;
	struct cached answer;
	size_t octets; /* what it counts for */
	size_t key_n;
	char key[];
};

struct cache {
	struct list ages; /* least recently used first */
	struct entry **buckets;
	size_t bucket_count; /* a power of two */
	size_t max_octets;
	uint64_t stamp; /* of the last drop */
	uint64_t dropped_at[AREAS];
	struct cache_counters counters;
	unsigned char seed[16];
};

static void *must(void *p) {
	if (!p) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	return p;
}

unsigned cache_area_of(struct str word) {
	static const char *const words[AREAS] = {"activities", "members", "reference", "tokens"};
	for (unsigned i = 0; i < AREAS; i++)
		if (str_is(word, words[i]))
			return 1U << i;
	return CACHE_ALL;
}

/* -- entity tags -- */

void etag_of(struct str octets, char ret[ETAG_SIZE]) {
	static const char version[] = "atelier rendering " CACHE_RENDERING "\n";
	unsigned char digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state s;
	crypto_hash_sha256_init(&s);
	crypto_hash_sha256_update(&s, (const unsigned char *)version, sizeof version - 1);
	if (octets.n)
		crypto_hash_sha256_update(&s, (const unsigned char *)octets.p, octets.n);
	crypto_hash_sha256_final(&s, digest);
	char text[sodium_base64_ENCODED_LEN(DIGEST, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
	sodium_bin2base64(text, sizeof text, digest, DIGEST, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	(void)snprintf(ret, ETAG_SIZE, "\"%s\"", text);
}

void etag_gzip(const char *etag, char ret[ETAG_SIZE]) {
	size_t n = strlen(etag);
	assert(n >= 2 && n + sizeof "-gz" <= ETAG_SIZE && etag[n - 1] == '"');
	memcpy(ret, etag, n - 1);
	memcpy(ret + n - 1, "-gz\"", sizeof "-gz\"");
}

/* -- the table -- */

struct cache *cache_new(size_t max_octets, const unsigned char seed[16]) {
	struct cache *c = must(calloc(1, sizeof *c));
	list_init(&c->ages);
	c->buckets = must(calloc(FIRST_BUCKETS, sizeof *c->buckets));
	c->bucket_count = FIRST_BUCKETS;
	c->max_octets = max_octets;
	memcpy(c->seed, seed, sizeof c->seed);
	return c;
}

static uint64_t hash_of(const struct cache *c, struct str key) {
	uint64_t h;
	crypto_shorthash((unsigned char *)&h, (const unsigned char *)key.p, key.n, c->seed);
	return h;
}

static struct entry **slot(const struct cache *c, uint64_t hash) {
	return &c->buckets[hash & (c->bucket_count - 1)];
}

static struct entry *find(const struct cache *c, struct str key) {
	uint64_t hash = hash_of(c, key);
	struct entry *e = *slot(c, hash);
	while (e && (e->hash != hash || !str_eq(key, (struct str){e->key, e->key_n})))
		e = e->next;
	return e;
}

static void forget(struct cache *c, struct entry *e) {
	struct entry **at = slot(c, e->hash);
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	list_remove(&e->age);
	c->counters.entries--;
	c->counters.octets -= e->octets;
	blob_drop(e->answer.identity);
	blob_drop(e->answer.gzip);
	free(e);
}

void cache_free(struct cache *c) {
	if (!c)
		return;
	while (!list_empty(&c->ages))
		forget(c, list_entry(list_first(&c->ages), struct entry, age));
	free(c->buckets);
	free(c);
}

static void grow(struct cache *c) {
	size_t old_count = c->bucket_count;
	struct entry **old = c->buckets;
	c->bucket_count = old_count * 2;
	c->buckets = must(calloc(c->bucket_count, sizeof *c->buckets));
	for (size_t i = 0; i < old_count; i++) {
		for (struct entry *e = old[i], *next; e; e = next) {
			next = e->next;
			struct entry **at = slot(c, e->hash);
			e->next = *at;
			*at = e;
		}
	}
	free(old);
}

static void fit(struct cache *c) {
	while (c->counters.octets > c->max_octets && !list_empty(&c->ages)) {
		forget(c, list_entry(list_first(&c->ages), struct entry, age));
		c->counters.evicted++;
	}
}

void cache_limit(struct cache *c, size_t max_octets) {
	c->max_octets = max_octets;
	fit(c);
}

const struct cached *cache_get(struct cache *c, struct str key) {
	struct entry *e = find(c, key);
	if (!e) {
		c->counters.misses++;
		return NULL;
	}
	c->counters.hits++;
	list_remove(&e->age);
	list_append(&c->ages, &e->age);
	return &e->answer;
}

uint64_t cache_stamp(const struct cache *c) {
	return c->stamp;
}

static bool stale(const struct cache *c, unsigned areas, uint64_t stamp) {
	for (unsigned i = 0; i < AREAS; i++)
		if ((areas & 1U << i) && c->dropped_at[i] > stamp)
			return true;
	return false;
}

void cache_put(struct cache *c, struct str key, const struct cached *answer, uint64_t stamp) {
	struct entry *e = find(c, key);
	if (stale(c, answer->areas, stamp))
		return;
	if (e)
		forget(c, e);
	size_t octets = sizeof *e + key.n + answer->identity->n + (answer->gzip ? answer->gzip->n : 0);
	if (octets > c->max_octets / 2)
		return;
	if (c->counters.entries >= c->bucket_count)
		grow(c);
	e = must(malloc(sizeof *e + key.n));
	*e = (struct entry){
		.hash = hash_of(c, key), .answer = *answer, .octets = octets, .key_n = key.n};
	memcpy(e->key, key.p, key.n);
	blob_hold(e->answer.identity);
	blob_hold(e->answer.gzip);
	struct entry **at = slot(c, e->hash);
	e->next = *at;
	*at = e;
	list_append(&c->ages, &e->age);
	c->counters.entries++;
	c->counters.octets += octets;
	fit(c);
}

void cache_attach_gzip(struct cache *c, struct str key, const char *etag, struct blob *gzip) {
	struct entry *e = find(c, key);
	if (!e || e->answer.gzip || strcmp(e->answer.etag, etag) != 0)
		return;
	e->answer.gzip = blob_hold(gzip);
	e->octets += gzip->n;
	c->counters.octets += gzip->n;
	list_remove(&e->age);
	list_append(&c->ages, &e->age);
	fit(c);
}

void cache_drop(struct cache *c, unsigned areas) {
	c->stamp++;
	for (unsigned i = 0; i < AREAS; i++)
		if (areas & 1U << i)
			c->dropped_at[i] = c->stamp;
	for (struct list *at = c->ages.next, *next; at != &c->ages; at = next) {
		next = at->next;
		struct entry *e = list_entry(at, struct entry, age);
		if (e->answer.areas & areas) {
			forget(c, e);
			c->counters.dropped++;
		}
	}
}

struct cache_counters cache_counters(const struct cache *c) {
	return c->counters;
}
