/* SPDX-License-Identifier: Apache-2.0 */
#include "app/calls.h"

#include <sodium.h>

#include "app/house.h"
#include "app/render.h"
#include "base/log.h"

#include "base/banned.h"

#define ANSWER                                                                                     \
	"SELECT a.status, a.etag, extract(epoch FROM a.modified)::bigint, a.location, a.next, "        \
	"a.body FROM "
#define ROWS "SELECT a.* FROM "
/* A reader's work is done on what the door gives back, so in one statement and after it. */
#define READ(id) "api." #id "(api.enter($1, $2, $3, NULL, NULL, $4), NULL) a"
/* A writer's is a statement of its own: it sees what the door had to wait for. */
#define WRITE(id) "api." #id "($1, $2)"

/* How a route's statement begins and ends, by handler and method. */
#define CALL_SQL_GET(id) ANSWER READ(id), READ_PARAMS
#define CALL_SQL_PATCH(id) ANSWER WRITE(id) " a", WRITE_PARAMS
#define CALL_SQL_DELETE(id) CALL_SQL_PATCH(id)
#define CALL_SQL_POST(id) ANSWER WRITE(id) " f CROSS JOIN LATERAL api.keep(f) a", WRITE_PARAMS
#define CALL_ACTIVITIES_GET(id) CALL_SQL_GET(id)
#define CALL_IMPORT_POST(id) CALL_SQL_POST(id)
#define CALL_CSV_GET(id) ROWS READ(id), READ_PARAMS
#define CALL_FEED_GET(id) CALL_CSV_GET(id)
#define CALL_PERSONAL_FEED_GET(id) CALL_CSV_GET(id)
#define CALL_EVENTS_GET(id) CALL_SQL_GET(id)
#define CALL_EXPLAIN_POST(id) CALL_SQL_PATCH(id)
#define CALL_OPENAPI_GET(id) "SELECT", 0

enum { READ_PARAMS = 4, WRITE_PARAMS = 2 };

const struct db_statement calls_statements[] = {
	{"enter", "SELECT api.enter($1, $2, $3, $4, $5)", 5},
#define ROUTE(id, method, path, handler, access, query, body, answer, summary)                     \
	{#id, CALL_##handler##_##method(id)},
#include "app/routes.def"
#undef ROUTE
	{"repeatable_read", "SET transaction_isolation = 'repeatable read'", 0},
	{"job_take",
     "SELECT plan, attempt, purpose, options, instance, scenario FROM api.job_take($1, $2::int)",
     2},
	{"job_progress", "SELECT api.job_progress($1, $2::int, $3::int, $4::json)", 4},
	{"job_done", "SELECT api.job_done($1, $2::int, $3::json)", 3},
	{"job_failed", "SELECT api.job_failed($1, $2::int, $3)", 3},
};
const size_t calls_count = sizeof calls_statements / sizeof *calls_statements;

static void add_hashed(crypto_hash_sha256_state *state, struct str part) {
	uint64_t n = part.n;
	crypto_hash_sha256_update(state, (const unsigned char *)&n, sizeof n);
	crypto_hash_sha256_update(state, (const unsigned char *)part.p, part.n);
}

/* What makes two requests under one Idempotency-Key the same: method, target and body, each with
 * its length so that no two of them run into one another. */
static const char *fingerprint(struct request *q) {
	enum { HEX = crypto_hash_sha256_BYTES * 2 + 1 };
	unsigned char digest[crypto_hash_sha256_BYTES], method = (unsigned char)q->http->method;
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	add_hashed(&state, (struct str){(const char *)&method, 1});
	add_hashed(&state, q->http->target);
	add_hashed(&state, q->http->body);
	crypto_hash_sha256_final(&state, digest);
	return sodium_bin2hex(arena_alloc(q->arena, HEX), HEX, digest, sizeof digest);
}

static enum db_lane lane_of(const struct request *q) {
	const struct route *r = q->route;
	if (q->whole)
		return DB_SLOW;
	bool fast = r->handler == HANDLER_SQL || r->handler == HANDLER_ACTIVITIES
	            || r->handler == HANDLER_EVENTS;
	return fast ? DB_FAST : DB_SLOW;
}

static void submit_read(struct request *q, db_done *done, void *ctx) {
	const char *values[READ_PARAMS] = {q->credential, q->route->access, request_id(q), q->args};
	const struct db_call call = {.statement = 1 + route_id(q->route), .values = values};
	db_submit(q->house->db, lane_of(q), &call, 1, false, done, ctx);
}

static void submit_write(struct request *q, db_done *done, void *ctx) {
	const char *enter[5] = {q->credential, q->route->access, request_id(q)};
	if (q->idempotency_key && q->route->method == HTTP_POST_) {
		enter[3] = q->idempotency_key;
		enter[4] = fingerprint(q);
	}
	const char *work[WRITE_PARAMS] = {q->args,
	                                  q->body.p ? arena_dup(q->arena, q->body.p, q->body.n) : NULL};
	const struct db_call calls[2] = {
		{.statement = 0, .values = enter},
		{.statement = 1 + route_id(q->route), .values = work},
	};
	db_submit(q->house->db, lane_of(q), calls, 2, true, done, ctx);
}

void calls_submit(struct request *q, db_done *done, void *ctx) {
	if (request_reads(q))
		submit_read(q, done, ctx);
	else
		submit_write(q, done, ctx);
}

void calls_problem(struct request *q, const struct db_result *r) {
	if (r->err == ERR_INTERNAL)
		log_error("statement", "route=%s sqlstate=%s request=%s", q->route->id, r->sqlstate,
		          request_id(q));
	render_problem(q, r->why, r->detail);
}
