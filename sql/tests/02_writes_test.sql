-- SPDX-License-Identifier: Apache-2.0
-- Revisions, the past, the audit, entity tags, idempotency keys and cursors, tried on Members and donors.
BEGIN;
SELECT no_plan();
-- Status, or SQLSTATE and field, of a call by a coordinator who has entered.
CREATE FUNCTION pg_temp.call(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ret api.answer;
	field text;
BEGIN
	PERFORM set_config('role', 'atelierd', true);
	EXECUTE 'SELECT * FROM ' || statement INTO ret;
	PERFORM set_config('role', 'none', true);
	RETURN ret.status;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS field = COLUMN_NAME;
	RETURN trim(SQLSTATE || ' ' || field);
END $$;
CREATE FUNCTION pg_temp.events(entity text, key text) RETURNS bigint LANGUAGE sql
AS 'SELECT count(*) FROM audit.event e WHERE e.entity = $1 AND e.key = $2';
INSERT INTO data.timezone VALUES ('Pacific/Fiji'), ('Africa/Abidjan') ON CONFLICT DO NOTHING;
INSERT INTO data.member (code, name, region, languages, timezone) VALUES
	('FJ', 'Fiji', 'AP', '{en}', 'Pacific/Fiji'), ('CI', 'Côte d''Ivoire', 'WCA', '{fr}', 'Africa/Abidjan'),
	('CU', 'Cuba', 'AMS', '{es}', 'UTC'), ('XK', 'Kosovo', 'EUR', '{en}', 'UTC');
SELECT rule.create_token('coordinator', 'staff') AS staff, rule.create_token('admin', 'other') AS other \gset
SELECT api.enter(:'staff', 'STAFF', 'req-7', NULL, NULL);
SELECT (rule.me()).account AS me \gset

-- Entity tags
SELECT is((SELECT etag FROM api.member_get('{"code": "FJ"}', NULL)), '1', 'the first revision');
SELECT is(pg_temp.call($$api.member_update('{"code": "FJ"}', '{"capital": "Suva"}')$$), 'AT428', 'no If-Match');
SELECT is(pg_temp.call($$api.member_update('{"code": "FJ", "if_match": "2"}', '{"capital": "Suva"}')$$), 'AT412', 'a stale one');
SELECT is(pg_temp.call($$api.member_update('{"code": "FJ", "if_match": "1"}', '{"capital": "Suva"}')$$), '200', 'the right one');
SELECT is((SELECT etag FROM api.member_get('{"code": "FJ"}', NULL)), '2', 'raises the revision');
SELECT is(pg_temp.call($$api.member_update('{"code": "FJ", "if_match": "*"}', '{"capital": "Suva"}')$$), '200', 'any version');
SELECT is((SELECT etag FROM api.member_get('{"code": "FJ"}', NULL)), '2', 'what changes nothing raises nothing');
SELECT is(pg_temp.call($$api.member_get('{"code": "ZZ"}', NULL)$$), 'AT404', 'no such Member');
SELECT is(pg_temp.call(format('api.member_update(''{"code": "FJ", "if_match": "*"}'', %L)', v.body)), v.outcome, v.body)
FROM (VALUES ('{"timezone": "Mars/Base"}', 'AT400 timezone'), ('{"region": "MOON"}', 'AT400 region'),
	('{"region": "ALL"}', '23514'), ('{"languages": ["english"]}', '23514'), ('{"weekend": ["fri", "sun"]}', '200'),
	('{"weekend": ["noday"]}', '23514'), ('{"latitude": 91, "longitude": 0}', '23514'), ('{"latitude": -18.1}', '23514'),
	('{"latitude": -18.1, "longitude": 178.4}', '200'), ('{"member_since": "2023-02-30"}', '22008')) AS v (body, outcome);

-- The past: what had been recorded by any instant
SELECT results_eq($$SELECT m.capital, m.revision FROM data.member f, rule.members_at(f.created_at) m
	WHERE f.code = 'FJ' AND m.code = 'FJ'$$, $$VALUES (NULL, 1)$$, 'as it was at first');
SELECT results_eq($$SELECT count(*), count(DISTINCT key) FROM data.past, generate_series(1, 1) WHERE entity = 'member'
	AND key = 'FJ' AND recorded @> (SELECT created_at FROM data.member WHERE code = 'FJ')$$, $$VALUES (1::bigint, 1::bigint)$$,
	'one version at any instant');
SELECT is((SELECT count(*) FROM rule.members_at('infinity')), (SELECT count(*) FROM data.member), 'and now what there is');
SELECT is((SELECT count(*) FROM rule.members_at('2000-01-01')), 0::bigint, 'and nothing before the first record');
SELECT throws_ok($$INSERT INTO data.past VALUES ('member', 'FJ', '(,)', '{}')$$, '23P01', NULL, 'two versions at once are refused');

-- The audit
SELECT results_eq($$SELECT account, request, action, changes -> 'capital' FROM audit.event
	WHERE entity = 'member' AND key = 'FJ' ORDER BY id OFFSET 1 LIMIT 1$$,
	format($$VALUES (%L, 'req-7', 'UPDATE', '{"before": null, "after": "Suva"}'::jsonb)$$, :'me'), 'who, for which request, what');
SELECT is(pg_temp.events('member', 'FJ'), 4::bigint, 'one row per change, none for no change');
SELECT throws_ok('UPDATE audit.event SET account = NULL', 'AT409', NULL, 'audit rows are not changed');
SELECT throws_ok('DELETE FROM audit.event', 'AT409', NULL, 'nor removed');
SELECT throws_ok('TRUNCATE audit.event', 'AT409', NULL, 'nor swept away');
SELECT pg_temp.call($$api.notification_create('{"code": "FJ"}', '{"notified_on": "2024-01-01", "checked_by": "Ana Personal"}')$$);
SELECT is((SELECT count(*) FROM audit.event e WHERE e::text LIKE '%Ana Personal%'), 0::bigint, 'no personal value in the audit');
SELECT matches((SELECT changes -> 'checked_by' -> 'after' ->> 'digest' FROM audit.event WHERE entity = 'notification'),
	'^[0-9a-f]{64}$', 'but its digest');
SELECT isnt((SELECT changes -> 'checked_by' -> 'after' ->> 'digest' FROM audit.event WHERE entity = 'notification'),
	encode(sha256(convert_to('notification checked_by "Ana Personal"', 'UTF8')), 'hex'), 'which without the key nobody makes');

-- Idempotency keys
CREATE FUNCTION pg_temp.post(token text, key text, fingerprint text, code text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ret text;
	detail text;
BEGIN
	PERFORM api.enter(token, 'STAFF', 'r', key, fingerprint);
	SELECT k.status || ' ' || (k.body ->> 'code') INTO ret FROM api.donor_create('{}', jsonb_build_object(
		'code', code, 'name', 'Name', 'funder', 'Funder', 'regions', '["AP", "ALL"]'::jsonb)) a, api.keep(a) k;
	RETURN ret;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || COALESCE(' ' || (NULLIF(detail, '')::jsonb #>> '{replay,status}') || ' '
		|| (NULLIF(detail, '')::jsonb #>> '{replay,body,code}') || ' ' || (NULLIF(detail, '')::jsonb #>> '{replay,location}'), '');
END $$;
SELECT is(pg_temp.post(:'staff', 'k1', 'f1', 'D1'), '201 D1', 'a new key');
-- A key belongs to the transaction that claimed it; this test is one transaction, so it takes that away by hand.
UPDATE data.idempotency SET transaction = '3';
SELECT is(pg_temp.post(:'staff', 'k1', 'f1', 'D1'), 'AT208 201 D1 /v1/donors/D1', 'again: the first answer');
SELECT is((SELECT count(*) FROM data.donor), 1::bigint, 'and done once');
SELECT is(pg_temp.post(:'staff', 'k1', 'f2', 'D2'), 'AT422', 'the key with another request');
SELECT is(pg_temp.post(:'other', 'k1', 'f2', 'D2'), '201 D2', 'the same key of another account');
UPDATE data.idempotency SET transaction = '3';
SELECT is(pg_temp.post(:'staff', 'k2', 'f3', 'D1'), '23505', 'a request that fails');
SELECT is(pg_temp.post(:'staff', 'k2', 'f4', 'D3'), '201 D3', 'leaves its key free');
UPDATE data.idempotency SET transaction = '3', answer = NULL WHERE key = 'k2';
SELECT is(pg_temp.post(:'staff', 'k2', 'f4', 'D3'), 'AT409', 'an answer that was not kept is not made up');
SELECT is(pg_temp.post(:'staff', NULL, NULL, 'D4'), '201 D4', 'no key, nothing to keep');
SELECT is((SELECT count(*) FROM data.idempotency), 3::bigint, 'kept are three');
UPDATE data.idempotency SET created_at = now() - interval '8 days', transaction = '3' WHERE key = 'k1';
SELECT is(pg_temp.post(:'staff', 'k9', 'f9', 'D9'), '201 D9', 'a later one');
SELECT is((SELECT count(*) FROM data.idempotency WHERE key = 'k1'), 1::bigint, 'clears what is a week old, of its own account');
SELECT ok(rule.shows_secret('{"selector": "x", "url": "y"}') AND NOT rule.shows_secret('{"url": "y"}')
	AND NOT rule.shows_secret(NULL), 'secrets shown once are told from other answers');

-- Donors
SELECT is((SELECT body -> 'regions' FROM api.donor_get('{"code": "D1"}', NULL))::text, '["ALL","AP"]', 'a donor''s regions');
SELECT is(pg_temp.call($$api.donor_update('{"code": "D1", "if_match": "1"}', '{"beneficiaries": ["FJ", "XK"]}')$$), '200', 'beneficiaries');
SELECT is((SELECT revision FROM data.donor WHERE code = 'D1'), 2, 'are a new revision');
SELECT is((SELECT (body -> 'regions')::text || (body -> 'beneficiaries')::text FROM api.donor_get('{"code": "D1"}', NULL)),
	'["ALL","AP"]["FJ","XK"]', 'and leave the rest');
SELECT is(pg_temp.call(format('api.donor_update(''{"code": "D1", "if_match": "*"}'', %L)', v.body)), v.outcome, v.body)
FROM (VALUES ('{"beneficiaries": ["ZZ"]}', 'AT400 beneficiaries'), ('{"regions": ["MOON"]}', 'AT400 regions'),
	('{"active_from": "2026-13"}', '23514'), ('{"active_from": "2026", "active_to": "2025-12"}', '23514'),
	('{"active_from": "2026-03", "active_to": "2026"}', '200'), ('{"topics": ["post"], "regions": []}', '200')) AS v (body, outcome);
SELECT is(rule.active_days(v.f, v.t), v.days::daterange, concat_ws(' to ', v.f, v.t))
FROM (VALUES ('2018', '2027', '[2018-01-01,2028-01-01)'), ('2015', '2026-03', '[2015-01-01,2026-04-01)'),
	('2020-06-15', '2020-06-15', '[2020-06-15,2020-06-16)'), (NULL, '2024-02', '(,2024-03-01)'), ('2021-12', NULL, '[2021-12-01,)')) AS v (f, t, days);
SELECT is(pg_temp.call($$api.donor_delete('{"code": "D1"}', NULL)$$), 'AT428', 'to remove needs If-Match too');
SELECT is(pg_temp.call($$api.donor_delete('{"code": "D1", "if_match": "*"}', NULL)$$), '204', 'a donor nothing refers to');
SELECT is(pg_temp.call($$api.donor_delete('{"code": "D1", "if_match": "*"}', NULL)$$), 'AT404', 'is gone');
SELECT rule.create_token('donor', 'giver', NULL, 'D4') IS NOT NULL;
SELECT is(pg_temp.call($$api.donor_delete('{"code": "D4", "if_match": "*"}', NULL)$$), '23503', 'one with an account stays');

-- Lists and cursors
CREATE FUNCTION pg_temp.walk(args jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a api.answer;
	ret text := '';
BEGIN
	LOOP
		SELECT * INTO a FROM api.member_list(args || CASE WHEN a.next IS NULL THEN '{}' ELSE jsonb_build_object('cursor', a.next) END, NULL);
		ret := ret || ' ' || (SELECT string_agg(m ->> 'code', ' ') FROM json_array_elements(a.body -> 'items') m);
		EXIT WHEN a.next IS NULL OR length(ret) > 100;
		ret := ret || ' |';
	END LOOP;
	RETURN trim(ret);
END $$;
SELECT is(pg_temp.walk(v.args::jsonb), v.walk, v.args) FROM (VALUES
	('{"limit": 2}', 'CI CU | FJ XK'), ('{"limit": 3, "sort": "-name"}', 'XK FJ CU | CI'), ('{"limit": 1, "sort": "code"}', 'CI | CU | FJ | XK'),
	('{"limit": 2, "sort": "region,-code"}', 'CU FJ | XK CI'), ('{"limit": 1, "sort": "-region,code"}', 'CI | XK | FJ | CU'),
	('{"region": ["AP", "EUR"]}', 'FJ XK'), ('{"region": ["ALL"], "limit": 500}', 'CI CU FJ XK'), ('{"q": "  iVoire côte "}', 'CI')) AS v (args, walk);
SELECT is((SELECT body -> 'items' FROM api.member_list('{"q": "100%"}', NULL))::text, '[]', 'signs of a pattern are letters');
SELECT is((SELECT body ->> 'count' FROM api.member_list('{"limit": 1, "count": "exact"}', NULL)), '4', 'a count, when asked');
SELECT is((SELECT body ->> 'count' FROM api.member_list('{"limit": 1}', NULL)), NULL, 'and none when not');
SELECT is((SELECT body -> 'items' ->> 0 FROM api.member_list('{"limit": 1, "fields": "name,code"}', NULL)),
	'{ "code" : "CI", "name" : "Côte d''Ivoire" }', 'fields');
SELECT next FROM api.member_list('{"limit": 1}', NULL) \gset
SELECT is(pg_temp.call(format('api.member_list(%L, NULL)', v.args)), v.outcome, v.args) FROM (VALUES
	('{"limit": 0}', 'AT400 limit'), ('{"limit": 501}', 'AT400 limit'), ('{"sort": "capital"}', 'AT400 sort'), ('{"sort": "--name"}', 'AT400 sort'),
	('{"sort": "name,code,region"}', 'AT400 sort'), ('{"fields": "name,secret"}', 'AT400 fields'), ('{"region": ["MOON"]}', 'AT400 region'),
	('{"cursor": "bogus"}', 'AT400 cursor'), ('{"cursor": ""}', 'AT400 cursor'), ('{"cursor": "WzFd"}', 'AT400 cursor'), ('{"cursor": "InMi"}', 'AT400 cursor'),
	(format('{"cursor": "%s"}', :'next'), '200'), (format('{"cursor": "%s", "limit": 7, "count": "exact"}', :'next'), '200'),
	(format('{"cursor": "%s", "sort": "-name"}', :'next'), 'AT400 cursor'), (format('{"cursor": "%s", "region": ["AP"]}', :'next'), 'AT400 cursor')) AS v (args, outcome);
SELECT is(pg_temp.call(format('api.donor_list(''{"cursor": "%s"}'', NULL)', :'next')), 'AT400 cursor', 'another list''s cursor');

-- Short lists of reference data
INSERT INTO data.edition VALUES (2018), (2022);
INSERT INTO data.standard (edition, number, code, title, principle_number, principle) VALUES
	(2018, 1, 'A', 'First', 1, 'P'), (2018, 2, 'B', 'Second', 1, 'P'), (2022, 1, 'C', 'New', 1, 'P'), (2022, 2, 'A', 'First', 1, 'P');
INSERT INTO data.kpi (code, title, kind, answer_type, better_direction) VALUES ('K1', 'One', 'qualitative', 'maturity_0_4', 'higher');
INSERT INTO data.kpi_standard VALUES ('K1', 2018, 1), ('K1', 2022, 2);
SELECT results_eq($$SELECT k ->> 'standard', k ->> 'standard_number', k ->> 'standard_number_2018' FROM api.kpi_list('{}', NULL), json_array_elements(body -> 'items') k$$,
	$$VALUES ('A', '2', '1')$$, 'a KPI''s standard has its number in each edition');
SELECT is((SELECT string_agg(s ->> 'code', '') FROM api.standard_list('{"edition": 2022}', NULL), json_array_elements(body -> 'items') s), 'CA', 'standards of an edition');
SELECT is((SELECT string_agg(s ->> 'code', '') FROM api.standard_list(jsonb_build_object('cursor',
	(SELECT next FROM api.standard_list('{"limit": 3}', NULL))), NULL), json_array_elements(body -> 'items') s), 'A', 'and paged');
SELECT throws_ok($$INSERT INTO data.standard (edition, number, code, title, principle_number, principle) VALUES (2022, 3, 'A', 'x', 1, 'P')$$, '23505', NULL, 'a code stands once in an edition');
SELECT throws_ok($$INSERT INTO data.kpi_standard VALUES ('K1', 2022, 1)$$, '23505', NULL, 'a KPI measures one standard in it');
SELECT is((SELECT body ->> 'count' FROM api.instrument_list('{"count": "exact"}', NULL)), (SELECT count(*)::text FROM data.instrument), 'instruments');

SELECT * FROM finish();
ROLLBACK;
