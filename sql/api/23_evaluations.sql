-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.evaluation_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{evaluated_on}', '-evaluated_on', rule.evaluation_json(NULL));
	code CONSTANT text := args ->> 'code';
	as_of CONSTANT timestamptz := rule.as_of(args);
BEGIN
	PERFORM rule.check_path_member(code);
	RETURN rule.list(p, ARRAY(
		SELECT ROW(rule.iso(e.evaluated_on), '', e.id, rule.evaluation_json(e))::rule.hit
		FROM rule.evaluations_at(as_of) e
		WHERE e.member = code
		  AND rule.after(true, false, p.c1, p.c2, p.cid, rule.iso(e.evaluated_on), '', e.id)
		ORDER BY e.evaluated_on DESC, e.id LIMIT p.size + 1),
		CASE WHEN p.counted THEN (SELECT count(*) FROM rule.evaluations_at(as_of) e WHERE e.member = code) END);
END $$;

-- Without an edition: the latest whose KPIs are known.
CREATE OR REPLACE FUNCTION api.evaluation_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e data.evaluation := jsonb_populate_record(NULL::data.evaluation, body);
BEGIN
	PERFORM rule.check_path_member(args ->> 'code'), rule.check_past(e.evaluated_on, 'evaluated_on');
	e.edition := COALESCE(e.edition, (SELECT max(k.edition) FROM data.kpi_standard k));
	IF NOT EXISTS (SELECT FROM data.kpi_standard k WHERE k.edition = e.edition) THEN
		PERFORM rule.refuse(400, format('There are no KPIs for the edition %s.',
			COALESCE(e.edition::text, 'asked')), 'edition');
	END IF;
	INSERT INTO data.evaluation (member, edition, evaluated_on, note)
	VALUES (args ->> 'code', e.edition, e.evaluated_on, e.note) RETURNING * INTO e;
	RETURN rule.answer(201, rule.evaluation_json(e), e.revision, e.recorded_at,
		format('/v1/members/%s/kpi-evaluations/%s', e.member, e.id));
END $$;

CREATE OR REPLACE FUNCTION api.evaluation_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e data.evaluation;
BEGIN
	SELECT * INTO e FROM data.evaluation o WHERE o.id = args ->> 'id' AND o.member = args ->> 'code';
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('KPI evaluation', args ->> 'id');
	END IF;
	RETURN rule.answer(200, rule.evaluation_json(e), e.revision, e.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.evaluation_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e data.evaluation := rule.open_evaluation(args);
BEGIN
	PERFORM rule.check_match(args, e.revision);
	e := jsonb_populate_record(e, body);
	PERFORM rule.check_past(e.evaluated_on, 'evaluated_on');
	UPDATE data.evaluation o SET (evaluated_on, note) = (e.evaluated_on, e.note)
	WHERE o.id = e.id RETURNING * INTO e;
	RETURN rule.answer(200, rule.evaluation_json(e), e.revision, e.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.evaluation_answers(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e data.evaluation := rule.open_evaluation(args);
BEGIN
	PERFORM rule.check_answers(e.edition, body -> 'answers');
	INSERT INTO data.evaluation_answer (evaluation, edition, kpi, answer_type, value, note)
	SELECT e.id, e.edition, k.code, k.answer_type, a.value, a.note
	FROM jsonb_to_recordset(body -> 'answers') AS a (kpi text, value numeric, note text)
	JOIN data.kpi k ON k.code = a.kpi
	ON CONFLICT (evaluation, kpi) DO UPDATE SET value = excluded.value, note = excluded.note;
	UPDATE data.evaluation o SET revision = NULL WHERE o.id = e.id RETURNING * INTO e;
	RETURN rule.answer(200, rule.evaluation_json(e), e.revision, e.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.evaluation_complete(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	e data.evaluation := rule.open_evaluation(args);
	missing CONSTANT text[] := rule.unanswered(e.id, e.edition);
	day CONSTANT date := COALESCE((body ->> 'completed_on')::date, rule.today());
BEGIN
	PERFORM rule.check_past(day, 'completed_on'),
	        rule.check_order(e.evaluated_on, day, 'evaluated_on', 'completed_on');
	IF missing <> '{}' THEN
		PERFORM rule.refuse(409, format('Evaluation %s is not complete: %s of its KPIs have no answer. Answer '
			'them; value null says that a figure is not available.', e.id, cardinality(missing)), NULL,
			jsonb_build_object('reasons', (SELECT jsonb_agg(rule.reason('unanswered',
				format('KPI %s has no answer.', k)) ORDER BY k) FROM unnest(missing) AS k)));
	END IF;
	UPDATE data.evaluation o SET completed_on = day, completed_by = rule.my_account(),
		note = COALESCE(body ->> 'note', o.note)
	WHERE o.id = e.id RETURNING * INTO e;
	RETURN rule.answer(200, rule.evaluation_json(e), e.revision, e.recorded_at);
END $$;
