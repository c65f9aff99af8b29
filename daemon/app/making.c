/* SPDX-License-Identifier: Apache-2.0 */
#include "app/making.h"

#include <stdlib.h>

#include "app/calls.h"
#include "app/csv.h"
#include "app/feeds.h"
#include "app/fields.h"
#include "app/gzip.h"
#include "app/house.h"
#include "app/render.h"
#include "base/log.h"

#include "base/banned.h"

struct making {
	struct list link; /* in the house's makings */
	struct arena *arena;
	struct house *house;
	const struct route *route;
	struct str key; /* {NULL,0}: nobody may join */
	uint64_t stamp;
	struct list waiting; /* requests */
	struct answer answer;
	const char *next; /* cursor of a list, NULL: none */
	struct feed feed;
	struct calendar calendar;
	enum calendar_shape shape;
	bool pack;
	uv_work_t work;
};

/* `"name":"value"` in the args, which no text can imitate: its quotes would be escaped. */
static bool args_say(const struct request *q, const char *member) {
	return strstr(q->args, member) != NULL;
}

static struct request *first_of(const struct making *m) {
	return list_entry(m->waiting.next, struct request, waiting);
}

/* Let the next request out of the making; NULL when all are gone. */
static struct request *take(struct making *m) {
	struct list *at = list_first(&m->waiting);
	if (!at)
		return NULL;
	list_remove(at);
	return list_entry(at, struct request, waiting);
}

static void making_end(struct making *m) {
	blob_drop(m->answer.page.identity);
	blob_drop(m->answer.page.gzip);
	arena_free(m->arena);
}

static void making_failed(struct making *m, const struct why *why) {
	struct request *q;
	list_remove(&m->link);
	while ((q = take(m)))
		render_problem(q, why, "");
	making_end(m);
}

static void making_refused(struct making *m, const struct db_result *r) {
	struct request *q;
	list_remove(&m->link);
	while ((q = take(m)))
		calls_problem(q, r);
	making_end(m);
}

/* -- last step: everyone who waits is answered -- */

static void making_done(struct making *m) {
	struct request *q;
	struct cached *page = &m->answer.page;
	list_remove(&m->link);
	/* A cursor as long as that is rare and not worth a place in every entry. */
	if (m->key.p && (!m->next || *page->next))
		cache_put(m->house->cache, m->key, page, m->stamp);
	while ((q = take(m))) {
		struct answer a = m->answer;
		blob_hold(a.page.identity);
		blob_hold(a.page.gzip);
		if (m->next)
			a.link = render_link(q, str_of(m->next));
		render_answer(q, &a, q->key);
	}
	making_end(m);
}

/* -- middle step: octets, digest, gzip -- */

static void page_make(uv_work_t *work) {
	struct making *m = work->data;
	struct cached *page = &m->answer.page;
	if (!page->identity) {
		struct buf out = {0};
		feed_render(&out, &m->calendar, m->shape, &m->feed);
		page->identity = blob_new(out.p, out.n);
		page->modified = m->feed.modified;
		buf_clear(&out);
	}
	if (!*page->etag)
		render_tag(page);
	if (m->pack && page->identity->n > RENDER_GZIP_MIN)
		page->gzip = gzip_pack((struct str){page->identity->bytes, page->identity->n});
}

static void page_made(uv_work_t *work, int status) {
	struct making *m = work->data;
	(void)status; /* nothing cancels it */
	if (m->feed.skipped)
		log_warn("feed", "route=%s skipped=%zu uid=%s why=%s", m->route->id, m->feed.skipped,
		         log_quoted(m->feed.fault.field), log_quoted(m->feed.fault.sentence));
	making_done(m);
}

static void making_go_on(struct making *m, bool slow) {
	m->work.data = m;
	if (!slow) {
		page_make(&m->work);
		page_made(&m->work, 0);
	} else if (uv_queue_work(m->house->loop, &m->work, page_make, page_made)) {
		abort();
	}
}

/* -- first step: the rows are known -- */

static void feed_known(struct making *m, const struct db_result *r) {
	struct why why;
	const struct conf *conf = m->house->conf;
	if (feed_read(m->arena, r, &m->feed, &why)) {
		making_failed(m, &why);
		return;
	}
	m->answer.page.content_type = STR("text/calendar; charset=utf-8");
	m->calendar = (struct calendar){
		.name = m->feed.name.n ? m->feed.name : str_of(arena_strdup(m->arena, conf->feeds_name)),
		.url = str_of(arena_strdup(m->arena, conf->listen_public_url)),
		.refresh_hours = (int)conf->feeds_refresh,
	};
	if (m->route->handler == HANDLER_FEED)
		m->calendar.source =
			str_of(arena_printf(m->arena, "%s%s", conf->listen_public_url, m->route->path));
	if (args_say(first_of(m), "\"shape\":\"sessions\""))
		m->shape = CALENDAR_SESSIONS;
	m->pack = true; /* every calendar program asks for it */
	making_go_on(m, true);
}

static void csv_known(struct making *m, const struct db_result *r) {
	struct buf out = {0};
	csv_render(&out, r, args_say(first_of(m), "\"bom\":\"1\""));
	m->answer.page.content_type = STR("text/csv; charset=utf-8; header=present");
	m->answer.page.identity = blob_new(out.p, out.n);
	making_go_on(m, out.n > GZIP_ON_LOOP_MAX);
	buf_clear(&out);
}

static void json_known(struct making *m, const struct db_result *r) {
	struct cached *page = &m->answer.page;
	struct str body = db_value(r, 0, CALL_BODY), etag = db_value(r, 0, CALL_ETAG);
	struct str next = db_value(r, 0, CALL_NEXT), modified = db_value(r, 0, CALL_MODIFIED);
	uint64_t seconds;
	page->content_type = STR("application/json");
	page->identity = blob_new(body.p, body.n);
	if (str_u64(modified, INT64_MAX, &seconds))
		page->modified = (int64_t)seconds;
	if (etag.p && !render_tag_revision(page, etag))
		*page->etag = '\0';
	if (next.p) {
		m->next = arena_dup(m->arena, next.p, next.n);
		if (next.n < CURSOR_SIZE)
			memcpy(page->next, next.p, next.n);
	}
	making_go_on(m, body.n > GZIP_ON_LOOP_MAX);
}

static void rows_known(const struct db_result *r, void *ctx) {
	struct making *m = ctx;
	struct why why;
	size_t most = (size_t)m->house->conf->feeds_rows;
	bool json = m->route->handler == HANDLER_SQL || m->route->handler == HANDLER_ACTIVITIES;
	if (r->err) {
		making_refused(m, r);
	} else if (r->rows > most) {
		(void)err_set(&why, ERR_TOO_LARGE, NULL,
		              "This would be %zu entries and at most %zu are given whole; narrow it "
		              "with from= and to=.",
		              r->rows, most);
		making_failed(m, &why);
	} else if (json && r->rows != 1) {
		(void)err_set(&why, ERR_INTERNAL, NULL, "The database gave no answer.");
		making_failed(m, &why);
	} else if (json) {
		json_known(m, r);
	} else if (m->route->handler == HANDLER_CSV) {
		csv_known(m, r);
	} else {
		feed_known(m, r);
	}
}

/* -- the beginning -- */

/* Everything a public answer depends on: its route, the day, what was asked. */
static struct str key_of(const struct request *q) {
	struct {
		int32_t route, day;
	} head = {(int32_t)route_id(q->route), (int32_t)(q->now / 86400)};
	size_t n = strlen(q->args);
	char *key = arena_alloc(q->arena, sizeof head + n);
	memcpy(key, &head, sizeof head);
	memcpy(key + sizeof head, q->args, n);
	return (struct str){key, sizeof head + n};
}

static bool joined(struct request *q) {
	const struct cached *known = cache_get(q->house->cache, q->key);
	if (known) {
		struct answer a = {.status = 200, .page = *known};
		blob_hold(a.page.identity);
		blob_hold(a.page.gzip);
		if (*known->next)
			a.link = render_link(q, str_of(known->next));
		render_answer(q, &a, q->key);
		return true;
	}
	list_each (&q->house->makings, at) {
		struct making *m = list_entry(at, struct making, link);
		if (m->key.p && m->stamp == cache_stamp(q->house->cache) && str_eq(m->key, q->key)) {
			list_append(&m->waiting, &q->waiting);
			return true;
		}
	}
	return false;
}

void making_join(struct request *q, unsigned areas) {
	list_init(&q->waiting);
	if (areas) {
		q->key = key_of(q);
		if (joined(q))
			return;
	}
	struct arena *a = arena_new();
	struct making *m = arena_new_of(a, struct making);
	m->arena = a;
	m->house = q->house;
	m->route = q->route;
	m->key = (struct str){q->key.p ? arena_dup(a, q->key.p, q->key.n) : NULL, q->key.n};
	m->stamp = cache_stamp(q->house->cache);
	m->answer.status = 200;
	m->answer.page.areas = areas;
	m->pack = field_takes_gzip(http_field(q->http, "Accept-Encoding"));
	list_init(&m->waiting);
	list_append(&m->waiting, &q->waiting);
	list_append(&q->house->makings, &m->link);
	calls_submit(q, rows_known, m);
}
