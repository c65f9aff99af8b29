/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Who follows a job: GET /v1/plans/{id}/events as server-sent events (WHATWG HTML §9.2).
 *
 *   event: state      data: plan_event.json     first of all, and whenever the state changes
 *   event: progress   data: plan_progress.json  while a planner is at work
 *   :                                           every LIVE_BEAT_MS, so that proxies keep the line
 *
 * The state comes from SQL, each time through api.enter, so that a token that is revoked ends the
 * stream too: at first, after NOTIFY 'plans', once a second, and with each beat alone while this
 * process makes the plan itself; then progress comes from memory, as fast as the planner tells it.
 * After a final state the stream ends. What came before a Last-Event-ID is never needed again, as the
 * first event says how it stands. Ids count the events of one stream.
 *
 * At most plan.listeners at a time, each for LIVE_MAX_MS (then it may ask again). Whoever does not
 * read fast enough for the buffer of http.h is let go. */
#include "app/request.h"

enum { LIVE_BEAT_MS = 15000, LIVE_MAX_MS = 3600 * 1000, LIVE_RETRY_MS = 2000 };

struct live;

struct live *live_new(struct house *h);
void live_free(struct live *l); /* after the loop; NULL is fine */

/* The route's work: answers the request, at once with a problem or for as long as the job runs. */
void live_begin(struct request *q);

/* A planner of ours tells this (plan_progress.json). */
void live_progress(struct live *l, struct str plan, struct str progress);
/* Something happened to some plan. */
void live_wake(struct live *l);
/* The daemon stops: all streams end. */
void live_stop(struct live *l);

size_t live_count(const struct live *l);
