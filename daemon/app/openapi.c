/* SPDX-License-Identifier: Apache-2.0 */
#include "app/openapi.h"

#include <config.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/openapi_parts.h"
#include "base/str.h"

#include "base/banned.h"

static const struct openapi_route routes[] = {
#define ROUTE(id, method, path, handler, access, query, body, answer, summary)                     \
	{#id, #method, path, #access, query, body, answer, summary},
#include "app/routes.def"
#undef ROUTE
};
enum { ROUTES = sizeof routes / sizeof *routes };

/* What jansson hands out must be there: out of memory ends the process, as everywhere. */
json_t *openapi_made(json_t *v) {
	if (!v)
		abort();
	return v;
}

void openapi_set(json_t *object, const char *key, json_t *value) {
	if (json_object_set_new(object, key, openapi_made(value)))
		abort();
}

void openapi_text(json_t *object, const char *key, const char *text) {
	openapi_set(object, key, json_string(text));
}

void openapi_add(json_t *list, json_t *value) {
	if (json_array_append_new(list, openapi_made(value)))
		abort();
}

json_t *openapi_ref(const char *section, const char *name) {
	return openapi_made(
		json_pack("{s:o}", "$ref", json_sprintf("#/components/%s/%s", section, name)));
}

/* -- what stands under components -- */

/* A schema as OpenAPI has it: references are full, our own formats are patterns too. */
static json_t *schema_of(const json_t *own) {
	json_t *ret = openapi_made(json_object()), *v;
	const char *key;
	json_object_foreach((json_t *)own, key, v) {
		if (str_is(str_of(key), "$ref")) {
			openapi_set(ret, key, json_sprintf("#/components/schemas/%s", json_string_value(v)));
		} else if (str_is(str_of(key), "format")) {
			openapi_format(ret, json_string_value(v));
		} else if (str_is(str_of(key), "items")) {
			openapi_set(ret, key, schema_of(v));
		} else if (str_is(str_of(key), "properties")) {
			json_t *properties = openapi_made(json_object()), *child;
			const char *name;
			json_object_foreach(v, name, child) openapi_set(properties, name, schema_of(child));
			openapi_set(ret, key, properties);
		} else {
			openapi_set(ret, key, json_deep_copy(v));
		}
	}
	return ret;
}

/* The list again, with items that need not have all their members. */
static void add_fields_twin(json_t *schemas, const struct shapes *shapes, const char *name) {
	char twin[96];
	(void)snprintf(twin, sizeof twin, "%s_fields", name);
	json_t *list = schema_of(shape_schema(shape_find(shapes, name)));
	json_t *items = json_object_get(json_object_get(list, "properties"), "items");
	const json_t *listed = json_object_get(shape_schema(shape_find(shapes, name)), "properties");
	const char *item = json_string_value(
		json_object_get(json_object_get(json_object_get(listed, "items"), "items"), "$ref"));
	json_t *partial = schema_of(shape_schema(shape_find(shapes, item)));
	if (json_object_del(partial, "required"))
		abort();
	openapi_set(items, "items", partial);
	openapi_text(list, "description", "The same, with items of the members that fields= named");
	openapi_set(schemas, twin, list);
}

static json_t *components(const struct shapes *shapes) {
	json_t *schemas = openapi_made(json_object());
	for (size_t i = 0; i < shapes_count(shapes); i++) {
		const char *name = shapes_name(shapes, i);
		openapi_set(schemas, name, schema_of(shape_schema(shape_find(shapes, name))));
	}
	for (size_t i = 0; i < ROUTES; i++)
		if (openapi_takes_fields(&routes[i]))
			add_fields_twin(schemas, shapes, routes[i].answer);
	return openapi_made(json_pack("{s:o, s:o, s:o, s:o, s:{s:{s:s, s:s, s:s}}}", "schemas", schemas,
	                              "parameters", openapi_header_parameters(), "headers",
	                              openapi_headers(), "responses", openapi_problems(),
	                              "securitySchemes", "bearer", "type", "http", "scheme", "bearer",
	                              "description", "A token made with atelierd --create-token"));
}

/* -- what stands under paths -- */

static const char *access_sentence(const char *access) {
	static const char *const words[][2] = {
		{"ANYONE", "For everyone; a token shows more where its role may see more."},
		{"SIGNED", "For every account."},
		{"STAFF", "For coordinators and administrators."},
		{"PEOPLE", "For coordinators and administrators; experts reach what is theirs."},
		{"ADMIN", "For administrators."},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(str_of(access), words[i][0]))
			return words[i][1];
	return "";
}

/* "/v1/experts/{id}/calendars" → "experts" */
static json_t *tags(const char *path) {
	struct str rest = str_of(path), part = {0};
	for (int i = 0; i < 3; i++)
		part = str_cut(&rest, '/');
	const char *dot = memchr(part.p, '.', part.n);
	return openapi_made(json_pack("[s%]", part.p, dot ? (size_t)(dot - part.p) : part.n));
}

static json_t *request_body(const struct openapi_route *r) {
	bool media = strchr(r->body, '/');
	json_t *schema = media ? json_pack("{s:s}", "type", "string") : openapi_ref("schemas", r->body);
	return openapi_made(json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content",
	                              media ? r->body : "application/json", "schema", schema));
}

static json_t *security(const struct openapi_route *r) {
	if (str_is(str_of(r->access), "ANYONE"))
		return openapi_made(json_pack("[{}, {s:[]}]", "bearer"));
	return openapi_made(json_pack("[{s:[]}]", "bearer"));
}

static json_t *operation(const struct openapi_route *r) {
	json_t *ret = openapi_made(json_object());
	openapi_text(ret, "operationId", r->id);
	openapi_text(ret, "summary", r->summary);
	openapi_text(ret, "description", access_sentence(r->access));
	openapi_set(ret, "tags", tags(r->path));
	openapi_set(ret, "parameters", openapi_parameters(r));
	if (*r->body)
		openapi_set(ret, "requestBody", request_body(r));
	openapi_set(ret, "responses", openapi_responses(r));
	openapi_set(ret, "security", security(r));
	return ret;
}

static json_t *paths(void) {
	json_t *ret = openapi_made(json_object());
	for (size_t i = 0; i < ROUTES; i++) {
		char method[8];
		size_t j = 0;
		for (; routes[i].method[j] && j < sizeof method - 1; j++)
			method[j] = (char)(routes[i].method[j] | 0x20);
		method[j] = '\0';
		if (!json_object_get(ret, routes[i].path))
			openapi_set(ret, routes[i].path, json_object());
		openapi_set(json_object_get(ret, routes[i].path), method, operation(&routes[i]));
	}
	return ret;
}

static enum err check_routes(const struct shapes *shapes, struct why *reterr) {
	for (size_t i = 0; i < ROUTES; i++) {
		const char *const names[] = {routes[i].body, routes[i].answer};
		for (size_t j = 0; j < 2; j++)
			if (*names[j] && !strchr(names[j], '/') && !shape_find(shapes, names[j]))
				return err_set(reterr, ERR_INTERNAL, routes[i].id,
				               "routes.def: %s names the schema %s, and there is none.",
				               routes[i].id, names[j]);
	}
	return ERR_NONE;
}

enum err openapi_write(struct buf *out, const struct shapes *shapes, struct why *reterr) {
	static const char about[] =
		"Atelier plans the capacity building that a secretariat owes its Members. Every GET has a "
		"HEAD. Unknown parameters and members are refused. Errors are problem+json (RFC 9457).";
	enum err err = check_routes(shapes, reterr);
	if (err)
		return err;
	json_t *document = openapi_made(
		json_pack("{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:[{s:s}], s:o, s:o}", "openapi", "3.1.0",
	              "info", "title", "Atelier", "version", PACKAGE_VERSION, "description", about,
	              "license", "name", "Apache License 2.0", "identifier", "Apache-2.0", "servers",
	              "url", "/", "paths", paths(), "components", components(shapes)));
	char *text = json_dumps(document, JSON_COMPACT);
	if (!text)
		abort();
	buf_adds(out, text);
	free(text);
	json_decref(document);
	return ERR_NONE;
}
