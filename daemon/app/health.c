/* SPDX-License-Identifier: Apache-2.0 */
#include "app/health.h"

#include <inttypes.h>

#include "app/house.h"
#include "app/live.h"
#include "app/planning.h"
#include "app/planning_child.h"
#include "app/render.h"
#include "config.h"

#include "base/banned.h"

static void respond(struct http_exchange *x, int status, const char *type, struct str text) {
	struct arena *a = http_exchange_arena(x);
	struct http_field *fields = arena_array(a, struct http_field, 3);
	size_t n = 0;
	fields[n++] = (struct http_field){STR("Content-Type"), str_of(type)};
	fields[n++] = (struct http_field){STR("Cache-Control"), STR("no-store")};
	if (status == 405)
		fields[n++] = (struct http_field){STR("Allow"), STR("GET, HEAD")};
	http_respond(x, &(struct http_answer){
						.status = status, .fields = fields, .field_count = n, .text = text});
}

static void respond_live(struct http_exchange *x, struct house *h) {
	(void)h;
	respond(x, 200, "text/plain; charset=utf-8", STR("alive\n"));
}

static void respond_ready(struct http_exchange *x, struct house *h) {
	struct why why = {0};
	enum db_state state = db_state(h->db, &why);
	bool ready = state == DB_READY && !h->stopping;
	const char *reason = h->stopping     ? "The daemon is stopping."
	                     : *why.sentence ? why.sentence
	                                     : "The database is not there yet.";
	respond(x, ready ? 200 : 503, "text/plain; charset=utf-8",
	        ready ? STR("ready\n") : str_of(arena_printf(http_exchange_arena(x), "%s\n", reason)));
}

static void metric(struct buf *b, const char *name, const char *type, const char *help) {
	buf_addf(b, "# HELP atelier_%s %s\n# TYPE atelier_%s %s\n", name, help, name, type);
}

static void value(struct buf *b, const char *name, const char *labels, uint64_t v) {
	buf_addf(b, "atelier_%s%s %" PRIu64 "\n", name, labels, v);
}

static void add_requests(struct buf *b, const struct house *h) {
	static const char *const classes[HOUSE_CLASSES] = {
		"",
		"{class=\"1xx\"}",
		"{class=\"2xx\"}",
		"{class=\"3xx\"}",
		"{class=\"4xx\"}",
		"{class=\"5xx\"}",
	};
	metric(b, "answers_total", "counter", "Answers by class of status.");
	for (int i = 2; i < HOUSE_CLASSES; i++)
		value(b, "answers_total", classes[i], h->answered[i]);
	struct http_counters c = http_server_counters(h->front);
	metric(b, "connections", "gauge", "Connections open now.");
	value(b, "connections", "", c.open);
	metric(b, "connections_total", "counter", "Connections accepted.");
	value(b, "connections_total", "", c.accepted);
	metric(b, "refused_total", "counter", "Requests refused by the guard, limits and deadlines.");
	value(b, "refused_total", "", c.refused);
}

static void add_database(struct buf *b, const struct house *h) {
	static const char *const lanes[DB_LANES] = {"{lane=\"fast\"}", "{lane=\"slow\"}"};
	struct db_counters c[DB_LANES];
	struct why why;
	for (int i = 0; i < DB_LANES; i++)
		c[i] = db_counters(h->db, (enum db_lane)i);
	metric(b, "database_ready", "gauge", "1 when the database can be asked.");
	value(b, "database_ready", "", db_state(h->db, &why) == DB_READY);
#define EACH(name, type, help, member)                                                             \
	metric(b, "database_" name, type, help);                                                       \
	for (int i = 0; i < DB_LANES; i++)                                                             \
	value(b, "database_" name, lanes[i], c[i].member)
	EACH("segments_total", "counter", "Segments sent.", segments);
	EACH("failed_total", "counter", "Segments that ended in an error.", failed);
	EACH("refused_total", "counter", "Segments refused because the queue was full.", refused);
	EACH("reconnects_total", "counter", "Connections made again.", reconnects);
	EACH("waiting", "gauge", "Segments waiting.", waiting);
	EACH("running", "gauge", "Segments running.", running);
#undef EACH
}

static void add_cache(struct buf *b, const struct house *h) {
	struct cache_counters c = cache_counters(h->cache);
	metric(b, "cache_lookups_total", "counter", "Look-ups of answers in memory.");
	value(b, "cache_lookups_total", "{outcome=\"hit\"}", c.hits);
	value(b, "cache_lookups_total", "{outcome=\"miss\"}", c.misses);
	metric(b, "cache_gone_total", "counter", "Answers gone from memory.");
	value(b, "cache_gone_total", "{reason=\"evicted\"}", c.evicted);
	value(b, "cache_gone_total", "{reason=\"dropped\"}", c.dropped);
	metric(b, "cache_octets", "gauge", "Octets of answers in memory.");
	value(b, "cache_octets", "", c.octets);
	metric(b, "cache_entries", "gauge", "Answers in memory.");
	value(b, "cache_entries", "", c.entries);
}

static void add_plans(struct buf *b, const struct house *h) {
	struct planning_counters c = planning_counters(h->planning);
	uint64_t cpu = child_cpu_ms();
	metric(b, "plan_jobs_running", "gauge", "Plans being made by this process.");
	value(b, "plan_jobs_running", "", c.running);
	metric(b, "plan_jobs_total", "counter", "Plans that were begun here, by how that ended.");
	value(b, "plan_jobs_total", "{state=\"solved\"}", c.solved);
	value(b, "plan_jobs_total", "{state=\"failed\"}", c.failed);
	value(b, "plan_jobs_total", "{state=\"cancelled\"}", c.cancelled);
	value(b, "plan_jobs_total", "{state=\"queued\"}", c.returned);
	metric(b, "plan_listeners", "gauge", "Who follows a plan being made.");
	value(b, "plan_listeners", "", live_count(h->live));
	metric(b, "planner_cpu_seconds_total", "counter", "CPU time of planners that have ended.");
	buf_addf(b, "atelier_planner_cpu_seconds_total %" PRIu64 ".%03" PRIu64 "\n", cpu / 1000,
	         cpu % 1000);
}

static void respond_metrics(struct http_exchange *x, struct house *h) {
	struct buf b = {0};
	add_requests(&b, h);
	add_database(&b, h);
	add_cache(&b, h);
	add_plans(&b, h);
	metric(&b, "loop_lag_milliseconds", "gauge", "How late the loop was when last looked at.");
	value(&b, "loop_lag_milliseconds", "", h->lag_ms);
	metric(&b, "build_info", "gauge", "Version of the program.");
	value(&b, "build_info", "{version=\"" PACKAGE_VERSION "\"}", 1);
	respond(x, 200, "text/plain; version=0.0.4; charset=utf-8",
	        (struct str){arena_dup(http_exchange_arena(x), b.p, b.n), b.n});
	buf_clear(&b);
}

static const struct {
	const char *path;
	void (*respond)(struct http_exchange *x, struct house *h);
} pages[] = {
	{"/livez", respond_live},
	{"/readyz", respond_ready},
	{"/metrics", respond_metrics},
};

static size_t health_head(struct http_exchange *x, void *ctx) {
	(void)x, (void)ctx;
	return 0;
}

static void health_request(struct http_exchange *x, void *ctx) {
	const struct http_request *r = http_exchange_request(x);
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		if (!str_is(r->path, pages[i].path))
			continue;
		if (r->method == HTTP_GET_ || r->method == HTTP_HEAD_)
			pages[i].respond(x, ctx);
		else
			respond(x, 405, "text/plain; charset=utf-8", STR("GET only\n"));
		return;
	}
	respond(x, 404, "text/plain; charset=utf-8", STR("Here are /livez, /readyz and /metrics.\n"));
}

static struct blob *health_problem(const struct why *why, void *ctx) {
	(void)ctx;
	return render_problem_body(why, "", "ops");
}

struct http_handler health_handler(struct house *h) {
	return (struct http_handler){
		.head = health_head,
		.request = health_request,
		.problem = health_problem,
		.ctx = h,
	};
}
