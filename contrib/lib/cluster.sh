# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Private PostgreSQL clusters: sourced by with-postgres and quickstart. A cluster is one directory,
# DIR/data (the cluster), DIR/run (the socket), DIR/postgres.log; it listens on a Unix socket only.
# PostgreSQL refuses root, so a root caller's cluster belongs to an unprivileged user.

CLUSTER_DATABASE=atelier
CLUSTER_SUPERUSER=postgres

cluster_fail() {
	echo "${0##*/}: $*" >&2
	return 1
}

# The unprivileged account that runs a root caller's servers; empty for anybody else.
cluster_account() {
	[ "$(id -u)" -eq 0 ] || return 0
	for account in postgres nobody; do
		if id -u "$account" >/dev/null 2>&1; then
			echo "$account"
			return 0
		fi
	done
	cluster_fail "no unprivileged account to run PostgreSQL as (looked for postgres, nobody)"
}

# Run a command as that account, from a directory it may enter.
cluster_as_account() {
	account=$(cluster_account) || return 1
	if [ -n "$account" ]; then
		(cd / && exec runuser -u "$account" -- "$@")
	else
		"$@"
	fi
}

# PostgreSQL 15 keeps its server programs out of the PATH on Debian.
cluster_bindir() {
	for dir in "${PG_BINDIR:-}" /usr/lib/postgresql/15/bin "$(pg_config --bindir 2>/dev/null)"; do
		if [ -n "$dir" ] && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then
			echo "$dir"
			return 0
		fi
	done
	cluster_fail "PostgreSQL's server programs are missing (Debian: postgresql-15)"
}

# cluster_create DIR: a new cluster, stopped. DIR exists, is empty and becomes the account's own.
cluster_create() {
	bindir=$(cluster_bindir) || return 1
	account=$(cluster_account) || return 1
	# A socket's address holds 107 octets (unix(7)).
	if [ "$(printf %s "$1/run/.s.PGSQL.5432" | wc -c)" -gt 107 ]; then
		cluster_fail "$1: path too long for a Unix socket; choose a shorter directory"
		return 1
	fi
	mkdir -p "$1/run" || return 1
	chmod 0700 "$1" "$1/run"
	[ -z "$account" ] || chown "$account" "$1" "$1/run" || return 1
	cluster_as_account "$bindir/initdb" --pgdata="$1/data" --username=$CLUSTER_SUPERUSER \
		--auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$1/initdb.log" 2>&1 || {
		cluster_fail "initdb failed:"
		tail -n 5 "$1/initdb.log" >&2
		return 1
	}
	# The durability settings of production: what is slow or racy there is so here.
	cat >>"$1/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$1/run'
		unix_socket_permissions = 0700
		fsync = on
		full_page_writes = on
		synchronous_commit = on
		timezone = 'UTC'
		log_timezone = 'UTC'
	CONF
}

# cluster_start DIR: returns when it answers.
cluster_start() {
	bindir=$(cluster_bindir) || return 1
	cluster_as_account "$bindir/pg_ctl" --pgdata="$1/data" --log="$1/postgres.log" --wait \
		--timeout=60 --silent start >/dev/null || {
		cluster_fail "PostgreSQL did not start; the end of $1/postgres.log:"
		tail -n 5 "$1/postgres.log" >&2
		return 1
	}
}

# cluster_stop DIR [fast|immediate]: returns when it is gone; one that does not run is fine.
cluster_stop() {
	bindir=$(cluster_bindir) || return 1
	[ -f "$1/data/postmaster.pid" ] || return 0
	cluster_as_account "$bindir/pg_ctl" --pgdata="$1/data" --wait --silent --mode="${2:-fast}" \
		stop >/dev/null 2>&1
}

cluster_running() {
	bindir=$(cluster_bindir) || return 1
	[ -d "$1/data" ] &&
		cluster_as_account "$bindir/pg_ctl" --pgdata="$1/data" status >/dev/null 2>&1
}

# cluster_enter DIR: let psql and libpq find it.
cluster_enter() {
	PGHOST=$1/run
	PGPORT=5432
	PGUSER=$CLUSTER_SUPERUSER
	PGDATABASE=$CLUSTER_DATABASE
	ATELIER_PGDATA=$1/data
	export PGHOST PGPORT PGUSER PGDATABASE ATELIER_PGDATA
	unset PGSERVICE PGPASSWORD PGOPTIONS PGHOSTADDR PGPASSFILE
}

# cluster_database SQLDIR [bootstrap]: the database, and with `bootstrap` the roles and grants that
# only a superuser can give. Call after cluster_enter.
cluster_database() {
	psql -X -q -d postgres -v ON_ERROR_STOP=1 -c "CREATE DATABASE $CLUSTER_DATABASE" || return 1
	[ "${2:-}" = bootstrap ] || return 0
	psql -X -q -v ON_ERROR_STOP=1 -f "$1/bootstrap.sql" >/dev/null
}
