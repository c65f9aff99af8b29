/* SPDX-License-Identifier: Apache-2.0 */
/* Field lines of heads and trailers (RFC 9112 §5), and what they say about framing (§6). */
#include <assert.h>

#include "http/guard_step.h"

#include "base/banned.h"

enum host { HOST_START, HOST_NAME, HOST_V6, HOST_V6_END, HOST_COLON, HOST_PORT };
enum { LENGTH_DIGITS = 18, PORT_DIGITS = 5 };

/* Fields that matter to framing, and those a trailer must not carry (RFC 9110 §6.5.1). */
static const struct {
	struct str name;
	enum field field;
} known[] = {
#define FIELD(name, field)                                                                         \
	{ {(name), sizeof(name) - 1}, (field) }
	FIELD("content-length", LENGTH),
	FIELD("transfer-encoding", CODING),
	FIELD("host", HOST),
	FIELD("authorization", FORBIDDEN),
	FIELD("connection", FORBIDDEN),
	FIELD("content-encoding", FORBIDDEN),
	FIELD("content-range", FORBIDDEN),
	FIELD("content-type", FORBIDDEN),
	FIELD("cookie", FORBIDDEN),
	FIELD("expect", FORBIDDEN),
	FIELD("te", FORBIDDEN),
	FIELD("trailer", FORBIDDEN),
	FIELD("upgrade", FORBIDDEN),
#undef FIELD
};

static enum guard_event name_end(struct guard *g, struct why *reterr) {
	g->field = OTHER;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (word_is(g, known[i].name))
			g->field = (unsigned char)known[i].field;
	word_clear(g);
	g->host = HOST_START;
	if (g->trailers && g->field != OTHER)
		return guard_refuse(g, ERR_INVALID, NULL,
		                    "A trailer carries a field that belongs in the head; send it there.",
		                    reterr);
	if (g->field == LENGTH && g->has_length)
		return guard_refuse(g, ERR_INVALID, "Content-Length",
		                    "Content-Length must come once; send one.", reterr);
	if (g->field == CODING && g->chunked)
		return guard_refuse(g, ERR_INVALID, "Transfer-Encoding",
		                    "Transfer-Encoding must come once; send one.", reterr);
	if (g->field == CODING && g->minor == 0)
		return guard_refuse(g, ERR_INVALID, "Transfer-Encoding",
		                    "HTTP/1.0 has no Transfer-Encoding; send Content-Length.", reterr);
	if (g->field == HOST && g->has_host)
		return guard_refuse(g, ERR_INVALID, "Host", "Host must come once; send one.", reterr);
	return go(g, BLANK);
}

/* uri-host [ ":" port ] (RFC 9110 §7.2): letters, digits, - . _ ~ or [IPv6]. */
static bool host_octet(struct guard *g, unsigned char c) {
	unsigned char low = guard_token[c];
	bool digit = c >= '0' && c <= '9';
	switch ((enum host)g->host) {
	case HOST_START:
		g->host = c == '[' ? HOST_V6 : HOST_NAME;
		if (c == '[')
			return true;
		/* fall through */
	case HOST_NAME:
		if (c == ':' && g->at) {
			g->host = HOST_COLON;
			return true;
		}
		g->at = 1;
		return digit || (low >= 'a' && low <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
	case HOST_V6:
		if (c == ']' && g->at) {
			g->host = HOST_V6_END;
			return true;
		}
		g->at = 1;
		return digit || (low >= 'a' && low <= 'f') || c == ':' || c == '.';
	case HOST_V6_END: g->host = HOST_COLON; return c == ':';
	default:
		g->at = (unsigned char)(g->host == HOST_COLON ? 1 : g->at + 1);
		g->host = HOST_PORT;
		return digit && g->at <= PORT_DIGITS;
	}
}

static enum guard_event length_end(struct guard *g, struct why *reterr) {
	bool plain = g->word_n > 0 && (g->word[0] != '0' || g->word_n == 1);
	for (size_t i = 0; i < g->word_n; i++) {
		plain = plain && g->word[i] >= '0' && g->word[i] <= '9';
		if (i < LENGTH_DIGITS)
			g->length = g->length * 10 + (uint64_t)(g->word[i] - '0');
	}
	if (!plain)
		return guard_refuse(g, ERR_INVALID, "Content-Length",
		                    "Content-Length must be one plain decimal number, like 42.", reterr);
	if (g->word_n > LENGTH_DIGITS)
		return guard_refuse(g, ERR_TOO_LARGE, "Content-Length",
		                    "The announced body is larger than any this service takes.", reterr);
	g->has_length = true;
	return go(g, VALUE_LF);
}

/* The first coding decides: one we do not have is 501, "chunked" with company is 400. */
static enum guard_event coding_end(struct guard *g, struct why *reterr) {
	size_t n = 0;
	while (n < g->word_n && guard_token[(unsigned char)g->word[n]])
		n++;
	bool chunked = n == 7 && memcmp(g->word, "chunked", 7) == 0;
	if (chunked && word_is(g, STR("chunked"))) {
		g->chunked = true;
		return go(g, VALUE_LF);
	}
	bool coding = n > 0 && (n == g->word_n || strchr(",; ", g->word[n]) != NULL);
	if (!chunked && coding)
		return guard_refuse(g, ERR_NOT_IMPLEMENTED, "Transfer-Encoding",
		                    "Only the transfer coding \"chunked\" is understood; send that alone.",
		                    reterr);
	return guard_refuse(g, ERR_INVALID, "Transfer-Encoding",
	                    "Transfer-Encoding must be \"chunked\", once and alone.", reterr);
}

static enum guard_event value_end(struct guard *g, struct why *reterr) {
	switch ((enum field)g->field) {
	case LENGTH: return length_end(g, reterr);
	case CODING: return coding_end(g, reterr);
	case HOST:
		if (g->host == HOST_NAME || g->host == HOST_V6_END || g->host == HOST_PORT) {
			g->has_host = true;
			return go(g, VALUE_LF);
		}
		return guard_refuse(g, ERR_INVALID, "Host",
		                    "Host must be a name or address, with a port if any.", reterr);
	default: return go(g, VALUE_LF);
	}
}

/* Around what decides framing only spaces are blanks: parsers differ about tabs. */
static enum guard_event value_octet_seen(struct guard *g, unsigned char c, struct why *reterr) {
	if (c == '\r')
		return value_end(g, reterr);
	if (!value_octet(c))
		return guard_odd(g, c, "A field value holds a control character; send text only.", reterr);
	if (g->field == OTHER || g->field == FORBIDDEN)
		return GUARD_MORE;
	if (c == ' ') {
		g->gap = g->state == VALUE;
		return GUARD_MORE;
	}
	g->state = VALUE;
	if (g->field == HOST) {
		if (g->gap || !host_octet(g, c))
			return guard_refuse(g, ERR_INVALID, "Host",
			                    "Host must be a name or address, with a port if any.", reterr);
		return GUARD_MORE;
	}
	if (g->gap)
		word_add(g, ' ');
	g->gap = false;
	word_add(g, g->field == CODING && guard_token[c] ? guard_token[c] : c);
	return GUARD_MORE;
}

static enum guard_event head_end(struct guard *g, struct why *reterr) {
	if (g->trailers) {
		g->state = END;
		return GUARD_END;
	}
	if (g->chunked && g->has_length)
		return guard_refuse(g, ERR_INVALID, "Content-Length",
		                    "Content-Length and Transfer-Encoding exclude one another; send one.",
		                    reterr);
	if (!g->has_host && g->minor == 1)
		return guard_refuse(g, ERR_INVALID, "Host", "HTTP/1.1 needs a Host field; send one.",
		                    reterr);
	g->left = g->length;
	g->state = g->chunked ? SIZE_START : g->left ? BODY : END;
	return GUARD_HEAD;
}

enum guard_event guard_field_line(struct guard *g, unsigned char c, struct why *reterr) {
	switch ((enum state)g->state) {
	case FIELD_START:
		if (c == '\r')
			return go(g, LAST_LF);
		if (c == ' ' || c == '\t')
			return guard_refuse(
				g, ERR_INVALID, NULL,
				"A field line is folded or starts with a blank; send it as one line.", reterr);
		if (++g->fields > g->most_fields)
			return guard_refuse(g, ERR_HEADERS, NULL,
			                    "The request has more fields than this service takes; send fewer.",
			                    reterr);
		g->state = NAME;
		word_clear(g);
		/* fall through */
	case NAME:
		if (c == ':' && g->word_n)
			return name_end(g, reterr);
		if (!guard_token[c])
			return guard_odd(g, c, "A field name must be a token directly before its colon.",
			                 reterr);
		word_add(g, guard_token[c]);
		return GUARD_MORE;
	case BLANK:
	case VALUE: return value_octet_seen(g, c, reterr);
	case VALUE_LF: return c == '\n' ? go(g, FIELD_START) : guard_odd(g, '\r', "", reterr);
	default:
		assert(g->state == LAST_LF);
		return c == '\n' ? head_end(g, reterr) : guard_odd(g, '\r', "", reterr);
	}
}
