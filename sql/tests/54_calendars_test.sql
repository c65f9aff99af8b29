-- SPDX-License-Identifier: Apache-2.0
-- An expert's subscriptions: what their address shows, to whom, and until when.
BEGIN;
SELECT no_plan();
\ir workshops.psql
SELECT pg_temp.be('desk');
SELECT pg_temp.workshop('2031-03-03', '{"title": "First", "city": "Suva", "sessions":
	[{"day": "2031-03-03", "start": "09:30", "end": "17:00"}]}') AS w \gset
SELECT is(pg_temp.join(:'w', 'E-F1'), '201', 'team'), is(pg_temp.join(:'w', 'E-F2'), '201', 'team');
CREATE FUNCTION pg_temp.subscribe(detail text) RETURNS text LANGUAGE sql AS $$
	SELECT substr(pg_temp.call('calendar_create', '{"id": "E-F1"}', jsonb_build_object('label', 'phone', 'detail', detail))
		->> 'url', 15)
$$;
SELECT pg_temp.be('ana');
SELECT split_part(pg_temp.subscribe('full'), '.', 1) AS whole, split_part(pg_temp.subscribe('busy'), '.', 1) AS busy,
       split_part(pg_temp.subscribe('city'), '.', 1) AS city \gset
SELECT matches(:'whole'::text, '^[a-z2-7]{12}_[a-z2-7]{52}$', 'a selector and 260 random bits');
SELECT is((SELECT count(*) FROM data.calendar c WHERE c.digest = sha256(convert_to(substr(:'whole', 14), 'UTF8'))), 1::bigint,
	'of which the digest is kept');
SELECT is((SELECT count(*) FROM data.calendar c WHERE to_jsonb(c)::text LIKE '%' || substr(:'whole', 14) || '%'), 0::bigint,
	'alone');
SELECT is(pg_temp.outcome('calendar_create', '{"id": "E-F2"}', '{"label": "x"}'), '404', 'nobody subscribes for others');

-- 'status first last summary location sessions' of each event.
CREATE FUNCTION pg_temp.feed(token text, day text DEFAULT '2031-01-01') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.be('public');
	RETURN (SELECT string_agg(concat_ws(' ', e.status, e.first, e.last, e.summary, e.location, e.sessions), E'\n')
	        FROM api.calendar_feed(jsonb_build_object('token', token, 'day', day), NULL) e WHERE e.uid IS NOT NULL);
EXCEPTION WHEN SQLSTATE 'AT404' THEN
	RETURN '404 ' || SQLERRM;
END $$;
SELECT is(pg_temp.feed(:'whole'), 'TENTATIVE 2031-03-01 2031-03-02 Travel to Suva []
TENTATIVE 2031-03-03 2031-03-06 First (lead) Suva, Fiji [["2031-03-03", 570, 1020]]
TENTATIVE 2031-03-07 2031-03-08 Travel home []', 'the mission with its travel, tentative until accepted');
SELECT is((SELECT array_agg(e.calendar) FROM api.calendar_feed(jsonb_build_object('token', :'busy'::text), NULL) e),
	'{Ana (phone),NULL,NULL,NULL}', 'it is named after the expert and the label');
SELECT is(pg_temp.feed(:'busy'), 'TENTATIVE 2031-03-01 2031-03-02 Busy []
TENTATIVE 2031-03-03 2031-03-06 Busy []
TENTATIVE 2031-03-07 2031-03-08 Busy []', 'busy tells nothing');
SELECT is(pg_temp.feed(:'city'), 'TENTATIVE 2031-03-01 2031-03-02 Travel to Suva []
TENTATIVE 2031-03-03 2031-03-06 Mission Suva, Fiji []
TENTATIVE 2031-03-07 2031-03-08 Travel home []', 'city tells where');
SELECT is((SELECT last_used_on FROM data.calendar WHERE selector = substr(:'whole', 1, 12)), rule.today(), 'its use is noted');
UPDATE data.mission SET status = 'accepted' WHERE expert = 'E-F1';
SELECT alike(pg_temp.feed(:'busy'), 'CONFIRMED%', 'confirmed once accepted');
SELECT set_eq(format($$SELECT DISTINCT sequence FROM api.calendar_feed('{"token": "%s"}', NULL) WHERE uid IS NOT NULL$$, :'whole'), '{1}'::int[],
	'with a higher sequence');
UPDATE data.mission SET note = 'Brings the case studies.', release = 'asked' WHERE expert = 'E-F1';
SELECT set_eq(format($$SELECT DISTINCT sequence FROM api.calendar_feed('{"token": "%s"}', NULL) WHERE uid IS NOT NULL$$, :'whole'), '{1}'::int[],
	'which a note does not raise');
UPDATE data.mission SET travel_before = 3, travel_stated = true WHERE expert = 'E-F1';
SELECT set_eq(format($$SELECT DISTINCT sequence FROM api.calendar_feed('{"token": "%s"}', NULL) WHERE uid IS NOT NULL$$, :'whole'), '{2}'::int[],
	'and a day of travel does');
-- A place taken back is told of, once, for 90 days.
SAVEPOINT kept;
DELETE FROM data.mission WHERE expert = 'E-F1';
SELECT is((SELECT string_agg(concat_ws(' ', e.status, e.sequence, e.uid LIKE w.uid || '-m-%', e.stamp >= e.created), ', ')
	FROM api.calendar_feed(jsonb_build_object('token', :'busy'::text), NULL) e, data.workshop w
	WHERE w.id = :'w' AND e.uid IS NOT NULL),
	'CANCELLED 3 t t, CANCELLED 3 t t, CANCELLED 3 t t', 'a place taken back');
SELECT isnt(pg_temp.feed(:'busy', (rule.today() + 90)::text), NULL, 'is told for 90 days');
SELECT is(pg_temp.feed(:'busy', (rule.today() + 91)::text), NULL, 'and no longer');
ROLLBACK TO SAVEPOINT kept;
UPDATE data.workshop SET status = 'cancelled', status_reason = 'other', status_on = '2031-01-01' WHERE id = :'w';
SELECT alike(pg_temp.feed(:'busy', '2031-04-01'), 'CANCELLED%', 'cancelled for 90 days');
SELECT is(pg_temp.feed(:'busy', '2031-04-02'), NULL, 'and gone');

-- Addresses end.
SELECT is(pg_temp.feed('nosuchselect_nosuchsecret'), '404 There is no calendar at this address; ask a coordinator for a new one.',
	'an unknown address');
SELECT pg_temp.be('ana');
SELECT is(pg_temp.outcome('calendar_delete', jsonb_build_object('id', 'E-F1', 'selector', substr(:'busy', 1, 12))), '204', 'revoked');
SELECT is(pg_temp.feed(:'busy'), pg_temp.feed('nosuchselect_nosuchsecret'), 'is as unknown');
SELECT is(pg_temp.feed(substr(:'whole', 1, 63) || 'x'), pg_temp.feed('nosuchselect_nosuchsecret'), 'as is a wrong secret');
SELECT pg_temp.be('ana');
SELECT is(pg_temp.outcome('calendar_rotate', jsonb_build_object('id', 'E-F1', 'selector', substr(:'city', 1, 12))), '200', 'rotated');
SELECT alike(pg_temp.feed(:'city'), '404%', 'the old address ends');
SELECT pg_temp.be('ana');
SELECT is(jsonb_array_length(pg_temp.call('calendar_list', '{"id": "E-F1"}') -> 'items'), 2, 'what is left');

SELECT * FROM finish();
ROLLBACK;
