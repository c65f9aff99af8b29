/* SPDX-License-Identifier: Apache-2.0 */
/* What the judge refused, kept in a directory: whole, private, few, and nothing else touched. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/planning_refused.h"

#include "base/banned.h"

static char dir[64];

static int begin(void **state) {
	(void)state;
	(void)snprintf(dir, sizeof dir, "/tmp/atelier-refused.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static const char *in(const char *name) {
	static char path[512];
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

/* Entries of the directory. */
static size_t entries(void) {
	const struct dirent *e;
	size_t n = 0;
	DIR *list = opendir(dir);
	assert_non_null(list);
	while ((e = readdir(list)))
		n += *e->d_name != '.';
	(void)closedir(list);
	return n;
}

static int end(void **state) {
	const struct dirent *e;
	(void)state;
	DIR *list = opendir(dir);
	while (list && (e = readdir(list)))
		(void)unlinkat(dirfd(list), e->d_name, 0);
	if (list)
		(void)closedir(list);
	return rmdir(dir);
}

static void keeps(const char *plan, struct str answer) {
	char path[128];
	struct why why = {0};
	if (refused_keep(dir, plan, "1", answer, path, sizeof path, &why))
		fail_msg("%s", why.sentence);
	struct stat is;
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(is.st_size, answer.n < REFUSED_OCTETS ? answer.n : REFUSED_OCTETS);
	assert_int_equal(is.st_mode & 07777, 0600);
}

static void made(const char *name, time_t at) {
	int file = open(in(name), O_WRONLY | O_CREAT | O_EXCL, 0644);
	assert_true(file >= 0);
	const struct timespec times[2] = {{.tv_sec = at}, {.tv_sec = at}};
	assert_int_equal(futimens(file, times), 0);
	(void)close(file);
}

static bool is_there(const char *name) {
	struct stat is;
	return lstat(in(name), &is) == 0;
}

static void the_octets_are_kept(void **state) {
	(void)state;
	static const char octets[] = "{\"a\":\0\xff}\n";
	char path[128], read_back[sizeof octets];
	struct why why;
	assert_int_equal(refused_keep(dir, "P-0007", "2", STR(octets), path, sizeof path, &why),
	                 ERR_NONE);
	assert_string_equal(path, in("refused-P-0007-2.json"));
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fread(read_back, 1, sizeof read_back, file), sizeof octets - 1);
	(void)fclose(file);
	assert_memory_equal(read_back, octets, sizeof octets - 1);
	keeps("P-0008", (struct str){NULL, 0});
}

static void what_is_too_long_is_cut(void **state) {
	(void)state;
	size_t n = (size_t)REFUSED_OCTETS + 1;
	char *octets = calloc(1, n);
	assert_non_null(octets);
	keeps("P-0001", (struct str){octets, n});
	free(octets);
}

static void the_oldest_go_and_nothing_else(void **state) {
	(void)state;
	char name[64];
	made("notes", 1);
	made("refused-by-hand", 1);
	for (int i = 0; i < REFUSED_MOST + 3; i++) { /* the newest by name is the oldest by time */
		(void)snprintf(name, sizeof name, "refused-P-%04d-1.json", i);
		made(name, 100000 - i);
	}
	keeps("P-9999", STR("x"));
	assert_int_equal(entries(), REFUSED_MOST + 2);
	assert_true(is_there("notes") && is_there("refused-by-hand"));
	assert_true(is_there("refused-P-9999-1.json") && is_there("refused-P-0000-1.json"));
	assert_true(is_there("refused-P-0006-1.json"));
	assert_false(is_there("refused-P-0007-1.json") || is_there("refused-P-0010-1.json"));
	keeps("P-9999", STR("longer"));
	assert_true(entries() <= REFUSED_MOST + 2);
}

static void a_link_is_not_followed(void **state) {
	(void)state;
	made("precious", 1);
	assert_int_equal(symlink("precious", in("refused-P-0001-1.json")), 0);
	keeps("P-0001", STR("x"));
	struct stat is;
	assert_int_equal(stat(in("precious"), &is), 0);
	assert_int_equal(is.st_size, 0);
}

static void where_it_cannot_be_there_is_a_reason(void **state) {
	(void)state;
	static const char *const names[] = {"", "../up", "a/b", "a.b", "a\nb", "\xc3\xa9"};
	char path[128];
	struct why why = {0};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		why.sentence[0] = '\0';
		assert_int_equal(refused_keep(dir, names[i], "1", STR("x"), path, sizeof path, &why),
		                 ERR_UNAVAILABLE);
		assert_true(*why.sentence);
	}
	assert_int_equal(entries(), 0);
	made("file", 1);
	assert_int_equal(refused_keep(in("file"), "P-0001", "1", STR("x"), path, sizeof path, &why),
	                 ERR_UNAVAILABLE);
	assert_non_null(strstr(why.sentence, strerror(ENOTDIR)));
	assert_int_equal(
		refused_keep("/nowhere/at/all", "P-0001", "1", STR("x"), path, sizeof path, &why),
		ERR_UNAVAILABLE);
	assert_non_null(strstr(why.sentence, "/nowhere/at/all"));
}

#define HERE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
	const struct CMUnitTest tests[] = {
		HERE(the_octets_are_kept),
		HERE(what_is_too_long_is_cut),
		HERE(the_oldest_go_and_nothing_else),
		HERE(a_link_is_not_followed),
		HERE(where_it_cannot_be_there_is_a_reason),
	};
	return cmocka_run_group_tests_name("app_planning_refused", tests, NULL, NULL);
}
