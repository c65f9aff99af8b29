/* SPDX-License-Identifier: Apache-2.0 */
#include "ical/event.h"

#include <libical/ical.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/vec.h"
#include "ical/line.h"
#include "ical/zone.h"

#include "base/banned.h"

enum { DAY = 86400, UID_OCTETS = 255 /* RFC 7986 §5.3: longer ones are cut by some */ };

struct zone_use {
	struct str name;
	day_t first, last;
};

struct rendering {
	struct buf events;
	struct arena *scratch; /* of the event at hand */
	struct {
		struct zone_use *at;
		size_t n, room;
	} zones;
};

/* -- is it fit to be rendered? -- */

static enum err text_check(const struct event *e, struct str s, const char *field,
                           struct why *reterr) {
	if (str_utf8(s))
		return ERR_NONE;
	return err_set(reterr, ERR_INVALID, field, "The %s of “%.*s” is not valid UTF-8.", field,
	               STR_ARG(e->uid));
}

static enum err uid_check(struct str uid, struct why *reterr) {
	bool ok = uid.n > 0 && uid.n <= UID_OCTETS && str_utf8(uid);
	for (size_t i = 0; ok && i < uid.n; i++)
		ok = (unsigned char)uid.p[i] >= 0x20 && uid.p[i] != 0x7f;
	return ok ? ERR_NONE
	          : err_set(reterr, ERR_INVALID, "uid",
	                    "An event needs a uid of 1 to %d octets of UTF-8 without control "
	                    "characters.",
	                    UID_OCTETS);
}

static enum err texts_check(const struct event *e, struct why *reterr) {
	const struct {
		struct str text;
		const char *field;
	} texts[] = {{e->summary, "summary"},
	             {e->description, "description"},
	             {e->location, "location"},
	             {e->organizer_name, "organizer"}};
	enum err err = uid_check(e->uid, reterr);
	for (size_t i = 0; err == ERR_NONE && i < sizeof texts / sizeof *texts; i++)
		err = text_check(e, texts[i].text, texts[i].field, reterr);
	for (size_t i = 0; err == ERR_NONE && i < e->category_count; i++)
		err = text_check(e, e->categories[i], "categories", reterr);
	return err;
}

/* libical turns any time past the year 3000 into zeros without a word. */
enum { LAST_DAY = 376564 /* 3000-12-31 */ };

static bool day_ok(day_t d) {
	return d >= CIVIL_FIRST && d < LAST_DAY; /* the day after must be one, too */
}

static bool instant_ok(int64_t t) {
	return t >= (int64_t)CIVIL_FIRST * DAY && t < (int64_t)LAST_DAY * DAY;
}

static enum err times_check(const struct event *e, struct why *reterr) {
	if (!day_ok(e->first) || !day_ok(e->last) || e->last < e->first)
		return err_set(reterr, ERR_INVALID, "last",
		               "“%.*s” ends before it begins, or outside the years 1 to 3000.",
		               STR_ARG(e->uid));
	if (!instant_ok(e->stamp) || !instant_ok(e->created) || !instant_ok(e->modified))
		return err_set(reterr, ERR_INVALID, "stamp",
		               "“%.*s” has a time stamp outside the years 1 to 3000.", STR_ARG(e->uid));
	if (e->sequence < 0 || e->sequence > INT_MAX)
		return err_set(reterr, ERR_INVALID, "sequence",
		               "The sequence number of “%.*s” must be 0 to %d.", STR_ARG(e->uid), INT_MAX);
	bool nowhere = isnan(e->latitude) || isnan(e->longitude);
	if (!nowhere && (fabs(e->latitude) > 90 || fabs(e->longitude) > 180))
		return err_set(reterr, ERR_INVALID, "latitude",
		               "“%.*s” lies at no place on Earth: latitude −90 to 90, longitude −180 to "
		               "180.",
		               STR_ARG(e->uid));
	return ERR_NONE;
}

static enum err sessions_check(const struct event *e, struct why *reterr) {
	for (size_t i = 0; i < e->session_count; i++) {
		const struct event_session *s = &e->sessions[i];
		if (!day_ok(s->day) || s->start_minute < 0 || s->end_minute <= s->start_minute
		    || s->end_minute > 1440)
			return err_set(reterr, ERR_INVALID, "sessions",
			               "Session %zu of “%.*s” must end after it starts, on one day.", i + 1,
			               STR_ARG(e->uid));
	}
	struct why zone;
	if (zone_check(e->zone, &zone) == ERR_NONE)
		return ERR_NONE;
	return err_set(reterr, zone.kind, "zone", "The sessions of “%.*s” have no usable zone: %s",
	               STR_ARG(e->uid), zone.sentence);
}

/* -- one VEVENT -- */

static struct icaltimetype date_of(day_t d) {
	struct civil c = civil_of(d);
	struct icaltimetype t = icaltime_null_date();
	t.year = c.year;
	t.month = (int)c.month;
	t.day = (int)c.day;
	return t;
}

static struct icaltimetype wall_of(day_t d, int second) {
	struct icaltimetype t = date_of(d);
	t.is_date = 0;
	t.hour = second / 3600;
	t.minute = second / 60 % 60;
	t.second = second % 60;
	return t;
}

static struct icaltimetype utc_of(int64_t seconds) {
	int64_t d = seconds >= 0 ? seconds / DAY : -((-seconds + DAY - 1) / DAY);
	struct icaltimetype t = wall_of((day_t)d, (int)(seconds - d * DAY));
	t.zone = icaltimezone_get_utc_timezone();
	return t;
}

static void add_span(icalcomponent *v, const struct event *e, const struct event_session *s) {
	icalproperty *start, *end;
	if (!s) {
		start = icalproperty_new_dtstart(date_of(e->first));
		end = icalproperty_new_dtend(date_of(e->last + 1));
	} else {
		char zone[256]; /* a zone's name has 64 octets at most */
		bool midnight = s->end_minute == 1440;
		(void)snprintf(zone, sizeof zone, "%.*s", STR_ARG(e->zone));
		start = icalproperty_new_dtstart(wall_of(s->day, s->start_minute * 60));
		end = icalproperty_new_dtend(wall_of(s->day + midnight, midnight ? 0 : s->end_minute * 60));
		icalproperty_add_parameter(start, icalparameter_new_tzid(zone));
		icalproperty_add_parameter(end, icalparameter_new_tzid(zone));
	}
	icalcomponent_add_property(v, start);
	icalcomponent_add_property(v, end);
}

static void add_identity(icalcomponent *v, const struct event *e, const char *uid) {
	static const icalproperty_status status[] = {
		[EVENT_TENTATIVE] = ICAL_STATUS_TENTATIVE,
		[EVENT_CONFIRMED] = ICAL_STATUS_CONFIRMED,
		[EVENT_CANCELLED] = ICAL_STATUS_CANCELLED,
	};
	icalcomponent_add_property(v, icalproperty_new_uid(uid));
	icalcomponent_add_property(v, icalproperty_new_dtstamp(utc_of(e->stamp)));
	if (e->created)
		icalcomponent_add_property(v, icalproperty_new_created(utc_of(e->created)));
	if (e->modified)
		icalcomponent_add_property(v, icalproperty_new_lastmodified(utc_of(e->modified)));
	icalcomponent_add_property(v, icalproperty_new_sequence((int)e->sequence));
	icalcomponent_add_property(v, icalproperty_new_status(status[e->status]));
}

static void add_texts(icalcomponent *v, const struct event *e, struct arena *a) {
	if (e->summary.n)
		icalcomponent_add_property(v, icalproperty_new_summary(line_text(a, e->summary)));
	if (e->description.n)
		icalcomponent_add_property(v, icalproperty_new_description(line_text(a, e->description)));
	if (e->location.n)
		icalcomponent_add_property(v, icalproperty_new_location(line_text(a, e->location)));
	if (!isnan(e->latitude) && !isnan(e->longitude)) {
		struct icalgeotype geo = {e->latitude, e->longitude};
		icalcomponent_add_property(v, icalproperty_new_geo(geo));
	}
	if (e->url.n)
		icalcomponent_add_property(v, icalproperty_new_url(line_uri(a, e->url)));
	/* ORGANIZER wants a calendar address, and a name is none. */
	if (e->organizer_name.n)
		icalcomponent_add_property(v, icalproperty_new_contact(line_text(a, e->organizer_name)));
}

/* Append the component but for its END line, so that what libical can't write can follow. */
static void add_open(struct buf *out, icalcomponent *c, struct str end) {
	char *text = icalcomponent_as_ical_string_r(c);
	size_t n = text ? strlen(text) : 0;
	if (n < end.n) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	line_refold(out, text, n - end.n);
	free(text);
	icalcomponent_free(c);
}

static void vevent(struct rendering *r, const struct event *e, const struct event_session *s,
                   size_t number) {
	static const struct str end = STR("END:VEVENT\r\n");
	icalcomponent *v = icalcomponent_new(ICAL_VEVENT_COMPONENT);
	const char *uid = arena_dup(r->scratch, e->uid.p, e->uid.n);
	if (s)
		uid = arena_printf(r->scratch, "%s-%zu", uid, number);
	add_identity(v, e, uid);
	add_span(v, e, s);
	add_texts(v, e, r->scratch);
	icalcomponent_add_property(
		v, icalproperty_new_transp(e->transparent ? ICAL_TRANSP_TRANSPARENT : ICAL_TRANSP_OPAQUE));
	if (e->private_)
		icalcomponent_add_property(v, icalproperty_new_class(ICAL_CLASS_PRIVATE));
	add_open(&r->events, v, end);
	if (e->category_count)
		line_add(&r->events, r->scratch, "CATEGORIES", e->categories, e->category_count);
	buf_add(&r->events, end.p, end.n);
}

static void use_zone(struct rendering *r, const struct event *e) {
	struct zone_use *use = NULL;
	for (size_t i = 0; !use && i < r->zones.n; i++)
		if (str_eq(r->zones.at[i].name, e->zone))
			use = &r->zones.at[i];
	if (!use) {
		use = vec_push(&r->zones);
		*use = (struct zone_use){e->zone, e->sessions[0].day, e->sessions[0].day};
	}
	for (size_t i = 0; i < e->session_count; i++) {
		day_t d = e->sessions[i].day;
		use->first = d < use->first ? d : use->first;
		use->last = d > use->last ? d : use->last;
	}
}

static enum err activity(struct rendering *r, const struct event *e, enum calendar_shape shape,
                         struct why *reterr) {
	bool timed = shape == CALENDAR_SESSIONS && e->session_count > 0;
	enum err err = texts_check(e, reterr);
	if (err == ERR_NONE)
		err = times_check(e, reterr);
	if (err == ERR_NONE && timed)
		err = sessions_check(e, reterr);
	if (err != ERR_NONE)
		return err;
	arena_reset(r->scratch);
	if (!timed) {
		vevent(r, e, NULL, 0);
		return ERR_NONE;
	}
	use_zone(r, e);
	for (size_t i = 0; i < e->session_count; i++)
		vevent(r, e, &e->sessions[i], i + 1);
	return ERR_NONE;
}

/* -- the calendar around them -- */

static void add_property_x(icalcomponent *v, const char *name, const char *value) {
	icalproperty *p = icalproperty_new_x(value);
	icalproperty_set_x_name(p, name);
	icalcomponent_add_property(v, p);
}

static void head(struct buf *out, const struct calendar *c, struct arena *a) {
	icalcomponent *v = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
	icalcomponent_add_property(v, icalproperty_new_version("2.0"));
	icalcomponent_add_property(v, icalproperty_new_prodid("-//Atelier//atelierd//EN"));
	icalcomponent_add_property(v, icalproperty_new_calscale("GREGORIAN"));
	if (c->name.n)
		icalcomponent_add_property(v, icalproperty_new_name(line_text(a, c->name)));
	if (c->description.n)
		icalcomponent_add_property(v, icalproperty_new_description(line_text(a, c->description)));
	if (c->url.n)
		icalcomponent_add_property(v, icalproperty_new_url(line_uri(a, c->url)));
	if (c->source.n)
		icalcomponent_add_property(v, icalproperty_new_source(line_uri(a, c->source)));
	if (c->color.n)
		icalcomponent_add_property(v, icalproperty_new_color(line_text(a, c->color)));
	if (c->refresh_hours > 0) {
		struct icaldurationtype every = icaldurationtype_null_duration();
		every.hours = (unsigned)c->refresh_hours;
		icalcomponent_add_property(v, icalproperty_new_refreshinterval(every));
		add_property_x(v, "X-PUBLISHED-TTL", arena_printf(a, "PT%dH", c->refresh_hours));
	}
	add_open(out, v, STR("END:VCALENDAR\r\n"));
	if (c->name.n)
		line_add(out, a, "X-WR-CALNAME", &c->name, 1);
	if (c->description.n)
		line_add(out, a, "X-WR-CALDESC", &c->description, 1);
}

static int by_name(const void *a, const void *b) {
	const struct zone_use *x = a, *y = b;
	size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
	int order = memcmp(x->name.p, y->name.p, n);
	return order ? order : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

static void zones(struct buf *out, struct rendering *r) {
	if (r->zones.n)
		qsort(r->zones.at, r->zones.n, sizeof *r->zones.at, by_name);
	for (size_t i = 0; i < r->zones.n; i++) {
		const struct zone_use *use = &r->zones.at[i];
		enum err e = zone_render(out, use->name, use->first, use->last, NULL);
		if (e != ERR_NONE) /* it was checked and is kept: can't be */
			abort();
	}
}

void calendar_render(struct buf *out, const struct calendar *c, enum calendar_shape shape,
                     const struct event *events, size_t n, size_t *ret_skipped,
                     void (*skipped)(size_t index, const struct why *why, void *ctx), void *ctx) {
	struct rendering r = {.scratch = arena_new()};
	size_t skips = 0;
	for (size_t i = 0; i < n; i++) {
		struct why why;
		if (activity(&r, &events[i], shape, &why) == ERR_NONE)
			continue;
		skips++;
		if (skipped)
			skipped(i, &why, ctx);
	}
	arena_reset(r.scratch);
	head(out, c, r.scratch);
	zones(out, &r);
	buf_add(out, r.events.p, r.events.n);
	buf_adds(out, "END:VCALENDAR\r\n");
	buf_clear(&r.events);
	vec_clear(&r.zones);
	arena_free(r.scratch);
	if (ret_skipped)
		*ret_skipped = skips;
}
