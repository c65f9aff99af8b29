/* SPDX-License-Identifier: Apache-2.0 */
#include "db/lanes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

static const char away[] = "The database is away: repeat the request in a moment.";
static const char full[] = "Too many requests wait for the database: repeat this in a moment.";
static const char waited[] = "The database had no room in time: repeat the request in a moment.";
static const char closing_down[] = "The service is stopping: repeat the request in a moment.";

/* Measured with 32 point queries outstanding on 2 cores: past 16 a link gains little, and who
 * stands behind a slow statement waits longer. A long statement shares its link with nobody. */
static const size_t depths[DB_LANES] = {[DB_FAST] = 16, [DB_SLOW] = 1};

static void *allocated(size_t n) {
	void *p = calloc(1, n);
	if (!p) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	return p;
}

static struct pipe *pipe_of(struct link *link) {
	return list_entry(link, struct pipe, link);
}

/* The link with the fewest segments; NULL when none is up and has room. */
static struct pipe *roomiest(const struct lane *lane) {
	struct pipe *best = NULL;
	for (size_t i = 0; i < lane->pipe_count; i++) {
		struct pipe *p = &lane->pipes[i];
		if (pipe_has_room(p) && (!best || p->running < best->running))
			best = p;
	}
	return best;
}

/* No link is up, and none is still at its first attempt. */
static bool known_away(const struct lane *lane) {
	for (size_t i = 0; i < lane->pipe_count; i++)
		if (!lane->pipes[i].link.failed)
			return false;
	return true;
}

bool lane_idle(const struct lane *lane) {
	return list_empty(&lane->ages);
}

static struct segment *first_waiting(const struct lane *lane) {
	struct list *at = list_first(&lane->waiting);
	return at ? list_entry(at, struct segment, at) : NULL;
}

static void lane_feed(struct lane *lane) {
	struct segment *s;
	struct pipe *p;
	while ((s = first_waiting(lane)) && (p = roomiest(lane))) {
		list_remove(&s->at);
		lane->counters.waiting--;
		lane->counters.running++;
		pipe_send(p, s, s->calls, s->call_count);
	}
}

static void fail_waiting(struct lane *lane, const char *sentence) {
	for (struct segment *s; (s = first_waiting(lane));)
		segment_refuse(s, ERR_UNAVAILABLE, sentence);
}

static void link_up(struct link *link) {
	struct lane *lane = pipe_of(link)->lane;
	lane_feed(lane);
	db_changed(lane->db);
}

static bool link_readable(struct link *link) {
	struct pipe *pipe = pipe_of(link);
	bool alive = pipe_read(pipe);
	if (alive)
		lane_feed(pipe->lane);
	return alive;
}

static void link_down(struct link *link) {
	struct pipe *pipe = pipe_of(link);
	struct lane *lane = pipe->lane;
	pipe_fail(pipe, lane->late == pipe);
	if (known_away(lane))
		fail_waiting(lane, away);
	db_changed(lane->db);
}

static void link_closed(struct link *link) {
	db_released(pipe_of(link)->lane->db);
}

static const struct link_owner owner = {link_up, link_readable, link_down, link_closed};

static struct segment *eldest(const struct lane *lane) {
	struct list *at = list_first(&lane->ages);
	return at ? list_entry(at, struct segment, age) : NULL;
}

static void deadline(uv_timer_t *timer);

static void await_deadline(struct lane *lane, uint64_t now) {
	const struct segment *s = eldest(lane);
	if (s && !uv_is_active((const uv_handle_t *)&lane->timer))
		(void)uv_timer_start(&lane->timer, deadline, s->due > now ? s->due - now : 0, 0);
}

/* The timer is set for the segment that was oldest then; mostly it was answered long ago. */
static void deadline(uv_timer_t *timer) {
	struct lane *lane = timer->data;
	uint64_t now = uv_now(timer->loop);
	bool overdue = !lane_idle(lane) && eldest(lane)->due <= now;
	/* If it was us who were late, the answers are there to be read. */
	for (size_t i = 0; overdue && i < lane->pipe_count; i++)
		if (lane->pipes[i].link.state == LINK_UP)
			link_read(&lane->pipes[i].link);
	for (struct segment *s; (s = eldest(lane)) && s->due <= now;) {
		if (!s->pipe) {
			segment_refuse(s, ERR_UNAVAILABLE, waited);
			continue;
		}
		struct why why;
		(void)err_set(&why, ERR_UNAVAILABLE, NULL, "The database did not answer in time.");
		lane->late = s->pipe;
		link_abandon(&s->pipe->link, &why);
		lane->late = NULL;
	}
	await_deadline(lane, now);
}

void lane_open(struct lane *lane, struct db *db, const struct link_spec *spec, enum db_lane which) {
	const struct db_options *o = spec->options;
	*lane = (struct lane){.db = db, .options = o, .which = which, .pipe_count = o->links[which]};
	assert(lane->pipe_count > 0);
	list_init(&lane->waiting);
	list_init(&lane->ages);
	(void)uv_timer_init(spec->loop, &lane->timer);
	lane->timer.data = lane;
	lane->pipes = allocated(lane->pipe_count * sizeof *lane->pipes);
	/* The server's own timeout stands behind our deadline; at the same time either could win. */
	uint64_t timeout_ms = o->deadline_ms[which] + o->deadline_ms[which] / 4;
	for (size_t i = 0; i < lane->pipe_count; i++) {
		pipe_init(&lane->pipes[i], lane, depths[which]);
		link_open(&lane->pipes[i].link, spec, &owner, true, timeout_ms,
		          o->seed + (which << 16) + i);
	}
}

/* `calls` with all their texts, in one block with the segment. */
static struct segment *waiting_copy(const struct db_options *o, const struct db_call *calls,
                                    size_t n) {
	size_t values = 0, octets = 0;
	for (size_t i = 0; i < n; i++) {
		int params = o->statements[calls[i].statement].params;
		values += (size_t)params;
		for (int k = 0; k < params; k++)
			octets += calls[i].values[k] ? strlen(calls[i].values[k]) + 1 : 0;
	}
	struct segment *s =
		allocated(sizeof *s + n * sizeof *s->calls + values * sizeof(char *) + octets);
	const char **value = (const char **)(void *)(s->calls + n);
	char *text = (char *)(value + values);
	for (size_t i = 0; i < n; i++) {
		s->calls[i] = (struct db_call){calls[i].statement, value};
		for (int k = 0; k < o->statements[calls[i].statement].params; k++, value++) {
			const char *from = calls[i].values[k];
			if (!from)
				continue;
			size_t size = strlen(from) + 1;
			*value = memcpy(text, from, size);
			text += size;
		}
	}
	s->call_count = n;
	return s;
}

static const char *refusal(const struct lane *lane, bool closing) {
	if (closing)
		return closing_down;
	if (known_away(lane))
		return away;
	if (lane->counters.waiting + lane->counters.running >= lane->options->queue[lane->which])
		return full;
	return NULL;
}

void lane_submit(struct lane *lane, const struct db_call *calls, size_t n, bool writes,
                 db_done *done, void *ctx, bool closing) {
	const char *sentence = refusal(lane, closing);
	struct pipe *pipe = !sentence && list_empty(&lane->waiting) ? roomiest(lane) : NULL;
	struct segment *s =
		sentence || pipe ? allocated(sizeof *s) : waiting_copy(lane->options, calls, n);
	s->lane = lane;
	s->done = done;
	s->ctx = ctx;
	s->writes = writes;
	list_init(&s->at);
	list_init(&s->age);
	lane->counters.segments++;
	if (sentence) {
		lane->counters.refused++;
		(void)err_set(&s->why, ERR_UNAVAILABLE, NULL, "%s", sentence);
		db_settle(lane->db, s);
		return;
	}
	uint64_t now = uv_now(lane->timer.loop);
	s->due = now + lane->options->deadline_ms[lane->which];
	list_append(&lane->ages, &s->age);
	await_deadline(lane, now);
	if (pipe) {
		lane->counters.running++;
		pipe_send(pipe, s, calls, n);
	} else {
		lane->counters.waiting++;
		list_append(&lane->waiting, &s->at);
	}
}

void segment_end(struct segment *s, const struct db_result *result) {
	struct lane *lane = s->lane;
	list_remove(&s->at);
	if (!list_empty(&s->age)) {
		list_remove(&s->age);
		if (s->pipe) {
			s->pipe->running--;
			lane->counters.running--;
		} else {
			lane->counters.waiting--;
		}
		lane->counters.failed += err_status(result->err) >= 500;
	}
	s->done(result, s->ctx);
	PQclear(s->kept);
	free(s);
	db_ended(lane->db);
}

static void timer_closed(uv_handle_t *handle) {
	struct lane *lane = handle->data;
	db_released(lane->db);
}

void lane_close(struct lane *lane) {
	uv_close((uv_handle_t *)&lane->timer, timer_closed);
	for (size_t i = 0; i < lane->pipe_count; i++)
		link_close(&lane->pipes[i].link);
	for (size_t i = 0; i < lane->pipe_count; i++)
		pipe_fail(&lane->pipes[i], false);
	fail_waiting(lane, closing_down);
}
