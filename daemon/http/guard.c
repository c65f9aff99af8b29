/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include <assert.h>

#include "http/guard_step.h"

#include "base/banned.h"

enum { EXTENSION_OCTETS = 256, SIZE_DIGITS = 8 };

#define SAME(c) [c] = (c)
#define LETTER(c) [c] = (c), [(c)-32] = (c)
const unsigned char guard_token[256] = {
	SAME('!'),   SAME('#'),   SAME('$'),   SAME('%'),   SAME('&'),   SAME('\''),  SAME('*'),
	SAME('+'),   SAME('-'),   SAME('.'),   SAME('^'),   SAME('_'),   SAME('`'),   SAME('|'),
	SAME('~'),   SAME('0'),   SAME('1'),   SAME('2'),   SAME('3'),   SAME('4'),   SAME('5'),
	SAME('6'),   SAME('7'),   SAME('8'),   SAME('9'),   LETTER('a'), LETTER('b'), LETTER('c'),
	LETTER('d'), LETTER('e'), LETTER('f'), LETTER('g'), LETTER('h'), LETTER('i'), LETTER('j'),
	LETTER('k'), LETTER('l'), LETTER('m'), LETTER('n'), LETTER('o'), LETTER('p'), LETTER('q'),
	LETTER('r'), LETTER('s'), LETTER('t'), LETTER('u'), LETTER('v'), LETTER('w'), LETTER('x'),
	LETTER('y'), LETTER('z'),
};

void guard_init(struct guard *g, const struct http_limits *limits) {
	*g = (struct guard){
		.most_octets = (uint32_t)limits->head_octets,
		.most_fields = (uint32_t)limits->field_count,
		.most_target = (uint32_t)limits->target_octets,
	};
}

bool guard_begun(const struct guard *g) {
	return g->state != START || g->blank_line;
}

bool guard_finished(const struct guard *g) {
	return g->state == END;
}

enum guard_event guard_refuse(struct guard *g, enum err kind, const char *field,
                              const char *sentence, struct why *reterr) {
	g->state = REFUSED;
	(void)err_set(reterr, kind, field, "%s", sentence);
	return GUARD_REFUSED;
}

enum guard_event guard_odd(struct guard *g, unsigned char c, const char *rule, struct why *reterr) {
	if (c == '\n')
		rule = "A line feed stands without its carriage return; end lines with CR LF.";
	else if (c == '\r')
		rule = "A carriage return stands where no line may end; end lines with CR LF.";
	else if (c == '\0')
		rule = "A NUL octet stands in the head; send text only.";
	return guard_refuse(g, ERR_INVALID, NULL, rule, reterr);
}

static enum guard_event size_line_end(struct guard *g, struct why *reterr) {
	if (g->left == 0) {
		g->trailers = true;
		g->octets = 0;
		g->fields = 0;
		return go(g, FIELD_START);
	}
	g->body += g->left;
	if (g->body > g->allowed)
		return guard_refuse(g, ERR_TOO_LARGE, NULL,
		                    "The body is larger than this address takes; send less.", reterr);
	return go(g, DATA);
}

static int hex(unsigned char c) {
	return c >= '0' && c <= '9'                 ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
	                                            : -1;
}

static enum guard_event size_octet(struct guard *g, unsigned char c, struct why *reterr) {
	if (g->state == SIZE && c == '\r')
		return go(g, SIZE_LF);
	if (g->state == SIZE && c == ';')
		return go(g, EXTENSION_START);
	int digit = hex(c);
	if (g->state == SIZE_START) {
		g->left = 0;
		g->at = 0;
	}
	if (digit < 0 || ++g->at > SIZE_DIGITS)
		return guard_odd(g, c, "A chunk size must be one to eight hexadecimal digits.", reterr);
	g->left = g->left * 16 + (uint64_t)digit;
	return go(g, SIZE);
}

/* Extensions mean nothing here (RFC 9112 §7.1.1): one a chunk, of the plain form ;name=value. */
static enum guard_event extension_octet(struct guard *g, unsigned char c, struct why *reterr) {
	bool complete = g->state == EXTENSION || g->state == EXTENSION_VALUE;
	if (++g->extension_octets > EXTENSION_OCTETS)
		return guard_refuse(g, ERR_INVALID, NULL, "The chunk extensions are too long; send none.",
		                    reterr);
	if (complete && c == '\r')
		return go(g, SIZE_LF);
	if (g->state == EXTENSION && c == '=')
		return go(g, EXTENSION_VALUE_START);
	if (!guard_token[c])
		return guard_odd(
			g, c, "A chunk may have one extension, of the form ;name=value; send none.", reterr);
	if (!complete)
		g->state++;
	return GUARD_MORE;
}

static enum guard_event chunk_line(struct guard *g, unsigned char c, struct why *reterr) {
	switch ((enum state)g->state) {
	case SIZE_START:
	case SIZE: return size_octet(g, c, reterr);
	case EXTENSION_START:
	case EXTENSION:
	case EXTENSION_VALUE_START:
	case EXTENSION_VALUE: return extension_octet(g, c, reterr);
	case SIZE_LF: return c == '\n' ? size_line_end(g, reterr) : guard_odd(g, '\r', "", reterr);
	case DATA_CR:
		return c == '\r'
		           ? go(g, DATA_LF)
		           : guard_refuse(g, ERR_INVALID, NULL,
		                          "Chunk data must be followed by CR LF; check the chunk's size.",
		                          reterr);
	default:
		assert(g->state == DATA_LF);
		return c == '\n' ? go(g, SIZE_START) : guard_odd(g, '\r', "", reterr);
	}
}

static bool opaque(const struct guard *g) {
	return g->state == BODY || g->state == DATA;
}

static enum guard_event take_body(struct guard *g, size_t n, size_t *ret_used) {
	*ret_used = n < g->left ? n : (size_t)g->left;
	g->left -= *ret_used;
	if (g->left == 0)
		g->state = g->state == BODY ? END : DATA_CR;
	return *ret_used ? GUARD_BODY : GUARD_MORE;
}

/* Octets that leave the state as it is: most of a head is such runs. */
static size_t run(struct guard *g, const unsigned char *p, size_t n) {
	size_t i = 0;
	bool free_text = g->field == OTHER || g->field == FORBIDDEN; /* here: in a head */
	if ((g->state == BLANK || g->state == VALUE) && free_text) {
		while (i < n && value_octet(p[i]))
			i++;
	} else if (g->state == NAME) {
		for (; i < n && guard_token[p[i]]; i++)
			word_add(g, guard_token[p[i]]);
	} else if (g->state == TARGET) {
		size_t room = g->most_target - g->target_octets;
		while (i < n && i < room && target_octet(p[i]))
			i++;
		g->target_octets += (uint32_t)i;
	}
	return i;
}

/* A head or the trailers, whose octets count against the limit. */
static enum guard_event take_head(struct guard *g, const unsigned char *p, size_t n,
                                  size_t *ret_used, struct why *reterr) {
	size_t room = g->most_octets - g->octets, i = 0;
	size_t end = n < room ? n : room;
	enum guard_event event = GUARD_MORE;
	while (event == GUARD_MORE && (i += run(g, p + i, end - i)) < end)
		event = g->state < FIELD_START ? guard_request_line(g, p[i++], reterr)
		                               : guard_field_line(g, p[i++], reterr);
	g->octets += (uint32_t)i;
	*ret_used = i;
	if (event == GUARD_MORE && i == room && n > room)
		return guard_refuse(
			g, ERR_HEADERS, NULL,
			"The head is larger than this service takes; send fewer or shorter fields.", reterr);
	return event;
}

enum guard_event guard_feed(struct guard *g, const char *p, size_t n, size_t *ret_used,
                            struct why *reterr) {
	const unsigned char *u = (const unsigned char *)p;
	*ret_used = 0;
	if (g->state == END)
		return GUARD_END;
	if (g->state == REFUSED)
		return GUARD_REFUSED;
	if (n == 0)
		return GUARD_MORE;
	if (opaque(g))
		return take_body(g, n, ret_used);
	if (g->state < BODY)
		return take_head(g, u, n, ret_used, reterr);
	enum guard_event event = GUARD_MORE;
	size_t i = 0;
	while (event == GUARD_MORE && i < n && g->state > BODY && !opaque(g))
		event = chunk_line(g, u[i++], reterr);
	*ret_used = i;
	return event;
}

enum err guard_allow(struct guard *g, size_t octets, struct why *reterr) {
	g->allowed = octets;
	if (g->length <= octets)
		return ERR_NONE;
	if (octets == 0)
		return err_set(reterr, ERR_TOO_LARGE, NULL, "This address takes no body; send none.");
	return err_set(reterr, ERR_TOO_LARGE, NULL,
	               "The body is larger than the %zu octets this address takes; send less.", octets);
}
