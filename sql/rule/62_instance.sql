-- SPDX-License-Identifier: Apache-2.0
-- The snapshot as atelier-instance/1. Ids are the house's own.

CREATE OR REPLACE FUNCTION rule.iso_range(first date, last date) RETURNS json LANGUAGE sql IMMUTABLE
RETURN json_build_array(first, last);

CREATE OR REPLACE FUNCTION rule.instance_rules(version int, last date) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'opens', (SELECT json_object_agg(k.code, COALESCE(rule.opening_of(version, k.code), k.opens_on, last + 1))
			FROM data.kind k WHERE k.planned),
		'lead_days', v -> 'lead_days', 'parallel_max', v -> 'parallel_max', 'national_per_year', v -> 'national_per_year',
		'national_gap_days', v -> 'national_gap_days', 'rest_days', v -> 'rest_days',
		'not_own_administration', v ->> 'not_own_administration' <> '0',
		'different_administrations', v ->> 'different_administrations' <> '0',
		'language', CASE WHEN v ->> 'language_of_all' = '0' THEN 'lead' ELSE 'all' END, 'funds_max', v -> 'funds_max',
		'trainees_max', json_build_object('accreditation', v -> 'trainees_accreditation',
			'regional', v -> 'trainees_regional', 'national', v -> 'trainees_national'),
		'fair_missions', v -> 'fair_missions')
	FROM (SELECT jsonb_object_agg(s.key, s.value) FROM data.planning_value s
	      WHERE s.version = instance_rules.version) AS t (v)
$$;

CREATE OR REPLACE FUNCTION rule.instance_weights(version int) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_build_object('served', v -> 'served', 'waiting', v -> 'waiting', 'window', v -> 'window',
		'money_per_point', v -> 'money_per_point', 'balance', v -> 'balance', 'load', v -> 'load',
		'stability', json_build_object('dropped', v -> 'stability_dropped', 'moved', v -> 'stability_moved',
			'expert', v -> 'stability_expert'))
	FROM (SELECT jsonb_object_agg(s.key, s.value) FROM data.planning_value s
	      WHERE s.version = instance_weights.version) AS t (v)
$$;

CREATE OR REPLACE FUNCTION rule.instance_travel(version int) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_object_agg(s.key, s.value) FROM data.planning_value s
	WHERE s.version = instance_travel.version AND s.key IN ('same_city_below_km', 'one_day_below_km', 'far_days',
		'hybrid_on_site_below_km', 'fare_base', 'fare_per_1000_km', 'fare_step')
$$;

-- A region's target is for a year; the horizon wants its part of it, rounded.
CREATE FUNCTION rule.instance_regions(s rule.snapshot) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_agg(json_build_object('code', g.code,
		'target', (COALESCE(t.workshops, 0) * (s.last - s.first + 1) * 2 + 365) / 730) ORDER BY g.code)
	FROM data.region g LEFT JOIN data.planning_target t ON t.version = s.version AND t.region = g.code
	WHERE g.code <> 'ALL'
$$;

-- Languages that matter: those of requests and of experts.
CREATE FUNCTION rule.snapshot_languages(s rule.snapshot) RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT unnest(d.languages) FROM unnest(s.demand) d
	UNION SELECT unnest(e.languages) FROM data.expert e WHERE e.id = ANY (s.experts) ORDER BY 1
$$;

-- Every Member whose place is known; its closed days as far as the horizon and a year on either side.
CREATE FUNCTION rule.instance_members(s rule.snapshot) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_agg(json_build_object('code', m.code, 'region', m.region, 'lat', m.latitude, 'lon', m.longitude,
		'languages', ARRAY(SELECT l FROM unnest(m.languages) AS l WHERE l IN (SELECT rule.snapshot_languages(s))),
		'weekend', m.weekend, 'closed', COALESCE(h.closed, '[]'), 'blackout', '[]'::json,
		'per_diem', COALESCE(p.per_diem, rule.setting_of(s.version, 'per_diem'))) ORDER BY m.code)
	FROM data.member m
	LEFT JOIN data.planning_place p ON p.version = s.version AND p.member = m.code
	LEFT JOIN (SELECT o.member, json_agg(DISTINCT o.first_day + n) AS closed
	           FROM data.holiday o, generate_series(0, o.last_day - o.first_day) AS n
	           WHERE o.first_day <= s.last + 366 AND o.last_day >= s.first - 366 GROUP BY o.member) h ON h.member = m.code
	WHERE m.latitude IS NOT NULL
$$;

-- When an expert cannot: what they said, missions of workshops that the snapshot does not hold, and the days of those
-- that they declined.
CREATE FUNCTION rule.snapshot_absences(s rule.snapshot) RETURNS TABLE (expert text, first date, last date)
LANGUAGE sql STABLE AS $$
	SELECT u.expert, u.first_day, u.last_day FROM data.unavailability u
	WHERE u.first_day <= s.last + 60 AND u.last_day >= s.first - 60
	UNION ALL
	SELECT m.expert, lower(m.block), upper(m.block) - 1 FROM data.mission m
	WHERE m.live AND m.block && daterange(s.first - 60, s.last + 60)
	  AND NOT EXISTS (SELECT FROM unnest(s.works) x WHERE x.id = m.workshop AND x.lacks IS NULL)
	UNION ALL
	SELECT m.expert, lower(m.block), upper(m.block) - 1 FROM data.mission m
	WHERE NOT m.engaged AND m.workshop_live AND m.block && daterange(s.first - 60, s.last + 60)
	UNION ALL
	SELECT e.id, s.first - 60, s.last + 60 FROM data.expert e WHERE NOT e.active
$$;

-- The limits hold in every year: what missions elsewhere take of the fullest one comes off all.
CREATE FUNCTION rule.snapshot_taken(s rule.snapshot) RETURNS TABLE (expert text, missions int, days int)
LANGUAGE sql STABLE AS $$
	SELECT y.expert, max(y.missions)::int, max(y.days)::int
	FROM (SELECT m.expert, count(*), sum(m.end_date - m.start_date + 1 + m.travel_before + m.travel_after)
	      FROM data.mission m
	      WHERE m.live AND m.start_date BETWEEN date_trunc('year', s.first)::date
	                                        AND (date_trunc('year', s.last) + interval '1 year')::date - 1
	        AND NOT EXISTS (SELECT FROM unnest(s.works) x WHERE x.id = m.workshop AND x.lacks IS NULL)
	      GROUP BY m.expert, date_trunc('year', m.start_date)) AS y (expert, missions, days)
	GROUP BY y.expert
$$;

CREATE FUNCTION rule.instance_experts(s rule.snapshot) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT COALESCE(json_agg(json_build_object('id', e.id, 'home', e.member, 'languages', e.languages,
		'accreditations', COALESCE(a.list, '[]'), 'unavailable', COALESCE(u.list, '[]'), 'delivers', e.delivers,
		'max_missions_year', GREATEST(0, LEAST(366, COALESCE(e.max_missions_year,
			rule.setting_of(s.version, 'expert_missions_year'))) - COALESCE(t.missions, 0)),
		'max_days_year', GREATEST(0, LEAST(366, COALESCE(e.max_days_year,
			rule.setting_of(s.version, 'expert_days_year'))) - COALESCE(t.days, 0))) ORDER BY e.id), '[]')
	FROM data.expert e
	LEFT JOIN (SELECT x.expert, json_agg(json_build_object('topics', x.topics, 'level', x.level,
		           'valid_from', x.valid_from, 'valid_to', x.valid_to) ORDER BY x.valid_from, x.topics, x.level) AS list
	           FROM rule.snapshot_accreditations() x GROUP BY x.expert) a ON a.expert = e.id
	LEFT JOIN (SELECT x.expert, json_agg(rule.iso_range(x.first, x.last) ORDER BY x.first, x.last) AS list
	           FROM rule.snapshot_absences(s) x GROUP BY x.expert) u ON u.expert = e.id
	LEFT JOIN rule.snapshot_taken(s) t ON t.expert = e.id
	WHERE e.id = ANY (s.experts)
$$;

CREATE FUNCTION rule.instance_funds(s rule.snapshot) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT COALESCE(json_agg(json_build_object('id', f.fund, 'donor', f.donor, 'regions', f.regions,
		'members', ARRAY(SELECT m.code FROM data.member m WHERE m.code = ANY (f.members) ORDER BY 1), 'topics', f.topics,
		'kinds', f.kinds, 'period', rule.iso_range(f.first, f.last), 'currency', 'EUR',
		'budget', COALESCE(b.years, '{}'), 'min_share_percent', rule.setting_of(s.version, 'min_share_percent'))
		ORDER BY f.fund), '[]')
	FROM rule.snapshot_funds(s.version) f
	LEFT JOIN (SELECT x.fund, json_object_agg(x.year, x.cents ORDER BY x.year) AS years
	           FROM rule.snapshot_budgets(s) x GROUP BY x.fund) b ON b.fund = f.fund
	WHERE f.fund = ANY (s.funds)
$$;

-- Criteria set aside for a Member and kind, and for the workshop there is.
CREATE OR REPLACE FUNCTION rule.snapshot_waived(waived text[], work text) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT COALESCE(json_agg(c.code ORDER BY c.code), '[]') FROM (
		SELECT unnest(waived) UNION
		SELECT CASE v.criterion WHEN 'request' THEN 'dg_request' ELSE v.criterion END FROM data.waiver v
		WHERE v.workshop = work AND v.criterion IN ('notification', 'kpi_evaluation', 'request')
		  AND rule.today() BETWEEN v.granted_on AND v.valid_until) AS c (code));
END $$;

-- What a Member's national workshops before and after the horizon leave for the starts of another: their distance, and
-- none in a year that they fill.
CREATE FUNCTION rule.national_starts(s rule.snapshot, of_member text, but text) RETURNS TABLE (earliest date, latest date)
LANGUAGE sql STABLE AS $$
	SELECT GREATEST(max(w.start_date) FILTER (WHERE w.start_date < s.first) + f.gap, CASE WHEN f.per_year <= count(*)
			FILTER (WHERE w.start_date < s.first AND w.year = EXTRACT(year FROM s.first))
			THEN make_date(EXTRACT(year FROM s.first)::int + 1, 1, 1) END),
	       LEAST(min(w.start_date) FILTER (WHERE w.start_date > s.last) - f.gap, CASE WHEN f.per_year <= count(*)
			FILTER (WHERE w.start_date > s.last AND w.year = EXTRACT(year FROM s.last))
			THEN make_date(EXTRACT(year FROM s.last)::int - 1, 12, 31) END)
	FROM (SELECT rule.setting_of(s.version, 'national_gap_days'), rule.setting_of(s.version, 'national_per_year')) AS f (gap, per_year)
	LEFT JOIN data.workshop w ON w.live AND w.kind = 'national' AND of_member = ANY (w.beneficiaries)
		AND w.id IS DISTINCT FROM but
	GROUP BY f.gap, f.per_year
$$;

-- Nothing is planned for today or before.
CREATE FUNCTION rule.instance_requests(s rule.snapshot) RETURNS json LANGUAGE sql STABLE AS $$
	WITH criteria AS MATERIALIZED (
		SELECT c.member, c.kind, json_object_agg(c.criterion, c.since) AS since, min(c.until) AS until,
		       array_agg(c.criterion ORDER BY c.criterion) FILTER (WHERE c.waived) AS waived
		FROM rule.snapshot_criteria(s) c WHERE c.criterion <> 'membership' GROUP BY c.member, c.kind
	), hosts AS MATERIALIZED (
		SELECT h.request, json_agg(json_build_object('member', h.member, 'fixed_cost', h.cost) ORDER BY h.member) AS list
		FROM rule.snapshot_hosts(s) h GROUP BY h.request
	)
	SELECT COALESCE(json_agg(json_build_object('id', d.id, 'kind', d.kind, 'member', d.member, 'region', d.region,
		'eligibility', json_build_object('notification', c.since -> 'notification',
			'kpi_evaluation', c.since -> 'kpi_evaluation', 'dg_request', d.received),
		'waived', rule.snapshot_waived(c.waived, d.work), 'days', d.days, 'topics', d.topics, 'languages', d.languages,
		'experts', GREATEST(d.experts, 1), 'mode', d.mode, 'priority', d.priority,
		'earliest', GREATEST(rule.today() + 1, n.earliest), 'latest', LEAST(s.last, c.until, n.latest + d.days - 1),
		'preferred', rule.iso_range(COALESCE(d.wanted_from, LEAST(s.first, d.wanted_to)),
			COALESCE(d.wanted_to, GREATEST(s.last, d.wanted_from))),
		'hosts', COALESCE(h.list, '[]')) ORDER BY d.id), '[]')
	FROM unnest(s.demand) d
	LEFT JOIN criteria c ON c.member = d.member AND c.kind = d.kind
	LEFT JOIN hosts h ON h.request = d.id
	LEFT JOIN LATERAL rule.national_starts(s, d.member, d.work) n ON d.kind = 'national'
$$;

-- A team that stays has one lead in the format, whoever leads it here.
CREATE FUNCTION rule.instance_pinned(s rule.snapshot) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT COALESCE(json_agg(json_build_object('request', x.request, 'host', x.host, 'start', x.first,
		'team', (SELECT json_agg(json_build_object('expert', e, 'role', CASE WHEN n = 1 THEN 'lead'
				WHEN m.role = 'trainee' THEN 'trainee' ELSE 'expert' END) ORDER BY n)
			FROM unnest(x.team[:12]) WITH ORDINALITY AS t (e, n)
			JOIN data.mission m ON m.workshop = x.id AND m.expert = e),
		'funding', (SELECT COALESCE(json_agg(json_build_object('fund', g.fund, 'amount', g.cents) ORDER BY g.fund), '[]')
			FROM (SELECT l.fund, sum(rule.in_cents(s.version, l.amount, l.currency))::bigint
			      FROM data.funding l WHERE l.workshop = x.id AND l.commits AND l.fund = ANY (s.funds)
			      GROUP BY l.fund ORDER BY l.fund LIMIT 8) AS g (fund, cents) WHERE g.cents > 0))
		ORDER BY x.first, x.request), '[]')
	FROM unnest(s.works) x WHERE x.pinned AND x.lacks IS NULL
$$;

CREATE FUNCTION rule.instance_baseline(s rule.snapshot) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT COALESCE(json_agg(json_build_object('request', x.request, 'host', x.host, 'start', x.first,
		'team', ARRAY(SELECT e FROM unnest(x.team) AS e WHERE e = ANY (s.experts)), 'weight', x.weight)
		ORDER BY x.first, x.request), '[]')
	FROM unnest(s.works) x WHERE NOT x.pinned AND x.lacks IS NULL
$$;

-- What the snapshot had to leave out, and why.
CREATE FUNCTION rule.snapshot_notes(s rule.snapshot) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT COALESCE(jsonb_agg(n.sentence ORDER BY n.code, n.sentence), '[]')
	FROM (
		SELECT 'workshop', format('%s is not in the plan: %s. Its experts count as busy, its money as spent.', x.id, x.lacks)
		FROM unnest(s.works) x WHERE x.lacks IS NOT NULL
		UNION ALL
		SELECT 'fund', format('%s (%s) is not used: there is no rate for %s; set one in the planning settings.', f.id,
			f.name, f.currency)
		FROM rule.snapshot_funds(s.version) u JOIN data.fund f ON f.id = u.fund WHERE NOT u.rated
		UNION ALL
		SELECT 'fund', format('%s (%s) is not used: its earmarks differ in more than one list and cannot be told as one; '
			'split the fund.', f.id, f.name)
		FROM rule.snapshot_funds(s.version) u JOIN data.fund f ON f.id = u.fund WHERE u.rated AND NOT u.one
		UNION ALL
		SELECT 'request', format('%s of %s cannot be planned: no host is known and open to %s workshops; name one.', d.id,
			m.name, d.kind)
		FROM unnest(s.demand) d JOIN data.member m ON m.code = d.member
		WHERE d.id NOT IN (SELECT h.request FROM rule.snapshot_hosts(s) h)
		UNION ALL
		SELECT 'request', format('%s of %s cannot be planned: it names no instrument; name at least one.', d.id, m.name)
		FROM unnest(s.demand) d JOIN data.member m ON m.code = d.member
		WHERE d.topics = '{}' AND NOT EXISTS (SELECT FROM unnest(s.works) x WHERE x.request = d.id AND x.pinned)
		UNION ALL
		SELECT 'request', format('%s of %s is not in the plan: %s is not open to activities, or its place is not known.',
			r.id, m.name, m.name)
		FROM data.request r JOIN data.member m ON m.code = r.member
		WHERE r.status = 'accepted' AND NOT EXISTS (SELECT FROM unnest(s.demand) d WHERE d.id = r.id)
		  AND (r.wanted_from > s.last) IS NOT TRUE
		UNION ALL
		SELECT 'request', format('%s of %s is not in the plan: it is wanted from %s, after the plan''s last day.', r.id,
			m.name, rule.iso(r.wanted_from))
		FROM data.request r JOIN data.member m ON m.code = r.member
		WHERE r.status = 'accepted' AND r.wanted_from > s.last
		UNION ALL
		SELECT 'kind', format('%s workshops have no opening day, so none is planned.', initcap(k.code))
		FROM data.kind k WHERE k.planned AND k.opens_on IS NULL AND rule.opening_of(s.version, k.code) IS NULL
	) AS n (code, sentence)
$$;

-- The snapshot for a plan. Requests wanted only after it, or of a Member closed to activities, stay out.
CREATE FUNCTION rule.take_snapshot(version int, first date, last date, frozen date, loose text[]) RETURNS rule.snapshot
LANGUAGE plpgsql STABLE AS $$
DECLARE
	s rule.snapshot;
	shut text[];
BEGIN
	s.version := version;
	s.first := first;
	s.last := last;
	s.frozen := frozen;
	s.loose := loose;
	s.works := ARRAY(SELECT w FROM rule.snapshot_works(s) w);
	shut := ARRAY(SELECT c.member || ' ' || c.kind FROM rule.snapshot_criteria(s) c
		WHERE c.criterion = 'membership' AND c.since IS NULL AND NOT c.waived);
	s.demand := ARRAY(SELECT d FROM rule.snapshot_demand(s) d
		WHERE EXISTS (SELECT FROM unnest(s.works) x WHERE x.request = d.id)
		   OR (d.wanted_from > last) IS NOT TRUE AND d.member || ' ' || d.kind <> ALL (shut));
	s.experts := ARRAY(SELECT e FROM rule.snapshot_experts(s) e);
	s.funds := ARRAY(SELECT f.fund FROM rule.snapshot_funds(version) f WHERE f.one AND f.rated);
	RETURN s;
END $$;

CREATE FUNCTION rule.instance(name text, s rule.snapshot) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('format', 'atelier-instance/1', 'id', name, 'currency', 'EUR',
		'horizon', json_build_object('first', s.first, 'last', s.last),
		'languages', ARRAY(SELECT rule.snapshot_languages(s)),
		'topics', ARRAY(SELECT i.code FROM data.instrument i ORDER BY 1),
		'regions', rule.instance_regions(s), 'rules', rule.instance_rules(s.version, s.last),
		'weights', rule.instance_weights(s.version), 'travel', rule.instance_travel(s.version),
		'secretariat_closed', (SELECT COALESCE(json_agg(rule.iso_range(c.first_day, c.last_day) ORDER BY c.first_day), '[]')
			FROM data.planning_closure c WHERE c.version = s.version),
		'members', rule.instance_members(s), 'experts', rule.instance_experts(s), 'funds', rule.instance_funds(s),
		'requests', rule.instance_requests(s), 'pinned', rule.instance_pinned(s), 'baseline', rule.instance_baseline(s));
END $$;
