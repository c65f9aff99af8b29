/* SPDX-License-Identifier: Apache-2.0 */
/* Days, money and changes as JSON and in words. */
#include <inttypes.h>
#include <stdlib.h>

#include "plan/explain_own.h"

#include "base/banned.h"

const char *text_day(const struct inquiry *q, int32_t day) {
	char *text = arena_alloc(q->arena, 11);
	civil_format(q->in->origin + day, text);
	return text;
}

json_t *json_day(const struct inquiry *q, int32_t day) {
	return day == NO_DAY ? json_null() : json_string(text_day(q, day));
}

int year_number(const struct inquiry *q, int32_t day) {
	return q->in->first_year + q->in->year_of[day];
}

const char *text_money(const struct inquiry *q, int64_t amount) {
	char digits[24], grouped[32];
	int n = snprintf(digits, sizeof digits, "%" PRId64, amount / 100), k = 0;
	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			grouped[k++] = ',';
		grouped[k++] = digits[i];
	}
	grouped[k] = '\0';
	if (amount % 100)
		return arena_printf(q->arena, "%s %s.%02d", q->in->currency, grouped, (int)(amount % 100));
	return arena_printf(q->arena, "%s %s", q->in->currency, grouped);
}

enum { LABEL_MAX = 80 }; /* octets; a sentence names several */

static const char *label_of(const struct inquiry *q, const char *list, int index) {
	const json_t *entry = json_array_get(json_object_get(q->document, list), (size_t)index);
	const char *label = json_string_value(json_object_get(entry, "name"));
	if (!label)
		label = json_string_value(json_object_get(entry, "label"));
	return label && *label && strlen(label) <= LABEL_MAX ? label : NULL;
}

static const char *labelled(const struct inquiry *q, const char *id, const char *label) {
	return label ? arena_printf(q->arena, "%s (%s)", id, label) : id;
}

const char *text_request(const struct inquiry *q, int request) {
	const struct request *r = &q->in->requests[request];
	const char *own = label_of(q, "requests", request);
	const char *member = label_of(q, "members", r->member);
	if (!own && member)
		own = arena_printf(q->arena, "%s, %s", member, kind_names[r->kind]);
	return labelled(q, r->id, own);
}

const char *text_expert(const struct inquiry *q, int expert) {
	return labelled(q, q->in->experts[expert].id, label_of(q, "experts", expert));
}

const char *text_fund(const struct inquiry *q, int fund) {
	return labelled(q, q->in->funds[fund].id, label_of(q, "funds", fund));
}

const char *text_member(const struct inquiry *q, int member) {
	const char *label = label_of(q, "members", member);
	return label ? label : q->in->members[member].code;
}

static const char *language_name(const struct inquiry *q, const char *code) {
	static const char *const names[][2] = {
		{"ar", "Arabic"},  {"de", "German"},  {"en", "English"},  {"es", "Spanish"},
		{"fr", "French"},  {"it", "Italian"}, {"ja", "Japanese"}, {"pt", "Portuguese"},
		{"ru", "Russian"}, {"zh", "Chinese"},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_is(str_of(code), names[i][0]))
			return names[i][1];
	return arena_printf(q->arena, "\"%s\"", code);
}

json_t *json_topics(const struct inquiry *q, uint64_t topics) {
	json_t *list = json_array();
	for (; topics; topics &= topics - 1)
		(void)json_array_append_new(list, json_string(q->in->topics[__builtin_ctzll(topics)]));
	return list;
}

static const char *text_topics(const struct inquiry *q, uint64_t topics) {
	const char *text = "";
	for (; topics; topics &= topics - 1) {
		const char *topic = q->in->topics[__builtin_ctzll(topics)];
		bool last = !(topics & (topics - 1));
		text =
			!*text ? topic : arena_printf(q->arena, "%s%s%s", text, last ? " and " : ", ", topic);
	}
	return text;
}

json_t *json_item(const struct instance *in, const struct item *item, json_t *ret_members) {
	char start[11];
	json_t *team = json_array(), *funding = json_array();
	civil_format(in->origin + item->start, start);
	for (int i = 0; i < item->n_team; i++)
		(void)json_array_append_new(team, json_pack("{s:s,s:s}", "expert",
		                                            in->experts[item->team[i].expert].id, "role",
		                                            role_names[item->team[i].role]));
	for (int i = 0; i < item->n_funding; i++)
		(void)json_array_append_new(
			funding, json_pack("{s:s,s:I}", "fund", in->funds[item->funding[i].fund].id, "amount",
		                       (json_int_t)item->funding[i].amount));
	json_t *all = ret_members ? ret_members : json_object();
	(void)json_object_set_new(all, "request", json_string(in->requests[item->request].id));
	(void)json_object_set_new(all, "host",
	                          json_string(in->members[in->sites[item->site].member].code));
	(void)json_object_set_new(all, "start", json_string(start));
	(void)json_object_set_new(all, "team", team);
	(void)json_object_set_new(all, "funding", funding);
	return all;
}

static int language_of(const struct inquiry *q) {
	return __builtin_ctzll(q->in->requests[q->request].languages);
}

json_t *json_newcomer(const struct inquiry *q, const struct remedy *r) {
	const struct instance *in = q->in;
	const struct expert *e = &in->experts[q->newcomer];
	return json_pack("{s:s,s:s,s:[s],s:[{s:o,s:s,s:s,s:n}],s:[],s:[s,s],s:i,s:i}", "id", e->id,
	                 "home", in->members[r->by].code, "languages", in->languages[language_of(q)],
	                 "accreditations", "topics", json_topics(q, r->topics), "level",
	                 r->full ? "full" : "pre", "valid_from", text_day(q, in->horizon.first),
	                 "valid_to", "unavailable", "delivers", "on_site", "remote",
	                 "max_missions_year", e->max_missions_year, "max_days_year", e->max_days_year);
}

static json_t *more_money(const struct inquiry *q, const struct remedy *r, int64_t amount) {
	return json_pack("{s:s,s:s,s:i,s:I}", "kind", "fund_changes", "fund", q->in->funds[r->fund].id,
	                 "year", q->in->first_year + r->year, "amount", (json_int_t)amount);
}

static const char *text_more(const struct inquiry *q, const struct remedy *r, int64_t amount) {
	return arena_printf(q->arena, "%s more in fund %s for %d", text_money(q, amount),
	                    text_fund(q, r->fund), q->in->first_year + r->year);
}

/* `change` is NULL where a scenario has no word for it. */
static void say(const struct inquiry *q, const struct remedy *r, json_t *to, const char *who,
                const char *sentence, json_t *change) {
	json_t *changes = json_array(), *scenario = json_null(), *also = json_null();
	bool whole = change != NULL;
	if (change)
		(void)json_array_append_new(changes, change);
	if (r->lent) {
		sentence = arena_printf(q->arena, "%s, and %s", sentence, text_more(q, r, r->lent));
		also = json_pack("{s:s,s:s,s:i,s:I}", "kind", "money", "fund", q->in->funds[r->fund].id,
		                 "year", q->in->first_year + r->year, "amount", (json_int_t)r->lent);
		(void)json_array_append_new(changes, more_money(q, r, r->lent));
	}
	if (whole)
		scenario = json_pack("{s:s,s:s,s:O}", "format", "atelier-scenario/1", "name", sentence,
		                     "changes", changes);
	json_decref(changes);
	(void)json_object_set_new(to, "also", also);
	(void)json_object_set_new(to, "who", json_string(who));
	(void)json_object_set_new(to, "sentence", json_string(sentence));
	(void)json_object_set_new(to, "scenario", scenario);
}

static void say_money(const struct inquiry *q, const struct remedy *r, json_t *to) {
	const struct fund *f = &q->in->funds[r->fund];
	(void)json_object_update_new(to, json_pack("{s:s,s:i,s:I}", "fund", f->id, "year",
	                                           q->in->first_year + r->year, "amount",
	                                           (json_int_t)r->size));
	say(q, r, to, f->donor, text_more(q, r, r->size), more_money(q, r, r->size));
}

static void say_expert(const struct inquiry *q, const struct remedy *r, json_t *to) {
	const char *language = q->in->languages[language_of(q)];
	(void)json_object_update_new(to,
	                             json_pack("{s:o,s:s,s:s,s:s}", "topics", json_topics(q, r->topics),
	                                       "language", language, "level", r->full ? "full" : "pre",
	                                       "home", q->in->members[r->by].code));
	say(q, r, to, "secretariat",
	    arena_printf(q->arena, "one more %s-speaking expert %saccredited for %s",
	                 language_name(q, language), r->full ? "" : "pre-", text_topics(q, r->topics)),
	    json_pack("{s:s,s:o}", "kind", "expert_joins", "expert", json_newcomer(q, r)));
}

static void say_move(const struct inquiry *q, const struct remedy *r, json_t *to) {
	const struct item *was = plan_item(q->plan, r->other.request);
	const char *id = q->in->requests[r->other.request].id;
	const char *start = text_day(q, r->other.start), *end = text_day(q, item_end(q->in, &r->other));
	int by = r->other.start - was->start;
	(void)json_object_update_new(to, json_pack("{s:s,s:s,s:s,s:i}", "request", id, "from",
	                                           text_day(q, was->start), "to", start, "days", by));
	say(q, r, to, "secretariat",
	    arena_printf(q->arena, "move %s by %d day%s, to %s", text_request(q, r->other.request),
	                 abs(by), abs(by) == 1 ? "" : "s", start),
	    json_pack("{s:s,s:s,s:s,s:s}", "kind", "request_moves", "request", id, "earliest", start,
	              "latest", end));
}

/* A day of the expert's mission to the other workshop that the new one would not take: to be away
 * then is to be swapped out there. NO_DAY: there is none. */
static int32_t spare_day(const struct inquiry *q, const struct remedy *r) {
	const struct item *was = plan_item(q->plan, r->other.request);
	struct span theirs = block_of(q->in, item_band(q->in, was, r->expert), was->start,
	                              q->in->requests[was->request].days);
	struct span mine = block_of(q->in, item_band(q->in, &r->item, r->expert), r->item.start,
	                            q->in->requests[r->item.request].days);
	for (int32_t d = theirs.first; d <= theirs.last; d++)
		if (d < mine.first || d > mine.last)
			return d;
	return NO_DAY;
}

static void say_swap(const struct inquiry *q, const struct remedy *r, json_t *to) {
	const char *leaves = q->in->experts[r->expert].id, *comes = q->in->experts[r->by].id;
	const char *id = q->in->requests[r->other.request].id;
	int32_t day = spare_day(q, r);
	(void)json_object_update_new(
		to, json_pack("{s:s,s:s,s:s}", "request", id, "leaves", leaves, "comes", comes));
	say(q, r, to, "secretariat",
	    arena_printf(q->arena, "send %s in place of %s to %s on %s", text_expert(q, r->by),
	                 text_expert(q, r->expert), text_request(q, r->other.request),
	                 text_day(q, r->other.start)),
	    day == NO_DAY ? NULL
	                  : json_pack("{s:s,s:s,s:s,s:s}", "kind", "expert_leaves", "expert", leaves,
	                              "from", text_day(q, day), "to", text_day(q, day)));
}

static void say_window(const struct inquiry *q, const struct remedy *r, json_t *to) {
	const struct request *request = &q->in->requests[r->item.request];
	bool sooner = r->window.first != request->earliest;
	const char *day = text_day(q, sooner ? r->window.first : r->window.last);
	(void)json_object_update_new(
		to, json_pack("{s:i,s:s}", "days", (int)r->size, sooner ? "earliest" : "latest", day));
	say(q, r, to, "member",
	    arena_printf(q->arena, "a window of %s that %s %s, %d day%s %s",
	                 text_request(q, r->item.request), sooner ? "begins on" : "lasts until", day,
	                 (int)r->size, r->size == 1 ? "" : "s", sooner ? "sooner" : "longer"),
	    json_pack("{s:s,s:s,s:s}", "kind", "request_moves", "request", request->id,
	              sooner ? "earliest" : "latest", day));
}

static void say_instead(const struct inquiry *q, const struct remedy *r, json_t *to) {
	const char *id = q->in->requests[r->other.request].id;
	(void)json_object_update_new(
		to, json_pack("{s:s,s:I}", "request", id, "points", (json_int_t)r->size));
	say(q, r, to, "secretariat",
	    arena_printf(q->arena, "in place of %s, which is dropped",
	                 text_request(q, r->other.request)),
	    json_pack("{s:s,s:s}", "kind", "request_leaves", "request", id));
}

static void say_criteria(const struct inquiry *q, const struct remedy *r, json_t *to) {
	static const char *const who[CRITERIA] = {"member", "member", "member"};
	static const char *const what[CRITERIA] = {"the notification", "the KPI evaluation",
	                                           "the Director General's request"};
	const struct request *request = &q->in->requests[r->item.request];
	json_t *list = json_array();
	const char *text = "";
	bool missing = false;
	for (int c = 0; c < CRITERIA; c++)
		if (r->criteria >> c & 1) {
			missing = request->criterion[c] == NO_DAY;
			text = !*text ? what[c] : arena_printf(q->arena, "%s and %s", text, what[c]);
			(void)json_array_append_new(list, json_string(criterion_names[c]));
		}
	(void)json_object_set_new(to, "criteria", list);
	say(q, r, to, who[0],
	    missing ? arena_printf(q->arena, "%s of %s dated, or waived by the secretariat", text,
	                           text_request(q, r->item.request))
	            : arena_printf(q->arena, "%s of %s waived by the secretariat: it is dated late",
	                           text, text_request(q, r->item.request)),
	    NULL);
}

json_t *remedy_json(const struct inquiry *q, const struct remedy *r) {
	static const struct {
		const char *name;
		void (*say)(const struct inquiry *, const struct remedy *, json_t *);
	} kinds[REMEDY_KINDS] = {
		[REMEDY_CRITERION] = {"criterion", say_criteria},
		[REMEDY_MONEY] = {"money", say_money},
		[REMEDY_EXPERT] = {"expert", say_expert},
		[REMEDY_SWAP] = {"swap", say_swap},
		[REMEDY_MOVE] = {"move", say_move},
		[REMEDY_WINDOW] = {"window", say_window},
		[REMEDY_INSTEAD] = {"instead", say_instead},
	};
	json_t *to = json_pack("{s:s}", "kind", kinds[r->kind].name);
	kinds[r->kind].say(q, r, to);
	(void)json_object_set_new(to, "item", json_item(q->in, &r->item, NULL));
	if (r->kind == REMEDY_SWAP || r->kind == REMEDY_MOVE)
		(void)json_object_set_new(to, "other", json_item(q->in, &r->other, NULL));
	return to;
}
