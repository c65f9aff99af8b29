/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* GET /v1/openapi.json: the OpenAPI 3.1 description, made of routes.def and the schemas. */
#include "app/shape.h"
#include "base/buf.h"

/* Append the document as JSON text: same routes and schemas, same octets. ERR_INTERNAL when a route
 * names a schema there is not. A list that takes `fields` has two shapes: its schema, and the same
 * with items of which every member is optional (NAME_fields). */
must_check enum err openapi_write(struct buf *out, const struct shapes *shapes, struct why *reterr);
