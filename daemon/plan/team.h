/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* On which days could a site be staffed at all? */
#include "plan/plan.h"

/* ret (in->words words) = the starts of the site on which some team keeps every rule about teams:
 * number, topics, a lead, languages, trainees, own administration, delivery, availability.
 * With a plan, its blocks, missions and days are kept too; NULL: as if all experts were free.
 * Exact. Returns how many. */
int team_starts(const struct instance *in, const struct plan *p, int site, uint64_t *ret);

/* The same, as if no expert had other workshops (`busy`), or a yearly limit (`quota`). */
int team_starts_relaxing(const struct instance *in, const struct plan *p, int site, bool busy,
                         bool quota, uint64_t *ret);
