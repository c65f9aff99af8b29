-- SPDX-License-Identifier: Apache-2.0
-- Changing a workshop, and taking it from one state to the next.

CREATE OR REPLACE FUNCTION rule.check_request(id text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF id IS NOT NULL AND NOT EXISTS (SELECT FROM data.request r WHERE r.id = check_request.id) THEN
		PERFORM rule.refuse(400, format('There is no request %s.', id), 'request');
	END IF;
END $$;

-- Days and place stand still once a workshop was held or is off.
CREATE OR REPLACE FUNCTION rule.check_change(old data.workshop, new data.workshop) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF (old.start_date, old.end_date, old.host, old.mode) IS DISTINCT FROM
	   (new.start_date, new.end_date, new.host, new.mode)
	   AND old.status NOT IN ('draft', 'planned', 'announced', 'postponed') AND NOT old.historic THEN
		PERFORM rule.refuse(409, format('%s is %s, and its days and place stay as they were.', old.id, old.status),
			'start');
	END IF;
END $$;

-- The team goes where the workshop goes: journeys that nobody stated follow the new place.
CREATE OR REPLACE FUNCTION rule.replace_team(w data.workshop) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE data.mission m SET presence = j.presence, rest_days = j.rest,
		travel_before = CASE WHEN m.travel_stated THEN m.travel_before ELSE j.travel END,
		travel_after = CASE WHEN m.travel_stated THEN m.travel_after ELSE j.travel END
	FROM data.expert e, LATERAL rule.journey(e.member, w.host, w.mode) j
	WHERE m.workshop = w.id AND e.id = m.expert
	  AND (m.presence, m.rest_days, m.travel_before, m.travel_after) IS DISTINCT FROM (j.presence, j.rest,
		CASE WHEN m.travel_stated THEN m.travel_before ELSE j.travel END,
		CASE WHEN m.travel_stated THEN m.travel_after ELSE j.travel END);
END $$;

-- Writes a change. What moved is judged again: the plan's rules, and the team's days; an expert who is
-- taken elsewhere keeps the workshop where it was.
CREATE OR REPLACE FUNCTION rule.store_workshop(old data.workshop, new data.workshop) RETURNS data.workshop
LANGUAGE plpgsql AS $$
DECLARE
	w data.workshop := new;
	moved CONSTANT boolean := (old.start_date, old.end_date, old.host, old.mode, old.kind, old.beneficiaries)
		IS DISTINCT FROM (new.start_date, new.end_date, new.host, new.mode, new.kind, new.beneficiaries);
BEGIN
	IF moved AND old.live AND NOT old.historic THEN
		PERFORM rule.check_plan(w), rule.check_team_moves(w);
	END IF;
	UPDATE data.workshop x SET (theme, title, summary, purposes, start_date, end_date, timezone, sessions, mode,
		regions, host, city, venue, beneficiaries, instruments, languages, experts_needed, participants,
		participants_basis, budget, currency, url, note) = (w.theme, w.title, w.summary, w.purposes, w.start_date,
		w.end_date, w.timezone, w.sessions, w.mode, w.regions, w.host, w.city, w.venue, w.beneficiaries,
		w.instruments, w.languages, w.experts_needed, w.participants, w.participants_basis, w.budget, w.currency,
		w.url, w.note)
	WHERE x.id = w.id RETURNING * INTO w;
	IF moved THEN
		PERFORM rule.replace_team(w);
	END IF;
	RETURN w;
END $$;

-- Would the team still be free? Judged as if nobody had a place yet, so that journeys are new ones.
CREATE OR REPLACE FUNCTION rule.check_team_moves(w data.workshop) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
	reasons CONSTANT jsonb := (
		SELECT jsonb_agg(rule.reason(f.code, f.sentence))
		FROM data.mission m, rule.faults(w, m.expert, m.role) f
		WHERE m.workshop = w.id AND m.engaged
		  AND f.code IN ('unavailable', 'double_booking', 'own_administration', 'accreditation', 'delivers'));
BEGIN
	IF reasons IS NOT NULL THEN
		PERFORM rule.refuse(409, format('The team cannot follow: %s', reasons #>> '{0,sentence}'), 'start',
			jsonb_build_object('reasons', reasons, 'alternatives', rule.team_date_alternatives(w, NULL)));
	END IF;
END $$;

-- The next days that suit the host, everybody on the team and somebody who would join it (NULL: nobody):
-- free with travel and rest, and accredited throughout.
DROP FUNCTION IF EXISTS rule.team_date_alternatives(data.workshop);
CREATE OR REPLACE FUNCTION rule.team_date_alternatives(w data.workshop, joining text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	WITH people AS MATERIALIZED (
		SELECT m.expert, m.travel_before, m.travel_after, m.rest_days
		FROM data.mission m WHERE m.workshop = w.id AND m.engaged AND m.expert IS DISTINCT FROM joining
		UNION ALL
		SELECT e.id, j.travel, j.travel, j.rest
		FROM data.expert e, rule.journey(e.member, w.host, w.mode) j WHERE e.id = joining
	)
	SELECT COALESCE(jsonb_agg(rule.alternative('dates', format('%s to %s suits the host and the team.',
		rule.iso(f.first), rule.iso(f.last)), rule.iso(f.first) || '/' || rule.iso(f.last)) ORDER BY f.first), '[]')
	FROM (
		SELECT d.first, d.last
		FROM rule.free_dates(w.host, w.end_date - w.start_date + 1, w.start_date, 60) d
		WHERE NOT EXISTS (
			SELECT FROM people p
			CROSS JOIN LATERAL (SELECT daterange(d.first - p.travel_before,
				d.last + p.travel_after + p.rest_days, '[]')) AS b (block)
			WHERE EXISTS (SELECT FROM data.unavailability u WHERE u.expert = p.expert AND u.days && b.block)
			   OR EXISTS (SELECT FROM data.mission o WHERE o.expert = p.expert AND o.live
			              AND o.workshop <> w.id AND o.block && b.block)
			   OR EXISTS (SELECT FROM rule.standing(p.expert, w.instruments, d.first, d.last) s
			              WHERE s.level IS NULL))
		ORDER BY d.first LIMIT 3) AS f
$$;

-- Steps ---------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.check_step(w data.workshop, wanted text, reason text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	step data.transition;
BEGIN
	SELECT * INTO step FROM data.transition t WHERE t.from_status = w.status AND t.to_status = wanted;
	IF step.to_status IS NULL THEN
		PERFORM rule.refuse(409, format('%s is %s and cannot become %s.', w.id, w.status, wanted), 'to',
			jsonb_build_object('reasons', jsonb_build_array(rule.reason('transition', format('There is no step from '
				'%s to %s.', w.status, wanted))),
			'alternatives', (SELECT COALESCE(jsonb_agg(rule.alternative('transition', format('From %s a workshop can '
				'become %s.', w.status, t.to_status), t.to_status) ORDER BY t.to_status), '[]')
				FROM data.transition t WHERE t.from_status = w.status)));
	ELSIF step.needs_reason AND reason IS NULL THEN
		PERFORM rule.refuse(400, format('Say why: reason is one of %s.', (
			SELECT string_agg(r.code, ', ' ORDER BY r.code) FROM data.status_reason r)), 'reason');
	ELSIF NOT step.needs_reason AND reason IS NOT NULL THEN
		PERFORM rule.refuse(400, format('Becoming %s needs no reason; leave it out, or use note.', wanted), 'reason');
	ELSIF reason IS NOT NULL AND NOT EXISTS (SELECT FROM data.status_reason r WHERE r.code = reason) THEN
		PERFORM rule.refuse(400, format('There is no reason %s; choose from %s.', reason, (
			SELECT string_agg(r.code, ', ' ORDER BY r.code) FROM data.status_reason r)), 'reason');
	END IF;
	PERFORM rule.check_guards(w, wanted, step.guards);
	-- Criteria are gates, when a workshop is planned and again when the world is told of it.
	IF wanted IN ('planned', 'announced') THEN
		PERFORM rule.check_plan(w);
	END IF;
	IF wanted = 'planned' THEN
		PERFORM rule.check_team_moves(w);
	END IF;
END $$;

-- One reason for each guard that neither holds nor is waived, and what would help.
CREATE OR REPLACE FUNCTION rule.check_guards(w data.workshop, wanted text, needed text[]) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	reasons jsonb;
	failing text[];
BEGIN
	SELECT jsonb_agg(rule.reason(g.guard, g.lacks)), array_agg(g.guard) INTO reasons, failing
	FROM rule.guards(w) g WHERE g.guard = ANY (needed) AND g.lacks IS NOT NULL AND NOT g.waived;
	IF 'staffed' = ANY (failing) THEN
		reasons := reasons || (SELECT COALESCE(jsonb_agg(rule.reason(f.code, f.sentence)), '[]')
			FROM data.mission m, rule.faults(w, m.expert, m.role) f WHERE m.workshop = w.id AND m.engaged);
	END IF;
	IF reasons IS NOT NULL THEN
		PERFORM rule.refuse(409, format('%s is not ready to become %s: %s', w.id, wanted, reasons #>> '{0,sentence}'),
			'to', jsonb_build_object('reasons', reasons, 'alternatives',
			CASE WHEN 'staffed' = ANY (failing) THEN rule.candidate_alternatives(w, NULL) ELSE '[]' END
			|| (SELECT COALESCE(jsonb_agg(rule.alternative('waiver', format('A waiver of %s for %s, with who, why and '
				'until when.', f, w.id), f)), '[]') FROM unnest(failing) AS f
			    WHERE f IN ('staffed', 'funded', 'targeted'))));
	END IF;
END $$;
