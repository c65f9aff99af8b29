/* SPDX-License-Identifier: Apache-2.0 */
#include "db/link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"

#include "base/banned.h"

/* Long enough for a far server with TLS; an attempt that takes longer goes to the next place. */
enum { ATTEMPT_MS = 10000 };

struct watch {
	uv_poll_t poll;
	struct link *link;
	int events;
};

static const char gone[] = "The connection to the database was lost.";

static void timed(uv_timer_t *timer);
static void watched(uv_poll_t *poll, int status, int events);
static void next_place(struct link *link);

static void link_release(struct link *link) {
	assert(link->holds > 0);
	if (--link->holds > 0)
		return;
	places_clear(&link->resolver.found);
	sentences_clear(&link->sentences);
	link->owner->closed(link);
}

static void watch_closed(uv_handle_t *handle) {
	struct watch *w = handle->data;
	struct link *link = w->link;
	free(w);
	link_release(link);
}

static void unwatch(struct link *link) {
	if (!link->watch)
		return;
	/* Stop takes the socket out of epoll at once: it may be closed before our handle is. */
	(void)uv_poll_stop(&link->watch->poll);
	uv_close((uv_handle_t *)&link->watch->poll, watch_closed);
	link->watch = NULL;
}

static bool watch(struct link *link, int events) {
	struct watch *w = calloc(1, sizeof *w);
	if (!w || uv_poll_init(link->spec->loop, &w->poll, PQsocket(link->pg)) != 0) {
		free(w);
		return false;
	}
	w->poll.data = w;
	w->link = link;
	w->events = events;
	link->watch = w;
	link->holds++;
	return uv_poll_start(&w->poll, events, watched) == 0;
}

static void start_timer(struct link *link, uint64_t ms) {
	(void)uv_timer_start(&link->timer, timed, ms, 0);
}

/* splitmix64 */
static uint64_t drawn(struct link *link) {
	uint64_t z = link->random += 0x9E3779B97F4A7C15u;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

/* Doubled each round up to the most, then somewhere in its upper half: links must not return
 * in step. */
static uint64_t pause_ms(struct link *link) {
	const struct db_options *o = link->spec->options;
	unsigned doublings = link->rounds < 20 ? link->rounds : 20;
	uint64_t ms = o->backoff_min_ms << doublings;
	if (ms > o->backoff_max_ms)
		ms = o->backoff_max_ms;
	return ms - drawn(link) % (ms / 2 + 1);
}

static void drop_connection(struct link *link) {
	unwatch(link);
	PQfinish(link->pg);
	link->pg = NULL;
}

/* The attempt or the link is over. `pause` even if there are places left in this round. */
static void go_down(struct link *link, bool pause) {
	drop_connection(link);
	link->failed = true;
	link->state = LINK_PAUSED;
	bool again = !pause && link->turn < link->resolver.found.n;
	uint64_t ms = 0;
	if (!again) {
		places_clear(&link->resolver.found);
		ms = pause_ms(link);
		link->rounds++;
	}
	start_timer(link, ms);
	link->owner->down(link);
}

static void attempt_failed(struct link *link, const char *message) {
	struct str rest = str_of(message), line = str_cut(&rest, '\n');
	link->refused = false;
	(void)err_set(&link->why, ERR_UNAVAILABLE, NULL, "The database cannot be reached: %.*s.",
	              STR_ARG(line));
	go_down(link, false);
}

static void lost(struct link *link, const char *sentence) {
	link->refused = false;
	(void)err_set(&link->why, ERR_UNAVAILABLE, NULL, "%s", sentence);
	go_down(link, true);
}

/* Notices tell operators nothing they cannot read in the server's own log. */
static void noticed(void *data, const PGresult *notice) {
	(void)data;
	const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
	log_debug("database_notice", "message=%s", log_quoted(message ? message : ""));
}

static void connected(struct link *link) {
	(void)PQsetNoticeReceiver(link->pg, noticed, NULL);
	link->state = LINK_GREETING;
	if (PQsetnonblocking(link->pg, 1) != 0 || !greet_send(&link->greeting, link->pg)
	    || !watch(link, UV_READABLE)) {
		attempt_failed(link, PQerrorMessage(link->pg));
		return;
	}
	link_flush(link);
}

static void connect_step(struct link *link) {
	/* libpq may close this socket and open another, so the old one is let go first. */
	unwatch(link);
	bool ok = true;
	switch (PQconnectPoll(link->pg)) {
	case PGRES_POLLING_READING: ok = watch(link, UV_READABLE); break;
	case PGRES_POLLING_WRITING: ok = watch(link, UV_WRITABLE); break;
	case PGRES_POLLING_OK: connected(link); return;
	default: ok = false;
	}
	if (!ok)
		attempt_failed(link, PQerrorMessage(link->pg));
}

static void greet_step(struct link *link) {
	bool alive = PQconsumeInput(link->pg) == 1;
	enum greet greet = greet_read(&link->greeting, link->pg, &link->why);
	if (greet == GREET_FIT) {
		(void)uv_timer_stop(&link->timer);
		link->state = LINK_UP;
		link->failed = link->refused = false;
		link->rounds = 0;
		link->why = (struct why){0};
		link->owner->up(link);
		link_flush(link);
	} else if (greet == GREET_MORE && alive) {
		link_flush(link);
	} else if (greet == GREET_MORE) {
		attempt_failed(link, PQerrorMessage(link->pg));
	} else {
		link->refused = greet == GREET_UNFIT;
		go_down(link, false);
	}
}

void link_read(struct link *link) {
	assert(link->state == LINK_UP);
	bool alive = PQconsumeInput(link->pg) == 1;
	if (!alive)
		unwatch(link);
	/* Answers that came before the end of the connection still count. */
	alive = link->owner->readable(link) && alive;
	if (!alive)
		lost(link, gone);
	else
		link_flush(link);
}

static void watched(uv_poll_t *poll, int status, int events) {
	struct watch *w = poll->data;
	struct link *link = w->link;
	/* An error (a reset, with answers perhaps still to be read) stops the watch: link_flush starts
	 * it again, until libpq has found the end for itself. */
	if (status < 0)
		w->events = 0;
	switch (link->state) {
	case LINK_CONNECTING: connect_step(link); break;
	case LINK_GREETING: greet_step(link); break;
	case LINK_UP:
		if (events == UV_WRITABLE)
			link_flush(link);
		else
			link_read(link);
		break;
	case LINK_PAUSED:
	case LINK_RESOLVING:
	case LINK_CLOSED: break;
	}
}

void link_flush(struct link *link) {
	if (!link->watch)
		return;
	int left = PQflush(link->pg);
	if (left < 0 || PQstatus(link->pg) == CONNECTION_BAD) {
		link_doom(link);
		return;
	}
	int events = left == 1 ? UV_READABLE | UV_WRITABLE : UV_READABLE;
	if (link->watch->events == events)
		return;
	link->watch->events = events;
	(void)uv_poll_start(&link->watch->poll, events, watched);
}

/* PQconnectStart's first step waits for the socket to become writable. */
static void next_place(struct link *link) {
	const struct place *at = &link->resolver.found.at[link->turn++];
	link->state = LINK_CONNECTING;
	start_timer(link, ATTEMPT_MS);
	link->reconnects++;
	link->pg = conninfo_start(&link->spec->conninfo, at);
	if (!link->pg || PQstatus(link->pg) == CONNECTION_BAD || !watch(link, UV_WRITABLE))
		attempt_failed(link, link->pg ? PQerrorMessage(link->pg) : "out of memory");
}

static void places_found(struct link *link) {
	if (link->resolver.found.n) {
		next_place(link);
		return;
	}
	link->refused = false;
	link->why = link->resolver.why;
	go_down(link, true);
}

static void resolver_done(struct resolver *r) {
	struct link *link = r->data;
	if (link->state == LINK_RESOLVING)
		places_found(link);
	link_release(link);
}

static void begin_round(struct link *link) {
	if (link->spec->conninfo_why.kind) {
		link->refused = true;
		link->why = link->spec->conninfo_why;
		go_down(link, true);
		return;
	}
	link->state = LINK_RESOLVING;
	link->turn = 0;
	link->resolver = (struct resolver){.loop = link->spec->loop,
	                                   .wanted = &link->spec->conninfo.wanted,
	                                   .done = resolver_done,
	                                   .data = link};
	if (resolver_run(&link->resolver))
		places_found(link);
	else
		link->holds++;
}

static void timed(uv_timer_t *timer) {
	struct link *link = timer->data;
	switch (link->state) {
	case LINK_PAUSED:
		if (link->turn < link->resolver.found.n)
			next_place(link);
		else
			begin_round(link);
		break;
	case LINK_CONNECTING:
	case LINK_GREETING:
		attempt_failed(link, PQstatus(link->pg) == CONNECTION_BAD ? PQerrorMessage(link->pg)
		                                                          : "no answer in time");
		break;
	case LINK_UP:
		(void)PQconsumeInput(link->pg);
		(void)link->owner->readable(link);
		lost(link, gone);
		break;
	case LINK_RESOLVING:
	case LINK_CLOSED: break;
	}
}

void link_open(struct link *link, const struct link_spec *spec, const struct link_owner *owner,
               bool prepare, uint64_t timeout_ms, uint64_t seed) {
	*link = (struct link){.spec = spec, .owner = owner, .random = seed, .holds = 1};
	link->greeting = (struct greeting){.options = spec->options,
	                                   .prepare = prepare,
	                                   .timeout_ms = timeout_ms,
	                                   .sentences = &link->sentences};
	(void)uv_timer_init(spec->loop, &link->timer);
	link->timer.data = link;
	start_timer(link, 0);
}

/* A write that finds the connection dead makes libpq close the socket, whose number may be
 * somebody else's a moment later: so the watch goes at once. */
void link_doom(struct link *link) {
	unwatch(link);
	start_timer(link, 0);
}

struct cancelling {
	uv_work_t work;
	PGcancel *cancel;
	struct link *link;
};

static void cancel_work(uv_work_t *work) {
	struct cancelling *c = work->data;
	char message[256];
	/* Whether it helped shows in nothing we wait for: the connection is gone either way. */
	(void)PQcancel(c->cancel, message, sizeof message);
}

static void cancel_done(uv_work_t *work, int status) {
	(void)status;
	struct cancelling *c = work->data;
	PQfreeCancel(c->cancel);
	c->link->cancelling = false;
	link_release(c->link);
	free(c);
}

/* PQcancel opens a connection of its own and blocks, so it runs in a worker. */
static void cancel(struct link *link) {
	struct cancelling *c = calloc(1, sizeof *c);
	if (!c)
		return;
	c->work.data = c;
	c->link = link;
	c->cancel = PQgetCancel(link->pg);
	/* One at a time: a server out of reach must not fill the workers. */
	if (c->cancel && !link->cancelling
	    && uv_queue_work(link->spec->loop, &c->work, cancel_work, cancel_done) == 0) {
		link->cancelling = true;
		link->holds++;
		return;
	}
	PQfreeCancel(c->cancel);
	free(c);
}

void link_abandon(struct link *link, const struct why *why) {
	assert(link->state == LINK_UP);
	cancel(link);
	link->refused = false;
	link->why = *why;
	go_down(link, true);
}

static void timer_closed(uv_handle_t *handle) {
	link_release(handle->data);
}

void link_close(struct link *link) {
	assert(link->state != LINK_CLOSED);
	drop_connection(link);
	if (link->state == LINK_RESOLVING)
		(void)uv_cancel((uv_req_t *)&link->resolver.request);
	link->state = LINK_CLOSED;
	uv_close((uv_handle_t *)&link->timer, timer_closed);
}
