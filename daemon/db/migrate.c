/* SPDX-License-Identifier: Apache-2.0 */
#include "db/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "db/session.h"

#include "base/banned.h"

/* "atelier" in ASCII: whoever else takes advisory locks in this database is unlikely to hit it. */
static const char lock_key[] = "27431051700299122";

enum { MAX_FILE = 8 * 1024 * 1024 };

struct file {
	long number; /* of a migration; 0 in rule/ and api/ */
	const char *name, *path, *text;
	char sha256[crypto_hash_sha256_BYTES * 2 + 1];
};
struct files {
	struct file *at;
	size_t n, room;
};

struct migration {
	PGconn *pg;
	struct arena *arena;
	const char *sqldir;
	void (*say)(const char *line, void *ctx);
	void *ctx;
	struct files files; /* NNNN_name.sql, in order */
};

static enum err read_text(struct arena *a, const char *path, const char **ret, size_t *ret_n,
                          struct why *reterr) {
	FILE *f = fopen(path, "re");
	struct buf b = {0};
	size_t n = 0;
	do {
		char *room = buf_reserve(&b, 65536);
		n = f ? fread(room, 1, 65536, f) : 0;
		b.n += n;
	} while (n && b.n <= MAX_FILE);
	bool bad = !f || ferror(f) || b.n > MAX_FILE;
	int error = errno;
	if (f)
		(void)fclose(f);
	*ret = arena_dup(a, b.p, b.n);
	*ret_n = b.n;
	buf_clear(&b);
	if (bad)
		return err_set(reterr, ERR_INVALID, NULL, "%s cannot be read: %s.", path,
		               f ? "it is too large or damaged" : strerror(error));
	if (strlen(*ret) != *ret_n)
		return err_set(reterr, ERR_INVALID, NULL, "%s holds a NUL: it is not SQL.", path);
	return ERR_NONE;
}

static int by_name(const void *a, const void *b) {
	const struct file *x = a, *y = b;
	return strcmp(x->name, y->name);
}

/* The number of NNNN_name.sql; 0 for any other name. */
static long number_of(const char *name) {
	if (strspn(name, "0123456789") != 4 || name[4] != '_')
		return 0;
	return strtol(name, NULL, 10);
}

static enum err add_file(struct migration *m, const char *dir, const char *name, struct files *ret,
                         struct why *reterr) {
	struct file f = {.number = number_of(name), .name = arena_strdup(m->arena, name)};
	unsigned char digest[crypto_hash_sha256_BYTES];
	size_t n;
	f.path = arena_printf(m->arena, "%s/%s", dir, name);
	enum err kind = read_text(m->arena, f.path, &f.text, &n, reterr);
	if (kind)
		return kind;
	(void)crypto_hash_sha256(digest, (const unsigned char *)f.text, n);
	(void)sodium_bin2hex(f.sha256, sizeof f.sha256, digest, sizeof digest);
	*vec_push(ret) = f;
	return ERR_NONE;
}

/* The *.sql of a directory by name; with `numbered` only the migrations. */
static enum err list_files(struct migration *m, const char *dir, bool numbered, struct files *ret,
                           struct why *reterr) {
	enum err kind = ERR_NONE;
	DIR *d = opendir(dir);
	if (!d)
		return err_set(reterr, ERR_INVALID, NULL, "%s cannot be read: %s.", dir, strerror(errno));
	for (struct dirent *e; !kind && (e = readdir(d));)
		if (str_ends(str_of(e->d_name), STR(".sql")) && e->d_name[0] != '.'
		    && (!numbered || number_of(e->d_name) > 0))
			kind = add_file(m, dir, e->d_name, ret, reterr);
	(void)closedir(d);
	if (ret->n)
		qsort(ret->at, ret->n, sizeof *ret->at, by_name);
	return kind;
}

static enum err check_files(const struct migration *m, struct why *reterr) {
	for (size_t i = 1; i < m->files.n; i++)
		if (m->files.at[i].number == m->files.at[i - 1].number)
			return err_set(reterr, ERR_INVALID, NULL,
			               "%s and %s have the same number: give the newer one its own.",
			               m->files.at[i - 1].path, m->files.at[i].name);
	if (m->files.n == 0)
		return err_set(reterr, ERR_INVALID, NULL, "%s holds no migration (0001_name.sql).",
		               m->sqldir);
	return ERR_NONE;
}

static enum err take_lock(struct migration *m, struct why *reterr) {
	const char *const key[] = {lock_key};
	PGresult *r = NULL;
	enum err kind = session_query(m->pg, "SELECT pg_try_advisory_lock($1)", key, 1, &r, reterr);
	bool taken = !kind && *PQgetvalue(r, 0, 0) == 't';
	session_result_clear(&r);
	if (kind || taken)
		return kind;
	m->say("another migration is running; waiting for it", m->ctx);
	kind = session_query(m->pg, "SELECT pg_advisory_lock($1)", key, 1, &r, reterr);
	session_result_clear(&r);
	return kind;
}

static const struct file *newest(const struct migration *m) {
	return &m->files.at[m->files.n - 1];
}

/* Each applied migration must stand unchanged at the head of our files. *ret: how many do. */
static enum err compare(const struct migration *m, const PGresult *applied, size_t *ret,
                        struct why *reterr) {
	long last = newest(m)->number;
	*ret = (size_t)PQntuples(applied);
	for (size_t i = 0; i < *ret; i++) {
		const char *name = PQgetvalue(applied, (int)i, 1);
		const char *sha256 = PQgetvalue(applied, (int)i, 2);
		long number = strtol(PQgetvalue(applied, (int)i, 0), NULL, 10);
		if (number > last)
			return err_set(reterr, ERR_CONFLICT, NULL,
			               "refusing to run backwards: the database has migration %ld (%s), the "
			               "files in %s end at %ld; install the newer program.",
			               number, name, m->sqldir, last);
		const struct file *f = &m->files.at[i];
		if (number < f->number)
			return err_set(reterr, ERR_CONFLICT, NULL,
			               "%s was applied and is not among the files in %s: restore it.", name,
			               m->sqldir);
		if (number > f->number)
			return err_set(reterr, ERR_CONFLICT, NULL,
			               "%s was never applied, but %s, which comes after it, was: give it a "
			               "number after %ld.",
			               f->path, name, last);
		if (strcmp(sha256, f->sha256) != 0)
			return err_set(reterr, ERR_CONFLICT, NULL,
			               "%s was changed after it was applied (SHA-256 was %.16s…, is %.16s…): "
			               "restore it and put the change into a new migration.",
			               f->path, sha256, f->sha256);
	}
	return ERR_NONE;
}

static enum err count_applied(struct migration *m, size_t *ret, struct why *reterr) {
	__attribute__((cleanup(session_result_clear))) PGresult *r = NULL;
	*ret = 0;
	enum err kind =
		session_query(m->pg, "SELECT to_regclass('data.migration') IS NULL", NULL, 0, &r, reterr);
	if (kind || *PQgetvalue(r, 0, 0) == 't')
		return kind;
	session_result_clear(&r);
	kind = session_query(m->pg, "SELECT number, name, sha256 FROM data.migration ORDER BY number",
	                     NULL, 0, &r, reterr);
	return kind ? kind : compare(m, r, ret, reterr);
}

static enum err rolled_back(const struct migration *m, enum err kind) {
	struct why ignored; /* the reason for going back is the one to tell */
	if (kind && PQtransactionStatus(m->pg) != PQTRANS_IDLE)
		(void)!session_run(m->pg, "rollback", "ROLLBACK", &ignored);
	return kind;
}

static enum err apply(struct migration *m, const struct file *f, struct why *reterr) {
	const char *number = arena_printf(m->arena, "%ld", f->number);
	const char *const values[] = {number, f->name, f->sha256};
	PGresult *r = NULL;
	enum err kind = session_run(m->pg, "begin", "BEGIN", reterr);
	if (!kind)
		kind = session_run_file(m->pg, f->path, f->text, reterr);
	if (!kind)
		kind = session_query(m->pg,
		                     "INSERT INTO data.migration (number, name, sha256) "
		                     "VALUES ($1, $2, $3) RETURNING number",
		                     values, 3, &r, reterr);
	session_result_clear(&r);
	if (!kind)
		kind = session_run(m->pg, f->path, "COMMIT", reterr);
	if (!kind)
		m->say(arena_printf(m->arena, "applied %s", f->name), m->ctx);
	return rolled_back(m, kind);
}

static enum err run_files(struct migration *m, const char *folder, struct why *reterr) {
	struct files files = {0};
	const char *dir = arena_printf(m->arena, "%s/%s", m->sqldir, folder);
	enum err kind = list_files(m, dir, false, &files, reterr);
	for (size_t i = 0; !kind && i < files.n; i++)
		kind = session_run_file(m->pg, files.at[i].path, files.at[i].text, reterr);
	vec_clear(&files);
	return kind;
}

/* Roles are set for the transaction only, so that a rollback leaves the session as it was. */
static enum err make_functions(struct migration *m, struct why *reterr) {
	enum err kind = session_run(m->pg, "begin", "BEGIN", reterr);
	if (!kind)
		kind = run_files(m, "rule", reterr);
	if (!kind)
		kind = session_run(m->pg, "The role cannot act as atelier_api",
		                   "GRANT CREATE ON SCHEMA api TO atelier_api; SET LOCAL ROLE atelier_api",
		                   reterr);
	if (!kind)
		kind = run_files(m, "api", reterr);
	if (!kind)
		kind = session_run(m->pg, "rules and functions",
		                   "SET LOCAL ROLE atelier_owner; "
		                   "REVOKE CREATE ON SCHEMA api FROM atelier_api; COMMIT",
		                   reterr);
	return rolled_back(m, kind);
}

static enum err migrate(struct migration *m, struct why *reterr) {
	size_t applied = 0;
	enum err kind = list_files(m, m->sqldir, true, &m->files, reterr);
	if (!kind)
		kind = check_files(m, reterr);
	if (!kind)
		kind = take_lock(m, reterr);
	if (!kind)
		kind = count_applied(m, &applied, reterr);
	for (size_t i = applied; !kind && i < m->files.n; i++)
		kind = apply(m, &m->files.at[i], reterr);
	if (!kind)
		kind = make_functions(m, reterr);
	if (!kind)
		m->say(arena_printf(m->arena, "the schema is at version %ld", newest(m)->number), m->ctx);
	return kind;
}

enum err migrate_run(const char *conninfo, const char *sqldir,
                     void (*say)(const char *line, void *ctx), void *ctx, struct why *reterr) {
	struct migration m = {.sqldir = sqldir, .say = say, .ctx = ctx};
	if (sodium_init() < 0)
		return err_set(reterr, ERR_INTERNAL, NULL, "libsodium does not start.");
	enum err kind = session_open(conninfo, &m.pg, reterr);
	if (kind)
		return kind;
	m.arena = arena_new();
	kind = migrate(&m, reterr);
	vec_clear(&m.files);
	arena_free(m.arena);
	session_close(&m.pg); /* and with it the lock */
	return kind;
}

enum err migrate_query_one(const char *conninfo, const char *sql, const char *const *params, int n,
                           struct buf *ret, struct why *reterr) {
	__attribute__((cleanup(session_close))) PGconn *pg = NULL;
	__attribute__((cleanup(session_result_clear))) PGresult *r = NULL;
	enum err kind = session_open(conninfo, &pg, reterr);
	if (!kind)
		kind = session_query(pg, sql, params, n, &r, reterr);
	if (!kind && PQntuples(r) > 0 && !PQgetisnull(r, 0, 0))
		buf_adds(ret, PQgetvalue(r, 0, 0));
	return kind;
}
