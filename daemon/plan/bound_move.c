/* SPDX-License-Identifier: Apache-2.0 */
/* After a sweep: what was wanted too much gets dearer, what nobody wanted cheaper. Every price has
 * a step of its own, the mean of its late excesses over their root mean square (as in Adam), which
 * brings rare and frequent conflicts, days and millions, to one measure. */
#include "plan/bound_own.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

/* One kind of price: moments beside the prices. */
struct kind_of_price {
	struct moment *moments;
	int64_t step, most;
};

struct mover {
	struct kind_of_price parallel, region, budget, missions, days, load, balance, national, cover;
	struct kind_of_price busy, gap; /* step and most only */
	struct moment **busy_rows, **gap_rows;
	int64_t money_grain; /* an excess of so much money counts as 1 / ONE */
	int32_t *running, *running_region, *missions_used, *days_used, *load_used, *region_used;
	int32_t *national_used, *day_used;
	int64_t *spent;
	int32_t *first_seat, *next_seat; /* experts → request * TEAM_MAX + place */
	int32_t *first_national, *next_national;
};

/* An excess of 1 is ONE. */
enum { ONE = 256, EXCESS_MAX = 20000 * ONE, MEAN_SHIFT = 3, SQUARE_SHIFT = 5 };

static int64_t square_root(uint64_t n) {
	uint64_t root = (uint64_t)sqrt((double)n);
	while (root * root > n)
		root--;
	while ((root + 1) * (root + 1) <= n)
		root++;
	return (int64_t)root;
}

static void move(const struct bound *b, const struct kind_of_price *kind, struct moment *moment,
                 int64_t excess, int64_t *price) {
	if (*price == 0 && excess <= 0) {
		moment->mean = 0;
		return;
	}
	if (excess > EXCESS_MAX || excess < -EXCESS_MAX)
		excess = excess > 0 ? EXCESS_MAX : -EXCESS_MAX;
	moment->mean += (excess * ONE - moment->mean) / (1 << MEAN_SHIFT);
	moment->square += (excess * excess - moment->square) / (1 << SQUARE_SHIFT);
	int64_t root = square_root((uint64_t)moment->square) + 1;
	int64_t length = (kind->step + *price / 8) / 256 * b->pace / 256;
	int64_t moved = *price + length * (moment->mean / root) / 256;
	*price = moved < 0 ? 0 : moved > kind->most ? kind->most : moved;
}

static struct moment *moments_new(struct arena *a, size_t n) {
	return arena_array(a, struct moment, n);
}

/* Of what size prices are: a request's worth, and a request's cost. */
static void measure(const struct bound *b, int64_t *ret_worth, int64_t *ret_cost) {
	const struct instance *in = b->in;
	int64_t worth = 0, cost = 0, n = 0;
	for (int q = 0; q < in->n_requests; q++) {
		const struct request *r = &in->requests[q];
		worth += in->weights.served * r->priority / 4;
		cost += r->n_sites ? b->places[r->site].least / 256 : 0;
		n++;
	}
	*ret_worth = n ? 4 * (worth / n) + 1 : 1;
	*ret_cost = n ? 256 * (cost / n) + 256 : 256;
	if (*ret_worth * b->scale > b->most_price)
		*ret_worth = b->most_price / b->scale + 1;
}

static void steps_compile(struct mover *m, const struct bound *b) {
	const struct weights *w = &b->in->weights;
	int64_t worth, cost;
	measure(b, &worth, &cost);
	int64_t whole = worth * b->scale, most = b->most_price;
	m->money_grain = cost / (16 * ONE) + 1;
	m->parallel.step = whole / 120, m->parallel.most = most;
	m->region.step = whole / 40, m->region.most = most;
	m->budget.step = whole / cost / 40 + 1, m->budget.most = b->most_money_price;
	m->missions.step = whole / 300, m->missions.most = most;
	m->days.step = whole / 2000, m->days.most = most / 256;
	m->load.step = w->load * b->scale / 16, m->load.most = w->load * b->scale;
	m->balance.step = w->balance * b->scale / 8, m->balance.most = w->balance * b->scale;
	m->national.step = whole / 12, m->national.most = most;
	m->cover.step = whole / 30, m->cover.most = most / 256;
	m->busy.step = whole / 600, m->busy.most = most;
	m->gap.step = whole / 30 / (b->in->rules.national_gap_days + 1) + 1, m->gap.most = most / 256;
}

struct mover *mover_new(struct arena *a, const struct bound *b) {
	const struct instance *in = b->in;
	size_t days = (size_t)in->days, years = (size_t)in->years, experts = (size_t)in->n_experts;
	size_t regions = (size_t)in->n_regions, members = (size_t)in->n_members;
	size_t pools = (size_t)in->n_funds * years, requests = (size_t)in->n_requests;
	struct mover *m = arena_new_of(a, struct mover);
	m->parallel.moments = moments_new(a, days);
	m->budget.moments = moments_new(a, pools);
	m->missions.moments = moments_new(a, experts * years);
	m->days.moments = moments_new(a, experts * years);
	m->load.moments = moments_new(a, experts);
	m->balance.moments = moments_new(a, regions);
	m->national.moments = moments_new(a, members * years);
	m->cover.moments = moments_new(a, COVERS_MAX);
	m->busy_rows = arena_array(a, struct moment *, experts);
	m->gap_rows = arena_array(a, struct moment *, members);
	m->running = arena_array(a, int32_t, days);
	m->missions_used = arena_array(a, int32_t, experts * years);
	m->days_used = arena_array(a, int32_t, experts * years);
	m->load_used = arena_array(a, int32_t, experts);
	m->region_used = arena_array(a, int32_t, regions);
	m->national_used = arena_array(a, int32_t, members * years);
	m->day_used = arena_array(a, int32_t, days + 1);
	m->spent = arena_array(a, int64_t, pools);
	m->first_seat = arena_array(a, int32_t, experts);
	m->next_seat = arena_array(a, int32_t, requests * TEAM_MAX);
	m->first_national = arena_array(a, int32_t, members);
	m->next_national = arena_array(a, int32_t, requests);
	if (in->rules.parallel_region) {
		m->region.moments = moments_new(a, regions * days);
		m->running_region = arena_array(a, int32_t, regions * days);
	}
	steps_compile(m, b);
	return m;
}

void mover_free(struct mover *m, const struct bound *b) {
	for (int e = 0; e < b->in->n_experts; e++)
		free(m->busy_rows[e]);
	for (int i = 0; i < b->in->n_members; i++)
		free(m->gap_rows[i]);
}

#define ZERO(p, n) memset((p), 0, (n) * sizeof *(p))

void mover_reset(struct mover *m, const struct bound *b) {
	const struct instance *in = b->in;
	size_t days = (size_t)in->days, years = (size_t)in->years, experts = (size_t)in->n_experts;
	size_t members = (size_t)in->n_members;
	ZERO(m->parallel.moments, days);
	ZERO(m->budget.moments, (size_t)in->n_funds * years);
	ZERO(m->missions.moments, experts * years);
	ZERO(m->days.moments, experts * years);
	ZERO(m->load.moments, experts);
	ZERO(m->balance.moments, (size_t)in->n_regions);
	ZERO(m->national.moments, members * years);
	ZERO(m->cover.moments, COVERS_MAX);
	if (m->running_region)
		ZERO(m->region.moments, (size_t)in->n_regions * days);
	for (size_t e = 0; e < experts; e++)
		if (m->busy_rows[e])
			ZERO(m->busy_rows[e], days);
	for (size_t i = 0; i < members; i++)
		if (m->gap_rows[i])
			ZERO(m->gap_rows[i], days);
}

static void forget(struct mover *m, const struct instance *in) {
	size_t days = (size_t)in->days, years = (size_t)in->years, experts = (size_t)in->n_experts;
	ZERO(m->running, days);
	if (m->running_region)
		ZERO(m->running_region, (size_t)in->n_regions * days);
	ZERO(m->missions_used, experts * years);
	ZERO(m->days_used, experts * years);
	ZERO(m->load_used, experts);
	ZERO(m->region_used, (size_t)in->n_regions);
	ZERO(m->national_used, (size_t)in->n_members * years);
	ZERO(m->spent, (size_t)in->n_funds * years);
	for (size_t e = 0; e < experts; e++)
		m->first_seat[e] = -1;
	for (int i = 0; i < in->n_members; i++)
		m->first_national[i] = -1;
}

static enum band band_at(const struct instance *in, const struct choice *c, int expert) {
	const struct site *site = &in->sites[c->site];
	return band_of(in, in->requests[site->request].mode,
	               instance_km(in, in->experts[expert].home, site->member));
}

static void use_team(struct mover *m, const struct instance *in, int request,
                     const struct choice *c) {
	int year = in->year_of[c->start];
	for (int i = 0; i < c->n_team; i++) {
		int e = c->team[i], seat = request * TEAM_MAX + i;
		m->missions_used[e * in->years + year]++;
		m->days_used[e * in->years + year] +=
			mission_days(in, band_at(in, c, e), in->requests[request].days);
		m->load_used[e]++;
		m->next_seat[seat] = m->first_seat[e];
		m->first_seat[e] = seat;
	}
}

/* Of funds that ask nearly the same, the one with most left pays: it is the price of all of them
 * together that counts. */
static void spend(struct mover *m, const struct bound *b, int request, const struct choice *c) {
	const struct instance *in = b->in;
	const struct season *s = b->demands[request].seasons;
	int year = in->year_of[c->start], least = c->fund[0] * in->years + year, pool = least;
	while (c->start > s->starts.last)
		s++;
	int64_t most = b->now->budget[least] + m->budget.step / 256 * b->pace / 256;
	for (int i = 0; c->n_funds == 1 && i < s->n_funds; i++) {
		int at = s->funds[i] * in->years + year;
		if (b->now->budget[at] <= most && b->room.budget[at] >= c->cost
		    && b->room.budget[at] - m->spent[at] > b->room.budget[pool] - m->spent[pool])
			pool = at;
	}
	if (c->n_funds == 1)
		m->spent[pool] += c->cost;
	for (int i = 0; c->n_funds == 2 && i < 2; i++)
		m->spent[c->fund[i] * in->years + year] +=
			c->cost / 65600 * c->share[i] + c->cost % 65600 * c->share[i] / 65600;
}

static void use(struct mover *m, const struct bound *b, int request, const struct choice *c) {
	const struct instance *in = b->in;
	const struct request *r = &in->requests[request];
	int year = in->year_of[c->start];
	for (int d = c->start; d < c->start + r->days; d++) {
		m->running[d]++;
		if (m->running_region)
			m->running_region[r->region * in->days + d]++;
	}
	spend(m, b, request, c);
	m->region_used[r->region]++;
	use_team(m, in, request, c);
	if (r->kind != KIND_NATIONAL)
		return;
	m->national_used[r->member * in->years + year]++;
	m->next_national[request] = m->first_national[r->member];
	m->first_national[r->member] = request;
}

static struct moment *row_of(const struct bound *b, struct moment **row) {
	if (!*row)
		*row = calloc((size_t)b->in->days, sizeof **row);
	if (!*row)
		abort();
	return *row;
}

static int count_days(const struct mover *m, int first, int last) {
	int most = 0;
	for (int d = first; d <= last; d++)
		most = most > ++m->day_used[d] ? most : m->day_used[d];
	return most;
}

static void move_row(const struct bound *b, const struct kind_of_price *kind,
                     struct moment *moments, int64_t *prices) {
	for (int d = 0; d < b->in->days; d++)
		if (prices[d] || b->mover->day_used[d] > 1)
			move(b, kind, &moments[d], (b->mover->day_used[d] - 1) * ONE, &prices[d]);
}

static void move_busy(struct bound *b, int expert) {
	const struct instance *in = b->in;
	struct mover *m = b->mover;
	int most = 0;
	ZERO(m->day_used, (size_t)in->days);
	for (int32_t k = m->first_seat[expert]; k >= 0; k = m->next_seat[k]) {
		const struct choice *c = &b->choices[k / TEAM_MAX];
		struct span block =
			block_of(in, band_at(in, c, expert), c->start, in->requests[k / TEAM_MAX].days);
		int n = count_days(m, block.first, block.last);
		most = most > n ? most : n;
	}
	if (most > 1 || b->now->busy[expert])
		move_row(b, &m->busy, row_of(b, &m->busy_rows[expert]),
		         prices_row(b->now, &b->now->busy[expert]));
}

static void move_gap(struct bound *b, int member) {
	const struct instance *in = b->in;
	struct mover *m = b->mover;
	int most = 0, gap = in->rules.national_gap_days;
	ZERO(m->day_used, (size_t)in->days);
	for (int32_t q = m->first_national[member]; q >= 0; q = m->next_national[q]) {
		int32_t start = b->choices[q].start, first = start - gap + 1;
		int n = count_days(m, first < 0 ? 0 : first, start);
		most = most > n ? most : n;
	}
	if (most > 1 || b->now->gap[member])
		move_row(b, &m->gap, row_of(b, &m->gap_rows[member]),
		         prices_row(b->now, &b->now->gap[member]));
}

static void move_all(const struct bound *b, const struct kind_of_price *kind, size_t n,
                     const int32_t *used, const int32_t *room, int64_t *prices) {
	for (size_t i = 0; i < n; i++)
		move(b, kind, &kind->moments[i], ((int64_t)used[i] - room[i]) * ONE, &prices[i]);
}

static void move_covers(struct bound *b) {
	for (int i = 0; i < b->n_covers; i++) {
		const struct cover *c = &b->covers[i];
		int served = 0;
		for (int k = 0; k < c->n; k++) {
			int32_t start = b->choices[c->requests[k]].start;
			served += start != NO_DAY && (c->year < 0 || b->in->year_of[start] == c->year);
		}
		move(b, &b->mover->cover, &b->mover->cover.moments[i], (served - c->most) * ONE,
		     &b->now->cover[i]);
	}
}

/* Away from zero: a budget overdrawn by a little is overdrawn. */
static int64_t money_excess(const struct mover *m, int64_t money) {
	return money / m->money_grain + (money > 0) - (money < 0);
}

void prices_move(struct bound *b) {
	const struct instance *in = b->in;
	struct mover *m = b->mover;
	struct prices *now = b->now;
	size_t days = (size_t)in->days, years = (size_t)in->years, experts = (size_t)in->n_experts;
	size_t regions = (size_t)in->n_regions;
	forget(m, in);
	for (int q = 0; q < in->n_requests; q++)
		if (b->choices[q].start != NO_DAY)
			use(m, b, q, &b->choices[q]);
	move_all(b, &m->parallel, days, m->running, b->room.parallel, now->parallel);
	if (m->running_region)
		move_all(b, &m->region, regions * days, m->running_region, b->room.parallel_region,
		         now->parallel_region);
	for (size_t i = 0; !b->paid && i < (size_t)in->n_funds * years; i++)
		move(b, &m->budget, &m->budget.moments[i], money_excess(m, m->spent[i] - b->room.budget[i]),
		     &now->budget[i]);
	move_all(b, &m->missions, experts * years, m->missions_used, b->room.missions, now->missions);
	move_all(b, &m->days, experts * years, m->days_used, b->room.days, now->days);
	move_all(b, &m->load, experts, m->load_used, b->room.load, now->load);
	for (size_t i = 0; i < regions; i++)
		if (b->room.balance[i] > 0)
			move(b, &m->balance, &m->balance.moments[i],
			     ((int64_t)b->room.balance[i] - m->region_used[i]) * ONE, &now->balance[i]);
	move_all(b, &m->national, (size_t)in->n_members * years, m->national_used, b->room.national,
	         now->national);
	if (!b->paid)
		move_covers(b);
	for (int e = 0; e < in->n_experts; e++)
		if (m->first_seat[e] >= 0 || now->busy[e])
			move_busy(b, e);
	for (int i = 0; i < in->n_members; i++)
		if (m->first_national[i] >= 0 || now->gap[i])
			move_gap(b, i);
}
