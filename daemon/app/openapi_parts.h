/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Inside the description: what openapi.c puts together. New references, never NULL. */
#include <jansson.h>
#include <stdbool.h>

/* One line of routes.def, by its words. */
struct openapi_route {
	const char *id, *method, *path, *access, *query, *body, *answer, *summary;
};

json_t *openapi_made(json_t *v); /* v; the process ends if it is NULL */
void openapi_set(json_t *object, const char *key, json_t *value); /* takes over value */
void openapi_text(json_t *object, const char *key, const char *text);
void openapi_add(json_t *list, json_t *value); /* takes over value */
json_t *openapi_ref(const char *section, const char *name);

/* `format` and, where it is our own, the pattern that explains it. */
void openapi_format(json_t *schema, const char *format);

/* A list whose items can be had in part. */
bool openapi_takes_fields(const struct openapi_route *r);

/* Path, query and header parameters of a route. */
json_t *openapi_parameters(const struct openapi_route *r);
json_t *openapi_responses(const struct openapi_route *r);

/* Under components. */
json_t *openapi_header_parameters(void);
json_t *openapi_headers(void);
json_t *openapi_problems(void);
