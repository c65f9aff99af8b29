/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/prices.h"

#include <stdlib.h>

#include "base/vec.h"

#include "base/banned.h"

static int64_t *row_new(size_t n) {
	int64_t *row = calloc(n ? n : 1, sizeof *row);
	if (!row)
		abort();
	return row;
}

struct prices *prices_new(const struct instance *in, int64_t scale) {
	struct prices *p = calloc(1, sizeof *p);
	if (!p)
		abort();
	size_t days = (size_t)in->days, years = (size_t)in->years, experts = (size_t)in->n_experts;
	size_t regions = (size_t)in->n_regions, members = (size_t)in->n_members;
	p->in = in;
	p->scale = scale;
	p->parallel = row_new(days);
	if (in->rules.parallel_region)
		p->parallel_region = row_new(regions * days);
	p->budget = row_new((size_t)in->n_funds * years);
	p->missions = row_new(experts * years);
	p->days = row_new(experts * years);
	p->load = row_new(experts);
	p->balance = row_new(regions);
	p->national = row_new(members * years);
	p->cover = row_new(COVERS_MAX);
	p->busy = calloc(experts + 1, sizeof *p->busy);
	p->gap = calloc(members + 1, sizeof *p->gap);
	if (!p->busy || !p->gap)
		abort();
	return p;
}

void prices_free(struct prices *p) {
	if (!p)
		return;
	for (int e = 0; e < p->in->n_experts; e++)
		free(p->busy[e]);
	for (int m = 0; m < p->in->n_members; m++)
		free(p->gap[m]);
	free(p->parallel);
	free(p->parallel_region);
	free(p->budget);
	free(p->busy);
	free(p->missions);
	free(p->days);
	free(p->load);
	free(p->balance);
	free(p->gap);
	free(p->national);
	free(p->cover);
	free(p);
}

int64_t *prices_row(const struct prices *p, int64_t **row) {
	if (!*row)
		*row = row_new((size_t)p->in->days);
	return *row;
}

static void copy_rows(const struct prices *p, int64_t **dst, int64_t *const *src, int n) {
	for (int i = 0; i < n; i++)
		if (src[i])
			memcpy(prices_row(p, &dst[i]), src[i], (size_t)p->in->days * sizeof **src);
		else if (dst[i])
			memset(dst[i], 0, (size_t)p->in->days * sizeof **dst);
}

void prices_copy(struct prices *dst, const struct prices *src) {
	const struct instance *in = dst->in;
	size_t days = (size_t)in->days, years = (size_t)in->years, experts = (size_t)in->n_experts;
	size_t regions = (size_t)in->n_regions, members = (size_t)in->n_members;
	dst->scale = src->scale;
#define COPY(field, n) memcpy(dst->field, src->field, (n) * sizeof *dst->field)
	COPY(parallel, days);
	if (src->parallel_region)
		COPY(parallel_region, regions * days);
	COPY(budget, (size_t)in->n_funds * years);
	COPY(missions, experts * years);
	COPY(days, experts * years);
	COPY(load, experts);
	COPY(balance, regions);
	COPY(national, members * years);
	COPY(cover, COVERS_MAX);
	dst->covers = src->covers;
	dst->n_covers = src->n_covers;
#undef COPY
	copy_rows(dst, dst->busy, src->busy, in->n_experts);
	copy_rows(dst, dst->gap, src->gap, in->n_members);
}

/* Every array of prices, one after the other: rows that are not there count as zeros. */
struct walk {
	const struct prices *p;
	void (*row)(struct walk *w, int64_t *row, size_t n); /* row NULL: all zero */
	int64_t **optional; /* the row could be made here; NULL: it is there */
	struct packed_prices *packed;
	size_t next; /* of the packed */
	uint32_t at;
};

static void walk_rows(struct walk *w, int64_t **rows, int n) {
	for (int i = 0; i < n; i++) {
		w->optional = &rows[i];
		w->row(w, rows[i], (size_t)w->p->in->days);
		w->at += (uint32_t)w->p->in->days;
	}
	w->optional = NULL;
}

static void walk_row(struct walk *w, int64_t *row, size_t n) {
	w->row(w, row, n);
	w->at += (uint32_t)n;
}

static void walk(struct walk *w) {
	const struct prices *p = w->p;
	const struct instance *in = p->in;
	size_t years = (size_t)in->years, experts = (size_t)in->n_experts;
	walk_row(w, p->parallel, (size_t)in->days);
	if (p->parallel_region)
		walk_row(w, p->parallel_region, (size_t)in->n_regions * (size_t)in->days);
	walk_row(w, p->budget, (size_t)in->n_funds * years);
	walk_row(w, p->missions, experts * years);
	walk_row(w, p->days, experts * years);
	walk_row(w, p->load, experts);
	walk_row(w, p->balance, (size_t)in->n_regions);
	walk_row(w, p->national, (size_t)in->n_members * years);
	walk_row(w, p->cover, COVERS_MAX);
	walk_rows(w, p->busy, in->n_experts);
	walk_rows(w, p->gap, in->n_members);
}

static void pack_row(struct walk *w, int64_t *row, size_t n) {
	for (size_t i = 0; row && i < n; i++)
		if (row[i])
			*vec_push(w->packed) = (struct packed_price){w->at + (uint32_t)i, row[i]};
}

void prices_pack(const struct prices *p, struct packed_prices *ret) {
	ret->n = 0;
	struct walk w = {.p = p, .row = pack_row, .packed = ret};
	walk(&w);
}

static void unpack_row(struct walk *w, int64_t *row, size_t n) {
	const struct packed_prices *from = w->packed;
	if (row)
		memset(row, 0, n * sizeof *row);
	for (; w->next < from->n && from->at[w->next].index < w->at + n; w->next++) {
		if (!row)
			row = prices_row(w->p, w->optional);
		row[from->at[w->next].index - w->at] = from->at[w->next].price;
	}
}

void prices_unpack(const struct packed_prices *from, struct prices *ret) {
	struct packed_prices copy = *from;
	struct walk w = {.p = ret, .row = unpack_row, .packed = &copy};
	walk(&w);
}
