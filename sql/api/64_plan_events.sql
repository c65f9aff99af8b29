-- SPDX-License-Identifier: Apache-2.0

-- How a job stands, in a few members: asked for once a second by everybody who follows it.
CREATE OR REPLACE FUNCTION api.plan_events(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	ret json;
BEGIN
	SELECT json_build_object('id', p.id, 'state', p.state, 'attempt', COALESCE(r.attempt, 0),
		'progress', rule.progress_json(r.progress), 'value', p.value, 'bound', p.bound, 'gap', rule.gap(p.value, p.bound),
		'fault', p.fault, 'number', p.number)
	INTO ret FROM data.plan p LEFT JOIN data.plan_run r ON r.plan = p.job WHERE p.id = args ->> 'id';
	IF ret IS NULL THEN
		PERFORM rule.refuse_missing('plan', args ->> 'id');
	END IF;
	RETURN rule.answer(200, ret);
END $$;
