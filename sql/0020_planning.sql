-- SPDX-License-Identifier: Apache-2.0
-- Planning: what it counts with (settings, by version), what a planner must know of requests, plans and
-- the jobs that make them, scenarios.

-- Settings ------------------------------------------------------------------------------------

-- What there is to set: the list is closed, a version has a value for each.
CREATE TABLE data.planning_key (
	key text PRIMARY KEY,
	position int NOT NULL,
	unit text NOT NULL,
	meaning text NOT NULL,
	least int NOT NULL DEFAULT 0,
	most int NOT NULL,
	CONSTRAINT planning_key_position UNIQUE (position)
);
COMMENT ON CONSTRAINT planning_key_pkey ON data.planning_key IS 'There is a planning setting with this key already.';
COMMENT ON CONSTRAINT planning_key_position ON data.planning_key IS 'Two planning settings do not share a position.';

-- A version and its rows never change. In force on a day is the one with the latest valid_from by then,
-- among equals the highest; every plan names the one it was made with.
CREATE TABLE data.planning_version (
	version int PRIMARY KEY,
	valid_from date NOT NULL,
	comment text NOT NULL,
	changes jsonb NOT NULL DEFAULT '{}', -- what was asked for; everything else is the earlier version's
	made_by text,
	made_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT planning_version_number CHECK (version > 0),
	CONSTRAINT planning_version_comment CHECK (length(comment) BETWEEN 1 AND 2000),
	CONSTRAINT planning_version_made_by FOREIGN KEY (made_by) REFERENCES data.account
);
CREATE INDEX planning_version_in_force ON data.planning_version (valid_from, version);
COMMENT ON CONSTRAINT planning_version_pkey ON data.planning_version IS
	'Somebody changed the planning settings meanwhile: GET them again and repeat the change.';
COMMENT ON CONSTRAINT planning_version_number ON data.planning_version IS 'Versions are numbered from 1.';
COMMENT ON CONSTRAINT planning_version_comment ON data.planning_version IS
	'A change of planning settings says why, in 1 to 2000 characters.';
COMMENT ON CONSTRAINT planning_version_made_by ON data.planning_version IS
	'Planning settings are changed by an account.';

-- sample: a plausible figure that nobody has decided yet.
CREATE TABLE data.planning_value (
	version int NOT NULL,
	key text NOT NULL,
	value int NOT NULL,
	sample boolean NOT NULL,
	CONSTRAINT planning_value_pkey PRIMARY KEY (key, version),
	CONSTRAINT planning_value_version FOREIGN KEY (version) REFERENCES data.planning_version,
	CONSTRAINT planning_value_key FOREIGN KEY (key) REFERENCES data.planning_key,
	CONSTRAINT planning_value_sign CHECK (value >= 0)
);
COMMENT ON CONSTRAINT planning_value_pkey ON data.planning_value IS 'A version has one value for each setting.';
COMMENT ON CONSTRAINT planning_value_version ON data.planning_value IS 'A value belongs to a version.';
COMMENT ON CONSTRAINT planning_value_key ON data.planning_value IS 'There is no such planning setting.';
COMMENT ON CONSTRAINT planning_value_sign ON data.planning_value IS 'A planning setting is zero or more.';

-- What a day and a workshop cost in a Member, in EUR cents; elsewhere the settings per_diem and host_cost.
CREATE TABLE data.planning_place (
	version int NOT NULL,
	member text NOT NULL,
	per_diem int NOT NULL,
	host_cost int NOT NULL,
	sample boolean NOT NULL,
	CONSTRAINT planning_place_pkey PRIMARY KEY (version, member),
	CONSTRAINT planning_place_version FOREIGN KEY (version) REFERENCES data.planning_version,
	CONSTRAINT planning_place_member FOREIGN KEY (member) REFERENCES data.member,
	CONSTRAINT planning_place_costs CHECK (per_diem >= 0 AND host_cost >= 0)
);
COMMENT ON CONSTRAINT planning_place_pkey ON data.planning_place IS 'A Member has its costs once.';
COMMENT ON CONSTRAINT planning_place_version ON data.planning_place IS 'Costs belong to a version.';
COMMENT ON CONSTRAINT planning_place_member ON data.planning_place IS 'Costs are a Member''s; this code is no Member''s.';
COMMENT ON CONSTRAINT planning_place_costs ON data.planning_place IS 'Costs are zero or more, in EUR cents.';

-- Workshops wanted for a region in a year.
CREATE TABLE data.planning_target (
	version int NOT NULL,
	region text NOT NULL,
	workshops int NOT NULL,
	sample boolean NOT NULL,
	CONSTRAINT planning_target_pkey PRIMARY KEY (version, region),
	CONSTRAINT planning_target_version FOREIGN KEY (version) REFERENCES data.planning_version,
	CONSTRAINT planning_target_region FOREIGN KEY (region) REFERENCES data.region,
	CONSTRAINT planning_target_one_region CHECK (region <> 'ALL'),
	CONSTRAINT planning_target_workshops CHECK (workshops BETWEEN 0 AND 1000)
);
COMMENT ON CONSTRAINT planning_target_pkey ON data.planning_target IS 'A region has one target.';
COMMENT ON CONSTRAINT planning_target_version ON data.planning_target IS 'A target belongs to a version.';
COMMENT ON CONSTRAINT planning_target_region ON data.planning_target IS
	'A target is for a region: AMS, EUR, ESA, WCA, MENA or AP.';
COMMENT ON CONSTRAINT planning_target_one_region ON data.planning_target IS
	'A target is for one region: AMS, EUR, ESA, WCA, MENA or AP.';
COMMENT ON CONSTRAINT planning_target_workshops ON data.planning_target IS 'A target is 0 to 1000 workshops a year.';

-- Days on which the secretariat supports no workshop.
CREATE TABLE data.planning_closure (
	version int NOT NULL,
	first_day date NOT NULL,
	last_day date NOT NULL,
	note text NOT NULL,
	sample boolean NOT NULL,
	CONSTRAINT planning_closure_pkey PRIMARY KEY (version, first_day, last_day),
	CONSTRAINT planning_closure_version FOREIGN KEY (version) REFERENCES data.planning_version,
	CONSTRAINT planning_closure_days CHECK (last_day >= first_day),
	CONSTRAINT planning_closure_note CHECK (length(note) BETWEEN 1 AND 200)
);
COMMENT ON CONSTRAINT planning_closure_pkey ON data.planning_closure IS 'A closure is listed once.';
COMMENT ON CONSTRAINT planning_closure_version ON data.planning_closure IS 'A closure belongs to a version.';
COMMENT ON CONSTRAINT planning_closure_days ON data.planning_closure IS
	'A closure''s last day is its first day or later; turn them round.';
COMMENT ON CONSTRAINT planning_closure_note ON data.planning_closure IS 'A closure says why, in 1 to 200 characters.';

-- So many minor units of a currency are worth so many EUR cents.
CREATE TABLE data.planning_rate (
	version int NOT NULL,
	currency text NOT NULL,
	units int NOT NULL,
	cents int NOT NULL,
	sample boolean NOT NULL,
	CONSTRAINT planning_rate_pkey PRIMARY KEY (version, currency),
	CONSTRAINT planning_rate_version FOREIGN KEY (version) REFERENCES data.planning_version,
	CONSTRAINT planning_rate_currency CHECK (currency ~ '^[A-Z]{3}$' AND currency <> 'EUR'),
	CONSTRAINT planning_rate_worth CHECK (units BETWEEN 1 AND 1000000 AND cents BETWEEN 1 AND 1000000)
);
COMMENT ON CONSTRAINT planning_rate_pkey ON data.planning_rate IS 'A currency has one rate.';
COMMENT ON CONSTRAINT planning_rate_version ON data.planning_rate IS 'A rate belongs to a version.';
COMMENT ON CONSTRAINT planning_rate_currency ON data.planning_rate IS
	'A rate is for a currency other than EUR, a code of ISO 4217 as in USD.';
COMMENT ON CONSTRAINT planning_rate_worth ON data.planning_rate IS
	'A rate says how many EUR cents so many minor units are worth, each 1 to 1000000.';

-- What stood in data.planning_setting goes on in version 1; team_size becomes one for each kind.
INSERT INTO data.planning_version (version, valid_from, comment) VALUES
(1, '2000-01-01', 'What planning began with: plausible figures, none of them decided, but for those that had been changed before.');
CREATE TABLE data.first_value (position int, key text, value int, most int, unit text, meaning text, was text);
INSERT INTO data.first_value VALUES
(1, 'lead_days', 30, 1000, 'day', 'days from the last criterion met to the first day of a workshop', NULL),
(2, 'parallel_max', 2, 100, 'workshop', 'workshops that run on one day at most', NULL),
(3, 'national_per_year', 1, 100, 'workshop', 'national workshops for a Member in a year at most', NULL),
(4, 'national_gap_days', 180, 3660, 'day', 'days between the starts of two national workshops for a Member', NULL),
(5, 'rest_days', 1, 14, 'day', 'days at home after a mission on site', 'rest_days'),
(6, 'not_own_administration', 1, 1, 'yes or no', 'nobody delivers a workshop for their own administration', NULL),
(7, 'different_administrations', 0, 1, 'yes or no', 'experts of a team come from different administrations', NULL),
(8, 'language_of_all', 1, 1, 'yes or no', 'everybody on a team, not the lead alone, shares a language with it', 'language_of_all'),
(9, 'funds_max', 2, 8, 'fund', 'funds that pay one workshop at most', NULL),
(10, 'min_share_percent', 10, 100, 'percent', 'what a fund pays of a workshop at least, if it pays', NULL),
(11, 'trainees_accreditation', 0, 12, 'person', 'trainees on a team of an accreditation workshop at most', NULL),
(12, 'trainees_regional', 1, 12, 'person', 'trainees on a team of a regional workshop at most', NULL),
(13, 'trainees_national', 1, 12, 'person', 'trainees on a team of a national workshop at most', NULL),
(14, 'fair_missions', 4, 1000, 'mission', 'missions of an expert in a plan, above which each costs load', NULL),
(15, 'expert_missions_year', 6, 366, 'mission', 'missions a year of an expert without a limit of their own', NULL),
(16, 'expert_days_year', 60, 366, 'day', 'days away a year of an expert without a limit of their own', NULL),
(17, 'frozen_days', 45, 1000, 'day', 'workshops that start within so many days from today stay as they are', NULL),
(18, 'same_city_below_km', 50, 20100, 'km', 'nearer than this nobody travels', 'same_city_below_km'),
(19, 'one_day_below_km', 6000, 20100, 'km', 'nearer than this a journey takes one day', 'one_day_below_km'),
(20, 'far_days', 2, 14, 'day', 'days a longer journey takes', 'far_days'),
(21, 'hybrid_on_site_below_km', 3000, 20100, 'km', 'nearer than this an expert of a hybrid workshop is on site', 'hybrid_on_site_below_km'),
(22, 'fare_base', 12000, 100000000, 'EUR cent', 'what a return journey costs before its distance', NULL),
(23, 'fare_per_1000_km', 14950, 100000000, 'EUR cent', 'what 1000 km more cost', NULL),
(24, 'fare_step', 1000, 100000000, 'EUR cent', 'fares are rounded down to multiples of this', NULL),
(25, 'per_diem', 15000, 100000000, 'EUR cent', 'what a person and day cost where a Member has no figure of its own', NULL),
(26, 'host_cost', 500000, 100000000, 'EUR cent', 'what a workshop costs at a host without a figure of its own', NULL),
(27, 'days_accreditation', 5, 59, 'day', 'days of an accreditation workshop whose request says nothing', NULL),
(28, 'days_regional', 4, 59, 'day', 'days of a regional workshop whose request says nothing', NULL),
(29, 'days_national', 4, 59, 'day', 'days of a national workshop whose request says nothing', NULL),
(30, 'team_accreditation', 2, 12, 'person', 'experts an accreditation workshop needs unless it says otherwise', 'team_size'),
(31, 'team_regional', 2, 12, 'person', 'experts a regional workshop needs unless it says otherwise', 'team_size'),
(32, 'team_national', 2, 12, 'person', 'experts a national workshop needs unless it says otherwise', 'team_size'),
(33, 'priority', 3, 1000, 'priority', 'priority of a request without one', NULL),
(34, 'served', 1000, 1000000, 'point', 'for a request that is served, times its priority', NULL),
(35, 'waiting', 2, 1000000, 'point', 'off for each week of waiting, times the priority', NULL),
(36, 'window', 50, 1000000, 'point', 'off for a start outside the days wished for, times the priority', NULL),
(37, 'money_per_point', 20000, 100000000, 'EUR cent', 'money that costs a point', NULL),
(38, 'balance', 1500, 1000000, 'point', 'off for each workshop that a region''s target lacks', NULL),
(39, 'load', 100, 1000000, 'point', 'off for each mission above fair_missions', NULL),
(40, 'stability_dropped', 200, 1000000, 'point', 'off for a planned workshop that falls out, times its weight', NULL),
(41, 'stability_moved', 100, 1000000, 'point', 'off for a planned workshop that moves, times its weight', NULL),
(42, 'stability_expert', 25, 1000000, 'point', 'off for each expert new to a planned workshop, times its weight', NULL),
(43, 'weight_planned', 1, 1000, 'weight', 'weight of what is planned', NULL),
(44, 'weight_announced', 3, 1000, 'weight', 'weight of what is announced', NULL),
(45, 'weight_tickets', 10, 1000, 'weight', 'weight of what tickets were issued for', NULL);
INSERT INTO data.planning_key (key, position, unit, meaning, least, most)
SELECT key, position, unit, meaning, CASE WHEN key IN ('fare_step', 'money_per_point') OR key ~ '^(days|team)_'
	THEN 1 ELSE 0 END, most FROM data.first_value;
INSERT INTO data.planning_value (version, key, value, sample)
SELECT 1, f.key, COALESCE(s.value, f.value), COALESCE(s.sample AND s.revision = 1, true)
FROM data.first_value f LEFT JOIN data.planning_setting s ON s.key = f.was;
DROP TABLE data.first_value;
DROP TABLE data.planning_setting;
INSERT INTO data.planning_target (version, region, workshops, sample)
SELECT 1, code, CASE code WHEN 'EUR' THEN 4 ELSE 6 END, true FROM data.region WHERE code <> 'ALL';
INSERT INTO data.planning_closure (version, first_day, last_day, note, sample)
SELECT 1, make_date(y, 12, 24), make_date(y + 1, 1, 2), 'the turn of the year', true FROM generate_series(2026, 2030) AS y;
INSERT INTO data.planning_rate (version, currency, units, cents, sample) VALUES
(1, 'USD', 100, 92, true), (1, 'GBP', 100, 117, true), (1, 'CHF', 100, 105, true), (1, 'JPY', 100, 61, true),
(1, 'SEK', 100, 9, true), (1, 'NOK', 100, 9, true), (1, 'CAD', 100, 67, true), (1, 'AUD', 100, 60, true);

-- What a planner must know --------------------------------------------------------------------

-- Of a request; what is NULL follows from the settings of its kind.
ALTER TABLE data.request
	ADD COLUMN days int,
	ADD COLUMN experts int,
	ADD COLUMN mode text,
	ADD COLUMN priority int,
	ADD CONSTRAINT request_days CHECK (days BETWEEN 1 AND 59),
	ADD CONSTRAINT request_experts CHECK (experts BETWEEN 1 AND 12),
	ADD CONSTRAINT request_mode CHECK (mode IN ('in_person', 'online', 'hybrid')),
	ADD CONSTRAINT request_priority CHECK (priority BETWEEN 0 AND 1000);
COMMENT ON CONSTRAINT request_days ON data.request IS 'A request is for 1 to 59 days.';
COMMENT ON CONSTRAINT request_experts ON data.request IS 'A request is for 1 to 12 experts.';
COMMENT ON CONSTRAINT request_mode ON data.request IS 'A mode is in_person, online or hybrid.';
COMMENT ON CONSTRAINT request_priority ON data.request IS 'A priority is 0 to 1000.';

-- Members that would host it, and what that would cost (EUR cents; NULL: as the settings say). None: the
-- Member that asks.
CREATE TABLE data.request_host (
	request text NOT NULL,
	member text NOT NULL,
	cost int,
	CONSTRAINT request_host_pkey PRIMARY KEY (request, member),
	CONSTRAINT request_host_request FOREIGN KEY (request) REFERENCES data.request ON DELETE CASCADE,
	CONSTRAINT request_host_member FOREIGN KEY (member) REFERENCES data.member,
	CONSTRAINT request_host_cost CHECK (cost >= 0)
);
COMMENT ON CONSTRAINT request_host_pkey ON data.request_host IS 'A request names a host once.';
COMMENT ON CONSTRAINT request_host_request ON data.request_host IS 'There is no such request.';
COMMENT ON CONSTRAINT request_host_member ON data.request_host IS 'A host is a Member; this code is no Member''s.';
COMMENT ON CONSTRAINT request_host_cost ON data.request_host IS 'What a host costs is zero or more, in EUR cents.';

-- Tickets were issued: a fact that weighs against every change.
ALTER TABLE data.mission ADD COLUMN tickets_on date;

INSERT INTO data.status_reason (code, meaning) VALUES ('plan', 'a released plan has no place for it');

-- Scenarios -----------------------------------------------------------------------------------

CREATE SEQUENCE data.scenario_number;
CREATE TABLE data.scenario (
	id text PRIMARY KEY DEFAULT 'SC-' || to_char(nextval('data.scenario_number'), 'FM999999990000'),
	name text NOT NULL,
	changes jsonb NOT NULL,
	note text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT scenario_name CHECK (length(name) BETWEEN 1 AND 200),
	CONSTRAINT scenario_changes CHECK (jsonb_typeof(changes) = 'array')
);
COMMENT ON CONSTRAINT scenario_pkey ON data.scenario IS 'There is a scenario with this id already.';
COMMENT ON CONSTRAINT scenario_name ON data.scenario IS 'A scenario''s name has 1 to 200 characters.';
COMMENT ON CONSTRAINT scenario_changes ON data.scenario IS 'A scenario is a list of changes.';

-- Plans ---------------------------------------------------------------------------------------

-- `job`: the plan whose making made this one too (a repair makes several); its own id otherwise.
CREATE SEQUENCE data.plan_number;
CREATE TABLE data.plan (
	id text PRIMARY KEY DEFAULT 'P-' || to_char(nextval('data.plan_number'), 'FM999999990000'),
	job text NOT NULL,
	purpose text NOT NULL,
	state text NOT NULL DEFAULT 'queued',
	settings_version int NOT NULL,
	first_day date NOT NULL,
	last_day date NOT NULL,
	options jsonb NOT NULL DEFAULT '{}',
	scenario text, -- as it was then: `changes`
	changes jsonb,
	comment text,
	created_by text,
	started_at timestamptz,
	finished_at timestamptz,
	fault text,
	notes jsonb NOT NULL DEFAULT '[]', -- what the snapshot had to leave out, a sentence each
	status text, -- of the document: optimal, feasible, cancelled
	value bigint,
	bound bigint,
	score jsonb, -- term by term, as the document has it
	facts jsonb, -- what the items come to, each a number of its own: see rule.plan_facts
	units bigint,
	cpu_ms bigint,
	seed bigint,
	number int, -- of the release
	released_at timestamptz,
	released_by text,
	release_comment text,
	changelog jsonb,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT plan_job FOREIGN KEY (job) REFERENCES data.plan,
	CONSTRAINT plan_purpose CHECK (purpose IN ('plan', 'repair', 'what_if')),
	CONSTRAINT plan_state CHECK (state IN ('queued', 'running', 'solved', 'failed', 'cancelled', 'released',
		'superseded')),
	CONSTRAINT plan_settings FOREIGN KEY (settings_version) REFERENCES data.planning_version,
	CONSTRAINT plan_days CHECK (last_day >= first_day AND last_day - first_day < 3660),
	CONSTRAINT plan_scenario FOREIGN KEY (scenario) REFERENCES data.scenario ON DELETE SET NULL,
	CONSTRAINT plan_created_by FOREIGN KEY (created_by) REFERENCES data.account,
	CONSTRAINT plan_bound CHECK (bound >= value),
	CONSTRAINT plan_one_number UNIQUE (number),
	CONSTRAINT plan_released CHECK ((state IN ('released', 'superseded')) = (number IS NOT NULL)
		AND (number IS NULL) = (release_comment IS NULL)),
	CONSTRAINT plan_what_if CHECK (purpose <> 'what_if' OR number IS NULL),
	CONSTRAINT plan_fault CHECK ((state = 'failed') = (fault IS NOT NULL)),
	CONSTRAINT plan_released_by FOREIGN KEY (released_by) REFERENCES data.account,
	CONSTRAINT plan_one_released EXCLUDE (state WITH =) WHERE (state = 'released') DEFERRABLE
);
CREATE INDEX plan_of_job ON data.plan (job);
CREATE INDEX plan_waiting ON data.plan (created_at) WHERE state IN ('queued', 'running');
COMMENT ON CONSTRAINT plan_pkey ON data.plan IS 'There is a plan with this id already.';
COMMENT ON CONSTRAINT plan_job ON data.plan IS 'A plan is made by the job of a plan on record.';
COMMENT ON CONSTRAINT plan_purpose ON data.plan IS 'A plan''s purpose is plan, repair or what_if.';
COMMENT ON CONSTRAINT plan_state ON data.plan IS
	'A plan is queued, running, solved, failed, cancelled, released or superseded.';
COMMENT ON CONSTRAINT plan_settings ON data.plan IS 'A plan names the version of the planning settings it used.';
COMMENT ON CONSTRAINT plan_days ON data.plan IS
	'A plan''s last day is its first or later, and it spans ten years at most.';
COMMENT ON CONSTRAINT plan_scenario ON data.plan IS 'There is no such scenario.';
COMMENT ON CONSTRAINT plan_created_by ON data.plan IS 'A plan is asked for by an account.';
COMMENT ON CONSTRAINT plan_bound ON data.plan IS 'No plan is worth more than its bound.';
COMMENT ON CONSTRAINT plan_one_number ON data.plan IS 'Releases are numbered, each number once.';
COMMENT ON CONSTRAINT plan_released ON data.plan IS 'A released plan, and no other, has a number and a comment.';
COMMENT ON CONSTRAINT plan_what_if ON data.plan IS 'A plan for a scenario is never released.';
COMMENT ON CONSTRAINT plan_fault ON data.plan IS 'A failed plan, and no other, says why.';
COMMENT ON CONSTRAINT plan_released_by ON data.plan IS 'A plan is released by an account.';
COMMENT ON CONSTRAINT plan_one_released ON data.plan IS
	'Another plan was released at the same time; look at it, then release again.';

-- Who works on a plan now, and how far it is; of a moment, so neither audited nor kept.
CREATE TABLE data.plan_run (
	plan text PRIMARY KEY,
	attempt int NOT NULL DEFAULT 0,
	taken_by text,
	taken_until timestamptz,
	cancel_wanted boolean NOT NULL DEFAULT false,
	progress jsonb,
	CONSTRAINT plan_run_plan FOREIGN KEY (plan) REFERENCES data.plan
);
COMMENT ON CONSTRAINT plan_run_pkey ON data.plan_run IS 'A plan is made once at a time.';
COMMENT ON CONSTRAINT plan_run_plan ON data.plan_run IS 'There is no such plan.';

-- What a plan was made from, and what came of it: atelier-instance/1, atelier-plan/1.
CREATE TABLE data.plan_document (
	plan text PRIMARY KEY,
	instance json NOT NULL,
	taken_at timestamptz NOT NULL DEFAULT now(), -- what was recorded later the snapshot cannot know
	document json,
	CONSTRAINT plan_document_plan FOREIGN KEY (plan) REFERENCES data.plan
);
COMMENT ON CONSTRAINT plan_document_pkey ON data.plan_document IS 'A plan has its documents once.';
COMMENT ON CONSTRAINT plan_document_plan ON data.plan_document IS 'There is no such plan.';

-- A plan's items are proposals: they may overlap with everything. `request` may name a workshop that
-- answers none. workshop: where a release put it.
CREATE TABLE data.plan_item (
	plan text NOT NULL,
	request text NOT NULL,
	kind text NOT NULL,
	member text NOT NULL, -- that asks
	region text NOT NULL,
	mode text NOT NULL,
	host text NOT NULL,
	start_date date NOT NULL,
	end_date date NOT NULL,
	team jsonb NOT NULL,
	funding jsonb NOT NULL, -- in EUR cents
	cost bigint NOT NULL,
	waited_days int NOT NULL, -- from the day it was ready, or the horizon began
	pinned boolean NOT NULL,
	workshop text,
	CONSTRAINT plan_item_pkey PRIMARY KEY (plan, request),
	CONSTRAINT plan_item_plan FOREIGN KEY (plan) REFERENCES data.plan,
	CONSTRAINT plan_item_days CHECK (end_date >= start_date),
	CONSTRAINT plan_item_workshop FOREIGN KEY (workshop) REFERENCES data.workshop
);
COMMENT ON CONSTRAINT plan_item_pkey ON data.plan_item IS 'A plan serves a request once.';
COMMENT ON CONSTRAINT plan_item_plan ON data.plan_item IS 'There is no such plan.';
COMMENT ON CONSTRAINT plan_item_days ON data.plan_item IS 'An item''s last day is its first or later.';
COMMENT ON CONSTRAINT plan_item_workshop ON data.plan_item IS 'An item becomes a workshop on record.';

-- Triggers, rights, policies ------------------------------------------------------------------

CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.planning_version
FOR EACH ROW EXECUTE FUNCTION audit.record('version');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.request_host
FOR EACH ROW EXECUTE FUNCTION audit.record('request');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.scenario
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.scenario
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.scenario
FOR EACH ROW EXECUTE FUNCTION audit.record('id');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.plan
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.plan
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.plan
FOR EACH ROW EXECUTE FUNCTION audit.record('id');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OF state ON data.plan
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('plans');

ALTER TABLE data.planning_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.planning_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.planning_value ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.planning_place ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.planning_target ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.planning_closure ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.planning_rate ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.request_host ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.scenario ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.plan_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.plan_document ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.plan_item ENABLE ROW LEVEL SECURITY;
-- Journeys follow from values, for whoever asks: rule.journey reads them for experts too.
GRANT SELECT, INSERT ON data.planning_version, data.planning_value, data.planning_place, data.planning_target,
	data.planning_closure, data.planning_rate TO atelier_api;
GRANT SELECT ON data.planning_key TO atelier_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON data.request_host, data.scenario TO atelier_api;
GRANT SELECT, INSERT, UPDATE ON data.plan, data.plan_run, data.plan_item TO atelier_api;
GRANT SELECT ON data.plan_document TO atelier_api;
CREATE POLICY everyone ON data.planning_key FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.planning_version FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.planning_value FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.planning_version FOR INSERT TO atelier_api WITH CHECK ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.planning_value FOR INSERT TO atelier_api WITH CHECK ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.planning_place TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.planning_target TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.planning_closure TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.planning_rate TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.request_host TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.scenario TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.plan TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.plan_run TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.plan_document TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.plan_item TO atelier_api USING ((SELECT rule.is_staff()));
