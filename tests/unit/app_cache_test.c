/* SPDX-License-Identifier: Apache-2.0 */
/* app/cache and app/gzip: what is kept, for how long, and under which tag. */
#include "unit.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "app/cache.h"
#include "app/gzip.h"

#include "base/banned.h"

static const unsigned char seed[16] = "sixteen octets.";

static struct cached answer_of(const char *text, unsigned areas) {
	struct cached c = {.content_type = STR("text/plain"),
	                   .identity = blob_new(text, strlen(text)),
	                   .modified = 1772355600,
	                   .areas = areas};
	etag_of((struct str){c.identity->bytes, c.identity->n}, c.etag);
	etag_gzip(c.etag, c.etag_gzip);
	return c;
}

static void put(struct cache *c, const char *key, const char *text, unsigned areas) {
	struct cached answer = answer_of(text, areas);
	cache_put(c, str_of(key), &answer, cache_stamp(c));
	blob_drop(answer.identity);
}

static void put_size(struct cache *c, const char *key, size_t n) {
	char *text = malloc(n + 1);
	assert_non_null(text);
	memset(text, 'x', n);
	text[n] = '\0';
	put(c, key, text, CACHE_ACTIVITIES);
	free(text);
}

static void a_kept_answer_is_found(void **state) {
	(void)state;
	struct cache *c = cache_new(1 << 20, seed);
	assert_null(cache_get(c, STR("/v1/a")));
	put(c, "/v1/a", "one", CACHE_ACTIVITIES);
	put(c, "/v1/b", "two", CACHE_ACTIVITIES);
	const struct cached *got = cache_get(c, STR("/v1/a"));
	assert_non_null(got);
	assert_string_equal(got->identity->bytes, "one");
	assert_int_equal(got->identity->holds, 1);
	assert_int_equal(got->modified, 1772355600);
	put(c, "/v1/a", "three", CACHE_ACTIVITIES);
	assert_string_equal(cache_get(c, STR("/v1/a"))->identity->bytes, "three");
	assert_string_equal(cache_get(c, STR("/v1/b"))->identity->bytes, "two");
	struct cache_counters n = cache_counters(c);
	assert_int_equal(n.hits, 3);
	assert_int_equal(n.misses, 1);
	assert_int_equal(n.entries, 2);
	cache_free(c);
}

static void an_answer_outlives_its_entry_while_held(void **state) {
	(void)state;
	struct cache *c = cache_new(1 << 20, seed);
	put(c, "k", "octets", CACHE_MEMBERS);
	struct blob *held = blob_hold(cache_get(c, STR("k"))->identity);
	cache_drop(c, CACHE_ALL);
	assert_null(cache_get(c, STR("k")));
	assert_string_equal(held->bytes, "octets");
	blob_drop(held);
	cache_free(c);
}

static void the_least_recently_used_goes_first(void **state) {
	(void)state;
	struct cache *c = cache_new(64 * 1024, seed);
	put_size(c, "a", 18000);
	put_size(c, "b", 18000);
	put_size(c, "c", 18000);
	assert_non_null(cache_get(c, STR("a")));
	put_size(c, "d", 18000);
	assert_non_null(cache_get(c, STR("a")));
	assert_null(cache_get(c, STR("b")));
	assert_non_null(cache_get(c, STR("c")));
	assert_non_null(cache_get(c, STR("d")));
	struct cache_counters n = cache_counters(c);
	assert_int_equal(n.evicted, 1);
	assert_true(n.octets <= 64 * 1024 && n.octets > 54000);
	cache_limit(c, 20000);
	assert_int_equal(cache_counters(c).entries, 1);
	assert_non_null(cache_get(c, STR("d")));
	cache_limit(c, 0);
	assert_int_equal(cache_counters(c).octets, 0);
	cache_free(c);
}

static void what_is_too_large_is_not_kept(void **state) {
	(void)state;
	struct cache *c = cache_new(10000, seed);
	put_size(c, "small", 1000);
	put_size(c, "large", 6000);
	assert_null(cache_get(c, STR("large")));
	assert_non_null(cache_get(c, STR("small")));
	put_size(c, "small", 6000); /* the old octets must not stay under the key */
	assert_null(cache_get(c, STR("small")));
	cache_free(c);
	c = cache_new(0, seed);
	put(c, "k", "", CACHE_ACTIVITIES);
	assert_null(cache_get(c, STR("k")));
	cache_free(c);
}

static void a_drop_takes_its_areas_only(void **state) {
	(void)state;
	struct cache *c = cache_new(1 << 20, seed);
	put(c, "a", "1", CACHE_ACTIVITIES);
	put(c, "m", "2", CACHE_MEMBERS);
	put(c, "am", "3", CACHE_ACTIVITIES | CACHE_MEMBERS);
	cache_drop(c, CACHE_ACTIVITIES);
	assert_null(cache_get(c, STR("a")));
	assert_null(cache_get(c, STR("am")));
	assert_non_null(cache_get(c, STR("m")));
	assert_int_equal(cache_counters(c).dropped, 2);
	assert_int_equal(cache_area_of(STR("activities")), CACHE_ACTIVITIES);
	assert_int_equal(cache_area_of(STR("tokens")), CACHE_TOKENS);
	assert_int_equal(cache_area_of(STR("weather")), CACHE_ALL);
	cache_drop(c, cache_area_of(STR("weather")));
	assert_int_equal(cache_counters(c).entries, 0);
	cache_free(c);
}

/* Asked before a change, answered after its NOTIFY: such an answer may show the old state. */
static void an_answer_from_before_a_change_is_not_kept(void **state) {
	(void)state;
	struct cache *c = cache_new(1 << 20, seed);
	uint64_t before = cache_stamp(c);
	cache_drop(c, CACHE_ACTIVITIES);
	struct cached old = answer_of("old", CACHE_ACTIVITIES | CACHE_MEMBERS);
	cache_put(c, STR("k"), &old, before);
	assert_null(cache_get(c, STR("k")));
	struct cached other = answer_of("other", CACHE_MEMBERS);
	cache_put(c, STR("m"), &other, before);
	assert_non_null(cache_get(c, STR("m")));
	cache_put(c, STR("k"), &old, cache_stamp(c));
	assert_non_null(cache_get(c, STR("k")));
	blob_drop(old.identity);
	blob_drop(other.identity);
	cache_free(c);
}

static void the_gzip_form_joins_only_its_own_octets(void **state) {
	(void)state;
	struct cache *c = cache_new(1 << 20, seed);
	put(c, "k", "new", CACHE_ACTIVITIES);
	struct blob *gzip = gzip_pack(STR("old"));
	char old[ETAG_SIZE], new[ETAG_SIZE];
	etag_of(STR("old"), old);
	etag_of(STR("new"), new);
	cache_attach_gzip(c, STR("k"), old, gzip);
	cache_attach_gzip(c, STR("absent"), new, gzip);
	assert_null(cache_get(c, STR("k"))->gzip);
	size_t octets = cache_counters(c).octets;
	cache_attach_gzip(c, STR("k"), new, gzip);
	assert_ptr_equal(cache_get(c, STR("k"))->gzip, gzip);
	assert_int_equal(cache_counters(c).octets, octets + gzip->n);
	blob_drop(gzip);
	cache_free(c);
}

static void many_keys_stay_apart(void **state) {
	(void)state;
	struct cache *c = cache_new(64 << 20, seed);
	char key[32];
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(key, sizeof key, "/v1/x?%d", i);
		put(c, key, key, CACHE_ACTIVITIES);
	}
	assert_int_equal(cache_counters(c).entries, 5000);
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(key, sizeof key, "/v1/x?%d", i);
		const struct cached *got = cache_get(c, str_of(key));
		assert_non_null(got);
		assert_string_equal(got->identity->bytes, key);
	}
	cache_free(c);
}

static void a_hit_allocates_nothing(void **state) {
	(void)state;
	struct cache *c = cache_new(1 << 20, seed);
	put(c, "k", "octets", CACHE_ACTIVITIES);
	size_t before = mallinfo2().uordblks;
	for (int i = 0; i < 1000; i++)
		assert_non_null(cache_get(c, STR("k")));
	assert_int_equal(mallinfo2().uordblks, before);
	cache_free(c);
}

static void tags_tell_octets_and_codings_apart(void **state) {
	(void)state;
	char a[ETAG_SIZE], b[ETAG_SIZE], gz[ETAG_SIZE];
	etag_of(STR("one"), a);
	etag_of(STR("one"), b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), 24);
	assert_true(a[0] == '"' && a[23] == '"');
	etag_of(STR("two"), b);
	assert_string_not_equal(a, b);
	etag_of((struct str){NULL, 0}, b);
	assert_int_equal(strlen(b), 24);
	etag_gzip(a, gz);
	assert_memory_equal(gz, a, 23);
	assert_string_equal(gz + 23, "-gz\"");
}

static void gzip_gives_back_what_went_in(void **state) {
	(void)state;
	enum { N = 300000 };
	char *in = malloc(N), *back = malloc(N);
	assert_true(in && back);
	for (size_t i = 0; i < N; i++)
		in[i] = (char)("atelier "[i % 8] ^ (char)(i * i >> 16));
	for (size_t n = 0; n <= N; n = n * 7 + 1) {
		struct blob *b = gzip_pack((struct str){in, n}), *again = gzip_pack((struct str){in, n});
		assert_int_equal(b->n, again->n);
		assert_memory_equal(b->bytes, again->bytes, b->n);
		assert_memory_equal(b->bytes + 3, "\0\0\0\0\0\0\xff", 7); /* no name, no time, no system */
		z_stream z = {.next_in = (Bytef *)b->bytes,
		              .avail_in = (uInt)b->n,
		              .next_out = (Bytef *)back,
		              .avail_out = N};
		assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		assert_int_equal(z.total_out, n);
		assert_memory_equal(in, back, n);
		inflateEnd(&z);
		blob_drop(b);
		blob_drop(again);
	}
	free(in);
	free(back);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kept_answer_is_found),
		cmocka_unit_test(an_answer_outlives_its_entry_while_held),
		cmocka_unit_test(the_least_recently_used_goes_first),
		cmocka_unit_test(what_is_too_large_is_not_kept),
		cmocka_unit_test(a_drop_takes_its_areas_only),
		cmocka_unit_test(an_answer_from_before_a_change_is_not_kept),
		cmocka_unit_test(the_gzip_form_joins_only_its_own_octets),
		cmocka_unit_test(many_keys_stay_apart),
		cmocka_unit_test(a_hit_allocates_nothing),
		cmocka_unit_test(tags_tell_octets_and_codings_apart),
		cmocka_unit_test(gzip_gives_back_what_went_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
