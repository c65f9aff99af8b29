/* SPDX-License-Identifier: Apache-2.0 */
#include "ical_reread.h"

#include <libical/ical.h>
#include <math.h>
#include <string.h>

#include "base/banned.h"

static struct str kept(struct arena *a, const char *s) {
	return s ? (struct str){arena_strdup(a, s), strlen(s)} : (struct str){0};
}

static struct str text_of(struct arena *a, icalcomponent *c, icalproperty_kind kind) {
	icalproperty *p = icalcomponent_get_first_property(c, kind);
	icalvalue *v = p ? icalproperty_get_value(p) : NULL;
	return v ? kept(a, icalvalue_get_text(v)) : (struct str){0};
}

static struct str x_text(struct arena *a, icalcomponent *c, const char *name) {
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_X_PROPERTY);
	while (p && strcmp(icalproperty_get_x_name(p), name) != 0)
		p = icalcomponent_get_next_property(c, ICAL_X_PROPERTY);
	return p ? kept(a, icalproperty_get_x(p)) : (struct str){0};
}

static day_t day_of(struct icaltimetype t) {
	struct civil c = {t.year, (unsigned)t.month, (unsigned)t.day};
	return t.year >= 1 && t.year <= 9999 && civil_real(c) ? civil_day(c) : 0;
}

static int64_t seconds_of(icalcomponent *c, icalproperty_kind kind) {
	icalproperty *p = icalcomponent_get_first_property(c, kind);
	if (!p || !icalproperty_get_value(p))
		return 0;
	struct icaltimetype t = icalvalue_get_datetime(icalproperty_get_value(p));
	return day_of(t) * INT64_C(86400) + t.hour * 3600 + t.minute * 60 + t.second;
}

static void span(struct arena *a, icalcomponent *c, struct event *e) {
	icalproperty *start = icalcomponent_get_first_property(c, ICAL_DTSTART_PROPERTY);
	icalproperty *end = icalcomponent_get_first_property(c, ICAL_DTEND_PROPERTY);
	if (!start || !end)
		return;
	struct icaltimetype from = icalproperty_get_dtstart(start), to = icalproperty_get_dtend(end);
	if (from.is_date) {
		e->first = day_of(from);
		e->last = day_of(to) - 1;
		return;
	}
	struct event_session *s = arena_new_of(a, struct event_session);
	s->day = day_of(from);
	s->start_minute = from.hour * 60 + from.minute;
	s->end_minute = (day_of(to) - s->day) * 1440 + to.hour * 60 + to.minute;
	e->sessions = s;
	e->session_count = 1;
	icalparameter *zone = icalproperty_get_first_parameter(start, ICAL_TZID_PARAMETER);
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
	icalproperty *p = icalcomponent_get_first_property(c, ICAL_SEQUENCE_PROPERTY);
	e.sequence = p ? icalproperty_get_sequence(p) : 0;
	p = icalcomponent_get_first_property(c, ICAL_STATUS_PROPERTY);
	icalproperty_status status = p ? icalproperty_get_status(p) : ICAL_STATUS_CONFIRMED;
	e.status = status == ICAL_STATUS_CANCELLED   ? EVENT_CANCELLED
	           : status == ICAL_STATUS_TENTATIVE ? EVENT_TENTATIVE
	                                             : EVENT_CONFIRMED;
	if ((p = icalcomponent_get_first_property(c, ICAL_GEO_PROPERTY)) != NULL) {
		e.latitude = icalproperty_get_geo(p).lat;
		e.longitude = icalproperty_get_geo(p).lon;
	}
	p = icalcomponent_get_first_property(c, ICAL_TRANSP_PROPERTY);
	e.transparent = p && icalproperty_get_transp(p) == ICAL_TRANSP_TRANSPARENT;
	p = icalcomponent_get_first_property(c, ICAL_CLASS_PROPERTY);
	e.private_ = p && icalproperty_get_class(p) == ICAL_CLASS_PRIVATE;
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
	icalproperty *every = icalcomponent_get_first_property(c, ICAL_REFRESHINTERVAL_PROPERTY);
	if (every)
		ret->refresh_hours =
			icaldurationtype_as_int(icalproperty_get_refreshinterval(every)) / 3600;
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
