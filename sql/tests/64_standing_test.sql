-- SPDX-License-Identifier: Apache-2.0
-- What stands after releases, told as a plan for questions: all releases that are not over, with teams and money as they
-- are; what was changed by hand since, or could not be made so today, is a fact.
BEGIN;
SELECT no_plan();
SET LOCAL jit = off;
\ir workshops.psql
\ir planning.psql
SELECT pg_temp.be('desk');
INSERT INTO data.waiver (criterion, member, kind, reason, granted_by, granted_on, valid_until)
VALUES ('kpi_evaluation', 'AU', 'national', 'r', 'A-TEST', '2026-01-01', '2035-09-30');
-- What an item of a plan costs, which two funds are to share, one of them in dollars.
CREATE FUNCTION pg_temp.cost(of_plan text, of_request text) RETURNS bigint LANGUAGE sql AS $$
	SELECT rule.step_cost(x.s, t, h.cost) FROM (SELECT rule.snapshot_of(p) AS s FROM data.plan p WHERE p.id = of_plan) x,
		rule.snapshot_hosts(x.s) h, data.plan p, rule.release_steps(p, ARRAY[of_request]) t
	WHERE p.id = of_plan AND h.request = of_request AND h.member = t.host
$$;
CREATE FUNCTION pg_temp.f(money jsonb) RETURNS jsonb LANGUAGE sql AS
$$SELECT pg_temp.item('R-F', 'FJ', '2031-02-03', '{"E-F1": "lead", "E-F2": "expert"}', money)$$;
SELECT pg_temp.solved(jsonb_build_array(pg_temp.f('{"F-E": 1}'))) AS probe \gset
SELECT pg_temp.cost(:'probe', 'R-F') AS cost \gset
SELECT is(:cost::bigint, (SELECT 300000 + sum((12000 + j.km * 14950::bigint / 1000) / 1000 * 1000 + 20000 * (4 + 2 * j.travel))::bigint
	FROM data.expert e, rule.journey(e.member, 'FJ', 'in_person') j WHERE e.id IN ('E-F1', 'E-F2')), 'a cost as the format has it');
SELECT pg_temp.solved(jsonb_build_array(pg_temp.f(jsonb_build_object('F-E', :cost - 300001, 'F-U', 300001))), '{"last": "2031-06-30"}') AS one \gset
SELECT is(pg_temp.release(:'one'), '200', 'a first period');

-- The document's item of a request, and the facts of the instance.
CREATE FUNCTION pg_temp.asked() RETURNS jsonb LANGUAGE sql AS $$SELECT pg_temp.call('plan_explain', '{}', '{"request": "R-F"}')$$;
CREATE FUNCTION pg_temp.stands(of_request text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', i ->> 'host', i ->> 'start',
		(SELECT string_agg((t ->> 'expert') || ':' || (t ->> 'role'), ' ' ORDER BY n) FROM jsonb_array_elements(i -> 'team') WITH ORDINALITY AS x (t, n)),
		(SELECT string_agg((f ->> 'fund') || ':' || (f ->> 'amount'), ' ' ORDER BY f ->> 'fund') FROM jsonb_array_elements(i -> 'funding') AS f),
		CASE WHEN a -> 'instance' -> 'pinned' @> jsonb_build_array(jsonb_build_object('request', of_request)) THEN 'fact' END)
	FROM pg_temp.asked() AS a, jsonb_array_elements(a #> '{plan,items}') AS i WHERE i ->> 'request' = of_request
$$;
SELECT is(pg_temp.stands('R-F'), 'FJ 2031-02-03 E-F1:lead E-F2:expert F-E:' || :cost - 300001 || ' F-U:300001',
	'team with roles, and the money to the cent, though dollars are rounded');
SELECT is(pg_temp.asked() #>> '{names,requests,R-F}', (SELECT w.title || ' (' || w.id || ')' FROM data.workshop w JOIN data.request r
	ON r.workshop = w.id WHERE r.id = 'R-F'), 'a workshop goes by its title and id');
SELECT is(pg_temp.asked() #>> '{names,requests,R-J}', 'National workshop for Jordan (R-J)', 'a request as its workshop would');
SELECT is((SELECT a -> 'names' FROM pg_temp.asked() a) #>> '{experts,E-F1}', 'Ana', 'experts by their names');
SELECT is((SELECT a -> 'names' FROM pg_temp.asked() a) #>> '{funds,F-E}', 'Euros', 'funds');
SELECT is((SELECT a -> 'names' FROM pg_temp.asked() a) #>> '{members,FJ}', 'Fiji', 'Members');

-- A later period does not end the first one.
SELECT pg_temp.solved(jsonb_build_array(pg_temp.item('R-J', 'JO', '2031-09-07', '{"E-F1": "lead", "E-F2": "expert"}', '{"F-E": 5}')),
	'{"first": "2031-07-01"}') AS two \gset
SELECT is(pg_temp.release(:'two'), '200', 'a later period');
SELECT results_eq('SELECT * FROM rule.planned_days()', $$VALUES (DATE '2031-01-01', DATE '2031-12-31')$$, 'both are planned days');
SELECT matches(pg_temp.stands('R-F'), '^FJ 2031-02-03 .*[0-9]$', 'the first stands');
SELECT is(pg_temp.stands('R-J'), 'JO 2031-09-07 E-F1:lead E-F2:expert F-E:5 fact', 'what cannot be paid so is a fact');
SELECT pg_temp.call('plan_repair', '{}', '{"expert": "E-F1"}') ->> 'id' AS repair \gset
SELECT is((SELECT array_agg(w ORDER BY w) FROM unnest((rule.snapshot_of(p)).loose) AS w),
	(SELECT array_agg(r.workshop ORDER BY r.workshop) FROM data.request r WHERE r.id IN ('R-F', 'R-J')), 'a repair frees the missions of both')
FROM data.plan p WHERE p.id = :'repair';
SELECT results_eq($$SELECT first_day, last_day FROM data.plan WHERE purpose = 'repair'$$, $$VALUES (DATE '2031-01-01', DATE '2031-12-31')$$,
	'and plans the days of both again');
INSERT INTO data.fund_year (fund, year, budget) VALUES ('F-E', 2032, 1000);
UPDATE data.workshop SET start_date = '2032-02-01', end_date = '2032-02-04' WHERE id = (SELECT workshop FROM data.request WHERE id = 'R-J');
SELECT results_eq('SELECT last FROM rule.planned_days()', $$VALUES (DATE '2032-02-04')$$, 'what was moved out of them is followed');

-- Changed since.
CREATE FUNCTION pg_temp.fact(what text, change text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT doesnt_match(pg_temp.stands('R-F'), 'fact$', 'no fact before: ' || what);
	EXECUTE change;
	RETURN NEXT matches(pg_temp.stands('R-F'), 'fact$', what);
END $$;
SAVEPOINT sound;
SELECT pg_temp.fact('an expert who left', $$UPDATE data.expert SET active = false WHERE id = 'E-F1'$$);
ROLLBACK TO sound;
SELECT pg_temp.fact('a team by hand', $$DELETE FROM data.mission m USING data.request r WHERE r.id = 'R-F' AND m.workshop = r.workshop AND m.expert = 'E-F2'$$);
ROLLBACK TO sound;
SELECT pg_temp.fact('money by hand', $$UPDATE data.funding l SET amount = amount + 2 FROM data.request r WHERE r.id = 'R-F' AND l.workshop = r.workshop AND l.fund = 'F-E'$$);
ROLLBACK TO sound;
SELECT pg_temp.fact('other rules', $$UPDATE data.planning_value SET value = 0 WHERE version = 2 AND key = 'language_of_all';
	UPDATE data.plan SET settings_version = 1 WHERE number IS NOT NULL$$);
ROLLBACK TO sound;
SELECT pg_temp.fact('another workshop too near', $$SELECT pg_temp.workshop('2031-04-07')$$);

SELECT * FROM finish();
ROLLBACK;
