/* SPDX-License-Identifier: Apache-2.0 */
#include "app/feeds.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "base/banned.h"

/* The formatter turns this list back and forth between two layouts. */
/* clang-format off */
#define COLUMNS(X) \
	X(uid) X(sequence) X(stamp) X(created) X(modified) X(status) X(first) X(last) X(zone) X(sessions) \
	X(summary) X(description) X(location) X(url) X(organizer) X(latitude) X(longitude) \
	X(categories) X(transparent) X(private) X(calendar)
/* clang-format on */

struct columns {
#define X(name) int name;
	COLUMNS(X)
#undef X
};

/* One row being read. `why` is filled by the first thing at fault. */
struct row {
	struct arena *arena;
	const struct db_result *result;
	size_t at;
	struct why why;
};

static enum err columns_find(const struct db_result *r, struct columns *ret, struct why *reterr) {
	const struct {
		const char *name;
		int *column;
	} wanted[] = {
#define X(name) {#name, &ret->name},
		COLUMNS(X)
#undef X
	};
	int n = db_columns(r);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		int c = 0;
		while (c < n && strcmp(db_column_name(r, c), wanted[i].name) != 0)
			c++;
		if (c == n)
			return err_set(reterr, ERR_INTERNAL, wanted[i].name,
			               "The feed's rows have no column “%s”: the database's functions and "
			               "this program are of different versions; run atelierd --migrate.",
			               wanted[i].name);
		*wanted[i].column = c;
	}
	return ERR_NONE;
}

static struct str value(const struct row *row, int column) {
	return db_value(row->result, row->at, column);
}

static bool fault(struct row *row, const char *column, const char *expected) {
	if (row->why.kind == ERR_NONE)
		(void)err_set(&row->why, ERR_INTERNAL, NULL, "the %s is not %s", column, expected);
	return false;
}

static struct str text(const struct row *row, int column) {
	struct str s = value(row, column);
	return (struct str){arena_dup(row->arena, s.p, s.n), s.n};
}

static bool whole(struct row *row, int column, const char *name, int64_t *ret) {
	struct str s = value(row, column);
	*ret = 0;
	if (!s.p)
		return true;
	bool minus = s.n && s.p[0] == '-';
	uint64_t n;
	if (!str_u64((struct str){s.p + minus, s.n - minus}, INT64_MAX, &n))
		return fault(row, name, "a whole number");
	*ret = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static bool date(struct row *row, int column, const char *name, day_t *ret) {
	return civil_parse(value(row, column), ret) || fault(row, name, "a date YYYY-MM-DD");
}

static bool truth(struct row *row, int column, const char *name, bool *ret) {
	struct str s = value(row, column);
	*ret = str_is(s, "t") || str_is(s, "true");
	return *ret || !s.p || str_is(s, "f") || str_is(s, "false")
	       || fault(row, name, "true or false");
}

static bool degrees(struct row *row, int column, const char *name, double *ret) {
	struct str s = value(row, column);
	*ret = NAN;
	if (!s.p)
		return true;
	/* As JSON's number: neither locale nor hexadecimal. */
	json_t *j = json_loadb(s.p, s.n, JSON_DECODE_ANY, NULL);
	bool ok = json_is_number(j);
	if (ok)
		*ret = json_number_value(j);
	json_decref(j);
	return ok || fault(row, name, "a number of degrees");
}

static bool status(struct row *row, int column, enum event_status *ret) {
	struct str s = value(row, column);
	*ret = str_is(s, "TENTATIVE")   ? EVENT_TENTATIVE
	       : str_is(s, "CANCELLED") ? EVENT_CANCELLED
	                                : EVENT_CONFIRMED;
	return *ret != EVENT_CONFIRMED || str_is(s, "CONFIRMED")
	       || fault(row, "status", "TENTATIVE, CONFIRMED or CANCELLED");
}

/* A JSON array out of a column; NULL (with no fault) for SQL NULL. */
static json_t *array(struct row *row, int column, const char *name) {
	struct str s = value(row, column);
	if (!s.p)
		return NULL;
	json_t *j = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_array(j))
		return j;
	json_decref(j);
	(void)fault(row, name, "a JSON array");
	return NULL;
}

static bool minute(const json_t *j, int *ret) {
	if (!json_is_integer(j) || json_integer_value(j) < 0 || json_integer_value(j) > 1440)
		return false;
	*ret = (int)json_integer_value(j);
	return true;
}

static bool session(const json_t *j, struct event_session *ret) {
	const char *day = json_string_value(json_array_get(j, 0));
	return json_array_size(j) == 3 && day && civil_parse(str_of(day), &ret->day)
	       && minute(json_array_get(j, 1), &ret->start_minute)
	       && minute(json_array_get(j, 2), &ret->end_minute);
}

static void sessions(struct row *row, int column, struct event *e) {
	json_t *j = array(row, column, "sessions");
	size_t n = json_array_size(j);
	struct event_session *all = arena_array(row->arena, struct event_session, n);
	for (size_t i = 0; i < n; i++)
		if (!session(json_array_get(j, i), &all[i]))
			(void)fault(row, "sessions", "a list of [\"YYYY-MM-DD\", start minute, end minute]");
	e->sessions = all;
	e->session_count = n;
	json_decref(j);
}

static void categories(struct row *row, int column, struct event *e) {
	json_t *j = array(row, column, "categories");
	size_t n = json_array_size(j);
	struct str *all = arena_array(row->arena, struct str, n);
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(j, i);
		if (!json_is_string(one))
			(void)fault(row, "categories", "a list of texts");
		else if (json_string_length(one)) {
			size_t length = json_string_length(one);
			const char *p = arena_dup(row->arena, json_string_value(one), length);
			all[e->category_count++] = (struct str){p, length};
		}
	}
	e->categories = all;
	json_decref(j);
}

static bool event_read(struct row *row, const struct columns *c, struct event *e) {
	*e = (struct event){
		.uid = text(row, c->uid),
		.zone = text(row, c->zone),
		.summary = text(row, c->summary),
		.description = text(row, c->description),
		.location = text(row, c->location),
		.url = text(row, c->url),
		.organizer_name = text(row, c->organizer),
	};
	if (e->uid.n == 0)
		return fault(row, "uid", "there");
	bool ok = whole(row, c->sequence, "sequence", &e->sequence)
	          && whole(row, c->stamp, "stamp", &e->stamp)
	          && whole(row, c->created, "created", &e->created)
	          && whole(row, c->modified, "modified", &e->modified)
	          && status(row, c->status, &e->status) && date(row, c->first, "first", &e->first)
	          && date(row, c->last, "last", &e->last)
	          && degrees(row, c->latitude, "latitude", &e->latitude)
	          && degrees(row, c->longitude, "longitude", &e->longitude)
	          && truth(row, c->transparent, "transparent", &e->transparent)
	          && truth(row, c->private, "private", &e->private_);
	if (ok) {
		sessions(row, c->sessions, e);
		categories(row, c->categories, e);
	}
	return row->why.kind == ERR_NONE;
}

static void feed_fault(struct feed *f, struct str uid, const char *sentence) {
	if (f->skipped++ > 0)
		return;
	(void)err_set(&f->fault, ERR_INTERNAL, NULL, "%s", sentence);
	(void)snprintf(f->fault.field, sizeof f->fault.field, "%.*s", STR_ARG(uid));
	str_trim_partial(f->fault.field);
}

enum err feed_read(struct arena *a, const struct db_result *r, struct feed *ret,
                   struct why *reterr) {
	struct columns c;
	enum err err = columns_find(r, &c, reterr);
	if (err != ERR_NONE)
		return err;
	*ret = (struct feed){.events = arena_array(a, struct event, r->rows)};
	for (size_t i = 0; i < r->rows; i++) {
		struct row row = {.arena = a, .result = r, .at = i};
		struct event *e = &ret->events[ret->n];
		if (!value(&row, c.uid).p && value(&row, c.calendar).p) {
			ret->name = text(&row, c.calendar);
			continue;
		}
		if (!event_read(&row, &c, e)) {
			const char *sentence =
				arena_printf(a, "Row %zu of the feed was left out: %s.", i + 1, row.why.sentence);
			feed_fault(ret, e->uid, sentence);
			continue;
		}
		int64_t when = e->modified ? e->modified : e->stamp;
		ret->modified = when > ret->modified ? when : ret->modified;
		ret->n++;
	}
	return ERR_NONE;
}

static void skipped(size_t index, const struct why *why, void *ctx) {
	struct feed *f = ctx;
	feed_fault(f, f->events[index].uid, why->sentence);
}

void feed_render(struct buf *out, const struct calendar *c, enum calendar_shape shape,
                 struct feed *f) {
	calendar_render(out, c, shape, f->events, f->n, NULL, skipped, f);
}
