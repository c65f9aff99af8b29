/* SPDX-License-Identifier: Apache-2.0 */
/* The funnel: from all days of the horizon to those on which an item could be added, rule by
 * rule. */
#include "plan/calendar.h"
#include "plan/explain_own.h"

#include "base/banned.h"

/* One rule after the other, in the order of the format; then families. */
static const char *const stages[] = {"eligible", "opens", "horizon",  "window", "calendar", "team",
                                     "busy",     "quota", "parallel", "member", "fund"};
enum {
	ELIGIBLE,
	OPENS,
	HORIZON,
	WINDOW,
	CALENDAR,
	TEAM,
	BUSY,
	QUOTA,
	PARALLEL,
	MEMBER,
	FUND,
	STAGES
};

static void keep_from(uint64_t *set, int n, int32_t first) {
	if (first > 0)
		bits_drop_range(set, n, 0, first - 1);
}

static void keep_upto(uint64_t *set, int n, int32_t last) {
	if (last < n - 1)
		bits_drop_range(set, n, last + 1, n - 1);
}

static void keep_both(uint64_t *set, const uint64_t *other, size_t words) {
	for (size_t w = 0; w < words; w++)
		set[w] &= other[w];
}

/* Take out of the set what the stage removes. */
static void pass(struct inquiry *q, int site, const struct outlook *o, int stage, uint64_t *set) {
	const struct instance *in = q->in;
	const struct request *r = &in->requests[q->request];
	uint64_t *row = arena_array(q->arena, uint64_t, in->words);
	switch (stage) {
	case ELIGIBLE:
		if (!r->eligible)
			memset(set, 0, in->words * sizeof *set);
		else if (r->ready != NO_DAY)
			keep_from(set, in->days, r->ready + in->rules.lead_days);
		break;
	case OPENS: keep_from(set, in->days, in->rules.opens[r->kind]); break;
	case HORIZON:
		keep_from(set, in->days, in->horizon.first);
		keep_upto(set, in->days, in->horizon.last - r->days + 1);
		break;
	case WINDOW:
		keep_from(set, in->days, r->earliest);
		keep_upto(set, in->days, r->latest - r->days + 1);
		break;
	case CALENDAR:
		calendar_runs(in->members[in->sites[site].member].open, in->words, r->days, row);
		keep_both(set, row, in->words);
		break;
	case TEAM: keep_both(set, o->team[3], in->words); break;
	case BUSY: keep_both(set, o->team[1u << FAMILY_QUOTA], in->words); break;
	case QUOTA: keep_both(set, o->team[0], in->words); break;
	case PARALLEL: keep_both(set, o->parallel, in->words); break;
	case MEMBER: keep_both(set, o->member, in->words); break;
	default:
		bits_each(set, in->words, d) {
			if (!explain_payable(q->x, q->plan, site, d, 0))
				bits_drop(set, d);
		}
	}
}

/* The rules that stand against one day by themselves, whatever the others say. */
static json_t *failing(struct inquiry *q, int site, const struct outlook *o) {
	const struct instance *in = q->in;
	json_t *list = json_array();
	bool inside = q->date >= 0 && q->date < in->days;
	for (int i = 0; i < STAGES; i++) {
		uint64_t *set = arena_array(q->arena, uint64_t, in->words);
		bool among = inside && bits_has(o->team[3], q->date);
		bits_add_range(set, in->days, q->date, q->date);
		if (i > TEAM && !among)
			break; /* with nobody to send, the rest is no question */
		pass(q, site, o, i, set);
		if (i == QUOTA && !bits_any(set, in->words)
		    && bits_has(o->team[1u << FAMILY_BUSY], q->date))
			continue;
		if (i == FUND && !bits_has(o->team[0], q->date))
			continue;
		if (!bits_any(set, in->words) && (inside || i == HORIZON))
			(void)json_array_append_new(list, json_string(stages[i]));
	}
	return list;
}

static json_t *site_funnel(struct inquiry *q, int site) {
	const struct instance *in = q->in;
	const struct outlook *o = explain_site(q->x, q->plan, site);
	uint64_t *set = arena_array(q->arena, uint64_t, in->words);
	json_t *rules = json_array();
	bits_add_range(set, in->days, q->starts.first, q->starts.last);
	int days = bits_count(set, in->words), left = days;
	for (int i = 0; i < STAGES; i++) {
		pass(q, site, o, i, set);
		int now = bits_count(set, in->words);
		(void)json_array_append_new(rules, json_pack("{s:s,s:i,s:i}", "rule", stages[i], "removed",
		                                             left - now, "left", now));
		left = now;
	}
	json_t *entry = json_pack("{s:s,s:i,s:o}", "host", in->members[in->sites[site].member].code,
	                          "days", days, "rules", rules);
	if (q->dated)
		(void)json_object_set_new(entry, "fails", failing(q, site, o));
	return entry;
}

json_t *funnel_of(struct inquiry *q) {
	const struct request *r = &q->in->requests[q->request];
	json_t *list = json_array();
	for (int s = r->site; s < r->site + r->n_sites; s++)
		(void)json_array_append_new(list, site_funnel(q, s));
	return list;
}
