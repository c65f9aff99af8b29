/* SPDX-License-Identifier: Apache-2.0 */
/* Derived quantities, and the compilation of an instance. */
#include "plan/model.h"

#include <math.h>
#include <stdlib.h>

#include "plan/calendar.h"

#include "base/banned.h"

const char *const kind_names[KINDS] = {"accreditation", "regional", "national"};
const char *const mode_names[MODES] = {"in_person", "hybrid", "online"};
const char *const role_names[ROLES] = {"lead", "expert", "trainee"};
const char *const criterion_names[CRITERIA] = {"notification", "kpi_evaluation", "dg_request"};

int distance_km(double lat_a, double lon_a, double lat_b, double lon_b) {
	const double radian = 3.14159265358979323846 / 180.0;
	double phi_a = lat_a * radian, phi_b = lat_b * radian;
	double up = sin((phi_b - phi_a) / 2.0), along = sin((lon_b - lon_a) * radian / 2.0);
	double h = up * up + cos(phi_a) * cos(phi_b) * along * along;
	double root = sqrt(h);
	return (int)floor(2.0 * 6371.0 * asin(root < 1.0 ? root : 1.0) + 1e-6);
}

enum band band_of(const struct instance *in, enum mode mode, int km) {
	const struct travel *t = &in->travel;
	if (mode == MODE_ONLINE || (mode == MODE_HYBRID && km >= t->hybrid_on_site_below_km))
		return BAND_REMOTE;
	if (km < t->same_city_below_km)
		return BAND_HERE;
	return km < t->one_day_below_km ? BAND_NEAR : BAND_FAR;
}

int band_travel(const struct instance *in, enum band band) {
	return band == BAND_NEAR ? 1 : band == BAND_FAR ? in->travel.far_days : 0;
}

int64_t fare_of(const struct instance *in, int km) {
	const struct travel *t = &in->travel;
	if (km < t->same_city_below_km)
		return 0;
	return (t->fare_base + km * t->fare_per_1000_km / 1000) / t->fare_step * t->fare_step;
}

int64_t expert_cost(const struct instance *in, int expert, const struct site *site) {
	const struct request *r = &in->requests[site->request];
	int km = instance_km(in, in->experts[expert].home, site->member);
	enum band band = band_of(in, r->mode, km);
	if (band == BAND_REMOTE)
		return 0;
	return fare_of(in, km) + in->members[site->member].per_diem * mission_days(in, band, r->days);
}

int64_t item_cost(const struct instance *in, const struct item *item) {
	const struct site *site = &in->sites[item->site];
	const struct request *r = &in->requests[item->request];
	int64_t cost = site->fixed_cost;
	bool interpreted = false;
	for (int i = 0; i < item->n_team; i++) {
		int e = item->team[i].expert;
		cost += expert_cost(in, e, site);
		interpreted = interpreted || !(in->experts[e].languages & r->languages);
	}
	return cost + (interpreted ? r->days * in->rules.interpretation_per_day : 0);
}

bool fund_admits(const struct instance *in, int fund, int request, int32_t start, int32_t end) {
	const struct fund *f = &in->funds[fund];
	const struct request *r = &in->requests[request];
	return (!f->regions || f->regions >> r->region & 1)
	       && (!f->by_member || bits_has(f->members, r->member))
	       && (!f->topics || f->topics & r->topics) && (!f->kinds || f->kinds >> r->kind & 1)
	       && f->period.first <= start && end <= f->period.last;
}

static void compile_distances(struct arena *a, struct instance *in) {
	size_t n = (size_t)in->n_members;
	uint16_t *km = arena_array(a, uint16_t, n * n);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			km[i * n + j] = (uint16_t)distance_km(in->members[i].lat, in->members[i].lon,
			                                      in->members[j].lat, in->members[j].lon);
	in->km = km;
}

static void compile_years(struct arena *a, struct instance *in) {
	uint8_t *year_of = arena_array(a, uint8_t, (size_t)in->days);
	for (int d = 0; d < in->days; d++)
		year_of[d] = (uint8_t)(civil_of(in->origin + d).year - in->first_year);
	in->year_of = year_of;
	int32_t *from = arena_array(a, int32_t, (size_t)in->years + 1);
	for (int y = 0; y <= in->years; y++)
		from[y] = civil_day((struct civil){in->first_year + y, 1, 1}) - in->origin;
	in->year_from = from;
}

static int32_t later(int32_t a, int32_t b) {
	return a > b ? a : b;
}

static int32_t sooner(int32_t a, int32_t b) {
	return a < b ? a : b;
}

/* Ready day, where waiting starts, and the starts the dates alone leave. */
static void compile_dates(struct instance *in, struct request *r) {
	r->eligible = true;
	r->ready = NO_DAY;
	for (int c = 0; c < CRITERIA; c++) {
		if (r->waived >> c & 1)
			continue;
		r->eligible = r->eligible && r->criterion[c] != NO_DAY;
		r->ready = later(r->ready, r->criterion[c]);
	}
	r->waits_from = later(r->ready, in->horizon.first);
	r->starts.first = later(in->horizon.first, later(in->rules.opens[r->kind], r->earliest));
	if (r->ready != NO_DAY)
		r->starts.first = later(r->starts.first, r->ready + in->rules.lead_days);
	r->starts.last = sooner(in->horizon.last, r->latest) - r->days + 1;
	if (!r->eligible)
		r->starts.last = r->starts.first - 1;
}

static void compile_funds(struct arena *a, struct instance *in, struct request *r) {
	uint16_t *list = arena_array(a, uint16_t, (size_t)in->n_funds);
	for (int f = 0; f < in->n_funds; f++)
		if (fund_admits(in, f, (int)(r - in->requests), in->funds[f].period.first,
		                in->funds[f].period.first))
			list[r->n_funds++] = (uint16_t)f;
	r->funds = list;
}

static bool never_covers(const struct expert *e, const struct request *r) {
	for (int i = 0; i < e->n_accreditations; i++) {
		const struct accreditation *a = &e->accreditations[i];
		if (a->topics & r->topics && a->from <= r->starts.last
		    && r->starts.first + r->days - 1 <= a->to)
			return false;
	}
	return true;
}

/* What all experts of one home have in common at a site; false if none of them may come. */
static bool candidate_from(const struct instance *in, const struct site *site, int home,
                           int64_t cost, struct candidate *ret) {
	const struct request *r = &in->requests[site->request];
	enum band band = band_of(in, r->mode, instance_km(in, home, site->member));
	*ret = (struct candidate){
		.cost = cost,
		.band = (uint8_t)band,
		.travel = (uint8_t)band_travel(in, band),
		.shape = (uint16_t)calendar_shape(r, band),
	};
	return !in->rules.not_own_administration
	       || (home != site->member && (r->kind != KIND_NATIONAL || home != r->member));
}

/* Could the expert ever be in a team at the site? Completes *c. */
static bool candidate_is(const struct instance *in, const struct site *site, int expert,
                         struct candidate *c) {
	const struct request *r = &in->requests[site->request];
	const struct expert *e = &in->experts[expert];
	c->expert = (uint16_t)expert;
	c->speaks = e->languages & r->languages;
	c->can_lead = c->speaks && (r->mode != MODE_HYBRID || c->band != BAND_REMOTE);
	if (c->band == BAND_REMOTE ? !e->remote : !e->on_site)
		return false;
	if ((in->rules.language_all && !c->speaks) || never_covers(e, r))
		return false;
	const uint64_t *row = calendar_row(in, c->shape, expert);
	for (int w = r->starts.first / 64; w <= r->starts.last / 64; w++)
		if (row[w] & site->starts[w])
			return true;
	return false;
}

/* The homes of experts, and who lives there: all from one home cost the same at a site. */
struct homes {
	int n, *member;      /* homes, as member indexes */
	int *first, *expert; /* of home h: expert[first[h]] … expert[first[h + 1] − 1], rising */
};

struct priced {
	int64_t cost;
	int home;
};

static int by_cost(const void *x, const void *y) {
	const struct priced *a = x, *b = y;
	if (a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	return a->home < b->home ? -1 : a->home > b->home;
}

static void homes_compile(const struct instance *in, struct homes *h) {
	size_t room = (size_t)(in->n_members > in->n_experts ? in->n_members : in->n_experts) + 1;
	h->member = calloc(3 * room, sizeof *h->member);
	if (!h->member)
		abort();
	h->first = h->member + room;
	h->expert = h->first + room;
	for (int m = 0, at = 0; m < in->n_members; m++) {
		int before = at;
		for (int e = 0; e < in->n_experts; e++)
			if (in->experts[e].home == m)
				h->expert[at++] = e;
		if (at > before) {
			h->member[h->n++] = m;
			h->first[h->n] = at;
		}
	}
}

/* The candidates of one site into `all`; how many. */
static int candidates_of(const struct instance *in, const struct homes *h, const struct site *s,
                         struct priced *priced, struct candidate *all) {
	int n = 0;
	for (int i = 0; i < h->n; i++)
		priced[i] = (struct priced){expert_cost(in, h->expert[h->first[i]], s), i};
	qsort(priced, (size_t)h->n, sizeof *priced, by_cost);
	for (int i = 0; i < h->n; i++) {
		int home = priced[i].home;
		struct candidate common;
		if (!candidate_from(in, s, h->member[home], priced[i].cost, &common))
			continue;
		for (int k = h->first[home]; k < h->first[home + 1]; k++) {
			all[n] = common;
			n += candidate_is(in, s, h->expert[k], &all[n]);
		}
	}
	return n;
}

static void compile_candidates(struct arena *a, struct instance *in) {
	struct homes homes = {0};
	size_t room = (size_t)in->n_experts + 1;
	struct candidate *all = malloc(room * sizeof *all);
	struct priced *priced = malloc(room * sizeof *priced);
	if (!all || !priced)
		abort();
	homes_compile(in, &homes);
	for (struct site *s = in->sites; s < in->sites + in->n_sites; s++) {
		int n = s->n_starts > 0 ? candidates_of(in, &homes, s, priced, all) : 0;
		struct candidate *kept = arena_array(a, struct candidate, (size_t)n);
		memcpy(kept, all, (size_t)n * sizeof *all);
		s->candidates = kept;
		s->n_candidates = n;
	}
	free(homes.member);
	free(priced);
	free(all);
}

static int rising(const void *x, const void *y) {
	const int *a = x, *b = y;
	return *a < *b ? -1 : *a > *b;
}

static void compile_lengths(struct arena *a, struct instance *in) {
	bool used[DAYS_MAX + 1] = {false};
	in->lengths = arena_array(a, int, DAYS_MAX);
	in->n_lengths = 0;
	for (int i = 0; i < in->n_requests; i++) {
		int days = in->requests[i].days;
		if (!used[days])
			in->lengths[in->n_lengths++] = days;
		used[days] = true;
	}
	qsort(in->lengths, (size_t)in->n_lengths, sizeof *in->lengths, rising);
	for (int i = 0; i < in->n_requests; i++)
		for (int k = 0; k < in->n_lengths; k++)
			if (in->lengths[k] == in->requests[i].days)
				in->requests[i].length = k;
}

size_t instance_size(const struct instance *in) {
	bool used[DAYS_MAX + 1] = {false};
	size_t lengths = 0, row = bits_words(in->days) * sizeof(uint64_t);
	for (int i = 0; i < in->n_requests; i++) {
		lengths += !used[in->requests[i].days];
		used[in->requests[i].days] = true;
	}
	size_t experts = (size_t)in->n_experts, sites = (size_t)in->n_sites;
	return lengths * BANDS * experts * row + sites * (row + experts * sizeof(struct candidate))
	       + (size_t)in->n_members * (size_t)in->n_members * sizeof(uint16_t);
}

void instance_compile(struct arena *a, struct instance *in) {
	compile_distances(a, in);
	compile_years(a, in);
	compile_lengths(a, in);
	for (int i = 0; i < in->n_requests; i++) {
		compile_dates(in, &in->requests[i]);
		compile_funds(a, in, &in->requests[i]);
	}
	for (int i = 0; i < in->n_pinned; i++)
		in->requests[in->pinned[i].request].pinned = i;
	for (int i = 0; i < in->n_baseline; i++)
		in->requests[in->baseline[i].request].baseline = i;
	calendar_compile(a, in);
	compile_candidates(a, in);
}
