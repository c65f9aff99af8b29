/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A plain instance no plan of which the core's bound can miss: whatever a plan may do by chaining,
 * sessions and accrual, some plan of the relaxed instance, by the plain rules alone, is worth at
 * least as much. So what bounds the relaxed instance bounds the one given.
 *
 * The plan for it is made from the given one item by item:
 *
 * Chaining. Nobody travels: no fare, no travel days, no rest. In a chain or alone, a mission costs
 * per diem for its own days at least, keeps its expert from nothing on less than these days, and
 * counts no fewer of them for the year; and the days of two missions of a chain are disjoint, as a
 * gap is not negative. Less cost is no less value.
 *
 * Sessions. A request that could share an item with another gets an item of its own on the same
 * day, remote, by a stand-in who is nobody's else and can do everything; so no rule about teams,
 * quotas or overlap is stricter than in the session, whose team goes without. It costs its share of
 * what any session at that host costs, divided by the capacity: the least fixed cost of those who
 * could lead it, and as many of the cheapest experts as the request itself asks for. All requests
 * of a session so pay no more than it did, and each fund can give its part, as each admits every
 * one of them. On no day do more run than the limit times the capacity. A limit of no missions that
 * are fair would count the stand-ins, so then the load weighs nothing.
 *
 * Money. With less to pay, each grant is cut to some part of what it was; shares could fall below
 * the least by rounding or division, so there is no least share (chaining, sessions).
 *
 * Accrual. Every candidate has the accreditation from the day after the request's earliest end, and
 * every pre accreditation is a full one on a topic from the day after the earliest end of a k-th
 * mission on it: k - 1 days after the first of all, as missions of one expert do not overlap (only
 * pinned ones may). Who is full here and a trainee there goes as expert; nothing else changes.
 *
 * Pinned items stay as they are. Who joins a pinned session counts for its region's target; the
 * rest of its worth is not in the relaxed instance, but wide_fixed(). */
#include "plan/model.h"

/* The relaxed instance, compiled, in the arena; it shares what is the same with `in`, which is wide
 * and must outlive it. */
struct instance *relax(struct arena *a, const struct instance *in);

/* Is the request served by a pinned session that another one leads? */
static inline bool joins_pinned(const struct instance *in, int request) {
	int pin = in->requests[request].pinned;
	return pin >= 0 && in->pinned[pin].request != request;
}

/* May the two requests ever be served by one item? */
bool may_share(const struct instance *in, int request, int other);
