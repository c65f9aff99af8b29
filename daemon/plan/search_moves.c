/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs together: items near in time and place, of one expert, of one purse, of one Member,
 * or all that stands in the way of somebody left out. */
#include <stdlib.h>

#include "plan/search_own.h"

#include "base/banned.h"

static bool take_one(struct search *s, int request) {
	if (s->n_out == OUT_MAX || s->in->requests[request].pinned >= 0 || !plan_item(s->plan, request))
		return false;
	plan_remove(s->plan, request);
	s->out[s->n_out++] = request;
	return true;
}

static int any_served(struct search *s) {
	return s->served[dice_pick(&s->dice, s->n_served)];
}

static void take_any(struct search *s, int many) {
	for (int i = 0; i < many; i++)
		(void)take_one(s, any_served(s));
}

/* Near a date, of one region or of all. */
static void take_near(struct search *s, int32_t day, int region, int many) {
	int32_t reach = 7 + (int32_t)dice_below(&s->dice, 40);
	int skip = dice_pick(&s->dice, s->n_served);
	for (int i = 0; i < s->n_served && many > 0; i++) {
		int q = s->served[(i + skip) % s->n_served];
		if ((region < 0 || s->in->requests[q].region == region) && plan_item(s->plan, q)
		    && abs(s->plan->items[q].start - day) <= reach)
			many -= take_one(s, q);
	}
}

static void take_expert(struct search *s, int expert) {
	for (int32_t k = s->plan->first_seat[expert], next; k >= 0; k = next) {
		next = s->plan->next_seat[k];
		(void)take_one(s, k / TEAM_MAX);
	}
}

static void take_experts(struct search *s, int many) {
	while (many-- > 0) {
		const struct item *item = plan_item(s->plan, any_served(s));
		if (item)
			take_expert(s, item->team[dice_pick(&s->dice, item->n_team)].expert);
	}
}

/* Paid from one fund in one year. */
static void take_purse(struct search *s, int fund, int year, int many) {
	int skip = dice_pick(&s->dice, s->n_served);
	for (int i = 0; i < s->n_served && many > 0; i++) {
		int q = s->served[(i + skip) % s->n_served];
		const struct item *item = plan_item(s->plan, q);
		bool paid = false;
		if (!item || s->in->year_of[item->start] != year)
			continue;
		for (int k = 0; k < item->n_funding; k++)
			paid = paid || item->funding[k].fund == fund;
		if (paid)
			many -= take_one(s, q);
	}
}

static void take_purse_of(struct search *s, int request, int many) {
	const struct item *item = plan_item(s->plan, request);
	if (!item || item->n_funding == 0)
		return;
	int fund = item->funding[dice_pick(&s->dice, item->n_funding)].fund;
	take_purse(s, fund, s->in->year_of[item->start], many);
}

static void take_member(struct search *s, int member) {
	for (int32_t k = s->plan->first_national[member], next; k >= 0; k = next) {
		next = s->plan->next_national[k];
		(void)take_one(s, k);
	}
}

/* What keeps a request left out from a day of its own. */
static void take_in_the_way(struct search *s, int request, int many) {
	const struct instance *in = s->in;
	const struct request *r = &in->requests[request];
	const struct site *site = &in->sites[r->site + dice_pick(&s->dice, r->n_sites)];
	if (site->n_starts == 0)
		return;
	int32_t first = r->starts.first, span = r->starts.last - first + 1;
	int32_t day = bits_next(site->starts, in->words, first + (int32_t)dice_below(&s->dice, span));
	if (day < 0)
		day = bits_next(site->starts, in->words, first);
	s->focus = request;
	if (r->kind == KIND_NATIONAL && !plan_free_member(s->plan, request, day))
		take_member(s, r->member);
	for (int i = 0; i < s->n_served && !plan_free_days(s->plan, request, day); i++) {
		const struct item *item = plan_item(s->plan, s->served[i]);
		if (item && item->start < day + r->days && day <= item_end(in, item))
			(void)take_one(s, item->request);
	}
	if (r->n_funds > 0 && s->n_out < many)
		take_purse(s, r->funds[dice_pick(&s->dice, r->n_funds)], in->year_of[day], many - s->n_out);
	if (s->n_out < many && dice_pick(&s->dice, 2) == 0)
		take_near(s, day, -1, many - s->n_out);
}

/* Half of how often a bond is chosen is fixed, by these. */
static const int base[BONDS] = {
	[BOND_WAY] = 5,    [BOND_NEAR] = 3, [BOND_EXPERTS] = 2, [BOND_PURSE] = 2,
	[BOND_MEMBER] = 1, [BOND_ANY] = 1,  [BOND_NONE] = 2,
};
enum { BASE_SUM = 16, SHARE = 16 * BASE_SUM, SEASON = 512 };

static int64_t rate_of(const struct fare *f) {
	return f->won * 1024 / ((int64_t)f->spent + 1);
}

void weigh_bonds(struct search *s) {
	int64_t sum = 0;
	for (int i = 0; i < BONDS; i++)
		sum += rate_of(&s->fares[i]);
	for (int i = 0; i < BONDS; i++) {
		struct fare *f = &s->fares[i];
		int64_t fixed = SHARE * base[i] / BASE_SUM;
		int64_t learnt = sum ? SHARE * rate_of(f) / sum : fixed;
		f->weight = f->weight ? (3 * f->weight + fixed + learnt) / 4 : 2 * fixed;
		f->won = 0;
		f->spent = 0;
	}
}

void note_fare(struct search *s, int64_t won, uint64_t spent) {
	struct fare *f = &s->fares[s->bond];
	f->won += won;
	f->spent += spent;
	if (s->steps % SEASON == 0)
		weigh_bonds(s);
}

static enum bond pick_bond(struct search *s) {
	int64_t sum = 0, at;
	int i = 0;
	for (int k = 0; k < BONDS; k++)
		sum += s->fares[k].weight;
	for (at = dice_below(&s->dice, sum); at >= s->fares[i].weight; i++)
		at -= s->fares[i].weight;
	return (enum bond)i;
}

void take_out(struct search *s) {
	int many = 1 + dice_pick(&s->dice, 3 + dice_pick(&s->dice, 8));
	s->bond = pick_bond(s);
	s->n_out = 0;
	s->focus = -1;
	if (s->n_left_out > 0 && (s->bond == BOND_WAY || s->n_served == 0)) {
		take_in_the_way(s, s->left_out[dice_pick(&s->dice, s->n_left_out)], many);
		return;
	}
	if (s->n_served == 0)
		return;
	int q = any_served(s);
	const struct request *r = &s->in->requests[q];
	switch (s->bond) {
	case BOND_NEAR:
		take_near(s, s->plan->items[q].start, dice_pick(&s->dice, 2) ? r->region : -1, many);
		break;
	case BOND_EXPERTS: take_experts(s, 1 + many / 3); break;
	case BOND_PURSE: take_purse_of(s, q, many); break;
	case BOND_MEMBER: take_member(s, r->member); break;
	case BOND_ANY: take_any(s, many); break;
	default: break;
	}
	(void)take_one(s, q);
}
