-- SPDX-License-Identifier: Apache-2.0
-- The door: who comes in, what they may ask, whether they asked it before (ARCHITECTURE.md, the seam).
-- It alone of the api functions is the owner's, since nobody else may see tokens' digests; it reads one
-- token, signs its claim, and does nothing else with the owner's rights.

-- A route's word for who may call it, asked of a role; no role is the public.
CREATE OR REPLACE FUNCTION rule.may_enter(role text, access text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN COALESCE(access = 'ANYONE' OR access = 'SIGNED' AND role IS NOT NULL
	OR access = 'PEOPLE' AND role IN ('expert', 'coordinator', 'admin')
	OR access = 'STAFF' AND role IN ('coordinator', 'admin') OR access = 'ADMIN' AND role = 'admin', false);

CREATE OR REPLACE FUNCTION rule.turn_away(role text, access text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF role IS NULL THEN
		PERFORM rule.refuse(401, 'This needs a token: send Authorization: Bearer with it.');
	END IF;
	PERFORM rule.refuse(403, format('This is for %s, and your token is for the role %s.', CASE access
		WHEN 'STAFF' THEN 'coordinators' WHEN 'PEOPLE' THEN 'coordinators and experts'
		ELSE 'administrators' END, role));
END $$;

-- Once a day, and nobody waits for it.
CREATE OR REPLACE FUNCTION rule.note_use(used_selector text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE data.token SET last_used = (transaction_timestamp() AT TIME ZONE 'UTC')::date
	WHERE selector = (SELECT t.selector FROM data.token t WHERE t.selector = used_selector
	                  FOR NO KEY UPDATE SKIP LOCKED);
END $$;

-- Everything but the common case of api.enter. `identity`: NULL when no token was found.
CREATE OR REPLACE FUNCTION rule.look_closer(credential text, identity text, stale boolean, access text,
                                            key text, fingerprint text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	role CONSTANT text := split_part(identity, ' ', 3);
BEGIN
	IF identity IS NULL THEN
		PERFORM set_config('atelier.identity', '', true);
		IF credential IS NOT NULL THEN
			PERFORM rule.refuse(401, 'This token is unknown, expired or revoked; ask for a new one.');
		END IF;
	ELSIF stale THEN
		PERFORM rule.note_use(substr(credential, 5, 12));
	END IF;
	IF NOT rule.may_enter(role, access) THEN
		PERFORM rule.turn_away(role, access);
	ELSIF key IS NOT NULL AND role IS NOT NULL THEN
		PERFORM rule.replay_or_claim(key, fingerprint);
	END IF;
END $$;

-- Every request with a token pays for this: one row and one test. Gives back the args, so that a
-- statement that works on what it gives back does so after it, and not at all when it refuses.
CREATE OR REPLACE FUNCTION api.enter(credential text, access text, request text,
                                     key text, fingerprint text, args jsonb DEFAULT NULL)
RETURNS jsonb LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	identity text;
	stale boolean;
BEGIN
	SELECT set_config('atelier.identity', rule.signature(c.claim, c.key) || ' ' || c.claim, true),
	       c.last_used IS DISTINCT FROM (transaction_timestamp() AT TIME ZONE 'UTC')::date
	INTO identity, stale
	FROM (SELECT t.claim || ' ' || COALESCE(request, '-'), t.signing_key, t.last_used FROM data.token t
	      WHERE t.selector = substr(credential, 5, 12) AND t.digest = sha256(convert_to(credential, 'UTF8'))
	        AND t.claim <> '' AND t.revoked_at IS NULL
	        AND (t.expires_at IS NULL OR t.expires_at > transaction_timestamp())) AS c (claim, key, last_used);
	IF identity IS NULL OR stale OR access <> 'ANYONE' OR key IS NOT NULL THEN
		PERFORM rule.look_closer(credential, identity, stale, access, key, fingerprint);
	END IF;
	RETURN args;
END $$;
REVOKE ALL ON FUNCTION api.enter(text, text, text, text, text, jsonb) FROM atelier_api;
GRANT EXECUTE ON FUNCTION api.enter(text, text, text, text, text, jsonb) TO atelierd;
