/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The strict guard: framing of HTTP/1.x requests (RFC 9112), octet by octet, before the parser.
 *
 * The guard alone decides where a head, a body and a message end. Whatever two readers could
 * take in two ways is refused: a CR or LF alone, NUL and other controls, folded lines, blanks
 * before the colon, Content-Length twice or beside Transfer-Encoding, a coding other than
 * "chunked" alone, Host absent or twice, forbidden trailers. Body octets are opaque. The
 * verdict never depends on how the input was split. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "http/http.h"

enum guard_event {
	GUARD_MORE,    /* `used` octets of framing; go on with the next ones */
	GUARD_HEAD,    /* the head ends after `used` octets */
	GUARD_BODY,    /* the `used` octets are body */
	GUARD_END,     /* the message ends after `used` octets */
	GUARD_REFUSED, /* *reterr says why; the connection is of no further use */
};

struct guard {
	/* What was found; good from GUARD_HEAD on. */
	enum http_method method;
	int minor; /* HTTP/1.minor */
	uint32_t target_octets;
	uint32_t fields;
	bool chunked;
	uint64_t length; /* Content-Length; 0 without */

	/* The guard's own. */
	unsigned char state, field, host;
	bool blank_line, has_length, has_host, trailers, gap, over;
	unsigned char at, word_n; /* place in a fixed word; octets of `word` */
	char word[24];            /* what a name or short value was, as far as it matters */
	uint32_t octets, extension_octets;
	uint32_t most_octets, most_fields, most_target;
	uint64_t left, body, allowed;
};

/* Ready for one message. */
void guard_init(struct guard *g, const struct http_limits *limits);

/* Look at n octets, of which *ret_used were consumed: call again with the rest until it answers
 * GUARD_MORE with all used. After GUARD_END or GUARD_REFUSED nothing more is consumed. */
enum guard_event guard_feed(struct guard *g, const char *p, size_t n, size_t *ret_used,
                            struct why *reterr);

/* After GUARD_HEAD: how much body is welcome. ERR_TOO_LARGE if more is announced; a chunked body
 * is refused by guard_feed as soon as it goes over. */
must_check enum err guard_allow(struct guard *g, size_t octets, struct why *reterr);

bool guard_begun(const struct guard *g);    /* some octet of the message was seen */
bool guard_finished(const struct guard *g); /* the whole message was seen */
