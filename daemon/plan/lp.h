/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The whole problem as a mixed-integer program in CPLEX LP format, for CBC, HiGHS and their like.
 *
 * Exact: its optimum is the best plan's value. Variables, by index in the instance:
 *   constant          1; its coefficient is what no item changes
 *   y_SITE_START      the site's request is served there, from that day
 *   z_SITE_START_E    expert E is in that team (who leads needs no variable: somebody can)
 *   i_SITE_START      the team needs interpretation
 *   u_REQUEST_F_YEAR  the request draws on fund F in that year; g_…: the amount
 *   c_REQUEST_YEAR    the cost in that year; n_REQUEST: the floor of the cost in points
 *   s_REGION, o_E     workshops short of the target; missions above the fair number */
#include "base/buf.h"
#include "plan/model.h"

/* Variables z at most: the model's size goes with them. More than LP_SEATS_MAX make a document of
 * gigabytes, and no solver that ends. */
#define LP_SEATS_MAX INT64_C(4000000)
int64_t lp_seats(const struct instance *in);

void lp_write(struct buf *b, const struct instance *in);
