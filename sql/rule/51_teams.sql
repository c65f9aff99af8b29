-- SPDX-License-Identifier: Apache-2.0
-- Who may be on a workshop's team: every rule in one place, each with its reason.

-- The Members a workshop is held for, whose own officers do not deliver it.
CREATE OR REPLACE FUNCTION rule.own_members(w data.workshop) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN array_remove(ARRAY[w.host] || CASE WHEN w.kind = 'national' THEN w.beneficiaries
		|| ARRAY(SELECT r.member FROM data.request r WHERE r.workshop = w.id) END, NULL);
END $$;

-- The pool seen from one workshop. `mission` is the expert's place on its team, if there is one. Days of
-- travel are stated (before, after), or kept as a person stated them, or follow from the distance.
CREATE OR REPLACE FUNCTION rule.pool(w data.workshop, before int DEFAULT NULL, after int DEFAULT NULL)
RETURNS TABLE (expert data.expert, home text, presence text, travel int, rest int, level text,
               covered text[], shared text[], mission data.mission, block daterange,
               missions int, days int) LANGUAGE sql STABLE AS $$
	SELECT e, h.name, j.presence, j.travel, j.rest, s.level, s.covered,
	       ARRAY(SELECT l FROM unnest(w.languages) AS l WHERE l = ANY (e.languages)), m,
	       daterange(
		w.start_date - COALESCE(before, CASE WHEN m.travel_stated THEN m.travel_before END, j.travel),
		w.end_date + COALESCE(after, CASE WHEN m.travel_stated THEN m.travel_after END, j.travel) + j.rest, '[]'),
	       y.missions, y.days
	FROM data.expert e
	JOIN data.member h ON h.code = e.member
	CROSS JOIN LATERAL rule.journey(e.member, w.host, w.mode) j
	CROSS JOIN LATERAL rule.standing(e.id, w.instruments, w.start_date, w.end_date) s
	LEFT JOIN data.mission m ON m.expert = e.id AND m.workshop = w.id
	CROSS JOIN LATERAL (
		SELECT count(*)::int, COALESCE(sum(o.end_date - o.start_date + 1 + o.travel_before + o.travel_after), 0)::int
		FROM data.mission o
		WHERE o.expert = e.id AND o.live AND o.workshop <> w.id
		  AND o.start_date BETWEEN make_date(w.year, 1, 1) AND make_date(w.year, 12, 31)) AS y (missions, days)
	WHERE w.start_date IS NOT NULL AND w.end_date IS NOT NULL
$$;

-- Every reason why an expert (NULL: each of the pool) cannot take a role (NULL: any) in a workshop.
CREATE OR REPLACE FUNCTION rule.faults(w data.workshop, only_expert text, wanted text,
                                       before int DEFAULT NULL, after int DEFAULT NULL)
RETURNS TABLE (expert text, code text, sentence text, day date) LANGUAGE sql STABLE AS $$
	WITH pool AS MATERIALIZED (
		SELECT (p.expert).id, (p.expert).name, (p.expert).active, (p.expert).member, (p.expert).delivers,
		       (p.expert).max_missions_year, (p.expert).max_days_year, p.home, p.presence, p.level, p.covered,
		       p.shared, p.block, p.missions, p.days, p.travel, COALESCE(wanted, (p.mission).role) AS role,
		       -- instruments of other accreditations that hold, where none on this workshop's ever did
		       CASE WHEN p.level IS NULL AND NOT EXISTS (SELECT FROM data.accreditation a
		            WHERE a.expert = (p.expert).id AND a.level IS NOT NULL AND a.instruments && w.instruments)
		       THEN (SELECT NULLIF(s.covered, '{}') FROM rule.standing((p.expert).id, '{}', w.start_date,
		             w.end_date) s) END AS held
		FROM rule.pool(w, before, after) p WHERE only_expert IS NULL OR (p.expert).id = only_expert
	), fully AS (
		SELECT x.id FROM rule.pool(w) p, LATERAL (SELECT (p.expert).id) x
		WHERE p.level = 'full' AND (p.mission).engaged
	)
	SELECT p.id, 'inactive', format('%s is not active in the pool; make the expert active or choose another.',
		p.name), NULL::date
	FROM pool p WHERE NOT p.active
	UNION ALL
	SELECT p.id, 'own_administration', format('%s comes from %s, and nobody delivers a workshop for their own '
		'administration; choose an expert from another one.', p.name, p.home), NULL
	FROM pool p WHERE p.member = ANY (rule.own_members(w))
	UNION ALL
	SELECT p.id, 'accreditation', format('%s has no accreditation %s that holds from %s to %s%s; choose another '
		'expert, other dates, or have the accreditation refreshed.', p.name,
		CASE WHEN w.instruments = '{}' THEN '' ELSE 'for ' || array_to_string(w.instruments, ' or ') END,
		rule.iso(w.start_date), rule.iso(w.end_date),
		COALESCE((SELECT format(' (one ends on %s)', rule.iso(max(a.valid_until))) FROM data.accreditation a
		          WHERE a.expert = p.id AND a.level IS NOT NULL AND a.valid_until < w.end_date
		            AND (w.instruments = '{}' OR a.instruments && w.instruments) HAVING count(*) > 0), '')), NULL
	FROM pool p WHERE p.level IS NULL AND p.held IS NULL
	UNION ALL
	SELECT p.id, 'instrument', format('%s is accredited for %s, and this workshop is on %s; choose an expert '
		'accredited for one of its instruments.', p.name, array_to_string(p.held, ', '),
		array_to_string(w.instruments, ', ')), NULL
	FROM pool p WHERE p.level IS NULL AND p.held IS NOT NULL
	UNION ALL
	SELECT p.id, 'pre_accredited_lead', format('%s is pre-accredited, and a lead is fully accredited; give the '
		'role trainee.', p.name), NULL
	FROM pool p WHERE p.level = 'pre' AND p.role = 'lead'
	UNION ALL
	SELECT p.id, 'pre_accredited_role', format('%s is pre-accredited for this workshop, which is the field '
		'mission; give the role trainee.', p.name), NULL
	FROM pool p WHERE p.level = 'pre' AND p.role = 'expert'
	UNION ALL
	SELECT p.id, 'full_trainee', format('%s is fully accredited for this workshop, and trainees are '
		'pre-accredited; give the role expert or lead.', p.name), NULL
	FROM pool p WHERE p.level = 'full' AND p.role = 'trainee'
	UNION ALL
	SELECT p.id, 'pre_accredited_alone', format('%s is pre-accredited and never works alone; put a fully '
		'accredited expert on the team first.', p.name), NULL
	FROM pool p WHERE p.level = 'pre' AND NOT EXISTS (SELECT FROM fully f WHERE f.id <> p.id)
	UNION ALL
	SELECT p.id, 'language', format('%s speaks none of the workshop''s languages (%s); choose somebody who does.',
		p.name, array_to_string(w.languages, ', ')), NULL
	FROM pool p WHERE w.languages <> '{}' AND p.shared = '{}'
	  AND (p.role = 'lead' OR rule.setting('language_of_all') > 0)
	UNION ALL
	SELECT p.id, 'delivers', format('%s would take part %s and does not; choose another expert or mode.',
		p.name, CASE p.presence WHEN 'remote' THEN 'remotely' ELSE 'on site' END), NULL
	FROM pool p WHERE p.presence <> ALL (p.delivers)
	UNION ALL
	SELECT p.id, 'lead_on_site', format('%s would be remote, and the lead of a hybrid workshop is on site; '
		'choose another lead.', p.name), NULL
	FROM pool p WHERE p.role = 'lead' AND w.mode = 'hybrid' AND p.presence = 'remote'
	UNION ALL
	SELECT p.id, 'unavailable', format('%s cannot travel from %s to %s, and the mission takes %s to %s with '
		'travel and rest; choose another expert or other dates.', p.name, rule.iso(u.first_day),
		rule.iso(u.last_day), rule.iso(lower(p.block)), rule.iso(upper(p.block) - 1)),
		GREATEST(u.first_day, lower(p.block))
	FROM pool p JOIN data.unavailability u ON u.expert = p.id AND u.days && p.block
	UNION ALL
	SELECT p.id, 'double_booking', format('%s is on %s (%s) from %s to %s with travel and rest, and this mission '
		'takes %s to %s; choose another expert or other dates.', p.name, o.title, o.id, rule.iso(lower(m.block)),
		rule.iso(upper(m.block) - 1), rule.iso(lower(p.block)), rule.iso(upper(p.block) - 1)),
		GREATEST(lower(m.block), lower(p.block))
	FROM pool p JOIN data.mission m ON m.expert = p.id AND m.live AND m.block && p.block AND m.workshop <> w.id
	JOIN data.workshop o ON o.id = m.workshop
	UNION ALL
	SELECT p.id, 'missions_a_year', format('%s has %s missions in %s already, and the limit is %s; choose '
		'another expert.', p.name, p.missions, w.year, p.max_missions_year), NULL
	FROM pool p WHERE p.missions >= p.max_missions_year
	UNION ALL
	SELECT p.id, 'days_a_year', format('%s is away %s days in %s already, this takes %s more, and the limit is '
		'%s; choose another expert.', p.name, p.days, w.year, w.end_date - w.start_date + 1 + 2 * p.travel,
		p.max_days_year), NULL
	FROM pool p WHERE p.days + w.end_date - w.start_date + 1 + 2 * p.travel > p.max_days_year
$$;

-- What speaks for an expert.
CREATE OR REPLACE FUNCTION rule.merits(level text, covered text[], shared text[], travel int, presence text,
                                       missions int, year int) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN jsonb_build_array(
	rule.reason('level', CASE level WHEN 'full' THEN 'Fully accredited.'
		ELSE 'Pre-accredited: this would be the field mission.' END),
	rule.reason('instruments', format('Covers %s.', array_to_string(covered, ', '))),
	rule.reason('languages', CASE WHEN shared = '{}' THEN 'Shares no language with the workshop.'
		ELSE format('Speaks %s.', array_to_string(shared, ', ')) END),
	rule.reason('travel', CASE WHEN presence = 'remote' THEN 'Takes part remotely.'
		ELSE format('Days of travel each way: %s.', travel) END),
	rule.reason('load', format('Missions in %s so far: %s.', year, missions)));

-- Who can take a role (NULL: any), best first; and everybody who cannot, with why. Ranked by level, instruments covered, shared
-- languages, an administration not on the team yet, fewest missions that year, shortest way.
DROP FUNCTION IF EXISTS rule.candidates(data.workshop) CASCADE;
CREATE OR REPLACE FUNCTION rule.candidates(w data.workshop, wanted text DEFAULT NULL)
RETURNS TABLE (expert data.expert, home text, can boolean, rank bigint, level text, covered text[],
               missions int, travel int, reasons jsonb) LANGUAGE sql STABLE AS $$
	WITH fault AS MATERIALIZED (
		SELECT f.expert, jsonb_agg(rule.reason(f.code, f.sentence)) AS reasons
		FROM rule.faults(w, NULL, wanted) f GROUP BY f.expert
	), judged AS (
		SELECT p.*, f.reasons AS against, f.expert IS NULL AND (p.mission).id IS NULL AS can,
		       NOT EXISTS (SELECT FROM data.mission m JOIN data.expert t ON t.id = m.expert
		                   WHERE m.workshop = w.id AND m.engaged AND t.member = (p.expert).member) AS new_home
		FROM rule.pool(w) p LEFT JOIN fault f ON f.expert = (p.expert).id
	)
	SELECT j.expert, j.home, j.can,
	       CASE WHEN j.can THEN row_number() OVER (PARTITION BY j.can ORDER BY j.level, cardinality(j.covered) DESC,
		cardinality(j.shared) > 0 DESC, j.new_home DESC, j.missions, j.travel, (j.expert).id) END,
	       j.level, j.covered, j.missions, j.travel,
	       CASE WHEN j.can THEN rule.merits(j.level, j.covered, j.shared, j.travel, j.presence, j.missions, w.year)
	            ELSE COALESCE(j.against, '[]') || CASE WHEN (j.mission).id IS NULL THEN '[]' ELSE jsonb_build_array(
		rule.reason('on_team', format('%s is on this team already.', (j.expert).name))) END END
	FROM judged j
$$;

-- Places on a team ----------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.team_member_json(m data.mission) RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_build_object('expert', rule.person(e), 'member', rule.place(e.member), 'role', m.role,
		'level', s.level, 'status', m.status, 'release', m.release, 'release_on', m.release_on,
		'presence', m.presence, 'travel_before', m.travel_before, 'travel_after', m.travel_after,
		'away_from', m.start_date - m.travel_before, 'away_to', m.end_date + m.travel_after,
		'rest_days', m.rest_days, 'tickets_on', m.tickets_on, 'note', m.note, 'created_at', rule.instant(m.created_at),
		'updated_at', rule.instant(m.recorded_at), 'revision', m.revision)
	FROM data.expert e, data.workshop w, rule.standing(e.id, w.instruments, m.start_date, m.end_date) s
	WHERE e.id = m.expert AND w.id = m.workshop
$$;

-- Refuses who cannot take the role, with every reason, with who could instead, and with days on which this
-- expert could, where days are what stands in the way.
CREATE OR REPLACE FUNCTION rule.check_place(w data.workshop, expert text, role text, before int, after int)
RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
	reasons jsonb;
	days boolean;
BEGIN
	SELECT jsonb_agg(rule.reason(f.code, f.sentence)), bool_and(f.code IN ('unavailable', 'double_booking'))
	INTO reasons, days FROM rule.faults(w, expert, role, before, after) f;
	IF reasons IS NOT NULL THEN
		PERFORM rule.refuse(409, reasons #>> '{0,sentence}', 'expert', jsonb_build_object('reasons', reasons,
			'alternatives', rule.candidate_alternatives(w, NULLIF(role, 'trainee'))
			|| CASE WHEN days THEN rule.team_date_alternatives(w, expert) ELSE '[]' END));
	END IF;
END $$;

-- Teams change until the workshop was held or is off.
CREATE OR REPLACE FUNCTION rule.check_team_open(w data.workshop) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF w.status NOT IN ('draft', 'planned', 'announced', 'postponed') OR w.historic THEN
		PERFORM rule.refuse(409, format('%s is %s, and its team stays as it was.', w.id, w.status));
	END IF;
END $$;

CREATE OR REPLACE FUNCTION rule.path_mission(of_workshop text, of_expert text) RETURNS data.mission
LANGUAGE plpgsql AS $$
DECLARE
	m data.mission;
BEGIN
	SELECT * INTO m FROM data.mission x WHERE x.workshop = of_workshop AND x.expert = of_expert
	FOR NO KEY UPDATE;
	IF m.id IS NULL THEN
		PERFORM rule.refuse(404, format('%s is not on the team of %s.', of_expert, of_workshop));
	END IF;
	RETURN m;
END $$;

-- What experts may do with their own place: accept, decline, note. Who declined asks a coordinator.
CREATE OR REPLACE FUNCTION rule.check_own_answer(old data.mission, new data.mission, body jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF body - '{status,note}'::text[] <> '{}' THEN
		PERFORM rule.refuse(403, 'An expert accepts or declines; a coordinator changes the rest.',
			(SELECT min(k) FROM jsonb_object_keys(body - '{status,note}'::text[]) AS k));
	ELSIF new.status = 'invited' AND old.status <> 'invited' THEN
		PERFORM rule.refuse(403, 'An expert accepts or declines; only a coordinator invites.', 'status');
	ELSIF NOT old.engaged AND new.status <> old.status THEN
		PERFORM rule.refuse(409, 'This place was declined or the release taken back; ask a coordinator to invite '
			'you again.', 'status');
	END IF;
END $$;

-- The role of somebody new unless it is said: the field mission for the pre-accredited; the first who
-- may lead leads.
CREATE OR REPLACE FUNCTION rule.usual_role(w data.workshop, of_expert text) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN s.level = 'pre' THEN 'trainee'
		WHEN EXISTS (SELECT FROM data.mission m WHERE m.workshop = w.id AND m.engaged AND m.role = 'lead')
		     OR EXISTS (SELECT FROM rule.faults(w, of_expert, 'lead') f WHERE f.code IN ('language', 'lead_on_site'))
		THEN 'expert' ELSE 'lead' END
	FROM (SELECT) AS one LEFT JOIN rule.standing(of_expert, w.instruments, w.start_date, w.end_date) s ON true
$$;
