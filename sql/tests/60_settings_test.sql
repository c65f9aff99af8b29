-- SPDX-License-Identifier: Apache-2.0
-- Planning settings by version; travel as the planner computes it; who may see what of planning.
BEGIN;
SELECT no_plan();
\ir workshops.psql
SELECT pg_temp.be('desk');
CREATE FUNCTION pg_temp.change(body jsonb, tag text DEFAULT '1') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.outcome('planning_update', jsonb_build_object('if_match', tag), '{"comment": "why"}'::jsonb || body)
$$;

-- The first version: what stood in planning_setting, and samples.
SELECT is(pg_temp.call('planning_get', '{}') ->> '_etag', '1', 'the first version is in force');
SELECT is((SELECT count(*) FROM data.planning_value WHERE version = 1), (SELECT count(*) FROM data.planning_key), 'with all values');
SELECT ok((SELECT bool_and(v.value BETWEEN k.least AND k.most) FROM data.planning_value v JOIN data.planning_key k USING (key)),
	'each within its bounds');
SELECT is(pg_temp.call('planning_get', '{}') -> 'sample', 'true', 'and it says that it holds samples');
SELECT is((SELECT string_agg(key || '=' || value, ' ' ORDER BY key) FROM data.planning_value WHERE key IN ('same_city_below_km',
	'one_day_below_km', 'far_days', 'hybrid_on_site_below_km', 'rest_days', 'language_of_all', 'team_national')),
	'far_days=2 hybrid_on_site_below_km=3000 language_of_all=1 one_day_below_km=6000 rest_days=1 same_city_below_km=50 team_national=2',
	'what was set before goes on');
SELECT hasnt_table('data', 'planning_setting', 'in its new place alone');
SELECT is(pg_temp.call('planning_get', '{}') #>> '{kinds,2}', '{"kind": "national", "sample": false, "opens_on": "2022-07-01"}', 'kinds'' openings');

-- A change is a version.
SELECT is(pg_temp.outcome('planning_update', '{}', '{"comment": "c"}'), '428', 'If-Match is needed');
SELECT is(pg_temp.change('{}', '7'), '412', 'and must be fresh');
SELECT is(pg_temp.change('{"values": [{"key": "rest_day", "value": 2}]}'), '400', 'an unknown key');
SELECT is(pg_temp.change('{"values": [{"key": "rest_days", "value": 15}]}'), '400', 'beyond its bounds');
SELECT is(pg_temp.change('{"values": [{"key": "fare_step", "value": 0}]}'), '400', 'below them');
SELECT is(pg_temp.change('{"values": [{"key": "rest_days", "value": 1}, {"key": "rest_days", "value": 2}]}'), '400', 'twice');
SELECT is(pg_temp.change('{"places": [{"member": "ZZ", "per_diem": 1, "host_cost": 1}]}'), '400', 'an unknown Member');
SELECT is(pg_temp.change('{"valid_from": "2020-01-01"}'), '400', 'the past stays');
-- A refusal's status, field and sentence.
CREATE FUNCTION pg_temp.refusal(name text, args jsonb, body jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	field text;
BEGIN
	EXECUTE format('SELECT a.status FROM api.%I($1, $2) a', name) USING args, body;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS field = COLUMN_NAME;
	RETURN concat_ws(' ', SQLSTATE, NULLIF(field, '') || ':', SQLERRM);
END $$;
SELECT is(pg_temp.refusal('planning_update', '{"if_match": "1"}', '{"comment": "why"}'::jsonb || v.body), v.told, v.told) FROM (VALUES
	('{"rates": [{"currency": "EUR", "units": 1, "cents": 1}]}'::jsonb, 'AT400 rates: Planning counts in EUR cents, so EUR has no rate; leave it out.'),
	('{"closures": [{"first_day": "2031-01-01", "last_day": "2031-01-02", "note": "n"}, {"first_day": "2031-01-09", "last_day": "2031-01-02", "note": "n"}]}',
		'AT400 closures[1]: The closure from 2031-01-09 to 2031-01-02 ends before it begins; turn its days round.'),
	('{"closures": [{"first_day": "2031-01-01", "last_day": "2031-01-02", "note": "n"}, {"first_day": "2031-01-01", "last_day": "2031-01-02", "note": "m"}]}',
		'AT400 closures[0]: The closure from 2031-01-01 to 2031-01-02 is listed twice; list it once.')) AS v (body, told);
SELECT is((SELECT count(*) FROM data.planning_version), 1::bigint, 'none of which left anything');
SELECT is(pg_temp.change('{"values": [{"key": "rest_days", "value": 3}], "places": [{"member": "FJ", "per_diem": 7, "host_cost": 8,
	"sample": true}], "targets": [{"region": "AP", "workshops": 9}], "rates": [{"currency": "XAF", "units": 100, "cents": 15}],
	"closures": [{"first_day": "2031-01-01", "last_day": "2031-01-02", "note": "n"}]}'), '200', 'a change');
SELECT is(pg_temp.call('planning_get', '{}') ->> '_etag', '2', 'is the next version');
SELECT is(rule.setting('rest_days'), 3, 'is in force');
SELECT results_eq($$SELECT rest FROM rule.journey('AU', 'FJ', 'in_person')$$, $$VALUES (3)$$, 'for journeys too');
SELECT is((SELECT array_agg(version || ':' || value || ':' || sample ORDER BY version) FROM data.planning_value WHERE key = 'rest_days'),
	'{1:1:true,2:3:false}', 'decided now, and as it was before');
SELECT is((SELECT count(*) FROM data.planning_value WHERE version = 2 AND NOT sample), 1::bigint, 'the others are still samples');
SELECT is((SELECT string_agg(region || workshops, ' ' ORDER BY region) FROM data.planning_target WHERE version = 2),
	'AMS6 AP9 ESA6 EUR4 MENA6 WCA6', 'targets: one changed');
SELECT is((SELECT count(*) FROM data.planning_closure WHERE version = 2), 1::bigint, 'closures: replaced');
SELECT is((SELECT count(*) FROM data.planning_rate WHERE version = 2) - (SELECT count(*) FROM data.planning_rate WHERE version = 1),
	1::bigint, 'rates: one more');
SELECT is((SELECT changes #>> '{values,0,key}' FROM data.planning_version WHERE version = 2), 'rest_days', 'with what was asked for');
SELECT is((SELECT count(*) FROM audit.event WHERE entity = 'planning_version' AND key = '2'), 1::bigint, 'and audited');
SELECT is(pg_temp.change('{"values": [{"key": "rest_days", "value": 4}], "valid_from": "2031-01-01"}', '2'), '200', 'from a day on');
SELECT is(rule.setting('rest_days'), 3, 'not before it');
SELECT is(pg_temp.call('planning_get', '{"on": "2031-06-01"}') ->> '_etag', '3', 'but then');
SELECT is(pg_temp.change('{"values": [{"key": "lead_days", "value": 9}]}', '2'), '200', 'a later change of what is in force now');
SELECT is(ARRAY[rule.settings_in_force(rule.today()), rule.settings_in_force('2031-06-01'), rule.settings_in_force('1990-01-01')],
	'{4,5,1}', 'has what comes later made again');
SELECT is((SELECT string_agg(version || ' ' || key || value, ', ' ORDER BY version, key) FROM data.planning_value
	WHERE version > 2 AND key IN ('lead_days', 'rest_days')), '4 lead_days9, 4 rest_days3, 5 lead_days9, 5 rest_days4', 'with what it decides itself, and the change');
SELECT is((SELECT string_agg(lower(action), ',' ORDER BY id) FROM audit.event WHERE entity = 'planning_version' AND key IN ('3', '5')),
	'insert,insert,delete', 'on record');
SELECT is(jsonb_path_query_array(pg_temp.call('planning_versions', '{}'), '$.items[*].version'), '[5, 4, 2, 1]', 'the versions');
SELECT is(rule.in_cents(2, 1001, 'XAF'), 150::bigint, 'money in EUR cents, rounded down');
SELECT is(rule.from_cents(2, 150, 'XAF'), 1000::bigint, 'and back');
SELECT is(rule.in_cents(2, 1, 'ZZZ'), NULL, 'without a rate nobody knows');

-- When a kind opens, by version.
SELECT is(pg_temp.change('{"kinds": [{"kind": "regional", "opens_on": "2031-02-01", "sample": true}], "valid_from": "2030-01-01"}', '4'), '200',
	'a kind opens later');
SELECT is(pg_temp.change('{"kinds": [{"kind": "national", "opens_on": "2031-02-01"}, {"kind": "national", "opens_on": "2031-02-02"}]}', '4'), '400',
	'a kind twice');
SELECT is(jsonb_path_query(pg_temp.call('planning_get', '{"on": "2030-06-01"}'), '$.kinds[*] ? (@.kind == "regional")'),
	'{"kind": "regional", "sample": true, "opens_on": "2031-02-01"}', 'as it says');
SELECT is((SELECT array_agg(rule.instance_rules(n, '2031-12-31') #>> '{opens,regional}' ORDER BY n) FROM unnest('{4,6,7}'::int[]) AS n),
	'{2020-10-01,2031-02-01,2031-02-01}', 'for plans of that version');
SELECT is((SELECT array_agg(DISTINCT d.day || ' ' || e.met) FROM unnest('{2029-12-31,2030-06-01,2031-02-01}'::date[]) AS d (day),
	rule.eligibility(d.day, 'infinity') e WHERE e.kind = 'regional' AND e.criterion = 'opening'),
	'{2029-12-31 true,2030-06-01 false,2031-02-01 true}', 'and for whoever may have one then');
SELECT is((SELECT DISTINCT e.met FROM rule.eligibility('2030-06-01', now() - interval '1 day') e WHERE e.kind = 'regional'
	AND e.criterion = 'opening'), true, 'which nobody knew yesterday');

-- Taken back before it is in force.
SELECT is(pg_temp.refusal('planning_withdraw', '{"version": "6"}', NULL), 'AT428 Send If-Match with the ETag of the version you change; GET it first.', 'If-Match');
SELECT is(pg_temp.outcome('planning_withdraw', '{"version": "x", "if_match": "6"}'), '404', 'none');
SELECT is(pg_temp.outcome('planning_withdraw', '{"version": "3", "if_match": "3"}'), '404', 'nor one that was made again');
SELECT matches(pg_temp.refusal('planning_withdraw', '{"version": "4", "if_match": "4"}', NULL), '^AT409 Version 4 is in force since', 'what is in force stays');
SAVEPOINT named;
INSERT INTO data.plan (id, job, purpose, settings_version, first_day, last_day) VALUES ('P-X', 'P-X', 'plan', 6, '2031-01-01', '2031-01-02');
SELECT is(pg_temp.refusal('planning_withdraw', '{"version": "6", "if_match": "6"}', NULL), 'AT409 Version 6 stays: P-X was made with it.', 'nor what a plan names');
ROLLBACK TO named;
SELECT is(pg_temp.outcome('planning_withdraw', '{"version": "6", "if_match": "6"}'), '204', 'withdrawn');
SELECT is(ARRAY[rule.settings_in_force('2030-06-01'), rule.settings_in_force('2031-06-01')], '{4,8}', 'and the later one made again');
SELECT is(rule.instance_rules(8, '2031-12-31') #>> '{opens,regional}', '2020-10-01', 'without it');
SELECT is(rule.setting_of(8, 'rest_days'), 4, 'with its own');
SELECT is((SELECT count(*) FROM data.planning_value WHERE version NOT IN (SELECT version FROM data.planning_version)), 0::bigint, 'and nothing is left of it');

-- Days of travel between all pairs of Members, by the format's formula from what an instance says.
CREATE TABLE pg_temp.place AS SELECT x ->> 'code' AS code, (x ->> 'lat')::float8 AS lat, (x ->> 'lon')::float8 AS lon
FROM jsonb_array_elements(rule.instance('all', rule.take_snapshot(1, '2031-01-01', '2031-12-31', '2031-01-01', '{}'))::jsonb -> 'members') AS x;
INSERT INTO data.member (code, name, region, languages, timezone, latitude, longitude)
SELECT chr(65 + i / 26) || chr(65 + i % 26), 'Place ' || i, 'AP', '{en}', 'UTC', round((-85 + i * 1.37)::numeric, 2),
	round((-179 + (i * 77.77)::numeric % 358), 2) FROM generate_series(0, 120) AS i ON CONFLICT DO NOTHING;
INSERT INTO pg_temp.place SELECT code, latitude, longitude FROM data.member WHERE code NOT IN (SELECT code FROM pg_temp.place);
SELECT is((SELECT count(*) FROM pg_temp.place a, pg_temp.place b, rule.journey(a.code, b.code, 'in_person') j,
	LATERAL (SELECT sin(radians(b.lat - a.lat) / 2) ^ 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(radians(b.lon - a.lon) / 2) ^ 2) AS h (a),
	LATERAL (SELECT floor(2 * 6371 * asin(least(1, sqrt(h.a))) + 1e-6)) AS d (km), rule.instance_travel(4) AS t
	WHERE j.km <> d.km OR j.travel <> CASE WHEN d.km < (t ->> 'same_city_below_km')::int THEN 0
		WHEN d.km < (t ->> 'one_day_below_km')::int THEN 1 ELSE (t ->> 'far_days')::int END), 0::bigint,
	'SQL and the format agree on every pair');
SELECT ok((SELECT count(DISTINCT j.travel) = 3 AND count(*) > 14000 FROM pg_temp.place a, pg_temp.place b,
	rule.journey(a.code, b.code, 'in_person') j), 'of more than 14000, of all three kinds');

-- Scenarios.
CREATE FUNCTION pg_temp.scenario(changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.outcome('scenario_create', '{}', jsonb_build_object('name', 'What if', 'changes', changes))
$$;
SELECT is(pg_temp.scenario(v.changes::jsonb), v.outcome, v.changes) FROM (VALUES
	('[{"kind": "expert_leaves", "expert": "E-F1", "from": "2031-01-01"}]', '201'),
	('[{"kind": "expert_leaves"}]', '400'), ('[{"kind": "expert_leaves", "expert": "E-XX"}]', '400'),
	('[{"kind": "expert_leaves", "expert": "E-F1", "fund": "F"}]', '400'),
	('[{"kind": "expert_leaves", "expert": "E-F1", "from": "2031-02-01", "to": "2031-01-01"}]', '400'),
	('[{"kind": "expert_joins", "expert": "E-F1"}]', '400'),
	('[{"kind": "closed", "first": "2031-01-01", "last": "2031-01-05", "member": "FJ"}]', '201'),
	('[{"kind": "closed", "first": "2031-01-06", "last": "2031-01-05"}]', '400'),
	('[{"kind": "closed", "first": "2031-01-01", "last": "2031-01-05", "member": "ZZ"}]', '400'),
	('[{"kind": "fund_changes", "fund": "F-XX", "year": 2031, "amount": 1}]', '400'),
	('[{"kind": "request_leaves", "request": "R-XX"}]', '400')) AS v (changes, outcome);
-- What could never run.
INSERT INTO data.fund (id, donor, name, currency) VALUES ('F-E', 'D-ONE', 'Euros', 'EUR'), ('F-U', 'D-TWO', 'Dollars', 'USD'),
	('F-Z', 'D-TWO', 'Nobody knows', 'ZMW');
INSERT INTO data.fund_year (fund, year, budget) VALUES ('F-E', 2031, 1000), ('F-U', 2031, 1000);
INSERT INTO data.request (id, member, kind, received_on, status, closed_on, closed_reason) VALUES ('R-1', 'FJ', 'national', '2026-01-10', 'accepted', NULL, NULL),
	('R-2', 'FJ', 'regional', '2026-01-10', 'closed', '2026-02-01', 'withdrawn');
SELECT is(pg_temp.refusal('scenario_create', '{}', jsonb_build_object('name', 'What if', 'changes', v.changes)), v.told, COALESCE(v.told, v.changes::text))
FROM (VALUES
	('[{"kind": "request_moves", "request": "R-1", "latest": null}]'::jsonb, 'AT400 changes[0]: changes[0], request_moves, moves nothing; give earliest, latest or both.'),
	('[{"kind": "request_moves", "request": "R-1", "latest": "2031-01-01"}, {"kind": "request_leaves", "request": "R-1"}]', 'none'),
	('[{"kind": "request_leaves", "request": "R-1"}, {"kind": "request_leaves", "request": "R-1"}]',
		'AT400 changes[1]: changes[1], request_leaves, names a request R-1 that has left by a change before it.'),
	('[{"kind": "request_leaves", "request": "R-2"}]', 'AT400 changes[0]: changes[0], request_leaves, names a request R-2 that is closed.'),
	('[{"kind": "fund_changes", "fund": "F-E", "year": 2031, "amount": -1000}]', 'none'),
	('[{"kind": "fund_changes", "fund": "F-E", "year": 2031, "amount": 5}, {"kind": "fund_changes", "fund": "F-E", "year": 2031, "amount": -1005}]', 'none'),
	('[{"kind": "fund_changes", "fund": "F-E", "year": 2031, "amount": -600}, {"kind": "fund_changes", "fund": "F-E", "year": 2031, "amount": -401}]',
		'AT400 changes[1]: changes[1], fund_changes, takes EUR 4.01 from Euros (F-E) in 2031, which has EUR 4.00 then; take no more.'),
	('[{"kind": "fund_changes", "fund": "F-U", "year": 2031, "amount": -921}]',
		'AT400 changes[0]: changes[0], fund_changes, takes EUR 9.21 from Dollars (F-U) in 2031, which has EUR 9.20 then; take no more.'),
	('[{"kind": "fund_changes", "fund": "F-E", "year": 2032, "amount": -1}]',
		'AT400 changes[0]: changes[0], fund_changes, takes EUR 0.01 from Euros (F-E) in 2032, which has EUR 0.00 then; take no more.'),
	('[{"kind": "fund_changes", "fund": "F-Z", "year": 2031, "amount": 1}]',
		'AT400 changes[0]: changes[0], fund_changes, names a fund F-Z that no plan uses: its currency has no rate, or its earmarks differ.'),
	('[{"kind": "expert_joins", "newcomer": {"id": "E-F1"}}]',
		'AT400 changes[0]: changes[0], expert_joins, has somebody join as E-F1, who is in the pool; give another id.'),
	('[{"kind": "expert_joins", "newcomer": {"id": "E-99"}}, {"kind": "expert_joins", "newcomer": {"id": "E-99"}}]',
		'AT400 changes[1]: changes[1], expert_joins, has somebody join as E-99, as a change before it has; give another id.')) AS v (changes, told);
SELECT id AS sc FROM data.scenario ORDER BY id LIMIT 1 \gset
SELECT is(pg_temp.outcome('scenario_update', jsonb_build_object('id', :'sc', 'if_match', '1'), '{"name": "Other"}'), '200', 'renamed');
SELECT is(pg_temp.outcome('scenario_update', jsonb_build_object('id', :'sc', 'if_match', '1'), '{"name": "Other"}'), '412', 'stale');
SELECT is(pg_temp.outcome('scenario_delete', jsonb_build_object('id', :'sc', 'if_match', '2')), '204', 'removed');
SELECT is(pg_temp.outcome('scenario_get', jsonb_build_object('id', :'sc')), '404', 'and gone');

SELECT * FROM finish();
ROLLBACK;
