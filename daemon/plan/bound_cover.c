/* SPDX-License-Identifier: Apache-2.0 */
/* Covers: requests that have only these funds to turn to in a year, and together cost more than is
 * left there. They are looked for where the sweeps, on average, serve more of them than can be. */
#include "plan/bound_own.h"

#include <stdlib.h>

#include "base/banned.h"

enum { SMOOTH = 32, POOLS_MAX = 256, WORDS_MAX = 1 << 22 };

static struct yearly *yearly_of(const struct bound *b, int request, int year) {
	return &b->yearly[request * (b->in->years + 1) + year];
}

static size_t set_words(const struct bound *b) {
	return bits_words(b->in->n_funds * b->in->years);
}

void covers_compile(struct bound *b) {
	const struct instance *in = b->in;
	size_t n = (size_t)in->n_requests * ((size_t)in->years + 1);
	b->yearly = arena_array(b->arena, struct yearly, n);
	b->least = arena_array(b->arena, int64_t, (size_t)in->n_requests);
	if (n * set_words(b) > WORDS_MAX)
		return;
	for (size_t i = 0; i < n; i++)
		b->yearly[i].pools = arena_array(b->arena, uint64_t, set_words(b));
	for (int q = 0; q < in->n_requests; q++) {
		const struct request *r = &in->requests[q];
		for (int k = r->site; k < r->site + r->n_sites; k++)
			if (k == r->site || b->places[k].least < b->least[q])
				b->least[q] = b->places[k].least;
		for (int i = 0; i < b->demands[q].n_seasons; i++) {
			const struct season *s = &b->demands[q].seasons[i];
			for (int k = 0; k < s->n_funds; k++) {
				int pool = s->funds[k] * in->years + s->year;
				bits_add(yearly_of(b, q, s->year)->pools, pool);
				bits_add(yearly_of(b, q, in->years)->pools, pool);
			}
		}
	}
}

void covers_watch(struct bound *b) {
	const struct instance *in = b->in;
	b->watched++;
	for (int q = 0; q < in->n_requests; q++)
		for (int y = 0; y <= in->years; y++) {
			int32_t start = b->choices[q].start;
			bool served = start != NO_DAY && (y == in->years || in->year_of[start] == y);
			struct yearly *at = yearly_of(b, q, y);
			at->served += ((served ? SERVED : 0) - at->served) / SMOOTH;
		}
}

void covers_charge(struct bound *b) {
	const struct instance *in = b->in;
	for (size_t i = 0; i < (size_t)in->n_requests * ((size_t)in->years + 1); i++)
		b->yearly[i].charge = 0;
	for (int i = 0; i < b->n_covers; i++) {
		const struct cover *c = &b->covers[i];
		for (int k = 0; k < c->n; k++)
			yearly_of(b, c->requests[k], c->year < 0 ? in->years : c->year)->charge +=
				b->now->cover[i];
	}
}

/* Sets of pools worth a look: those of one request in one year, and unions of two. */
struct pools {
	uint64_t *sets;
	size_t n, words;
};

static void pools_add(struct pools *p, const uint64_t *x, const uint64_t *y) {
	uint64_t *set = p->sets + p->n * p->words;
	if (p->n == POOLS_MAX)
		return;
	for (size_t w = 0; w < p->words; w++)
		set[w] = x[w] | y[w];
	for (size_t i = 0; i < p->n; i++)
		if (!memcmp(p->sets + i * p->words, set, p->words * sizeof *set))
			return;
	p->n += bits_any(set, p->words);
}

static void pools_collect(const struct bound *b, int year, struct pools *p) {
	for (int q = 0; q < b->in->n_requests; q++)
		if (b->demands[q].n_seasons)
			pools_add(p, yearly_of(b, q, year)->pools, yearly_of(b, q, year)->pools);
	size_t n = p->n < 24 ? p->n : 24;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			pools_add(p, p->sets + i * p->words, p->sets + k * p->words);
}

struct payer {
	int64_t cost;
	int32_t served;
	int request;
	bool in;
};

static bool within(const uint64_t *set, const uint64_t *whole, size_t words) {
	for (size_t w = 0; w < words; w++)
		if (set[w] & ~whole[w])
			return false;
	return true;
}

/* Most missing from being served, a unit of cost, last. */
static int by_promise(const void *x, const void *y) {
	const struct payer *a = x, *b = y;
	__int128 left = (__int128)(SERVED - a->served) * b->cost;
	__int128 right = (__int128)(SERVED - b->served) * a->cost;
	if (left != right)
		return left < right ? -1 : 1;
	return a->request - b->request;
}

/* Take members until they cost more than there is; then leave out again, the least served first,
 * whoever is not needed for that. The sum of served less the number taken, or −1 without cover. */
static int64_t choose(struct payer *m, int n, int64_t left, int *ret_n) {
	int64_t cost = 0, served = 0;
	int i = 0, taken = 0;
	for (; i < n && cost <= left; i++, taken++) {
		m[i].in = true;
		cost += m[i].cost;
		served += m[i].served;
	}
	if (cost <= left)
		return -1;
	while (i-- > 0)
		if (cost - m[i].cost > left) {
			m[i].in = false;
			cost -= m[i].cost;
			served -= m[i].served;
			taken--;
		}
	*ret_n = taken;
	return served - (int64_t)(taken - 1) * SERVED;
}

static bool known(const struct bound *b, const struct cover *c) {
	for (int i = 0; i < b->n_covers; i++) {
		const struct cover *o = &b->covers[i];
		if (o->year == c->year && o->most == c->most && o->n == c->n
		    && !memcmp(o->requests, c->requests, (size_t)c->n * sizeof *c->requests))
			return true;
	}
	return false;
}

static int rising(const void *x, const void *y) {
	const uint16_t *a = x, *b = y;
	return *a < *b ? -1 : *a > *b;
}

/* The chosen, and all who cost as much as the dearest of them. */
static bool keep(struct bound *b, const struct payer *m, int n, int year, int taken,
                 const uint64_t *pools) {
	struct cover c = {.year = year < b->in->years ? year : -1, .most = taken - 1};
	size_t words = set_words(b);
	int64_t dearest = 0;
	for (int i = 0; i < n; i++)
		dearest = m[i].in && m[i].cost > dearest ? m[i].cost : dearest;
	c.requests = arena_array(b->arena, uint16_t, (size_t)n);
	for (int i = 0; i < n; i++)
		if (m[i].in || m[i].cost >= dearest)
			c.requests[c.n++] = (uint16_t)m[i].request;
	qsort(c.requests, (size_t)c.n, sizeof *c.requests, rising);
	if (known(b, &c))
		return false;
	c.pools = arena_array(b->arena, uint64_t, words);
	memcpy(c.pools, pools, words * sizeof *pools);
	b->covers[b->n_covers++] = c;
	return true;
}

static bool find_in(struct bound *b, int year, const uint64_t *pools, struct payer *m) {
	const struct instance *in = b->in;
	int64_t left = 0;
	int n = 0, taken = 0;
	bits_each(pools, set_words(b), i) left += b->room.budget[i];
	for (int q = 0; q < in->n_requests; q++) {
		const struct yearly *at = yearly_of(b, q, year);
		if (b->demands[q].n_seasons && b->least[q] > 0 && within(at->pools, pools, set_words(b)))
			m[n++] = (struct payer){b->least[q], at->served, q, false};
	}
	qsort(m, (size_t)n, sizeof *m, by_promise);
	if (choose(m, n, left, &taken) < SERVED / 20)
		return false;
	return keep(b, m, n, year, taken, pools);
}

int covers_find(struct bound *b) {
	const struct instance *in = b->in;
	struct pools pools = {.words = set_words(b)};
	struct payer *members = calloc((size_t)in->n_requests + 1, sizeof *members);
	int found = 0;
	pools.sets = calloc((POOLS_MAX + 1) * pools.words + 1, sizeof *pools.sets);
	if (!members || !pools.sets)
		abort();
	for (int y = 0; y <= in->years && b->yearly->pools; y++) {
		pools.n = 0;
		pools_collect(b, y, &pools);
		for (size_t i = 0; i < pools.n && b->n_covers < COVERS_MAX; i++)
			found += find_in(b, y, pools.sets + i * pools.words, members);
	}
	b->now->covers = b->covers;
	b->now->n_covers = b->n_covers;
	free(members);
	free(pools.sets);
	return found;
}
