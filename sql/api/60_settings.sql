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

-- A new version, made from the one in force on the day from which it is to be; those after it follow. What planning
-- counted with in the past stays what it was.
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
	v := rule.make_settings(base, day, body ->> 'comment', body - '{comment,valid_from}'::text[], rule.my_account());
	PERFORM rule.carry_settings(v.version, day, v.version);
	RETURN rule.answer(200, rule.settings_json(v), v.version, v.made_at);
END $$;

-- Takes a version back that is not in force yet; those after it are made again without it.
CREATE OR REPLACE FUNCTION api.planning_withdraw(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	v data.planning_version;
	base int;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('atelier planning settings'));
	SELECT * INTO v FROM data.planning_version x WHERE x.version::text = args ->> 'version';
	IF v.version IS NULL THEN
		PERFORM rule.refuse_missing('version of the planning settings', args ->> 'version');
	END IF;
	PERFORM rule.check_match(args, v.version);
	IF v.valid_from <= rule.today() THEN
		PERFORM rule.refuse(409, format('Version %s is in force since %s or was: it stays. PATCH the settings to change them.',
			v.version, rule.iso(v.valid_from)));
	ELSIF EXISTS (SELECT FROM data.plan p WHERE p.settings_version = v.version) THEN
		PERFORM rule.refuse(409, format('Version %s stays: %s was made with it.', v.version,
			(SELECT min(p.id) FROM data.plan p WHERE p.settings_version = v.version)));
	END IF;
	SELECT x.version INTO base FROM data.planning_version x WHERE (x.valid_from, x.version) < (v.valid_from, v.version)
	ORDER BY x.valid_from DESC, x.version DESC LIMIT 1;
	PERFORM rule.drop_settings(v.version), rule.carry_settings(base, v.valid_from, v.version);
	RETURN rule.answer(204, NULL);
END $$;
