-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.member_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{name,code,region}', 'name', rule.member_json(NULL));
	hits rule.hit[];
BEGIN
	PERFORM rule.check_regions(rule.texts(args, 'region'), 'region');
	hits := ARRAY(
		SELECT ROW(k1, k2, (m).code, rule.member_json(m))::rule.hit
		FROM (SELECT f, rule.member_key(f, p.s1) COLLATE "und-x-icu",
		             rule.member_key(f, p.s2) COLLATE "und-x-icu"
		      FROM rule.members_found(args) f) AS found (m, k1, k2)
		WHERE rule.after(p.d1, p.d2, p.c1, p.c2, p.cid, k1, k2, (m).code)
		ORDER BY CASE WHEN NOT p.d1 THEN k1 END, CASE WHEN p.d1 THEN k1 END DESC,
		         CASE WHEN NOT p.d2 THEN k2 END, CASE WHEN p.d2 THEN k2 END DESC, (m).code LIMIT p.size + 1);
	RETURN rule.list(p, hits, CASE WHEN p.counted THEN (SELECT count(*) FROM rule.members_found(args)) END);
END $$;

-- One statement: what every reader of one Member waits for.
CREATE OR REPLACE FUNCTION api.member_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	ret api.answer;
BEGIN
	SELECT 200, m.revision, m.recorded_at, NULL, NULL, rule.member_json(m) INTO ret
	FROM data.member m WHERE m.code = args ->> 'code';
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('Member', args ->> 'code');
	END IF;
	RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION api.member_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	m data.member;
BEGIN
	SELECT * INTO m FROM data.member d WHERE d.code = args ->> 'code' FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('Member', args ->> 'code');
	END IF;
	PERFORM rule.check_match(args, m.revision);
	m := jsonb_populate_record(m, body);
	PERFORM rule.check_timezone(m.timezone, 'timezone'), rule.check_regions(ARRAY[m.region], 'region');
	UPDATE data.member d SET (name, region, languages, timezone, capital, latitude, longitude, status, blocked,
		member_since, weekend) = (m.name, m.region, m.languages, m.timezone, m.capital, m.latitude,
		m.longitude, m.status, m.blocked, m.member_since, m.weekend)
	WHERE d.code = m.code RETURNING * INTO m;
	RETURN rule.answer(200, rule.member_json(m), m.revision, m.recorded_at);
END $$;
