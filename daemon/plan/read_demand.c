/* SPDX-License-Identifier: Apache-2.0 */
/* The reader: requests, pinned workshops, the released plan. */
#include "plan/reading.h"

#include "base/banned.h"

enum { HOSTS_MAX = MEMBERS_MAX };

static void read_eligibility(struct reading *r, const json_t *value, struct request *to) {
	struct look *l = &r->look;
	const json_t *dates = look_object(l, value, "eligibility");
	size_t mark = look_key(l, "eligibility");
	for (int c = 0; c < CRITERIA; c++) {
		day_t day;
		bool dated = look_day_or_null(l, dates, criterion_names[c], &day);
		to->criterion[c] = dated ? reading_index(r, day) : NO_DAY;
	}
	look_back(l, mark);
	to->waived = look_words(l, value, "waived", criterion_names, CRITERIA, true);
}

static void read_hosts(struct reading *r, const json_t *value, int request) {
	struct look *l = &r->look;
	struct instance *in = r->in;
	struct request *to = &in->requests[request];
	const json_t *list = look_list(l, value, "hosts", HOSTS_MAX);
	to->site = in->n_sites;
	read_each(r, list, "hosts", i, host) {
		int member = look_ref(l, host, "member", &r->members);
		for (int s = to->site; s < in->n_sites; s++)
			if (member >= 0 && in->sites[s].member == member)
				look_fault_at(l, "member",
				              "\"%s\" is a duplicate: it is a host of the request already",
				              in->members[member].code);
		in->sites[in->n_sites++] = (struct site){
			.request = request,
			.member = member,
			.fixed_cost = look_money(l, host, "fixed_cost"),
		};
		to->n_sites++;
	}
}

/* Those the workshop gives an accreditation; they count with accrual alone. */
static void read_pupils(struct reading *r, const json_t *value, struct request *to) {
	struct look *l = &r->look;
	if (!r->in->rules.missions_to_full)
		return;
	const json_t *list = look_optional_list(l, value, "candidates", EXPERTS_MAX);
	if (json_array_size(list) && to->kind != KIND_ACCREDITATION) {
		look_fault_at(l, "candidates",
		              "are of a request of kind %s; only an accreditation has candidates",
		              kind_names[to->kind]);
		return;
	}
	uint16_t *pupils = arena_array(l->arena, uint16_t, json_array_size(list));
	uint64_t *seen = arena_array(l->arena, uint64_t, bits_words(r->in->n_experts));
	read_each(r, list, "candidates", i, name) {
		int expert = names_find(l, &r->experts, name);
		if (expert < 0)
			continue;
		if (bits_has(seen, expert))
			look_fault(l, "\"%s\" is a duplicate: it is a candidate already",
			           r->in->experts[expert].id);
		bits_add(seen, expert);
		pupils[to->n_pupils++] = (uint16_t)expert;
	}
	to->pupils = pupils;
}

static void read_request(struct reading *r, const json_t *value, int index) {
	struct look *l = &r->look;
	struct request *to = &r->in->requests[index];
	day_t day, first = 0, last = 0;
	to->id = look_name(l, value, "id");
	to->kind = (enum kind)look_choice(l, value, "kind", kind_names, KINDS);
	to->mode = (enum mode)look_choice(l, value, "mode", mode_names, MODES);
	to->member = look_ref(l, value, "member", &r->members);
	to->region = look_ref(l, value, "region", &r->regions);
	read_eligibility(r, value, to);
	to->days = look_count(l, value, "days", 1, DAYS_MAX);
	to->experts = look_count(l, value, "experts", 1, TEAM_MAX);
	to->priority = look_count(l, value, "priority", 0, PRIORITY_MAX);
	to->topics = look_mask(l, value, "topics", &r->topics, false);
	to->languages = look_mask(l, value, "languages", &r->languages, false);
	to->earliest = look_day_or_null(l, value, "earliest", &day) ? reading_index(r, day) : NO_DAY;
	to->latest = look_day(l, value, "latest", &day) ? reading_index(r, day) : 0;
	(void)look_range(l, value, "preferred", &first, &last);
	to->preferred = (struct span){reading_index(r, first), reading_index(r, last)};
	to->pinned = to->baseline = -1;
	read_hosts(r, value, index);
	read_pupils(r, value, to);
}

void read_requests(struct reading *r, const json_t *root) {
	struct instance *in = r->in;
	const json_t *list = look_list(&r->look, root, "requests", REQUESTS_MAX);
	size_t sites = 0;
	in->n_requests = (int)json_array_size(list);
	for (size_t i = 0; i < json_array_size(list); i++)
		sites += json_array_size(json_object_get(json_array_get(list, i), "hosts"));
	in->requests = arena_array(r->look.arena, struct request, (size_t)in->n_requests);
	in->sites = arena_array(r->look.arena, struct site, sites);
	read_each(r, list, "requests", i, value) {
		read_request(r, value, (int)i);
		names_add(&r->look, &r->requests, in->requests[i].id, (int)i);
	}
}

/* What no pinned item may do, though the static rules are not asked of it. */
static void check_form(struct reading *r, const struct item *item) {
	int leads = 0;
	for (int i = 0; i < item->n_team; i++)
		leads += item->team[i].role == ROLE_LEAD;
	if (leads != 1)
		look_fault_at(&r->look, "team", "has %d leads; a team has exactly one", leads);
	for (int i = 0; i < item->n_funding; i++)
		if (item->funding[i].amount == 0)
			look_fault_at(&r->look, "funding", "has an amount of 0; amounts are positive");
}

/* Others that a pinned session serves: they have its index too, and no item of their own. */
static void read_joined(struct reading *r, const json_t *value, int pin) {
	const json_t *list = look_optional_list(&r->look, value, "joined", SESSION_MAX);
	const struct item *item = &r->in->pinned[pin];
	const struct request *q = item->request < 0 ? NULL : &r->in->requests[item->request];
	if (json_array_size(list) && q && !r->in->rules.sessions[q->kind].capacity) {
		look_fault_at(&r->look, "joined", "\"%s\" is of kind %s, which has no sessions", q->id,
		              kind_names[q->kind]);
		return;
	}
	read_each(r, list, "joined", i, name) {
		int request = names_find(&r->look, &r->requests, name);
		if (request < 0)
			continue;
		if (r->in->requests[request].pinned >= 0)
			look_fault(&r->look, "\"%s\" is a duplicate: it is pinned already",
			           r->in->requests[request].id);
		r->in->requests[request].pinned = pin;
	}
}

void read_pinned(struct reading *r, const json_t *root) {
	struct instance *in = r->in;
	const json_t *list = look_optional_list(&r->look, root, "pinned", REQUESTS_MAX);
	in->n_pinned = (int)json_array_size(list);
	in->pinned = arena_array(r->look.arena, struct item, (size_t)in->n_pinned);
	read_each(r, list, "pinned", i, value) {
		struct item *to = &in->pinned[i];
		if (read_item(r, value, to))
			check_form(r, to);
		if (to->request >= 0 && in->requests[to->request].pinned >= 0)
			look_fault_at(&r->look, "request", "\"%s\" is a duplicate: it is pinned already",
			              in->requests[to->request].id);
		else if (to->request >= 0)
			in->requests[to->request].pinned = (int)i;
		if (in->rules.sessions[KIND_REGIONAL].capacity
		    || in->rules.sessions[KIND_ACCREDITATION].capacity)
			read_joined(r, value, (int)i);
	}
}

static void read_baseline_entry(struct reading *r, const json_t *value, struct baseline *to) {
	struct look *l = &r->look;
	day_t start = 0;
	to->request = look_ref(l, value, "request", &r->requests);
	to->member = look_ref(l, value, "host", &r->members);
	(void)look_day(l, value, "start", &start);
	to->start = reading_index(r, start);
	to->weight = look_count(l, value, "weight", 0, WEIGHT_MAX);
	to->team = arena_array(l->arena, uint64_t, bits_words(r->in->n_experts));
	const json_t *list = look_list(l, value, "team", EXPERTS_MAX);
	read_each(r, list, "team", i, name) {
		int expert = names_find(l, &r->experts, name);
		if (expert >= 0)
			bits_add(to->team, expert);
	}
}

void read_baseline(struct reading *r, const json_t *root) {
	struct instance *in = r->in;
	const json_t *list = look_optional_list(&r->look, root, "baseline", REQUESTS_MAX);
	in->n_baseline = (int)json_array_size(list);
	in->baseline = arena_array(r->look.arena, struct baseline, (size_t)in->n_baseline);
	read_each(r, list, "baseline", i, value) {
		struct baseline *to = &in->baseline[i];
		read_baseline_entry(r, value, to);
		if (to->request >= 0 && in->requests[to->request].baseline >= 0)
			look_fault_at(&r->look, "request",
			              "\"%s\" is a duplicate: it is in the baseline already",
			              in->requests[to->request].id);
		else if (to->request >= 0)
			in->requests[to->request].baseline = (int)i;
	}
}
