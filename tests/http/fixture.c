/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/banned.h"

static size_t echo_head(struct http_exchange *x, void *ctx) {
	(void)x;
	(void)ctx;
	return 64;
}

static void echo_request(struct http_exchange *x, void *ctx) {
	(void)ctx;
	const struct http_request *r = http_exchange_request(x);
	struct buf b = {0};
	buf_add(&b, r->target.p, r->target.n);
	buf_addc(&b, '[');
	buf_add(&b, r->body.p, r->body.n);
	buf_addc(&b, ']');
	struct http_answer a = {.status = 200, .text = buf_str(&b)};
	http_respond(x, &a);
	buf_clear(&b);
}

static const struct http_handler echo = {.head = echo_head, .request = echo_request};

static void hold_request(struct http_exchange *x, void *ctx) {
	struct held *h = ctx;
	assert(h->n < sizeof h->x / sizeof *h->x);
	h->x[h->n++] = x;
}

struct http_handler hold(struct held *h) {
	*h = (struct held){0};
	return (struct http_handler){.head = echo_head, .request = hold_request, .ctx = h};
}

void fixture_open(struct fixture *f, const struct http_limits *limits,
                  const struct http_handler *handler) {
	struct why why;
	*f = (struct fixture){.directory = "/tmp/atelier-http-XXXXXX"};
	if (!mkdtemp(f->directory) || uv_loop_init(&f->loop) != 0)
		abort();
	(void)snprintf(f->address, sizeof f->address, "unix:%s/http.sock", f->directory);
	f->server = http_server_new(&f->loop, limits, handler ? handler : &echo);
	if (http_listen(f->server, f->address, &why)) {
		(void)fprintf(stderr, "%s\n", why.sentence);
		abort();
	}
}

static void on_server_closed(void *ctx) {
	((struct fixture *)ctx)->closed = true;
}

void fixture_close(struct fixture *f) {
	if (!f->closed)
		http_server_close(f->server, 0, on_server_closed, f);
	(void)uv_run(&f->loop, UV_RUN_DEFAULT);
	int left = uv_loop_close(&f->loop);
	assert(f->closed && left == 0);
	/* Only an empty directory goes: the socket file must have gone before. */
	int removed = rmdir(f->directory);
	assert(removed == 0);
}

void fixture_turn(struct fixture *f) {
	for (int i = 0; i < 4; i++)
		(void)uv_run(&f->loop, UV_RUN_NOWAIT);
}

void client_open(struct fixture *f, struct client *c) {
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	const char *path = f->address + strlen("unix:");
	memcpy(un.sun_path, path, strlen(path));
	*c = (struct client){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
	int e = c->fd < 0 ? -1 : connect(c->fd, (struct sockaddr *)&un, sizeof un);
	assert(e == 0);
}

void client_close(struct client *c) {
	(void)close(c->fd);
	buf_clear(&c->got);
}

/* A server that has closed already is no failure of the client's. */
void client_write(struct client *c, const char *p, size_t n) {
	while (n) {
		ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);
		if (sent < 0) {
			assert(errno == EPIPE || errno == ECONNRESET);
			return;
		}
		p += sent;
		n -= (size_t)sent;
	}
}

void client_say(struct client *c, const char *text) {
	client_write(c, text, strlen(text));
}

void client_read(struct client *c) {
	char piece[16384];
	while (!c->eof) {
		ssize_t n = read(c->fd, piece, sizeof piece);
		if (n > 0)
			buf_add(&c->got, piece, (size_t)n);
		else if (n == 0 || errno == ECONNRESET)
			c->eof = true;
		else
			return;
	}
}

static bool until(struct fixture *f, struct client *c, const char *text) {
	uint64_t end = uv_hrtime() + 5000000000u;
	do {
		(void)uv_run(&f->loop, UV_RUN_NOWAIT);
		client_read(c);
		if (text && c->got.p && strstr(c->got.p, text))
			return true;
		if (!c->eof)
			(void)poll(&(struct pollfd){.fd = c->fd, .events = POLLIN}, 1, 1);
	} while (!c->eof && uv_hrtime() < end);
	return !text && c->eof;
}

bool client_until(struct fixture *f, struct client *c, const char *text) {
	return until(f, c, text);
}

bool client_until_eof(struct fixture *f, struct client *c) {
	return until(f, c, NULL);
}

int answer_next(struct str *rest, bool head, struct str *ret_head, struct str *ret_body) {
	static const char mark[] = "\r\nContent-Length: ";
	const char *end = rest->n ? memmem(rest->p, rest->n, "\r\n\r\n", 4) : NULL;
	if (!end || !str_starts(*rest, STR("HTTP/1.1 ")))
		return 0;
	size_t n = (size_t)(end - rest->p) + 4, body = 0;
	const char *length = memmem(rest->p, n, mark, sizeof mark - 1);
	int status = (int)strtol(rest->p + 9, NULL, 10);
	if (length && !head)
		body = (size_t)strtoul(length + sizeof mark - 1, NULL, 10);
	if (rest->n - n < body)
		return 0;
	*ret_head = (struct str){rest->p, n};
	*ret_body = (struct str){rest->p + n, body};
	*rest = (struct str){rest->p + n + body, rest->n - n - body};
	return status;
}
