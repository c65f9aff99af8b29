/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/civil.h"
#include "http/conn.h"

#include "base/banned.h"

/* What the kernel did not take at once. */
struct pending {
	uv_write_t req;
	struct conn *conn;
	struct blob *blob;
	char bytes[];
};

static struct str status_line(int status) {
	switch (status) {
#define STATUS(code, phrase)                                                                       \
	case code: return STR("HTTP/1.1 " #code " " phrase "\r\n")
		STATUS(200, "OK");
		STATUS(201, "Created");
		STATUS(202, "Accepted");
		STATUS(204, "No Content");
		STATUS(303, "See Other");
		STATUS(304, "Not Modified");
		STATUS(400, "Bad Request");
		STATUS(401, "Unauthorized");
		STATUS(403, "Forbidden");
		STATUS(404, "Not Found");
		STATUS(405, "Method Not Allowed");
		STATUS(406, "Not Acceptable");
		STATUS(408, "Request Timeout");
		STATUS(409, "Conflict");
		STATUS(412, "Precondition Failed");
		STATUS(413, "Content Too Large");
		STATUS(414, "URI Too Long");
		STATUS(415, "Unsupported Media Type");
		STATUS(417, "Expectation Failed");
		STATUS(422, "Unprocessable Content");
		STATUS(428, "Precondition Required");
		STATUS(429, "Too Many Requests");
		STATUS(431, "Request Header Fields Too Large");
		STATUS(500, "Internal Server Error");
		STATUS(501, "Not Implemented");
		STATUS(503, "Service Unavailable");
		STATUS(504, "Gateway Timeout");
		STATUS(505, "HTTP Version Not Supported");
#undef STATUS
	default: return (struct str){NULL, 0};
	}
}

static void add(struct buf *b, struct str s) {
	buf_add(b, s.p, s.n);
}

static void add_number(struct buf *b, uint64_t v, unsigned base) {
	char digits[20], *at = digits + sizeof digits;
	do
		*--at = "0123456789abcdef"[v % base];
	while ((v /= base));
	buf_add(b, at, (size_t)(digits + sizeof digits - at));
}

/* IMF-fixdate (RFC 9110 §5.6.7), made once a second. */
static struct str date_line(struct http_server *s) {
	static const char days[] = "MonTueWedThuFriSatSun";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
	if (now.tv_sec != s->date_second) {
		day_t day = (day_t)(now.tv_sec / 86400);
		int second = (int)(now.tv_sec % 86400);
		struct civil c = civil_of(day);
		(void)snprintf(s->date, sizeof s->date, "%.3s, %02u %.3s %04d %02d:%02d:%02d GMT",
		               days + 3 * civil_weekday(day), c.day, months + 3 * (c.month - 1), c.year,
		               second / 3600, second / 60 % 60, second % 60);
		s->date_second = now.tv_sec;
	}
	return (struct str){s->date, 29};
}

/* Is one of eight octets a control character? Exact: an octet of 0x80 and above is none, and below
 * it neither sum carries into the next octet. */
static bool has_control(const char *p) {
	const uint64_t ones = UINT64_MAX / 0xff, high = ones << 7;
	uint64_t v;
	memcpy(&v, p, sizeof v);
	uint64_t low = v & ~high;
	return (~((low + (0x80 - ' ') * ones)) | (low + ones)) & ~v & high;
}

/* A value can't end its line, whatever it was made from. */
static char *put_value(char *at, struct str value) {
	size_t i = 0;
	if (value.n)
		memcpy(at, value.p, value.n);
	while (i < value.n) {
		if (value.n - i >= 8 && !has_control(at + i)) {
			i += 8;
			continue;
		}
		for (size_t end = value.n - i < 8 ? value.n : i + 8; i < end; i++)
			if ((unsigned char)at[i] < ' ' || at[i] == 0x7f)
				at[i] = ' ';
	}
	return at + value.n;
}

static void add_field(struct buf *b, struct str name, struct str value) {
	char *at = buf_reserve(b, name.n + value.n + 4);
	memcpy(at, name.p, name.n);
	memcpy(at + name.n, ": ", 2);
	memcpy(put_value(at + name.n + 2, value), "\r\n", 2);
	b->n += name.n + value.n + 4;
}

/* Status line, Date, the answer's fields: in the server's scratch. */
static struct buf *head_begin(struct http_server *s, const struct http_answer *a) {
	struct buf *b = &s->head;
	struct str line = status_line(a->status);
	b->n = 0;
	if (line.p)
		add(b, line);
	else
		buf_addf(b, "HTTP/1.1 %d \r\n", a->status);
	add_field(b, STR("Date"), date_line(s));
	for (size_t i = 0; i < a->field_count; i++)
		add_field(b, a->fields[i].name, a->fields[i].value);
	return b;
}

static void head_end(struct buf *b, bool keep, int minor) {
	if (!keep)
		add(b, STR("Connection: close\r\n\r\n"));
	else if (minor == 0)
		add(b, STR("Connection: keep-alive\r\n\r\n"));
	else
		add(b, STR("\r\n"));
}

/* All octets handed over so far were taken. */
static void conn_written(struct conn *c) {
	struct http_exchange *x = c->x;
	if (x && x->streaming && !x->ended) {
		if (c->state != CONN_STREAM)
			conn_move(c, CONN_STREAM);
	} else {
		conn_move(c, CONN_ANSWERED);
		conn_soon(c);
	}
}

static void on_written(uv_write_t *req, int status) {
	struct pending *w = req->data;
	struct conn *c = w->conn;
	blob_drop(w->blob);
	free(w);
	if (c->state == CONN_CLOSED)
		return;
	if (status < 0) {
		conn_close(c);
		return;
	}
	size_t queued = uv_stream_get_write_queue_size(&c->uv.stream);
	struct http_exchange *x = c->x;
	if (queued == 0)
		conn_written(c);
	else
		conn_move(c, CONN_WRITING);
	if (x && x->wants_drain && queued <= STREAM_LOW) {
		x->wants_drain = false;
		if (x->drained)
			x->drained(x, x->ctx);
	}
}

/* Send n buffers, in order; the last is the blob's if there is one, whose hold is taken over.
 * The others are copied as far as the kernel does not take them at once. */
static void send_octets(struct conn *c, uv_buf_t *bufs, unsigned n, struct blob *blob) {
	int sent = uv_try_write(&c->uv.stream, bufs, n);
	size_t taken = sent > 0 ? (size_t)sent : 0, copied = 0;
	unsigned first = 0, own = blob ? n - 1 : n;
	if (sent < 0 && sent != UV_EAGAIN) {
		blob_drop(blob);
		conn_close(c);
		return;
	}
	while (first < n && taken >= bufs[first].len)
		taken -= bufs[first++].len;
	if (first == n) {
		blob_drop(blob);
		conn_written(c);
		return;
	}
	bufs[first].base += taken;
	bufs[first].len -= taken;
	for (unsigned i = first; i < own; i++)
		copied += bufs[i].len;
	struct pending *w = malloc(sizeof *w + copied);
	if (!w)
		abort();
	w->conn = c;
	w->blob = blob;
	w->req.data = w;
	char *at = w->bytes;
	for (unsigned i = first; i < own; i++) {
		memcpy(at, bufs[i].base, bufs[i].len);
		bufs[i].base = at;
		at += bufs[i].len;
	}
	if (c->state != CONN_WRITING)
		conn_move(c, CONN_WRITING);
	if (uv_write(&w->req, &c->uv.stream, bufs + first, n - first, on_written) != 0) {
		blob_drop(blob);
		free(w);
		conn_close(c);
	}
}

static void send_answer(struct conn *c, const struct http_answer *a, bool keep,
                        const struct http_request *r) {
	struct str body = a->blob ? (struct str){a->blob->bytes, a->blob->n} : a->text;
	struct blob *blob = a->blob;
	struct buf *b = head_begin(c->server, a);
	bool bodiless = a->status == 204 || a->status == 304;
	if (!bodiless) {
		add(b, STR("Content-Length: "));
		add_number(b, body.n, 10);
		add(b, STR("\r\n"));
	}
	head_end(b, keep, r ? r->minor : 1);
	if (bodiless || body.n == 0 || (r && r->method == HTTP_HEAD_)) {
		blob_drop(blob);
		blob = NULL;
		body.n = 0;
	}
	uv_buf_t bufs[2] = {{.base = b->p, .len = b->n}, {.len = body.n}};
	/* libuv's buffers are not const; nothing writes to them. */
	memcpy(&bufs[1].base, &body.p, sizeof body.p);
	send_octets(c, bufs, body.n ? 2 : 1, blob);
}

void http_respond(struct http_exchange *x, const struct http_answer *answer) {
	assert(!x->answered);
	struct conn *c = x->conn;
	x->answered = true;
	if (http_exchange_gone(x)) {
		blob_drop(answer->blob);
		if (!c)
			exchange_retire(x);
		return;
	}
	assert(c->state == CONN_BODY || c->state == CONN_RUNNING);
	if (answer->close || x->server->closing || !guard_finished(&c->guard))
		x->keep = false;
	send_answer(c, answer, x->keep, &x->request);
}

void respond_problem(struct conn *c, const struct why *why) {
	static const struct http_field fields[] = {
		{{"Content-Type", 12}, {"application/problem+json", 24}},
		{{"Retry-After", 11}, {"1", 1}},
	};
	const struct http_handler *h = &c->server->handler;
	struct http_answer a = {
		.status = err_status(why->kind),
		.fields = fields,
		.field_count = why->kind == ERR_UNAVAILABLE ? 2 : 1,
		.blob = h->problem ? h->problem(why, h->ctx) : NULL,
		.close = true,
	};
	send_answer(c, &a, false, NULL);
}

void respond_continue(struct conn *c) {
	static char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uv_buf_t buf = {.base = line, .len = sizeof line - 1};
	/* Nothing is queued before it, so a socket that can't take it is of no use. */
	if (uv_try_write(&c->uv.stream, &buf, 1) != sizeof line - 1)
		conn_close(c);
}

void http_stream_begin(struct http_exchange *x, const struct http_answer *head,
                       void (*drained)(struct http_exchange *, void *),
                       void (*gone)(struct http_exchange *, void *), void *ctx) {
	assert(!x->answered && !head->blob && head->text.n == 0);
	struct conn *c = x->conn;
	x->answered = x->streaming = true;
	x->drained = drained;
	x->gone = gone;
	x->ctx = ctx;
	if (http_exchange_gone(x)) {
		if (!c)
			exchange_retire(x); /* the turn finds it unended and tells `gone` */
		return;
	}
	x->chunked = x->request.minor == 1;
	if (head->close || !x->chunked || x->server->closing || !guard_finished(&c->guard))
		x->keep = false;
	struct buf *b = head_begin(x->server, head);
	if (x->chunked)
		add(b, STR("Transfer-Encoding: chunked\r\n"));
	head_end(b, x->keep, x->request.minor);
	send_octets(c, &(uv_buf_t){.base = b->p, .len = b->n}, 1, NULL);
}

bool http_stream_write(struct http_exchange *x, const void *p, size_t n) {
	assert(x->streaming && !x->ended);
	struct conn *c = x->conn;
	if (http_exchange_gone(x))
		return false;
	if (n && x->request.method != HTTP_HEAD_) {
		struct buf *b = &x->server->head;
		uv_buf_t bufs[3] = {{.base = NULL}, {.len = n}, {.base = NULL}};
		static char crlf[] = "\r\n";
		memcpy(&bufs[1].base, &p, sizeof p);
		b->n = 0;
		add_number(b, n, 16);
		add(b, STR("\r\n"));
		bufs[0] = (uv_buf_t){.base = b->p, .len = b->n};
		bufs[2] = (uv_buf_t){.base = crlf, .len = 2};
		send_octets(c, x->chunked ? bufs : bufs + 1, x->chunked ? 3 : 1, NULL);
	}
	if (c->state == CONN_CLOSED)
		return false;
	x->wants_drain = uv_stream_get_write_queue_size(&c->uv.stream) >= STREAM_HIGH;
	return !x->wants_drain;
}

void http_stream_end(struct http_exchange *x) {
	static char last[] = "0\r\n\r\n";
	assert(x->streaming && !x->ended);
	struct conn *c = x->conn;
	x->ended = true;
	x->wants_drain = false;
	if (!c)
		exchange_retire(x);
	else if (c->state == CONN_CLOSED)
		return;
	else if (x->chunked && x->request.method != HTTP_HEAD_)
		send_octets(c, &(uv_buf_t){.base = last, .len = sizeof last - 1}, 1, NULL);
	else if (c->state == CONN_STREAM)
		conn_written(c);
}
