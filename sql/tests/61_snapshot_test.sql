-- SPDX-License-Identifier: Apache-2.0
-- The snapshot: each fact of the format, written as one row and seen in the instance; and who may see any of it.
BEGIN;
SELECT no_plan();
SET LOCAL jit = off;
\ir workshops.psql
\ir planning.psql
SELECT pg_temp.be('desk');

-- Settings.
SELECT is(pg_temp.instance() -> 'horizon', '{"first": "2031-01-01", "last": "2031-12-31"}', 'horizon');
SELECT is(pg_temp.instance() -> 'secretariat_closed', '[["2031-05-05", "2031-05-09"]]', 'closures');
SELECT is(pg_temp.instance() #> '{rules,opens}', '{"accreditation": "2020-07-01", "regional": "2020-10-01", "national": "2022-07-01"}', 'openings');
UPDATE data.kind SET opens_on = NULL WHERE code = 'regional';
SELECT is(pg_temp.instance() #>> '{rules,opens,regional}', '2032-01-01', 'a kind without an opening day opens after the plan');
UPDATE data.kind SET opens_on = '2020-10-01' WHERE code = 'regional';
SELECT is(pg_temp.instance() #>> '{rules,language}', 'all', 'language');
SELECT is(pg_temp.instance() #> '{rules,trainees_max}', '{"accreditation": 0, "regional": 1, "national": 1}', 'trainees');
SELECT is((SELECT count(*) FROM jsonb_object_keys(pg_temp.instance() -> 'rules')), 12::bigint, 'every rule');
SELECT is((SELECT count(*) FROM jsonb_object_keys(pg_temp.instance() -> 'weights')), 7::bigint, 'every weight');
SELECT is((SELECT count(*) FROM jsonb_object_keys(pg_temp.instance() -> 'travel')), 7::bigint, 'all of travel');
SELECT is(pg_temp.of('regions', 'EUR') -> 'target', '4', 'a year''s target for a year');
SELECT is((rule.instance_regions(rule.take_snapshot(2, '2031-01-01', '2032-06-30', '2031-01-01', '{}'))::jsonb) #> '{0,target}', '9',
	'and its part for another time');

-- Members.
SELECT is(pg_temp.of('members', 'FJ') - '{languages}'::text[], '{"code": "FJ", "region": "AP", "lat": -18.14000, "lon": 178.44000,
	"weekend": ["sat", "sun"], "closed": ["2031-03-12"], "blackout": [], "per_diem": 20000}', 'a Member with its own costs');
SELECT is(pg_temp.of('members', 'AU') -> 'per_diem', '15000', 'one without');
INSERT INTO data.holiday (member, first_day, last_day, name, type) VALUES ('FJ', '2032-02-01', '2032-02-02', 'Near', 'public'),
	('FJ', '2035-02-01', '2035-02-02', 'Far', 'public');
SELECT is(pg_temp.of('members', 'FJ') -> 'closed', '["2031-03-12", "2032-02-01", "2032-02-02"]', 'holidays, a year around');
UPDATE data.member SET latitude = NULL, longitude = NULL WHERE code = 'KE';
SELECT is(pg_temp.of('members', 'KE'), NULL, 'a place that nobody knows');

-- Experts.
SELECT is(pg_temp.of('experts', 'E-F3'), '{"id": "E-F3", "home": "SE", "languages": ["en"], "delivers": ["on_site"], "unavailable": [],
	"accreditations": [{"topics": ["ECFOS"], "level": "full", "valid_from": "2024-01-01", "valid_to": null}],
	"max_missions_year": 1, "max_days_year": 60}', 'an expert with a limit');
SELECT is(pg_temp.of('experts', 'E-P1') #>> '{accreditations,0,level}', 'pre', 'a pre-accredited one');
SELECT is(pg_temp.of('experts', 'E-X1') #>> '{accreditations,0,valid_to}', '2031-03-05', 'an accreditation that ends');
SELECT is(pg_temp.of('experts', 'E-I1'), NULL, 'inactive: not there');
INSERT INTO data.accreditation (expert, stage, instruments, conferred_on) VALUES ('E-F1', 'lapsed', '{ECFOS}', '2031-06-01');
SELECT is(pg_temp.of('experts', 'E-F1') #>> '{accreditations,0,valid_to}', '2031-05-31', 'lapsed: until the day before');
DELETE FROM data.accreditation WHERE stage = 'lapsed';
INSERT INTO data.unavailability (expert, first_day, last_day) VALUES ('E-F1', '2031-02-01', '2031-02-05'), ('E-F1', '2033-01-01', '2033-01-05');
SELECT is(pg_temp.of('experts', 'E-F1') -> 'unavailable', '[["2031-02-01", "2031-02-05"]]', 'absences, as far as they matter');
DELETE FROM data.accreditation WHERE expert = 'E-L1';
SELECT is(pg_temp.of('experts', 'E-L1'), NULL, 'accredited for nothing: not there');

-- Funds.
SELECT is(pg_temp.of('funds', 'F-E'), '{"id": "F-E", "donor": "D-ONE", "regions": [], "members": [], "topics": [], "kinds": [],
	"period": ["2000-01-01", "2100-12-31"], "currency": "EUR", "budget": {"2031": 5000000}, "min_share_percent": 10}', 'a fund');
SELECT is(pg_temp.of('funds', 'F-U') -> 'budget', '{"2031": 920000}', 'dollars, in EUR cents');
INSERT INTO data.earmark (fund, number, regions, members, kinds, instruments, first_day, last_day)
VALUES ('F-E', 1, '{AP,EUR}', '{FJ}', '{national}', '{ECFOS}', '2031-02-01', '2031-11-30');
SELECT is(pg_temp.of('funds', 'F-E') - '{id,donor,currency,budget,min_share_percent}'::text[], '{"regions": ["AP", "EUR"],
	"members": ["FJ"], "topics": ["ECFOS"], "kinds": ["national"], "period": ["2031-02-01", "2031-11-30"]}', 'its earmark');
INSERT INTO data.earmark SELECT fund, 2, '{MENA}', members, kinds, instruments, first_day, last_day FROM data.earmark;
SELECT is(pg_temp.of('funds', 'F-E') -> 'regions', '["AP", "EUR", "MENA"]', 'two that differ in one list are one');
UPDATE data.earmark SET regions = '{ALL}' WHERE number = 2;
SELECT is(pg_temp.of('funds', 'F-E') -> 'regions', '[]', 'ALL is no restriction');
UPDATE data.earmark SET regions = '{MENA}', kinds = '{regional}' WHERE number = 2;
SELECT is(pg_temp.of('funds', 'F-E'), NULL, 'two that differ in two are none');
CREATE FUNCTION pg_temp.notes() RETURNS text LANGUAGE sql AS $$
	SELECT rule.snapshot_notes(rule.take_snapshot(2, '2031-01-01', '2031-12-31', rule.today() + 30, '{}'))::text
$$;
SELECT matches(pg_temp.notes(), 'F-E .Euros. is not used: its earmarks', 'which is said');
UPDATE data.earmark SET kinds = '{national}', regions = '{AP,EUR}', first_day = '2031-01-01' WHERE number = 2;
SELECT is(pg_temp.of('funds', 'F-E'), NULL, 'nor two of different days');
DELETE FROM data.earmark;
UPDATE data.fund SET currency = 'XAF' WHERE id = 'F-U';
SELECT is(pg_temp.of('funds', 'F-U'), NULL, 'a currency without a rate');
SELECT matches(pg_temp.notes(), 'F-U .Dollars. is not used: there is no rate for XAF', 'is said too');
UPDATE data.fund SET currency = 'USD' WHERE id = 'F-U';

-- Requests.
DELETE FROM data.waiver;
SELECT is(pg_temp.of('requests', 'R-F') - '{eligibility,waived}'::text[], format('{"id": "R-F", "kind": "national", "member": "FJ",
	"region": "AP", "days": 4, "topics": ["ECFOS"], "languages": ["en"], "experts": 2, "mode": "in_person", "priority": 5,
	"earliest": "%s", "latest": "2031-12-31", "preferred": ["2031-03-01", "2031-04-30"],
	"hosts": [{"member": "FJ", "fixed_cost": 300000}]}', rule.today() + 1)::jsonb, 'a request');
SELECT is(pg_temp.of('requests', 'R-F') -> 'eligibility', '{"notification": "2025-01-01", "kpi_evaluation": "2025-05-01",
	"dg_request": "2026-01-10"}', 'when its criteria were met');
SELECT is(pg_temp.of('requests', 'R-F') -> 'waived', '[]', 'nothing set aside');
SELECT is(pg_temp.of('requests', 'R-J') -> 'priority', '3', 'a priority nobody gave');
SELECT is(pg_temp.of('requests', 'R-J') -> 'preferred', '["2031-01-01", "2031-12-31"]', 'days nobody wished');
SELECT is(pg_temp.of('requests', 'R-A') #> '{eligibility,kpi_evaluation}', 'null', 'a criterion that is not met');
SELECT is(pg_temp.of('requests', 'R-N'), NULL, 'received only: not there');
INSERT INTO data.waiver (criterion, member, kind, reason, granted_by, granted_on, valid_until)
VALUES ('kpi_evaluation', 'AU', 'national', 'r', 'A-TEST', '2026-01-01', '2031-09-30');
SELECT is(pg_temp.of('requests', 'R-A') -> 'waived', '["kpi_evaluation"]', 'set aside');
SELECT is(pg_temp.of('requests', 'R-A') -> 'latest', '"2031-09-30"', 'as long as the waiver holds');
UPDATE data.notification SET ended_on = '2031-08-01' WHERE member = 'FJ';
SELECT is(pg_temp.of('requests', 'R-F') -> 'latest', '"2031-07-31"', 'a notification that ends');
UPDATE data.notification SET ended_on = NULL;
DELETE FROM data.kind_criterion WHERE criterion = 'kpi_evaluation';
SELECT is(pg_temp.of('requests', 'R-J') -> 'waived', '["kpi_evaluation"]', 'what the kind does not ask for does not count');
UPDATE data.request SET days = 2, experts = 3, mode = 'hybrid' WHERE id = 'R-F';
INSERT INTO data.request_host (request, member, cost) VALUES ('R-F', 'JO', 77), ('R-F', 'AU', NULL);
SELECT is(pg_temp.of('requests', 'R-F') -> 'hosts', '[{"member": "AU", "fixed_cost": 500000}, {"member": "JO", "fixed_cost": 77}]', 'hosts');
SELECT is(jsonb_path_query_array(pg_temp.of('requests', 'R-F'), '$.*?(@ == 2 || @ == 3 || @ == "hybrid")'), '[2, "hybrid", 3]', 'its own shape');
UPDATE data.member SET blocked = true WHERE code = 'AU';
SELECT is(pg_temp.of('requests', 'R-F') -> 'hosts', '[{"member": "JO", "fixed_cost": 77}]', 'a blocked host is none');
SELECT is(pg_temp.of('requests', 'R-A'), NULL, 'a blocked Member asks for nothing');
SELECT matches(pg_temp.notes(), 'R-A of Australia is not in the plan', 'which is said');
UPDATE data.member SET blocked = false WHERE code = 'AU';
DELETE FROM data.request_host;
UPDATE data.request SET days = NULL, experts = NULL, mode = NULL WHERE id = 'R-F';
UPDATE data.request SET wanted_from = '2032-02-01' WHERE id = 'R-J';
SELECT is(pg_temp.of('requests', 'R-J'), NULL, 'wanted after the plan');
UPDATE data.request SET wanted_from = NULL WHERE id = 'R-J';

-- Workshops: one of the plan's own kind, and one by hand.
SELECT is(jsonb_array_length(pg_temp.instance() -> 'baseline') + jsonb_array_length(pg_temp.instance() -> 'pinned'), 0, 'none yet');
SELECT pg_temp.workshop('2031-06-02', '{"request": "R-F"}') AS w \gset
SELECT pg_temp.join(:'w', 'E-F1'), pg_temp.join(:'w', 'E-F2');
SELECT pg_temp.call('funding_add', jsonb_build_object('id', :'w'), '{"donor": "D-ONE", "fund": "F-E", "status": "pledged",
	"amount": {"amount": 1000, "currency": "EUR"}}') ->> 'id' AS line \gset
SELECT is(pg_temp.of('baseline', 'R-F'), '{"request": "R-F", "host": "FJ", "start": "2031-06-02", "team": ["E-F1", "E-F2"], "weight": 1}',
	'planned for a request: the released plan');
SELECT is(pg_temp.of('funds', 'F-E') -> 'budget', '{"2031": 5000000}', 'its money can be used anew');
UPDATE data.workshop SET status = 'announced', announced_at = now() WHERE id = :'w';
SELECT is(pg_temp.of('baseline', 'R-F') -> 'weight', '3', 'announced: dearer');
SELECT is(pg_temp.outcome('team_update', jsonb_build_object('id', :'w', 'expert', 'E-F1', 'if_match', '1'), '{"tickets_on": "2031-01-01"}'),
	'200', 'tickets');
SELECT is(pg_temp.of('baseline', 'R-F') -> 'weight', '10', 'dearest');
SELECT is(rule.take_snapshot(2, '2031-01-01', '2031-12-31', '2031-06-02', '{}')::text ~ 'R-F', true, 'and frozen');
SELECT is((rule.instance_pinned(rule.take_snapshot(2, '2031-01-01', '2031-12-31', '2031-06-02', '{}'))::jsonb), '[{"request": "R-F",
	"host": "FJ", "start": "2031-06-02", "team": [{"expert": "E-F1", "role": "lead"}, {"expert": "E-F2", "role": "expert"}],
	"funding": [{"fund": "F-E", "amount": 1000}]}]', 'it is pinned');
SELECT is((rule.instance_pinned(rule.take_snapshot(2, '2031-01-01', '2031-12-31', '2031-06-02', ARRAY[:'w']))::jsonb), '[]',
	'unless a repair is about it');
UPDATE data.expert SET active = false WHERE id = 'E-F1';
SELECT is(pg_temp.of('experts', 'E-F1') #> '{unavailable,0}', '["2030-11-02", "2032-02-29"]', 'who left a team that stands is away');
UPDATE data.expert SET active = true WHERE id = 'E-F1';
UPDATE data.mission SET status = 'declined' WHERE workshop = :'w' AND expert = 'E-F2';
SELECT is(pg_temp.of('baseline', 'R-F') -> 'team', '["E-F1"]', 'who declined is not on the team');
SELECT is(pg_temp.of('experts', 'E-F2') -> 'unavailable', '[["2031-05-31", "2031-06-08"]]', 'and not asked for these days again');
UPDATE data.workshop SET status = 'postponed', status_reason = 'other' WHERE id = :'w';
SELECT is(pg_temp.of('baseline', 'R-F'), NULL, 'postponed: no longer there');
SELECT is(pg_temp.of('requests', 'R-F') ->> 'member', 'FJ', 'and wanted again');
SELECT pg_temp.workshop('2031-09-01', '{"kind": "regional"}') AS hand \gset
SELECT matches(pg_temp.notes(), :'hand' || ' is not in the plan: it stays as it is and has no team yet', 'by hand, without a team: left out');
SELECT pg_temp.join(:'hand', 'E-F1');
SELECT is(pg_temp.of('pinned', :'hand'), jsonb_build_object('request', :'hand', 'host', 'FJ', 'start', '2031-09-01', 'team',
	'[{"expert": "E-F1", "role": "lead"}]'::jsonb, 'funding', '[]'::jsonb), 'with one: it stays');
SELECT is(pg_temp.of('requests', :'hand') ->> 'kind', 'regional', 'and stands for a request');
UPDATE data.workshop SET start_date = '2032-01-05', end_date = '2032-01-08' WHERE id = :'hand';
SELECT is(pg_temp.of('pinned', :'hand'), NULL, 'outside the plan: not there');
SELECT is(pg_temp.of('experts', 'E-F1') #> '{unavailable,1}', '["2032-01-03", "2032-01-11"]', 'but its experts are taken');
INSERT INTO data.fund_year (fund, year, budget) VALUES ('F-E', 2032, 100);
SELECT pg_temp.call('funding_add', jsonb_build_object('id', :'hand'), '{"donor": "D-ONE", "fund": "F-E", "status": "pledged",
	"amount": {"amount": 60, "currency": "EUR"}}');
SELECT is(pg_temp.of('funds', 'F-E') -> 'budget', '{"2031": 5000000, "2032": 40}', 'and its money');

-- Nobody but the staff has any of it. The staff are the control.
SELECT pg_temp.ask() AS plan \gset
SELECT pg_temp.take(:'plan');
CREATE FUNCTION pg_temp.seen(who text, tab text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	ret bigint;
BEGIN
	PERFORM pg_temp.be(who);
	SET LOCAL ROLE atelier_api;
	EXECUTE format('SELECT count(*) FROM data.%I', tab) INTO ret;
	RESET ROLE;
	RETURN ret;
END $$;
INSERT INTO data.request_host (request, member) VALUES ('R-J', 'JO');
INSERT INTO data.scenario (name, changes) VALUES ('s', '[]');
INSERT INTO data.plan_item SELECT :'plan', 'R-F', 'national', 'FJ', 'AP', 'in_person', 'FJ', '2031-02-03', '2031-02-05', '[]', '[]', 0, 0, false, NULL;
SELECT cmp_ok(pg_temp.seen('desk', t), '>', 0::bigint, 'the desk sees ' || t),
       is(pg_temp.seen('ana', t), 0::bigint, 'an expert does not'), is(pg_temp.seen('one', t), 0::bigint, 'nor a donor'),
       is(pg_temp.seen('public', t), 0::bigint, 'nor the public')
FROM unnest('{plan,plan_run,plan_document,plan_item,scenario,request_host,planning_place,planning_target,planning_closure,
	planning_rate}'::text[]) AS t;
SELECT * FROM finish();
ROLLBACK;
