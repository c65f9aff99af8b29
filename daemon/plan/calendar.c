/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of free days by shifting and ANDing, 64 days an instruction. */
#include "plan/calendar.h"

#include "base/banned.h"

/* Word w of the set moved down by `by` days. */
static inline uint64_t moved_down(const uint64_t *set, size_t words, size_t w, int by) {
	size_t skip = (size_t)by / 64;
	int bits = by % 64;
	uint64_t low = w + skip < words ? set[w + skip] : 0;
	uint64_t high = w + skip + 1 < words ? set[w + skip + 1] : 0;
	return bits ? low >> bits | high << (64 - bits) : low;
}

void calendar_runs(const uint64_t *free, size_t words, int run, uint64_t *ret) {
	if (ret != free)
		memcpy(ret, free, words * sizeof *ret);
	/* ret holds runs of `have`; a run of have + more is one that starts here and one `more` on. */
	for (int have = 1; have < run;) {
		int more = run - have < have ? run - have : have;
		for (size_t w = 0; w < words; w++)
			ret[w] &= moved_down(ret, words, w, more);
		have += more;
	}
}

void calendar_moved(const uint64_t *free, size_t words, int days, int by, uint64_t *ret) {
	for (size_t w = 0; w < words; w++)
		ret[w] = by ? free[w] << by | (w ? free[w - 1] >> (64 - by) : 0) : free[w];
	if (days % 64 && words)
		ret[words - 1] &= (UINT64_C(1) << days % 64) - 1;
}

/* A start s is free if the block [s − travel, s − travel + run − 1] is. */
static void compile_rows(const struct instance *in, int length, enum band band, uint64_t *rows,
                         uint64_t *scratch) {
	int days = in->lengths[length];
	struct span block = block_of(in, band, 0, days);
	for (int e = 0; e < in->n_experts; e++) {
		calendar_runs(in->experts[e].open, in->words, block.last - block.first + 1, scratch);
		calendar_moved(scratch, in->words, in->days, -block.first, rows + (size_t)e * in->words);
	}
}

void calendar_compile(struct arena *a, struct instance *in) {
	size_t shapes = (size_t)in->n_lengths * BANDS, row = in->words;
	size_t table = (size_t)in->n_experts * row;
	uint64_t *calendar = arena_array(a, uint64_t, shapes * table);
	uint64_t *scratch = arena_array(a, uint64_t, row);
	for (size_t s = 0; s < shapes; s++)
		compile_rows(in, (int)(s / BANDS), (enum band)(s % BANDS), calendar + s * table, scratch);
	in->calendar = calendar;
	uint64_t *starts = arena_array(a, uint64_t, (size_t)in->n_sites * row);
	for (int i = 0; i < in->n_sites; i++, starts += row) {
		struct site *s = &in->sites[i];
		const struct request *r = &in->requests[s->request];
		calendar_runs(in->members[s->member].open, row, r->days, scratch);
		bits_add_range(starts, in->days, r->starts.first, r->starts.last);
		for (size_t w = 0; w < row; w++)
			starts[w] &= scratch[w];
		s->starts = starts;
		s->n_starts = bits_count(starts, row);
	}
}
