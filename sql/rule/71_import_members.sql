-- SPDX-License-Identifier: Apache-2.0
-- Import of Members, weekends and holidays: faults of more than one cell; the writing.

CREATE OR REPLACE FUNCTION rule.members_faults(sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	SELECT r.line, 'latitude', 'half_a_place', 'Give latitude and longitude together, or neither.'
	FROM jsonb_to_recordset(sheet) AS r (line int, latitude text, longitude text)
	WHERE (r.latitude IS NULL) <> (r.longitude IS NULL)
$$;

CREATE OR REPLACE FUNCTION rule.import_members(sheet jsonb, OUT inserted int, OUT updated int)
LANGUAGE sql VOLATILE AS $$
	WITH written AS (
		INSERT INTO data.member AS m (code, alpha3, name, region, languages, timezone, capital, latitude,
			longitude, status, member_since, source)
		SELECT r.iso_alpha2, r.iso_alpha3, r.name, r.wco_region, string_to_array(r.working_languages, ';'),
			r.timezone, r.capital, r.latitude, r.longitude, r.status, r.member_since, r.source
		FROM jsonb_to_recordset(sheet) AS r (iso_alpha2 text, iso_alpha3 text, name text, wco_region text,
			working_languages text, timezone text, capital text, latitude numeric, longitude numeric,
			status text, member_since date, source text)
		ON CONFLICT (code) DO UPDATE SET (alpha3, name, region, languages, timezone, capital, latitude,
			longitude, status, member_since, source) = (excluded.alpha3, excluded.name, excluded.region,
			excluded.languages, excluded.timezone, excluded.capital, excluded.latitude, excluded.longitude,
			excluded.status, excluded.member_since, excluded.source)
		WHERE (m.alpha3, m.name, m.region, m.languages, m.timezone, m.capital, m.latitude, m.longitude,
			m.status, m.member_since, m.source) IS DISTINCT FROM (excluded.alpha3, excluded.name,
			excluded.region, excluded.languages, excluded.timezone, excluded.capital, excluded.latitude,
			excluded.longitude, excluded.status, excluded.member_since, excluded.source)
		RETURNING m.revision
	) SELECT count(*) FILTER (WHERE revision = 1), count(*) FILTER (WHERE revision > 1) FROM written
$$;

CREATE OR REPLACE FUNCTION rule.weekends_faults(sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	SELECT r.line, 'weekend', 'no_day_left', 'A weekend of seven days leaves no day to work.'
	FROM jsonb_to_recordset(sheet) AS r (line int, weekend text)
	WHERE cardinality(string_to_array(r.weekend, ';')) > 6
$$;

CREATE OR REPLACE FUNCTION rule.import_weekends(sheet jsonb, OUT inserted int, OUT updated int)
LANGUAGE sql VOLATILE AS $$
	WITH written AS (
		UPDATE data.member m SET weekend = string_to_array(r.weekend, ';')
		FROM jsonb_to_recordset(sheet) AS r (member text, weekend text)
		WHERE m.code = r.member AND m.weekend IS DISTINCT FROM string_to_array(r.weekend, ';')
		RETURNING m.code
	) SELECT 0, count(*) FROM written
$$;

CREATE OR REPLACE FUNCTION rule.holidays_faults(sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	SELECT r.line, 'last_day', 'upside_down', format('The last day, %s, is before the first, %s.',
		r.last_day, r.first_day)
	FROM jsonb_to_recordset(sheet) AS r (line int, first_day text, last_day text)
	WHERE rule.is_day(r.first_day) AND rule.is_day(r.last_day) AND r.last_day < r.first_day COLLATE "C"
$$;

CREATE OR REPLACE FUNCTION rule.import_holidays(sheet jsonb, OUT inserted int, OUT updated int)
LANGUAGE sql VOLATILE AS $$
	WITH written AS (
		INSERT INTO data.holiday AS h (member, first_day, last_day, name, type)
		SELECT r.member, r.first_day, r.last_day, r.name, r.type
		FROM jsonb_to_recordset(sheet) AS r (member text, first_day date, last_day date, name text, type text)
		ON CONFLICT (member, first_day, name) DO UPDATE SET last_day = excluded.last_day, type = excluded.type
		WHERE (h.last_day, h.type) IS DISTINCT FROM (excluded.last_day, excluded.type)
		RETURNING h.xmax = 0 AS is_new -- no earlier version of the row
	) SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
$$;
