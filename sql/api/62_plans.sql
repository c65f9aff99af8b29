-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.plan_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{created_at}', '-created_at', rule.plan_brief(NULL));
BEGIN
	RETURN rule.list(p, ARRAY(
		SELECT ROW(k, '', x.id, rule.plan_brief(x))::rule.hit
		FROM (SELECT y AS x, to_char(y.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS k FROM data.plan y
		      WHERE (NOT args ? 'state' OR args -> 'state' ? y.state)
		        AND (NOT args ? 'purpose' OR args -> 'purpose' ? y.purpose)) AS found (o, k)
		CROSS JOIN LATERAL (SELECT (found.o).*) AS x
		WHERE rule.after(p.d1, false, p.c1, p.c2, p.cid, k, '', x.id)
		ORDER BY CASE WHEN NOT p.d1 THEN k END, CASE WHEN p.d1 THEN k END DESC, x.id LIMIT p.size + 1),
		CASE WHEN p.counted THEN (SELECT count(*) FROM data.plan y
			WHERE (NOT args ? 'state' OR args -> 'state' ? y.state)
			  AND (NOT args ? 'purpose' OR args -> 'purpose' ? y.purpose)) END);
END $$;

CREATE OR REPLACE FUNCTION api.plan_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET jit = off AS $$
DECLARE
	p data.plan;
BEGIN
	SELECT * INTO p FROM data.plan x WHERE x.id = args ->> 'id';
	IF p.id IS NULL THEN
		PERFORM rule.refuse_missing('plan', args ->> 'id');
	END IF;
	RETURN rule.shown(200, rule.plan_whole(p), p.revision, p.recorded_at);
END $$;

-- A plan with a scenario is one to look at.
CREATE OR REPLACE FUNCTION api.plan_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p data.plan;
BEGIN
	p.first_day := (body ->> 'first')::date;
	p.last_day := (body ->> 'last')::date;
	PERFORM rule.check_horizon(p.first_day, p.last_day);
	p.scenario := body ->> 'scenario';
	p.changes := rule.scenario_changes(p.scenario);
	p.purpose := CASE WHEN p.scenario IS NULL THEN 'plan' ELSE 'what_if' END;
	p.options := jsonb_strip_nulls(jsonb_build_object('seconds', body -> 'seconds', 'seed', body -> 'seed'));
	p.comment := body ->> 'comment';
	p := rule.queue_plan(p);
	RETURN rule.shown(202, rule.plan_whole(p), p.revision, p.recorded_at, '/v1/plans/' || p.id);
END $$;

-- What waits ends at once; what is being made ends as soon as its maker hears of it, with the best plan so far.
CREATE OR REPLACE FUNCTION api.plan_cancel(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p data.plan := rule.path_plan(args ->> 'id', true);
BEGIN
	IF p.state = 'queued' THEN
		UPDATE data.plan x SET state = 'cancelled', finished_at = clock_timestamp() WHERE x.id = p.id RETURNING * INTO p;
	ELSIF p.state <> 'running' THEN
		PERFORM rule.refuse(409, format('%s is %s: there is nothing to cancel.', p.id, p.state), NULL,
			jsonb_build_object('reasons', jsonb_build_array(rule.reason('state', format('It is %s.', p.state)))));
	ELSE
		UPDATE data.plan_run r SET cancel_wanted = true WHERE r.plan = p.id;
		PERFORM pg_notify('atelier', 'plans');
	END IF;
	RETURN rule.shown(202, rule.plan_whole(p), p.revision, p.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.plan_instance(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	ret json;
BEGIN
	SELECT d.instance INTO ret FROM data.plan_document d WHERE d.plan = args ->> 'id';
	IF ret IS NULL THEN
		PERFORM rule.refuse_missing('snapshot of a plan', args ->> 'id');
	END IF;
	RETURN rule.answer(200, ret);
END $$;

-- How a job stands, in a few members: asked for once a second by everybody who follows it.
CREATE OR REPLACE FUNCTION api.plan_events(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	ret json;
BEGIN
	SELECT json_build_object('id', p.id, 'state', p.state, 'attempt', COALESCE(r.attempt, 0),
		'progress', r.progress, 'value', p.value, 'bound', p.bound, 'gap', rule.gap(p.value, p.bound),
		'fault', p.fault, 'number', p.number)
	INTO ret FROM data.plan p LEFT JOIN data.plan_run r ON r.plan = p.job WHERE p.id = args ->> 'id';
	IF ret IS NULL THEN
		PERFORM rule.refuse_missing('plan', args ->> 'id');
	END IF;
	RETURN rule.answer(200, ret);
END $$;
