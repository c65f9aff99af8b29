-- SPDX-License-Identifier: Apache-2.0
-- The release of a plan, as one transaction: judged against the world as it is now, done, told.

-- Only what was made, and is meant, can be released; a list of items names requests of the plan.
CREATE OR REPLACE FUNCTION rule.check_release(p data.plan, wanted text[]) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
	stray text;
BEGIN
	IF p.purpose = 'what_if' THEN
		PERFORM rule.refuse(409, format('%s answers a what-if: it is never released. Make a plan without a scenario.', p.id), NULL,
			jsonb_build_object('reasons', jsonb_build_array(rule.reason('what_if', 'It was made for a scenario.'))));
	ELSIF p.state NOT IN ('solved', 'cancelled') OR p.value IS NULL THEN
		PERFORM rule.refuse(409, format('%s is %s: only a plan that was made, and not released yet, is released.', p.id, p.state),
			NULL, jsonb_build_object('reasons', jsonb_build_array(rule.reason('state', format('It is %s.', p.state)))));
	END IF;
	SELECT r INTO stray FROM unnest(wanted) AS r
	WHERE NOT EXISTS (SELECT FROM data.plan_item i WHERE i.plan = p.id AND i.request = r)
	  AND NOT EXISTS (SELECT FROM rule.dropped_works(p, ARRAY[r])) LIMIT 1;
	IF stray IS NOT NULL THEN
		PERFORM rule.refuse(400, format('%s has no item for %s.', p.id, stray), 'items');
	END IF;
END $$;

CREATE FUNCTION rule.check_world(p data.plan, steps rule.release_step[], dropped text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	reasons jsonb;
BEGIN
	SELECT jsonb_agg(rule.reason(c.code, c.sentence) ORDER BY c.code, c.sentence) INTO reasons
	FROM (SELECT DISTINCT x.* FROM rule.request_contradictions(p, steps) x
	      UNION SELECT DISTINCT y.code, y.sentence
	      FROM rule.step_contradictions(p.first_day, p.last_day, steps, dropped) y
	      UNION SELECT z.code, z.sentence FROM rule.money_contradictions(steps, dropped) z LIMIT 200) c;
	IF reasons IS NOT NULL THEN
		PERFORM rule.refuse(409, format('The world is not what it was when %s was made: %s', p.id, reasons #>> '{0,sentence}'),
			NULL, jsonb_build_object('reasons', reasons));
	END IF;
END $$;

-- Money back, workshops off, others moved and made, teams, money anew. Days may swap on the way: who is where is
-- judged at the end, and by the constraint alone.
CREATE FUNCTION rule.carry_out(p data.plan, steps rule.release_step[], dropped text[], said text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	SET CONSTRAINTS data.mission_no_double_booking DEFERRED;
	UPDATE data.workshop w SET status = 'postponed', status_on = rule.today(), status_reason = 'plan',
		status_note = format('%s: %s', p.id, said)
	WHERE w.id = ANY (dropped) AND w.status IN ('planned', 'announced');
	PERFORM rule.release_money_back(steps), rule.release_moves(steps);
	FOR i IN 1 .. COALESCE(cardinality(steps), 0) LOOP
		steps[i].workshop := COALESCE(steps[i].workshop, rule.release_new(steps[i]));
	END LOOP;
	PERFORM rule.release_teams(steps), rule.release_money(steps);
	SET CONSTRAINTS data.mission_no_double_booking IMMEDIATE;
	UPDATE data.plan_item i SET workshop = s.workshop FROM unnest(steps) s WHERE i.plan = p.id AND i.request = s.request;
END $$;

-- One release at a time.
CREATE OR REPLACE FUNCTION rule.release_plan(p data.plan, wanted text[], said text) RETURNS data.plan
LANGUAGE plpgsql AS $$
DECLARE
	steps rule.release_step[];
	dropped text[];
	told jsonb;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('atelier release')), rule.check_release(p, wanted);
	steps := ARRAY(SELECT s FROM rule.release_steps(p, wanted) s);
	dropped := ARRAY(SELECT rule.dropped_works(p, wanted));
	steps := rule.settle_money(steps, dropped);
	PERFORM rule.check_world(p, steps, dropped);
	steps := ARRAY(SELECT s FROM unnest(steps) s WHERE s.moves OR s.reseats OR s.repays);
	told := rule.changelog(p, steps, dropped);
	PERFORM rule.carry_out(p, steps, dropped, said);
	UPDATE data.plan x SET state = 'superseded' WHERE x.state = 'released';
	UPDATE data.plan x SET state = 'released', released_at = clock_timestamp(), released_by = rule.my_account(),
		release_comment = said, changelog = told,
		number = (SELECT COALESCE(max(o.number), 0) + 1 FROM data.plan o)
	WHERE x.id = p.id RETURNING * INTO p;
	RETURN p;
END $$;
