/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: what it looks up of an instance beforehand. */
#include <stdlib.h>
#include <string.h>

#include "plan/judge_case.h"

#include "base/banned.h"

/* The instance's list under `key` as an object from each entry's `id` member to the entry. */
static json_t *catalogue(const json_t *instance, const char *key, const char *id) {
	json_t *all = json_object();
	const json_t *list = json_object_get(instance, key);
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *entry = json_array_get(list, i);
		(void)json_object_set(all, text_of(entry, id), entry);
	}
	return all;
}

static int by_address(const void *x, const void *y) {
	uintptr_t a = (uintptr_t)((const struct record *)x)->expert;
	uintptr_t b = (uintptr_t)((const struct record *)y)->expert;
	return a < b ? -1 : a > b;
}

static void record(struct brief *b, const json_t *expert) {
	const json_t *list = json_object_get(expert, "accreditations");
	struct record *to = &b->records[b->n_records++];
	*to = (struct record){.expert = expert};
	to->papers = arena_array(b->arena, struct standing, json_array_size(list));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *a = json_array_get(list, i), *valid_to = json_object_get(a, "valid_to");
		struct standing *s = &to->papers[to->n_papers];
		*s = (struct standing){
			.upto = CIVIL_LAST,
			.topics = json_object_get(a, "topics"),
			.full = strcmp(text_of(a, "level"), "full") == 0,
		};
		bool open = !valid_to || json_is_null(valid_to);
		if (day_of(json_object_get(a, "valid_from"), &s->from)
		    && (open || day_of(valid_to, &s->upto)))
			to->n_papers++;
	}
}

const struct record *record_of(const struct court *c, const json_t *expert) {
	const struct record wanted = {.expert = expert};
	return bsearch(&wanted, c->brief->records, c->brief->n_records, sizeof wanted, by_address);
}

struct brief *brief_new(const json_t *instance) {
	const json_t *experts = json_object_get(instance, "experts");
	struct brief *b = calloc(1, sizeof *b);
	if (!b)
		abort();
	*b = (struct brief){
		.arena = arena_new(),
		.instance = instance,
		.members = catalogue(instance, "members", "code"),
		.experts = catalogue(instance, "experts", "id"),
		.funds = catalogue(instance, "funds", "id"),
		.requests = catalogue(instance, "requests", "id"),
		.pinned = catalogue(instance, "pinned", "request"),
	};
	b->records = arena_array(b->arena, struct record, json_array_size(experts));
	for (size_t i = 0; i < json_array_size(experts); i++)
		record(b, json_array_get(experts, i));
	qsort(b->records, b->n_records, sizeof *b->records, by_address);
	return b;
}

void brief_free(struct brief *b) {
	if (!b)
		return;
	json_decref(b->members);
	json_decref(b->experts);
	json_decref(b->funds);
	json_decref(b->requests);
	json_decref(b->pinned);
	arena_free(b->arena);
	free(b);
}
