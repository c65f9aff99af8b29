-- SPDX-License-Identifier: Apache-2.0
-- What the daemon asks around its routes' own statements. The door itself, api.enter, is the owner's:
-- sql/rule/05_door.sql.

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
