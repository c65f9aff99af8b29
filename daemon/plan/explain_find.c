/* SPDX-License-Identifier: Apache-2.0 */
/* What would let the request in: money, experts, dates, criteria. Each is tried by adding the
 * item. */
#include <stdlib.h>

#include "plan/explain_own.h"

#include "base/banned.h"

/* Days looked at for one kind of change, and days a window may grow by. */
enum { SEATINGS = 60, WIDER_MAX = 60 };

/* The same change, perhaps for another day? */
static bool is_same(const struct remedy *a, const struct remedy *b) {
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case REMEDY_CRITERION: return a->criteria == b->criteria;
	case REMEDY_MONEY: return a->fund == b->fund && a->year == b->year;
	case REMEDY_EXPERT: return a->topics == b->topics && a->full == b->full;
	case REMEDY_SWAP: return a->other.request == b->other.request && a->expert == b->expert;
	case REMEDY_WINDOW: return a->window.first == b->window.first;
	default: return a->other.request == b->other.request;
	}
}

static bool is_better(const struct remedy *a, const struct remedy *b) {
	if (a->lent != b->lent)
		return a->lent < b->lent;
	return a->size != b->size ? a->size < b->size : a->item.start < b->item.start;
}

void remedies_add(const struct inquiry *q, struct remedies *all, const struct remedy *found) {
	int of_kind = 0, worst = -1;
	struct remedy one = *found;
	if (one.kind != REMEDY_MONEY) {
		one.lent = q->lent;
		one.fund = q->lent_to;
		one.year = q->in->year_of[one.item.start];
	}
	for (int i = 0; i < all->n; i++) {
		struct remedy *other = &all->at[i];
		if (is_same(&one, other)) {
			*other = is_better(&one, other) ? one : *other;
			return;
		}
		if (other->kind != one.kind)
			continue;
		of_kind++;
		if (worst < 0 || is_better(&all->at[worst], other))
			worst = i;
	}
	if (of_kind < REMEDIES_MAX / REMEDY_KINDS)
		all->at[all->n++] = one;
	else if (is_better(&one, &all->at[worst]))
		all->at[worst] = one;
}

/* Is the host at work on all days of the workshop? */
static bool host_works(const struct inquiry *q, int site, int32_t start) {
	const struct instance *in = q->in;
	const uint64_t *open = in->members[in->sites[site].member].open;
	int32_t end = start + in->requests[in->sites[site].request].days - 1;
	if (start < in->horizon.first || end > in->horizon.last)
		return false;
	for (int32_t d = start; d <= end; d++)
		if (!bits_has(open, d))
			return false;
	return true;
}

/* Paid from one of the funds with the least added to it that does. */
static bool lend(struct inquiry *q, struct item *item) {
	const struct request *r = &q->in->requests[item->request];
	struct item best = *item;
	int64_t least = 0;
	for (int i = 0; q->lends && i < r->n_funds; i++) {
		struct item tried = *item;
		int64_t left = plan_left(q->plan, r->funds[i], q->in->year_of[item->start]);
		if (!fund_admits(q->in, r->funds[i], item->request, item->start, item_end(q->in, item)))
			continue;
		int64_t most = least ? least - 1 : item->cost + (left < 0 ? -left : 0);
		int64_t lacks = money_lacking(q, r->funds[i], most, &tried);
		if (lacks > 0) {
			best = tried;
			q->lent = least = lacks;
			q->lent_to = r->funds[i];
		}
	}
	*item = best;
	return least > 0;
}

static bool pay_item(struct inquiry *q, struct item *item) {
	if (!money_pay(q->money, q->plan, NULL, item))
		return lend(q, item) && (plan_clashes(q->plan, item) & ~BREACH(BUDGET)) == 0;
	q->lent = 0;
	return plan_clashes(q->plan, item) == 0;
}

bool inquiry_item(struct inquiry *q, int site, int32_t start, int newcomer, struct item *ret) {
	const struct terms terms = {.newcomer = newcomer};
	int request = q->in->sites[site].request;
	if (!host_works(q, site, start) || !plan_free_days(q->plan, request, start)
	    || !plan_free_member(q->plan, request, start)
	    || (!q->lends && q->in->sites[site].fixed_cost > money_most(q->plan, request, start)))
		return false;
	q->units++;
	return table_seat(q->table, q->plan, site, start, &terms, ret) && pay_item(q, ret)
	       && item_breaches(q->in, ret) == 0;
}

/* -- money: the least amount in one fund and year ------------------------------------------- */

static bool same_money(const struct inquiry *q, const struct item *a, const struct item *b) {
	const struct instance *in = q->in;
	const struct request *r = &in->requests[q->request];
	if (in->year_of[a->start] != in->year_of[b->start])
		return false;
	for (int i = 0; i < r->n_funds; i++)
		if (fund_admits(in, r->funds[i], q->request, a->start, item_end(in, a))
		    != fund_admits(in, r->funds[i], q->request, b->start, item_end(in, b)))
			return false;
	return true;
}

static bool pays_with(struct inquiry *q, int fund, int64_t more, struct item *item) {
	int year = q->in->year_of[item->start];
	int64_t *budget = &q->in->funds[fund].budget[year];
	*budget += more;
	bool good = money_pay(q->money, q->plan, NULL, item);
	*budget -= more;
	return good;
}

int64_t money_lacking(struct inquiry *q, int fund, int64_t most, struct item *item) {
	int64_t low = 0, high = most; /* low does not do, high does */
	if (!pays_with(q, fund, high, item))
		return -1;
	while (low + 1 < high) {
		int64_t middle = low + (high - low) / 2;
		if (pays_with(q, fund, middle, item))
			high = middle;
		else
			low = middle;
	}
	(void)pays_with(q, fund, high, item);
	return high;
}

static void money_for(struct inquiry *q, const struct item *item, struct remedies *ret) {
	const struct request *r = &q->in->requests[q->request];
	for (int i = 0; i < r->n_funds; i++) {
		int at = 0;
		struct remedy one = {.kind = REMEDY_MONEY,
		                     .item = *item,
		                     .fund = r->funds[i],
		                     .year = q->in->year_of[item->start]};
		if (!fund_admits(q->in, one.fund, q->request, item->start, item_end(q->in, item)))
			continue;
		while (at < ret->n && (ret->at[at].fund != one.fund || ret->at[at].year != one.year))
			at++;
		int64_t left = plan_left(q->plan, one.fund, one.year);
		int64_t most = at < ret->n ? ret->at[at].size - 1 : item->cost + (left < 0 ? -left : 0);
		one.size = money_lacking(q, one.fund, most, &one.item);
		if (one.size < 0)
			continue;
		if (at < ret->n)
			ret->at[at] = one;
		else if (ret->n < REMEDIES_MAX)
			ret->at[ret->n++] = one;
	}
}

/* The team of the item, which so far has a cost alone. */
static bool seat_money(struct inquiry *q, struct item *item) {
	const struct terms terms = {.newcomer = -1};
	struct item seated;
	if (!table_seat(q->table, q->plan, item->site, item->start, &terms, &seated))
		return false;
	memcpy(item->team, seated.team, sizeof item->team);
	item->n_team = seated.n_team;
	return seated.cost == item->cost && item_breaches(q->in, item) == 0;
}

void find_money(struct inquiry *q, struct remedies *ret) {
	const struct request *r = &q->in->requests[q->request];
	struct remedies all = {.n = 0};
	for (int s = r->site; s < r->site + r->n_sites; s++) {
		const struct outlook *o = explain_site(q->x, q->plan, s);
		struct item best = {.start = NO_DAY}, day = {.request = q->request, .site = s};
		bits_each(o->team[0], q->in->words, d) {
			day.start = d;
			if (d < q->starts.first || d > q->starts.last || !bits_has(o->parallel, d)
			    || !bits_has(o->member, d))
				continue;
			if (best.start != NO_DAY && !same_money(q, &best, &day)) {
				money_for(q, &best, &all);
				best.start = NO_DAY;
			}
			int64_t cost =
				explain_cost(q->x, q->plan, s, d, 0, best.start == NO_DAY ? INT64_MAX : best.cost);
			if (cost < 0)
				continue;
			best = day;
			best.cost = cost;
		}
		if (best.start != NO_DAY)
			money_for(q, &best, &all);
	}
	for (int i = 0; i < all.n; i++)
		if (seat_money(q, &all.at[i].item))
			remedies_add(q, ret, &all.at[i]);
}

/* -- one more expert ------------------------------------------------------------------------- */

void suppose_expert(struct inquiry *q, const struct remedy *r) {
	struct expert *e = &q->in->experts[q->newcomer];
	e->home = r->by;
	e->languages = q->in->requests[r->item.request].languages;
	e->languages &= -e->languages;
	e->accreditations[0] = (struct accreditation){
		.topics = r->topics, .from = q->in->horizon.first, .to = NO_END, .full = r->full};
	e->n_accreditations = 1;
}

void suppose_nobody(struct inquiry *q) {
	q->in->experts[q->newcomer].n_accreditations = 0;
}

/* The nearest home that rules let come, of those where the language is spoken if there are any. */
static int home_for(const struct inquiry *q, int site) {
	const struct instance *in = q->in;
	const struct site *s = &in->sites[site];
	const struct request *r = &in->requests[s->request];
	int home = -1;
	bool speaks = false;
	for (int m = 0; m < in->n_members; m++) {
		bool local = in->members[m].languages & r->languages & -r->languages;
		bool taken = false;
		for (int e = 0; in->rules.different_administrations && e < in->n_experts; e++)
			taken = taken || in->experts[e].home == m;
		if (m == s->member || (r->kind == KIND_NATIONAL && m == r->member) || taken)
			continue;
		if (home < 0 || local > speaks
		    || (local == speaks
		        && instance_km(in, m, s->member) < instance_km(in, home, s->member)))
			home = m, speaks = local;
	}
	return home;
}

static bool expert_helps(struct inquiry *q, struct remedy *r, int site, int32_t day) {
	r->item.request = q->request;
	suppose_expert(q, r);
	bool good = inquiry_item(q, site, day, q->newcomer, &r->item);
	suppose_nobody(q);
	return good;
}

/* The least that must be asked of the newcomer on the day: one topic rather than all, pre rather
 * than full. */
static void ask_less(struct inquiry *q, struct remedy *r, int site, int32_t day) {
	uint64_t topics = r->topics;
	for (int full = 0; full < 2; full++)
		for (uint64_t rest = topics;; rest &= rest - 1) {
			struct remedy less = *r;
			less.topics = rest ? rest & -rest : topics;
			less.full = full;
			if (expert_helps(q, &less, site, day)) {
				*r = less;
				return;
			}
			if (!rest)
				break;
		}
}

void find_experts(struct inquiry *q, struct remedies *ret) {
	const struct instance *in = q->in;
	const struct request *r = &in->requests[q->request];
	for (int s = r->site; q->newcomer >= 0 && s < r->site + r->n_sites; s++) {
		const struct outlook *o = explain_site(q->x, q->plan, s);
		struct remedy one = {.kind = REMEDY_EXPERT,
		                     .by = home_for(q, s),
		                     .topics = r->topics,
		                     .full = true,
		                     .speaks = true};
		int n = bits_count(in->sites[s].starts, in->words), at = 0;
		bits_each(in->sites[s].starts, in->words, d) {
			if (d < q->starts.first || d > q->starts.last || bits_has(o->team[0], d) || one.by < 0
			    || (!q->dated && at++ % (n / SEATINGS + 1)))
				continue;
			if (!expert_helps(q, &one, s, d))
				continue;
			ask_less(q, &one, s, d);
			one.size = d;
			remedies_add(q, ret, &one);
			break;
		}
	}
}

/* -- a wider window --------------------------------------------------------------------------- */

/* As if the window were so; the item is tried in it. */
static bool widened(struct inquiry *q, int site, int32_t start, struct remedy *ret) {
	struct request *r = &q->in->requests[q->request];
	int32_t earliest = r->earliest, latest = r->latest;
	r->earliest = ret->window.first;
	r->latest = ret->window.last;
	bool good = inquiry_item(q, site, start, -1, &ret->item);
	r->earliest = earliest;
	r->latest = latest;
	return good;
}

static bool window_by(struct inquiry *q, int32_t start, int64_t size, struct remedies *ret) {
	const struct request *r = &q->in->requests[q->request];
	struct remedy one = {.kind = REMEDY_WINDOW, .size = size};
	int32_t end = start + r->days - 1;
	one.window = (struct span){r->earliest != NO_DAY && start < r->earliest ? start : r->earliest,
	                           end > r->latest ? end : r->latest};
	for (int s = r->site; s < r->site + r->n_sites; s++)
		if (start >= q->starts.first && start <= q->starts.last && widened(q, s, start, &one)) {
			remedies_add(q, ret, &one);
			return true;
		}
	return false;
}

void find_windows(struct inquiry *q, struct remedies *ret) {
	const struct request *r = &q->in->requests[q->request];
	int32_t last = r->latest - r->days + 1;
	int most = q->dated ? INT16_MAX : WIDER_MAX;
	if (q->dated) {
		if (q->date > last)
			(void)window_by(q, q->date, q->date - last, ret);
		else if (r->earliest != NO_DAY && q->date < r->earliest)
			(void)window_by(q, q->date, r->earliest - q->date, ret);
		return;
	}
	for (int n = 1; n <= most && last + n <= q->in->horizon.last; n++)
		if (window_by(q, last + n, n, ret))
			break;
	for (int n = 1; r->earliest != NO_DAY && n <= most && r->earliest - n >= q->in->horizon.first;
	     n++)
		if (window_by(q, r->earliest - n, n, ret))
			break;
}

/* -- criteria --------------------------------------------------------------------------------- */

/* As if these criteria were waived. */
static bool waived(struct inquiry *q, unsigned criteria, struct item *ret) {
	struct request *r = &q->in->requests[q->request];
	const struct request kept = *r;
	uint64_t until = q->units + SEATINGS;
	bool good = false;
	r->waived |= criteria;
	r->eligible = true;
	r->ready = NO_DAY;
	for (int c = 0; c < CRITERIA; c++) {
		if (r->waived >> c & 1)
			continue;
		r->eligible = r->eligible && r->criterion[c] != NO_DAY;
		r->ready = r->criterion[c] > r->ready ? r->criterion[c] : r->ready;
	}
	int32_t first = q->starts.first > q->in->horizon.first ? q->starts.first : q->in->horizon.first;
	if (r->earliest > first)
		first = r->earliest;
	if (q->in->rules.opens[r->kind] > first)
		first = q->in->rules.opens[r->kind];
	if (r->ready != NO_DAY && r->ready + q->in->rules.lead_days > first)
		first = r->ready + q->in->rules.lead_days;
	for (int32_t d = first; r->eligible && !good && d <= q->starts.last
	                        && d + r->days - 1 <= r->latest && q->units < until;
	     d++)
		for (int s = r->site; s < r->site + r->n_sites && !good; s++)
			good = inquiry_item(q, s, d, -1, ret);
	*r = kept;
	return good;
}

void find_criteria(struct inquiry *q, struct remedies *ret) {
	const struct request *r = &q->in->requests[q->request];
	unsigned missing = 0;
	struct remedy one = {.kind = REMEDY_CRITERION};
	for (int c = 0; c < CRITERIA; c++)
		if (!(r->waived >> c & 1) && r->criterion[c] == NO_DAY)
			missing |= 1u << c;
	one.criteria = missing;
	one.size = __builtin_popcount(missing);
	if (missing) {
		if (waived(q, missing, &one.item))
			remedies_add(q, ret, &one);
		return;
	}
	one.size = 1;
	for (int c = 0; c < CRITERIA; c++) { /* those that keep it from being ready sooner */
		one.criteria = 1u << c;
		if (!(r->waived >> c & 1) && r->criterion[c] == r->ready
		    && waived(q, one.criteria, &one.item))
			remedies_add(q, ret, &one);
	}
}
