/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/repair.h"

#include "plan/team.h"

#include "base/banned.h"

static void *copied(struct arena *a, const void *from, int n, size_t size) {
	void *to = arena_calloc(a, (size_t)n, size);
	if (n)
		memcpy(to, from, (size_t)n * size);
	return to;
}

/* Nothing new before the frozen day. */
static void freeze_sites(struct frame *f, struct arena *a, int32_t frozen) {
	struct instance *in = &f->in;
	in->sites = copied(a, in->sites, in->n_sites, sizeof *in->sites);
	for (int s = 0; s < in->n_sites; s++) {
		struct site *site = &in->sites[s];
		uint64_t *starts = copied(a, site->starts, (int)in->words, sizeof *starts);
		if (in->requests[site->request].pinned < 0)
			bits_drop_range(starts, in->days, 0, frozen - 1);
		site->starts = starts;
		site->n_starts = bits_count(starts, in->words);
	}
}

/* Only the entry's own date and host are left to its request. */
static void hold_date(struct frame *f, struct arena *a, const struct baseline *b) {
	struct instance *in = &f->in;
	const struct request *r = &in->requests[b->request];
	for (int s = r->site; s < r->site + r->n_sites; s++) {
		uint64_t *starts = arena_array(a, uint64_t, in->words);
		if (in->sites[s].member == b->member)
			bits_add(starts, b->start);
		in->sites[s].starts = starts;
		in->sites[s].n_starts = in->sites[s].member == b->member;
	}
}

/* Could anybody hold it on its date, if all experts were free? */
static bool can_be_staffed(const struct instance *in, const struct baseline *b, uint64_t *starts) {
	const struct request *r = &in->requests[b->request];
	for (int s = r->site; s < r->site + r->n_sites; s++)
		if (in->sites[s].member == b->member && b->start >= 0 && b->start < in->days) {
			(void)team_starts(in, NULL, s, starts);
			return bits_has(starts, b->start);
		}
	return false;
}

struct frame *frame_new(struct arena *a, const struct instance *given, int32_t frozen) {
	struct frame *f = arena_new_of(a, struct frame);
	struct instance *in = &f->in;
	f->given = given;
	*in = *given;
	in->baseline = copied(a, given->baseline, given->n_baseline, sizeof *in->baseline);
	f->hold = arena_array(a, enum hold, (size_t)given->n_baseline);
	if (frozen == NO_DAY)
		return f;
	uint64_t *starts = arena_array(a, uint64_t, in->words);
	freeze_sites(f, a, frozen);
	for (int i = 0; i < in->n_baseline; i++) {
		const struct baseline *b = &in->baseline[i];
		if (b->start >= frozen || in->requests[b->request].pinned >= 0)
			continue;
		f->hold[i] = can_be_staffed(given, b, starts) ? HOLD_DATE : HOLD_LOST;
		if (f->hold[i] == HOLD_DATE)
			hold_date(f, a, b);
	}
	return f;
}

void frame_weigh(struct frame *f, int64_t times) {
	for (int i = 0; i < f->in.n_baseline; i++) {
		int64_t weight = f->given->baseline[i].weight;
		bool most = f->hold[i] == HOLD_DATE || (weight && times > WEIGHT_MAX / weight);
		f->in.baseline[i].weight = most ? WEIGHT_MAX : weight * times;
	}
}

/* Frozen and as they were: facts from now on. */
static void pin_kept(struct frame *f, struct arena *a, const struct plan *p) {
	struct instance *in = &f->in;
	struct item *pinned =
		arena_array(a, struct item, (size_t)in->n_pinned + (size_t)in->n_baseline);
	if (in->n_pinned)
		memcpy(pinned, in->pinned, (size_t)in->n_pinned * sizeof *pinned);
	in->pinned = pinned;
	in->requests = copied(a, in->requests, in->n_requests, sizeof *in->requests);
	for (int i = 0; i < in->n_baseline; i++) {
		const struct baseline *b = &in->baseline[i];
		if (f->hold[i] != HOLD_DATE || change_of(p, b, NULL))
			continue;
		f->hold[i] = HOLD_ALL;
		in->requests[b->request].pinned = in->n_pinned;
		pinned[in->n_pinned++] = p->items[b->request];
	}
}

struct plan *frame_start(struct frame *f, struct arena *a, bool (*stop)(void *), void *of) {
	struct plan *p = repair_start(&f->in, stop, of);
	pin_kept(f, a, p);
	struct plan *pinned = repair_carry(&f->in, p);
	plan_free(p);
	return pinned;
}

unsigned change_of(const struct plan *p, const struct baseline *entry, int *ret_experts) {
	const struct item *item = plan_item(p, entry->request);
	int fresh = 0;
	if (!item)
		return CHANGE_DROPPED;
	bool moved = item->start != entry->start || p->in->sites[item->site].member != entry->member;
	for (int i = 0; i < item->n_team; i++)
		fresh += !bits_has(entry->team, item->team[i].expert);
	if (ret_experts)
		*ret_experts += fresh;
	return (moved ? CHANGE_MOVED : 0) | (fresh ? CHANGE_RESTAFFED : 0);
}

struct changes changes_of(const struct plan *p) {
	struct changes c = {0};
	for (int i = 0; i < p->in->n_baseline; i++) {
		unsigned change = change_of(p, &p->in->baseline[i], &c.experts);
		c.dropped += (change & CHANGE_DROPPED) != 0;
		c.moved += (change & CHANGE_MOVED) != 0;
	}
	return c;
}
