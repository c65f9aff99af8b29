-- SPDX-License-Identifier: Apache-2.0
-- The life of a request: received → accepted → in_plan → closed. In the plan it comes, and out of it, by the
-- workshop that answers it; it is closed or merged, never removed.

CREATE OR REPLACE FUNCTION rule.open_request(id text) RETURNS data.request LANGUAGE plpgsql AS $$
DECLARE
	ret data.request;
BEGIN
	SELECT * INTO ret FROM data.request o WHERE o.id = open_request.id FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('request', id);
	ELSIF ret.status = 'closed' THEN
		PERFORM rule.refuse(409, format('Request %s was closed on %s (%s): record a new request.', ret.id,
			rule.iso(ret.closed_on), ret.closed_reason), NULL, jsonb_build_object('reasons',
			jsonb_build_array(rule.reason('closed', 'A closed request is not changed.'))));
	END IF;
	RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION rule.check_request(r data.request, body jsonb) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM rule.check_past(r.received_on, 'received_on'),
	        rule.check_order(r.signed_on, r.received_on, 'signed_on', 'received_on'),
	        rule.check_order(r.wanted_from, r.wanted_to, 'wanted_from', 'wanted_to'),
	        rule.check_instruments(rule.texts(body, 'instruments'), 'instruments'),
	        rule.check_members(ARRAY(SELECT h ->> 'member' FROM jsonb_array_elements(body -> 'hosts') AS h), 'hosts');
END $$;

-- By hand a request is accepted, or set back to received; and its kind is its workshop's while it has one.
CREATE OR REPLACE FUNCTION rule.check_request_step(was data.request, r data.request) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF was.status = 'in_plan' AND (r.status <> was.status OR r.kind <> was.kind) THEN
		PERFORM rule.refuse(409, format('Request %s is in the plan by workshop %s: take it out there first.',
			was.id, was.workshop), CASE WHEN r.kind <> was.kind THEN 'kind' ELSE 'status' END,
			jsonb_build_object('reasons', jsonb_build_array(rule.reason('in_plan',
				format('Workshop %s answers it.', was.workshop)))));
	END IF;
END $$;

-- A duplicate names the open or answered request it repeats, of the same Member.
CREATE OR REPLACE FUNCTION rule.check_duplicate(r data.request, reason text, other text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	o data.request;
BEGIN
	IF (reason = 'duplicate') <> (other IS NOT NULL) THEN
		PERFORM rule.refuse(400, CASE WHEN other IS NULL THEN 'Say which request this one repeats.'
			ELSE 'Only a request closed as a duplicate names the one it repeats.' END, 'duplicate_of');
	END IF;
	SELECT * INTO o FROM data.request q WHERE q.id = other;
	IF other IS NOT NULL AND (o.id IS NULL OR o.id = r.id) THEN
		PERFORM rule.refuse(400, format('There is no other request %s.', other), 'duplicate_of');
	ELSIF o.member <> r.member OR o.closed_reason = 'duplicate' THEN
		PERFORM rule.refuse(409, CASE WHEN o.member <> r.member
			THEN format('Request %s is of %s, not of %s.', o.id, o.member, r.member)
			ELSE format('Request %s is itself a duplicate: name %s.', o.id, o.duplicate_of) END, 'duplicate_of');
	END IF;
END $$;

CREATE OR REPLACE FUNCTION rule.set_request_instruments(id text, body jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	codes CONSTANT text[] := rule.texts(body, 'instruments');
BEGIN
	DELETE FROM data.request_instrument i WHERE i.request = id AND i.instrument <> ALL (codes);
	INSERT INTO data.request_instrument (request, instrument) SELECT id, unnest(codes) ON CONFLICT DO NOTHING;
END $$;

-- The hosts that a body brings, instead of those there were.
CREATE OR REPLACE FUNCTION rule.set_request_hosts(id text, body jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF body ? 'hosts' THEN
		DELETE FROM data.request_host h WHERE h.request = id;
		INSERT INTO data.request_host (request, member, cost)
		SELECT id, h.member, h.cost FROM jsonb_to_recordset(body -> 'hosts') AS h (member text, cost int);
	END IF;
END $$;
