-- SPDX-License-Identifier: Apache-2.0
-- Tokens: how one is made.

-- n characters of a-z and 2-7, five random bits each; n at most 64.
CREATE OR REPLACE FUNCTION rule.random_text(n int) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', (get_byte(b, i) & 31) + 1, 1), '')
	FROM (SELECT rule.random_bytes() || rule.random_bytes() AS b OFFSET 0) AS random,
	     generate_series(0, n - 1) AS i
$$;

-- For `atelierd --create-token`, over the owner's connection: a new account with one token, whose text
-- is returned and never shown again.
CREATE OR REPLACE FUNCTION rule.create_token(role text, label text, expert text DEFAULT NULL,
                                             donor text DEFAULT NULL, days int DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	selector CONSTANT text := rule.random_text(12);
	ret_token CONSTANT text := 'atl_' || selector || '_' || rule.random_text(52);
	made data.account;
BEGIN
	IF days < 1 THEN
		PERFORM rule.refuse(400, format('A token lasts at least one day, not %s.', days), 'days');
	END IF;
	IF expert IS NOT NULL AND NOT EXISTS (SELECT FROM data.expert e WHERE e.id = create_token.expert) THEN
		PERFORM rule.refuse(400, format('There is no expert %s; give an id as in E-0001.', expert), 'expert');
	ELSIF donor IS NOT NULL AND NOT EXISTS (SELECT FROM data.donor d WHERE d.code = create_token.donor) THEN
		PERFORM rule.refuse(400, format('There is no donor %s; give a code of the list of donors.', donor), 'donor');
	END IF;
	INSERT INTO data.account (role, name, expert, donor)
	VALUES (create_token.role, label, create_token.expert, create_token.donor)
	RETURNING * INTO made;
	INSERT INTO data.token (selector, digest, account, claim, signing_key, label, expires_at)
	SELECT selector, sha256(convert_to(ret_token, 'UTF8')), made.id, made.claim, s.value, label,
	       transaction_timestamp() + make_interval(days => create_token.days)
	FROM data.secret s WHERE s.purpose = 'identity';
	RETURN ret_token;
END $$;
-- Not for the api: only who owns the tables hands out tokens.
REVOKE ALL ON FUNCTION rule.create_token(text, text, text, text, int) FROM atelier_api;
