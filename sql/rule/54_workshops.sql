-- SPDX-License-Identifier: Apache-2.0
-- Workshops as coordinators see and make them.

-- The workshop of a path who may be seen, or 404.
CREATE OR REPLACE FUNCTION rule.path_workshop(id text, lock boolean DEFAULT false) RETURNS data.workshop
LANGUAGE plpgsql AS $$
DECLARE
	w data.workshop;
BEGIN
	IF lock THEN
		SELECT * INTO w FROM data.workshop x WHERE x.id = path_workshop.id FOR NO KEY UPDATE;
	ELSE
		SELECT * INTO w FROM data.workshop x WHERE x.id = path_workshop.id;
	END IF;
	IF w.id IS NULL THEN
		PERFORM rule.refuse_missing('workshop', path_workshop.id);
	END IF;
	RETURN w;
END $$;

CREATE OR REPLACE FUNCTION rule.check_workshop(id text, field text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM data.workshop w WHERE w.id = check_workshop.id) AND id IS NOT NULL THEN
		PERFORM rule.refuse(400, format('There is no workshop %s.', id), field);
	END IF;
END $$;

CREATE OR REPLACE FUNCTION rule.request_of(of_workshop text) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT min(r.id) FROM data.request r WHERE r.workshop = of_workshop);

CREATE OR REPLACE FUNCTION rule.workshop_json(w data.workshop, confirmed bigint, donors text[]) RETURNS json
LANGUAGE sql STABLE
RETURN json_build_object('id', (w).id, 'uid', (w).uid, 'kind', (w).kind, 'status', (w).status,
	'status_reason', (w).status_reason, 'status_note', (w).status_note, 'title', (w).title,
	'summary', (w).summary, 'start', (w).start_date, 'end', (w).end_date, 'timezone', (w).timezone,
	'sessions', (w).sessions, 'mode', (w).mode, 'regions', (w).regions, 'host', rule.place((w).host),
	'city', (w).city, 'venue', (w).venue, 'beneficiaries', (w).beneficiaries,
	'instruments', (w).instruments, 'languages', (w).languages, 'donors', donors, 'theme', (w).theme,
	'purposes', (w).purposes, 'experts_needed', (w).experts_needed, 'participants', (w).participants,
	'participants_basis', (w).participants_basis, 'members_represented', (w).members_represented,
	'budget', rule.money((w).budget, (w).currency), 'funding_gap', rule.gap(w, confirmed),
	'request', rule.request_of((w).id),
	'readiness', rule.readiness(w), 'announced_at', rule.instant((w).announced_at), 'note', (w).note,
	'source', (w).source, 'url', (w).url, 'sequence', (w).sequence,
	'created_at', rule.instant((w).created_at), 'updated_at', rule.instant((w).recorded_at),
	'revision', (w).revision);

CREATE OR REPLACE FUNCTION rule.workshop_answer(status int, id text, location text DEFAULT NULL,
                                                as_of timestamptz DEFAULT 'infinity')
RETURNS api.answer LANGUAGE sql STABLE AS $$
	SELECT rule.shown(status, rule.workshop_json(a.w, a.confirmed, a.donors), (a.w).revision, (a.w).recorded_at,
		location)
	FROM rule.activities(as_of) a WHERE (a.w).id = workshop_answer.id
$$;

-- What speaks against it ----------------------------------------------------------------------

-- The Members whose eligibility a workshop rests on: those it is held for, or else its host.
CREATE OR REPLACE FUNCTION rule.judged_members(w data.workshop) RETURNS text[] LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN w.kind = 'national' AND r.members <> '{}' THEN r.members
		WHEN w.host IS NOT NULL THEN ARRAY[w.host]
		WHEN w.kind = 'national' THEN w.beneficiaries ELSE '{}' END
	FROM (SELECT ARRAY(SELECT q.member FROM data.request q WHERE q.workshop = w.id)) AS r (members)
$$;

-- Why they may not have it on its first day.
CREATE OR REPLACE FUNCTION rule.eligibility_faults(w data.workshop)
RETURNS TABLE (code text, sentence text, member text) LANGUAGE sql STABLE AS $$
	SELECT e.criterion, e.sentence, e.member
	FROM rule.eligibility(w.start_date, 'infinity') e
	WHERE e.member = ANY (rule.judged_members(w)) AND e.kind = w.kind AND e.required AND NOT e.met
	  AND NOT EXISTS (SELECT FROM data.waiver v WHERE v.workshop = w.id AND v.criterion = e.criterion
	                  AND rule.today() BETWEEN v.granted_on AND v.valid_until)
$$;

-- What would help: the day the kind opens, a waiver of what is missing.
CREATE OR REPLACE FUNCTION rule.eligibility_ways(w data.workshop) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT COALESCE(jsonb_agg(CASE f.code
		WHEN 'opening' THEN rule.alternative('earliest', format('Workshops of this kind can start on %s or later.',
			rule.iso(k.opens_on)), rule.iso(k.opens_on))
		ELSE rule.alternative('waiver', format('A waiver of %s for %s and %s workshops, with who, why and until when.',
			f.code, f.member, w.kind), f.code) END), '[]')
	FROM rule.eligibility_faults(w) f JOIN rule.kinds_on(w.start_date, 'infinity') k ON k.code = w.kind
$$;

CREATE OR REPLACE FUNCTION rule.conflicts(w data.workshop)
RETURNS TABLE (code text, sentence text, blocking boolean, day date, expert text) LANGUAGE sql STABLE AS $$
	SELECT c.* FROM (
		SELECT e.code, e.sentence, true, NULL::date, NULL::text FROM rule.eligibility_faults(w) e
		UNION ALL
		SELECT 'host_calendar', d.sentence, true, d.day, NULL
		FROM rule.closed_days(w.host, w.start_date, w.end_date) d
		UNION ALL
		SELECT f.code, f.sentence, true, f.day, f.expert
		FROM data.mission m, rule.faults(w, m.expert, m.role) f WHERE m.workshop = w.id AND m.engaged
		UNION ALL
		SELECT 'same_administration', format('%s come from %s; experts normally come from different '
			'administrations.', string_agg(e.name, ' and ' ORDER BY e.id), h.name), false, NULL, min(e.id)
		FROM data.mission m JOIN data.expert e ON e.id = m.expert JOIN data.member h ON h.code = e.member
		WHERE m.workshop = w.id AND m.engaged GROUP BY h.name HAVING count(*) > 1
		UNION ALL
		SELECT 'team_language', format('%s speaks none of the workshop''s languages (%s); interpretation will be '
			'needed.', e.name, array_to_string(w.languages, ', ')), false, NULL, e.id
		FROM data.mission m JOIN data.expert e ON e.id = m.expert
		WHERE m.workshop = w.id AND m.engaged AND m.role <> 'lead' AND w.languages <> '{}'
		  AND NOT e.languages && w.languages
		UNION ALL
		SELECT 'host_busy', format('%s (%s) is held by the same host from %s to %s.', o.title, o.id,
			rule.iso(o.start_date), rule.iso(o.end_date)), false, GREATEST(o.start_date, w.start_date), NULL
		FROM data.workshop o
		WHERE o.host = w.host AND o.live AND o.id <> w.id AND o.start_date <= w.end_date
		  AND o.end_date >= w.start_date
		UNION ALL
		SELECT DISTINCT f.code, f.sentence, true, NULL::date, NULL::text
		FROM data.funding l, rule.earmark_faults(w, l.fund) f
		WHERE l.workshop = w.id AND l.fund IS NOT NULL AND l.status <> 'withdrawn'
		UNION ALL
		SELECT g.guard, g.lacks, true, NULL, NULL FROM rule.guards(w) g
		WHERE g.guard IN ('staffed', 'funded', 'targeted') AND g.lacks IS NOT NULL AND NOT g.waived
	) AS c (code, sentence, blocking, day, expert)
	WHERE NOT w.historic AND w.status IN ('draft', 'planned', 'announced', 'postponed')
$$;

-- Making --------------------------------------------------------------------------------------

-- A body's members under the names of the columns.
CREATE OR REPLACE FUNCTION rule.workshop_columns(body jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN (body - '{start,end,budget,request}'::text[])
	|| CASE WHEN body ? 'start' THEN jsonb_build_object('start_date', body -> 'start') ELSE '{}' END
	|| CASE WHEN body ? 'end' THEN jsonb_build_object('end_date', body -> 'end') ELSE '{}' END
	|| CASE WHEN body ? 'budget' THEN jsonb_build_object('budget', body #> '{budget,amount}',
		'currency', body #> '{budget,currency}') ELSE '{}' END;

-- What a new workshop says unless it is told: its host's and its request's ways.
CREATE OR REPLACE FUNCTION rule.workshop_defaults(body jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('timezone', m.timezone, 'sessions', '[]'::jsonb, 'purposes', '{}'::text[],
		'regions', array_remove(ARRAY[m.region], NULL), 'donors', '{}'::text[],
		'beneficiaries', CASE WHEN body ->> 'kind' = 'national'
			THEN array_remove(ARRAY[COALESCE(r.member, m.code)], NULL) ELSE '{}' END,
		'instruments', ARRAY(SELECT i.instrument FROM data.request_instrument i WHERE i.request = r.id ORDER BY 1),
		'languages', COALESCE(NULLIF(r.languages, '{}'), m.languages, '{}'),
		'experts_needed', COALESCE(rule.setting('team_' || (body ->> 'kind')), 0), 'host', m.code)
	FROM (SELECT) AS one
	LEFT JOIN data.request r ON r.id = body ->> 'request'
	LEFT JOIN data.member m ON m.code = CASE WHEN body ? 'host' OR body ->> 'kind' <> 'national'
		THEN body ->> 'host' ELSE r.member END
$$;

CREATE OR REPLACE FUNCTION rule.check_workshop_body(w data.workshop) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF w.end_date < w.start_date THEN
		PERFORM rule.refuse(400, format('end is %s, before start %s; turn them round.', rule.iso(w.end_date),
			rule.iso(w.start_date)), 'end');
	ELSIF w.start_date < DATE '1900-01-01' OR w.end_date >= DATE '2200-01-01' THEN
		PERFORM rule.refuse(400, format('A workshop lies in the years 1900 to 2199, and this one from %s to %s; look at '
			'the dates again.', rule.iso(w.start_date), rule.iso(w.end_date)), 'start');
	ELSIF w.end_date - w.start_date >= 60 AND w.historic IS NOT TRUE THEN
		PERFORM rule.refuse(400, format('%s to %s is more than 60 days; look at the dates again.',
			rule.iso(w.start_date), rule.iso(w.end_date)), 'end');
	ELSIF w.host IS NULL AND w.mode <> 'online' AND w.historic IS NOT TRUE THEN
		PERFORM rule.refuse(400, 'A workshop in person or hybrid has a host; give a Member''s code, or mode online.',
			'host');
	ELSIF NOT data.sessions_fit(w.sessions, w.start_date, w.end_date) THEN
		PERFORM rule.refuse(400, format('Each session lies between %s and %s and ends after it starts.',
			rule.iso(w.start_date), rule.iso(w.end_date)), 'sessions');
	ELSIF w.timezone IS NULL AND w.sessions <> '[]' THEN
		PERFORM rule.refuse(400, 'Sessions are wall times: give the IANA time zone they are in.', 'timezone');
	END IF;
	PERFORM rule.check_members(array_remove(ARRAY[w.host], NULL), 'host'),
		rule.check_members(w.beneficiaries, 'beneficiaries'), rule.check_regions(w.regions, 'regions'),
		rule.check_instruments(w.instruments, 'instruments');
	IF w.timezone IS NOT NULL THEN
		PERFORM rule.check_timezone(w.timezone, 'timezone');
	END IF;
END $$;

-- Planning binds by two rules: the Members are eligible, and the host works on those days. Refuses with
-- every reason, and with what would do instead.
CREATE OR REPLACE FUNCTION rule.check_plan(w data.workshop) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
	reasons jsonb;
	ways jsonb := '[]';
	closed boolean;
BEGIN
	SELECT COALESCE(jsonb_agg(rule.reason(c.code, c.sentence)), '[]'), bool_or(c.code = 'host_calendar')
	INTO reasons, closed
	FROM (SELECT e.code, e.sentence FROM rule.eligibility_faults(w) e
	      UNION ALL
	      SELECT 'host_calendar', d.sentence FROM rule.closed_days(w.host, w.start_date, w.end_date) d) AS c;
	IF reasons = '[]' THEN
		RETURN;
	END IF;
	IF closed THEN
		ways := rule.free_date_alternatives(w.host, w.end_date - w.start_date + 1, w.start_date);
	END IF;
	PERFORM rule.refuse(409, format('This workshop cannot be planned so: %s', reasons #>> '{0,sentence}'),
		CASE WHEN closed THEN 'start' ELSE 'host' END,
		jsonb_build_object('reasons', reasons, 'alternatives', ways || rule.eligibility_ways(w)));
END $$;

-- The request a workshop answers follows it: in the plan while the workshop is, open again when it is
-- cancelled, closed once it was delivered.
CREATE OR REPLACE FUNCTION rule.follow_requests(of_workshop text, status text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE data.request r SET status = CASE WHEN follow_requests.status = 'delivered' THEN 'closed'
			WHEN follow_requests.status = 'cancelled' THEN 'accepted' ELSE 'in_plan' END,
		closed_reason = CASE WHEN follow_requests.status = 'delivered' THEN 'delivered' END,
		closed_on = CASE WHEN follow_requests.status = 'delivered' THEN rule.today() END
	WHERE r.workshop = of_workshop AND r.status <> 'closed';
END $$;

-- Ties a workshop to a request (NULL: to none).
CREATE OR REPLACE FUNCTION rule.answer_request(w data.workshop, wanted text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	r data.request;
BEGIN
	UPDATE data.request o SET status = 'accepted', workshop = NULL
	WHERE o.workshop = w.id AND o.id IS DISTINCT FROM wanted AND o.status <> 'closed';
	IF wanted IS NULL THEN
		RETURN;
	END IF;
	SELECT * INTO r FROM data.request q WHERE q.id = wanted FOR NO KEY UPDATE;
	IF r.id IS NULL THEN
		PERFORM rule.refuse(400, format('There is no request %s.', wanted), 'request');
	ELSIF r.kind <> w.kind THEN
		PERFORM rule.refuse(409, format('Request %s is for a %s workshop, and this is %s; take another request.',
			r.id, r.kind, w.kind), 'request');
	ELSIF r.status = 'closed' THEN
		PERFORM rule.refuse(409, format('Request %s is closed (%s); take another request.', r.id,
			r.closed_reason), 'request');
	ELSIF r.workshop <> w.id AND r.status = 'in_plan' THEN
		PERFORM rule.refuse(409, format('Request %s is answered by workshop %s already; take another request.',
			r.id, r.workshop), 'request');
	END IF;
	UPDATE data.request q SET workshop = w.id, status = 'in_plan' WHERE q.id = wanted;
END $$;
