-- SPDX-License-Identifier: Apache-2.0
-- What a Member has done, and what each kind of activity asks of it. Notifications, KPI evaluations and
-- requests are the evidence; kinds, their opening days and their criteria are rows; a waiver is a record.

CREATE TABLE data.kind (
	code text PRIMARY KEY,
	name text NOT NULL,
	planned boolean NOT NULL, -- false: recorded only, never planned
	opens_on date,
	source text NOT NULL,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT kind_opens CHECK (planned OR opens_on IS NULL)
);
COMMENT ON CONSTRAINT kind_pkey ON data.kind IS 'There is a kind with this code already.';
COMMENT ON CONSTRAINT kind_opens ON data.kind IS 'A kind that is never planned never opens.';

CREATE TABLE data.criterion (
	code text PRIMARY KEY,
	position int NOT NULL,
	name text NOT NULL,
	next_actor text NOT NULL, -- who must act while it is not met
	CONSTRAINT criterion_position UNIQUE (position),
	CONSTRAINT criterion_actor CHECK (next_actor IN ('member', 'secretariat', 'nobody'))
);
COMMENT ON CONSTRAINT criterion_pkey ON data.criterion IS 'There is a criterion with this code already.';
COMMENT ON CONSTRAINT criterion_position ON data.criterion IS 'Two criteria do not share a position.';
COMMENT ON CONSTRAINT criterion_actor ON data.criterion IS
	'Who must act next is the member, the secretariat or nobody.';

CREATE TABLE data.kind_criterion (
	id text PRIMARY KEY GENERATED ALWAYS AS (kind || '/' || criterion) STORED,
	kind text NOT NULL,
	criterion text NOT NULL,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT kind_criterion_kind FOREIGN KEY (kind) REFERENCES data.kind,
	CONSTRAINT kind_criterion_criterion FOREIGN KEY (criterion) REFERENCES data.criterion
);
COMMENT ON CONSTRAINT kind_criterion_pkey ON data.kind_criterion IS 'This kind asks for this criterion already.';
COMMENT ON CONSTRAINT kind_criterion_kind ON data.kind_criterion IS 'There is no kind with this code.';
COMMENT ON CONSTRAINT kind_criterion_criterion ON data.kind_criterion IS 'There is no criterion with this code.';

-- What the plan lays down stands from the beginning of all records.
INSERT INTO data.kind (code, name, planned, opens_on, source, recorded_at) VALUES
	('accreditation', 'Accreditation workshop', true, '2020-07-01', 'PC0618, phase from Q3 2020', '-infinity'),
	('regional', 'Regional workshop', true, '2020-10-01', 'PC0618, phase from Q4 2020', '-infinity'),
	('national', 'National workshop', true, '2022-07-01', 'PC0618, phase from Q3 2022', '-infinity'),
	('global', 'Global event', false, NULL, 'recorded only', '-infinity');
INSERT INTO data.criterion (code, position, name, next_actor) VALUES
	('membership', 1, 'open to activities', 'secretariat'),
	('opening', 2, 'kind open', 'nobody'),
	('notification', 3, 'notification of intention to implement', 'member'),
	('kpi_evaluation', 4, 'completed KPI evaluation', 'member'),
	('request', 5, 'official request', 'member');
INSERT INTO data.kind_criterion (kind, criterion, recorded_at)
SELECT k.code, c.code, '-infinity' FROM data.kind k, data.criterion c
WHERE k.planned AND (c.code IN ('membership', 'opening') OR k.code = 'national'
                     OR k.code = 'regional' AND c.code = 'notification');

-- A day as text that sorts like the day.
CREATE FUNCTION rule.iso(day date) RETURNS text LANGUAGE sql IMMUTABLE
RETURN lpad(EXTRACT(year FROM day)::int::text, 4, '0') || '-' || lpad(EXTRACT(month FROM day)::int::text, 2, '0')
	|| '-' || lpad(EXTRACT(day FROM day)::int::text, 2, '0');

-- Evidence ------------------------------------------------------------------------------------

CREATE SEQUENCE data.notification_number;
CREATE TABLE data.notification (
	id text PRIMARY KEY DEFAULT 'N-' || to_char(nextval('data.notification_number'), 'FM999999990000'),
	member text NOT NULL,
	notified_on date NOT NULL,
	ended_on date, -- from this day it holds no longer
	reference text,
	note text,
	checked_by text,
	checked_on date,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT notification_member FOREIGN KEY (member) REFERENCES data.member,
	CONSTRAINT notification_ends CHECK (ended_on >= notified_on),
	CONSTRAINT notification_checked CHECK (checked_on IS NULL OR checked_by IS NOT NULL),
	CONSTRAINT notification_one_in_force EXCLUDE USING gist
		(member WITH =, daterange(notified_on, ended_on) WITH &&)
);
CREATE INDEX notification_of ON data.notification (member, notified_on);
COMMENT ON CONSTRAINT notification_pkey ON data.notification IS 'There is a notification with this id already.';
COMMENT ON CONSTRAINT notification_member ON data.notification IS
	'A notification is a Member''s; a Member with notifications is not removed.';
COMMENT ON CONSTRAINT notification_ends ON data.notification IS
	'A notification''s ended_on is not before its notified_on.';
COMMENT ON CONSTRAINT notification_checked ON data.notification IS
	'checked_on goes with checked_by: say who checked.';
COMMENT ON CONSTRAINT notification_one_in_force ON data.notification IS
	'A Member has one notification in force at a time: end the other one, or correct it.';

CREATE SEQUENCE data.evaluation_number;
CREATE TABLE data.evaluation (
	id text PRIMARY KEY DEFAULT 'K-' || to_char(nextval('data.evaluation_number'), 'FM999999990000'),
	member text NOT NULL,
	edition int NOT NULL,
	evaluated_on date NOT NULL,
	completed_on date, -- NULL: open
	completed_by text,
	note text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT evaluation_member FOREIGN KEY (member) REFERENCES data.member,
	CONSTRAINT evaluation_edition FOREIGN KEY (edition) REFERENCES data.edition,
	CONSTRAINT evaluation_completed_by FOREIGN KEY (completed_by) REFERENCES data.account,
	CONSTRAINT evaluation_completed CHECK (completed_on >= evaluated_on),
	CONSTRAINT evaluation_one_a_day UNIQUE (member, edition, evaluated_on),
	CONSTRAINT evaluation_of_edition UNIQUE (id, edition) -- for its answers
);
COMMENT ON CONSTRAINT evaluation_pkey ON data.evaluation IS 'There is an evaluation with this id already.';
COMMENT ON CONSTRAINT evaluation_of_edition ON data.evaluation IS 'There is an evaluation with this id already.';
COMMENT ON CONSTRAINT evaluation_member ON data.evaluation IS
	'An evaluation is a Member''s; a Member with evaluations is not removed.';
COMMENT ON CONSTRAINT evaluation_edition ON data.evaluation IS
	'An evaluation answers the KPIs of an edition that is recorded.';
COMMENT ON CONSTRAINT evaluation_completed_by ON data.evaluation IS 'An evaluation is completed by an account.';
COMMENT ON CONSTRAINT evaluation_completed ON data.evaluation IS
	'An evaluation''s completed_on is not before its evaluated_on.';
COMMENT ON CONSTRAINT evaluation_one_a_day ON data.evaluation IS
	'This Member has an evaluation of this edition on this day already.';

-- NULL fits every type.
CREATE FUNCTION rule.answer_fits(answer_type text, value numeric) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN CASE answer_type
	WHEN 'maturity_0_4' THEN value BETWEEN 0 AND 4 AND value = trunc(value)
	WHEN 'percent' THEN value BETWEEN 0 AND 100
	WHEN 'count' THEN value BETWEEN 0 AND 1e12 AND value = trunc(value)
	WHEN 'hours' THEN value BETWEEN 0 AND 1e12
	WHEN 'rate_per_10000' THEN value BETWEEN 0 AND 10000 END;

-- One answer a KPI; `value` NULL: the Member says the figure is not available.
CREATE TABLE data.evaluation_answer (
	evaluation text NOT NULL,
	edition int NOT NULL,
	kpi text NOT NULL,
	answer_type text NOT NULL,
	value numeric,
	note text,
	CONSTRAINT evaluation_answer_pkey PRIMARY KEY (evaluation, kpi),
	CONSTRAINT evaluation_answer_evaluation FOREIGN KEY (evaluation, edition)
		REFERENCES data.evaluation (id, edition),
	CONSTRAINT evaluation_answer_asked FOREIGN KEY (edition, kpi) REFERENCES data.kpi_standard,
	CONSTRAINT evaluation_answer_type FOREIGN KEY (kpi, answer_type) REFERENCES data.kpi (code, answer_type)
		ON UPDATE CASCADE,
	CONSTRAINT evaluation_answer_value CHECK (rule.answer_fits(answer_type, value))
);
COMMENT ON CONSTRAINT evaluation_answer_pkey ON data.evaluation_answer IS 'An evaluation answers a KPI once.';
COMMENT ON CONSTRAINT evaluation_answer_evaluation ON data.evaluation_answer IS
	'An answer belongs to an evaluation of its edition.';
COMMENT ON CONSTRAINT evaluation_answer_asked ON data.evaluation_answer IS
	'The evaluation''s edition does not ask this KPI.';
COMMENT ON CONSTRAINT evaluation_answer_type ON data.evaluation_answer IS
	'An answer has its KPI''s answer type.';
COMMENT ON CONSTRAINT evaluation_answer_value ON data.evaluation_answer IS
	'A maturity is a whole number 0 to 4, a percent 0 to 100, a count whole and 0 or more, '
	'hours 0 or more, a rate 0 to 10000.';

-- A Director General's request. It is closed or merged, never removed.
CREATE SEQUENCE data.request_number;
CREATE TABLE data.request (
	id text PRIMARY KEY DEFAULT 'R-' || to_char(nextval('data.request_number'), 'FM999999990000'),
	member text NOT NULL,
	kind text NOT NULL,
	received_on date NOT NULL,
	signed_on date,
	signed_by text,
	reference text,
	summary text,
	languages text[] NOT NULL DEFAULT '{}',
	wanted_from date,
	wanted_to date,
	participants int,
	note text,
	status text NOT NULL DEFAULT 'received',
	accepted_by text,
	closed_reason text,
	closed_on date,
	duplicate_of text,
	workshop text, -- that answers it; the key to data.workshop comes with that table
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT request_member FOREIGN KEY (member) REFERENCES data.member,
	CONSTRAINT request_kind FOREIGN KEY (kind) REFERENCES data.kind,
	CONSTRAINT request_plannable CHECK (kind <> 'global'),
	CONSTRAINT request_signed CHECK (signed_on <= received_on),
	CONSTRAINT request_languages CHECK (languages = '{}'
		OR array_to_string(languages, ' ', '-') ~ '^[a-z]{2}( [a-z]{2}){0,19}$'),
	CONSTRAINT request_wanted CHECK (wanted_to >= wanted_from),
	CONSTRAINT request_participants CHECK (participants BETWEEN 1 AND 5000),
	CONSTRAINT request_status CHECK (status IN ('received', 'accepted', 'in_plan', 'closed')),
	CONSTRAINT request_closed_reason CHECK (closed_reason IN
		('delivered', 'declined', 'withdrawn', 'duplicate', 'stalled')),
	CONSTRAINT request_closed CHECK ((status = 'closed') = (closed_reason IS NOT NULL)
		AND (status = 'closed') = (closed_on IS NOT NULL)),
	CONSTRAINT request_closes CHECK (closed_on >= received_on),
	CONSTRAINT request_duplicate CHECK ((COALESCE(closed_reason, '') = 'duplicate') = (duplicate_of IS NOT NULL)
		AND duplicate_of <> id),
	CONSTRAINT request_duplicate_of FOREIGN KEY (duplicate_of) REFERENCES data.request,
	CONSTRAINT request_accepted_by FOREIGN KEY (accepted_by) REFERENCES data.account,
	CONSTRAINT request_planned CHECK (status <> 'in_plan' OR workshop IS NOT NULL)
);
CREATE INDEX request_of ON data.request (member, kind);
CREATE INDEX request_by_day ON data.request (rule.iso(received_on) COLLATE "und-x-icu", id);
CREATE INDEX request_by_member ON data.request (member COLLATE "und-x-icu", id);
CREATE INDEX request_by_status ON data.request (status COLLATE "und-x-icu", id);
CREATE INDEX request_for_workshop ON data.request (workshop);
COMMENT ON CONSTRAINT request_pkey ON data.request IS 'There is a request with this id already.';
COMMENT ON CONSTRAINT request_member ON data.request IS 'A request is a Member''s; a Member with requests is not removed.';
COMMENT ON CONSTRAINT request_kind ON data.request IS 'A request is for accreditation, regional or national.';
COMMENT ON CONSTRAINT request_plannable ON data.request IS
	'Global events are recorded only; a request is for accreditation, regional or national.';
COMMENT ON CONSTRAINT request_signed ON data.request IS 'A request is signed before it is received.';
COMMENT ON CONSTRAINT request_languages ON data.request IS
	'A request names up to 20 languages, each a code of ISO 639-1 as in en, fr.';
COMMENT ON CONSTRAINT request_wanted ON data.request IS 'wanted_to is not before wanted_from.';
COMMENT ON CONSTRAINT request_participants ON data.request IS 'A request is for 1 to 5000 participants.';
COMMENT ON CONSTRAINT request_status ON data.request IS
	'A request is received, accepted, in_plan or closed.';
COMMENT ON CONSTRAINT request_closed_reason ON data.request IS
	'A request is closed as delivered, declined, withdrawn, duplicate or stalled.';
COMMENT ON CONSTRAINT request_closed ON data.request IS 'A closed request, and no other, has a reason and a day.';
COMMENT ON CONSTRAINT request_closes ON data.request IS 'A request is not closed before it was received.';
COMMENT ON CONSTRAINT request_duplicate ON data.request IS
	'A request closed as a duplicate names the other request it repeats, and no other closing does.';
COMMENT ON CONSTRAINT request_duplicate_of ON data.request IS 'duplicate_of names a request that exists.';
COMMENT ON CONSTRAINT request_accepted_by ON data.request IS 'A request is accepted by an account.';
COMMENT ON CONSTRAINT request_planned ON data.request IS 'A request is in the plan by a workshop that answers it.';

CREATE TABLE data.request_instrument (
	request text NOT NULL,
	instrument text NOT NULL,
	CONSTRAINT request_instrument_pkey PRIMARY KEY (request, instrument),
	CONSTRAINT request_instrument_request FOREIGN KEY (request) REFERENCES data.request ON DELETE CASCADE,
	CONSTRAINT request_instrument_instrument FOREIGN KEY (instrument) REFERENCES data.instrument
);
COMMENT ON CONSTRAINT request_instrument_pkey ON data.request_instrument IS 'A request names an instrument once.';
COMMENT ON CONSTRAINT request_instrument_request ON data.request_instrument IS 'There is no such request.';
COMMENT ON CONSTRAINT request_instrument_instrument ON data.request_instrument IS
	'A request names instruments of the list; this code is not on it.';

-- Sets one criterion aside for a Member and kind, or one criterion or guard for a workshop.
CREATE SEQUENCE data.waiver_number;
CREATE TABLE data.waiver (
	id text PRIMARY KEY DEFAULT 'V-' || to_char(nextval('data.waiver_number'), 'FM999999990000'),
	criterion text NOT NULL,
	member text,
	kind text,
	workshop text, -- the key to data.workshop comes with that table
	reason text NOT NULL,
	granted_by text NOT NULL,
	granted_on date NOT NULL,
	valid_until date NOT NULL, -- its last day
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT waiver_criterion CHECK (criterion IN ('membership', 'opening', 'notification', 'kpi_evaluation',
		'request', 'staffed', 'funded', 'targeted')),
	CONSTRAINT waiver_scope CHECK (CASE WHEN workshop IS NULL THEN member IS NOT NULL AND kind IS NOT NULL
		ELSE member IS NULL AND kind IS NULL END),
	CONSTRAINT waiver_guard CHECK (criterion NOT IN ('staffed', 'funded', 'targeted') OR workshop IS NOT NULL),
	CONSTRAINT waiver_member FOREIGN KEY (member) REFERENCES data.member,
	CONSTRAINT waiver_kind FOREIGN KEY (kind) REFERENCES data.kind,
	CONSTRAINT waiver_granted_by FOREIGN KEY (granted_by) REFERENCES data.account,
	CONSTRAINT waiver_reason CHECK (length(reason) BETWEEN 1 AND 2000),
	CONSTRAINT waiver_until CHECK (valid_until >= granted_on)
);
CREATE INDEX waiver_of ON data.waiver (member, kind, criterion);
CREATE INDEX waiver_for ON data.waiver (workshop, criterion);
COMMENT ON CONSTRAINT waiver_pkey ON data.waiver IS 'There is a waiver with this id already.';
COMMENT ON CONSTRAINT waiver_criterion ON data.waiver IS
	'A waiver sets aside membership, opening, notification, kpi_evaluation, request, staffed, funded or targeted.';
COMMENT ON CONSTRAINT waiver_scope ON data.waiver IS
	'A waiver is for a Member and a kind, or for a workshop: give member and kind, or workshop.';
COMMENT ON CONSTRAINT waiver_guard ON data.waiver IS
	'staffed, funded and targeted are set aside for a workshop: give workshop.';
COMMENT ON CONSTRAINT waiver_member ON data.waiver IS 'A waiver is for a Member that is recorded.';
COMMENT ON CONSTRAINT waiver_kind ON data.waiver IS 'A waiver is for accreditation, regional or national.';
COMMENT ON CONSTRAINT waiver_granted_by ON data.waiver IS 'A waiver is granted by an account.';
COMMENT ON CONSTRAINT waiver_reason ON data.waiver IS 'A waiver says why, in 1 to 2000 characters.';
COMMENT ON CONSTRAINT waiver_until ON data.waiver IS 'A waiver''s valid_until is not before the day it is granted.';

-- Triggers, rights, policies ------------------------------------------------------------------

CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.kind FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.kind FOR EACH ROW EXECUTE FUNCTION data.keep_past('code');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.kind
FOR EACH ROW EXECUTE FUNCTION audit.record('code');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.kind_criterion FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.kind_criterion
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.kind_criterion
FOR EACH ROW EXECUTE FUNCTION audit.record('id');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.notification FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.notification
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.notification
FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'checked_by', 'note');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.evaluation FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.evaluation
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.evaluation
FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'note');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.evaluation_answer
FOR EACH ROW EXECUTE FUNCTION audit.record('evaluation', 'note');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.request FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.request FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.request
FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'signed_by', 'note');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.request_instrument
FOR EACH ROW EXECUTE FUNCTION audit.record('request');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.waiver FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.waiver FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.waiver
FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'reason');

ALTER TABLE data.kind ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.criterion ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.kind_criterion ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.notification ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.evaluation ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.evaluation_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.request ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.request_instrument ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.waiver ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON data.kind, data.criterion, data.kind_criterion TO atelier_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON data.notification, data.evaluation_answer,
	data.request_instrument TO atelier_api;
GRANT SELECT, INSERT, UPDATE ON data.evaluation, data.request, data.waiver TO atelier_api;
CREATE POLICY everyone ON data.kind FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.criterion FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.kind_criterion FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.notification TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.evaluation TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.evaluation_answer TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.request TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.request_instrument TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.waiver TO atelier_api USING ((SELECT rule.is_staff()));
