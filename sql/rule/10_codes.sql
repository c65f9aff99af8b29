-- SPDX-License-Identifier: Apache-2.0
-- Codes that bodies and queries bring: an unknown one is a 400 that names it.

-- The first of the codes that `known` says nothing of, refused; `thing` is what the code should be of.
CREATE OR REPLACE FUNCTION rule.refuse_unknown(codes text[], known text[], thing text, field text)
RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	code text;
BEGIN
	FOREACH code IN ARRAY COALESCE(codes, '{}') LOOP
		IF code <> ALL (known) THEN
			PERFORM rule.refuse(400, format('There is no %s with the code %s.', thing, code), field);
		END IF;
	END LOOP;
END $$;

CREATE OR REPLACE FUNCTION rule.check_regions(codes text[], field text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM rule.refuse_unknown(codes, ARRAY(SELECT r.code FROM data.region r), 'region', field);
END $$;

CREATE OR REPLACE FUNCTION rule.check_members(codes text[], field text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM rule.refuse_unknown(codes,
		ARRAY(SELECT m.code FROM data.member m WHERE m.code = ANY (codes)), 'Member', field);
END $$;

CREATE OR REPLACE FUNCTION rule.check_instruments(codes text[], field text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM rule.refuse_unknown(codes,
		ARRAY(SELECT i.code FROM data.instrument i WHERE i.code = ANY (codes)), 'instrument', field);
END $$;

CREATE OR REPLACE FUNCTION rule.check_donors(codes text[], field text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM rule.refuse_unknown(codes,
		ARRAY(SELECT d.code FROM data.donor d WHERE d.code = ANY (codes)), 'donor', field);
END $$;

CREATE OR REPLACE FUNCTION rule.check_timezone(name text, field text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM data.timezone z WHERE z.name = check_timezone.name) THEN
		PERFORM rule.refuse(400, format('There is no time zone %s; give a name of the IANA data, '
			'as in Pacific/Fiji.', name), field);
	END IF;
END $$;

-- What was recorded has happened: its day is not in the future.
CREATE OR REPLACE FUNCTION rule.check_past(day date, field text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF day > rule.today() THEN
		PERFORM rule.refuse(400, format('%s is %s, in the future; record it when it has happened.',
			field, rule.iso(day)), field);
	END IF;
END $$;

CREATE OR REPLACE FUNCTION rule.place(code text) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT json_build_object('code', m.code, 'name', m.name) FROM data.member m WHERE m.code = place.code);
END $$;

CREATE OR REPLACE FUNCTION rule.account_name(id text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT a.name FROM data.account a WHERE a.id = account_name.id);
END $$;

-- A Member of the path, or 404.
CREATE OR REPLACE FUNCTION rule.check_path_member(code text) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM data.member m WHERE m.code = check_path_member.code) THEN
		PERFORM rule.refuse_missing('Member', code);
	END IF;
END $$;

-- Two days of a body in their order; either may be missing.
CREATE OR REPLACE FUNCTION rule.check_order(first date, last date, first_field text, last_field text)
RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF last < first THEN
		PERFORM rule.refuse(400, format('%s, %s, is before %s, %s: turn them round.', last_field, rule.iso(last),
			first_field, rule.iso(first)), last_field);
	END IF;
END $$;
