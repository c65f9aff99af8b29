-- SPDX-License-Identifier: Apache-2.0
-- Funds: budgets by year, earmarks, lines that follow their workshop; targets.
BEGIN;
SELECT no_plan();
\ir workshops.psql
SELECT pg_temp.be('desk');
CREATE FUNCTION pg_temp.pay(of_workshop text, line jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.outcome('funding_add', jsonb_build_object('id', of_workshop),
		'{"donor": "D-ONE", "status": "confirmed", "amount": {"amount": 600, "currency": "EUR"}}' || line)
$$;
CREATE FUNCTION pg_temp.committed(of_fund text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(y.year || ':' || y.committed || '/' || y.budget, ' ' ORDER BY y.year)
	FROM data.fund_year y WHERE y.fund = of_fund
$$;
SELECT pg_temp.workshop('2031-03-03') AS w \gset
SELECT pg_temp.call('fund_create', '{}', '{"donor": "D-ONE", "name": "F", "currency": "EUR",
	"years": [{"year": 2031, "budget": 1000}, {"year": 2032, "budget": 100}],
	"earmarks": [{"regions": ["AP"], "kinds": ["national"]}, {"members": ["JO"]}]}') ->> 'id' AS f \gset
SELECT jsonb_build_object('fund', :'f') AS fund \gset

SELECT is(pg_temp.pay(:'w', :'fund'), '201', 'a line out of a fund');
SELECT is(pg_temp.committed(:'f'), '2031:600/1000 2032:0/100', 'is committed in the year of the workshop');
SELECT is(pg_temp.pay(:'w', :'fund'), '409 fund_budget > ' || :'f', 'the budget is the limit, and what is left is told');
SELECT is(pg_temp.pay(:'w', :'fund' || '{"status": "proposed"}'::jsonb), '201', 'a proposal commits nothing');
SELECT is(pg_temp.committed(:'f'), '2031:600/1000 2032:0/100', 'nothing');
SELECT is(pg_temp.pay(:'w', :'fund' || '{"amount": {"amount": 400, "currency": "EUR"}}'::jsonb), '201', 'to the last cent');
SELECT throws_like(format($$UPDATE data.funding SET status = 'pledged' WHERE workshop = %L AND status = 'proposed'$$, :'w'),
	'%fund_year_not_overspent%', 'the constraint says so by itself');
SELECT throws_like($$UPDATE data.fund_year SET budget = 999 WHERE year = 2031$$, '%fund_year_not_overspent%',
	'nor can a budget sink below what is promised');
SELECT is(pg_temp.pay(:'w', :'fund' || '{"donor": "D-TWO"}'::jsonb), '409 fund', 'another donor''s fund');
SELECT is(pg_temp.pay(:'w', '{"amount": {"amount": 5, "currency": "USD"}}'), '409 currency', 'another currency');
SELECT is(pg_temp.pay(:'w', '{"amount": {"amount": 0, "currency": "EUR"}}'), '400', 'nothing is no amount');
SELECT is(pg_temp.pay(:'w', '{"donor": "NOBODY"}'), '400', 'an unknown donor');
SELECT is(pg_temp.pay(:'w', '{"donor": "D-TWO", "amount": {"amount": 7, "currency": "EUR"}}'), '201',
	'money without a fund');

-- Earmarks: every list of one earmark fits, or all of another.
SELECT is(pg_temp.pay(pg_temp.workshop('2031-04-07', '{"kind": "regional"}'), :'fund' || '{"status": "proposed"}'::jsonb),
	'409 earmark', 'another kind');
SELECT is(pg_temp.pay(pg_temp.workshop('2031-04-07', '{"host": "JO", "start": "2031-04-06", "end": "2031-04-08"}'),
	:'fund' || '{"status": "proposed"}'::jsonb), '201', 'the other earmark');

-- Lines follow the workshop.
UPDATE data.workshop SET status = 'postponed', status_reason = 'other' WHERE id = :'w';
SELECT is(pg_temp.committed(:'f'), '2031:0/1000 2032:0/100', 'what is off commits nothing');
UPDATE data.workshop SET status = 'planned' WHERE id = :'w';
SELECT is(pg_temp.committed(:'f'), '2031:1000/1000 2032:0/100', 'what is on again does');
SELECT throws_like(format($$UPDATE data.workshop SET start_date = '2032-03-01', end_date = '2032-03-04' WHERE id = %L$$, :'w'),
	'%fund_year_not_overspent%', 'a move into a year with less money');
UPDATE data.fund_year SET budget = 1000 WHERE fund = :'f' AND year = 2032;
UPDATE data.workshop SET start_date = '2032-03-01', end_date = '2032-03-04' WHERE id = :'w';
SELECT is(pg_temp.committed(:'f'), '2031:0/1000 2032:1000/1000', 'the money moves along');
UPDATE data.workshop SET start_date = '2033-03-07', end_date = '2033-03-10' WHERE id = 'none';
SELECT throws_like(format($$UPDATE data.workshop SET start_date = '2033-03-07', end_date = '2033-03-10' WHERE id = %L$$, :'w'),
	'%fund_year_not_overspent%', 'a year without a budget has none');
DELETE FROM data.funding WHERE workshop = :'w' AND amount = 400;
SELECT is(pg_temp.committed(:'f'), '2031:0/1000 2032:600/1000', 'a line removed gives back');
SELECT is(pg_temp.outcome('fund_update', jsonb_build_object('id', :'f', 'if_match', '1'), '{"years": [{"year": 2031, "budget": 5}]}'),
	'409', 'a year with promises keeps a budget');
SELECT is(pg_temp.outcome('fund_update', jsonb_build_object('id', :'f', 'if_match', '1'),
	'{"years": [{"year": 2032, "budget": 600}], "earmarks": []}'), '200', 'others may go');
SELECT is(pg_temp.committed(:'f'), '2032:600/600', 'and went');
SELECT is(pg_temp.outcome('fund_update', jsonb_build_object('id', :'f', 'if_match', '1'), '{"name": "G"}'), '412', 'stale');

-- Targets.
SELECT is(pg_temp.outcome('target_add', jsonb_build_object('id', :'w'), '{"indicator": "I", "level": "learning",
	"value": 1, "kpi": "NONE"}'), '400', 'an unknown KPI');
SELECT is(pg_temp.outcome('target_add', jsonb_build_object('id', :'w'), '{"indicator": "I", "level": "learning",
	"value": 1, "baseline": 0}'), '201', 'a target');
SELECT is(pg_temp.call('workshop_get', jsonb_build_object('id', :'w')) #> '{readiness,targeted}', 'true', 'counts');
SELECT is(pg_temp.outcome('target_update', jsonb_build_object('id', :'w', 'target', (SELECT id FROM data.target
	WHERE workshop = :'w'), 'if_match', '1'), '{"baseline": null}'), '200', 'null empties');
SELECT is(pg_temp.call('workshop_get', jsonb_build_object('id', :'w')) #> '{readiness,targeted}', 'false', 'and no longer');
SELECT is(pg_temp.outcome('target_remove', jsonb_build_object('id', :'w', 'target', (SELECT id FROM data.target
	WHERE workshop = :'w'), 'if_match', '2')), '204', 'removed');

SELECT * FROM finish();
ROLLBACK;
