-- SPDX-License-Identifier: Apache-2.0
-- May a Member have a kind of activity? One line per criterion: met since when, on what evidence, checked by
-- whom; or missing, and who must act next. Which criteria a kind needs, and when it opens, are rows.

-- What a line says when its criterion is not met.
CREATE OR REPLACE FUNCTION rule.missing_sentence(criterion text, kind text, member text, opens_on date)
RETURNS text LANGUAGE sql STABLE
RETURN CASE criterion
	WHEN 'membership' THEN format('%s is not open to activities: it is blocked by a record, or was not on record '
		'by then; the secretariat must lift the block.', member)
	WHEN 'opening' THEN COALESCE(format('%s workshops open on %s; nobody can act before.', initcap(kind), rule.iso(opens_on)),
		format('%s workshops have no opening day; the secretariat must set one.', initcap(kind)))
	WHEN 'notification' THEN format('%s has not notified its intention to implement; the Member must notify '
		'the secretariat.', member)
	WHEN 'kpi_evaluation' THEN format('%s has no completed KPI evaluation; the Member must answer every KPI.', member)
	WHEN 'request' THEN format('%s has no open official request for %s %s workshop; its Director General must make '
		'one.', member, CASE WHEN kind ~ '^[aeiou]' THEN 'an' ELSE 'a' END, kind) END;

CREATE OR REPLACE FUNCTION rule.met_sentence(since date, evidence text, checked_by text) RETURNS text
LANGUAGE sql STABLE
RETURN concat('Met', ' since ' || since, ': ' || evidence, ', checked by ' || checked_by, '.');

-- One row per Member, kind that is planned, and criterion. `required`: the kind asks for it. `met`: it is met,
-- or set aside by `waiver`, which stands there only when it makes the difference.
DROP FUNCTION IF EXISTS rule.eligibility(date, timestamptz) CASCADE;
CREATE FUNCTION rule.eligibility(on_day date, as_of timestamptz)
RETURNS TABLE (member text, kind text, opens_on date, criterion text, nth int, required boolean,
               met boolean, since date, evidence text, checked_by text, waiver text, next_actor text, sentence text)
LANGUAGE sql STABLE AS $$
	SELECT m.code, k.code, k.opens_on, c.code, c.position, need.id IS NOT NULL,
	       f.criterion IS NOT NULL OR v.id IS NOT NULL,
	       f.since, f.evidence, f.checked_by, v.id,
	       CASE WHEN f.criterion IS NOT NULL OR v.id IS NOT NULL THEN NULL
	            WHEN need.id IS NULL THEN 'nobody' ELSE c.next_actor END,
	       CASE WHEN f.criterion IS NOT NULL THEN rule.met_sentence(f.since, f.evidence, f.checked_by)
	            WHEN v.id IS NOT NULL THEN format('Set aside until %s by %s: %s', v.valid_until, v.id, v.reason)
	            WHEN need.id IS NULL THEN format('Not required for %s workshops.', k.code)
	            ELSE rule.missing_sentence(c.code, k.code, m.name, k.opens_on) END
	FROM data.member m
	CROSS JOIN rule.kinds_on(on_day, as_of) k
	CROSS JOIN data.criterion c
	LEFT JOIN rule.kind_criteria_at(as_of) need ON need.kind = k.code AND need.criterion = c.code
	LEFT JOIN rule.facts(on_day, as_of) f ON f.criterion = c.code AND f.member = m.code
		AND (f.kind = k.code OR f.kind IS NULL)
	LEFT JOIN LATERAL (
		SELECT w.* FROM rule.waivers_at(as_of) w
		WHERE w.member = m.code AND w.kind = k.code AND w.criterion = c.code AND f.criterion IS NULL
		  AND on_day BETWEEN w.granted_on AND w.valid_until
		ORDER BY w.valid_until DESC, w.id LIMIT 1) v ON true
	WHERE k.planned
$$;

-- One Member's verdicts as JSON. Anybody signed in may have the verdict, who did and checked what is for
-- staff: so it runs as the owner, for evidence that others' policies hide.
CREATE OR REPLACE FUNCTION rule.verdicts(member text, kind text, on_day date, as_of timestamptz)
RETURNS json LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
	RETURN (SELECT COALESCE(json_agg(json_build_object('kind', v.kind, 'eligible', v.eligible, 'opens_on', v.opens_on,
	                                           'criteria', v.criteria) ORDER BY v.opens_on, v.kind), '[]')
	FROM (SELECT e.kind, e.opens_on, bool_and(e.met OR NOT e.required), json_agg(json_build_object(
			'criterion', e.criterion, 'required', e.required, 'met', e.met AND e.waiver IS NULL, 'since', e.since,
			'evidence', CASE WHEN s.staff OR e.criterion = 'opening' THEN e.evidence END,
			'checked_by', CASE WHEN s.staff THEN e.checked_by END, 'waiver', e.waiver,
			'next_actor', e.next_actor, 'sentence', CASE WHEN s.staff OR NOT e.met THEN e.sentence
				WHEN e.waiver IS NOT NULL THEN 'Set aside by a waiver.'
				ELSE rule.met_sentence(e.since, NULL, NULL) END) ORDER BY e.nth)
	      FROM rule.eligibility(on_day, as_of) e, rule.is_staff() AS s (staff)
	      WHERE e.member = verdicts.member AND (verdicts.kind IS NULL OR e.kind = verdicts.kind)
	        AND rule.my_role() IS NOT NULL
	      GROUP BY e.kind, e.opens_on) AS v (kind, opens_on, eligible, criteria));
END $$;
