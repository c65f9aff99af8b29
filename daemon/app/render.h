/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An answer becomes status, fields and octets (RFC 9110), a reason becomes problem+json (RFC 9457). */
#include "app/cache.h"
#include "app/request.h"
#include "base/err.h"

enum { RENDER_GZIP_MIN = 512 }; /* bodies up to this go out bare */

struct answer {
	int status;
	struct cached page;  /* octets and what is known of them; the answer owns a hold on its blobs */
	struct str location; /* {NULL,0}: none */
	const char *link;    /* value of Link, NULL: none */
	bool replayed;
};

/* Answer the request; takes over the page's holds. Works out 304, the coding, Vary and
 * Cache-Control. An empty page.etag on a 200 to a read gets the digest of the octets. What is slow
 * (gzip, digest of a large body) runs in a worker first. With `key`, a gzip form made on the way
 * joins the cache's entry. The key must live as long as the request. */
void render_answer(struct request *q, struct answer *a, struct str key);

/* Give the page its tags. Safe in a worker thread. */
void render_tag(struct cached *page);
/* "\"text\"" and its gzip twin, from SQL's revision; false if it is too long for them. */
bool render_tag_revision(struct cached *page, struct str revision);

/* The reason as problem+json. `detail` is SQL's JSON object with reasons and alternatives, or "". */
void render_problem(struct request *q, const struct why *why, const char *detail);
/* The body alone, held once. `instance` is the request's id. */
struct blob *render_problem_body(const struct why *why, const char *detail, const char *instance);

/* 204 with Allow. */
void render_options(struct request *q);

/* The target with its cursor set to `next`, as the value of Link: rel=next; in the arena. */
const char *render_link(struct request *q, struct str next);
