-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.expert_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{name,id,member,updated_at}', 'name',
		rule.expert_json(NULL, rule.today()));
	hits rule.hit[];
BEGIN
	PERFORM rule.check_regions(rule.texts(args, 'region'), 'region'),
		rule.check_members(rule.texts(args, 'member'), 'member'),
		rule.check_instruments(rule.texts(args, 'instrument'), 'instrument');
	hits := ARRAY(
		SELECT ROW(k1, k2, (found.e).id, rule.expert_json(found.e, rule.on_day(args)))::rule.hit
		FROM (SELECT f, rule.expert_key(f, p.s1) COLLATE "und-x-icu",
		             rule.expert_key(f, p.s2) COLLATE "und-x-icu"
		      FROM rule.experts_found(args) f) AS found (e, k1, k2)
		WHERE rule.after(p.d1, p.d2, p.c1, p.c2, p.cid, k1, k2, (found.e).id)
		ORDER BY CASE WHEN NOT p.d1 THEN k1 END, CASE WHEN p.d1 THEN k1 END DESC,
		         CASE WHEN NOT p.d2 THEN k2 END, CASE WHEN p.d2 THEN k2 END DESC, (found.e).id LIMIT p.size + 1);
	RETURN rule.list(p, hits, CASE WHEN p.counted THEN (SELECT count(*) FROM rule.experts_found(args)) END);
END $$;

CREATE OR REPLACE FUNCTION api.expert_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
BEGIN
	RETURN rule.shown(200, rule.expert_json(e, rule.today()), e.revision, e.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.expert_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e data.expert := jsonb_populate_record(NULL::data.expert, body);
BEGIN
	PERFORM rule.check_members(ARRAY[e.member], 'member');
	IF e.timezone IS NOT NULL THEN
		PERFORM rule.check_timezone(e.timezone, 'timezone');
	END IF;
	INSERT INTO data.expert (name, member, email, languages, delivers, active, timezone, max_missions_year,
		max_days_year, note)
	VALUES (e.name, e.member, e.email, e.languages, COALESCE(e.delivers, '{on_site,remote}'),
		COALESCE(e.active, true), e.timezone, e.max_missions_year, e.max_days_year, e.note)
	RETURNING * INTO e;
	RETURN rule.shown(201, rule.expert_json(e, rule.today()), e.revision, e.recorded_at, '/v1/experts/' || e.id);
END $$;

CREATE OR REPLACE FUNCTION api.expert_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e data.expert := rule.path_expert(args ->> 'id');
BEGIN
	SELECT * INTO e FROM data.expert x WHERE x.id = e.id FOR NO KEY UPDATE;
	PERFORM rule.check_shown(args, e.revision);
	e := jsonb_populate_record(e, body);
	PERFORM rule.check_members(ARRAY[e.member], 'member');
	IF e.timezone IS NOT NULL THEN
		PERFORM rule.check_timezone(e.timezone, 'timezone');
	END IF;
	UPDATE data.expert x SET (name, member, email, languages, delivers, active, timezone, max_missions_year,
		max_days_year, note) = (e.name, e.member, e.email, e.languages, e.delivers, e.active, e.timezone,
		e.max_missions_year, e.max_days_year, e.note)
	WHERE x.id = e.id RETURNING * INTO e;
	RETURN rule.shown(200, rule.expert_json(e, rule.today()), e.revision, e.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.expert_candidates(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w data.workshop;
	items json;
BEGIN
	IF NOT args ? 'workshop' THEN
		PERFORM rule.refuse(400, 'Say for which workshop: workshop=W-0001.', 'workshop');
	ELSIF NULLIF(args ->> 'limit', 'all')::int NOT BETWEEN 1 AND 500 THEN
		PERFORM rule.refuse(400, format('limit is %s; it is 1 to 500, or all.', args ->> 'limit'), 'limit');
	END IF;
	w := rule.path_workshop(args ->> 'workshop');
	-- `limit` bounds who can; who cannot is answered whole, so that no reason goes missing.
	SELECT json_agg(json_build_object('expert', rule.person(c.expert),
		'member', rule.place((c.expert).member), 'can', c.can, 'rank', c.rank, 'level', c.level,
		'languages', (c.expert).languages, 'instruments', c.covered, 'missions', c.missions,
		'reasons', c.reasons) ORDER BY c.rank, (c.expert).id) INTO items
	FROM rule.candidates(w) c
	WHERE NOT c.can OR c.rank <= NULLIF(args ->> 'limit', 'all')::int OR NOT args ? 'limit' OR args ->> 'limit' = 'all';
	RETURN ROW(200, NULL, NULL, NULL, NULL, json_build_object('workshop', w.id,
		'items', COALESCE(items, '[]'), 'next', NULL))::api.answer;
END $$;

-- Accreditations ------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION api.accreditation_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	p CONSTANT rule.page := rule.page(args, '{conferred_on}', 'conferred_on', rule.accreditation_json(NULL));
	hits rule.hit[];
BEGIN
	hits := ARRAY(
		SELECT ROW(rule.iso(a.conferred_on), NULL, a.id, rule.accreditation_json(a))::rule.hit
		FROM data.accreditation a
		WHERE a.expert = e.id
		  AND rule.after(p.d1, p.d2, p.c1, p.c2, p.cid, rule.iso(a.conferred_on), NULL, a.id)
		ORDER BY a.conferred_on, a.id LIMIT p.size + 1);
	RETURN rule.list(p, hits, CASE WHEN p.counted THEN (
		SELECT count(*) FROM data.accreditation a WHERE a.expert = e.id) END);
END $$;

CREATE OR REPLACE FUNCTION api.accreditation_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	a data.accreditation;
BEGIN
	SELECT * INTO a FROM data.accreditation x WHERE x.expert = e.id AND x.id = args ->> 'accreditation';
	IF a.id IS NULL THEN
		PERFORM rule.refuse_missing('accreditation', args ->> 'accreditation');
	END IF;
	RETURN rule.answer(200, rule.accreditation_json(a), a.revision, a.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.accreditation_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	a data.accreditation := jsonb_populate_record(NULL::data.accreditation, body);
BEGIN
	PERFORM rule.check_instruments(a.instruments, 'instruments'), rule.check_workshop(a.workshop, 'workshop');
	IF a.valid_until < a.conferred_on THEN
		PERFORM rule.refuse(400, format('valid_until is %s, before %s, when it is conferred; turn them round.',
			rule.iso(a.valid_until), rule.iso(a.conferred_on)), 'valid_until');
	END IF;
	INSERT INTO data.accreditation (expert, stage, instruments, conferred_on, valid_until, workshop, evidence, note)
	VALUES (e.id, a.stage, a.instruments, a.conferred_on, a.valid_until, a.workshop, a.evidence, a.note)
	RETURNING * INTO a;
	RETURN rule.answer(201, rule.accreditation_json(a), a.revision, a.recorded_at,
		format('/v1/experts/%s/accreditations/%s', e.id, a.id));
END $$;

CREATE OR REPLACE FUNCTION api.accreditation_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	a data.accreditation;
BEGIN
	SELECT * INTO a FROM data.accreditation x WHERE x.expert = e.id AND x.id = args ->> 'accreditation'
	FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('accreditation', args ->> 'accreditation');
	END IF;
	PERFORM rule.check_match(args, a.revision);
	a := jsonb_populate_record(a, body);
	PERFORM rule.check_instruments(a.instruments, 'instruments'), rule.check_workshop(a.workshop, 'workshop');
	IF a.valid_until < a.conferred_on THEN
		PERFORM rule.refuse(400, format('valid_until is %s, before %s, when it is conferred; turn them round.',
			rule.iso(a.valid_until), rule.iso(a.conferred_on)), 'valid_until');
	END IF;
	UPDATE data.accreditation x SET (stage, instruments, conferred_on, valid_until, workshop, evidence, note) =
		(a.stage, a.instruments, a.conferred_on, a.valid_until, a.workshop, a.evidence, a.note)
	WHERE x.id = a.id RETURNING * INTO a;
	RETURN rule.answer(200, rule.accreditation_json(a), a.revision, a.recorded_at);
END $$;

-- Unavailability ------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION api.unavailability_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	p CONSTANT rule.page := rule.page(args, '{first_day}', 'first_day', rule.unavailability_json(NULL));
	hits rule.hit[];
BEGIN
	hits := ARRAY(
		SELECT ROW(rule.iso(u.first_day), NULL, u.id, rule.unavailability_json(u))::rule.hit
		FROM data.unavailability u
		WHERE u.expert = e.id AND rule.after(p.d1, p.d2, p.c1, p.c2, p.cid, rule.iso(u.first_day), NULL, u.id)
		ORDER BY u.first_day, u.id LIMIT p.size + 1);
	RETURN rule.list(p, hits, CASE WHEN p.counted THEN (
		SELECT count(*) FROM data.unavailability u WHERE u.expert = e.id) END);
END $$;

CREATE OR REPLACE FUNCTION api.unavailability_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	u data.unavailability;
BEGIN
	SELECT * INTO u FROM data.unavailability x WHERE x.expert = e.id AND x.id = args ->> 'unavailability';
	IF u.id IS NULL THEN
		PERFORM rule.refuse_missing('unavailability', args ->> 'unavailability');
	END IF;
	RETURN rule.answer(200, rule.unavailability_json(u), u.revision, u.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.unavailability_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	u data.unavailability := jsonb_populate_record(NULL::data.unavailability, body);
BEGIN
	IF u.last_day < u.first_day THEN
		PERFORM rule.refuse(400, format('last_day is %s, before first_day %s; turn them round.',
			rule.iso(u.last_day), rule.iso(u.first_day)), 'last_day');
	END IF;
	INSERT INTO data.unavailability (expert, first_day, last_day, note)
	VALUES (e.id, u.first_day, u.last_day, u.note) RETURNING * INTO u;
	RETURN rule.answer(201, rule.unavailability_json(u), u.revision, u.recorded_at,
		format('/v1/experts/%s/unavailability/%s', e.id, u.id));
END $$;

CREATE OR REPLACE FUNCTION api.unavailability_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	u data.unavailability;
BEGIN
	SELECT * INTO u FROM data.unavailability x WHERE x.expert = e.id AND x.id = args ->> 'unavailability'
	FOR NO KEY UPDATE;
	IF u.id IS NULL THEN
		PERFORM rule.refuse_missing('unavailability', args ->> 'unavailability');
	END IF;
	PERFORM rule.check_match(args, u.revision);
	u := jsonb_populate_record(u, body);
	PERFORM rule.check_order(u.first_day, u.last_day, 'first_day', 'last_day');
	UPDATE data.unavailability x SET (first_day, last_day, note) = (u.first_day, u.last_day, u.note)
	WHERE x.id = u.id RETURNING * INTO u;
	RETURN rule.answer(200, rule.unavailability_json(u), u.revision, u.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.unavailability_delete(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	u data.unavailability;
BEGIN
	SELECT * INTO u FROM data.unavailability x WHERE x.expert = e.id AND x.id = args ->> 'unavailability' FOR UPDATE;
	IF u.id IS NULL THEN
		PERFORM rule.refuse_missing('unavailability', args ->> 'unavailability');
	END IF;
	PERFORM rule.check_match(args, u.revision);
	DELETE FROM data.unavailability x WHERE x.id = u.id;
	RETURN rule.answer(204, NULL);
END $$;

-- Calendar subscriptions ----------------------------------------------------------------------

CREATE OR REPLACE FUNCTION api.calendar_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
BEGIN
	RETURN rule.whole_list((SELECT json_agg(rule.calendar_json(c) ORDER BY c.created_at, c.selector)
		FROM data.calendar c WHERE c.expert = e.id AND c.revoked_at IS NULL));
END $$;

CREATE OR REPLACE FUNCTION api.calendar_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	secret CONSTANT text := rule.random_text(52);
	c data.calendar;
BEGIN
	INSERT INTO data.calendar (selector, digest, expert, label, detail)
	VALUES (rule.random_text(12), sha256(convert_to(secret, 'UTF8')), e.id, body ->> 'label',
		COALESCE(body ->> 'detail', 'full'))
	RETURNING * INTO c;
	RETURN rule.answer(201, rule.calendar_secret(c, secret), location => format('/v1/experts/%s/calendars', e.id));
END $$;

CREATE OR REPLACE FUNCTION api.calendar_delete(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
BEGIN
	UPDATE data.calendar c SET revoked_at = transaction_timestamp()
	WHERE c.expert = e.id AND c.selector = args ->> 'selector' AND c.revoked_at IS NULL;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('subscription', args ->> 'selector');
	END IF;
	RETURN rule.answer(204, NULL);
END $$;

-- The old address ends as the new one begins.
CREATE OR REPLACE FUNCTION api.calendar_rotate(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e CONSTANT data.expert := rule.path_expert(args ->> 'id');
	secret CONSTANT text := rule.random_text(52);
	c data.calendar;
BEGIN
	UPDATE data.calendar d SET digest = sha256(convert_to(secret, 'UTF8')), last_used_on = NULL
	WHERE d.expert = e.id AND d.selector = args ->> 'selector' AND d.revoked_at IS NULL
	RETURNING * INTO c;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('subscription', args ->> 'selector');
	END IF;
	RETURN rule.answer(200, rule.calendar_secret(c, secret));
END $$;
