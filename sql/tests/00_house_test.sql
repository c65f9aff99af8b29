-- SPDX-License-Identifier: Apache-2.0
-- The house's own rules, asked of the catalogue: what every table, constraint and function must be.
BEGIN;
SELECT no_plan();

SELECT is_empty($$
	SELECT c.conrelid::regclass || '.' || c.conname FROM pg_constraint c
	WHERE c.connamespace = 'data'::regnamespace AND c.contype IN ('c', 'u', 'f', 'x', 'p')
	  AND COALESCE(obj_description(c.oid, 'pg_constraint'), '') !~ '^[A-Za-z].*\.$'
$$, 'every constraint has a sentence');
SELECT ok((SELECT count(*) > 100 FROM api.constraints()), 'and the daemon can read them');
SELECT is_empty($$
	SELECT conname FROM pg_constraint WHERE connamespace = 'data'::regnamespace GROUP BY 1
	HAVING count(DISTINCT obj_description(oid, 'pg_constraint')) > 1
$$, 'a name of a constraint means one sentence');
SELECT is_empty($$
	SELECT oid::regclass FROM pg_class
	WHERE relnamespace IN ('data'::regnamespace, 'audit'::regnamespace) AND relkind IN ('r', 'p') AND NOT relrowsecurity
$$, 'every table has row-level security');
-- Views see as their caller does, but for those that say what everybody may know of others' rows.
SELECT set_eq($$
	SELECT oid::regclass::text FROM pg_class
	WHERE relnamespace::regnamespace::text IN ('data', 'rule', 'api') AND relkind = 'v'
	  AND NOT COALESCE(reloptions && '{security_invoker=true,security_invoker=on}', false)
$$, '{rule.line,rule.place_on_team,rule.aim,rule.outcome}'::text[], 'views are security invokers, but for four');
SELECT is_empty($$
	SELECT oid::regclass || ' ' || pg_get_userbyid(relowner) FROM pg_class
	WHERE relnamespace::regnamespace::text IN ('data', 'audit', 'rule', 'api') AND relkind IN ('r', 'v', 'S')
	  AND relowner <> 'atelier_owner'::regrole
$$, 'tables, views and sequences are atelier_owner''s');
SELECT is_empty($$
	SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'api'::regnamespace
	  AND proowner <> (CASE proname WHEN 'enter' THEN 'atelier_owner' ELSE 'atelier_api' END)::regrole
$$, 'api functions are atelier_api''s; the door alone is the owner''s');
SELECT is_empty($$
	SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'api'::regnamespace
	  AND (NOT prosecdef OR NOT EXISTS (SELECT FROM unnest(proconfig) AS s WHERE s LIKE 'search_path=pg_catalog%'))
$$, 'api functions are SECURITY DEFINER with a fixed search_path');
SELECT is_empty($$
	SELECT oid::regprocedure FROM pg_proc
	WHERE pronamespace::regnamespace::text IN ('data', 'audit', 'rule') AND prosecdef
	  AND NOT EXISTS (SELECT FROM unnest(proconfig) AS s WHERE s LIKE 'search_path=pg_catalog%')
$$, 'no SECURITY DEFINER function without a fixed search_path');
SELECT is_empty($$
	SELECT p.oid::regprocedure FROM pg_proc p, pg_language l
	WHERE p.pronamespace::regnamespace::text IN ('data', 'audit', 'rule', 'api') AND l.oid = p.prolang
	  AND l.lanname = 'plpgsql' AND (cardinality(string_to_array(p.prosrc, E'\n')) > 42 OR p.prosrc ~* '\mexecute\M')
$$, 'plpgsql is short, and no SQL is put together at run time');
SELECT is_empty($$
	SELECT t.tgrelid::regclass || '.' || t.tgname FROM pg_trigger t, pg_proc p WHERE p.oid = t.tgfoid AND NOT t.tgisinternal
	  AND t.tgrelid::regclass::text LIKE 'data.%' AND t.tgname !~
	  '^(05_sequence|10_revise|12_shown|15_link|15_commit|20_past|30_audit|40_tell)$'
$$, 'triggers count revisions, date what is shown, keep the past, audit, tell, mirror lists in tables, total a fund''s year');
SELECT is_empty($$
	SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'data'::regnamespace AND c.relkind = 'r'
	  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'revision')
	  AND (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname IN ('10_revise', '30_audit')) < 2
$$, 'what has a revision is revised and audited');

-- Who may what -------------------------------------------------------------------------------
SELECT is_empty($$
	SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace::regnamespace::text IN ('data', 'audit', 'rule', 'api')
	  AND c.relkind IN ('r', 'v', 'S', 'm')
	  AND (CASE c.relkind WHEN 'S' THEN has_sequence_privilege('atelierd', c.oid, 'USAGE, SELECT, UPDATE')
		ELSE has_table_privilege('atelierd', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
			OR has_any_column_privilege('atelierd', c.oid, 'SELECT, INSERT, UPDATE') END)
$$, 'atelierd has no right on any table');
SELECT ok(NOT has_schema_privilege('atelierd', s, 'USAGE'), 'nor on schema ' || s)
FROM unnest('{data,rule,audit,public}'::text[]) AS s;
SELECT ok(NOT has_schema_privilege(r, s, 'CREATE'), format('%s creates nothing in %s', r, s))
FROM unnest('{atelierd,atelier_api}'::text[]) AS r, unnest('{data,rule,audit,api,public}'::text[]) AS s;
SELECT is_empty($$
	SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace::regnamespace::text IN ('data', 'audit', 'rule')
	  AND has_function_privilege('atelierd', p.oid, 'EXECUTE')
$$, 'and may call no function but the api''s');
SELECT is_empty($$
	SELECT p.oid::regprocedure FROM pg_proc p WHERE pronamespace = 'api'::regnamespace
	  AND NOT has_function_privilege('atelierd', p.oid, 'EXECUTE')
$$, 'which it may call all');
SELECT is_empty($$
	SELECT p.oid::regprocedure FROM pg_proc p, aclexplode(p.proacl) a
	WHERE pronamespace::regnamespace::text IN ('data', 'audit', 'rule', 'api') AND a.grantee = 0
	UNION ALL
	SELECT p.oid::regprocedure FROM pg_proc p
	WHERE pronamespace::regnamespace::text IN ('data', 'audit', 'rule', 'api') AND p.proacl IS NULL
$$, 'PUBLIC may call nothing');
SELECT ok(NOT has_function_privilege(r, f, 'EXECUTE'), format('%s makes no large object with %s', r, f))
FROM unnest('{atelierd,atelier_api}'::text[]) AS r,
     unnest('{"lo_create(oid)",lo_creat(int),"lo_from_bytea(oid, bytea)",lo_import(text)}'::text[]) AS f;
SELECT ok(NOT has_database_privilege('atelierd', current_database(), 'TEMP, CREATE'), 'nor a temporary table or a schema');
SELECT is_empty($$
	SELECT rolname FROM pg_roles WHERE rolname IN ('atelier_owner', 'atelier_api', 'atelierd', 'atelier_migrate')
	  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
	       OR rolcanlogin <> (rolname IN ('atelierd', 'atelier_migrate')))
$$, 'no role of the house is above its rules');
SELECT ok(NOT pg_has_role('atelierd', 'atelier_api', 'MEMBER') AND NOT pg_has_role('atelierd', 'atelier_owner', 'MEMBER')
	AND NOT pg_has_role('atelier_api', 'atelier_owner', 'MEMBER'), 'nor becomes another one');
SELECT ok(NOT has_function_privilege('atelier_api', 'rule.create_token(text, text, text, text, int)', 'EXECUTE'),
	'the api hands out no tokens');
SELECT ok(NOT has_table_privilege('atelier_api', 'data.token', 'SELECT'), 'and sees no digest of one');

SELECT is((SELECT api.schema_version()), (SELECT max(number) FROM data.migration), 'the schema''s version');
SELECT * FROM finish();
ROLLBACK;
