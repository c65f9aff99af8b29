-- SPDX-License-Identifier: Apache-2.0
-- What is different between two plans, or a plan and the workshops there are, told in sentences.

-- A workshop as somebody proposes it. team: {expert: role}; money: {fund: amount in its currency}.
DROP TYPE IF EXISTS rule.proposal CASCADE;
CREATE TYPE rule.proposal AS (request text, workshop text, kind text, member text, host text, first date, last date,
	team jsonb, money jsonb);

-- A team as {expert: role}; what funds pay as {fund: amount}.
CREATE OR REPLACE FUNCTION rule.team_of(workshop text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT COALESCE(jsonb_object_agg(m.expert, m.role), '{}') FROM data.mission m
		WHERE m.workshop = team_of.workshop AND m.engaged);
END $$;
CREATE OR REPLACE FUNCTION rule.money_of(workshop text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT COALESCE(jsonb_object_agg(l.fund, l.amount), '{}') FROM (
		SELECT f.fund, sum(f.amount) AS amount FROM data.funding f
		WHERE f.workshop = money_of.workshop AND f.fund IS NOT NULL AND f.status IN ('pledged', 'confirmed')
		GROUP BY f.fund) AS l);
END $$;

CREATE FUNCTION rule.proposals_of(p data.plan) RETURNS SETOF rule.proposal LANGUAGE sql STABLE AS $$
	SELECT i.request, rule.item_workshop(i), i.kind, i.member, i.host, i.start_date, i.end_date,
	       (SELECT COALESCE(jsonb_object_agg(e ->> 'expert', e ->> 'role'), '{}') FROM jsonb_array_elements(i.team) AS e),
	       (SELECT COALESCE(jsonb_object_agg(f.id, rule.from_cents((p).settings_version, (l ->> 'amount')::bigint, f.currency)), '{}')
		FROM jsonb_array_elements(i.funding) AS l JOIN data.fund f ON f.id = l ->> 'fund')
	FROM data.plan_item i WHERE i.plan = (p).id
$$;

-- The workshops of a period as they stand.
CREATE FUNCTION rule.proposals_now(first date, last date) RETURNS SETOF rule.proposal LANGUAGE sql STABLE AS $$
	SELECT COALESCE(r.id, w.id), w.id, w.kind, COALESCE(r.member, w.beneficiaries[1], w.host),
	       COALESCE(w.host, r.member, w.beneficiaries[1]), w.start_date, w.end_date, rule.team_of(w.id), rule.money_of(w.id)
	FROM data.workshop w
	LEFT JOIN LATERAL (SELECT q.id, q.member FROM data.request q WHERE q.workshop = w.id AND q.status <> 'closed'
		ORDER BY q.id LIMIT 1) r ON true
	WHERE w.live AND w.kind <> 'global' AND w.start_date <= last AND w.end_date >= first
$$;

-- Words ----------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.money_text(amount bigint, currency text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN currency || ' ' || CASE
	WHEN currency = ANY ('{BIF,CLP,DJF,GNF,ISK,JPY,KMF,KRW,PYG,RWF,UGX,UYI,VND,VUV,XAF,XOF,XPF}'::text[])
	THEN to_char(amount, 'FM999,999,999,999,990')
	WHEN currency = ANY ('{BHD,IQD,JOD,KWD,LYD,OMR,TND}'::text[]) THEN to_char(amount / 1000.0, 'FM999,999,999,990.000')
	ELSE to_char(amount / 100.0, 'FM999,999,999,990.00') END;

-- 'A', 'A and B', 'A, B and C'.
CREATE OR REPLACE FUNCTION rule.word_list(words text[]) RETURNS text LANGUAGE sql IMMUTABLE
RETURN concat_ws(' and ', NULLIF(array_to_string(words[:cardinality(words) - 1], ', '), ''), words[cardinality(words)]);

CREATE OR REPLACE FUNCTION rule.member_name(code text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN COALESCE((SELECT m.name FROM data.member m WHERE m.code = member_name.code), code);
END $$;

CREATE OR REPLACE FUNCTION rule.expert_names(ids text[]) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN rule.word_list(ARRAY(SELECT COALESCE(e.name, i.id) FROM unnest(ids) WITH ORDINALITY AS i (id, n)
		LEFT JOIN data.expert e ON e.id = i.id ORDER BY e.name, i.id));
END $$;

CREATE OR REPLACE FUNCTION rule.payers(money jsonb) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN COALESCE(rule.word_list(ARRAY(SELECT format('%s (%s)', f.name, rule.money_text(m.value::bigint, f.currency))
		FROM jsonb_each_text(money) m JOIN data.fund f ON f.id = m.key ORDER BY f.name, f.id)), 'nobody');
END $$;

-- 'the national workshop for Fiji (W-0003)'
CREATE FUNCTION rule.proposal_name(p rule.proposal) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN format('the %s workshop for %s (%s)', p.kind, rule.member_name(p.member), COALESCE(p.workshop, p.request));
END $$;

CREATE FUNCTION rule.team_sentence(was rule.proposal, now rule.proposal) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
	come CONSTANT text[] := ARRAY(SELECT k FROM jsonb_object_keys(now.team) AS k WHERE NOT was.team ? k);
	go CONSTANT text[] := ARRAY(SELECT k FROM jsonb_object_keys(was.team) AS k WHERE NOT now.team ? k);
	lead CONSTANT text := (SELECT min(t.key) FROM jsonb_each_text(now.team) t WHERE t.value = 'lead');
BEGIN
	RETURN format('On the team of %s, %s.', rule.proposal_name(now), concat_ws(', and ', CASE
		WHEN come <> '{}' AND go <> '{}' THEN format('%s %s %s', rule.expert_names(come),
			CASE WHEN cardinality(come) > 1 THEN 'replace' ELSE 'replaces' END, rule.expert_names(go))
		WHEN come <> '{}' THEN rule.expert_names(come) || ' joins'
		WHEN go <> '{}' THEN rule.expert_names(go) || ' leaves' END,
		CASE WHEN go && ARRAY(SELECT t.key FROM jsonb_each_text(was.team) t WHERE t.value = 'lead')
			THEN rule.expert_names(ARRAY[lead]) || ' leads' END));
END $$;

-- Differences ----------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.days_text(n int) RETURNS text LANGUAGE sql IMMUTABLE
RETURN format('%s day%s %s', abs(n), CASE WHEN abs(n) = 1 THEN '' ELSE 's' END,
	CASE WHEN n > 0 THEN 'later' ELSE 'earlier' END);

-- One row a change, workshop by workshop. What a new team costs more or less is no change of its own, nor are the
-- roles of the same people.
CREATE FUNCTION rule.differences(before rule.proposal[], after rule.proposal[])
RETURNS TABLE (code text, request text, workshop text, first date, sentence text) LANGUAGE sql STABLE AS $$
	WITH pair AS (
		SELECT b, a, COALESCE(a.request, b.request) AS request, COALESCE(b.workshop, a.workshop) AS workshop,
		       COALESCE(a.first, b.first) AS first, b.request IS NOT NULL AND a.request IS NOT NULL AS both_there
		FROM unnest(before) b FULL JOIN unnest(after) a ON a.request = b.request
	)
	SELECT c.code, p.request, p.workshop, p.first, upper(left(c.sentence, 1)) || substr(c.sentence, 2)
	FROM pair p
	CROSS JOIN LATERAL (
		SELECT 1, 'new', format('%s is new: %s to %s in %s, with %s.', rule.proposal_name(p.a), rule.iso((p.a).first),
			rule.iso((p.a).last), rule.member_name((p.a).host),
			rule.expert_names(ARRAY(SELECT jsonb_object_keys((p.a).team))))
		WHERE (p.b).request IS NULL
		UNION ALL
		SELECT 2, 'dropped', format('%s, %s to %s in %s, falls out.', rule.proposal_name(p.b), rule.iso((p.b).first),
			rule.iso((p.b).last), rule.member_name((p.b).host))
		WHERE (p.a).request IS NULL
		UNION ALL
		SELECT 3, 'moved', format('%s moves from %s to %s, %s.', rule.proposal_name(p.b), rule.iso((p.b).first),
			rule.iso((p.a).first), rule.days_text((p.a).first - (p.b).first))
		WHERE p.both_there AND (p.a).first <> (p.b).first
		UNION ALL
		SELECT 3, 'moved', format('%s ends on %s instead of %s.', rule.proposal_name(p.b), rule.iso((p.a).last),
			rule.iso((p.b).last))
		WHERE p.both_there AND (p.a).first = (p.b).first AND (p.a).last <> (p.b).last
		UNION ALL
		SELECT 4, 'host', format('%s takes place in %s instead of %s.', rule.proposal_name(p.b),
			rule.member_name((p.a).host), rule.member_name((p.b).host))
		WHERE p.both_there AND (p.a).host <> (p.b).host
		UNION ALL
		SELECT 5, 'team', rule.team_sentence(p.b, p.a) WHERE p.both_there
			AND ARRAY(SELECT jsonb_object_keys((p.a).team) ORDER BY 1) <> ARRAY(SELECT jsonb_object_keys((p.b).team) ORDER BY 1)
		UNION ALL
		SELECT 6, 'funding', format('%s is paid by %s instead of %s.', rule.proposal_name(p.b), rule.payers((p.a).money),
			rule.payers((p.b).money))
		WHERE p.both_there AND (p.a).money <> (p.b).money AND (
			ARRAY(SELECT jsonb_object_keys((p.a).money) ORDER BY 1) <> ARRAY(SELECT jsonb_object_keys((p.b).money) ORDER BY 1)
			OR ((p.a).team, (p.a).first, (p.a).host) = ((p.b).team, (p.b).first, (p.b).host))
	) AS c (n, code, sentence)
	ORDER BY p.first, p.request, c.n
$$;

CREATE FUNCTION rule.differences_json(before rule.proposal[], after rule.proposal[]) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT COALESCE(jsonb_agg(jsonb_build_object('code', d.code, 'request', d.request, 'workshop', d.workshop,
		'sentence', d.sentence) ORDER BY d.n), '[]')
	FROM rule.differences(before, after) WITH ORDINALITY AS d (code, request, workshop, first, sentence, n)
$$;

-- A plan against another (NULL: the workshops there are, those that it is about). That a planner shares out the money of what stays anew is
-- not told: a release leaves it as it is where it can (rule.settle_money).
CREATE OR REPLACE FUNCTION rule.diff_json(p data.plan, o data.plan) RETURNS json LANGUAGE plpgsql STABLE AS $$
DECLARE
	after CONSTANT rule.proposal[] := ARRAY(SELECT x FROM rule.proposals_of(p) x);
	before rule.proposal[];
	same rule.proposal[];
BEGIN
	IF o.id IS NULL THEN
		before := ARRAY(SELECT x FROM rule.proposals_now('-infinity', 'infinity') x
			WHERE x.request IN (SELECT a.request FROM unnest(after) a) OR x.workshop IN (SELECT rule.dropped_works(p, NULL)));
	ELSE
		before := ARRAY(SELECT x FROM rule.proposals_of(o) x);
	END IF;
	same := ARRAY(SELECT a FROM unnest(after) a JOIN unnest(before) b ON b.request = a.request
		AND (b.host, b.first, b.last) = (a.host, a.first, a.last)
		AND b.team ?& ARRAY(SELECT jsonb_object_keys(a.team)) AND a.team ?& ARRAY(SELECT jsonb_object_keys(b.team)));
	RETURN json_build_object('plan', p.id, 'against', o.id,
		'value', CASE WHEN (p.settings_version, p.first_day, p.last_day) = (o.settings_version, o.first_day, o.last_day)
			THEN p.value - o.value END,
		'same', cardinality(same),
		'changes', rule.differences_json(
			ARRAY(SELECT b FROM unnest(before) b WHERE b.request NOT IN (SELECT s.request FROM unnest(same) s)),
			ARRAY(SELECT a FROM unnest(after) a WHERE a.request NOT IN (SELECT s.request FROM unnest(same) s))));
END $$;
