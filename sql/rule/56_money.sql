-- SPDX-License-Identifier: Apache-2.0
-- Funds, funding lines and targets, as they are shown and judged.

CREATE OR REPLACE FUNCTION rule.donor_place(code text) RETURNS json LANGUAGE sql STABLE
RETURN (SELECT json_build_object('code', d.code, 'name', d.name) FROM data.donor d
	WHERE d.code = donor_place.code);

CREATE OR REPLACE FUNCTION rule.fund_json(f data.fund) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('id', (f).id, 'donor', rule.donor_place((f).donor), 'name', (f).name,
	'currency', (f).currency,
	'years', (SELECT COALESCE(json_agg(json_build_object('year', y.year, 'budget', y.budget,
		'committed', y.committed) ORDER BY y.year), '[]') FROM data.fund_year y WHERE y.fund = (f).id),
	'earmarks', (SELECT COALESCE(json_agg(json_build_object('regions', e.regions, 'members', e.members,
		'kinds', e.kinds, 'instruments', e.instruments, 'first_day', e.first_day, 'last_day', e.last_day)
		ORDER BY e.number), '[]') FROM data.earmark e WHERE e.fund = (f).id),
	'note', (f).note, 'created_at', rule.instant((f).created_at), 'updated_at', rule.instant((f).recorded_at),
	'revision', (f).revision);

CREATE OR REPLACE FUNCTION rule.fund_key(f data.fund, sort text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE sort WHEN 'name' THEN (f).name WHEN 'donor' THEN (f).donor ELSE (f).id END;

CREATE OR REPLACE FUNCTION rule.funding_json(l data.funding) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('id', (l).id, 'workshop', (l).workshop, 'donor', rule.donor_place((l).donor),
	'fund', (l).fund, 'amount', rule.money((l).amount, (l).currency), 'status', (l).status,
	'confirmed_on', (l).confirmed_on, 'note', (l).note, 'created_at', rule.instant((l).created_at),
	'updated_at', rule.instant((l).recorded_at), 'revision', (l).revision);

CREATE OR REPLACE FUNCTION rule.target_json(t data.target) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('id', (t).id, 'workshop', (t).workshop, 'indicator', (t).indicator, 'kpi', (t).kpi,
	'level', (t).level, 'unit', (t).unit, 'baseline', (t).baseline, 'value', (t).value, 'due_on', (t).due_on,
	'note', (t).note, 'created_at', rule.instant((t).created_at), 'updated_at', rule.instant((t).recorded_at),
	'revision', (t).revision);

-- Budgets and earmarks of a fund are replaced as a whole by a body that brings them. A year with money
-- committed keeps a budget.
CREATE OR REPLACE FUNCTION rule.set_fund_scope(of_fund text, body jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	taken int;
BEGIN
	IF body ? 'years' THEN
		SELECT min(y.year) INTO taken FROM data.fund_year y
		WHERE y.fund = of_fund AND y.committed > 0
		  AND NOT EXISTS (SELECT FROM jsonb_array_elements(body -> 'years') n WHERE (n ->> 'year')::int = y.year);
		IF taken IS NOT NULL THEN
			PERFORM rule.refuse(409, format('Money of %s is committed to workshops; keep a budget for that year.',
				taken), 'years');
		END IF;
		DELETE FROM data.fund_year y WHERE y.fund = of_fund AND NOT EXISTS (
			SELECT FROM jsonb_array_elements(body -> 'years') n WHERE (n ->> 'year')::int = y.year);
		INSERT INTO data.fund_year AS y (fund, year, budget)
		SELECT of_fund, n.year, n.budget FROM jsonb_to_recordset(body -> 'years') AS n (year int, budget bigint)
		ON CONFLICT (fund, year) DO UPDATE SET budget = excluded.budget WHERE y.budget <> excluded.budget;
	END IF;
	IF body ? 'earmarks' THEN
		PERFORM rule.check_regions(rule.texts(e, 'regions'), 'earmarks'),
			rule.check_members(rule.texts(e, 'members'), 'earmarks'),
			rule.check_instruments(rule.texts(e, 'instruments'), 'earmarks')
		FROM jsonb_array_elements(body -> 'earmarks') AS e;
		DELETE FROM data.earmark e WHERE e.fund = of_fund;
		INSERT INTO data.earmark (fund, number, regions, members, kinds, instruments, first_day, last_day)
		SELECT of_fund, n, COALESCE(rule.texts(e, 'regions'), '{}'), COALESCE(rule.texts(e, 'members'), '{}'),
			COALESCE(rule.texts(e, 'kinds'), '{}'), COALESCE(rule.texts(e, 'instruments'), '{}'),
			(e ->> 'first_day')::date, (e ->> 'last_day')::date
		FROM jsonb_array_elements(body -> 'earmarks') WITH ORDINALITY AS t (e, n);
	END IF;
END $$;

-- Funds that may pay a workshop and have something left in its year.
CREATE OR REPLACE FUNCTION rule.fund_alternatives(w data.workshop, wanted_currency text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT COALESCE(jsonb_agg(rule.alternative('fund', format('%s of %s has %s %s left in %s (minor units).', b.name,
		b.donor, b.free, b.currency, w.year), b.id)), '[]')
	FROM (
		SELECT f.id, f.name, f.donor, f.currency, y.budget - y.committed AS free
		FROM data.fund f JOIN data.fund_year y ON y.fund = f.id AND y.year = w.year
		WHERE y.budget > y.committed AND f.currency = wanted_currency
		  AND NOT EXISTS (SELECT FROM rule.earmark_faults(w, f.id))
		ORDER BY free DESC, f.id LIMIT 3) AS b
$$;

-- Is the line such that its workshop and fund can have it? `held`: what the line commits already.
CREATE OR REPLACE FUNCTION rule.check_line(w data.workshop, l data.funding, held bigint) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	reasons jsonb;
BEGIN
	IF l.amount = 0 THEN
		PERFORM rule.refuse(400, 'An amount is more than zero, in minor units of its currency.', 'amount');
	END IF;
	SELECT jsonb_agg(rule.reason(c.code, c.sentence)) INTO reasons
	FROM (
		SELECT 'currency', format('The workshop''s budget is in %s, this line in %s; convert it.', w.currency,
			l.currency)
		WHERE w.currency <> l.currency
		UNION ALL
		SELECT 'fund', format('There is no fund %s of %s in %s; give a fund of this donor and its currency.',
			l.fund, l.donor, l.currency)
		WHERE l.fund IS NOT NULL AND NOT EXISTS (SELECT FROM data.fund f WHERE f.id = l.fund
			AND f.donor = l.donor AND f.currency = l.currency)
		UNION ALL
		SELECT e.code, e.sentence FROM rule.earmark_faults(w, l.fund) e WHERE l.status <> 'withdrawn'
		UNION ALL
		SELECT 'fund_budget', format('%s has %s %s left in %s (minor units), and this takes %s; lower the amount, '
			'raise the budget, or use another fund.', f.name, COALESCE(y.budget - y.committed, 0) + held, f.currency,
			w.year, l.amount)
		FROM data.fund f LEFT JOIN data.fund_year y ON y.fund = f.id AND y.year = w.year
		WHERE f.id = l.fund AND f.donor = l.donor AND f.currency = l.currency AND w.live
		  AND l.status IN ('pledged', 'confirmed') AND l.amount > COALESCE(y.budget - y.committed, 0) + held
	) AS c (code, sentence);
	IF reasons IS NOT NULL THEN
		PERFORM rule.refuse(409, reasons #>> '{0,sentence}', 'fund', jsonb_build_object('reasons', reasons,
			'alternatives', rule.fund_alternatives(w, l.currency)));
	END IF;
END $$;

CREATE OR REPLACE FUNCTION rule.check_kpi(code text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF code IS NOT NULL AND NOT EXISTS (SELECT FROM data.kpi k WHERE k.code = check_kpi.code) THEN
		PERFORM rule.refuse(400, format('There is no KPI with the code %s.', code), 'kpi');
	END IF;
END $$;
