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
	END IF;
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION rule.check_changes(changes jsonb) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
	bad record;
BEGIN
	SELECT c ->> 'kind' AS kind, n - 1 AS at, rule.change_fault(c) AS fault INTO bad
	FROM jsonb_array_elements(changes) WITH ORDINALITY AS t (c, n)
	WHERE rule.change_fault(c) IS NOT NULL ORDER BY n LIMIT 1;
	IF bad.fault IS NOT NULL THEN
		PERFORM rule.refuse(400, format('changes[%s], %s, %s.', bad.at, bad.kind, bad.fault), format('changes[%s]', bad.at));
	END IF;
END $$;
