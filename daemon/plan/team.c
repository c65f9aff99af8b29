/* SPDX-License-Identifier: Apache-2.0 */
/* Experts who are alike for a site (same topics covered, same rank) are one class; per class and
 * start it is enough to know how many are free, up to the size of the team. */
#include "plan/team.h"

#include <stdlib.h>

#include "base/vec.h"
#include "plan/calendar.h"

#include "base/banned.h"

enum rank { RANK_TRAINEE, RANK_EXPERT, RANK_LEAD };

struct class {
	uint64_t covers;
	enum rank rank;
	int home;         /* −1 unless a team must come from different homes */
	uint64_t *planes; /* plane k: starts with more than k free */
};

struct staffing {
	const struct instance *in;
	const struct plan *plan;
	const struct request *request;
	const struct site *site;
	bool ignore_busy, ignore_quota;
	struct {
		struct class *at;
		size_t n, room;
	} classes;
	uint64_t *fulls;    /* planes over all who are no trainees */
	uint64_t *row;      /* of the expert at hand */
	size_t from, words; /* only these words of a row can hold starts */
};

static uint64_t *planes_new(const struct staffing *s) {
	size_t n = (size_t)s->request->experts * (s->words ? s->words : 1);
	uint64_t *planes = calloc(n, sizeof *planes);
	if (!planes)
		abort();
	return planes;
}

/* One more free expert on the starts of `row`. */
static void planes_add(const struct staffing *s, uint64_t *planes, const uint64_t *row) {
	for (int k = s->request->experts - 1; k > 0; k--)
		for (size_t w = 0; w < s->words; w++)
			planes[(size_t)k * s->words + w] |= planes[(size_t)(k - 1) * s->words + w] & row[w];
	for (size_t w = 0; w < s->words; w++)
		planes[w] |= row[w];
}

/* Free experts on a start, up to the size of the team. */
static int planes_at(const struct staffing *s, const uint64_t *planes, int32_t start) {
	int n = 0, at = start - (int)s->from * 64;
	while (n < s->request->experts && bits_has(planes + (size_t)n * s->words, at))
		n++;
	return n;
}

static struct class *class_of(struct staffing *s, uint64_t covers, enum rank rank, int home) {
	for (size_t i = 0; i < s->classes.n; i++) {
		struct class *c = &s->classes.at[i];
		if (c->covers == covers && c->rank == rank && c->home == home)
			return c;
	}
	struct class *c = vec_push(&s->classes);
	*c = (struct class){covers, rank, home, planes_new(s)};
	return c;
}

/* Take out of the row the starts on which the plan keeps the expert from coming. */
static void drop_busy(struct staffing *s, const struct candidate *c, uint64_t *row) {
	const struct instance *in = s->in;
	const struct plan *p = s->plan;
	const struct expert *e = &in->experts[c->expert];
	struct span mine = block_of(in, c->band, 0, s->request->days);
	int offset = (int)s->from * 64, n = (int)s->words * 64;
	for (int32_t k = s->ignore_busy ? -1 : p->first_seat[c->expert]; k >= 0; k = p->next_seat[k]) {
		const struct item *other = &p->items[k / TEAM_MAX];
		struct span theirs = block_of(in, item_band(in, other, c->expert), other->start,
		                              in->requests[other->request].days);
		bits_drop_range(row, n, theirs.first - mine.last - offset,
		                theirs.last - mine.first - offset);
	}
	for (int y = 0; !s->ignore_quota && y < in->years; y++) {
		size_t at = (size_t)c->expert * (size_t)in->years + (size_t)y;
		int days = p->days[at] + mission_days(in, c->band, s->request->days);
		if (p->missions[at] + 1 > e->max_missions_year || days > e->max_days_year)
			bits_drop_range(row, n, in->year_from[y] - offset, in->year_from[y + 1] - 1 - offset);
	}
}

/* The last start from `start` on that finds the same accreditations valid. */
static int32_t same_until(const struct expert *e, int days, int32_t start, int32_t last) {
	for (int i = 0; i < e->n_accreditations; i++) {
		const struct accreditation *a = &e->accreditations[i];
		int32_t end = a->to == NO_END ? NO_END : a->to - days + 1; /* last start it covers */
		if (a->from > start && a->from - 1 < last)
			last = a->from - 1;
		if (end >= start && end < last)
			last = end;
	}
	return last;
}

static void count_candidate(struct staffing *s, const struct candidate *c) {
	const struct instance *in = s->in;
	const struct request *r = s->request;
	const struct expert *e = &in->experts[c->expert];
	const uint64_t *free = calendar_row(in, c->shape, c->expert) + s->from;
	uint64_t *row = s->row, *part = s->row + s->words;
	for (size_t w = 0; w < s->words; w++)
		row[w] = free[w] & s->site->starts[s->from + w];
	if (s->plan)
		drop_busy(s, c, row);
	for (int32_t a = r->starts.first, b; a <= r->starts.last; a = b + 1) {
		struct standing standing = expert_standing(e, r->topics, a, a + r->days - 1);
		b = same_until(e, r->days, a, r->starts.last);
		if (!standing.covers)
			continue;
		uint64_t any = 0;
		for (size_t w = 0; w < s->words; w++)
			any |= part[w] = row[w] & bits_part((int)(s->from + w), a, b);
		if (!any)
			continue;
		enum rank rank = !standing.full ? RANK_TRAINEE : c->can_lead ? RANK_LEAD : RANK_EXPERT;
		int home = in->rules.different_administrations ? e->home : -1;
		planes_add(s, class_of(s, standing.covers, rank, home)->planes, part);
		if (rank != RANK_TRAINEE)
			planes_add(s, s->fulls, part);
	}
}

/* One start: how many of each class are left while a team is put together. */
struct pool {
	const struct staffing *s;
	int *left; /* per class */
	int seats, trainees;
};

static bool home_taken(const struct pool *p, const int *taken, size_t i) {
	const struct class *c = p->s->classes.at;
	for (size_t k = 0; c[i].home >= 0 && k < p->s->classes.n; k++)
		if (taken[k] && c[k].home == c[i].home)
			return true;
	return false;
}

/* Everything is covered and led: can anybody sit on the other seats? */
static bool fills(const struct pool *p, const int *taken) {
	const struct class *c = p->s->classes.at;
	int fulls = 0, trainees = 0;
	for (size_t i = 0; i < p->s->classes.n; i++) {
		int n = p->left[i];
		/* With different homes one of a home is all: the first class of it that isn't empty,
		 * and one with somebody full if there is any. */
		if (c[i].home >= 0) {
			bool better = home_taken(p, taken, i);
			for (size_t k = 0; k < p->s->classes.n && !better; k++)
				better =
					k != i && c[k].home == c[i].home && p->left[k] > 0
					&& ((c[k].rank != RANK_TRAINEE) > (c[i].rank != RANK_TRAINEE)
				        || ((c[k].rank != RANK_TRAINEE) == (c[i].rank != RANK_TRAINEE) && k < i));
			n = better ? 0 : n > 0;
		}
		if (c[i].rank == RANK_TRAINEE)
			trainees += n;
		else
			fulls += n;
	}
	return fulls + (trainees < p->trainees ? trainees : p->trainees) >= p->seats;
}

static bool covers(struct pool *p, int *taken, uint64_t open) {
	if (!open)
		return fills(p, taken);
	if (p->seats == 0)
		return false;
	uint64_t next = open & -open;
	for (size_t i = 0; i < p->s->classes.n; i++) {
		const struct class *c = &p->s->classes.at[i];
		bool trainee = c->rank == RANK_TRAINEE;
		if (!(c->covers & next) || p->left[i] == 0 || (trainee && p->trainees == 0)
		    || home_taken(p, taken, i))
			continue;
		p->left[i]--, taken[i]++, p->seats--, p->trainees -= trainee;
		bool good = covers(p, taken, open & ~c->covers);
		p->left[i]++, taken[i]--, p->seats++, p->trainees += trainee;
		if (good)
			return true;
	}
	return false;
}

static bool staffed(const struct staffing *s, int32_t start, int *left, int *taken) {
	const struct request *r = s->request;
	struct pool pool = {s, left, r->experts - 1, s->in->rules.trainees_max[r->kind]};
	for (size_t i = 0; i < s->classes.n; i++) {
		left[i] = planes_at(s, s->classes.at[i].planes, start);
		taken[i] = 0;
	}
	for (size_t i = 0; i < s->classes.n; i++) {
		const struct class *c = &s->classes.at[i];
		if (c->rank != RANK_LEAD || left[i] == 0)
			continue;
		left[i]--, taken[i]++;
		bool good = covers(&pool, taken, r->topics & ~c->covers);
		left[i]++, taken[i]--;
		if (good)
			return true;
	}
	return false;
}

/* Starts on which one lead covers all, and enough others are full: no need to look closer. */
static uint64_t obvious(const struct staffing *s, size_t w) {
	uint64_t leads = 0;
	size_t last = (size_t)(s->request->experts - 1) * s->words;
	if (s->in->rules.different_administrations)
		return 0;
	for (size_t i = 0; i < s->classes.n; i++) {
		const struct class *c = &s->classes.at[i];
		if (c->rank == RANK_LEAD && c->covers == s->request->topics)
			leads |= c->planes[w];
	}
	return leads & s->fulls[last + w];
}

/* Is nothing left to find out, whoever else may be free? */
static bool settled(const struct staffing *s) {
	for (size_t w = 0; w < s->words; w++)
		if (s->site->starts[s->from + w] & ~obvious(s, w))
			return false;
	return true;
}

static int decide(struct staffing *s, uint64_t *ret) {
	int *counts = calloc(2 * s->classes.n + 1, sizeof *counts), n = 0;
	if (!counts)
		abort();
	for (size_t w = 0; w < s->words; w++) {
		uint64_t good = obvious(s, w), rest = s->site->starts[s->from + w] & ~good;
		for (; rest; rest &= rest - 1) {
			int bit = __builtin_ctzll(rest);
			if (staffed(s, (int32_t)(s->from + w) * 64 + bit, counts, counts + s->classes.n))
				good |= UINT64_C(1) << bit;
		}
		ret[s->from + w] = good;
		n += __builtin_popcountll(good);
	}
	free(counts);
	return n;
}

int team_starts_relaxing(const struct instance *in, const struct plan *p, int site, bool busy,
                         bool quota, uint64_t *ret) {
	struct staffing s = {.in = in,
	                     .plan = busy && quota ? NULL : p,
	                     .site = &in->sites[site],
	                     .ignore_busy = busy,
	                     .ignore_quota = quota};
	s.request = &in->requests[s.site->request];
	memset(ret, 0, in->words * sizeof *ret);
	if (s.site->n_starts == 0 || !s.request->topics)
		return 0;
	s.from = (size_t)s.request->starts.first / 64;
	s.words = (size_t)s.request->starts.last / 64 - s.from + 1;
	s.fulls = planes_new(&s);
	s.row = calloc(2 * s.words, sizeof *s.row);
	if (!s.row)
		abort();
	for (int i = 0; i < s.site->n_candidates && (i % 8 || !settled(&s)); i++)
		count_candidate(&s, &s.site->candidates[i]);
	int n = decide(&s, ret);
	for (size_t i = 0; i < s.classes.n; i++)
		free(s.classes.at[i].planes);
	vec_clear(&s.classes);
	free(s.fulls);
	free(s.row);
	return n;
}

int team_starts(const struct instance *in, const struct plan *p, int site, uint64_t *ret) {
	return team_starts_relaxing(in, p, site, false, false, ret);
}
