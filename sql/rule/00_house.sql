-- SPDX-License-Identifier: Apache-2.0
-- What every api function leans on: refusals, times, entity tags, words of a query.

-- Ends the transaction with a HTTP status, a sentence, the field at fault, and
-- {"reasons": [{code, sentence}], "alternatives": […]}.
CREATE OR REPLACE FUNCTION rule.refuse(status int, sentence text, field text DEFAULT NULL,
                                       detail jsonb DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'AT' || status, MESSAGE = sentence,
		COLUMN = COALESCE(field, ''), DETAIL = COALESCE(detail::text, '');
END $$;

CREATE OR REPLACE FUNCTION rule.reason(code text, sentence text) RETURNS jsonb
LANGUAGE sql IMMUTABLE RETURN jsonb_build_object('code', code, 'sentence', sentence);

CREATE OR REPLACE FUNCTION rule.refuse_missing(thing text, id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM rule.refuse(404, format('There is no %s %s.', thing, id));
END $$;

-- If-Match against the revision a writer is about to replace.
CREATE OR REPLACE FUNCTION rule.check_match(args jsonb, revision int) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF NOT args ? 'if_match' THEN
		PERFORM rule.refuse(428, 'Send If-Match with the ETag of the version you change; GET it first.');
	ELSIF args ->> 'if_match' NOT IN (revision::text, '*') THEN
		PERFORM rule.refuse(412, format('Somebody changed this meanwhile: your If-Match says "%s", it is now "%s". '
			'GET it again and repeat the change.', args ->> 'if_match', revision));
	END IF;
END $$;

-- Times ---------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.instant(t timestamptz) RETURNS text LANGUAGE sql STABLE
RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');

CREATE OR REPLACE FUNCTION rule.today() RETURNS date LANGUAGE sql STABLE
RETURN (transaction_timestamp() AT TIME ZONE 'UTC')::date;

-- `on`: the day being judged; today unless given; may be in the future.
CREATE OR REPLACE FUNCTION rule.on_day(args jsonb) RETURNS date LANGUAGE sql STABLE
RETURN COALESCE((args ->> 'on')::date, rule.today());

-- `as_of`: what had been recorded by then; 'infinity' (everything) unless given. A date means the end
-- of that day in UTC, today means now.
CREATE OR REPLACE FUNCTION rule.as_of(args jsonb) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
	word CONSTANT text := args ->> 'as_of';
	ret_instant timestamptz;
BEGIN
	IF word IS NULL OR word = rule.iso(rule.today()) THEN
		RETURN 'infinity';
	END IF;
	IF word ~ '^\d{4}-\d\d-\d\d$' THEN
		ret_instant := (word::date + 1)::timestamp AT TIME ZONE 'UTC' - interval '1 microsecond';
	ELSE
		ret_instant := word::timestamptz;
	END IF;
	IF ret_instant > clock_timestamp() THEN
		PERFORM rule.refuse(400, format('as_of asks what had been recorded by then, and %s is in the '
			'future; for the day being judged use on=.', word), 'as_of');
	END IF;
	RETURN ret_instant;
END $$;

-- Words of a query ----------------------------------------------------------------------------

-- A list parameter; NULL when absent.
CREATE OR REPLACE FUNCTION rule.texts(args jsonb, name text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF NOT args ? name THEN
		RETURN NULL;
	END IF;
	RETURN ARRAY(SELECT jsonb_array_elements_text(args -> name));
END $$;

-- Patterns for the words of q; none without q.
CREATE OR REPLACE FUNCTION rule.word_patterns(q text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN ARRAY(SELECT '%' || regexp_replace(word, '([%_\\])', '\\\1', 'g') || '%'
		FROM regexp_split_to_table(lower(trim(q)), '\s+') AS word);
END $$;

-- Every word of q stands somewhere in the text, whatever its case. No q: everything matches.
CREATE OR REPLACE FUNCTION rule.has_words(q text, haystack text) RETURNS boolean
LANGUAGE sql IMMUTABLE RETURN lower(haystack) LIKE ALL (rule.word_patterns(q));

-- Answers -------------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION rule.answer(status int, body json, revision int DEFAULT NULL,
                                       modified timestamptz DEFAULT NULL, location text DEFAULT NULL)
RETURNS api.answer LANGUAGE sql IMMUTABLE
RETURN ROW(status, revision::text, modified, location, NULL, body)::api.answer;
