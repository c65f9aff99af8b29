/* SPDX-License-Identifier: Apache-2.0 */
/* The reader: experts and funds. */
#include "plan/reading.h"

#include "base/banned.h"

enum { ACCREDITATIONS_MAX = 1000, QUOTA_MAX = 100000 };

static void read_accreditation(struct reading *r, const json_t *value, struct accreditation *to) {
	static const char *const levels[] = {"pre", "full"};
	struct look *l = &r->look;
	day_t from = 0, upto = 0;
	to->topics = look_mask(l, value, "topics", &r->topics, false);
	to->full = look_choice(l, value, "level", levels, 2) == 1;
	bool begins = look_day(l, value, "valid_from", &from);
	bool ends = look_day_or_null(l, value, "valid_to", &upto);
	to->from = reading_index(r, from);
	to->to = ends ? reading_index(r, upto) : NO_END;
	if (begins && ends && upto < from)
		look_fault(l, "is upside down: valid_to is before valid_from");
}

void read_expert(struct reading *r, const json_t *value, struct expert *to) {
	static const char *const ways[] = {"on_site", "remote"};
	struct look *l = &r->look;
	to->id = look_name(l, value, "id");
	to->home = look_ref(l, value, "home", &r->members);
	to->languages = look_mask(l, value, "languages", &r->languages, false);
	const json_t *list = look_list(l, value, "accreditations", ACCREDITATIONS_MAX);
	to->n_accreditations = (int)json_array_size(list);
	to->accreditations = arena_array(l->arena, struct accreditation, (size_t)to->n_accreditations);
	read_each(r, list, "accreditations", i, accreditation)
		read_accreditation(r, accreditation, &to->accreditations[i]);
	to->open = arena_array(l->arena, uint64_t, r->in->words);
	bits_add_range(to->open, r->in->days, 0, r->in->days - 1);
	read_closed(r, value, "unavailable", to->open);
	unsigned delivers = look_words(l, value, "delivers", ways, 2, false);
	to->on_site = delivers & 1;
	to->remote = delivers >> 1 & 1;
	to->max_missions_year = look_count(l, value, "max_missions_year", 0, QUOTA_MAX);
	to->max_days_year = look_count(l, value, "max_days_year", 0, QUOTA_MAX);
}

void read_experts(struct reading *r, const json_t *root) {
	struct instance *in = r->in;
	const json_t *list = look_list(&r->look, root, "experts", EXPERTS_MAX);
	in->n_experts = (int)json_array_size(list);
	in->experts = arena_array(r->look.arena, struct expert, (size_t)in->n_experts);
	read_each(r, list, "experts", i, value) {
		read_expert(r, value, &in->experts[i]);
		names_add(&r->look, &r->experts, in->experts[i].id, (int)i);
	}
}

/* A fund may name Members nobody here has to do with; they are no members of the instance. */
static void read_fund_members(struct reading *r, const json_t *value, struct fund *to) {
	struct look *l = &r->look;
	const json_t *list = look_optional_list(l, value, "members", MEMBERS_MAX);
	to->members = arena_array(l->arena, uint64_t, bits_words(r->in->n_members));
	to->by_member = json_array_size(list) > 0;
	read_each(r, list, "members", i, code) {
		const char *text = look_text(l, code);
		const json_t *index = text ? json_object_get(r->members.index, text) : NULL;
		if (index)
			bits_add(to->members, (int)json_integer_value(index));
	}
}

static void read_budget(struct reading *r, const json_t *value, struct fund *to) {
	struct look *l = &r->look;
	const json_t *budget = look_object(l, value, "budget");
	size_t mark = look_key(l, "budget");
	to->budget = arena_array(l->arena, int64_t, (size_t)r->in->years);
	const char *key;
	json_t *amount;
	json_object_foreach((json_t *)(uintptr_t)budget, key, amount) {
		uint64_t year;
		int64_t money = look_money(l, budget, key);
		if (strlen(key) != 4 || !str_u64(str_of(key), 9999, &year) || year == 0) {
			look_fault(l, "\"%.40s\" is no calendar year", key);
			continue;
		}
		int index = (int)year - r->in->first_year;
		if (index >= 0 && index < r->in->years)
			to->budget[index] = money;
	}
	look_back(l, mark);
}

static void read_fund(struct reading *r, const json_t *value, struct fund *to) {
	static const char *const currencies[] = {"EUR"};
	struct look *l = &r->look;
	day_t first = 0, last = 0;
	to->id = look_name(l, value, "id");
	to->donor = look_name(l, value, "donor");
	to->regions = look_mask(l, value, "regions", &r->regions, true);
	to->topics = look_mask(l, value, "topics", &r->topics, true);
	to->kinds = look_words(l, value, "kinds", kind_names, KINDS, true);
	read_fund_members(r, value, to);
	(void)look_range(l, value, "period", &first, &last);
	to->period = (struct span){reading_index(r, first), reading_index(r, last)};
	(void)look_choice(l, value, "currency", currencies, 1);
	to->min_share_percent = look_count(l, value, "min_share_percent", 0, 100);
	read_budget(r, value, to);
}

void read_funds(struct reading *r, const json_t *root) {
	struct instance *in = r->in;
	const json_t *list = look_list(&r->look, root, "funds", FUNDS_MAX);
	in->n_funds = (int)json_array_size(list);
	in->funds = arena_array(r->look.arena, struct fund, (size_t)in->n_funds);
	read_each(r, list, "funds", i, value) {
		read_fund(r, value, &in->funds[i]);
		names_add(&r->look, &r->funds, in->funds[i].id, (int)i);
	}
}
