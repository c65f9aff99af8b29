/* SPDX-License-Identifier: Apache-2.0 */
/* Teams from all experts there are: nothing here was compiled for the days a request may start
 * on. */
#include <stdlib.h>

#include "plan/calendar.h"
#include "plan/explain_own.h"

#include "base/banned.h"

enum { TRIES_MAX = 20000 };
#define CONFLICT (INT64_C(1) << 44) /* more than any team costs */

/* Somebody who could come to the site at all. */
struct guest {
	int64_t cost;
	int expert;
	enum band band;
	bool speaks, may_lead;
};

struct sitting {
	int64_t price;
	const struct guest *guest;
	uint64_t covers;
	bool full;
};

struct table {
	const struct instance *in;
	struct guest *guests; /* of `site`, by cost */
	int n_guests, site;
	struct sitting *here; /* on the day, by price */
	int n_here;
	uint64_t units;

	/* the team being put together */
	const struct request *request;
	int tries, newcomer;
	int taken[TEAM_MAX], best[TEAM_MAX];
	int64_t best_price;
};

struct table *table_new(const struct instance *in) {
	struct table *t = calloc(1, sizeof *t);
	if (!t)
		abort();
	t->in = in;
	t->site = -1;
	t->guests = calloc((size_t)in->n_experts + 1, sizeof *t->guests);
	t->here = calloc((size_t)in->n_experts + 1, sizeof *t->here);
	if (!t->guests || !t->here)
		abort();
	return t;
}

void table_free(struct table *t) {
	if (!t)
		return;
	free(t->guests);
	free(t->here);
	free(t);
}

uint64_t table_units(const struct table *t) {
	return t->units;
}

/* False: the rules about homes, delivery and language keep the expert from the site for good. */
static bool guest_of(const struct instance *in, int site, int expert, struct guest *ret) {
	const struct site *s = &in->sites[site];
	const struct request *r = &in->requests[s->request];
	const struct expert *e = &in->experts[expert];
	enum band band = band_of(in, r->mode, instance_km(in, e->home, s->member));
	*ret = (struct guest){
		.expert = expert,
		.band = band,
		.speaks = e->languages & r->languages,
		.cost = expert_cost(in, expert, s),
	};
	ret->may_lead = ret->speaks && (r->mode != MODE_HYBRID || band != BAND_REMOTE);
	if (band == BAND_REMOTE ? !e->remote : !e->on_site)
		return false;
	if (in->rules.not_own_administration
	    && (e->home == s->member || (r->kind == KIND_NATIONAL && e->home == r->member)))
		return false;
	return ret->speaks || !in->rules.language_all;
}

static int by_cost(const void *x, const void *y) {
	const struct guest *a = x, *b = y;
	if (a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	return a->expert < b->expert ? -1 : a->expert > b->expert;
}

static void invite(struct table *t, int site) {
	t->site = site;
	t->n_guests = 0;
	for (int e = 0; e < t->in->n_experts; e++)
		t->n_guests += guest_of(t->in, site, e, &t->guests[t->n_guests]);
	qsort(t->guests, (size_t)t->n_guests, sizeof *t->guests, by_cost);
}

bool is_busy(const struct plan *p, int expert, const struct item *item) {
	const struct instance *in = p->in;
	struct span block =
		block_of(in, item_band(in, item, expert), item->start, in->requests[item->request].days);
	return bits_meets_range(p->busy + (size_t)expert * in->words, in->days, block.first,
	                        block.last);
}

bool is_tired(const struct plan *p, int expert, const struct item *item) {
	const struct instance *in = p->in;
	const struct expert *e = &in->experts[expert];
	size_t at = (size_t)expert * (size_t)in->years + in->year_of[item->start];
	int days = mission_days(in, item_band(in, item, expert), in->requests[item->request].days);
	return p->missions[at] + 1 > e->max_missions_year || p->days[at] + days > e->max_days_year;
}

/* How the guest comes to the day; false: not at all. */
static bool comes(const struct table *t, const struct plan *p, const struct guest *g,
                  const struct item *item, const struct terms *terms, struct sitting *ret) {
	const struct instance *in = t->in;
	const struct request *r = t->request;
	const struct expert *e = &in->experts[g->expert];
	struct standing s = expert_standing(e, r->topics, item->start, item->start + r->days - 1);
	if (!s.covers
	    || !bits_has(calendar_row(in, calendar_shape(r, g->band), g->expert), item->start))
		return false;
	*ret = (struct sitting){.price = g->cost, .guest = g, .covers = s.covers, .full = s.full};
	if (g->expert == terms->newcomer)
		return true;
	if (is_busy(p, g->expert, item)) {
		ret->price += terms->cheapest ? 0 : CONFLICT;
		if (!terms->busy)
			return false;
	}
	if (is_tired(p, g->expert, item)) {
		ret->price += terms->cheapest ? 0 : CONFLICT;
		if (!terms->quota)
			return false;
	}
	return true;
}

/* Before `s`, with which the row ends, are there as many as the team has seats who are no worse in
 * anything, and (where it matters) from different homes? Then one of them can always take its place.
 * The newcomer is nobody's equal. */
static bool beaten(const struct table *t, const struct sitting *s, int n) {
	const struct expert *experts = t->in->experts;
	int found = 0, homes[TEAM_MAX];
	if (s->guest->expert == t->newcomer)
		return false;
	for (int i = 0; i < n && found < t->request->experts; i++) {
		const struct sitting *x = &t->here[i];
		bool other = x->guest->expert != t->newcomer;
		if ((x->covers & s->covers) != s->covers || x->full < s->full
		    || x->guest->may_lead < s->guest->may_lead || x->guest->speaks < s->guest->speaks)
			continue;
		for (int k = 0; t->in->rules.different_administrations && k < found; k++)
			other = other && homes[k] != experts[x->guest->expert].home;
		if (other)
			homes[found++] = experts[x->guest->expert].home;
	}
	return found >= t->request->experts;
}

static void gather(struct table *t, const struct plan *p, const struct item *item,
                   const struct terms *terms) {
	struct sitting one;
	t->n_here = 0;
	for (int i = 0; i < t->n_guests; i++) {
		int k = t->n_here;
		if (!comes(t, p, &t->guests[i], item, terms, &one))
			continue;
		for (; k > 0 && t->here[k - 1].price > one.price; k--)
			t->here[k] = t->here[k - 1];
		t->here[k] = one;
		t->n_here++;
	}
	int kept = 0;
	for (int i = 0; i < t->n_here; i++)
		if (!beaten(t, &t->here[i], kept))
			t->here[kept++] = t->here[i];
	t->n_here = kept;
	t->units += 1 + (uint64_t)t->n_guests / 64;
}

/* What those on the first seats bring. */
struct hold {
	int64_t price;
	uint64_t covers;
	int trainees;
	bool led, came; /* came: the one who must */
};

static void weigh(struct table *t, const struct hold *all) {
	const struct instance *in = t->in;
	const struct request *r = t->request;
	bool understood = true;
	for (int i = 0; i < r->experts; i++) {
		const struct guest *g = t->here[t->taken[i]].guest;
		understood = understood && g->speaks;
		for (int k = 0; in->rules.different_administrations && k < i; k++)
			if (in->experts[t->here[t->taken[k]].guest->expert].home == in->experts[g->expert].home)
				return;
	}
	int64_t price = all->price + (understood ? 0 : r->days * in->rules.interpretation_per_day);
	if (price >= t->best_price)
		return;
	t->best_price = price;
	memcpy(t->best, t->taken, sizeof t->best);
}

static void try_teams(struct table *t, int n, int from, const struct hold *some) {
	const struct request *r = t->request;
	int seats = r->experts - n;
	if (some->trainees > t->in->rules.trainees_max[r->kind])
		return;
	if (seats == 0) {
		if (some->covers == r->topics && some->led && some->came)
			weigh(t, some);
		return;
	}
	for (int i = from; i + seats <= t->n_here && t->tries < TRIES_MAX; i++) {
		const struct sitting *s = &t->here[i];
		struct hold more = {some->price + s->price, some->covers | s->covers,
		                    some->trainees + !s->full, some->led || (s->full && s->guest->may_lead),
		                    some->came || s->guest->expert == t->newcomer};
		if (some->price + seats * s->price >= t->best_price)
			return;
		if (seats == 1 && (more.covers != r->topics || !more.led || !more.came))
			continue;
		t->tries++;
		t->taken[n] = i;
		try_teams(t, n + 1, i + 1, &more);
	}
}

/* Before teams are tried: all together cover everything, and one of them can lead. */
static bool hopeful(const struct table *t) {
	uint64_t covers = 0;
	bool led = false;
	for (int i = 0; i < t->n_here; i++) {
		covers |= t->here[i].covers;
		led = led || (t->here[i].full && t->here[i].guest->may_lead);
	}
	return covers == t->request->topics && led;
}

static void take_seats(const struct table *t, struct item *item) {
	bool led = false;
	item->n_team = (uint8_t)t->request->experts;
	for (int i = 0; i < t->request->experts; i++) {
		const struct sitting *s = &t->here[t->best[i]];
		bool leads = !led && s->full && s->guest->may_lead;
		enum role role = !s->full ? ROLE_TRAINEE : leads ? ROLE_LEAD : ROLE_EXPERT;
		item->team[i] = (struct seat){(uint16_t)s->guest->expert, (uint8_t)role};
		led = led || leads;
	}
	item->cost = item_cost(t->in, item);
}

bool table_seat(struct table *t, const struct plan *p, int site, int32_t start,
                const struct terms *terms, struct item *ret) {
	struct hold none = {.came = terms->newcomer < 0};
	*ret = (struct item){.request = t->in->sites[site].request, .site = site, .start = start};
	t->request = &t->in->requests[ret->request];
	t->newcomer = terms->newcomer;
	if (t->site != site || terms->newcomer >= 0)
		invite(t, site);
	if (terms->newcomer >= 0)
		t->site = -1; /* the newcomer will be another one */
	gather(t, p, ret, terms);
	t->best_price = INT64_MAX;
	t->tries = 0;
	if (t->request->experts > t->n_here || !hopeful(t))
		return false;
	try_teams(t, 0, 0, &none);
	t->units += (uint64_t)t->tries / 64;
	if (t->best_price == INT64_MAX)
		return false;
	take_seats(t, ret);
	return true;
}
