-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.workshop_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, rule.workshop_sorts(), 'start', rule.workshop_json(NULL, NULL, NULL));
	as_of CONSTANT timestamptz := rule.as_of(args);
	hits rule.hit[];
BEGIN
	PERFORM rule.check_filters(args);
	hits := ARRAY(
		SELECT ROW(h.k1, h.k2, h.id, rule.workshop_json(a.w, a.confirmed, a.donors))::rule.hit
		FROM rule.activity_page(args, as_of, p) WITH ORDINALITY h (k1, k2, id, n)
		CROSS JOIN LATERAL (SELECT * FROM rule.activities(as_of) b WHERE (b.w).id = h.id) a ORDER BY h.n);
	RETURN rule.list(p, hits, CASE WHEN p.counted THEN (SELECT count(*) FROM rule.activities_found(args, as_of)) END);
END $$;

CREATE OR REPLACE FUNCTION api.workshop_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
	as_of CONSTANT timestamptz := rule.as_of(args);
	ret_answer api.answer;
BEGIN
	SELECT * INTO ret_answer FROM rule.workshop_answer(200, args ->> 'id', NULL, as_of);
	IF ret_answer.status IS NULL THEN
		PERFORM rule.refuse_missing('workshop', args ->> 'id');
	END IF;
	RETURN ret_answer;
END $$;

CREATE OR REPLACE FUNCTION api.workshop_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w data.workshop;
BEGIN
	PERFORM rule.check_request(body ->> 'request');
	w := jsonb_populate_record(NULL::data.workshop, rule.workshop_defaults(body) || rule.workshop_columns(body));
	PERFORM rule.check_workshop_body(w);
	INSERT INTO data.workshop (kind, theme, title, summary, purposes, start_date, end_date, timezone, sessions,
		mode, regions, host, city, venue, beneficiaries, instruments, languages, experts_needed, participants,
		participants_basis, budget, currency, url, note)
	VALUES (w.kind, w.theme, w.title, w.summary, w.purposes, w.start_date, w.end_date, w.timezone, w.sessions,
		w.mode, w.regions, w.host, w.city, w.venue, w.beneficiaries, w.instruments, w.languages, w.experts_needed,
		w.participants, w.participants_basis, w.budget, w.currency, w.url, w.note)
	RETURNING * INTO w;
	IF body ->> 'request' IS NOT NULL THEN
		PERFORM rule.answer_request(w, body ->> 'request');
	END IF;
	PERFORM rule.check_plan(w);
	RETURN rule.workshop_answer(201, w.id, '/v1/workshops/' || w.id);
END $$;

-- New days or a new place are planned anew: criteria, the host's calendar, the team's journeys.
CREATE OR REPLACE FUNCTION api.workshop_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	old CONSTANT data.workshop := rule.path_workshop(args ->> 'id', true);
	w data.workshop;
BEGIN
	PERFORM rule.check_shown(args, old.revision);
	w := jsonb_populate_record(old, rule.workshop_columns(body));
	PERFORM rule.check_change(old, w), rule.check_workshop_body(w);
	IF body ? 'request' THEN
		PERFORM rule.answer_request(w, body ->> 'request');
	END IF;
	w := rule.store_workshop(old, w);
	RETURN rule.workshop_answer(200, w.id);
END $$;

CREATE OR REPLACE FUNCTION api.workshop_transition(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id', true);
BEGIN
	IF args ? 'if_match' THEN
		PERFORM rule.check_shown(args, w.revision);
	END IF;
	PERFORM rule.check_step(w, body ->> 'to', body ->> 'reason');
	UPDATE data.workshop x SET status = body ->> 'to', status_on = rule.today(),
		status_reason = body ->> 'reason', status_note = body ->> 'note',
		announced_at = CASE WHEN body ->> 'to' = 'announced'
			THEN COALESCE(x.announced_at, transaction_timestamp()) ELSE x.announced_at END
	WHERE x.id = w.id;
	PERFORM rule.follow_requests(w.id, body ->> 'to');
	RETURN rule.workshop_answer(200, w.id);
END $$;

CREATE OR REPLACE FUNCTION api.workshop_conflicts(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id');
BEGIN
	RETURN rule.whole_list((SELECT json_agg(json_build_object('code', c.code, 'sentence', c.sentence,
		'blocking', c.blocking, 'day', c.day, 'expert', c.expert)
		ORDER BY c.blocking DESC, c.code, c.day, c.expert) FROM rule.conflicts(w) c));
END $$;
