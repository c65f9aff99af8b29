#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What sql/apply made, the program goes on with; a file that was changed since, it refuses (the control).
# Without ATELIERD, the records of this database, which sql/apply made too, are compared with the files.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${ATELIERD:-}" ]; then
	(cd "$top/sql" && sha256sum [0-9][0-9][0-9][0-9]_*.sql) | awk '{ print $2, $1 }' >"$work/files"
	psql -X -q -A -t -F ' ' -c 'SELECT name, sha256 FROM data.migration ORDER BY number' >"$work/records"
	if cmp -s "$work/files" "$work/records"; then echo 'ok 1 - the files are on record'; else echo 'not ok 1 - the files are on record'; fi
	echo 1..1
	exit
fi
export PGDATABASE=applied
psql -X -q -d postgres -v ON_ERROR_STOP=1 -c "CREATE DATABASE $PGDATABASE" &&
	psql -X -q -v ON_ERROR_STOP=1 -f "$top/sql/bootstrap.sql" >/dev/null && "$top/sql/apply" >/dev/null || echo 'not ok 0 - applied'
printf '[database]\nowner_conninfo = host=%s user=atelier_migrate dbname=%s\n' "$PGHOST" "$PGDATABASE" >"$work/conf"
migrate() { "$ATELIERD" --config "$work/conf" --migrate --sqldir "$1" >"$work/said" 2>&1; }

if migrate "$top/sql"; then echo 'ok 1 - atelierd --migrate goes on'; else
	echo 'not ok 1 - atelierd --migrate goes on'
	sed 's/^/# /' "$work/said"
fi
mkdir "$work/sql"
cp -R "$top/sql/." "$work/sql"
echo '-- another thought' >>"$work/sql/0013_events.sql"
if ! migrate "$work/sql" && grep -q 0013_events "$work/said"; then echo 'ok 2 - and sees a changed file'; else echo 'not ok 2 - and sees a changed file'; fi
psql -X -q -d postgres -c "DROP DATABASE $PGDATABASE"
echo 1..2
