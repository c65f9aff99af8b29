-- SPDX-License-Identifier: Apache-2.0
-- What the public, donors, experts and staff see, now and as of an instant; filters; feeds.
BEGIN;
SELECT no_plan();
\ir workshops.psql
SELECT pg_temp.be('desk');
SELECT pg_temp.workshop('2031-03-03', '{"title": "Planned"}') AS planned,
       pg_temp.workshop('2031-03-17', '{"title": "Announced", "city": "Suva", "summary": "Parcels and posts"}') AS announced,
       pg_temp.workshop('2031-03-24', '{"title": "Never public"}') AS hidden \gset
INSERT INTO data.workshop (id, kind, title, status, historic, regions, donors, start_date)
VALUES ('HW-T', 'regional', 'Held', 'delivered', true, '{ESA,WCA}', '{D-TWO}', '2019-07-08'),
       ('HW-U', 'global', 'Undated', 'delivered', true, '{ALL}', '{}', NULL);
SELECT is(pg_temp.join(:'announced', 'E-F1'), '201', 'team'), is(pg_temp.join(:'announced', 'E-F2'), '201', 'team');
INSERT INTO data.funding (workshop, donor, amount, currency, status, confirmed_on, year, workshop_live) VALUES
(:'announced', 'D-ONE', 400, 'EUR', 'confirmed', '2030-01-01', 2031, true),
(:'announced', 'D-TWO', 100, 'EUR', 'pledged', NULL, 2031, true), (:'planned', 'D-ONE', 5, 'EUR', 'pledged', NULL, 2031, true);
INSERT INTO data.target (workshop, indicator, level, baseline, value) VALUES (:'announced', 'I', 'learning', 1, 2);
UPDATE data.workshop SET status = 'announced', announced_at = now() WHERE id = :'announced';
UPDATE data.workshop SET status = 'cancelled', status_reason = 'other' WHERE id = :'hidden';

-- The titles somebody sees, in order, by a filter.
CREATE FUNCTION pg_temp.seen(who text, args jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.be(who);
	RETURN (SELECT string_agg(a ->> 'title', ', ') FROM jsonb_array_elements(pg_temp.call('activity_list', args) -> 'items') a
	        WHERE a ->> 'id' LIKE 'W-%' OR a ->> 'id' IN ('HW-T', 'HW-U'));
END $$;
SELECT is(pg_temp.seen('public'), 'Undated, Held, Announced', 'the public: what was announced or held');
SELECT is(pg_temp.seen('one'), 'Undated, Held, Planned, Announced', 'a donor: what is planned too');
SELECT is(pg_temp.seen('desk'), 'Undated, Held, Planned, Announced, Never public', 'the staff: everything');
SELECT is(pg_temp.seen('ana'), 'Undated, Held, Announced', 'an expert: the public part and the own missions');
SELECT pg_temp.be('public');
SELECT is(pg_temp.outcome('activity_get', jsonb_build_object('id', :'planned')), '404', 'planned: not there');
SELECT is(pg_temp.outcome('activity_get', jsonb_build_object('id', :'hidden')), '404', 'cancelled before: never there');
SELECT is((SELECT count(*) FROM api.activity_csv('{}', NULL) c WHERE c.id IN (:'planned', :'hidden')), 0::bigint, 'nor in the table');
SELECT is((SELECT count(*) FROM api.activity_ics('{}', NULL) e WHERE e.summary IN ('Planned', 'Never public')), 0::bigint, 'nor the feed');

-- What they see of it.
CREATE FUNCTION pg_temp.part(who text, id text, name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.be(who);
	RETURN pg_temp.call('activity_get', jsonb_build_object('id', id)) ->> name;
END $$;
SELECT is(pg_temp.part('public', :'announced', 'experts'), '2', 'experts are a number');
SELECT is(pg_temp.part('public', 'HW-T', 'experts'), NULL, 'where it is known');
SELECT is(pg_temp.part('public', :'announced', 'donors'), '["D-ONE"]', 'donors are who confirmed');
SELECT is(pg_temp.part('public', :'announced', 'budget'), NULL, 'budgets are not public');
SELECT is(pg_temp.part('one', :'announced', 'budget'), '{"amount": 1000, "currency": "EUR"}', 'a donor sees it');
SELECT is(pg_temp.part('one', :'announced', 'funding_gap'), '{"amount": 600, "currency": "EUR"}', 'and the gap');
SELECT is(pg_temp.part('one', :'announced', 'donors'), '["D-ONE"]', 'not who else has pledged');
SELECT is(pg_temp.part('one', :'planned', 'donors'), '["D-ONE"]', 'its own pledge');
SELECT is(pg_temp.part('desk', :'announced', 'donors'), '["D-ONE", "D-TWO"]', 'the staff sees all');
SELECT is(jsonb_array_length(pg_temp.part('public', :'announced', 'targets')::jsonb), 1, 'targets are public');
SELECT unalike(pg_temp.call('activity_get', jsonb_build_object('id', :'announced'))::text, '%Ana%', 'names are not');

-- Nothing that the api's role can read says more to the public.
SELECT pg_temp.be('public');
SET LOCAL ROLE atelier_api;
SELECT (SELECT count(*) FROM data.expert) + (SELECT count(*) FROM data.mission) + (SELECT count(*) FROM data.funding)
	+ (SELECT count(*) FROM data.target) + (SELECT count(*) FROM data.calendar) + (SELECT count(*) FROM data.accreditation)
	+ (SELECT count(*) FROM data.workshop WHERE NOT published) + (SELECT count(*) FROM data.past p WHERE p.entity <> 'workshop'
	OR p."row" ->> 'published' = 'false') AS leaks, (SELECT count(*) FROM data.workshop) AS open \gset
RESET ROLE;
SELECT is(:leaks, 0, 'tables are closed'), ok(:open >= 3, 'but for what is public');

-- Filters.
SELECT is(pg_temp.seen('public', '{"region": ["WCA"]}'), 'Held', 'region');
SELECT is(pg_temp.seen('public', '{"kind": ["national"]}'), 'Announced', 'kind');
SELECT is(pg_temp.seen('desk', '{"status": ["planned", "cancelled"]}'), 'Planned, Never public', 'status');
SELECT is(pg_temp.seen('desk', '{"member": ["FJ"], "status": ["announced"]}'), 'Announced', 'member');
SELECT is(pg_temp.seen('public', '{"donor": ["D-TWO"]}'), 'Held', 'donor: on record, and no pledge of others');
SELECT is(pg_temp.seen('desk', '{"donor": ["D-TWO"]}'), 'Held, Announced', 'donor: the staff finds pledges');
SELECT is(pg_temp.seen('public', '{"instrument": ["ECFOS"]}'), 'Announced', 'instrument');
SELECT is(pg_temp.seen('public', '{"language": ["en"]}'), 'Announced', 'language');
SELECT is(pg_temp.seen('public', '{"mode": ["in_person"]}'), 'Announced', 'mode');
SELECT is(pg_temp.seen('desk', '{"from": "2031-03-06", "to": "2031-03-16"}'), 'Planned', 'overlap, ends included');
SELECT is(pg_temp.seen('desk', '{"from": "2031-03-07", "to": "2031-03-16"}'), NULL, 'and no day more');
SELECT is(pg_temp.seen('public', '{"to": "2019-12-31"}'), 'Held', 'without a last day: by the first');
SELECT is(pg_temp.seen('desk', '{"funded": "partly"}'), 'Announced', 'funded');
SELECT is(pg_temp.seen('desk', '{"funded": "no"}'), 'Planned, Never public', 'not funded: the past, of which nothing is known, is not');
UPDATE data.workshop SET budget = 0 WHERE id = :'hidden';
SELECT is(pg_temp.seen('desk', '{"funded": "yes"}'), 'Never public', 'what costs nothing is funded');
SELECT is(pg_temp.seen('public', '{"q": "posts parc"}'), 'Announced', 'words, by their beginnings');
SELECT is(pg_temp.seen('public', '{"q": "fiji announced"}'), 'Announced', 'and the host''s name');
SELECT is(pg_temp.seen('public', '{"q": "planned"}'), NULL, 'words do not uncover');
SELECT is(pg_temp.seen('public', '{"updated_since": "2100-01-01T00:00:00Z"}'), NULL, 'updated_since');
SELECT is(pg_temp.outcome('activity_list', '{"region": ["MARS"]}'), '400', 'an unknown code');
SELECT is(pg_temp.outcome('activity_list', '{"from": "2031-02-02", "to": "2031-01-01"}'), '400', 'upside down');
SELECT is(pg_temp.outcome('activity_list', '{"sort": "secret"}'), '400', 'an unknown sort');
SELECT is(pg_temp.seen('desk', '{"sort": "-title", "kind": ["national"]}'), 'Planned, Never public, Announced', 'sort');

-- Pages: each once, in order, however it is sorted.
CREATE FUNCTION pg_temp.pages(sort text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page jsonb;
	seen text[] := '{}';
	args jsonb := jsonb_build_object('limit', 2, 'sort', sort);
BEGIN
	LOOP
		page := pg_temp.call('activity_list', args);
		seen := seen || ARRAY(SELECT i ->> 'id' FROM jsonb_array_elements(page -> 'items') i);
		EXIT WHEN page ->> 'next' IS NULL;
		args := args || jsonb_build_object('cursor', page -> 'next');
	END LOOP;
	RETURN array_to_string(seen, ' ');
END $$;
SELECT pg_temp.be('desk');
SELECT is(pg_temp.pages(s), (SELECT string_agg(i ->> 'id', ' ') FROM jsonb_array_elements(pg_temp.call('activity_list',
	jsonb_build_object('sort', s, 'limit', 500)) -> 'items') i), 'pages by ' || s)
FROM unnest('{start,-start,title,-updated_at,"kind,-start","-status,title"}'::text[]) s;
SELECT is(pg_temp.call('activity_list', '{"count": "exact", "limit": 1, "kind": ["national"]}') ->> 'count', '3', 'count');

-- As of an instant: rows, teams and money as they had been recorded, to who saw them then.
SELECT pg_sleep(0.002), clock_timestamp() AS before \gset
SELECT pg_temp.be('desk');
UPDATE data.workshop SET title = 'Renamed', regions = '{AP,ESA}' WHERE id = :'announced';
DELETE FROM data.mission WHERE workshop = :'announced' AND expert = 'E-F2';
UPDATE data.funding SET amount = 900 WHERE workshop = :'announced' AND status = 'confirmed';
UPDATE data.workshop SET announced_at = now() WHERE id = :'planned';
CREATE FUNCTION pg_temp.then(who text, id text, at text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a jsonb;
BEGIN
	PERFORM pg_temp.be(who);
	a := pg_temp.call('activity_get', jsonb_strip_nulls(jsonb_build_object('id', id, 'as_of', at)));
	RETURN concat_ws(' ', a ->> 'title', a ->> 'experts', a #>> '{funding_gap,amount}');
EXCEPTION WHEN SQLSTATE 'AT404' THEN
	RETURN 'unseen';
END $$;
SELECT is(pg_temp.then('desk', :'announced', NULL), 'Renamed 1 100', 'now');
SELECT is(pg_temp.then('desk', :'announced', :'before'), 'Announced 2 600', 'then');
SELECT is(pg_temp.then('public', :'announced', :'before'), 'Announced 2', 'then, to the public');
SELECT is(pg_temp.then('public', :'planned', NULL), 'Planned 0', 'public now');
SELECT is(pg_temp.then('public', :'planned', :'before'), 'unseen', 'and not then');
SELECT is(pg_temp.then('desk', :'announced', '2001-01-01'), 'unseen', 'before there was any');
SELECT is(pg_temp.seen('public', jsonb_build_object('region', '["ESA"]'::jsonb)), 'Held, Renamed', 'filters: now');
SELECT is(pg_temp.seen('public', jsonb_build_object('region', '["ESA"]'::jsonb, 'as_of', :'before')), 'Held', 'filters: then');
UPDATE data.workshop SET title = 'Announced' WHERE id = :'announced';

-- Feeds.
SELECT is((SELECT e.status || ' ' || e.first || ' ' || e.last || ' ' || e.location || ' ' || e.zone || ' ' || e.latitude
	FROM api.activity_ics('{}', NULL) e WHERE e.summary = 'Announced'),
	'CONFIRMED 2031-03-17 2031-03-20 Suva, Fiji Pacific/Fiji -18.14', 'an event');
SELECT is((SELECT e.last FROM api.activity_ics('{}', NULL) e WHERE e.summary = 'Held'), '2019-07-08'::date, 'one day, if no last is known');
SELECT is((SELECT count(*) FROM api.activity_ics('{}', NULL) e WHERE e.summary = 'Undated'), 0::bigint, 'undated: in no calendar');
UPDATE data.workshop SET status = 'postponed', status_reason = 'health', status_on = '2031-01-10' WHERE id = :'announced';
SELECT is((SELECT e.status FROM api.activity_ics('{"day": "2031-04-10"}', NULL) e WHERE e.summary = 'Postponed: Announced'),
	'CANCELLED', 'off: told for 90 days');
SELECT is((SELECT count(*) FROM api.activity_ics('{"day": "2031-04-11"}', NULL) e WHERE e.summary LIKE '%Announced'),
	0::bigint, 'and no longer');
SELECT is((SELECT count(*) FROM api.activity_ics('{"day": "2031-01-11", "cancelled": "drop"}', NULL) e
	WHERE e.summary LIKE '%Announced'), 0::bigint, 'nor to who drops it');

SELECT * FROM finish();
ROLLBACK;
