/* SPDX-License-Identifier: Apache-2.0 */
#include "db/places.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

#include "base/banned.h"

enum { MAX_KEYWORDS = 64, MAX_PLACES = 32 };

static char *copied(struct str s) {
	char *p = strndup(s.p ? s.p : "", s.n);
	if (!p) {
		(void)fputs("atelier: out of memory\n", stderr);
		abort();
	}
	return p;
}

static void places_add(struct places *p, struct str host, struct str hostaddr, struct str port) {
	*vec_push(p) = (struct place){copied(host), copied(hostaddr), copied(port)};
}

void places_clear(struct places *p) {
	for (size_t i = 0; i < p->n; i++) {
		free(p->at[i].host);
		free(p->at[i].hostaddr);
		free(p->at[i].port);
	}
	vec_clear(p);
}

static const char *option_of(const PQconninfoOption *options, const char *keyword) {
	for (const PQconninfoOption *o = options; o && o->keyword; o++)
		if (strcmp(o->keyword, keyword) == 0)
			return o->val;
	return NULL;
}

static size_t parts(const char *list) {
	size_t n = 1;
	for (; list && *list; list++)
		n += *list == ',';
	return n;
}

/* Splits host, hostaddr and port, which pair up by position; one port serves all. */
static enum err pair_up(struct places *ret, const char *host, const char *addr, const char *port,
                        struct why *reterr) {
	size_t n = parts(host && *host ? host : addr);
	if (n > MAX_PLACES)
		return err_set(reterr, ERR_INVALID, "conninfo", "More than %d hosts.", MAX_PLACES);
	if (host && *host && addr && *addr && parts(host) != parts(addr))
		return err_set(reterr, ERR_INVALID, "conninfo",
		               "host and hostaddr must list equally many: one address for each host.");
	if (parts(port) != 1 && parts(port) != n)
		return err_set(reterr, ERR_INVALID, "conninfo",
		               "port must list one number for all hosts, or one for each.");
	struct str hosts = str_of(host), addrs = str_of(addr), ports = str_of(port), last = ports;
	for (size_t i = 0; i < n; i++) {
		struct str h = str_cut(&hosts, ','), a = str_cut(&addrs, ',');
		if (ports.p)
			last = str_cut(&ports, ',');
		places_add(ret, h, a, last);
	}
	return ERR_NONE;
}

enum err conninfo_read(struct conninfo *ret, const char *text, struct why *reterr) {
	char *message = NULL;
	*ret = (struct conninfo){.options = PQconninfoParse(text, &message)};
	if (!ret->options) {
		struct str rest = str_of(message ? message : "out of memory");
		struct str line = str_cut(&rest, '\n');
		enum err kind = err_set(reterr, ERR_INVALID, "conninfo",
		                        "The connection string cannot be read: %.*s.", STR_ARG(line));
		PQfreemem(message);
		return kind;
	}
	/* What conninfo leaves open, the environment (PGHOST, …) may say. */
	PQconninfoOption *defaults = PQconndefaults();
	const char *host = option_of(ret->options, "host");
	const char *addr = option_of(ret->options, "hostaddr");
	const char *port = option_of(ret->options, "port");
	if (!host && !addr) {
		host = option_of(defaults, "host");
		addr = option_of(defaults, "hostaddr");
	}
	enum err kind;
	if (!host && !addr && option_of(ret->options, "service"))
		kind = err_set(reterr, ERR_INVALID, "conninfo",
		               "With service the connection string must also name the host.");
	else
		kind = pair_up(&ret->wanted, host, addr, port ? port : option_of(defaults, "port"), reterr);
	PQconninfoFree(defaults);
	if (kind)
		conninfo_clear(ret);
	return kind;
}

void conninfo_clear(struct conninfo *c) {
	PQconninfoFree(c->options);
	c->options = NULL;
	places_clear(&c->wanted);
}

PGconn *conninfo_start(const struct conninfo *c, const struct place *at) {
	const char *keywords[MAX_KEYWORDS + 6] = {0}, *values[MAX_KEYWORDS + 6] = {0};
	size_t n = 0;
	for (const PQconninfoOption *o = c->options; o->keyword && n < MAX_KEYWORDS; o++) {
		if (!o->val || strcmp(o->keyword, "host") == 0 || strcmp(o->keyword, "hostaddr") == 0
		    || strcmp(o->keyword, "port") == 0 || strcmp(o->keyword, "client_encoding") == 0)
			continue;
		keywords[n] = o->keyword;
		values[n++] = o->val;
	}
	const struct {
		const char *keyword, *value;
	} own[] = {
		{"host", at->host},
		{"hostaddr", at->hostaddr},
		{"port", at->port},
		{"client_encoding", "UTF8"},
		{"fallback_application_name", "atelierd"},
	};
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		if (!*own[i].value)
			continue;
		keywords[n] = own[i].keyword;
		values[n++] = own[i].value;
	}
	return PQconnectStartParams(keywords, values, 0);
}

static bool is_name(const struct place *p) {
	unsigned char octets[16];
	return *p->host && !*p->hostaddr && *p->host != '/' && *p->host != '@'
	       && uv_inet_pton(AF_INET, p->host, octets) != 0
	       && uv_inet_pton(AF_INET6, p->host, octets) != 0;
}

static void not_found(struct resolver *r, const struct place *p, int status) {
	(void)err_set(&r->why, ERR_UNAVAILABLE, "conninfo", "The host %s is not found: %s.", p->host,
	              uv_strerror(status));
}

static void resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list) {
	struct resolver *r = request->data;
	const struct place *p = &r->wanted->at[r->next++];
	r->busy = false;
	for (const struct addrinfo *a = status == 0 ? list : NULL; a; a = a->ai_next) {
		char text[NI_MAXHOST];
		if (r->found.n < MAX_PLACES
		    && getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST)
		           == 0)
			places_add(&r->found, str_of(p->host), str_of(text), str_of(p->port));
	}
	uv_freeaddrinfo(list);
	if (status)
		not_found(r, p, status);
	if (status == UV_ECANCELED || resolver_run(r))
		r->done(r);
}

bool resolver_run(struct resolver *r) {
	for (; r->next < r->wanted->n; r->next++) {
		const struct place *p = &r->wanted->at[r->next];
		if (!is_name(p)) {
			places_add(&r->found, str_of(p->host), str_of(p->hostaddr), str_of(p->port));
			continue;
		}
		const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
		r->request.data = r;
		int status = uv_getaddrinfo(r->loop, &r->request, resolved, p->host, NULL, &hints);
		if (status == 0) {
			r->busy = true;
			return false;
		}
		not_found(r, p, status);
	}
	return true;
}
