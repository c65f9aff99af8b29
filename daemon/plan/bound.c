/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/bound_own.h"

#include <stdlib.h>

#include "base/vec.h"

#include "base/banned.h"

enum { LOOKS_MAX = 200000000 };

static int64_t divisor(int64_t a, int64_t b) {
	while (b) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Least and greatest cost of a team at the site, and how far its floor is from the quotient. */
static void place_compile(const struct bound *b, const struct site *site, struct place *ret) {
	const struct instance *in = b->in;
	const struct request *r = &in->requests[site->request];
	int64_t mpp = in->weights.money_per_point;
	int64_t interpretation = r->days * in->rules.interpretation_per_day;
	int64_t grain = divisor(mpp, interpretation), least = site->fixed_cost, dearest = 0;
	for (int i = 0; i < site->n_candidates; i++) {
		grain = divisor(grain, site->candidates[i].cost);
		least += i < r->experts ? site->candidates[i].cost : 0;
		dearest = site->candidates[i].cost;
	}
	ret->least = least;
	ret->most = site->fixed_cost + dearest * r->experts + interpretation;
	ret->slack = mpp - grain + site->fixed_cost % grain; /* money, until the scale is known */
}

static int by_day(const void *x, const void *y) {
	const int32_t *a = x, *b = y;
	return *a < *b ? -1 : *a > *b;
}

/* The days on which what pays for the request changes, each the first of a season. */
static int season_days(const struct instance *in, const struct request *r, int32_t *ret) {
	int n = 0;
	ret[n++] = r->starts.first;
	for (int y = 1; y < in->years; y++)
		ret[n++] = in->year_from[y];
	for (int i = 0; i < r->n_funds; i++) {
		const struct fund *f = &in->funds[r->funds[i]];
		ret[n++] = f->period.first;
		ret[n++] = f->period.last - r->days + 2;
	}
	int kept = 0;
	qsort(ret, (size_t)n, sizeof *ret, by_day);
	for (int i = 0; i < n; i++)
		if (ret[i] >= r->starts.first && ret[i] <= r->starts.last
		    && (kept == 0 || ret[kept - 1] != ret[i]))
			ret[kept++] = ret[i];
	return kept;
}

static void season_compile(struct bound *b, const struct request *r, struct season *season) {
	const struct instance *in = b->in;
	uint16_t *funds = arena_array(b->arena, uint16_t, (size_t)r->n_funds);
	season->year = in->year_of[season->starts.first];
	season->funds = funds;
	for (int i = 0; i < r->n_funds; i++) {
		const struct fund *f = &in->funds[r->funds[i]];
		if (f->period.first <= season->starts.first
		    && season->starts.first + r->days - 1 <= f->period.last
		    && b->room.budget[r->funds[i] * in->years + season->year] > 0)
			funds[season->n_funds++] = r->funds[i];
	}
}

static void demand_compile(struct bound *b, int request) {
	const struct request *r = &b->in->requests[request];
	struct demand *d = &b->demands[request];
	if (r->starts.first > r->starts.last || r->pinned >= 0)
		return;
	int32_t *days = malloc(((size_t)b->in->years + 2 * (size_t)r->n_funds + 1) * sizeof *days);
	if (!days)
		abort();
	int n = season_days(b->in, r, days);
	struct season *seasons = arena_array(b->arena, struct season, (size_t)n);
	for (int i = 0; i < n; i++) {
		seasons[i].starts.first = days[i];
		seasons[i].starts.last = i + 1 < n ? days[i + 1] - 1 : r->starts.last;
		season_compile(b, r, &seasons[i]);
	}
	d->seasons = seasons;
	d->n_seasons = n;
	free(days);
}

/* The scale: as fine as leaves every sum of a request's prices far below 2^63. */
static void scale_compile(struct bound *b) {
	const struct instance *in = b->in;
	const struct weights *w = &in->weights;
	int64_t points = 1, money = 1, mpp = w->money_per_point;
	for (int q = 0; q < in->n_requests; q++) {
		const struct request *r = &in->requests[q];
		int64_t most = w->served + w->waiting * (in->days / 7 + 1) + w->window;
		most = most * r->priority + w->balance;
		if (r->baseline >= 0)
			most +=
				in->baseline[r->baseline].weight * (w->dropped + w->moved + TEAM_MAX * w->expert);
		points = points > most ? points : most;
	}
	for (int s = 0; s < in->n_sites; s++)
		money = money > b->places[s].most ? money : b->places[s].most;
	b->scale = 1;
	while (b->scale < INT64_C(1) << 30 && 2 * b->scale <= (INT64_C(1) << 44) / points
	       && 2 * b->scale / mpp <= (INT64_C(1) << 44) / money)
		b->scale *= 2;
	if (b->scale > mpp)
		b->scale -= b->scale % mpp;
	b->per_money = b->scale / mpp;
	b->most_price = points * b->scale;
	b->most_money_price = (INT64_C(1) << 52) / money;
	for (int s = 0; s < in->n_sites; s++)
		b->places[s].slack *= b->per_money;
}

/* What a team really costs at least at each site, if looking for it takes no second. */
static void least_compile(struct bound *b) {
	const struct instance *in = b->in;
	int64_t looks = 0;
	for (int s = 0; s < in->n_sites; s++)
		looks += (int64_t)in->sites[s].n_starts * in->sites[s].n_candidates;
	for (int s = 0; s < in->n_sites && looks < LOOKS_MAX; s++)
		b->places[s].least = least_cost(b, s, b->places[s].least);
}

static int64_t *sum_row(struct arena *a, const struct instance *in, size_t rows) {
	return arena_array(a, int64_t, rows * ((size_t)in->days + 1));
}

struct bound *bound_new(const struct instance *in) {
	struct arena *a = arena_new();
	struct bound *b = arena_new_of(a, struct bound);
	b->in = in;
	b->arena = a;
	room_compile(a, in, &b->room);
	b->places = arena_array(a, struct place, (size_t)in->n_sites);
	b->demands = arena_array(a, struct demand, (size_t)in->n_requests);
	b->limits = arena_array(a, struct limit, (size_t)in->n_requests);
	b->choices = arena_array(a, struct choice, (size_t)in->n_requests);
	for (int s = 0; s < in->n_sites; s++)
		place_compile(b, &in->sites[s], &b->places[s]);
	for (int q = 0; q < in->n_requests; q++) {
		demand_compile(b, q);
		b->limits[q] = LIMIT_NONE;
		b->choices[q] = (struct choice){.start = NO_DAY, .site = -1};
	}
	scale_compile(b);
	b->now = prices_new(in, b->scale);
	b->best = prices_new(in, b->scale);
	b->paid_best = prices_new(in, b->scale);
	b->parallel_sum = sum_row(a, in, 1);
	if (in->rules.parallel_region)
		b->region_sum = sum_row(a, in, (size_t)in->n_regions);
	b->busy = arena_array(a, bool, (size_t)in->n_experts);
	b->busy_sum = sum_row(a, in, (size_t)in->n_experts);
	b->gap_sum = arena_array(a, int64_t *, (size_t)in->n_members);
	free_compile(b);
	least_compile(b);
	covers_compile(b);
	b->units = 0;
	for (int e = 0; e < in->n_experts; e++)
		b->now->load[e] = b->room.load[e] < 0 ? in->weights.load * b->scale : 0;
	b->mover = mover_new(a, b);
	b->length = 100;
	return b;
}

void bound_free(struct bound *b) {
	if (!b)
		return;
	for (int m = 0; m < b->in->n_members; m++)
		free(b->gap_sum[m]);
	mover_free(b->mover, b);
	prices_free(b->now);
	prices_free(b->best);
	prices_free(b->paid_best);
	arena_free(b->arena);
}

static void sum_up(const int64_t *prices, int days, int64_t *sum) {
	sum[0] = 0;
	for (int d = 0; d < days; d++)
		sum[d + 1] = sum[d] + prices[d];
}

static void sum_rows(const struct instance *in, int64_t *const *rows, int n, int64_t **sums) {
	for (int i = 0; i < n; i++) {
		if (!rows[i])
			continue;
		if (!sums[i])
			sums[i] = calloc((size_t)in->days + 1, sizeof *sums[i]);
		if (!sums[i])
			abort();
		sum_up(rows[i], in->days, sums[i]);
	}
}

/* The sums of one day stand side by side: a start asks for many experts on few days. */
static void sum_busy(struct bound *b, int expert) {
	const struct instance *in = b->in;
	const int64_t *row = b->now->busy[expert];
	int64_t sum = 0, *at = b->busy_sum + expert;
	bool any = false;
	for (int d = 0; row && d < in->days && !any; d++)
		any = row[d] > 0;
	if (!any && !b->busy[expert])
		return;
	for (int d = 0; d < in->days; d++)
		*(at += in->n_experts) = sum += row ? row[d] : 0;
	b->busy[expert] = any;
}

void prices_sum_up(struct bound *b) {
	const struct instance *in = b->in;
	size_t days = (size_t)in->days;
	sum_up(b->now->parallel, in->days, b->parallel_sum);
	for (int i = 0; b->region_sum && i < in->n_regions; i++)
		sum_up(b->now->parallel_region + (size_t)i * days, in->days,
		       b->region_sum + (size_t)i * (days + 1));
	covers_charge(b);
	for (int e = 0; e < in->n_experts; e++)
		sum_busy(b, e);
	sum_rows(in, b->now->gap, in->n_members, b->gap_sum);
}

/* Sums that no reader's limit keeps small are made in 128 bits. */
__int128 worth_of_room(const struct bound *b) {
	const struct instance *in = b->in;
	const struct prices *p = b->now;
	size_t days = (size_t)in->days, years = (size_t)in->years;
	__int128 sum = (__int128)b->room.fixed * b->scale;
	for (size_t d = 0; d < days; d++)
		sum += (__int128)p->parallel[d] * b->room.parallel[d];
	for (size_t i = 0; p->parallel_region && i < (size_t)in->n_regions * days; i++)
		sum += (__int128)p->parallel_region[i] * b->room.parallel_region[i];
	for (size_t i = 0; i < (size_t)in->n_funds * years; i++)
		sum += (__int128)p->budget[i] * b->room.budget[i];
	for (size_t i = 0; i < (size_t)in->n_experts * years; i++)
		sum +=
			(__int128)p->missions[i] * b->room.missions[i] + (__int128)p->days[i] * b->room.days[i];
	for (int e = 0; e < in->n_experts; e++)
		sum += (__int128)p->load[e] * b->room.load[e];
	for (int i = 0; i < in->n_regions; i++)
		sum -= b->room.balance[i] > 0 ? (__int128)p->balance[i] * b->room.balance[i] : 0;
	for (size_t i = 0; i < (size_t)in->n_members * years; i++)
		sum += (__int128)p->national[i] * b->room.national[i];
	for (int i = 0; i < b->n_covers; i++)
		sum += (__int128)p->cover[i] * b->covers[i].most;
	for (int e = 0; e < in->n_experts; e++)
		for (size_t d = 0; p->busy[e] && d < days; d++)
			sum += p->busy[e][d];
	for (int m = 0; m < in->n_members; m++)
		for (size_t d = 0; p->gap[m] && d < days; d++)
			sum += p->gap[m][d];
	return sum;
}

int64_t worth_of_all(const struct bound *b) {
	__int128 sum = worth_of_room(b);
	for (int q = 0; q < b->in->n_requests; q++) {
		if (b->choices[q].worth == -FAR_AWAY)
			return INT64_MAX;
		sum += b->choices[q].worth;
	}
	return sum > INT64_MAX - 1 ? INT64_MAX - 1 : sum < INT64_MIN / 2 ? INT64_MIN / 2 : (int64_t)sum;
}

/* Steps are halved after so many sweeps. */
enum { PACE = 12, COVER_EVERY = 50 };

/* The sweep has ended: its bound, then new prices. */
static int64_t sweep_end(struct bound *b) {
	int64_t sum = worth_of_all(b);
	b->at = 0;
	b->sweeps++;
	b->since_best++;
	if (!b->found || sum < b->best_sum) {
		b->found = true;
		b->best_sum = sum;
		b->since_best = 0;
		prices_copy(b->best, b->now);
	}
	b->pace = 65536 / 100 * b->length * PACE / (PACE + (int32_t)b->sweeps);
	covers_watch(b);
	prices_move(b);
	if (b->sweeps % COVER_EVERY == 0 && b->watched >= COVER_EVERY)
		(void)covers_find(b);
	return sum;
}

void bound_step(struct bound *b, uint64_t units) {
	for (uint64_t upto = b->units + units; b->units < upto;) {
		if (b->at == 0)
			prices_sum_up(b);
		if (b->at < b->in->n_requests)
			best_choice(b, b->at, &b->choices[b->at]);
		b->units++;
		if (++b->at >= b->in->n_requests)
			(void)sweep_end(b);
	}
}

int64_t bound_sweep(struct bound *b) {
	b->paid = false;
	prices_sum_up(b);
	for (int q = 0; q < b->in->n_requests; q++)
		best_choice(b, q, &b->choices[q]);
	return sweep_end(b);
}

uint64_t bound_units(const struct bound *b) {
	return b->units;
}
unsigned bound_sweeps(const struct bound *b) {
	return b->sweeps;
}

/* Values are integers, so a bound may be rounded down. */
int64_t bound_value(const struct bound *b) {
	if (!b->found || b->best_sum >= INT64_MAX - 1)
		return INT64_MAX;
	int64_t points = b->best_sum / b->scale;
	return points - (b->best_sum % b->scale < 0);
}

const struct prices *bound_prices(const struct bound *b) {
	return b->found ? b->best : b->now;
}
const struct choice *bound_choices(const struct bound *b) {
	return b->choices;
}

void bound_limit(struct bound *b, int request, const struct limit *limit) {
	b->limits[request] = *limit;
}

void bound_choose(struct bound *b, int request, struct choice *ret) {
	*ret = b->choices[request];
	best_choice(b, request, ret);
}

int bound_tighten(struct bound *b, int64_t value) {
	prices_copy(b->now, b->best);
	prices_sum_up(b);
	for (int q = 0; q < b->in->n_requests; q++)
		best_choice(b, q, &b->choices[q]);
	int64_t spare = worth_of_all(b) - (value + 1) * b->scale;
	int n = 0;
	for (int q = 0; q < b->in->n_requests && b->best_sum < INT64_MAX - 1; q++)
		n += drop_starts(b, q, b->choices[q].worth - spare);
	return n;
}

void bound_restart(struct bound *b, const struct prices *from, int length) {
	prices_copy(b->now, from ? from : b->best);
	b->paid = false;
	b->length = length;
	b->at = 0;
	b->sweeps = 0;
	b->found = false;
	mover_reset(b->mover, b);
}
