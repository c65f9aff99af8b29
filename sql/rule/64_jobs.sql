-- SPDX-License-Identifier: Apache-2.0
-- Jobs: plans that somebody makes. Who asks is the daemon, not a person, so these run as the owner and do only
-- this: take a plan that waits with its snapshot, tell of its progress, bring what came of it.
-- A job is its taker's until taken_until; whoever is later finds it taken over: its attempt has another number.

CREATE OR REPLACE FUNCTION rule.fail_plan(of_plan text, fault text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE data.plan p SET finished_at = clock_timestamp(),
		state = CASE WHEN r.cancel_wanted THEN 'cancelled' ELSE 'failed' END,
		fault = CASE WHEN NOT r.cancel_wanted THEN COALESCE(NULLIF(fail_plan.fault, ''), 'The planner gave no reason.') END
	FROM data.plan_run r WHERE p.id = of_plan AND r.plan = p.id;
END $$;

-- Workshops that a repair is about may move even if they start soon.
CREATE OR REPLACE FUNCTION rule.loose_works(p data.plan) RETURNS text[] LANGUAGE sql STABLE AS $$
	SELECT ARRAY(SELECT m.workshop FROM data.mission m
		WHERE m.expert = (p).options ->> 'expert'
		  AND m.end_date >= COALESCE(((p).options ->> 'from')::date, rule.today()))
		|| array_remove(ARRAY[(p).options ->> 'workshop'], NULL)
$$;

CREATE OR REPLACE FUNCTION rule.snapshot_of(p data.plan) RETURNS rule.snapshot LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN rule.take_snapshot((p).settings_version, (p).first_day, (p).last_day,
		COALESCE(((p).options ->> 'frozen')::date,
			rule.today() + rule.setting_of((p).settings_version, 'frozen_days')), rule.loose_works(p));
END $$;

-- The changes as a document. That an expert leaves is no change when the snapshot does not know them any more.
CREATE OR REPLACE FUNCTION rule.scenario_document(p data.plan, instance json) RETURNS json LANGUAGE sql STABLE
RETURN CASE WHEN (p).changes IS NOT NULL THEN json_build_object('format', 'atelier-scenario/1',
	'name', COALESCE((SELECT s.name FROM data.scenario s WHERE s.id = (p).scenario), (p).comment, (p).id),
	'changes', (SELECT COALESCE(json_agg(CASE WHEN c ? 'newcomer'
			THEN c - 'newcomer' || jsonb_build_object('expert', c -> 'newcomer') ELSE c END ORDER BY n), '[]')
		FROM jsonb_array_elements((p).changes) WITH ORDINALITY AS t (c, n)
		WHERE c ->> 'kind' <> 'expert_leaves' OR EXISTS (
			SELECT FROM json_array_elements(instance -> 'experts') AS e WHERE e ->> 'id' = c ->> 'expert'))) END;

-- Takes the snapshot and keeps it; what cannot be told as an instance fails the plan, not the queue.
CREATE OR REPLACE FUNCTION rule.start_job(p data.plan) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	left_out jsonb;
BEGIN
	DELETE FROM data.plan_document d WHERE d.plan = (p).id;
	-- One statement: the instance, its notes and the time all belong to one instant.
	WITH taken AS (
		INSERT INTO data.plan_document (plan, instance, taken_at)
		SELECT (p).id, rule.instance((p).id, x.s), clock_timestamp() FROM (SELECT rule.snapshot_of(p) AS s OFFSET 0) x
		RETURNING plan
	)
	SELECT rule.snapshot_notes(rule.snapshot_of(p)) INTO left_out FROM taken;
	UPDATE data.plan x SET state = 'running', started_at = clock_timestamp(), notes = left_out WHERE x.id = (p).id;
	RETURN true;
EXCEPTION
	WHEN serialization_failure OR deadlock_detected THEN
		RAISE;
	WHEN OTHERS THEN
		PERFORM rule.fail_plan((p).id, 'The snapshot could not be taken: ' || SQLERRM);
		RETURN false;
END $$;

-- Who was to make a plan and did not come back had three times to do so.
CREATE OR REPLACE FUNCTION rule.give_up_jobs() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM rule.fail_plan(p.id, 'The planner was begun three times and never came to an end; see the daemon''s log.')
	FROM (SELECT q.id FROM data.plan q JOIN data.plan_run r ON r.plan = q.id
	      WHERE q.state = 'running' AND r.taken_until < clock_timestamp() AND (r.attempt >= 3 OR r.cancel_wanted)
	      FOR UPDATE OF q SKIP LOCKED) AS p;
END $$;

-- Compiling the snapshot's statements (jit) takes fifty times as long as running them.
CREATE OR REPLACE FUNCTION rule.job_take(daemon text, lease_seconds int)
RETURNS TABLE (plan text, attempt int, purpose text, options json, instance json, scenario json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET jit = off AS $$
#variable_conflict use_column
DECLARE
	p data.plan;
BEGIN
	PERFORM rule.give_up_jobs();
	SELECT q.* INTO p FROM data.plan q JOIN data.plan_run r ON r.plan = q.id
	WHERE q.state = 'queued' OR q.state = 'running' AND r.taken_until < clock_timestamp()
	ORDER BY q.created_at, q.id FOR UPDATE OF q SKIP LOCKED LIMIT 1;
	IF p.id IS NULL OR NOT rule.start_job(p) THEN
		RETURN;
	END IF;
	UPDATE data.plan_run r SET attempt = r.attempt + 1, taken_by = daemon, progress = NULL,
		taken_until = clock_timestamp() + make_interval(secs => lease_seconds)
	WHERE r.plan = p.id;
	RETURN QUERY
	SELECT p.id, r.attempt, p.purpose, p.options::json, d.instance, rule.scenario_document(p, d.instance)
	FROM data.plan_run r JOIN data.plan_document d ON d.plan = r.plan WHERE r.plan = p.id;
END $$;

-- Locks the plan if it still is this attempt's.
CREATE OR REPLACE FUNCTION rule.own_job(of_plan text, of_attempt int) RETURNS data.plan LANGUAGE sql VOLATILE AS $$
	SELECT p.* FROM data.plan p JOIN data.plan_run r ON r.plan = p.id
	WHERE p.id = of_plan AND p.state = 'running' AND r.attempt = of_attempt FOR NO KEY UPDATE OF p
$$;

CREATE OR REPLACE FUNCTION rule.job_progress(of_plan text, of_attempt int, lease_seconds int, news json) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	go_on boolean;
BEGIN
	UPDATE data.plan_run r SET progress = COALESCE(news::jsonb, r.progress),
		taken_until = clock_timestamp() + make_interval(secs => lease_seconds)
	FROM data.plan p
	WHERE r.plan = of_plan AND r.attempt = of_attempt AND p.id = r.plan AND p.state = 'running'
	RETURNING NOT r.cancel_wanted INTO go_on;
	IF go_on AND lease_seconds = 0 THEN -- given back: that was nobody's failure
		UPDATE data.plan p SET state = 'queued', started_at = NULL WHERE p.id = of_plan;
	END IF;
	RETURN COALESCE(go_on, false);
END $$;

-- The answers of a repair beyond the first are plans beside it, made from the same snapshot.
CREATE OR REPLACE FUNCTION rule.store_repair(p data.plan, answers json, state text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	answer json;
	beside text := (p).id;
BEGIN
	IF COALESCE(json_array_length(answers), 0) = 0 THEN
		PERFORM rule.fail_plan((p).id, 'The repair found no answer.');
		RETURN;
	END IF;
	FOR answer IN SELECT a FROM json_array_elements(answers) AS a LOOP
		IF beside IS NULL THEN
			INSERT INTO data.plan AS n (job, purpose, state, settings_version, first_day, last_day, options, scenario, changes,
				comment, created_by, started_at, notes)
			SELECT q.id, q.purpose, 'running', q.settings_version, q.first_day, q.last_day, q.options, q.scenario, q.changes,
				q.comment, q.created_by, q.started_at, q.notes
			FROM data.plan q WHERE q.id = (p).id RETURNING n.id INTO beside;
			INSERT INTO data.plan_document (plan, instance, taken_at)
			SELECT beside, d.instance, d.taken_at FROM data.plan_document d WHERE d.plan = (p).id;
		END IF;
		UPDATE data.plan n SET options = n.options || jsonb_build_object('weight', answer -> 'weight',
			'worth', answer -> 'worth', 'changes', answer -> 'changes') WHERE n.id = beside;
		PERFORM rule.store_plan(beside, answer -> 'plan', state);
		beside := NULL;
	END LOOP;
END $$;

CREATE OR REPLACE FUNCTION rule.job_done(of_plan text, of_attempt int, documents json) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT data.plan := rule.own_job(of_plan, of_attempt);
	state CONSTANT text := (SELECT CASE WHEN r.cancel_wanted THEN 'cancelled' ELSE 'solved' END
		FROM data.plan_run r WHERE r.plan = of_plan);
BEGIN
	IF p.id IS NULL THEN
		RETURN false;
	ELSIF p.purpose = 'repair' THEN
		PERFORM rule.store_repair(p, documents -> 'options', state);
	ELSE
		PERFORM rule.store_plan(p.id, documents, state);
	END IF;
	UPDATE data.plan_run r SET taken_until = NULL WHERE r.plan = p.id;
	RETURN true;
END $$;

CREATE OR REPLACE FUNCTION rule.job_failed(of_plan text, of_attempt int, fault text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT data.plan := rule.own_job(of_plan, of_attempt);
BEGIN
	IF p.id IS NULL THEN
		RETURN false;
	END IF;
	PERFORM rule.fail_plan(p.id, left(fault, 1000));
	UPDATE data.plan_run r SET taken_until = NULL WHERE r.plan = p.id;
	RETURN true;
END $$;

-- What was asked for, as the planner's command line has it. A plan is searched for half a minute unless it is said.
CREATE OR REPLACE FUNCTION rule.job_words(purpose text, asked jsonb) RETURNS json LANGUAGE sql IMMUTABLE
RETURN to_json(ARRAY['--seed', COALESCE(asked ->> 'seed', '1'), '--time', COALESCE(asked ->> 'seconds', '30')]
	|| CASE WHEN purpose = 'repair' AND asked ? 'weights' THEN
		ARRAY['--weights', (SELECT string_agg(w, ',') FROM jsonb_array_elements_text(asked -> 'weights') AS w)]
		ELSE '{}' END
	|| CASE WHEN purpose = 'repair' AND asked ? 'frozen' THEN ARRAY['--frozen', asked ->> 'frozen'] ELSE '{}' END);
