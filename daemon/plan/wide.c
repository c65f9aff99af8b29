/* SPDX-License-Identifier: Apache-2.0 */
/* The wide plan: what it holds, what missions cost, what it is worth. */
#include <stdlib.h>

#include "plan/wide_own.h"

#include "base/banned.h"

static void compile_lessons(struct wide_means *m) {
	const struct instance *in = m->given;
	size_t n = 0;
	for (int q = 0; q < in->n_requests; q++)
		n += (size_t)in->requests[q].n_pupils;
	m->first_lesson = arena_array(m->arena, int, (size_t)in->n_experts + 2);
	m->lessons = arena_array(m->arena, int, n);
	int *count = m->first_lesson + 1;
	for (int q = 0; q < in->n_requests; q++)
		for (int i = 0; i < in->requests[q].n_pupils; i++)
			count[in->requests[q].pupils[i] + 1]++;
	for (int e = 0; e < in->n_experts; e++)
		count[e + 1] += count[e];
	for (int q = 0; q < in->n_requests; q++)
		for (int i = 0; i < in->requests[q].n_pupils; i++)
			m->lessons[count[in->requests[q].pupils[i]]++] = q;
}

struct wide_means *wide_means_new(const struct instance *in) {
	struct wide_means *m = calloc(1, sizeof *m);
	if (!m)
		abort();
	m->given = in;
	m->arena = arena_new();
	m->view = *in;
	m->view.requests = arena_array(m->arena, struct request, (size_t)in->n_requests);
	m->funds = arena_array(m->arena, uint16_t *, (size_t)in->n_requests);
	m->order = arena_array(m->arena, int, (size_t)in->n_requests);
	for (int q = 0; q < in->n_requests; q++) {
		m->view.requests[q] = in->requests[q];
		m->funds[q] = arena_array(m->arena, uint16_t, (size_t)in->requests[q].n_funds);
	}
	compile_lessons(m);
	m->money = money_new(&m->view);
	m->trial = wide_new(m);
	return m;
}

void wide_means_free(struct wide_means *m) {
	if (!m)
		return;
	wide_free(m->trial);
	money_free(m->money);
	arena_free(m->arena);
	free(m);
}

uint64_t wide_units(const struct wide_means *m) {
	return m->units;
}

/* Lay the arrays into w->memory, or with none count what they need. Widest first. */
static size_t lay_out(struct wide *w) {
	const struct instance *in = w->in;
	size_t at = 0, experts = (size_t)in->n_experts, requests = (size_t)in->n_requests;
	char *base = (char *)w->memory;
#define LAY(field, n)                                                                              \
	(w->field = base ? (void *)(base + at) : NULL, at += (size_t)(n) * sizeof *w->field)
	LAY(topics, requests);
	LAY(busy, experts * in->words);
	LAY(leader, requests);
	LAY(after, requests * TEAM_MAX);
	LAY(days, experts * (size_t)in->years);
#undef LAY
	return at;
}

struct wide *wide_new(struct wide_means *m) {
	struct wide *w = calloc(1, sizeof *w);
	if (!w)
		abort();
	w->means = m;
	w->in = &m->view;
	w->p = plan_new(w->in);
	w->size = lay_out(w);
	w->memory = calloc(1, w->size + 1);
	if (!w->memory)
		abort();
	(void)lay_out(w);
	for (int q = 0; q < w->in->n_requests; q++)
		w->topics[q] = w->in->requests[q].topics;
	for (int q = 0; q < w->in->n_requests; q++) {
		int pin = w->in->requests[q].pinned;
		w->leader[q] = pin < 0 ? -1 : w->in->pinned[pin].request;
		if (pin >= 0)
			w->topics[w->leader[q]] |= w->in->requests[q].topics;
	}
	for (int s = 0; s < w->in->n_requests * TEAM_MAX; s++)
		w->after[s] = -1;
	(void)wide_fault(w);
	return w;
}

void wide_free(struct wide *w) {
	if (!w)
		return;
	plan_free(w->p);
	free(w->memory);
	free(w);
}

void wide_copy(struct wide *dst, const struct wide *src) {
	plan_copy(dst->p, src->p);
	memcpy(dst->memory, src->memory, src->size);
}

int seat_next(const struct wide *w, int seat) {
	seats_each(w, seat_expert(w, seat), s) if (w->after[s] == seat / TEAM_MAX) return s;
	return -1;
}

int seat_before(const struct wide *w, int seat) {
	if (w->after[seat] >= 0)
		seats_each(w, seat_expert(w, seat), s) if (s / TEAM_MAX == w->after[seat]) return s;
	return -1;
}

int group_of(const struct wide *w, int leader, int *ret) {
	int n = 0;
	ret[n++] = leader;
	for (int q = 0; q < w->in->n_requests; q++)
		if (w->leader[q] == leader && q != leader)
			ret[n++] = q;
	return n;
}

bool in_team(const struct item *item, int expert) {
	for (int i = 0; i < item->n_team; i++)
		if (item->team[i].expert == expert)
			return true;
	return false;
}

int leg_days(const struct instance *in, int member, int other) {
	return band_travel(in, band_of(in, MODE_IN_PERSON, instance_km(in, member, other)));
}

struct toll mission_toll(const struct instance *in, int expert, int site, int32_t start,
                         const struct item *before, bool has_next) {
	const struct request *r = &in->requests[in->sites[site].request];
	int host = in->sites[site].member, km = instance_km(in, in->experts[expert].home, host);
	enum band band = band_of(in, r->mode, km);
	int t = band_travel(in, band);
	struct toll toll = {.days = r->days + (before ? 0 : t) + (has_next ? 0 : t)};
	if (before)
		toll.days += start - item_end(in, before) - 1;
	if (band == BAND_REMOTE)
		return toll;
	toll.cost = in->members[host].per_diem * toll.days;
	if (!before)
		toll.cost += has_next ? fare_of(in, km) / 2 : fare_of(in, km);
	else
		toll.cost += fare_of(in, instance_km(in, in->sites[before->site].member, host)) / 2
		             + (has_next ? 0 : fare_of(in, km) / 2);
	return toll;
}

int64_t wide_item_cost(const struct wide *w, const struct item *item) {
	const struct instance *in = w->in;
	const struct request *r = &in->requests[item->request];
	int64_t cost = in->sites[item->site].fixed_cost;
	bool interpreted = false;
	for (int i = 0; i < item->n_team; i++) {
		int e = item->team[i].expert, seat = seat_of(item->request, i);
		int before = w->after[seat];
		cost += mission_toll(in, e, item->site, item->start,
		                     before < 0 ? NULL : plan_item(w->p, before), seat_next(w, seat) >= 0)
		            .cost;
		interpreted = interpreted || !(in->experts[e].languages & r->languages);
	}
	return cost + (interpreted ? r->days * in->rules.interpretation_per_day : 0);
}

/* What a request that another one leads adds; the item itself counts for the leader. */
static void score_joined(const struct wide *w, int request, struct score *to) {
	const struct instance *in = w->in;
	const struct item *item = plan_item(w->p, w->leader[request]);
	struct item own = {.request = request, .start = item->start};
	struct score more;
	item_score(in, &own, &more);
	int index = in->requests[request].baseline;
	if (index >= 0) {
		const struct baseline *b = &in->baseline[index];
		int64_t points = in->weights.dropped;
		if (b->start != item->start || b->member != in->sites[item->site].member)
			points -= in->weights.moved;
		for (int i = 0; i < item->n_team; i++)
			points -= bits_has(b->team, item->team[i].expert) ? 0 : in->weights.expert;
		more.term[TERM_STABILITY] = b->weight * points;
	}
	for (int i = 0; i < TERMS; i++)
		to->term[i] += more.term[i];
}

void wide_score(const struct wide *w, struct score *ret) {
	const struct instance *in = w->in;
	int more[CODES_MAX] = {0};
	*ret = w->p->score;
	for (int q = 0; q < in->n_requests; q++)
		if (w->leader[q] >= 0 && w->leader[q] != q) {
			score_joined(w, q, ret);
			more[in->requests[q].region]++;
		}
	ret->term[TERM_BALANCE] = 0;
	for (int i = 0; i < in->n_regions; i++) {
		int missing = in->regions[i].target - w->p->region[i] - more[i];
		ret->term[TERM_BALANCE] -= missing > 0 ? in->weights.balance * missing : 0;
	}
}

int64_t wide_fixed(const struct wide *w) {
	struct score all = w->p->score;
	for (int q = 0; q < w->in->n_requests; q++)
		if (is_pinned(w, q) && w->leader[q] != q)
			score_joined(w, q, &all);
	return score_sum(&all) - score_sum(&w->p->score);
}

int64_t wide_value(const struct wide *w) {
	struct score score;
	wide_score(w, &score);
	return score_sum(&score);
}

void wide_narrow(struct wide *w) {
	struct wide_means *m = w->means;
	const struct instance *in = m->given;
	for (int q = 0; q < in->n_requests; q++) {
		m->view.requests[q].funds = in->requests[q].funds;
		m->view.requests[q].n_funds = in->requests[q].n_funds;
	}
	for (int q = 0; q < in->n_requests; q++) {
		int leader = w->leader[q], n = 0;
		if (leader < 0 || leader == q)
			continue;
		struct request *r = &m->view.requests[leader];
		for (int i = 0, k = 0; i < r->n_funds; i++) {
			while (k < in->requests[q].n_funds && in->requests[q].funds[k] < r->funds[i])
				k++;
			if (k < in->requests[q].n_funds && in->requests[q].funds[k] == r->funds[i])
				m->funds[leader][n++] = r->funds[i];
		}
		r->funds = m->funds[leader];
		r->n_funds = n;
	}
}

/* Whoever is in a chain with the item's team goes too. */
void wide_remove(struct wide *w, int leader) {
	const struct item item = w->p->items[leader];
	int also[2 * TEAM_MAX], n = 0;
	for (int i = 0; i < item.n_team; i++) {
		int seat = seat_of(leader, i), next = seat_next(w, seat);
		if (next >= 0)
			also[n++] = next / TEAM_MAX;
		if (w->after[seat] >= 0 && !is_pinned(w, w->after[seat]))
			also[n++] = w->after[seat];
		w->after[seat] = -1;
		if (next >= 0)
			w->after[next] = -1;
	}
	plan_remove(w->p, leader);
	for (int q = 0; q < w->in->n_requests; q++)
		if (w->leader[q] == leader)
			w->leader[q] = -1;
	for (int i = 0; i < n; i++)
		if (plan_item(w->p, also[i]))
			wide_remove(w, also[i]);
	plan_settle(w->p);
}

void wide_take(struct wide *w, const struct plan *p) {
	const struct instance *in = w->in;
	for (int q = 0; q < in->n_requests; q++) {
		const struct session *s = &in->rules.sessions[in->requests[q].kind];
		if (!plan_item(p, q) || w->leader[q] >= 0 || (s->capacity && s->quorum > 1))
			continue;
		plan_add(w->p, plan_item(p, q));
		w->leader[q] = q;
		w->topics[q] = in->requests[q].topics;
	}
	plan_settle(w->p);
	for (int q; (q = wide_fault(w)) >= 0;)
		wide_remove(w, q);
}

struct plan *wide_shown(const struct wide *w, const struct instance *in) {
	struct plan *p = plan_new(in);
	for (int q = 0; q < in->n_requests; q++)
		if (plan_item(w->p, q) && in->requests[q].pinned < 0)
			plan_add(p, plan_item(w->p, q));
	wide_score(&(struct wide){.means = w->means, .in = in, .p = p, .leader = w->leader}, &p->score);
	p->value = score_sum(&p->score);
	for (int q = 0; q < in->n_requests; q++)
		if (w->leader[q] >= 0 && w->leader[q] != q) {
			p->region[in->requests[q].region]++;
			p->n_items++;
		}
	memcpy(p->busy, w->busy, (size_t)in->n_experts * in->words * sizeof *p->busy);
	memcpy(p->days, w->days, (size_t)in->n_experts * (size_t)in->years * sizeof *p->days);
	return p;
}
