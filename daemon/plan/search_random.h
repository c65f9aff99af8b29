/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* splitmix64: the same seed gives the same numbers everywhere. */
#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline uint64_t dice_next(struct dice *d) {
	uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* 0 … n − 1; 0 if n is 0. */
static inline int64_t dice_below(struct dice *d, int64_t n) {
	return (int64_t)((unsigned __int128)dice_next(d) * (uint64_t)n >> 64);
}
static inline int dice_pick(struct dice *d, int n) {
	return (int)dice_below(d, n);
}
