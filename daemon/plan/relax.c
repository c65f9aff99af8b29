/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/relax.h"

#include <stdlib.h>

#include "plan/calendar.h"

#include "base/banned.h"

#define COPY(a, from, n, more)                                                                     \
	memcpy(arena_calloc((a), (size_t)(n) + (size_t)(more), sizeof *(from)), (from),                \
	       (size_t)(n) * sizeof *(from))

static int site_at(const struct instance *in, int request, int member) {
	const struct request *r = &in->requests[request];
	for (int s = r->site; s < r->site + r->n_sites; s++)
		if (in->sites[s].member == member)
			return s;
	return -1;
}

bool may_share(const struct instance *in, int request, int other) {
	const struct request *r = &in->requests[request], *q = &in->requests[other];
	if (request == other || in->rules.sessions[r->kind].capacity < 2 || r->kind != q->kind
	    || r->region != q->region || r->mode != q->mode || r->days != q->days || r->pinned >= 0
	    || q->pinned >= 0)
		return false;
	for (int s = r->site; s < r->site + r->n_sites; s++) {
		int twin = site_at(in, other, in->sites[s].member);
		for (size_t w = 0; twin >= 0 && w < in->words; w++)
			if (in->sites[s].starts[w] & in->sites[twin].starts[w])
				return true;
	}
	return false;
}

static bool has_partner(const struct instance *in, int request) {
	for (int other = 0; other < in->n_requests; other++)
		if (may_share(in, request, other))
			return true;
	return false;
}

static void stay_at_home(struct instance *to) {
	struct travel *t = &to->travel;
	t->one_day_below_km = t->far_days = 0;
	t->fare_base = t->fare_per_1000_km = 0;
	to->rules.rest_days = 0;
}

static void drop_shares(struct arena *a, struct instance *to) {
	to->funds = COPY(a, to->funds, to->n_funds, 0);
	for (int f = 0; f < to->n_funds; f++)
		to->funds[f].min_share_percent = 0;
}

/* The first end of any item for the request; NO_END: there is none. */
static int32_t first_end(const struct instance *in, int request) {
	const struct request *r = &in->requests[request];
	int32_t first = NO_END;
	if (r->pinned >= 0)
		return item_end(in, &in->pinned[r->pinned]);
	for (int s = r->site; s < r->site + r->n_sites; s++) {
		int d = bits_next(in->sites[s].starts, in->words, 0);
		if (d >= 0 && d + r->days - 1 < first)
			first = d + r->days - 1;
	}
	return first;
}

/* Per topic, the day before which no pre accreditation has become a full one. */
static void ripening(const struct instance *in, int32_t ret[CODES_MAX]) {
	uint64_t pinned = 0;
	for (int t = 0; t < CODES_MAX; t++)
		ret[t] = NO_END;
	for (int q = 0; q < in->n_requests; q++) {
		int32_t end = first_end(in, q);
		for (int t = 0; t < in->n_topics; t++)
			if (in->requests[q].topics >> t & 1 && end < ret[t])
				ret[t] = end;
		pinned |= in->requests[q].pinned >= 0 ? in->requests[q].topics : 0;
	}
	for (int t = 0; t < in->n_topics; t++)
		if (ret[t] != NO_END)
			ret[t] += 1 + (pinned >> t & 1 ? 0 : in->rules.missions_to_full - 1);
}

static void teach(struct arena *a, const struct instance *in, struct instance *to) {
	int32_t ripe[CODES_MAX];
	int *more = arena_array(a, int, (size_t)in->n_experts);
	ripening(in, ripe);
	for (int q = 0; q < in->n_requests; q++)
		for (int i = 0; i < in->requests[q].n_pupils; i++)
			more[in->requests[q].pupils[i]]++;
	for (int e = 0; e < in->n_experts; e++) {
		struct expert *x = &to->experts[e];
		size_t room = (size_t)(x->n_accreditations + more[e]) * (1 + (size_t)in->n_topics);
		struct accreditation *all = arena_array(a, struct accreditation, room);
		memcpy(all, x->accreditations, (size_t)x->n_accreditations * sizeof *all);
		x->accreditations = all;
	}
	for (int q = 0; q < in->n_requests; q++)
		for (int i = 0; i < in->requests[q].n_pupils && first_end(in, q) != NO_END; i++) {
			struct expert *x = &to->experts[in->requests[q].pupils[i]];
			x->accreditations[x->n_accreditations++] = (struct accreditation){
				.topics = in->requests[q].topics, .from = first_end(in, q) + 1, .to = NO_END};
		}
	for (int e = 0; e < in->n_experts; e++) {
		struct expert *x = &to->experts[e];
		for (int i = 0, n = x->n_accreditations; i < n; i++)
			for (int t = 0; t < in->n_topics && !x->accreditations[i].full; t++) {
				struct accreditation full = x->accreditations[i];
				if (!(full.topics >> t & 1) || ripe[t] == NO_END)
					continue;
				full.topics = UINT64_C(1) << t;
				full.from = full.from > ripe[t] ? full.from : ripe[t];
				full.full = true;
				x->accreditations[x->n_accreditations++] = full;
			}
	}
}

static int rising(const void *x, const void *y) {
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return a < b ? -1 : a > b;
}

/* What the `n` cheapest of all who could come to the site cost, at least. */
static int64_t cheapest_team(const struct instance *in, const struct instance *to, int s, int n) {
	const struct site *site = &in->sites[s];
	enum mode mode = in->requests[site->request].mode;
	int64_t *costs = calloc((size_t)in->n_experts + 1, sizeof *costs), sum = 0;
	int found = 0;
	if (!costs)
		abort();
	for (int e = 0; e < in->n_experts; e++) {
		const struct expert *x = &in->experts[e];
		int km = instance_km(in, x->home, site->member);
		enum band band = band_of(to, mode, km);
		if (in->rules.not_own_administration && x->home == site->member)
			continue;
		if (band == BAND_REMOTE ? !x->remote : !x->on_site)
			continue;
		costs[found++] = band == BAND_REMOTE
		                     ? 0
		                     : fare_of(to, km)
		                           + in->members[site->member].per_diem
		                                 * mission_days(to, band, in->requests[site->request].days);
	}
	qsort(costs, (size_t)found, sizeof *costs, rising);
	for (int i = 0; i < n && i < found; i++)
		sum += costs[i];
	free(costs);
	return sum;
}

/* The least a request pays for its part of any session there. */
static int64_t part_of_session(const struct instance *in, const struct instance *to, int s) {
	int request = in->sites[s].request;
	const struct request *r = &in->requests[request];
	int64_t fixed = in->sites[s].fixed_cost;
	for (int other = 0; other < in->n_requests; other++) {
		int twin = may_share(in, request, other) ? site_at(in, other, in->sites[s].member) : -1;
		if (twin >= 0 && in->sites[twin].fixed_cost < fixed)
			fixed = in->sites[twin].fixed_cost;
	}
	return (fixed + cheapest_team(in, to, s, r->experts)) / in->rules.sessions[r->kind].capacity;
}

/* A stand-in lives where nothing is ever held. */
static int add_nowhere(struct arena *a, struct instance *to) {
	int m = to->n_members++;
	to->members = COPY(a, to->members, m, 1);
	to->members[m] = (struct member){.code = "", .open = arena_array(a, uint64_t, to->words)};
	return m;
}

static void add_stand_in(struct arena *a, struct instance *to, int home) {
	struct accreditation *can = arena_new_of(a, struct accreditation);
	uint64_t *open = arena_array(a, uint64_t, to->words);
	*can = (struct accreditation){.topics = UINT64_MAX, .from = 0, .to = NO_END, .full = true};
	bits_add_range(open, to->days, 0, to->days - 1);
	to->experts[to->n_experts++] = (struct expert){
		.id = "",
		.home = home,
		.languages = UINT64_MAX,
		.accreditations = can,
		.n_accreditations = 1,
		.remote = true,
		.max_missions_year = 1,
		.max_days_year = DAYS_MAX,
		.open = open,
	};
}

/* Nobody minds that a stand-in was not in the released team. */
static void know_stand_ins(struct arena *a, const struct instance *in, struct instance *to) {
	to->baseline = COPY(a, to->baseline, to->n_baseline, 0);
	for (int i = 0; i < to->n_baseline; i++) {
		uint64_t *team = arena_array(a, uint64_t, bits_words(to->n_experts));
		memcpy(team, to->baseline[i].team, bits_words(in->n_experts) * sizeof *team);
		bits_add_range(team, to->n_experts, in->n_experts, to->n_experts - 1);
		to->baseline[i].team = team;
	}
}

static void loosen_limits(const struct instance *in, struct instance *to) {
	int most = 1;
	for (int k = 0; k < KINDS; k++)
		if (in->rules.sessions[k].capacity > most)
			most = in->rules.sessions[k].capacity;
	to->rules.parallel_max *= most;
	for (int i = 0; to->rules.parallel_region && i < to->n_regions; i++)
		if (to->rules.parallel_region[i] != INT32_MAX)
			to->rules.parallel_region[i] *= most;
	if (to->rules.fair_missions == 0)
		to->weights.load = 0;
}

/* ret[request]: its stand-in, or -1. False: nobody has one. */
static bool open_sessions(struct arena *a, const struct instance *in, struct instance *to,
                          int *ret) {
	int n = 0;
	for (int q = 0; q < in->n_requests; q++) {
		ret[q] = has_partner(in, q) ? in->n_experts + n : -1;
		n += ret[q] >= 0;
	}
	if (n == 0)
		return false;
	int home = add_nowhere(a, to);
	to->experts = COPY(a, to->experts, to->n_experts, n);
	for (int q = 0; q < in->n_requests; q++) {
		struct request *r = &to->requests[q];
		if (ret[q] < 0)
			continue;
		add_stand_in(a, to, home);
		for (int s = r->site; s < r->site + r->n_sites; s++)
			to->sites[s].fixed_cost = part_of_session(in, to, s);
		r->mode = MODE_ONLINE;
		r->experts = 1;
	}
	if (to->rules.parallel_region)
		to->rules.parallel_region = COPY(a, to->rules.parallel_region, to->n_regions, 0);
	loosen_limits(in, to);
	know_stand_ins(a, in, to);
	return true;
}

/* Each stand-in for its own request, and nobody else for that. */
static void keep_stand_ins(struct arena *a, const struct instance *in, struct instance *to,
                           const int *stand_in) {
	for (int s = 0; s < to->n_sites; s++) {
		struct site *site = &to->sites[s];
		int wanted = stand_in[site->request], n = 0;
		struct candidate *kept = arena_array(a, struct candidate, (size_t)site->n_candidates);
		for (int i = 0; i < site->n_candidates; i++) {
			int e = site->candidates[i].expert;
			if (wanted >= 0 ? e == wanted : e < in->n_experts)
				kept[n++] = site->candidates[i];
		}
		site->candidates = kept;
		site->n_candidates = n;
	}
}

struct instance *relax(struct arena *a, const struct instance *in) {
	struct instance *to = arena_new_of(a, struct instance);
	int *stand_in = arena_array(a, int, (size_t)in->n_requests);
	*to = *in;
	to->requests = COPY(a, in->requests, in->n_requests, 0);
	to->sites = COPY(a, in->sites, in->n_sites, 0);
	to->experts = COPY(a, in->experts, in->n_experts, 0);
	for (int q = 0; q < in->n_requests; q++)
		to->requests[q].n_funds = 0;
	to->regions = COPY(a, in->regions, in->n_regions, 0);
	for (int q = 0; q < in->n_requests; q++) {
		int *target = &to->regions[in->requests[q].region].target;
		if (joins_pinned(in, q) && *target > 0)
			--*target;
	}
	if (in->rules.chaining)
		stay_at_home(to);
	if (in->rules.missions_to_full)
		teach(a, in, to);
	bool shared = open_sessions(a, in, to, stand_in);
	if (in->rules.chaining || shared)
		drop_shares(a, to);
	to->rules.chaining = false;
	to->rules.missions_to_full = 0;
	memset(to->rules.sessions, 0, sizeof to->rules.sessions);
	instance_compile(a, to);
	if (shared)
		keep_stand_ins(a, in, to, stand_in);
	return to;
}
