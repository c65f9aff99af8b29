-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.activity_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, rule.workshop_sorts(), 'start',
		rule.activity_json(NULL, NULL, NULL, NULL, 'infinity', true));
	as_of CONSTANT timestamptz := rule.as_of(args);
	money CONSTANT boolean := rule.sees_money();
	hits rule.hit[];
BEGIN
	PERFORM rule.check_filters(args);
	hits := ARRAY(
		SELECT ROW(h.k1, h.k2, h.id, rule.activity_json(a.w, a.confirmed, a.donors, a.experts, as_of, money))::rule.hit
		FROM rule.activity_page(args, as_of, p) WITH ORDINALITY h (k1, k2, id, n)
		CROSS JOIN LATERAL (SELECT * FROM rule.activities(as_of) b WHERE (b.w).id = h.id) a ORDER BY h.n);
	RETURN rule.list(p, hits, CASE WHEN p.counted THEN (SELECT count(*) FROM rule.activities_found(args, as_of)) END);
END $$;

CREATE OR REPLACE FUNCTION api.activity_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
	as_of CONSTANT timestamptz := rule.as_of(args);
	ret_answer api.answer;
BEGIN
	SELECT s.* INTO ret_answer
	FROM rule.activities(as_of) a
	CROSS JOIN LATERAL rule.shown(200, rule.activity_json(a.w, a.confirmed, a.donors, a.experts, as_of,
		rule.sees_money()), (a.w).revision, (a.w).recorded_at) s
	WHERE (a.w).id = args ->> 'id';
	IF ret_answer.status IS NULL THEN
		PERFORM rule.refuse_missing('activity', args ->> 'id');
	END IF;
	RETURN ret_answer;
END $$;

-- Flat rows, names beside codes; lists within a cell are joined by ';'.
CREATE OR REPLACE FUNCTION api.activity_csv(args jsonb, body jsonb)
RETURNS TABLE (id text, uid text, kind text, status text, title text, summary text, start text, "end" text,
               timezone text, mode text, regions text, host text, host_name text, city text, venue text,
               beneficiaries text, instruments text, instrument_names text, languages text, donors text,
               donor_names text, budget text, funding_gap text, currency text, experts text, url text,
               sequence text, created_at text, updated_at text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, rule.workshop_sorts(), 'start', '{}');
	as_of CONSTANT timestamptz := rule.as_of(args);
	money CONSTANT boolean := rule.sees_money();
BEGIN
	PERFORM rule.check_filters(args);
	RETURN QUERY
	SELECT (f.w).id, (f.w).uid, (f.w).kind, (f.w).status, (f.w).title, (f.w).summary, rule.iso((f.w).start_date),
	       rule.iso((f.w).end_date), (f.w).timezone, (f.w).mode, array_to_string((f.w).regions, ';'), (f.w).host,
	       COALESCE(h.name, (f.w).host_name), (f.w).city, (f.w).venue, array_to_string((f.w).beneficiaries, ';'),
	       array_to_string((f.w).instruments, ';'), rule.instrument_names((f.w).instruments),
	       array_to_string((f.w).languages, ';'), array_to_string(f.donors, ';'), rule.donor_names(f.donors),
	       CASE WHEN money THEN (f.w).budget::text END,
	       CASE WHEN money THEN GREATEST((f.w).budget - f.confirmed, 0)::text END,
	       CASE WHEN money THEN (f.w).currency END, f.experts::text,
	       (f.w).url, (f.w).sequence::text,
	       rule.instant((f.w).created_at), rule.instant((f.w).recorded_at)
	FROM (SELECT a.*, rule.workshop_key(a.w, p.s1) COLLATE "und-x-icu",
	             rule.workshop_key(a.w, p.s2) COLLATE "und-x-icu"
	      FROM rule.activities_found(args, as_of) a) AS f (w, confirmed, donors, experts, k1, k2)
	LEFT JOIN data.member h ON h.code = (f.w).host
	ORDER BY CASE WHEN NOT p.d1 THEN f.k1 END, CASE WHEN p.d1 THEN f.k1 END DESC,
	         CASE WHEN NOT p.d2 THEN f.k2 END, CASE WHEN p.d2 THEN f.k2 END DESC, (f.w).id;
END $$;

CREATE OR REPLACE FUNCTION api.activity_ics(args jsonb, body jsonb) RETURNS SETOF api.event
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
	as_of CONSTANT timestamptz := rule.as_of(args);
	day CONSTANT date := rule.feed_day(args);
	keep CONSTANT boolean := args ->> 'cancelled' IS DISTINCT FROM 'drop';
BEGIN
	PERFORM rule.check_filters(args);
	RETURN QUERY
	SELECT e.*
	FROM rule.activities_found(args, as_of) f
	CROSS JOIN LATERAL rule.activity_event(f.w, f.donors, f.experts) e
	WHERE (f.w).start_date IS NOT NULL AND (f.w).status <> 'draft'
	  AND ((f.w).status NOT IN ('postponed', 'cancelled') OR keep AND rule.still_shown((f.w).status_on, day))
	ORDER BY (f.w).sort_day, (f.w).id;
END $$;

CREATE OR REPLACE FUNCTION api.calendar_feed(args jsonb, body jsonb) RETURNS SETOF api.event
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
	SELECT * FROM rule.calendar_events(args ->> 'token', rule.feed_day(args))
$$;
