-- SPDX-License-Identifier: Apache-2.0
-- The life of a job: taken under a lease, told of, called off, taken over, done, failed. And what a plan shows.
BEGIN;
SELECT no_plan();
SET LOCAL jit = off;
\ir workshops.psql
\ir planning.psql
SELECT pg_temp.be('desk');
CREATE FUNCTION pg_temp.state(of_plan text) RETURNS text LANGUAGE sql AS
'SELECT p.state || '' '' || r.attempt FROM data.plan p JOIN data.plan_run r ON r.plan = p.id WHERE p.id = $1';
CREATE FUNCTION pg_temp.lapse(of_plan text) RETURNS void LANGUAGE sql AS
'UPDATE data.plan_run SET taken_until = clock_timestamp() - interval ''1 second'' WHERE plan = $1';

-- Asked for.
SELECT is(pg_temp.outcome('plan_create', '{}', v.body::jsonb), v.outcome, v.body) FROM (VALUES
	('{"first": "2031-02-01", "last": "2031-01-01"}', '400'), ('{"first": "2020-01-01", "last": "2020-12-31"}', '400'),
	('{"first": "2031-01-01", "last": "2071-01-01"}', '400'),
	('{"first": "2031-01-01", "last": "2031-12-31", "scenario": "SC-XX"}', '400')) AS v (body, outcome);
SELECT is((SELECT count(*) FROM data.plan), 0::bigint, 'a plan that makes no sense is not queued');
SELECT is((SELECT count(*) FROM api.job_take('tests', 60)), 0::bigint, 'nothing waits');
SELECT pg_temp.ask('{"seconds": 4, "seed": 7, "comment": "first"}') AS one, pg_temp.ask() AS two \gset
SELECT is(pg_temp.state(:'one'), 'queued 0', 'it waits');
SELECT is((SELECT settings_version FROM data.plan WHERE id = :'one'), 2, 'and names its settings');

-- Taken, in order, once.
SELECT results_eq($$SELECT plan, attempt, purpose, options::jsonb, instance ->> 'format', instance ->> 'id', scenario IS NULL
	FROM api.job_take('tests', 60)$$, format($$VALUES (%1$L, 1, 'plan', '["--seed", "7", "--time", "4"]'::jsonb, 'atelier-instance/1', %1$L, true)$$,
	:'one'), 'the first, with its snapshot');
SELECT is(pg_temp.state(:'one'), 'running 1', 'it runs');
SELECT is(pg_temp.call('plan_instance', jsonb_build_object('id', :'one')) ->> 'id', :'one', 'the snapshot is there to see');
SELECT is((SELECT plan FROM api.job_take('tests', 60)), :'two', 'then the second');
SELECT is((SELECT count(*) FROM api.job_take('tests', 60)), 0::bigint, 'nothing else');

-- Told of.
SELECT is(api.job_progress(:'one', 1, 60, '{"ms": 5, "units": 6, "value": 7, "bound": 9, "served": 1, "requests": 3, "regions": [{"region": "AP", "workshops": 1}]}'),
	true, 'go on');
SELECT is(pg_temp.call('plan_get', jsonb_build_object('id', :'one')) -> 'progress', '{"ms": 5, "units": 6, "value": 7, "bound": 9,
	"served": 1, "requests": 3, "regions": [{"region": "AP", "workshops": 1}]}', 'and everybody sees how far it is');
SELECT is(api.job_progress(:'one', 2, 60, NULL), false, 'another attempt has no say');
SELECT is((SELECT count(*) FROM audit.event WHERE entity = 'plan_run'), 0::bigint, 'a moment''s news are not audited');

-- The lease ends: somebody else takes it over, three times in all.
SELECT pg_temp.lapse(:'one');
SELECT is((SELECT plan || ' ' || attempt FROM api.job_take('others', 60)), :'one' || ' 2', 'taken over');
SELECT is(api.job_progress(:'one', 1, 60, NULL), false, 'who comes late hears of it');
SELECT is(api.job_done(:'one', 1, pg_temp.document(:'one', '[]')), false, 'and brings nothing');
SELECT is(pg_temp.state(:'one'), 'running 2', 'nothing happened');
SELECT pg_temp.lapse(:'one');
SELECT is((SELECT attempt FROM api.job_take('others', 60)), 3, 'the third time');
SELECT pg_temp.lapse(:'one');
SELECT is((SELECT count(*) FROM api.job_take('others', 60)), 0::bigint, 'is the last');
SELECT is(pg_temp.state(:'one'), 'failed 3', 'then it failed');
SELECT matches((SELECT fault FROM data.plan WHERE id = :'one'), 'three times', 'and says why');

-- Failed, called off.
SELECT is(api.job_failed(:'two', 1, 'killed by signal 9'), true, 'the planner died');
SELECT is((SELECT state || ': ' || fault FROM data.plan WHERE id = :'two'), 'failed: killed by signal 9', 'with its reason');
SELECT is(pg_temp.outcome('plan_cancel', jsonb_build_object('id', :'two')), '409 state', 'what ended is not called off');
SELECT pg_temp.ask() AS three, pg_temp.ask() AS four \gset
SELECT is(pg_temp.outcome('plan_cancel', jsonb_build_object('id', :'three')), '202', 'called off while it waits');
SELECT is(pg_temp.state(:'three'), 'cancelled 0', 'at once');
SELECT is(pg_temp.take(:'four'), 1, 'the next');
SELECT is(pg_temp.outcome('plan_cancel', jsonb_build_object('id', :'four')), '202', 'called off while it runs');
SELECT is(pg_temp.state(:'four'), 'running 1', 'not yet');
SELECT is(api.job_progress(:'four', 1, 60, NULL), false, 'its maker hears of it');
SELECT is(api.job_done(:'four', 1, pg_temp.document(:'four', '[]')), true, 'and brings the best so far');
SELECT is(pg_temp.state(:'four'), 'cancelled 1', 'which is kept');
SELECT is(pg_temp.outcome('plan_get', '{"id": "P-XX"}'), '404', 'no such plan');

-- What cannot be told as an instance fails the plan, and not the queue.
SELECT pg_temp.ask() AS five, pg_temp.ask() AS six \gset
ALTER TABLE data.member DISABLE TRIGGER USER;
ALTER TABLE data.member RENAME COLUMN weekend TO weekend_;
SELECT is((SELECT count(*) FROM api.job_take('tests', 60)), 0::bigint, 'no snapshot');
ALTER TABLE data.member RENAME COLUMN weekend_ TO weekend;
ALTER TABLE data.member ENABLE TRIGGER USER;
SELECT matches((SELECT state || ': ' || fault FROM data.plan WHERE id = :'five'), '^failed: The snapshot could not be taken', 'failed');
SELECT is(pg_temp.take(:'six'), 1, 'the one behind it is made');

-- Done: rows, numbers, reasons.
SELECT is(api.job_done(:'six', 1, pg_temp.document(:'six', jsonb_build_array(pg_temp.item('R-F', 'FJ', '2031-02-03',
	'{"E-F1": "lead", "E-F2": "expert"}', '{"F-E": 700, "F-U": 92}')))), true, 'done');
SELECT pg_temp.call('plan_get', jsonb_build_object('id', :'six')) AS six_json \gset
SELECT is(:'six_json'::jsonb ->> 'state', 'solved', 'solved');
SELECT is((SELECT jsonb_agg(:'six_json'::jsonb -> k ORDER BY n) FROM unnest('{value,bound,gap,seed,units,cpu_ms}'::text[])
	WITH ORDINALITY AS t (k, n)), '[100, 110, 0.090909, 3, 9, 250]', 'its numbers');
SELECT is(:'six_json'::jsonb #> '{items,0}', '{"request": "R-F", "workshop": null, "kind": "national", "region": "AP", "start": "2031-02-03",
	"end": "2031-02-06", "pinned": false, "in_force": false, "member": {"code": "FJ", "name": "Fiji"}, "host": {"code": "FJ", "name": "Fiji"},
	"team": [{"expert": {"id": "E-F1", "name": "Ana"}, "role": "lead"}, {"expert": {"id": "E-F2", "name": "Bo"}, "role": "expert"}],
	"funding": [{"fund": "F-E", "donor": {"code": "D-ONE", "name": "First Fund"}, "amount": {"amount": 700, "currency": "EUR"}},
	{"fund": "F-U", "donor": {"code": "D-TWO", "name": "Second Fund"}, "amount": {"amount": 100, "currency": "USD"}}],
	"cost": {"amount": 792, "currency": "EUR"}}', 'an item, money in its fund''s currency');
SELECT is(:'six_json'::jsonb #> '{unserved,0}', '{"request": "R-A", "kind": "national", "region": "AP",
	"member": {"code": "AU", "name": "Australia"}, "earliest": null,
	"reasons": [{"code": "team", "sentence": "There is no suitable team, even if everybody were free."}],
	"unblock": [{"relax": ["busy", "fund"], "start": "2031-02-03",
	"sentence": "It could begin on 2031-02-03, if only the experts it needs were free and there were money for it."}]}', 'what is left out, and why');
SELECT is(:'six_json'::jsonb -> 'costs', '[{"amount": 700, "currency": "EUR"}, {"amount": 100, "currency": "USD"}]', 'costs by currency');
SELECT is(:'six_json'::jsonb -> 'spread', '[{"experts": 2, "missions": 1}]', 'missions by expert');
SELECT is(:'six_json'::jsonb -> 'waiting_days', '33', 'waiting: from the horizon''s first day');
SELECT is(:'six_json'::jsonb -> 'regions' @> '[{"region": "AP", "target": 6, "workshops": 1}]', true, 'regions');
SELECT is(:'six_json'::jsonb -> 'stability', '{"moved": 0, "dropped": 0, "experts": 0}', 'stability');
SELECT is((SELECT count(*) FROM audit.event WHERE entity = 'plan' AND key = :'six'), 3::bigint, 'asked for, begun, done: audited');

-- Repairs: an answer a plan, from one snapshot.
SELECT is(pg_temp.outcome('plan_repair', '{}', v.body::jsonb), v.outcome, v.body) FROM (VALUES
	('{}', '400'), ('{"expert": "E-F1", "workshop": "W-1"}', '400'), ('{"expert": "E-XX"}', '400'), ('{"workshop": "W-XX"}', '400')) AS v (body, outcome);
SELECT pg_temp.call('plan_repair', '{}', '{"expert": "E-F1", "from": "2031-01-05", "weights": [1, 4]}') ->> 'id' AS fix \gset
SELECT results_eq($$SELECT purpose, options::jsonb @> '["--weights", "1,4"]', scenario::jsonb -> 'changes' FROM api.job_take('tests', 60)$$,
	$$VALUES ('repair', true, '[{"kind": "expert_leaves", "expert": "E-F1", "from": "2031-01-05"}]'::jsonb)$$, 'a repair');
SELECT is(api.job_done(:'fix', 1, json_build_object('format', 'atelier-repair/1', 'options', json_build_array(
	json_build_object('weight', 4, 'changes', '{"dropped": 0, "moved": 0, "experts": 1}'::json, 'value', 100, 'worth', 125, 'plan', pg_temp.document(:'fix', '[]')),
	json_build_object('weight', 1, 'changes', '{"dropped": 1, "moved": 0, "experts": 0}'::json, 'value', 100, 'worth', 300, 'plan', pg_temp.document(:'fix', '[]'))))),
	true, 'two answers');
SELECT is(pg_temp.call('plan_get', jsonb_build_object('id', :'fix')) -> 'change', '{"weight": 4, "worth": 125, "moved": 0, "dropped": 0, "experts": 1}', 'one');
SELECT is(pg_temp.call('plan_get', jsonb_build_object('id', :'fix')) #> '{siblings,0,change}',
	'{"weight": 1, "worth": 300, "moved": 0, "dropped": 1, "experts": 0}', 'what more changes buy');
SELECT is(jsonb_path_query_array(pg_temp.call('plan_get', jsonb_build_object('id', :'fix')), '$.siblings[*].change.weight'), '[1]', 'and its sibling');

-- A what-if is looked at, and never released.
SELECT pg_temp.call('scenario_create', '{}', '{"name": "One more", "changes": [{"kind": "closed", "first": "2031-01-01", "last": "2031-01-31"}]}')
	->> 'id' AS sc \gset
SELECT pg_temp.solved('[]', jsonb_build_object('scenario', :'sc')) AS maybe \gset
SELECT is((SELECT purpose FROM data.plan WHERE id = :'maybe'), 'what_if', 'a what-if');
SELECT is(rule.scenario_document((SELECT jsonb_populate_record(p, '{"changes": [{"kind": "expert_joins", "newcomer": {"id": "E-9"}},
	{"kind": "expert_leaves", "expert": "E-GONE"}]}') FROM data.plan p WHERE id = :'maybe'), '{"experts": []}')::jsonb -> 'changes',
	'[{"kind": "expert_joins", "expert": {"id": "E-9"}}]', 'as the planner reads it; who is not known any more has left already');
SELECT is(pg_temp.release(:'maybe'), '409 what_if', 'stays one');
SELECT pg_temp.call('plan_get', jsonb_build_object('id', :'maybe')) -> 'changes' AS asked \gset
SELECT is(:'asked'::jsonb, '[{"kind": "closed", "first": "2031-01-01", "last": "2031-01-31"}]', 'it shows what is different in it');
SELECT is(pg_temp.outcome('scenario_update', jsonb_build_object('id', :'sc', 'if_match', '1'),
	'{"changes": [{"kind": "closed", "first": "2031-03-01", "last": "2031-03-31"}]}'), '200', 'the scenario is changed');
SELECT is(pg_temp.call('plan_get', jsonb_build_object('id', :'maybe')) -> 'changes', :'asked'::jsonb, 'the plan was made as it was');
SELECT is(pg_temp.outcome('scenario_delete', jsonb_build_object('id', :'sc', 'if_match', '2')), '204', 'it is removed');
SELECT is(pg_temp.call('plan_get', jsonb_build_object('id', :'maybe')) -> 'changes', :'asked'::jsonb, 'and its changes are known still');

-- Why not: what the planner gets; by itself the next year and a half, while no plan is released.
UPDATE data.request SET wanted_from = NULL, wanted_to = NULL WHERE id = 'R-F';
SELECT is(pg_temp.call('plan_explain', '{}', '{"request": "R-F", "date": "2031-03-03"}') -> 'options',
	'["--request", "R-F", "--date", "2031-03-03"]', 'a question');
SELECT is(pg_temp.call('plan_explain', '{}', jsonb_build_object('request', 'R-F', 'plan', :'six')) #>> '{plan,instance}', :'six', 'about a plan');
SELECT is(pg_temp.outcome('plan_explain', '{}', '{"request": "R-N"}'), '409 not_planned', 'of what is not to be planned nothing is known');

SELECT * FROM finish();
ROLLBACK;
