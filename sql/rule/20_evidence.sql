-- SPDX-License-Identifier: Apache-2.0
-- What had been recorded by an instant: present rows recorded by then, and past versions it falls into.

CREATE OR REPLACE FUNCTION rule.kinds_at(as_of timestamptz) RETURNS SETOF data.kind LANGUAGE sql STABLE AS $$
	SELECT k.* FROM data.kind k WHERE k.recorded_at <= as_of
	UNION ALL
	SELECT r.* FROM data.past p, jsonb_populate_record(NULL::data.kind, p."row") r
	WHERE p.entity = 'kind' AND p.recorded @> as_of
$$;

-- When a version of the planning settings has a kind open; NULL: as the kind itself says.
CREATE OR REPLACE FUNCTION rule.opening_of(version int, kind text) RETURNS date LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT o.opens_on FROM data.planning_opening o WHERE o.version = opening_of.version AND o.kind = opening_of.kind);
END $$;

-- Kinds on a day, as the settings in force then have them open.
CREATE OR REPLACE FUNCTION rule.kinds_on(on_day date, as_of timestamptz)
RETURNS TABLE (code text, planned boolean, opens_on date, source text) LANGUAGE sql STABLE AS $$
	SELECT k.code, k.planned, COALESCE(o.day, k.opens_on),
	       CASE WHEN o.day IS NULL THEN k.source ELSE 'planning settings, version ' || v.version END
	FROM rule.kinds_at(as_of) k
	LEFT JOIN (SELECT x.version FROM data.planning_version x WHERE x.valid_from <= on_day AND x.made_at <= as_of
	           ORDER BY x.valid_from DESC, x.version DESC LIMIT 1) v ON true
	CROSS JOIN LATERAL (SELECT rule.opening_of(v.version, k.code)) AS o (day)
$$;

CREATE OR REPLACE FUNCTION rule.kind_criteria_at(as_of timestamptz) RETURNS SETOF data.kind_criterion
LANGUAGE sql STABLE AS $$
	SELECT c.* FROM data.kind_criterion c WHERE c.recorded_at <= as_of
	UNION ALL
	SELECT r.* FROM data.past p, jsonb_populate_record(NULL::data.kind_criterion, p."row") r
	WHERE p.entity = 'kind_criterion' AND p.recorded @> as_of
$$;

CREATE OR REPLACE FUNCTION rule.notifications_at(as_of timestamptz) RETURNS SETOF data.notification
LANGUAGE sql STABLE AS $$
	SELECT n.* FROM data.notification n WHERE n.recorded_at <= as_of
	UNION ALL
	SELECT r.* FROM data.past p, jsonb_populate_record(NULL::data.notification, p."row") r
	WHERE p.entity = 'notification' AND p.recorded @> as_of
$$;

CREATE OR REPLACE FUNCTION rule.evaluations_at(as_of timestamptz) RETURNS SETOF data.evaluation
LANGUAGE sql STABLE AS $$
	SELECT e.* FROM data.evaluation e WHERE e.recorded_at <= as_of
	UNION ALL
	SELECT r.* FROM data.past p, jsonb_populate_record(NULL::data.evaluation, p."row") r
	WHERE p.entity = 'evaluation' AND p.recorded @> as_of
$$;

CREATE OR REPLACE FUNCTION rule.requests_at(as_of timestamptz) RETURNS SETOF data.request
LANGUAGE sql STABLE AS $$
	SELECT q.* FROM data.request q WHERE q.recorded_at <= as_of
	UNION ALL
	SELECT r.* FROM data.past p, jsonb_populate_record(NULL::data.request, p."row") r
	WHERE p.entity = 'request' AND p.recorded @> as_of
$$;

CREATE OR REPLACE FUNCTION rule.waivers_at(as_of timestamptz) RETURNS SETOF data.waiver
LANGUAGE sql STABLE AS $$
	SELECT v.* FROM data.waiver v WHERE v.recorded_at <= as_of
	UNION ALL
	SELECT r.* FROM data.past p, jsonb_populate_record(NULL::data.waiver, p."row") r
	WHERE p.entity = 'waiver' AND p.recorded @> as_of
$$;

-- Criteria that are met on a day, as recorded by an instant: by which Member and for which kind (NULL: any),
-- since when, on what evidence, checked by whom.
CREATE OR REPLACE FUNCTION rule.facts(on_day date, as_of timestamptz)
RETURNS TABLE (member text, kind text, criterion text, since date, evidence text, checked_by text)
LANGUAGE sql STABLE AS $$
	SELECT m.code, NULL, 'membership', m.member_since, 'status ' || m.status, NULL
	FROM rule.members_at(as_of) m WHERE NOT m.blocked
	UNION ALL
	SELECT m.code, k.code, 'opening', k.opens_on, k.source, NULL
	FROM data.member m, rule.kinds_on(on_day, as_of) k WHERE k.opens_on <= on_day
	UNION ALL
	SELECT n.member, NULL, 'notification', n.notified_on, concat_ws(', ', n.id, n.reference), n.checked_by
	FROM rule.notifications_at(as_of) n
	WHERE n.notified_on <= on_day AND (n.ended_on IS NULL OR n.ended_on > on_day)
	UNION ALL
	(SELECT DISTINCT ON (e.member) e.member, NULL, 'kpi_evaluation',
	        min(e.completed_on) OVER (PARTITION BY e.member), e.id || ', edition ' || e.edition, a.name
	 FROM rule.evaluations_at(as_of) e LEFT JOIN data.account a ON a.id = e.completed_by
	 WHERE e.completed_on <= on_day
	 ORDER BY e.member, e.completed_on DESC, e.id DESC)
	UNION ALL
	(SELECT DISTINCT ON (r.member, r.kind) r.member, r.kind, 'request', r.received_on,
	        concat_ws(', ', r.id, r.reference), a.name
	 FROM rule.requests_at(as_of) r LEFT JOIN data.account a ON a.id = r.accepted_by
	 WHERE r.received_on <= on_day AND (r.closed_on IS NULL OR r.closed_on > on_day)
	 ORDER BY r.member, r.kind, r.received_on, r.id)
$$;
