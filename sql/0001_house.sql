-- SPDX-License-Identifier: Apache-2.0
-- The house: schemas, who may enter, and what every table shares: audit, revision, history.
--
-- Conventions for the migrations that follow
--   * A resource table has  id text (a short prefix and a number: 'N-0001'), revision int,
--     created_at, recorded_at; the triggers named 10_revise, 20_past, 30_audit, 40_tell.
--     A change of child rows raises the parent's revision: UPDATE … SET revision = NULL.
--     recorded_at is when the row's present version was recorded; data.past keeps the earlier ones.
--   * Row-level security is enabled on every table; rights are granted to atelier_api table by table.
--   * Every constraint a caller can hit has its sentence in COMMENT ON CONSTRAINT.
--   * Policies, triggers and defaults may use only functions that a migration made: those of this file.
--     Everything else is in sql/rule and sql/api, which every upgrade makes anew.
CREATE SCHEMA IF NOT EXISTS data;
CREATE SCHEMA rule;
CREATE SCHEMA api;
CREATE SCHEMA audit;
GRANT USAGE ON SCHEMA data, rule, api, audit TO atelier_api;
GRANT USAGE ON SCHEMA api TO atelierd;

CREATE TABLE IF NOT EXISTS data.migration (
	number int PRIMARY KEY CHECK (number > 0),
	name text NOT NULL,
	sha256 text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE data.migration ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON data.migration FOR SELECT TO atelier_api USING (true);
GRANT SELECT ON data.migration TO atelier_api;

-- What an api function answers (ARCHITECTURE.md, the seam).
CREATE TYPE api.answer AS (
	status int, etag text, modified timestamptz, location text, next text, body json
);

-- 256 bits of strong randomness: three version 4 UUIDs hold 366.
CREATE FUNCTION rule.random_bytes() RETURNS bytea LANGUAGE sql VOLATILE
RETURN sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
              || uuid_send(gen_random_uuid()));

-- Keys: 'identity' signs who a transaction acts for, 'audit' makes digests of personal values.
CREATE TABLE data.secret (
	purpose text PRIMARY KEY CHECK (purpose IN ('identity', 'audit')),
	value bytea NOT NULL CHECK (length(value) >= 32),
	CONSTRAINT secret_value UNIQUE (value) -- for tokens, which carry the key
);
INSERT INTO data.secret (purpose, value)
VALUES ('identity', rule.random_bytes()), ('audit', rule.random_bytes());
ALTER TABLE data.secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY identity ON data.secret FOR SELECT TO atelier_api USING (purpose = 'identity');
GRANT SELECT ON data.secret TO atelier_api;

-- Identity ------------------------------------------------------------------------------------

-- The door (api.enter) keeps who a transaction acts for in the setting atelier.identity, as '<signature> <claim>',
-- the claim being 'account role expert donor request', '-' for none.
-- The daemon's role can write the setting but cannot sign: the key is hidden from it, and the
-- signature covers the backend and the transaction's start, so that an old one is worth nothing.
CREATE TYPE rule.identity AS (account text, role text, expert text, donor text, request text);

CREATE FUNCTION rule.signature(claim text, key bytea) RETURNS text LANGUAGE sql STABLE
RETURN encode(sha256(convert_to(claim, 'UTF8') || int4send(pg_backend_pid())
	|| timestamptz_send(transaction_timestamp()) || key), 'hex');

-- Who the transaction acts for; all NULL for the public, and for a claim not signed by api.enter.
CREATE FUNCTION rule.me() RETURNS rule.identity LANGUAGE plpgsql STABLE AS $$
DECLARE
	setting CONSTANT text := current_setting('atelier.identity', true);
	word text[];
BEGIN
	IF setting IS NULL OR setting = '' OR substr(setting, 1, 64) IS DISTINCT FROM (
		SELECT rule.signature(substr(setting, 66), s.value) FROM data.secret s WHERE s.purpose = 'identity') THEN
		RETURN NULL;
	END IF;
	word := string_to_array(substr(setting, 66), ' ', '-');
	RETURN ROW(word[1], word[2], word[3], word[4], word[5])::rule.identity;
END $$;

-- In policies: USING ((SELECT rule.my_role()) IN ('coordinator', 'admin')), which runs it once a statement.
CREATE FUNCTION rule.my_role() RETURNS text LANGUAGE sql STABLE RETURN (rule.me()).role;
CREATE FUNCTION rule.my_account() RETURNS text LANGUAGE sql STABLE RETURN (rule.me()).account;
CREATE FUNCTION rule.my_expert() RETURNS text LANGUAGE sql STABLE RETURN (rule.me()).expert;
CREATE FUNCTION rule.my_donor() RETURNS text LANGUAGE sql STABLE RETURN (rule.me()).donor;
CREATE FUNCTION rule.is_staff() RETURNS boolean LANGUAGE sql STABLE
RETURN COALESCE(rule.my_role() IN ('coordinator', 'admin'), false);

-- Audit ---------------------------------------------------------------------------------------

-- One row per changed row, in the change's own transaction. `changes` holds {column: {before, after}};
-- a personal column's values stand there as keyed digests only, so erasure never has to touch it.
CREATE TABLE audit.event (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
	account text, -- NULL: the owner's own connection (migration, command line)
	request text,
	entity text NOT NULL,
	key text NOT NULL,
	action text NOT NULL CHECK (action IN ('INSERT', 'UPDATE', 'DELETE')),
	changes jsonb NOT NULL
);
CREATE INDEX event_of ON audit.event (entity, key, id);
ALTER TABLE audit.event ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON audit.event TO atelier_api;

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'Audit rows are never changed or removed.' USING ERRCODE = 'AT409';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.event
FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

-- AFTER EACH ROW: (name of the key column, personal column…).
CREATE FUNCTION audit.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
DECLARE
	quiet CONSTANT text[] := '{revision,created_at,recorded_at,last_used,digest,claim,signing_key}';
	personal CONSTANT text[] := TG_ARGV[1:];
	before CONSTANT jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
	after CONSTANT jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
	me CONSTANT rule.identity := rule.me();
	changed jsonb;
BEGIN
	SELECT jsonb_object_agg(name, jsonb_build_object(
		'before', CASE WHEN name = ANY (personal) THEN audit.digest(TG_TABLE_NAME, name, before -> name)
		               ELSE before -> name END,
		'after', CASE WHEN name = ANY (personal) THEN audit.digest(TG_TABLE_NAME, name, after -> name)
		              ELSE after -> name END))
	INTO changed
	FROM jsonb_object_keys(before || after) AS name
	WHERE name <> ALL (quiet)
	  AND COALESCE(before -> name, 'null') IS DISTINCT FROM COALESCE(after -> name, 'null');
	IF changed IS NOT NULL OR TG_OP <> 'UPDATE' THEN
		INSERT INTO audit.event (account, request, entity, key, action, changes)
		VALUES (me.account, me.request, TG_TABLE_NAME,
		        COALESCE(after ->> TG_ARGV[0], before ->> TG_ARGV[0]), TG_OP, COALESCE(changed, '{}'));
	END IF;
	RETURN NULL;
END $$;

CREATE FUNCTION audit.digest(entity text, name text, value jsonb) RETURNS jsonb
LANGUAGE sql STABLE RETURN CASE WHEN value IS NULL OR value = 'null' THEN NULL
	ELSE jsonb_build_object('digest', encode(sha256(
		convert_to(concat_ws(' ', entity, name, value), 'UTF8')
		|| (SELECT s.value FROM data.secret s WHERE s.purpose = 'audit')), 'hex')) END;

-- Revision and history ------------------------------------------------------------------------

-- BEFORE EACH ROW: a change raises the revision and says when it was recorded.
CREATE FUNCTION data.revise() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		NEW.revision := 1;
		NEW.recorded_at := clock_timestamp();
		NEW.created_at := NEW.recorded_at;
	ELSIF NEW IS DISTINCT FROM OLD THEN
		NEW.revision := OLD.revision + 1;
		NEW.recorded_at := GREATEST(clock_timestamp(), OLD.recorded_at + interval '1 microsecond');
		NEW.created_at := OLD.created_at;
	END IF;
	RETURN NEW;
END $$;

-- Earlier versions of rows: `row` was what the table held through `recorded`. What a table held at an
-- instant is its present rows recorded by then, and the past rows whose time holds the instant.
CREATE TABLE data.past (
	entity text NOT NULL,
	key text NOT NULL,
	recorded tstzrange NOT NULL CHECK (NOT isempty(recorded)),
	"row" jsonb NOT NULL,
	CONSTRAINT past_one_version EXCLUDE USING gist (entity WITH =, key WITH =, recorded WITH &&)
);
ALTER TABLE data.past ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON data.past TO atelier_api;

-- AFTER UPDATE OR DELETE EACH ROW: (name of the key column).
CREATE FUNCTION data.keep_past() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
DECLARE
	until timestamptz := GREATEST(clock_timestamp(), OLD.recorded_at + interval '1 microsecond');
BEGIN
	IF TG_OP = 'UPDATE' THEN
		IF NEW.revision = OLD.revision THEN
			RETURN NULL;
		END IF;
		until := NEW.recorded_at;
	END IF;
	INSERT INTO data.past (entity, key, recorded, "row")
	VALUES (TG_TABLE_NAME, to_jsonb(OLD) ->> TG_ARGV[0], tstzrange(OLD.recorded_at, until), to_jsonb(OLD));
	RETURN NULL;
END $$;

-- AFTER EACH STATEMENT: (area) whose cached answers the daemon drops.
CREATE FUNCTION data.tell() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog AS $$
BEGIN
	PERFORM pg_notify('atelier', TG_ARGV[0]);
	RETURN NULL;
END $$;

-- Accounts and tokens -------------------------------------------------------------------------

CREATE SEQUENCE data.account_number;
CREATE TABLE data.account (
	id text PRIMARY KEY DEFAULT 'A-' || to_char(nextval('data.account_number'), 'FM999999990000'),
	role text NOT NULL,
	name text NOT NULL,
	expert text, -- whose account it is; the key to data.expert comes with that table
	donor text, -- likewise
	active boolean NOT NULL DEFAULT true,
	-- what a token of this account proves (see rule.me); nothing while it is not active
	claim text NOT NULL GENERATED ALWAYS AS (CASE WHEN active THEN
		id || ' ' || role || ' ' || COALESCE(expert, '-') || ' ' || COALESCE(donor, '-') ELSE '' END) STORED,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT account_claims UNIQUE (id, claim), -- for tokens, which carry the claim
	CONSTRAINT account_role CHECK (role IN ('donor', 'expert', 'coordinator', 'admin')),
	CONSTRAINT account_name CHECK (length(name) BETWEEN 1 AND 200),
	CONSTRAINT account_expert_bound CHECK ((role = 'expert') = (expert IS NOT NULL)),
	CONSTRAINT account_donor_bound CHECK ((role = 'donor') = (donor IS NOT NULL)),
	CONSTRAINT account_words CHECK (NOT (id || COALESCE(expert, '') || COALESCE(donor, '')) ~ '\s')
);
COMMENT ON CONSTRAINT account_pkey ON data.account IS 'An account with this id exists already.';
COMMENT ON CONSTRAINT account_claims ON data.account IS 'An account with this id exists already.';
COMMENT ON CONSTRAINT account_role ON data.account IS
	'An account''s role is one of donor, expert, coordinator, admin.';
COMMENT ON CONSTRAINT account_name ON data.account IS 'An account''s name has 1 to 200 characters.';
COMMENT ON CONSTRAINT account_expert_bound ON data.account IS
	'An account with the role expert belongs to one expert, and no other account does.';
COMMENT ON CONSTRAINT account_donor_bound ON data.account IS
	'An account with the role donor belongs to one donor, and no other account does.';
COMMENT ON CONSTRAINT account_words ON data.account IS
	'Ids of accounts, experts and donors hold no blanks.';
ALTER TABLE data.account ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON data.account TO atelier_api;

-- atl_<selector>_<secret>: the selector is public and names the row; of the whole, which holds 256 random
-- bits, only the digest is kept. The account's claim and the key that signs it follow their originals
-- here, so that the door reads one row.
-- `last_used` is a day, so that a token in use writes once a day.
CREATE TABLE data.token (
	selector text PRIMARY KEY,
	digest bytea NOT NULL,
	account text NOT NULL,
	claim text NOT NULL,
	signing_key bytea NOT NULL,
	label text NOT NULL,
	expires_at timestamptz,
	revoked_at timestamptz,
	last_used date,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT token_selector CHECK (selector ~ '^[a-z2-7]{12}$'),
	CONSTRAINT token_digest CHECK (length(digest) = 32),
	CONSTRAINT token_label CHECK (length(label) BETWEEN 1 AND 200),
	CONSTRAINT token_account FOREIGN KEY (account, claim) REFERENCES data.account (id, claim) ON UPDATE CASCADE,
	CONSTRAINT token_signing_key FOREIGN KEY (signing_key) REFERENCES data.secret (value) ON UPDATE CASCADE
);
CREATE INDEX token_account ON data.token (account);
COMMENT ON CONSTRAINT token_pkey ON data.token IS 'A token with this selector exists already.';
COMMENT ON CONSTRAINT token_selector ON data.token IS
	'A token''s selector is 12 characters of a-z and 2-7.';
COMMENT ON CONSTRAINT token_digest ON data.token IS 'A token''s digest is a SHA-256.';
COMMENT ON CONSTRAINT token_label ON data.token IS 'A token''s label has 1 to 200 characters.';
COMMENT ON CONSTRAINT token_account ON data.token IS 'A token belongs to an account that exists.';
COMMENT ON CONSTRAINT token_signing_key ON data.token IS 'Claims are signed with the key for identity.';
ALTER TABLE data.token ENABLE ROW LEVEL SECURITY;

-- Answers to POSTs by the key their sender gave, so that a repeat is answered and not done again.
CREATE TABLE data.idempotency (
	account text NOT NULL,
	key text NOT NULL,
	fingerprint text NOT NULL,
	transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
	answer json,
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT idempotency_pkey PRIMARY KEY (account, key),
	CONSTRAINT idempotency_key CHECK (length(key) BETWEEN 1 AND 200),
	CONSTRAINT idempotency_account FOREIGN KEY (account) REFERENCES data.account
);
CREATE INDEX idempotency_age ON data.idempotency (created_at);
CREATE INDEX idempotency_transaction ON data.idempotency (transaction);
COMMENT ON CONSTRAINT idempotency_pkey ON data.idempotency IS
	'This Idempotency-Key is taken; use a new one for a new request.';
COMMENT ON CONSTRAINT idempotency_key ON data.idempotency IS
	'An Idempotency-Key has 1 to 200 characters.';
COMMENT ON CONSTRAINT idempotency_account ON data.idempotency IS
	'An Idempotency-Key belongs to an account that exists.';
ALTER TABLE data.idempotency ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON data.idempotency TO atelier_api;

COMMENT ON CONSTRAINT event_pkey ON audit.event IS 'An audit row with this number exists already.';
COMMENT ON CONSTRAINT event_action_check ON audit.event IS 'What is audited is an INSERT, UPDATE or DELETE.';
COMMENT ON CONSTRAINT migration_pkey ON data.migration IS 'This migration is applied already.';
COMMENT ON CONSTRAINT migration_number_check ON data.migration IS 'Migrations are numbered from 1.';
COMMENT ON CONSTRAINT secret_pkey ON data.secret IS 'There is one key for each purpose.';
COMMENT ON CONSTRAINT secret_value ON data.secret IS 'Every key is its own.';
COMMENT ON CONSTRAINT secret_purpose_check ON data.secret IS 'Keys serve identity or audit.';
COMMENT ON CONSTRAINT secret_value_check ON data.secret IS 'A key has at least 256 bits.';
COMMENT ON CONSTRAINT past_one_version ON data.past IS 'A row had one version at any time.';
COMMENT ON CONSTRAINT past_recorded_check ON data.past IS 'A version lasted for some time.';

CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.account
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.account
FOR EACH ROW EXECUTE FUNCTION audit.record('id', 'name');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE OF digest, label, expires_at, revoked_at ON data.token
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.token
FOR EACH ROW EXECUTE FUNCTION audit.record('selector', 'label');
CREATE TRIGGER "40_tell" AFTER UPDATE OF revoked_at, expires_at OR DELETE ON data.token
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('tokens');

CREATE POLICY staff ON data.past FOR SELECT TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.account FOR SELECT TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY own ON data.account FOR SELECT TO atelier_api USING (id = (SELECT rule.my_account()));
CREATE POLICY admin ON audit.event FOR SELECT TO atelier_api
USING ((SELECT rule.my_role()) = 'admin');
CREATE POLICY own ON data.idempotency TO atelier_api USING (account = (SELECT rule.my_account()));
