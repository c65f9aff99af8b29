-- SPDX-License-Identifier: Apache-2.0
-- What a snapshot for planning is taken of: workshops that are there, requests that want one, experts, money. All of it
-- is STABLE and asked by one statement (rule.instance), so that it stood in the tables at one and the same instant.

-- works, demand, experts and funds are found first, each with those before it; the document is written from them.
-- frozen: workshops that start by then stay as they are, but for the loose ones.
DROP TYPE IF EXISTS rule.snapshot, rule.work, rule.demand CASCADE;
CREATE TYPE rule.work AS (id text, request text, kind text, host text, region text, first date, last date,
	team text[], weight int, pinned boolean, lacks text);
CREATE TYPE rule.demand AS (id text, kind text, member text, region text, days int, experts int, mode text,
	topics text[], languages text[], priority int, wanted_from date, wanted_to date, received date, work text);
CREATE TYPE rule.snapshot AS (version int, first date, last date, frozen date, loose text[],
	works rule.work[], demand rule.demand[], experts text[], funds text[]);

-- Live workshops that meet the horizon. pinned: held, running, frozen, made by hand without a request or for several,
-- or not wholly within the horizon. What the format cannot say is left out with what it lacks; its experts are busy
-- then and its money is spent. One that answers no request stands for one under its own id.
CREATE FUNCTION rule.snapshot_works(s rule.snapshot) RETURNS SETOF rule.work LANGUAGE sql STABLE AS $$
	SELECT w.id, COALESCE(r.requests[1], w.id), w.kind, m.code,
	       COALESCE(a.region, (SELECT min(g) FROM unnest(w.regions) AS g WHERE g <> 'ALL'), m.region),
	       w.start_date, w.end_date, t.team, t.weight, x.pinned,
	       CASE WHEN w.kind = 'global' THEN 'it is a global event'
	            WHEN m.latitude IS NULL THEN 'where it takes place is not known'
	            WHEN w.end_date - w.start_date >= 120 THEN 'it is longer than 120 days'
	            WHEN x.pinned AND t.team = '{}' THEN 'it stays as it is and has no team yet' END
	FROM data.workshop w
	CROSS JOIN LATERAL (SELECT ARRAY(SELECT q.id FROM data.request q WHERE q.workshop = w.id AND q.status <> 'closed'
		ORDER BY q.id)) AS r (requests)
	LEFT JOIN data.request q ON q.id = r.requests[1]
	LEFT JOIN data.member a ON a.code = q.member
	LEFT JOIN data.member m ON m.code = COALESCE(w.host, q.member, w.beneficiaries[1])
	CROSS JOIN LATERAL (
		SELECT COALESCE(array_agg(i.expert ORDER BY array_position('{lead,expert,trainee}', i.role), i.id), '{}'),
		       rule.setting_of(s.version, CASE WHEN bool_or(i.tickets_on IS NOT NULL) THEN 'weight_tickets'
				WHEN w.status = 'announced' THEN 'weight_announced' ELSE 'weight_planned' END)
		FROM data.mission i JOIN data.expert e ON e.id = i.expert JOIN data.member h ON h.code = e.member
		WHERE i.workshop = w.id AND i.engaged AND h.latitude IS NOT NULL) AS t (team, weight)
	CROSS JOIN LATERAL (SELECT w.status NOT IN ('planned', 'announced') OR w.start_date <= rule.today()
		OR cardinality(r.requests) <> 1 OR w.start_date < s.first OR w.end_date > s.last
		OR w.start_date <= s.frozen AND w.id <> ALL (s.loose)) AS x (pinned)
	WHERE w.live AND w.start_date <= s.last AND w.end_date >= s.first
$$;

-- Accepted requests, and those whose workshop is planned within the horizon, or off until it has new days; what the
-- workshop says of its shape goes before what the request says. And what stands for pinned workshops without one.
CREATE FUNCTION rule.snapshot_demand(s rule.snapshot) RETURNS SETOF rule.demand LANGUAGE sql STABLE AS $$
	SELECT r.id, r.kind, r.member, m.region,
	       COALESCE(w.end_date - w.start_date + 1, r.days, rule.setting_of(s.version, 'days_' || r.kind)),
	       LEAST(GREATEST(COALESCE(w.experts_needed, r.experts, rule.setting_of(s.version, 'team_' || r.kind)), 1), 12),
	       COALESCE(w.mode, r.mode, 'in_person'),
	       COALESCE(NULLIF(w.instruments, '{}'),
			ARRAY(SELECT i.instrument FROM data.request_instrument i WHERE i.request = r.id ORDER BY 1)),
	       COALESCE(NULLIF(w.languages, '{}'), NULLIF(r.languages, '{}'), m.languages),
	       COALESCE(r.priority, rule.setting_of(s.version, 'priority')), r.wanted_from, r.wanted_to, r.received_on, w.id
	FROM data.request r
	JOIN data.member m ON m.code = r.member
	LEFT JOIN data.workshop w ON w.id = r.workshop AND r.status = 'in_plan'
	WHERE m.latitude IS NOT NULL AND (r.status = 'accepted' OR r.status = 'in_plan' AND (w.status = 'postponed'
		OR EXISTS (SELECT FROM unnest(s.works) x WHERE x.request = r.id AND x.lacks IS NULL)))
	UNION ALL
	SELECT x.request, x.kind, x.host, x.region, x.last - x.first + 1, LEAST(cardinality(x.team), 12),
	       COALESCE(w.mode, 'in_person'), w.instruments, w.languages, 0, x.first, x.last, NULL, x.id
	FROM unnest(s.works) x JOIN data.workshop w ON w.id = x.id
	WHERE x.lacks IS NULL AND x.pinned AND x.request = x.id
$$;

-- When criteria are met by a Member for a kind, as the eligibility view has it: since a day; or waived, when the kind
-- does not ask for them or a waiver sets them aside; until: the last day that holds.
CREATE OR REPLACE FUNCTION rule.snapshot_criteria(s rule.snapshot)
RETURNS TABLE (member text, kind text, criterion text, since date, waived boolean, until date)
LANGUAGE sql STABLE AS $$
	SELECT m.code, k.code, c.code, f.since, n.id IS NULL OR f.since IS NULL AND v.until IS NOT NULL,
	       CASE WHEN n.id IS NULL THEN NULL WHEN f.since IS NULL THEN v.until ELSE e.until END
	FROM data.member m
	CROSS JOIN (SELECT k.code FROM data.kind k WHERE k.planned) k
	CROSS JOIN unnest('{membership,notification,kpi_evaluation}'::text[]) AS c (code)
	CROSS JOIN LATERAL (SELECT GREATEST(s.first, rule.today())) AS d (day)
	LEFT JOIN data.kind_criterion n ON n.kind = k.code AND n.criterion = c.code
	LEFT JOIN (SELECT x.member, x.criterion, min(COALESCE(x.since, '2000-01-01')) AS since
	           FROM rule.facts(GREATEST(s.first, rule.today()), 'infinity') x WHERE x.kind IS NULL GROUP BY 1, 2) f
		ON f.member = m.code AND f.criterion = c.code
	LEFT JOIN LATERAL (SELECT max(w.valid_until) FROM data.waiver w WHERE w.member = m.code AND w.kind = k.code
		AND w.criterion = c.code AND d.day BETWEEN w.granted_on AND w.valid_until) AS v (until) ON true
	LEFT JOIN (SELECT o.member, NULLIF(max(COALESCE(o.ended_on, 'infinity')), 'infinity') - 1 AS until
	           FROM data.notification o GROUP BY o.member) e ON c.code = 'notification' AND e.member = m.code
$$;

-- Where a request may be held, and what that costs: where it is now; the Members it names, or else its own. A Member
-- that is closed to activities, or lacks what the kind asks of a host, hosts nothing new.
CREATE FUNCTION rule.snapshot_hosts(s rule.snapshot)
RETURNS TABLE (request text, member text, cost int) LANGUAGE sql STABLE AS $$
	WITH barred AS MATERIALIZED (
		SELECT DISTINCT c.member, c.kind FROM rule.snapshot_criteria(s) c
		WHERE c.since IS NULL AND NOT c.waived AND (c.criterion = 'membership' OR c.kind <> 'national')
	), named AS (
		SELECT d.id, d.kind, h.member, h.cost, false FROM unnest(s.demand) d JOIN data.request_host h ON h.request = d.id
		UNION ALL
		SELECT d.id, d.kind, d.member, NULL, false FROM unnest(s.demand) d
		WHERE NOT EXISTS (SELECT FROM data.request_host h WHERE h.request = d.id)
		UNION ALL
		SELECT x.request, x.kind, x.host, NULL, true FROM unnest(s.works) x WHERE x.lacks IS NULL
	)
	SELECT n.id, m.code, COALESCE(max(n.cost), max(p.host_cost), rule.setting_of(s.version, 'host_cost'))
	FROM named AS n (id, kind, member, cost, stays)
	JOIN data.member m ON m.code = n.member AND m.latitude IS NOT NULL
	LEFT JOIN data.planning_place p ON p.version = s.version AND p.member = m.code
	WHERE n.stays OR NOT EXISTS (SELECT FROM barred b WHERE b.member = m.code AND b.kind = n.kind)
	GROUP BY n.id, m.code
$$;

-- Accreditations as spans: one that lapsed for any of its instruments ends the day before.
CREATE OR REPLACE FUNCTION rule.snapshot_accreditations()
RETURNS TABLE (expert text, topics text[], level text, valid_from date, valid_to date) LANGUAGE sql STABLE AS $$
	SELECT a.expert, t.topics, a.level, a.conferred_on, u.until
	FROM data.accreditation a
	CROSS JOIN LATERAL (SELECT ARRAY(SELECT i.code FROM data.instrument i WHERE i.code = ANY (a.instruments)
		ORDER BY 1)) AS t (topics)
	CROSS JOIN LATERAL (SELECT LEAST(a.valid_until, min(l.conferred_on) - 1) FROM data.accreditation l
		WHERE l.expert = a.expert AND l.stage = 'lapsed' AND l.instruments && a.instruments
		  AND l.conferred_on >= a.conferred_on) AS u (until)
	WHERE a.level IS NOT NULL AND t.topics <> '{}' AND (u.until >= a.conferred_on) IS NOT FALSE
$$;

-- Experts who can be planned: active, accredited for something, at home in a place that is known. And those on teams
-- there are, whatever became of them; who is not active any more is away all the time.
CREATE FUNCTION rule.snapshot_experts(s rule.snapshot) RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT e.id FROM data.expert e JOIN data.member m ON m.code = e.member
	WHERE m.latitude IS NOT NULL AND e.active AND e.id IN (SELECT a.expert FROM rule.snapshot_accreditations() a)
	UNION
	SELECT unnest(x.team) FROM unnest(s.works) x WHERE x.lacks IS NULL
$$;

-- Money ----------------------------------------------------------------------------------------

-- A fund's earmarks as one: the lists of the format all have to fit, an empty one fits all. Several earmarks are one if
-- they differ in one list alone; then its union says the same. fits: they are one, and there is a rate for the currency.
CREATE OR REPLACE FUNCTION rule.snapshot_funds(version int)
RETURNS TABLE (fund text, donor text, currency text, regions text[], members text[], kinds text[], topics text[],
               first date, last date, one boolean, rated boolean) LANGUAGE sql STABLE AS $$
	WITH mark AS (
		SELECT e.fund, CASE WHEN 'ALL' = ANY (e.regions) THEN '{}' ELSE ARRAY(SELECT unnest(e.regions) ORDER BY 1) END AS regions,
		       ARRAY(SELECT unnest(e.members) ORDER BY 1) AS members, ARRAY(SELECT unnest(e.kinds) ORDER BY 1) AS kinds,
		       ARRAY(SELECT unnest(e.instruments) ORDER BY 1) AS topics, e.first_day, e.last_day
		FROM data.earmark e
	), merged AS (
		SELECT m.fund, (count(DISTINCT m.regions) > 1)::int + (count(DISTINCT m.members) > 1)::int
		       + (count(DISTINCT m.kinds) > 1)::int + (count(DISTINCT m.topics) > 1)::int
		       + 2 * (count(DISTINCT (m.first_day, m.last_day)) > 1)::int AS differ,
		       bool_or(m.regions = '{}') AS any_region, bool_or(m.members = '{}') AS any_member,
		       bool_or(m.kinds = '{}') AS any_kind, bool_or(m.topics = '{}') AS any_topic,
		       min(m.first_day) AS first, max(m.last_day) AS last
		FROM mark m GROUP BY m.fund
	)
	SELECT f.id, f.donor, f.currency,
	       CASE WHEN g.any_region THEN '{}' ELSE ARRAY(SELECT DISTINCT unnest(m.regions) FROM mark m WHERE m.fund = f.id ORDER BY 1) END,
	       CASE WHEN g.any_member THEN '{}' ELSE ARRAY(SELECT DISTINCT unnest(m.members) FROM mark m WHERE m.fund = f.id ORDER BY 1) END,
	       CASE WHEN g.any_kind THEN '{}' ELSE ARRAY(SELECT DISTINCT unnest(m.kinds) FROM mark m WHERE m.fund = f.id ORDER BY 1) END,
	       CASE WHEN g.any_topic THEN '{}' ELSE ARRAY(SELECT DISTINCT unnest(m.topics) FROM mark m WHERE m.fund = f.id ORDER BY 1) END,
	       COALESCE(g.first, '2000-01-01'), COALESCE(g.last, '2100-12-31'),
	       COALESCE(g.differ, 0) < 2, rule.in_cents(version, 1, f.currency) IS NOT NULL
	FROM data.fund f LEFT JOIN merged g ON g.fund = f.id
$$;

-- What a year of a fund has for the plan, in EUR cents: its budget less what is committed to workshops that the
-- snapshot does not hold.
CREATE FUNCTION rule.snapshot_budgets(s rule.snapshot)
RETURNS TABLE (fund text, year int, cents bigint) LANGUAGE sql STABLE AS $$
	SELECT y.fund, y.year, LEAST(rule.in_cents(s.version, y.budget - y.committed + COALESCE((
		SELECT sum(l.amount)::bigint FROM data.funding l JOIN unnest(s.works) x ON x.id = l.workshop AND x.lacks IS NULL
		WHERE l.fund = y.fund AND l.year = y.year AND l.commits), 0), f.currency), 1000000000000)
	FROM data.fund_year y JOIN data.fund f ON f.id = y.fund
	WHERE y.fund = ANY (s.funds)
	  AND y.year BETWEEN EXTRACT(year FROM s.first) - 1 AND EXTRACT(year FROM s.last) + 1
$$;
