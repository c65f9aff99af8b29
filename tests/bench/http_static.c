/* SPDX-License-Identifier: Apache-2.0 */
/* http_static ADDRESS FILE: serves one file from memory at every path, with an ETag (304) and a
 * gzip variant, as the daemon serves a cached feed: the HTTP layer alone, to be measured. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "http/http.h"

#include "base/banned.h"

static struct blob *identity, *gzip;
static const char etag[] = "\"static-1\"";

static struct blob *file_blob(const char *path) {
	char piece[4096];
	struct buf b = {0};
	FILE *f = fopen(path, "rb");
	if (!f)
		return NULL;
	for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
		buf_add(&b, piece, n);
	(void)fclose(f);
	struct blob *blob = blob_new(b.p, b.n);
	buf_clear(&b);
	return blob;
}

static struct blob *gzipped(const struct blob *plain) {
	z_stream z = {0};
	struct buf b = {0};
	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	uLong most = deflateBound(&z, (uLong)plain->n);
	z.next_out = (Bytef *)buf_reserve(&b, most);
	z.avail_out = (uInt)most;
	z.next_in = (Bytef *)(uintptr_t)plain->bytes;
	z.avail_in = (uInt)plain->n;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	struct blob *blob = blob_new(b.p, z.total_out);
	(void)deflateEnd(&z);
	buf_clear(&b);
	return blob;
}

static size_t head(struct http_exchange *x, void *ctx) {
	(void)x;
	(void)ctx;
	return 0;
}

static void request(struct http_exchange *x, void *ctx) {
	static const struct http_field fields[] = {
		{{"ETag", 4}, {etag, sizeof etag - 1}},
		{{"Cache-Control", 13}, {"public, max-age=60", 18}},
		{{"Vary", 4}, {"Accept-Encoding", 15}},
		{{"Content-Type", 12}, {"text/calendar; charset=utf-8", 28}},
		{{"Content-Encoding", 16}, {"gzip", 4}},
	};
	(void)ctx;
	const struct http_request *r = http_exchange_request(x);
	struct http_answer a = {.status = 200, .fields = fields, .field_count = 4};
	struct str accepts = http_field(r, "Accept-Encoding");
	if (str_is(http_field(r, "If-None-Match"), etag)) {
		a.status = 304;
		a.field_count = 3;
	} else if (accepts.p && memmem(accepts.p, accepts.n, "gzip", 4)) {
		a.field_count = 5;
		a.blob = blob_hold(gzip);
	} else {
		a.blob = blob_hold(identity);
	}
	http_respond(x, &a);
}

static void stop(uv_signal_t *signal, int number) {
	(void)number;
	uv_close((uv_handle_t *)signal, NULL);
	http_server_close(signal->data, 1000, NULL, NULL);
}

int main(int argc, char **argv) {
	static const struct http_limits limits = {
		.head_octets = 16384,
		.field_count = 64,
		.target_octets = 4096,
		.connections = 20000,
		.connections_per_peer = 20000,
		.head_ms = 600000,
		.body_ms = 30000,
		.idle_ms = 600000,
		.write_ms = 30000,
	};
	static const struct http_handler handler = {.head = head, .request = request};
	struct why why;
	uv_signal_t term;
	if (argc != 3 || !(identity = file_blob(argv[2]))) {
		(void)fprintf(stderr, "usage: http_static ADDRESS FILE\n");
		return 2;
	}
	gzip = gzipped(identity);
	uv_loop_t *loop = uv_default_loop();
	struct http_server *s = http_server_new(loop, &limits, &handler);
	if (http_listen(s, argv[1], &why)) {
		(void)fprintf(stderr, "http_static: %s\n", why.sentence);
		return 1;
	}
	(void)printf("%s\n", http_server_address(s, 0));
	(void)fflush(stdout);
	(void)uv_signal_init(loop, &term);
	term.data = s;
	(void)uv_signal_start(&term, stop, SIGTERM);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	blob_drop(identity);
	blob_drop(gzip);
	return uv_loop_close(loop);
}
