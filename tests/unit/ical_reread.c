/* SPDX-License-Identifier: Apache-2.0 */
#include "ical_reread.h"

#include <libical/ical.h>
#include <math.h>
#include <string.h>

#include "base/banned.h"

static struct str kept(struct arena *a, const char *s) {
	return s ? (struct str){arena_strdup(a, s), strlen(s)} : (struct str){0};
}

/* The value of the first such property if it is of that kind: VALUE= can make it any other, and
 * libical's getters do not look. */
static const icalvalue *value_of(icalcomponent *c, icalproperty_kind property,
                                 icalvalue_kind kind) {
	icalproperty *p = icalcomponent_get_first_property(c, property);
	icalvalue *v = p ? icalproperty_get_value(p) : NULL;
	return v && icalvalue_isa(v) == kind ? v : NULL;
}

static struct str text_of(struct arena *a, icalcomponent *c, icalproperty_kind property) {
	const icalvalue *v = value_of(c, property, ICAL_TEXT_VALUE);
	if (v)
		return kept(a, icalvalue_get_text(v));
	v = value_of(c, property, ICAL_URI_VALUE);
	return v ? kept(a, icalvalue_get_uri(v)) : (struct str){0};
}

static struct str x_text(struct arena *a, icalcomponent *c, const char *name) {
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_X_PROPERTY);
	while (p && strcmp(icalproperty_get_x_name(p), name) != 0)
		p = icalcomponent_get_next_property(c, ICAL_X_PROPERTY);
	icalvalue *v = p ? icalproperty_get_value(p) : NULL;
	return v && icalvalue_isa(v) == ICAL_X_VALUE ? kept(a, icalvalue_get_x(v)) : (struct str){0};
}

static day_t day_of(struct icaltimetype t) {
	struct civil c = {t.year, (unsigned)t.month, (unsigned)t.day};
	return t.year >= 1 && t.year <= 9999 && civil_real(c) ? civil_day(c) : 0;
}

static int64_t seconds_of(icalcomponent *c, icalproperty_kind kind) {
	const icalvalue *v = value_of(c, kind, ICAL_DATETIME_VALUE);
	if (!v)
		return 0;
	struct icaltimetype t = icalvalue_get_datetime(v);
	return day_of(t) * INT64_C(86400) + t.hour * 3600 + t.minute * 60 + t.second;
}

static int minute_of(struct icaltimetype t) {
	return t.hour * 60 + t.minute;
}

static void span(struct arena *a, icalcomponent *c, struct event *e) {
	const icalvalue *from = value_of(c, ICAL_DTSTART_PROPERTY, ICAL_DATE_VALUE);
	const icalvalue *to = value_of(c, ICAL_DTEND_PROPERTY, ICAL_DATE_VALUE);
	if (from && to) {
		e->first = day_of(icalvalue_get_date(from));
		e->last = day_of(icalvalue_get_date(to)) - 1;
	}
	from = value_of(c, ICAL_DTSTART_PROPERTY, ICAL_DATETIME_VALUE);
	to = value_of(c, ICAL_DTEND_PROPERTY, ICAL_DATETIME_VALUE);
	if (!from || !to)
		return;
	struct icaltimetype start = icalvalue_get_datetime(from), end = icalvalue_get_datetime(to);
	struct event_session *s = arena_new_of(a, struct event_session);
	s->day = day_of(start);
	s->start_minute = minute_of(start);
	/* A session ends by midnight; a longer one is none, and the renderer must refuse it. */
	int64_t days = (int64_t)day_of(end) - s->day;
	s->end_minute = days == 0 || days == 1 ? (int)days * 1440 + minute_of(end) : -1;
	e->sessions = s;
	e->session_count = 1;
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY);
	icalparameter *zone = icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
	e->zone = zone ? kept(a, icalparameter_get_tzid(zone)) : (struct str){0};
}

/* The next value of a comma list, unescaped (RFC 5545 §3.3.11). libical 3.0 can't tell the comma
 * that separates from the one that is escaped, so this is read from the text itself. */
static struct str list_value(struct arena *a, struct str *rest) {
	char *value = arena_alloc(a, rest->n + 1);
	size_t n = 0, i = 0;
	for (; i < rest->n && rest->p[i] != ','; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n)
			i++, value[n++] = rest->p[i] == 'n' || rest->p[i] == 'N' ? '\n' : rest->p[i];
		else
			value[n++] = rest->p[i];
	}
	*rest = i < rest->n ? (struct str){rest->p + i + 1, rest->n - i - 1} : (struct str){0};
	return (struct str){value, n};
}

static void categories(struct arena *a, struct str list, struct event *e) {
	struct str *all = arena_array(a, struct str, list.n + 1);
	for (struct str rest = list; rest.p;)
		all[e->category_count++] = list_value(a, &rest);
	e->categories = all;
}

static struct str unfolded(struct arena *a, struct str ics) {
	char *text = arena_alloc(a, ics.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < ics.n; i++) {
		if (i + 2 < ics.n && memcmp(ics.p + i, "\r\n ", 3) == 0)
			i += 2;
		else
			text[n++] = ics.p[i];
	}
	return (struct str){text, n};
}

static void all_categories(struct arena *a, struct str ics, struct reread *r) {
	size_t events = 0;
	for (struct str rest = unfolded(a, ics); rest.p;) {
		struct str line = str_cut(&rest, '\n');
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (str_is(line, "BEGIN:VEVENT"))
			events++;
		else if (str_starts(line, STR("CATEGORIES:")) && events && events <= r->n)
			categories(a, (struct str){line.p + 11, line.n - 11}, &r->events[events - 1]);
	}
}

static struct event event_of(struct arena *a, icalcomponent *c) {
	struct event e = {
		.uid = text_of(a, c, ICAL_UID_PROPERTY),
		.stamp = seconds_of(c, ICAL_DTSTAMP_PROPERTY),
		.created = seconds_of(c, ICAL_CREATED_PROPERTY),
		.modified = seconds_of(c, ICAL_LASTMODIFIED_PROPERTY),
		.summary = text_of(a, c, ICAL_SUMMARY_PROPERTY),
		.description = text_of(a, c, ICAL_DESCRIPTION_PROPERTY),
		.location = text_of(a, c, ICAL_LOCATION_PROPERTY),
		.url = text_of(a, c, ICAL_URL_PROPERTY),
		.organizer_name = text_of(a, c, ICAL_CONTACT_PROPERTY),
		.latitude = NAN,
		.longitude = NAN,
	};
	const icalvalue *v = value_of(c, ICAL_SEQUENCE_PROPERTY, ICAL_INTEGER_VALUE);
	e.sequence = v ? icalvalue_get_integer(v) : 0;
	v = value_of(c, ICAL_STATUS_PROPERTY, ICAL_STATUS_VALUE);
	icalproperty_status status = v ? icalvalue_get_status(v) : ICAL_STATUS_CONFIRMED;
	e.status = status == ICAL_STATUS_CANCELLED   ? EVENT_CANCELLED
	           : status == ICAL_STATUS_TENTATIVE ? EVENT_TENTATIVE
	                                             : EVENT_CONFIRMED;
	if ((v = value_of(c, ICAL_GEO_PROPERTY, ICAL_GEO_VALUE)) != NULL) {
		e.latitude = icalvalue_get_geo(v).lat;
		e.longitude = icalvalue_get_geo(v).lon;
	}
	v = value_of(c, ICAL_TRANSP_PROPERTY, ICAL_TRANSP_VALUE);
	e.transparent = v && icalvalue_get_transp(v) == ICAL_TRANSP_TRANSPARENT;
	v = value_of(c, ICAL_CLASS_PROPERTY, ICAL_CLASS_VALUE);
	e.private_ = v && icalvalue_get_class(v) == ICAL_CLASS_PRIVATE;
	span(a, c, &e);
	return e;
}

static void free_component(void *c) {
	icalcomponent_free(c);
}

bool reread_calendar(struct arena *a, struct str ics, struct reread *ret) {
	icalcomponent *c = icalparser_parse_string(arena_dup(a, ics.p, ics.n));
	if (!c)
		return false;
	arena_defer(a, free_component, c);
	*ret = (struct reread){
		.name = text_of(a, c, ICAL_NAME_PROPERTY),
		.description = text_of(a, c, ICAL_DESCRIPTION_PROPERTY),
		.url = text_of(a, c, ICAL_URL_PROPERTY),
		.source = text_of(a, c, ICAL_SOURCE_PROPERTY),
		.color = text_of(a, c, ICAL_COLOR_PROPERTY),
		.prodid = text_of(a, c, ICAL_PRODID_PROPERTY),
		.version = text_of(a, c, ICAL_VERSION_PROPERTY),
		.x_name = x_text(a, c, "X-WR-CALNAME"),
		.x_description = x_text(a, c, "X-WR-CALDESC"),
	};
	const icalvalue *every = value_of(c, ICAL_REFRESHINTERVAL_PROPERTY, ICAL_DURATION_VALUE);
	if (every)
		ret->refresh_hours = icaldurationtype_as_int(icalvalue_get_duration(every)) / 3600;
	int events = icalcomponent_count_components(c, ICAL_VEVENT_COMPONENT);
	int zones = icalcomponent_count_components(c, ICAL_VTIMEZONE_COMPONENT);
	ret->events = arena_array(a, struct event, (size_t)events);
	ret->zone_names = arena_array(a, struct str, (size_t)zones);
	for (icalcomponent *v = icalcomponent_get_first_component(c, ICAL_VEVENT_COMPONENT); v;
	     v = icalcomponent_get_next_component(c, ICAL_VEVENT_COMPONENT))
		ret->events[ret->n++] = event_of(a, v);
	for (icalcomponent *v = icalcomponent_get_first_component(c, ICAL_VTIMEZONE_COMPONENT); v;
	     v = icalcomponent_get_next_component(c, ICAL_VTIMEZONE_COMPONENT))
		ret->zone_names[ret->zones++] = text_of(a, v, ICAL_TZID_PROPERTY);
	all_categories(a, ics, ret);
	return true;
}

const char *octets_wrong(struct arena *a, struct str ics) {
	struct str rest = ics;
	for (size_t line = 1; rest.n; line++) {
		const char *nl = memchr(rest.p, '\n', rest.n);
		size_t n = nl ? (size_t)(nl - rest.p) : rest.n;
		if (!nl || n == 0 || rest.p[n - 1] != '\r')
			return arena_printf(a, "line %zu does not end in CRLF", line);
		struct str text = {rest.p, n - 1};
		if (text.n > 75)
			return arena_printf(a, "line %zu has %zu octets", line, text.n);
		if (!str_utf8(text))
			return arena_printf(a, "line %zu is not UTF-8 by itself", line);
		for (size_t i = 0; i < text.n; i++) {
			unsigned char c = (unsigned char)text.p[i];
			if ((c < 0x20 && c != '\t') || c == 0x7f)
				return arena_printf(a, "line %zu has control character %#x", line, c);
		}
		rest = (struct str){nl + 1, rest.n - n - 1};
	}
	return NULL;
}
