-- SPDX-License-Identifier: Apache-2.0
-- Instruments, standards and KPIs: short lists in their own order.

CREATE OR REPLACE FUNCTION api.instrument_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{code}', 'code', rule.instrument_json(NULL));
BEGIN
	RETURN rule.list(p, ARRAY(
		SELECT ROW(i.code, '', i.code, rule.instrument_json(i))::rule.hit FROM data.instrument i
		WHERE p.cid IS NULL OR i.code > p.cid ORDER BY i.code LIMIT p.size + 1),
		CASE WHEN p.counted THEN (SELECT count(*) FROM data.instrument) END);
END $$;

CREATE OR REPLACE FUNCTION api.standard_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{number}', 'number', rule.standard_json(NULL));
	wanted CONSTANT int := (args ->> 'edition')::int;
BEGIN
	RETURN rule.list(p, ARRAY(
		SELECT ROW(s.edition, s.number, s.code, rule.standard_json(s))::rule.hit FROM data.standard s
		WHERE (wanted IS NULL OR s.edition = wanted)
		  AND (p.cid IS NULL OR (s.edition, s.number) > (p.c1::int, p.c2::int))
		ORDER BY s.edition, s.number LIMIT p.size + 1),
		CASE WHEN p.counted THEN (SELECT count(*) FROM data.standard s
			WHERE wanted IS NULL OR s.edition = wanted) END);
END $$;

CREATE OR REPLACE FUNCTION api.kpi_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{code}', 'code', rule.kpi_json(NULL));
BEGIN
	RETURN rule.list(p, ARRAY(
		SELECT ROW(k.code, '', k.code, rule.kpi_json(k))::rule.hit FROM data.kpi k
		WHERE p.cid IS NULL OR k.code > p.cid ORDER BY k.code LIMIT p.size + 1),
		CASE WHEN p.counted THEN (SELECT count(*) FROM data.kpi) END);
END $$;
