/* SPDX-License-Identifier: Apache-2.0 */
#include "app/request.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "app/calls.h"
#include "app/fields.h"
#include "app/house.h"
#include "app/importing.h"
#include "app/live.h"
#include "app/making.h"
#include "app/planning_explain.h"
#include "app/render.h"
#include "base/civil.h"

#include "base/banned.h"

static char *put_hex(char *at, uint64_t value, unsigned digits) {
	while (digits < 16 && value >> (4 * digits))
		digits++;
	for (unsigned i = digits; i-- > 0; value >>= 4)
		at[i] = "0123456789abcdef"[value & 15];
	return at + digits;
}

const char *request_id(const struct request *q) {
	char *id = arena_alloc(q->arena, 8 + 1 + 16 + 1), *at = put_hex(id, q->house->run, 8);
	*at++ = '-';
	*put_hex(at, q->http->id, 1) = '\0';
	return id;
}

static void refuse(struct request *q, const struct why *why) {
	render_problem(q, why, "");
}

/* -- the head -- */

/* Of two such fields a proxy may have judged the one and we obey the other. */
static enum err read_once(const struct request *q, struct why *reterr) {
	static const char *const once[] = {"Authorization", "Content-Type", "Idempotency-Key",
	                                   "If-Match"};
	for (size_t i = 0; i < sizeof once / sizeof *once; i++) {
		size_t n = 0;
		for (size_t j = 0; j < q->http->field_count; j++)
			n += str_ieq(q->http->fields[j].name, str_of(once[i]));
		if (n > 1)
			return err_set(reterr, ERR_INVALID, once[i],
			               "The field %s is there %zu times; send it once.", once[i], n);
	}
	return ERR_NONE;
}

static enum err read_credential(struct request *q, struct why *reterr) {
	struct str value = http_field(q->http, "Authorization"), token;
	if (!value.p)
		return ERR_NONE;
	if (!field_bearer(value, &token))
		return err_set(reterr, ERR_UNAUTHENTICATED, "Authorization",
		               "The Authorization field is not \"Bearer\" and a token.");
	q->credential = arena_dup(q->arena, token.p, token.n);
	return ERR_NONE;
}

static enum err read_access(struct request *q, struct why *reterr) {
	if (q->credential || strcmp(q->route->access, "ANYONE") == 0)
		return ERR_NONE;
	return err_set(reterr, ERR_UNAUTHENTICATED, NULL,
	               "This address is not public; send \"Authorization: Bearer\" and an API token.");
}

/* What of the renderings at hand the request prefers. */
static enum err read_accept(struct request *q, struct why *reterr) {
	static const struct {
		const char *type;
		enum route_id route;
	} renderings[] = {
		{"application/json", ROUTE_activity_list},
		{"text/calendar", ROUTE_activity_ics},
		{"text/csv", ROUTE_activity_csv},
	};
	struct str accept = http_field(q->http, "Accept");
	bool many = q->route->handler == HANDLER_ACTIVITIES && !str_ends(q->http->path, STR(".json"));
	bool fixed = q->route->handler != HANDLER_SQL && !many;
	int best = 0;
	if (fixed || !accept.p)
		return ERR_NONE;
	for (size_t i = 0; i < (many ? 3 : 1); i++) {
		int quality = field_quality(accept, renderings[i].type);
		if (quality > best) {
			best = quality;
			if (many)
				q->route = &routes[renderings[i].route];
		}
	}
	if (best > 0 || !request_reads(q))
		return ERR_NONE;
	return err_set(reterr, ERR_NOT_ACCEPTABLE, "Accept", "This address speaks %s.",
	               many ? "application/json, text/calendar and text/csv" : "application/json");
}

static enum err read_media_type(struct request *q, struct why *reterr) {
	bool import = q->route->handler == HANDLER_IMPORT;
	const char *wanted = import ? "text/csv" : "application/json";
	struct str type = http_field(q->http, "Content-Type");
	if (!*q->route->body || field_is_type(type, wanted))
		return ERR_NONE;
	return err_set(reterr, ERR_MEDIA_TYPE, "Content-Type",
	               "The body must be %s in UTF-8; say so with \"Content-Type: %s\".", wanted,
	               wanted);
}

static enum err read_conditions(struct request *q, struct why *reterr) {
	struct str key = http_field(q->http, "Idempotency-Key"), tag;
	struct str match = http_field(q->http, "If-Match");
	if (key.p && q->route->method == HTTP_POST_) {
		if (!field_is_key(key))
			return err_set(reterr, ERR_INVALID, "Idempotency-Key",
			               "The Idempotency-Key must be 1 to 128 visible ASCII "
			               "characters.");
		q->idempotency_key = arena_dup(q->arena, key.p, key.n);
	}
	if (!match.p || request_reads(q))
		return ERR_NONE;
	if (q->route->method == HTTP_POST_)
		return err_set(reterr, ERR_INVALID, "If-Match",
		               "If-Match is for PATCH and DELETE; a POST here has no state to match.");
	if (str_is(match, "*"))
		return err_set(reterr, ERR_INVALID, "If-Match",
		               "\"If-Match: *\" would overwrite what you have not seen; send the ETag "
		               "you read.");
	if (!field_one_tag(match, &tag))
		return err_set(reterr, ERR_INVALID, "If-Match",
		               "If-Match takes one strong entity tag, as the ETag field gave it.");
	q->if_match = arena_dup(q->arena, tag.p, tag.n);
	return ERR_NONE;
}

static enum err read_head(struct request *q, struct why *reterr) {
	enum err e =
		router_find(q->house->router, q->arena, q->http->method, q->http->path, &q->match, reterr);
	q->route = q->match.route;
	if (e || !q->route)
		return e;
	e = read_once(q, reterr);
	if (!e)
		e = read_credential(q, reterr);
	if (!e)
		e = read_access(q, reterr);
	if (!e)
		e = read_accept(q, reterr);
	if (!e)
		e = read_media_type(q, reterr);
	if (!e)
		e = read_conditions(q, reterr);
	return e;
}

size_t request_head(struct http_exchange *x, void *ctx) {
	struct house *h = ctx;
	struct arena *a = http_exchange_arena(x);
	struct request *q = arena_new_of(a, struct request);
	struct why why;
	q->house = h;
	q->x = x;
	q->http = http_exchange_request(x);
	q->arena = a;
	q->began = uv_hrtime();
	q->now = house_now(h);
	http_exchange_set_user(x, q);
	if (read_head(q, &why))
		refuse(q, &why);
	else if (!q->route)
		render_options(q);
	else if (*q->route->body)
		return (size_t)(q->route->handler == HANDLER_IMPORT ? h->conf->http_import_size
		                                                    : h->conf->http_body_size);
	return 0;
}

/* -- what SQL said -- */

static void answer_json(struct request *q, struct answer *a, struct str body) {
	if (body.p && a->status != 204) {
		a->page.content_type = STR("application/json");
		a->page.identity = blob_new(body.p, body.n);
	}
	render_answer(q, a, q->key);
}

/* The answer a request with this Idempotency-Key got before. */
static void answer_again(struct request *q, const char *detail) {
	json_t *all = json_loads(detail, 0, NULL), *replay = json_object_get(all, "replay");
	struct answer a = {.status = (int)json_integer_value(json_object_get(replay, "status"))};
	const char *etag = json_string_value(json_object_get(replay, "etag"));
	const char *location = json_string_value(json_object_get(replay, "location"));
	const json_t *body = json_object_get(replay, "body");
	char *text =
		body && !json_is_null(body) ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	if (a.status < 200 || a.status > 299) {
		struct why why;
		(void)err_set(&why, ERR_INTERNAL, NULL, "The stored answer cannot be read.");
		refuse(q, &why);
	} else {
		a.replayed = true;
		if (etag)
			(void)render_tag_revision(&a.page, str_of(etag));
		if (location)
			a.location = str_of(arena_strdup(q->arena, location));
		answer_json(q, &a, str_of(text));
	}
	free(text);
	json_decref(all);
}

static void answer_row(struct request *q, const struct db_result *r) {
	struct answer a = {0};
	struct str etag = db_value(r, 0, CALL_ETAG), location = db_value(r, 0, CALL_LOCATION);
	struct str next = db_value(r, 0, CALL_NEXT);
	uint64_t n;
	if (str_u64(db_value(r, 0, CALL_STATUS), 599, &n))
		a.status = (int)n;
	if (str_u64(db_value(r, 0, CALL_MODIFIED), INT64_MAX, &n))
		a.page.modified = (int64_t)n;
	if (etag.p)
		(void)render_tag_revision(&a.page, etag);
	if (location.p)
		a.location = str_of(arena_dup(q->arena, location.p, location.n));
	if (next.p)
		a.link = render_link(q, next);
	answer_json(q, &a, db_value(r, 0, CALL_BODY));
}

static void request_known(const struct db_result *r, void *ctx) {
	struct request *q = ctx;
	struct why why;
	if (strcmp(r->sqlstate, "AT208") == 0) {
		answer_again(q, r->detail);
	} else if (r->err) {
		calls_problem(q, r);
	} else if (r->rows != 1) {
		(void)err_set(&why, ERR_INTERNAL, NULL, "The database gave no answer.");
		refuse(q, &why);
	} else {
		/* Who wrote reads what was written, before the database's word of it arrives. */
		if (!request_reads(q))
			cache_drop(q->house->cache, CACHE_ALL);
		answer_row(q, r);
	}
}

/* -- the whole request -- */

static enum err read_body(struct request *q, struct why *reterr) {
	json_t *value;
	if (!*q->route->body || q->route->handler == HANDLER_IMPORT)
		return ERR_NONE;
	if (q->http->body.n == 0)
		return err_set(reterr, ERR_INVALID, NULL,
		               "A JSON object is needed as the body; the least is {}.");
	enum err e = shape_parse(q->http->body, &value, reterr);
	if (e)
		return e;
	e = shape_check(shape_find(q->house->shapes, q->route->body), value, reterr);
	json_decref(value);
	q->body = q->http->body;
	return e;
}

static enum err read_args(struct request *q, struct why *reterr) {
	struct buf b = {0};
	buf_addc(&b, '{');
	for (size_t i = 0; i < q->match.parts; i++) {
		buf_json(&b, q->match.name[i]);
		buf_addc(&b, ':');
		buf_json(&b, q->match.value[i]);
		buf_addc(&b, ',');
	}
	enum err e = params_read(q->house->params, route_id(q->route), q->arena, q->http->query, q->now,
	                         &b, reterr);
	/* No text can imitate it: its quotes would be escaped. */
	q->whole = strstr(arena_dup(q->arena, b.p, b.n), "\"limit\":\"all\"");
	if (q->whole)
		buf_addf(&b, "\"most\":%" PRId64 ",", (int64_t)q->house->conf->feeds_rows);
	if (q->if_match) {
		buf_adds(&b, "\"if_match\":");
		buf_json(&b, str_of(q->if_match));
		buf_addc(&b, ',');
	}
	if (q->route->handler == HANDLER_FEED || q->route->handler == HANDLER_PERSONAL_FEED) {
		char day[11];
		civil_format((day_t)(q->now / 86400), day);
		buf_adds(&b, "\"day\":\"");
		buf_adds(&b, day);
		buf_adds(&b, "\",");
	}
	q->args = arena_dup(q->arena, b.p, b.n);
	if (q->args[b.n - 1] == ',')
		q->args[b.n - 1] = '}';
	else
		q->args = arena_printf(q->arena, "%s}", q->args);
	buf_clear(&b);
	return e;
}

/* What a public answer is made of, by the first word of its route's name. */
static unsigned areas_of(const struct route *r) {
	struct str id = str_of(r->id);
	if (str_starts(id, STR("activity_")))
		return CACHE_ACTIVITIES | CACHE_MEMBERS | CACHE_REFERENCE;
	return str_starts(id, STR("member_")) ? CACHE_MEMBERS | CACHE_REFERENCE : CACHE_REFERENCE;
}

static void answer_openapi(struct request *q) {
	struct answer a = *q->house->openapi;
	blob_hold(a.page.identity);
	blob_hold(a.page.gzip);
	render_answer(q, &a, q->key);
}

void request_whole(struct http_exchange *x, void *ctx) {
	struct request *q = http_exchange_user(x);
	struct why why;
	(void)ctx;
	if (read_body(q, &why) || read_args(q, &why)) {
		refuse(q, &why);
		return;
	}
	switch (q->route->handler) {
	case HANDLER_OPENAPI: answer_openapi(q); return;
	case HANDLER_EVENTS: live_begin(q); return;
	case HANDLER_EXPLAIN: explain_begin(q); return;
	case HANDLER_IMPORT: importing_begin(q, request_known); return;
	case HANDLER_PERSONAL_FEED: making_join(q, 0); return;
	case HANDLER_CSV:
	case HANDLER_FEED: making_join(q, q->credential ? 0 : areas_of(q->route)); return;
	case HANDLER_SQL:
	case HANDLER_ACTIVITIES:
		if (!q->credential && request_reads(q))
			making_join(q, areas_of(q->route));
		else
			calls_submit(q, request_known, q);
		return;
	}
}
