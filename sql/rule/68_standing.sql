-- SPDX-License-Identifier: Apache-2.0
-- What stands, told as a plan of the world as it is now: workshops with their teams, roles and money, so that a question
-- is asked of what was released and not of a guess at it.

-- The workshops of a snapshot that may still change and have a team, as steps that would bring them about anew.
CREATE FUNCTION rule.standing_steps(s rule.snapshot) RETURNS SETOF rule.release_step LANGUAGE sql STABLE AS $$
	SELECT x.request, x.id, x.kind, d.member, d.region, d.mode, x.host, x.first, x.last, d.topics, d.languages, d.experts,
	       rule.team_of(x.id), rule.money_of(x.id), NULL::jsonb, NULL::bigint, true, false, true, false
	FROM unnest(s.works) x JOIN unnest(s.demand) d ON d.id = x.request
	WHERE NOT x.pinned AND x.lacks IS NULL AND x.team <> '{}'
	ORDER BY x.first, x.request
$$;

-- What a release last said of them, as far as it is still so: days, place, people, and all that the request asks for.
CREATE FUNCTION rule.standing_items(s rule.snapshot, steps rule.release_step[])
RETURNS TABLE (request text, settings int, taken_at timestamptz, funding jsonb) LANGUAGE sql STABLE AS $$
	WITH item AS MATERIALIZED (
		SELECT DISTINCT ON (i.workshop) i.request, i.plan, i.funding, p.settings_version, t AS step
		FROM unnest(steps) t JOIN data.plan_item i ON i.workshop = t.workshop JOIN data.plan p ON p.id = i.plan
		WHERE p.number IS NOT NULL AND (i.request, i.host, i.start_date, i.end_date) = (t.request, t.host, t.first, t.last)
		  AND ARRAY(SELECT e ->> 'expert' FROM jsonb_array_elements(i.team) AS e ORDER BY 1)
			= ARRAY(SELECT k FROM jsonb_object_keys(t.team) AS k ORDER BY 1)
		ORDER BY i.workshop, p.number DESC
	)
	SELECT i.request, i.settings_version, d.taken_at, i.funding
	FROM data.plan_document d
	CROSS JOIN LATERAL json_to_recordset(d.instance -> 'requests') AS q (id text, mode text, topics text[], languages text[],
		experts int)
	JOIN item i ON i.plan = d.plan AND i.request = q.id
		AND (q.mode, q.topics, q.languages, q.experts)
			= ((i.step).mode, (i.step).topics, (i.step).languages, (i.step).experts)
	WHERE d.plan IN (SELECT plan FROM item)
	  AND rule.instance_rules(i.settings_version, s.last)::jsonb = rule.instance_rules(s.version, s.last)::jsonb
$$;

-- What an item costs, as the format has it, in EUR cents.
CREATE FUNCTION rule.step_cost(s rule.snapshot, t rule.release_step, fixed bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
	SELECT fixed + COALESCE(sum(c.cents), 0)::bigint
	FROM (SELECT rule.setting_of((s).version, 'fare_base'), rule.setting_of((s).version, 'fare_per_1000_km'),
	             rule.setting_of((s).version, 'fare_step'), rule.setting_of((s).version, 'same_city_below_km'),
	             COALESCE((SELECT p.per_diem FROM data.planning_place p WHERE p.version = (s).version AND p.member = (t).host),
			rule.setting_of((s).version, 'per_diem'))) AS f (base, per_1000, step, near, per_diem)
	CROSS JOIN LATERAL jsonb_object_keys((t).team) AS k (id)
	JOIN data.expert e ON e.id = k.id
	CROSS JOIN LATERAL rule.journey(e.member, (t).host, (t).mode) j
	CROSS JOIN LATERAL (SELECT CASE WHEN j.presence = 'remote' THEN 0 ELSE
		f.per_diem::bigint * ((t).last - (t).first + 1 + 2 * j.travel) + CASE WHEN j.km < f.near THEN 0
			ELSE (f.base + j.km::bigint * f.per_1000 / 1000) / f.step * f.step END END) AS c (cents)
$$;

-- What funds pay, as planned as long as that is what they were charged: amounts in other currencies are rounded.
CREATE OR REPLACE FUNCTION rule.standing_funding(version int, planned jsonb, settings int, money jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN p.money = standing_funding.money THEN planned ELSE (
		SELECT COALESCE(jsonb_agg(jsonb_build_object('fund', f.id, 'amount', rule.in_cents(version, m.value::bigint,
			f.currency)) ORDER BY f.id), '[]') FROM jsonb_each_text(standing_funding.money) m JOIN data.fund f ON f.id = m.key) END
	FROM (SELECT COALESCE(jsonb_object_agg(f.id, GREATEST(1, rule.from_cents(settings, (l ->> 'amount')::bigint, f.currency))),
		'{}') FROM jsonb_array_elements(planned) AS l JOIN data.fund f ON f.id = l ->> 'fund') AS p (money)
$$;

-- Those that are as a release made them and could be made so today, with their money. The others stand too: as facts.
CREATE FUNCTION rule.standing_sound(s rule.snapshot) RETURNS TABLE (step rule.release_step, funding jsonb)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	steps CONSTANT rule.release_step[] := ARRAY(SELECT t FROM rule.standing_steps(s) t);
	odd CONSTANT text[] := ARRAY(SELECT c.request FROM rule.step_contradictions(s.first, s.last, steps, '{}') c);
BEGIN
	RETURN QUERY
	SELECT t, m.funding
	FROM unnest(steps) t
	JOIN rule.standing_items(s, steps) i ON i.request = (t).request
	JOIN rule.snapshot_hosts(s) h ON h.request = (t).request AND h.member = (t).host
	CROSS JOIN LATERAL rule.standing_funding(s.version, i.funding, i.settings, (t).money) AS m (funding)
	WHERE (t).request <> ALL (odd)
	  AND (SELECT sum((l ->> 'amount')::bigint) FROM jsonb_array_elements(m.funding) AS l) = rule.step_cost(s, t, h.cost)
	  AND ARRAY(SELECT jsonb_object_keys((t).money)) <@ s.funds
	  AND ARRAY(SELECT e.key FROM jsonb_each_text((t).team) e WHERE e.value = 'lead')
		= ARRAY(SELECT e.key FROM jsonb_each_text((t).team) e, rule.standing(e.key, (t).topics, (t).first, (t).last) a
			WHERE e.value = 'lead' AND a.level = 'full')
	  AND (t).topics <@ ARRAY(SELECT unnest(a.covered) FROM jsonb_object_keys((t).team) AS k,
			rule.standing(k, (t).topics, (t).first, (t).last) a)
	  AND NOT EXISTS (SELECT FROM data.expert e WHERE (t).team ? e.id AND e.recorded_at > i.taken_at);
END $$;

-- A document of what stands; the instance, too, since what is a fact is pinned there.
CREATE OR REPLACE FUNCTION rule.standing(OUT instance json, OUT document json) LANGUAGE plpgsql STABLE AS $$
DECLARE
	version CONSTANT int := rule.settings_in_force(rule.today());
	days CONSTANT record := rule.planned_days();
	s rule.snapshot := rule.take_snapshot(version, days.first, days.last,
		rule.today() + rule.setting_of(version, 'frozen_days'), '{}');
	items jsonb;
BEGIN
	SELECT jsonb_agg(jsonb_build_object('request', (x.step).request, 'host', (x.step).host, 'start', (x.step).first,
		'team', (SELECT jsonb_agg(jsonb_build_object('expert', t.key, 'role', t.value)
			ORDER BY array_position('{lead,expert,trainee}', t.value), t.key) FROM jsonb_each_text((x.step).team) t),
		'funding', x.funding)) INTO items
	FROM rule.standing_sound(s) x;
	s.works := ARRAY(SELECT ROW(x.id, x.request, x.kind, x.host, x.region, x.first, x.last, x.team, x.weight,
		x.pinned OR x.lacks IS NULL AND x.team <> '{}'
			AND NOT COALESCE(items, '[]') @> jsonb_build_array(jsonb_build_object('request', x.request)),
		x.lacks)::rule.work FROM unnest(s.works) x);
	instance := rule.instance('now', s);
	document := json_build_object('format', 'atelier-plan/1', 'instance', 'now', 'status', 'feasible', 'items', (
		SELECT COALESCE(jsonb_agg(i ORDER BY i ->> 'start', i ->> 'request'), '[]')
		FROM (SELECT jsonb_array_elements(items) AS i
		      UNION ALL SELECT json_array_elements(instance -> 'pinned')::jsonb) AS u));
END $$;

-- Names of what a question's answer speaks of by its id: a workshop where a request has one.
CREATE OR REPLACE FUNCTION rule.instance_names(instance json) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'requests', (SELECT COALESCE(json_object_agg(q.id, format('%s (%s)', COALESCE(w.title,
				rule.planned_title(q.kind, q.member, q.region)), COALESCE(w.id, q.id))), '{}')
			FROM json_to_recordset(instance -> 'requests') AS q (id text, kind text, member text, region text)
			LEFT JOIN data.request r ON r.id = q.id
			LEFT JOIN data.workshop w ON w.live AND w.id = CASE WHEN r.id IS NULL THEN q.id
				WHEN r.status = 'in_plan' THEN r.workshop END),
		'funds', (SELECT COALESCE(json_object_agg(f.id, f.name), '{}') FROM data.fund f
			WHERE f.id IN (SELECT x ->> 'id' FROM json_array_elements(instance -> 'funds') AS x)),
		'experts', (SELECT COALESCE(json_object_agg(e.id, e.name), '{}') FROM data.expert e
			WHERE e.id IN (SELECT x ->> 'id' FROM json_array_elements(instance -> 'experts') AS x)),
		'members', (SELECT COALESCE(json_object_agg(m.code, m.name), '{}') FROM data.member m
			WHERE m.code IN (SELECT x ->> 'code' FROM json_array_elements(instance -> 'members') AS x)))
$$;
