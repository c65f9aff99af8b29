-- SPDX-License-Identifier: Apache-2.0
-- A plan becomes workshops, teams and money, once and whole; what it leaves as it is stays untouched; what the world does
-- not bear any more is refused, and nothing of it is stored.
BEGIN;
SELECT no_plan();
SET LOCAL jit = off;
\ir workshops.psql
\ir planning.psql
SELECT pg_temp.be('desk');
INSERT INTO data.waiver (criterion, member, kind, reason, granted_by, granted_on, valid_until)
VALUES ('kpi_evaluation', 'AU', 'national', 'r', 'A-TEST', '2026-01-01', '2035-09-30');
-- What a release must not touch: every row with its version.
CREATE FUNCTION pg_temp.rows() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(r, E'\n' ORDER BY r) FROM (
		SELECT 'w' || w.id || ' ' || w.revision || ' ' || w.recorded_at AS r FROM data.workshop w
		UNION ALL SELECT 'm' || m.id || ' ' || m.revision || ' ' || m.recorded_at FROM data.mission m
		UNION ALL SELECT 'l' || l.id || ' ' || l.revision || ' ' || l.recorded_at FROM data.funding l
		UNION ALL SELECT 'r' || r.id || ' ' || r.status FROM data.request r) AS all_rows
$$;
CREATE FUNCTION pg_temp.f(team jsonb DEFAULT '{"E-F1": "lead", "E-F2": "expert"}', first date DEFAULT '2031-02-03',
                          host text DEFAULT 'FJ') RETURNS jsonb LANGUAGE sql AS
$$SELECT pg_temp.item('R-F', host, first, team, '{"F-E": 700, "F-U": 92}')$$;
CREATE FUNCTION pg_temp.j(team jsonb DEFAULT '{"E-F3": "lead", "E-K1": "expert"}', first date DEFAULT '2031-02-09')
RETURNS jsonb LANGUAGE sql AS $$SELECT pg_temp.item('R-J', 'JO', first, team, '{"F-E": 900}')$$;
INSERT INTO data.accreditation (expert, stage, instruments, conferred_on) VALUES ('E-K1', 'accredited', '{ECFOS}', '2024-01-01');
UPDATE data.expert SET max_missions_year = NULL;

-- The first release.
SELECT pg_temp.solved(jsonb_build_array(pg_temp.f(), pg_temp.j())) AS one \gset
SELECT is(pg_temp.release(:'one', '{R-XX}'), '400', 'an item that is none');
SELECT is(pg_temp.release(:'one'), '200', 'released');
SELECT is(pg_temp.told('R-F'), 'planned FJ 2031-02-03 seq 0 E-F1:lead:invited E-F2:expert:invited F-E:700:pledged F-U:100:pledged',
	'a workshop, its team, its money');
SELECT is(pg_temp.told('R-J'), 'planned JO 2031-02-09 seq 0 E-F3:lead:invited E-K1:expert:invited F-E:900:pledged', 'and another');
SELECT results_eq($$SELECT w.kind, title, end_date, city, timezone, regions, beneficiaries, instruments, w.languages, experts_needed, budget, currency
	FROM data.workshop w JOIN data.request r ON r.workshop = w.id WHERE r.id = 'R-J'$$, $$VALUES ('national', 'National workshop for Jordan',
	DATE '2031-02-12', 'Amman', 'Asia/Amman', '{MENA}'::text[], '{JO}'::text[], '{ECFOS}'::text[], '{en}'::text[], 2, 900::bigint, 'EUR')$$, 'as a coordinator would have made it');
SELECT is((SELECT block FROM data.mission m JOIN data.request r USING (workshop) WHERE r.id = 'R-F' AND m.expert = 'E-F1'),
	daterange('2031-02-01', '2031-02-10'), 'with its journeys');
SELECT is((SELECT array_agg(status ORDER BY id) FROM data.request WHERE id IN ('R-F', 'R-J')), '{in_plan,in_plan}', 'requests are in the plan');
SELECT is((SELECT committed FROM data.fund_year WHERE fund = 'F-E' AND year = 2031), 1600::bigint, 'money is committed');
SELECT is((SELECT state || number || release_comment FROM data.plan WHERE id = :'one'), 'released1because', 'number and comment');
SELECT is(pg_temp.call('plan_get', jsonb_build_object('id', :'one')) #>> '{changelog,0,sentence}',
	'The national workshop for Fiji (R-F) is new: 2031-02-03 to 2031-02-06 in Fiji, with Ana and Bo.', 'the changelog');
SELECT is(pg_temp.release(:'one'), '409 state', 'once');

-- The same again: nothing is touched.
SELECT pg_temp.rows() AS before \gset
SELECT pg_temp.solved(jsonb_build_array(pg_temp.f(), pg_temp.j())) AS same \gset
SELECT is(pg_temp.call('plan_diff', jsonb_build_object('id', :'same')) -> 'changes', '[]', 'no difference');
SELECT is(pg_temp.release(:'same'), '200', 'released');
SELECT is(pg_temp.rows(), :'before', 'and no row was written');
SELECT is((SELECT string_agg(state || number, ' ' ORDER BY number) FROM data.plan WHERE number IS NOT NULL), 'superseded1 released2', 'the second supersedes the first');

-- Who was accepted stays accepted; a planner's whims over roles and money are none.
UPDATE data.mission SET status = 'accepted', release = 'granted';
UPDATE data.funding SET status = 'confirmed', confirmed_on = '2026-02-01' WHERE fund = 'F-E';
SELECT pg_temp.rows() AS before \gset
SELECT pg_temp.solved(jsonb_build_array(pg_temp.item('R-F', 'FJ', '2031-02-03', '{"E-F2": "lead", "E-F1": "expert"}', '{"F-E": 792}'), pg_temp.j())) AS whim \gset
SELECT is(pg_temp.release(:'whim'), '200', 'roles and money shared out anew');
SELECT is(pg_temp.rows(), :'before', 'change nothing');
UPDATE data.fund_year SET budget = 600 WHERE fund = 'F-U' AND year = 2031;

-- A swap of two experts between workshops whose days meet, in one release: judged at the end.
SELECT pg_temp.solved(jsonb_build_array(pg_temp.f('{"E-F3": "lead", "E-K1": "expert"}'), pg_temp.j('{"E-F1": "lead", "E-F2": "expert"}'))) AS swap \gset
SELECT is(pg_temp.call('plan_diff', jsonb_build_object('id', :'swap')) #>> '{changes,0,sentence}', 'On the team of the national workshop for Fiji ('
	|| (SELECT workshop FROM data.request WHERE id = 'R-F') || '), Cy and Hal replace Ana and Bo, and Cy leads.', 'in words');
SELECT is(pg_temp.release(:'swap'), '200', 'two teams change places');
SELECT is(pg_temp.told('R-F'), 'planned FJ 2031-02-03 seq 0 E-F3:lead:invited E-K1:expert:invited F-E:700:confirmed F-U:100:pledged', 'one');
SELECT is(pg_temp.told('R-J'), 'planned JO 2031-02-09 seq 0 E-F1:lead:invited E-F2:expert:invited F-E:900:confirmed', 'the other');

-- Moved, in place: the same event, asked again; the other untouched.
SELECT uid AS uid FROM data.workshop w JOIN data.request r ON r.workshop = w.id WHERE r.id = 'R-F' \gset
UPDATE data.mission SET status = 'accepted', tickets_on = '2026-01-01';
SELECT pg_temp.solved(jsonb_build_array(pg_temp.f('{"E-F3": "lead", "E-K1": "expert"}', '2031-03-03'), pg_temp.j('{"E-F1": "lead", "E-F2": "expert"}'))) AS moved \gset
SELECT is((SELECT string_agg(c ->> 'code' || substr(c ->> 'sentence', position(' moves' IN c ->> 'sentence')), '; ')
	FROM jsonb_array_elements(pg_temp.call('plan_diff', jsonb_build_object('id', :'moved')) -> 'changes') c),
	'moved moves from 2031-02-03 to 2031-03-03, 28 days later.', 'in words');
SELECT is(pg_temp.release(:'moved'), '200', 'released');
SELECT matches(pg_temp.told('R-F'), '^planned FJ 2031-03-03 seq 1 E-F3:lead:invited E-K1:expert:invited ', 'moved');
SELECT is((SELECT w.uid FROM data.workshop w JOIN data.request r ON r.workshop = w.id WHERE r.id = 'R-F'), :'uid', 'the event it was');
SELECT is((SELECT array_agg(DISTINCT tickets_on) FROM data.mission m JOIN data.request r USING (workshop) WHERE r.id = 'R-F'), '{NULL}'::date[],
	'no tickets for the new days');
SELECT is((SELECT array_agg(DISTINCT m.status || m.tickets_on) FROM data.mission m JOIN data.request r USING (workshop) WHERE r.id = 'R-J'),
	'{accepted2026-01-01}', 'the other: as it was');

-- Some of the items; what falls out is postponed, and comes back as the event it was.
SELECT pg_temp.solved(jsonb_build_array(pg_temp.item('R-A', 'AU', '2031-07-07', '{"E-K1": "lead"}', '{"F-E": 500}'), pg_temp.j('{"E-F1": "lead", "E-F2": "expert"}'))) AS part \gset
SELECT is(pg_temp.release(:'part', '{R-A}'), '200', 'one item alone');
SELECT is(pg_temp.told('R-A'), 'planned AU 2031-07-07 seq 0 E-K1:lead:invited F-E:500:pledged', 'is there');
SELECT matches(pg_temp.told('R-F'), '^planned', 'and nothing fell out');
-- What was not released stands as it was; a document says nothing of that.
UPDATE data.mission SET status = 'declined' FROM data.request r WHERE r.id = 'R-J' AND mission.workshop = r.workshop AND expert = 'E-F2';
SELECT is((SELECT string_agg((i ->> 'request') || ' ' || (i ->> 'in_force'), ', ' ORDER BY i ->> 'request')
	FROM jsonb_array_elements(pg_temp.call('plan_get', jsonb_build_object('id', :'part')) -> 'items') i), 'R-A true, R-J false', 'what of it is in force');
SELECT is((SELECT string_agg((c ->> 'request') || ' ' || (c ->> 'code'), ', ' ORDER BY c ->> 'request')
	FROM jsonb_array_elements(pg_temp.call('plan_diff', jsonb_build_object('id', :'part')) -> 'changes') c), 'R-F dropped, R-J team', 'what releasing the rest would change');
SELECT is((SELECT string_agg((c ->> 'request') || ' ' || (c ->> 'code'), ', ' ORDER BY c ->> 'request')
	FROM jsonb_array_elements(pg_temp.call('plan_diff', jsonb_build_object('id', :'moved', 'against', :'part')) -> 'changes') c), 'R-A dropped, R-F new',
	'against another plan that is said: its document');
UPDATE data.mission SET status = 'invited' FROM data.request r WHERE r.id = 'R-J' AND mission.workshop = r.workshop AND expert = 'E-F2';
SELECT pg_temp.solved(jsonb_build_array(pg_temp.item('R-A', 'AU', '2031-07-07', '{"E-K1": "lead"}', '{"F-E": 500}'), pg_temp.j('{"E-F1": "lead", "E-F2": "expert"}'))) AS drop \gset
SELECT is(pg_temp.release(:'drop'), '200', 'all of it');
SELECT matches(pg_temp.told('R-F'), '^postponed FJ', 'what the plan drops is postponed');
SELECT is((SELECT status_reason || ': ' || status_note FROM data.workshop w JOIN data.request r ON r.workshop = w.id WHERE r.id = 'R-F'),
	'plan: ' || :'drop' || ': because', 'with a reason and a note');
SELECT pg_temp.solved(jsonb_build_array(pg_temp.f('{"E-F3": "lead", "E-F2": "expert"}', '2031-10-06'), pg_temp.j('{"E-F1": "lead", "E-F2": "expert"}'))) AS back \gset
SELECT is(pg_temp.release(:'back', '{R-F}'), '200', 'back again');
SELECT is((SELECT w.status || w.start_date || w.uid FROM data.workshop w JOIN data.request r ON r.workshop = w.id WHERE r.id = 'R-F'),
	'planned2031-10-06' || :'uid', 'the event it was');

-- What happened since the snapshot, each with its reason; nothing is stored.
CREATE FUNCTION pg_temp.refused(what text, change text, wanted text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	of_plan text := pg_temp.solved(jsonb_build_array(pg_temp.f('{"E-F3": "lead", "E-F2": "expert"}', '2031-11-03'),
		pg_temp.j('{"E-F1": "lead", "E-K1": "expert"}', '2031-11-16')));
	before text;
	got text;
BEGIN
	EXECUTE change;
	before := pg_temp.rows();
	got := pg_temp.release(of_plan);
	RETURN NEXT is(got || ' ' || (pg_temp.rows() = before), wanted || ' true', what);
EXCEPTION WHEN OTHERS THEN
	RETURN NEXT fail(what || ': ' || SQLERRM);
END $$;
-- A version of the settings that is in force at once.
CREATE FUNCTION pg_temp.settle(changes jsonb) RETURNS void LANGUAGE sql AS $$
	INSERT INTO data.planning_version (version, valid_from, comment) VALUES (3, '2020-01-01', 'for the tests');
	SELECT rule.copy_settings(2, 3, changes)
$$;
SAVEPOINT world;
SELECT pg_temp.refused('an expert left', $$UPDATE data.expert SET active = false WHERE id = 'E-K1'$$, '409 expert');
ROLLBACK TO world;
SELECT pg_temp.refused('an expert cannot travel', $$INSERT INTO data.unavailability (expert, first_day, last_day) VALUES ('E-F3', '2031-11-07', '2031-11-09')$$, '409 expert');
ROLLBACK TO world;
SELECT pg_temp.refused('an accreditation ended', $$UPDATE data.accreditation SET valid_until = '2031-11-04' WHERE expert = 'E-F3'$$, '409 expert');
ROLLBACK TO world;
SELECT pg_temp.refused('a holiday', $$INSERT INTO data.holiday VALUES ('FJ', '2031-11-04', '2031-11-04', 'New', 'public')$$, '409 calendar');
ROLLBACK TO world;
SELECT pg_temp.refused('a workshop was moved by hand', $$UPDATE data.workshop SET start_date = '2031-10-13', end_date = '2031-10-16' WHERE start_date = '2031-10-06'$$, '409 workshop');
ROLLBACK TO world;
SELECT pg_temp.refused('a notification ended', $$DELETE FROM data.waiver; UPDATE data.notification SET ended_on = '2026-01-05' WHERE member = 'FJ'$$, '409 eligible');
ROLLBACK TO world;
-- Rules that no constraint guards.
SELECT pg_temp.refused('a closure of the secretariat', $$SELECT pg_temp.settle('{"closures": [{"first_day": "2031-11-06", "last_day": "2031-11-07", "note": "n"}]}')$$,
	'409 calendar');
ROLLBACK TO world;
SELECT pg_temp.refused('as many at once as may be', $$SELECT pg_temp.settle('{"values": [{"key": "parallel_max", "value": 0}]}')$$, '409 parallel');
ROLLBACK TO world;
SELECT pg_temp.refused('a national workshop too near', $$SELECT pg_temp.workshop('2031-09-15')$$, '409 member');
ROLLBACK TO world;
SELECT pg_temp.refused('missions of a year', $$UPDATE data.expert SET max_missions_year = 0 WHERE id = 'E-K1'$$, '409 quota');
ROLLBACK TO world;
SELECT pg_temp.refused('days of a year', $$UPDATE data.expert SET max_days_year = 5 WHERE id = 'E-K1'$$, '409 quota');
ROLLBACK TO world;
-- Two plans of neighbouring quarters, both solved before either is released.
UPDATE data.request SET status = 'accepted' WHERE id = 'R-N';
INSERT INTO data.request (id, member, kind, received_on, status, languages) VALUES ('R-S', 'SE', 'national', '2026-01-14', 'accepted', '{en}');
INSERT INTO data.request_instrument VALUES ('R-S', 'RKC');
INSERT INTO data.notification (member, notified_on, checked_by, checked_on) VALUES ('SE', '2025-01-01', 'Desk', '2025-01-02');
INSERT INTO data.evaluation (member, edition, evaluated_on, completed_on) VALUES ('SE', 2022, '2025-04-01', '2025-05-01');
SELECT pg_temp.solved(jsonb_build_array(pg_temp.item('R-N', 'SE', '2031-12-01', '{"E-K1": "lead"}', '{"F-E": 10}')), '{"first": "2031-10-01"}') AS later,
	pg_temp.solved(jsonb_build_array(pg_temp.item('R-S', 'SE', '2031-08-11', '{"E-K1": "lead"}', '{"F-E": 10}')), '{"last": "2031-09-30"}') AS sooner \gset
SELECT is(pg_temp.release(:'later', '{R-N}'), '200', 'the later quarter');
SELECT throws_matching(format($$SELECT api.plan_release('{"id": "%s"}', '{"comment": "because", "items": ["R-S"]}')$$, :'sooner'),
	'Only 112 days lie between the national workshop for Sweden \(R-S\) on 2031-08-11 and the national workshop for Sweden \(W-[0-9]+\) '
	'on 2031-12-01, and national workshops of a Member keep 180 \(national_gap_days\); leave R-S out', 'the sooner one names workshop, rule, way out');
SELECT pg_temp.settle('{"values": [{"key": "national_gap_days", "value": 30}]}');
SELECT throws_matching(format($$SELECT api.plan_release('{"id": "%s"}', '{"comment": "because", "items": ["R-S"]}')$$, :'sooner'),
	'Sweden would have the national workshop for Sweden \(R-S\) and the national workshop for Sweden \(W-[0-9]+\) on 2031-12-01 in 2031, '
	'and may have 1 national a year \(national_per_year\); leave R-S out', 'nor too many');
SELECT is(pg_temp.release(:'sooner', '{R-S}'), '409 member', 'with its reason');
SELECT is((SELECT (q ->> 'latest') FROM data.plan p, jsonb_array_elements(rule.instance('x', rule.take_snapshot(2, '2031-07-01', '2031-09-30',
	rule.today(), '{}'))::jsonb -> 'requests') q WHERE p.id = :'later' AND q ->> 'id' = 'R-S'), '2031-01-03', 'which a plan made now knows');
ROLLBACK TO world;
-- A workshop by hand, made after the snapshot, on the days of one of the plan's experts: the constraint decides.
SELECT pg_temp.refused('an expert is on a workshop made meanwhile', $$SELECT pg_temp.join(pg_temp.workshop('2031-11-17',
	'{"kind": "regional", "regions": ["AP"]}'), 'E-K1')$$,
	'23P01 mission_no_double_booking');
SELECT is(obj_description((SELECT oid FROM pg_constraint WHERE conname = 'mission_no_double_booking'), 'pg_constraint') LIKE 'This expert is on another workshop%',
	true, 'with its sentence');
ROLLBACK TO world;
-- The money is gone.
SELECT pg_temp.solved(jsonb_build_array(pg_temp.item('R-A', 'AU', '2031-08-04', '{"E-K1": "lead"}', '{"F-E": 4000000}'))) AS dear \gset
UPDATE data.fund_year SET budget = committed WHERE fund = 'F-E';
SELECT pg_temp.rows() AS before \gset
SELECT is(pg_temp.release(:'dear', '{R-A}'), '409 fund', 'a fund does not bear it any more');
SELECT throws_matching(format($$SELECT api.plan_release('{"id": "%s"}', '{"comment": "because", "items": ["R-A"]}')$$, :'dear'),
	'Euros \(F-E\) lacks EUR 39,995\.00 in 2031 for the national workshop for Australia \(W-[0-9]+\); raise its budget of that year, '
	'or leave it out', 'which, of what year, how much, for what');
SELECT is(pg_temp.rows(), :'before', 'and nothing was stored');
UPDATE data.fund_year SET budget = 5000000 WHERE fund = 'F-E';
SELECT is(pg_temp.release(:'dear', '{R-A}'), '200', 'until it does again');

SELECT * FROM finish();
ROLLBACK;
