/* SPDX-License-Identifier: Apache-2.0 */
#include "db/hear.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"
#include "db/lanes.h"

#include "base/banned.h"

enum { PING_MS = 15000 };

static struct hear *hear_of(struct link *link) {
	return list_entry(link, struct hear, link);
}

static void ask(struct hear *h, const char *sql) {
	PGconn *pg = h->link.pg;
	h->asked = true;
	if (PQsendQueryParams(pg, sql, 0, NULL, NULL, NULL, NULL, 0) == 1 && PQpipelineSync(pg) == 1)
		link_flush(&h->link);
	else
		link_doom(&h->link);
}

static void ping(uv_timer_t *timer) {
	struct hear *h = timer->data;
	if (h->link.state != LINK_UP)
		return;
	if (h->asked) {
		struct why why;
		(void)err_set(&why, ERR_UNAVAILABLE, NULL, "The database gives no sign of life.");
		link_abandon(&h->link, &why);
	} else {
		ask(h, "SELECT 1");
	}
}

static void link_up(struct link *link) {
	struct hear *h = hear_of(link);
	h->listening = false;
	ask(h, h->listen);
	(void)uv_timer_start(&h->ping, ping, PING_MS, PING_MS);
}

/* False: LISTEN was refused, or the connection is gone. */
static bool take_answers(struct hear *h) {
	PGconn *pg = h->link.pg;
	while (h->asked && !PQisBusy(pg)) {
		PGresult *r = PQgetResult(pg);
		ExecStatusType status = PQresultStatus(r); /* PGRES_FATAL_ERROR for NULL */
		bool between = !r;
		PQclear(r);
		if (status == PGRES_PIPELINE_SYNC) {
			h->asked = false;
			if (!h->listening)
				h->resync(h->ctx);
			h->listening = true;
		} else if (PQstatus(pg) != CONNECTION_OK || (!between && status == PGRES_FATAL_ERROR)) {
			return false;
		}
	}
	return true;
}

static bool link_readable(struct link *link) {
	struct hear *h = hear_of(link);
	bool alive = take_answers(h);
	for (PGnotify *n; (n = PQnotifies(link->pg)); PQfreemem(n))
		h->heard(n->extra, h->ctx);
	return alive;
}

static void link_down(struct link *link) {
	struct hear *h = hear_of(link);
	h->asked = false;
	(void)uv_timer_stop(&h->ping);
}

static void handle_gone(struct hear *h) {
	if (--h->handles > 0)
		return;
	struct db *db = h->db;
	free(h->listen);
	free(h);
	db_released(db);
}

static void link_closed(struct link *link) {
	handle_gone(hear_of(link));
}

static void ping_closed(uv_handle_t *handle) {
	handle_gone(handle->data);
}

static const struct link_owner owner = {link_up, link_readable, link_down, link_closed};

void hear_open(struct hear *h, const struct link_spec *spec, const char *channel, uint64_t seed) {
	struct buf listen = {0};
	assert(!strchr(channel, '"'));
	buf_addf(&listen, "LISTEN \"%s\"", channel);
	h->listen = listen.p;
	h->handles = 2;
	(void)uv_timer_init(spec->loop, &h->ping);
	h->ping.data = h;
	link_open(&h->link, spec, &owner, false, PING_MS, seed);
}

void hear_close(struct hear *h) {
	uv_close((uv_handle_t *)&h->ping, ping_closed);
	link_close(&h->link);
}
