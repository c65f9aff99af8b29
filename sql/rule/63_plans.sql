-- SPDX-License-Identifier: Apache-2.0
-- Plans: asked for, stored, shown.

-- A plan that waits for its turn.
CREATE OR REPLACE FUNCTION rule.queue_plan(p data.plan) RETURNS data.plan LANGUAGE plpgsql AS $$
BEGIN
	p.id := 'P-' || to_char(nextval('data.plan_number'), 'FM999999990000');
	INSERT INTO data.plan (id, job, purpose, settings_version, first_day, last_day, options, scenario, changes, comment,
		created_by)
	VALUES (p.id, p.id, p.purpose, rule.settings_in_force(rule.today()), p.first_day, p.last_day, p.options, p.scenario,
		p.changes, p.comment, rule.my_account())
	RETURNING * INTO p;
	INSERT INTO data.plan_run (plan) VALUES (p.id);
	RETURN p;
END $$;

CREATE OR REPLACE FUNCTION rule.path_plan(id text, lock boolean DEFAULT false) RETURNS data.plan LANGUAGE plpgsql AS $$
DECLARE
	p data.plan;
BEGIN
	IF lock THEN
		SELECT * INTO p FROM data.plan x WHERE x.id = path_plan.id FOR NO KEY UPDATE;
	ELSE
		SELECT * INTO p FROM data.plan x WHERE x.id = path_plan.id;
	END IF;
	IF p.id IS NULL THEN
		PERFORM rule.refuse_missing('plan', path_plan.id);
	END IF;
	RETURN p;
END $$;

CREATE OR REPLACE FUNCTION rule.check_horizon(first date, last date) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM rule.check_order(first, last, 'first', 'last');
	IF last <= rule.today() THEN
		PERFORM rule.refuse(400, format('last is %s: nothing is planned for today or before.', rule.iso(last)), 'last');
	ELSIF last - first >= 3660 THEN
		PERFORM rule.refuse(400, 'A plan spans ten years at most.', 'last');
	END IF;
END $$;

-- Stored ---------------------------------------------------------------------------------------

-- The items of a document, told with what the instance knows of their requests.
CREATE OR REPLACE FUNCTION rule.items_of(instance json, document json) RETURNS SETOF data.plan_item
LANGUAGE sql STABLE AS $$
	SELECT NULL, i.request, q.kind, q.member, q.region, q.mode, i.host, i.start, i.start + q.days - 1, i.team, i.funding,
	       COALESCE((SELECT sum((f ->> 'amount')::bigint) FROM jsonb_array_elements(i.funding) AS f), 0)::bigint,
	       GREATEST(0, i.start - GREATEST((instance #>> '{horizon,first}')::date, (
			SELECT max(e.value::date) FROM jsonb_each_text(q.eligibility) e
			WHERE e.value IS NOT NULL AND NOT q.waived ? e.key))),
	       EXISTS (SELECT FROM json_array_elements(instance -> 'pinned') AS x WHERE x ->> 'request' = i.request), NULL
	FROM json_to_recordset(document -> 'items') AS i (request text, host text, start date, team jsonb, funding jsonb)
	JOIN json_to_recordset(instance -> 'requests') AS q (id text, kind text, member text, region text, mode text, days int,
		eligibility jsonb, waived jsonb) ON q.id = i.request
$$;

-- What the items of a plan come to, each a whole number of its own, never a sum of unlike things.
CREATE OR REPLACE FUNCTION rule.plan_facts(of_plan text, version int, instance json) RETURNS jsonb LANGUAGE sql STABLE AS $$
	WITH item AS MATERIALIZED (
		SELECT * FROM data.plan_item i WHERE i.plan = of_plan
	), seat AS (
		SELECT t ->> 'expert' AS expert, count(*) AS missions FROM item i, jsonb_array_elements(i.team) AS t GROUP BY 1
	), moved AS (
		SELECT i.request IS NULL AS dropped, (i.host, i.start_date) IS DISTINCT FROM (b.host, b.start) AS moved,
		       (SELECT count(*) FROM jsonb_array_elements(i.team) AS t WHERE NOT b.team ? (t ->> 'expert')) AS experts
		FROM json_to_recordset(instance -> 'baseline') AS b (request text, host text, start date, team jsonb)
		LEFT JOIN item i ON i.request = b.request
	)
	SELECT jsonb_build_object(
		'served', (SELECT count(*) FROM item), 'requests', json_array_length(instance -> 'requests'),
		'waiting_days', (SELECT COALESCE(sum(i.waited_days), 0) FROM item i WHERE NOT i.pinned),
		'regions', (SELECT jsonb_agg(jsonb_build_object('region', g.code, 'target', g.target,
			'workshops', (SELECT count(*) FROM item i WHERE i.region = g.code)) ORDER BY g.code)
			FROM json_to_recordset(instance -> 'regions') AS g (code text, target int)),
		'stability', (SELECT jsonb_build_object('dropped', count(*) FILTER (WHERE m.dropped),
			'moved', count(*) FILTER (WHERE m.moved AND NOT m.dropped), 'experts', COALESCE(sum(m.experts), 0)) FROM moved m),
		'costs', (SELECT COALESCE(jsonb_agg(jsonb_build_object('amount', c.amount, 'currency', c.currency) ORDER BY c.currency),
				'[]')
			FROM (SELECT f.currency, sum(rule.from_cents(version, (l ->> 'amount')::bigint, f.currency))::bigint
			      FROM item i, jsonb_array_elements(i.funding) AS l JOIN data.fund f ON f.id = l ->> 'fund'
			      GROUP BY f.currency) AS c (currency, amount)),
		'spread', (SELECT COALESCE(jsonb_agg(jsonb_build_object('missions', d.missions, 'experts', d.experts)
				ORDER BY d.missions), '[]')
			FROM (SELECT s.missions, count(*) AS experts FROM seat s GROUP BY s.missions) AS d))
$$;

-- A document becomes the plan's: rows, numbers, state.
CREATE OR REPLACE FUNCTION rule.store_plan(of_plan text, document json, state text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	p CONSTANT data.plan := (SELECT x FROM data.plan x WHERE x.id = of_plan);
	instance CONSTANT json := (SELECT d.instance FROM data.plan_document d WHERE d.plan = of_plan);
BEGIN
	UPDATE data.plan_document d SET document = store_plan.document WHERE d.plan = of_plan;
	INSERT INTO data.plan_item (plan, request, kind, member, region, mode, host, start_date, end_date, team, funding, cost,
		waited_days, pinned)
	SELECT of_plan, i.request, i.kind, i.member, i.region, i.mode, i.host, i.start_date, i.end_date, i.team, i.funding,
		i.cost, i.waited_days, i.pinned
	FROM rule.items_of(instance, document) i;
	UPDATE data.plan x SET state = store_plan.state, finished_at = clock_timestamp(), status = document ->> 'status',
		value = (document ->> 'value')::bigint, bound = (document ->> 'bound')::bigint, score = (document -> 'score')::jsonb,
		units = (document ->> 'work_units')::bigint, cpu_ms = ((document ->> 'cpu_seconds')::numeric * 1000)::bigint,
		seed = (document ->> 'seed')::bigint, facts = rule.plan_facts(of_plan, p.settings_version, instance)
	WHERE x.id = of_plan;
END $$;

-- Shown ----------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.gap(value bigint, bound bigint) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN round((bound - value)::numeric / GREATEST(1, abs(bound)), 6);

CREATE OR REPLACE FUNCTION rule.plan_brief(p data.plan) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('id', (p).id, 'purpose', (p).purpose, 'state', (p).state, 'first', (p).first_day,
		'last', (p).last_day, 'scenario', (p).scenario, 'comment', (p).comment, 'settings_version', (p).settings_version,
		'value', (p).value, 'bound', (p).bound, 'gap', rule.gap((p).value, (p).bound), 'number', (p).number,
		'released_at', rule.instant((p).released_at), 'released_by', rule.account_name((p).released_by),
		'created_at', rule.instant((p).created_at), 'created_by', rule.account_name((p).created_by),
		'revision', (p).revision);
END $$;

DROP FUNCTION IF EXISTS rule.progress_json(jsonb); -- of an earlier version: the daemon tells progress as it is shown

-- What an answer to a repair changes; the planner counted it.
CREATE OR REPLACE FUNCTION rule.change_json(p data.plan) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE WHEN (p).options ? 'weight' THEN jsonb_build_object('weight', (p).options -> 'weight',
	'worth', (p).options -> 'worth') || ((p).options -> 'changes') END;

CREATE OR REPLACE FUNCTION rule.expert_place(id text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN COALESCE((SELECT jsonb_build_object('id', e.id, 'name', e.name) FROM data.expert e WHERE e.id = expert_place.id),
		jsonb_build_object('id', expert_place.id, 'name', expert_place.id)); -- one that only a scenario knows
END $$;

-- Does its workshop stand on these days, at this place, with these people?
CREATE OR REPLACE FUNCTION rule.in_force(i data.plan_item) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN EXISTS (SELECT FROM data.workshop w WHERE w.id = rule.item_workshop(i) AND w.live
		AND (w.start_date, w.end_date, COALESCE(w.host, (i).host)) = ((i).start_date, (i).end_date, (i).host)
		AND ARRAY(SELECT m.expert FROM data.mission m WHERE m.workshop = w.id AND m.engaged ORDER BY 1)
			= ARRAY(SELECT t ->> 'expert' FROM jsonb_array_elements((i).team) AS t ORDER BY 1));
END $$;

-- workshop: where a release put it; before that, the one that is there.
CREATE OR REPLACE FUNCTION rule.item_json(i data.plan_item, version int) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN jsonb_build_object('request', (i).request, 'workshop', rule.item_workshop(i), 'kind', (i).kind,
		'member', rule.place((i).member), 'region', (i).region, 'host', rule.place((i).host), 'start', (i).start_date,
		'end', (i).end_date, 'pinned', (i).pinned, 'in_force', rule.in_force(i),
		'team', (SELECT COALESCE(jsonb_agg(jsonb_build_object('expert', rule.expert_place(t ->> 'expert'), 'role', t -> 'role')
			ORDER BY n), '[]') FROM jsonb_array_elements((i).team) WITH ORDINALITY AS s (t, n)),
		'funding', (SELECT COALESCE(jsonb_agg(jsonb_build_object('fund', f.id, 'donor', rule.donor_place(f.donor), 'amount',
				rule.money(rule.from_cents(version, (l ->> 'amount')::bigint, f.currency), f.currency)) ORDER BY n), '[]')
			FROM jsonb_array_elements((i).funding) WITH ORDINALITY AS s (l, n) JOIN data.fund f ON f.id = l ->> 'fund'),
		'cost', rule.money((i).cost, 'EUR'));
END $$;

CREATE OR REPLACE FUNCTION rule.item_workshop(i data.plan_item) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN COALESCE((i).workshop, (SELECT r.workshop FROM data.request r WHERE r.id = (i).request AND r.status = 'in_plan'),
		(SELECT w.id FROM data.workshop w WHERE w.id = (i).request));
END $$;

-- Why a request was left out, in words; `criterion` and other detail as the planner gave it.
CREATE OR REPLACE FUNCTION rule.unserved_sentence(reason jsonb) RETURNS text LANGUAGE sql IMMUTABLE
RETURN COALESCE(reason ->> 'sentence', CASE reason ->> 'code'
	WHEN 'eligible' THEN CASE reason ->> 'criterion'
		WHEN 'notification' THEN 'The Member has not notified its intention to implement.'
		WHEN 'kpi_evaluation' THEN 'The Member has no completed KPI evaluation.'
		WHEN 'dg_request' THEN 'There is no official request of the Director General.'
		ELSE 'The Member does not meet every criterion, or meets the last too late.' END
	WHEN 'opens' THEN 'Workshops of this kind open too late.'
	WHEN 'window' THEN 'Its days do not fit into the window and the plan''s days.'
	WHEN 'calendar' THEN 'No host is open for so many days on end.'
	WHEN 'team' THEN 'There is no suitable team, even if everybody were free.'
	WHEN 'busy' THEN 'The experts it needs are on other workshops, travel and rest counted.'
	WHEN 'quota' THEN 'The experts it needs have reached their limits of the year.'
	WHEN 'parallel' THEN 'As many workshops run on these days as may run at once.'
	WHEN 'member' THEN 'The Member has its national workshops of the year already, or another one too near.'
	WHEN 'fund' THEN 'No fund that admits it has the money left.'
	WHEN 'choice' THEN 'It fits, but the plan is worth more without it.'
	ELSE 'The planner gives the reason ' || (reason ->> 'code') || '.' END);

CREATE OR REPLACE FUNCTION rule.unblock_sentence(relax jsonb, start text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN format('It could begin on %s, if only %s.', start, (SELECT string_agg(CASE f.code
	WHEN 'busy' THEN 'the experts it needs were free' WHEN 'quota' THEN 'their limits of the year allowed it'
	WHEN 'parallel' THEN 'one more workshop could run on these days'
	WHEN 'member' THEN 'the Member could have its national workshops closer together'
	WHEN 'fund' THEN 'there were money for it' ELSE f.code END, ' and ' ORDER BY f.n)
	FROM jsonb_array_elements_text(relax) WITH ORDINALITY AS f (code, n)));

CREATE OR REPLACE FUNCTION rule.unserved_json(of_plan text) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT COALESCE(jsonb_agg(jsonb_build_object('request', u.request, 'kind', q.kind, 'member', rule.place(q.member),
		'region', q.region,
		'reasons', (SELECT jsonb_agg(rule.reason(x ->> 'code', rule.unserved_sentence(x)) ORDER BY n)
			FROM jsonb_array_elements(u.reasons) WITH ORDINALITY AS s (x, n)),
		'earliest', u.earliest,
		'unblock', (SELECT COALESCE(jsonb_agg(jsonb_build_object('relax', x -> 'relax', 'start', x -> 'start', 'sentence',
				COALESCE(x ->> 'sentence', rule.unblock_sentence(x -> 'relax', x ->> 'start'))) ORDER BY n), '[]')
			FROM jsonb_array_elements(u.unblock) WITH ORDINALITY AS s (x, n))) ORDER BY u.request), '[]')
	FROM data.plan_document d
	CROSS JOIN LATERAL json_to_recordset(d.document -> 'unserved') AS u (request text, reasons jsonb, earliest date, unblock jsonb)
	JOIN LATERAL json_to_recordset(d.instance -> 'requests') AS q (id text, kind text, member text, region text)
		ON q.id = u.request
	WHERE d.plan = of_plan
$$;

-- The whole of it: numbers, items, what is left out and why, and the other answers of the same job.
CREATE OR REPLACE FUNCTION rule.plan_whole(p data.plan) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT rule.plan_brief(p)::jsonb || jsonb_build_object('attempt', COALESCE(r.attempt, 0),
		'cancel_wanted', COALESCE(r.cancel_wanted, false), 'started_at', rule.instant((p).started_at),
		'finished_at', rule.instant((p).finished_at), 'progress', r.progress, 'fault', (p).fault,
		'seed', (p).seed, 'units', (p).units, 'cpu_ms', (p).cpu_ms, 'status', (p).status, 'score', (p).score,
		'regions', COALESCE((p).facts -> 'regions', '[]'), 'waiting_days', (p).facts -> 'waiting_days',
		'stability', (p).facts -> 'stability', 'costs', COALESCE((p).facts -> 'costs', '[]'),
		'spread', COALESCE((p).facts -> 'spread', '[]'),
		'items', (SELECT COALESCE(jsonb_agg(rule.item_json(i, (p).settings_version) ORDER BY i.start_date, i.request), '[]')
			FROM data.plan_item i WHERE i.plan = (p).id),
		'unserved', rule.unserved_json((p).id), 'notes', (p).notes, 'change', rule.change_json(p),
		'changes', COALESCE((p).changes, '[]'),
		'release_comment', (p).release_comment, 'changelog', COALESCE((p).changelog, '[]'),
		'siblings', (SELECT COALESCE(jsonb_agg(jsonb_build_object('id', o.id, 'state', o.state, 'value', o.value,
				'change', rule.change_json(o)) ORDER BY o.id), '[]')
			FROM data.plan o WHERE o.job = (p).job AND o.id <> (p).id))
	FROM (SELECT) AS one LEFT JOIN data.plan_run r ON r.plan = (p).job)::json;
END $$;
