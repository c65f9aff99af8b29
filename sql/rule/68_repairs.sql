-- SPDX-License-Identifier: Apache-2.0
-- Repairs and questions: which days they are about, what changes, what is not known.

-- The days of all releases that are not over, and of their workshops wherever they were moved since; without any, a year
-- and a half from the first of next month.
CREATE OR REPLACE FUNCTION rule.planned_days(OUT first date, OUT last date) LANGUAGE plpgsql STABLE AS $$
DECLARE
	month CONSTANT timestamp := date_trunc('month', rule.today()::timestamp) + interval '1 month';
BEGIN
	SELECT min(d.first), max(d.last) INTO first, last FROM (
		SELECT p.first_day, p.last_day FROM data.plan p WHERE p.number IS NOT NULL AND p.last_day > rule.today()
		UNION ALL
		SELECT w.start_date, w.end_date FROM data.workshop w
		WHERE w.live AND w.end_date > rule.today() AND w.id IN (SELECT i.workshop FROM data.plan_item i
			JOIN data.plan p ON p.id = i.plan WHERE p.number IS NOT NULL)) AS d (first, last);
	first := COALESCE(first, month::date);
	last := LEAST(COALESCE(last, (month + interval '18 months')::date - 1), first + 3659);
END $$;

CREATE OR REPLACE FUNCTION rule.repair_changes(body jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
	w data.workshop;
BEGIN
	IF body ->> 'scenario' IS NOT NULL THEN
		RETURN rule.scenario_changes(body ->> 'scenario');
	ELSIF body ->> 'expert' IS NOT NULL THEN
		IF NOT EXISTS (SELECT FROM data.expert e WHERE e.id = body ->> 'expert') THEN
			PERFORM rule.refuse(400, format('There is no expert %s.', body ->> 'expert'), 'expert');
		END IF;
		RETURN jsonb_build_array(jsonb_build_object('kind', 'expert_leaves', 'expert', body -> 'expert',
			'from', COALESCE(body ->> 'from', rule.iso(rule.today()))));
	END IF;
	SELECT * INTO w FROM data.workshop x WHERE x.id = body ->> 'workshop';
	IF w.id IS NULL THEN
		PERFORM rule.refuse(400, format('There is no workshop %s.', body ->> 'workshop'), 'workshop');
	ELSIF w.status NOT IN ('planned', 'announced') THEN
		PERFORM rule.refuse(409, format('%s is %s: only what is planned or announced is planned anew.', w.id, w.status),
			'workshop');
	END IF;
	RETURN jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('kind', 'closed', 'first', w.start_date,
		'last', w.end_date, 'member', w.host)));
END $$;

CREATE OR REPLACE FUNCTION rule.repair_comment(body jsonb) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN body ->> 'expert' IS NOT NULL THEN format('%s cannot go from %s on',
		rule.expert_names(ARRAY[body ->> 'expert']), COALESCE(body ->> 'from', rule.iso(rule.today())))
	WHEN body ->> 'workshop' IS NOT NULL THEN format('%s cannot take place as it is', body ->> 'workshop')
	ELSE (SELECT s.name FROM data.scenario s WHERE s.id = body ->> 'scenario') END;

-- Only of a request that the snapshot knows anything can be said.
CREATE OR REPLACE FUNCTION rule.check_asked(instance json, asked text) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
	r data.request;
BEGIN
	IF EXISTS (SELECT FROM json_array_elements(instance -> 'requests') AS q WHERE q ->> 'id' = asked) THEN
		RETURN;
	END IF;
	SELECT * INTO r FROM data.request x WHERE x.id = asked;
	IF r.id IS NULL THEN
		PERFORM rule.refuse(404, format('There is no request %s.', asked), 'request');
	END IF;
	PERFORM rule.refuse(409, format('Request %s is not among those to be planned: %s.', asked, CASE r.status
		WHEN 'received' THEN 'accept it first' WHEN 'closed' THEN 'it is closed'
		ELSE 'it is outside the days of the plan, or its Member is closed to activities' END), 'request',
		jsonb_build_object('reasons', jsonb_build_array(rule.reason('not_planned', format('It is %s.', r.status)))));
END $$;
