-- SPDX-License-Identifier: Apache-2.0
-- What the daemon's runner of plans asks, without a person's identity. A job is its taker's until its lease ends;
-- `false` says that it no longer is: stop, and bring nothing.

-- The next plan to be made, with its snapshot: one statement, so all of it stood at one instant. No row: none waits.
DROP FUNCTION IF EXISTS api.job_take(text, int);
CREATE FUNCTION api.job_take(daemon text, lease_seconds int)
RETURNS TABLE (plan text, attempt int, purpose text, options json, instance json, scenario json)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
	SELECT j.plan, j.attempt, j.purpose, rule.job_words(j.purpose, j.options::jsonb), j.instance, j.scenario
	FROM rule.job_take(daemon, lease_seconds) j
$$;

-- Lengthens the lease (0: gives the job back); progress may be NULL. False: it was cancelled, or is another's.
CREATE OR REPLACE FUNCTION api.job_progress(plan text, attempt int, lease_seconds int, progress json) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog
RETURN rule.job_progress(plan, attempt, lease_seconds, progress);

-- solve: the atelier-plan/1; repair: the atelier-repair/1.
CREATE OR REPLACE FUNCTION api.job_done(plan text, attempt int, documents json) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog
RETURN rule.job_done(plan, attempt, documents);

CREATE OR REPLACE FUNCTION api.job_failed(plan text, attempt int, fault text) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog
RETURN rule.job_failed(plan, attempt, fault);
