-- SPDX-License-Identifier: Apache-2.0
-- The door: who comes in, what they may ask, whether they asked it before. See ARCHITECTURE.md, the seam.

CREATE OR REPLACE FUNCTION api.enter(credential text, access text, request text,
                                     key text, fingerprint text)
RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	claim text;
	role text;
BEGIN
	IF credential IS NOT NULL THEN
		claim := rule.bearer(credential);
		IF claim IS NULL THEN
			PERFORM rule.refuse(401, 'This token is unknown, expired or revoked; ask for a new one.');
		END IF;
		role := split_part(claim, ' ', 2);
		claim := rule.signature(claim) || ' ' || claim;
	END IF;
	PERFORM set_config('atelier.identity', COALESCE(claim, ''), true),
	        set_config('atelier.request', COALESCE(request, ''), true);
	IF access = 'ANYONE' OR access = 'SIGNED' AND role IS NOT NULL
	   OR access = 'PEOPLE' AND role IN ('expert', 'coordinator', 'admin')
	   OR access = 'STAFF' AND role IN ('coordinator', 'admin') OR access = 'ADMIN' AND role = 'admin' THEN
		IF key IS NOT NULL AND role IS NOT NULL THEN
			PERFORM rule.replay_or_claim(key, fingerprint);
		END IF;
	ELSIF role IS NULL THEN
		PERFORM rule.refuse(401, 'This needs a token: send Authorization: Bearer with it.');
	ELSE
		PERFORM rule.refuse(403, CASE access
			WHEN 'STAFF' THEN 'This is for coordinators.'
			WHEN 'PEOPLE' THEN 'This is for coordinators and experts.'
			ELSE 'This is for administrators.' END || format(' Your token is a %s''s.', role));
	END IF;
END $$;

-- Keeps a POST's answer under the transaction's idempotency key, if it has one, and hands it on.
CREATE OR REPLACE FUNCTION api.keep(a api.answer) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
	UPDATE data.idempotency SET answer = json_build_object('status', (a).status, 'etag', (a).etag,
		'location', (a).location, 'body', (a).body)
	WHERE transaction = pg_current_xact_id_if_assigned() AND account = rule.my_account()
	  AND NOT rule.shows_secret((a).body);
	IF FOUND THEN
		-- Old keys go a few at a time; who is busy with one is left alone.
		DELETE FROM data.idempotency i USING (
			SELECT o.account, o.key FROM data.idempotency o
			WHERE o.created_at < transaction_timestamp() - interval '7 days' AND o.account = rule.my_account()
			ORDER BY o.created_at LIMIT 8 FOR UPDATE SKIP LOCKED) AS old
		WHERE i.account = old.account AND i.key = old.key;
	END IF;
	RETURN a;
END $$;

CREATE OR REPLACE FUNCTION api.schema_version() RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
RETURN (SELECT max(number) FROM data.migration);

-- The sentence a person reads when a constraint fires.
CREATE OR REPLACE FUNCTION api.constraints() RETURNS TABLE (name text, sentence text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
	SELECT c.conname::text, min(obj_description(c.oid, 'pg_constraint'))
	FROM pg_constraint c
	WHERE c.connamespace = 'data'::regnamespace AND obj_description(c.oid, 'pg_constraint') IS NOT NULL
	GROUP BY c.conname
$$;
