-- SPDX-License-Identifier: Apache-2.0
-- From a table's name to its rules and its writer: the one place that lists them all. No dynamic SQL.

CREATE OR REPLACE FUNCTION rule.row_faults(tab text, sheet jsonb)
RETURNS TABLE (line int, name text, code text, sentence text) LANGUAGE plpgsql STABLE AS $$
BEGIN
	CASE tab
	WHEN 'members' THEN RETURN QUERY SELECT * FROM rule.members_faults(sheet);
	WHEN 'weekends' THEN RETURN QUERY SELECT * FROM rule.weekends_faults(sheet);
	WHEN 'holidays' THEN RETURN QUERY SELECT * FROM rule.holidays_faults(sheet);
	WHEN 'standards' THEN RETURN QUERY SELECT * FROM rule.standards_faults(sheet);
	WHEN 'instruments' THEN RETURN QUERY SELECT * FROM rule.instruments_faults(sheet);
	WHEN 'kpis' THEN RETURN QUERY SELECT * FROM rule.kpis_faults(sheet);
	WHEN 'donors' THEN RETURN QUERY SELECT * FROM rule.donors_faults(sheet);
	WHEN 'historic_workshops' THEN RETURN QUERY SELECT * FROM rule.historic_workshops_faults(sheet);
	END CASE;
END $$;

CREATE OR REPLACE FUNCTION rule.import_write(tab text, sheet jsonb, OUT inserted int, OUT updated int)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	CASE tab
	WHEN 'members' THEN SELECT * INTO inserted, updated FROM rule.import_members(sheet);
	WHEN 'weekends' THEN SELECT * INTO inserted, updated FROM rule.import_weekends(sheet);
	WHEN 'holidays' THEN SELECT * INTO inserted, updated FROM rule.import_holidays(sheet);
	WHEN 'standards' THEN SELECT * INTO inserted, updated FROM rule.import_standards(sheet);
	WHEN 'instruments' THEN SELECT * INTO inserted, updated FROM rule.import_instruments(sheet);
	WHEN 'kpis' THEN SELECT * INTO inserted, updated FROM rule.import_kpis(sheet);
	WHEN 'donors' THEN SELECT * INTO inserted, updated FROM rule.import_donors(sheet);
	WHEN 'historic_workshops' THEN
		SELECT * INTO inserted, updated FROM rule.import_historic_workshops(sheet);
	END CASE;
END $$;

-- Ends with 400 and every fault, at most a thousand of them, if there is one.
CREATE OR REPLACE FUNCTION rule.refuse_faults(tab text, header text[], sheet jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	most CONSTANT int := 1000;
	reasons jsonb;
	n int;
BEGIN
	WITH fault AS (
		SELECT * FROM rule.header_faults(tab, header)
		UNION ALL SELECT * FROM rule.cell_faults(tab, sheet)
		UNION ALL SELECT * FROM rule.repeat_faults(tab, sheet)
		UNION ALL SELECT * FROM rule.row_faults(tab, sheet)
	), placed AS (
		SELECT f.*, COALESCE(array_position(header, f.name), 0) AS col, row_number() OVER (
			ORDER BY f.line, COALESCE(array_position(header, f.name), 0), f.sentence) AS i
		FROM fault f
		WHERE f.line = 1 OR NOT EXISTS (SELECT FROM rule.header_faults(tab, header))
	)
	SELECT count(*), jsonb_agg(jsonb_build_object('code', p.code, 'line', p.line, 'column', p.col, 'sentence',
		format('Line %s%s: %s', p.line, ', ' || p.name, p.sentence)) ORDER BY p.i) FILTER (WHERE p.i <= most)
	INTO n, reasons FROM placed p;
	IF n > most THEN
		reasons := reasons || jsonb_build_object('code', 'more', 'line', 0, 'column', 0, 'sentence',
			format('There are %s faults more; mend these and try again.', n - most));
	END IF;
	IF n > 0 THEN
		PERFORM rule.refuse(400, (reasons -> 0 ->> 'sentence') || CASE WHEN n > 1
			THEN format(' There are %s faults in all; nothing was imported.', n)
			ELSE ' Nothing was imported.' END, NULL, jsonb_build_object('reasons', reasons));
	END IF;
END $$;
