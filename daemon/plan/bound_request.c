/* SPDX-License-Identifier: Apache-2.0 */
/* The best item of one request. What a start could bring at most is known without looking at its
 * team; only starts that could bring more than the best found so far are looked at. */
#include "plan/bound_own.h"

#include <stdlib.h>

#include "base/vec.h"

#include "base/banned.h"

struct chance {
	int64_t most;  /* worth, if the least costly team came for nothing else */
	int64_t gross; /* worth before money and team */
	int64_t rate;  /* least price of a unit of money */
	int32_t start;
	int site;
	int16_t season;
};

struct chances {
	struct chance *at;
	size_t n, room;
};

/* The day prices and the Member's that an item on this start pays, whoever comes. */
static int64_t start_price(const struct bound *b, const struct request *r, int32_t start) {
	const struct instance *in = b->in;
	size_t row = (size_t)in->days + 1;
	int64_t price = b->parallel_sum[start + r->days] - b->parallel_sum[start];
	if (b->region_sum) {
		const int64_t *sum = b->region_sum + (size_t)r->region * row;
		price += sum[start + r->days] - sum[start];
	}
	if (r->kind != KIND_NATIONAL)
		return price;
	price += b->now->national[r->member * in->years + in->year_of[start]];
	const int64_t *sum = b->gap_sum[r->member];
	if (sum) {
		int first = start - in->rules.national_gap_days + 1;
		price += sum[start + 1] - sum[first < 0 ? 0 : first];
	}
	return price;
}

/* Points of an item on this start, the team's part of stability and the cost left out. */
static int64_t start_points(const struct bound *b, const struct request *r, int site,
                            int32_t start) {
	const struct instance *in = b->in;
	const struct weights *w = &in->weights;
	int32_t waited = start > r->waits_from ? (start - r->waits_from) / 7 : 0;
	bool outside = start < r->preferred.first || start > r->preferred.last;
	int64_t points = (w->served - w->waiting * waited - (outside ? w->window : 0)) * r->priority;
	if (r->baseline >= 0) {
		const struct baseline *was = &in->baseline[r->baseline];
		points += was->weight * w->dropped;
		if (was->start != start || was->member != in->sites[site].member)
			points -= was->weight * w->moved;
	}
	return points;
}

static void list_season(struct bound *b, int site, const struct season *season, int64_t bonus,
                        struct chances *list) {
	const struct instance *in = b->in;
	int request = in->sites[site].request;
	const struct request *r = &in->requests[request];
	const struct limit *limit = &b->limits[request];
	const uint64_t *starts = b->room.starts + (size_t)site * in->words;
	int32_t first = season->starts.first, last = season->starts.last;
	first = first > limit->starts.first ? first : limit->starts.first;
	last = last < limit->starts.last ? last : limit->starts.last;
	const struct place *place = &b->places[site];
	int64_t rate = first > last ? -1 : money_price(b, season, limit, place->least);
	if (rate < 0)
		return;
	const struct yearly *yearly = &b->yearly[request * (in->years + 1)];
	bonus -= yearly[season->year].charge + yearly[in->years].charge;
	int64_t least = place->least * (rate + b->per_money);
	int64_t other = least_price(b, site, season->year, rate + b->per_money);
	least = (least > other ? least : other) - place->slack;
	for (int d = bits_next(starts, in->words, first); d >= 0 && d <= last;
	     d = bits_next(starts, in->words, d + 1)) {
		int64_t gross = start_points(b, r, site, d) * b->scale + bonus - start_price(b, r, d);
		*vec_push(list) = (struct chance){
			.most = gross - least,
			.gross = gross,
			.rate = rate,
			.start = d,
			.site = site,
			.season = (int16_t)(season - b->demands[request].seasons),
		};
	}
}

static void list_all(struct bound *b, int request, struct chances *list) {
	const struct request *r = &b->in->requests[request];
	const struct demand *demand = &b->demands[request];
	int64_t bonus = b->now->balance[r->region];
	for (int k = 0; k < r->n_sites; k++)
		for (int i = 0; i < demand->n_seasons; i++)
			if (k >= 32 || !(b->limits[request].no_sites >> k & 1))
				list_season(b, r->site + k, &demand->seasons[i], bonus, list);
	b->units += list->n / 64;
}

/* A heap by `most`, ties by start and site: the order is the same everywhere. */
static bool before(const struct chance *x, const struct chance *y) {
	if (x->most != y->most)
		return x->most > y->most;
	return x->start != y->start ? x->start < y->start : x->site < y->site;
}

static void sink(struct chances *list, size_t i) {
	for (size_t k; (k = 2 * i + 1) < list->n; i = k) {
		if (k + 1 < list->n && before(&list->at[k + 1], &list->at[k]))
			k++;
		if (!before(&list->at[k], &list->at[i]))
			return;
		struct chance swap = list->at[i];
		list->at[i] = list->at[k];
		list->at[k] = swap;
	}
}

static bool look_at(struct bound *b, const struct chance *c, int *season, struct choice *ret) {
	int request = b->in->sites[c->site].request;
	if (c->most <= ret->worth
	    || !best_team(b, c->site, &b->demands[request].seasons[c->season], c->start, c->gross,
	                  c->rate, &b->limits[request], ret))
		return false;
	*season = c->season;
	return true;
}

/* Those that can still be best, as a heap. */
static void keep(struct chances *list, int64_t worth) {
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++)
		if (list->at[i].most > worth)
			list->at[n++] = list->at[i];
	list->n = n;
	for (size_t i = n / 2; i-- > 0;)
		sink(list, i);
}

void best_choice(struct bound *b, int request, struct choice *ret) {
	const struct limit *limit = &b->limits[request];
	struct choice was = *ret;
	struct chances list = {0};
	int season = -1;
	*ret = (struct choice){.start = NO_DAY, .site = -1};
	if (limit->served == LIMIT_IN)
		ret->worth = -FAR_AWAY;
	if (limit->served == LIMIT_OUT || b->in->requests[request].pinned >= 0)
		return;
	list_all(b, request, &list);
	for (size_t i = 0; i < list.n && was.start != NO_DAY; i++)
		if (list.at[i].start == was.start && list.at[i].site == was.site)
			look_at(b, &list.at[i], &season, ret);
	keep(&list, ret->worth);
	while (list.n > 0 && list.at[0].most > ret->worth) {
		struct chance top = list.at[0];
		list.at[0] = list.at[--list.n];
		sink(&list, 0);
		look_at(b, &top, &season, ret);
	}
	if (season >= 0)
		(void)money_cost(b, &b->demands[request].seasons[season], limit, ret->cost, ret);
	vec_clear(&list);
}

int drop_starts(struct bound *b, int request, int64_t least) {
	struct chances list = {0};
	int n = 0;
	list_all(b, request, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct chance *c = &list.at[i];
		struct choice choice = {.worth = least - 1};
		if (c->most >= least
		    && best_team(b, c->site, &b->demands[request].seasons[c->season], c->start, c->gross,
		                 c->rate, &b->limits[request], &choice))
			continue;
		bits_drop(b->room.starts + (size_t)c->site * b->in->words, c->start);
		n++;
	}
	vec_clear(&list);
	return n;
}

bool each_way(struct bound *b, int request, int64_t least, struct takers *takers) {
	struct chances list = {0};
	bool all = true;
	list_all(b, request, &list);
	for (size_t i = 0; i < list.n && all; i++) {
		const struct chance *c = &list.at[i];
		if (c->most >= least)
			all = each_team(b, c->site, &b->demands[request].seasons[c->season], c->start, c->gross,
			                c->rate, least, takers);
	}
	vec_clear(&list);
	return all;
}
