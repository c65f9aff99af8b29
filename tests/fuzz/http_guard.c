/* SPDX-License-Identifier: Apache-2.0 */
/* Guard and parser. The first octet chooses a split, the rest is what a connection sends. The
 * verdict must not depend on the split; and where the guard lets a message pass, llhttp must see
 * it end at the same octet with the same body. */
#include <llhttp.h>
#include <stdio.h>
#include <stdlib.h>

#include "http/guard.h"
#include "judge.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void object(const char *what, const struct buf *a, const struct buf *b) {
	(void)fprintf(stderr, "%s: \"%s\" and \"%s\"\n", what, a->p ? a->p : "", b->p ? b->p : "");
	abort();
}

static void same_however_split(const char *p, size_t n, size_t first) {
	struct buf whole = {0}, split = {0}, dribbled = {0};
	judge(&whole, p, n, 0, 0);
	judge(&split, p, n, first, 0);
	judge(&dribbled, p, n, 1, 1);
	if (!str_eq(buf_str(&whole), buf_str(&split)))
		object("split", &whole, &split);
	if (!str_eq(buf_str(&whole), buf_str(&dribbled)))
		object("dribbled", &whole, &dribbled);
	buf_clear(&whole);
	buf_clear(&split);
	buf_clear(&dribbled);
}

/* The octets of the first message, and its body, if the guard lets it pass. */
static size_t first_message(const char *p, size_t n, struct buf *ret_body) {
	struct guard g;
	size_t at = 0, used;
	guard_init(&g, &judge_limits);
	for (;;) {
		enum guard_event event = guard_feed(&g, p + at, n - at, &used, NULL);
		if (event == GUARD_BODY)
			buf_add(ret_body, p + at, used);
		at += used;
		if (event == GUARD_HEAD && guard_allow(&g, JUDGE_BODY, NULL))
			return 0;
		if (event == GUARD_END)
			return at;
		if (event == GUARD_REFUSED || (event == GUARD_MORE && at == n))
			return 0;
	}
}

struct seen {
	llhttp_t llhttp; /* first: callbacks find the rest through it */
	struct buf body;
	size_t ends;
};

static int on_body(llhttp_t *l, const char *at, size_t n) {
	buf_add(&((struct seen *)(void *)l)->body, at, n);
	return 0;
}

static int on_end(llhttp_t *l) {
	((struct seen *)(void *)l)->ends++;
	return 0;
}

static void same_as_llhttp(const char *p, size_t n) {
	static const llhttp_settings_t settings = {.on_body = on_body, .on_message_complete = on_end};
	struct seen seen = {.ends = 0};
	struct buf body = {0};
	size_t end = first_message(p, n, &body);
	if (end) {
		llhttp_init(&seen.llhttp, HTTP_REQUEST, &settings);
		(void)llhttp_execute(&seen.llhttp, p, end - 1);
		if (seen.ends)
			object("llhttp ends it sooner", &body, &seen.body);
		(void)llhttp_execute(&seen.llhttp, p + end - 1, 1);
		if (seen.ends != 1)
			object("llhttp does not end it", &body, &seen.body);
		if (!str_eq(buf_str(&body), buf_str(&seen.body)))
			object("llhttp sees another body", &body, &seen.body);
	}
	buf_clear(&body);
	buf_clear(&seen.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	if (size == 0)
		return 0;
	const char *p = (const char *)data + 1;
	same_however_split(p, size - 1, data[0]);
	same_as_llhttp(p, size - 1);
	return 0;
}
