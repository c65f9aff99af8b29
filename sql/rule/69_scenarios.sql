-- SPDX-License-Identifier: Apache-2.0
-- Scenarios: what if? A list of changes that a planner makes to a snapshot.

CREATE OR REPLACE FUNCTION rule.scenario_json(s data.scenario) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('id', (s).id, 'name', (s).name, 'changes', (s).changes, 'note', (s).note,
	'created_at', rule.instant((s).created_at), 'updated_at', rule.instant((s).recorded_at), 'revision', (s).revision);

-- The changes of a scenario; NULL of none.
CREATE OR REPLACE FUNCTION rule.scenario_changes(id text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
	ret jsonb;
BEGIN
	SELECT s.changes INTO ret FROM data.scenario s WHERE s.id = scenario_changes.id;
	IF ret IS NULL AND id IS NOT NULL THEN
		PERFORM rule.refuse(400, format('There is no scenario %s.', id), 'scenario');
	END IF;
	RETURN ret;
END $$;

-- The scenario a writer of the path is about to change, locked.
CREATE OR REPLACE FUNCTION rule.path_scenario(args jsonb) RETURNS data.scenario LANGUAGE plpgsql AS $$
DECLARE
	s data.scenario;
BEGIN
	SELECT * INTO s FROM data.scenario x WHERE x.id = args ->> 'id' FOR UPDATE;
	IF s.id IS NULL THEN
		PERFORM rule.refuse_missing('scenario', args ->> 'id');
	END IF;
	PERFORM rule.check_match(args, s.revision);
	RETURN s;
END $$;

-- What a change of a kind must say, and may.
CREATE OR REPLACE FUNCTION rule.change_members(kind text, OUT must text[], OUT may text[]) LANGUAGE sql IMMUTABLE AS $$
	SELECT k.must, k.must || k.may || 'kind'::text FROM (VALUES
		('expert_leaves', '{expert}'::text[], '{from,to}'::text[]), ('expert_joins', '{newcomer}', '{}'),
		('fund_changes', '{fund,year,amount}', '{}'), ('closed', '{first,last}', '{member}'),
		('request_leaves', '{request}', '{}'), ('request_moves', '{request}', '{earliest,latest}')) AS k (kind, must, may)
	WHERE k.kind = change_members.kind
$$;

-- Of a change: does it name what there is, in its order? NULL: nothing is wrong.
CREATE OR REPLACE FUNCTION rule.change_fault(c jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
	m CONSTANT record := rule.change_members(c ->> 'kind');
	odd text;
BEGIN
	SELECT k INTO odd FROM unnest(m.must) AS k WHERE c -> k IS NULL LIMIT 1;
	IF odd IS NOT NULL THEN
		RETURN format('needs %s', odd);
	END IF;
	SELECT k INTO odd FROM jsonb_object_keys(c) AS k WHERE k <> ALL (m.may) LIMIT 1;
	IF odd IS NOT NULL THEN
		RETURN format('has no %s', odd);
	ELSIF c ->> 'kind' = 'expert_leaves' AND NOT EXISTS (SELECT FROM data.expert e WHERE e.id = c ->> 'expert') THEN
		RETURN format('names an expert %s whom there is not', c ->> 'expert');
	ELSIF c ? 'fund' AND NOT EXISTS (SELECT FROM data.fund f WHERE f.id = c ->> 'fund') THEN
		RETURN format('names a fund %s that there is not', c ->> 'fund');
	ELSIF c ? 'request' AND NOT EXISTS (SELECT FROM data.request r WHERE r.id = c ->> 'request') THEN
		RETURN format('names a request %s that there is not', c ->> 'request');
	ELSIF c ->> 'member' IS NOT NULL AND NOT EXISTS (SELECT FROM data.member x WHERE x.code = c ->> 'member') THEN
		RETURN format('names a Member %s that there is not', c ->> 'member');
	ELSIF c ->> 'last' < c ->> 'first' OR c ->> 'to' < c ->> 'from' OR c ->> 'latest' < c ->> 'earliest' THEN
		RETURN 'ends before it begins; turn the days round';
	ELSIF c ->> 'kind' = 'request_moves' AND num_nonnulls(c ->> 'earliest', c ->> 'latest') = 0 THEN
		RETURN 'moves nothing; give earliest, latest or both';
	ELSIF EXISTS (SELECT FROM data.request r WHERE r.id = c ->> 'request' AND r.status = 'closed') THEN
		RETURN format('names a request %s that is closed', c ->> 'request');
	ELSIF EXISTS (SELECT FROM data.expert e WHERE e.id = c #>> '{newcomer,id}') THEN
		RETURN format('has somebody join as %s, who is in the pool; give another id', c #>> '{newcomer,id}');
	ELSIF c ? 'fund' AND NOT EXISTS (SELECT FROM rule.snapshot_funds(rule.settings_in_force(rule.today())) f
		WHERE f.fund = c ->> 'fund' AND f.one AND f.rated) THEN
		RETURN format('names a fund %s that no plan uses: its currency has no rate, or its earmarks differ', c ->> 'fund');
	END IF;
	RETURN NULL;
END $$;

-- Of a change after those before it: is what it names still there? NULL: yes.
CREATE OR REPLACE FUNCTION rule.sequence_fault(c jsonb, before jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
	left_over bigint;
	f data.fund;
BEGIN
	IF c ? 'request' AND before @> jsonb_build_array(jsonb_build_object('kind', 'request_leaves', 'request', c -> 'request')) THEN
		RETURN format('names a request %s that has left by a change before it', c ->> 'request');
	ELSIF c ? 'newcomer' AND before @> jsonb_build_array(jsonb_build_object('newcomer',
		jsonb_build_object('id', c #> '{newcomer,id}'))) THEN
		RETURN format('has somebody join as %s, as a change before it has; give another id', c #>> '{newcomer,id}');
	ELSIF c ? 'fund' AND (c ->> 'amount')::bigint < 0 THEN
		SELECT * INTO f FROM data.fund x WHERE x.id = c ->> 'fund';
		left_over := COALESCE(rule.in_cents(rule.settings_in_force(rule.today()), (SELECT y.budget FROM data.fund_year y
			WHERE y.fund = f.id AND y.year = (c ->> 'year')::int), f.currency), 0) + (
			SELECT COALESCE(sum((b ->> 'amount')::bigint), 0) FROM jsonb_array_elements(before) AS b
			WHERE b ->> 'fund' = f.id AND b -> 'year' = c -> 'year');
		IF left_over + (c ->> 'amount')::bigint < 0 THEN
			RETURN format('takes %s from %s (%s) in %s, which has %s then; take no more', rule.money_text(
				-(c ->> 'amount')::bigint, 'EUR'), f.name, f.id, c ->> 'year', rule.money_text(left_over, 'EUR'));
		END IF;
	END IF;
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION rule.check_changes(changes jsonb) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
	bad record;
BEGIN
	SELECT c ->> 'kind' AS kind, n - 1 AS at, f.fault INTO bad
	FROM jsonb_array_elements(changes) WITH ORDINALITY AS t (c, n)
	CROSS JOIN LATERAL (SELECT COALESCE(rule.change_fault(c), rule.sequence_fault(c, (SELECT COALESCE(jsonb_agg(b ORDER BY m), '[]')
		FROM jsonb_array_elements(changes) WITH ORDINALITY AS u (b, m) WHERE m < n)))) AS f (fault)
	WHERE f.fault IS NOT NULL ORDER BY n LIMIT 1;
	IF bad.fault IS NOT NULL THEN
		PERFORM rule.refuse(400, format('changes[%s], %s, %s.', bad.at, bad.kind, bad.fault), format('changes[%s]', bad.at));
	END IF;
END $$;
