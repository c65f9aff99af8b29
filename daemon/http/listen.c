/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/conn.h"

#include "base/banned.h"

enum { BACKLOG = 1024 };

static enum err unavailable(struct why *reterr, const char *address, const char *reason) {
	return err_set(reterr, ERR_UNAVAILABLE, "listen", "Cannot listen on %s: %s.", address, reason);
}

/* ---- addresses ---- */

static bool parse_port(struct str s, uint16_t *ret) {
	uint64_t port;
	if (!str_u64(s, 65535, &port))
		return false;
	*ret = (uint16_t)port;
	return true;
}

/* HOST:PORT or [IPV6]:PORT, numeric. */
static enum err parse_tcp(const char *address, struct sockaddr_storage *ret, socklen_t *ret_n,
                          struct why *reterr) {
	char host[64];
	uint16_t port;
	const char *colon = strrchr(address, ':');
	bool v6 = address[0] == '[' && colon && colon > address + 1 && colon[-1] == ']';
	if (!colon || !parse_port(str_of(colon + 1), &port))
		return unavailable(reterr, address, "write it as HOST:PORT, [IPV6]:PORT or unix:/PATH");
	int n = (int)(colon - address) - (v6 ? 2 : 0);
	(void)snprintf(host, sizeof host, "%.*s", n, address + (v6 ? 1 : 0));
	memset(ret, 0, sizeof *ret);
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)ret;
	if (v6 && uv_ip6_addr(host, port, in6) == 0)
		*ret_n = sizeof *in6;
	else if (!v6 && uv_ip4_addr(host, port, in) == 0)
		*ret_n = sizeof *in;
	else
		return unavailable(reterr, address,
		                   "the host must be a numeric address, like 127.0.0.1 or [::1]; names are "
		                   "not looked up");
	return ERR_NONE;
}

static char *address_of(int fd) {
	struct sockaddr_storage a;
	socklen_t n = sizeof a;
	char host[INET6_ADDRSTRLEN] = "", text[sizeof(struct sockaddr_un) + 8];
	memset(&a, 0, sizeof a);
	if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		return NULL;
	if (a.ss_family == AF_UNIX) {
		const struct sockaddr_un *un = (const struct sockaddr_un *)(const void *)&a;
		(void)snprintf(text, sizeof text, "unix:%.*s", (int)sizeof un->sun_path, un->sun_path);
	} else if (a.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)&a;
		(void)uv_ip6_name(in6, host, sizeof host);
		(void)snprintf(text, sizeof text, "[%s]:%u", host, ntohs(in6->sin6_port));
	} else {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)&a;
		(void)uv_ip4_name(in, host, sizeof host);
		(void)snprintf(text, sizeof text, "%s:%u", host, ntohs(in->sin_port));
	}
	return strdup(text);
}

/* ---- sockets ---- */

static int socket_new(int family) {
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static enum err bind_tcp(const char *address, int *ret_fd, struct why *reterr) {
	struct sockaddr_storage a;
	socklen_t n = 0;
	int yes = 1;
	enum err e = parse_tcp(address, &a, &n, reterr);
	if (e)
		return e;
	int fd = socket_new(a.ss_family);
	if (fd < 0)
		return unavailable(reterr, address, strerror(errno));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (a.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
	if (bind(fd, (struct sockaddr *)&a, n) != 0) {
		const char *reason =
			errno == EADDRINUSE ? "the port is in use; stop what uses it or choose another"
			: errno == EACCES   ? "ports below 1024 need CAP_NET_BIND_SERVICE; choose a higher one"
			: errno == EADDRNOTAVAIL ? "this machine does not have that address"
									 : strerror(errno);
		(void)close(fd);
		return unavailable(reterr, address, reason);
	}
	*ret_fd = fd;
	return ERR_NONE;
}

/* A socket file somebody left: nobody listens there any more. */
static bool stale(const struct sockaddr_un *un) {
	struct stat st;
	if (lstat(un->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return false;
	int fd = socket_new(AF_UNIX);
	if (fd < 0)
		return false;
	bool refused =
		connect(fd, (const struct sockaddr *)un, sizeof *un) != 0 && errno == ECONNREFUSED;
	(void)close(fd);
	return refused;
}

static enum err bind_unix(const char *address, int *ret_fd, struct why *reterr) {
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct str path = str_of(address + strlen("unix:"));
	if (path.n == 0 || path.p[0] != '/' || path.n >= sizeof un.sun_path)
		return unavailable(reterr, address,
		                   "the path must be absolute and shorter than 108 octets");
	memcpy(un.sun_path, path.p, path.n);
	int fd = socket_new(AF_UNIX);
	if (fd < 0)
		return unavailable(reterr, address, strerror(errno));
	int bound = bind(fd, (struct sockaddr *)&un, sizeof un);
	if (bound != 0 && errno == EADDRINUSE && stale(&un)) {
		(void)unlink(un.sun_path);
		bound = bind(fd, (struct sockaddr *)&un, sizeof un);
	}
	/* Nobody gets in before listen(2), so the mode is in force from the first connection on. */
	if (bound == 0 && chmod(un.sun_path, 0660) == 0) {
		*ret_fd = fd;
		return ERR_NONE;
	}
	const char *reason =
		errno == EADDRINUSE
			? "another process serves it, or it is no socket; remove it or choose another path"
		: errno == ENOENT ? "its directory does not exist; create it"
		: errno == EACCES ? "its directory may not be written by this user"
						  : strerror(errno);
	(void)close(fd);
	return unavailable(reterr, address, reason);
}

/* ---- listeners ---- */

static void on_listener_closed(uv_handle_t *handle) {
	struct listener *l = handle->data;
	struct http_server *s = l->server;
	list_remove(&l->link);
	free(l->address);
	free(l);
	s->listening--;
	if (s->closing)
		server_turn_soon(s);
}

static void remove_path(const struct listener *l) {
	const char *path = l->address + strlen("unix:");
	struct stat st;
	if (l->owns_path && lstat(path, &st) == 0 && st.st_dev == l->dev && st.st_ino == l->ino)
		(void)unlink(path);
}

void listeners_close(struct http_server *s) {
	list_each (&s->listeners, at) {
		struct listener *l = list_entry(at, struct listener, link);
		remove_path(l);
		uv_close(&l->uv.handle, on_listener_closed);
	}
}

/* Out of descriptors (EMFILE): libuv keeps one in reserve and turns the caller away with it. */
static void on_connection(uv_stream_t *stream, int status) {
	struct listener *l = stream->data;
	if (status < 0)
		l->server->counters.refused++;
	else
		server_connection(l);
}

/* The server owns fd from here on, whatever comes of it. */
static enum err listen_on(struct http_server *s, int fd, bool owns_path, struct why *reterr) {
	struct listener *l = calloc(1, sizeof *l);
	struct stat st;
	int family = 0, yes = 1;
	socklen_t n = sizeof family;
	char *address = address_of(fd);
	if (!l || !address || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &n) != 0) {
		free(l);
		free(address);
		(void)close(fd);
		return unavailable(reterr, "that descriptor", "it is not a socket");
	}
	l->server = s;
	l->address = address;
	if (owns_path && lstat(address + strlen("unix:"), &st) == 0) {
		l->owns_path = true;
		l->dev = st.st_dev;
		l->ino = st.st_ino;
	}
	/* Accepted sockets inherit it. */
	if (family != AF_UNIX)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	int e = family == AF_UNIX ? uv_pipe_init(s->loop, &l->uv.pipe, 0)
	                          : uv_tcp_init(s->loop, &l->uv.tcp);
	assert(e == 0);
	l->uv.handle.data = l;
	list_append(&s->listeners, &l->link);
	s->listening++;
	e = family == AF_UNIX ? uv_pipe_open(&l->uv.pipe, fd) : uv_tcp_open(&l->uv.tcp, fd);
	if (e != 0)
		(void)close(fd);
	else
		e = uv_listen(&l->uv.stream, BACKLOG, on_connection);
	if (e == 0)
		return ERR_NONE;
	(void)unavailable(reterr, address,
	                  e == UV_EADDRINUSE ? "the port is in use; stop what uses it or choose another"
	                                     : uv_strerror(e));
	remove_path(l);
	uv_close(&l->uv.handle, on_listener_closed);
	return ERR_UNAVAILABLE;
}

enum err http_listen(struct http_server *s, const char *address, struct why *reterr) {
	bool local = str_starts(str_of(address), STR("unix:"));
	int fd;
	enum err e = local ? bind_unix(address, &fd, reterr) : bind_tcp(address, &fd, reterr);
	return e ? e : listen_on(s, fd, local, reterr);
}

enum err http_listen_fd(struct http_server *s, int fd, struct why *reterr) {
	return listen_on(s, fd, false, reterr);
}

const char *http_server_address(const struct http_server *s, size_t i) {
	list_each (&s->listeners, at)
		if (i-- == 0)
			return list_entry(at, struct listener, link)->address;
	return NULL;
}
