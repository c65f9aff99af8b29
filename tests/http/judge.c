/* SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include "http/guard.h"
#include "http/parse.h"

#include "base/banned.h"

const struct http_limits judge_limits = {
	.head_octets = 1024,
	.field_count = 16,
	.target_octets = 128,
	.connections = 16,
	.connections_per_peer = 16,
	.head_ms = 60000,
	.body_ms = 60000,
	.idle_ms = 60000,
	.write_ms = 60000,
};

struct judgement {
	struct guard guard;
	struct arena *arena;
	struct buf head, body, *verdict;
	struct http_request request;
	bool keep, in_body, over;
};

static void begin(struct judgement *j) {
	guard_init(&j->guard, &judge_limits);
	buf_clear(&j->head);
	buf_clear(&j->body);
	j->request = (struct http_request){0};
	j->in_body = false;
}

static void refused(struct judgement *j, const struct why *why) {
	buf_addf(j->verdict, "%d ", err_status(why->kind));
	j->over = true;
}

static void head(struct judgement *j) {
	struct why why;
	j->in_body = true;
	if (parse_head(j->arena, buf_str(&j->head), &j->guard, &j->request, &j->keep, &why)
	    || guard_allow(&j->guard, JUDGE_BODY, &why)) {
		refused(j, &why);
		return;
	}
	struct str expect = http_field(&j->request, "Expect");
	if (expect.p && !str_ieq(expect, STR("100-continue"))) {
		(void)err_set(&why, ERR_EXPECTATION, NULL, "no");
		refused(j, &why);
	}
}

static void served(struct judgement *j) {
	buf_adds(j->verdict, "200 ");
	buf_add(j->verdict, j->request.target.p, j->request.target.n);
	buf_addc(j->verdict, '[');
	buf_add(j->verdict, j->body.p, j->body.n);
	buf_adds(j->verdict, "] ");
	j->over = !j->keep;
	begin(j);
}

static void feed(struct judgement *j, const char *p, size_t n) {
	size_t used;
	struct why why;
	for (;;) {
		enum guard_event event = guard_feed(&j->guard, p, n, &used, &why);
		if (!j->in_body)
			buf_add(&j->head, p, used);
		p += used;
		n -= used;
		switch (event) {
		case GUARD_REFUSED: refused(j, &why); break;
		case GUARD_HEAD: head(j); break;
		case GUARD_BODY: buf_add(&j->body, p - used, used); break;
		case GUARD_END: served(j); break;
		default: break;
		}
		if (j->over || (event == GUARD_MORE && n == 0))
			return;
	}
}

void judge(struct buf *ret, const char *p, size_t n, size_t first, size_t piece) {
	struct judgement j = {.arena = arena_new(), .verdict = ret};
	begin(&j);
	for (size_t at = 0, next = first; at < n && !j.over; at += next, next = piece) {
		if (next == 0 || next > n - at)
			next = n - at;
		/* A copy of its own size, so that reading past a piece is seen. */
		struct blob *b = blob_new(p + at, next);
		feed(&j, b->bytes, next);
		blob_drop(b);
	}
	buf_adds(ret, j.over ? "close" : guard_begun(&j.guard) ? "more" : "keep");
	buf_clear(&j.head);
	buf_clear(&j.body);
	arena_free(j.arena);
}
