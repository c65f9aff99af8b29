-- SPDX-License-Identifier: Apache-2.0
-- Activities: workshops as whoever asks may see them, as they are or as they had been recorded. Which
-- rows that are is row-level security's; which of their facts, the views of 52_readiness.
-- With a constant as_of of 'infinity' the conditions on versions fold away. Compiling such plans (jit) takes
-- longer than they do.

CREATE OR REPLACE FUNCTION rule.stood(present boolean, recorded tstzrange, as_of timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN as_of = 'infinity' THEN present ELSE recorded @> as_of END;

-- The condition stands outside, so that the present rows alone remain when nothing earlier is asked for,
-- with their indexes' order.
CREATE OR REPLACE FUNCTION rule.workshops_at(as_of timestamptz) RETURNS SETOF data.workshop
LANGUAGE sql STABLE AS $$
	SELECT v.* FROM (
		SELECT w.* FROM data.workshop w
		UNION ALL
		SELECT r.* FROM data.past p, jsonb_populate_record(NULL::data.workshop, p."row") r
		WHERE p.entity = 'workshop' AND p.recorded @> as_of AND as_of <> 'infinity') AS v
	WHERE v.recorded_at <= as_of
$$;

CREATE OR REPLACE FUNCTION rule.activities(as_of timestamptz)
RETURNS TABLE (w data.workshop, confirmed bigint, donors text[], experts int) LANGUAGE sql STABLE AS $$
	SELECT w,
	       (SELECT COALESCE(sum(l.amount), 0)::bigint FROM rule.line l
	        WHERE l.workshop = w.id AND l.status = 'confirmed' AND l.currency = COALESCE(w.currency, l.currency)
	          AND rule.stood(l.present, l.recorded, as_of)),
	       ARRAY(SELECT unnest(w.donors) UNION
	             SELECT l.donor FROM rule.line l
	             WHERE l.workshop = w.id AND l.donor IS NOT NULL AND l.status IN ('pledged', 'confirmed')
	               AND rule.stood(l.present, l.recorded, as_of) ORDER BY 1),
	       -- of what is only on record nobody wrote down how many there were
	       (SELECT CASE WHEN w.historic THEN NULLIF(count(*), 0) ELSE count(*) END::int FROM rule.place_on_team t
	        WHERE t.workshop = w.id AND t.engaged AND rule.stood(t.present, t.recorded, as_of))
	FROM rule.workshops_at(as_of) w
$$;

CREATE OR REPLACE FUNCTION rule.word_query(q text, joint text DEFAULT ' & ') RETURNS tsquery LANGUAGE sql IMMUTABLE
RETURN (SELECT to_tsquery('simple'::regconfig, string_agg('''' || replace(t.lexeme, '''', '''''') || ''':*', joint))
	FROM unnest(to_tsvector('simple'::regconfig, q)) AS t);

-- Ids of workshops whose texts, or host's name, have words beginning with every word of q. Runs as the owner, so that
-- the index answers; which of them may be seen is decided where they are read.
CREATE OR REPLACE FUNCTION rule.with_words(q text) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan SET jit = off ROWS 100 AS $$
DECLARE
	query CONSTANT tsquery := rule.word_query(q);
BEGIN
	RETURN QUERY
	SELECT w.id FROM data.workshop w
	WHERE data.words_of(w.title, w.summary, w.theme, w.city, w.venue) @@ query
	UNION
	SELECT w.id FROM data.member m JOIN data.workshop w ON w.host = m.code
	WHERE rule.word_query(q, ' | ') @@ to_tsvector('simple'::regconfig, m.name)
	  AND data.words_of(w.title, w.summary, w.theme, w.city, w.venue) || to_tsvector('simple'::regconfig, m.name)
		@@ query;
END $$;

-- The filters, once for every rendering.
CREATE OR REPLACE FUNCTION rule.activities_found(args jsonb, as_of timestamptz)
RETURNS TABLE (w data.workshop, confirmed bigint, donors text[], experts int) LANGUAGE sql STABLE AS $$
	SELECT a.w, a.confirmed, a.donors, a.experts FROM rule.activities(as_of) a
	WHERE (NOT args ? 'kind' OR (a.w).kind = ANY (rule.texts(args, 'kind')))
	  AND (NOT args ? 'status' OR (a.w).status = ANY (rule.texts(args, 'status')))
	  AND (NOT args ? 'mode' OR (a.w).mode = ANY (rule.texts(args, 'mode')))
	  AND (NOT args ? 'from' OR (a.w).end_date >= (args ->> 'from')::date
	       OR (a.w).end_date IS NULL AND (a.w).start_date >= (args ->> 'from')::date)
	  AND (NOT args ? 'to' OR (a.w).start_date <= (args ->> 'to')::date)
	  AND (NOT args ? 'updated_since' OR (a.w).recorded_at >= (args ->> 'updated_since')::timestamptz)
	  AND (NOT args ? 'language' OR (a.w).languages && rule.texts(args, 'language'))
	  AND (NOT args ? 'region' OR CASE WHEN as_of = 'infinity' THEN (a.w).id IN (
		SELECT r.workshop FROM data.workshop_region r WHERE r.region = ANY (rule.texts(args, 'region')))
		ELSE (a.w).regions && rule.texts(args, 'region') END)
	  AND (NOT args ? 'instrument' OR CASE WHEN as_of = 'infinity' THEN (a.w).id IN (
		SELECT i.workshop FROM data.workshop_instrument i
		WHERE i.instrument = ANY (rule.texts(args, 'instrument')))
		ELSE (a.w).instruments && rule.texts(args, 'instrument') END)
	  AND (NOT args ? 'member' OR CASE WHEN as_of = 'infinity' THEN (a.w).id IN (
		SELECT b.workshop FROM data.workshop_beneficiary b WHERE b.member = ANY (rule.texts(args, 'member'))
		UNION ALL SELECT h.id FROM data.workshop h WHERE h.host = ANY (rule.texts(args, 'member')))
		ELSE (a.w).beneficiaries || (a.w).host && rule.texts(args, 'member') END)
	  AND (NOT args ? 'donor' OR CASE WHEN as_of = 'infinity' THEN (a.w).id IN (
		SELECT d.workshop FROM data.workshop_donor d WHERE d.donor = ANY (rule.texts(args, 'donor'))
		UNION ALL SELECT l.workshop FROM rule.line l WHERE l.present
			AND l.status IN ('pledged', 'confirmed') AND l.donor = ANY (rule.texts(args, 'donor')))
		ELSE a.donors && rule.texts(args, 'donor') END)
	  AND (NOT args ? 'funded' OR args ->> 'funded' = CASE WHEN (a.w).historic AND (a.w).budget IS NULL THEN ''
		WHEN a.confirmed >= (a.w).budget THEN 'yes' WHEN a.confirmed = 0 THEN 'no' ELSE 'partly' END)
	  AND (NOT args ? 'q' OR CASE WHEN as_of = 'infinity' THEN (a.w).id IN (SELECT rule.with_words(args ->> 'q'))
		ELSE data.words_of((a.w).title, (a.w).summary, (a.w).theme, (a.w).city, (a.w).venue)
			@@ rule.word_query(args ->> 'q') END)
$$;

-- Unknown codes among the filters are a 400 that names them.
CREATE OR REPLACE FUNCTION rule.check_filters(args jsonb) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM rule.check_regions(rule.texts(args, 'region'), 'region'),
		rule.check_members(rule.texts(args, 'member'), 'member'),
		rule.check_donors(rule.texts(args, 'donor'), 'donor'),
		rule.check_instruments(rule.texts(args, 'instrument'), 'instrument');
	IF args ->> 'from' > args ->> 'to' THEN
		PERFORM rule.refuse(400, format('from=%s is after to=%s; turn them round.', args ->> 'from',
			args ->> 'to'), 'from');
	END IF;
END $$;

-- Order ---------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.workshop_sorts() RETURNS text[] LANGUAGE sql IMMUTABLE
RETURN '{start,end,title,kind,status,region,host,updated_at}'::text[];

CREATE OR REPLACE FUNCTION rule.workshop_key(w data.workshop, sort text) RETURNS text LANGUAGE sql STABLE
RETURN CASE sort WHEN 'start' THEN rule.iso((w).sort_day) WHEN 'title' THEN (w).title
	WHEN 'end' THEN COALESCE(rule.iso((w).end_date), '') WHEN 'kind' THEN (w).kind
	WHEN 'status' THEN (w).status WHEN 'region' THEN COALESCE((w).regions[1], '')
	WHEN 'host' THEN COALESCE((w).host, '')
	WHEN 'updated_at' THEN to_char((w).recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')
	ELSE '' END;

-- One page's ids in order. By start alone, the usual order, an index gives it.
CREATE OR REPLACE FUNCTION rule.activity_page(args jsonb, as_of timestamptz, p rule.page)
RETURNS TABLE (k1 text, k2 text, id text) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan SET jit = off ROWS 50 AS $$
DECLARE
	by_day CONSTANT boolean := p.s1 = 'start' AND p.s2 IS NULL;
BEGIN
	RETURN QUERY
	SELECT f.k1, f.k2, f.id
	FROM (SELECT rule.workshop_key(a.w, p.s1) COLLATE "und-x-icu",
	             rule.workshop_key(a.w, p.s2) COLLATE "und-x-icu", (a.w).id, (a.w).sort_day
	      FROM rule.activities_found(args, as_of) a) AS f (k1, k2, id, sort_day)
	WHERE CASE WHEN p.cid IS NULL THEN true
	           WHEN by_day AND NOT p.d1 THEN (f.sort_day, f.id) > (p.c1::date, p.cid)
	           WHEN by_day THEN f.sort_day <= p.c1::date AND (f.sort_day < p.c1::date OR f.id > p.cid)
	           ELSE rule.after(p.d1, p.d2, p.c1, p.c2, p.cid, f.k1, f.k2, f.id) END
	ORDER BY CASE WHEN by_day AND NOT p.d1 THEN f.sort_day END, CASE WHEN by_day AND p.d1 THEN f.sort_day END DESC,
	         CASE WHEN NOT by_day AND NOT p.d1 THEN f.k1 END, CASE WHEN NOT by_day AND p.d1 THEN f.k1 END DESC,
	         CASE WHEN NOT by_day AND NOT p.d2 THEN f.k2 END, CASE WHEN NOT by_day AND p.d2 THEN f.k2 END DESC,
	         f.id
	LIMIT p.size + 1;
END $$;

-- Shown ---------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.targets_json(of_workshop text, as_of timestamptz) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT COALESCE(json_agg(json_build_object('indicator', t.indicator, 'kpi', t.kpi, 'level', t.level,
		'baseline', t.baseline, 'value', t.value, 'unit', t.unit, 'due_on', t.due_on) ORDER BY t.id), '[]')
	FROM rule.aim t WHERE t.workshop = of_workshop AND rule.stood(t.present, t.recorded, as_of)
$$;

CREATE OR REPLACE FUNCTION rule.results_json(of_workshop text, as_of timestamptz) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT COALESCE(json_agg(json_build_object('indicator', t.indicator, 'kpi', t.kpi, 'level', t.level,
		'value', r.value, 'unit', t.unit, 'measured_on', r.measured_on) ORDER BY t.id, r.measured_on), '[]')
	FROM rule.outcome r JOIN rule.aim t ON t.id = r.target AND rule.stood(t.present, t.recorded, as_of)
	WHERE r.workshop = of_workshop AND t.workshop = of_workshop AND rule.stood(r.present, r.recorded, as_of)
$$;

-- Money as whoever asks may know it: what it costs and what is missing, to staff and donors.
CREATE OR REPLACE FUNCTION rule.sees_money() RETURNS boolean LANGUAGE sql STABLE
RETURN COALESCE(rule.my_role() IN ('donor', 'coordinator', 'admin'), false);

CREATE OR REPLACE FUNCTION rule.gap(w data.workshop, confirmed bigint) RETURNS json LANGUAGE sql IMMUTABLE
RETURN rule.money(CASE WHEN (w).budget IS NOT NULL THEN GREATEST((w).budget - confirmed, 0) END, (w).currency);

CREATE OR REPLACE FUNCTION rule.activity_json(w data.workshop, confirmed bigint, donors text[], experts int,
                                              as_of timestamptz, money boolean) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('id', (w).id, 'uid', (w).uid, 'kind', (w).kind, 'status', (w).status,
	'title', (w).title, 'summary', (w).summary, 'start', (w).start_date, 'end', (w).end_date,
	'timezone', (w).timezone, 'sessions', (w).sessions, 'mode', (w).mode, 'regions', (w).regions,
	'host', rule.place((w).host), 'city', (w).city, 'venue', (w).venue,
	'beneficiaries', (w).beneficiaries, 'instruments', (w).instruments, 'languages', (w).languages,
	'donors', donors, 'budget', CASE WHEN money THEN rule.money((w).budget, (w).currency) END,
	'funding_gap', CASE WHEN money THEN rule.gap(w, confirmed) END,
	'targets', rule.targets_json((w).id, as_of), 'results', rule.results_json((w).id, as_of),
	'experts', experts, 'url', (w).url, 'sequence', (w).sequence,
	'created_at', rule.instant((w).created_at), 'updated_at', rule.instant((w).recorded_at),
	'revision', (w).revision);
