#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same Idempotency-Key from two sessions at once: the second waits, then gets the first one's answer; when
# the first fails, the second does the work. Without a key both do it (the control).
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
ok() { # ok CONDITION DESCRIPTION: the condition is a command's status
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
}
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

token=$(sql -c "SELECT rule.create_token('coordinator', 'replay')")
sql -c "INSERT INTO data.timezone VALUES ('UTC') ON CONFLICT DO NOTHING;
	INSERT INTO data.member (code, name, region, languages, timezone) VALUES ('QQ', 'Replayed', 'AP', '{en}', 'UTC')"

# post KEY SECONDS END: a request recorded under KEY (empty: none) by atelierd, which then lingers before END.
post() {
	sql -U atelierd -v VERBOSITY=verbose -v token="$token" -v key="$1" 2>&1 <<-SQL
		BEGIN;
		SELECT api.enter(:'token', 'STAFF', 'r', NULLIF(:'key', ''), 'same');
		SELECT 'status ' || k.status || ' ' || (k.body ->> 'id') FROM api.request_create('{}',
			'{"member": "QQ", "kind": "national", "received_on": "2024-01-01"}') a, api.keep(a) k;
		SELECT pg_sleep($2);
		$3;
	SQL
}
race() { # race KEY END: two at once, the second 0.3 s later
	post "$1" 1 "$2" >"$work/first" &
	first=$!
	sleep 0.3
	post "$1" 0 COMMIT >"$work/second"
	wait $first
}
count() { sql -c "SELECT count(*) FROM data.request WHERE member = 'QQ'"; }
id() { sed -n 's/^status 201 //p' "$1"; }

race one COMMIT
ok "$([ "$(count)" = 1 ])$?" 'a key used twice at once: done once'
ok "$(grep -q '^status 201 R-' "$work/first")$?" 'the first is done'
ok "$(grep -q 'AT208' "$work/second")$?" 'the second is told of it'
ok "$(grep -qF "$(id "$work/first")" "$work/second")$?" 'and given the first answer'

race two ROLLBACK
ok "$([ "$(count)" = 2 ])$?" 'the first failed: done once all the same'
ok "$(grep -q '^status 201 R-' "$work/second")$?" 'by the second'

race '' COMMIT
ok "$([ "$(count)" = 4 ])$?" 'control: without a key it is done twice'
echo "1..$number"

# Other tests find the database as it was; the audit stays.
sql -c "DELETE FROM data.request WHERE member = 'QQ'; DELETE FROM data.past WHERE entity = 'request';
	DELETE FROM data.idempotency; DELETE FROM data.token; DELETE FROM data.account; DELETE FROM data.member"
