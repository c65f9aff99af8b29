-- SPDX-License-Identifier: Apache-2.0
-- Experts: officers of Members, lent by their home administration. Four different facts are kept
-- apart: accredited (data.accreditation), active (data.expert.active), released by the home
-- administration (data.mission.release), available (data.unavailability, data.mission).

-- What planning counts with: distances, days, numbers of people.
CREATE TABLE data.planning_setting (
	key text PRIMARY KEY,
	value int NOT NULL,
	unit text NOT NULL,
	meaning text NOT NULL,
	sample boolean NOT NULL DEFAULT true, -- a plausible figure that nobody has decided yet
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT planning_setting_value CHECK (value >= 0)
);
COMMENT ON CONSTRAINT planning_setting_pkey ON data.planning_setting IS
	'This planning setting exists already; change its value instead.';
COMMENT ON CONSTRAINT planning_setting_value ON data.planning_setting IS
	'A planning setting is zero or more.';
ALTER TABLE data.planning_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON data.planning_setting FOR SELECT TO atelier_api USING (true);
GRANT SELECT ON data.planning_setting TO atelier_api;
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.planning_setting
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.planning_setting
FOR EACH ROW EXECUTE FUNCTION data.keep_past('key');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.planning_setting
FOR EACH ROW EXECUTE FUNCTION audit.record('key');

INSERT INTO data.planning_setting (key, value, unit, meaning) VALUES
('same_city_below_km', 50, 'km', 'nearer than this nobody travels'),
('one_day_below_km', 6000, 'km', 'nearer than this a journey takes one day'),
('far_days', 2, 'day', 'days a longer journey takes'),
('hybrid_on_site_below_km', 3000, 'km', 'nearer than this an expert of a hybrid workshop is on site'),
('rest_days', 1, 'day', 'days at home after a mission on site'),
('team_size', 2, 'person', 'experts a workshop needs unless it says otherwise'),
('language_of_all', 1, 'yes or no', 'everybody on a team, not the lead alone, shares a language with it');

-- Name, email and note are personal: the public and donors see an expert as a number.
CREATE SEQUENCE data.expert_number;
CREATE TABLE data.expert (
	id text PRIMARY KEY DEFAULT 'E-' || to_char(nextval('data.expert_number'), 'FM999999990000'),
	name text NOT NULL,
	member text NOT NULL,
	email text,
	languages text[] NOT NULL,
	delivers text[] NOT NULL DEFAULT '{on_site,remote}',
	active boolean NOT NULL DEFAULT true,
	timezone text,
	max_missions_year int,
	max_days_year int,
	note text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT expert_name CHECK (length(name) BETWEEN 1 AND 200),
	CONSTRAINT expert_member FOREIGN KEY (member) REFERENCES data.member,
	CONSTRAINT expert_timezone FOREIGN KEY (timezone) REFERENCES data.timezone,
	CONSTRAINT expert_languages CHECK (array_to_string(languages, ' ', '-') ~ '^[a-z]{2}( [a-z]{2})*$'),
	CONSTRAINT expert_delivers CHECK (
		delivers <@ ARRAY['on_site', 'remote'] AND cardinality(delivers) BETWEEN 1 AND 2),
	CONSTRAINT expert_limits CHECK (max_missions_year >= 0 AND max_days_year >= 0)
);
CREATE INDEX expert_member ON data.expert (member);
COMMENT ON CONSTRAINT expert_pkey ON data.expert IS 'An expert with this id exists already.';
COMMENT ON CONSTRAINT expert_name ON data.expert IS 'An expert''s name has 1 to 200 characters.';
COMMENT ON CONSTRAINT expert_member ON data.expert IS
	'An expert''s home administration is a Member on the list; give its code.';
COMMENT ON CONSTRAINT expert_timezone ON data.expert IS
	'A time zone is a name of the IANA time zone data, as in Pacific/Fiji.';
COMMENT ON CONSTRAINT expert_languages ON data.expert IS
	'An expert works in at least one language; give ISO 639-1 codes such as en, fr.';
COMMENT ON CONSTRAINT expert_delivers ON data.expert IS
	'An expert delivers on_site, remote or both.';
COMMENT ON CONSTRAINT expert_limits ON data.expert IS
	'An expert''s limits per year are zero or more.';
ALTER TABLE data.account ADD CONSTRAINT account_expert FOREIGN KEY (expert) REFERENCES data.expert;
COMMENT ON CONSTRAINT account_expert ON data.account IS
	'The account''s expert is in the pool, and stays there while the account exists.';

-- A stage reached for some instruments. pre_accredited: the workshop is passed; accredited: the field
-- mission too; lapsed: nothing of it holds from that day on.
CREATE SEQUENCE data.accreditation_number;
CREATE TABLE data.accreditation (
	id text PRIMARY KEY
		DEFAULT 'AC-' || to_char(nextval('data.accreditation_number'), 'FM999999990000'),
	expert text NOT NULL,
	stage text NOT NULL,
	level text GENERATED ALWAYS AS (CASE WHEN stage = 'pre_accredited' THEN 'pre'
		WHEN stage IN ('accredited', 'refreshed') THEN 'full' END) STORED,
	instruments text[] NOT NULL,
	conferred_on date NOT NULL,
	valid_until date,
	workshop text, -- the key to data.workshop comes with that table
	evidence text,
	note text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT accreditation_expert FOREIGN KEY (expert) REFERENCES data.expert,
	CONSTRAINT accreditation_stage CHECK (
		stage IN ('screened', 'pre_accredited', 'accredited', 'refreshed', 'lapsed')),
	CONSTRAINT accreditation_instruments CHECK (cardinality(instruments) > 0),
	CONSTRAINT accreditation_span CHECK (valid_until >= conferred_on)
);
CREATE INDEX accreditation_expert ON data.accreditation (expert);
COMMENT ON CONSTRAINT accreditation_pkey ON data.accreditation IS
	'An accreditation with this id exists already.';
COMMENT ON CONSTRAINT accreditation_expert ON data.accreditation IS
	'An accreditation belongs to an expert in the pool.';
COMMENT ON CONSTRAINT accreditation_stage ON data.accreditation IS
	'A stage is one of screened, pre_accredited, accredited, refreshed, lapsed.';
COMMENT ON CONSTRAINT accreditation_instruments ON data.accreditation IS
	'An accreditation names at least one instrument.';
COMMENT ON CONSTRAINT accreditation_span ON data.accreditation IS
	'An accreditation ends on the day it is conferred or later.';

-- Closed ranges of days.
CREATE SEQUENCE data.unavailability_number;
CREATE TABLE data.unavailability (
	id text PRIMARY KEY
		DEFAULT 'U-' || to_char(nextval('data.unavailability_number'), 'FM999999990000'),
	expert text NOT NULL,
	first_day date NOT NULL,
	last_day date NOT NULL,
	days daterange GENERATED ALWAYS AS (daterange(first_day, last_day, '[]')) STORED,
	note text,
	source text NOT NULL DEFAULT 'stated',
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT unavailability_expert FOREIGN KEY (expert) REFERENCES data.expert,
	CONSTRAINT unavailability_span CHECK (last_day >= first_day),
	CONSTRAINT unavailability_source CHECK (source IN ('stated', 'calendar'))
);
CREATE INDEX unavailability_days ON data.unavailability USING gist (expert, days);
COMMENT ON CONSTRAINT unavailability_pkey ON data.unavailability IS
	'An unavailability with this id exists already.';
COMMENT ON CONSTRAINT unavailability_expert ON data.unavailability IS
	'An unavailability belongs to an expert in the pool.';
COMMENT ON CONSTRAINT unavailability_span ON data.unavailability IS
	'The last day is the first day or later.';
COMMENT ON CONSTRAINT unavailability_source ON data.unavailability IS
	'An unavailability is stated by a person or read from a calendar.';

-- Subscriptions: '<selector>_<secret>' in an address. Of the 256-bit secret only the digest is kept.
-- last_used_on is a day, so that a feed read every hour writes once a day.
CREATE TABLE data.calendar (
	selector text PRIMARY KEY,
	digest bytea NOT NULL,
	expert text NOT NULL,
	label text NOT NULL,
	detail text NOT NULL DEFAULT 'full',
	revoked_at timestamptz,
	last_used_on date,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT calendar_selector CHECK (selector ~ '^[a-z2-7]{12}$'),
	CONSTRAINT calendar_digest CHECK (length(digest) = 32),
	CONSTRAINT calendar_expert FOREIGN KEY (expert) REFERENCES data.expert,
	CONSTRAINT calendar_label CHECK (length(label) BETWEEN 1 AND 100),
	CONSTRAINT calendar_detail CHECK (detail IN ('busy', 'city', 'full'))
);
CREATE INDEX calendar_expert ON data.calendar (expert);
COMMENT ON CONSTRAINT calendar_pkey ON data.calendar IS
	'A subscription with this selector exists already.';
COMMENT ON CONSTRAINT calendar_selector ON data.calendar IS
	'A subscription''s selector is 12 characters of a-z and 2-7.';
COMMENT ON CONSTRAINT calendar_digest ON data.calendar IS 'A subscription''s digest is a SHA-256.';
COMMENT ON CONSTRAINT calendar_expert ON data.calendar IS
	'A subscription belongs to an expert in the pool.';
COMMENT ON CONSTRAINT calendar_label ON data.calendar IS
	'A subscription''s label has 1 to 100 characters.';
COMMENT ON CONSTRAINT calendar_detail ON data.calendar IS
	'A subscription shows busy, city or full.';

-- Who may see and do what: staff everything, an expert what is their own. ----------------------
ALTER TABLE data.expert ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.accreditation ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.unavailability ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.calendar ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON data.expert, data.accreditation, data.calendar TO atelier_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON data.unavailability TO atelier_api;
CREATE POLICY staff ON data.expert TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY own ON data.expert FOR SELECT TO atelier_api USING (id = (SELECT rule.my_expert()));
CREATE POLICY staff ON data.accreditation TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY own ON data.accreditation FOR SELECT TO atelier_api
USING (expert = (SELECT rule.my_expert()));
CREATE POLICY staff ON data.unavailability TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY own ON data.unavailability TO atelier_api USING (expert = (SELECT rule.my_expert()));
CREATE POLICY staff ON data.calendar TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY own ON data.calendar TO atelier_api USING (expert = (SELECT rule.my_expert()));

CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.expert
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.expert
FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'name', 'email', 'note');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.accreditation
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.accreditation
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.accreditation
FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'evidence', 'note');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.unavailability
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.unavailability
FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'note');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE OF digest, label, detail, revoked_at ON data.calendar
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.calendar
FOR EACH ROW EXECUTE FUNCTION audit.record('selector', 'label');
CREATE TRIGGER "40_tell" AFTER UPDATE OF digest, detail, revoked_at OR DELETE ON data.calendar
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('tokens');
