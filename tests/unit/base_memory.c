/* SPDX-License-Identifier: Apache-2.0 */
/* base/arena, buf, blob, vec, list: what holds things. */
#include "unit.h"

#include <stdalign.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/blob.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/vec.h"

#include "base/banned.h"

static bool all_zero(const unsigned char *p, size_t n) {
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void arena_gives_zeroed_aligned_memory(void **state) {
	(void)state;
	struct arena *a = arena_new();
	assert_int_equal(arena_used(a), 0);
	unsigned char *parts[200];
	for (size_t i = 0; i < 200; i++) {
		size_t n = i * i; /* through several blocks, past the largest usual one */
		parts[i] = arena_alloc(a, n);
		assert_int_equal((uintptr_t)parts[i] % alignof(max_align_t), 0);
		assert_true(all_zero(parts[i], n));
		memset(parts[i], (int)i, n);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t k = 0; k < i * i; k++)
			if (parts[i][k] != i)
				fail_msg("part %zu was written over at %zu", i, k);
	assert_true(arena_used(a) >= 199 * 200 * 399 / 6);
	unsigned char *large = arena_alloc(a, 5u << 20);
	assert_true(all_zero(large, 5u << 20));
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	unsigned char *again = arena_alloc(a, 3000); /* where other things were */
	assert_true(all_zero(again, 3000));
	arena_free(a);
	arena_free(NULL);
}

static void arena_copies_text(void **state) {
	(void)state;
	struct arena *a = arena_new();
	char from[] = "Fiji";
	char *copy = arena_strdup(a, from);
	from[0] = 'x';
	assert_string_equal(copy, "Fiji");
	copy = arena_dup(a, "a\0b", 3);
	assert_memory_equal(copy, "a\0b\0", 4);
	assert_string_equal(arena_dup(a, NULL, 0), "");
	char *long_text = arena_printf(a, "%06000d|%s", 7, "end");
	assert_int_equal(strlen(long_text), 6004);
	assert_string_equal(long_text + 5999, "7|end");
	int *numbers = arena_array(a, int, 10);
	for (int i = 0; i < 10; i++)
		assert_int_equal(numbers[i], 0);
	arena_free(a);
}

static struct buf deferred;
static void note(void *p) {
	buf_adds(&deferred, p);
}

static void arena_runs_what_was_deferred(void **state) {
	(void)state;
	struct arena *a = arena_new();
	char one[] = "1", two[] = "2", three[] = "3";
	arena_defer(a, note, one);
	arena_defer(a, note, two);
	assert_int_equal(deferred.n, 0);
	arena_reset(a);
	assert_string_equal(deferred.p, "21");
	arena_defer(a, note, three);
	arena_free(a);
	assert_string_equal(deferred.p, "213");
	buf_clear(&deferred);
}

static void buf_grows(void **state) {
	(void)state;
	struct buf b = {0};
	assert_true(str_is(buf_str(&b), ""));
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "%d,", i);
	assert_int_equal(b.n, 10 * 2 + 90 * 3 + 900 * 4);
	assert_memory_equal(b.p, "0,1,2,", 6);
	assert_string_equal(b.p + b.n - 8, "998,999,");
	buf_drop(&b, 4);
	assert_memory_equal(b.p, "2,3,", 4);
	buf_drop(&b, 0);
	buf_drop(&b, b.n);
	assert_string_equal(b.p, "");
	buf_add(&b, "a\0b", 3);
	buf_addc(&b, 'c');
	assert_memory_equal(b.p, "a\0bc\0", 5);
	char *at = buf_reserve(&b, 100000);
	assert_ptr_equal(at, b.p + 4);
	memset(at, 'x', 100000); /* the room is there */
	buf_clear(&b);
	assert_null(b.p);
	buf_clear(&b);
}

static void buf_writes_json_strings(void **state) {
	(void)state;
	struct buf b = {0};
	buf_json(&b, (struct str){"a\"\\\n\r\t\x01\x7f\0/\xC3\xA9", 12});
	assert_string_equal(b.p, "\"a\\\"\\\\\\n\\u000d\\u0009\\u0001\\u007f\\u0000/\xC3\xA9\"");
	buf_clear(&b);
	buf_json(&b, STR(""));
	assert_string_equal(b.p, "\"\"");
	buf_clear(&b);
}

static void blob_lives_with_its_holders(void **state) {
	(void)state;
	char from[] = "abc";
	struct blob *b = blob_new(from, 3);
	from[0] = 'x';
	assert_ptr_equal(blob_hold(b), b);
	assert_int_equal(b->holds, 2);
	blob_drop(b);
	assert_int_equal(b->n, 3);
	assert_string_equal(b->bytes, "abc");
	blob_drop(b);
	b = blob_new(NULL, 0);
	assert_int_equal(b->n, 0);
	assert_string_equal(b->bytes, "");
	blob_drop(b);
	assert_null(blob_hold(NULL));
	blob_drop(NULL);
}

static void vec_grows(void **state) {
	(void)state;
	struct {
		int *at;
		size_t n, room;
	} v = {0};
	for (int i = 0; i < 1000; i++)
		*vec_push(&v) = i * 3;
	assert_int_equal(v.n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(v.at[i], i * 3);
	vec_clear(&v);
	assert_null(v.at);
	assert_int_equal(v.n, 0);
	assert_int_equal(v.room, 0);
}

struct thing {
	int number;
	struct list link;
};

static void list_keeps_order(void **state) {
	(void)state;
	struct list head, other;
	struct thing things[5];
	list_init(&head);
	list_init(&other);
	assert_true(list_empty(&head));
	assert_null(list_first(&head));
	for (int i = 0; i < 5; i++) {
		things[i].number = i;
		list_append(&head, &things[i].link);
	}
	int sum = 0, place = 0;
	list_each (&head, at) {
		assert_int_equal(list_entry(at, struct thing, link)->number, place++);
		sum += list_entry(at, struct thing, link)->number;
	}
	assert_int_equal(sum, 10);
	list_remove(&things[0].link);
	list_remove(&things[0].link); /* in no list: nothing happens */
	list_append(&other, &things[0].link);
	assert_ptr_equal(list_first(&head), &things[1].link);
	assert_ptr_equal(list_first(&other), &things[0].link);
	for (int i = 1; i < 5; i++)
		list_remove(&things[i].link);
	assert_true(list_empty(&head));
	assert_false(list_empty(&other));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(arena_copies_text),
		cmocka_unit_test(arena_runs_what_was_deferred),
		cmocka_unit_test(buf_grows),
		cmocka_unit_test(buf_writes_json_strings),
		cmocka_unit_test(blob_lives_with_its_holders),
		cmocka_unit_test(vec_grows),
		cmocka_unit_test(list_keeps_order),
	};
	return cmocka_run_group_tests_name("base/memory", tests, NULL, NULL);
}
