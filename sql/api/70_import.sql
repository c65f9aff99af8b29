-- SPDX-License-Identifier: Apache-2.0

-- body: {"header": […], "rows": [[line, cell, …], …]}. A dry run does everything and takes it back.
CREATE OR REPLACE FUNCTION api.import(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	tab CONSTANT text := args ->> 'table';
	dry CONSTANT boolean := COALESCE(args ->> 'dry_run', '0') = '1';
	sheet CONSTANT jsonb := rule.import_sheet(body);
	n CONSTANT int := jsonb_array_length(sheet);
	inserted int;
	updated int;
BEGIN
	IF rule.import_key(tab) IS NULL THEN
		PERFORM rule.refuse(404, format('There is no table %s to import; there are members, weekends, holidays, '
			'standards, instruments, kpis, donors and historic_workshops.', tab), 'table');
	END IF;
	PERFORM rule.refuse_faults(tab, ARRAY(SELECT jsonb_array_elements_text(body -> 'header')), sheet);
	BEGIN
		SELECT w.inserted, w.updated INTO inserted, updated FROM rule.import_write(tab, sheet) w;
		IF dry THEN
			RAISE EXCEPTION USING ERRCODE = 'AT000', MESSAGE = 'taken back';
		END IF;
	EXCEPTION WHEN SQLSTATE 'AT000' THEN
		NULL; -- the counts stay
	END;
	RETURN rule.answer(200, json_build_object('table', tab, 'dry_run', dry, 'rows', n, 'inserted', inserted,
		'updated', updated, 'unchanged', n - inserted - updated));
END $$;
