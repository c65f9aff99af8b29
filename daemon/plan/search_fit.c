/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/search_fit.h"

#include <stdlib.h>

#include "base/vec.h"
#include "plan/calendar.h"
#include "plan/search_team.h"

#include "base/banned.h"

enum { SHIFTS = 1 };

/* The least cost of a team on a start if all experts were free: not asked yet, or no team. */
enum { UNKNOWN = -1, NOBODY = -2 };

/* A start that may be worth looking at. */
struct chance {
	int64_t most;  /* worth at most */
	int64_t gross; /* worth before team and money */
	int64_t rate;  /* of one minor unit of money, at least */
	int32_t start;
	int site;
	uint32_t season;
	bool known; /* most is from the start's own least cost */
};

/* Starts of one request in one year that the same funds may pay for: from this one to the next. */
struct season {
	int32_t first;
	int64_t most; /* payable, of the request at hand */
};

struct fit {
	const struct instance *in;
	struct crew *crew;
	struct money *money;
	struct prices *prices;
	int64_t *parallel_sum, *region_sum; /* of the prices, a day; days + 1 a row */
	int64_t **gap_sum;
	int64_t scale, per_money;
	int64_t *least;  /* sites: money, no team costs less, with the host */
	int64_t *bare;   /* sites × starts: the same, of the start */
	size_t *bare_at; /* sites: where in `bare` the start on day 0 would be */
	struct crew *all_free;
	struct season *seasons; /* of all requests */
	size_t *season_at;      /* requests + 1: where theirs begin */
	uint64_t *open, *free_days;
	uint64_t units;
	struct {
		struct chance *at;
		size_t n, room;
	} chances;
};

static void *cleared(size_t n, size_t size) {
	void *p = calloc(n + 1, size);
	if (!p)
		abort();
	return p;
}

static void compile_bare(struct fit *f) {
	const struct instance *in = f->in;
	size_t n = 0;
	f->bare_at = cleared((size_t)in->n_sites, sizeof *f->bare_at);
	for (int s = 0; s < in->n_sites; s++) {
		const struct span *starts = &in->requests[in->sites[s].request].starts;
		f->bare_at[s] = n - (size_t)starts->first;
		n += starts->first <= starts->last ? (size_t)(starts->last - starts->first + 1) : 0;
	}
	f->bare = cleared(n, sizeof *f->bare);
	for (size_t i = 0; i < n; i++)
		f->bare[i] = UNKNOWN;
}

static int by_day(const void *x, const void *y) {
	const struct season *a = x, *b = y;
	return a->first < b->first ? -1 : a->first > b->first;
}

/* The seasons of one request into ret, which has room for all days that could begin one. */
static size_t seasons_of(const struct instance *in, const struct request *r, struct season *ret) {
	size_t n = 0, kept = 0;
	if (r->starts.first > r->starts.last)
		return 0;
	ret[n++].first = r->starts.first;
	for (int y = 1; y < in->years; y++)
		ret[n++].first = in->year_from[y];
	for (int i = 0; i < r->n_funds; i++) {
		const struct span *period = &in->funds[r->funds[i]].period;
		ret[n++].first = period->first;
		ret[n++].first = period->last - r->days + 2;
	}
	qsort(ret, n, sizeof *ret, by_day);
	for (size_t i = 0; i < n; i++)
		if (ret[i].first >= r->starts.first && ret[i].first <= r->starts.last
		    && (kept == 0 || ret[kept - 1].first != ret[i].first))
			ret[kept++] = ret[i];
	return kept;
}

static void compile_seasons(struct fit *f) {
	const struct instance *in = f->in;
	size_t n = 0, room = 0;
	for (int q = 0; q < in->n_requests; q++)
		room += (size_t)in->years + 2 * (size_t)in->requests[q].n_funds;
	f->seasons = cleared(room, sizeof *f->seasons);
	f->season_at = cleared((size_t)in->n_requests + 1, sizeof *f->season_at);
	for (int q = 0; q < in->n_requests; q++) {
		f->season_at[q] = n;
		n += seasons_of(in, &in->requests[q], f->seasons + n);
	}
	f->season_at[in->n_requests] = n;
	f->seasons = reallocarray(f->seasons, n + 1, sizeof *f->seasons);
	if (!f->seasons)
		abort();
}

struct fit *fit_new(const struct instance *in, int64_t scale) {
	struct fit *f = cleared(1, sizeof *f);
	f->in = in;
	f->scale = scale;
	f->per_money = scale / in->weights.money_per_point;
	f->crew = crew_new(in, scale);
	f->money = money_new(in);
	f->least = cleared((size_t)in->n_sites, sizeof *f->least);
	f->open = cleared(in->words, sizeof *f->open);
	f->free_days = cleared(in->words, sizeof *f->free_days);
	f->parallel_sum = cleared((size_t)in->days, sizeof *f->parallel_sum);
	if (in->rules.parallel_region)
		f->region_sum =
			cleared((size_t)in->n_regions * ((size_t)in->days + 1), sizeof *f->region_sum);
	f->gap_sum = cleared((size_t)in->n_members, sizeof *f->gap_sum);
	f->prices = prices_new(in, scale);
	f->all_free = crew_beside(f->crew);
	compile_bare(f);
	compile_seasons(f);
	for (int s = 0; s < in->n_sites; s++) {
		const struct site *site = &in->sites[s];
		f->least[s] = site->fixed_cost;
		for (int i = 0; i < site->n_candidates && i < in->requests[site->request].experts; i++)
			f->least[s] += site->candidates[i].cost;
	}
	return f;
}

void fit_free(struct fit *f) {
	if (!f)
		return;
	for (int m = 0; m < f->in->n_members; m++)
		free(f->gap_sum[m]);
	free(f->gap_sum);
	free(f->parallel_sum);
	free(f->region_sum);
	free(f->least);
	free(f->bare);
	free(f->bare_at);
	crew_free(f->all_free);
	free(f->seasons);
	free(f->season_at);
	free(f->open);
	free(f->free_days);
	vec_clear(&f->chances);
	prices_free(f->prices);
	money_free(f->money);
	crew_free(f->crew);
	free(f);
}

uint64_t fit_units(const struct fit *f) {
	return f->units + money_units(f->money);
}

static void sum_up(const int64_t *prices, int days, int64_t *sum) {
	sum[0] = 0;
	for (int d = 0; d < days; d++)
		sum[d + 1] = sum[d] + prices[d];
}

void fit_guide(struct fit *f, const struct prices *prices) {
	const struct instance *in = f->in;
	size_t days = (size_t)in->days;
	prices_copy(f->prices, prices);
	sum_up(prices->parallel, in->days, f->parallel_sum);
	for (int i = 0; f->region_sum && i < in->n_regions; i++)
		sum_up(prices->parallel_region + (size_t)i * days, in->days,
		       f->region_sum + (size_t)i * (days + 1));
	for (int m = 0; m < in->n_members; m++) {
		if (!f->prices->gap[m])
			continue;
		if (!f->gap_sum[m])
			f->gap_sum[m] = cleared(days + 1, sizeof *f->gap_sum[m]);
		sum_up(f->prices->gap[m], in->days, f->gap_sum[m]);
	}
	crew_guide(f->crew, f->prices);
}

/* The starts neither a full day nor the Member's other workshops stand against, but for the
 * calendar of the host. */
static void open_days(struct fit *f, const struct plan *p, const struct request *r,
                      const struct taste *t) {
	const struct instance *in = f->in;
	int32_t first = r->starts.first > t->starts.first ? r->starts.first : t->starts.first;
	int32_t last = r->starts.last < t->starts.last ? r->starts.last : t->starts.last;
	const int *by_region = in->rules.parallel_region;
	const uint16_t *region = p->running_region + (by_region ? r->region * in->days : 0);
	memset(f->open, 0, in->words * sizeof *f->open);
	memset(f->free_days, 0, in->words * sizeof *f->free_days);
	if (first > last)
		return;
	for (int32_t d = first; d < last + r->days; d++)
		if (p->running[d] < in->rules.parallel_max
		    && (!by_region || region[d] < by_region[r->region]))
			bits_add(f->free_days, d);
	calendar_runs(f->free_days, in->words, r->days, f->open);
	if (r->kind != KIND_NATIONAL)
		return;
	int gap = in->rules.national_gap_days;
	for (int32_t q = p->first_national[r->member]; q >= 0; q = p->next_national[q])
		bits_drop_range(f->open, in->days, p->items[q].start - gap + 1,
		                p->items[q].start + gap - 1);
	for (int y = 0; y < in->years; y++) {
		int used = 0;
		for (int32_t q = p->first_national[r->member]; q >= 0; q = p->next_national[q])
			used += in->year_of[p->items[q].start] == y;
		if (used >= in->rules.national_per_year)
			bits_drop_range(f->open, in->days, in->year_from[y], in->year_from[y + 1] - 1);
	}
}

/* Points of an item on this start; team, cost and what is the same on all starts left out. */
static int64_t start_points(const struct fit *f, const struct request *r, int site, int32_t start) {
	const struct weights *w = &f->in->weights;
	int32_t waited = start > r->waits_from ? (start - r->waits_from) / 7 : 0;
	bool outside = start < r->preferred.first || start > r->preferred.last;
	int64_t points = -(w->waiting * waited + (outside ? w->window : 0)) * r->priority;
	if (r->baseline >= 0) {
		const struct baseline *was = &f->in->baseline[r->baseline];
		if (was->start != start || was->member != f->in->sites[site].member)
			points -= was->weight * w->moved;
	}
	return points;
}

static int64_t start_price(const struct fit *f, const struct request *r, int32_t start) {
	const struct instance *in = f->in;
	int64_t price = f->parallel_sum[start + r->days] - f->parallel_sum[start];
	if (f->region_sum) {
		const int64_t *sum = f->region_sum + (size_t)r->region * ((size_t)in->days + 1);
		price += sum[start + r->days] - sum[start];
	}
	if (r->kind != KIND_NATIONAL)
		return price;
	price += f->prices->national[r->member * in->years + in->year_of[start]];
	const int64_t *sum = f->gap_sum[r->member];
	if (sum) {
		int first = start - in->rules.national_gap_days + 1;
		price += sum[start + 1] - sum[first < 0 ? 0 : first];
	}
	return price;
}

/* No money of the year is cheaper for the request. */
static int64_t money_rate(const struct fit *f, const struct plan *p, int request, int year,
                          const struct taste *t) {
	const struct request *r = &f->in->requests[request];
	int64_t least = INT64_MAX;
	if (!t->guided)
		return f->per_money + f->per_money * t->thrift / 256;
	for (int i = 0; i < r->n_funds; i++) {
		int64_t price = f->prices->budget[r->funds[i] * f->in->years + year];
		if (price < least && (t->shift || plan_left(p, r->funds[i], year) > 0))
			least = price;
	}
	return f->per_money + (least == INT64_MAX ? 0 : least);
}

static void list_start(struct fit *f, const struct chance *c, int64_t least, bool guided) {
	const struct request *r = &f->in->requests[f->in->sites[c->site].request];
	int64_t bare = f->bare[f->bare_at[c->site] + (size_t)c->start];
	if (bare == NOBODY)
		return;
	least = bare == UNKNOWN ? least : bare;
	if (least > f->seasons[c->season].most)
		return;
	struct chance *ret = vec_push(&f->chances);
	*ret = *c;
	ret->gross += start_points(f, r, c->site, c->start) * f->scale;
	ret->gross -= guided ? start_price(f, r, c->start) : 0;
	ret->most = ret->gross - least * c->rate;
	ret->known = bare != UNKNOWN;
}

static void list_site(struct fit *f, const struct plan *p, int s, const struct taste *t,
                      struct dice *dice) {
	const struct instance *in = f->in;
	const struct site *site = &in->sites[s];
	size_t season = f->season_at[site->request], end = f->season_at[site->request + 1];
	struct chance c = {.site = s};
	int32_t priced = NO_DAY;
	for (size_t w = 0; w < in->words; w++)
		for (uint64_t rest = f->open[w] & site->starts[w]; rest; rest &= rest - 1) {
			c.start = (int32_t)w * 64 + __builtin_ctzll(rest);
			while (season + 1 < end && f->seasons[season + 1].first <= c.start)
				season++;
			c.season = (uint32_t)season;
			if (priced != in->year_of[c.start]) {
				priced = in->year_of[c.start];
				c.rate = money_rate(f, p, site->request, priced, t);
			}
			c.gross = t->noise ? -dice_below(dice, t->noise * f->scale) : 0;
			list_start(f, &c, f->least[s], t->guided);
		}
}

/* A heap by `most`, ties by start and site: the order is the same everywhere. */
static bool before(const struct chance *x, const struct chance *y) {
	if (x->most != y->most)
		return x->most > y->most;
	return x->start != y->start ? x->start < y->start : x->site < y->site;
}

static void sink(struct fit *f, size_t i) {
	struct chance *at = f->chances.at, moving = at[i];
	for (size_t k; (k = 2 * i + 1) < f->chances.n; i = k) {
		if (k + 1 < f->chances.n && before(&at[k + 1], &at[k]))
			k++;
		if (!before(&at[k], &moving))
			break;
		at[i] = at[k];
	}
	at[i] = moving;
}

static void list_chances(struct fit *f, const struct plan *p, int request, const struct taste *t,
                         struct dice *dice) {
	const struct instance *in = f->in;
	const struct request *r = &in->requests[request];
	f->chances.n = 0;
	for (size_t i = f->season_at[request]; i < f->season_at[request + 1]; i++) {
		struct season *season = &f->seasons[i];
		season->most = t->shift ? money_rest(p, in->year_of[season->first])
		                        : money_most(p, request, season->first);
	}
	open_days(f, p, r, t);
	for (int s = r->site; s < r->site + r->n_sites; s++)
		if (t->site == ANY_SITE || t->site == s)
			list_site(f, p, s, t, dice);
	for (size_t i = f->chances.n / 2; i-- > 0;)
		sink(f, i);
	f->units += 1 + f->chances.n / 64;
}

/* The team of the crew on a start, as an item without funding. */
static void item_of(const struct fit *f, const struct chance *c, const struct team *team,
                    struct item *ret) {
	*ret = (struct item){.request = f->in->sites[c->site].request,
	                     .site = c->site,
	                     .start = c->start,
	                     .n_team = (uint8_t)f->in->requests[f->in->sites[c->site].request].experts,
	                     .cost = team->cost};
	memcpy(ret->team, team->seats, sizeof ret->team);
}

/* What the item is worth beside money_rate()'s least price. */
static int64_t dearer(const struct fit *f, const struct item *item, int64_t rate,
                      const struct taste *t) {
	int64_t more = 0;
	if (!t->guided)
		return 0;
	for (int i = 0; i < item->n_funding; i++)
		more +=
			item->funding[i].amount
			* (f->prices->budget[item->funding[i].fund * f->in->years + f->in->year_of[item->start]]
		       + f->per_money - rate);
	return more;
}

/* The best chance goes down to where its own least cost puts it, or out. */
static void learn(struct fit *f) {
	struct chance *c = &f->chances.at[0];
	struct team team = {.price = INT64_MAX};
	int64_t *bare = &f->bare[f->bare_at[c->site] + (size_t)c->start];
	if (*bare == UNKNOWN) {
		f->units++;
		*bare = crew_team(f->all_free, c->site, c->start, 1, &team) ? team.cost : NOBODY;
	}
	c->known = true;
	c->most = c->gross - *bare * c->rate;
	if (*bare == NOBODY || *bare > f->seasons[c->season].most)
		*c = f->chances.at[--f->chances.n];
	sink(f, 0);
}

/* From now on only what the request's own funds have as they stand. */
static void no_more_shifts(struct fit *f, const struct plan *p, int request) {
	for (size_t i = f->season_at[request]; i < f->season_at[request + 1]; i++) {
		int64_t most = money_most(p, request, f->seasons[i].first);
		if (f->seasons[i].most > most)
			f->seasons[i].most = most;
	}
}

static bool pay(struct fit *f, struct plan *p, const struct taste *t, bool shift,
                struct season *season, struct item *item) {
	if (item->cost <= season->most
	    && (money_pay(f->money, p, t->guided ? f->prices->budget : NULL, item)
	        || (shift && money_shift(f->money, p, item))))
		return true;
	if (season->most >= item->cost)
		season->most = item->cost - 1;
	return false;
}

/* Looks at starts until none left can be better; the item found, with its funding. Money is shifted
 * only while nothing is found: what was found counts on the money as it lies. */
static bool find(struct fit *f, struct plan *p, int request, const struct taste *t,
                 struct item *ret) {
	int64_t best = INT64_MIN;
	int shifts = t->shift ? SHIFTS : 0;
	while (f->chances.n > 0 && f->chances.at[0].most > best) {
		if (!f->chances.at[0].known) {
			learn(f);
			continue;
		}
		struct chance c = f->chances.at[0];
		struct team team = {.price = best == INT64_MIN ? INT64_MAX : c.gross - best};
		struct item item;
		f->chances.at[0] = f->chances.at[--f->chances.n];
		sink(f, 0);
		struct season *season = &f->seasons[c.season];
		if (f->bare[f->bare_at[c.site] + (size_t)c.start] > season->most)
			continue;
		f->units++;
		if (!crew_team(f->crew, c.site, c.start, c.rate, &team))
			continue;
		item_of(f, &c, &team, &item);
		if (!pay(f, p, t, best == INT64_MIN && shifts > 0, season, &item)) {
			if (--shifts == 0)
				no_more_shifts(f, p, request);
			continue;
		}
		int64_t worth = c.gross - team.price - dearer(f, &item, c.rate, t);
		if (worth <= best)
			continue;
		if (best == INT64_MIN)
			no_more_shifts(f, p, request);
		best = worth;
		*ret = item;
	}
	return best > INT64_MIN;
}

bool fit_add(struct fit *f, struct plan *p, int request, const struct taste *t, struct dice *dice,
             int64_t *ret_gain) {
	struct item item;
	size_t mark = plan_mark(p);
	list_chances(f, p, request, t, dice);
	crew_exact(f->all_free, p, request, true, true);
	crew_begin(f->crew, p, request, t->guided, t->noise, dice);
	if (!find(f, p, request, t, &item))
		return false;
	int64_t gain = plan_gain(p, &item);
	if (gain <= 0) {
		plan_undo(p, mark);
		return false;
	}
	plan_add(p, &item);
	*ret_gain = gain;
	return true;
}

int64_t fit_least_cost(struct fit *f, const struct plan *p, int site, int32_t start, bool busy,
                       bool quota) {
	struct team team = {.price = INT64_MAX};
	crew_exact(f->crew, p, f->in->sites[site].request, busy, quota);
	return crew_team(f->crew, site, start, 1, &team) ? team.cost : -1;
}
