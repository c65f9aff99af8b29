/* SPDX-License-Identifier: Apache-2.0 */
#include "app/render.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>

#include "app/fields.h"
#include "app/gzip.h"
#include "app/house.h"

#include "base/banned.h"

enum { FIELDS = 12 };
#define RETRY_SECONDS "2"

/* -- fields -- */

/* In the exchange's arena, as http_respond may have to wait for the answers before this one. */
struct fields {
	struct http_field at[FIELDS];
	size_t n;
};

static void add(struct fields *f, const char *name, struct str value) {
	assert(f->n < FIELDS);
	f->at[f->n++] = (struct http_field){str_of(name), value};
}

static void add_text(struct fields *f, const char *name, const char *value) {
	add(f, name, str_of(value));
}

/* What the answer depends on, and who may keep it. */
static void add_reuse(struct fields *f, const struct request *q) {
	if (!request_reads(q) || !q->route) {
		add_text(f, "Cache-Control", "no-store");
		return;
	}
	bool feed = q->route->handler == HANDLER_PERSONAL_FEED;
	bool many = q->match.route && q->match.route->handler == HANDLER_ACTIVITIES;
	add_text(f, "Vary",
	         many ? "Accept, Accept-Encoding, Authorization" : "Accept-Encoding, Authorization");
	add_text(f, "Cache-Control",
	         q->credential || feed ? "private, no-cache" : "public, max-age=60, must-revalidate");
}

static void respond(struct request *q, int status, const struct fields *f, struct blob *body) {
	house_count(q->house, q, status);
	http_respond(q->x, &(struct http_answer){
						   .status = status,
						   .fields = f->at,
						   .field_count = f->n,
						   .blob = body,
					   });
}

/* -- answers -- */

void render_tag(struct cached *page) {
	etag_of((struct str){page->identity->bytes, page->identity->n}, page->etag);
	etag_gzip(page->etag, page->etag_gzip);
}

bool render_tag_revision(struct cached *page, struct str revision) {
	if (revision.n + sizeof "\"-gz\"" > ETAG_SIZE)
		return false;
	page->etag[0] = page->etag[revision.n + 1] = '"';
	memcpy(page->etag + 1, revision.p, revision.n);
	page->etag[revision.n + 2] = '\0';
	etag_gzip(page->etag, page->etag_gzip);
	return true;
}

/* If-None-Match wins over If-Modified-Since (RFC 9110 §13.2.2). */
static bool is_fresh(const struct request *q, const char *etag, int64_t modified) {
	struct str known = http_field(q->http, "If-None-Match");
	int64_t since;
	if (known.p) {
		size_t n = strlen(etag);
		return n > 2 && field_lists_tag(known, (struct str){etag + 1, n - 2});
	}
	return modified && field_date_parse(http_field(q->http, "If-Modified-Since"), &since)
	       && modified <= since;
}

static void answer_send(struct request *q, struct answer *a) {
	struct cached *page = &a->page;
	bool gzip = page->gzip && field_takes_gzip(http_field(q->http, "Accept-Encoding"));
	const char *etag = gzip ? page->etag_gzip : page->etag;
	struct fields *f = arena_new_of(q->arena, struct fields);
	int status = a->status;
	if (status == 200 && request_reads(q) && is_fresh(q, etag, page->modified))
		status = 304;
	if (*etag)
		add_text(f, "ETag", arena_strdup(q->arena, etag));
	if (page->modified) {
		char *modified = arena_alloc(q->arena, 30);
		field_date(page->modified, modified);
		add(f, "Last-Modified", (struct str){modified, 29});
	}
	add_reuse(f, q);
	if (a->location.p)
		add(f, "Location", a->location);
	if (a->link && status != 304)
		add_text(f, "Link", a->link);
	if (a->replayed)
		add_text(f, "Idempotency-Replayed", "true");
	struct blob *body = NULL;
	if (page->identity && status != 304 && status != 204) {
		add(f, "Content-Type", page->content_type);
		add_text(f, "X-Content-Type-Options", "nosniff");
		if (gzip)
			add_text(f, "Content-Encoding", "gzip");
		body = blob_hold(gzip ? page->gzip : page->identity);
	}
	respond(q, status, f, body);
	blob_drop(page->identity);
	blob_drop(page->gzip);
}

/* -- what an answer still lacks, made here or in a worker -- */

struct finish {
	uv_work_t work;
	struct request *request;
	struct answer answer;
	struct str key;
	bool tag, pack;
};

static void answer_finish(uv_work_t *work) {
	struct finish *f = work->data;
	struct cached *page = &f->answer.page;
	if (f->tag)
		render_tag(page);
	if (f->pack)
		page->gzip = gzip_pack((struct str){page->identity->bytes, page->identity->n});
}

static void answer_finished(uv_work_t *work, int status) {
	struct finish *f = work->data;
	struct cached *page = &f->answer.page;
	assert(status == 0); /* nothing cancels it */
	if (f->pack && f->key.n)
		cache_attach_gzip(f->request->house->cache, f->key, page->etag, page->gzip);
	answer_send(f->request, &f->answer);
}

void render_answer(struct request *q, struct answer *a, struct str key) {
	struct blob *body = a->page.identity;
	bool read = body && a->status == 200 && request_reads(q);
	struct finish here = {.request = q, .answer = *a, .key = key};
	here.tag = read && !*a->page.etag;
	here.pack = body && !a->page.gzip && body->n > RENDER_GZIP_MIN
	            && field_takes_gzip(http_field(q->http, "Accept-Encoding"));
	if (!here.tag && !here.pack) {
		answer_send(q, a);
		return;
	}
	if (body->n <= GZIP_ON_LOOP_MAX) {
		here.work.data = &here;
		answer_finish(&here.work);
		answer_finished(&here.work, 0);
		return;
	}
	struct finish *f = arena_new_of(q->arena, struct finish);
	*f = here;
	f->work.data = f;
	if (uv_queue_work(q->house->loop, &f->work, answer_finish, answer_finished))
		abort();
}

const char *render_link(struct request *q, struct str next) {
	struct buf out = {0};
	struct str rest = q->http->query;
	buf_addf(&out, "<%.*s?", STR_ARG(q->http->path));
	while (rest.p) {
		struct str one = str_cut(&rest, '&');
		if (one.n && !str_starts(one, STR("cursor=")))
			buf_addf(&out, "%.*s&", STR_ARG(one));
	}
	buf_adds(&out, "cursor=");
	for (size_t i = 0; i < next.n; i++) {
		char c = next.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
		             || c == '-' || c == '_' || c == '.';
		buf_addf(&out, plain ? "%c" : "%%%02X", plain ? c : (unsigned char)c);
	}
	buf_adds(&out, ">; rel=\"next\"");
	const char *kept = arena_dup(q->arena, out.p, out.n);
	buf_clear(&out);
	return kept;
}

/* -- problems -- */

/* A list of SQL's detail; an empty one if it has none. */
static void add_list(struct buf *b, const json_t *detail, const char *name) {
	const json_t *list = json_object_get(detail, name);
	char *text = json_is_array(list) ? json_dumps(list, JSON_COMPACT) : NULL;
	buf_addf(b, ",\"%s\":%s", name, text ? text : "[]");
	free(text);
}

struct blob *render_problem_body(const struct why *why, const char *detail, const char *instance) {
	struct buf b = {0};
	json_t *more = *detail ? json_loads(detail, 0, NULL) : NULL;
	buf_addf(&b, "{\"type\":\"urn:atelier:problem:%s\",\"title\":\"%s\",\"status\":%d,\"detail\":",
	         err_slug(why->kind), err_title(why->kind), err_status(why->kind));
	buf_json(&b, str_of(why->sentence));
	buf_addf(&b, ",\"instance\":\"urn:atelier:request:%s\",\"field\":", instance);
	if (*why->field)
		buf_json(&b, str_of(why->field));
	else
		buf_adds(&b, "null");
	if (why->kind == ERR_CONFLICT && json_array_size(json_object_get(more, "reasons")) == 0) {
		/* Whoever is refused by a rule finds the rule among the reasons, a constraint's too. */
		buf_adds(&b, ",\"reasons\":[{\"code\":\"conflict\",\"sentence\":");
		buf_json(&b, str_of(why->sentence));
		buf_adds(&b, "}]");
	} else {
		add_list(&b, more, "reasons");
	}
	add_list(&b, more, "alternatives");
	buf_addc(&b, '}');
	json_decref(more);
	struct blob *body = blob_new(b.p, b.n);
	buf_clear(&b);
	return body;
}

void render_problem(struct request *q, const struct why *why, const char *detail) {
	struct fields *f = arena_new_of(q->arena, struct fields);
	add_text(f, "Content-Type", "application/problem+json");
	add_text(f, "Cache-Control", "no-store");
	add_text(f, "X-Content-Type-Options", "nosniff");
	if (why->kind == ERR_UNAUTHENTICATED)
		add_text(f, "WWW-Authenticate",
		         q->credential ? "Bearer realm=\"atelier\", error=\"invalid_token\""
		                       : "Bearer realm=\"atelier\"");
	if (why->kind == ERR_METHOD)
		add_text(f, "Allow", q->match.allow);
	if (why->kind == ERR_UNAVAILABLE || why->kind == ERR_TOO_MANY)
		add_text(f, "Retry-After", RETRY_SECONDS);
	respond(q, err_status(why->kind), f, render_problem_body(why, detail, request_id(q)));
}

void render_options(struct request *q) {
	struct fields *f = arena_new_of(q->arena, struct fields);
	add_text(f, "Allow", q->match.allow);
	add_text(f, "Cache-Control", "no-store");
	respond(q, 204, f, NULL);
}
