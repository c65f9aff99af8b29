-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.scenario_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{name}', 'name', rule.scenario_json(NULL));
BEGIN
	RETURN rule.list(p, ARRAY(
		SELECT ROW(k, '', s.id, rule.scenario_json(s))::rule.hit
		FROM data.scenario s CROSS JOIN LATERAL (SELECT s.name COLLATE "und-x-icu") AS t (k)
		WHERE rule.after(p.d1, false, p.c1, p.c2, p.cid, k, '', s.id)
		ORDER BY CASE WHEN NOT p.d1 THEN k END, CASE WHEN p.d1 THEN k END DESC, s.id LIMIT p.size + 1),
		CASE WHEN p.counted THEN (SELECT count(*) FROM data.scenario) END);
END $$;

CREATE OR REPLACE FUNCTION api.scenario_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	s data.scenario;
BEGIN
	SELECT * INTO s FROM data.scenario x WHERE x.id = args ->> 'id';
	IF s.id IS NULL THEN
		PERFORM rule.refuse_missing('scenario', args ->> 'id');
	END IF;
	RETURN rule.answer(200, rule.scenario_json(s), s.revision, s.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.scenario_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	s data.scenario;
BEGIN
	PERFORM rule.check_changes(body -> 'changes');
	INSERT INTO data.scenario (name, changes, note) VALUES (body ->> 'name', body -> 'changes', body ->> 'note')
	RETURNING * INTO s;
	RETURN rule.answer(201, rule.scenario_json(s), s.revision, s.recorded_at, '/v1/scenarios/' || s.id);
END $$;

CREATE OR REPLACE FUNCTION api.scenario_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	s data.scenario := rule.path_scenario(args);
BEGIN
	s := jsonb_populate_record(s, body);
	PERFORM rule.check_changes(s.changes);
	UPDATE data.scenario x SET (name, changes, note) = (s.name, s.changes, s.note) WHERE x.id = s.id RETURNING * INTO s;
	RETURN rule.answer(200, rule.scenario_json(s), s.revision, s.recorded_at);
END $$;

-- Plans made for it keep its changes, and no longer its name.
CREATE OR REPLACE FUNCTION api.scenario_delete(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	s CONSTANT data.scenario := rule.path_scenario(args);
BEGIN
	DELETE FROM data.scenario x WHERE x.id = s.id;
	RETURN rule.answer(204, NULL);
END $$;
