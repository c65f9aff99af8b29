/* SPDX-License-Identifier: Apache-2.0 */
#include "app/routes.h"

#include "base/query.h"

#include "base/banned.h"

const struct route routes[ROUTES] = {
#define ROUTE(id, method, path, handler, access, query, body, answer, summary)                     \
	{#id, HTTP_##method##_, path, HANDLER_##handler, #access, query, body, answer, summary},
#include "app/routes.def"
#undef ROUTE
};

enum { METHODS = HTTP_OPTIONS_ + 1 };

static const char *const method_names[METHODS] = {
	[HTTP_GET_] = "GET",         [HTTP_HEAD_] = "HEAD",   [HTTP_POST_] = "POST",
	[HTTP_PUT_] = "PUT",         [HTTP_PATCH_] = "PATCH", [HTTP_DELETE_] = "DELETE",
	[HTTP_OPTIONS_] = "OPTIONS",
};

/* A path segment: literal text, or "{name}suffix". Children of a node are a list. */
struct node {
	bool parameter;
	struct str text; /* the literal, or the parameter's name */
	struct str suffix;
	struct node *child, *next;
	const struct route *route[METHODS];
	const char *allow; /* NULL: only on the way to something */
};

struct router {
	struct arena *arena;
	struct node root;
	struct node any; /* every method some path takes: what "OPTIONS *" asks for */
};

static struct node *node_get(struct router *r, struct node *parent, struct str segment) {
	struct node made = {.text = segment};
	if (segment.n && *segment.p == '{') {
		struct str rest = {segment.p + 1, segment.n - 1};
		made.parameter = true;
		made.text = str_cut(&rest, '}');
		made.suffix = rest;
	}
	struct node **at = &parent->child;
	/* Literals first: they win over a parameter. */
	for (; *at; at = &(*at)->next) {
		if ((*at)->parameter == made.parameter && str_eq((*at)->text, made.text)
		    && str_eq((*at)->suffix, made.suffix))
			return *at;
		if ((*at)->parameter && !made.parameter)
			break;
	}
	made.next = *at;
	*at = arena_new_of(r->arena, struct node);
	**at = made;
	return *at;
}

static void node_allow(struct router *r, struct node *n) {
	const char *sofar = "";
	for (int m = 0; m < METHODS; m++)
		if (n->route[m] || m == HTTP_OPTIONS_ || (m == HTTP_HEAD_ && n->route[HTTP_GET_]))
			sofar = arena_printf(r->arena, "%s%s%s", sofar, *sofar ? ", " : "", method_names[m]);
	n->allow = sofar;
}

struct router *router_new(void) {
	struct arena *a = arena_new();
	struct router *r = arena_new_of(a, struct router);
	r->arena = a;
	for (size_t i = 0; i < ROUTES; i++) {
		struct str rest = {routes[i].path + 1, strlen(routes[i].path) - 1};
		struct node *at = &r->root;
		while (rest.p)
			at = node_get(r, at, str_cut(&rest, '/'));
		at->route[routes[i].method] = &routes[i];
		node_allow(r, at);
		r->any.route[routes[i].method] = &routes[i];
	}
	node_allow(r, &r->any);
	return r;
}

void router_free(struct router *r) {
	if (r)
		arena_free(r->arena);
}

static bool node_takes(const struct node *n, struct str segment) {
	if (!n->parameter)
		return str_eq(n->text, segment);
	return segment.n > n->suffix.n && str_ends(segment, n->suffix);
}

static enum err not_found(struct why *reterr) {
	return err_set(reterr, ERR_NOT_FOUND, NULL,
	               "Nothing is at this address; /v1/openapi.json lists what there is.");
}

/* Decode one segment and keep it if it stands for a parameter. */
static enum err node_enter(const struct node *n, struct arena *a, struct str segment,
                           struct route_match *ret, struct why *reterr) {
	if (!n->parameter)
		return ERR_NONE;
	struct str value = {segment.p, segment.n - n->suffix.n};
	enum err e = percent_decode(a, value, false, &value, reterr);
	if (e)
		return e;
	ret->name[ret->parts] = n->text;
	ret->value[ret->parts++] = value;
	return ERR_NONE;
}

static const struct node *node_child(const struct node *parent, struct str segment, bool last) {
	const struct node *n = parent->child;
	while (n && !node_takes(n, segment))
		n = n->next;
	/* ".json" names the rendering every address has anyway. */
	struct str json = STR(".json");
	if (last && str_ends(segment, json) && (!n || n->parameter)) {
		struct str bare = {segment.p, segment.n - json.n};
		for (const struct node *b = parent->child; b; b = b->next)
			if (!b->parameter && str_eq(b->text, bare) && b->route[HTTP_GET_]
			    && b->route[HTTP_GET_]->handler == HANDLER_ACTIVITIES)
				return b;
	}
	return n;
}

enum err router_find(const struct router *r, struct arena *a, enum http_method method,
                     struct str path, struct route_match *ret, struct why *reterr) {
	*ret = (struct route_match){.allow = r->any.allow};
	if (str_is(path, "*") && method == HTTP_OPTIONS_)
		return ERR_NONE;
	if (path.n == 0 || *path.p != '/')
		return not_found(reterr);
	struct str rest = {path.p + 1, path.n - 1};
	const struct node *at = &r->root;
	while (rest.p) {
		struct str segment = str_cut(&rest, '/');
		at = node_child(at, segment, !rest.p);
		if (!at)
			return not_found(reterr);
		enum err e = node_enter(at, a, segment, ret, reterr);
		if (e)
			return e;
	}
	if (!at->allow)
		return not_found(reterr);
	ret->allow = at->allow;
	ret->route = at->route[method == HTTP_HEAD_ ? HTTP_GET_ : method];
	if (!ret->route && method != HTTP_OPTIONS_)
		return err_set(reterr, ERR_METHOD, NULL, "%s is not for this address; it takes %s.",
		               method_names[method], at->allow);
	return ERR_NONE;
}
