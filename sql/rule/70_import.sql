-- SPDX-License-Identifier: Apache-2.0
-- Import: a file's rows are judged as one set, then written as one set, or not at all.
--
-- `sheet` is [{"line": 2, "<column>": "<cell>" or null, …}, …]: what came in, by column; an empty cell is null.
-- A fault is (line, name of the column, code, sentence). The rules of single cells stand in
-- rule.import_columns; what takes more than one cell or row stands with its table in 71–74.

-- kind: its form (rule.import_form); most: characters at most; low, high: of a number; several: a list with
-- semicolons; domain: the list its word is on (rule.import_words).
CREATE OR REPLACE FUNCTION rule.import_columns(tab text)
RETURNS TABLE (name text, kind text, required boolean, most int, low numeric, high numeric,
               several boolean, domain text)
LANGUAGE sql IMMUTABLE AS $$
	SELECT v.name, v.kind, v.required, v.most, v.low, v.high, v.several, v.domain
	FROM (VALUES
	('members', 'iso_alpha2', 'member', true, 2, NULL::numeric, NULL::numeric, false, NULL),
	('members', 'iso_alpha3', 'alpha3', false, 3, NULL, NULL, false, NULL),
	('members', 'name', 'text', true, 200, NULL, NULL, false, NULL),
	('members', 'wco_region', 'text', true, 4, NULL, NULL, false, 'one region'),
	('members', 'working_languages', 'language', true, 200, NULL, NULL, true, NULL),
	('members', 'timezone', 'text', true, 64, NULL, NULL, false, 'time zone'),
	('members', 'capital', 'text', false, 200, NULL, NULL, false, NULL),
	('members', 'latitude', 'number', false, 11, -90, 90, false, NULL),
	('members', 'longitude', 'number', false, 11, -180, 180, false, NULL),
	('members', 'status', 'text', true, 20, NULL, NULL, false, 'member status'),
	('members', 'member_since', 'date', false, 10, NULL, NULL, false, NULL),
	('members', 'source', 'text', false, 2000, NULL, NULL, false, NULL),
	('weekends', 'member', 'member', true, 2, NULL, NULL, false, 'Member'),
	('weekends', 'weekend', 'text', true, 27, NULL, NULL, true, 'day'),
	('holidays', 'member', 'member', true, 2, NULL, NULL, false, 'Member'),
	('holidays', 'first_day', 'date', true, 10, NULL, NULL, false, NULL),
	('holidays', 'last_day', 'date', true, 10, NULL, NULL, false, NULL),
	('holidays', 'name', 'text', true, 200, NULL, NULL, false, NULL),
	('holidays', 'type', 'text', true, 20, NULL, NULL, false, 'holiday type'),
	('standards', 'code', 'code', true, 32, NULL, NULL, false, NULL),
	('standards', 'edition', 'int', true, 4, 2000, 2100, false, NULL),
	('standards', 'number', 'int', true, 2, 1, 99, false, NULL),
	('standards', 'title', 'text', true, 500, NULL, NULL, false, NULL),
	('standards', 'principle_number', 'int', true, 2, 1, 99, false, NULL),
	('standards', 'principle', 'text', true, 300, NULL, NULL, false, NULL),
	('standards', 'source', 'text', false, 2000, NULL, NULL, false, NULL),
	('instruments', 'code', 'code', true, 32, NULL, NULL, false, NULL),
	('instruments', 'name', 'text', true, 300, NULL, NULL, false, NULL),
	('instruments', 'parent_code', 'code', false, 32, NULL, NULL, false, NULL),
	('instruments', 'seed_paragraph', 'text', false, 20, NULL, NULL, false, NULL),
	('instruments', 'note', 'text', false, 2000, NULL, NULL, false, NULL),
	('kpis', 'code', 'code', true, 32, NULL, NULL, false, NULL),
	('kpis', 'standard_number', 'int', false, 2, 1, 99, false, NULL),
	('kpis', 'standard_number_2018', 'int', false, 2, 1, 99, false, NULL),
	('kpis', 'standard_code', 'code', false, 32, NULL, NULL, false, NULL),
	('kpis', 'title', 'text', true, 1000, NULL, NULL, false, NULL),
	('kpis', 'kind', 'text', true, 20, NULL, NULL, false, 'KPI kind'),
	('kpis', 'answer_type', 'text', true, 20, NULL, NULL, false, 'answer type'),
	('kpis', 'better_direction', 'text', true, 20, NULL, NULL, false, 'direction'),
	('kpis', 'source', 'text', false, 2000, NULL, NULL, false, NULL),
	('donors', 'code', 'code', true, 32, NULL, NULL, false, NULL),
	('donors', 'name', 'text', true, 300, NULL, NULL, false, NULL),
	('donors', 'funder', 'text', true, 300, NULL, NULL, false, NULL),
	('donors', 'funder_country', 'country', false, 2, NULL, NULL, false, NULL),
	('donors', 'funder_iati_id', 'text', false, 100, NULL, NULL, false, NULL),
	('donors', 'iati_id_status', 'text', false, 500, NULL, NULL, false, NULL),
	('donors', 'regions', 'text', false, 100, NULL, NULL, true, 'region'),
	('donors', 'topics', 'text', false, 4000, NULL, NULL, true, NULL),
	('donors', 'beneficiaries', 'member', false, 600, NULL, NULL, true, 'Member'),
	('donors', 'active_from', 'partial', false, 10, NULL, NULL, false, NULL),
	('donors', 'active_to', 'partial', false, 10, NULL, NULL, false, NULL),
	('donors', 'note', 'text', false, 4000, NULL, NULL, false, NULL),
	('donors', 'source', 'text', false, 2000, NULL, NULL, false, NULL),
	('historic_workshops', 'id', 'historic', true, 32, NULL, NULL, false, NULL),
	('historic_workshops', 'kind', 'text', true, 20, NULL, NULL, false, 'kind'),
	('historic_workshops', 'theme', 'theme', false, 64, NULL, NULL, false, NULL),
	('historic_workshops', 'title', 'text', true, 300, NULL, NULL, false, NULL),
	('historic_workshops', 'start_date', 'date', false, 10, NULL, NULL, false, NULL),
	('historic_workshops', 'end_date', 'date', false, 10, NULL, NULL, false, NULL),
	('historic_workshops', 'mode', 'text', false, 20, NULL, NULL, false, 'mode'),
	('historic_workshops', 'region', 'text', true, 100, NULL, NULL, true, 'region'),
	('historic_workshops', 'host_member', 'member', false, 2, NULL, NULL, false, 'Member'),
	('historic_workshops', 'city', 'text', false, 200, NULL, NULL, false, NULL),
	('historic_workshops', 'participants', 'int', false, 6, 0, 999999, false, NULL),
	('historic_workshops', 'participants_basis', 'text', false, 10, NULL, NULL, false, 'basis'),
	('historic_workshops', 'members_represented', 'int', false, 4, 0, 999, false, NULL),
	('historic_workshops', 'donors', 'code', false, 400, NULL, NULL, true, 'donor'),
	('historic_workshops', 'source_url', 'url', false, 2000, NULL, NULL, false, NULL),
	('historic_workshops', 'note', 'text', false, 4000, NULL, NULL, false, NULL)
	) AS v (tab, name, kind, required, most, low, high, several, domain)
	WHERE v.tab = import_columns.tab
$$;

-- What makes a row the same thing as another; NULL: there is no such table to import.
CREATE OR REPLACE FUNCTION rule.import_key(tab text) RETURNS text[] LANGUAGE sql IMMUTABLE
RETURN CASE tab WHEN 'members' THEN '{iso_alpha2}' WHEN 'weekends' THEN '{member}'
	WHEN 'holidays' THEN '{member,first_day,name}' WHEN 'standards' THEN '{edition,number}'
	WHEN 'instruments' THEN '{code}' WHEN 'kpis' THEN '{code}' WHEN 'donors' THEN '{code}'
	WHEN 'historic_workshops' THEN '{id}' END::text[];

CREATE OR REPLACE FUNCTION rule.import_form(kind text, OUT pattern text, OUT phrase text)
LANGUAGE sql IMMUTABLE AS $$
	SELECT f.pattern, f.phrase FROM (VALUES
	('member', '^[A-Z]{2}$', 'a Member''s code of two capitals, as in FJ'),
	('country', '^[A-Z]{2}$', 'a country''s code of two capitals, as in CH'),
	('alpha3', '^[A-Z]{3}$', 'three capitals, as in FJI'),
	('language', '^[a-z]{2}$', 'codes of ISO 639-1 with semicolons between, as in en;fr'),
	('code', '^[A-Z0-9][A-Z0-9-]{0,31}$', 'a code of capitals, digits and hyphens'),
	('historic', '^HW-[A-Z0-9][A-Z0-9-]{0,28}$', 'an id that begins with HW-, as in HW-2019-06'),
	('theme', '^[a-z0-9][a-z0-9_-]{0,63}$', 'a word of small letters, as in ecommerce'),
	('int', '^\d{1,6}$', 'a whole number'),
	('number', '^-?\d{1,3}(\.\d{1,5})?$', 'a number, as in -18.14'),
	('date', '^\d{4}-\d\d-\d\d$', 'a real date, as in 2027-03-01'),
	('partial', '^(?!0000)\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$',
	 'a year, a month or a day, as in 2018, 2026-03, 2026-03-31'),
	('url', '^https?://[^\s"<>]+$', 'an address that begins with https:// or http://')
	) AS f (kind, pattern, phrase) WHERE f.kind = import_form.kind
$$;

-- The words of a domain. Of lists kept in tables only those that are there already count.
CREATE OR REPLACE FUNCTION rule.import_words(domain text) RETURNS text[] LANGUAGE sql STABLE
RETURN CASE domain
	WHEN 'Member' THEN ARRAY(SELECT m.code FROM data.member m)
	WHEN 'region' THEN ARRAY(SELECT r.code FROM data.region r)
	WHEN 'one region' THEN ARRAY(SELECT r.code FROM data.region r WHERE r.code <> 'ALL')
	WHEN 'time zone' THEN ARRAY(SELECT z.name FROM data.timezone z)
	WHEN 'donor' THEN ARRAY(SELECT d.code FROM data.donor d)
	WHEN 'kind' THEN '{accreditation,regional,national,global}'
	WHEN 'mode' THEN '{in_person,online,hybrid}'
	WHEN 'basis' THEN '{exact,at_least,about}'
	WHEN 'day' THEN '{mon,tue,wed,thu,fri,sat,sun}'
	WHEN 'member status' THEN '{member,member_territory,customs_union,disputed_member}'
	WHEN 'holiday type' THEN '{public,bank}'
	WHEN 'KPI kind' THEN '{qualitative,quantitative}'
	WHEN 'answer type' THEN '{maturity_0_4,percent,count,hours,rate_per_10000}'
	WHEN 'direction' THEN '{higher,lower,context}' END::text[];

CREATE OR REPLACE FUNCTION rule.is_day(word text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN CASE WHEN word ~ '^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'
	THEN right(word, 2)::int <= EXTRACT(day FROM (left(word, 7) || '-01')::date + interval '1 month - 1 day')
	ELSE false END;

-- Why one word of a cell won't do: 'code sentence'; NULL if it will.
CREATE OR REPLACE FUNCTION rule.cell_fault(word text, kind text, pattern text, phrase text,
                                           low numeric, high numeric, domain text, words text[])
RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE
	WHEN word !~ pattern OR kind = 'date' AND NOT rule.is_day(word)
	     OR kind = 'partial' AND length(word) = 10 AND NOT rule.is_day(word)
		THEN format('form "%s" is not %s.', left(word, 60), phrase)
	WHEN low IS NOT NULL AND NOT word::numeric BETWEEN low AND high
		THEN format('range %s is not between %s and %s.', word, low, high)
	WHEN word <> ALL (words) AND cardinality(words) <= 12
		THEN format('unknown "%s" is not known; it is one of %s.', left(word, 60), array_to_string(words, ', '))
	WHEN word <> ALL (words) THEN format('unknown There is no %s "%s" here.', domain, left(word, 60)) END;

-- Columns the table has and the file not, and the other way round.
CREATE OR REPLACE FUNCTION rule.header_faults(tab text, header text[])
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH known AS (SELECT array_agg(c.name) AS names FROM rule.import_columns(tab) c)
	SELECT 1, NULL::text, 'column_missing', format('The header lacks the column %s; %s has %s.', n, tab,
		array_to_string(k.names, ', '))
	FROM known k, unnest(k.names) AS n WHERE n <> ALL (header)
	UNION ALL
	SELECT 1, h, 'column_unknown', format('%s has no column "%s"; it has %s.', tab, left(h, 60),
		array_to_string(k.names, ', '))
	FROM known k, unnest(header) AS h WHERE h <> ALL (k.names)
$$;

-- The line comes last, so that no column of that name takes its place.
CREATE OR REPLACE FUNCTION rule.import_sheet(body jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	WITH header AS MATERIALIZED (
		SELECT ARRAY(SELECT jsonb_array_elements_text(body -> 'header')) || 'line'::text AS names
	)
	SELECT COALESCE(jsonb_agg(jsonb_object(h.names, array_replace(cells.at[2:], '', NULL) || cells.at[1])
		ORDER BY i), '[]')
	FROM header h, jsonb_array_elements(body -> 'rows') WITH ORDINALITY AS rows (r, i),
	     LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text(r)) AS at) AS cells
$$;

-- Faults of single cells. What many cells of a column say is judged once.
CREATE OR REPLACE FUNCTION rule.cell_faults(tab text, sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH col AS MATERIALIZED (
		SELECT c.*, f.pattern, f.phrase, rule.import_words(c.domain) AS words
		FROM rule.import_columns(tab) c LEFT JOIN LATERAL rule.import_form(c.kind) f ON true
	), said AS MATERIALIZED (
		SELECT c.name, r ->> c.name AS value, array_agg((r ->> 'line')::int) AS lines
		FROM jsonb_array_elements(sheet) AS r, rule.import_columns(tab) c GROUP BY 1, 2
	), fault AS (
		SELECT s.lines, s.name, 'missing' AS code, 'This cell must not be empty.' AS sentence
		FROM said s JOIN col c USING (name) WHERE c.required AND s.value IS NULL
		UNION ALL
		SELECT s.lines, s.name, 'too_long',
			format('The text has %s characters; at most %s are taken.', length(s.value), c.most)
		FROM said s JOIN col c USING (name) WHERE length(s.value) > c.most AND (c.kind = 'text' OR c.several)
		UNION ALL
		SELECT s.lines, s.name, split_part(f, ' ', 1), substr(f, position(' ' IN f) + 1)
		FROM said s JOIN col c USING (name),
		     unnest(CASE WHEN c.several THEN string_to_array(s.value, ';') ELSE ARRAY[s.value] END) AS word,
		     rule.cell_fault(word, c.kind, c.pattern, c.phrase, c.low, c.high, c.domain, c.words) AS f
		WHERE f IS NOT NULL AND length(s.value) <= 4000
	)
	SELECT l, f.name, f.code, f.sentence FROM fault f, unnest(f.lines) AS l
$$;

-- Rows that are the same thing as an earlier one; lists that name a word twice.
CREATE OR REPLACE FUNCTION rule.repeat_faults(tab text, sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE sql STABLE AS $$
	SELECT k.line, (rule.import_key(tab))[1], 'repeated',
		format('%s is in line %s already; keep one of the two.', k.key, k.first)
	FROM (SELECT (r ->> 'line')::int AS line, key.key, min((r ->> 'line')::int) OVER (PARTITION BY key.key) AS first
	      FROM jsonb_array_elements(sheet) AS r,
	           LATERAL (SELECT string_agg(r ->> n, ', ' ORDER BY i) AS key
	                    FROM unnest(rule.import_key(tab)) WITH ORDINALITY AS names (n, i)) AS key) AS k
	WHERE k.line <> k.first AND k.key IS NOT NULL
	UNION ALL
	SELECT (r ->> 'line')::int, c.name, 'repeated', format('"%s" is in the list twice.', left(word, 60))
	FROM rule.import_columns(tab) c, jsonb_array_elements(sheet) AS r,
	     unnest(string_to_array(r ->> c.name, ';')) AS word
	WHERE c.several AND length(r ->> c.name) <= c.most
	GROUP BY (r ->> 'line')::int, c.name, word HAVING count(*) > 1
$$;
