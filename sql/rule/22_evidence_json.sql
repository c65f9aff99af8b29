-- SPDX-License-Identifier: Apache-2.0
-- Notifications, evaluations, requests and waivers, as they are shown. In plpgsql, where they look things up:
-- its plans are kept, those of SQL functions that cannot be inlined are made at every call.

CREATE OR REPLACE FUNCTION rule.notification_json(n data.notification) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('id', (n).id, 'member', rule.place((n).member), 'notified_on', (n).notified_on,
		'ended_on', (n).ended_on, 'reference', (n).reference, 'note', (n).note,
		'checked_by', (n).checked_by, 'checked_on', (n).checked_on,
		'created_at', rule.instant((n).created_at), 'updated_at', rule.instant((n).recorded_at),
		'revision', (n).revision);
END $$;

-- The KPIs an evaluation asks and has no answer to.
CREATE OR REPLACE FUNCTION rule.unanswered(evaluation text, edition int) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN ARRAY(SELECT k.kpi FROM data.kpi_standard k WHERE k.edition = unanswered.edition
		AND NOT EXISTS (SELECT FROM data.evaluation_answer a
		                WHERE a.evaluation = unanswered.evaluation AND a.kpi = k.kpi)
		ORDER BY k.kpi);
END $$;

CREATE OR REPLACE FUNCTION rule.evaluation_json(e data.evaluation) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('id', (e).id, 'member', rule.place((e).member), 'edition', (e).edition,
		'evaluated_on', (e).evaluated_on,
		'status', CASE WHEN (e).completed_on IS NULL THEN 'open' ELSE 'complete' END,
		'completed_on', (e).completed_on, 'note', (e).note,
		'answers', (SELECT COALESCE(json_agg(json_build_object('kpi', a.kpi, 'value', a.value, 'note', a.note)
			ORDER BY a.kpi), '[]') FROM data.evaluation_answer a WHERE a.evaluation = (e).id),
		'not_available', (SELECT count(*) FROM data.evaluation_answer a
			WHERE a.evaluation = (e).id AND a.value IS NULL),
		'missing', rule.unanswered((e).id, (e).edition),
		'created_at', rule.instant((e).created_at), 'updated_at', rule.instant((e).recorded_at),
		'revision', (e).revision);
END $$;

CREATE OR REPLACE FUNCTION rule.request_json(r data.request) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('id', (r).id, 'member', rule.place((r).member), 'kind', (r).kind,
		'received_on', (r).received_on, 'signed_on', (r).signed_on, 'signed_by', (r).signed_by,
		'reference', (r).reference, 'summary', (r).summary,
		'instruments', ARRAY(SELECT i.instrument FROM data.request_instrument i WHERE i.request = (r).id ORDER BY 1),
		'languages', (r).languages, 'wanted_from', (r).wanted_from, 'wanted_to', (r).wanted_to,
		'participants', (r).participants, 'days', (r).days, 'experts', (r).experts, 'mode', (r).mode,
		'priority', (r).priority,
		'hosts', (SELECT COALESCE(json_agg(json_build_object('member', h.member, 'cost', h.cost) ORDER BY h.member), '[]')
			FROM data.request_host h WHERE h.request = (r).id),
		'note', (r).note, 'status', (r).status,
		'closed_reason', (r).closed_reason, 'closed_on', (r).closed_on, 'duplicate_of', (r).duplicate_of,
		'workshop', (r).workshop,
		'created_at', rule.instant((r).created_at), 'updated_at', rule.instant((r).recorded_at),
		'revision', (r).revision);
END $$;

CREATE OR REPLACE FUNCTION rule.request_key(r data.request, sort text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE sort WHEN 'received_on' THEN rule.iso((r).received_on) WHEN 'member' THEN (r).member
	WHEN 'status' THEN (r).status ELSE '' END;

CREATE OR REPLACE FUNCTION rule.requests_found(args jsonb) RETURNS SETOF data.request LANGUAGE sql STABLE AS $$
	SELECT r.* FROM data.request r JOIN data.member m ON m.code = r.member
	WHERE (NOT args ? 'member' OR args -> 'member' ? r.member)
	  AND (NOT args ? 'region' OR args -> 'region' ?| ARRAY[m.region, 'ALL'])
	  AND (NOT args ? 'kind' OR args -> 'kind' ? r.kind)
	  AND (NOT args ? 'status' OR args -> 'status' ? r.status)
	  AND rule.has_words(args ->> 'q', concat_ws(' ', r.id, r.member, m.name, r.reference, r.summary, r.signed_by))
$$;

CREATE OR REPLACE FUNCTION rule.waiver_json(v data.waiver) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN json_build_object('id', (v).id, 'criterion', (v).criterion, 'member', rule.place((v).member),
		'kind', (v).kind, 'workshop', (v).workshop, 'reason', (v).reason,
		'granted_by', rule.account_name((v).granted_by), 'granted_on', (v).granted_on,
		'valid_until', (v).valid_until,
		'created_at', rule.instant((v).created_at), 'updated_at', rule.instant((v).recorded_at),
		'revision', (v).revision);
END $$;

CREATE OR REPLACE FUNCTION rule.waivers_found(args jsonb) RETURNS SETOF data.waiver LANGUAGE sql STABLE AS $$
	SELECT v.* FROM data.waiver v
	WHERE (NOT args ? 'member' OR args -> 'member' ? v.member)
	  AND (NOT args ? 'workshop' OR v.workshop = args ->> 'workshop')
$$;
