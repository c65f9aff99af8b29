-- SPDX-License-Identifier: Apache-2.0
-- Workshops, their life and their teams. A workshop's days, year and liveness travel to its missions
-- and funding lines by foreign keys ON UPDATE CASCADE, so that what must not overlap or overspend is
-- judged by constraints on those rows, whoever changes what.

-- The state machine, as rows. `guards` must hold, or be waived, to take a step.
CREATE TABLE data.transition (
	from_status text,
	to_status text,
	needs_reason boolean NOT NULL,
	guards text[] NOT NULL,
	CONSTRAINT transition_pkey PRIMARY KEY (from_status, to_status)
);
COMMENT ON CONSTRAINT transition_pkey ON data.transition IS 'This step is known already.';
INSERT INTO data.transition (from_status, to_status, needs_reason, guards) VALUES
('draft', 'planned', false, '{}'),
('draft', 'cancelled', true, '{}'),
('planned', 'announced', false, '{staffed,funded,targeted}'),
('planned', 'postponed', true, '{}'),
('planned', 'cancelled', true, '{}'),
('announced', 'delivered', false, '{over}'),
('announced', 'postponed', true, '{}'),
('announced', 'cancelled', true, '{}'),
('postponed', 'planned', false, '{}'),
('postponed', 'cancelled', true, '{}'),
('delivered', 'reported', false, '{}'),
('reported', 'evaluated', false, '{measured}');

CREATE TABLE data.status_reason (
	code text PRIMARY KEY,
	meaning text NOT NULL
);
COMMENT ON CONSTRAINT status_reason_pkey ON data.status_reason IS 'This reason code is taken.';
INSERT INTO data.status_reason (code, meaning) VALUES
('host', 'the host asked for it'),
('member', 'the Member that asked for the workshop withdrew'),
('expert', 'no team could be found'),
('funding', 'the money was not there'),
('participants', 'too few participants'),
('security', 'the security situation'),
('health', 'a health emergency'),
('disaster', 'a natural disaster'),
('calendar', 'the dates met another event'),
('merged', 'merged with another workshop'),
('other', 'another reason, told in the note');

-- Hours day by day: [{"day", "start", "end"}] within the workshop's days.
CREATE FUNCTION data.sessions_fit(sessions jsonb, first date, last date) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
RETURN jsonb_typeof(sessions) = 'array' AND NOT EXISTS (
	SELECT FROM jsonb_array_elements(sessions) AS s
	WHERE COALESCE(s ->> 'day' NOT BETWEEN to_char(first::timestamp, 'YYYY-MM-DD')
	               AND to_char(last::timestamp, 'YYYY-MM-DD')
	   OR s ->> 'start' !~ '^([01]\d|2[0-3]):[0-5]\d$' OR s ->> 'end' !~ '^([01]\d|2[0-3]):[0-5]\d$'
	   OR s ->> 'end' <= s ->> 'start', true));

-- What a search by words looks through; no language's endings, since titles come in several.
CREATE FUNCTION data.words_of(title text, summary text, theme text, city text, venue text)
RETURNS tsvector LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
RETURN to_tsvector('simple'::regconfig, title || ' ' || COALESCE(summary, '') || ' '
	|| COALESCE(theme, '') || ' ' || COALESCE(city, '') || ' ' || COALESCE(venue, ''));

CREATE SEQUENCE data.workshop_number;
CREATE TABLE data.workshop (
	id text PRIMARY KEY DEFAULT 'W-' || to_char(nextval('data.workshop_number'), 'FM999999990000'),
	uid text NOT NULL DEFAULT gen_random_uuid()::text, -- of the calendar event, stable for life
	sequence int NOT NULL DEFAULT 0, -- raised by a material change only, see data.raise_sequence
	kind text NOT NULL,
	status text NOT NULL DEFAULT 'planned',
	status_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
	status_reason text,
	status_note text,
	announced_at timestamptz, -- first made public
	historic boolean NOT NULL DEFAULT false, -- a record of what was held; unknowns are empty
	theme text,
	title text NOT NULL,
	summary text,
	purposes text[] NOT NULL DEFAULT '{}',
	start_date date,
	end_date date,
	timezone text,
	sessions jsonb NOT NULL DEFAULT '[]',
	mode text,
	regions text[] NOT NULL DEFAULT '{}',
	host text,
	host_name text, -- a host that is no Member
	city text,
	venue text,
	beneficiaries text[] NOT NULL DEFAULT '{}',
	instruments text[] NOT NULL DEFAULT '{}',
	languages text[] NOT NULL DEFAULT '{}',
	donors text[] NOT NULL DEFAULT '{}', -- on record without a funding line
	experts_needed int NOT NULL DEFAULT 2,
	participants int,
	participants_basis text,
	members_represented int,
	budget bigint, -- what it costs, in minor units of `currency`
	currency text,
	note text,
	source text,
	url text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	-- Derived. live: its missions block their experts, its money is committed.
	live boolean NOT NULL GENERATED ALWAYS AS (start_date IS NOT NULL AND end_date IS NOT NULL
		AND status IN ('planned', 'announced', 'delivered', 'reported', 'evaluated')) STORED,
	published boolean NOT NULL GENERATED ALWAYS AS (announced_at IS NOT NULL
		OR status IN ('delivered', 'reported', 'evaluated')) STORED,
	year int NOT NULL GENERATED ALWAYS AS (COALESCE(EXTRACT(year FROM start_date)::int, 0)) STORED,
	sort_day date NOT NULL GENERATED ALWAYS AS (COALESCE(start_date, DATE '0001-01-01')) STORED,
	CONSTRAINT workshop_uid UNIQUE (uid),
	CONSTRAINT workshop_days_travel UNIQUE (id, start_date, end_date, live),
	CONSTRAINT workshop_year_travels UNIQUE (id, year, live),
	CONSTRAINT workshop_kind FOREIGN KEY (kind) REFERENCES data.kind,
	CONSTRAINT workshop_timezone FOREIGN KEY (timezone) REFERENCES data.timezone,
	CONSTRAINT workshop_global_is_history CHECK (kind <> 'global' OR historic),
	CONSTRAINT workshop_status CHECK (status IN ('draft', 'planned', 'announced', 'delivered',
		'reported', 'evaluated', 'postponed', 'cancelled')),
	CONSTRAINT workshop_status_reason FOREIGN KEY (status_reason) REFERENCES data.status_reason,
	CONSTRAINT workshop_reason_stated CHECK (
		status NOT IN ('postponed', 'cancelled') OR historic OR status_reason IS NOT NULL),
	CONSTRAINT workshop_announced CHECK (status <> 'announced' OR announced_at IS NOT NULL),
	CONSTRAINT workshop_title CHECK (length(title) BETWEEN 1 AND 300),
	CONSTRAINT workshop_span CHECK (end_date >= start_date),
	CONSTRAINT workshop_years CHECK (start_date >= DATE '1900-01-01' AND end_date < DATE '2200-01-01'),
	CONSTRAINT workshop_length CHECK (historic OR end_date - start_date < 60),
	CONSTRAINT workshop_dated CHECK (
		historic OR start_date IS NOT NULL AND end_date IS NOT NULL AND mode IS NOT NULL),
	CONSTRAINT workshop_sessions CHECK (data.sessions_fit(sessions, start_date, end_date)),
	CONSTRAINT workshop_sessions_zone CHECK (sessions = '[]' OR timezone IS NOT NULL),
	CONSTRAINT workshop_mode CHECK (mode IN ('in_person', 'online', 'hybrid')),
	CONSTRAINT workshop_host FOREIGN KEY (host) REFERENCES data.member,
	CONSTRAINT workshop_place CHECK (historic OR mode = 'online' OR host IS NOT NULL),
	CONSTRAINT workshop_one_host CHECK (host IS NULL OR host_name IS NULL),
	CONSTRAINT workshop_purposes CHECK (purposes <@ ARRAY['awareness', 'regional_cooperation',
		'training_of_experts', 'training_of_trainers', 'gap_analysis', 'accreditation']),
	CONSTRAINT workshop_languages CHECK (
		array_to_string(languages, ' ', '-') ~ '^([a-z]{2}( [a-z]{2})*)?$'),
	CONSTRAINT workshop_experts_needed CHECK (experts_needed BETWEEN 0 AND 20),
	CONSTRAINT workshop_participants CHECK (participants >= 0 AND members_represented >= 0),
	CONSTRAINT workshop_basis CHECK (participants_basis IN ('exact', 'at_least', 'about')
		AND (participants IS NOT NULL OR participants_basis IS NULL)),
	CONSTRAINT workshop_budget CHECK (budget >= 0 AND (budget IS NULL) = (currency IS NULL)
		AND currency ~ '^[A-Z]{3}$')
);
CREATE INDEX workshop_by_day ON data.workshop (sort_day, id);
CREATE INDEX workshop_by_day_back ON data.workshop (sort_day DESC, id);
CREATE INDEX workshop_by_end ON data.workshop (end_date);
CREATE INDEX workshop_by_host ON data.workshop (host, start_date);
CREATE INDEX workshop_by_recording ON data.workshop (recorded_at);
CREATE INDEX workshop_by_status ON data.workshop (status, sort_day);
CREATE INDEX workshop_words ON data.workshop USING gin (data.words_of(title, summary, theme, city, venue));
COMMENT ON CONSTRAINT workshop_pkey ON data.workshop IS 'A workshop with this id exists already.';
COMMENT ON CONSTRAINT workshop_uid ON data.workshop IS
	'Another workshop has this calendar UID; a UID is one event''s for life.';
COMMENT ON CONSTRAINT workshop_days_travel ON data.workshop IS 'A workshop has its days once.';
COMMENT ON CONSTRAINT workshop_year_travels ON data.workshop IS 'A workshop has its year once.';
COMMENT ON CONSTRAINT workshop_kind ON data.workshop IS
	'A workshop is accreditation, regional or national; global ones are only on record.';
COMMENT ON CONSTRAINT workshop_timezone ON data.workshop IS
	'A time zone is a name of the IANA time zone data, as in Pacific/Fiji.';
COMMENT ON CONSTRAINT workshop_global_is_history ON data.workshop IS
	'A global event is only recorded, never planned; plan a regional or national workshop.';
COMMENT ON CONSTRAINT workshop_status ON data.workshop IS
	'A status is one of draft, planned, announced, delivered, reported, evaluated, postponed, cancelled.';
COMMENT ON CONSTRAINT workshop_status_reason ON data.workshop IS
	'This reason code is not known; look for one that fits, or give other with a note.';
COMMENT ON CONSTRAINT workshop_reason_stated ON data.workshop IS
	'Whoever postpones or cancels a workshop says why: give a reason code.';
COMMENT ON CONSTRAINT workshop_announced ON data.workshop IS
	'An announced workshop knows since when it is public.';
COMMENT ON CONSTRAINT workshop_title ON data.workshop IS 'A title has 1 to 300 characters.';
COMMENT ON CONSTRAINT workshop_span ON data.workshop IS
	'The last day is the first day or later; turn the dates round.';
COMMENT ON CONSTRAINT workshop_years ON data.workshop IS
	'A workshop lies in the years 1900 to 2199; look at its days again.';
COMMENT ON CONSTRAINT workshop_length ON data.workshop IS
	'A workshop lasts 60 days at most; look at the last day again.';
COMMENT ON CONSTRAINT workshop_dated ON data.workshop IS
	'A workshop that is planned has a first day, a last day and a mode.';
COMMENT ON CONSTRAINT workshop_sessions ON data.workshop IS
	'Each session lies on a day of the workshop and ends after it starts, as HH:MM.';
COMMENT ON CONSTRAINT workshop_sessions_zone ON data.workshop IS
	'Sessions are wall times: give the IANA time zone they are in.';
COMMENT ON CONSTRAINT workshop_mode ON data.workshop IS
	'A mode is in_person, online or hybrid.';
COMMENT ON CONSTRAINT workshop_host ON data.workshop IS
	'The host is a Member on the list; give its code.';
COMMENT ON CONSTRAINT workshop_place ON data.workshop IS
	'A workshop in person or hybrid has a host Member; give its code, or make it online.';
COMMENT ON CONSTRAINT workshop_one_host ON data.workshop IS
	'The host is a Member or somebody else, not both.';
COMMENT ON CONSTRAINT workshop_purposes ON data.workshop IS
	'A purpose is one of awareness, regional_cooperation, training_of_experts, training_of_trainers, '
	'gap_analysis, accreditation.';
COMMENT ON CONSTRAINT workshop_languages ON data.workshop IS
	'Languages are ISO 639-1 codes such as en, fr.';
COMMENT ON CONSTRAINT workshop_experts_needed ON data.workshop IS 'A team has 0 to 20 experts.';
COMMENT ON CONSTRAINT workshop_participants ON data.workshop IS
	'Numbers of participants and Members are zero or more.';
COMMENT ON CONSTRAINT workshop_basis ON data.workshop IS
	'A basis (exact, at_least, about) says how sure a number of participants is; give both.';
COMMENT ON CONSTRAINT workshop_budget ON data.workshop IS
	'A budget is zero or more in minor units, with an ISO 4217 currency such as EUR.';
ALTER TABLE data.accreditation ADD CONSTRAINT accreditation_workshop
	FOREIGN KEY (workshop) REFERENCES data.workshop;
COMMENT ON CONSTRAINT accreditation_workshop ON data.accreditation IS
	'An accreditation rests on a workshop on record; give its id.';
ALTER TABLE data.request ADD CONSTRAINT request_workshop
	FOREIGN KEY (workshop) REFERENCES data.workshop;
COMMENT ON CONSTRAINT request_workshop ON data.request IS
	'A request is answered by a workshop on record; give its id.';
ALTER TABLE data.waiver ADD CONSTRAINT waiver_workshop FOREIGN KEY (workshop) REFERENCES data.workshop;
COMMENT ON CONSTRAINT waiver_workshop ON data.waiver IS
	'A waiver is for a workshop on record; give its id.';

-- The codes in a workshop's lists, as rows: foreign keys for them, indexes for the filters. The lists
-- in the row stay the record, so that one row is one version of a workshop.
CREATE TABLE data.workshop_region (
	workshop text,
	region text,
	CONSTRAINT workshop_region_pkey PRIMARY KEY (region, workshop),
	CONSTRAINT workshop_region_workshop FOREIGN KEY (workshop) REFERENCES data.workshop ON DELETE CASCADE,
	CONSTRAINT workshop_region_region FOREIGN KEY (region) REFERENCES data.region
);
CREATE TABLE data.workshop_instrument (
	workshop text,
	instrument text,
	CONSTRAINT workshop_instrument_pkey PRIMARY KEY (instrument, workshop),
	CONSTRAINT workshop_instrument_workshop FOREIGN KEY (workshop)
		REFERENCES data.workshop ON DELETE CASCADE,
	CONSTRAINT workshop_instrument_instrument FOREIGN KEY (instrument) REFERENCES data.instrument
);
CREATE TABLE data.workshop_beneficiary (
	workshop text,
	member text,
	CONSTRAINT workshop_beneficiary_pkey PRIMARY KEY (member, workshop),
	CONSTRAINT workshop_beneficiary_workshop FOREIGN KEY (workshop)
		REFERENCES data.workshop ON DELETE CASCADE,
	CONSTRAINT workshop_beneficiary_member FOREIGN KEY (member) REFERENCES data.member
);
CREATE TABLE data.workshop_donor (
	workshop text,
	donor text,
	CONSTRAINT workshop_donor_pkey PRIMARY KEY (donor, workshop),
	CONSTRAINT workshop_donor_workshop FOREIGN KEY (workshop) REFERENCES data.workshop ON DELETE CASCADE,
	CONSTRAINT workshop_donor_donor FOREIGN KEY (donor) REFERENCES data.donor
);
CREATE INDEX workshop_region_workshop ON data.workshop_region (workshop);
CREATE INDEX workshop_instrument_workshop ON data.workshop_instrument (workshop);
CREATE INDEX workshop_beneficiary_workshop ON data.workshop_beneficiary (workshop);
CREATE INDEX workshop_donor_workshop ON data.workshop_donor (workshop);
COMMENT ON CONSTRAINT workshop_region_pkey ON data.workshop_region IS 'A region is listed once.';
COMMENT ON CONSTRAINT workshop_region_workshop ON data.workshop_region IS 'The workshop exists.';
COMMENT ON CONSTRAINT workshop_region_region ON data.workshop_region IS
	'A region is one on the list, or ALL.';
COMMENT ON CONSTRAINT workshop_instrument_pkey ON data.workshop_instrument IS
	'An instrument is listed once.';
COMMENT ON CONSTRAINT workshop_instrument_workshop ON data.workshop_instrument IS 'The workshop exists.';
COMMENT ON CONSTRAINT workshop_instrument_instrument ON data.workshop_instrument IS
	'An instrument is one on the list of instruments and tools; give its code.';
COMMENT ON CONSTRAINT workshop_beneficiary_pkey ON data.workshop_beneficiary IS
	'A beneficiary is listed once.';
COMMENT ON CONSTRAINT workshop_beneficiary_workshop ON data.workshop_beneficiary IS
	'The workshop exists.';
COMMENT ON CONSTRAINT workshop_beneficiary_member ON data.workshop_beneficiary IS
	'A beneficiary is a Member on the list; give its code.';
COMMENT ON CONSTRAINT workshop_donor_pkey ON data.workshop_donor IS 'A donor is listed once.';
COMMENT ON CONSTRAINT workshop_donor_workshop ON data.workshop_donor IS 'The workshop exists.';
COMMENT ON CONSTRAINT workshop_donor_donor ON data.workshop_donor IS
	'A donor is one on the list of donors; give its code.';

CREATE FUNCTION data.link_workshop() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		DELETE FROM data.workshop_region WHERE workshop = NEW.id AND region <> ALL (NEW.regions);
		DELETE FROM data.workshop_instrument WHERE workshop = NEW.id AND instrument <> ALL (NEW.instruments);
		DELETE FROM data.workshop_beneficiary WHERE workshop = NEW.id AND member <> ALL (NEW.beneficiaries);
		DELETE FROM data.workshop_donor WHERE workshop = NEW.id AND donor <> ALL (NEW.donors);
	END IF;
	INSERT INTO data.workshop_region SELECT NEW.id, unnest(NEW.regions) ON CONFLICT DO NOTHING;
	INSERT INTO data.workshop_instrument SELECT NEW.id, unnest(NEW.instruments) ON CONFLICT DO NOTHING;
	INSERT INTO data.workshop_beneficiary SELECT NEW.id, unnest(NEW.beneficiaries) ON CONFLICT DO NOTHING;
	INSERT INTO data.workshop_donor SELECT NEW.id, unnest(NEW.donors) ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;

-- What a status is in a calendar (RFC 5545 §3.8.1.11): postponed days are off until new ones are set.
CREATE FUNCTION data.event_status(status text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN status IN ('draft', 'planned') THEN 'TENTATIVE'
	WHEN status IN ('postponed', 'cancelled') THEN 'CANCELLED' ELSE 'CONFIRMED' END;

-- Days, hours, place, title and whether it takes place are material (RFC 5545 §3.8.7.4); teams,
-- money and texts are not.
CREATE FUNCTION data.raise_sequence() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog AS $$
BEGIN
	NEW.uid := OLD.uid;
	NEW.sequence := OLD.sequence;
	IF (NEW.start_date, NEW.end_date, NEW.timezone, NEW.sessions, NEW.title, NEW.mode, NEW.host,
	    NEW.host_name, NEW.city, NEW.venue, data.event_status(NEW.status))
	   IS DISTINCT FROM
	   (OLD.start_date, OLD.end_date, OLD.timezone, OLD.sessions, OLD.title, OLD.mode, OLD.host,
	    OLD.host_name, OLD.city, OLD.venue, data.event_status(OLD.status)) THEN
		NEW.sequence := OLD.sequence + 1;
	END IF;
	RETURN NEW;
END $$;

-- Missions: experts on teams -------------------------------------------------------------------

-- `block` is every day the expert is taken: travel, workshop, rest at home.
CREATE SEQUENCE data.mission_number;
CREATE TABLE data.mission (
	id text PRIMARY KEY DEFAULT 'M-' || to_char(nextval('data.mission_number'), 'FM999999990000'),
	workshop text NOT NULL,
	expert text NOT NULL,
	role text NOT NULL DEFAULT 'expert',
	presence text NOT NULL,
	status text NOT NULL DEFAULT 'invited',
	release text NOT NULL DEFAULT 'none',
	release_on date,
	travel_before int NOT NULL,
	travel_after int NOT NULL,
	travel_stated boolean NOT NULL DEFAULT false, -- by a person; else it follows from the distance
	rest_days int NOT NULL,
	note text,
	sequence int NOT NULL DEFAULT 0, -- of the calendar event, beside the workshop's; see data.raise_mission
	start_date date NOT NULL, -- these three are the workshop's and follow it
	end_date date NOT NULL,
	workshop_live boolean NOT NULL,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	engaged boolean NOT NULL GENERATED ALWAYS AS (
		status <> 'declined' AND release NOT IN ('refused', 'withdrawn')) STORED,
	live boolean NOT NULL GENERATED ALWAYS AS (workshop_live
		AND status <> 'declined' AND release NOT IN ('refused', 'withdrawn')) STORED,
	block daterange NOT NULL GENERATED ALWAYS AS (daterange(
		start_date - travel_before, end_date + travel_after + rest_days, '[]')) STORED,
	CONSTRAINT mission_expert FOREIGN KEY (expert) REFERENCES data.expert,
	CONSTRAINT mission_follows_workshop FOREIGN KEY (workshop, start_date, end_date, workshop_live)
		REFERENCES data.workshop (id, start_date, end_date, live) ON UPDATE CASCADE,
	CONSTRAINT mission_once UNIQUE (workshop, expert),
	CONSTRAINT mission_role CHECK (role IN ('lead', 'expert', 'trainee')),
	CONSTRAINT mission_presence CHECK (presence IN ('on_site', 'remote')),
	CONSTRAINT mission_status CHECK (status IN ('invited', 'accepted', 'declined')),
	CONSTRAINT mission_release CHECK (release IN ('none', 'asked', 'granted', 'refused', 'withdrawn')),
	CONSTRAINT mission_travel CHECK (travel_before BETWEEN 0 AND 14 AND travel_after BETWEEN 0 AND 14),
	CONSTRAINT mission_rest CHECK (rest_days BETWEEN 0 AND 14),
	CONSTRAINT mission_one_lead EXCLUDE (workshop WITH =) WHERE (role = 'lead' AND live),
	CONSTRAINT mission_no_double_booking EXCLUDE USING gist (expert WITH =, block WITH &&)
		WHERE (live) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX mission_expert ON data.mission (expert, start_date);
COMMENT ON CONSTRAINT mission_pkey ON data.mission IS 'A mission with this id exists already.';
COMMENT ON CONSTRAINT mission_expert ON data.mission IS
	'Only an expert in the pool can be on a team; give the expert''s id.';
COMMENT ON CONSTRAINT mission_follows_workshop ON data.mission IS
	'A team belongs to a workshop with dates; look at the workshop again.';
COMMENT ON CONSTRAINT mission_once ON data.mission IS
	'This expert is on the team already; change the place that is there.';
COMMENT ON CONSTRAINT mission_role ON data.mission IS 'A role is lead, expert or trainee.';
COMMENT ON CONSTRAINT mission_presence ON data.mission IS 'An expert is on_site or remote.';
COMMENT ON CONSTRAINT mission_status ON data.mission IS
	'An expert is invited, has accepted or has declined.';
COMMENT ON CONSTRAINT mission_release ON data.mission IS
	'A release is none, asked, granted, refused or withdrawn.';
COMMENT ON CONSTRAINT mission_travel ON data.mission IS 'A journey takes 0 to 14 days each way.';
COMMENT ON CONSTRAINT mission_rest ON data.mission IS 'Rest after a mission is 0 to 14 days.';
COMMENT ON CONSTRAINT mission_one_lead ON data.mission IS
	'This team has its lead; give the other expert another role first.';
COMMENT ON CONSTRAINT mission_no_double_booking ON data.mission IS
	'This expert is on another workshop in these days, travel and rest counted; choose another expert '
	'or other days.';

-- Days away, the role, and whether it is on and accepted are material in an expert's calendar; notes are not.
CREATE FUNCTION data.raise_mission() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog AS $$
BEGIN
	NEW.sequence := OLD.sequence;
	IF (NEW.start_date - NEW.travel_before, NEW.end_date + NEW.travel_after, NEW.travel_before, NEW.travel_after,
	    NEW.role, NEW.status, NEW.release IN ('refused', 'withdrawn'))
	   IS DISTINCT FROM
	   (OLD.start_date - OLD.travel_before, OLD.end_date + OLD.travel_after, OLD.travel_before, OLD.travel_after,
	    OLD.role, OLD.status, OLD.release IN ('refused', 'withdrawn')) THEN
		NEW.sequence := OLD.sequence + 1;
	END IF;
	RETURN NEW;
END $$;

CREATE TRIGGER "05_sequence" BEFORE UPDATE ON data.workshop
FOR EACH ROW EXECUTE FUNCTION data.raise_sequence();
CREATE TRIGGER "05_sequence" BEFORE UPDATE ON data.mission
FOR EACH ROW EXECUTE FUNCTION data.raise_mission();
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.workshop
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "15_link" AFTER INSERT OR UPDATE OF regions, instruments, beneficiaries, donors
ON data.workshop FOR EACH ROW EXECUTE FUNCTION data.link_workshop();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.workshop
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.workshop
FOR EACH ROW EXECUTE FUNCTION audit.record('id');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.workshop
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('activities');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.mission
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.mission
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.mission
FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'note');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.mission
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('activities');
-- What hangs on a workshop is asked for as of an instant by the workshop's id.
CREATE INDEX past_of_expert ON data.past ((row ->> 'expert')) WHERE entity = 'mission'; -- places that were taken back
CREATE INDEX past_of_workshop ON data.past ((row ->> 'workshop'), entity) WHERE row ? 'workshop';

-- Who sees what: staff everything; everybody what is published; donors what is planned too; an
-- expert the workshops of their own missions. ---------------------------------------------------
ALTER TABLE data.transition ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.status_reason ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.workshop ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.workshop_region ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.workshop_instrument ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.workshop_beneficiary ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.workshop_donor ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.mission ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON data.transition, data.status_reason, data.workshop_region, data.workshop_instrument,
	data.workshop_beneficiary, data.workshop_donor TO atelier_api;
GRANT SELECT, INSERT, UPDATE ON data.workshop TO atelier_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON data.mission TO atelier_api;
CREATE POLICY everyone ON data.transition FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.status_reason FOR SELECT TO atelier_api USING (true);
-- Codes beside an id tell nothing without the workshop's row.
CREATE POLICY everyone ON data.workshop_region FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.workshop_instrument FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.workshop_beneficiary FOR SELECT TO atelier_api USING (true);
CREATE POLICY everyone ON data.workshop_donor FOR SELECT TO atelier_api USING (true);
CREATE POLICY staff ON data.workshop TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY published ON data.workshop FOR SELECT TO atelier_api USING (published);
CREATE POLICY planned ON data.workshop FOR SELECT TO atelier_api
USING (status = 'planned' AND (SELECT rule.my_role()) = 'donor');
CREATE POLICY own ON data.workshop FOR SELECT TO atelier_api
USING (id IN (SELECT m.workshop FROM data.mission m WHERE m.expert = (SELECT rule.my_expert())));
CREATE POLICY staff ON data.mission TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY own ON data.mission FOR SELECT TO atelier_api
USING (expert = (SELECT rule.my_expert()));
CREATE POLICY answer ON data.mission FOR UPDATE TO atelier_api
USING (expert = (SELECT rule.my_expert()));
-- What everybody may see of a workshop's earlier versions is what everybody saw then.
CREATE POLICY published ON data.past FOR SELECT TO atelier_api
USING (entity = 'workshop' AND row ->> 'published' = 'true');
CREATE POLICY planned ON data.past FOR SELECT TO atelier_api
USING (entity = 'workshop' AND row ->> 'status' = 'planned' AND (SELECT rule.my_role()) = 'donor');
