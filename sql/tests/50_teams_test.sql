-- SPDX-License-Identifier: Apache-2.0
-- Who may be on a team, each rule with a row that passes and one that fails; journeys; double booking.
BEGIN;
SELECT no_plan();
\ir workshops.psql

-- Distances and journeys: reference values computed with the same formula in another language.
SELECT is(rule.distance_km(-18.14, 178.44, -35.28, 149.13), 3458, 'Suva to Canberra');
SELECT is(rule.distance_km(38.72, -9.14, -18.14, 178.44), 17612, 'Lisbon to Suva');
SELECT is(rule.distance_km(59.33, 18.07, 59.33, 18.07), 0, 'nowhere');
SELECT is(rule.distance_km(0, 0, 0, 180), 20015, 'half round the world');
SELECT is((SELECT sum(rule.distance_km(-84 + i * 14, -175 + i * 27, -84 + j * 14, -175 + j * 27))
	FROM generate_series(0, 12) i, generate_series(0, 12) j), 1593690::bigint, 'all pairs of 13 points');
SELECT results_eq($$SELECT presence, travel, rest FROM rule.journey('AU', 'FJ', 'in_person')$$,
	$$VALUES ('on_site', 1, 1)$$, 'within 6000 km: a day');
SELECT results_eq($$SELECT presence, travel, rest FROM rule.journey('PT', 'FJ', 'in_person')$$,
	$$VALUES ('on_site', 2, 1)$$, 'further: two days');
SELECT results_eq($$SELECT presence, travel, rest FROM rule.journey('FJ', 'FJ', 'in_person')$$,
	$$VALUES ('on_site', 0, 1)$$, 'in the same city: none');
SELECT results_eq($$SELECT presence, travel, rest FROM rule.journey('AU', 'FJ', 'hybrid')$$,
	$$VALUES ('remote', 0, 0)$$, 'hybrid and too far: remote, no travel, no rest');
SELECT results_eq($$SELECT presence, travel, rest FROM rule.journey('PT', 'SE', 'hybrid')$$,
	$$VALUES ('on_site', 1, 1)$$, 'hybrid and near: on site');
SELECT results_eq($$SELECT presence, travel, rest FROM rule.journey('PT', NULL, 'online')$$,
	$$VALUES ('remote', 0, 0)$$, 'online: remote');

SELECT pg_temp.be('desk');
SELECT pg_temp.workshop('2031-03-03') AS w, pg_temp.workshop('2031-06-02') AS later \gset

-- Each rule.
SELECT is(pg_temp.join(:'w', 'E-O1'), '409 own_administration > E-F1', 'nobody delivers at home');
SELECT is(pg_temp.join(:'w', 'E-X1'), '409 accreditation > E-F1', 'an accreditation that ends on the third day');
SELECT is(pg_temp.join(:'w', 'E-I1'), '409 inactive > E-F1', 'inactive');
SELECT is(pg_temp.join(:'w', 'E-K1'), '409 instrument > E-F1', 'accredited for something else');
SELECT is(pg_temp.join(:'w', 'E-L1'), '409 language > E-F1', 'speaks none of the languages');
SELECT is(pg_temp.join(:'w', 'E-P1'), '409 pre_accredited_alone > E-F1', 'pre-accredited and alone');
SELECT is(pg_temp.join(:'w', 'E-XX'), '400', 'nobody');
SELECT is(pg_temp.join(:'w', 'E-F1'), '201', 'fully accredited');
SELECT is((SELECT role FROM data.mission WHERE workshop = :'w' AND expert = 'E-F1'), 'lead', 'the first leads');
SELECT is(pg_temp.join(:'w', 'E-F1'), '409', 'once');
SELECT is(pg_temp.join(:'w', 'E-F2', 'lead'), '23P01 mission_one_lead', 'one lead');
SELECT is(pg_temp.join(:'w', 'E-F2', 'trainee'), '409 full_trainee > E-F2', 'trainees are pre-accredited');
SELECT is(pg_temp.join(:'w', 'E-P1', 'expert'), '409 pre_accredited_role > E-F2', 'and pre-accredited are trainees');
SELECT is(pg_temp.join(:'w', 'E-P1', 'lead'), '409 pre_accredited_lead > E-F2', 'nor do they lead');
SELECT is(pg_temp.join(:'w', 'E-P1'), '201', 'a field mission beside a full expert');
SELECT is((SELECT role FROM data.mission WHERE workshop = :'w' AND expert = 'E-P1'), 'trainee', 'as a trainee');
SELECT is((SELECT block FROM data.mission WHERE workshop = :'w' AND expert = 'E-F1'),
	daterange('2031-03-01', '2031-03-10'), 'two days out, four days, two days back, one of rest');

-- Delivery, unavailability, limits, lapses.
SELECT is(pg_temp.join(pg_temp.workshop('2031-07-07', '{"mode": "online"}'), 'E-F3'), '409 delivers > E-F2',
	'does not deliver remotely');
INSERT INTO data.unavailability (expert, first_day, last_day) VALUES ('E-F2', '2031-03-09', '2031-03-20');
SELECT is(pg_temp.join(:'w', 'E-F2'), '409 unavailable > E-F3', 'unavailable on the day of rest');
UPDATE data.unavailability SET first_day = '2031-03-10' WHERE expert = 'E-F2';
SELECT is(pg_temp.join(:'w', 'E-F2'), '201', 'available up to it');
SELECT is(pg_temp.join(:'later', 'E-F3'), '201', 'first mission of the year');
SELECT is(pg_temp.join(pg_temp.workshop('2031-09-01'), 'E-F3'), '409 missions_a_year > E-F1', 'one too many');
INSERT INTO data.accreditation (expert, stage, instruments, conferred_on) VALUES ('E-F1', 'lapsed', '{ECFOS}', '2031-05-01');
SELECT is(pg_temp.join(:'later', 'E-F1'), '409 accreditation > E-F2', 'lapsed since');
INSERT INTO data.accreditation (expert, stage, instruments, conferred_on) VALUES ('E-F1', 'refreshed', '{ECFOS}', '2031-05-02');
SELECT is(pg_temp.join(:'later', 'E-F1'), '201', 'and refreshed again');

-- Double booking: with the reason that names the other workshop, and without any rule but the constraint.
INSERT INTO data.workshop (id, kind, title, start_date, end_date, mode, host)
VALUES ('W-NEAR', 'national', 'Near', '2031-03-10', '2031-03-11', 'in_person', 'FJ');
SELECT is(pg_temp.join('W-NEAR', 'E-F1'), '409 double_booking > E-K1', 'rest and travel meet');
SELECT throws_like($$INSERT INTO data.mission (workshop, expert, presence, travel_before, travel_after, rest_days,
	start_date, end_date, workshop_live) VALUES ('W-NEAR', 'E-F1', 'on_site', 2, 2, 1, '2031-03-10', '2031-03-11', true)$$,
	'%mission_no_double_booking%', 'the constraint says so by itself');
SELECT lives_ok($$INSERT INTO data.mission (workshop, expert, presence, travel_before, travel_after, rest_days,
	start_date, end_date, workshop_live) VALUES ('W-NEAR', 'E-F1', 'on_site', 0, 2, 1, '2031-03-10', '2031-03-11', true)$$,
	'the day after the rest is free');
SELECT throws_like($$UPDATE data.workshop SET start_date = '2031-03-09' WHERE id = 'W-NEAR'$$,
	'%mission_no_double_booking%', 'a move is judged by the same constraint');
UPDATE data.workshop SET status = 'postponed', status_reason = 'other' WHERE id = 'W-NEAR';
SELECT lives_ok($$UPDATE data.workshop SET start_date = '2031-03-09' WHERE id = 'W-NEAR'$$, 'what is off takes no days');
SELECT is((SELECT start_date || ' ' || live FROM data.mission WHERE workshop = 'W-NEAR'), '2031-03-09 false',
	'and the mission follows');
SELECT throws_like($$UPDATE data.workshop SET status = 'planned' WHERE id = 'W-NEAR'$$,
	'%mission_no_double_booking%', 'until it is on again');
SELECT is(obj_description((SELECT oid FROM pg_constraint WHERE conname = 'mission_no_double_booking'), 'pg_constraint')
	LIKE 'This expert is on another workshop%', true, 'and has its sentence');

-- Who stands in the way of nobody but the calendar is offered other days: free with travel and rest, and
-- within the accreditation.
UPDATE data.expert SET active = false WHERE id NOT IN ('E-F1', 'E-X1');
INSERT INTO data.unavailability (expert, first_day, last_day) VALUES ('E-F1', '2031-04-05', '2031-04-19');
SELECT pg_temp.workshop('2031-04-07') AS april \gset
SELECT is(pg_temp.join(:'april', 'E-F1'), '409 unavailable > 2031-04-22/2031-04-25',
	'the first days with two of travel before them; no other expert is left');
DELETE FROM data.accreditation WHERE expert = 'E-F1' AND stage <> 'accredited';
UPDATE data.accreditation SET valid_until = '2031-04-24' WHERE expert = 'E-F1';
SELECT is(pg_temp.join(:'april', 'E-F1'), '409 unavailable', 'no days beyond the accreditation are offered');
SELECT is(pg_temp.join(:'april', 'E-X1'), '409 accreditation', 'nor any to whom no day helps');
UPDATE data.expert SET active = id <> 'E-I1';
UPDATE data.accreditation SET valid_until = NULL WHERE expert = 'E-F1';

-- Candidates: everybody is judged, nobody twice.
SELECT is((SELECT count(*) FROM rule.candidates((SELECT w FROM data.workshop w WHERE id = :'later'))),
	(SELECT count(*) FROM data.expert), 'one verdict an expert');
SELECT ok((SELECT bool_and(jsonb_array_length(reasons) > 0) FROM rule.candidates((SELECT w FROM data.workshop w
	WHERE id = :'later'))), 'each with its reasons');
SELECT results_eq(format($$SELECT (expert).id FROM rule.candidates((SELECT w FROM data.workshop w WHERE id = %L))
	WHERE can ORDER BY rank$$, :'later'), $$VALUES ('E-F2'), ('E-P1')$$, 'full before pre-accredited');

-- Answers: the expert's own, and only that.
SELECT pg_temp.be('ana');
SELECT is(pg_temp.outcome('team_update', jsonb_build_object('id', :'w', 'expert', 'E-F1', 'if_match', '1'),
	'{"release": "granted"}'), '403', 'an expert does not grant the release');
SELECT is(pg_temp.outcome('team_update', jsonb_build_object('id', :'w', 'expert', 'E-P1', 'if_match', '1'),
	'{"status": "accepted"}'), '404', 'nor answer for others');
SELECT is(pg_temp.outcome('team_update', jsonb_build_object('id', :'w', 'expert', 'E-F1'),
	'{"status": "accepted"}'), '428', 'If-Match is needed');
SELECT is(pg_temp.outcome('team_update', jsonb_build_object('id', :'w', 'expert', 'E-F1', 'if_match', '7'),
	'{"status": "accepted"}'), '412', 'and must be fresh');
SELECT is(pg_temp.outcome('team_update', jsonb_build_object('id', :'w', 'expert', 'E-F1', 'if_match', '1'),
	'{"status": "accepted"}'), '200', 'accepts');
SELECT is(pg_temp.outcome('team_update', jsonb_build_object('id', :'w', 'expert', 'E-F1', 'if_match', '2'),
	'{"status": "invited"}'), '403', 'does not become somebody only invited again');
SELECT is(pg_temp.outcome('team_update', jsonb_build_object('id', :'w', 'expert', 'E-F1', 'if_match', '2'),
	'{"status": "declined"}'), '200', 'declines');
SELECT is(pg_temp.outcome('team_update', jsonb_build_object('id', :'w', 'expert', 'E-F1', 'if_match', '3'),
	'{"status": "accepted"}'), '409', 'and does not come back alone');
SELECT is((SELECT sequence FROM data.workshop WHERE id = :'w'), 0, 'none of which raised the sequence');

SELECT * FROM finish();
ROLLBACK;
