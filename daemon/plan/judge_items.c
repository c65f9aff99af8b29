/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: what the plan's items say, and the costs and blocks that follow. */
#include <string.h>

#include "plan/judge_case.h"

#include "base/banned.h"

enum { GRANTS_MAX = 100, MARGIN = 1000 }; /* MARGIN: days, so that blocks are dates too */
#define AMOUNT_MAX INT64_C(1000000000000000)

/* An item, or an entry of one of its lists; only said when something is wrong there. */
static const char *place_of(struct court *c, const struct work *w, const char *list, size_t i) {
	return list ? arena_printf(c->arena, "$.items[%zu].%s[%zu]", w->index, list, i)
	            : arena_printf(c->arena, "$.items[%zu]", w->index);
}

/* The thing of the catalogue a member names; NULL and a finding if there is none. */
static const json_t *named(struct court *c, const json_t *catalogue, const json_t *value,
                           const struct work *w, const char *list, size_t i, const char *what) {
	const char *id = json_string_value(value);
	const json_t *found = id ? json_object_get(catalogue, id) : NULL;
	if (!id)
		blame(c, "form", place_of(c, w, list, i), "must name %s %s",
		      strchr("aeiou", *what) ? "an" : "a", what);
	else if (!found)
		blame(c, "form", place_of(c, w, list, i), "there is no %s \"%s\"", what, id);
	return found;
}

static bool hear_part(struct court *c, struct work *w, const json_t *seat, size_t place) {
	struct part *p = &w->parts[place];
	*p = (struct part){.work = w, .role = text_of(seat, "role")};
	p->expert = named(c, c->experts, json_object_get(seat, "expert"), w, "team", place, "expert");
	const json_t *after = json_object_get(seat, "after");
	if (after && !json_is_null(after)) {
		p->after_id = named(c, c->requests, after, w, "team", place, "request");
		if (!p->after_id)
			return false;
	}
	if (strcmp(p->role, "lead") != 0 && strcmp(p->role, "expert") != 0
	    && strcmp(p->role, "trainee") != 0) {
		blame(c, "form", place_of(c, w, "team", place),
		      "has the role \"%s\"; it must be lead, expert or trainee", p->role);
		return false;
	}
	return p->expert;
}

static bool hear_team(struct court *c, struct work *w) {
	const json_t *team = json_object_get(w->json, "team");
	bool good = json_is_array(team);
	w->n_parts = json_array_size(team);
	w->parts = arena_array(c->arena, struct part, w->n_parts);
	if (!good)
		blame_work(c, w, "form", "has no list \"team\"");
	for (size_t i = 0; i < w->n_parts; i++)
		good = hear_part(c, w, json_array_get(team, i), i) && good;
	return good;
}

static bool hear_funding(struct court *c, struct work *w) {
	const json_t *funding = json_object_get(w->json, "funding");
	bool good = json_is_array(funding);
	if (!good)
		blame_work(c, w, "form", "has no list \"funding\"");
	if (json_array_size(funding) > GRANTS_MAX) {
		blame_work(c, w, "form", "has more than %d grants", GRANTS_MAX);
		return false;
	}
	for (size_t i = 0; i < json_array_size(funding); i++) {
		const json_t *grant = json_array_get(funding, i),
					 *amount = json_object_get(grant, "amount");
		good = named(c, c->funds, json_object_get(grant, "fund"), w, "funding", i, "fund") && good;
		int64_t n = json_integer_value(amount);
		if (!json_is_integer(amount) || n > AMOUNT_MAX || n < -AMOUNT_MAX) {
			blame(c, "form", place_of(c, w, "funding", i),
			      "must have an \"amount\" of money, an integer up to %lld", (long long)AMOUNT_MAX);
			good = false;
		}
	}
	return good;
}

static bool hear_served(struct court *c, struct work *w) {
	const json_t *joined = json_object_get(w->json, "joined");
	w->request = named(c, c->requests, json_object_get(w->json, "request"), w, NULL, 0, "request");
	if (!w->request)
		return false;
	w->serves = arena_array(c->arena, const json_t *, json_array_size(joined) + 1);
	w->serves[w->n_serves++] = w->request;
	for (size_t i = 0; i < json_array_size(joined); i++) {
		const json_t *more =
			named(c, c->requests, json_array_get(joined, i), w, NULL, 0, "request");
		if (!more)
			return false;
		w->serves[w->n_serves++] = more;
	}
	if (json_array_size(joined) && !rule_is_on(c, "sessions"))
		blame_work(c, w, "sessions", "serves several requests, but the rule is off");
	return true;
}

static bool hear_item(struct court *c, struct work *w) {
	if (!hear_served(c, w))
		return false;
	w->host = named(c, c->members, json_object_get(w->json, "host"), w, NULL, 0, "member");
	bool dated = day_of(json_object_get(w->json, "start"), &w->start);
	if (!dated)
		blame_work(c, w, "form", "must have a \"start\" of the form YYYY-MM-DD");
	else if (w->start < CIVIL_FIRST + MARGIN || w->start > CIVIL_LAST - MARGIN) {
		blame_work(c, w, "form", "starts where the calendar ends");
		dated = false;
	}
	bool team = hear_team(c, w), funding = hear_funding(c, w);
	if (!w->host || !dated || !team || !funding)
		return false;
	w->days = (int)number_of(w->request, "days");
	w->end = w->start + w->days - 1;
	w->year = civil_of(w->start).year;
	w->pinned = json_object_get(c->pinned, text_of(w->json, "request"));
	const char *mode = text_of(w->request, "mode");
	for (size_t i = 0; i < w->n_parts; i++) {
		struct part *p = &w->parts[i];
		p->home = json_object_get(c->members, text_of(p->expert, "home"));
		p->km = kilometres(p->home, w->host);
		for (size_t k = 0; k < i; k++)
			p->again = p->again || w->parts[k].expert == p->expert;
		p->on_site = strcmp(mode, "in_person") == 0
		             || (strcmp(mode, "hybrid") == 0
		                 && p->km < number_of(c->travel, "hybrid_on_site_below_km"));
		p->travel = p->on_site ? days_of_travel(c, p->km) : 0;
	}
	return true;
}

void hear_items(struct court *c) {
	const json_t *items = json_object_get(c->plan, "items");
	day_t before = CIVIL_FIRST;
	const char *id_before = "";
	if (!json_is_array(items))
		blame(c, "form", "$.items", "must be a list");
	c->works = arena_array(c->arena, struct work, json_array_size(items));
	for (size_t i = 0; i < json_array_size(items); i++) {
		struct work *w = &c->works[c->n_works];
		*w = (struct work){.json = json_array_get(items, i), .index = i};
		if (!hear_item(c, w))
			continue;
		const char *id = text_of(w->request, "id");
		if (w->start < before || (w->start == before && strcmp(id, id_before) < 0))
			blame_work(c, w, "form", "is out of order: items go by start, then request");
		before = w->start, id_before = id;
		c->n_works++;
	}
}

/* The part of `expert` in the item that serves `request`; NULL: none. */
static struct part *part_in(const struct court *c, const json_t *request, const json_t *expert) {
	for (size_t i = 0; i < c->n_works; i++)
		for (size_t k = 0; k < c->works[i].n_parts; k++)
			if (c->works[i].request == request && c->works[i].parts[k].expert == expert)
				return &c->works[i].parts[k];
	return NULL;
}

static void link_chain(struct court *c, struct part *p) {
	const json_t *chaining = json_object_get(c->rules, "chaining");
	const char *id = text_of(p->expert, "id");
	struct part *a = part_in(c, p->after_id, p->expert);
	if (!rule_is_on(c, "chaining"))
		blame_work(c, p->work, "chaining", "chains missions of %s, but the rule is off", id);
	else if (!a || a == p)
		blame_work(c, p->work, "chaining", "%s is not in the team of the mission before it", id);
	else if (!a->on_site || !p->on_site)
		blame_work(c, p->work, "chaining", "%s is not on site at both ends of the chain", id);
	else if (strcmp(text_of(a->work->host, "region"), text_of(p->work->host, "region")) != 0)
		blame_work(c, p->work, "chaining", "the hosts of the chain are of different regions");
	else if (a->next)
		blame_work(c, p->work, "chaining", "two missions of %s follow the same one", id);
	else {
		int leg = days_of_travel(c, kilometres(a->work->host, p->work->host));
		int gap = p->work->start - a->work->end - 1;
		if (gap < leg || gap > number_of(chaining, "max_gap_days")) {
			blame_work(c, p->work, "chaining", "%d days between two missions of %s do not do", gap,
			           id);
			return;
		}
		a->next = p, p->before = a;
	}
}

/* Block, quota days and cost: alone, or as a place of a chain. */
static void settle_part(const struct court *c, struct part *p) {
	const struct work *w = p->work;
	int64_t per_diem = number_of(w->host, "per_diem"), away = fare(c, p->km);
	int rest = p->on_site ? (int)number_of(c->rules, "rest_days") : 0;
	const struct part *from = p, *to = p;
	while (from->before)
		from = from->before;
	while (to->next)
		to = to->next;
	p->first = from->work->start - from->travel;
	p->last = to->work->end + to->travel + rest;
	p->quota = w->days + (p->before ? 0 : p->travel) + (p->next ? 0 : p->travel);
	if (p->before)
		p->quota += w->start - p->before->work->end - 1;
	if (!p->on_site)
		return;
	p->cost = per_diem * p->quota;
	if (!p->before && !p->next)
		p->cost += away;
	else if (!p->before)
		p->cost += away / 2;
	else
		p->cost +=
			fare(c, kilometres(p->before->work->host, w->host)) / 2 + (p->next ? 0 : away / 2);
}

static int64_t cost_of(const struct court *c, const struct work *w) {
	const json_t *hosts = json_object_get(w->request, "hosts");
	const json_t *funding = json_object_get(w->json, "funding");
	int64_t cost = 0;
	bool foreign = false;
	if (w->pinned) {
		for (size_t i = 0; i < json_array_size(funding); i++)
			cost += number_of(json_array_get(funding, i), "amount");
		return cost;
	}
	for (size_t i = 0; i < json_array_size(hosts); i++)
		if (strcmp(text_of(json_array_get(hosts, i), "member"), text_of(w->host, "code")) == 0)
			cost += number_of(json_array_get(hosts, i), "fixed_cost");
	for (size_t i = 0; i < w->n_parts; i++) {
		const json_t *expert = w->parts[i].expert;
		cost += w->parts[i].cost;
		foreign = foreign
		          || !shares(json_object_get(expert, "languages"),
		                     json_object_get(w->request, "languages"));
	}
	return cost + (foreign ? w->days * number_of(c->rules, "interpretation_per_day") : 0);
}

void hear_chains(struct court *c) {
	for (size_t i = 0; i < c->n_works; i++)
		for (size_t k = 0; k < c->works[i].n_parts; k++)
			if (c->works[i].parts[k].after_id)
				link_chain(c, &c->works[i].parts[k]);
	for (size_t i = 0; i < c->n_works; i++) {
		for (size_t k = 0; k < c->works[i].n_parts; k++)
			settle_part(c, &c->works[i].parts[k]);
		c->works[i].cost = cost_of(c, &c->works[i]);
	}
}
