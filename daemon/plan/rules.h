/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The hard rules that look at one item alone. */
#include "plan/model.h"

enum rule {
#define RULE(name, code) RULE_##name,
#include "plan/rules.def"
#undef RULE
	RULE_COUNT,
};
#define BREACH(name) (1u << RULE_##name)

extern const char *const rule_codes[RULE_COUNT];

/* The static rules the item breaks, as bits 1 << enum rule; 0: none. Asks item->cost to be
 * item_cost(): a wrong one is a breach of `funding`. For items that are not pinned. */
unsigned item_breaches(const struct instance *in, const struct item *item);
