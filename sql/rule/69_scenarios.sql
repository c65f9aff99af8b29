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
