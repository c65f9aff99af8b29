/* SPDX-License-Identifier: Apache-2.0 */
/* What limits alone rule out. A quota of days or missions is cheap to overdraw by a part; who must
 * be in teams for more than there is needs no price to tell. */
#include "plan/bound_own.h"

#include "base/banned.h"

/* The year every start left to the request is in; −1: there are several, or none. */
static int year_of(const struct bound *b, int request) {
	const struct instance *in = b->in;
	const struct span *all = &in->requests[request].starts, *some = &b->limits[request].starts;
	int32_t first = all->first > some->first ? all->first : some->first;
	int32_t last = all->last < some->last ? all->last : some->last;
	return first <= last && in->year_of[first] == in->year_of[last] ? in->year_of[first] : -1;
}

/* The fewest days the expert's mission to the request takes. */
static int least_days(const struct bound *b, int request, int expert) {
	const struct instance *in = b->in;
	const struct request *r = &in->requests[request];
	int least = 0;
	for (int k = 0; k < r->n_sites; k++) {
		const struct site *site = &in->sites[r->site + k];
		int km = instance_km(in, in->experts[expert].home, site->member);
		int days = mission_days(in, band_of(in, r->mode, km), r->days);
		if (k < 32 && b->limits[request].no_sites >> k & 1)
			continue;
		least = least == 0 || days < least ? days : least;
	}
	return least;
}

static bool too_much_for(const struct bound *b, int expert) {
	const struct instance *in = b->in;
	for (int y = 0; y < in->years; y++) {
		int missions = 0, days = 0;
		for (int q = 0; q < in->n_requests; q++) {
			const struct limit *limit = &b->limits[q];
			if (limit->served != LIMIT_IN || !limit->any_seat || !bits_has(limit->any_seat, expert)
			    || year_of(b, q) != y)
				continue;
			missions++;
			days += least_days(b, q, expert);
		}
		if (missions > b->room.missions[expert * in->years + y]
		    || days > b->room.days[expert * in->years + y])
			return missions > 0;
	}
	return false;
}

bool bound_crowded(const struct bound *b) {
	for (int e = 0; e < b->in->n_experts; e++)
		if (too_much_for(b, e))
			return true;
	return false;
}
