/* SPDX-License-Identifier: Apache-2.0 */
#include "app/live.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "app/calls.h"
#include "app/house.h"
#include "app/planning.h"
#include "app/render.h"

#include "base/banned.h"

enum { TICK_MS = 1000 };

struct live {
	struct house *house;
	struct list listeners;
	uv_timer_t tick; /* runs while somebody listens */
	size_t count;
	bool stopping;
};

/* In its exchange's arena. */
struct listener {
	struct list link; /* in the live's listeners */
	struct live *live;
	struct request *request;
	struct str plan;
	uint64_t began, beat_at, ask_at; /* uv_now */
	uint64_t events;
	bool asking, ask_again; /* a segment is under way */
	bool streaming, ending;
	char *state, *progress; /* as told last; NULL: nothing yet */
};

/* -- the end -- */

/* Not while a segment is under way: its answer needs the exchange. */
static void may_end(struct listener *l) {
	struct live *live = l->live;
	if (!l->ending || l->asking)
		return;
	list_remove(&l->link);
	live->count--;
	if (list_empty(&live->listeners) && !uv_is_closing((uv_handle_t *)&live->tick))
		(void)uv_timer_stop(&live->tick);
	free(l->state);
	free(l->progress);
	if (l->streaming)
		http_stream_end(l->request->x);
}

static void end(struct listener *l) {
	l->ending = true;
	may_end(l);
}

static void gone(struct http_exchange *x, void *ctx) {
	(void)x;
	end(ctx);
}

/* -- telling -- */

/* What it is true for is still being asked about or has ended: l may be gone after it. */
static void tell(struct listener *l, const char *event, struct str data) {
	struct buf b = {0};
	if (l->ending)
		return;
	if (l->events == 0)
		buf_addf(&b, "retry: %d\n", LIVE_RETRY_MS);
	buf_addf(&b, "id: %" PRIu64 "\nevent: %s\ndata: ", ++l->events, event);
	for (size_t i = 0; i < data.n; i++)
		buf_addc(&b, data.p[i] == '\n' || data.p[i] == '\r' ? ' ' : data.p[i]);
	buf_adds(&b, "\n\n");
	if (!http_stream_write(l->request->x, b.p, b.n))
		l->ending = true; /* too slow, or gone */
	buf_clear(&b);
}

static char *copy_of(struct str s) {
	char *ret = malloc(s.n + 1);
	if (!ret)
		abort();
	memcpy(ret, s.p, s.n);
	ret[s.n] = '\0';
	return ret;
}

static void tell_progress(struct listener *l, struct str progress) {
	if (l->progress && str_is(progress, l->progress))
		return;
	free(l->progress);
	l->progress = copy_of(progress);
	tell(l, "progress", progress);
}

static bool is_final(const char *state) {
	return strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
}

/* The row as SQL gave it: news of the state, or of progress elsewhere, or nothing new. */
static void tell_row(struct listener *l, struct str body) {
	json_t *row = json_loadb(body.p, body.n, 0, NULL);
	const char *word = json_string_value(json_object_get(row, "state"));
	json_int_t attempt = json_integer_value(json_object_get(row, "attempt"));
	const json_t *progress = json_object_get(row, "progress");
	char state[64];
	(void)snprintf(state, sizeof state, "%s %" JSON_INTEGER_FORMAT, word ? word : "", attempt);
	if (!word) {
		l->ending = true;
	} else if (!l->state || strcmp(state, l->state) != 0) {
		free(l->state);
		l->state = copy_of(str_of(state));
		tell(l, "state", body);
		if (is_final(word))
			l->ending = true;
	} else if (json_is_object(progress) && !planning_makes(l->live->house->planning, l->plan)) {
		char *text = json_dumps(progress, JSON_COMPACT);
		if (text)
			tell_progress(l, str_of(text));
		free(text);
	}
	json_decref(row);
}

/* -- asking -- */

static void asked(const struct db_result *r, void *ctx);

static void ask(struct listener *l) {
	struct live *live = l->live;
	l->ask_again = l->asking;
	if (l->asking || l->ending)
		return;
	bool ours = planning_makes(live->house->planning, l->plan);
	l->ask_at = uv_now(live->house->loop) + (ours ? LIVE_BEAT_MS : TICK_MS);
	l->asking = true;
	calls_submit(l->request, asked, l);
}

static void begin_stream(struct listener *l) {
	static const struct http_field fields[] = {
		{{"Content-Type", 12}, {"text/event-stream", 17}},
		{{"Cache-Control", 13}, {"no-store", 8}},
		{{"X-Content-Type-Options", 22}, {"nosniff", 7}},
		{{"X-Accel-Buffering", 17}, {"no", 2}}, /* proxies: pass it on as it comes */
	};
	l->streaming = true;
	house_count(l->live->house, l->request, 200);
	http_stream_begin(l->request->x,
	                  &(struct http_answer){.status = 200,
	                                        .fields = fields,
	                                        .field_count = sizeof fields / sizeof *fields},
	                  NULL, gone, l);
	l->ending = l->ending || l->live->stopping || l->request->http->method == HTTP_HEAD_;
}

static void asked(const struct db_result *r, void *ctx) {
	struct listener *l = ctx;
	struct request *q = l->request;
	struct why why;
	l->asking = false;
	if (!r->err && r->rows == 1) {
		if (!l->streaming)
			begin_stream(l);
		if (!l->ending)
			tell_row(l, db_value(r, 0, CALL_BODY));
	} else if (l->streaming) {
		/* Not known for now is no end; not allowed any more is. */
		l->ending = l->ending || (r->err != ERR_UNAVAILABLE && r->err != ERR_UNKNOWN_OUTCOME);
	} else {
		l->ending = true;
		if (r->err) {
			calls_problem(q, r);
		} else {
			(void)err_set(&why, ERR_INTERNAL, NULL, "The database gave no answer.");
			render_problem(q, &why, "");
		}
	}
	if (l->ending)
		may_end(l);
	else if (l->ask_again)
		ask(l);
}

/* -- time -- */

static void beat(struct listener *l, uint64_t now) {
	if (!l->streaming || l->ending)
		return;
	if (now >= l->beat_at) {
		l->beat_at = now + LIVE_BEAT_MS;
		l->ending = !http_stream_write(l->request->x, ":\n\n", 3);
	}
	if (now >= l->began + LIVE_MAX_MS)
		l->ending = true;
	if (l->ending)
		may_end(l);
	else if (now >= l->ask_at)
		ask(l);
}

static void ticked(uv_timer_t *timer) {
	struct live *live = timer->data;
	struct list *next;
	for (struct list *at = live->listeners.next; at != &live->listeners; at = next) {
		next = at->next;
		beat(list_entry(at, struct listener, link), uv_now(live->house->loop));
	}
}

/* -- the beginning -- */

void live_begin(struct request *q) {
	struct live *live = q->house->live;
	struct why why;
	if (live->count >= (size_t)q->house->conf->plan_listeners) {
		(void)err_set(&why, ERR_UNAVAILABLE, NULL,
		              "%zu others follow plans already, as many as plan.listeners allows; try "
		              "again soon.",
		              live->count);
		render_problem(q, &why, "");
		return;
	}
	struct listener *l = arena_new_of(q->arena, struct listener);
	l->live = live;
	l->request = q;
	l->plan = q->match.value[0];
	l->began = uv_now(q->house->loop);
	l->beat_at = l->began + LIVE_BEAT_MS;
	list_append(&live->listeners, &l->link);
	if (live->count++ == 0 && !live->stopping)
		(void)uv_timer_start(&live->tick, ticked, TICK_MS, TICK_MS);
	ask(l);
}

void live_progress(struct live *live, struct str plan, struct str progress) {
	struct list *next;
	for (struct list *at = live->listeners.next; at != &live->listeners; at = next) {
		struct listener *l = list_entry(at, struct listener, link);
		next = at->next;
		if (l->streaming && !l->ending && str_eq(l->plan, plan)) {
			tell_progress(l, progress);
			may_end(l);
		}
	}
}

void live_wake(struct live *live) {
	list_each (&live->listeners, at)
		ask(list_entry(at, struct listener, link));
}

void live_stop(struct live *live) {
	struct list *next;
	live->stopping = true;
	for (struct list *at = live->listeners.next; at != &live->listeners; at = next) {
		struct listener *l = list_entry(at, struct listener, link);
		next = at->next;
		if (l->streaming)
			end(l);
	}
	uv_close((uv_handle_t *)&live->tick, NULL);
}

struct live *live_new(struct house *h) {
	struct live *live = calloc(1, sizeof *live);
	if (!live || uv_timer_init(h->loop, &live->tick))
		abort();
	live->house = h;
	live->tick.data = live;
	list_init(&live->listeners);
	return live;
}

void live_free(struct live *l) {
	free(l);
}

size_t live_count(const struct live *l) {
	return l->count;
}
