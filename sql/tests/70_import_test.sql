-- SPDX-License-Identifier: Apache-2.0
-- Each table takes its real file, once and again; each kind of fault is told by line and column; a file with
-- one bad row imports nothing.
\set members `python3 "${ATELIER_TOP:-.}/tests/sql/rows.py" "${ATELIER_TOP:-.}/sql/seed/members.csv"`
\set weekends `python3 "${ATELIER_TOP:-.}/tests/sql/rows.py" "${ATELIER_TOP:-.}/sql/seed/weekends.csv"`
\set holidays `python3 "${ATELIER_TOP:-.}/tests/sql/rows.py" "${ATELIER_TOP:-.}/sql/seed/holidays.csv"`
\set standards `python3 "${ATELIER_TOP:-.}/tests/sql/rows.py" "${ATELIER_TOP:-.}/sql/seed/standards.csv"`
\set instruments `python3 "${ATELIER_TOP:-.}/tests/sql/rows.py" "${ATELIER_TOP:-.}/sql/seed/instruments.csv"`
\set kpis `python3 "${ATELIER_TOP:-.}/tests/sql/rows.py" "${ATELIER_TOP:-.}/sql/seed/kpis.csv"`
\set donors `python3 "${ATELIER_TOP:-.}/tests/sql/rows.py" "${ATELIER_TOP:-.}/sql/seed/donors.csv"`
\set historic_workshops `python3 "${ATELIER_TOP:-.}/tests/sql/rows.py" "${ATELIER_TOP:-.}/sql/seed/historic_workshops.csv"`
BEGIN;
SELECT no_plan();
SELECT api.enter(rule.create_token('coordinator', 'tests'), 'STAFF', 'test', NULL, NULL);

-- 'inserted updated unchanged', or each fault as 'line:column code', or the status of another refusal.
CREATE FUNCTION pg_temp.import(tab text, body jsonb, dry text DEFAULT '0') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	report json;
	detail text;
BEGIN
	SELECT a.body INTO report FROM api.import(jsonb_build_object('table', tab, 'dry_run', dry), body) a;
	ASSERT (report ->> 'dry_run')::boolean = (dry = '1') AND report ->> 'table' = tab;
	RETURN concat_ws(' ', report ->> 'inserted', report ->> 'updated', report ->> 'unchanged');
EXCEPTION WHEN SQLSTATE 'AT400' THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN (SELECT string_agg(format('%s:%s %s', f ->> 'line', f ->> 'column', f ->> 'code'), ', ' ORDER BY i)
	        FROM jsonb_array_elements(detail::jsonb -> 'reasons') WITH ORDINALITY AS reasons (f, i));
END $$;
CREATE FUNCTION pg_temp.sentence(tab text, body jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM api.import(jsonb_build_object('table', tab), body);
	RETURN 'imported';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TEMP TABLE seed (tab text, body jsonb);
INSERT INTO seed VALUES ('members', :'members'), ('weekends', :'weekends'), ('holidays', :'holidays'),
	('standards', :'standards'), ('instruments', :'instruments'), ('kpis', :'kpis'), ('donors', :'donors'),
	('historic_workshops', :'historic_workshops');
-- A file of one row a change: the cells it names, the others from line 2 of the real file.
CREATE FUNCTION pg_temp.file(tab text, VARIADIC changes jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('header', s.body -> 'header', 'rows', jsonb_agg(
		jsonb_build_array(i + 1) || (
			SELECT jsonb_agg(COALESCE(c -> h.name, s.body -> 'rows' -> 0 -> h.n::int) ORDER BY h.n)
			FROM jsonb_array_elements_text(s.body -> 'header') WITH ORDINALITY AS h (name, n)) ORDER BY i))
	FROM seed s, unnest(changes) WITH ORDINALITY AS change (c, i) WHERE s.tab = file.tab GROUP BY s.body
$$;

-- The real files, in their order. A dry run counts and changes nothing.
SELECT is(pg_temp.import('members', :'members', '1'), '188 0 0', 'members: dry run');
SELECT is((SELECT count(*) FROM data.member), 0::bigint, 'a dry run leaves nothing');
SELECT is(pg_temp.import('members', :'members'), '188 0 0', 'members');
SELECT is(pg_temp.import('members', :'members'), '0 0 188', 'members again');
SELECT is(pg_temp.import('weekends', :'weekends'), '0 18 170', 'weekends');
SELECT is(pg_temp.import('weekends', :'weekends'), '0 0 188', 'weekends again');
SELECT is(pg_temp.import('holidays', :'holidays'), '12479 0 0', 'holidays');
SELECT is(pg_temp.import('holidays', :'holidays'), '0 0 12479', 'holidays again');
SELECT is(pg_temp.import('standards', :'standards'), '31 0 0', 'standards');
SELECT is(pg_temp.import('standards', :'standards'), '0 0 31', 'standards again');
SELECT is(pg_temp.import('instruments', :'instruments'), '9 0 0', 'instruments');
SELECT is(pg_temp.import('instruments', :'instruments'), '0 0 9', 'instruments again');
SELECT is(pg_temp.import('kpis', :'kpis'), '33 0 0', 'kpis');
SELECT is(pg_temp.import('kpis', :'kpis'), '0 0 33', 'kpis again');
SELECT is(pg_temp.import('donors', :'donors'), '20 0 0', 'donors');
SELECT is(pg_temp.import('donors', :'donors'), '0 0 20', 'donors again');
SELECT is(pg_temp.import('historic_workshops', :'historic_workshops', '1'), '60 0 0', 'historic workshops: dry run');
SELECT is(pg_temp.import('historic_workshops', :'historic_workshops'), '60 0 0', 'historic workshops');
SELECT is(pg_temp.import('historic_workshops', :'historic_workshops'), '0 0 60', 'historic workshops again');

-- What came in is what the files say.
SELECT results_eq($$SELECT name, region, languages, weekend FROM data.member WHERE code = 'IR'$$,
	$$VALUES ('Iran', 'AP', '{en}'::text[], '{fri}'::text[])$$, 'a Member and its weekend');
SELECT is((SELECT count(*) FROM data.holiday WHERE last_day > first_day) > 0, true, 'holidays of several days');
SELECT is((SELECT parent FROM data.instrument WHERE code = 'ECFOS'), 'ECP', 'an instrument in its package');
SELECT results_eq($$SELECT edition, count(*) FROM data.kpi_standard GROUP BY 1 ORDER BY 1$$,
	$$VALUES (2018, 31::bigint), (2022, 33::bigint)$$, 'KPIs measure standards of two editions');
SELECT results_eq($$SELECT active_from, active_to FROM data.donor WHERE code = 'UK-ATF'$$,
	$$VALUES ('2015', '2026-03')$$, 'bounds as precise as they are known');
SELECT is((SELECT count(*) FROM data.donor_beneficiary WHERE donor = 'SECO-GTFP'), 15::bigint, 'beneficiaries');
SELECT results_eq($$SELECT region FROM data.donor_region WHERE donor = 'CCF-JP' ORDER BY 1$$,
	$$VALUES ('ALL'), ('AP')$$, 'regions of a donor');

-- Facts to hold, not errors.
SELECT is((SELECT count(*) FROM data.workshop WHERE historic AND status = 'delivered'), 60::bigint, 'all delivered');
SELECT is((SELECT count(*) FROM data.workshop WHERE kind = 'global'), 7::bigint, 'global events');
SELECT is((SELECT count(*) FROM data.workshop WHERE regions = '{ALL}'), 15::bigint, 'every region');
SELECT is((SELECT regions FROM data.workshop WHERE id = 'HW-2019-01'), '{WCA,ESA}', 'two regions, in the order told');
SELECT is((SELECT count(*) FROM data.workshop WHERE mode IS NULL), 2::bigint, 'modes not stated');
SELECT results_eq($$SELECT start_date, end_date FROM data.workshop WHERE id = 'HW-2019-06'$$,
	$$VALUES (DATE '2019-07-08', NULL::date)$$, 'an end not stated');
SELECT results_eq($$SELECT participants, participants_basis, donors FROM data.workshop WHERE id = 'HW-2018-05'$$,
	$$VALUES (50, 'at_least', '{ROCB-IK,HOST}'::text[])$$, 'a soft count and two donors in kind');
SELECT is((SELECT count(*) FROM data.workshop_donor WHERE workshop = 'HW-2019-05'), 3::bigint, 'three donors');

-- A changed row is updated, and only it.
SELECT is(pg_temp.import('members', pg_temp.file('members', '{}', '{"iso_alpha2": "AE", "name": "Emirates"}')),
	'0 1 1', 'one of two Members changed');
SELECT is((SELECT revision FROM data.member WHERE code = 'AD'), 1, 'the other one is as it was');
SELECT is(pg_temp.import('holidays', pg_temp.file('holidays', '{"type": "bank"}', '{"name": "Another"}')),
	'1 1 0', 'a holiday changed, one new');
SELECT is(pg_temp.import('donors', pg_temp.file('donors', '{"regions": "AP"}')), '0 1 0', 'a donor''s scope changed');
SELECT is((SELECT revision FROM data.donor WHERE code = 'CCF-JP'), 2, 'and its revision rose');
SELECT is(pg_temp.import('kpis', pg_temp.file('kpis', '{"standard_number_2018": ""}')), '0 1 0',
	'a KPI left an edition');
SELECT is((SELECT count(*) FROM data.kpi_standard WHERE kpi = 'K01-Q1'), 1::bigint, 'and measures in the other one');
SELECT is(pg_temp.import('historic_workshops', pg_temp.file('historic_workshops', '{"city": "Bruxelles"}')), '0 1 0',
	'a record corrected');

-- Faults of cells and rows, and what is just not one.
SELECT is(pg_temp.import(v.tab, pg_temp.file(v.tab, v.change)), v.outcome, v.tab || ': ' || v.what)
FROM (VALUES
	('members', '{"iso_alpha2": "ad"}'::jsonb, '2:1 form', 'code'),
	('members', '{"iso_alpha3": "A"}', '2:2 form', 'alpha-3'),
	('members', '{"name": ""}', '2:3 missing', 'empty name'),
	('members', jsonb_build_object('name', repeat('é', 201)), '2:3 too_long', 'long name'),
	('members', jsonb_build_object('name', repeat('é', 200)), '0 1 0', 'a name as long as may be'),
	('members', '{"wco_region": "ALL"}', '2:4 unknown', 'no Member is in ALL'),
	('members', '{"working_languages": "es;FR"}', '2:5 form', 'language'),
	('members', '{"working_languages": "es;es"}', '2:5 repeated', 'language twice'),
	('members', '{"timezone": "Europe/Andora"}', '2:6 unknown', 'time zone'),
	('members', '{"latitude": "95.0"}', '2:8 range', 'latitude'),
	('members', '{"latitude": "north"}', '2:8 form', 'latitude in words'),
	('members', '{"latitude": ""}', '2:8 half_a_place', 'half a place'),
	('members', '{"status": "observer"}', '2:10 unknown', 'status'),
	('members', '{"member_since": "2023-02-29"}', '2:11 form', 'no such day'),
	('members', '{"member_since": "2024-02-29"}', '0 1 0', 'a leap day'),
	('weekends', '{"member": "ZZ"}', '2:1 unknown', 'no Member'),
	('weekends', '{"weekend": "sat;son"}', '2:2 unknown', 'no day'),
	('weekends', '{"weekend": "mon;tue;wed;thu;fri;sat;sun"}', '2:2 no_day_left', 'no day left'),
	('holidays', '{"first_day": "2025-02-30"}', '2:2 form', 'no such day'),
	('holidays', '{"last_day": "2024-12-31"}', '2:3 upside_down', 'upside down'),
	('holidays', '{"type": "publik"}', '2:5 unknown', 'type'),
	('standards', '{"edition": "1999"}', '2:2 range', 'edition'),
	('standards', '{"number": "77"}', '2:1 repeated', 'code at another number'),
	('instruments', '{"parent_code": "NONE"}', '2:3 unknown', 'parent'),
	('instruments', '{"parent_code": "RKC"}', '2:3 own_parent', 'own parent'),
	('kpis', '{"standard_number": "5"}', '2:2 unknown', 'number of another standard'),
	('kpis', '{"answer_type": "stars"}', '2:7 unknown', 'answer type'),
	('donors', '{"active_from": "2026-03", "active_to": "2025"}', '2:11 upside_down', 'active upside down'),
	('donors', '{"active_from": "2026-03", "active_to": "2026"}', '0 1 0', 'a year ends after its months begin'),
	('donors', '{"active_to": "2026-13"}', '2:11 form', 'no such month'),
	('donors', '{"beneficiaries": "FJ;ZZ"}', '2:9 unknown', 'beneficiary'),
	('donors', '{"regions": "AP;"}', '2:7 unknown', 'empty word'),
	('donors', '{"topics": "post;;TFA"}', '2:8 empty_word', 'empty topic'),
	('historic_workshops', '{"id": "W-0001"}', '2:1 form', 'id'),
	('historic_workshops', '{"kind": "local"}', '2:2 unknown', 'kind'),
	('historic_workshops', '{"end_date": "2011-02-13"}', '2:6 upside_down', 'dates'),
	('historic_workshops', '{"start_date": "2999-01-01", "end_date": ""}', '2:5 not_held_yet', 'future'),
	('historic_workshops', '{"participants": ""}', '2:12 basis_of_nothing', 'basis'),
	('historic_workshops', '{"participants": "about 30"}', '2:11 form', 'number'),
	('historic_workshops', '{"donors": "HOST;NOBODY"}', '2:14 unknown', 'donor'),
	('historic_workshops', '{"source_url": "javascript:x"}', '2:15 form', 'address')
) AS v (tab, change, outcome, what);
SELECT is(pg_temp.import('instruments', pg_temp.file('instruments', '{"code": "AAA", "parent_code": "BBB"}', '{"code": "BBB"}')),
	'2 0 0', 'a parent further down the file');

-- Every fault is told, in the order of the file; nothing of it comes in.
SELECT is(pg_temp.import('holidays', pg_temp.file('holidays', '{"name": "New"}', '{"member": "ZZ", "type": ""}',
	'{"name": "New"}', '{"first_day": "soon", "last_day": "2025-99-99"}')),
	'3:1 unknown, 3:5 missing, 4:1 repeated, 5:2 form, 5:3 form', 'all faults of a file');
SELECT is((SELECT count(*) FROM data.holiday WHERE name = 'New'), 0::bigint, 'its good row is not in');
SELECT is(pg_temp.sentence('holidays', pg_temp.file('holidays', '{"member": "ZZ", "type": "publik"}')),
	'AT400 Line 2, member: There is no Member "ZZ" here. There are 2 faults in all; nothing was imported.', 'the sentence');
SELECT is(pg_temp.sentence('holidays', pg_temp.file('holidays', '{"type": "publik"}')),
	'AT400 Line 2, type: "publik" is not known; it is one of public, bank. Nothing was imported.', 'with the fix');
SELECT is(pg_temp.import('weekends', '{"header": ["weekend", "member"], "rows": [[2, "fri", "AD"]]}'), '0 1 0',
	'columns in any order');
SELECT is(pg_temp.import('weekends', '{"header": ["member", "weekends"], "rows": [[2, "AD", "fri"]]}'),
	'1:0 column_missing, 1:2 column_unknown', 'another header');
SELECT is(pg_temp.import('weekends', '{"header": ["line", "member", "weekend"], "rows": [[2, "x", "AD", "fri"]]}'),
	'1:1 column_unknown', 'a column called line');
SELECT is(pg_temp.import('weekends', '{"header": ["member", "weekend"], "rows": []}'), '0 0 0', 'no rows');
SELECT is((SELECT count(*) FROM regexp_matches(pg_temp.import('weekends', jsonb_build_object('header',
	'["member", "weekend"]'::jsonb, 'rows', (SELECT jsonb_agg(jsonb_build_array(i + 1, 'ZZ', 'son'))
	FROM generate_series(1, 1500) i))), ':', 'g')), 1001::bigint, 'a thousand faults and how many more');
SELECT matches(pg_temp.sentence('experts', '{"header": [], "rows": []}'), '^AT404 There is no table experts', 'no such table');

-- Who is nobody writes nothing, whatever the door said.
SELECT set_config('atelier.identity', '', true);
SELECT matches(pg_temp.sentence('members', pg_temp.file('members', '{"name": "Changed"}')), '^42501', 'no identity');

SELECT * FROM finish();
ROLLBACK;
