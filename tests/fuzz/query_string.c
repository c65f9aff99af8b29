/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings: names and values are UTF-8 without NUL, and written back escaped they read the
 * same; what is refused comes with a sentence. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/query.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held) {
	if (!held)
		abort();
}

static void escape(struct buf *b, struct str s) {
	for (size_t i = 0; i < s.n; i++)
		buf_addf(b, "%%%02X", (unsigned char)s.p[i]);
}

static void whole_text(struct str s) {
	must(str_utf8(s));
	must(!memchr(s.p, '\0', s.n));
}

static void reads_back(struct arena *a, struct str name, struct str value) {
	struct buf b = {0};
	struct str rest, name2, value2;
	buf_addc(&b, '&');
	escape(&b, name);
	buf_addc(&b, '=');
	escape(&b, value);
	rest = buf_str(&b);
	must(query_next(&rest, a, &name2, &value2, NULL) == ERR_NONE);
	must(str_eq(name, name2) && str_eq(value, value2));
	buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct arena *a = arena_new();
	struct str rest = {(const char *)data, size}, name, value, segment;
	struct why why = {0};
	enum err e;
	/* A raw NUL never gets here: the guard refuses it in the target. */
	if (size && memchr(data, '\0', size)) {
		arena_free(a);
		return 0;
	}
	while (!(e = query_next(&rest, a, &name, &value, &why)) && name.p) {
		whole_text(name);
		whole_text(value);
		reads_back(a, name, value);
	}
	must(e == why.kind && (e == ERR_NONE || (e == ERR_INVALID && why.sentence[0])));
	if (percent_decode(a, (struct str){(const char *)data, size}, false, &segment, NULL)
	    == ERR_NONE)
		whole_text(segment);
	arena_free(a);
	return 0;
}
