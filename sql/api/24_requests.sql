-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.request_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{received_on,member,status}', '-received_on',
		rule.request_json(NULL));
	hits rule.hit[];
BEGIN
	PERFORM rule.check_regions(rule.texts(args, 'region'), 'region'),
	        rule.check_members(rule.texts(args, 'member'), 'member');
	hits := ARRAY(
		SELECT ROW(k1, k2, (r).id, rule.request_json(r))::rule.hit
		FROM (SELECT f, rule.request_key(f, p.s1) COLLATE "und-x-icu",
		             rule.request_key(f, p.s2) COLLATE "und-x-icu"
		      FROM rule.requests_found(args) f) AS found (r, k1, k2)
		WHERE rule.after(p.d1, p.d2, p.c1, p.c2, p.cid, k1, k2, (r).id)
		ORDER BY CASE WHEN NOT p.d1 THEN k1 END, CASE WHEN p.d1 THEN k1 END DESC,
		         CASE WHEN NOT p.d2 THEN k2 END, CASE WHEN p.d2 THEN k2 END DESC, (r).id LIMIT p.size + 1);
	RETURN rule.list(p, hits, CASE WHEN p.counted THEN (SELECT count(*) FROM rule.requests_found(args)) END);
END $$;

CREATE OR REPLACE FUNCTION api.request_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	r data.request := jsonb_populate_record(NULL::data.request, body);
BEGIN
	PERFORM rule.check_members(ARRAY[r.member], 'member'), rule.check_request(r, body);
	INSERT INTO data.request (member, kind, received_on, signed_on, signed_by, reference, summary, languages,
		wanted_from, wanted_to, participants, days, experts, mode, priority, note)
	VALUES (r.member, r.kind, r.received_on, r.signed_on, r.signed_by, r.reference, r.summary,
		COALESCE(r.languages, '{}'), r.wanted_from, r.wanted_to, r.participants, r.days, r.experts, r.mode, r.priority,
		r.note)
	RETURNING * INTO r;
	PERFORM rule.set_request_instruments(r.id, body), rule.set_request_hosts(r.id, body);
	RETURN rule.answer(201, rule.request_json(r), r.revision, r.recorded_at, '/v1/requests/' || r.id);
END $$;

CREATE OR REPLACE FUNCTION api.request_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	r data.request;
BEGIN
	SELECT * INTO r FROM data.request o WHERE o.id = args ->> 'id';
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('request', args ->> 'id');
	END IF;
	RETURN rule.answer(200, rule.request_json(r), r.revision, r.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.request_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	r data.request := rule.open_request(args ->> 'id');
	was CONSTANT data.request := r;
BEGIN
	PERFORM rule.check_match(args, r.revision);
	r := jsonb_populate_record(r, body);
	PERFORM rule.check_request(r, body), rule.check_request_step(was, r);
	PERFORM rule.set_request_instruments(r.id, body), rule.set_request_hosts(r.id, body);
	UPDATE data.request o SET (kind, received_on, signed_on, signed_by, reference, summary, languages,
		wanted_from, wanted_to, participants, days, experts, mode, priority, note, status, accepted_by, revision) = (r.kind,
		r.received_on, r.signed_on, r.signed_by, r.reference, r.summary, r.languages, r.wanted_from, r.wanted_to,
		r.participants, r.days, r.experts, r.mode, r.priority, r.note, r.status, CASE WHEN r.status = 'received' THEN NULL
			WHEN was.status = 'received' THEN rule.my_account() ELSE was.accepted_by END,
		CASE WHEN body ?| '{instruments,hosts}' THEN NULL ELSE r.revision END)
	WHERE o.id = r.id RETURNING * INTO r;
	RETURN rule.answer(200, rule.request_json(r), r.revision, r.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.request_close(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	r data.request := rule.open_request(args ->> 'id');
	day CONSTANT date := COALESCE((body ->> 'closed_on')::date, rule.today());
BEGIN
	PERFORM rule.check_past(day, 'closed_on'), rule.check_order(r.received_on, day, 'received_on', 'closed_on'),
	        rule.check_duplicate(r, body ->> 'reason', body ->> 'duplicate_of');
	UPDATE data.request o SET status = 'closed', closed_reason = body ->> 'reason', closed_on = day,
		duplicate_of = body ->> 'duplicate_of', note = COALESCE(body ->> 'note', o.note)
	WHERE o.id = r.id RETURNING * INTO r;
	RETURN rule.answer(200, rule.request_json(r), r.revision, r.recorded_at);
END $$;
