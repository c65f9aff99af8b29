-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.planning_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	v CONSTANT data.planning_version := (SELECT x FROM data.planning_version x
		WHERE x.version = rule.settings_in_force(rule.on_day(args)));
BEGIN
	RETURN rule.answer(200, rule.settings_json(v), v.version, v.made_at);
END $$;

CREATE OR REPLACE FUNCTION api.planning_versions(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{version}', '-version', rule.version_json(NULL));
BEGIN
	RETURN rule.list(p, ARRAY(
		SELECT ROW(k, '', v.version::text, rule.version_json(v))::rule.hit
		FROM data.planning_version v CROSS JOIN LATERAL (SELECT to_char(v.version, 'FM000000000')) AS t (k)
		WHERE rule.after(true, false, p.c1, p.c2, p.cid, k, '', v.version::text)
		ORDER BY v.version DESC LIMIT p.size + 1),
		CASE WHEN p.counted THEN (SELECT count(*) FROM data.planning_version) END);
END $$;

-- A new version, made from the one in force on the day from which it is to be. What planning counted with in the past
-- stays what it was.
CREATE OR REPLACE FUNCTION api.planning_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	day CONSTANT date := COALESCE((body ->> 'valid_from')::date, rule.today());
	base int;
	v data.planning_version;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('atelier planning settings'));
	base := rule.settings_in_force(day);
	PERFORM rule.check_match(args, base), rule.check_settings(body);
	IF day < rule.today() THEN
		PERFORM rule.refuse(400, format('valid_from is %s, in the past: plans name the settings they were made with.',
			rule.iso(day)), 'valid_from');
	END IF;
	INSERT INTO data.planning_version (version, valid_from, comment, changes, made_by)
	SELECT max(o.version) + 1, day, body ->> 'comment', body - '{comment,valid_from}'::text[], rule.my_account()
	FROM data.planning_version o RETURNING * INTO v;
	PERFORM rule.copy_settings(base, v.version, body);
	RETURN rule.answer(200, rule.settings_json(v), v.version, v.made_at);
END $$;
