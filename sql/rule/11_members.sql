-- SPDX-License-Identifier: Apache-2.0
-- Members, as they are shown, found and sorted.

CREATE OR REPLACE FUNCTION rule.member_json(m data.member) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('code', (m).code, 'alpha3', (m).alpha3, 'name', (m).name, 'region', (m).region,
	'languages', (m).languages, 'timezone', (m).timezone, 'capital', (m).capital,
	'latitude', (m).latitude, 'longitude', (m).longitude, 'status', (m).status, 'blocked', (m).blocked,
	'member_since', (m).member_since, 'weekend', (m).weekend, 'source', (m).source,
	'created_at', rule.instant((m).created_at), 'updated_at', rule.instant((m).recorded_at),
	'revision', (m).revision);

CREATE OR REPLACE FUNCTION rule.member_key(m data.member, sort text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE sort WHEN 'name' THEN (m).name WHEN 'region' THEN (m).region WHEN 'code' THEN (m).code
	ELSE '' END;

CREATE OR REPLACE FUNCTION rule.members_found(args jsonb) RETURNS SETOF data.member LANGUAGE sql STABLE AS $$
	SELECT m.* FROM data.member m
	WHERE (NOT args ? 'region' OR args -> 'region' ?| ARRAY[m.region, 'ALL'])
	  AND rule.has_words(args ->> 'q', concat_ws(' ', m.code, m.alpha3, m.name, m.capital))
$$;

-- What had been recorded of Members by an instant.
CREATE OR REPLACE FUNCTION rule.members_at(as_of timestamptz) RETURNS SETOF data.member LANGUAGE sql STABLE AS $$
	SELECT m.* FROM data.member m WHERE m.recorded_at <= as_of
	UNION ALL
	SELECT r.* FROM data.past p, jsonb_populate_record(NULL::data.member, p."row") r
	WHERE p.entity = 'member' AND p.recorded @> as_of
$$;
