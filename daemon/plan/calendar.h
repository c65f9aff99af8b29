/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Bit-sliced calendars: one bit a start, 64 starts an instruction.
 *
 * For every expert, band and workshop length the instance keeps the set of starts on which the
 * expert's whole block (travel, workshop, travel, rest) meets no unavailable day. The team's and
 * the plan's questions are answered by ANDing such rows. */
#include "plan/model.h"

/* The shape of a request's workshop for an expert of this band. */
static inline int calendar_shape(const struct request *r, enum band band) {
	return r->length * BANDS + (int)band;
}
static inline const uint64_t *calendar_row(const struct instance *in, int shape, int expert) {
	return in->calendar + ((size_t)shape * (size_t)in->n_experts + (size_t)expert) * in->words;
}

/* ret = days d such that d … d + run - 1 are all in `free`; days at or past `days` are not free.
 * ret may be `free`. log2(run) passes. */
void calendar_runs(const uint64_t *free, size_t words, int run, uint64_t *ret);

/* ret = free moved up by `by` days (0 … 63), cut at `days`. ret may not be `free`. */
void calendar_moved(const uint64_t *free, size_t words, int days, int by, uint64_t *ret);

/* Fill lengths, calendar, and the sites' starts; called by instance_compile(). */
void calendar_compile(struct arena *a, struct instance *in);
