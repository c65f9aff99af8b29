/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the way on the day a set of families lets the request in: who is where, which
 * day is full, which workshop is too near, what a fund lacks. */
#include <inttypes.h>
#include <stdlib.h>

#include "plan/explain_own.h"

#include "base/banned.h"

#define FAMILY(name) (1u << FAMILY_##name)

static void say(json_t *list, json_t *obstacle, const char *sentence) {
	(void)json_object_set_new(obstacle, "sentence", json_string(sentence));
	(void)json_array_append_new(list, obstacle);
}

static void who_is_busy(struct inquiry *q, const struct item *item, int expert, json_t *list) {
	const struct instance *in = q->in;
	const char *id = in->experts[expert].id;
	int days = in->requests[item->request].days;
	struct span mine = block_of(in, item_band(in, item, expert), item->start, days);
	for (int s = q->plan->first_seat[expert]; s >= 0; s = q->plan->next_seat[s]) {
		const struct item *other = &q->plan->items[s / TEAM_MAX];
		const char *request = in->requests[other->request].id;
		const char *host = in->members[in->sites[other->site].member].code;
		struct span theirs = block_of(in, item_band(in, other, expert), other->start,
		                              in->requests[other->request].days);
		if (theirs.first > mine.last || mine.first > theirs.last)
			continue;
		const char *first = text_day(q, theirs.first), *last = text_day(q, theirs.last);
		say(list,
		    json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "family", "busy", "expert", id, "request",
		              request, "host", host, "start", text_day(q, other->start), "first", first,
		              "last", last),
		    arena_printf(q->arena,
		                 "%s is needed, and away for %s in %s from %s to %s (travel and rest "
		                 "included)",
		                 text_expert(q, expert), text_request(q, other->request),
		                 text_member(q, in->sites[other->site].member), first, last));
	}
}

static void who_is_tired(struct inquiry *q, const struct item *item, int expert, json_t *list) {
	const struct expert *e = &q->in->experts[expert];
	size_t at = (size_t)expert * (size_t)q->in->years + q->in->year_of[item->start];
	int year = year_number(q, item->start), missions = q->plan->missions[at];
	int days = q->plan->days[at];
	say(list,
	    json_pack("{s:s,s:s,s:i,s:i,s:i,s:i,s:i}", "family", "quota", "expert", e->id, "year", year,
	              "missions", missions, "missions_max", e->max_missions_year, "days", days,
	              "days_max", e->max_days_year),
	    arena_printf(q->arena, "%s is needed, and has %d of %d missions and %d of %d days in %d",
	                 text_expert(q, expert), missions, e->max_missions_year, days, e->max_days_year,
	                 year));
}

/* One day over the limit, of all workshops or of the region's. */
static bool full_day(struct inquiry *q, int32_t day, json_t *list) {
	const struct instance *in = q->in;
	int region = in->requests[q->request].region, most = in->rules.parallel_max;
	int running = q->plan->running[day];
	const char *where = "";
	json_t *requests = json_array();
	if (running < most) {
		if (in->rules.parallel_region)
			most = in->rules.parallel_region[region];
		running = in->rules.parallel_region
		              ? q->plan->running_region[(size_t)region * (size_t)in->days + (size_t)day]
		              : -1;
		where = arena_printf(q->arena, " in %s", in->regions[region].code);
	}
	for (int i = 0; running >= most && i < in->n_requests; i++) {
		const struct item *other = plan_item(q->plan, i);
		if (other && other->start <= day && day <= item_end(in, other)
		    && (!*where || in->requests[i].region == region))
			(void)json_array_append_new(requests, json_string(in->requests[i].id));
	}
	if (running < most) {
		json_decref(requests);
		return false;
	}
	say(list,
	    json_pack("{s:s,s:s,s:i,s:i,s:o}", "family", "parallel", "day", text_day(q, day), "running",
	              running, "most", most, "requests", requests),
	    arena_printf(q->arena, "%d of at most %d workshops run%s on %s", running, most, where,
	                 text_day(q, day)));
	return true;
}

static void nationals(struct inquiry *q, const struct item *item, json_t *list) {
	const struct instance *in = q->in;
	int member = in->requests[item->request].member;
	for (int k = q->plan->first_national[member]; k >= 0; k = q->plan->next_national[k]) {
		int32_t start = q->plan->items[k].start;
		int gap = abs(start - item->start), least = in->rules.national_gap_days;
		const char *id = in->requests[k].id;
		if (gap >= least && in->year_of[start] != in->year_of[item->start])
			continue;
		json_t *obstacle = json_pack("{s:s,s:s,s:s,s:i,s:i,s:i}", "family", "member", "request", id,
		                             "start", text_day(q, start), "gap", gap, "least", least,
		                             "most_a_year", in->rules.national_per_year);
		if (gap < least)
			say(list, obstacle,
			    arena_printf(
					q->arena,
					"%s of the same Member, on %s, is %d days away; %d must lie between two",
					text_request(q, k), text_day(q, start), gap, least));
		else
			say(list, obstacle,
			    arena_printf(q->arena, "%s of the same Member, on %s, is one of %d a year",
			                 text_request(q, k), text_day(q, start), in->rules.national_per_year));
	}
}

static void funds(struct inquiry *q, const struct item *item, json_t *list) {
	const struct instance *in = q->in;
	const struct request *r = &in->requests[item->request];
	int year = in->year_of[item->start], number = year_number(q, item->start), n = 0;
	for (int i = 0; i < r->n_funds; i++) {
		int fund = r->funds[i];
		struct item tried = *item;
		int64_t left = plan_left(q->plan, fund, year);
		if (!fund_admits(in, fund, item->request, item->start, item_end(in, item)))
			continue;
		int64_t lacks = money_lacking(q, fund, item->cost + (left < 0 ? -left : 0), &tried);
		n++;
		say(list,
		    json_pack("{s:s,s:s,s:i,s:I,s:I,s:I}", "family", "fund", "fund", in->funds[fund].id,
		              "year", number, "cost", (json_int_t)item->cost, "left", (json_int_t)left,
		              "lacks", (json_int_t)(lacks < 0 ? item->cost : lacks)),
		    arena_printf(q->arena, "fund %s has %s left for %d and lacks %s of the %s needed",
		                 text_fund(q, fund), text_money(q, left < 0 ? 0 : left), number,
		                 text_money(q, lacks < 0 ? item->cost : lacks), text_money(q, item->cost)));
	}
	if (n == 0)
		say(list,
		    json_pack("{s:s,s:n,s:i,s:I,s:i,s:I}", "family", "fund", "fund", "year", number, "cost",
		              (json_int_t)item->cost, "left", 0, "lacks", (json_int_t)item->cost),
		    arena_printf(q->arena, "no fund pays for it in %d on these days; %s are needed", number,
		                 text_money(q, item->cost)));
}

/* Who would come: as many as can who are free, or the cheapest if there is no money for those. */
static bool seat(struct inquiry *q, int site, int32_t day, unsigned set, struct item *ret) {
	struct terms terms = {.busy = set & FAMILY(BUSY), .quota = set & FAMILY(QUOTA), .newcomer = -1};
	if (!table_seat(q->table, q->plan, site, day, &terms, ret))
		return false;
	if (set & FAMILY(FUND) || money_pay(q->money, q->plan, NULL, ret))
		return true;
	terms.cheapest = true;
	return table_seat(q->table, q->plan, site, day, &terms, ret);
}

/* The site at which the set lets it in on that day. */
static bool item_of(struct inquiry *q, unsigned set, int32_t day, struct item *ret) {
	const struct request *r = &q->in->requests[q->request];
	for (int s = r->site; s < r->site + r->n_sites; s++) {
		const struct outlook *o = explain_site(q->x, q->plan, s);
		if (bits_has(o->team[set & 3], day)
		    && (bits_has(o->parallel, day) || set & FAMILY(PARALLEL))
		    && (bits_has(o->member, day) || set & FAMILY(MEMBER))
		    && (set & FAMILY(FUND) || explain_payable(q->x, q->plan, s, day, set))
		    && seat(q, s, day, set, ret))
			return true;
	}
	return false;
}

json_t *obstacles_of(struct inquiry *q, unsigned set) {
	static const char *const names[FAMILIES] = {"busy", "quota", "parallel", "member", "fund"};
	struct item item;
	json_t *relax = json_array(), *list = json_array(), *host = json_null();
	for (int f = 0; f < FAMILIES; f++)
		if (set >> f & 1)
			(void)json_array_append_new(relax, json_string(names[f]));
	if (item_of(q, set, q->days[set], &item)) {
		host = json_string(q->in->members[q->in->sites[item.site].member].code);
		for (int i = 0; i < item.n_team; i++) {
			int e = item.team[i].expert;
			if (set & FAMILY(BUSY) && is_busy(q->plan, e, &item))
				who_is_busy(q, &item, e, list);
			if (set & FAMILY(QUOTA) && is_tired(q->plan, e, &item))
				who_is_tired(q, &item, e, list);
		}
		for (int32_t d = item.start; set & FAMILY(PARALLEL) && d <= item_end(q->in, &item); d++)
			(void)full_day(q, d, list);
		if (set & FAMILY(MEMBER))
			nationals(q, &item, list);
		if (set & FAMILY(FUND))
			funds(q, &item, list);
	}
	return json_pack("{s:o,s:o,s:o,s:o}", "relax", relax, "start", json_day(q, q->days[set]),
	                 "host", host, "obstacles", list);
}
