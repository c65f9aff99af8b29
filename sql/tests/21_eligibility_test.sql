-- SPDX-License-Identifier: Apache-2.0
-- Eligibility on many days, as recorded by many instants. Records are laid down with the times they would
-- have been recorded at, for which the tests put the revision triggers out of the way.
BEGIN;
SELECT no_plan();
SET LOCAL session_replication_role = replica;
INSERT INTO data.timezone VALUES ('UTC') ON CONFLICT DO NOTHING;
INSERT INTO data.edition VALUES (2022);
INSERT INTO data.account (id, role, name) VALUES ('A-ANA', 'coordinator', 'Ana');
INSERT INTO data.member (code, name, region, languages, timezone, status, member_since, recorded_at) VALUES
	('FJ', 'Fiji', 'AP', '{en}', 'UTC', 'member', '1997-07-01', '2020-01-01'), ('CU', 'Cuba', 'AMS', '{es}', 'UTC', 'member', NULL, '2020-01-01'),
	('XK', 'Kosovo', 'EUR', '{en}', 'UTC', 'disputed_member', '2017-01-25', '2020-01-01');
INSERT INTO data.notification (id, member, notified_on, ended_on, reference, checked_by, recorded_at) VALUES
	('N-1', 'FJ', '2021-03-01', '2024-01-01', 'L 17', 'Ana', '2024-01-02Z');
INSERT INTO data.past VALUES ('notification', 'N-1', '[2021-03-05Z,2024-01-02Z)',
	'{"id": "N-1", "member": "FJ", "notified_on": "2021-03-01", "ended_on": null, "reference": "L 17", "checked_by": "Ana"}');
INSERT INTO data.evaluation (id, member, edition, evaluated_on, completed_on, completed_by, recorded_at) VALUES
	('K-1', 'FJ', 2022, '2022-09-01', '2022-09-20', 'A-ANA', '2022-09-21Z'), ('K-2', 'FJ', 2022, '2023-09-01', '2023-09-20', 'A-ANA', '2023-09-21Z'),
	('K-3', 'CU', 2022, '2023-01-01', NULL, NULL, '2023-01-01Z');
INSERT INTO data.request (id, member, kind, received_on, reference, status, accepted_by, closed_reason, closed_on, workshop, recorded_at) VALUES
	('R-1', 'FJ', 'national', '2023-01-10', 'DG 4', 'closed', 'A-ANA', 'delivered', '2023-11-30', 'W-1', '2023-12-01Z');
INSERT INTO data.past VALUES ('request', 'R-1', '[2023-01-12Z,2023-12-01Z)', '{"id": "R-1", "member": "FJ", "kind": "national",
	"received_on": "2023-01-10", "reference": "DG 4", "status": "accepted", "accepted_by": "A-ANA"}');
INSERT INTO data.waiver (id, criterion, member, kind, reason, granted_by, granted_on, valid_until, recorded_at) VALUES
	('V-1', 'request', 'FJ', 'national', 'a colloquium', 'A-ANA', '2022-10-01', '2022-12-31', '2022-10-01Z'),
	('V-2', 'opening', 'CU', 'accreditation', 'a pilot', 'A-ANA', '2020-01-15', '2020-06-30', '2020-01-15Z');
SET LOCAL session_replication_role = origin;

CREATE FUNCTION pg_temp.verdict(code text, kind text, on_day date, as_of timestamptz DEFAULT 'infinity') RETURNS text LANGUAGE sql AS $$
	SELECT COALESCE(string_agg(e.criterion, ' ' ORDER BY e.nth) FILTER (WHERE e.required AND NOT e.met), 'eligible')
	FROM rule.eligibility(on_day, as_of) e WHERE e.member = code AND e.kind = verdict.kind
$$;
SELECT is(pg_temp.verdict(v.code, v.kind, v.on_day::date, COALESCE(v.as_of::timestamptz, 'infinity')), v.missing,
	concat_ws(' ', v.code, v.kind, 'on', v.on_day, 'as of ' || v.as_of))
FROM (VALUES
	-- kinds open by quarter
	('CU', 'accreditation', '2020-06-30', NULL, 'eligible'), ('FJ', 'accreditation', '2020-06-30', NULL, 'opening'),
	('FJ', 'accreditation', '2020-07-01', NULL, 'eligible'), ('CU', 'accreditation', '2020-01-14', NULL, 'opening'),
	('FJ', 'regional', '2020-09-30', NULL, 'opening notification'), ('FJ', 'regional', '2020-10-01', NULL, 'notification'),
	('FJ', 'national', '2022-06-30', NULL, 'opening kpi_evaluation request'), ('FJ', 'national', '2022-07-01', NULL, 'kpi_evaluation request'),
	-- a regional host needs the notification, from its day to the day before it ended
	('FJ', 'regional', '2021-02-28', NULL, 'notification'), ('FJ', 'regional', '2021-03-01', NULL, 'eligible'),
	('FJ', 'regional', '2023-12-31', NULL, 'eligible'), ('FJ', 'regional', '2024-01-01', NULL, 'notification'),
	-- a national workshop needs all three; the request can be waived for a time
	('FJ', 'national', '2022-09-19', NULL, 'kpi_evaluation request'), ('FJ', 'national', '2022-09-20', NULL, 'request'),
	('FJ', 'national', '2022-09-30', NULL, 'request'), ('FJ', 'national', '2022-10-01', NULL, 'eligible'),
	('FJ', 'national', '2022-12-31', NULL, 'eligible'), ('FJ', 'national', '2023-01-01', NULL, 'request'),
	('FJ', 'national', '2023-01-10', NULL, 'eligible'), ('FJ', 'national', '2023-11-29', NULL, 'eligible'),
	('FJ', 'national', '2023-11-30', NULL, 'request'), ('FJ', 'national', '2030-01-01', NULL, 'notification request'),
	('CU', 'national', '2024-01-01', NULL, 'notification kpi_evaluation request'),
	-- the same days, as they were recorded earlier
	('FJ', 'regional', '2021-03-01', '2021-03-04Z', 'notification'), ('FJ', 'regional', '2021-03-01', '2021-03-05Z', 'eligible'),
	('FJ', 'regional', '2024-06-01', '2024-01-01Z', 'eligible'), ('FJ', 'regional', '2024-06-01', '2024-01-02Z', 'notification'),
	('FJ', 'national', '2023-12-15', '2023-11-30Z', 'eligible'), ('FJ', 'national', '2023-12-15', '2023-12-01Z', 'request'),
	('FJ', 'national', '2023-01-10', '2023-01-11Z', 'request'), ('FJ', 'national', '2022-10-01', '2022-09-30Z', 'request'),
	('FJ', 'accreditation', '2025-01-01', '2019-12-31Z', 'membership')
) AS v (code, kind, on_day, as_of, missing);

-- A disputed Member is allowed, or blocked, by its record.
SELECT is(pg_temp.verdict('XK', 'accreditation', '2025-01-01'), 'eligible', 'disputed is not blocked');
UPDATE data.member SET blocked = true WHERE code = 'XK';
SELECT is(pg_temp.verdict('XK', 'accreditation', '2025-01-01'), 'membership', 'blocked by its record');
SELECT is(pg_temp.verdict('XK', 'accreditation', '2025-01-01', '2021-01-01'), 'eligible', 'as of before: not');
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE pronamespace::regnamespace::text IN ('data', 'rule', 'api')
	AND prosrc ~ '\m(XK|IL|PS|IR|SD)\M'$$, 'no function names a Member');

-- Criteria and openings are rows.
INSERT INTO data.kind_criterion (kind, criterion) VALUES ('regional', 'kpi_evaluation');
SELECT is(pg_temp.verdict('CU', 'regional', '2025-01-01'), 'notification kpi_evaluation', 'a kind asks for more');
SELECT is(pg_temp.verdict('CU', 'regional', '2025-01-01', '2025-01-01'), 'notification', 'but did not');
DELETE FROM data.kind_criterion WHERE kind = 'regional' AND criterion <> 'opening';
SELECT is(pg_temp.verdict('CU', 'regional', '2025-01-01'), 'eligible', 'or for less');
SELECT is(pg_temp.verdict('CU', 'regional', '2025-01-01', '2025-01-01'), 'notification', 'and did ask');
UPDATE data.kind SET opens_on = '2026-01-01' WHERE code = 'accreditation';
SELECT is(pg_temp.verdict('CU', 'accreditation', '2025-12-31'), 'opening', 'a kind opens later');
SELECT is(pg_temp.verdict('CU', 'accreditation', '2025-12-31', '2025-01-01'), 'eligible', 'than it did');
SELECT is((SELECT count(*) FROM rule.eligibility('2025-01-01', 'infinity')),
	(SELECT 3 * 5 * count(*) FROM data.member), 'one line per Member, planned kind and criterion');
SELECT is((SELECT count(*) FROM rule.eligibility('2025-01-01', 'infinity') WHERE kind = 'global'), 0::bigint, 'global events are not judged');

-- The lines: since when, on what evidence, checked by whom; or who must act.
SELECT results_eq($$SELECT since, evidence, checked_by, next_actor, sentence FROM rule.eligibility('2023-10-01', 'infinity')
	WHERE member = 'FJ' AND kind = 'national' AND criterion IN ('notification', 'kpi_evaluation', 'request') ORDER BY nth$$,
	$$VALUES ('2021-03-01'::date, 'N-1, L 17', 'Ana', NULL, 'Met since 2021-03-01: N-1, L 17, checked by Ana.'),
	         ('2022-09-20', 'K-2, edition 2022', 'Ana', NULL, 'Met since 2022-09-20: K-2, edition 2022, checked by Ana.'),
	         ('2023-01-10', 'R-1, DG 4', 'Ana', NULL, 'Met since 2023-01-10: R-1, DG 4, checked by Ana.')$$, 'met');
SELECT results_eq($$SELECT criterion, required, next_actor FROM rule.eligibility('2022-01-01', 'infinity')
	WHERE member = 'CU' AND kind = 'national' AND NOT met ORDER BY nth$$,
	$$VALUES ('opening', true, 'nobody'), ('notification', true, 'member'), ('kpi_evaluation', true, 'member'), ('request', true, 'member')$$,
	'missing, and who must act next');
SELECT results_eq($$SELECT met, waiver, sentence FROM rule.eligibility('2022-10-01', 'infinity')
	WHERE member = 'FJ' AND kind = 'national' AND criterion = 'request'$$,
	$$VALUES (true, 'V-1', 'Set aside until 2022-12-31 by V-1: a colloquium')$$, 'waived');

-- As the api answers it: staff sees who and what, others the verdict.
CREATE FUNCTION pg_temp.line(args jsonb, path text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ret text;
BEGIN
	PERFORM set_config('role', 'atelierd', true);
	SELECT a.body #>> string_to_array(path, ',') INTO ret FROM api.member_eligibility(args, NULL) a;
	PERFORM set_config('role', 'none', true);
	RETURN ret;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
\set fj '{"code": "FJ", "kind": "national", "on": "2023-10-01"}'
SELECT is(pg_temp.line(:'fj', 'verdicts'), '[]', 'nobody who did not enter');
INSERT INTO data.donor (code, name, funder) VALUES ('GIVER', 'A giver', 'A funder');
SELECT api.enter(rule.create_token('donor', 'd', NULL, 'GIVER'), 'SIGNED', 'r', NULL, NULL);
SELECT is(pg_temp.line(:'fj', 'verdicts,0,eligible'), 'true', 'a donor: the verdict');
SELECT is(pg_temp.line(:'fj', 'verdicts,0,criteria,2,since'), '2021-03-01', 'since when');
SELECT is(pg_temp.line(:'fj', 'verdicts,0,criteria,2,evidence'), NULL, 'not on what');
SELECT is(pg_temp.line(:'fj', 'verdicts,0,criteria,2,checked_by'), NULL, 'nor by whom');
SELECT is(pg_temp.line(:'fj', 'verdicts,0,criteria,2,sentence'), 'Met since 2021-03-01.', 'nor in words');
SELECT is(pg_temp.line('{"code": "FJ", "kind": "national", "on": "2022-10-01"}', 'verdicts,0,criteria,4,sentence'), 'Set aside by a waiver.', 'nor why it is waived');
SELECT api.enter(rule.create_token('coordinator', 'c'), 'SIGNED', 'r', NULL, NULL);
SELECT is(pg_temp.line(:'fj', 'verdicts,0,criteria,2,evidence'), 'N-1, L 17', 'staff: the evidence');
SELECT is(pg_temp.line('{"code": "FJ", "kind": "national", "on": "2022-10-01"}', 'verdicts,0,criteria,4,met'), 'false', 'waived is not met');
SELECT is(pg_temp.line('{"code": "FJ", "kind": "national", "on": "2022-10-01"}', 'verdicts,0,eligible'), 'true', 'and eligible');
SELECT is(pg_temp.line('{"code": "FJ"}', 'verdicts,2,kind') || pg_temp.line('{"code": "FJ"}', 'on'), 'accreditation' || rule.iso(rule.today()), 'all kinds, today');
SELECT is(pg_temp.line('{"code": "FJ", "as_of": "2999-01-01"}', 'on'), 'AT400', 'as_of in the future');
SELECT is(pg_temp.line('{"code": "ZZ"}', 'on'), 'AT404', 'no such Member');
SELECT is(rule.as_of('{"as_of": "2024-02-29"}'), '2024-02-29 23:59:59.999999+00', 'a day means its end');
SELECT is(rule.as_of('{"as_of": "2024-02-29T12:00:00+02:00"}'), '2024-02-29 10:00:00+00', 'an instant itself');
SELECT * FROM finish();
ROLLBACK;
