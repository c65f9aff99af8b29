-- SPDX-License-Identifier: Apache-2.0
-- Lists: sort keys from a short list, keyset cursors that belong to their query, fields, count.
--
-- A list function reads
--   p rule.page := rule.page(args, '{name,region}', 'name', rule.member_json(NULL));
--   hits := ARRAY(SELECT ROW(k1, k2, (m).code, rule.member_json(m))::rule.hit
--           FROM (SELECT f, rule.member_key(f, p.s1) COLLATE "und-x-icu", rule.member_key(f, p.s2) COLLATE "und-x-icu"
--                 FROM rule.members_found(args) f) AS found (m, k1, k2)
--           WHERE rule.after(p.d1, p.d2, p.c1, p.c2, p.cid, k1, k2, (m).code) ORDER BY CASE WHEN NOT p.d1 THEN k1 END, CASE WHEN p.d1 THEN k1 END DESC,
--           CASE WHEN NOT p.d2 THEN k2 END, CASE WHEN p.d2 THEN k2 END DESC, (m).code LIMIT p.size + 1);
--   RETURN rule.list(p, hits, CASE WHEN p.counted THEN … END);
-- where k1 and k2 are the texts to sort by p.s1 and p.s2, in the collation people expect. With plan_cache_mode = force_custom_plan the
-- cases fold away, and what remains is an index's order.
DROP TYPE IF EXISTS rule.page, rule.hit CASCADE;
CREATE TYPE rule.page AS (
	size int, -- items at most
	whole boolean, -- all or a refusal: what is more than size is not cut
	s1 text, s2 text, -- sort keys; s2 may be NULL
	d1 boolean, d2 boolean, -- descending?
	c1 text, c2 text, cid text, -- after this item; NULL at the beginning
	counted boolean, fields text[], digest text
);
CREATE TYPE rule.hit AS (k1 text, k2 text, id text, item json);

-- Reads limit (all: as many as `most`, which the daemon gives), cursor, count, sort and fields. `sorts`: keys to sort by; `usual`: the sort without one;
-- `shape`: any item, for its members' names.
CREATE FUNCTION rule.page(args jsonb, sorts text[], usual text, shape json)
RETURNS rule.page LANGUAGE plpgsql STABLE AS $$
DECLARE
	p rule.page;
	sort CONSTANT text[] := string_to_array(COALESCE(args ->> 'sort', usual), ',');
	names CONSTANT text[] := ARRAY(SELECT json_object_keys(shape));
	word text;
BEGIN
	p.whole := COALESCE(args ->> 'limit' = 'all', false);
	p.size := CASE WHEN p.whole THEN (args ->> 'most')::int ELSE COALESCE((args ->> 'limit')::int, 50) END;
	IF p.size NOT BETWEEN 1 AND 500 AND NOT p.whole OR p.size IS NULL THEN
		PERFORM rule.refuse(400, format('limit is %s; it is 1 to 500, or all.', args ->> 'limit'), 'limit');
	END IF;
	FOREACH word IN ARRAY sort LOOP
		IF ltrim(word, '-') <> ALL (sorts) OR word LIKE '--%' OR cardinality(sort) > 2 THEN
			PERFORM rule.refuse(400, format('sort=%s: sort by one or two of %s; a minus before a name turns '
				'its order round.', args ->> 'sort', array_to_string(sorts, ', ')), 'sort');
		END IF;
	END LOOP;
	p.s1 := ltrim(sort[1], '-');
	p.d1 := sort[1] LIKE '-%';
	p.s2 := ltrim(sort[2], '-');
	p.d2 := COALESCE(sort[2] LIKE '-%', false);
	p.fields := string_to_array(args ->> 'fields', ',');
	SELECT f INTO word FROM unnest(p.fields) AS f WHERE f <> ALL (names) LIMIT 1;
	IF FOUND THEN
		PERFORM rule.refuse(400, format('fields: there is no %s; choose from %s.', word,
			array_to_string(names, ', ')), 'fields');
	END IF;
	p.counted := COALESCE(args ->> 'count' = 'exact', false);
	p.digest := left(encode(sha256(convert_to((args - '{limit,most,cursor,count,fields}'::text[])::text
		|| sorts::text || names::text, 'UTF8')), 'hex'), 16);
	RETURN rule.resume(p, args ->> 'cursor');
END $$;

CREATE OR REPLACE FUNCTION rule.cursor_text(key jsonb) RETURNS text LANGUAGE sql IMMUTABLE
RETURN translate(encode(convert_to(key::text, 'UTF8'), 'base64'), E'+/=\n', '-_');

CREATE OR REPLACE FUNCTION rule.cursor_key(word text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN convert_from(decode(rpad(translate(word, '-_', '+/'), (length(word) + 3) / 4 * 4, '='),
		'base64'), 'UTF8')::jsonb;
EXCEPTION WHEN data_exception THEN
	RETURN NULL;
END $$;

-- The page that begins after a cursor.
CREATE FUNCTION rule.resume(p rule.page, word text) RETURNS rule.page LANGUAGE plpgsql STABLE AS $$
DECLARE
	key jsonb;
BEGIN
	IF word IS NULL THEN
		RETURN p;
	END IF;
	key := rule.cursor_key(word);
	IF key ->> 0 IS DISTINCT FROM p.digest OR jsonb_array_length(key) <> 4 OR key ->> 3 IS NULL THEN
		PERFORM rule.refuse(400, 'This cursor belongs to another query; start again without a cursor, '
			'and keep the filters and the order while paging.', 'cursor');
	END IF;
	p.c1 := key ->> 1;
	p.c2 := key ->> 2;
	p.cid := key ->> 3;
	RETURN p;
END $$;

-- Does an item come after the cursor? A body in quotes takes the collation of k1 and k2; RETURN would not.
CREATE OR REPLACE FUNCTION rule.after(d1 boolean, d2 boolean, c1 text, c2 text, cid text,
                                      k1 text, k2 text, id text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
	SELECT cid IS NULL OR CASE
		WHEN k1 <> c1 THEN (k1 > c1) <> d1
		WHEN k2 <> c2 THEN (k2 > c2) <> d2
		ELSE id > cid END
$$;

CREATE OR REPLACE FUNCTION rule.pick(item json, fields text[]) RETURNS json LANGUAGE sql IMMUTABLE
RETURN (SELECT json_object_agg(m.key, m.value ORDER BY m.n)
	FROM json_each(item) WITH ORDINALITY AS m (key, value, n) WHERE m.key = ANY (fields));

-- The answer: one page of the hits (of which there may be one more), and where the next begins.
CREATE FUNCTION rule.list(p rule.page, hits rule.hit[], total bigint)
RETURNS api.answer LANGUAGE plpgsql STABLE AS $$
DECLARE
	last CONSTANT rule.hit := hits[p.size];
	more CONSTANT boolean := cardinality(hits) > p.size;
	next text;
	items json;
BEGIN
	IF more AND p.whole THEN
		PERFORM rule.refuse(413, format('There are more than %s, and at most %s are given whole; narrow it down, or '
			'take pages with limit and cursor.', p.size, p.size), 'limit');
	ELSIF more THEN
		next := rule.cursor_text(jsonb_build_array(p.digest, last.k1, last.k2, last.id));
	END IF;
	SELECT COALESCE(json_agg(CASE WHEN p.fields IS NULL THEN h.item ELSE rule.pick(h.item, p.fields) END
		ORDER BY h.n), '[]') INTO items
	FROM unnest(hits[:p.size]) WITH ORDINALITY AS h (k1, k2, id, item, n);
	RETURN ROW(200, NULL, NULL, NULL, next, CASE
		WHEN p.counted THEN json_build_object('items', items, 'next', next, 'count', total)
		ELSE json_build_object('items', items, 'next', next) END)::api.answer;
END $$;
