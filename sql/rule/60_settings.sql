-- SPDX-License-Identifier: Apache-2.0
-- Planning settings, by version: which is in force, how one is shown, how the next is made from it.

CREATE OR REPLACE FUNCTION rule.settings_in_force(day date) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN COALESCE((SELECT v.version FROM data.planning_version v WHERE v.valid_from <= day
		ORDER BY v.valid_from DESC, v.version DESC LIMIT 1), 1);
END $$;

CREATE OR REPLACE FUNCTION rule.setting_of(version int, key text) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT s.value FROM data.planning_value s WHERE s.key = setting_of.key AND s.version = setting_of.version);
END $$;

-- What an amount in minor units of a currency is worth in EUR cents, rounded down; NULL without a rate.
CREATE OR REPLACE FUNCTION rule.in_cents(version int, amount bigint, currency text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN CASE WHEN currency = 'EUR' THEN amount ELSE (
		SELECT div(amount::numeric * r.cents, r.units)::bigint FROM data.planning_rate r
		WHERE r.version = in_cents.version AND r.currency = in_cents.currency) END;
END $$;

-- And back, rounded down too: what is spent in parts never comes to more than there was.
CREATE OR REPLACE FUNCTION rule.from_cents(version int, cents bigint, currency text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN CASE WHEN currency = 'EUR' THEN cents ELSE (
		SELECT div(from_cents.cents::numeric * r.units, r.cents)::bigint FROM data.planning_rate r
		WHERE r.version = from_cents.version AND r.currency = from_cents.currency) END;
END $$;

-- Shown ---------------------------------------------------------------------------------------

-- Does a version hold a figure that nobody has decided yet?
CREATE OR REPLACE FUNCTION rule.has_samples(of_version int) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN EXISTS (SELECT FROM data.planning_value v WHERE v.version = of_version AND v.sample)
		OR EXISTS (SELECT FROM data.planning_place p WHERE p.version = of_version AND p.sample)
		OR EXISTS (SELECT FROM data.planning_target t WHERE t.version = of_version AND t.sample)
		OR EXISTS (SELECT FROM data.planning_closure c WHERE c.version = of_version AND c.sample)
		OR EXISTS (SELECT FROM data.planning_rate r WHERE r.version = of_version AND r.sample)
		OR EXISTS (SELECT FROM data.planning_opening o WHERE o.version = of_version AND o.sample);
END $$;

CREATE OR REPLACE FUNCTION rule.version_json(v data.planning_version) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('version', (v).version, 'valid_from', (v).valid_from, 'comment', (v).comment,
		'made_by', rule.account_name((v).made_by), 'made_at', rule.instant((v).made_at),
		'sample', rule.has_samples((v).version));
END $$;

CREATE OR REPLACE FUNCTION rule.settings_json(v data.planning_version) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (rule.version_json(v)::jsonb || jsonb_build_object(
		'kinds', (SELECT json_agg(json_build_object('kind', k.code, 'opens_on', COALESCE(o.opens_on, k.opens_on),
				'sample', COALESCE(o.sample, false)) ORDER BY COALESCE(o.opens_on, k.opens_on), k.code)
			FROM data.kind k LEFT JOIN data.planning_opening o ON o.kind = k.code AND o.version = (v).version
			WHERE k.planned),
		'values', (SELECT json_agg(json_build_object('key', k.key, 'value', s.value, 'unit', k.unit,
				'meaning', k.meaning, 'least', k.least, 'most', k.most, 'sample', s.sample) ORDER BY k.position)
			FROM data.planning_value s JOIN data.planning_key k ON k.key = s.key WHERE s.version = (v).version),
		'places', (SELECT COALESCE(json_agg(json_build_object('member', p.member, 'per_diem', p.per_diem,
				'host_cost', p.host_cost, 'sample', p.sample) ORDER BY p.member), '[]')
			FROM data.planning_place p WHERE p.version = (v).version),
		'targets', (SELECT COALESCE(json_agg(json_build_object('region', t.region, 'workshops', t.workshops,
				'sample', t.sample) ORDER BY t.region), '[]')
			FROM data.planning_target t WHERE t.version = (v).version),
		'closures', (SELECT COALESCE(json_agg(json_build_object('first_day', c.first_day, 'last_day', c.last_day,
				'note', c.note, 'sample', c.sample) ORDER BY c.first_day, c.last_day), '[]')
			FROM data.planning_closure c WHERE c.version = (v).version),
		'rates', (SELECT COALESCE(json_agg(json_build_object('currency', r.currency, 'units', r.units,
				'cents', r.cents, 'sample', r.sample) ORDER BY r.currency), '[]')
			FROM data.planning_rate r WHERE r.version = (v).version)))::json;
END $$;

-- Made ----------------------------------------------------------------------------------------

-- Everything a body sets is something there is, and within its bounds.
CREATE OR REPLACE FUNCTION rule.check_settings(body jsonb) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
	bad record;
BEGIN
	SELECT n.key, n.value, k.key IS NOT NULL AS known, k.least, k.most, k.unit INTO bad
	FROM jsonb_to_recordset(body -> 'values') AS n (key text, value bigint)
	LEFT JOIN data.planning_key k ON k.key = n.key
	WHERE (n.value BETWEEN k.least AND k.most) IS NOT TRUE LIMIT 1;
	IF bad.known THEN
		PERFORM rule.refuse(400, format('%s is %s; it is %s to %s (%s).', bad.key, bad.value, bad.least, bad.most,
			bad.unit), 'values');
	ELSIF bad.key IS NOT NULL THEN
		PERFORM rule.refuse(400, format('There is no planning setting %s; GET the settings for the list of them.',
			bad.key), 'values');
	END IF;
	SELECT d.list, d.name INTO bad FROM (
		SELECT list, COALESCE(e ->> 'key', e ->> 'member', e ->> 'region', e ->> 'currency', e ->> 'kind')
		FROM unnest('{values,places,targets,rates,kinds}'::text[]) AS list, jsonb_array_elements(body -> list) AS e
	) AS d (list, name) GROUP BY d.list, d.name HAVING count(*) > 1 LIMIT 1;
	IF bad.list IS NOT NULL THEN
		PERFORM rule.refuse(400, format('%s stands in %s twice; give it once.', bad.name, bad.list), bad.list);
	END IF;
	SELECT 'closures[' || min(c.n) - 1 || ']' AS at, c.first, c.last, count(*) > 1 AS twice INTO bad
	FROM (SELECT (e ->> 'first_day')::date, (e ->> 'last_day')::date, n
	      FROM jsonb_array_elements(body -> 'closures') WITH ORDINALITY AS t (e, n)) AS c (first, last, n)
	GROUP BY c.first, c.last HAVING count(*) > 1 OR c.first > c.last ORDER BY min(c.n) LIMIT 1;
	IF bad.at IS NOT NULL THEN
		PERFORM rule.refuse(400, format(CASE WHEN bad.twice THEN 'The closure from %s to %s is listed twice; list it once.'
			ELSE 'The closure from %s to %s ends before it begins; turn its days round.' END, rule.iso(bad.first),
			rule.iso(bad.last)), bad.at);
	ELSIF body -> 'rates' @> '[{"currency": "EUR"}]' THEN
		PERFORM rule.refuse(400, 'Planning counts in EUR cents, so EUR has no rate; leave it out.', 'rates');
	END IF;
	PERFORM rule.check_members(ARRAY(SELECT e ->> 'member' FROM jsonb_array_elements(body -> 'places') AS e), 'places'),
		rule.check_regions(ARRAY(SELECT e ->> 'region' FROM jsonb_array_elements(body -> 'targets') AS e), 'targets');
END $$;

-- Rows of the version `base` under the number `next`, those that the body names as it says. Closures are a list that a
-- body replaces as a whole.
CREATE OR REPLACE FUNCTION rule.copy_settings(base int, next int, body jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO data.planning_value (version, key, value, sample)
	SELECT next, s.key, COALESCE(n.value, s.value), CASE WHEN n.key IS NULL THEN s.sample ELSE COALESCE(n.sample, false) END
	FROM data.planning_value s
	LEFT JOIN jsonb_to_recordset(body -> 'values') AS n (key text, value int, sample boolean) ON n.key = s.key
	WHERE s.version = base;
	INSERT INTO data.planning_place (version, member, per_diem, host_cost, sample)
	SELECT next, COALESCE(n.member, p.member), CASE WHEN n.member IS NULL THEN p.per_diem ELSE n.per_diem END,
		CASE WHEN n.member IS NULL THEN p.host_cost ELSE n.host_cost END,
		CASE WHEN n.member IS NULL THEN p.sample ELSE COALESCE(n.sample, false) END
	FROM (SELECT * FROM data.planning_place x WHERE x.version = base) AS p
	FULL JOIN jsonb_to_recordset(body -> 'places') AS n (member text, per_diem int, host_cost int, sample boolean)
		ON n.member = p.member;
	INSERT INTO data.planning_target (version, region, workshops, sample)
	SELECT next, COALESCE(n.region, t.region), COALESCE(n.workshops, t.workshops),
		CASE WHEN n.region IS NULL THEN t.sample ELSE COALESCE(n.sample, false) END
	FROM (SELECT * FROM data.planning_target x WHERE x.version = base) AS t
	FULL JOIN jsonb_to_recordset(body -> 'targets') AS n (region text, workshops int, sample boolean) ON n.region = t.region;
	INSERT INTO data.planning_rate (version, currency, units, cents, sample)
	SELECT next, COALESCE(n.currency, r.currency), COALESCE(n.units, r.units), COALESCE(n.cents, r.cents),
		CASE WHEN n.currency IS NULL THEN r.sample ELSE COALESCE(n.sample, false) END
	FROM (SELECT * FROM data.planning_rate x WHERE x.version = base) AS r
	FULL JOIN jsonb_to_recordset(body -> 'rates') AS n (currency text, units int, cents int, sample boolean)
		ON n.currency = r.currency;
	INSERT INTO data.planning_opening (version, kind, opens_on, sample)
	SELECT next, COALESCE(n.kind, o.kind), COALESCE(n.opens_on, o.opens_on),
		CASE WHEN n.kind IS NULL THEN o.sample ELSE COALESCE(n.sample, false) END
	FROM (SELECT * FROM data.planning_opening x WHERE x.version = base) AS o
	FULL JOIN jsonb_to_recordset(body -> 'kinds') AS n (kind text, opens_on date, sample boolean) ON n.kind = o.kind;
	INSERT INTO data.planning_closure (version, first_day, last_day, note, sample)
	SELECT next, c.first_day, c.last_day, c.note, c.sample FROM data.planning_closure c
	WHERE c.version = base AND NOT body ? 'closures'
	UNION ALL
	SELECT next, n.first_day, n.last_day, n.note, COALESCE(n.sample, false)
	FROM jsonb_to_recordset(body -> 'closures') AS n (first_day date, last_day date, note text, sample boolean);
END $$;

-- A version from a day on: all of another, but for what a body names.
CREATE OR REPLACE FUNCTION rule.make_settings(base int, day date, said text, changes jsonb, maker text)
RETURNS data.planning_version LANGUAGE plpgsql AS $$
DECLARE
	ret data.planning_version;
BEGIN
	INSERT INTO data.planning_version (version, valid_from, comment, changes, made_by)
	SELECT GREATEST(nextval('data.planning_version_number'), max(o.version) + 1), day, said, make_settings.changes, maker
	FROM data.planning_version o RETURNING * INTO ret;
	PERFORM rule.copy_settings(base, ret.version, changes);
	RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION rule.drop_settings(of_version int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM data.planning_value x WHERE x.version = of_version;
	DELETE FROM data.planning_place x WHERE x.version = of_version;
	DELETE FROM data.planning_target x WHERE x.version = of_version;
	DELETE FROM data.planning_closure x WHERE x.version = of_version;
	DELETE FROM data.planning_rate x WHERE x.version = of_version;
	DELETE FROM data.planning_opening x WHERE x.version = of_version;
	DELETE FROM data.planning_version x WHERE x.version = of_version;
END $$;

-- Versions that come into force after one are made again, each from the one before, with what it names itself: a change
-- goes on in them, unless they decide the same thing otherwise.
CREATE OR REPLACE FUNCTION rule.carry_settings(base int, after_day date, after_version int) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	later data.planning_version;
BEGIN
	FOR later IN SELECT * FROM data.planning_version v WHERE (v.valid_from, v.version) > (after_day, after_version)
		AND v.valid_from > rule.today() AND v.version <> base ORDER BY v.valid_from, v.version
	LOOP
		base := (rule.make_settings(base, later.valid_from, later.comment, later.changes, later.made_by)).version;
		PERFORM rule.drop_settings(later.version);
	END LOOP;
END $$;
