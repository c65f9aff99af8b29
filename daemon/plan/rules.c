/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/rules.h"

#include "base/banned.h"

const char *const rule_codes[RULE_COUNT] = {
#define RULE(name, code) [RULE_##name] = (code),
#include "plan/rules.def"
#undef RULE
};

static unsigned date_breaches(const struct instance *in, const struct item *item) {
	const struct request *r = &in->requests[item->request];
	int32_t end = item_end(in, item);
	unsigned broken = 0;
	if (!r->eligible || (r->ready != NO_DAY && item->start < r->ready + in->rules.lead_days))
		broken |= BREACH(ELIGIBLE);
	if (item->start < in->rules.opens[r->kind])
		broken |= BREACH(OPENS);
	if (item->start < in->horizon.first || end > in->horizon.last)
		broken |= BREACH(HORIZON);
	if (item->start < r->earliest || end > r->latest)
		broken |= BREACH(WINDOW);
	if (in->sites[item->site].request != item->request)
		return broken | BREACH(HOST);
	const uint64_t *open = in->members[in->sites[item->site].member].open;
	for (int32_t d = item->start; d <= end; d++)
		if (d < 0 || d >= in->days || !bits_has(open, d))
			broken |= BREACH(CALENDAR);
	return broken;
}

/* One member of the team; *covered and *trainees add up over the team. */
static unsigned seat_breaches(const struct instance *in, const struct item *item, int place,
                              uint64_t *covered, int *trainees) {
	const struct request *r = &in->requests[item->request];
	const struct seat *seat = &item->team[place];
	const struct expert *e = &in->experts[seat->expert];
	const int host = in->sites[item->site].member;
	enum band band = item_band(in, item, seat->expert);
	struct standing s = expert_standing(e, r->topics, item->start, item_end(in, item));
	struct span block = block_of(in, band, item->start, r->days);
	unsigned broken = 0;
	*covered |= s.covers;
	*trainees += !s.full;
	if (!s.covers)
		broken |= BREACH(TEAM);
	if ((seat->role == ROLE_TRAINEE) == s.full)
		broken |= BREACH(ROLE);
	if (seat->role == ROLE_LEAD
	    && (!s.full || !(e->languages & r->languages)
	        || (r->mode == MODE_HYBRID && band == BAND_REMOTE)))
		broken |= BREACH(LEAD);
	if (in->rules.language_all && !(e->languages & r->languages))
		broken |= BREACH(LANGUAGE);
	if (in->rules.not_own_administration
	    && (e->home == host || (r->kind == KIND_NATIONAL && e->home == r->member)))
		broken |= BREACH(OWN);
	if (band == BAND_REMOTE ? !e->remote : !e->on_site)
		broken |= BREACH(DELIVERS);
	for (int32_t d = block.first; d <= block.last; d++)
		if (d >= 0 && d < in->days && !bits_has(e->open, d))
			broken |= BREACH(UNAVAILABLE);
	return broken;
}

static unsigned team_breaches(const struct instance *in, const struct item *item) {
	const struct request *r = &in->requests[item->request];
	uint64_t covered = 0;
	int trainees = 0, leads = 0;
	unsigned broken = item->n_team == r->experts ? 0 : BREACH(TEAM);
	for (int i = 0; i < item->n_team; i++) {
		broken |= seat_breaches(in, item, i, &covered, &trainees);
		leads += item->team[i].role == ROLE_LEAD;
		for (int k = 0; k < i; k++) {
			int a = item->team[i].expert, b = item->team[k].expert;
			if (a == b)
				broken |= BREACH(TEAM);
			else if (in->rules.different_administrations
			         && in->experts[a].home == in->experts[b].home)
				broken |= BREACH(OWN);
		}
	}
	if (covered != r->topics)
		broken |= BREACH(TEAM);
	if (leads != 1)
		broken |= BREACH(ROLE);
	if (trainees > in->rules.trainees_max[r->kind])
		broken |= BREACH(TRAINEES);
	return broken;
}

static unsigned funding_breaches(const struct instance *in, const struct item *item) {
	int64_t cost = item_cost(in, item), sum = 0;
	unsigned broken = item->cost == cost ? 0 : BREACH(FUNDING);
	if (item->n_funding > in->rules.funds_max)
		broken |= BREACH(FUNDING);
	for (int i = 0; i < item->n_funding; i++) {
		const struct grant *g = &item->funding[i];
		sum += g->amount;
		if (g->amount <= 0 || g->amount * 100 < in->funds[g->fund].min_share_percent * cost)
			broken |= BREACH(FUNDING);
		for (int k = 0; k < i; k++)
			if (item->funding[k].fund == g->fund)
				broken |= BREACH(FUNDING);
		if (!fund_admits(in, g->fund, item->request, item->start, item_end(in, item)))
			broken |= BREACH(FUND);
	}
	return sum == cost ? broken : broken | BREACH(FUNDING);
}

unsigned item_breaches(const struct instance *in, const struct item *item) {
	unsigned broken = date_breaches(in, item);
	if (broken & BREACH(HOST))
		return broken; /* travel, cost and calendar would be of another workshop */
	return broken | team_breaches(in, item) | funding_breaches(in, item);
}
