/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside the guard: its states and the steps from one to the next, an octet at a time. */
#include "http/guard.h"

enum state {
	START, /* one empty line may come first (RFC 9112 §2.2) */
	START_LF,
	METHOD,
	TARGET_START,
	TARGET,
	STAR,
	VERSION,
	LINE_LF,
	FIELD_START, /* fields of the head, and trailers */
	NAME,
	BLANK,
	VALUE,
	VALUE_LF,
	LAST_LF,
	BODY,
	SIZE_START,
	SIZE,
	EXTENSION_START,
	EXTENSION,
	EXTENSION_VALUE_START,
	EXTENSION_VALUE,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	END,
	REFUSED,
};

/* What a field means to framing. */
enum field { OTHER, LENGTH, CODING, HOST, FORBIDDEN };

/* tchar (RFC 9110 §5.6.2) in lower case; 0 for every other octet. */
extern const unsigned char guard_token[256];

/* One octet of a head (request line, then fields) or of trailers. */
enum guard_event guard_request_line(struct guard *g, unsigned char c, struct why *reterr);
enum guard_event guard_field_line(struct guard *g, unsigned char c, struct why *reterr);

enum guard_event guard_refuse(struct guard *g, enum err kind, const char *field,
                              const char *sentence, struct why *reterr);
/* An octet that does not belong: names the classic ones, else the rule of the place. */
enum guard_event guard_odd(struct guard *g, unsigned char c, const char *rule, struct why *reterr);

static inline enum guard_event go(struct guard *g, enum state next) {
	g->state = (unsigned char)next;
	return GUARD_MORE;
}

static inline void word_clear(struct guard *g) {
	g->word_n = 0;
	g->at = 0;
	g->gap = g->over = false;
}

static inline void word_add(struct guard *g, unsigned char c) {
	if (g->word_n < sizeof g->word)
		g->word[g->word_n++] = (char)c;
	else
		g->over = true;
}

static inline bool word_is(const struct guard *g, struct str s) {
	return !g->over && str_eq((struct str){g->word, g->word_n}, s);
}

/* Printable ASCII but for what no address holds unescaped (RFC 3986 §2), with some mercy for
 * | ^ ` { } [ ], which browsers send and nobody takes in two ways. */
static inline bool target_octet(unsigned char c) {
	return c > ' ' && c < 0x7f && c != '#' && c != '"' && c != '<' && c != '>' && c != '\\';
}

static inline bool value_octet(unsigned char c) {
	return (c >= ' ' && c != 0x7f) || c == '\t';
}
