/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: on which days could a request come in beside the workshops of the plan, and what would
 * have to give way? Tries days, hosts and teams one after the other. */
#include <stdlib.h>
#include <string.h>

#include "plan/judge_case.h"

#include "base/banned.h"

enum { TOPICS_MAX = 64 };

/* What one of an expert's accreditations is worth for the request. */
struct paper {
	day_t from, to;
	uint64_t topics;
	bool full;
};

/* An expert as a guest of one host: what does not depend on the day, and what does. */
struct guest {
	const json_t *expert, *home;
	struct paper *papers;
	size_t n_papers;
	struct part **parts; /* in the plan */
	size_t n_parts;
	day_t (*away)[2]; /* unavailable */
	size_t n_away;
	int before, after, quota; /* days of the block around the workshop; days that count */
	int64_t cost;
	bool speaks, may_lead;

	uint64_t covers; /* on the day at hand; empty: can't come */
	bool full, busy, tired;
};

struct till {
	const json_t *fund;
	int64_t left, percent;
};

/* One request at one host. */
struct visit {
	struct court *court;
	const json_t *request, *host;
	struct guest *guests;
	size_t n_guests;
	uint64_t topics;
	int days, experts, trainees;
	int64_t fixed, interpretation;
	bool different;

	/* the day, and the team being put together */
	day_t start, end;
	int year;
	bool busy_is_fine, tired_is_fine, money_is_fine;
	const struct guest *team[TOPICS_MAX];
	struct till *tills; /* funds that pay on the day and have something left */
	size_t n_tills;
	int64_t most;  /* no cost above it can be paid */
	int64_t *left; /* of each fund in `left_year` */
	int left_year;
};

static uint64_t topics_of(const json_t *request, const json_t *list) {
	const json_t *topics = json_object_get(request, "topics");
	uint64_t mask = 0;
	for (size_t i = 0; i < json_array_size(topics) && i < TOPICS_MAX; i++)
		if (is_in(list, json_string_value(json_array_get(topics, i))))
			mask |= UINT64_C(1) << i;
	return mask;
}

static void read_papers(const struct visit *v, struct guest *g) {
	const json_t *list = json_object_get(g->expert, "accreditations");
	g->papers = arena_array(v->court->arena, struct paper, json_array_size(list));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *a = json_array_get(list, i);
		struct paper *p = &g->papers[g->n_papers];
		p->topics = topics_of(v->request, json_object_get(a, "topics"));
		p->full = strcmp(text_of(a, "level"), "full") == 0;
		if (!day_of(json_object_get(a, "valid_to"), &p->to))
			p->to = CIVIL_LAST;
		g->n_papers += p->topics && day_of(json_object_get(a, "valid_from"), &p->from);
	}
}

static void read_parts(const struct visit *v, struct guest *g) {
	const struct court *c = v->court;
	for (size_t pass = 0; pass < 2; pass++) {
		size_t n = 0;
		for (size_t i = 0; i < c->n_works; i++)
			for (size_t k = 0; k < c->works[i].n_parts; k++)
				if (c->works[i].parts[k].expert == g->expert) {
					if (g->parts)
						g->parts[n] = &c->works[i].parts[k];
					n++;
				}
		g->n_parts = n;
		if (!g->parts)
			g->parts = arena_array(c->arena, struct part *, n);
	}
}

static void read_away(const struct visit *v, struct guest *g) {
	const json_t *list = json_object_get(g->expert, "unavailable");
	g->away = arena_alloc(v->court->arena, json_array_size(list) * sizeof *g->away);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *range = json_array_get(list, i);
		g->n_away += day_of(json_array_get(range, 0), &g->away[g->n_away][0])
		             && day_of(json_array_get(range, 1), &g->away[g->n_away][1]);
	}
}

/* False: never in a team here, whatever the day. */
static bool read_guest(const struct visit *v, const json_t *expert, struct guest *g) {
	const struct court *c = v->court;
	const char *mode = text_of(v->request, "mode"), *home = text_of(expert, "home");
	*g = (struct guest){.expert = expert, .home = json_object_get(c->members, home)};
	int km = kilometres(g->home, v->host);
	bool on_site =
		strcmp(mode, "in_person") == 0
		|| (strcmp(mode, "hybrid") == 0 && km < number_of(c->travel, "hybrid_on_site_below_km"));
	int travel = on_site ? days_of_travel(c, km) : 0;
	g->before = travel;
	g->after = travel + (on_site ? (int)number_of(c->rules, "rest_days") : 0);
	g->quota = v->days + 2 * travel;
	g->cost = on_site ? fare(c, km) + number_of(v->host, "per_diem") * g->quota : 0;
	g->speaks =
		shares(json_object_get(expert, "languages"), json_object_get(v->request, "languages"));
	g->may_lead = g->speaks && (on_site || strcmp(mode, "hybrid") != 0);
	if (!is_in(json_object_get(expert, "delivers"), on_site ? "on_site" : "remote"))
		return false;
	if (strcmp(text_of(c->rules, "language"), "all") == 0 && !g->speaks)
		return false;
	if (json_is_true(json_object_get(c->rules, "not_own_administration"))
	    && (g->home == v->host
	        || (strcmp(text_of(v->request, "kind"), "national") == 0
	            && strcmp(home, text_of(v->request, "member")) == 0)))
		return false;
	read_papers(v, g);
	read_parts(v, g);
	read_away(v, g);
	return g->n_papers > 0;
}

static int by_cost(const void *x, const void *y) {
	const struct guest *a = x, *b = y;
	if (a->cost != b->cost)
		return a->cost < b->cost ? -1 : 1;
	return strcmp(text_of(a->expert, "id"), text_of(b->expert, "id"));
}

static void open_visit(struct court *c, const json_t *request, const json_t *at, struct visit *v) {
	const json_t *experts = json_object_get(c->instance, "experts");
	*v = (struct visit){.court = c, .request = request};
	v->host = json_object_get(c->members, text_of(at, "member"));
	v->topics = topics_of(request, json_object_get(request, "topics"));
	v->days = (int)number_of(request, "days");
	v->experts = (int)number_of(request, "experts");
	v->trainees =
		(int)number_of(json_object_get(c->rules, "trainees_max"), text_of(request, "kind"));
	v->fixed = number_of(at, "fixed_cost");
	v->interpretation = v->days * number_of(c->rules, "interpretation_per_day");
	v->different = rule_is_on(c, "different_administrations");
	size_t funds = json_array_size(json_object_get(c->instance, "funds"));
	v->tills = arena_array(c->arena, struct till, funds);
	v->left = arena_array(c->arena, int64_t, funds);
	v->guests = arena_array(c->arena, struct guest, json_array_size(experts));
	for (size_t i = 0; i < json_array_size(experts); i++)
		v->n_guests += read_guest(v, json_array_get(experts, i), &v->guests[v->n_guests]);
	qsort(v->guests, v->n_guests, sizeof *v->guests, by_cost);
}

/* Money. */
static void count_left(struct visit *v) {
	const struct court *c = v->court;
	const json_t *funds = json_object_get(c->instance, "funds");
	char year[12];
	(void)snprintf(year, sizeof year, "%04d", v->year);
	v->left_year = v->year;
	for (size_t f = 0; f < json_array_size(funds); f++) {
		const json_t *fund = json_array_get(funds, f);
		v->left[f] = number_of(json_object_get(fund, "budget"), year);
		for (size_t i = 0; i < c->n_works; i++) {
			const json_t *funding = json_object_get(c->works[i].json, "funding");
			for (size_t k = 0; c->works[i].year == v->year && k < json_array_size(funding); k++) {
				const json_t *grant = json_array_get(funding, k);
				if (json_object_get(c->funds, text_of(grant, "fund")) == fund)
					v->left[f] -= number_of(grant, "amount");
			}
		}
	}
}

static bool fund_pays(const struct visit *v, const json_t *fund) {
	const json_t *q = v->request, *period = json_object_get(fund, "period");
	const json_t *regions = json_object_get(fund, "regions");
	const json_t *members = json_object_get(fund, "members");
	const json_t *kinds = json_object_get(fund, "kinds");
	const json_t *topics = json_object_get(fund, "topics");
	day_t first, last;
	return (!json_array_size(regions) || is_in(regions, text_of(q, "region")))
	       && (!json_array_size(members) || is_in(members, text_of(q, "member")))
	       && (!json_array_size(kinds) || is_in(kinds, text_of(q, "kind")))
	       && (!json_array_size(topics) || shares(topics, json_object_get(q, "topics")))
	       && day_of(json_array_get(period, 0), &first) && day_of(json_array_get(period, 1), &last)
	       && first <= v->start && v->end <= last;
}

/* The least a fund may give to something of this cost. */
static int64_t least_of(const struct till *t, int64_t cost) {
	int64_t least = (t->percent * cost + 99) / 100;
	return least > 0 ? least : 1;
}

/* With some tills chosen, whose leasts and lefts these sums are: can it be paid with up to `more`
 * from `at` on? */
static bool paid(const struct till *at, const struct till *end, int64_t more, int64_t least,
                 int64_t left, int64_t cost) {
	if (least > cost)
		return false;
	if (left >= cost)
		return true;
	for (; more > 0 && at < end; at++) {
		int64_t share = least_of(at, cost);
		if (share <= at->left && paid(at + 1, end, more - 1, least + share, left + at->left, cost))
			return true;
	}
	return false;
}

/* The most they can pay together; none of those chosen could pay its share of more than `cap`. */
static int64_t most_of(const struct till *at, const struct till *end, int64_t more, int64_t left,
                       int64_t cap) {
	int64_t most = left < cap ? left : cap;
	for (; more > 0 && at < end; at++) {
		int64_t own = at->percent ? at->left * 100 / at->percent : INT64_MAX;
		if (cap <= most)
			break;
		int64_t with = most_of(at + 1, end, more - 1, left + at->left, own < cap ? own : cap);
		most = with > most ? with : most;
	}
	return most;
}

static void list_tills(struct visit *v) {
	const json_t *funds = json_object_get(v->court->instance, "funds");
	int64_t funds_max = number_of(v->court->rules, "funds_max");
	if (v->left_year != v->year)
		count_left(v);
	v->n_tills = 0;
	for (size_t i = 0; i < json_array_size(funds); i++) {
		const json_t *fund = json_array_get(funds, i);
		if (v->left[i] > 0 && fund_pays(v, fund))
			v->tills[v->n_tills++] =
				(struct till){fund, v->left[i], number_of(fund, "min_share_percent")};
	}
	v->most = most_of(v->tills, v->tills + v->n_tills, funds_max, 0, INT64_MAX);
}

static bool can_pay(const struct visit *v, int64_t cost) {
	return paid(v->tills, v->tills + v->n_tills, number_of(v->court->rules, "funds_max"), 0, 0,
	            cost);
}

/* The team. */
static bool team_pays(const struct visit *v) {
	int64_t cost = v->fixed;
	bool foreign = false;
	for (int i = 0; i < v->experts; i++) {
		cost += v->team[i]->cost;
		foreign = foreign || !v->team[i]->speaks;
	}
	cost += foreign ? v->interpretation : 0;
	return v->money_is_fine || (cost <= v->most && can_pay(v, cost));
}

static bool fits(const struct visit *v, const struct guest *g, int n) {
	if (!g->covers || (g->busy && !v->busy_is_fine) || (g->tired && !v->tired_is_fine))
		return false;
	for (int i = 0; v->different && i < n; i++)
		if (v->team[i]->home == g->home)
			return false;
	return true;
}

/* Any team that goes on with guests from `from` on, after n who cover `covered`? */
static bool completed(struct visit *v, int n, size_t from, uint64_t covered, int trainees, bool led,
                      int64_t cost) {
	if (trainees > v->trainees)
		return false;
	if (n == v->experts)
		return covered == v->topics && led && team_pays(v);
	for (size_t i = from; i + (size_t)(v->experts - n) <= v->n_guests; i++) {
		const struct guest *g = &v->guests[i];
		bool leads = led || (g->may_lead && g->full);
		if (!v->money_is_fine && cost + (v->experts - n) * g->cost > v->most)
			return false; /* all others cost as much, or more */
		if (!fits(v, g, n)
		    || (n + 1 == v->experts && ((covered | g->covers) != v->topics || !leads)))
			continue;
		v->team[n] = g;
		if (completed(v, n + 1, i + 1, covered | g->covers, trainees + !g->full, leads,
		              cost + g->cost))
			return true;
	}
	return false;
}

static bool has_team(struct visit *v, unsigned relaxed) {
	uint64_t covered = 0;
	bool led = false;
	v->busy_is_fine = relaxed & RELAX_BUSY;
	v->tired_is_fine = relaxed & RELAX_QUOTA;
	v->money_is_fine = relaxed & RELAX_FUND;
	for (size_t i = 0; i < v->n_guests; i++)
		if (fits(v, &v->guests[i], 0)) {
			covered |= v->guests[i].covers;
			led = led || (v->guests[i].may_lead && v->guests[i].full);
		}
	return covered == v->topics && led && completed(v, 0, 0, 0, 0, false, v->fixed);
}

/* How the guest stands on the day. */
static void look_at_guest(const struct visit *v, struct guest *g) {
	int64_t missions = 1, days = g->quota;
	day_t first = v->start - g->before, last = v->end + g->after;
	bool away = false;
	g->covers = 0, g->full = g->busy = false;
	for (size_t i = 0; i < g->n_papers; i++)
		if (g->papers[i].from <= v->start && v->end <= g->papers[i].to) {
			g->covers |= g->papers[i].topics;
			g->full = g->full || g->papers[i].full;
		}
	for (size_t i = 0; i < g->n_away; i++)
		away = away || (g->away[i][0] <= last && first <= g->away[i][1]);
	if (away)
		g->covers = 0;
	for (size_t i = 0; i < g->n_parts; i++) {
		const struct part *p = g->parts[i];
		g->busy = g->busy || (p->first <= last && first <= p->last);
		missions += p->work->year == v->year;
		days += p->work->year == v->year ? p->quota : 0;
	}
	g->tired = missions > number_of(g->expert, "max_missions_year")
	           || days > number_of(g->expert, "max_days_year");
}

static bool day_is_full(const struct visit *v, const char *region, int64_t most) {
	const struct court *c = v->court;
	for (day_t d = v->start; d <= v->end; d++) {
		int64_t n = 1;
		for (size_t i = 0; i < c->n_works; i++)
			n += c->works[i].start <= d && d <= c->works[i].end
			     && (!region || strcmp(text_of(c->works[i].request, "region"), region) == 0);
		if (n > most)
			return true;
	}
	return false;
}

static bool is_crowded(const struct visit *v) {
	const char *region = text_of(v->request, "region");
	const json_t *rules = v->court->rules;
	const json_t *there = json_object_get(json_object_get(rules, "parallel_region"), region);
	return day_is_full(v, NULL, number_of(rules, "parallel_max"))
	       || (there && day_is_full(v, region, json_integer_value(there)));
}

static bool is_too_near(const struct visit *v) {
	const struct court *c = v->court;
	int64_t in_year = 1;
	if (strcmp(text_of(v->request, "kind"), "national") != 0)
		return false;
	for (size_t i = 0; i < c->n_works; i++) {
		const struct work *w = &c->works[i];
		if (strcmp(text_of(w->request, "kind"), "national") != 0
		    || strcmp(text_of(w->request, "member"), text_of(v->request, "member")) != 0)
			continue;
		if (labs((long)w->start - v->start) < number_of(c->rules, "national_gap_days"))
			return true;
		in_year += w->year == v->year;
	}
	return in_year > number_of(c->rules, "national_per_year");
}

/* Sets for which no day is known yet are asked about this one. */
static void look_at_day(struct visit *v, day_t ret[RELAX_ALL + 1]) {
	unsigned stands = 0;
	int known[RELAX_ALL + 1] = {0}; /* by busy, quota, fund: 1 a team, −1 none */
	v->year = civil_of(v->start).year;
	for (size_t i = 0; i < v->n_guests; i++)
		look_at_guest(v, &v->guests[i]);
	list_tills(v);
	stands |= is_crowded(v) ? RELAX_PARALLEL : 0;
	stands |= is_too_near(v) ? RELAX_MEMBER : 0;
	for (unsigned relaxed = 0; relaxed <= RELAX_ALL; relaxed++) {
		unsigned asked = relaxed & (RELAX_BUSY | RELAX_QUOTA | RELAX_FUND);
		if ((ret[relaxed] != NEVER && ret[relaxed] <= v->start) || (stands & ~relaxed))
			continue;
		if (!known[asked])
			known[asked] = has_team(v, asked) ? 1 : -1;
		if (known[asked] > 0)
			ret[relaxed] = v->start;
	}
}

void days_to_insert(struct court *c, const json_t *request, day_t ret[RELAX_ALL + 1]) {
	const json_t *hosts = json_object_get(request, "hosts");
	for (unsigned i = 0; i <= RELAX_ALL; i++)
		ret[i] = NEVER;
	for (size_t h = 0; h < json_array_size(hosts); h++) {
		struct visit v;
		open_visit(c, request, json_array_get(hosts, h), &v);
		for (day_t d = c->first; d + v.days - 1 <= c->last; d++) {
			v.start = d, v.end = d + v.days - 1;
			if (may_start(c, request, v.host, d))
				look_at_day(&v, ret);
		}
	}
}
