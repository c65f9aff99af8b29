-- SPDX-License-Identifier: Apache-2.0
-- Instruments, standards and KPIs, as they are shown.

CREATE OR REPLACE FUNCTION rule.instrument_json(i data.instrument) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('code', (i).code, 'name', (i).name, 'parent', (i).parent,
	'paragraph', (i).paragraph, 'note', (i).note,
	'created_at', rule.instant((i).created_at), 'updated_at', rule.instant((i).recorded_at));

CREATE OR REPLACE FUNCTION rule.standard_json(s data.standard) RETURNS json LANGUAGE sql STABLE
RETURN json_build_object('code', (s).code, 'edition', (s).edition, 'number', (s).number, 'title', (s).title,
	'principle_number', (s).principle_number, 'principle', (s).principle, 'source', (s).source,
	'created_at', rule.instant((s).created_at), 'updated_at', rule.instant((s).recorded_at));

-- The number of the standard a KPI measures in an edition.
CREATE OR REPLACE FUNCTION rule.kpi_number(kpi text, edition int) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT s.number FROM data.kpi_standard s
		WHERE s.kpi = kpi_number.kpi AND s.edition = kpi_number.edition);
END $$;

CREATE OR REPLACE FUNCTION rule.kpi_json(k data.kpi) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('code', (k).code,
		'standard', (SELECT s.code FROM data.kpi_standard n JOIN data.standard s USING (edition, number)
		             WHERE n.kpi = (k).code ORDER BY n.edition DESC LIMIT 1),
		'standard_number', rule.kpi_number((k).code, 2022),
		'standard_number_2018', rule.kpi_number((k).code, 2018),
		'title', (k).title, 'kind', (k).kind, 'answer_type', (k).answer_type,
		'better_direction', (k).better_direction, 'source', (k).source,
		'created_at', rule.instant((k).created_at), 'updated_at', rule.instant((k).recorded_at));
END $$;
