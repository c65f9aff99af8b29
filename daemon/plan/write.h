/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A plan as `atelier-plan/1`: the same plan gives the same octets. */
#include "base/buf.h"
#include "plan/plan.h"

struct wide;

enum status { STATUS_OPTIMAL, STATUS_FEASIBLE, STATUS_CANCELLED };

/* Why a request is left out: bits 1 << enum reason, in the order they are written. */
enum reason {
	REASON_ELIGIBLE,
	REASON_OPENS,
	REASON_WINDOW,
	REASON_CALENDAR,
	REASON_TEAM,
	REASON_BUSY,
	REASON_QUOTA,
	REASON_PARALLEL,
	REASON_MEMBER,
	REASON_FUND,
	REASON_CHOICE,
	REASONS,
};
extern const char *const reason_codes[REASONS];

/* `relax`: bits 1 << enum reason from BUSY to FUND. */
struct unblock {
	unsigned relax;
	int32_t start;
};

struct unserved {
	int request;
	unsigned reasons;  /* at least one */
	unsigned criteria; /* with REASON_ELIGIBLE: those missing, bits of enum criterion */
	int quorum;        /* with REASON_OPENS: a session opens for no fewer; 0: not the reason */
	int32_t earliest;  /* NO_DAY: none */
	const struct unblock *unblock;
	int n_unblock;
};

struct answer {
	const struct plan *plan;
	const struct wide *wide; /* who joins whom, what follows what; NULL: nobody and nothing */
	enum status status;
	bool bounded;
	int64_t bound; /* at least the value, if bounded */
	uint64_t seed, units, cpu_ms;
	const struct unserved *unserved; /* every request without an item, in any order */
	int n_unserved;
	struct str certificate; /* JSON, or empty */
};

void write_plan(struct buf *b, const struct answer *answer);
void write_day(struct buf *b, const struct instance *in, int32_t day); /* with its quotes */
