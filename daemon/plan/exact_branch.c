/* SPDX-License-Identifier: Apache-2.0 */
/* Where the sweeps of a node disagree with one another, the relaxation mixes what a plan cannot:
 * served or not first, then money, then place and time, then people. */
#include "plan/exact_own.h"

#include "base/banned.h"

enum { WHOLE = 65600 };

void seen_clear(struct exact *x) {
	for (int q = 0; q < x->in->n_requests; q++) {
		struct seen *s = &x->seen[q], was = *s;
		memset(was.years, 0, (size_t)x->in->years * sizeof *was.years);
		memset(was.pools, 0, POOLS * sizeof *was.pools);
		memset(was.experts, 0, (size_t)x->in->n_experts * sizeof *was.experts);
		*s = (struct seen){.years = was.years, .pools = was.pools, .experts = was.experts};
		s->span = (struct span){INT32_MAX, INT32_MIN};
	}
}

void seen_add(struct exact *x, const struct choice *choices) {
	const struct instance *in = x->in;
	if (x->sweeps == (x->node->depth ? NODE_SWEEPS : ROOT_SWEEPS) / 2)
		seen_clear(x);
	for (int q = 0; q < in->n_requests; q++) {
		const struct choice *c = &choices[q];
		struct seen *s = &x->seen[q];
		s->sweeps++;
		if (c->start == NO_DAY)
			continue;
		s->served++;
		s->years[in->year_of[c->start]]++;
		s->starts += c->start;
		s->span.first = s->span.first < c->start ? s->span.first : c->start;
		s->span.last = s->span.last > c->start ? s->span.last : c->start;
		int site = c->site - in->requests[q].site;
		s->sites[site < 15 ? site : 15]++;
		for (int i = 0; i < c->n_funds; i++) {
			int pool = c->fund[i] * in->years + in->year_of[c->start];
			if (pool < POOLS)
				s->pools[pool] += c->share[i];
		}
		for (int i = 0; i < c->n_team; i++)
			s->experts[c->team[i]]++;
	}
}

/* How undecided, in 1/1000: 500 is half and half. */
static int64_t doubt(int64_t part, int64_t whole) {
	int64_t share = whole > 0 ? part * 1000 / whole : 0;
	return share < 500 ? share : 1000 - share;
}

struct question {
	enum { NOTHING, SERVED, POOL, SITE, START, EXPERT } about;
	int request, which; /* pool, site, expert */
	int32_t day;        /* last start of the left side */
	int64_t weight;
};

static void ask(struct question *best, struct question q) {
	if (q.weight > best->weight)
		*best = q;
}

/* If what can be paid whole is not what the sweeps choose, there the two part: on one side prices
 * settle on it, on the other something else must be paid. */
static void ask_when(const struct exact *x, int q, struct question *best) {
	const struct instance *in = x->in;
	const struct seen *s = &x->seen[q];
	const struct limit *limit = &x->node->limits[q];
	int year = x->when[q];
	int64_t prio = 4 + in->requests[q].priority;
	if (year == PURSE_UNKNOWN || s->sweeps == 0)
		return;
	int32_t agree = year == PURSE_NEVER ? s->sweeps - s->served : s->years[year];
	int64_t apart = 1000 - (int64_t)agree * 1000 / s->sweeps;
	if (apart < 40)
		return;
	if (limit->served == LIMIT_FREE)
		ask(best, (struct question){SERVED, q, 0, 0, 200000000 + apart * prio});
	else if (year >= 0 && limit->starts.last >= in->year_from[year + 1])
		ask(best,
		    (struct question){START, q, 0, in->year_from[year + 1] - 1, 150000000 + apart * prio});
	else if (year > 0 && limit->starts.first < in->year_from[year])
		ask(best,
		    (struct question){START, q, 0, in->year_from[year] - 1, 150000000 + apart * prio});
}

static void ask_served(const struct exact *x, int q, struct question *best) {
	const struct seen *s = &x->seen[q];
	int64_t weight = doubt(s->served, s->sweeps) * (4 + x->in->requests[q].priority);
	if (x->node->limits[q].served == LIMIT_FREE && doubt(s->served, s->sweeps) >= 40)
		ask(best, (struct question){SERVED, q, 0, 0, 100000000 + weight});
}

/* Half this year and half the next: two budgets and two quotas, each half used. */
static void ask_year(const struct exact *x, int q, struct question *best) {
	const struct seen *s = &x->seen[q];
	int32_t before = 0;
	for (int y = 0; y + 1 < x->in->years && s->served; y++) {
		before += s->years[y];
		int64_t doubtful = doubt(before, s->served);
		if (doubtful >= 20)
			ask(best, (struct question){START, q, 0, x->in->year_from[y + 1] - 1,
			                            50000000 + doubtful * x->in->requests[q].priority});
	}
}

/* A mix of funds is fine if there are few enough, none giving too little. */
static void ask_pools(const struct exact *x, int q, struct question *best) {
	const struct instance *in = x->in;
	const struct seen *s = &x->seen[q];
	const struct limit *limit = &x->node->limits[q];
	int used = 0;
	bool little = false;
	int64_t whole = (int64_t)s->served * WHOLE;
	for (int p = 0; p < POOLS && s->served; p++) {
		if (s->pools[p] * 50 < whole)
			continue;
		used++;
		little = little || s->pools[p] * 100 < whole * in->funds[p / in->years].min_share_percent;
	}
	if (used <= in->rules.funds_max && !little)
		return;
	for (int p = 0; p < POOLS && s->served; p++)
		if (!((limit->never | limit->always) >> p & 1) && s->pools[p] * 50 >= whole)
			ask(best, (struct question){POOL, q, p, 0, 10000000 + doubt(s->pools[p], whole)});
}

static void ask_place(const struct exact *x, int q, struct question *best) {
	const struct seen *s = &x->seen[q];
	for (int i = 0; i < 15; i++)
		if (doubt(s->sites[i], s->served) >= 40)
			ask(best, (struct question){SITE, q, i, 0, 1000000 + doubt(s->sites[i], s->served)});
	if (s->served && s->span.first < s->span.last) {
		int32_t mean = (int32_t)(s->starts / s->served);
		int64_t spread = s->span.last - s->span.first;
		mean = mean < s->span.last ? mean : s->span.last - 1;
		ask(best, (struct question){START, q, 0, mean, 100000 + (spread < 9000 ? spread : 9000)});
	}
}

static bool decided(const uint64_t *set, int e) {
	return set && bits_has(set, e);
}

/* Has the expert a price? If not, who of two alike comes is no matter. */
static bool wanted(const struct exact *x, int e) {
	const struct prices *p = bound_prices(x->bound);
	bool priced = p->load[e] > 0;
	for (int y = 0; y < x->in->years; y++)
		priced = priced || p->missions[e * x->in->years + y] || p->days[e * x->in->years + y];
	for (int d = 0; p->busy[e] && d < x->in->days; d++)
		priced = priced || p->busy[e][d];
	return priced;
}

static void ask_team(const struct exact *x, int q, struct question *best) {
	const struct seen *s = &x->seen[q];
	const struct limit *limit = &x->node->limits[q];
	for (int e = 0; e < x->in->n_experts && s->served; e++)
		if (!decided(limit->no_seat, e) && !decided(limit->any_seat, e) && wanted(x, e)
		    && doubt(s->experts[e], s->served) > 0)
			ask(best, (struct question){EXPERT, q, e, 0, 1000 + doubt(s->experts[e], s->served)});
}

/* The sweeps agree, yet no plan is worth the bound: decide whatever is open. */
static void ask_anything(const struct exact *x, int q, struct question *best) {
	const struct instance *in = x->in;
	const struct request *r = &in->requests[q];
	const struct limit *limit = &x->node->limits[q];
	if (r->pinned >= 0 || limit->served == LIMIT_OUT || r->starts.first > r->starts.last)
		return;
	uint32_t all = r->n_sites < 32 ? (1u << r->n_sites) - 1 : UINT32_MAX;
	if (limit->served == LIMIT_FREE)
		ask(best, (struct question){SERVED, q, 0, 0, 900});
	int32_t first = r->starts.first, last = r->starts.last;
	first = first > limit->starts.first ? first : limit->starts.first;
	last = last < limit->starts.last ? last : limit->starts.last;
	if (first < last)
		ask(best, (struct question){START, q, 0, first + (last - first) / 2, 800});
	for (int i = 0; i < r->n_sites && i < 32 && r->n_sites > 1; i++)
		if (!(limit->no_sites >> i & 1) && (limit->no_sites & all) != (all & ~(1u << i)))
			ask(best, (struct question){SITE, q, i, 0, 700});
	for (int i = 0; i < r->n_funds; i++)
		for (int y = 0; y < in->years; y++) {
			int p = r->funds[i] * in->years + y;
			if (p < POOLS && !((limit->never | limit->always) >> p & 1))
				ask(best, (struct question){POOL, q, p, 0, 600});
		}
	for (int k = r->site; k < r->site + r->n_sites; k++)
		for (int i = 0; i < in->sites[k].n_candidates; i++) {
			int e = in->sites[k].candidates[i].expert;
			if (!decided(limit->no_seat, e) && !decided(limit->any_seat, e))
				ask(best, (struct question){EXPERT, q, e, 0, 500});
		}
}

static bool has_seat(const struct choice *c, int expert) {
	for (int i = 0; c->start != NO_DAY && i < c->n_team; i++)
		if (c->team[i] == expert)
			return true;
	return false;
}

static enum band band_at(const struct instance *in, int expert, const struct choice *c) {
	const struct site *site = &in->sites[c->site];
	return band_of(in, in->requests[site->request].mode,
	               instance_km(in, in->experts[expert].home, site->member));
}

/* Two of the choices meet: the later one is to begin another day, or somebody else to come. */
static void ask_overlap(const struct exact *x, int q, int other, int expert,
                        struct question *best) {
	const struct instance *in = x->in;
	const struct choice *c = &bound_choices(x->bound)[q], *d = &bound_choices(x->bound)[other];
	const struct limit *limit = &x->node->limits[q];
	struct span mine = block_of(in, band_at(in, expert, c), c->start, in->requests[q].days);
	struct span theirs = block_of(in, band_at(in, expert, d), d->start, in->requests[other].days);
	if (mine.first > theirs.last || theirs.first > mine.last || c->start < d->start)
		return;
	if (!decided(limit->any_seat, expert))
		ask(best, (struct question){EXPERT, q, expert, 0, 950});
	else if (limit->starts.first < c->start && in->requests[q].starts.first < c->start)
		ask(best, (struct question){START, q, 0, c->start - 1, 940});
	else if (limit->starts.last > c->start && in->requests[q].starts.last > c->start)
		ask(best, (struct question){START, q, 0, c->start, 940});
}

/* The choices, agreed on, ask more of somebody than may be: then who comes is the question. */
static void ask_crowded(const struct exact *x, int expert, struct question *best) {
	const struct instance *in = x->in;
	const struct choice *choices = bound_choices(x->bound);
	const struct expert *e = &in->experts[expert];
	for (int y = 0; y < in->years; y++) {
		int missions = 0, days = 0;
		for (int q = 0; q < in->n_requests; q++)
			if (has_seat(&choices[q], expert) && in->year_of[choices[q].start] == y) {
				missions++;
				days += mission_days(in, band_at(in, expert, &choices[q]), in->requests[q].days);
			}
		bool much = missions > e->max_missions_year || days > e->max_days_year;
		for (int q = 0; q < in->n_requests; q++) {
			const struct limit *limit = &x->node->limits[q];
			if (!has_seat(&choices[q], expert) || in->year_of[choices[q].start] != y)
				continue;
			if (much && !decided(limit->any_seat, expert))
				ask(best, (struct question){EXPERT, q, expert, 0, 960});
			else if (much && limit->served == LIMIT_FREE)
				ask(best, (struct question){SERVED, q, 0, 0, 955});
			for (int k = 0; k < in->n_requests; k++)
				if (k != q && has_seat(&choices[k], expert))
					ask_overlap(x, q, k, expert, best);
		}
	}
}

static const uint64_t *with(struct exact *x, const uint64_t *set, int expert) {
	size_t words = bits_words(x->in->n_experts);
	uint64_t *copy = arena_array(x->arena, uint64_t, words);
	if (set)
		memcpy(copy, set, words * sizeof *copy);
	bits_add(copy, expert);
	return copy;
}

static void answer(struct exact *x, const struct question *q, struct limit *left,
                   struct limit *right) {
	uint64_t pool = UINT64_C(1) << (q->which & 63);
	switch (q->about) {
	case NOTHING: break;
	case SERVED:
		left->served = LIMIT_IN;
		right->served = LIMIT_OUT;
		break;
	case POOL:
		left->always |= pool;
		right->never |= pool;
		break;
	case SITE:
		left->no_sites |= ~(1u << q->which);
		right->no_sites |= 1u << q->which;
		break;
	case START:
		left->starts.last = q->day;
		right->starts.first = q->day + 1;
		break;
	case EXPERT:
		left->any_seat = with(x, left->any_seat, q->which);
		right->no_seat = with(x, right->no_seat, q->which);
		break;
	}
}

enum branching branch(struct exact *x, struct limit *left, struct limit *right) {
	struct question best = {NOTHING, -1, 0, 0, 0};
	for (int q = 0; q < x->in->n_requests; q++) {
		ask_when(x, q, &best);
		ask_served(x, q, &best);
		ask_year(x, q, &best);
		ask_pools(x, q, &best);
		ask_place(x, q, &best);
		ask_team(x, q, &best);
	}
	bool last = x->paying ? x->paid >= LAST_PAID_SWEEPS : x->sweeps >= LAST_SWEEPS;
	if (best.about == NOTHING && !last)
		return BRANCH_LATER;
	for (int e = 0; best.about == NOTHING && e < x->in->n_experts; e++)
		ask_crowded(x, e, &best);
	for (int q = 0; best.about == NOTHING && q < x->in->n_requests; q++)
		ask_anything(x, q, &best);
	if (best.about == NOTHING)
		return BRANCH_NEVER;

	answer(x, &best, &left[best.request], &right[best.request]);
	return BRANCH_NOW;
}
