/* SPDX-License-Identifier: Apache-2.0 */
/* The request line (RFC 9112 §3). */
#include <assert.h>

#include "http/guard_step.h"

#include "base/banned.h"

static const struct str methods[] = {
#define METHOD(name) [HTTP_##name##_] = {#name, sizeof #name - 1}
	METHOD(GET),   METHOD(HEAD),   METHOD(POST),    METHOD(PUT),
	METHOD(PATCH), METHOD(DELETE), METHOD(OPTIONS),
#undef METHOD
};

static enum guard_event method_end(struct guard *g, struct why *reterr) {
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (word_is(g, methods[i])) {
			g->method = (enum http_method)i;
			return go(g, TARGET_START);
		}
	return guard_refuse(
		g, ERR_NOT_IMPLEMENTED, NULL,
		"This method is not served; use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.", reterr);
}

static enum guard_event target_octet_seen(struct guard *g, unsigned char c, struct why *reterr) {
	if (c == ' ') {
		word_clear(g);
		return go(g, VERSION);
	}
	if (g->state == STAR || !target_octet(c))
		return guard_odd(g, c, "The target holds an octet that must be percent-encoded (RFC 3986).",
		                 reterr);
	if (++g->target_octets > g->most_target)
		return guard_refuse(g, ERR_URI_TOO_LONG, NULL,
		                    "The target is longer than this service takes; send a shorter address.",
		                    reterr);
	return GUARD_MORE;
}

static enum guard_event target_start(struct guard *g, unsigned char c, struct why *reterr) {
	if (c == '*' && g->method == HTTP_OPTIONS_) {
		g->target_octets = 1;
		return go(g, STAR);
	}
	if (c != '/')
		return guard_odd(
			g, c, "The target must be a path that starts with '/' (or '*' with OPTIONS).", reterr);
	g->state = TARGET;
	return target_octet_seen(g, c, reterr);
}

static enum guard_event version_octet(struct guard *g, unsigned char c, struct why *reterr) {
	static const char form[] = "HTTP/0.0";
	if (g->at == sizeof form - 1 && c == '\r') {
		if (g->word[0] != '1' || g->word[1] > '1')
			return guard_refuse(g, ERR_VERSION, NULL, "Only HTTP/1.1 and HTTP/1.0 are spoken here.",
			                    reterr);
		g->minor = g->word[1] - '0';
		return go(g, LINE_LF);
	}
	bool digit = c >= '0' && c <= '9';
	if (g->at == sizeof form - 1 || (form[g->at] == '0' ? !digit : c != form[g->at]))
		return guard_odd(g, c, "The request line must end in HTTP/1.1 or HTTP/1.0.", reterr);
	if (digit)
		word_add(g, c);
	g->at++;
	return GUARD_MORE;
}

enum guard_event guard_request_line(struct guard *g, unsigned char c, struct why *reterr) {
	switch ((enum state)g->state) {
	case START:
		if (c == '\r' && !g->blank_line) {
			g->blank_line = true;
			return go(g, START_LF);
		}
		g->state = METHOD;
		word_clear(g);
		/* fall through */
	case METHOD:
		if (c == ' ' && g->word_n)
			return method_end(g, reterr);
		if (!guard_token[c])
			return guard_odd(g, c, "The request line must start with a method and one blank.",
			                 reterr);
		word_add(g, c);
		return GUARD_MORE;
	case START_LF: return c == '\n' ? go(g, START) : guard_odd(g, '\r', "", reterr);
	case TARGET_START: return target_start(g, c, reterr);
	case TARGET:
	case STAR: return target_octet_seen(g, c, reterr);
	case VERSION: return version_octet(g, c, reterr);
	default:
		assert(g->state == LINE_LF);
		return c == '\n' ? go(g, FIELD_START) : guard_odd(g, '\r', "", reterr);
	}
}
