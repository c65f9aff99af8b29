/* SPDX-License-Identifier: Apache-2.0 */
#include "app/openapi_parts.h"

#include <stdio.h>

#include "app/shape_format.h"
#include "base/str.h"

#include "base/banned.h"

void openapi_format(json_t *schema, const char *format) {
	const struct shape_format *own = shape_format_find(format);
	openapi_text(schema, "format", format);
	if (own && own->pattern)
		openapi_text(schema, "pattern", own->pattern);
}

#define EVENTS "text/event-stream"

static bool is(const char *a, const char *b) {
	return str_is(str_of(a), b);
}

static bool has_parameter(const struct openapi_route *r, const char *name) {
	struct str rest = str_of(r->query);
	while (rest.p) {
		struct str one = str_cut(&rest, ' ');
		if (str_is(str_cut(&one, ':'), name))
			return true;
	}
	return false;
}

bool openapi_takes_fields(const struct openapi_route *r) {
	return has_parameter(r, "fields") && str_ends(str_of(r->answer), STR("_list"));
}

/* -- parameters -- */

static json_t *words_schema(struct str words, char separator) {
	json_t *list = openapi_made(json_array());
	while (words.p) {
		struct str word = str_cut(&words, separator);
		openapi_add(list, json_stringn(word.p, word.n));
	}
	return openapi_made(json_pack("{s:s, s:o}", "type", "string", "enum", list));
}

static json_t *list_schema(json_t *items) {
	return openapi_made(json_pack("{s:s, s:i, s:b, s:o}", "type", "array", "minItems", 1,
	                              "uniqueItems", 1, "items", items));
}

static json_t *format_schema(const char *format) {
	json_t *ret = openapi_made(json_pack("{s:s}", "type", "string"));
	openapi_format(ret, format);
	return ret;
}

/* The type of a parameter in routes.def, as a schema. */
static json_t *type_schema(struct str type) {
	if (memchr(type.p, '|', type.n))
		return words_schema(type, '|');
	if (memchr(type.p, ',', type.n))
		return list_schema(words_schema(type, ','));
	if (str_is(type, "code"))
		return format_schema("code");
	if (str_is(type, "codes"))
		return list_schema(format_schema("code"));
	if (str_is(type, "date"))
		return format_schema("date");
	if (str_is(type, "instant"))
		return openapi_made(
			json_pack("{s:[o, o]}", "anyOf", format_schema("date-time"), format_schema("date")));
	if (str_is(type, "int"))
		return openapi_made(json_pack("{s:s, s:i}", "type", "integer", "minimum", 0));
	if (str_is(type, "limit"))
		return openapi_made(json_pack("{s:[{s:s, s:i, s:i}, {s:s}]}", "anyOf", "type", "integer",
		                              "minimum", 1, "maximum", 500, "const", "all"));
	if (str_is(type, "bool"))
		return openapi_made(json_pack("{s:s}", "type", "boolean"));
	return openapi_made(json_pack("{s:s, s:i}", "type", "string", "minLength", 1));
}

static const char *parameter_sentence(struct str name) {
	static const char *const words[][2] = {
		{"as_of", "What had been recorded and released by then; never in the future"},
		{"on", "The day being judged; may be in the future. Default: today"},
		{"limit", "Items a page, at most 500; all: the whole list, or 413"},
		{"cursor", "Where the page begins: next of the one before"},
		{"count", "exact: say how many there are in all"},
		{"sort", "Names to sort by, comma between, - before a name turns it round"},
		{"fields", "Names of the members wanted, comma between"},
		{"q", "Words to look for"},
		{"from", "Ends on this day or later"},
		{"to", "Begins on this day or earlier"},
		{"dry_run", "1: judge the rows and change nothing"},
		{"bom", "1: begin with a byte order mark, for spreadsheets"},
		{"updated_since", "Changed at this instant or later"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(name, words[i][0]))
			return words[i][1];
	return NULL;
}

static json_t *parameter(const char *in, struct str name, json_t *schema) {
	const char *sentence = parameter_sentence(name);
	bool list = is(json_string_value(json_object_get(schema, "type")), "array");
	json_t *ret = openapi_made(json_pack("{s:s%, s:s, s:b, s:o}", "name", name.p, name.n, "in", in,
	                                     "required", is(in, "path"), "schema", schema));
	if (list) {
		openapi_text(ret, "style", "form");
		openapi_set(ret, "explode", json_false());
	}
	if (sentence)
		openapi_text(ret, "description", sentence);
	return ret;
}

json_t *openapi_parameters(const struct openapi_route *r) {
	json_t *ret = openapi_made(json_array());
	struct str rest = str_of(r->path);
	while (str_cut(&rest, '{').p && rest.p) {
		struct str name = str_cut(&rest, '}');
		openapi_add(ret, parameter("path", name, type_schema(STR("text"))));
	}
	rest = str_of(r->query);
	while (rest.p) {
		struct str type = str_cut(&rest, ' '), name = str_cut(&type, ':');
		if (name.n)
			openapi_add(ret, parameter("query", name, type_schema(type)));
	}
	if (is(r->method, "POST"))
		openapi_add(ret, openapi_ref("parameters", "IdempotencyKey"));
	if (is(r->method, "PATCH"))
		openapi_add(ret, openapi_ref("parameters", "IfMatch"));
	if (is(r->method, "DELETE"))
		openapi_add(ret, openapi_ref("parameters", "IfMatchToDelete"));
	if (is(r->method, "GET"))
		openapi_add(ret, openapi_ref("parameters", "IfNoneMatch"));
	return ret;
}

static json_t *header_parameter(const char *name, int required, const char *sentence) {
	return openapi_made(json_pack("{s:s, s:s, s:b, s:s, s:{s:s}}", "name", name, "in", "header",
	                              "required", required, "description", sentence, "schema", "type",
	                              "string"));
}

json_t *openapi_header_parameters(void) {
	return openapi_made(json_pack(
		"{s:o, s:o, s:o, s:o}", "IfMatch",
		header_parameter("If-Match", 1, "ETag of the state that was read; 412 when it has changed"),
		"IfMatchToDelete",
		header_parameter("If-Match", 0, "ETag of the state that was read, where there is one"),
		"IfNoneMatch",
		header_parameter("If-None-Match", 0, "ETag at hand; 304 when it still holds"),
		"IdempotencyKey",
		header_parameter("Idempotency-Key", 0,
	                     "A repeat with the same key gets the first answer")));
}

/* -- answers -- */

static json_t *header(const char *sentence) {
	return openapi_made(
		json_pack("{s:s, s:{s:s}}", "description", sentence, "schema", "type", "string"));
}

json_t *openapi_headers(void) {
	return openapi_made(json_pack("{s:o, s:o, s:o}", "ETag", header("State of what is answered"),
	                              "Location", header("Where the new one is"), "Link",
	                              header("rel=next: the next page (RFC 8288)")));
}

static const struct {
	int status;
	const char *sentence;
} problems[] = {
	{400, "A parameter, a member or the body breaks a rule that the sentence names"},
	{401, "A token is needed, or the one sent is not valid"},
	{403, "The token's role may not do this"},
	{404, "There is no such thing"},
	{409, "A rule says no: reasons, and alternatives where there are any"},
	{412, "Changed since the ETag sent was read"},
	{413, "More than is taken or given at once"},
	{415, "The body's media type is not the one taken here"},
	{422, "The Idempotency-Key was used for another request"},
	{428, "If-Match is missing"},
};

static json_t *problem(const char *sentence, const char *schema) {
	return openapi_made(json_pack("{s:s, s:{s:{s:o}}}", "description", sentence, "content",
	                              "application/problem+json", "schema",
	                              openapi_ref("schemas", schema)));
}

json_t *openapi_problems(void) {
	json_t *ret = openapi_made(json_object());
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "Problem%d", problems[i].status);
		openapi_set(ret, name, problem(problems[i].sentence, "problem"));
	}
	openapi_set(
		ret, "ImportProblem",
		problem("The file or the request is faulty: every fault by line", "import_problem"));
	openapi_set(ret, "Problem", problem("Any other refusal or failure", "problem"));
	return ret;
}

static bool can_be(const struct openapi_route *r, int status) {
	bool write = !is(r->method, "GET"), patch = is(r->method, "PATCH");
	switch (status) {
	case 400: return *r->query || *r->body;
	case 401:
	case 403: return !is(r->access, "ANYONE");
	case 404: return strchr(r->path, '{');
	case 409: return write;
	case 412: return patch || is(r->method, "DELETE");
	case 413:
	case 415: return *r->body;
	case 422: return is(r->method, "POST");
	default: return patch;
	}
}

/* JSON Schema says nothing of what is in a text, so this does. */
static json_t *events_schema(void) {
	return openapi_made(json_pack(
		"{s:s, s:s}", "type", "string", "description",
		"Server-sent events (WHATWG HTML). event: state, whose data is a plan_event, comes first, "
		"and again whenever the state changes; event: progress, whose data is a plan_progress, "
		"while a planner is at work; a comment every 15 s. After a state that is neither queued "
		"nor running the stream ends: close it then, or the browser asks again. Last-Event-ID is "
		"taken and not needed."));
}

/* What stands in a good answer's body. */
static json_t *content(const struct openapi_route *r) {
	json_t *schema;
	const char *type = "application/json";
	if (is(r->answer, type)) {
		schema = openapi_made(json_pack("{s:s}", "type", "object"));
	} else if (is(r->answer, EVENTS)) {
		type = r->answer;
		schema = events_schema();
	} else if (strchr(r->answer, '/')) {
		type = r->answer;
		schema = openapi_made(json_pack("{s:s}", "type", "string"));
	} else if (openapi_takes_fields(r)) {
		char twin[96];
		(void)snprintf(twin, sizeof twin, "%s_fields", r->answer);
		schema = openapi_made(json_pack("{s:[o, o]}", "anyOf", openapi_ref("schemas", r->answer),
		                                openapi_ref("schemas", twin)));
	} else {
		schema = openapi_ref("schemas", r->answer);
	}
	return openapi_made(json_pack("{s:{s:o}}", type, "schema", schema));
}

/* A job is begun or ended by it, some time later. */
static bool is_accepted(const struct openapi_route *r) {
	return is(r->method, "POST") && is(r->answer, "plan") && !is(r->id, "plan_release");
}

static json_t *good(const struct openapi_route *r, bool made) {
	json_t *headers = openapi_made(json_object());
	const char *what = is_accepted(r) ? "Accepted" : made ? "Made" : "Done";
	json_t *ret = openapi_made(json_pack("{s:s}", "description", what));
	bool live = is(r->answer, EVENTS);
	if ((is(r->method, "GET") && !live) || is(r->method, "PATCH") || made)
		openapi_set(headers, "ETag", openapi_ref("headers", "ETag"));
	if (made)
		openapi_set(headers, "Location", openapi_ref("headers", "Location"));
	if (has_parameter(r, "cursor"))
		openapi_set(headers, "Link", openapi_ref("headers", "Link"));
	openapi_set(ret, "headers", headers);
	openapi_set(ret, "content", content(r));
	return ret;
}

json_t *openapi_responses(const struct openapi_route *r) {
	struct str id = str_of(r->id);
	bool made =
		is(r->method, "POST") && (str_ends(id, STR("_create")) || str_ends(id, STR("_add")));
	json_t *ret = openapi_made(json_object());
	if (*r->answer)
		openapi_set(ret, is_accepted(r) ? "202" : made ? "201" : "200", good(r, made));
	else
		openapi_set(ret, "204", json_pack("{s:s}", "description", "Done"));
	if (is(r->method, "GET") && !is(r->answer, EVENTS))
		openapi_set(ret, "304", json_pack("{s:s}", "description", "What you have still holds"));
	bool import = is(r->answer, "import_report");
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "Problem%d", problems[i].status);
		if (can_be(r, problems[i].status))
			openapi_set(ret, name + strlen("Problem"),
			            openapi_ref("responses",
			                        import && problems[i].status == 400 ? "ImportProblem" : name));
	}
	openapi_set(ret, "default", openapi_ref("responses", "Problem"));
	return ret;
}
