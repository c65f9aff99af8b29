/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: the rules that look at one item. */
#include <string.h>

#include "base/vec.h"
#include "plan/judge_case.h"

#include "base/banned.h"

static bool same(const char *a, const char *b) {
	return strcmp(a, b) == 0;
}

/* Pre accreditations a plan's own accreditation workshop has brought: from the day after it. */
static bool accrued(const struct court *c, const json_t *expert, const char *topic, day_t start) {
	if (!rule_is_on(c, "accrual"))
		return false;
	for (size_t i = 0; i < c->n_works; i++) {
		const struct work *w = &c->works[i];
		bool in_team = false;
		for (size_t k = 0; k < w->n_parts; k++)
			in_team = in_team || w->parts[k].expert == expert;
		for (size_t k = 0; !in_team && w->end < start && k < w->n_serves; k++)
			if (is_in(json_object_get(w->serves[k], "candidates"), text_of(expert, "id"))
			    && is_in(json_object_get(w->serves[k], "topics"), topic))
				return true;
	}
	return false;
}

static bool topic_of(const struct work *w, const char *topic) {
	for (size_t i = 0; i < w->n_serves; i++)
		if (is_in(json_object_get(w->serves[i], "topics"), topic))
			return true;
	return false;
}

/* Have k missions as a trainee on the topic ended before the day? */
static bool matured(const struct court *c, const json_t *expert, const char *topic, day_t start) {
	int64_t wanted = number_of(json_object_get(c->rules, "accrual"), "missions_to_full"), had = 0;
	for (size_t i = 0; i < c->n_works; i++)
		for (size_t k = 0; k < c->works[i].n_parts; k++) {
			const struct part *p = &c->works[i].parts[k];
			had += p->expert == expert && same(p->role, "trainee") && c->works[i].end < start
			       && topic_of(&c->works[i], topic);
		}
	return had >= wanted;
}

/* Does one of the accreditations that count list the topic? */
static bool accredited(const struct record *r, const char *topic, const struct work *w,
                       bool fully) {
	for (size_t i = 0; i < r->n_papers; i++) {
		const struct standing *s = &r->papers[i];
		if (s->from <= w->start && w->end <= s->upto && (s->full || !fully)
		    && is_in(s->topics, topic))
			return true;
	}
	return false;
}

static bool covers(const struct court *c, const struct record *r, const char *topic,
                   const struct work *w) {
	return accredited(r, topic, w, false) || accrued(c, r->expert, topic, w->start);
}

static bool full_on(const struct court *c, const struct record *r, const char *topic,
                    const struct work *w) {
	if (accredited(r, topic, w, true))
		return true;
	return rule_is_on(c, "accrual") && covers(c, r, topic, w)
	       && matured(c, r->expert, topic, w->start);
}

static bool is_full(const struct court *c, const struct record *r, const struct work *w) {
	for (size_t i = 0; i < w->n_serves; i++) {
		const json_t *topics = json_object_get(w->serves[i], "topics");
		for (size_t k = 0; k < json_array_size(topics); k++)
			if (full_on(c, r, json_string_value(json_array_get(topics, k)), w))
				return true;
	}
	return false;
}

static void hear_dates(struct court *c, const struct work *w, const json_t *request) {
	static const char *const criteria[] = {"notification", "kpi_evaluation", "dg_request"};
	const char *id = text_of(request, "id");
	day_t ready, opens, day;
	for (size_t i = 0; i < 3; i++)
		if (!is_in(json_object_get(request, "waived"), criteria[i])
		    && !day_of(json_object_get(json_object_get(request, "eligibility"), criteria[i]), &day))
			blame_work(c, w, "eligible", "%s: %s is neither dated nor waived", id, criteria[i]);
	if (ready_day(request, &ready) && w->start < ready + number_of(c->rules, "lead_days"))
		blame_work(c, w, "eligible", "%s: starts within the lead days after it is ready", id);
	if (day_of(json_object_get(json_object_get(c->rules, "opens"), text_of(request, "kind")),
	           &opens)
	    && w->start < opens)
		blame_work(c, w, "opens", "%s: starts before its kind opens", id);
	if (w->start < c->first || w->end > c->last)
		blame_work(c, w, "horizon", "%s: a day lies outside the horizon", id);
	if ((day_of(json_object_get(request, "earliest"), &day) && w->start < day)
	    || (day_of(json_object_get(request, "latest"), &day) && w->end > day))
		blame_work(c, w, "window", "%s: lies outside the request's window", id);
}

static void hear_place(struct court *c, const struct work *w) {
	static const char *const weekday[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	const char *code = text_of(w->host, "code");
	for (size_t i = 0; i < w->n_serves; i++) {
		const json_t *hosts = json_object_get(w->serves[i], "hosts");
		bool found = false;
		for (size_t k = 0; k < json_array_size(hosts); k++)
			found = found || same(text_of(json_array_get(hosts, k), "member"), code);
		if (!found)
			blame_work(c, w, "host", "%s is no host of %s", code, text_of(w->serves[i], "id"));
	}
	const json_t *weekend = json_object_get(w->host, "weekend");
	const json_t *closed = json_object_get(w->host, "closed");
	const json_t *blackout = json_object_get(w->host, "blackout");
	const json_t *office = json_object_get(c->instance, "secretariat_closed");
	bool dark = in_ranges(blackout, w->start, w->end) || in_ranges(office, w->start, w->end);
	for (day_t d = w->start; d <= w->end; d++) {
		char date[11];
		civil_format(d, date);
		if (is_in(weekend, weekday[civil_weekday(d)]) || is_in(closed, date)
		    || (dark && (in_ranges(blackout, d, d) || in_ranges(office, d, d))))
			blame_work(c, w, "calendar", "%s is no working day for %s", date, code);
	}
}

bool may_start(struct court *c, const json_t *request, const json_t *host, day_t start) {
	struct verdict *kept = c->verdict, scratch = {0};
	struct arena *arena = c->arena;
	struct work w = {.request = request, .serves = &request, .n_serves = 1, .host = host};
	w.start = start;
	w.end = start + (int)number_of(request, "days") - 1;
	c->verdict = &scratch, c->arena = arena_new();
	hear_dates(c, &w, request);
	hear_place(c, &w);
	arena_free(c->arena);
	c->verdict = kept, c->arena = arena;
	bool good = scratch.n == 0;
	vec_clear(&scratch);
	return good;
}

/* Is this one a trainee? */
static bool hear_member_of_team(struct court *c, const struct work *w, const struct part *p) {
	const char *id = text_of(p->expert, "id"), *home = text_of(p->home, "code");
	const json_t *languages = json_object_get(p->expert, "languages");
	const struct record *record = record_of(c, p->expert);
	bool useful = false, full = is_full(c, record, w);
	for (size_t i = 0; i < w->n_serves; i++) {
		const json_t *topics = json_object_get(w->serves[i], "topics");
		for (size_t k = 0; k < json_array_size(topics); k++)
			useful = useful || covers(c, record, json_string_value(json_array_get(topics, k)), w);
		bool understood = shares(languages, json_object_get(w->serves[i], "languages"));
		if (same(p->role, "lead") && !understood)
			blame_work(c, w, "lead", "the lead %s shares no language with %s", id,
			           text_of(w->serves[i], "id"));
		if (same(text_of(c->rules, "language"), "all") && !understood)
			blame_work(c, w, "language", "%s shares no language with %s", id,
			           text_of(w->serves[i], "id"));
		if (json_is_true(json_object_get(c->rules, "not_own_administration"))
		    && (same(home, text_of(w->host, "code"))
		        || (same(text_of(w->serves[i], "kind"), "national")
		            && same(home, text_of(w->serves[i], "member")))))
			blame_work(c, w, "own", "%s is of the administration the workshop is for", id);
	}
	if (!useful)
		blame_work(c, w, "team", "%s covers no topic of the workshop", id);
	if (same(p->role, "trainee") == full)
		blame_work(c, w, "role", "%s is %s, and has the role %s", id,
		           full ? "fully accredited" : "a trainee", p->role);
	if (same(p->role, "lead") && !full)
		blame_work(c, w, "lead", "the lead %s is not fully accredited", id);
	if (same(p->role, "lead") && same(text_of(w->request, "mode"), "hybrid") && !p->on_site)
		blame_work(c, w, "lead", "the lead %s is not on site", id);
	if (!is_in(json_object_get(p->expert, "delivers"), p->on_site ? "on_site" : "remote"))
		blame_work(c, w, "delivers", "%s does not deliver %s", id,
		           p->on_site ? "on site" : "remotely");
	if (in_ranges(json_object_get(p->expert, "unavailable"), p->first, p->last))
		blame_work(c, w, "unavailable", "%s is not available on all days needed", id);
	return !full;
}

static void hear_whole_team(struct court *c, const struct work *w) {
	int64_t wanted = 0, trainees = 0, leads = 0;
	const json_t *limits = json_object_get(c->rules, "trainees_max");
	for (size_t i = 0; i < w->n_parts; i++) {
		const struct part *p = &w->parts[i];
		trainees += hear_member_of_team(c, w, p);
		leads += same(p->role, "lead");
		for (size_t k = 0; k < i; k++)
			if (w->parts[k].expert == p->expert)
				blame_work(c, w, "team", "%s is in the team twice", text_of(p->expert, "id"));
			else if (rule_is_on(c, "different_administrations") && w->parts[k].home == p->home)
				blame_work(c, w, "own", "two of the team are from %s", text_of(p->home, "code"));
	}
	for (size_t i = 0; i < w->n_serves; i++) {
		const json_t *topics = json_object_get(w->serves[i], "topics");
		int64_t experts = number_of(w->serves[i], "experts");
		wanted = experts > wanted ? experts : wanted;
		for (size_t k = 0; k < json_array_size(topics); k++) {
			const char *topic = json_string_value(json_array_get(topics, k));
			bool covered = false;
			for (size_t n = 0; n < w->n_parts; n++)
				covered = covered || covers(c, record_of(c, w->parts[n].expert), topic, w);
			if (!covered)
				blame_work(c, w, "team", "nobody covers %s", topic);
		}
	}
	if ((int64_t)w->n_parts != wanted)
		blame_work(c, w, "team", "has %zu experts instead of %lld", w->n_parts, (long long)wanted);
	if (leads != 1)
		blame_work(c, w, "role", "has %lld leads instead of one", (long long)leads);
	if (trainees > number_of(limits, text_of(w->request, "kind")))
		blame_work(c, w, "trainees", "has %lld trainees", (long long)trainees);
}

/* Does an empty list, or one with the text, let it in? */
static bool open_for(const json_t *list, const char *text) {
	return json_array_size(list) == 0 || is_in(list, text);
}

static void hear_fund(struct court *c, const struct work *w, const json_t *fund) {
	const json_t *period = json_object_get(fund, "period");
	const json_t *topics = json_object_get(fund, "topics");
	const char *id = text_of(fund, "id");
	day_t first, last;
	for (size_t i = 0; i < w->n_serves; i++) {
		const json_t *q = w->serves[i];
		if (!open_for(json_object_get(fund, "regions"), text_of(q, "region"))
		    || !open_for(json_object_get(fund, "members"), text_of(q, "member"))
		    || !open_for(json_object_get(fund, "kinds"), text_of(q, "kind"))
		    || (json_array_size(topics) && !shares(topics, json_object_get(q, "topics"))))
			blame_work(c, w, "fund", "%s does not pay for %s", id, text_of(q, "id"));
	}
	if (!day_of(json_array_get(period, 0), &first) || !day_of(json_array_get(period, 1), &last)
	    || w->start < first || w->end > last)
		blame_work(c, w, "fund", "%s does not pay on these days", id);
}

static void hear_money(struct court *c, const struct work *w) {
	const json_t *funding = json_object_get(w->json, "funding");
	int64_t sum = 0;
	for (size_t i = 0; i < json_array_size(funding); i++) {
		const json_t *grant = json_array_get(funding, i);
		const char *id = text_of(grant, "fund");
		const json_t *fund = json_object_get(c->funds, id);
		int64_t amount = number_of(grant, "amount");
		sum += amount;
		hear_fund(c, w, fund);
		if (amount <= 0)
			blame_work(c, w, "funding", "the amount of %s is not positive", id);
		else if (amount * 100 < number_of(fund, "min_share_percent") * w->cost)
			blame_work(c, w, "funding", "the share of %s is too small", id);
		for (size_t k = 0; k < i; k++)
			if (same(text_of(json_array_get(funding, k), "fund"), id))
				blame_work(c, w, "funding", "%s is there twice", id);
	}
	if ((int64_t)json_array_size(funding) > number_of(c->rules, "funds_max"))
		blame_work(c, w, "funding", "has %zu funds", json_array_size(funding));
	if (sum != w->cost)
		blame_work(c, w, "funding", "amounts sum to %lld, the cost is %lld", (long long)sum,
		           (long long)w->cost);
}

static void hear_session(struct court *c, const struct work *w) {
	const char *kind = text_of(w->request, "kind");
	const json_t *limits = json_object_get(json_object_get(c->rules, "sessions"), kind);
	if (w->n_serves < 2 && number_of(limits, "quorum") < 2)
		return;
	for (size_t i = 1; i < w->n_serves; i++) {
		const json_t *q = w->serves[i];
		if (!same(text_of(q, "kind"), kind)
		    || !same(text_of(q, "region"), text_of(w->request, "region"))
		    || !same(text_of(q, "mode"), text_of(w->request, "mode"))
		    || number_of(q, "days") != w->days)
			blame_work(c, w, "sessions", "%s is of another kind, region, mode or length",
			           text_of(q, "id"));
	}
	if (!limits || (int64_t)w->n_serves < number_of(limits, "quorum")
	    || (int64_t)w->n_serves > number_of(limits, "capacity"))
		blame_work(c, w, "sessions", "%zu requests are not between quorum and capacity",
		           w->n_serves);
}

void hear_static(struct court *c) {
	for (size_t i = 0; i < c->n_works; i++) {
		const struct work *w = &c->works[i];
		if (w->pinned)
			continue;
		for (size_t k = 0; k < w->n_serves; k++)
			hear_dates(c, w, w->serves[k]);
		hear_place(c, w);
		hear_whole_team(c, w);
		hear_money(c, w);
		hear_session(c, w);
	}
}
