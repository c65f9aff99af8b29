-- SPDX-License-Identifier: Apache-2.0
-- What was asked for, as the planner's command line has it. A plan is searched for half a minute unless it is said.
CREATE OR REPLACE FUNCTION rule.job_words(purpose text, asked jsonb) RETURNS json LANGUAGE sql IMMUTABLE
RETURN to_json(ARRAY['--seed', COALESCE(asked ->> 'seed', '1'), '--time', COALESCE(asked ->> 'seconds', '30')]
	|| CASE WHEN purpose = 'repair' AND asked ? 'weights' THEN
		ARRAY['--weights', (SELECT string_agg(w, ',') FROM jsonb_array_elements_text(asked -> 'weights') AS w)]
		ELSE '{}' END
	|| CASE WHEN purpose = 'repair' AND asked ? 'frozen' THEN ARRAY['--frozen', asked ->> 'frozen'] ELSE '{}' END);
