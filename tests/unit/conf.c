/* SPDX-License-Identifier: Apache-2.0 */
/* conf: what a file says, what is wrong with it and where, and that it reads as written. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "conf/setting.h"

#include "base/banned.h"

#define WANTED "an address is HOST:PORT, [IPV6]:PORT or unix:/PATH, host"
#define OPS_WANTED "an address is HOST:PORT, [IPV6]:PORT or unix:/PATH, the host as a number"

/* One file of the test's own; gone again when the test ends. */
static char path[] = "/tmp/atelier-conf-test-XXXXXX";

static int make_file(void **state) {
	(void)state;
	memcpy(path + sizeof path - 7, "XXXXXX", 6);
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state) {
	(void)state;
	return unlink(path);
}

static void fill(const char *text, size_t n) {
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void collect(const char *sentence, void *ctx) {
	struct buf *b = ctx;
	struct str s = str_of(sentence), file = str_of(path);
	if (str_starts(s, file)) /* its name differs from run to run */
		s = (struct str){s.p + file.n, s.n - file.n};
	buf_addf(b, "%.*s\n", STR_ARG(s));
}

static struct conf *load(const char *text) {
	struct conf *c = NULL;
	struct why why = {0};
	struct buf faults = {0};
	fill(text, strlen(text));
	if (conf_load(path, collect, &faults, &c, &why))
		fail_msg("%s", buf_str(&faults).p);
	assert_int_equal(faults.n, 0);
	return c;
}

/* The file is refused with exactly these faults, in order. */
static void refused(const char *text, size_t n, const char *expected) {
	struct conf *c = NULL;
	struct why why = {0};
	struct buf faults = {0};
	fill(text, n);
	assert_int_equal(conf_load(path, collect, &faults, &c, &why), ERR_INVALID);
	assert_null(c);
	assert_string_equal(buf_str(&faults).p, expected);
	/* *reterr is the first of them, also when nobody collects. */
	struct why alone = {0};
	assert_int_equal(conf_load(path, NULL, NULL, &c, &alone), ERR_INVALID);
	assert_string_equal(alone.sentence, why.sentence);
	struct str first = buf_str(&faults);
	assert_true(str_ends(str_of(alone.sentence), str_cut(&first, '\n')));
	buf_clear(&faults);
}

static void refused_line(const char *section, const char *line, const char *reason) {
	struct buf text = {0}, expected = {0};
	buf_addf(&text, "# a comment\n\n[%s]\n%s\n", section, line);
	buf_addf(&expected, ":4: [%s] %s\n", section, reason);
	refused(text.p, text.n, expected.p);
	buf_clear(&text);
	buf_clear(&expected);
}

static void defaults_are_the_table(void **state) {
	(void)state;
	struct conf *c = NULL;
	struct why why;
	assert_int_equal(conf_load(NULL, NULL, NULL, &c, &why), ERR_NONE);
	assert_string_equal(c->listen_http, "127.0.0.1:8080");
	assert_string_equal(c->listen_trusted_proxy, "");
	assert_int_equal(c->http_head_size, 16384);
	assert_int_equal(c->http_fields, 64);
	assert_int_equal(c->http_head_time, 10000);
	assert_int_equal(c->database_backoff_min, 100);
	assert_int_equal(c->log_level, LOG_LEVEL_INFO);
	assert_false(c->log_journal);
	conf_free(c);
	conf_free(NULL);
}

static void values_are_read(void **state) {
	(void)state;
	struct conf *c = load("\xEF\xBB\xBF# a mark, CR LF, blanks, a colon\r\n"
	                      "[listen]\r\n"
	                      "  http =   unix:/run/a.sock [::1]:80  \r\n"
	                      "trusted_proxy=\r\n"
	                      "[ http ] ; again\r\n"
	                      "head_size : 8K\n"
	                      "idle_time = 2m\n"
	                      "write_time = 90s\n"
	                      "; another comment\n"
	                      "[database]\n"
	                      "conninfo = host=/run dbname=a;b # c ; d\n"
	                      "fast_links = 007\n"
	                      "[log]\n"
	                      "level = WARN\n"
	                      "journal = Yes");
	assert_string_equal(c->listen_http, "unix:/run/a.sock [::1]:80");
	assert_string_equal(c->listen_trusted_proxy, "");
	assert_int_equal(c->http_head_size, 8192);
	assert_int_equal(c->http_idle_time, 120000);
	assert_int_equal(c->http_write_time, 90000);
	assert_string_equal(c->database_conninfo, "host=/run dbname=a;b # c ; d");
	assert_int_equal(c->database_fast_links, 7);
	assert_int_equal(c->log_level, LOG_LEVEL_WARN);
	assert_true(c->log_journal);
	assert_string_equal(c->listen_ops, "127.0.0.1:8081"); /* not given: its default */
	conf_free(c);
}

static void bad_values_are_refused(void **state) {
	(void)state;
	static const struct {
		const char *section, *line, *reason;
	} cases[] = {
		{"http", "fields = many",
	     "fields: \"many\" is not understood; write a whole number, such as 64"},
		{"http", "fields = -1",
	     "fields: \"-1\" is not understood; write a whole number, such as 64"},
		{"http", "fields = 64k",
	     "fields: \"64k\" is not understood; write a whole number, such as 64"},
		{"http", "fields = 99999999999999999999",
	     "fields: \"99999999999999999999\" is not understood; write a whole number, such as 64"},
		{"http", "fields = 7", "fields: 7 is out of range; write 8 to 256"},
		{"http", "fields = 257", "fields: 257 is out of range; write 8 to 256"},
		{"http", "fields =",
	     "fields: no value; write a whole number, such as 64, or leave the line out for 64"},
		{"http", "head_time = 5",
	     "head_time: \"5\" is not understood; write a duration with its unit, such as 250ms, 5s, 2m "
	     "or 1h"},
		{"http", "head_time = 5 s",
	     "head_time: \"5 s\" is not understood; write a duration with its unit, such as 250ms, 5s, "
	     "2m or 1h"},
		{"http", "head_time = 11m", "head_time: 11m is out of range; write 10ms to 10m"},
		{"http", "head_time = 9223372036854775807h",
	     "head_time: \"9223372036854775807h\" is not understood; write a duration with its unit, "
	     "such as 250ms, 5s, 2m or 1h"},
		{"http", "body_size = 1kb",
	     "body_size: \"1kb\" is not understood; write a count of octets, such as 512, 64k or 1m"},
		{"http", "body_size = 17m", "body_size: 17m is out of range; write 1k to 16m"},
		{"log", "level = loud",
	     "level: \"loud\" is not understood; write debug, info, warn or error"},
		{"log", "journal = 1", "journal: \"1\" is not understood; write yes or no"},
		{"listen", "public_url =",
	     "public_url: no value; write one, or leave the line out for http://127.0.0.1:8080"},
		{"listen", "public_url = x",
	     "public_url: 1 octets of text is out of range; write 8 to 256 "
	     "octets"},
		{"feeds", "name = caf\xC3",
	     "name: the value has other octets in it; write UTF-8 text without "
	     "control characters"},
		{"feeds", "name = a\x1b[0m",
	     "name: the value has other octets in it; write UTF-8 text "
	     "without control characters"},
		{"listen", "http = nonsense", "http: " WANTED "s as numbers; blanks separate"},
		{"listen", "http = 127.0.0.1:65536", "http: " WANTED "s as numbers; blanks separate"},
		{"listen", "http = 127.0.0.1:80 localhost:80",
	     "http: " WANTED "s as numbers; blanks separate"},
		{"listen", "http = ::1:80", "http: " WANTED "s as numbers; blanks separate"},
		{"listen", "http = unix:run/x", "http: " WANTED "s as numbers; blanks separate"},
		{"listen", "ops = 8081", "ops: " OPS_WANTED},
		{"listen", "ops = 127.0.0.1:80 127.0.0.2:80", "ops: " OPS_WANTED},
		{"listen", "ops = 0.0.0.0:8081",
	     "ops: it is not for everybody; write a loopback address or unix:/PATH"},
		{"listen", "ops = [::]:8081",
	     "ops: it is not for everybody; write a loopback address or unix:/PATH"},
		{"listen", "trusted_proxy = 10.0.0.1:80",
	     "trusted_proxy: a peer is an address without a port, as a number, or unix"},
		{"listen", "htpp = x", "htpp: unknown key; did you mean http?"},
		{"database", "conn_info = x", "conn_info: unknown key; did you mean conninfo?"},
		{"log", "fields = 3", "fields: unknown key; did you mean level?"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refused_line(cases[i].section, cases[i].line, cases[i].reason);
}

static void every_fault_is_told_with_its_line(void **state) {
	(void)state;
	static const char text[] = "http = x\n"
							   "[listne]\n"
							   "anything = goes\n"
							   "[http]\n"
							   "fields = 10\n"
							   "fields = 12\n"
							   "nothing here\n"
							   "[log\n"
							   "level = info\n"
							   "[log] level\n"
							   "level = loud\n"
							   "no end";
	refused(text, sizeof text - 1,
	        ":1: http stands before any section; write [section] above it\n"
	        ":2: [listne]: unknown section; did you mean [listen]?\n"
	        ":6: [http] fields: already given in line 5; remove one\n"
	        ":7: not understood; write key = value, [section] or # comment\n"
	        ":8: a section's name ends with ]; write [log]\n"
	        ":10: only a comment may follow [log]\n"
	        ":11: [log] level: \"loud\" is not understood; write debug, info, warn or error\n"
	        ":12: not understood; write key = value, [section] or # comment\n");
}

static void addresses_have_these_forms(void **state) {
	(void)state;
	static const char *const good[] = {
		"http = 0.0.0.0:80 [::]:80  unix:/run/x",
		"http = 127.0.0.1:0",
		"ops = 127.9.9.9:1",
		"ops = [::1]:8081",
		"ops = unix:/run/x",
		"trusted_proxy = 10.0.0.1",
		"trusted_proxy = 2001:db8::1",
		"trusted_proxy = unix",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char text[128];
		(void)snprintf(text, sizeof text, "[listen]\n%s\n", good[i]);
		conf_free(load(text));
	}
}

static void settings_must_fit_each_other(void **state) {
	(void)state;
	static const char text[] = "[http]\nhead_size = 4k\nconnections = 100\n"
							   "[database]\nbackoff_min = 6s\n";
	refused(
		text, sizeof text - 1,
		"[http] target_size: a target is part of its head; write less than head_size\n"
		"[http] connections_per_peer: one peer cannot have more than all together; write at most "
		"connections\n"
		":5: [database] backoff_min: the first pause cannot be the longer one; write at most "
		"backoff_max\n");
}

static void odd_files_are_refused(void **state) {
	(void)state;
	static const char nul[] = "[log]\nlevel = in\0fo\n";
	refused(nul, sizeof nul - 1, ":2: the line holds a NUL octet; is this a text file?\n");

	struct buf text = {0};
	buf_adds(&text, "[feeds]\nname = ");
	while (text.n < 10000)
		buf_addc(&text, 'x');
	buf_adds(&text, "\nrefresh = no\n");
	refused(text.p, text.n,
	        ":2: the line is longer than 4095 octets; shorten it\n"
	        ":3: [feeds] refresh: \"no\" is not understood; write a whole number, such as 64\n");
	buf_clear(&text);

	struct conf *c = NULL;
	struct why why;
	assert_int_equal(conf_load("/nonexistent/atelierd.conf", NULL, NULL, &c, &why), ERR_INVALID);
	assert_string_equal(why.sentence, "/nonexistent/atelierd.conf: cannot be read: No such file or "
	                                  "directory; check its path and permissions");
	assert_int_equal(conf_load("/", NULL, NULL, &c, &why), ERR_INVALID);
	assert_string_equal(why.sentence,
	                    "/: cannot be read: Is a directory; check its path and permissions");
	assert_null(c);
}

static void why_names_the_setting(void **state) {
	(void)state;
	struct conf *c = NULL;
	struct why why;
	fill("[http]\nfields = x\n", 18);
	assert_int_equal(conf_load(path, NULL, NULL, &c, &why), ERR_INVALID);
	assert_string_equal(why.field, "http.fields");
}

static char *printed(void (*print)(const struct conf *c, FILE *out), const struct conf *c) {
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	assert_non_null(out);
	print(c, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void print_sample(const struct conf *c, FILE *out) {
	(void)c;
	conf_print_sample(out);
}

static void print_man(const struct conf *c, FILE *out) {
	(void)c;
	conf_print_man(out);
}

static bool all_equal(const struct conf *a, const struct conf *b) {
	for (size_t i = 0; i < setting_count; i++)
		if (!setting_equal(&settings[i], a, b))
			return false;
	return true;
}

/* Where a text has a form of its own; NULL elsewhere. */
static const char *formed(const struct setting *s) {
	if (strcmp(s->key, "http") == 0 || strcmp(s->key, "ops") == 0)
		return "unix:/run/\xC3\xA9t\xC3\xA9\n";
	return strcmp(s->key, "trusted_proxy") == 0 ? "2001:db8::1\n" : NULL;
}

/* Every setting moved to another value than its default, as far as its bounds go. */
static char *unusual(void) {
	struct buf b = {0};
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];
		buf_addf(&b, "[%s]\n%s = ", s->section, s->key);
		switch (s->type) {
		case CONF_TEXT:
			if (formed(s)) {
				buf_adds(&b, formed(s));
				break;
			}
			for (uint64_t n = 0; n + 2 < s->max; n += 2)
				buf_adds(&b, n % 64 == 32 ? " ;" : "\xC3\xA9");
			buf_adds(&b, "x\n");
			break;
		case CONF_INT: buf_addf(&b, "%llu\n", (unsigned long long)s->max - 1); break;
		case CONF_MS: buf_addf(&b, "%llums\n", (unsigned long long)s->max - 1); break;
		case CONF_SIZE: buf_addf(&b, "%llu\n", (unsigned long long)s->max - 1024); break;
		case CONF_FLAG: buf_adds(&b, "yes\n"); break;
		case CONF_LEVEL: buf_adds(&b, "debug\n"); break;
		}
	}
	return b.p;
}

static void prints_what_it_reads(void **state) {
	(void)state;
	char *text = unusual();
	struct conf *c = load(text);
	for (size_t i = 0; i < setting_count; i++)
		if (settings[i].max > settings[i].min + 1 || settings[i].type == CONF_FLAG) {
			struct conf *usual = NULL;
			assert_int_equal(conf_load(NULL, NULL, NULL, &usual, NULL), ERR_NONE);
			if (setting_equal(&settings[i], c, usual))
				fail_msg("[%s] %s was not read", settings[i].section, settings[i].key);
			conf_free(usual);
		}
	char *out = printed(conf_print, c);
	struct conf *again = load(out);
	assert_true(all_equal(c, again));
	char *twice = printed(conf_print, again);
	assert_string_equal(out, twice);
	again->http_fields++; /* the comparison can fail */
	assert_false(all_equal(c, again));
	conf_free(c);
	conf_free(again);
	free(text);
	free(out);
	free(twice);
}

static void the_sample_is_the_default(void **state) {
	(void)state;
	struct conf *usual = NULL;
	assert_int_equal(conf_load(NULL, NULL, NULL, &usual, NULL), ERR_NONE);
	char *text = printed(print_sample, NULL);
	struct conf *c = load(text);
	assert_true(all_equal(c, usual));
	conf_free(c);
	/* As it is, and with each "#key = value" taken in. */
	size_t keys = 0;
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] == '#' && line[1] >= 'a' && line[1] <= 'z') {
			*line = ' ';
			keys++;
		}
	}
	assert_int_equal(keys, setting_count);
	c = load(text);
	assert_true(all_equal(c, usual));
	conf_free(c);
	conf_free(usual);
	free(text);
}

static void the_manual_names_every_setting(void **state) {
	(void)state;
	char *text = printed(print_man, NULL);
	char item[100];
	for (size_t i = 0; i < setting_count; i++) {
		(void)snprintf(item, sizeof item, ".It Ic %s\n", settings[i].key);
		if (!strstr(text, item))
			fail_msg("%s is missing", settings[i].key);
	}
	free(text);
}

static void count_kept(const char *name, void *ctx) {
	buf_addf(ctx, "%s ", name);
}

static void a_reload_keeps_what_it_must(void **state) {
	(void)state;
	struct conf *old = load("[listen]\nhttp = 127.0.0.1:1\n[http]\nfields = 10\n"
	                        "[database]\nfast_links = 5\nfast_time = 3s\n");
	struct buf kept = {0};
	struct why why;
	struct conf *c = NULL;
	static const char text[] = "[listen]\nhttp = 127.0.0.1:2\n[http]\nfields = 20\n"
							   "[database]\nfast_links = 5\nfast_time = 4s\n[log]\njournal = yes\n";
	fill(text, sizeof text - 1);
	assert_int_equal(conf_reload(path, old, NULL, count_kept, &kept, &c, &why), ERR_NONE);
	assert_string_equal(kept.p, "listen.http database.fast_time log.journal ");
	assert_int_equal(c->http_fields, 20);
	conf_free(old); /* the new one owes it nothing */
	assert_string_equal(c->listen_http, "127.0.0.1:1");
	assert_int_equal(c->database_fast_time, 3000);
	assert_false(c->log_journal);
	buf_clear(&kept);

	struct conf *none = NULL;
	fill("[http]\nfields = x\n", 18);
	assert_int_equal(conf_reload(path, c, NULL, NULL, NULL, &none, &why), ERR_INVALID);
	assert_null(none);
	assert_int_equal(c->http_fields, 20);
	conf_free(c);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_table),
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(every_fault_is_told_with_its_line),
		cmocka_unit_test(addresses_have_these_forms),
		cmocka_unit_test(settings_must_fit_each_other),
		cmocka_unit_test(odd_files_are_refused),
		cmocka_unit_test(why_names_the_setting),
		cmocka_unit_test(prints_what_it_reads),
		cmocka_unit_test(the_sample_is_the_default),
		cmocka_unit_test(the_manual_names_every_setting),
		cmocka_unit_test(a_reload_keeps_what_it_must),
	};
	return cmocka_run_group_tests_name("conf", tests, make_file, remove_file);
}
