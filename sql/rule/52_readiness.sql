-- SPDX-License-Identifier: Apache-2.0
-- Is a workshop ready, and what speaks against it: the host's calendar, team, money, targets.

-- The host's calendar -------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.closed_days(host text, first date, last date)
RETURNS TABLE (day date, sentence text) LANGUAGE sql STABLE AS $$
	SELECT d.day, format('%s, a %s, is %s in %s; choose other dates.', rule.iso(d.day),
		trim(to_char(d.day, 'Day')), COALESCE(string_agg(h.name, ', '), 'a day of the weekend'), m.name)
	FROM data.member m
	CROSS JOIN LATERAL (SELECT (first + n) FROM generate_series(0, last - first) AS n) AS d (day)
	LEFT JOIN data.holiday h ON h.member = m.code AND h.days @> d.day
	WHERE m.code = host AND (h.member IS NOT NULL OR lower(to_char(d.day, 'Dy')) = ANY (m.weekend))
	GROUP BY d.day, m.name
$$;

-- The next ranges of so many days, none of them closed at the host.
CREATE OR REPLACE FUNCTION rule.free_dates(host text, days int, since date, many int)
RETURNS TABLE (first date, last date) LANGUAGE sql STABLE AS $$
	WITH closed AS MATERIALIZED (
		SELECT c.day FROM rule.closed_days(host, since, since + 400) c
	)
	SELECT since + n, since + n + days - 1
	FROM generate_series(0, 400 - days) AS n
	WHERE NOT EXISTS (SELECT FROM closed c WHERE c.day BETWEEN since + n AND since + n + days - 1)
	ORDER BY n LIMIT many
$$;

CREATE OR REPLACE FUNCTION rule.alternative(code text, sentence text, value text) RETURNS jsonb
LANGUAGE sql IMMUTABLE
RETURN jsonb_build_object('code', code, 'sentence', sentence, 'value', value);

CREATE OR REPLACE FUNCTION rule.free_date_alternatives(host text, days int, since date) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT COALESCE(jsonb_agg(rule.alternative('dates', format('%s to %s is free of weekends and holidays at '
		'the host.', rule.iso(f.first), rule.iso(f.last)), rule.iso(f.first) || '/' || rule.iso(f.last))), '[]')
	FROM rule.free_dates(host, days, since, 3) f
$$;

-- Who could take a role (NULL: any) instead.
DROP FUNCTION IF EXISTS rule.candidate_alternatives(data.workshop);
CREATE OR REPLACE FUNCTION rule.candidate_alternatives(w data.workshop, wanted text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT COALESCE(jsonb_agg(rule.alternative('expert', format('%s from %s can.', (c.expert).name, c.home),
		(c.expert).id) ORDER BY c.rank), '[]')
	FROM rule.candidates(w, wanted) c WHERE c.rank <= 3
$$;

-- Money ---------------------------------------------------------------------------------------

-- What everybody may know of funding lines: amounts; a donor's name once its money is confirmed, or to
-- itself and the staff. Runs as the owner. `recorded`: when a version stood; `present`: it still does.
DROP VIEW IF EXISTS rule.line, rule.place_on_team, rule.aim, rule.outcome CASCADE;
CREATE VIEW rule.line AS
SELECT v.workshop, v.status, v.amount, v.currency, v.recorded, v.present,
       CASE WHEN v.status = 'confirmed' OR v.donor = (SELECT rule.my_donor()) OR (SELECT rule.is_staff())
            THEN v.donor END AS donor
FROM (
	SELECT f.workshop, f.status, f.amount, f.currency, f.donor, tstzrange(f.recorded_at, NULL), true
	FROM data.funding f
	UNION ALL
	SELECT p.row ->> 'workshop', p.row ->> 'status', (p.row ->> 'amount')::bigint, p.row ->> 'currency',
	       p.row ->> 'donor', p.recorded, false
	FROM data.past p WHERE p.entity = 'funding' AND p.row ? 'workshop'
) AS v (workshop, status, amount, currency, donor, recorded, present);

-- Teams as numbers: who is on them stays with the staff and with themselves.
CREATE VIEW rule.place_on_team AS
SELECT m.workshop, m.engaged, tstzrange(m.recorded_at, NULL) AS recorded, true AS present FROM data.mission m
UNION ALL
SELECT p.row ->> 'workshop', (p.row ->> 'engaged')::boolean, p.recorded, false
FROM data.past p WHERE p.entity = 'mission' AND p.row ? 'workshop';

CREATE VIEW rule.aim AS
SELECT t.id, t.workshop, t.indicator, t.kpi, t.level, t.baseline, t.value, t.unit, t.due_on,
       tstzrange(t.recorded_at, NULL) AS recorded, true AS present FROM data.target t
UNION ALL
SELECT p.key, p.row ->> 'workshop', p.row ->> 'indicator', p.row ->> 'kpi', p.row ->> 'level',
       (p.row ->> 'baseline')::numeric, (p.row ->> 'value')::numeric, p.row ->> 'unit',
       (p.row ->> 'due_on')::date, p.recorded, false
FROM data.past p WHERE p.entity = 'target' AND p.row ? 'workshop';

CREATE VIEW rule.outcome AS
SELECT r.workshop, r.target, r.value, r.measured_on, tstzrange(r.recorded_at, NULL) AS recorded, true AS present
FROM data.result r
UNION ALL
SELECT p.row ->> 'workshop', p.row ->> 'target', (p.row ->> 'value')::numeric, (p.row ->> 'measured_on')::date,
       p.recorded, false
FROM data.past p WHERE p.entity = 'result' AND p.row ? 'workshop';
GRANT SELECT ON rule.line, rule.place_on_team, rule.aim, rule.outcome TO atelier_api;

CREATE OR REPLACE FUNCTION rule.money(amount bigint, currency text) RETURNS json LANGUAGE sql IMMUTABLE
RETURN CASE WHEN amount IS NOT NULL THEN json_build_object('amount', amount, 'currency', currency) END;

CREATE OR REPLACE FUNCTION rule.confirmed(w data.workshop) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT COALESCE(sum(f.amount), 0)::bigint FROM data.funding f
	WHERE f.workshop = w.id AND f.status = 'confirmed' AND f.currency = COALESCE(w.currency, f.currency));
END $$;

-- Why a fund may not pay for a workshop; nothing when it may.
CREATE OR REPLACE FUNCTION rule.earmark_faults(w data.workshop, of_fund text)
RETURNS TABLE (code text, sentence text) LANGUAGE sql STABLE AS $$
	WITH mark AS (
		SELECT e.*, concat_ws(' and ',
			CASE WHEN e.regions <> '{}' AND NOT e.regions && (w.regions || 'ALL'::text)
			     THEN 'regions ' || array_to_string(e.regions, ', ') END,
			CASE WHEN e.members <> '{}' AND NOT e.members && rule.own_members(w)
			     THEN 'Members ' || array_to_string(e.members, ', ') END,
			CASE WHEN e.kinds <> '{}' AND w.kind <> ALL (e.kinds)
			     THEN 'kinds ' || array_to_string(e.kinds, ', ') END,
			CASE WHEN e.instruments <> '{}' AND NOT e.instruments && w.instruments
			     THEN 'instruments ' || array_to_string(e.instruments, ', ') END,
			CASE WHEN w.start_date < e.first_day OR w.end_date > e.last_day
			     THEN format('days %s to %s', COALESCE(rule.iso(e.first_day), 'any'),
			                 COALESCE(rule.iso(e.last_day), 'any')) END) AS misfit
		FROM data.earmark e WHERE e.fund = of_fund
	)
	SELECT 'earmark', format('%s is earmarked for %s; choose another fund.', f.name,
		string_agg(m.misfit, '; or for ' ORDER BY m.number))
	FROM mark m JOIN data.fund f ON f.id = m.fund
	GROUP BY f.name HAVING bool_and(m.misfit <> '')
$$;

-- Ready? --------------------------------------------------------------------------------------

-- What is missing from a team, a sentence each.
CREATE OR REPLACE FUNCTION rule.team_gaps(w data.workshop) RETURNS SETOF text LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN QUERY
	WITH team AS MATERIALIZED (
		SELECT (p.expert).id, (p.expert).name, (p.mission).role, (p.mission).status, (p.mission).release, p.level, p.covered
		FROM rule.pool(w) p WHERE (p.mission).engaged
	)
	SELECT format('it has %s of %s experts', count(*), w.experts_needed) FROM team
	HAVING count(*) < w.experts_needed
	UNION ALL
	SELECT 'nobody leads it' FROM team HAVING count(*) FILTER (WHERE role = 'lead') = 0 AND w.experts_needed > 0
	UNION ALL
	SELECT 'nobody on it is fully accredited' FROM team
	HAVING count(*) FILTER (WHERE level = 'full') = 0 AND count(*) > 0
	UNION ALL
	SELECT format('nobody on it covers %s', string_agg(i, ', ')) FROM unnest(w.instruments) AS i
	WHERE NOT EXISTS (SELECT FROM team t WHERE i = ANY (t.covered)) AND EXISTS (SELECT FROM team)
	HAVING count(*) > 0
	UNION ALL
	SELECT format('%s has not accepted', t.name) FROM team t WHERE t.status <> 'accepted'
	UNION ALL
	SELECT format('the home administration has not released %s', t.name) FROM team t
	WHERE t.release <> 'granted'
	UNION ALL
	-- What spoke for an expert may have ended since: each place is judged again until the workshop is held.
	SELECT format('the place of %s does not hold (%s)', t.name,
		string_agg(DISTINCT replace(f.code, '_', ' '), ', ' ORDER BY replace(f.code, '_', ' ')))
	FROM team t, rule.faults(w, t.id, t.role) f
	WHERE w.status IN ('draft', 'planned', 'announced', 'postponed')
	GROUP BY t.id, t.name;
END $$;

-- The guards of the state machine for one workshop. `lacks` says why a guard does not hold.
CREATE OR REPLACE FUNCTION rule.guards(w data.workshop)
RETURNS TABLE (guard text, lacks text, waived boolean) LANGUAGE sql STABLE AS $$
	SELECT g.guard, g.lacks, EXISTS (
		SELECT FROM data.waiver v WHERE v.workshop = w.id AND v.criterion = g.guard
		  AND rule.today() BETWEEN v.granted_on AND v.valid_until)
	FROM (
		SELECT 'staffed', 'The team is not ready: ' || string_agg(t, '; ') || '.' FROM rule.team_gaps(w) AS t
		UNION ALL
		SELECT 'funded', CASE WHEN w.budget IS NULL THEN 'What the workshop costs is not known; state its budget.'
			WHEN c.amount < w.budget THEN format('Confirmed money covers %s of %s %s (minor units); confirm more '
				'funding or lower the budget.', c.amount, w.budget, w.currency) END
		FROM rule.confirmed(w) AS c (amount)
		UNION ALL
		SELECT 'targeted', CASE WHEN NOT EXISTS (SELECT FROM data.target t
			WHERE t.workshop = w.id AND t.baseline IS NOT NULL)
			THEN 'No target has a baseline; add a target that says where things stand and what is to be reached.' END
		UNION ALL
		SELECT 'over', CASE WHEN w.end_date >= rule.today()
			THEN format('The workshop lasts until %s; it is delivered after that.', rule.iso(w.end_date)) END
		UNION ALL
		SELECT 'measured', 'These targets have no result yet: ' || string_agg(t.indicator, ', ') || '; record them.'
		FROM data.target t WHERE t.workshop = w.id
		  AND NOT EXISTS (SELECT FROM data.result r WHERE r.target = t.id)
	) AS g (guard, lacks)
$$;

-- Waivers for one workshop that are in force, each with who, why and until when.
CREATE OR REPLACE FUNCTION rule.waived(of_workshop text) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT COALESCE(json_agg(rule.reason(v.criterion, format('%s sets it aside until %s, granted by %s: %s', v.id,
		rule.iso(v.valid_until), rule.account_name(v.granted_by), v.reason)) ORDER BY v.id), '[]')
	FROM data.waiver v
	WHERE v.workshop = of_workshop AND rule.today() BETWEEN v.granted_on AND v.valid_until);
END $$;

-- Of what is only on record nobody knows. Nothing is missing from a workshop that was held, or is off.
CREATE OR REPLACE FUNCTION rule.readiness(w data.workshop) RETURNS json LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN (
	SELECT json_build_object(
		'staffed', bool_and(g.lacks IS NULL) FILTER (WHERE g.guard = 'staffed'),
		'funded', bool_and(g.lacks IS NULL) FILTER (WHERE g.guard = 'funded'),
		'targeted', bool_and(g.lacks IS NULL) FILTER (WHERE g.guard = 'targeted'),
		'missing', COALESCE(json_agg(rule.reason(g.guard, g.lacks)) FILTER (WHERE g.lacks IS NOT NULL AND NOT g.waived
			AND w.status IN ('draft', 'planned', 'announced', 'postponed')), '[]'),
		'waived', rule.waived(w.id))
	FROM rule.guards(w) g WHERE g.guard IN ('staffed', 'funded', 'targeted') AND NOT w.historic);
END $$;
