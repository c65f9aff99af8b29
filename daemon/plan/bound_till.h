/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Who pays whom, exactly: bills of one year against the money there is, with least shares and so
 * many funds a bill at most. Few funds only: what a set of funds must give is looked at for every
 * set of them. */
#include "plan/model.h"

enum { TILL_FUNDS = 5, TILL_SETS = 1 << TILL_FUNDS };

struct bill {
	int64_t cost;
	uint64_t funds, always; /* that may, that must give something; bit: fund */
};

/* What any way to pay the bill asks at least of each set of funds; `fund` are the n bits' indexes.
 * False: there is no way. Shares are rounded down, so that a lower bill asks no more. */
bool till_asks(const struct instance *in, const struct bill *bill, const int *fund, int n,
               int64_t ret_least[TILL_SETS]);

/* Can all be paid from what is left of each fund? If in doubt after `tries`, which are counted
 * down, they can. */
bool till_pays(const struct instance *in, const struct bill *bills, int n_bills, const int *fund,
               const int64_t *left, int n, uint64_t *tries);

/* The same to the last cent, shares rounded up; fills two grants a bill (amount 0: none). False
 * also if in doubt. */
bool till_grants(const struct instance *in, const struct bill *bills, int n_bills, const int *fund,
                 const int64_t *left, int n, uint64_t tries, struct grant (*ret)[2]);
