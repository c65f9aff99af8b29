-- SPDX-License-Identifier: Apache-2.0
-- Import of standards, instruments and KPIs: faults of more than one cell; the writing.

CREATE OR REPLACE FUNCTION rule.standards_faults(sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH r AS (SELECT * FROM jsonb_to_recordset(sheet) AS r (line int, code text, edition text, number text))
	SELECT r.line, 'code', 'repeated', format('Edition %s has the code %s as standard %s already.', r.edition,
		r.code, other.number)
	FROM r JOIN LATERAL (
		SELECT o.number FROM r o
		WHERE o.line < r.line AND (o.edition, o.code) = (r.edition, r.code) AND o.number <> r.number
		UNION ALL
		SELECT s.number::text FROM data.standard s
		WHERE (s.edition::text, s.code) = (r.edition, r.code) AND s.number::text <> r.number
		LIMIT 1) AS other ON true
$$;

CREATE OR REPLACE FUNCTION rule.import_standards(sheet jsonb, OUT inserted int, OUT updated int)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	INSERT INTO data.edition (edition)
	SELECT DISTINCT r.edition FROM jsonb_to_recordset(sheet) AS r (edition int) ON CONFLICT DO NOTHING;
	WITH written AS (
		INSERT INTO data.standard AS s (edition, number, code, title, principle_number, principle, source)
		SELECT r.edition, r.number, r.code, r.title, r.principle_number, r.principle, r.source
		FROM jsonb_to_recordset(sheet) AS r (edition int, number int, code text, title text,
			principle_number int, principle text, source text)
		ON CONFLICT (edition, number) DO UPDATE SET (code, title, principle_number, principle, source) =
			(excluded.code, excluded.title, excluded.principle_number, excluded.principle, excluded.source)
		WHERE (s.code, s.title, s.principle_number, s.principle, s.source) IS DISTINCT FROM (excluded.code,
			excluded.title, excluded.principle_number, excluded.principle, excluded.source)
		RETURNING s.revision
	) SELECT count(*) FILTER (WHERE w.revision = 1), count(*) FILTER (WHERE w.revision > 1)
	INTO inserted, updated FROM written w;
END $$;

CREATE OR REPLACE FUNCTION rule.instruments_faults(sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH r AS (SELECT * FROM jsonb_to_recordset(sheet) AS r (line int, code text, parent_code text))
	SELECT r.line, 'parent_code', 'own_parent', 'An instrument is not its own parent.'
	FROM r WHERE r.parent_code = r.code
	UNION ALL
	SELECT r.line, 'parent_code', 'unknown', format('There is no instrument "%s", here or in the file.', r.parent_code)
	FROM r WHERE r.parent_code IS NOT NULL
	  AND NOT EXISTS (SELECT FROM r o WHERE o.code = r.parent_code)
	  AND NOT EXISTS (SELECT FROM data.instrument i WHERE i.code = r.parent_code)
$$;

CREATE OR REPLACE FUNCTION rule.import_instruments(sheet jsonb, OUT inserted int, OUT updated int)
LANGUAGE sql VOLATILE AS $$
	WITH written AS (
		INSERT INTO data.instrument AS i (code, name, parent, paragraph, note)
		SELECT r.code, r.name, r.parent_code, r.seed_paragraph, r.note
		FROM jsonb_to_recordset(sheet) AS r (code text, name text, parent_code text, seed_paragraph text, note text)
		ON CONFLICT (code) DO UPDATE SET (name, parent, paragraph, note) =
			(excluded.name, excluded.parent, excluded.paragraph, excluded.note)
		WHERE (i.name, i.parent, i.paragraph, i.note) IS DISTINCT FROM
			(excluded.name, excluded.parent, excluded.paragraph, excluded.note)
		RETURNING i.revision
	) SELECT count(*) FILTER (WHERE revision = 1), count(*) FILTER (WHERE revision > 1) FROM written
$$;

-- The file names a KPI's standard by its number in two editions and by its code.
CREATE OR REPLACE FUNCTION rule.kpi_standards(sheet jsonb)
RETURNS TABLE (line int, kpi text, edition int, name text, number text, standard text)
LANGUAGE sql IMMUTABLE AS $$
	SELECT r.line, r.code, e.edition, e.name, e.number, r.standard_code
	FROM jsonb_to_recordset(sheet) AS r (line int, code text, standard_number text,
	                                     standard_number_2018 text, standard_code text),
	     LATERAL (VALUES (2022, 'standard_number', r.standard_number),
	                     (2018, 'standard_number_2018', r.standard_number_2018)) AS e (edition, name, number)
$$;

CREATE OR REPLACE FUNCTION rule.kpis_faults(sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	SELECT k.line, k.name, 'unknown', format('Edition %s has no standard %s with the code %s; import the '
		'standards first.', k.edition, k.number, COALESCE(k.standard, '(none)'))
	FROM rule.kpi_standards(sheet) k
	WHERE k.number ~ '^\d+$' AND NOT EXISTS (
		SELECT FROM data.standard s
		WHERE s.edition = k.edition AND s.number::text = k.number AND s.code = k.standard)
$$;

CREATE OR REPLACE FUNCTION rule.import_kpis(sheet jsonb, OUT inserted int, OUT updated int)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	fresh text[];
	changed text[];
	moved text[];
BEGIN
	WITH written AS (
		INSERT INTO data.kpi AS k (code, title, kind, answer_type, better_direction, source)
		SELECT r.code, r.title, r.kind, r.answer_type, r.better_direction, r.source
		FROM jsonb_to_recordset(sheet) AS r (code text, title text, kind text, answer_type text,
			better_direction text, source text)
		ON CONFLICT (code) DO UPDATE SET (title, kind, answer_type, better_direction, source) =
			(excluded.title, excluded.kind, excluded.answer_type, excluded.better_direction, excluded.source)
		WHERE (k.title, k.kind, k.answer_type, k.better_direction, k.source) IS DISTINCT FROM (excluded.title,
			excluded.kind, excluded.answer_type, excluded.better_direction, excluded.source)
		RETURNING k.code, k.revision
	) SELECT array_agg(w.code) FILTER (WHERE w.revision = 1), array_agg(w.code) FILTER (WHERE w.revision > 1)
	INTO fresh, changed FROM written w;
	WITH gone AS (
		DELETE FROM data.kpi_standard s USING rule.kpi_standards(sheet) k
		WHERE (s.kpi, s.edition) = (k.kpi, k.edition) AND k.number IS NULL RETURNING s.kpi
	), set_to AS (
		INSERT INTO data.kpi_standard AS s (kpi, edition, number)
		SELECT k.kpi, k.edition, k.number::int FROM rule.kpi_standards(sheet) k WHERE k.number IS NOT NULL
		ON CONFLICT (edition, kpi) DO UPDATE SET number = excluded.number
		WHERE s.number <> excluded.number RETURNING s.kpi
	) SELECT array_agg(m.kpi) INTO moved FROM (TABLE gone UNION TABLE set_to) AS m;
	inserted := COALESCE(cardinality(fresh), 0);
	updated := (SELECT count(DISTINCT c) FROM unnest(changed || moved) AS c
	            WHERE c <> ALL (COALESCE(fresh, '{}')));
END $$;
