-- SPDX-License-Identifier: Apache-2.0
-- Notifications, KPI evaluations, requests, waivers: what may be recorded, and what not.
BEGIN;
SELECT no_plan();
-- What a call answers at a path of its body (or its status), or its SQLSTATE and field.
CREATE FUNCTION pg_temp.call(name text, args jsonb, body jsonb, path text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ret api.answer;
	field text;
BEGIN
	PERFORM set_config('role', 'atelierd', true);
	EXECUTE format('SELECT * FROM api.%I($1, $2)', name) INTO ret USING args, body;
	PERFORM set_config('role', 'none', true);
	RETURN COALESCE(ret.body #>> string_to_array(path, ','), CASE WHEN path IS NULL THEN ret.status::text END);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS field = COLUMN_NAME;
	RETURN trim(SQLSTATE || ' ' || field);
END $$;
INSERT INTO data.timezone VALUES ('UTC') ON CONFLICT DO NOTHING;
INSERT INTO data.member (code, name, region, languages, timezone) VALUES
	('FJ', 'Fiji', 'AP', '{en}', 'UTC'), ('CU', 'Cuba', 'AMS', '{es}', 'UTC');
INSERT INTO data.instrument (code, name) VALUES ('SAFE', 'SAFE'), ('RKC', 'RKC');
INSERT INTO data.edition VALUES (2018), (2022);
INSERT INTO data.standard (edition, number, code, title, principle_number, principle) VALUES
	(2018, 1, 'A', 'First', 1, 'P'), (2022, 1, 'A', 'First', 1, 'P'), (2022, 2, 'B', 'Second', 1, 'P');
INSERT INTO data.kpi (code, title, kind, answer_type, better_direction) VALUES
	('K-MAT', 'One', 'qualitative', 'maturity_0_4', 'higher'), ('K-PCT', 'Two', 'quantitative', 'percent', 'higher'),
	('K-CNT', 'Three', 'quantitative', 'count', 'higher'), ('K-RATE', 'Four', 'quantitative', 'rate_per_10000', 'lower'),
	('K-HRS', 'Five', 'quantitative', 'hours', 'lower');
INSERT INTO data.kpi_standard VALUES ('K-MAT', 2018, 1), ('K-MAT', 2022, 1), ('K-PCT', 2022, 1), ('K-CNT', 2022, 2),
	('K-RATE', 2022, 2), ('K-HRS', 2022, 2);
SELECT api.enter(rule.create_token('coordinator', 'Ana'), 'STAFF', 'r', NULL, NULL);

-- Notifications
SELECT is(pg_temp.call('notification_create', '{"code": "FJ"}', v.body::jsonb), v.outcome, v.body) FROM (VALUES
	('{"notified_on": "2021-03-01", "reference": "L 17", "checked_by": "Ana", "checked_on": "2021-03-05"}', '201'),
	('{"notified_on": "2022-01-01"}', '23P01'), ('{"notified_on": "2999-01-01"}', 'AT400 notified_on'),
	('{"notified_on": "2020-01-01", "checked_on": "2020-01-02"}', '23514'), ('{"reference": "no day"}', '23502 notified_on')) AS v (body, outcome);
SELECT is(pg_temp.call('notification_create', '{"code": "ZZ"}', '{"notified_on": "2021-03-01"}'), 'AT404', 'no such Member');
SELECT id AS n FROM data.notification WHERE member = 'FJ' \gset
SELECT matches(:'n'::text, '^N-\d{4,}$', 'its id');
SELECT jsonb_build_object('code', 'FJ', 'id', :'n') AS of_n, jsonb_build_object('code', 'FJ', 'id', :'n', 'if_match', '*') AS any_n \gset
SELECT is(pg_temp.call('notification_get', :'of_n', NULL, 'member,name'), 'Fiji', 'read again');
SELECT is(pg_temp.call('notification_get', jsonb_build_object('code', 'CU', 'id', :'n'), NULL), 'AT404', 'but not another Member''s');
SELECT is(pg_temp.call('notification_update', :'of_n', '{"ended_on": "2023-01-01"}'), 'AT428', 'no If-Match');
SELECT is(pg_temp.call('notification_update', :'any_n', '{"ended_on": "2021-01-01"}'), 'AT400 ended_on', 'upside down');
SELECT is(pg_temp.call('notification_update', :'any_n', '{"ended_on": "2023-01-01"}', 'ended_on'), '2023-01-01', 'ended');
SELECT is(pg_temp.call('notification_create', '{"code": "FJ"}', '{"notified_on": "2023-01-01"}'), '201', 'and followed by another');
SELECT is(pg_temp.call('notification_update', :'any_n', '{"ended_on": null}'), '23P01', 'it cannot come back beside it');
SELECT is(pg_temp.call('notification_list', '{"code": "FJ", "count": "exact"}', NULL, 'count'), '2', 'both listed');
SELECT is(pg_temp.call('notification_list', '{"code": "FJ", "as_of": "2001-01-01"}', NULL, 'items'), '[]', 'none was recorded by then');
SELECT is(pg_temp.call('notification_list', '{"code": "FJ", "as_of": "2999-01-01"}', NULL), 'AT400 as_of', 'as_of is not in the future');
SELECT is(pg_temp.call('notification_list', jsonb_build_object('code', 'FJ', 'as_of', rule.instant(now() + interval '1 hour')), NULL),
	'AT400 as_of', 'not by an hour');
SELECT is(pg_temp.call('notification_list', jsonb_build_object('code', 'FJ', 'as_of', rule.iso(rule.today()), 'count', 'exact'), NULL, 'count'),
	'2', 'today means now');

-- KPI evaluations
SELECT is(pg_temp.call('evaluation_create', '{"code": "FJ"}', v.body::jsonb, v.path), v.outcome, v.body) FROM (VALUES
	('{"evaluated_on": "2023-05-01"}', 'edition', '2022'), ('{"evaluated_on": "2023-05-01"}', NULL, '23505'),
	('{"evaluated_on": "2019-05-01", "edition": 2018}', 'missing,0', 'K-MAT'), ('{"evaluated_on": "2999-01-01"}', NULL, 'AT400 evaluated_on'),
	('{"evaluated_on": "2023-05-01", "edition": 2030}', NULL, 'AT400 edition')) AS v (body, path, outcome);
SELECT id AS e FROM data.evaluation WHERE edition = 2022 \gset
SELECT jsonb_build_object('code', 'FJ', 'id', :'e') AS of_e \gset
SELECT is(pg_temp.call('evaluation_answers', :'of_e', jsonb_build_object('answers', v.answers::jsonb)), v.outcome, v.answers)
FROM (VALUES
	('[{"kpi": "K-MAT", "value": 4}]', '200'), ('[{"kpi": "K-MAT", "value": 5}]', 'AT400 answers'), ('[{"kpi": "K-MAT", "value": 2.5}]', 'AT400 answers'),
	('[{"kpi": "K-PCT", "value": 100}]', '200'), ('[{"kpi": "K-PCT", "value": 100.1}]', 'AT400 answers'), ('[{"kpi": "K-PCT", "value": -1}]', 'AT400 answers'),
	('[{"kpi": "K-CNT", "value": 12}]', '200'), ('[{"kpi": "K-CNT", "value": 1.5}]', 'AT400 answers'),
	('[{"kpi": "K-RATE", "value": 10001}]', 'AT400 answers'), ('[{"kpi": "K-HRS", "value": 2.25}]', '200'),
	('[{"kpi": "K-NONE", "value": 1}]', 'AT400 answers'), ('[{"kpi": "K-MAT", "value": 1}, {"kpi": "K-MAT", "value": 2}]', 'AT400 answers')) AS v (answers, outcome);
SELECT is(pg_temp.call('evaluation_get', :'of_e', NULL, 'missing'), '["K-RATE"]', 'what is missing');
SELECT is(pg_temp.call('evaluation_complete', :'of_e', '{}'), 'AT409', 'not complete');
SELECT is(pg_temp.call('evaluation_answers', :'of_e', '{"answers": [{"kpi": "K-RATE", "value": null, "note": "not measured"}, {"kpi": "K-MAT", "value": 3}]}',
	'not_available'), '1', 'a figure not available is an answer, and counted');
SELECT is(pg_temp.call('evaluation_get', :'of_e', NULL, 'answers,2,value'), '3', 'an answer is replaced');
SELECT is(pg_temp.call('evaluation_complete', :'of_e', '{"completed_on": "2023-04-30"}'), 'AT400 completed_on', 'completed before it began');
SELECT is(pg_temp.call('evaluation_complete', :'of_e', '{"completed_on": "2999-01-01"}'), 'AT400 completed_on', 'or in the future');
SELECT is(pg_temp.call('evaluation_complete', :'of_e', '{"completed_on": "2023-05-20"}', 'status'), 'complete', 'complete');
SELECT is(pg_temp.call('evaluation_answers', :'of_e', '{"answers": [{"kpi": "K-MAT", "value": 0}]}'), 'AT409', 'and closed');
SELECT is(pg_temp.call('evaluation_complete', :'of_e', '{}'), 'AT409', 'once');
SELECT is(pg_temp.call('evaluation_list', '{"code": "FJ", "fields": "edition,status"}', NULL, 'items'),
	'[{ "edition" : 2022, "status" : "complete" }, { "edition" : 2018, "status" : "open" }]', 'the latest first');
SELECT throws_ok(format($$INSERT INTO data.evaluation_answer VALUES (%L, 2022, 'K-MAT', 'percent', 50)$$, id), '23503', NULL,
	'an answer has its KPI''s type') FROM data.evaluation WHERE edition = 2018;
SELECT throws_ok(format($$INSERT INTO data.evaluation_answer VALUES (%L, 2018, 'K-PCT', 'percent', 50)$$, id), '23503', NULL,
	'and its edition''s KPIs') FROM data.evaluation WHERE edition = 2018;
SELECT throws_ok(format($$INSERT INTO data.evaluation_answer VALUES (%L, 2018, 'K-MAT', 'maturity_0_4', 5)$$, id), '23514', NULL,
	'and fits') FROM data.evaluation WHERE edition = 2018;

-- Requests
SELECT is(pg_temp.call('request_create', '{}', v.body::jsonb), v.outcome, v.body) FROM (VALUES
	('{"member": "FJ", "kind": "national", "received_on": "2024-01-10", "signed_on": "2024-01-02", "instruments": ["SAFE", "RKC"], "languages": ["en"]}', '201'),
	('{"member": "FJ", "kind": "national", "received_on": "2024-02-10"}', '201'), ('{"member": "CU", "kind": "regional", "received_on": "2023-12-01", "summary": "data quality"}', '201'),
	('{"member": "ZZ", "kind": "national", "received_on": "2024-01-10"}', 'AT400 member'), ('{"member": "FJ", "kind": "global", "received_on": "2024-01-10"}', '23514'),
	('{"member": "FJ", "kind": "national", "received_on": "2024-01-10", "instruments": ["NONE"]}', 'AT400 instruments'),
	('{"member": "FJ", "kind": "national", "received_on": "2999-01-10"}', 'AT400 received_on'),
	('{"member": "FJ", "kind": "national", "received_on": "2024-01-10", "signed_on": "2024-01-11"}', 'AT400 received_on'),
	('{"member": "FJ", "kind": "national", "received_on": "2024-01-10", "wanted_from": "2025-01-02", "wanted_to": "2025-01-01"}', 'AT400 wanted_to'),
	('{"member": "FJ", "kind": "national", "received_on": "2024-01-10", "languages": ["english"]}', '23514')) AS v (body, outcome);
SELECT min(id) FILTER (WHERE received_on = '2024-01-10') AS r1, min(id) FILTER (WHERE received_on = '2024-02-10') AS r2,
	min(id) FILTER (WHERE member = 'CU') AS r3 FROM data.request \gset
SELECT jsonb_build_object('id', :'r1', 'if_match', '*') AS r1_any, jsonb_build_object('id', :'r2', 'if_match', '*') AS r2_any,
	jsonb_build_object('id', :'r3', 'if_match', '*') AS r3_any \gset
SELECT is(pg_temp.call('request_get', :'r1_any', NULL, 'instruments'), '["RKC","SAFE"]', 'its instruments');
SELECT is(pg_temp.call('request_update', :'r1_any', '{"instruments": ["RKC"]}', 'revision'), '2', 'fewer are a new revision');
SELECT is(pg_temp.call('request_update', :'r1_any', '{"note": "n"}', 'instruments'), '["RKC"]', 'what is absent stays');
SELECT is(pg_temp.call('request_update', :'r1_any', '{"status": "accepted"}', 'status'), 'accepted', 'accepted');
SELECT is((SELECT accepted_by FROM data.request WHERE id = :'r1'), (rule.me()).account, 'by whom');
SELECT is(pg_temp.call('request_update', :'r1_any', '{"status": "in_plan"}'), '23514', 'in the plan only by a workshop');
SELECT is(pg_temp.call('request_update', :'r1_any', '{"wanted_from": "2025-02-01", "wanted_to": "2025-01-01"}'), 'AT400 wanted_to', 'upside down');
SELECT is(pg_temp.call('request_close', v.args::jsonb, v.body::jsonb), v.outcome, v.body) FROM (VALUES
	(:'r2_any', '{"reason": "duplicate"}', 'AT400 duplicate_of'), (:'r2_any', '{"reason": "declined", "duplicate_of": "R-9"}', 'AT400 duplicate_of'),
	(:'r2_any', jsonb_build_object('reason', 'duplicate', 'duplicate_of', :'r2')::text, 'AT400 duplicate_of'),
	(:'r2_any', jsonb_build_object('reason', 'duplicate', 'duplicate_of', :'r3')::text, 'AT409 duplicate_of'),
	(:'r2_any', '{"reason": "withdrawn", "closed_on": "2024-01-01"}', 'AT400 closed_on'), (:'r2_any', '{"reason": "withdrawn", "closed_on": "2999-01-01"}', 'AT400 closed_on'),
	(:'r2_any', jsonb_build_object('reason', 'duplicate', 'duplicate_of', :'r1', 'closed_on', '2024-03-01')::text, '200'),
	(:'r2_any', '{"reason": "declined"}', 'AT409'), (:'r1_any', jsonb_build_object('reason', 'duplicate', 'duplicate_of', :'r2')::text, 'AT409 duplicate_of'),
	('{"id": "R-none"}', '{"reason": "declined"}', 'AT404')) AS v (args, body, outcome);
SELECT is(pg_temp.call('request_update', :'r2_any', '{"note": "n"}'), 'AT409', 'a closed request stays as it is');
SELECT is(pg_temp.call('request_list', v.args::jsonb, NULL, 'count'), v.outcome, v.args) FROM (VALUES
	('{"count": "exact"}', '3'), ('{"count": "exact", "member": ["FJ"]}', '2'), ('{"count": "exact", "region": ["AMS"]}', '1'), ('{"count": "exact", "kind": ["regional", "accreditation"]}', '1'),
	('{"count": "exact", "status": ["accepted", "closed"]}', '2'), ('{"count": "exact", "q": "QUALITY cuba"}', '1'), ('{"member": ["ZZ"]}', 'AT400 member')) AS v (args, outcome);
SELECT is(pg_temp.call('request_list', '{"sort": "member,-received_on", "fields": "received_on"}', NULL, 'items'),
	'[{ "received_on" : "2023-12-01" }, { "received_on" : "2024-02-10" }, { "received_on" : "2024-01-10" }]', 'two keys, two directions');
SELECT throws_ok($$UPDATE data.request SET status = 'closed'$$, '23514', NULL, 'a closed request has a reason and a day');

-- Waivers
SELECT is(pg_temp.call('waiver_create', '{}', v.body::jsonb, v.path), v.outcome, v.body) FROM (VALUES
	('{"criterion": "request", "member": "CU", "kind": "national", "reason": "urgent", "valid_until": "2999-12-31"}', 'granted_by', 'Ana'),
	('{"criterion": "request", "member": "CU", "reason": "urgent", "valid_until": "2999-12-31"}', NULL, 'AT400 workshop'),
	('{"criterion": "funded", "member": "CU", "kind": "national", "reason": "urgent", "valid_until": "2999-12-31"}', NULL, '23514'),
	('{"criterion": "funded", "workshop": "W-none", "reason": "urgent", "valid_until": "2999-12-31"}', NULL, 'AT400 workshop'),
	('{"criterion": "request", "member": "ZZ", "kind": "national", "reason": "urgent", "valid_until": "2999-12-31"}', NULL, 'AT400 member'),
	('{"criterion": "request", "member": "CU", "kind": "national", "reason": "urgent", "valid_until": "2001-01-01"}', NULL, 'AT400 valid_until')) AS v (body, path, outcome);
SELECT is(pg_temp.call('waiver_list', '{"member": ["CU"], "count": "exact"}', NULL, 'count'), '1', 'listed');
SELECT is(pg_temp.call('waiver_list', '{"member": ["FJ"], "count": "exact"}', NULL, 'count'), '0', 'by Member');
SELECT * FROM finish();
ROLLBACK;
