-- SPDX-License-Identifier: Apache-2.0
-- Money, targets and results. Amounts are whole minor units of an ISO 4217 currency.

CREATE SEQUENCE data.fund_number;
CREATE TABLE data.fund (
	id text PRIMARY KEY DEFAULT 'F-' || to_char(nextval('data.fund_number'), 'FM999999990000'),
	donor text NOT NULL,
	name text NOT NULL,
	currency text NOT NULL,
	note text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT fund_donor FOREIGN KEY (donor) REFERENCES data.donor,
	CONSTRAINT fund_name CHECK (length(name) BETWEEN 1 AND 300),
	CONSTRAINT fund_currency CHECK (currency ~ '^[A-Z]{3}$'),
	CONSTRAINT fund_one_currency UNIQUE (id, donor, currency)
);
CREATE INDEX fund_of_donor ON data.fund (donor);
COMMENT ON CONSTRAINT fund_pkey ON data.fund IS 'A fund with this id exists already.';
COMMENT ON CONSTRAINT fund_donor ON data.fund IS 'A fund is a donor''s on the list; give the donor''s code.';
COMMENT ON CONSTRAINT fund_name ON data.fund IS 'A fund''s name has 1 to 300 characters.';
COMMENT ON CONSTRAINT fund_currency ON data.fund IS 'A currency is a code of ISO 4217, as in EUR.';
COMMENT ON CONSTRAINT fund_one_currency ON data.fund IS 'A fund has one donor and one currency.';

-- `committed` is what the fund's lines for workshops of that year come to; data.commit keeps it.
CREATE TABLE data.fund_year (
	fund text NOT NULL,
	year int NOT NULL,
	budget bigint NOT NULL,
	committed bigint NOT NULL DEFAULT 0,
	CONSTRAINT fund_year_pkey PRIMARY KEY (fund, year),
	CONSTRAINT fund_year_fund FOREIGN KEY (fund) REFERENCES data.fund,
	CONSTRAINT fund_year_year CHECK (year BETWEEN 2000 AND 2100),
	CONSTRAINT fund_year_budget CHECK (budget BETWEEN 0 AND 9007199254740991),
	CONSTRAINT fund_year_not_overspent CHECK (committed <= budget),
	CONSTRAINT fund_year_committed CHECK (committed >= 0)
);
COMMENT ON CONSTRAINT fund_year_pkey ON data.fund_year IS 'A fund has one budget a year.';
COMMENT ON CONSTRAINT fund_year_fund ON data.fund_year IS 'A budget belongs to a fund on record.';
COMMENT ON CONSTRAINT fund_year_year ON data.fund_year IS 'A year is 2000 to 2100.';
COMMENT ON CONSTRAINT fund_year_budget ON data.fund_year IS
	'A budget is zero or more, in minor units of the fund''s currency.';
COMMENT ON CONSTRAINT fund_year_not_overspent ON data.fund_year IS
	'The fund''s budget of that year does not cover this; lower the amount, raise the budget, or use '
	'another fund.';
COMMENT ON CONSTRAINT fund_year_committed ON data.fund_year IS 'Committed money is zero or more.';

-- What a fund may pay for. Within an earmark every list must fit, an empty list fits all; of several
-- earmarks one must fit; none at all: anything.
CREATE TABLE data.earmark (
	fund text NOT NULL,
	number int NOT NULL,
	regions text[] NOT NULL DEFAULT '{}',
	members text[] NOT NULL DEFAULT '{}',
	kinds text[] NOT NULL DEFAULT '{}',
	instruments text[] NOT NULL DEFAULT '{}',
	first_day date,
	last_day date,
	CONSTRAINT earmark_pkey PRIMARY KEY (fund, number),
	CONSTRAINT earmark_fund FOREIGN KEY (fund) REFERENCES data.fund,
	CONSTRAINT earmark_kinds CHECK (kinds <@ ARRAY['accreditation', 'regional', 'national']),
	CONSTRAINT earmark_span CHECK (last_day >= first_day)
);
COMMENT ON CONSTRAINT earmark_pkey ON data.earmark IS 'Earmarks of a fund are numbered.';
COMMENT ON CONSTRAINT earmark_fund ON data.earmark IS 'An earmark belongs to a fund on record.';
COMMENT ON CONSTRAINT earmark_kinds ON data.earmark IS
	'An earmark''s kinds are accreditation, regional, national.';
COMMENT ON CONSTRAINT earmark_span ON data.earmark IS
	'An earmark''s last day is its first day or later.';

-- A funding line: a donor's money for a workshop, out of a fund once that is known.
CREATE SEQUENCE data.funding_number;
CREATE TABLE data.funding (
	id text PRIMARY KEY DEFAULT 'FL-' || to_char(nextval('data.funding_number'), 'FM999999990000'),
	workshop text NOT NULL,
	donor text NOT NULL,
	fund text,
	amount bigint NOT NULL,
	currency text NOT NULL,
	status text NOT NULL DEFAULT 'proposed',
	confirmed_on date,
	note text,
	year int NOT NULL, -- these two are the workshop's and follow it
	workshop_live boolean NOT NULL,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	commits boolean NOT NULL GENERATED ALWAYS AS (
		fund IS NOT NULL AND workshop_live AND status IN ('pledged', 'confirmed')) STORED,
	CONSTRAINT funding_follows_workshop FOREIGN KEY (workshop, year, workshop_live)
		REFERENCES data.workshop (id, year, live) ON UPDATE CASCADE,
	CONSTRAINT funding_donor FOREIGN KEY (donor) REFERENCES data.donor,
	CONSTRAINT funding_fund FOREIGN KEY (fund, donor, currency) REFERENCES data.fund (id, donor, currency),
	CONSTRAINT funding_amount CHECK (amount BETWEEN 1 AND 9007199254740991),
	CONSTRAINT funding_currency CHECK (currency ~ '^[A-Z]{3}$'),
	CONSTRAINT funding_status CHECK (status IN ('proposed', 'pledged', 'confirmed', 'withdrawn')),
	CONSTRAINT funding_confirmed CHECK ((status = 'confirmed') = (confirmed_on IS NOT NULL))
);
CREATE INDEX funding_workshop ON data.funding (workshop);
CREATE INDEX funding_fund ON data.funding (fund);
CREATE INDEX funding_donor ON data.funding (donor, workshop);
COMMENT ON CONSTRAINT funding_pkey ON data.funding IS 'A funding line with this id exists already.';
COMMENT ON CONSTRAINT funding_follows_workshop ON data.funding IS
	'A funding line belongs to a workshop on record.';
COMMENT ON CONSTRAINT funding_donor ON data.funding IS
	'A funding line is a donor''s on the list; give the donor''s code.';
COMMENT ON CONSTRAINT funding_fund ON data.funding IS
	'The fund is another donor''s or in another currency; give a fund of this donor and its currency.';
COMMENT ON CONSTRAINT funding_amount ON data.funding IS
	'An amount is more than zero, in minor units.';
COMMENT ON CONSTRAINT funding_currency ON data.funding IS 'A currency is a code of ISO 4217, as in EUR.';
COMMENT ON CONSTRAINT funding_status ON data.funding IS
	'A funding line is proposed, pledged, confirmed or withdrawn.';
COMMENT ON CONSTRAINT funding_confirmed ON data.funding IS
	'A confirmed line, and no other, knows since when.';

-- AFTER EACH ROW of data.funding: takes its money out of the year it was in, puts it into the one it
-- is in. A year without a budget has none to give.
CREATE FUNCTION data.commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
	IF TG_OP <> 'INSERT' AND OLD.commits THEN
		UPDATE data.fund_year y SET committed = y.committed - OLD.amount
		WHERE y.fund = OLD.fund AND y.year = OLD.year;
	END IF;
	IF TG_OP <> 'DELETE' AND NEW.commits THEN
		UPDATE data.fund_year y SET committed = y.committed + NEW.amount
		WHERE y.fund = NEW.fund AND y.year = NEW.year;
		IF NOT FOUND THEN
			INSERT INTO data.fund_year (fund, year, budget, committed) VALUES (NEW.fund, NEW.year, 0, NEW.amount);
		END IF;
	END IF;
	RETURN NULL;
END $$;

-- Targets and what was measured of them.
CREATE SEQUENCE data.target_number;
CREATE TABLE data.target (
	id text PRIMARY KEY DEFAULT 'T-' || to_char(nextval('data.target_number'), 'FM999999990000'),
	workshop text NOT NULL,
	indicator text NOT NULL,
	kpi text,
	level text NOT NULL,
	unit text,
	baseline numeric,
	value numeric NOT NULL,
	due_on date,
	note text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT target_workshop FOREIGN KEY (workshop) REFERENCES data.workshop,
	CONSTRAINT target_of_workshop UNIQUE (id, workshop),
	CONSTRAINT target_indicator CHECK (length(indicator) BETWEEN 1 AND 400),
	CONSTRAINT target_kpi FOREIGN KEY (kpi) REFERENCES data.kpi,
	CONSTRAINT target_level CHECK (level IN ('reaction', 'learning', 'behaviour', 'results', 'impact'))
);
CREATE INDEX target_workshop ON data.target (workshop);
COMMENT ON CONSTRAINT target_pkey ON data.target IS 'A target with this id exists already.';
COMMENT ON CONSTRAINT target_workshop ON data.target IS 'A target belongs to a workshop on record.';
COMMENT ON CONSTRAINT target_of_workshop ON data.target IS 'A target with this id exists already.';
COMMENT ON CONSTRAINT target_indicator ON data.target IS 'An indicator has 1 to 400 characters.';
COMMENT ON CONSTRAINT target_kpi ON data.target IS 'A target''s KPI is one on the list; give its code.';
COMMENT ON CONSTRAINT target_level ON data.target IS
	'A level is reaction, learning, behaviour, results or impact.';

CREATE SEQUENCE data.result_number;
CREATE TABLE data.result (
	id text PRIMARY KEY DEFAULT 'RS-' || to_char(nextval('data.result_number'), 'FM999999990000'),
	workshop text NOT NULL,
	target text NOT NULL,
	value numeric NOT NULL,
	measured_on date NOT NULL,
	note text,
	revision int NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	recorded_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT result_of_target FOREIGN KEY (target, workshop) REFERENCES data.target (id, workshop),
	CONSTRAINT result_once_a_day UNIQUE (target, measured_on)
);
CREATE INDEX result_workshop ON data.result (workshop);
COMMENT ON CONSTRAINT result_pkey ON data.result IS 'A result with this id exists already.';
COMMENT ON CONSTRAINT result_of_target ON data.result IS
	'A result is measured against a target of its workshop, and keeps that target from being removed.';
COMMENT ON CONSTRAINT result_once_a_day ON data.result IS
	'This target has a result of this day already; correct that one.';

CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.fund
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.fund
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.fund
FOR EACH ROW EXECUTE FUNCTION audit.record('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.fund_year
FOR EACH ROW EXECUTE FUNCTION audit.record('fund');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.earmark
FOR EACH ROW EXECUTE FUNCTION audit.record('fund');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.funding
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "15_commit" AFTER INSERT OR UPDATE OR DELETE ON data.funding
FOR EACH ROW EXECUTE FUNCTION data.commit();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.funding
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.funding
FOR EACH ROW EXECUTE FUNCTION audit.record('id');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.funding
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('activities');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.target
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.target
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.target
FOR EACH ROW EXECUTE FUNCTION audit.record('id');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.target
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('activities');
CREATE TRIGGER "10_revise" BEFORE INSERT OR UPDATE ON data.result
FOR EACH ROW EXECUTE FUNCTION data.revise();
CREATE TRIGGER "20_past" AFTER UPDATE OR DELETE ON data.result
FOR EACH ROW EXECUTE FUNCTION data.keep_past('id');
CREATE TRIGGER "30_audit" AFTER INSERT OR UPDATE OR DELETE ON data.result
FOR EACH ROW EXECUTE FUNCTION audit.record('id');
CREATE TRIGGER "40_tell" AFTER INSERT OR UPDATE OR DELETE ON data.result
FOR EACH STATEMENT EXECUTE FUNCTION data.tell('activities');

-- A donor sees its own funds and lines; other donors' money only in totals (rule.money).
ALTER TABLE data.fund ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.fund_year ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.earmark ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.funding ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.target ENABLE ROW LEVEL SECURITY;
ALTER TABLE data.result ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON data.fund TO atelier_api;
GRANT SELECT, INSERT, DELETE ON data.fund_year TO atelier_api;
GRANT UPDATE (budget) ON data.fund_year TO atelier_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON data.earmark, data.funding, data.target, data.result
TO atelier_api;
CREATE POLICY staff ON data.fund TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY own ON data.fund FOR SELECT TO atelier_api USING (donor = (SELECT rule.my_donor()));
CREATE POLICY staff ON data.fund_year TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.earmark TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.funding TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY own ON data.funding FOR SELECT TO atelier_api USING (donor = (SELECT rule.my_donor()));
CREATE POLICY staff ON data.target TO atelier_api USING ((SELECT rule.is_staff()));
CREATE POLICY staff ON data.result TO atelier_api USING ((SELECT rule.is_staff()));
