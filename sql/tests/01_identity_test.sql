-- SPDX-License-Identifier: Apache-2.0
-- Who comes in, who does not, and what forging the identity gains: nothing.
-- What the door signed in one transaction of this backend, tried in the next one below.
BEGIN;
SELECT rule.create_token('admin', 'earlier') AS earlier \gset
SELECT api.enter(:'earlier', 'ADMIN', 'r', NULL, NULL);
SELECT current_setting('atelier.identity') AS earlier, rule.my_role() AS earlier_role \gset
ROLLBACK;

BEGIN;
SELECT no_plan();
SELECT is(:'earlier_role'::text, 'admin', 'a claim holds in its transaction');
SELECT set_config('atelier.identity', :'earlier', true);
SELECT is(rule.my_role(), NULL, 'and not in the next one');

-- What a statement gives a role: its first value, or the SQLSTATE it ends with.
CREATE FUNCTION pg_temp.as_role(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ret text;
BEGIN
	PERFORM set_config('role', who, true);
	EXECUTE statement INTO ret;
	PERFORM set_config('role', 'none', true);
	RETURN ret;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE FUNCTION pg_temp.enter(credential text, access text) RETURNS text LANGUAGE sql AS $$
	SELECT COALESCE(NULLIF(pg_temp.as_role('atelierd', format('SELECT api.enter(%L, %L, %L, NULL, NULL)::text',
		credential, access, 'req-1')), ''), 'in')
$$;
INSERT INTO data.timezone VALUES ('Pacific/Fiji') ON CONFLICT DO NOTHING;
INSERT INTO data.member (code, name, region, languages, timezone) VALUES ('FJ', 'Fiji', 'AP', '{en}', 'Pacific/Fiji');
INSERT INTO data.donor (code, name, funder) VALUES ('GIVER', 'A giver', 'A funder');
INSERT INTO data.request (member, kind, received_on) VALUES ('FJ', 'national', '2024-01-01');
SELECT rule.create_token('coordinator', 'staff') AS staff, rule.create_token('admin', 'admin') AS admin,
       rule.create_token('donor', 'donor', NULL, 'GIVER') AS donor \gset

SELECT throws_ok($$SELECT rule.create_token('donor', 'donor', NULL, 'NOBODY')$$, 'AT400',
	'There is no donor NOBODY; give a code of the list of donors.', 'a token for a donor there is not');
SELECT throws_ok($$SELECT rule.create_token('expert', 'expert', 'E-NONE')$$, 'AT400',
	'There is no expert E-NONE; give an id as in E-0001.', 'or an expert');
SELECT matches(:'staff'::text, '^atl_[a-z2-7]{12}_[a-z2-7]{52}$', 'a token''s form');
SELECT is((SELECT count(*) FROM data.token t WHERE t::text LIKE '%' || substr(:'staff', 18) || '%'), 0::bigint,
	'its secret is not kept');

-- access, credential, what comes of it
SELECT is(pg_temp.enter(v.credential, v.access), v.outcome, format('%s: %s', v.who, v.access))
FROM (VALUES
	('the public', NULL, 'ANYONE', 'in'), ('the public', NULL, 'SIGNED', 'AT401'),
	('the public', NULL, 'PEOPLE', 'AT401'), ('the public', NULL, 'STAFF', 'AT401'), ('the public', NULL, 'ADMIN', 'AT401'),
	('a donor', :'donor', 'ANYONE', 'in'), ('a donor', :'donor', 'SIGNED', 'in'),
	('a donor', :'donor', 'PEOPLE', 'AT403'), ('a donor', :'donor', 'STAFF', 'AT403'), ('a donor', :'donor', 'ADMIN', 'AT403'),
	('a coordinator', :'staff', 'ANYONE', 'in'), ('a coordinator', :'staff', 'SIGNED', 'in'),
	('a coordinator', :'staff', 'PEOPLE', 'in'), ('a coordinator', :'staff', 'STAFF', 'in'),
	('a coordinator', :'staff', 'ADMIN', 'AT403'), ('an admin', :'admin', 'ADMIN', 'in'), ('an admin', :'admin', 'STAFF', 'in'),
	('an unknown word', :'admin', 'WIZARD', 'AT403'),
	('another secret', left(:'staff', 68) || '2', 'ANYONE', 'AT401'),
	('a cut token', left(:'staff', 60), 'ANYONE', 'AT401'), ('no token', 'atl_', 'ANYONE', 'AT401'), ('nothing', '', 'ANYONE', 'AT401')
) AS v (who, credential, access, outcome)
WHERE v.credential IS DISTINCT FROM :'staff' OR v.who <> 'another secret';

-- A reader's one statement: the work is done on what the door gives back. It knows who entered, and is
-- not done when the door refuses (a sequence keeps count, whatever is rolled back).
CREATE SEQUENCE pg_temp.worked;
CREATE FUNCTION pg_temp.work(args jsonb) RETURNS TABLE (role text, given jsonb) LANGUAGE plpgsql STABLE
SECURITY DEFINER AS $$
BEGIN
	PERFORM nextval('pg_temp.worked');
	RETURN QUERY SELECT rule.my_role(), work.args;
END $$;
CREATE FUNCTION pg_temp.read(credential text, access text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.as_role('atelierd', format(
		'SELECT w.role || w.given::text FROM pg_temp.work(api.enter(%L, %L, %L, NULL, NULL, %L)) w',
		credential, access, 'req-2', '{"a": 1}'))
$$;
SELECT is(pg_temp.read('atl_', 'ANYONE'), 'AT401', 'read: no token');
SELECT is(pg_temp.read(:'donor', 'STAFF'), 'AT403', 'read: not theirs');
SELECT is((SELECT is_called FROM pg_temp.worked), false, 'refused: nothing was worked');
SELECT is(pg_temp.read(:'staff', 'STAFF'), 'coordinator{"a": 1}', 'read: the work knows who entered');
SELECT is((SELECT last_value FROM pg_temp.worked), 1::bigint, 'control: and was done, once');

-- The key in the tokens follows the one they were made with, and nobody finds it in the audit.
UPDATE data.secret SET value = rule.random_bytes() WHERE purpose = 'identity';
SELECT is(pg_temp.read(:'staff', 'STAFF'), 'coordinator{"a": 1}', 'a new key: tokens still open the door');
SELECT is((SELECT count(*) FROM audit.event e WHERE e.changes ? 'signing_key'), 0::bigint, 'no key in the audit');
SELECT isnt((SELECT count(*) FROM audit.event e WHERE e.entity = 'token' AND e.changes ? 'label'), 0::bigint,
	'control: tokens are audited');

-- A token ends: by its day, by its owner's hand, with its account.
UPDATE data.token SET expires_at = now() - interval '1 second' WHERE selector = substr(:'donor', 5, 12);
SELECT is(pg_temp.enter(:'donor', 'ANYONE'), 'AT401', 'expired');
UPDATE data.token SET expires_at = NULL, revoked_at = now() WHERE selector = substr(:'donor', 5, 12);
SELECT is(pg_temp.enter(:'donor', 'ANYONE'), 'AT401', 'revoked');
UPDATE data.token SET revoked_at = NULL WHERE selector = substr(:'donor', 5, 12);
SELECT is(pg_temp.enter(:'donor', 'ANYONE'), 'in', 'and neither');
UPDATE data.account SET active = false WHERE role = 'donor';
SELECT is(pg_temp.enter(:'donor', 'ANYONE'), 'AT401', 'its account is not active');
UPDATE data.account SET active = true WHERE role = 'donor';
SELECT is(pg_temp.enter(:'donor', 'ANYONE'), 'in', 'and is again');
SELECT is((SELECT last_used FROM data.token WHERE selector = substr(:'donor', 5, 12)), rule.today(), 'the day it was used');
SELECT throws_ok($$SELECT rule.create_token('expert', 'nobody''s')$$, '23514', NULL, 'an expert''s token is some expert''s');
SELECT throws_ok($$SELECT rule.create_token('wizard', 'x')$$, '23514', NULL, 'roles are four');
SELECT throws_ok($$SELECT rule.create_token('admin', 'x', NULL, NULL, 0)$$, 'AT400', NULL, 'a token lasts a day at least');

-- The positive control: with the door's signature a coordinator sees the request.
SELECT pg_temp.enter(:'staff', 'STAFF');
\set count 'SELECT body ->> ''count'' FROM api.request_list(''{"count": "exact"}'', NULL)'
SELECT is(pg_temp.as_role('atelierd', :'count'), '1', 'entered: the request is seen');
SELECT is(pg_temp.as_role('atelier_api', 'SELECT count(*) FROM data.request'), '1', 'by the api''s own role too');
SELECT current_setting('atelier.identity') AS honest \gset
SELECT id AS account FROM data.account WHERE role = 'admin' \gset

-- Forgeries: each by the daemon's role, which may write the setting.
CREATE FUNCTION pg_temp.forged(claim text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.as_role('atelierd', format('SELECT set_config(''atelier.identity'', %L, true)', claim));
	RETURN pg_temp.as_role('atelierd', statement);
END $$;
SELECT is(pg_temp.forged(f.claim, :'count'), '0', 'forged, ' || f.how || ': nothing is seen')
FROM (VALUES ('no signature', :'account' || ' admin - - r'), ('a blank one', ' ' || :'account' || ' admin - - r'),
	('of zeros', repeat('0', 64) || ' ' || :'account' || ' admin - - r'),
	('the claim of another', replace(:'honest', ' coordinator ', ' admin ')),
	('one letter off', overlay(:'honest' placing CASE left(:'honest', 1) WHEN '0' THEN '1' ELSE '0' END from 1 for 1)),
	('keyless', encode(sha256(convert_to(:'account' || ' admin - - r', 'UTF8') || int4send(pg_backend_pid())
		|| timestamptz_send(transaction_timestamp())), 'hex') || ' ' || :'account' || ' admin - - r'),
	('of another transaction', encode(sha256(convert_to('A-1 admin - - r', 'UTF8') || int4send(pg_backend_pid())
		|| timestamptz_send(transaction_timestamp() - interval '1 second')
		|| (SELECT value FROM data.secret WHERE purpose = 'identity')), 'hex') || ' A-1 admin - - r'),
	('of another backend', encode(sha256(convert_to('A-1 admin - - r', 'UTF8') || int4send(pg_backend_pid() + 1)
		|| timestamptz_send(transaction_timestamp())
		|| (SELECT value FROM data.secret WHERE purpose = 'identity')), 'hex') || ' A-1 admin - - r'),
	('empty', '')) AS f (how, claim);
SELECT is(pg_temp.forged(:'honest', :'count'), '1', 'control: the honest claim, put back, is seen as such');
SELECT is(pg_temp.forged(repeat('0', 64) || ' ' || :'account' || ' admin - - r',
	$$SELECT status FROM api.request_create('{}', '{"member": "FJ", "kind": "national", "received_on": "2024-01-02"}')$$),
	'42501', 'forged: nothing is written');
SELECT is(pg_temp.forged(repeat('0', 64) || ' ' || :'account' || ' admin - - r',
	$$SELECT status FROM api.donor_create('{}', '{"code": "X", "name": "X", "funder": "X"}')$$), '42501', 'not to public tables either');

-- A donor who entered is held by the tables' policies, whatever function is called.
SELECT pg_temp.enter(:'donor', 'SIGNED');
SELECT is(pg_temp.as_role('atelierd', :'count'), '0', 'a donor sees no requests');
SELECT is(pg_temp.as_role('atelier_api', format('SELECT count(*) FROM data.%I', t)), '0', 'a donor sees no ' || t)
FROM unnest('{notification,evaluation,evaluation_answer,request,request_instrument,waiver}'::text[]) AS t;
SELECT is(pg_temp.as_role('atelierd', $$SELECT status FROM api.waiver_create('{}', '{"criterion": "request",
	"member": "FJ", "kind": "national", "reason": "x", "valid_until": "2999-01-01"}')$$), '42501', 'and grants no waiver');

-- The daemon's role itself.
SELECT is(pg_temp.as_role('atelierd', format('SELECT count(*) FROM %s', c.oid::regclass)), '42501', 'atelierd reads no ' || c.relname)
FROM pg_class c WHERE c.relnamespace::regnamespace::text IN ('data', 'audit') AND c.relkind = 'r';
SELECT is(pg_temp.as_role('atelierd', 'SELECT rule.me()'), '42501', 'nor asks the rules');
SELECT is(pg_temp.as_role('atelier_api', 'SELECT count(*) FROM data.secret'), '1', 'the api sees one key');
SELECT is(pg_temp.as_role('atelier_api', $$SELECT count(*) FROM data.secret WHERE purpose = 'audit'$$), '0', 'and not the other');
SELECT is(pg_temp.as_role('atelier_api', $$SELECT count(*) FROM audit.event$$), '0', 'the audit is not a donor''s');
SELECT pg_temp.enter(:'admin', 'ADMIN');
SELECT isnt(pg_temp.as_role('atelier_api', $$SELECT count(*) FROM audit.event$$), '0', 'but an admin''s');

SELECT * FROM finish();
ROLLBACK;
