/* SPDX-License-Identifier: Apache-2.0 */
#include "app/house.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#include "app/calls.h"
#include "app/gzip.h"
#include "app/health.h"
#include "app/live.h"
#include "app/notify.h"
#include "app/openapi.h"
#include "app/planning.h"
#include "app/planning_explain.h"
#include "app/reload.h"
#include "app/render.h"
#include "app/schema_version.h"
#include "base/log.h"

#include "base/banned.h"

enum {
	WAIT_FOR_DATABASE_MS = 1000, /* then it is taken for absent, and the doors open anyway */
	LOOK_MS = 1000,              /* between looks at how late the loop is */
};

enum { SIGNALS = 3 };
static const int signal_numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

struct living {
	struct house house;
	uv_signal_t signals[SIGNALS];
	uv_timer_t patience, look;
	uint64_t looked;
	int exit_status;
	int closing; /* listeners and jobs that are still closing */
};

static struct living *living_of(struct house *h) {
	return (struct living *)h; /* its first member */
}

static int64_t clock_of_system(void *ctx) {
	struct timespec t;
	(void)ctx;
	if (clock_gettime(CLOCK_REALTIME, &t))
		abort();
	return t.tv_sec;
}

void house_count(struct house *h, const struct request *q, int status) {
	static const char *const methods[] = {"GET",   "HEAD",   "POST",   "PUT",
	                                      "PATCH", "DELETE", "OPTIONS"};
	h->answered[status / 100 % HOUSE_CLASSES]++;
	enum log_level level = status >= 500      ? LOG_LEVEL_WARN
	                       : request_reads(q) ? LOG_LEVEL_DEBUG
	                                          : LOG_LEVEL_INFO;
	if (log_wants(level))
		log_line(level, "answer", "method=%s route=%s status=%d ms=%.1f request=%s",
		         methods[q->http->method], q->route ? q->route->id : "none", status,
		         (double)(uv_hrtime() - q->began) / 1e6, request_id(q));
}

/* -- the end -- */

static void database_closed(void *ctx) {
	struct living *l = ctx;
	l->house.db = NULL;
	for (int i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&l->signals[i], NULL);
	uv_close((uv_handle_t *)&l->patience, NULL);
	uv_close((uv_handle_t *)&l->look, NULL);
}

static void one_closed(void *ctx) {
	struct living *l = ctx;
	if (--l->closing > 0)
		return;
	l->house.front = l->house.ops = NULL;
	db_close(l->house.db, 0, database_closed, l);
}

static void front_closed(void *ctx) {
	struct living *l = ctx;
	explain_stop(&l->house);
	one_closed(l);
}

static void house_stop(struct living *l, int exit_status) {
	struct house *h = &l->house;
	if (h->stopping)
		return;
	h->stopping = true;
	l->exit_status = exit_status;
	notify_stopping();
	l->closing = 3;
	http_server_close(h->front, h->conf->http_drain_time, front_closed, l);
	http_server_close(h->ops, 0, one_closed, l);
	live_stop(h->live);
	planning_stop(h->planning, h->conf->http_drain_time, one_closed, l);
}

static void house_fail(struct living *l, const char *sentence) {
	(void)fprintf(stderr, "atelierd: %s\n", sentence);
	house_stop(l, EXIT_FAILURE);
}

/* -- opening the doors -- */

static struct blob *front_problem(const struct why *why, void *ctx) {
	struct house *h = ctx;
	char instance[16];
	(void)snprintf(instance, sizeof instance, "%08x-0", h->run); /* there was no request yet */
	h->answered[err_status(why->kind) / 100 % HOUSE_CLASSES]++;
	return render_problem_body(why, "", instance);
}

struct http_limits house_limits(const struct conf *c) {
	return (struct http_limits){
		.head_octets = (size_t)c->http_head_size,
		.field_count = (size_t)c->http_fields,
		.target_octets = (size_t)c->http_target_size,
		.connections = (size_t)c->http_connections,
		.connections_per_peer = (size_t)c->http_connections_per_peer,
		.head_ms = c->http_head_time,
		.body_ms = c->http_body_time,
		.idle_ms = c->http_idle_time,
		.write_ms = c->http_write_time,
		.trusted_proxy = str_of(c->listen_trusted_proxy),
	};
}

static void log_addresses(const char *what, const struct http_server *s) {
	const char *address;
	for (size_t i = 0; (address = http_server_address(s, i)); i++)
		log_info("listening", "for=%s address=%s", what, address);
}

static enum err open_inherited(struct house *h, bool *ret_front, bool *ret_ops,
                               struct why *reterr) {
	int fd;
	bool ops;
	enum err e = ERR_NONE;
	for (size_t i = 0; !e && notify_socket(i, &fd, &ops); i++) {
		e = http_listen_fd(ops ? h->ops : h->front, fd, reterr);
		*(ops ? ret_ops : ret_front) = true;
	}
	return e;
}

static enum err open_doors(struct house *h, struct why *reterr) {
	bool front = false, ops = false;
	enum err e = open_inherited(h, &front, &ops, reterr);
	struct str rest = str_of(h->conf->listen_http);
	while (!e && !front && rest.p) {
		struct str one = str_cut(&rest, ' ');
		char address[1025];
		(void)snprintf(address, sizeof address, "%.*s", STR_ARG(one));
		if (one.n)
			e = http_listen(h->front, address, reterr);
	}
	if (!e && !ops)
		e = http_listen(h->ops, h->conf->listen_ops, reterr);
	return e;
}

static void house_open(struct living *l) {
	struct house *h = &l->house;
	struct why why;
	if (h->ready || h->stopping)
		return;
	uv_timer_stop(&l->patience);
	if (open_doors(h, &why)) {
		house_fail(l, why.sentence);
		return;
	}
	h->ready = true;
	log_addresses("everyone", h->front);
	log_addresses("operators", h->ops);
	notify_ready();
}

/* -- what happens to a house -- */

static void database_changed(enum db_state state, const struct why *why, void *ctx) {
	struct living *l = ctx;
	static const char *const names[] = {"connecting", "ready", "away", "refused"};
	if (state == DB_REFUSED && !l->house.ready && !l->house.stopping) {
		house_fail(l, why->sentence);
		return;
	}
	if (state == DB_AWAY || state == DB_REFUSED)
		log_warn("database", "state=%s why=%s", names[state], log_quoted(why->sentence));
	else
		log_info("database", "state=%s", names[state]);
	if (state == DB_READY || state == DB_AWAY)
		house_open(l);
}

static void patience_ended(uv_timer_t *t) {
	log_warn("database", "state=connecting why=\"it has not answered yet\"");
	house_open(t->data);
}

static void changes_heard(const char *area, void *ctx) {
	struct house *h = ctx;
	if (strcmp(area, "plans") != 0) {
		cache_drop(h->cache, cache_area_of(str_of(area)));
		return;
	}
	planning_wake(h->planning);
	live_wake(h->live);
}

static void changes_missed(void *ctx) {
	struct house *h = ctx;
	cache_drop(h->cache, CACHE_ALL);
	planning_wake(h->planning);
	live_wake(h->live);
}

static void looked(uv_timer_t *t) {
	struct living *l = t->data;
	uint64_t now = uv_hrtime() / 1000000, gone = now - l->looked;
	l->house.lag_ms = gone > LOOK_MS ? gone - LOOK_MS : 0;
	l->looked = now;
}

static void signalled(uv_signal_t *s, int number) {
	struct living *l = s->data;
	if (number == SIGHUP)
		house_reload(&l->house);
	else
		house_stop(l, EXIT_SUCCESS);
}

/* -- the beginning -- */

static enum err describe(struct house *h, struct why *reterr) {
	struct cached *page = &h->openapi->page;
	struct buf text = {0};
	enum err e = openapi_write(&text, h->shapes, reterr);
	if (!e) {
		h->openapi->status = 200;
		page->content_type = STR("application/json");
		page->identity = blob_new(text.p, text.n);
		page->gzip = gzip_pack(buf_str(&text));
		render_tag(page);
	}
	buf_clear(&text);
	return e;
}

static void connect_database(struct house *h) {
	const struct conf *c = h->conf;
	uint64_t seed;
	memcpy(&seed, h->seed, sizeof seed);
	h->db = db_new(
		h->loop,
		&(struct db_options){
			.conninfo = c->database_conninfo,
			.links = {[DB_FAST] = (size_t)c->database_fast_links,
	                  [DB_SLOW] = (size_t)c->database_slow_links},
			.queue = {[DB_FAST] = (size_t)c->database_fast_queue,
	                  [DB_SLOW] = (size_t)c->database_slow_queue},
			.deadline_ms = {[DB_FAST] = c->database_fast_time, [DB_SLOW] = c->database_slow_time},
			.backoff_min_ms = c->database_backoff_min,
			.backoff_max_ms = c->database_backoff_max,
			.seed = seed,
			.statements = calls_statements,
			.statement_count = calls_count,
			.schema_min = SCHEMA_VERSION,
			.schema_max = SCHEMA_VERSION,
		});
	db_watch(h->db, database_changed, living_of(h));
	db_hear(h->db, "atelier", changes_heard, changes_missed, h);
}

static void watch_loop(struct living *l) {
	uv_loop_t *loop = l->house.loop;
	if (uv_timer_init(loop, &l->patience) || uv_timer_init(loop, &l->look))
		abort();
	l->patience.data = l->look.data = l;
	l->looked = uv_hrtime() / 1000000;
	(void)uv_timer_start(&l->patience, patience_ended, WAIT_FOR_DATABASE_MS, 0);
	(void)uv_timer_start(&l->look, looked, LOOK_MS, LOOK_MS);
	for (int i = 0; i < SIGNALS; i++) {
		if (uv_signal_init(loop, &l->signals[i]))
			abort();
		l->signals[i].data = l;
		(void)uv_signal_start(&l->signals[i], signalled, signal_numbers[i]);
	}
}

static enum err furnish(struct living *l, struct why *reterr) {
	struct house *h = &l->house;
	struct http_limits limits = house_limits(h->conf);
	struct http_handler front = {
		.head = request_head, .request = request_whole, .problem = front_problem, .ctx = h};
	struct http_handler ops = health_handler(h);
	h->router = router_new();
	h->params = params_new();
	h->cache = cache_new((size_t)h->conf->feeds_cache_size, h->seed);
	list_init(&h->makings);
	list_init(&h->explainings);
	h->planning = planning_new(h);
	h->live = live_new(h);
	enum err e = shapes_load(shape_sources, shape_source_count, &h->shapes, reterr);
	if (!e)
		e = describe(h, reterr);
	if (e)
		return e;
	h->front = http_server_new(h->loop, &limits, &front);
	h->ops = http_server_new(h->loop, &limits, &ops);
	watch_loop(l);
	connect_database(h);
	return ERR_NONE;
}

static void clear_out(struct house *h) {
	blob_drop(h->openapi->page.identity);
	blob_drop(h->openapi->page.gzip);
	planning_free(h->planning);
	live_free(h->live);
	cache_free(h->cache);
	shapes_free(h->shapes);
	params_free(h->params);
	router_free(h->router);
	conf_free(h->conf);
}

int house_run(struct conf *conf, const char *conf_path) {
	uv_loop_t loop;
	struct answer openapi = {0};
	struct living l = {.house = {.loop = &loop,
	                             .conf = conf,
	                             .conf_path = conf_path,
	                             .clock = {clock_of_system, NULL},
	                             .openapi = &openapi}};
	struct why why;
	log_setup(conf->log_level, conf->log_journal);
	(void)signal(SIGPIPE, SIG_IGN);
	randombytes_buf(l.house.seed, sizeof l.house.seed);
	randombytes_buf(&l.house.run, sizeof l.house.run);
	if (uv_loop_init(&loop))
		abort();
	if (furnish(&l, &why)) {
		(void)fprintf(stderr, "atelierd: %s\n", why.sentence);
		l.exit_status = EXIT_FAILURE;
	} else {
		(void)uv_run(&loop, UV_RUN_DEFAULT);
	}
	(void)uv_loop_close(&loop);
	clear_out(&l.house);
	return l.exit_status;
}
