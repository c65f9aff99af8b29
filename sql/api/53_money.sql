-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.fund_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{name,donor,id}', 'name', rule.fund_json(NULL));
	hits rule.hit[];
BEGIN
	PERFORM rule.check_donors(rule.texts(args, 'donor'), 'donor');
	hits := ARRAY(
		SELECT ROW(k1, k2, (found.f).id, rule.fund_json(found.f))::rule.hit
		FROM (SELECT o, rule.fund_key(o, p.s1) COLLATE "und-x-icu",
		             rule.fund_key(o, p.s2) COLLATE "und-x-icu" FROM data.fund o
		      WHERE NOT args ? 'donor' OR o.donor = ANY (rule.texts(args, 'donor'))) AS found (f, k1, k2)
		WHERE rule.after(p.d1, p.d2, p.c1, p.c2, p.cid, k1, k2, (found.f).id)
		ORDER BY CASE WHEN NOT p.d1 THEN k1 END, CASE WHEN p.d1 THEN k1 END DESC,
		         CASE WHEN NOT p.d2 THEN k2 END, CASE WHEN p.d2 THEN k2 END DESC, (found.f).id LIMIT p.size + 1);
	RETURN rule.list(p, hits, CASE WHEN p.counted THEN (SELECT count(*) FROM data.fund o
		WHERE NOT args ? 'donor' OR o.donor = ANY (rule.texts(args, 'donor'))) END);
END $$;

CREATE OR REPLACE FUNCTION api.fund_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	f data.fund;
BEGIN
	SELECT * INTO f FROM data.fund o WHERE o.id = args ->> 'id';
	IF f.id IS NULL THEN
		PERFORM rule.refuse_missing('fund', args ->> 'id');
	END IF;
	RETURN rule.shown(200, rule.fund_json(f), f.revision, f.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.fund_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	f data.fund;
BEGIN
	PERFORM rule.check_donors(ARRAY[body ->> 'donor'], 'donor');
	INSERT INTO data.fund (donor, name, currency, note)
	VALUES (body ->> 'donor', body ->> 'name', body ->> 'currency', body ->> 'note') RETURNING * INTO f;
	PERFORM rule.set_fund_scope(f.id, body);
	RETURN rule.shown(201, rule.fund_json(f), f.revision, f.recorded_at, '/v1/funds/' || f.id);
END $$;

CREATE OR REPLACE FUNCTION api.fund_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	f data.fund;
BEGIN
	SELECT * INTO f FROM data.fund o WHERE o.id = args ->> 'id' FOR NO KEY UPDATE;
	IF f.id IS NULL THEN
		PERFORM rule.refuse_missing('fund', args ->> 'id');
	END IF;
	PERFORM rule.check_shown(args, f.revision), rule.set_fund_scope(f.id, body);
	f := jsonb_populate_record(f, body);
	-- revision NULL: raised even if only budgets or earmarks changed
	UPDATE data.fund o SET (name, note, revision) = (f.name, f.note, NULL) WHERE o.id = f.id RETURNING * INTO f;
	RETURN rule.shown(200, rule.fund_json(f), f.revision, f.recorded_at);
END $$;

-- Funding lines -------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION api.funding_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id');
BEGIN
	RETURN rule.whole_list((SELECT json_agg(rule.funding_json(l) ORDER BY l.id)
		FROM data.funding l WHERE l.workshop = w.id));
END $$;

CREATE OR REPLACE FUNCTION api.funding_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	l data.funding;
BEGIN
	SELECT * INTO l FROM data.funding x WHERE x.workshop = args ->> 'id' AND x.id = args ->> 'funding';
	IF l.id IS NULL THEN
		PERFORM rule.refuse_missing('funding line', args ->> 'funding');
	END IF;
	RETURN rule.answer(200, rule.funding_json(l), l.revision, l.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.funding_add(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id', true);
	l data.funding := jsonb_populate_record(NULL::data.funding, body
		|| jsonb_build_object('status', COALESCE(body ->> 'status', 'proposed'))
		|| (body -> 'amount'));
BEGIN
	PERFORM rule.check_donors(ARRAY[l.donor], 'donor'), rule.check_line(w, l, 0);
	INSERT INTO data.funding (workshop, donor, fund, amount, currency, status, confirmed_on, note, year,
		workshop_live)
	VALUES (w.id, l.donor, l.fund, l.amount, l.currency, l.status,
		CASE WHEN l.status = 'confirmed' THEN rule.today() END, l.note, w.year, w.live)
	RETURNING * INTO l;
	RETURN rule.answer(201, rule.funding_json(l), l.revision, l.recorded_at,
		format('/v1/workshops/%s/funding/%s', w.id, l.id));
END $$;

CREATE OR REPLACE FUNCTION api.funding_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id', true);
	l data.funding;
	held bigint;
BEGIN
	SELECT * INTO l FROM data.funding x WHERE x.workshop = w.id AND x.id = args ->> 'funding' FOR NO KEY UPDATE;
	IF l.id IS NULL THEN
		PERFORM rule.refuse_missing('funding line', args ->> 'funding');
	END IF;
	PERFORM rule.check_match(args, l.revision);
	held := CASE WHEN l.commits AND COALESCE(body ->> 'fund', l.fund) = l.fund THEN l.amount ELSE 0 END;
	l := jsonb_populate_record(l, body || COALESCE(body -> 'amount', '{}'));
	PERFORM rule.check_line(w, l, held);
	UPDATE data.funding x SET (fund, amount, currency, status, confirmed_on, note) = (l.fund, l.amount, l.currency,
		l.status, CASE WHEN l.status = 'confirmed' THEN COALESCE(l.confirmed_on, rule.today()) END, l.note)
	WHERE x.id = l.id RETURNING * INTO l;
	RETURN rule.answer(200, rule.funding_json(l), l.revision, l.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.funding_remove(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	l data.funding;
BEGIN
	SELECT * INTO l FROM data.funding x WHERE x.workshop = args ->> 'id' AND x.id = args ->> 'funding' FOR UPDATE;
	IF l.id IS NULL THEN
		PERFORM rule.refuse_missing('funding line', args ->> 'funding');
	END IF;
	PERFORM rule.check_match(args, l.revision);
	DELETE FROM data.funding x WHERE x.id = l.id;
	RETURN rule.answer(204, NULL);
END $$;

-- Targets -------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION api.target_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id');
BEGIN
	RETURN rule.whole_list((SELECT json_agg(rule.target_json(t) ORDER BY t.id)
		FROM data.target t WHERE t.workshop = w.id));
END $$;

CREATE OR REPLACE FUNCTION api.target_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	t data.target;
BEGIN
	SELECT * INTO t FROM data.target x WHERE x.workshop = args ->> 'id' AND x.id = args ->> 'target';
	IF t.id IS NULL THEN
		PERFORM rule.refuse_missing('target', args ->> 'target');
	END IF;
	RETURN rule.answer(200, rule.target_json(t), t.revision, t.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.target_add(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	w CONSTANT data.workshop := rule.path_workshop(args ->> 'id');
	t data.target := jsonb_populate_record(NULL::data.target, body);
BEGIN
	PERFORM rule.check_kpi(t.kpi);
	INSERT INTO data.target (workshop, indicator, kpi, level, unit, baseline, value, due_on, note)
	VALUES (w.id, t.indicator, t.kpi, t.level, t.unit, t.baseline, t.value, t.due_on, t.note)
	RETURNING * INTO t;
	RETURN rule.answer(201, rule.target_json(t), t.revision, t.recorded_at,
		format('/v1/workshops/%s/targets/%s', w.id, t.id));
END $$;

CREATE OR REPLACE FUNCTION api.target_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	t data.target;
BEGIN
	SELECT * INTO t FROM data.target x WHERE x.workshop = args ->> 'id' AND x.id = args ->> 'target'
	FOR NO KEY UPDATE;
	IF t.id IS NULL THEN
		PERFORM rule.refuse_missing('target', args ->> 'target');
	END IF;
	PERFORM rule.check_match(args, t.revision);
	t := jsonb_populate_record(t, body);
	PERFORM rule.check_kpi(t.kpi);
	UPDATE data.target x SET (indicator, kpi, level, unit, baseline, value, due_on, note) =
		(t.indicator, t.kpi, t.level, t.unit, t.baseline, t.value, t.due_on, t.note)
	WHERE x.id = t.id RETURNING * INTO t;
	RETURN rule.answer(200, rule.target_json(t), t.revision, t.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.target_remove(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	t data.target;
BEGIN
	SELECT * INTO t FROM data.target x WHERE x.workshop = args ->> 'id' AND x.id = args ->> 'target' FOR UPDATE;
	IF t.id IS NULL THEN
		PERFORM rule.refuse_missing('target', args ->> 'target');
	END IF;
	PERFORM rule.check_match(args, t.revision);
	DELETE FROM data.target x WHERE x.id = t.id;
	RETURN rule.answer(204, NULL);
END $$;
