/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* POST /v1/plans/explain: why not? SQL gives the instance, the plan and the words of the question;
 * a child answers (atelier-plan explain), within plan.explain_time. Nothing is stored, so asking
 * twice is asking twice, whatever the Idempotency-Key. Past plan.explains at a time: 503. */
#include "app/request.h"

void explain_begin(struct request *q);
/* Nobody waits for the answers any more: the children are ended. */
void explain_stop(struct house *h);
