/* SPDX-License-Identifier: Apache-2.0 */
/* The reader: items, of a plan or pinned. */
#include "base/vec.h"
#include "plan/read.h"
#include "plan/reading.h"

#include "base/banned.h"

/* The site of a request at a member, or -1. */
static int site_of(const struct instance *in, int request, int member) {
	const struct request *q = &in->requests[request];
	for (int s = q->site; s < q->site + q->n_sites; s++)
		if (in->sites[s].member == member)
			return s;
	return -1;
}

static void read_team(struct reading *r, const json_t *value, struct item *to) {
	struct look *l = &r->look;
	const json_t *list = look_list(l, value, "team", TEAM_MAX);
	read_each(r, list, "team", i, seat) {
		int expert = look_ref(l, seat, "expert", &r->experts);
		int role = look_choice(l, seat, "role", role_names, ROLES);
		const json_t *after = json_object_get(seat, "after");
		if (after && !json_is_null(after))
			(void)look_ref(l, seat, "after", &r->requests);
		for (int k = 0; k < to->n_team; k++)
			if (expert >= 0 && to->team[k].expert == expert)
				look_fault_at(l, "expert", "\"%s\" is a duplicate: a team has different experts",
				              r->in->experts[expert].id);
		to->team[to->n_team++] = (struct seat){(uint16_t)expert, (uint8_t)role};
	}
}

static void read_funding(struct reading *r, const json_t *value, struct item *to) {
	struct look *l = &r->look;
	const json_t *list = look_list(l, value, "funding", FUNDING_MAX);
	read_each(r, list, "funding", i, grant) {
		int fund = look_ref(l, grant, "fund", &r->funds);
		int64_t amount = look_money(l, grant, "amount");
		for (int k = 0; k < to->n_funding; k++)
			if (fund >= 0 && to->funding[k].fund == fund)
				look_fault_at(l, "fund", "\"%s\" is a duplicate: a workshop has different funds",
				              r->in->funds[fund].id);
		to->funding[to->n_funding++] = (struct grant){.amount = amount, .fund = (uint16_t)fund};
		to->cost += amount;
	}
}

/* The longest block anybody in the team could have. */
static struct span widest_block(const struct instance *in, const struct item *item) {
	int away = in->travel.far_days > 1 ? in->travel.far_days : 1;
	int days = item->request < 0 ? 1 : in->requests[item->request].days;
	return (struct span){item->start - away, item->start + days - 1 + away + in->rules.rest_days};
}

bool read_item(struct reading *r, const json_t *value, struct item *to) {
	struct look *l = &r->look;
	const struct instance *in = r->in;
	size_t before = l->faults->n;
	day_t start;
	to->request = look_ref(l, value, "request", &r->requests);
	int host = look_ref(l, value, "host", &r->members);
	to->site = to->request < 0 || host < 0 ? -1 : site_of(in, to->request, host);
	if (to->request >= 0 && host >= 0 && to->site < 0)
		look_fault_at(l, "host", "\"%s\" is not among the hosts of request \"%s\"",
		              in->members[host].code, in->requests[to->request].id);
	if (look_day(l, value, "start", &start)) {
		to->start = reading_index(r, start);
		struct span block = widest_block(in, to);
		bool far = to->start < in->horizon.first - PINNED_REACH
		           || to->start > in->horizon.last + PINNED_REACH || block.first < 0
		           || block.last >= in->days;
		if (far && !r->undated)
			look_fault_at(l, "start", "is too far away from the horizon");
	}
	read_team(r, value, to);
	read_funding(r, value, to);
	return l->faults->n == before;
}

static void names_of(struct reading *r) {
	const struct instance *in = r->in;
	struct look *l = &r->look;
	r->members = (struct names){json_object(), "member"};
	r->experts = (struct names){json_object(), "expert"};
	r->funds = (struct names){json_object(), "fund"};
	r->requests = (struct names){json_object(), "request"};
	for (int i = 0; i < in->n_members; i++)
		names_add(l, &r->members, in->members[i].code, i);
	for (int i = 0; i < in->n_experts; i++)
		names_add(l, &r->experts, in->experts[i].id, i);
	for (int i = 0; i < in->n_funds; i++)
		names_add(l, &r->funds, in->funds[i].id, i);
	for (int i = 0; i < in->n_requests; i++)
		names_add(l, &r->requests, in->requests[i].id, i);
}

static struct item *read_all(struct reading *r, const json_t *root, int *ret_n) {
	struct instance *in = r->in;
	const json_t *list = look_list(&r->look, root, "items", REQUESTS_MAX);
	struct item *items = arena_array(r->look.arena, struct item, json_array_size(list));
	bool *seen = arena_array(r->look.arena, bool, (size_t)in->n_requests);
	read_each(r, list, "items", i, value) {
		struct item *to = &items[i];
		if (!read_item(r, value, to))
			continue;
		if (seen[to->request])
			look_fault_at(&r->look, "request", "\"%s\" is a duplicate: it has an item already",
			              in->requests[to->request].id);
		seen[to->request] = true;
		if (in->requests[to->request].pinned < 0)
			to->cost = item_cost(in, to);
	}
	*ret_n = (int)json_array_size(list);
	return items;
}

enum err read_plan(struct arena *a, const struct instance *in, struct str json, struct item **ret,
                   int *ret_n, struct faults *ret_faults) {
	struct reading r = {.look = {.arena = a, .faults = ret_faults}};
	json_error_t error;
	json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &error);
	r.in = (struct instance *)(uintptr_t)in; /* read_item() writes nothing in it */
	buf_adds(&r.look.path, "$");
	names_of(&r);
	if (!root)
		look_fault(&r.look, "is not JSON: line %d, column %d: %s", error.line, error.column,
		           error.text);
	else
		*ret = read_all(&r, root, ret_n);
	json_decref(r.members.index);
	json_decref(r.experts.index);
	json_decref(r.funds.index);
	json_decref(r.requests.index);
	json_decref(root);
	buf_clear(&r.look.path);
	return ret_faults->n ? ERR_INVALID : ERR_NONE;
}
