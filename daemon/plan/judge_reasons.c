/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: is what the plan says of those left out true? */
#include <string.h>

#include "plan/judge_case.h"

#include "base/banned.h"

static const char *const families[] = {"busy", "quota", "parallel", "member", "fund"};
static const char *const stages[] = {"eligible", "opens", "window", "calendar", "team"};
enum { FAMILIES = 5, STAGES = 5 };

static int place_of(const char *const *words, int n, const char *word) {
	for (int i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static const char *day_text(const struct court *c, day_t day) {
	if (day == NEVER)
		return "null";
	char *text = arena_alloc(c->arena, 11);
	civil_format(day, text);
	return text;
}

/* Does one of the criteria the reason speaks of stand open? Without a name: any. */
static bool stands_open(const json_t *request, const char *criterion) {
	static const char *const criteria[] = {"notification", "kpi_evaluation", "dg_request"};
	const json_t *dates = json_object_get(request, "eligibility");
	for (size_t i = 0; i < 3; i++) {
		day_t day;
		if ((!*criterion || strcmp(criterion, criteria[i]) == 0)
		    && !is_in(json_object_get(request, "waived"), criteria[i])
		    && !day_of(json_object_get(dates, criteria[i]), &day))
			return true;
	}
	return false;
}

static void hear_codes(struct court *c, const char *where, const json_t *entry,
                       const json_t *request, const day_t days[RELAX_ALL + 1]) {
	const json_t *reasons = json_object_get(entry, "reasons");
	bool fixed = false, moving = false, choice = false;
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const json_t *reason = json_array_get(reasons, i);
		const char *code = text_of(reason, "code"), *criterion = text_of(reason, "criterion");
		fixed = fixed || place_of(stages, STAGES, code) >= 0;
		moving = moving || place_of(families, FAMILIES, code) >= 0;
		choice = choice || strcmp(code, "choice") == 0;
		if (*criterion && strcmp(code, "eligible") == 0 && !stands_open(request, criterion))
			blame(c, "reasons", where, "%s is dated or waived", criterion);
	}
	if (days[RELAX_ALL] == NEVER && !fixed)
		blame(c, "reasons", where,
		      "no item is possible, but no reason is eligible, opens, window, calendar or team");
	if (days[RELAX_ALL] != NEVER && !moving && !choice)
		blame(c, "reasons", where,
		      "only other workshops stand against it, but no reason is busy, quota, parallel, "
		      "member, fund or choice");
	if (choice && days[0] == NEVER)
		blame(c, "reasons", where, "is no choice: it can't be added");
	if (!choice && days[0] != NEVER)
		blame(c, "reasons", where, "is a choice: it can be added on %s", day_text(c, days[0]));
}

static void hear_earliest(struct court *c, const char *where, const json_t *entry, day_t day) {
	day_t said = NEVER;
	(void)day_of(json_object_get(entry, "earliest"), &said);
	if (said != day)
		blame(c, "earliest", where, "earliest must be %s", day_text(c, day));
}

/* No set is smaller and helps too, the empty one aside. */
static bool is_minimal(unsigned set, const day_t days[RELAX_ALL + 1]) {
	for (unsigned other = 1; other < set; other++)
		if ((other & set) == other && days[other] != NEVER)
			return false;
	return true;
}

static void hear_unblock(struct court *c, const char *where, const json_t *way,
                         const day_t days[RELAX_ALL + 1]) {
	const json_t *relax = json_object_get(way, "relax");
	unsigned set = 0;
	day_t said = NEVER;
	for (size_t i = 0; i < json_array_size(relax); i++) {
		const char *word = json_string_value(json_array_get(relax, i));
		int place = word ? place_of(families, FAMILIES, word) : -1;
		set |= place >= 0 ? 1u << place : 0;
	}
	(void)day_of(json_object_get(way, "start"), &said);
	if (days[set] == NEVER)
		blame(c, "unblock", where, "relaxing these families does not admit it");
	else if (!is_minimal(set, days))
		blame(c, "unblock", where, "fewer of these families are enough");
	else if (said != days[set])
		blame(c, "unblock", where, "start must be %s", day_text(c, days[set]));
}

void hear_explanations(struct court *c) {
	const json_t *list = json_object_get(c->plan, "unserved");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *entry = json_array_get(list, i);
		const json_t *request = json_object_get(c->requests, text_of(entry, "request"));
		const json_t *unblock = json_object_get(entry, "unblock");
		const char *where = arena_printf(c->arena, "$.unserved[%zu]", i);
		day_t days[RELAX_ALL + 1];
		days_to_insert(c, request, days);
		hear_codes(c, where, entry, request, days);
		hear_earliest(c, where, entry, days[RELAX_ALL]);
		for (size_t k = 0; k < json_array_size(unblock); k++)
			hear_unblock(c, arena_printf(c->arena, "%s.unblock[%zu]", where, k),
			             json_array_get(unblock, k), days);
	}
}
