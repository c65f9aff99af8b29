/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The certificate's own: reading here, weighing there. */
#include "base/arena.h"
#include "plan/certificate.h"

struct claim { /* a cover, as read */
	int year;  /* index, or −1 */
	int most, n;
	int *requests;
	uint64_t *pools; /* fund × years + year */
	int64_t price;
};

struct proof {
	const struct instance *in;
	struct arena *arena;
	struct prices *prices;
	struct claim *claims;
	size_t n_claims;
	struct why *why;
};

must_check enum err proof_read(struct proof *p, const json_t *certificate);
must_check enum err proof_weigh(struct proof *p, int64_t *ret);
