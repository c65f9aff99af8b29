-- SPDX-License-Identifier: Apache-2.0
-- With 20,000 workshops, lists and filters find their rows by indexes.
BEGIN;
SELECT no_plan();
\ir workshops.psql
-- Rows alone, without their triggers: 20,000 of them are to be there, not to be made.
SET LOCAL session_replication_role = replica;
INSERT INTO data.workshop (id, kind, title, status, announced_at, start_date, end_date, mode, host, regions, instruments)
SELECT 'G-' || n, 'national', 'Workshop ' || n, (ARRAY['planned', 'announced'])[1 + n % 2], CASE WHEN n % 2 = 1 THEN now() END,
	date '2020-01-01' + n % 5000, date '2020-01-03' + n % 5000, 'in_person',
	(ARRAY['FJ', 'KE', 'PT', 'AU', 'SE', 'JO'])[1 + n % 6], '{AP}', '{ECFOS}' FROM generate_series(1, 20000) n;
INSERT INTO data.workshop_region SELECT id, CASE WHEN id LIKE '%00' THEN 'WCA' ELSE 'AP' END FROM data.workshop;
INSERT INTO data.workshop_instrument SELECT id, CASE WHEN id LIKE '%00' THEN 'RKC' ELSE 'ECFOS' END FROM data.workshop;
INSERT INTO data.workshop_donor SELECT id, 'D-ONE' FROM data.workshop WHERE id LIKE '%00';
INSERT INTO data.workshop_beneficiary SELECT id, 'JO' FROM data.workshop WHERE id LIKE '%00';
SET LOCAL session_replication_role = origin;
ANALYZE data.workshop, data.workshop_region, data.workshop_instrument, data.workshop_donor, data.workshop_beneficiary;
SET LOCAL search_path = pg_catalog, public, pg_temp;
SET LOCAL jit = off;

-- The plan of a page as the public or the staff get it.
CREATE FUNCTION pg_temp.plan(who text, args text, sort text DEFAULT '(a.w).sort_day, (a.w).id') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	ret text := '';
BEGIN
	PERFORM pg_temp.be(who);
	SET LOCAL ROLE atelier_api;
	FOR line IN EXECUTE format('EXPLAIN SELECT (a.w).id FROM rule.activities_found(%L, ''infinity'') a ORDER BY %s LIMIT 51',
		args, sort) LOOP
		ret := ret || line || E'\n';
	END LOOP;
	RESET ROLE;
	RETURN ret;
END $$;
CREATE FUNCTION pg_temp.by_index(who text, args text, wanted text, sort text DEFAULT '(a.w).sort_day, (a.w).id')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	plan CONSTANT text := pg_temp.plan(who, args, sort);
BEGIN
	RETURN concat_ws(E'\n', ok(plan ~ wanted AND plan !~ 'Seq Scan on workshop', format('%s %s %s by %s', who, args, sort, wanted)),
		CASE WHEN plan !~ wanted OR plan ~ 'Seq Scan on workshop' THEN diag(plan) END);
END $$;
SELECT pg_temp.by_index(who, '{}', 'Index Scan using workshop_by_day on'),
       pg_temp.by_index(who, '{}', 'Index Scan using workshop_by_day_back', '(a.w).sort_day DESC, (a.w).id'),
       pg_temp.by_index(who, '{"kind": ["national"], "mode": ["in_person"]}', 'workshop_by_day on'),
       pg_temp.by_index(who, '{"region": ["WCA"]}', 'workshop_region_pkey|workshop_region_workshop'),
       pg_temp.by_index(who, '{"instrument": ["RKC"]}', 'workshop_instrument_pkey|workshop_instrument_workshop'),
       pg_temp.by_index(who, '{"updated_since": "2100-01-01T00:00:00Z"}', 'workshop_by_recording'),
       pg_temp.by_index(who, '{"from": "2033-08-01"}', 'workshop_by_')
FROM unnest('{public,desk}'::text[]) AS who;
CREATE FUNCTION pg_temp.words_plan() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	ret text := '';
BEGIN
	FOR line IN EXPLAIN SELECT w.id FROM data.workshop w
		WHERE data.words_of(w.title, w.summary, w.theme, w.city, w.venue) @@ rule.word_query('12345') LOOP
		ret := ret || line;
	END LOOP;
	RETURN ret;
END $$;
SELECT matches(pg_temp.words_plan(), 'workshop_words', 'words by their index');

-- How far a page may look: cost of the plan, not time, so that the machine's mood is no matter.
CREATE FUNCTION pg_temp.cost(plan text) RETURNS numeric LANGUAGE sql AS $$
	SELECT (regexp_match(plan, 'cost=[\d.]+\.\.([\d.]+)'))[1]::numeric
$$;
SELECT cmp_ok(pg_temp.cost(pg_temp.plan('public', '{}')) * 20, '<', pg_temp.cost(pg_temp.plan('public', '{}', '(a.w).title')),
	'the usual order costs less than a twentieth of sorting everything');

SELECT * FROM finish();
ROLLBACK;
