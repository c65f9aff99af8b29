-- SPDX-License-Identifier: Apache-2.0
-- Events of feeds: functions of rows and of the day a feed is rendered for, never of the clock. A function
-- here either reads a table or is one expression that PostgreSQL folds into the query that calls it: one
-- that did both would be planned anew for each row.

CREATE OR REPLACE FUNCTION rule.epoch(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN floor(EXTRACT(epoch FROM t))::bigint;

CREATE OR REPLACE FUNCTION rule.minute(wall text) RETURNS int LANGUAGE sql IMMUTABLE
RETURN split_part(wall, ':', 1)::int * 60 + split_part(wall, ':', 2)::int;

CREATE OR REPLACE FUNCTION rule.session_rows(sessions jsonb) RETURNS json LANGUAGE sql IMMUTABLE AS $$
	SELECT COALESCE(json_agg(json_build_array(s ->> 'day', rule.minute(s ->> 'start'), rule.minute(s ->> 'end'))
		ORDER BY s ->> 'day', s ->> 'start'), '[]')
	FROM jsonb_array_elements(sessions) AS s
$$;

CREATE OR REPLACE FUNCTION rule.location_text(w data.workshop, with_venue boolean) RETURNS text
LANGUAGE sql STABLE
RETURN COALESCE(NULLIF(concat_ws(', ', CASE WHEN with_venue THEN (w).venue END, (w).city, COALESCE((w).host_name,
	(SELECT m.name FROM data.member m WHERE m.code = (w).host))), ''),
	CASE (w).mode WHEN 'online' THEN 'Online' END);

-- A list of words for people: names where there are any, the codes elsewhere.
CREATE OR REPLACE FUNCTION rule.instrument_names(codes text[]) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT string_agg(i.name, ', ' ORDER BY c.n)
	FROM unnest(codes) WITH ORDINALITY AS c (code, n) JOIN data.instrument i ON i.code = c.code);
CREATE OR REPLACE FUNCTION rule.donor_names(codes text[]) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT string_agg(d.name, ', ' ORDER BY c.n)
	FROM unnest(codes) WITH ORDINALITY AS c (code, n) JOIN data.donor d ON d.code = c.code);

CREATE OR REPLACE FUNCTION rule.kind_name(code text) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT k.name FROM data.kind k WHERE k.code = kind_name.code);

CREATE OR REPLACE FUNCTION rule.event_text(w data.workshop, donors text[], experts int) RETURNS text
LANGUAGE sql STABLE
RETURN concat_ws(E'\n', rule.kind_name((w).kind)
		|| CASE (w).mode WHEN 'online' THEN ', online' WHEN 'hybrid' THEN ', hybrid' ELSE '' END,
	(w).summary,
	'Purposes: ' || NULLIF(replace(array_to_string((w).purposes, ', '), '_', ' '), ''),
	'Instruments: ' || rule.instrument_names((w).instruments),
	'Languages: ' || NULLIF(array_to_string((w).languages, ', '), ''),
	'Experts: ' || NULLIF(experts, 0),
	'Donors: ' || rule.donor_names(donors),
	(w).url);

CREATE OR REPLACE FUNCTION rule.event_title(w data.workshop) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE (w).status WHEN 'postponed' THEN 'Postponed: ' ELSE '' END || (w).title;

-- The stamp of an event: when what it shows was last changed. A past version of before shown_at has its own time.
CREATE OR REPLACE FUNCTION rule.shown_at(w data.workshop) RETURNS timestamptz LANGUAGE sql IMMUTABLE
RETURN COALESCE((w).shown_at, (w).recorded_at);

-- What is off stays in feeds for 90 days.
CREATE OR REPLACE FUNCTION rule.still_shown(off_since date, day date) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN off_since >= day - 90;

CREATE OR REPLACE FUNCTION rule.feed_day(args jsonb) RETURNS date LANGUAGE sql STABLE
RETURN COALESCE((args ->> 'day')::date, rule.today());

CREATE OR REPLACE FUNCTION rule.activity_event(w data.workshop, donors text[], experts int) RETURNS SETOF api.event
LANGUAGE sql STABLE AS $$
	SELECT w.uid, w.sequence, rule.epoch(rule.shown_at(w)), rule.epoch(w.created_at), rule.epoch(rule.shown_at(w)),
	       data.event_status(w.status), w.start_date, COALESCE(w.end_date, w.start_date), w.timezone,
	       rule.session_rows(w.sessions), rule.event_title(w), rule.event_text(w, donors, experts),
	       rule.location_text(w, true), w.url, NULL::text,
	       (SELECT m.latitude::float8 FROM data.member m WHERE m.code = w.host AND m.capital = w.city),
	       (SELECT m.longitude::float8 FROM data.member m WHERE m.code = w.host AND m.capital = w.city),
	       to_json(array_remove(ARRAY[w.kind, w.theme] || w.regions, NULL)), true, false, NULL::text
$$;

-- A person's calendar -------------------------------------------------------------------------

-- Whose feed an address is; unknown and revoked ones are alike. Runs as the owner: the address is the
-- credential, and nobody else may see digests.
DROP FUNCTION IF EXISTS rule.open_calendar(text) CASCADE;
CREATE FUNCTION rule.open_calendar(token text, OUT of_expert text, OUT detail text, OUT label text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	used date;
BEGIN
	SELECT c.expert, c.detail, c.label, c.last_used_on INTO of_expert, open_calendar.detail, open_calendar.label, used
	FROM data.calendar c
	WHERE c.selector = substr(token, 1, 12) AND substr(token, 13, 1) = '_' AND c.revoked_at IS NULL
	  AND c.digest = sha256(convert_to(substr(token, 14), 'UTF8'));
	IF of_expert IS NULL THEN
		PERFORM rule.refuse(404, 'There is no calendar at this address; ask a coordinator for a new one.');
	ELSIF used IS DISTINCT FROM rule.today() THEN
		-- Once a day, and nobody waits for it.
		UPDATE data.calendar SET last_used_on = rule.today() WHERE selector = (
			SELECT c.selector FROM data.calendar c WHERE c.selector = substr(token, 1, 12)
			FOR NO KEY UPDATE SKIP LOCKED);
	END IF;
END $$;

-- The mission, the way there and the way back, a row each. A part's days may be none.
CREATE OR REPLACE FUNCTION rule.mission_parts(m data.mission)
RETURNS TABLE (part text, first date, last date) LANGUAGE sql IMMUTABLE AS $$
	VALUES ('', m.start_date, m.end_date),
	       ('-out', m.start_date - m.travel_before, m.start_date - 1),
	       ('-back', m.end_date + 1, m.end_date + m.travel_after)
$$;

-- An expert's places on teams, and those taken back, with when, of which calendars tell for 90 days.
CREATE OR REPLACE FUNCTION rule.places_of(of_expert text, day date)
RETURNS TABLE (m data.mission, taken_back timestamptz) LANGUAGE sql STABLE AS $$
	SELECT m, NULL::timestamptz FROM data.mission m WHERE m.expert = of_expert
	UNION ALL
	SELECT r, upper(p.recorded)
	FROM data.past p, jsonb_populate_record(NULL::data.mission, p."row") r
	WHERE p.entity = 'mission' AND p."row" ->> 'expert' = of_expert
	  AND rule.still_shown((upper(p.recorded) AT TIME ZONE 'UTC')::date, day)
	  AND NOT EXISTS (SELECT FROM data.mission n WHERE n.id = p.key)
	  AND NOT EXISTS (SELECT FROM data.past q
	                  WHERE q.entity = 'mission' AND q.key = p.key AND q.recorded >> p.recorded)
$$;

DROP FUNCTION IF EXISTS rule.mission_event(data.mission, data.workshop, text, text, date, date);
CREATE OR REPLACE FUNCTION rule.mission_event(m data.mission, taken_back timestamptz, w data.workshop, detail text,
                                              part text, first date, last date) RETURNS SETOF api.event
LANGUAGE sql STABLE AS $$
	SELECT w.uid || '-' || lower(m.id) || part, w.sequence + m.sequence + (taken_back IS NOT NULL)::int,
	       rule.epoch(GREATEST(rule.shown_at(w), m.recorded_at, taken_back)), rule.epoch(m.created_at),
	       rule.epoch(GREATEST(rule.shown_at(w), m.recorded_at, taken_back)),
	       CASE WHEN taken_back IS NOT NULL OR NOT m.engaged OR w.status IN ('postponed', 'cancelled') THEN 'CANCELLED'
	            WHEN m.status = 'accepted' THEN 'CONFIRMED' ELSE 'TENTATIVE' END,
	       first, last, w.timezone,
	       CASE WHEN part = '' AND detail = 'full' THEN rule.session_rows(w.sessions) ELSE '[]'::json END,
	       CASE WHEN detail = 'busy' THEN 'Busy'
	            WHEN part = '-out' THEN concat_ws(' ', 'Travel to', COALESCE(w.city, rule.location_text(w, false)))
	            WHEN part = '-back' THEN 'Travel home'
	            WHEN detail = 'city' THEN 'Mission' ELSE rule.event_title(w) || ' (' || m.role || ')' END,
	       CASE WHEN part = '' AND detail = 'full' THEN rule.event_text(w, '{}', 0) END,
	       CASE WHEN part = '' AND detail <> 'busy' THEN rule.location_text(w, detail = 'full') END,
	       CASE WHEN part = '' AND detail = 'full' THEN w.url END, NULL::text, NULL::float8, NULL::float8,
	       '[]'::json, false, detail = 'busy', NULL::text
$$;

-- Runs as the owner, for whoever an address names. The first row is the calendar's name alone, so that one
-- without events has its name too.
CREATE OR REPLACE FUNCTION rule.calendar_events(token text, day date) RETURNS SETOF api.event
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	c CONSTANT record := rule.open_calendar(token);
	named api.event;
BEGIN
	named.calendar := format('%s (%s)', (SELECT x.name FROM data.expert x WHERE x.id = c.of_expert), c.label);
	RETURN NEXT named;
	RETURN QUERY
	SELECT e.*
	FROM rule.places_of(c.of_expert, day) o
	JOIN data.workshop w ON w.id = (o.m).workshop
	CROSS JOIN LATERAL rule.mission_parts(o.m) p
	CROSS JOIN LATERAL rule.mission_event(o.m, o.taken_back, w, c.detail, p.part, p.first, p.last) e
	WHERE p.last >= p.first AND w.status <> 'draft'
	  AND (w.status NOT IN ('postponed', 'cancelled') OR rule.still_shown(w.status_on, day))
	  AND ((o.m).engaged OR rule.still_shown(((o.m).recorded_at AT TIME ZONE 'UTC')::date, day))
	ORDER BY e.first, e.uid;
END $$;
