-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.plan_release(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog SET jit = off AS $$
DECLARE
	p data.plan := rule.path_plan(args ->> 'id', true);
BEGIN
	IF args ? 'if_match' THEN
		PERFORM rule.check_shown(args, p.revision);
	END IF;
	p := rule.release_plan(p, rule.texts(body, 'items'), body ->> 'comment');
	RETURN rule.shown(200, rule.plan_whole(p), p.revision, p.recorded_at);
END $$;

-- Against the workshops there are, unless another plan is said.
CREATE OR REPLACE FUNCTION api.plan_diff(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET jit = off AS $$
DECLARE
	p CONSTANT data.plan := (SELECT x FROM data.plan x WHERE x.id = args ->> 'id');
	o data.plan;
BEGIN
	IF p.id IS NULL THEN
		PERFORM rule.refuse_missing('plan', args ->> 'id');
	ELSIF p.value IS NULL THEN
		PERFORM rule.refuse(409, format('%s is %s: there is nothing to compare yet.', p.id, p.state));
	END IF;
	IF args ? 'against' THEN
		SELECT x.* INTO o FROM data.plan x WHERE x.id = args ->> 'against' AND x.value IS NOT NULL;
		IF o.id IS NULL THEN
			PERFORM rule.refuse(400, format('There is no plan %s that was made.', args ->> 'against'), 'against');
		END IF;
	END IF;
	RETURN rule.answer(200, rule.diff_json(p, o));
END $$;

-- Repairs --------------------------------------------------------------------------------------

-- An expert who cannot go, a workshop that cannot take place as it is, or a scenario: what changes, and the days that
-- are planned again, which are those of the released plan.
CREATE OR REPLACE FUNCTION api.plan_repair(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p data.plan;
BEGIN
	IF num_nonnulls(body ->> 'expert', body ->> 'workshop', body ->> 'scenario') <> 1 THEN
		PERFORM rule.refuse(400, 'Say what has to be coped with: expert, workshop or scenario, one of them.', 'expert');
	END IF;
	SELECT h.first, h.last INTO p.first_day, p.last_day FROM rule.planned_days() h;
	PERFORM rule.check_horizon(p.first_day, p.last_day);
	p.purpose := 'repair';
	p.scenario := body ->> 'scenario';
	p.changes := rule.repair_changes(body);
	p.options := jsonb_strip_nulls(jsonb_build_object('seconds', body -> 'seconds', 'seed', body -> 'seed',
		'frozen', body -> 'frozen', 'weights', body -> 'weights', 'expert', body -> 'expert', 'from', body -> 'from',
		'workshop', body -> 'workshop'));
	p.comment := COALESCE(body ->> 'comment', rule.repair_comment(body));
	p := rule.queue_plan(p);
	RETURN rule.shown(202, rule.plan_whole(p), p.revision, p.recorded_at, '/v1/plans/' || p.id);
END $$;

-- Why not? What the daemon gives the planner to find out, and names for what it answers with ids.
CREATE OR REPLACE FUNCTION api.plan_explain(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET jit = off AS $$
DECLARE
	instance json;
	document json;
BEGIN
	IF body ->> 'plan' IS NOT NULL THEN
		SELECT d.instance, d.document INTO instance, document FROM data.plan_document d WHERE d.plan = body ->> 'plan';
		IF document IS NULL THEN
			PERFORM rule.refuse(400, format('There is no plan %s that was made.', body ->> 'plan'), 'plan');
		END IF;
	ELSE
		SELECT s.instance, s.document INTO instance, document FROM rule.standing() s;
	END IF;
	PERFORM rule.check_asked(instance, body ->> 'request');
	RETURN rule.answer(200, json_build_object('instance', instance, 'plan', document, 'names', rule.instance_names(instance),
		'options',
		to_json(ARRAY['--request', body ->> 'request'] || CASE WHEN body ->> 'date' IS NOT NULL
			THEN ARRAY['--date', body ->> 'date'] ELSE '{}' END)));
END $$;
