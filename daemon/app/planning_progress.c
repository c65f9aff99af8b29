/* SPDX-License-Identifier: Apache-2.0 */
#include "app/planning_progress.h"

#include <inttypes.h>
#include <jansson.h>

#include "base/banned.h"

static bool add_count(struct buf *b, const json_t *of, const char *name) {
	const json_t *v = json_object_get(of, name);
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	buf_addf(b, "\"%s\":%" PRId64 ",", name, (int64_t)json_integer_value(v));
	return true;
}

static bool add_value(struct buf *b, const json_t *of, const char *name, bool or_null) {
	const json_t *v = json_object_get(of, name);
	if (or_null && json_is_null(v))
		buf_addf(b, "\"%s\":null,", name);
	else if (json_is_integer(v))
		buf_addf(b, "\"%s\":%" PRId64 ",", name, (int64_t)json_integer_value(v));
	else
		return false;
	return true;
}

static bool add_regions(struct buf *b, json_t *regions) {
	const char *code;
	json_t *count;
	const char *comma = "";
	if (!json_is_object(regions))
		return false;
	buf_adds(b, "\"regions\":[");
	json_object_foreach(regions, code, count) {
		if (!json_is_integer(count) || json_integer_value(count) < 0)
			return false;
		buf_addf(b, "%s{\"region\":", comma);
		buf_json(b, str_of(code));
		buf_addf(b, ",\"workshops\":%" PRId64 "}", (int64_t)json_integer_value(count));
		comma = ",";
	}
	buf_adds(b, "]}");
	return true;
}

bool planning_progress(struct buf *ret, struct str line) {
	json_t *said = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
	struct buf b = {0};
	buf_addc(&b, '{');
	bool good = add_count(&b, said, "ms") && add_count(&b, said, "units")
	            && add_value(&b, said, "value", false) && add_value(&b, said, "bound", true)
	            && add_count(&b, said, "served") && add_count(&b, said, "requests")
	            && add_regions(&b, json_object_get(said, "regions"));
	if (good)
		buf_add(ret, b.p, b.n);
	buf_clear(&b);
	json_decref(said);
	return good;
}
