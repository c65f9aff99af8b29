-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.notification_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{notified_on}', '-notified_on', rule.notification_json(NULL));
	code CONSTANT text := args ->> 'code';
	as_of CONSTANT timestamptz := rule.as_of(args);
BEGIN
	PERFORM rule.check_path_member(code);
	RETURN rule.list(p, ARRAY(
		SELECT ROW(rule.iso(n.notified_on), '', n.id, rule.notification_json(n))::rule.hit
		FROM rule.notifications_at(as_of) n
		WHERE n.member = code
		  AND rule.after(true, false, p.c1, p.c2, p.cid, rule.iso(n.notified_on), '', n.id)
		ORDER BY n.notified_on DESC, n.id LIMIT p.size + 1),
		CASE WHEN p.counted THEN (SELECT count(*) FROM rule.notifications_at(as_of) n WHERE n.member = code) END);
END $$;

CREATE OR REPLACE FUNCTION api.notification_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	n data.notification := jsonb_populate_record(NULL::data.notification, body);
BEGIN
	PERFORM rule.check_path_member(args ->> 'code'), rule.check_past(n.notified_on, 'notified_on'),
	        rule.check_past(n.checked_on, 'checked_on');
	INSERT INTO data.notification (member, notified_on, reference, note, checked_by, checked_on)
	VALUES (args ->> 'code', n.notified_on, n.reference, n.note, n.checked_by, n.checked_on)
	RETURNING * INTO n;
	RETURN rule.answer(201, rule.notification_json(n), n.revision, n.recorded_at,
		format('/v1/members/%s/notifications/%s', n.member, n.id));
END $$;

CREATE OR REPLACE FUNCTION api.notification_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	n data.notification;
BEGIN
	SELECT * INTO n FROM data.notification o WHERE o.id = args ->> 'id' AND o.member = args ->> 'code';
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('notification', args ->> 'id');
	END IF;
	RETURN rule.answer(200, rule.notification_json(n), n.revision, n.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.notification_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	n data.notification;
BEGIN
	SELECT * INTO n FROM data.notification o WHERE o.id = args ->> 'id' AND o.member = args ->> 'code'
	FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('notification', args ->> 'id');
	END IF;
	PERFORM rule.check_match(args, n.revision);
	n := jsonb_populate_record(n, body);
	PERFORM rule.check_past(n.notified_on, 'notified_on'), rule.check_past(n.ended_on, 'ended_on'),
	        rule.check_past(n.checked_on, 'checked_on'),
	        rule.check_order(n.notified_on, n.ended_on, 'notified_on', 'ended_on');
	UPDATE data.notification o SET (notified_on, ended_on, reference, note, checked_by, checked_on) =
		(n.notified_on, n.ended_on, n.reference, n.note, n.checked_by, n.checked_on)
	WHERE o.id = n.id RETURNING * INTO n;
	RETURN rule.answer(200, rule.notification_json(n), n.revision, n.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.notification_delete(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	n data.notification;
	resting text;
BEGIN
	SELECT * INTO n FROM data.notification o WHERE o.id = args ->> 'id' AND o.member = args ->> 'code' FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('notification', args ->> 'id');
	END IF;
	PERFORM rule.check_match(args, n.revision);
	SELECT min(r.id) INTO resting FROM data.request r WHERE r.member = n.member AND r.status = 'in_plan';
	IF resting IS NOT NULL AND n.ended_on IS NULL THEN
		PERFORM rule.refuse(409, format('Request %s is in the plan and rests on notification %s: end the '
			'notification with ended_on, or take the request out of the plan first.', resting, n.id), NULL,
			jsonb_build_object('reasons', jsonb_build_array(rule.reason('rested_on',
				format('Request %s rests on it.', resting)))));
	END IF;
	DELETE FROM data.notification o WHERE o.id = n.id;
	RETURN rule.answer(204, NULL);
END $$;
