/* SPDX-License-Identifier: Apache-2.0 */
#include "http/parse.h"

#include <llhttp.h>

#include "base/banned.h"

struct reading {
	llhttp_t llhttp; /* first: callbacks find the rest through it */
	struct http_request *r;
	size_t room; /* of r->fields */
	bool in_value, complete;
};

static int on_url(llhttp_t *l, const char *at, size_t n) {
	struct http_request *r = ((struct reading *)(void *)l)->r;
	r->target = (struct str){r->target.p ? r->target.p : at, r->target.n + n};
	return HPE_OK;
}

static int on_name(llhttp_t *l, const char *at, size_t n) {
	struct reading *g = (struct reading *)(void *)l;
	struct http_request *r = g->r;
	if (g->in_value || r->field_count == 0) {
		if (r->field_count == g->room)
			return HPE_USER;
		r->fields[r->field_count++].name = (struct str){at, 0};
		g->in_value = false;
	}
	r->fields[r->field_count - 1].name.n += n;
	return HPE_OK;
}

static int on_value(llhttp_t *l, const char *at, size_t n) {
	struct reading *g = (struct reading *)(void *)l;
	struct str *value = &g->r->fields[g->r->field_count - 1].value;
	g->in_value = true;
	*value = (struct str){value->p ? value->p : at, value->n + n};
	return HPE_OK;
}

static int on_value_complete(llhttp_t *l) {
	struct reading *g = (struct reading *)(void *)l;
	struct str *value = &g->r->fields[g->r->field_count - 1].value;
	g->in_value = true;
	*value = value->p ? str_trim(*value) : STR("");
	return HPE_OK;
}

/* Bodies are the guard's affair: stop at the blank line. */
static int on_head(llhttp_t *l) {
	((struct reading *)(void *)l)->complete = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_url = on_url,
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_header_value_complete = on_value_complete,
	.on_headers_complete = on_head,
};

static enum http_method method_of(const llhttp_t *l) {
	switch (l->method) {
	case HTTP_GET: return HTTP_GET_;
	case HTTP_HEAD: return HTTP_HEAD_;
	case HTTP_POST: return HTTP_POST_;
	case HTTP_PUT: return HTTP_PUT_;
	case HTTP_PATCH: return HTTP_PATCH_;
	case HTTP_DELETE: return HTTP_DELETE_;
	default: return HTTP_OPTIONS_;
	}
}

static bool agree(const struct reading *p, const struct guard *g) {
	const llhttp_t *l = &p->llhttp;
	return p->r->method == g->method && l->http_major == 1 && l->http_minor == g->minor
	       && p->r->target.n == g->target_octets && p->r->field_count == g->fields
	       && ((l->flags & F_CHUNKED) != 0) == g->chunked && l->content_length == g->length;
}

enum err parse_head(struct arena *a, struct str head, const struct guard *g, struct http_request *r,
                    bool *ret_keep, struct why *reterr) {
	struct reading p = {.r = r, .room = g->fields};
	r->fields = arena_array(a, struct http_field, g->fields);
	r->field_count = 0;
	llhttp_init(&p.llhttp, HTTP_REQUEST, &settings);
	llhttp_errno_t e = llhttp_execute(&p.llhttp, head.p, head.n);
	if (e != HPE_PAUSED || !p.complete)
		return err_set(reterr, ERR_INVALID, NULL, "The head cannot be read (%s).",
		               llhttp_errno_name(e));
	r->method = method_of(&p.llhttp);
	r->minor = p.llhttp.http_minor;
	if (!agree(&p, g))
		return err_set(reterr, ERR_INVALID, NULL,
		               "The head can be read in two ways; send it plainly.");
	struct str rest = r->target;
	r->path = str_cut(&rest, '?');
	r->query = rest;
	*ret_keep = llhttp_should_keep_alive(&p.llhttp);
	return ERR_NONE;
}

struct str http_field(const struct http_request *r, const char *name) {
	struct str wanted = str_of(name);
	for (size_t i = 0; i < r->field_count; i++)
		if (str_ieq(r->fields[i].name, wanted))
			return r->fields[i].value;
	return (struct str){NULL, 0};
}
