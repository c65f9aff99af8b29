-- SPDX-License-Identifier: Apache-2.0
-- Reference data: regions, time zones, Members, holidays, instruments, standards, KPIs, donors.
-- Region is data, not geography: it stands in the Member's row and nowhere in code.

CREATE TABLE data.region (
	code text PRIMARY KEY,
	name text NOT NULL
);
INSERT INTO data.region (code, name) VALUES
	('AMS', 'North of America, South America, Central America and the Caribbean'),
	('EUR', 'Europe'),
	('ESA', 'East and Southern Africa'),
	('WCA', 'West and Central Africa'),
	('MENA', 'North of Africa, Near and Middle East'),
	('AP', 'Far East, South and South-East Asia, Australasia and the Pacific Islands'),
	('ALL', 'Every region');
COMMENT ON CONSTRAINT region_pkey ON data.region IS 'There is a region with this code already.';

-- The names of the server's time zone data, learnt at each upgrade.
CREATE TABLE data.timezone (name text PRIMARY KEY);
COMMENT ON CONSTRAINT timezone_pkey ON data.timezone IS 'This time zone is known already.';

CREATE TABLE data.member (
	code text PRIMARY KEY, -- ISO 3166-1 alpha-2, and EU and XK, which are outside its list
	alpha3 text,
	name text NOT NULL,
	region text NOT NULL,
	languages text[] NOT NULL, -- working languages, ISO 639-1, the first first
	timezone text NOT NULL,
	capital text,
	latitude numeric(8, 5),
	longitude numeric(8, 5),
	status text NOT NULL DEFAULT 'member',
	blocked boolean NOT NULL DEFAULT false, -- no activity may be planned with it
	member_since date,
	weekend text[] NOT NULL DEFAULT '{sat,sun}',
	source text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT member_code CHECK (code ~ '^[A-Z]{2}$'),
	CONSTRAINT member_alpha3 CHECK (alpha3 ~ '^[A-Z]{3}$'),
	CONSTRAINT member_name CHECK (length(name) BETWEEN 1 AND 200),
	CONSTRAINT member_one_region CHECK (region <> 'ALL'),
	CONSTRAINT member_region FOREIGN KEY (region) REFERENCES data.region,
	CONSTRAINT member_languages CHECK (array_to_string(languages, ' ', '-') ~ '^[a-z]{2}( [a-z]{2}){0,19}$'),
	CONSTRAINT member_timezone FOREIGN KEY (timezone) REFERENCES data.timezone,
	CONSTRAINT member_latitude CHECK (latitude BETWEEN -90 AND 90),
	CONSTRAINT member_longitude CHECK (longitude BETWEEN -180 AND 180),
	CONSTRAINT member_place CHECK ((latitude IS NULL) = (longitude IS NULL)),
	CONSTRAINT member_status CHECK (status IN ('member', 'member_territory', 'customs_union', 'disputed_member')),
	CONSTRAINT member_weekend CHECK (weekend <@ '{mon,tue,wed,thu,fri,sat,sun}'
		AND cardinality(weekend) BETWEEN 1 AND 6)
);
CREATE INDEX member_by_name ON data.member (name COLLATE "und-x-icu", code);
CREATE INDEX member_by_region ON data.member (region COLLATE "und-x-icu", code);
COMMENT ON CONSTRAINT member_pkey ON data.member IS 'There is a Member with this code already.';
COMMENT ON CONSTRAINT member_code ON data.member IS 'A Member''s code is two capital letters, as in FJ, EU, XK.';
COMMENT ON CONSTRAINT member_alpha3 ON data.member IS 'An alpha-3 code is three capital letters, as in FJI.';
COMMENT ON CONSTRAINT member_name ON data.member IS 'A Member''s name has 1 to 200 characters.';
COMMENT ON CONSTRAINT member_one_region ON data.member IS
	'A Member belongs to one region: AMS, EUR, ESA, WCA, MENA or AP.';
COMMENT ON CONSTRAINT member_region ON data.member IS
	'A Member''s region is one of AMS, EUR, ESA, WCA, MENA, AP.';
COMMENT ON CONSTRAINT member_languages ON data.member IS
	'A Member has 1 to 20 working languages, each a code of ISO 639-1 as in en, fr.';
COMMENT ON CONSTRAINT member_timezone ON data.member IS
	'A Member''s time zone is a name of the IANA time zone data, as in Pacific/Fiji.';
COMMENT ON CONSTRAINT member_latitude ON data.member IS 'A latitude is between -90 and 90 degrees.';
COMMENT ON CONSTRAINT member_longitude ON data.member IS 'A longitude is between -180 and 180 degrees.';
COMMENT ON CONSTRAINT member_place ON data.member IS 'Give latitude and longitude together, or neither.';
COMMENT ON CONSTRAINT member_status ON data.member IS
	'A Member''s status is member, member_territory, customs_union or disputed_member.';
COMMENT ON CONSTRAINT member_weekend ON data.member IS 'A weekend is 1 to 6 days of mon, tue, wed, thu, fri, sat, sun.';

CREATE TABLE data.holiday (
	member text NOT NULL,
	first_day date NOT NULL,
	last_day date NOT NULL,
	name text NOT NULL,
	type text NOT NULL,
	days daterange NOT NULL GENERATED ALWAYS AS (daterange(first_day, last_day, '[]')) STORED,
	CONSTRAINT holiday_pkey PRIMARY KEY (member, first_day, name),
	CONSTRAINT holiday_member FOREIGN KEY (member) REFERENCES data.member,
	CONSTRAINT holiday_days CHECK (last_day >= first_day),
	CONSTRAINT holiday_name CHECK (length(name) BETWEEN 1 AND 200),
	CONSTRAINT holiday_type CHECK (type IN ('public', 'bank'))
);
CREATE INDEX holiday_days ON data.holiday USING gist (member, days);
COMMENT ON CONSTRAINT holiday_pkey ON data.holiday IS
	'This Member has a holiday of this name from this day already.';
COMMENT ON CONSTRAINT holiday_member ON data.holiday IS 'A holiday is a Member''s; this code is no Member''s.';
COMMENT ON CONSTRAINT holiday_days ON data.holiday IS 'A holiday''s last day is not before its first.';
COMMENT ON CONSTRAINT holiday_name ON data.holiday IS 'A holiday''s name has 1 to 200 characters.';
COMMENT ON CONSTRAINT holiday_type ON data.holiday IS 'A holiday is public or bank.';

CREATE TABLE data.instrument (
	code text PRIMARY KEY,
	name text NOT NULL,
	parent text,
	paragraph text, -- of the plan document that names it
	note text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT instrument_code CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{0,31}$'),
	CONSTRAINT instrument_name CHECK (length(name) BETWEEN 1 AND 300),
	CONSTRAINT instrument_parent FOREIGN KEY (parent) REFERENCES data.instrument
		DEFERRABLE INITIALLY IMMEDIATE,
	CONSTRAINT instrument_not_own_parent CHECK (parent <> code)
);
COMMENT ON CONSTRAINT instrument_pkey ON data.instrument IS 'There is an instrument with this code already.';
COMMENT ON CONSTRAINT instrument_code ON data.instrument IS
	'An instrument''s code is 1 to 32 capitals, digits and hyphens.';
COMMENT ON CONSTRAINT instrument_name ON data.instrument IS 'An instrument''s name has 1 to 300 characters.';
COMMENT ON CONSTRAINT instrument_parent ON data.instrument IS 'An instrument''s parent is another instrument.';
COMMENT ON CONSTRAINT instrument_not_own_parent ON data.instrument IS 'An instrument is not its own parent.';

-- Editions of the Framework of Standards. Numbers shift between editions; the code does not.
CREATE TABLE data.edition (
	edition int PRIMARY KEY,
	CONSTRAINT edition_year CHECK (edition BETWEEN 2000 AND 2100)
);
COMMENT ON CONSTRAINT edition_pkey ON data.edition IS 'There is this edition already.';
COMMENT ON CONSTRAINT edition_year ON data.edition IS 'An edition is named by its year, 2000 to 2100.';

CREATE TABLE data.standard (
	edition int NOT NULL,
	number int NOT NULL,
	code text NOT NULL,
	title text NOT NULL,
	principle_number int NOT NULL,
	principle text NOT NULL,
	source text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT standard_pkey PRIMARY KEY (edition, number),
	CONSTRAINT standard_one_code UNIQUE (edition, code),
	CONSTRAINT standard_edition FOREIGN KEY (edition) REFERENCES data.edition,
	CONSTRAINT standard_number CHECK (number BETWEEN 1 AND 99),
	CONSTRAINT standard_code CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{0,31}$'),
	CONSTRAINT standard_title CHECK (length(title) BETWEEN 1 AND 500),
	CONSTRAINT standard_principle CHECK (principle_number BETWEEN 1 AND 99 AND length(principle) BETWEEN 1 AND 300)
);
COMMENT ON CONSTRAINT standard_pkey ON data.standard IS 'This edition has a standard with this number already.';
COMMENT ON CONSTRAINT standard_one_code ON data.standard IS 'This edition has a standard with this code already.';
COMMENT ON CONSTRAINT standard_edition ON data.standard IS 'A standard belongs to an edition that is recorded.';
COMMENT ON CONSTRAINT standard_number ON data.standard IS 'A standard''s number is 1 to 99.';
COMMENT ON CONSTRAINT standard_code ON data.standard IS
	'A standard''s code is 1 to 32 capitals, digits and hyphens.';
COMMENT ON CONSTRAINT standard_title ON data.standard IS 'A standard''s title has 1 to 500 characters.';
COMMENT ON CONSTRAINT standard_principle ON data.standard IS
	'A principle has a number, 1 to 99, and a name of 1 to 300 characters.';

CREATE TABLE data.kpi (
	code text PRIMARY KEY,
	title text NOT NULL,
	kind text NOT NULL,
	answer_type text NOT NULL,
	better_direction text NOT NULL,
	source text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT kpi_code CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{0,31}$'),
	CONSTRAINT kpi_title CHECK (length(title) BETWEEN 1 AND 1000),
	CONSTRAINT kpi_kind CHECK (kind IN ('qualitative', 'quantitative')),
	CONSTRAINT kpi_answer_type CHECK (answer_type IN ('maturity_0_4', 'percent', 'count', 'hours', 'rate_per_10000')),
	CONSTRAINT kpi_better_direction CHECK (better_direction IN ('higher', 'lower', 'context')),
	CONSTRAINT kpi_answered_as UNIQUE (code, answer_type) -- for answers, which are judged by type
);
COMMENT ON CONSTRAINT kpi_pkey ON data.kpi IS 'There is a KPI with this code already.';
COMMENT ON CONSTRAINT kpi_answered_as ON data.kpi IS 'There is a KPI with this code already.';
COMMENT ON CONSTRAINT kpi_code ON data.kpi IS 'A KPI''s code is 1 to 32 capitals, digits and hyphens.';
COMMENT ON CONSTRAINT kpi_title ON data.kpi IS 'A KPI''s title has 1 to 1000 characters.';
COMMENT ON CONSTRAINT kpi_kind ON data.kpi IS 'A KPI is qualitative or quantitative.';
COMMENT ON CONSTRAINT kpi_answer_type ON data.kpi IS
	'A KPI is answered as maturity_0_4, percent, count, hours or rate_per_10000.';
COMMENT ON CONSTRAINT kpi_better_direction ON data.kpi IS
	'What is better in a KPI''s answer is higher, lower or depends on the context.';

-- Which KPIs an evaluation of an edition asks, and the standard each one measures there.
CREATE TABLE data.kpi_standard (
	kpi text NOT NULL,
	edition int NOT NULL,
	number int NOT NULL,
	CONSTRAINT kpi_standard_pkey PRIMARY KEY (edition, kpi),
	CONSTRAINT kpi_standard_kpi FOREIGN KEY (kpi) REFERENCES data.kpi,
	CONSTRAINT kpi_standard_standard FOREIGN KEY (edition, number) REFERENCES data.standard
);
CREATE INDEX kpi_standard_of ON data.kpi_standard (kpi);
COMMENT ON CONSTRAINT kpi_standard_pkey ON data.kpi_standard IS 'A KPI measures one standard in each edition.';
COMMENT ON CONSTRAINT kpi_standard_kpi ON data.kpi_standard IS 'There is no KPI with this code.';
COMMENT ON CONSTRAINT kpi_standard_standard ON data.kpi_standard IS 'This edition has no standard with this number.';

CREATE TABLE data.donor (
	code text PRIMARY KEY,
	name text NOT NULL,
	funder text NOT NULL,
	funder_country text,
	funder_iati_id text,
	iati_id_status text,
	topics text[] NOT NULL DEFAULT '{}',
	active_from text, -- as precise as it is known: 2018, 2026-03, 2026-03-31
	active_to text,
	note text,
	source text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT donor_code CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{0,31}$'),
	CONSTRAINT donor_name CHECK (length(name) BETWEEN 1 AND 300 AND length(funder) BETWEEN 1 AND 300),
	CONSTRAINT donor_country CHECK (funder_country ~ '^[A-Z]{2}$'),
	CONSTRAINT donor_active_from CHECK (active_from ~ '^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$'),
	CONSTRAINT donor_active_to CHECK (active_to ~ '^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$'),
	-- '2022' ends after '2022-03' begins: compared as far as both are known
	CONSTRAINT donor_active CHECK (left(active_from, length(active_to)) COLLATE "C"
		<= left(active_to, length(active_from)) COLLATE "C")
);
CREATE INDEX donor_by_name ON data.donor (name COLLATE "und-x-icu", code);
COMMENT ON CONSTRAINT donor_pkey ON data.donor IS 'There is a donor with this code already.';
COMMENT ON CONSTRAINT donor_code ON data.donor IS 'A donor''s code is 1 to 32 capitals, digits and hyphens.';
COMMENT ON CONSTRAINT donor_name ON data.donor IS 'A donor''s name and its funder''s have 1 to 300 characters.';
COMMENT ON CONSTRAINT donor_country ON data.donor IS 'A funder''s country is two capital letters, as in CH.';
COMMENT ON CONSTRAINT donor_active_from ON data.donor IS
	'active_from is a year, a month or a day: 2018, 2026-03, 2026-03-31.';
COMMENT ON CONSTRAINT donor_active_to ON data.donor IS
	'active_to is a year, a month or a day: 2018, 2026-03, 2026-03-31.';
COMMENT ON CONSTRAINT donor_active ON data.donor IS 'A donor''s active_to is not before its active_from.';
ALTER TABLE data.account ADD CONSTRAINT account_donor FOREIGN KEY (donor) REFERENCES data.donor;
COMMENT ON CONSTRAINT account_donor ON data.account IS
	'A donor''s account belongs to a donor that is recorded, and keeps it from being removed.';

CREATE TABLE data.donor_region (
	donor text NOT NULL,
	region text NOT NULL,
	CONSTRAINT donor_region_pkey PRIMARY KEY (donor, region),
	CONSTRAINT donor_region_donor FOREIGN KEY (donor) REFERENCES data.donor ON DELETE CASCADE,
	CONSTRAINT donor_region_region FOREIGN KEY (region) REFERENCES data.region
);
CREATE TABLE data.donor_beneficiary (
	donor text NOT NULL,
	member text NOT NULL,
	CONSTRAINT donor_beneficiary_pkey PRIMARY KEY (donor, member),
	CONSTRAINT donor_beneficiary_donor FOREIGN KEY (donor) REFERENCES data.donor ON DELETE CASCADE,
	CONSTRAINT donor_beneficiary_member FOREIGN KEY (member) REFERENCES data.member
);
CREATE INDEX donor_beneficiary_of ON data.donor_beneficiary (member);
COMMENT ON CONSTRAINT donor_region_pkey ON data.donor_region IS 'A donor names a region once.';
COMMENT ON CONSTRAINT donor_region_donor ON data.donor_region IS 'There is no donor with this code.';
COMMENT ON CONSTRAINT donor_region_region ON data.donor_region IS
	'A donor''s regions are of AMS, EUR, ESA, WCA, MENA, AP, ALL.';
COMMENT ON CONSTRAINT donor_beneficiary_pkey ON data.donor_beneficiary IS 'A donor names a beneficiary once.';
COMMENT ON CONSTRAINT donor_beneficiary_donor ON data.donor_beneficiary IS 'There is no donor with this code.';
COMMENT ON CONSTRAINT donor_beneficiary_member ON data.donor_beneficiary IS 'A beneficiary is a Member; this code is no Member''s.';

-- Everybody reads reference data, staff writes it.
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.member FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.member FOR EACH ROW EXECUTE FUNCTION data.keep_past('code');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.member
FOR EACH ROW EXECUTE FUNCTION audit.record('code');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.member
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('members');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.holiday
FOR EACH ROW EXECUTE FUNCTION audit.record('member');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.instrument FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.instrument
FOR EACH ROW EXECUTE FUNCTION audit.record('code');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.instrument
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('reference');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.standard FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.standard
FOR EACH ROW EXECUTE FUNCTION audit.record('code');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.standard
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('reference');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.kpi FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.kpi
FOR EACH ROW EXECUTE FUNCTION audit.record('code');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.kpi_standard
FOR EACH ROW EXECUTE FUNCTION audit.record('kpi');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.kpi_standard
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('reference');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.kpi
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('reference');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.donor FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.donor FOR EACH ROW EXECUTE FUNCTION data.keep_past('code');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.donor
FOR EACH ROW EXECUTE FUNCTION audit.record('code');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.donor_region
FOR EACH ROW EXECUTE FUNCTION audit.record('donor');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.donor_beneficiary
FOR EACH ROW EXECUTE FUNCTION audit.record('donor');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.donor
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('reference');

ALTER TABLE data.region ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.timezone ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.holiday ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.instrument ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.edition ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.standard ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.kpi ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.kpi_standard ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.donor ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.donor_region ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.donor_beneficiary ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON data.region, data.timezone TO atelier_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON data.member, data.holiday, data.instrument, data.edition,
	data.standard, data.kpi, data.kpi_standard, data.donor, data.donor_region, data.donor_beneficiary
	TO atelier_api;
CREATE POLICY everyone ON data.region FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.timezone FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.member FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.member FOR INSERT TO atelier_api WITH CHECK ((SELECT rule.is_staff()));
CREATE POLICY staff_change ON data.member FOR UPDATE TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY everyone ON data.holiday FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.holiday TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY everyone ON data.instrument FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.instrument TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY everyone ON data.edition FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.edition TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY everyone ON data.standard FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.standard TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY everyone ON data.kpi FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.kpi TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY everyone ON data.kpi_standard FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.kpi_standard TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY everyone ON data.donor FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.donor TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY everyone ON data.donor_region FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.donor_region TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY everyone ON data.donor_beneficiary FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.donor_beneficiary TO atelier_api USING ((SELECT rule.is_staff()));
