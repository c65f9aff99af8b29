-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.team_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id');
BEGIN
	RETURN rule.whole_list((SELECT json_agg(rule.team_member_json(m)
		ORDER BY array_position('{lead,expert,trainee}', m.role), m.id)
		FROM data.mission m WHERE m.workshop = w.id));
END $$;

-- For experts too: they read the place that they answer for.
CREATE OR REPLACE FUNCTION api.team_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	m data.mission;
BEGIN
	SELECT * INTO m FROM data.mission x WHERE x.workshop = args ->> 'id' AND x.expert = args ->> 'expert';
	IF m.id IS NULL THEN
		PERFORM rule.refuse(404, format('%s is not on the team of %s.', args ->> 'expert', args ->> 'id'));
	END IF;
	RETURN rule.answer(200, rule.team_member_json(m), m.revision, m.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.team_add(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id', true);
	e data.expert;
	m data.mission := jsonb_populate_record(NULL::data.mission, body);
BEGIN
	PERFORM rule.check_team_open(w);
	-- One at a time for an expert: who comes second waits and is told why, instead of meeting the constraint.
	SELECT * INTO e FROM data.expert x WHERE x.id = m.expert FOR NO KEY UPDATE;
	IF e.id IS NULL THEN
		PERFORM rule.refuse(400, format('There is no expert %s.', m.expert), 'expert');
	ELSIF EXISTS (SELECT FROM data.mission o WHERE o.workshop = w.id AND o.expert = e.id) THEN
		PERFORM rule.refuse(409, format('%s is on this team already; change the place that is there.', e.name),
			'expert');
	END IF;
	m.role := COALESCE(m.role, rule.usual_role(w, e.id));
	PERFORM rule.check_place(w, e.id, m.role, m.travel_before, m.travel_after);
	INSERT INTO data.mission (workshop, expert, role, presence, travel_before, travel_after, travel_stated,
		rest_days, note, start_date, end_date, workshop_live)
	SELECT w.id, e.id, m.role, j.presence, COALESCE(m.travel_before, j.travel), COALESCE(m.travel_after, j.travel),
		body ?| '{travel_before,travel_after}', j.rest, m.note, w.start_date, w.end_date, w.live
	FROM rule.journey(e.member, w.host, w.mode) j
	RETURNING * INTO m;
	RETURN rule.answer(201, rule.team_member_json(m), m.revision, m.recorded_at,
		format('/v1/workshops/%s/team/%s', w.id, e.id));
END $$;

-- An expert answers for themselves; everything else is the staff's.
CREATE OR REPLACE FUNCTION api.team_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id');
	old CONSTANT data.mission := rule.path_mission(w.id, args ->> 'expert');
	m data.mission;
BEGIN
	PERFORM rule.check_match(args, old.revision), rule.check_team_open(w);
	m := jsonb_populate_record(old, body);
	IF rule.my_role() = 'expert' THEN
		PERFORM rule.check_own_answer(old, m, body);
	ELSIF (m.role, m.travel_before, m.travel_after) IS DISTINCT FROM (old.role, old.travel_before, old.travel_after)
	   OR NOT old.engaged AND m.status <> 'declined' AND m.release NOT IN ('refused', 'withdrawn') THEN
		PERFORM rule.check_place(w, m.expert, m.role, m.travel_before, m.travel_after);
	END IF;
	UPDATE data.mission x SET (role, status, release, release_on, travel_before, travel_after, travel_stated,
		tickets_on, note) = (m.role, m.status, m.release,
		CASE WHEN m.release = old.release THEN old.release_on ELSE rule.today() END, m.travel_before, m.travel_after,
		old.travel_stated OR body ?| '{travel_before,travel_after}', m.tickets_on, m.note)
	WHERE x.id = m.id RETURNING * INTO m;
	RETURN rule.answer(200, rule.team_member_json(m), m.revision, m.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.team_remove(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id');
	m CONSTANT data.mission := rule.path_mission(w.id, args ->> 'expert');
BEGIN
	PERFORM rule.check_match(args, m.revision), rule.check_team_open(w);
	DELETE FROM data.mission x WHERE x.id = m.id;
	RETURN rule.answer(204, NULL);
END $$;
