/* SPDX-License-Identifier: Apache-2.0 */
/* The guard's place taken by llhttp alone, for the positive control: framing is whatever llhttp
 * says. One message stream at a time. */
#include <llhttp.h>

#include "http/guard.h"

#include "base/banned.h"

static struct {
	bool begun, head, body, end;
	uint32_t target, fields;
	bool in_value;
} seen;
static llhttp_t parser;

static int on_begin(llhttp_t *l) {
	(void)l;
	seen.target = seen.fields = 0;
	seen.in_value = true;
	return 0;
}
static int on_url(llhttp_t *l, const char *at, size_t n) {
	(void)l;
	(void)at;
	seen.target += (uint32_t)n;
	return 0;
}
static int on_name(llhttp_t *l, const char *at, size_t n) {
	(void)l;
	(void)at;
	(void)n;
	seen.fields += seen.in_value;
	seen.in_value = false;
	return 0;
}
static int on_value(llhttp_t *l) {
	(void)l;
	seen.in_value = true;
	return 0;
}
static int on_head(llhttp_t *l) {
	(void)l;
	seen.head = true;
	return 0;
}
static int on_body(llhttp_t *l, const char *at, size_t n) {
	(void)l;
	(void)at;
	(void)n;
	seen.body = true;
	return 0;
}
static int on_end(llhttp_t *l) {
	(void)l;
	seen.end = true;
	return 0;
}

static const llhttp_settings_t settings = {
	.on_message_begin = on_begin,
	.on_url = on_url,
	.on_header_field = on_name,
	.on_header_value_complete = on_value,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_end,
};

void guard_init(struct guard *g, const struct http_limits *limits) {
	(void)limits;
	*g = (struct guard){0};
	seen.begun = seen.head = seen.body = seen.end = false;
	llhttp_init(&parser, HTTP_REQUEST, &settings);
}

static enum guard_event head(struct guard *g) {
	static const enum http_method methods[] = {
		[HTTP_GET] = HTTP_GET_,         [HTTP_HEAD] = HTTP_HEAD_,   [HTTP_POST] = HTTP_POST_,
		[HTTP_PUT] = HTTP_PUT_,         [HTTP_PATCH] = HTTP_PATCH_, [HTTP_DELETE] = HTTP_DELETE_,
		[HTTP_OPTIONS] = HTTP_OPTIONS_,
	};
	seen.head = false;
	g->method =
		parser.method < sizeof methods / sizeof *methods ? methods[parser.method] : HTTP_OPTIONS_;
	g->minor = parser.http_minor;
	g->target_octets = seen.target;
	g->fields = seen.fields;
	g->chunked = (parser.flags & F_CHUNKED) != 0;
	g->length = parser.content_length;
	return GUARD_HEAD;
}

enum guard_event guard_feed(struct guard *g, const char *p, size_t n, size_t *ret_used,
                            struct why *reterr) {
	*ret_used = 0;
	if (seen.end)
		return GUARD_END;
	for (size_t i = 0; i < n; i++) {
		llhttp_errno_t e = llhttp_execute(&parser, p + i, 1);
		bool ended = seen.end;
		*ret_used = i + 1;
		seen.begun = true;
		if (e != HPE_OK && e != HPE_PAUSED_UPGRADE) {
			(void)err_set(reterr, ERR_INVALID, NULL, "%s", llhttp_errno_name(e));
			return GUARD_REFUSED;
		}
		if (seen.head)
			return head(g);
		if (seen.body) {
			seen.body = false;
			return GUARD_BODY;
		}
		if (ended)
			return GUARD_END;
	}
	return GUARD_MORE;
}

enum err guard_allow(struct guard *g, size_t octets, struct why *reterr) {
	(void)g;
	(void)octets;
	(void)reterr;
	return ERR_NONE;
}

bool guard_begun(const struct guard *g) {
	(void)g;
	return seen.begun;
}

bool guard_finished(const struct guard *g) {
	(void)g;
	return seen.end;
}
