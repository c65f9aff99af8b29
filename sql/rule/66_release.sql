-- SPDX-License-Identifier: Apache-2.0
-- A plan becomes workshops, teams and money. What a plan leaves as it is stays untouched, to the last timestamp;
-- what it changes is changed in place, so that a calendar event stays the event it is.

-- One item and the workshop it is for (NULL: a new one). money: what each fund pays, in its own currency; kept: how a
-- workshop that stays could go on being paid (NULL: not at all). The last four: what is to be done.
DROP TYPE IF EXISTS rule.release_step CASCADE;
CREATE TYPE rule.release_step AS (request text, workshop text, kind text, member text, region text, mode text, host text,
	first date, last date, topics text[], languages text[], experts int, team jsonb, money jsonb, kept jsonb, cost bigint,
	moves boolean, retimes boolean, reseats boolean, repays boolean);

-- The team of an item for a workshop that stays where it is: who leads it goes on leading it, if they stay; the same
-- people go on as they are, roles and all.
CREATE OR REPLACE FUNCTION rule.settled_team(workshop text, planned jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
	now CONSTANT jsonb := rule.team_of(workshop);
	lead CONSTANT text := (SELECT min(t.key) FROM jsonb_each_text(now) t WHERE t.value = 'lead');
BEGIN
	IF lead IS NULL OR NOT planned ? lead OR planned ->> lead = 'trainee' THEN
		RETURN planned;
	ELSIF now ?& ARRAY(SELECT jsonb_object_keys(planned)) AND planned ?& ARRAY(SELECT jsonb_object_keys(now)) THEN
		RETURN now;
	END IF;
	RETURN (SELECT jsonb_object_agg(t.key, CASE WHEN t.key = lead THEN 'lead' WHEN t.value = 'lead' THEN 'expert'
		ELSE t.value END) FROM jsonb_each_text(planned) t);
END $$;

-- The money of a workshop that stays: as it is, or with the difference a new team makes in its largest part. NULL when
-- it has none, or the difference is more than that part.
CREATE OR REPLACE FUNCTION rule.settled_money(version int, workshop text, reseats boolean, cost bigint) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	now CONSTANT jsonb := rule.money_of(workshop);
	paid bigint;
	largest record;
BEGIN
	IF now = '{}' OR NOT reseats THEN
		RETURN NULLIF(now, '{}');
	END IF;
	SELECT sum(rule.in_cents(version, m.value::bigint, f.currency)) INTO paid
	FROM jsonb_each_text(now) m JOIN data.fund f ON f.id = m.key;
	SELECT f.id, m.value::bigint + sign(cost - paid)::int * rule.from_cents(version, abs(cost - paid), f.currency) AS amount
	INTO largest
	FROM jsonb_each_text(now) m JOIN data.fund f ON f.id = m.key
	ORDER BY rule.in_cents(version, m.value::bigint, f.currency) DESC, f.id LIMIT 1;
	RETURN CASE WHEN largest.amount > 0 THEN now || jsonb_build_object(largest.id, largest.amount) END;
END $$;

-- The steps of a plan, but for what is pinned. wanted: requests (NULL: all). An existing workshop that has no host, being
-- online, keeps none.
CREATE FUNCTION rule.release_steps(p data.plan, wanted text[]) RETURNS SETOF rule.release_step LANGUAGE sql STABLE AS $$
	SELECT i.request, w.id, i.kind, i.member, i.region, i.mode, i.host, i.start_date, i.end_date,
	       q.topics, q.languages, q.experts, u.team, f.money,
	       CASE WHEN NOT v.moves THEN rule.settled_money((p).settings_version, w.id, u.team <> rule.team_of(w.id), i.cost) END,
	       i.cost, v.moves, w.year IS DISTINCT FROM EXTRACT(year FROM i.start_date)::int, u.team <> rule.team_of(w.id), true
	FROM data.plan_item i
	JOIN data.plan_document d ON d.plan = i.plan
	JOIN LATERAL json_to_recordset(d.instance -> 'requests') AS q (id text, topics text[], languages text[], experts int)
		ON q.id = i.request
	LEFT JOIN data.request r ON r.id = i.request
	LEFT JOIN data.workshop w ON w.id = r.workshop AND r.status = 'in_plan'
	CROSS JOIN LATERAL (SELECT w.id IS NULL OR w.status = 'postponed' OR (w.start_date, w.end_date,
		COALESCE(w.host, i.host)) IS DISTINCT FROM (i.start_date, i.end_date, i.host)) AS v (moves)
	CROSS JOIN LATERAL (SELECT jsonb_object_agg(e ->> 'expert', e ->> 'role') FROM jsonb_array_elements(i.team) AS e) AS t (team)
	CROSS JOIN LATERAL (SELECT CASE WHEN v.moves THEN t.team ELSE rule.settled_team(w.id, t.team) END) AS u (team)
	CROSS JOIN LATERAL (SELECT COALESCE(jsonb_object_agg(o.id, GREATEST(1, rule.from_cents((p).settings_version,
			(l ->> 'amount')::bigint, o.currency))), '{}')
		FROM jsonb_array_elements(i.funding) AS l JOIN data.fund o ON o.id = l ->> 'fund') AS f (money)
	WHERE i.plan = (p).id AND NOT i.pinned AND (wanted IS NULL OR i.request = ANY (wanted))
	ORDER BY i.start_date, i.request
$$;

-- Workshops of the snapshot's baseline that have no place in the plan.
CREATE OR REPLACE FUNCTION rule.dropped_works(p data.plan, wanted text[]) RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT r.workshop FROM data.plan_document d
	JOIN LATERAL json_to_recordset(d.instance -> 'baseline') AS b (request text) ON true
	JOIN data.request r ON r.id = b.request
	WHERE d.plan = (p).id AND (wanted IS NULL OR b.request = ANY (wanted))
	  AND NOT EXISTS (SELECT FROM data.plan_item i WHERE i.plan = (p).id AND i.request = b.request)
$$;

-- The funds' years that would be overspent if the steps were paid as they are now, the worst first.
CREATE FUNCTION rule.overspent(steps rule.release_step[], dropped text[]) RETURNS TABLE (fund text, year int, lacks bigint)
LANGUAGE sql STABLE AS $$
	SELECT c.fund, c.year, (COALESCE(y.committed, 0) + sum(c.amount) - COALESCE(y.budget, 0))::bigint
	FROM (SELECT m.key, EXTRACT(year FROM s.first)::int, m.value::bigint
	      FROM unnest(steps) s, jsonb_each_text(COALESCE(s.kept, s.money)) m
	      UNION ALL
	      SELECT l.fund, l.year, -l.amount FROM data.funding l
	      WHERE l.commits AND (l.workshop IN (SELECT s.workshop FROM unnest(steps) s) OR l.workshop = ANY (dropped))
	) AS c (fund, year, amount)
	LEFT JOIN data.fund_year y ON y.fund = c.fund AND y.year = c.year
	GROUP BY c.fund, c.year, y.committed, y.budget
	HAVING sum(c.amount) > 0 AND COALESCE(y.committed, 0) + sum(c.amount) > COALESCE(y.budget, 0)
	ORDER BY 3 DESC, c.fund, c.year
$$;

-- A planner shares money out anew, whoever paid before. Here what stays goes on being paid as it was, as far as the funds
-- bear it together with what changes: where one does not, a workshop goes over to the plan's money, those that nobody
-- confirmed first, until it does. At the last all are paid as planned.
CREATE FUNCTION rule.settle_money(steps rule.release_step[], dropped text[]) RETURNS rule.release_step[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
	spent record;
	at int;
BEGIN
	LOOP
		SELECT * INTO spent FROM rule.overspent(steps, dropped) LIMIT 1;
		SELECT n INTO at FROM generate_subscripts(steps, 1) AS n, LATERAL (SELECT (steps[n]).*) AS s
		WHERE EXTRACT(year FROM s.first)::int = spent.year
		  AND (s.kept ->> spent.fund)::bigint > COALESCE((s.money ->> spent.fund)::bigint, 0)
		ORDER BY EXISTS (SELECT FROM data.funding l WHERE l.workshop = s.workshop AND l.status = 'confirmed'),
			(s.kept ->> spent.fund)::bigint - COALESCE((s.money ->> spent.fund)::bigint, 0) DESC, s.request LIMIT 1;
		EXIT WHEN at IS NULL;
		steps[at].kept := NULL;
	END LOOP;
	FOR at IN 1 .. COALESCE(cardinality(steps), 0) LOOP
		steps[at].money := COALESCE(steps[at].kept, steps[at].money);
		steps[at].repays := steps[at].money <> rule.money_of(steps[at].workshop)
			OR steps[at].retimes AND steps[at].workshop IS NOT NULL;
	END LOOP;
	RETURN steps;
END $$;

-- Done -----------------------------------------------------------------------------------------

-- Money goes back first: what a fund no longer pays, and all of what moves into another year or shrinks. A line that a
-- donor confirmed stays one as long as its fund pays as much; the lines a plan made go without a trace but their past.
CREATE FUNCTION rule.release_money_back(steps rule.release_step[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM data.funding l USING unnest(steps) s
	WHERE l.workshop = s.workshop AND s.repays AND l.fund IS NOT NULL AND l.status = 'pledged';
	UPDATE data.funding l SET status = 'withdrawn', confirmed_on = NULL
	FROM unnest(steps) s
	WHERE l.workshop = s.workshop AND s.repays AND l.fund IS NOT NULL AND l.status = 'confirmed'
	  AND (s.retimes OR NOT s.money ? l.fund);
	UPDATE data.funding l SET amount = (s.money ->> l.fund)::bigint
	FROM unnest(steps) s
	WHERE l.workshop = s.workshop AND s.repays AND l.status = 'confirmed' AND l.amount > (s.money ->> l.fund)::bigint;
END $$;

-- Then what a fund pays beyond what its donor confirmed is pledged anew.
CREATE FUNCTION rule.release_money(steps rule.release_step[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO data.funding (workshop, donor, fund, amount, currency, status, year, workshop_live)
	SELECT w.id, f.donor, f.id, n.amount, f.currency, 'pledged', w.year, w.live
	FROM unnest(steps) s
	JOIN data.workshop w ON w.id = s.workshop
	CROSS JOIN LATERAL jsonb_each_text(s.money) m
	JOIN data.fund f ON f.id = m.key
	CROSS JOIN LATERAL (SELECT m.value::bigint - COALESCE(sum(l.amount), 0) FROM data.funding l
		WHERE l.workshop = w.id AND l.fund = f.id AND l.status = 'confirmed') AS n (amount)
	WHERE s.repays AND n.amount > 0
	ORDER BY s.first, s.request, f.id;
END $$;

-- What a workshop is called until somebody finds a better name.
CREATE OR REPLACE FUNCTION rule.planned_title(kind text, member text, region text) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT k.name || CASE WHEN kind = 'regional' THEN ', ' || region ELSE ' for ' || m.name END
	FROM data.kind k, data.member m WHERE k.code = kind AND m.code = member);

-- What all its money is in: the currency of its funds where they share one, else EUR.
CREATE OR REPLACE FUNCTION rule.planned_budget(money jsonb, cost bigint, OUT amount bigint, OUT currency text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	SELECT sum(m.value::bigint)::bigint, min(f.currency) INTO amount, currency
	FROM jsonb_each_text(money) m JOIN data.fund f ON f.id = m.key HAVING count(DISTINCT f.currency) = 1;
	amount := COALESCE(amount, cost);
	currency := COALESCE(currency, 'EUR');
END $$;

CREATE FUNCTION rule.release_new(s rule.release_step) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ret_id text;
BEGIN
	INSERT INTO data.workshop (kind, title, summary, start_date, end_date, timezone, mode, regions, host, city, beneficiaries,
		instruments, languages, experts_needed, participants, budget, currency)
	SELECT s.kind, rule.planned_title(s.kind, s.member, s.region), r.summary, s.first, s.last, h.timezone, s.mode,
		ARRAY[s.region], s.host, CASE WHEN s.mode <> 'online' THEN h.capital END,
		CASE WHEN s.kind = 'national' THEN ARRAY[s.member] ELSE '{}' END, s.topics, s.languages, s.experts, r.participants,
		b.amount, b.currency
	FROM data.request r, data.member h, rule.planned_budget(s.money, s.cost) b
	WHERE r.id = s.request AND h.code = s.host
	RETURNING id INTO ret_id;
	UPDATE data.request r SET workshop = ret_id, status = 'in_plan' WHERE r.id = s.request;
	RETURN ret_id;
END $$;

-- In place: new days and, at a new host, its city and zone. Sessions of other days are none.
CREATE FUNCTION rule.release_moves(steps rule.release_step[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE data.workshop w SET start_date = s.first, end_date = s.last, sessions = '[]',
		host = CASE WHEN w.host IS NULL AND w.mode = 'online' THEN NULL ELSE s.host END,
		city = CASE WHEN w.host = s.host OR w.mode = 'online' THEN w.city ELSE h.capital END,
		venue = CASE WHEN w.host = s.host THEN w.venue END,
		timezone = CASE WHEN w.host = s.host THEN w.timezone ELSE h.timezone END,
		status = CASE w.status WHEN 'postponed' THEN 'planned' ELSE w.status END,
		status_on = CASE w.status WHEN 'postponed' THEN rule.today() ELSE w.status_on END,
		status_reason = CASE w.status WHEN 'postponed' THEN NULL ELSE w.status_reason END,
		status_note = CASE w.status WHEN 'postponed' THEN NULL ELSE w.status_note END
	FROM unnest(steps) s JOIN data.member h ON h.code = s.host
	WHERE w.id = s.workshop AND s.moves;
	UPDATE data.workshop w SET budget = b.amount, currency = b.currency
	FROM unnest(steps) s, rule.planned_budget(s.money, s.cost) b
	WHERE w.id = s.workshop AND s.repays AND (w.budget, w.currency) IS DISTINCT FROM (b.amount, b.currency);
END $$;

-- Who stays at a workshop that stays keeps their place; at one that moves they are asked again. Leads come last, since a
-- team has one at any time.
CREATE FUNCTION rule.release_teams(steps rule.release_step[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM data.mission m USING unnest(steps) s
	WHERE m.workshop = s.workshop AND (s.reseats OR s.moves) AND m.engaged AND NOT s.team ? m.expert;
	UPDATE data.mission m SET status = 'invited', release = 'none', release_on = NULL, tickets_on = NULL,
		role = CASE WHEN m.role = 'lead' AND s.team ->> m.expert <> 'lead' THEN s.team ->> m.expert ELSE m.role END,
		presence = j.presence, travel_before = j.travel, travel_after = j.travel, travel_stated = false, rest_days = j.rest
	FROM unnest(steps) s, data.expert e, LATERAL rule.journey(e.member, s.host, s.mode) j
	WHERE m.workshop = s.workshop AND s.team ? m.expert AND e.id = m.expert AND (s.moves OR NOT m.engaged);
	UPDATE data.mission m SET role = s.team ->> m.expert FROM unnest(steps) s
	WHERE m.workshop = s.workshop AND s.team ? m.expert AND s.team ->> m.expert <> 'lead' AND m.role <> s.team ->> m.expert;
	UPDATE data.mission m SET role = 'lead' FROM unnest(steps) s
	WHERE m.workshop = s.workshop AND s.team ->> m.expert = 'lead' AND m.role <> 'lead';
	INSERT INTO data.mission (workshop, expert, role, presence, travel_before, travel_after, rest_days, start_date, end_date,
		workshop_live)
	SELECT w.id, e.id, t.value, j.presence, j.travel, j.travel, j.rest, w.start_date, w.end_date, w.live
	FROM unnest(steps) s
	JOIN data.workshop w ON w.id = s.workshop
	CROSS JOIN LATERAL jsonb_each_text(s.team) t
	JOIN data.expert e ON e.id = t.key
	CROSS JOIN LATERAL rule.journey(e.member, s.host, s.mode) j
	WHERE NOT EXISTS (SELECT FROM data.mission m WHERE m.workshop = w.id AND m.expert = e.id)
	ORDER BY w.start_date, w.id, e.id;
END $$;

-- What a release is about to change, in words.
CREATE FUNCTION rule.changelog(p data.plan, steps rule.release_step[], dropped text[]) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT rule.differences_json(
		ARRAY(SELECT ROW(n.request, n.workshop, n.kind, n.member, n.host, n.first, n.last, n.team, n.money)::rule.proposal
			FROM rule.proposals_now((p).first_day, (p).last_day) n
			WHERE n.workshop = ANY (dropped) OR n.request IN (SELECT s.request FROM unnest(steps) s)),
		ARRAY(SELECT ROW(s.request, s.workshop, s.kind, s.member, s.host, s.first, s.last, s.team,
			CASE WHEN s.repays THEN s.money ELSE rule.money_of(s.workshop) END)::rule.proposal FROM unnest(steps) s))
$$;
