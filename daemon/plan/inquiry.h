/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Why not? One request and the plan as it stands, as an `atelier-explanation/1` document:
 *
 *   format, instance, request; date     the day asked about, or null
 *   served      its item in the plan (request, host, start, team, funding, pinned), or null. All
 *               that follows is then said of the plan without it; of a pinned one nothing is said
 *   sentence    the answer in short
 *   funnel      an entry a host: {host, days, rules: [{rule, removed, left}], fails?}. From `days`
 *               days of the horizon (1 with a date) each rule in turn removes some: eligible,
 *               opens, horizon, window, calendar, team (nobody, even if all were free), then busy,
 *               quota, parallel, member, fund as the plan stands. With a date, `fails` names the
 *               rules that forbid it by themselves
 *   earliest    {now, relaxed}: the first day on which it can be added, relaxing nothing and
 *               relaxing all five families; null: none
 *   sets        the minimal sets of families whose relaxation admits it (none if it fits):
 *               {relax, start, host, obstacles}, start being the first day under the set and the
 *               obstacles what stands in the way on it, each with `family`, facts, and a sentence:
 *                 busy {expert, request, host, start, first, last}
 *                 quota {expert, year, missions, missions_max, days, days_max}
 *                 parallel {day, running, most, requests}
 *                 member {request, start, gap, least, most_a_year}
 *                 fund {fund, year, cost, left, lacks}; fund null: none admits it
 *   changes     small changes that let it in, all else staying as it is, each tried: the item has
 *               been added after the change, and the judge found nothing. In this order: money,
 *               the least amount first; days (move, window), the fewest first; people (swap, then
 *               expert); criterion, the fewest criteria first; instead, the fewest points first.
 *               Of two alike, what takes less money besides.
 *               {kind, …, also, who, sentence, scenario, item, other?}; item: the item as added;
 *               scenario: the change as an `atelier-scenario/1` document, null if it has no such
 *               form; who: must act (secretariat, member, or the fund's donor); also: null, or,
 *               where nothing is enough alone, the `money` it takes besides
 *                 money {fund, year, amount}: one unit less in this fund and year does not do
 *                 expert {topics, language, level, home}: one more, accredited like that
 *                 swap {request, leaves, comes}: another expert goes to its workshop (other)
 *                 move {request, from, to, days}: its workshop (other) starts elsewhen
 *                 window {days, earliest or latest}: so many days wider at one end
 *                 criterion {criteria}: dated or waived
 *                 instead {request, points}: its workshop, worth so many points, is dropped; only
 *                 where there is no other change
 *   work_units  steps done; the search for changes is bounded by steps, so the same question always
 *               gets the same answer
 *
 * Dates are civil days, money minor units. */
#include <jansson.h>

#include "plan/plan.h"

struct inquiry;

/* `document` is the instance as JSON. `newcomer` is the index of its last expert, who is nobody
 * yet: no accreditations, room for one; −1: there is none. Instance, document and plan (a valid one) are
 * changed to try something, and are as before afterwards. */
struct inquiry *inquiry_new(struct arena *a, struct instance *in, json_t *document, int newcomer,
                            struct plan *p);
void inquiry_free(struct inquiry *q); /* NULL is fine */

/* date NULL: about all days. The document is the caller's. */
json_t *inquiry_ask(struct inquiry *q, int request, const day_t *date);
