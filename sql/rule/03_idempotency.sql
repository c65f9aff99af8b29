-- SPDX-License-Identifier: Apache-2.0
-- A POST's Idempotency-Key: claimed by the first, replayed to the second. Two at once: the second waits
-- in the insert for the first to end, then finds its answer, or claims the key when the first failed.
CREATE OR REPLACE FUNCTION rule.replay_or_claim(sent_key text, sent_fingerprint text) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	me CONSTANT text := rule.my_account();
	earlier data.idempotency;
BEGIN
	INSERT INTO data.idempotency (account, key, fingerprint) VALUES (me, sent_key, sent_fingerprint)
	ON CONFLICT DO NOTHING;
	IF FOUND THEN
		RETURN;
	END IF;
	SELECT * INTO earlier FROM data.idempotency i WHERE i.account = me AND i.key = sent_key;
	IF earlier.fingerprint IS DISTINCT FROM sent_fingerprint THEN
		PERFORM rule.refuse(422, 'This Idempotency-Key was used for another request; '
			'use a new key for a new request.');
	ELSIF earlier.answer IS NULL THEN
		PERFORM rule.refuse(409, 'The first request with this Idempotency-Key left no answer; '
			'look whether it was done, then use a new key.');
	END IF;
	PERFORM rule.refuse(208, 'Done before; this is the first answer again.', NULL,
		jsonb_build_object('replay', earlier.answer));
END $$;

-- Does an answer show a secret that is shown once? Such an answer is not kept, so a repeat is refused.
CREATE OR REPLACE FUNCTION rule.shows_secret(body json) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN COALESCE(json_typeof(body) = 'object' AND body -> 'selector' IS NOT NULL
                AND body -> 'url' IS NOT NULL, false);
