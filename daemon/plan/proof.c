/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/proof.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "plan/certificate.h"
#include "plan/exact.h"

#include "base/banned.h"

enum { SLICE = 64, TURN = 8 * SLICE, SWEEPS = 10 };

/* Up to `lock` the worker's own, below it what both sides see while they hold it. */
struct proof {
	const struct instance *in;
	struct bound *bound; /* or */
	struct exact *exact;
	unsigned sweeps;
	int64_t scale;
	bool aside;
	bool (*stop)(void *); /* may be NULL */
	void *of;
	pthread_t thread;
	atomic_bool done;

	pthread_mutex_t lock;
	int64_t value;
	uint64_t units;
	struct prices *prices;
	bool new_prices;
	struct plan *offered, *found; /* by the search; by branching */
	bool new_offer, new_find;
};

/* After some work: what the search may know. */
static void publish(struct proof *p) {
	(void)pthread_mutex_lock(&p->lock);
	if (p->exact) {
		const struct plan *best = exact_plan(p->exact);
		p->value = exact_bound(p->exact);
		p->units = exact_units(p->exact);
		if (best->value > p->found->value) {
			plan_copy(p->found, best);
			p->new_find = true;
		}
	} else {
		p->value = bound_value(p->bound);
		p->units = bound_units(p->bound);
		if (bound_sweeps(p->bound) >= p->sweeps + SWEEPS) {
			p->sweeps = bound_sweeps(p->bound);
			prices_copy(p->prices, bound_prices(p->bound));
			p->new_prices = true;
		}
	}
	(void)pthread_mutex_unlock(&p->lock);
}

static void work(struct proof *p) {
	if (p->exact) {
		(void)pthread_mutex_lock(&p->lock);
		if (p->new_offer)
			exact_offer(p->exact, p->offered);
		p->new_offer = false;
		(void)pthread_mutex_unlock(&p->lock);
		if (exact_step(p->exact, SLICE))
			p->done = true;
	} else
		bound_step(p->bound, SLICE);
	publish(p);
}

static void *work_aside(void *of) {
	struct proof *p = of;
	while (!p->done)
		work(p);
	return NULL;
}

struct proof *proof_new(const struct instance *in, bool aside) {
	struct proof *p = calloc(1, sizeof *p);
	if (!p || pthread_mutex_init(&p->lock, NULL) != 0)
		abort();
	p->in = in;
	p->value = INT64_MAX;
	p->found = plan_new(in);
	p->offered = plan_new(in);
	if (exact_fits(in)) {
		p->exact = exact_new(in, NULL);
		p->scale = 1;
	} else {
		p->bound = bound_new(in);
		p->scale = bound_prices(p->bound)->scale;
	}
	p->prices = prices_new(in, p->scale);
	p->aside = aside && pthread_create(&p->thread, NULL, work_aside, p) == 0;
	return p;
}

void proof_stop(struct proof *p) {
	p->done = true;
	if (p->aside)
		(void)pthread_join(p->thread, NULL);
	p->aside = false;
}

void proof_free(struct proof *p) {
	if (!p)
		return;
	proof_stop(p);
	bound_free(p->bound);
	exact_free(p->exact);
	prices_free(p->prices);
	plan_free(p->offered);
	plan_free(p->found);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

void proof_heed(struct proof *p, bool (*stop)(void *), void *of) {
	p->stop = stop;
	p->of = of;
}

void proof_reach(struct proof *p, uint64_t units) {
	while (!p->aside && !p->done && p->units < units && !(p->stop && p->stop(p->of)))
		work(p);
}

void proof_turn(struct proof *p, struct search *s) {
	uint64_t units = search_units(s), most = p->aside ? 0 : p->units + TURN;
	proof_reach(p, units < most ? units : most);
	(void)pthread_mutex_lock(&p->lock);
	if (p->new_prices)
		search_guide(s, p->prices);
	p->new_prices = false;
	if (p->new_find && p->found->value > search_best(s)->value)
		search_take(s, p->found);
	p->new_find = false;
	if (p->exact && search_best(s)->value > p->offered->value) {
		plan_copy(p->offered, search_best(s));
		p->new_offer = true;
	}
	(void)pthread_mutex_unlock(&p->lock);
}

int64_t proof_scale(const struct proof *p) {
	return p->scale;
}

int64_t proof_bound(struct proof *p) {
	(void)pthread_mutex_lock(&p->lock);
	int64_t value = p->value;
	(void)pthread_mutex_unlock(&p->lock);
	return value;
}

uint64_t proof_units(struct proof *p) {
	(void)pthread_mutex_lock(&p->lock);
	uint64_t units = p->units;
	(void)pthread_mutex_unlock(&p->lock);
	return units;
}

void proof_certificate(const struct proof *p, struct buf *b) {
	if (p->value == INT64_MAX)
		return;
	if (p->exact)
		buf_adds(b, "{\"by\": \"search\"}");
	else
		certificate_write(b, bound_prices(p->bound));
}
