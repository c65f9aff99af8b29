-- SPDX-License-Identifier: Apache-2.0
-- Experts: journeys, what accreditations come to, and how an expert is shown.

-- A figure that planning counts with, of the version in force today. In plpgsql, as what else is asked for each
-- expert of each team: its plans are kept, while those of SQL functions that cannot be inlined are made again for
-- every statement around them.
CREATE OR REPLACE FUNCTION rule.setting(key text) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT s.value FROM data.planning_value s WHERE s.key = setting.key AND s.version = (
		SELECT v.version FROM data.planning_version v WHERE v.valid_from <= rule.today()
		ORDER BY v.valid_from DESC, v.version DESC LIMIT 1));
END $$;

-- Journeys ------------------------------------------------------------------------------------

-- Haversine in binary64 with radius 6371, whole km; planning programs compute the same to the km.
CREATE OR REPLACE FUNCTION rule.distance_km(lat1 float8, lon1 float8, lat2 float8, lon2 float8) RETURNS int
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	phi CONSTANT float8 := sin((radians(lat2) - radians(lat1)) / 2);
	lambda CONSTANT float8 := sin((radians(lon2) - radians(lon1)) / 2);
BEGIN
	RETURN floor(2 * 6371 * asin(LEAST(1, sqrt(phi * phi
		+ cos(radians(lat1)) * cos(radians(lat2)) * lambda * lambda))) + 1e-6)::int;
END $$;

-- How an expert from `home` takes part in a workshop at `host`: there or from home, days of travel each
-- way, days of rest after it. A distance nobody knows counts as far.
CREATE OR REPLACE FUNCTION rule.journey(home text, host text, mode text)
RETURNS TABLE (presence text, travel int, rest int, km int) LANGUAGE sql STABLE AS $$
	SELECT p.presence,
	       CASE WHEN p.presence = 'remote' OR d.km < rule.setting('same_city_below_km') THEN 0
	            WHEN d.km < rule.setting('one_day_below_km') THEN 1
	            ELSE rule.setting('far_days') END,
	       CASE WHEN p.presence = 'remote' THEN 0 ELSE rule.setting('rest_days') END, d.km
	FROM (SELECT (SELECT rule.distance_km(a.latitude, a.longitude, b.latitude, b.longitude)
	              FROM data.member a, data.member b WHERE a.code = home AND b.code = host)) AS d (km),
	     LATERAL (SELECT CASE WHEN mode = 'online' THEN 'remote'
	                          WHEN mode = 'hybrid' AND (d.km < rule.setting('hybrid_on_site_below_km')) IS NOT TRUE
	                          THEN 'remote' ELSE 'on_site' END) AS p (presence)
$$;

-- Standing ------------------------------------------------------------------------------------

-- The accreditations of an expert that hold on every day of a span: conferred by its first day, not over
-- before its last, and not lapsed meanwhile.
CREATE OR REPLACE FUNCTION rule.accreditations_held(holder text, first date, last date)
RETURNS SETOF data.accreditation LANGUAGE sql STABLE AS $$
	SELECT a.* FROM data.accreditation a
	WHERE a.expert = holder AND a.level IS NOT NULL AND a.conferred_on <= first
	  AND (a.valid_until IS NULL OR last <= a.valid_until)
	  AND NOT EXISTS (
		SELECT FROM data.accreditation l
		WHERE l.expert = a.expert AND l.stage = 'lapsed' AND l.instruments && a.instruments
		  AND l.conferred_on BETWEEN a.conferred_on AND last)
$$;

-- What they come to for some instruments (none: any): full before pre, and the instruments covered.
CREATE OR REPLACE FUNCTION rule.standing(holder text, wanted text[], first date, last date)
RETURNS TABLE (level text, covered text[], until date) LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN bool_or(a.level = 'full') THEN 'full' WHEN count(*) > 0 THEN 'pre' END,
	       COALESCE((SELECT array_agg(DISTINCT i ORDER BY i) FROM rule.accreditations_held(holder, first, last) h,
	                 unnest(h.instruments) AS i WHERE wanted = '{}' OR i = ANY (wanted)), '{}'),
	       NULLIF(max(COALESCE(a.valid_until, 'infinity')), 'infinity')
	FROM rule.accreditations_held(holder, first, last) a
	WHERE wanted = '{}' OR a.instruments && wanted
$$;

-- Shown ---------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.person(e data.expert) RETURNS json LANGUAGE sql IMMUTABLE
RETURN json_build_object('id', (e).id, 'name', (e).name);

CREATE OR REPLACE FUNCTION rule.expert_json(e data.expert, day date) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', e.id, 'name', e.name, 'member', rule.place(e.member), 'email', e.email,
		'languages', e.languages, 'instruments', s.covered, 'delivers', e.delivers,
		'max_missions_year', e.max_missions_year, 'max_days_year', e.max_days_year, 'active', e.active,
		'timezone', e.timezone, 'note', e.note, 'level', s.level, 'accredited_until', s.until,
		'created_at', rule.instant(e.created_at), 'updated_at', rule.instant(e.recorded_at),
		'revision', e.revision)
	FROM rule.standing(e.id, '{}', day, day) s
$$;

CREATE OR REPLACE FUNCTION rule.expert_key(e data.expert, sort text) RETURNS text LANGUAGE sql STABLE
RETURN CASE sort WHEN 'name' THEN (e).name WHEN 'member' THEN (e).member
	WHEN 'updated_at' THEN to_char((e).recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')
	ELSE (e).id END;

CREATE OR REPLACE FUNCTION rule.experts_found(args jsonb) RETURNS SETOF data.expert LANGUAGE sql STABLE AS $$
	SELECT e.* FROM data.expert e
	WHERE (NOT args ? 'member' OR e.member = ANY (rule.texts(args, 'member')))
	  AND (NOT args ? 'region' OR EXISTS (SELECT FROM data.member m WHERE m.code = e.member
	       AND args -> 'region' ?| ARRAY[m.region, 'ALL']))
	  AND (NOT args ? 'language' OR e.languages && rule.texts(args, 'language'))
	  AND (NOT args ?| '{instrument,level}' OR EXISTS (
		SELECT FROM rule.accreditations_held(e.id, rule.on_day(args), rule.on_day(args)) a
		WHERE (NOT args ? 'instrument' OR a.instruments && rule.texts(args, 'instrument'))
		  AND (NOT args ? 'level' OR a.level = args ->> 'level')))
	  AND rule.has_words(args ->> 'q', concat_ws(' ', e.id, e.name, e.member, e.note))
$$;

CREATE OR REPLACE FUNCTION rule.accreditation_json(a data.accreditation) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('id', (a).id, 'expert', (a).expert, 'stage', (a).stage,
	'instruments', (a).instruments, 'conferred_on', (a).conferred_on, 'valid_until', (a).valid_until,
	'workshop', (a).workshop, 'evidence', (a).evidence, 'note', (a).note,
	'created_at', rule.instant((a).created_at), 'updated_at', rule.instant((a).recorded_at),
	'revision', (a).revision);

CREATE OR REPLACE FUNCTION rule.unavailability_json(u data.unavailability) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('id', (u).id, 'expert', (u).expert, 'first_day', (u).first_day,
	'last_day', (u).last_day, 'note', (u).note, 'source', (u).source,
	'created_at', rule.instant((u).created_at), 'updated_at', rule.instant((u).recorded_at),
	'revision', (u).revision);

CREATE OR REPLACE FUNCTION rule.calendar_json(c data.calendar) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('selector', (c).selector, 'label', (c).label, 'detail', (c).detail,
	'last_used_on', (c).last_used_on, 'created_at', rule.instant((c).created_at),
	'updated_at', rule.instant((c).recorded_at));

-- The expert of a path who may be seen, or 404.
CREATE OR REPLACE FUNCTION rule.path_expert(id text) RETURNS data.expert LANGUAGE plpgsql STABLE AS $$
DECLARE
	e data.expert;
BEGIN
	SELECT * INTO e FROM data.expert x WHERE x.id = path_expert.id;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('expert', path_expert.id);
	END IF;
	RETURN e;
END $$;

-- A list that is answered whole.
CREATE OR REPLACE FUNCTION rule.whole_list(items json) RETURNS api.answer LANGUAGE sql IMMUTABLE
RETURN ROW(200, NULL, NULL, NULL, NULL, json_build_object('items', COALESCE(items, '[]'), 'next', NULL))::api.answer;

-- An entity tag may say more than the revision, after a hyphen: what a resource shows of others.
CREATE OR REPLACE FUNCTION rule.shown(status int, body json, revision int, modified timestamptz,
                                      location text DEFAULT NULL) RETURNS api.answer LANGUAGE sql IMMUTABLE
RETURN ROW(status, revision || '-' || left(encode(sha256(convert_to(body::text, 'UTF8')), 'hex'), 12),
	modified, location, NULL, body)::api.answer;

CREATE OR REPLACE FUNCTION rule.check_shown(args jsonb, revision int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM rule.check_match(CASE WHEN args ? 'if_match'
		THEN args || jsonb_build_object('if_match', split_part(args ->> 'if_match', '-', 1)) ELSE args END, revision);
END $$;

-- Subscriptions -------------------------------------------------------------------------------

-- A new address for a subscription: its secret is shown now and never again.
CREATE OR REPLACE FUNCTION rule.calendar_secret(c data.calendar, secret text) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('selector', (c).selector, 'label', (c).label, 'detail', (c).detail,
	'last_used_on', (c).last_used_on, 'created_at', rule.instant((c).created_at),
	'updated_at', rule.instant((c).recorded_at),
	'url', '/v1/calendars/' || (c).selector || '_' || secret || '.ics');
