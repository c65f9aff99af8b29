-- SPDX-License-Identifier: Apache-2.0
-- The life of a workshop: planning's rules, guards and waivers, transitions, what raises the sequence.
BEGIN;
SELECT no_plan();
\ir workshops.psql
SELECT pg_temp.be('desk');
CREATE FUNCTION pg_temp.step(workshop text, wanted text, reason text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.outcome('workshop_transition', jsonb_build_object('id', workshop),
		jsonb_strip_nulls(jsonb_build_object('to', wanted, 'reason', reason)))
$$;
CREATE FUNCTION pg_temp.plan(changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.outcome('workshop_create', '{}', '{"kind": "national", "title": "T", "mode": "in_person",
		"host": "FJ", "start": "2031-03-03", "end": "2031-03-06"}' || changes)
$$;
CREATE FUNCTION pg_temp.change(what text, changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.outcome('workshop_update', jsonb_build_object('id', what, 'if_match',
		(SELECT revision::text FROM data.workshop WHERE id = what)), changes)
$$;

-- Planning: what passes, and one of each that does not.
SELECT is(pg_temp.plan('{}'), '201', 'four working days in an eligible Member');
SELECT is(pg_temp.plan('{"end": "2031-03-08"}'), '409 host_calendar', 'six days always meet a weekend');
SELECT is(pg_temp.plan('{"start": "2031-03-07", "end": "2031-03-10"}'), '409 host_calendar > 2031-03-17/2031-03-20',
	'a weekend; the holiday of the week after is stepped over too');
SELECT is(pg_temp.plan('{"start": "2031-03-10", "end": "2031-03-13"}'), '409 host_calendar > 2031-03-17/2031-03-20',
	'a holiday');
SELECT is(pg_temp.plan('{"host": "JO", "start": "2031-03-05", "end": "2031-03-08"}'),
	'409 host_calendar > 2031-03-09/2031-03-12', 'weekends are the host''s: Friday and Saturday');
SELECT is(pg_temp.plan('{"host": "JO", "start": "2031-03-09", "end": "2031-03-12"}'), '201', 'so Sunday is fine');
SELECT is(pg_temp.plan('{"host": "KE"}'), '409 kpi_evaluation,notification,request > notification',
	'an ineligible Member, with what to ask for');
SELECT is(pg_temp.plan('{"start": "2022-06-27", "end": "2022-06-30"}'), '409 opening > 2022-07-01',
	'before the kind opens');
SELECT is(pg_temp.plan('{"host": null}'), '400', 'in person without a place');
SELECT is(pg_temp.plan('{"kind": "regional", "host": null, "mode": "online"}'), '201', 'online there is none, nor a region');
SELECT is(pg_temp.plan('{"host": "ZZ"}'), '400', 'an unknown host');
SELECT is(pg_temp.plan('{"instruments": ["ABACUS"]}'), '400', 'an unknown instrument');
SELECT is(pg_temp.plan('{"regions": ["MARS"]}'), '400', 'an unknown region');
SELECT is(pg_temp.plan('{"start": "2031-03-06", "end": "2031-03-03"}'), '400', 'a range upside down');
SELECT is(pg_temp.plan('{"start": "9999-12-30", "end": "9999-12-31"}'), '400', 'after the years that calendars hold');
SELECT is(pg_temp.plan('{"start": "0001-01-01", "end": "0001-01-02"}'), '400', 'and before');
SELECT is(pg_temp.plan('{"request": "R-9999"}'), '400', 'an unknown request');
SELECT is(pg_temp.plan('{"sessions": [{"day": "2031-03-07", "start": "09:00", "end": "10:00"}]}'), '400',
	'a session on another day');
SELECT is(pg_temp.plan('{"sessions": [{"day": "2031-03-04", "start": "11:00", "end": "10:00"}]}'), '400',
	'a session that ends before it starts');
SELECT throws_like($$INSERT INTO data.workshop (kind, title, start_date, end_date, mode, host)
	VALUES ('global', 'G', '2031-03-03', '2031-03-04', 'in_person', 'FJ')$$, '%workshop_global_is_history%',
	'global events are only on record');
SELECT lives_ok($$INSERT INTO data.workshop (id, kind, title, status, historic, regions)
	VALUES ('HW-X', 'global', 'G', 'delivered', true, '{ALL}')$$, 'where a record may lack days, mode and place');
SELECT is(pg_temp.call('workshop_get', '{"id": "HW-X"}') -> 'readiness',
	'{"staffed": null, "funded": null, "targeted": null, "missing": [], "waived": []}', 'and nothing is missing from the past');

-- A request is followed.
INSERT INTO data.request (id, member, kind, received_on, status, languages) VALUES ('R-T', 'FJ', 'national', '2030-01-01', 'accepted', '{en}');
SELECT pg_temp.workshop('2031-05-05', '{"request": "R-T", "host": "FJ"}') AS w \gset
SELECT is((SELECT status || ' ' || workshop FROM data.request WHERE id = 'R-T'), 'in_plan ' || :'w', 'in the plan');
SELECT is(pg_temp.plan('{"request": "R-T"}'), '409', 'one workshop answers it');
SELECT is(pg_temp.call('workshop_get', jsonb_build_object('id', :'w')) ->> 'request', 'R-T', 'and shows it');

-- Guards, and what sets them aside.
SELECT is(pg_temp.step(:'w', 'announced'), '409 funded,staffed,targeted > E-F1', 'one reason for each guard');
SELECT is(pg_temp.step(:'w', 'delivered'), '409 transition > announced', 'no such step, but these');
SELECT is(pg_temp.join(:'w', 'E-F1'), '201', 'a lead'), is(pg_temp.join(:'w', 'E-F2'), '201', 'another');
UPDATE data.mission SET status = 'accepted' WHERE workshop = :'w';
SELECT is(pg_temp.step(:'w', 'announced'), '409 funded,staffed,targeted > E-F3', 'accepted is not released');
UPDATE data.mission SET release = 'granted' WHERE workshop = :'w';
SELECT is(pg_temp.step(:'w', 'announced'), '409 funded,targeted > funded', 'staffed');
INSERT INTO data.funding (workshop, donor, amount, currency, status, year, workshop_live)
VALUES (:'w', 'D-ONE', 999, 'EUR', 'pledged', 2031, true);
SELECT is(pg_temp.step(:'w', 'announced'), '409 funded,targeted > funded', 'pledged money does not cover');
UPDATE data.funding SET status = 'confirmed', confirmed_on = '2030-05-05' WHERE workshop = :'w';
SELECT is(pg_temp.step(:'w', 'announced'), '409 funded,targeted > funded', 'nor does a cent too little');
UPDATE data.funding SET amount = 1000 WHERE workshop = :'w';
INSERT INTO data.target (workshop, indicator, level, value) VALUES (:'w', 'I', 'learning', 2);
SELECT is(pg_temp.step(:'w', 'announced'), '409 targeted > targeted', 'a target without a baseline');
INSERT INTO data.waiver (criterion, workshop, reason, granted_by, granted_on, valid_until)
VALUES ('targeted', :'w', 'why', 'A-TEST', '2020-01-01', '2020-12-31');
SELECT is(pg_temp.step(:'w', 'announced'), '409 targeted > targeted', 'a waiver that is over');
UPDATE data.waiver SET valid_until = '2039-12-31' WHERE workshop = :'w';
SELECT is(pg_temp.call('workshop_get', jsonb_build_object('id', :'w')) -> 'readiness' -> 'waived' -> 0 ->> 'sentence',
	(SELECT id || ' sets it aside until 2039-12-31, granted by Desk: why' FROM data.waiver WHERE workshop = :'w'),
	'a waiver is shown with who, why and until when');

-- What held when the team was made, and when the workshop was planned, must hold still.
UPDATE data.accreditation SET valid_until = '2031-05-06' WHERE expert = 'E-F1';
SELECT is(pg_temp.step(:'w', 'announced'), '409 accreditation,staffed > E-F3', 'an accreditation that ends sooner now');
UPDATE data.accreditation SET valid_until = NULL WHERE expert = 'E-F1';
INSERT INTO data.unavailability (id, expert, first_day, last_day) VALUES ('U-T', 'E-F2', '2031-05-06', '2031-05-06');
SELECT is(pg_temp.step(:'w', 'announced'), '409 staffed,unavailable > E-F3', 'an expert who cannot any more');
DELETE FROM data.unavailability WHERE id = 'U-T';
UPDATE data.member SET blocked = true WHERE code = 'FJ';
SELECT is(pg_temp.step(:'w', 'announced'), '409 membership > membership', 'a Member that is blocked by now');
UPDATE data.member SET blocked = false WHERE code = 'FJ';
SELECT is(pg_temp.step(:'w', 'announced'), '200', 'a waiver in force');
SELECT is((SELECT sequence FROM data.workshop WHERE id = :'w'), 1, 'tentative became confirmed');

-- Off and on again.
SELECT is(pg_temp.step(:'w', 'postponed'), '400', 'say why');
SELECT is(pg_temp.step(:'w', 'postponed', 'whim'), '400', 'with a reason there is');
SELECT is(pg_temp.step(:'w', 'postponed', 'health'), '200', 'postponed');
SELECT is((SELECT bool_or(live) FROM data.mission WHERE workshop = :'w'), false, 'the experts are free again');
SELECT is(pg_temp.step(:'w', 'announced'), '409 transition > cancelled', 'not straight back');
SELECT is(pg_temp.step(:'w', 'planned'), '200', 'planned again');
SELECT is((SELECT published FROM data.workshop WHERE id = :'w'), true, 'still public');

-- What a calendar shows dates its event; what it does not show leaves it as it is, to the octet.
SAVEPOINT shown;
CREATE FUNCTION pg_temp.dates(changed text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	ret boolean;
BEGIN
	EXECUTE format('UPDATE data.workshop SET %s RETURNING shown_at = recorded_at', changed) INTO ret;
	RETURN ret;
END $$;
SELECT is(pg_temp.dates(format('%s WHERE id = %L', change, :'w')), shows, change)
FROM (VALUES ('budget = 1, currency = $$EUR$$', false), ('note = $$Two rooms$$', false), ('participants = 31', false),
	('experts_needed = 4', false), ('title = $$Other$$', true), ('participants = 32', false), ('summary = $$Other$$', true),
	('theme = $$postal$$', true), ('city = $$Nadi$$', true), ('url = $$https://example.org/$$', true),
	('end_date = end_date + 1', true), ('purposes = $${awareness}$$', true)) AS c (change, shows);
ROLLBACK TO shown;

-- What is material.
SELECT is((SELECT sequence FROM data.workshop WHERE id = :'w'), 3, 'off and on were material');
SELECT is(pg_temp.change(:'w', '{"summary": "more", "experts_needed": 3, "theme": "ecommerce"}'), '200', 'texts');
SELECT is((SELECT sequence FROM data.workshop WHERE id = :'w'), 3, 'are not');
SELECT is(pg_temp.change(:'w', '{"start": "2031-05-12", "end": "2031-05-15"}'), '200', 'new days');
SELECT is((SELECT sequence FROM data.workshop WHERE id = :'w'), 4, 'are');
SELECT is((SELECT block FROM data.mission WHERE workshop = :'w' AND expert = 'E-F1'),
	daterange('2031-05-10', '2031-05-19'), 'and the team follows');
SELECT is(pg_temp.change(:'w', '{"venue": "Hall"}'), '200', 'a new room');
SELECT is((SELECT sequence FROM data.workshop WHERE id = :'w'), 5, 'is');
-- One column at a time: did the sequence rise?
CREATE FUNCTION pg_temp.raises(of_workshop text, assignment text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	before int;
	after int;
BEGIN
	SELECT sequence INTO before FROM data.workshop WHERE id = of_workshop;
	EXECUTE format('UPDATE data.workshop SET %s WHERE id = %L RETURNING sequence', assignment, of_workshop) INTO after;
	RETURN after - before;
END $$;
SAVEPOINT columns;
SELECT is(pg_temp.raises(:'w', v.assignment), v.raise, v.assignment)
FROM (VALUES ('start_date = start_date - 1', 1), ('end_date = end_date + 1', 1), ('timezone = ''Asia/Amman''', 1),
	('sessions = jsonb_build_array(jsonb_build_object(''day'', end_date, ''start'', ''09:00'', ''end'', ''10:00''))', 1),
	('title = ''Another''', 1), ('mode = ''hybrid''', 1), ('host = ''JO''', 1), ('city = ''Nadi''', 1), ('venue = ''Room''', 1),
	('status = ''announced''', 1), ('status = ''cancelled'', status_reason = ''other''', 1), ('host = NULL, host_name = ''Somebody'', historic = true', 1),
	('summary = ''s''', 0), ('theme = ''t''', 0), ('note = ''n''', 0), ('budget = 5', 0), ('experts_needed = 4', 0),
	('languages = ''{fr}''', 0), ('instruments = ''{RKC}''', 0), ('beneficiaries = ''{JO}''', 0), ('url = ''https://x.example''', 0),
	('participants = 9', 0), ('status_note = ''why''', 0)) AS v (assignment, raise);
ROLLBACK TO SAVEPOINT columns;
UPDATE data.workshop SET uid = 'other', sequence = 0 WHERE id = :'w';
SELECT is((SELECT sequence FROM data.workshop WHERE id = :'w' AND uid <> 'other'), 5, 'UID and sequence are nobody''s to set');
SELECT is(pg_temp.change(:'w', '{"start": "2031-05-17"}'), '400', 'upside down');
SELECT is(pg_temp.change(:'w', '{"end": "2031-05-17"}'), '409 host_calendar', 'onto a weekend');
SELECT is(pg_temp.outcome('workshop_update', jsonb_build_object('id', :'w'), '{}'), '428', 'without If-Match');
SELECT is(pg_temp.outcome('workshop_update', jsonb_build_object('id', :'w', 'if_match', '1'), '{}'), '412', 'stale');
INSERT INTO data.unavailability (expert, first_day, last_day) VALUES ('E-F2', '2031-05-22', '2031-05-23');
SELECT is(pg_temp.change(:'w', '{"start": "2031-05-19", "end": "2031-05-22"}'), '409 unavailable > 2031-05-26/2031-05-29',
	'where the team cannot follow, with days when it can');
SELECT is(pg_temp.change(:'w', '{"mode": "online"}'), '200', 'online');
SELECT is((SELECT string_agg(DISTINCT presence || travel_before || rest_days, ' ') FROM data.mission WHERE workshop = :'w'),
	'remote00', 'nobody travels');

-- Conflicts say the same as the rules, and warn of what is no rule.
UPDATE data.expert SET active = false WHERE id = 'E-F1';
UPDATE data.expert SET member = 'SE' WHERE id = 'E-F1';
SELECT set_eq(format($$SELECT code, blocking FROM rule.conflicts((SELECT w FROM data.workshop w WHERE id = %L))$$, :'w'),
	$$VALUES ('inactive', true), ('same_administration', false), ('staffed', true)$$, 'conflicts');

SELECT is(pg_temp.step(:'w', 'cancelled', 'funding'), '200', 'cancelled');
SELECT is((SELECT status FROM data.request WHERE id = 'R-T'), 'accepted', 'the request is open again');
SELECT is(pg_temp.step(:'w', 'planned'), '409 transition', 'cancelled is the end');
SELECT is(pg_temp.outcome('team_add', jsonb_build_object('id', :'w'), '{"expert": "E-F3"}'), '409', 'its team too');
SELECT ok((SELECT count(*) > 5 FROM audit.event WHERE entity = 'workshop' AND key = :'w'), 'every change is told');
SELECT is((SELECT changes -> 'status' FROM audit.event WHERE entity = 'workshop' AND key = :'w' ORDER BY id DESC LIMIT 1),
	'{"before": "planned", "after": "cancelled"}', 'with before and after');

-- Every way of the table is a way, and there is no other.
SELECT set_eq($$SELECT from_status FROM data.transition WHERE to_status = 'cancelled'$$,
	$$VALUES ('draft'), ('planned'), ('announced'), ('postponed')$$, 'cancelled from any state before delivery');

SELECT * FROM finish();
ROLLBACK;
