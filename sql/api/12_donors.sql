-- SPDX-License-Identifier: Apache-2.0

CREATE OR REPLACE FUNCTION api.donor_list(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	p CONSTANT rule.page := rule.page(args, '{name,code}', 'name', rule.donor_json(NULL));
	hits rule.hit[];
BEGIN
	PERFORM rule.check_regions(rule.texts(args, 'region'), 'region');
	hits := ARRAY(
		SELECT ROW(k1, k2, (d).code, rule.donor_json(d))::rule.hit
		FROM (SELECT f, rule.donor_key(f, p.s1) COLLATE "und-x-icu",
		             rule.donor_key(f, p.s2) COLLATE "und-x-icu"
		      FROM rule.donors_found(args) f) AS found (d, k1, k2)
		WHERE rule.after(p.d1, p.d2, p.c1, p.c2, p.cid, k1, k2, (d).code)
		ORDER BY CASE WHEN NOT p.d1 THEN k1 END, CASE WHEN p.d1 THEN k1 END DESC,
		         CASE WHEN NOT p.d2 THEN k2 END, CASE WHEN p.d2 THEN k2 END DESC, (d).code LIMIT p.size + 1);
	RETURN rule.list(p, hits, CASE WHEN p.counted THEN (SELECT count(*) FROM rule.donors_found(args)) END);
END $$;

CREATE OR REPLACE FUNCTION api.donor_get(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	d data.donor;
BEGIN
	SELECT * INTO d FROM data.donor o WHERE o.code = args ->> 'code';
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('donor', args ->> 'code');
	END IF;
	RETURN rule.answer(200, rule.donor_json(d), d.revision, d.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.donor_create(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	d data.donor;
BEGIN
	d := jsonb_populate_record(NULL::data.donor, body);
	INSERT INTO data.donor (code, name, funder, funder_country, funder_iati_id, iati_id_status, topics,
		active_from, active_to, note, source)
	VALUES (d.code, d.name, d.funder, d.funder_country, d.funder_iati_id, d.iati_id_status,
		COALESCE(d.topics, '{}'), d.active_from, d.active_to, d.note, d.source)
	RETURNING * INTO d;
	PERFORM rule.set_donor_scope(d.code, body);
	RETURN rule.answer(201, rule.donor_json(d), d.revision, d.recorded_at, '/v1/donors/' || d.code);
END $$;

CREATE OR REPLACE FUNCTION api.donor_update(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	d data.donor;
BEGIN
	SELECT * INTO d FROM data.donor o WHERE o.code = args ->> 'code' FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('donor', args ->> 'code');
	END IF;
	PERFORM rule.check_match(args, d.revision);
	d := jsonb_populate_record(d, body);
	PERFORM rule.set_donor_scope(d.code, body);
	-- revision NULL: raised even if only the regions or beneficiaries changed
	UPDATE data.donor o SET (name, funder, funder_country, funder_iati_id, iati_id_status, topics, active_from,
		active_to, note, source, revision) = (d.name, d.funder, d.funder_country, d.funder_iati_id,
		d.iati_id_status, d.topics, d.active_from, d.active_to, d.note, d.source, NULL)
	WHERE o.code = d.code RETURNING * INTO d;
	RETURN rule.answer(200, rule.donor_json(d), d.revision, d.recorded_at);
END $$;

CREATE OR REPLACE FUNCTION api.donor_delete(args jsonb, body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
	d data.donor;
BEGIN
	SELECT * INTO d FROM data.donor o WHERE o.code = args ->> 'code' FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM rule.refuse_missing('donor', args ->> 'code');
	END IF;
	PERFORM rule.check_match(args, d.revision);
	DELETE FROM data.donor o WHERE o.code = d.code;
	RETURN rule.answer(204, NULL);
END $$;
