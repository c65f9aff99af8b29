/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/conf.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "conf/address.h"
#include "conf/setting.h"

#include "base/banned.h"

enum { LINE_ROOM = 4096 };

/* What conf_free gets back from the struct conf it is given. */
struct held {
	struct conf conf;
	struct arena *arena;
};

struct reading {
	FILE *file;
	const char *path;
	struct held *held;
	int line;     /* the one inih is looking at */
	bool owed;    /* it should hold a key, and inih has not come up with one */
	bool strange; /* the section is unknown: its keys need no word of their own */
	char section[64];
	int *lines; /* where each setting was given; 0: nowhere */
	conf_fault *fault;
	void *ctx;
	struct why *reterr;
	bool failed;
};

static void __attribute__((format(printf, 5, 6)))
complain(struct reading *r, int line, const char *section, const char *key, const char *format,
         ...) {
	char reason[320], where[300], field[64];
	struct why why;
	va_list ap;
	va_start(ap, format);
	(void)vsnprintf(reason, sizeof reason, format, ap);
	va_end(ap);
	(void)snprintf(where, sizeof where, "%s:%d: ", r->path, line);
	(void)snprintf(field, sizeof field, "%s%s%s", section, *key ? "." : "", key);
	if (*section)
		(void)err_set(&why, ERR_INVALID, field, "%s[%s]%s%s: %s", line > 0 ? where : "", section,
		              *key ? " " : "", key, reason);
	else
		(void)err_set(&why, ERR_INVALID, "", "%s%s", line > 0 ? where : "", reason);
	if (r->fault)
		r->fault(why.sentence, r->ctx);
	if (!r->failed && r->reterr)
		*r->reterr = why;
	r->failed = true;
}

/* The known key of a section, or with no `section` the known section, nearest to what was written. */
static const char *nearest(const char *section, const char *wrong) {
	const char *best = "";
	size_t least = SIZE_MAX;
	for (size_t i = 0; i < setting_count; i++) {
		if (section && strcmp(settings[i].section, section) != 0)
			continue;
		const char *known = section ? settings[i].key : settings[i].section;
		size_t distance = str_distance(wrong, known);
		if (distance < least)
			best = known, least = distance;
	}
	return best;
}

static const struct setting *setting_of(const char *section, const char *key) {
	for (size_t i = 0; i < setting_count; i++)
		if (strcmp(settings[i].section, section) == 0
		    && (!key || strcmp(settings[i].key, key) == 0))
			return &settings[i];
	return NULL;
}

/* Text of a file, fit to be shown: cut at a character, without controls. */
static void show(struct str s, char *ret, size_t room) {
	(void)snprintf(ret, room, "%.*s", STR_ARG(s));
	str_trim_partial(ret);
	for (char *p = ret; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (!str_utf8(str_of(ret)))
		(void)snprintf(ret, room, "?");
}

static void enter_section(struct reading *r, struct str line) {
	struct str rest = {line.p + 1, line.n - 1};
	struct str name = str_trim(str_cut(&rest, ']'));
	bool closed = rest.p != NULL;
	rest = str_trim(rest);
	show(name, r->section, sizeof r->section);
	r->strange = !closed || !setting_of(r->section, NULL);
	if (!closed)
		complain(r, r->line, "", "", "a section's name ends with ]; write [%s]", r->section);
	else if (rest.n && *rest.p != ';' && *rest.p != '#')
		complain(r, r->line, "", "", "only a comment may follow [%s]", r->section);
	else if (r->strange)
		complain(r, r->line, r->section, "", "unknown section; did you mean [%s]?",
		         nearest(NULL, r->section));
}

static void settle(struct reading *r) {
	if (r->owed)
		complain(r, r->line, "", "", "not understood; write key = value, [section] or # comment");
	r->owed = false;
}

/* Up to a line's end; false at the file's. What does not fit into `most` octets is read over. */
static bool read_line(struct reading *r, char *text, size_t most, bool *ret_long, bool *ret_nul) {
	size_t n = 0;
	int c;
	*ret_long = *ret_nul = false;
	while ((c = getc(r->file)) != EOF && c != '\n') {
		*ret_nul = *ret_nul || c == '\0';
		*ret_long = *ret_long || n == most;
		if (n < most)
			text[n++] = (char)c;
	}
	if (n > 0 && text[n - 1] == '\r')
		n--;
	text[n] = '\0';
	return c != EOF || n > 0;
}

/* inih's reader (as fgets). Only lines that should hold a key reach inih; the others come empty. */
static char *next_line(char *text, int room, void *ctx) {
	struct reading *r = ctx;
	bool over, nul;
	settle(r);
	if (!read_line(r, text, (size_t)room - 1, &over, &nul))
		return NULL;
	r->line++;
	bool marked = r->line == 1 && strncmp(text, "\xEF\xBB\xBF", 3) == 0;
	struct str line = str_trim(str_of(text + (marked ? 3 : 0)));
	if (nul) {
		complain(r, r->line, "", "", "the line holds a NUL octet; is this a text file?");
		*text = '\0';
	} else if (over) {
		complain(r, r->line, "", "", "the line is longer than %d octets; shorten it", room - 1);
		*text = '\0';
	} else if (line.n && *line.p == '[') {
		enter_section(r, line);
		*text = '\0';
	} else {
		memmove(text, line.p, line.n);
		text[line.n] = '\0';
		r->owed = line.n > 0 && *text != '#' && *text != ';';
	}
	return text;
}

/* inih's handler: one key and its value. */
static int take(void *ctx, const char *none, const char *key, const char *value) {
	struct reading *r = ctx;
	char reason[256], name[64];
	(void)none; /* inih saw no section: next_line kept them */
	if (!r->owed)
		return 1;
	r->owed = false;
	show(str_of(key), name, sizeof name);
	if (!*r->section && !r->strange) {
		complain(r, r->line, "", "", "%s stands before any section; write [section] above it",
		         name);
		return 1;
	}
	if (r->strange)
		return 1;
	const struct setting *s = setting_of(r->section, key);
	if (!s) {
		complain(r, r->line, r->section, name, "unknown key; did you mean %s?",
		         nearest(r->section, name));
		return 1;
	}
	int *given = &r->lines[s - settings];
	if (*given)
		complain(r, r->line, r->section, key, "already given in line %d; remove one", *given);
	else if (!setting_read(s, value ? value : "", r->held->arena, &r->held->conf, reason,
	                       sizeof reason))
		complain(r, r->line, r->section, key, "%s", reason);
	if (!*given)
		*given = r->line;
	return 1;
}

/* What no single setting can tell. */
static void compare(struct reading *r) {
	const struct conf *c = &r->held->conf;
	enum address ops = address_read(str_of(c->listen_ops));
	const struct {
		bool wrong;
		const char *section, *key, *reason;
	} rules[] = {
		{!addresses_good(c->listen_http), "listen", "http",
	     "an address is HOST:PORT, [IPV6]:PORT or unix:/PATH, hosts as numbers; blanks separate"},
		{ops == ADDRESS_WRONG, "listen", "ops",
	     "an address is HOST:PORT, [IPV6]:PORT or unix:/PATH, the host as a number"},
		{ops == ADDRESS_TCP, "listen", "ops",
	     "it is not for everybody; write a loopback address or unix:/PATH"},
		{!address_peer(c->listen_trusted_proxy), "listen", "trusted_proxy",
	     "a peer is an address without a port, as a number, or unix"},
		{c->http_target_size >= c->http_head_size, "http", "target_size",
	     "a target is part of its head; write less than head_size"},
		{c->http_connections_per_peer > c->http_connections, "http", "connections_per_peer",
	     "one peer cannot have more than all together; write at most connections"},
		{c->database_backoff_min > c->database_backoff_max, "database", "backoff_min",
	     "the first pause cannot be the longer one; write at most backoff_max"},
	};
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (rules[i].wrong) {
			const struct setting *s = setting_of(rules[i].section, rules[i].key);
			complain(r, r->lines[s - settings], s->section, s->key, "%s", rules[i].reason);
		}
}

static void read_file(struct reading *r) {
	/* inih as Debian builds it takes these at run time. */
	ini_use_stack = false;
	ini_max_line = ini_initial_alloc = LINE_ROOM;
	ini_allow_multiline = false;
	ini_allow_inline_comments = false;
	r->file = fopen(r->path, "re");
	int failure = r->file ? 0 : errno;
	if (r->file) {
		errno = 0;
		(void)ini_parse_stream(next_line, r, take, r);
		settle(r);
		failure = ferror(r->file) ? errno : 0;
		(void)fclose(r->file);
	}
	if (failure) {
		complain(r, 0, "", "", "%.200s: cannot be read: %s; check its path and permissions",
		         r->path, strerrordesc_np(failure));
		return;
	}
	if (!r->failed)
		compare(r);
}

enum err conf_load(const char *path, conf_fault *fault, void *ctx, struct conf **ret,
                   struct why *reterr) {
	struct arena *a = arena_new();
	struct held *held = arena_new_of(a, struct held);
	char reason[256];
	held->arena = a;
	for (size_t i = 0; i < setting_count; i++) {
		bool good =
			setting_read(&settings[i], settings[i].preset, a, &held->conf, reason, sizeof reason);
		assert(good);
	}
	struct reading r = {
		.path = path,
		.held = held,
		.lines = arena_array(a, int, setting_count),
		.fault = fault,
		.ctx = ctx,
		.reterr = reterr,
	};
	if (path)
		read_file(&r);
	if (r.failed) {
		arena_free(a);
		return ERR_INVALID;
	}
	*ret = &held->conf;
	return ERR_NONE;
}

enum err conf_reload(const char *path, const struct conf *old, conf_fault *fault,
                     void (*kept)(const char *name, void *ctx), void *ctx, struct conf **ret,
                     struct why *reterr) {
	struct conf *c;
	enum err e = conf_load(path, fault, ctx, &c, reterr);
	if (e)
		return e;
	struct arena *a = ((struct held *)(void *)c)->arena;
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];
		if (s->reloadable || setting_equal(s, c, old))
			continue;
		setting_copy(s, old, a, c);
		if (kept)
			kept(arena_printf(a, "%s.%s", s->section, s->key), ctx);
	}
	*ret = c;
	return ERR_NONE;
}

void conf_free(struct conf *c) {
	if (c)
		arena_free(((struct held *)(void *)c)->arena);
}
