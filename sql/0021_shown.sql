-- SPDX-License-Identifier: Apache-2.0
-- When a workshop last changed in something its calendar events show, which is their stamp. What a repair
-- changes besides, as money, leaves the calendars of everybody else as they are, to the octet.
ALTER TABLE data.workshop ADD COLUMN shown_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE data.workshop DISABLE TRIGGER USER;
UPDATE data.workshop SET shown_at = recorded_at;
ALTER TABLE data.workshop ENABLE TRIGGER USER;

CREATE FUNCTION data.note_shown() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog AS $$
BEGIN
	IF TG_OP = 'INSERT' OR (NEW.sequence, NEW.kind, NEW.status, NEW.status_on, NEW.announced_at, NEW.theme,
	    NEW.summary, NEW.purposes, NEW.regions, NEW.instruments, NEW.languages, NEW.donors, NEW.url)
	   IS DISTINCT FROM (OLD.sequence, OLD.kind, OLD.status, OLD.status_on, OLD.announced_at, OLD.theme,
	    OLD.summary, OLD.purposes, OLD.regions, OLD.instruments, OLD.languages, OLD.donors, OLD.url) THEN
		NEW.shown_at := NEW.recorded_at;
	ELSE
		NEW.shown_at := OLD.shown_at;
	END IF;
	RETURN NEW;
END $$;
-- After the sequence, which goes up with all that is material, and after the time it is recorded at.
CREATE TRIGGER "12_shown" BEFORE INSERT OR UPDATE ON data.workshop
FOR EACH ROW EXECUTE FUNCTION data.note_shown();
