-- SPDX-License-Identifier: Apache-2.0
-- When kinds of workshops open is a planning setting, by version. A version that says nothing of a kind goes by what
-- the plan document laid down (data.kind).
CREATE TABLE data.planning_opening (
	version int NOT NULL,
	kind text NOT NULL,
	opens_on date NOT NULL,
	sample boolean NOT NULL,
	CONSTRAINT planning_opening_pkey PRIMARY KEY (version, kind),
	CONSTRAINT planning_opening_version FOREIGN KEY (version) REFERENCES data.planning_version,
	CONSTRAINT planning_opening_kind FOREIGN KEY (kind) REFERENCES data.kind,
	CONSTRAINT planning_opening_planned CHECK (kind <> 'global')
);
COMMENT ON CONSTRAINT planning_opening_pkey ON data.planning_opening IS 'A kind opens once.';
COMMENT ON CONSTRAINT planning_opening_version ON data.planning_opening IS 'An opening belongs to a version.';
COMMENT ON CONSTRAINT planning_opening_kind ON data.planning_opening IS 'A kind is accreditation, regional or national.';
COMMENT ON CONSTRAINT planning_opening_planned ON data.planning_opening IS 'Global events are never planned.';
ALTER TABLE data.planning_opening ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON data.planning_opening TO atelier_api;
-- Whether a kind is open is judged for everybody.
CREATE POLICY everyone ON data.planning_opening FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.planning_opening FOR INSERT TO atelier_api WITH CHECK ((SELECT rule.is_staff()));
