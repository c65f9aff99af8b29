/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* From a run to the document on standard output. */
#include <jansson.h>

#include "plan/judge.h"
#include "plan/run.h"
#include "plan/write.h"

/* A plan with all that is said of it; what the answer points to lives in the arena or with the run.
 * `bound` INT64_MAX: none is known, or it was for something else. After a stop its certificate is
 * left out. */
void answer_of(const struct run *run, struct arena *a, const struct instance *in,
               const struct plan *p, int64_t bound, struct answer *ret);

/* Its document to the end of b, unless the judge finds a fault: an exit status, after a sentence if
 * it is not 0 (b is of no use then). */
int judged(struct buf *b, const char *command, struct arena *a, const json_t *instance,
           const struct answer *answer);

/* Print it, unless the judge finds a fault: an exit status, after a sentence if it is not 0. Who
 * may be called off has the brief (plan/judge.h) before the search begins. */
int publish(const char *command, struct arena *a, const struct brief *brief,
            const struct answer *answer);
