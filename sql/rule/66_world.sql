-- SPDX-License-Identifier: Apache-2.0
-- What a release is judged by: the world as it is now, and the rules that no constraint guards.

-- What happened since the snapshot that a request or its workshop does not bear.
CREATE FUNCTION rule.request_contradictions(p data.plan, steps rule.release_step[])
RETURNS TABLE (code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH doc AS MATERIALIZED (
		SELECT d.instance, d.taken_at FROM data.plan_document d WHERE d.plan = (p).id
	), was AS MATERIALIZED (
		SELECT b.* FROM doc, json_to_recordset(doc.instance -> 'baseline') AS b (request text, host text, start date, team text[])
	)
	SELECT 'request', format('%s of %s is %s now; leave it out of the release.', r.id, m.name,
		CASE WHEN r.status = 'closed' THEN 'closed' ELSE 'not accepted any more' END)
	FROM unnest(steps) s JOIN data.request r ON r.id = s.request JOIN data.member m ON m.code = r.member
	WHERE r.status NOT IN ('accepted', 'in_plan')
	UNION ALL
	SELECT 'request', format('%s of %s asks for something else since; make a new plan.', r.id, m.name)
	FROM unnest(steps) s JOIN data.request r ON r.id = s.request JOIN data.member m ON m.code = r.member, doc
	WHERE r.recorded_at > doc.taken_at AND r.status = 'accepted' AND ((r.kind, r.member) <> (s.kind, s.member)
		OR r.mode <> s.mode OR r.days <> s.last - s.first + 1 OR r.experts > s.experts
		OR NOT ARRAY(SELECT i.instrument FROM data.request_instrument i WHERE i.request = r.id) <@ s.topics
		OR r.languages <> '{}' AND NOT s.languages <@ r.languages)
	UNION ALL
	SELECT 'workshop', format('%s is answered by %s since; leave it out of the release.', r.id, w.id)
	FROM unnest(steps) s JOIN data.request r ON r.id = s.request JOIN data.workshop w ON w.id = r.workshop
	WHERE r.status = 'in_plan' AND w.status <> 'postponed' AND s.request NOT IN (SELECT b.request FROM was b)
	UNION ALL
	SELECT 'workshop', format('%s (%s) %s since; make a new plan.', w.title, w.id, CASE
		WHEN w.status NOT IN ('planned', 'announced') THEN 'became ' || w.status ELSE 'was moved' END)
	FROM was b JOIN data.request r ON r.id = b.request JOIN data.workshop w ON w.id = r.workshop
	WHERE (b.request IN (SELECT s.request FROM unnest(steps) s) OR w.id IN (SELECT rule.dropped_works(p, NULL)))
	  AND (w.status NOT IN ('planned', 'announced') OR (w.start_date, COALESCE(w.host, b.host)) <> (b.start, b.host))
$$;

-- What the host's and the secretariat's calendar, the Members' standing and the experts do not bear any more.
-- 'the national workshop for Fiji (W-0003)'; the request's id while there is no workshop.
CREATE FUNCTION rule.step_name(s rule.release_step) RETURNS text LANGUAGE sql STABLE
RETURN format('the %s workshop for %s (%s)', (s).kind, rule.member_name((s).member), COALESCE((s).workshop, (s).request));

CREATE FUNCTION rule.world_contradictions(version int, first date, last date, steps rule.release_step[])
RETURNS TABLE (request text, code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH seat AS (
		SELECT s.*, e.id AS expert, e.name, e.active, e.member AS home FROM unnest(steps) s, jsonb_object_keys(s.team) AS t (id)
		JOIN data.expert e ON e.id = t.id WHERE s.moves OR s.reseats
	)
	SELECT s.request, 'calendar', d.sentence
	FROM unnest(steps) s, rule.closed_days(s.host, s.first, s.last) d WHERE s.moves
	UNION ALL
	SELECT s.request, 'calendar', format('The secretariat is closed from %s to %s (%s), and %s is to run from %s to %s; make a '
		'new plan, or take the closure off the planning settings.', rule.iso(c.first_day), rule.iso(c.last_day), c.note,
		rule.step_name(s), rule.iso(s.first), rule.iso(s.last))
	FROM unnest(steps) s JOIN data.planning_closure c ON c.version = world_contradictions.version
		AND c.first_day <= s.last AND c.last_day >= s.first
	WHERE s.moves
	UNION ALL
	SELECT s.request, 'eligible', format('%s may not have this %s workshop any more: %s is not met.', m.name, s.kind,
		replace(c.criterion, '_', ' '))
	FROM unnest(steps) s JOIN rule.snapshot_criteria(ROW(version, first, last, NULL, NULL, NULL,
		NULL, NULL, NULL)::rule.snapshot) c ON c.kind = s.kind
		AND c.member = CASE s.kind WHEN 'national' THEN s.member ELSE s.host END
	JOIN data.member m ON m.code = c.member
	WHERE s.moves AND c.since IS NULL AND NOT c.waived AND NOT EXISTS (
		SELECT FROM data.waiver v WHERE v.workshop = s.workshop AND v.criterion = c.criterion
		  AND rule.today() BETWEEN v.granted_on AND v.valid_until)
	UNION ALL
	SELECT s.request, 'expert', format('%s is nobody in the pool: only a scenario knows them.', t.id)
	FROM unnest(steps) s, jsonb_object_keys(s.team) AS t (id)
	WHERE NOT EXISTS (SELECT FROM data.expert e WHERE e.id = t.id)
	UNION ALL
	SELECT x.request, 'expert', format('%s is not active in the pool any more.', x.name) FROM seat x WHERE NOT x.active
	UNION ALL
	SELECT x.request, 'expert', format('%s has no accreditation that holds from %s to %s any more.', x.name, rule.iso(x.first),
		rule.iso(x.last))
	FROM seat x WHERE NOT EXISTS (SELECT FROM rule.accreditations_held(x.expert, x.first, x.last) a
		WHERE a.instruments && x.topics)
	UNION ALL
	SELECT x.request, 'expert', format('%s cannot travel from %s to %s, and the mission takes %s to %s with travel and rest.', x.name,
		rule.iso(u.first_day), rule.iso(u.last_day), rule.iso(x.first - j.travel), rule.iso(x.last + j.travel + j.rest))
	FROM seat x
	CROSS JOIN LATERAL rule.journey(x.home, x.host, x.mode) j
	JOIN data.unavailability u ON u.expert = x.expert
		AND u.days && daterange(x.first - j.travel, x.last + j.travel + j.rest, '[]')
$$;


-- Rules of several workshops ---------------------------------------------------------------------

-- The workshops that would stand after the steps, as far as years and distances of the steps reach. held: the planner
-- knows of it as one that takes a place on its days.
CREATE FUNCTION rule.standing_after(steps rule.release_step[], dropped text[])
RETURNS TABLE (request text, workshop text, name text, kind text, member text, first date, last date, held boolean)
LANGUAGE sql STABLE AS $$
	SELECT s.request, s.workshop, rule.step_name(s), s.kind, s.member, s.first, s.last, true FROM unnest(steps) s
	UNION ALL
	SELECT n.request, n.workshop, rule.proposal_name(n), n.kind, n.member, n.first, n.last, n.last - n.first < 120
		AND n.team <> '{}' AND h.latitude IS NOT NULL
	FROM (SELECT min(s.first) AS first, max(s.last) AS last FROM unnest(steps) s) AS d
	CROSS JOIN LATERAL rule.proposals_now((date_trunc('year', d.first) - interval '11 years')::date,
		(date_trunc('year', d.last) + interval '12 years')::date) n
	JOIN data.member h ON h.code = n.host
	WHERE n.workshop <> ALL (dropped) AND n.workshop NOT IN (SELECT s.workshop FROM unnest(steps) s WHERE s.workshop IS NOT NULL)
$$;

-- Too many workshops on a day of a step; national workshops of a Member too many in a year, or too near.
CREATE FUNCTION rule.crowding_contradictions(version int, steps rule.release_step[], dropped text[])
RETURNS TABLE (request text, code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH after AS MATERIALIZED (
		SELECT * FROM rule.standing_after(steps, dropped)
	), figure AS MATERIALIZED (
		SELECT rule.setting_of(version, 'parallel_max') AS parallel, rule.setting_of(version, 'national_per_year') AS per_year,
		       rule.setting_of(version, 'national_gap_days') AS gap
	), crowded AS (
		SELECT DISTINCT ON (s.request) s.request, rule.step_name(s) AS name, d.day::date AS day, c.n
		FROM figure f, unnest(steps) s
		CROSS JOIN LATERAL generate_series(s.first, s.last, interval '1 day') AS d (day)
		CROSS JOIN LATERAL (SELECT count(*) AS n FROM after a WHERE a.held AND d.day BETWEEN a.first AND a.last) AS c
		WHERE s.moves AND c.n > f.parallel ORDER BY s.request, d.day
	)
	SELECT c.request, 'parallel', format('%s workshops would run on %s with %s, and %s may (parallel_max); leave it out of the '
		'release, or make a new plan.', c.n, rule.iso(c.day), c.name, f.parallel)
	FROM crowded c, figure f
	UNION ALL
	SELECT s.request, 'member', format('%s would have %s and %s in %s, and may have %s national a year (national_per_year); '
		'leave %s out of the release, or make a new plan.', rule.member_name(s.member), rule.step_name(s),
		rule.word_list(o.names), EXTRACT(year FROM s.first), f.per_year, COALESCE(s.workshop, s.request))
	FROM figure f, unnest(steps) s
	CROSS JOIN LATERAL (SELECT array_agg(a.name || ' on ' || rule.iso(a.first) ORDER BY a.first, a.name) AS names FROM after a
		WHERE a.kind = 'national' AND a.member = s.member AND a.request <> s.request
		  AND EXTRACT(year FROM a.first) = EXTRACT(year FROM s.first)) AS o
	WHERE s.moves AND s.kind = 'national' AND cardinality(o.names) >= f.per_year
	UNION ALL
	SELECT s.request, 'member', format('Only %s days lie between %s on %s and %s on %s, and national workshops of a Member keep '
		'%s (national_gap_days); leave %s out of the release, or make a new plan.', abs(s.first - a.first), rule.step_name(s),
		rule.iso(s.first), a.name, rule.iso(a.first), f.gap, COALESCE(s.workshop, s.request))
	FROM figure f, unnest(steps) s JOIN after a ON a.kind = 'national' AND a.member = s.member AND a.request <> s.request
	WHERE s.moves AND s.kind = 'national' AND abs(s.first - a.first) < f.gap
$$;

-- Missions of a year, with the steps' seats in place of what their workshops have now. What a planner plans with, it
-- measures by the journey; elsewhere missions last as they stand.
CREATE FUNCTION rule.missions_after(steps rule.release_step[], dropped text[])
RETURNS TABLE (request text, expert text, year int, days int, fresh boolean) LANGUAGE sql STABLE AS $$
	SELECT s.request, e.id, EXTRACT(year FROM s.first)::int, s.last - s.first + 1 + 2 * j.travel, s.moves OR s.reseats
	FROM unnest(steps) s, jsonb_object_keys(s.team) AS t (id)
	JOIN data.expert e ON e.id = t.id CROSS JOIN LATERAL rule.journey(e.member, s.host, s.mode) j
	UNION ALL
	SELECT NULL, m.expert, EXTRACT(year FROM m.start_date)::int,
	       m.end_date - m.start_date + 1 + LEAST(m.travel_before + m.travel_after, COALESCE(2 * j.travel, 28)), false
	FROM data.mission m JOIN data.workshop w ON w.id = m.workshop JOIN data.expert e ON e.id = m.expert
	LEFT JOIN LATERAL rule.journey(e.member, w.host, w.mode) j ON true
	WHERE m.live AND m.workshop <> ALL (dropped)
	  AND m.workshop NOT IN (SELECT s.workshop FROM unnest(steps) s WHERE s.workshop IS NOT NULL)
$$;

-- An expert's limits of a year, where a step gives them a seat.
CREATE FUNCTION rule.quota_contradictions(version int, steps rule.release_step[], dropped text[])
RETURNS TABLE (request text, code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH total AS (
		SELECT m.expert, m.year, count(*) AS missions, sum(m.days) AS days,
		       array_agg(m.request ORDER BY m.request) FILTER (WHERE m.fresh) AS fresh
		FROM rule.missions_after(steps, dropped) m GROUP BY m.expert, m.year
	)
	SELECT s.request, 'quota', format('%s would have %s in %s with %s, and may have %s; give the place to somebody else, or make '
		'a new plan.', e.name, v.has, t.year, rule.step_name(s), v.may)
	FROM total t JOIN data.expert e ON e.id = t.expert
	CROSS JOIN LATERAL (
		SELECT t.missions || ' missions', x.n FROM (SELECT COALESCE(e.max_missions_year,
			rule.setting_of(version, 'expert_missions_year'))) AS x (n) WHERE t.missions > x.n
		UNION ALL
		SELECT t.days || ' days away', x.n FROM (SELECT COALESCE(e.max_days_year,
			rule.setting_of(version, 'expert_days_year'))) AS x (n) WHERE t.days > x.n) AS v (has, may)
	JOIN unnest(steps) s ON s.request = t.fresh[1]
$$;

-- Money that a fund has not, for the workshops that would take more of it than they do now. To be asked of settled steps.
CREATE FUNCTION rule.money_contradictions(steps rule.release_step[], dropped text[])
RETURNS TABLE (request text, code text, sentence text) LANGUAGE sql STABLE AS $$
	SELECT w.requests[1], 'fund', format('%s (%s) lacks %s in %s for %s; raise its budget of that year, or leave %s out of the '
		'release.', f.name, f.id, rule.money_text(o.lacks, f.currency), o.year, rule.word_list(w.names),
		CASE WHEN cardinality(w.names) > 1 THEN 'some of them' ELSE 'it' END)
	FROM rule.overspent(steps, dropped) o JOIN data.fund f ON f.id = o.fund
	CROSS JOIN LATERAL (SELECT array_agg(rule.step_name(s) ORDER BY s.first, s.request), array_agg(s.request ORDER BY s.first, s.request)
		FROM unnest(steps) s WHERE EXTRACT(year FROM s.first) = o.year AND (s.money ->> o.fund)::bigint > (
			SELECT COALESCE(sum(l.amount), 0) FROM data.funding l
			WHERE l.workshop = s.workshop AND l.fund = o.fund AND l.year = o.year AND l.commits)) AS w (names, requests)
$$;

-- All of it but money.
CREATE FUNCTION rule.step_contradictions(first date, last date, steps rule.release_step[], dropped text[])
RETURNS TABLE (request text, code text, sentence text) LANGUAGE plpgsql STABLE AS $$
DECLARE
	version CONSTANT int := rule.settings_in_force(rule.today());
BEGIN
	RETURN QUERY SELECT * FROM rule.world_contradictions(version, first, last, steps)
		UNION ALL SELECT * FROM rule.crowding_contradictions(version, steps, dropped)
		UNION ALL SELECT * FROM rule.quota_contradictions(version, steps, dropped);
END $$;
