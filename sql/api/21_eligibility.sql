-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.member_eligibility(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	code CONSTANT text := args ->> 'code';
	on_day CONSTANT date := rule.on_day(args);
	as_of CONSTANT timestamptz := rule.as_of(args);
BEGIN
	PERFORM rule.check_path_member(code);
	RETURN rule.answer(200, json_build_object('member', rule.place(code), 'on', on_day,
		'as_of', rule.instant(CASE WHEN isfinite(as_of) THEN as_of ELSE transaction_timestamp() END),
		'verdicts', rule.verdicts(code, args ->> 'kind', on_day, as_of)));
END $$;
