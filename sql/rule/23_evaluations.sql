-- SPDX-License-Identifier: Apache-2.0
-- Answering and completing an evaluation exclude each other: both lock it first.

CREATE OR REPLACE FUNCTION rule.open_evaluation(args jsonb) RETURNS data.evaluation LANGUAGE plpgsql AS $$
DECLARE
	ret data.evaluation;
BEGIN
	SELECT * INTO ret FROM data.evaluation o WHERE o.id = args ->> 'id' AND o.member = args ->> 'code'
	FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('KPI evaluation', args ->> 'id');
	ELSIF ret.completed_on IS NOT NULL THEN
		PERFORM rule.refuse(409, format('Evaluation %s was completed on %s and stays as it is: open a new one.',
			ret.id, rule.iso(ret.completed_on)), NULL, jsonb_build_object('reasons',
			jsonb_build_array(rule.reason('completed', 'A completed evaluation is not changed.'))));
	END IF;
	RETURN ret;
END $$;

-- Each answer is to a KPI the edition asks, named once, within its answer type.
CREATE OR REPLACE FUNCTION rule.check_answers(edition int, answers jsonb) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
	bad record;
BEGIN
	PERFORM rule.refuse_unknown(ARRAY(SELECT a ->> 'kpi' FROM jsonb_array_elements(answers) AS a),
		ARRAY(SELECT s.kpi FROM data.kpi_standard s WHERE s.edition = check_answers.edition),
		'KPI of the edition ' || edition, 'answers');
	SELECT a ->> 'kpi' AS kpi INTO bad FROM jsonb_array_elements(answers) AS a
	GROUP BY 1 HAVING count(*) > 1 LIMIT 1;
	IF FOUND THEN
		PERFORM rule.refuse(400, format('KPI %s is answered twice; give one answer.', bad.kpi), 'answers');
	END IF;
	SELECT a.kpi, k.answer_type, a.value INTO bad
	FROM jsonb_to_recordset(answers) AS a (kpi text, value numeric) JOIN data.kpi k ON k.code = a.kpi
	WHERE NOT rule.answer_fits(k.answer_type, a.value) LIMIT 1;
	IF FOUND THEN
		PERFORM rule.refuse(400, format('KPI %s is answered with %s: %s is %s.', bad.kpi, bad.value,
			bad.answer_type, CASE bad.answer_type WHEN 'maturity_0_4' THEN 'a whole number from 0 to 4'
			WHEN 'percent' THEN '0 to 100' WHEN 'count' THEN 'a whole number from 0'
			WHEN 'rate_per_10000' THEN '0 to 10000' ELSE '0 or more' END), 'answers');
	END IF;
END $$;
