-- SPDX-License-Identifier: Apache-2.0
-- Roles, extensions and grants of an Atelier database. A superuser runs it with psql, connected to the
-- (empty or existing) database; running it again changes nothing. Nothing later needs a superuser.
--
--   atelier_owner    NOLOGIN  owns schemas, tables, rule functions; row-level security does not bind it
--   atelier_api      NOLOGIN  owns the api functions alone, all SECURITY DEFINER; security binds it
--   atelierd         LOGIN    the daemon: may execute the api functions, nothing else
--   atelier_migrate  LOGIN    atelierd --migrate and --create-token: becomes the two owners by SET ROLE
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
SELECT format('CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS',
              role, login)
FROM (VALUES ('atelier_owner', 'NOLOGIN'), ('atelier_api', 'NOLOGIN'), ('atelierd', 'LOGIN'),
             ('atelier_migrate', 'LOGIN')) AS wanted (role, login)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\gexec
GRANT atelier_owner, atelier_api TO atelier_migrate;

CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
UNION ALL
SELECT format('GRANT CONNECT ON DATABASE %I TO atelierd, atelier_migrate', current_database())
UNION ALL
SELECT format('GRANT CREATE ON DATABASE %I TO atelier_owner', current_database())
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- Large objects are a place to write that no grant guards: nobody makes one.
REVOKE ALL ON FUNCTION lo_create(oid), lo_creat(int), lo_from_bytea(oid, bytea) FROM PUBLIC;

-- What the owners make is closed to the world from birth.
ALTER DEFAULT PRIVILEGES FOR ROLE atelier_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE atelier_owner GRANT EXECUTE ON FUNCTIONS TO atelier_api;
ALTER DEFAULT PRIVILEGES FOR ROLE atelier_owner GRANT USAGE ON SEQUENCES TO atelier_api;
ALTER DEFAULT PRIVILEGES FOR ROLE atelier_api REVOKE ALL ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE atelier_api GRANT EXECUTE ON FUNCTIONS TO atelierd;
COMMIT;
