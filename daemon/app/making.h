/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An answer made once for all who ask for it at the same time, and kept in memory if it is public:
 * feeds, CSV, JSON. Steps: rows_known (on the loop) → page_made (calendars, digests and gzip in a
 * worker) → everyone who waits is answered. */
#include "app/request.h"

/* Answer the request: from memory, by joining a making under way, or by a new one. `areas`
 * (enum cache_area): what a public answer is made of; 0: it is this asker's alone. */
void making_join(struct request *q, unsigned areas);
