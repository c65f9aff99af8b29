/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include <assert.h>
#include <string.h>

#include "base/banned.h"

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

enum field { OTHER, LENGTH, CODING, HOST, FORBIDDEN };
enum host { HOST_START, HOST_NAME, HOST_V6, HOST_V6_END, HOST_COLON, HOST_PORT };
enum { EXTENSION_OCTETS = 256, SIZE_DIGITS = 8, LENGTH_DIGITS = 18, PORT_DIGITS = 5 };

#define SAME(c) [c] = (c)
#define LETTER(c) [c] = (c), [(c)-32] = (c)
/* tchar (RFC 9110 §5.6.2) in lower case; 0 for every other octet. */
static const unsigned char token[256] = {
	SAME('!'),   SAME('#'),   SAME('$'),   SAME('%'),   SAME('&'),   SAME('\''),  SAME('*'),
	SAME('+'),   SAME('-'),   SAME('.'),   SAME('^'),   SAME('_'),   SAME('`'),   SAME('|'),
	SAME('~'),   SAME('0'),   SAME('1'),   SAME('2'),   SAME('3'),   SAME('4'),   SAME('5'),
	SAME('6'),   SAME('7'),   SAME('8'),   SAME('9'),   LETTER('a'), LETTER('b'), LETTER('c'),
	LETTER('d'), LETTER('e'), LETTER('f'), LETTER('g'), LETTER('h'), LETTER('i'), LETTER('j'),
	LETTER('k'), LETTER('l'), LETTER('m'), LETTER('n'), LETTER('o'), LETTER('p'), LETTER('q'),
	LETTER('r'), LETTER('s'), LETTER('t'), LETTER('u'), LETTER('v'), LETTER('w'), LETTER('x'),
	LETTER('y'), LETTER('z'),
};

/* Fields that matter to framing, and those a trailer must not carry (RFC 9110 §6.5.1). */
static const struct {
	const char *name;
	enum field field;
} known[] = {
	{"content-length", LENGTH},
	{"transfer-encoding", CODING},
	{"host", HOST},
	{"authorization", FORBIDDEN},
	{"connection", FORBIDDEN},
	{"content-encoding", FORBIDDEN},
	{"content-range", FORBIDDEN},
	{"content-type", FORBIDDEN},
	{"cookie", FORBIDDEN},
	{"expect", FORBIDDEN},
	{"te", FORBIDDEN},
	{"trailer", FORBIDDEN},
	{"upgrade", FORBIDDEN},
};

static const char *const methods[] = {
	[HTTP_GET_] = "GET",         [HTTP_HEAD_] = "HEAD",   [HTTP_POST_] = "POST",
	[HTTP_PUT_] = "PUT",         [HTTP_PATCH_] = "PATCH", [HTTP_DELETE_] = "DELETE",
	[HTTP_OPTIONS_] = "OPTIONS",
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

static enum guard_event refuse(struct guard *g, enum err kind, const char *field,
                               const char *sentence, struct why *reterr) {
	g->state = REFUSED;
	(void)err_set(reterr, kind, field, "%s", sentence);
	return GUARD_REFUSED;
}

/* An octet that does not belong: name the classic ones, else the rule of the place. */
static enum guard_event odd(struct guard *g, unsigned char c, const char *rule,
                            struct why *reterr) {
	if (c == '\n')
		rule = "A line feed stands without its carriage return; end lines with CR LF.";
	else if (c == '\r')
		rule = "A carriage return stands where no line may end; end lines with CR LF.";
	else if (c == '\0')
		rule = "A NUL octet stands in the head; send text only.";
	return refuse(g, ERR_INVALID, NULL, rule, reterr);
}

static enum guard_event go(struct guard *g, enum state next) {
	g->state = (unsigned char)next;
	return GUARD_MORE;
}

static void word_clear(struct guard *g) {
	g->word_n = 0;
	g->at = 0;
	g->gap = g->over = false;
}

static void word_add(struct guard *g, unsigned char c) {
	if (g->word_n < sizeof g->word)
		g->word[g->word_n++] = (char)c;
	else
		g->over = true;
}

static bool word_is(const struct guard *g, const char *s) {
	return !g->over && str_eq((struct str){g->word, g->word_n}, str_of(s));
}

static enum guard_event method_end(struct guard *g, struct why *reterr) {
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (word_is(g, methods[i])) {
			g->method = (enum http_method)i;
			return go(g, TARGET_START);
		}
	return refuse(g, ERR_NOT_IMPLEMENTED, NULL,
	              "This method is not served; use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.",
	              reterr);
}

/* Printable ASCII but for what no address holds unescaped (RFC 3986 §2), with some mercy for
 * | ^ ` { } [ ], which browsers send and nobody takes in two ways. */
static bool target_octet(unsigned char c) {
	return c > ' ' && c < 0x7f && c != '#' && c != '"' && c != '<' && c != '>' && c != '\\';
}

static enum guard_event target_octet_seen(struct guard *g, unsigned char c, struct why *reterr) {
	if (c == ' ') {
		word_clear(g);
		return go(g, VERSION);
	}
	if (g->state == STAR || !target_octet(c))
		return odd(g, c, "The target holds an octet that must be percent-encoded (RFC 3986).",
		           reterr);
	if (++g->target_octets > g->most_target)
		return refuse(g, ERR_URI_TOO_LONG, NULL,
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
		return odd(g, c, "The target must be a path that starts with '/' (or '*' with OPTIONS).",
		           reterr);
	g->state = TARGET;
	return target_octet_seen(g, c, reterr);
}

static enum guard_event version_octet(struct guard *g, unsigned char c, struct why *reterr) {
	static const char form[] = "HTTP/0.0";
	if (g->at == sizeof form - 1 && c == '\r') {
		if (g->word[0] != '1' || g->word[1] > '1')
			return refuse(g, ERR_VERSION, NULL, "Only HTTP/1.1 and HTTP/1.0 are spoken here.",
			              reterr);
		g->minor = g->word[1] - '0';
		return go(g, LINE_LF);
	}
	bool digit = c >= '0' && c <= '9';
	if (g->at == sizeof form - 1 || (form[g->at] == '0' ? !digit : c != form[g->at]))
		return odd(g, c, "The request line must end in HTTP/1.1 or HTTP/1.0.", reterr);
	if (digit)
		word_add(g, c);
	g->at++;
	return GUARD_MORE;
}

static enum guard_event request_line(struct guard *g, unsigned char c, struct why *reterr) {
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
		if (!token[c])
			return odd(g, c, "The request line must start with a method and one blank.", reterr);
		word_add(g, c);
		return GUARD_MORE;
	case START_LF: return c == '\n' ? go(g, START) : odd(g, '\r', "", reterr);
	case TARGET_START: return target_start(g, c, reterr);
	case TARGET:
	case STAR: return target_octet_seen(g, c, reterr);
	case VERSION: return version_octet(g, c, reterr);
	default:
		assert(g->state == LINE_LF);
		return c == '\n' ? go(g, FIELD_START) : odd(g, '\r', "", reterr);
	}
}

static enum guard_event name_end(struct guard *g, struct why *reterr) {
	g->field = OTHER;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (g->word[0] == known[i].name[0] && word_is(g, known[i].name))
			g->field = (unsigned char)known[i].field;
	word_clear(g);
	g->host = HOST_START;
	if (g->trailers && g->field != OTHER)
		return refuse(g, ERR_INVALID, NULL,
		              "A trailer carries a field that belongs in the head; send it there.", reterr);
	if (g->field == LENGTH && g->has_length)
		return refuse(g, ERR_INVALID, "Content-Length", "Content-Length must come once; send one.",
		              reterr);
	if (g->field == CODING && g->chunked)
		return refuse(g, ERR_INVALID, "Transfer-Encoding",
		              "Transfer-Encoding must come once; send one.", reterr);
	if (g->field == CODING && g->minor == 0)
		return refuse(g, ERR_INVALID, "Transfer-Encoding",
		              "HTTP/1.0 has no Transfer-Encoding; send Content-Length.", reterr);
	if (g->field == HOST && g->has_host)
		return refuse(g, ERR_INVALID, "Host", "Host must come once; send one.", reterr);
	return go(g, BLANK);
}

/* uri-host [ ":" port ] (RFC 9110 §7.2): letters, digits, - . _ ~ or [IPv6]. */
static bool host_octet(struct guard *g, unsigned char c) {
	unsigned char low = token[c];
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
		return refuse(g, ERR_INVALID, "Content-Length",
		              "Content-Length must be one plain decimal number, like 42.", reterr);
	if (g->word_n > LENGTH_DIGITS)
		return refuse(g, ERR_TOO_LARGE, "Content-Length",
		              "The announced body is larger than any this service takes.", reterr);
	g->has_length = true;
	return go(g, VALUE_LF);
}

/* The first coding decides: one we do not have is 501, "chunked" with company is 400. */
static enum guard_event coding_end(struct guard *g, struct why *reterr) {
	size_t n = 0;
	while (n < g->word_n && token[(unsigned char)g->word[n]])
		n++;
	bool chunked = n == 7 && memcmp(g->word, "chunked", 7) == 0;
	if (chunked && word_is(g, "chunked")) {
		g->chunked = true;
		return go(g, VALUE_LF);
	}
	bool coding = n > 0 && (n == g->word_n || strchr(",; ", g->word[n]) != NULL);
	if (!chunked && coding)
		return refuse(g, ERR_NOT_IMPLEMENTED, "Transfer-Encoding",
		              "Only the transfer coding \"chunked\" is understood; send that alone.",
		              reterr);
	return refuse(g, ERR_INVALID, "Transfer-Encoding",
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
		return refuse(g, ERR_INVALID, "Host", "Host must be a name or address, with a port if any.",
		              reterr);
	default: return go(g, VALUE_LF);
	}
}

static bool value_octet(unsigned char c) {
	return (c >= ' ' && c != 0x7f) || c == '\t';
}

/* Around what decides framing only spaces are blanks: parsers differ about tabs. */
static enum guard_event value_octet_seen(struct guard *g, unsigned char c, struct why *reterr) {
	if (c == '\r')
		return value_end(g, reterr);
	if (!value_octet(c))
		return odd(g, c, "A field value holds a control character; send text only.", reterr);
	if (g->field == OTHER || g->field == FORBIDDEN)
		return GUARD_MORE;
	if (c == ' ') {
		g->gap = g->state == VALUE;
		return GUARD_MORE;
	}
	g->state = VALUE;
	if (g->field == HOST) {
		if (g->gap || !host_octet(g, c))
			return refuse(g, ERR_INVALID, "Host",
			              "Host must be a name or address, with a port if any.", reterr);
		return GUARD_MORE;
	}
	if (g->gap)
		word_add(g, ' ');
	g->gap = false;
	word_add(g, g->field == CODING && token[c] ? token[c] : c);
	return GUARD_MORE;
}

static enum guard_event head_end(struct guard *g, struct why *reterr) {
	if (g->trailers) {
		g->state = END;
		return GUARD_END;
	}
	if (g->chunked && g->has_length)
		return refuse(g, ERR_INVALID, "Content-Length",
		              "Content-Length and Transfer-Encoding exclude one another; send one.",
		              reterr);
	if (!g->has_host && g->minor == 1)
		return refuse(g, ERR_INVALID, "Host", "HTTP/1.1 needs a Host field; send one.", reterr);
	g->left = g->length;
	g->state = g->chunked ? SIZE_START : g->left ? BODY : END;
	return GUARD_HEAD;
}

static enum guard_event field_line(struct guard *g, unsigned char c, struct why *reterr) {
	switch ((enum state)g->state) {
	case FIELD_START:
		if (c == '\r')
			return go(g, LAST_LF);
		if (c == ' ' || c == '\t')
			return refuse(g, ERR_INVALID, NULL,
			              "A field line is folded or starts with a blank; send it as one line.",
			              reterr);
		if (++g->fields > g->most_fields)
			return refuse(g, ERR_HEADERS, NULL,
			              "The request has more fields than this service takes; send fewer.",
			              reterr);
		g->state = NAME;
		word_clear(g);
		/* fall through */
	case NAME:
		if (c == ':' && g->word_n)
			return name_end(g, reterr);
		if (!token[c])
			return odd(g, c, "A field name must be a token directly before its colon.", reterr);
		word_add(g, token[c]);
		return GUARD_MORE;
	case BLANK:
	case VALUE: return value_octet_seen(g, c, reterr);
	case VALUE_LF: return c == '\n' ? go(g, FIELD_START) : odd(g, '\r', "", reterr);
	default:
		assert(g->state == LAST_LF);
		return c == '\n' ? head_end(g, reterr) : odd(g, '\r', "", reterr);
	}
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
		return refuse(g, ERR_TOO_LARGE, NULL,
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
		return odd(g, c, "A chunk size must be one to eight hexadecimal digits.", reterr);
	g->left = g->left * 16 + (uint64_t)digit;
	return go(g, SIZE);
}

/* Extensions mean nothing here (RFC 9112 §7.1.1): few, and of the plain form ;name=value. */
static enum guard_event extension_octet(struct guard *g, unsigned char c, struct why *reterr) {
	bool complete = g->state == EXTENSION || g->state == EXTENSION_VALUE;
	if (++g->extension_octets > EXTENSION_OCTETS)
		return refuse(g, ERR_INVALID, NULL, "The chunk extensions are too long; send none.",
		              reterr);
	if (complete && c == '\r')
		return go(g, SIZE_LF);
	if (complete && c == ';')
		return go(g, EXTENSION_START);
	if (g->state == EXTENSION && c == '=')
		return go(g, EXTENSION_VALUE_START);
	if (!token[c])
		return odd(g, c, "A chunk extension must be of the form ;name=value; send none.", reterr);
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
	case SIZE_LF: return c == '\n' ? size_line_end(g, reterr) : odd(g, '\r', "", reterr);
	case DATA_CR:
		return c == '\r' ? go(g, DATA_LF)
		                 : refuse(g, ERR_INVALID, NULL,
		                          "Chunk data must be followed by CR LF; check the chunk's size.",
		                          reterr);
	default:
		assert(g->state == DATA_LF);
		return c == '\n' ? go(g, SIZE_START) : odd(g, '\r', "", reterr);
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

/* Octets that change nothing but the counts: most of a head is such runs. */
static size_t run(struct guard *g, const unsigned char *p, size_t n) {
	size_t i = 0;
	if ((g->state == BLANK || g->state == VALUE) && g->field == OTHER) {
		while (i < n && value_octet(p[i]))
			i++;
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
		event = g->state < FIELD_START ? request_line(g, p[i++], reterr)
		                               : field_line(g, p[i++], reterr);
	g->octets += (uint32_t)i;
	*ret_used = i;
	if (event == GUARD_MORE && i == room && n > room)
		return refuse(g, ERR_HEADERS, NULL,
		              "The head is larger than this service takes; send fewer or shorter fields.",
		              reterr);
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
