/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Sets of small numbers (mostly days) in 64-bit words: bit d of the set is bit d % 64 of word
 * d / 64. Bits past the set's last member are zero in every set this program keeps. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t bits_words(int n) {
	return ((size_t)n + 63) / 64;
}
static inline bool bits_has(const uint64_t *set, int i) {
	return set[i >> 6] >> (i & 63) & 1;
}
static inline void bits_add(uint64_t *set, int i) {
	set[i >> 6] |= UINT64_C(1) << (i & 63);
}
static inline void bits_drop(uint64_t *set, int i) {
	set[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}

/* The bits of word w that lie in [first, last]. */
static inline uint64_t bits_part(int w, int first, int last) {
	int a = first - w * 64, b = last - w * 64;
	if (b < 0 || a > 63 || a > b)
		return 0;
	uint64_t from = a <= 0 ? ~UINT64_C(0) : ~UINT64_C(0) << a;
	uint64_t upto = b >= 63 ? ~UINT64_C(0) : (UINT64_C(1) << (b + 1)) - 1;
	return from & upto;
}

/* [first, last] within [0, n); what lies outside is ignored, as is an empty range. */
static inline void bits_add_range(uint64_t *set, int n, int first, int last) {
	first = first < 0 ? 0 : first, last = last >= n ? n - 1 : last;
	for (int w = first >> 6; first <= last && w <= last >> 6; w++)
		set[w] |= bits_part(w, first, last);
}
static inline void bits_drop_range(uint64_t *set, int n, int first, int last) {
	first = first < 0 ? 0 : first, last = last >= n ? n - 1 : last;
	for (int w = first >> 6; first <= last && w <= last >> 6; w++)
		set[w] &= ~bits_part(w, first, last);
}
static inline bool bits_meets_range(const uint64_t *set, int n, int first, int last) {
	first = first < 0 ? 0 : first, last = last >= n ? n - 1 : last;
	for (int w = first >> 6; first <= last && w <= last >> 6; w++)
		if (set[w] & bits_part(w, first, last))
			return true;
	return false;
}

static inline bool bits_any(const uint64_t *set, size_t words) {
	for (size_t w = 0; w < words; w++)
		if (set[w])
			return true;
	return false;
}
static inline int bits_count(const uint64_t *set, size_t words) {
	int n = 0;
	for (size_t w = 0; w < words; w++)
		n += __builtin_popcountll(set[w]);
	return n;
}

/* The first member at or after `from`, or -1. */
static inline int bits_next(const uint64_t *set, size_t words, int from) {
	if (from < 0)
		from = 0;
	size_t w = (size_t)from >> 6;
	if (w >= words)
		return -1;
	uint64_t word = set[w] & ~UINT64_C(0) << (from & 63);
	while (!word) {
		if (++w == words)
			return -1;
		word = set[w];
	}
	return (int)(w * 64) + __builtin_ctzll(word);
}

/* for (int d = …) over the members in rising order */
#define bits_each(set, words, d)                                                                   \
	for (int d = bits_next(set, words, 0); d >= 0; d = bits_next(set, words, d + 1))
