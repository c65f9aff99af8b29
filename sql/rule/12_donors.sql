-- SPDX-License-Identifier: Apache-2.0
-- Donors, as they are shown, found and sorted.

-- The days a donor is active, from bounds that may be years or months; open where unknown.
CREATE OR REPLACE FUNCTION rule.active_days(active_from text, active_to text) RETURNS daterange
LANGUAGE sql IMMUTABLE
RETURN daterange(rpad(active_from, 10, '-01-01')::date,
	CASE length(active_to) WHEN 4 THEN (active_to || '-12-31')::date + 1
		WHEN 7 THEN ((active_to || '-01')::date + interval '1 month')::date
		ELSE active_to::date + 1 END);

CREATE OR REPLACE FUNCTION rule.donor_json(d data.donor) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('code', (d).code, 'name', (d).name, 'funder', (d).funder,
		'funder_country', (d).funder_country, 'funder_iati_id', (d).funder_iati_id,
		'iati_id_status', (d).iati_id_status,
		'regions', ARRAY(SELECT r.region FROM data.donor_region r WHERE r.donor = (d).code ORDER BY 1),
		'topics', (d).topics,
		'beneficiaries', ARRAY(SELECT b.member FROM data.donor_beneficiary b WHERE b.donor = (d).code ORDER BY 1),
		'active_from', (d).active_from, 'active_to', (d).active_to, 'note', (d).note, 'source', (d).source,
		'created_at', rule.instant((d).created_at), 'updated_at', rule.instant((d).recorded_at),
		'revision', (d).revision);
END $$;

CREATE OR REPLACE FUNCTION rule.donor_key(d data.donor, sort text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE sort WHEN 'name' THEN (d).name WHEN 'code' THEN (d).code ELSE '' END;

CREATE OR REPLACE FUNCTION rule.donors_found(args jsonb) RETURNS SETOF data.donor LANGUAGE sql STABLE AS $$
	SELECT d.* FROM data.donor d
	WHERE (NOT args ? 'region' OR EXISTS (
		SELECT FROM data.donor_region r WHERE r.donor = d.code AND args -> 'region' ?| ARRAY[r.region]))
	  AND rule.has_words(args ->> 'q', concat_ws(' ', d.code, d.name, d.funder, array_to_string(d.topics, ' ')))
$$;

-- A donor's regions and beneficiaries become those of the body, where it names them.
CREATE OR REPLACE FUNCTION rule.set_donor_scope(code text, body jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	regions CONSTANT text[] := rule.texts(body, 'regions');
	members CONSTANT text[] := rule.texts(body, 'beneficiaries');
BEGIN
	PERFORM rule.check_regions(regions, 'regions'), rule.check_members(members, 'beneficiaries');
	DELETE FROM data.donor_region r WHERE r.donor = code AND r.region <> ALL (regions);
	INSERT INTO data.donor_region (donor, region) SELECT code, unnest(regions) ON CONFLICT DO NOTHING;
	DELETE FROM data.donor_beneficiary b WHERE b.donor = code AND b.member <> ALL (members);
	INSERT INTO data.donor_beneficiary (donor, member) SELECT code, unnest(members) ON CONFLICT DO NOTHING;
END $$;
