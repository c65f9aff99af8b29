/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/lp.h"

#include <inttypes.h>

#include "base/vec.h"
#include "plan/calendar.h"
#include "plan/room.h"

#include "base/banned.h"

/* One possible workshop: y_SITE_START. */
struct slot {
	int site, year;
	int32_t start;
	size_t first, n; /* its seats */
};

/* One possible expert of it: z_SITE_START_E. */
struct place {
	size_t slot;
	const struct candidate *candidate;
	struct span block;
	struct standing standing;
	size_t next; /* of the same expert; NONE: the last */
};
#define NONE SIZE_MAX

struct lp {
	struct buf *out;
	const struct instance *in;
	struct room room;
	struct {
		struct slot *at;
		size_t n, room;
	} slots;
	struct {
		struct place *at;
		size_t n, room;
	} seats;
	size_t *first; /* seat of each expert, or NONE */
	int rows, terms;
};

static const struct request *request_of(const struct lp *lp, const struct slot *s) {
	return &lp->in->requests[lp->in->sites[s->site].request];
}

static bool can_come(const struct lp *lp, const struct slot *s, const struct candidate *c,
                     struct place *ret) {
	const struct instance *in = lp->in;
	const struct request *r = request_of(lp, s);
	*ret = (struct place){.slot = lp->slots.n - 1, .candidate = c};
	ret->block = block_of(in, c->band, s->start, r->days);
	ret->standing =
		expert_standing(&in->experts[c->expert], r->topics, s->start, s->start + r->days - 1);
	return ret->standing.covers && bits_has(calendar_row(in, c->shape, c->expert), s->start)
	       && !bits_meets_range(lp->room.busy + (size_t)c->expert * in->words, in->days,
	                            ret->block.first, ret->block.last);
}

static void collect(struct lp *lp) {
	const struct instance *in = lp->in;
	for (int site = 0; site < in->n_sites; site++) {
		const struct site *at = &in->sites[site];
		const uint64_t *starts = lp->room.starts + (size_t)site * in->words;
		bits_each(starts, in->words, d) {
			struct slot *s = vec_push(&lp->slots);
			*s = (struct slot){site, in->year_of[d], d, lp->seats.n, 0};
			for (int i = 0; i < at->n_candidates; i++) {
				struct place seat;
				if (can_come(lp, s, &at->candidates[i], &seat))
					*vec_push(&lp->seats) = seat;
			}
			s->n = lp->seats.n - s->first;
		}
	}
}

/* So that each expert's are found without looking at all. */
static void chain_seats(struct lp *lp) {
	for (int e = 0; e < lp->in->n_experts; e++)
		lp->first[e] = NONE;
	for (size_t i = lp->seats.n; i-- > 0;) {
		int e = lp->seats.at[i].candidate->expert;
		lp->seats.at[i].next = lp->first[e];
		lp->first[e] = i;
	}
}

/* One term of a row, lines kept short; zeros are left out. */
static void term(struct lp *lp, int64_t factor, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void term(struct lp *lp, int64_t factor, const char *format, ...) {
	char name[64];
	va_list ap;
	if (factor == 0)
		return;
	va_start(ap, format);
	(void)vsnprintf(name, sizeof name, format, ap);
	va_end(ap);
	buf_addf(lp->out, "%s%+" PRId64 " %s", lp->terms++ % 8 == 7 ? "\n " : " ", factor, name);
}

static void term_y(struct lp *lp, int64_t factor, const struct slot *s) {
	term(lp, factor, "y_%d_%d", s->site, s->start);
}

static void term_z(struct lp *lp, int64_t factor, const struct place *seat) {
	const struct slot *s = &lp->slots.at[seat->slot];
	term(lp, factor, "z_%d_%d_%d", s->site, s->start, seat->candidate->expert);
}

/* A row: row(); terms; row_end(). A row without terms would be no LP; then `constant` with 0. */
static void row(struct lp *lp) {
	buf_addf(lp->out, " r%d:", lp->rows++);
	lp->terms = 0;
}
static void row_end(struct lp *lp, const char *sense, int64_t right) {
	if (lp->terms == 0)
		buf_adds(lp->out, " 0 constant");
	buf_addf(lp->out, " %s %" PRId64 "\n", sense, right);
}

static int64_t slot_points(const struct lp *lp, const struct slot *s) {
	const struct weights *w = &lp->in->weights;
	const struct request *r = request_of(lp, s);
	int64_t points = w->served * r->priority;
	if (s->start > r->waits_from)
		points -= w->waiting * r->priority * ((s->start - r->waits_from) / 7);
	if (s->start < r->preferred.first || s->start > r->preferred.last)
		points -= w->window * r->priority;
	if (r->baseline < 0)
		return points;
	const struct baseline *was = &lp->in->baseline[r->baseline];
	bool moved = was->start != s->start || was->member != lp->in->sites[s->site].member;
	return points + was->weight * (w->dropped - (moved ? w->moved : 0));
}

static void objective(struct lp *lp) {
	const struct instance *in = lp->in;
	buf_adds(lp->out, "Maximize\n value:");
	lp->terms = 0;
	int64_t constant = lp->room.fixed;
	for (int e = 0; e < in->n_experts; e++)
		if (lp->room.load[e] < 0)
			constant += in->weights.load * lp->room.load[e];
	term(lp, constant, "constant");
	if (lp->terms == 0)
		buf_adds(lp->out, " 0 constant");
	for (const struct slot *s = lp->slots.at; s < vec_end(&lp->slots); s++)
		term_y(lp, slot_points(lp, s), s);
	for (const struct place *p = lp->seats.at; p < vec_end(&lp->seats); p++) {
		int index = request_of(lp, &lp->slots.at[p->slot])->baseline;
		if (index >= 0 && !bits_has(in->baseline[index].team, p->candidate->expert))
			term_z(lp, -in->baseline[index].weight * in->weights.expert, p);
	}
	for (int q = 0; q < in->n_requests; q++)
		term(lp, -1, "n_%d", q);
	for (int r = 0; r < in->n_regions; r++)
		term(lp, -in->weights.balance, "s_%d", r);
	for (int e = 0; e < in->n_experts; e++)
		term(lp, -in->weights.load, "o_%d", e);
	buf_adds(lp->out, "\nSubject To\n");
}

/* Rules about one team. */
static void seats_where(struct lp *lp, const struct slot *s, uint64_t topic, bool lead) {
	row(lp);
	for (size_t i = s->first; i < s->first + s->n; i++) {
		const struct place *p = &lp->seats.at[i];
		if (lead ? p->standing.full && p->candidate->can_lead : (p->standing.covers & topic) != 0)
			term_z(lp, 1, p);
	}
	term_y(lp, -1, s);
	row_end(lp, ">=", 0);
}

static void team_homes(struct lp *lp, const struct slot *s) {
	const struct instance *in = lp->in;
	for (int m = 0; m < in->n_members; m++) {
		int n = 0;
		for (size_t i = s->first; i < s->first + s->n; i++)
			n += in->experts[lp->seats.at[i].candidate->expert].home == m;
		if (n < 2)
			continue;
		row(lp);
		for (size_t i = s->first; i < s->first + s->n; i++)
			if (in->experts[lp->seats.at[i].candidate->expert].home == m)
				term_z(lp, 1, &lp->seats.at[i]);
		term_y(lp, -1, s);
		row_end(lp, "<=", 0);
	}
}

static void team(struct lp *lp, const struct slot *s) {
	const struct instance *in = lp->in;
	const struct request *r = request_of(lp, s);
	const struct place *seats = lp->seats.at;
	row(lp);
	for (size_t i = s->first; i < s->first + s->n; i++)
		term_z(lp, 1, &seats[i]);
	term_y(lp, -r->experts, s);
	row_end(lp, "=", 0);
	for (size_t i = s->first; i < s->first + s->n; i++) {
		row(lp);
		term_z(lp, 1, &seats[i]);
		term_y(lp, -1, s);
		row_end(lp, "<=", 0);
		if (seats[i].candidate->speaks || !in->rules.interpretation_per_day)
			continue;
		row(lp);
		term_z(lp, 1, &seats[i]);
		term(lp, -1, "i_%d_%d", s->site, s->start);
		row_end(lp, "<=", 0);
	}
	for (int t = 0; t < in->n_topics; t++)
		if (r->topics >> t & 1)
			seats_where(lp, s, UINT64_C(1) << t, false);
	seats_where(lp, s, 0, true);
	row(lp);
	for (size_t i = s->first; i < s->first + s->n; i++)
		if (!seats[i].standing.full)
			term_z(lp, 1, &seats[i]);
	term_y(lp, -in->rules.trainees_max[r->kind], s);
	row_end(lp, "<=", 0);
	if (in->rules.different_administrations)
		team_homes(lp, s);
}

/* A request's money in a year: cost, floor, shares. */
static int64_t dearest(const struct lp *lp, const struct request *r) {
	int64_t most = 0;
	for (int k = r->site; k < r->site + r->n_sites; k++) {
		const struct site *s = &lp->in->sites[k];
		int64_t cost = s->fixed_cost + r->days * lp->in->rules.interpretation_per_day;
		for (int i = s->n_candidates - r->experts; i < s->n_candidates; i++)
			cost += i >= 0 ? s->candidates[i].cost : 0;
		most = most > cost ? most : cost;
	}
	return most;
}

static void cost_row(struct lp *lp, int request, int year) {
	const struct request *r = &lp->in->requests[request];
	row(lp);
	for (const struct slot *s = lp->slots.at; s < vec_end(&lp->slots); s++) {
		if (lp->in->sites[s->site].request != request || s->year != year)
			continue;
		term_y(lp, lp->in->sites[s->site].fixed_cost, s);
		term(lp, r->days * lp->in->rules.interpretation_per_day, "i_%d_%d", s->site, s->start);
		for (size_t i = s->first; i < s->first + s->n; i++)
			term_z(lp, lp->seats.at[i].candidate->cost, &lp->seats.at[i]);
	}
	term(lp, -1, "c_%d_%d", request, year);
	row_end(lp, "=", 0);
	row(lp);
	for (int i = 0; i < r->n_funds; i++)
		term(lp, 1, "g_%d_%d_%d", request, r->funds[i], year);
	term(lp, -1, "c_%d_%d", request, year);
	row_end(lp, "=", 0);
}

static void fund_rows(struct lp *lp, int request, int fund, int year) {
	const struct instance *in = lp->in;
	const struct request *r = &in->requests[request];
	int64_t most = dearest(lp, r) + 1;
	row(lp); /* used only for a workshop the fund admits */
	term(lp, 1, "u_%d_%d_%d", request, fund, year);
	for (const struct slot *s = lp->slots.at; s < vec_end(&lp->slots); s++)
		if (in->sites[s->site].request == request && s->year == year
		    && fund_admits(in, fund, request, s->start, s->start + r->days - 1))
			term_y(lp, -1, s);
	row_end(lp, "<=", 0);
	row(lp); /* no amount without use */
	term(lp, 1, "g_%d_%d_%d", request, fund, year);
	term(lp, -most, "u_%d_%d_%d", request, fund, year);
	row_end(lp, "<=", 0);
	row(lp); /* an amount with it */
	term(lp, 1, "g_%d_%d_%d", request, fund, year);
	term(lp, -1, "u_%d_%d_%d", request, fund, year);
	row_end(lp, ">=", 0);
	int share = in->funds[fund].min_share_percent;
	row(lp); /* and its least share */
	term(lp, 100, "g_%d_%d_%d", request, fund, year);
	term(lp, -share, "c_%d_%d", request, year);
	term(lp, -most * share, "u_%d_%d_%d", request, fund, year);
	row_end(lp, ">=", -most * share);
}

static void money(struct lp *lp, int request) {
	const struct instance *in = lp->in;
	const struct request *r = &in->requests[request];
	for (int y = 0; y < in->years; y++) {
		cost_row(lp, request, y);
		for (int i = 0; i < r->n_funds; i++)
			fund_rows(lp, request, r->funds[i], y);
	}
	row(lp);
	for (int y = 0; y < in->years; y++)
		for (int i = 0; i < r->n_funds; i++)
			term(lp, 1, "u_%d_%d_%d", request, r->funds[i], y);
	row_end(lp, "<=", in->rules.funds_max);
	row(lp); /* floor(cost / money per point) */
	term(lp, in->weights.money_per_point, "n_%d", request);
	for (int y = 0; y < in->years; y++)
		term(lp, -1, "c_%d_%d", request, y);
	row_end(lp, ">=", 1 - in->weights.money_per_point);
	row(lp); /* once */
	for (const struct slot *s = lp->slots.at; s < vec_end(&lp->slots); s++)
		if (in->sites[s->site].request == request)
			term_y(lp, 1, s);
	row_end(lp, "<=", 1);
}

static void budgets(struct lp *lp) {
	const struct instance *in = lp->in;
	for (int f = 0; f < in->n_funds; f++)
		for (int y = 0; y < in->years; y++) {
			row(lp);
			for (int q = 0; q < in->n_requests; q++)
				for (int i = 0; i < in->requests[q].n_funds; i++)
					if (in->requests[q].funds[i] == f)
						term(lp, 1, "g_%d_%d_%d", q, f, y);
			row_end(lp, "<=", lp->room.budget[f * in->years + y]);
		}
}

/* Workshops of a day, and national ones of a Member by year and by window of days. */
static void slots_within(struct lp *lp, int region, int member, struct span days, int64_t most,
                         bool by_start) {
	const struct instance *in = lp->in;
	row(lp);
	for (const struct slot *s = lp->slots.at; s < vec_end(&lp->slots); s++) {
		const struct request *r = request_of(lp, s);
		int32_t last = by_start ? s->start : s->start + r->days - 1;
		if ((region < 0 || r->region == region)
		    && (member < 0 || (r->member == member && r->kind == KIND_NATIONAL))
		    && s->start <= days.last && days.first <= last)
			term_y(lp, 1, s);
	}
	row_end(lp, "<=", most);
	(void)in;
}

static void calendars(struct lp *lp) {
	const struct instance *in = lp->in;
	struct span span = {in->days, 0};
	for (const struct slot *s = lp->slots.at; s < vec_end(&lp->slots); s++) {
		span.first = span.first < s->start ? span.first : s->start;
		int32_t last = s->start + request_of(lp, s)->days - 1;
		span.last = span.last > last ? span.last : last;
	}
	for (int32_t d = span.first; d <= span.last; d++) {
		slots_within(lp, -1, -1, (struct span){d, d}, lp->room.parallel[d], false);
		for (int r = 0; lp->room.parallel_region && r < in->n_regions; r++)
			slots_within(lp, r, -1, (struct span){d, d}, lp->room.parallel_region[r * in->days + d],
			             false);
	}
	for (int m = 0; m < in->n_members; m++) {
		int n = 0;
		for (int q = 0; q < in->n_requests; q++)
			n += in->requests[q].member == m && in->requests[q].kind == KIND_NATIONAL
			     && in->requests[q].pinned < 0;
		for (int y = 0; n > 0 && y < in->years; y++)
			slots_within(lp, -1, m, (struct span){in->year_from[y], in->year_from[y + 1] - 1},
			             lp->room.national[m * in->years + y], true);
		for (int32_t d = span.first; n > 1 && in->rules.national_gap_days > 1 && d <= span.last;
		     d++)
			slots_within(lp, -1, m, (struct span){d, d + in->rules.national_gap_days - 1}, 1, true);
	}
}

/* An expert's blocks by day, missions and days by year, and load. */
static void expert(struct lp *lp, int e) {
	const struct instance *in = lp->in;
	struct {
		struct place *at;
		size_t n, room;
	} mine = {0};
	for (size_t i = lp->first[e]; i != NONE; i = lp->seats.at[i].next)
		*vec_push(&mine) = lp->seats.at[i];
	for (int32_t d = 0; mine.n > 0 && d < in->days; d++) {
		int n = 0;
		for (size_t i = 0; i < mine.n; i++)
			n += mine.at[i].block.first == d;
		if (n == 0)
			continue;
		row(lp);
		for (size_t i = 0; i < mine.n; i++)
			if (mine.at[i].block.first <= d && d <= mine.at[i].block.last)
				term_z(lp, 1, &mine.at[i]);
		row_end(lp, "<=", 1);
	}
	for (int y = 0; y < in->years; y++)
		for (int quota = 0; quota < 2; quota++) {
			row(lp);
			for (size_t i = 0; i < mine.n; i++) {
				const struct slot *s = &lp->slots.at[mine.at[i].slot];
				int days = mission_days(in, mine.at[i].candidate->band, request_of(lp, s)->days);
				if (s->year == y)
					term_z(lp, quota ? days : 1, &mine.at[i]);
			}
			const int32_t *left = quota ? lp->room.days : lp->room.missions;
			row_end(lp, "<=", left[e * in->years + y]);
		}
	row(lp);
	for (size_t i = 0; i < mine.n; i++)
		term_z(lp, 1, &mine.at[i]);
	term(lp, -1, "o_%d", e);
	row_end(lp, "<=", lp->room.load[e] < 0 ? 0 : lp->room.load[e]);
	vec_clear(&mine);
}

static void regions(struct lp *lp) {
	for (int i = 0; i < lp->in->n_regions; i++) {
		row(lp);
		term(lp, 1, "s_%d", i);
		for (const struct slot *s = lp->slots.at; s < vec_end(&lp->slots); s++)
			if (request_of(lp, s)->region == i)
				term_y(lp, 1, s);
		row_end(lp, ">=", lp->room.balance[i] < 0 ? 0 : lp->room.balance[i]);
	}
}

static void kinds_of_variables(struct lp *lp) {
	const struct instance *in = lp->in;
	buf_adds(lp->out, "Bounds\n constant = 1\nGenerals\n");
	for (int q = 0; q < in->n_requests; q++) {
		buf_addf(lp->out, " n_%d\n", q);
		for (int y = 0; y < in->years; y++)
			for (int i = 0; i < in->requests[q].n_funds; i++)
				buf_addf(lp->out, " g_%d_%d_%d\n", q, in->requests[q].funds[i], y);
	}
	buf_adds(lp->out, "Binaries\n");
	for (const struct slot *s = lp->slots.at; s < vec_end(&lp->slots); s++)
		buf_addf(lp->out, " y_%d_%d\n", s->site, s->start);
	for (const struct place *p = lp->seats.at; p < vec_end(&lp->seats); p++)
		buf_addf(lp->out, " z_%d_%d_%d\n", lp->slots.at[p->slot].site, lp->slots.at[p->slot].start,
		         p->candidate->expert);
	for (int q = 0; q < in->n_requests; q++)
		for (int y = 0; y < in->years; y++)
			for (int i = 0; i < in->requests[q].n_funds; i++)
				buf_addf(lp->out, " u_%d_%d_%d\n", q, in->requests[q].funds[i], y);
	buf_adds(lp->out, "End\n");
}

int64_t lp_seats(const struct instance *in) {
	int64_t seats = 0;
	for (int s = 0; s < in->n_sites; s++)
		seats += (int64_t)in->sites[s].n_starts * in->sites[s].n_candidates;
	return seats;
}

void lp_write(struct buf *b, const struct instance *in) {
	struct arena *a = arena_new();
	struct lp lp = {.out = b, .in = in};
	room_compile(a, in, &lp.room);
	lp.first = arena_array(a, size_t, (size_t)in->n_experts);
	collect(&lp);
	chain_seats(&lp);
	objective(&lp);
	for (const struct slot *s = lp.slots.at; s < vec_end(&lp.slots); s++)
		team(&lp, s);
	for (int q = 0; q < in->n_requests; q++)
		money(&lp, q);
	budgets(&lp);
	calendars(&lp);
	for (int e = 0; e < in->n_experts; e++)
		expert(&lp, e);
	regions(&lp);
	kinds_of_variables(&lp);
	vec_clear(&lp.slots);
	vec_clear(&lp.seats);
	arena_free(a);
}
