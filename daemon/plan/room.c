/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/room.h"

#include "base/banned.h"

static int32_t left(int64_t limit, int64_t used) {
	int64_t n = limit - used;
	return n < 0 ? 0 : n > INT32_MAX ? INT32_MAX : (int32_t)n;
}

static void of_days(struct arena *a, const struct plan *p, struct room *room) {
	const struct instance *in = p->in;
	size_t days = (size_t)in->days;
	room->parallel = arena_array(a, int32_t, days);
	for (size_t d = 0; d < days; d++)
		room->parallel[d] = left(in->rules.parallel_max, p->running[d]);
	if (!in->rules.parallel_region)
		return;
	room->parallel_region = arena_array(a, int32_t, (size_t)in->n_regions * days);
	for (size_t i = 0; i < (size_t)in->n_regions * days; i++)
		room->parallel_region[i] = left(in->rules.parallel_region[i / days], p->running_region[i]);
}

static void of_years(struct arena *a, const struct plan *p, struct room *room) {
	const struct instance *in = p->in;
	size_t years = (size_t)in->years, experts = (size_t)in->n_experts;
	room->budget = arena_array(a, int64_t, (size_t)in->n_funds * years);
	room->missions = arena_array(a, int32_t, experts * years);
	room->days = arena_array(a, int32_t, experts * years);
	room->national = arena_array(a, int32_t, (size_t)in->n_members * years);
	for (size_t i = 0; i < (size_t)in->n_funds * years; i++) {
		int64_t money = in->funds[i / years].budget[i % years] - p->spent[i];
		room->budget[i] = money < 0 ? 0 : money;
	}
	for (size_t i = 0; i < experts * years; i++) {
		room->missions[i] = left(in->experts[i / years].max_missions_year, p->missions[i]);
		room->days[i] = left(in->experts[i / years].max_days_year, p->days[i]);
	}
	for (size_t i = 0; i < (size_t)in->n_members * years; i++) {
		int used = 0;
		for (int32_t q = p->first_national[i / years]; q >= 0; q = p->next_national[q])
			used += in->year_of[p->items[q].start] == i % years;
		room->national[i] = left(in->rules.national_per_year, used);
	}
}

/* The days a pinned item leaves the site's request no start on. */
static void drop_starts(const struct plan *p, const struct room *room, const struct site *site,
                        uint64_t *starts) {
	const struct instance *in = p->in;
	const struct request *r = &in->requests[site->request];
	size_t days = (size_t)in->days;
	if (r->pinned >= 0) {
		memset(starts, 0, in->words * sizeof *starts);
		return;
	}
	memcpy(starts, site->starts, in->words * sizeof *starts);
	for (int d = 0; d < in->days; d++)
		if (room->parallel[d] == 0
		    || (room->parallel_region
		        && room->parallel_region[(size_t)r->region * days + (size_t)d] == 0))
			bits_drop_range(starts, in->days, d - r->days + 1, d);
	if (r->kind != KIND_NATIONAL)
		return;
	int gap = in->rules.national_gap_days;
	for (int32_t q = p->first_national[r->member]; q >= 0; q = p->next_national[q])
		bits_drop_range(starts, in->days, p->items[q].start - gap + 1, p->items[q].start + gap - 1);
	for (int y = 0; y < in->years; y++)
		if (room->national[r->member * in->years + y] == 0)
			bits_drop_range(starts, in->days, in->year_from[y], in->year_from[y + 1] - 1);
}

void room_compile(struct arena *a, const struct instance *in, struct room *ret) {
	struct plan *p = plan_new(in);
	*ret = (struct room){.in = in};
	ret->fixed = p->value - p->score.term[TERM_BALANCE] - p->score.term[TERM_LOAD];
	of_days(a, p, ret);
	of_years(a, p, ret);
	ret->load = arena_array(a, int32_t, (size_t)in->n_experts);
	for (int e = 0; e < in->n_experts; e++)
		ret->load[e] = in->rules.fair_missions - p->load[e];
	ret->balance = arena_array(a, int32_t, (size_t)in->n_regions);
	for (int i = 0; i < in->n_regions; i++)
		ret->balance[i] = in->regions[i].target - p->region[i];
	size_t octets = (size_t)in->n_experts * in->words * sizeof *ret->busy;
	ret->busy = arena_array(a, uint64_t, (size_t)in->n_experts * in->words);
	if (octets)
		memcpy(ret->busy, p->busy, octets);
	ret->starts = arena_array(a, uint64_t, (size_t)in->n_sites * in->words);
	for (int s = 0; s < in->n_sites; s++)
		drop_starts(p, ret, &in->sites[s], ret->starts + (size_t)s * in->words);
	plan_free(p);
}
