-- SPDX-License-Identifier: Apache-2.0
-- Tokens: who a credential stands for, and how one is made.

-- n characters of a-z and 2-7, five random bits each; n at most 64.
CREATE OR REPLACE FUNCTION rule.random_text(n int) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', (get_byte(b, i) & 31) + 1, 1), '')
	FROM (SELECT rule.random_bytes() || rule.random_bytes() AS b OFFSET 0) AS random,
	     generate_series(0, n - 1) AS i
$$;

-- The claim a credential proves ('account role expert donor', '-' for none); NULL when it proves
-- nothing. Runs as the owner: nobody else may see digests.
CREATE OR REPLACE FUNCTION rule.bearer(credential text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	ret_claim text;
	used date;
	today CONSTANT date := (transaction_timestamp() AT TIME ZONE 'UTC')::date;
BEGIN
	SELECT concat_ws(' ', a.id, a.role, COALESCE(a.expert, '-'), COALESCE(a.donor, '-')), t.last_used
	INTO ret_claim, used
	FROM data.token t JOIN data.account a ON a.id = t.account
	WHERE t.selector = substr(credential, 5, 12)
	  AND t.digest = sha256(convert_to(substr(credential, 18), 'UTF8'))
	  AND left(credential, 4) = 'atl_' AND substr(credential, 17, 1) = '_'
	  AND t.revoked_at IS NULL AND a.active
	  AND (t.expires_at IS NULL OR t.expires_at > transaction_timestamp());
	IF ret_claim IS NOT NULL AND used IS DISTINCT FROM today THEN
		-- Once a day, and nobody waits for it.
		UPDATE data.token SET last_used = today WHERE selector = (
			SELECT t.selector FROM data.token t WHERE t.selector = substr(credential, 5, 12)
			FOR NO KEY UPDATE SKIP LOCKED);
	END IF;
	RETURN ret_claim;
END $$;

-- For `atelierd --create-token`, over the owner's connection: a new account with one token, whose text
-- is returned and never shown again.
CREATE OR REPLACE FUNCTION rule.create_token(role text, label text, expert text DEFAULT NULL,
                                             donor text DEFAULT NULL, days int DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	selector CONSTANT text := rule.random_text(12);
	secret CONSTANT text := rule.random_text(52);
	account text;
BEGIN
	IF days < 1 THEN
		PERFORM rule.refuse(400, format('A token lasts at least one day, not %s.', days), 'days');
	END IF;
	INSERT INTO data.account (role, name, expert, donor)
	VALUES (create_token.role, label, create_token.expert, create_token.donor)
	RETURNING id INTO account;
	INSERT INTO data.token (selector, digest, account, label, expires_at)
	VALUES (selector, sha256(convert_to(secret, 'UTF8')), account, label,
	        transaction_timestamp() + make_interval(days => create_token.days));
	RETURN 'atl_' || selector || '_' || secret;
END $$;
-- Not for the api: only who owns the tables hands out tokens.
REVOKE ALL ON FUNCTION rule.create_token(text, text, text, text, int) FROM atelier_api;
