-- SPDX-License-Identifier: Apache-2.0
-- Import of donors: faults of more than one cell; the writing.

CREATE OR REPLACE FUNCTION rule.donors_faults(sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	SELECT r.line, 'active_to', 'upside_down', format('active_to, %s, is before active_from, %s.',
		r.active_to, r.active_from)
	FROM jsonb_to_recordset(sheet) AS r (line int, active_from text, active_to text)
	WHERE left(r.active_from, length(r.active_to)) COLLATE "C" > left(r.active_to, length(r.active_from))
	UNION ALL
	SELECT r.line, 'topics', 'empty_word', 'A list with semicolons has a word between any two of them.'
	FROM jsonb_to_recordset(sheet) AS r (line int, topics text)
	WHERE '' = ANY (string_to_array(r.topics, ';'))
$$;

-- Donors as the file has them.
CREATE OR REPLACE FUNCTION rule.donor_rows(sheet jsonb)
RETURNS TABLE (code text, name text, funder text, funder_country text, funder_iati_id text,
               iati_id_status text, regions text[], topics text[], beneficiaries text[], active_from text,
               active_to text, note text, source text) LANGUAGE sql IMMUTABLE AS $$
	SELECT r.code, r.name, r.funder, r.funder_country, r.funder_iati_id, r.iati_id_status,
		COALESCE(string_to_array(r.regions, ';'), '{}'), COALESCE(string_to_array(r.topics, ';'), '{}'),
		COALESCE(string_to_array(r.beneficiaries, ';'), '{}'), r.active_from, r.active_to, r.note, r.source
	FROM jsonb_to_recordset(sheet) AS r (code text, name text, funder text, funder_country text,
		funder_iati_id text, iati_id_status text, regions text, topics text, beneficiaries text,
		active_from text, active_to text, note text, source text)
$$;

-- Regions and beneficiaries are in tables of their own: a donor whose scope alone changes is a changed donor,
-- so its revision is asked to rise (NULL).
CREATE OR REPLACE FUNCTION rule.import_donors(sheet jsonb, OUT inserted int, OUT updated int)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	rescoped CONSTANT text[] := ARRAY(
		SELECT r.code FROM rule.donor_rows(sheet) r JOIN data.donor d ON d.code = r.code
		WHERE ARRAY(SELECT x.region FROM data.donor_region x WHERE x.donor = d.code ORDER BY 1)
		      <> ARRAY(SELECT unnest(r.regions) ORDER BY 1)
		   OR ARRAY(SELECT x.member FROM data.donor_beneficiary x WHERE x.donor = d.code ORDER BY 1)
		      <> ARRAY(SELECT unnest(r.beneficiaries) ORDER BY 1));
BEGIN
	WITH written AS (
		INSERT INTO data.donor AS d (code, name, funder, funder_country, funder_iati_id, iati_id_status, topics,
			active_from, active_to, note, source)
		SELECT r.code, r.name, r.funder, r.funder_country, r.funder_iati_id, r.iati_id_status, r.topics,
			r.active_from, r.active_to, r.note, r.source FROM rule.donor_rows(sheet) r
		ON CONFLICT (code) DO UPDATE SET (name, funder, funder_country, funder_iati_id, iati_id_status, topics,
			active_from, active_to, note, source, revision) = (excluded.name, excluded.funder,
			excluded.funder_country, excluded.funder_iati_id, excluded.iati_id_status, excluded.topics,
			excluded.active_from, excluded.active_to, excluded.note, excluded.source, NULL)
		WHERE d.code = ANY (rescoped) OR (d.name, d.funder, d.funder_country, d.funder_iati_id,
			d.iati_id_status, d.topics, d.active_from, d.active_to, d.note, d.source) IS DISTINCT FROM
			(excluded.name, excluded.funder, excluded.funder_country, excluded.funder_iati_id,
			excluded.iati_id_status, excluded.topics, excluded.active_from, excluded.active_to, excluded.note,
			excluded.source)
		RETURNING d.revision
	) SELECT count(*) FILTER (WHERE w.revision = 1), count(*) FILTER (WHERE w.revision > 1)
	INTO inserted, updated FROM written w;
	DELETE FROM data.donor_region x USING rule.donor_rows(sheet) r
	WHERE x.donor = r.code AND x.region <> ALL (r.regions);
	INSERT INTO data.donor_region (donor, region)
	SELECT r.code, unnest(r.regions) FROM rule.donor_rows(sheet) r ON CONFLICT DO NOTHING;
	DELETE FROM data.donor_beneficiary x USING rule.donor_rows(sheet) r
	WHERE x.donor = r.code AND x.member <> ALL (r.beneficiaries);
	INSERT INTO data.donor_beneficiary (donor, member)
	SELECT r.code, unnest(r.beneficiaries) FROM rule.donor_rows(sheet) r ON CONFLICT DO NOTHING;
END $$;
