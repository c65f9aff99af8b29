/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the daemon is made of, and its life: start, serve, reload, stop. One thread, the loop's. */
#include <stdint.h>
#include <uv.h>

#include "app/cache.h"
#include "app/params.h"
#include "app/request.h"
#include "app/shape.h"
#include "conf/conf.h"
#include "db/db.h"

/* Where time comes from; whatever decides asks this, so that tests can say what day it is. */
struct clock {
	int64_t (*now)(void *ctx); /* seconds since 1970-01-01T00:00:00Z */
	void *ctx;
};

enum { HOUSE_CLASSES = 6 }; /* status / 100 */

struct house {
	uv_loop_t *loop;
	struct conf *conf;     /* replaced whole by a reload */
	const char *conf_path; /* NULL: none */
	struct clock clock;
	unsigned char seed[16]; /* all randomness that decides comes from this */
	uint32_t run;           /* tells the request ids of one run from another's */
	struct router *router;
	struct params *params;
	struct shapes *shapes;
	struct answer *openapi; /* made at start-up */
	struct db *db;
	struct cache *cache;
	struct list makings; /* answers being made for all who ask (making.h) */
	struct planning *planning;
	struct live *live;
	struct list explainings; /* questions to a planner that are being answered */
	struct http_server *front, *ops;
	uint64_t answered[HOUSE_CLASSES];
	uint64_t lag_ms; /* how late the loop was at its last look */
	bool ready, stopping, reloading, reload_again;
};

/* Serve until told to stop; the process's exit status. Says on standard error, in one line, why it
 * won't start. Owns `conf` from now on; conf_path (NULL: defaults) is read again by a reload. */
int house_run(struct conf *conf, const char *conf_path);
struct http_limits house_limits(const struct conf *c);

/* For the log and the metrics, once an answer. */
void house_count(struct house *h, const struct request *q, int status);
static inline int64_t house_now(const struct house *h) {
	return h->clock.now(h->clock.ctx);
}
