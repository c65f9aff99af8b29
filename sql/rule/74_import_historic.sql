-- SPDX-License-Identifier: Apache-2.0
-- Import of what was held: facts to hold, with what is not known left empty. Criteria and opening dates
-- bind planning, not the record.

CREATE OR REPLACE FUNCTION rule.historic_workshops_faults(sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH r AS (SELECT * FROM jsonb_to_recordset(sheet) AS r (line int, id text, start_date text, end_date text,
		participants text, participants_basis text))
	SELECT r.line, 'end_date', 'upside_down', format('The last day, %s, is before the first, %s.',
		r.end_date, r.start_date)
	FROM r WHERE rule.is_day(r.start_date) AND rule.is_day(r.end_date)
	         AND r.end_date < r.start_date COLLATE "C"
	UNION ALL
	SELECT r.line, 'start_date', 'not_held_yet', format('%s is in the future; a record is of what was held.',
		r.start_date)
	FROM r WHERE rule.is_day(r.start_date) AND r.start_date > rule.iso(rule.today()) COLLATE "C"
	UNION ALL
	SELECT r.line, 'participants_basis', 'basis_of_nothing', 'A basis says how sure a number is; give '
		'participants too.'
	FROM r WHERE r.participants IS NULL AND r.participants_basis IS NOT NULL
	UNION ALL
	SELECT r.line, 'id', 'not_historic', format('%s is a workshop of the plan, not a record; take another id.', r.id)
	FROM r JOIN data.workshop w ON w.id = r.id WHERE NOT w.historic
$$;

-- A record that has moved on (reported, evaluated) keeps its status.
CREATE OR REPLACE FUNCTION rule.import_historic_workshops(sheet jsonb, OUT inserted int, OUT updated int)
LANGUAGE sql VOLATILE AS $$
	WITH row AS (
		SELECT r.*, COALESCE(string_to_array(r.region, ';'), '{}') AS regions,
			COALESCE(string_to_array(r.donors, ';'), '{}') AS donor_codes
		FROM jsonb_to_recordset(sheet) AS r (id text, kind text, theme text, title text, start_date date,
			end_date date, mode text, region text, host_member text, city text, participants int,
			participants_basis text, members_represented int, donors text, source_url text, note text)
	), written AS (
		INSERT INTO data.workshop AS w (id, kind, status, status_on, historic, experts_needed, theme, title,
			start_date, end_date, mode, regions, host, city, participants, participants_basis,
			members_represented, donors, url, note)
		SELECT r.id, r.kind, 'delivered', COALESCE(r.end_date, r.start_date, rule.today()), true, 0, r.theme,
			r.title, r.start_date, r.end_date, r.mode, r.regions, r.host_member, r.city, r.participants,
			r.participants_basis, r.members_represented, r.donor_codes, r.source_url, r.note FROM row r
		ON CONFLICT (id) DO UPDATE SET (kind, theme, title, start_date, end_date, mode, regions, host, city,
			participants, participants_basis, members_represented, donors, url, note) = (excluded.kind,
			excluded.theme, excluded.title, excluded.start_date, excluded.end_date, excluded.mode,
			excluded.regions, excluded.host, excluded.city, excluded.participants, excluded.participants_basis,
			excluded.members_represented, excluded.donors, excluded.url, excluded.note)
		WHERE w.historic AND (w.kind, w.theme, w.title, w.start_date, w.end_date, w.mode, w.regions, w.host,
			w.city, w.participants, w.participants_basis, w.members_represented, w.donors, w.url, w.note)
			IS DISTINCT FROM (excluded.kind, excluded.theme, excluded.title, excluded.start_date,
			excluded.end_date, excluded.mode, excluded.regions, excluded.host, excluded.city,
			excluded.participants, excluded.participants_basis, excluded.members_represented, excluded.donors,
			excluded.url, excluded.note)
		RETURNING w.revision
	) SELECT count(*) FILTER (WHERE revision = 1), count(*) FILTER (WHERE revision > 1) FROM written
$$;
