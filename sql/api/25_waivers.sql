-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.waiver_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{valid_until}', '-valid_until', rule.waiver_json(NULL));
BEGIN
	PERFORM rule.check_members(rule.texts(args, 'member'), 'member');
	RETURN rule.list(p, ARRAY(
		SELECT ROW(rule.iso(v.valid_until), '', v.id, rule.waiver_json(v))::rule.hit
		FROM rule.waivers_found(args) v
		WHERE rule.after(true, false, p.c1, p.c2, p.cid, rule.iso(v.valid_until), '', v.id)
		ORDER BY v.valid_until DESC, v.id LIMIT p.size + 1),
		CASE WHEN p.counted THEN (SELECT count(*) FROM rule.waivers_found(args)) END);
END $$;

CREATE OR REPLACE FUNCTION api.waiver_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	v data.waiver;
BEGIN
	SELECT * INTO v FROM data.waiver x WHERE x.id = args ->> 'id';
	IF v.id IS NULL THEN
		PERFORM rule.refuse_missing('waiver', args ->> 'id');
	END IF;
	RETURN rule.answer(200, rule.waiver_json(v), v.revision, v.recorded_at);
END $$;

-- Who grants it is who asks.
CREATE OR REPLACE FUNCTION api.waiver_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	v data.waiver := jsonb_populate_record(NULL::data.waiver, body);
BEGIN
	PERFORM rule.check_members(ARRAY_REMOVE(ARRAY[v.member], NULL), 'member');
	IF v.valid_until < rule.today() THEN
		PERFORM rule.refuse(400, format('valid_until is %s, in the past; a waiver holds from today.',
			rule.iso(v.valid_until)), 'valid_until');
	ELSIF v.workshop IS NOT NULL AND NOT EXISTS (SELECT FROM data.workshop w WHERE w.id = v.workshop) THEN
		PERFORM rule.refuse(400, format('There is no workshop %s.', v.workshop), 'workshop');
	ELSIF (v.workshop IS NULL) <> (v.member IS NOT NULL AND v.kind IS NOT NULL)
	      OR v.workshop IS NOT NULL AND (v.member IS NOT NULL OR v.kind IS NOT NULL) THEN
		PERFORM rule.refuse(400, 'A waiver is for a Member and a kind, or for a workshop: give member and kind, '
			'or workshop.', 'workshop');
	END IF;
	INSERT INTO data.waiver (criterion, member, kind, workshop, reason, granted_by, granted_on, valid_until)
	VALUES (v.criterion, v.member, v.kind, v.workshop, v.reason, rule.my_account(), rule.today(), v.valid_until)
	RETURNING * INTO v;
	RETURN rule.answer(201, rule.waiver_json(v), v.revision, v.recorded_at, '/v1/waivers/' || v.id);
END $$;

-- A waiver is not removed: it is a record. It can end earlier, or later.
CREATE OR REPLACE FUNCTION api.waiver_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	v data.waiver;
BEGIN
	SELECT * INTO v FROM data.waiver x WHERE x.id = args ->> 'id' FOR NO KEY UPDATE;
	IF v.id IS NULL THEN
		PERFORM rule.refuse_missing('waiver', args ->> 'id');
	END IF;
	PERFORM rule.check_match(args, v.revision);
	v := jsonb_populate_record(v, body);
	PERFORM rule.check_order(v.granted_on, v.valid_until, 'granted_on', 'valid_until');
	UPDATE data.waiver x SET (reason, valid_until) = (v.reason, v.valid_until)
	WHERE x.id = v.id RETURNING * INTO v;
	RETURN rule.answer(200, rule.waiver_json(v), v.revision, v.recorded_at);
END $$;
