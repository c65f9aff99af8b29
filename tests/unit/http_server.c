/* SPDX-License-Identifier: Apache-2.0 */
/* Listeners and their refusals, peers and proxies, closing gracefully. */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "judge.h"

#include "base/banned.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static const char *path_of(const struct fixture *f) {
	return f->address + strlen("unix:");
}

static void expect_no_listener(struct fixture *f, const char *address, const char *word) {
	struct why why = {0};
	assert_int_equal(http_listen(f->server, address, &why), ERR_UNAVAILABLE);
	if (!strstr(why.sentence, word) || !strstr(why.sentence, address))
		fail_msg("%s: \"%s\" does not say \"%s\"", address, why.sentence, word);
}

static void addresses_are_judged(void **state) {
	(void)state;
	struct fixture f;
	fixture_open(&f, &judge_limits, NULL);
	expect_no_listener(&f, "8080", "HOST:PORT");
	expect_no_listener(&f, "127.0.0.1:http", "HOST:PORT");
	expect_no_listener(&f, "127.0.0.1:65536", "HOST:PORT");
	expect_no_listener(&f, "localhost:8080", "numeric");
	expect_no_listener(&f, "::1:8080", "numeric");
	expect_no_listener(&f, ":8080", "numeric");
	expect_no_listener(&f, "192.0.2.1:0", "does not have that address");
	expect_no_listener(&f, "unix:relative", "absolute");
	expect_no_listener(&f, "unix:/no/such/directory/s", "does not exist");
	fixture_close(&f);
}

static int connect_tcp(const char *address) {
	struct sockaddr_in in = {.sin_family = AF_INET};
	const char *colon = strrchr(address, ':');
	in.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static void serves_tcp(void **state) {
	(void)state;
	struct fixture f;
	struct why why;
	fixture_open(&f, &judge_limits, NULL);
	assert_int_equal(http_listen(f.server, "127.0.0.1:0", &why), ERR_NONE);
	const char *address = http_server_address(f.server, 1);
	assert_non_null(address);
	assert_true(str_starts(str_of(address), STR("127.0.0.1:")));
	assert_string_not_equal(address, "127.0.0.1:0");
	assert_string_equal(http_server_address(f.server, 0), f.address);
	assert_null(http_server_address(f.server, 2));
	struct client c = {.fd = connect_tcp(address)};
	client_say(&c, GET);
	assert_true(client_until(&f, &c, "/[]"));
	client_close(&c);
	expect_no_listener(&f, address, "in use");
	fixture_close(&f);
}

static void takes_over_a_socket(void **state) {
	(void)state;
	struct fixture f;
	struct why why;
	struct sockaddr_in in = {.sin_family = AF_INET};
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fixture_open(&f, &judge_limits, NULL);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(http_listen_fd(f.server, fd, &why), ERR_NONE);
	struct client c = {.fd = connect_tcp(http_server_address(f.server, 1))};
	client_say(&c, GET);
	assert_true(client_until(&f, &c, "/[]"));
	client_close(&c);
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(http_listen_fd(f.server, file, &why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why.sentence, "not a socket"));
	fixture_close(&f);
}

static void socket_files(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct stat st;
	struct why why;
	char other[160], address[170];
	fixture_open(&f, &judge_limits, NULL);
	assert_int_equal(stat(path_of(&f), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	/* A live one is not replaced, and still serves. */
	expect_no_listener(&f, f.address, "another process");
	client_open(&f, &c);
	client_say(&c, GET);
	assert_true(client_until(&f, &c, "/[]"));
	client_close(&c);
	/* What is no socket stays. */
	(void)snprintf(other, sizeof other, "%s/file", f.directory);
	(void)snprintf(address, sizeof address, "unix:%s", other);
	int fd = open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	expect_no_listener(&f, address, "no socket");
	assert_int_equal(stat(other, &st), 0);
	assert_int_equal(unlink(other), 0);
	/* A stale one is replaced. */
	assert_int_equal(mknod(other, S_IFSOCK | 0600, 0), 0);
	assert_int_equal(http_listen(f.server, address, &why), ERR_NONE);
	fixture_close(&f);
}

static void a_foreign_socket_file_stays(void **state) {
	(void)state;
	struct fixture f;
	struct stat st;
	fixture_open(&f, &judge_limits, NULL);
	/* Somebody has put another one in our place: it is not ours to remove. */
	assert_int_equal(unlink(path_of(&f)), 0);
	char keep[160];
	(void)snprintf(keep, sizeof keep, "%s/taken", f.directory);
	int fd = open(keep, O_CREAT | O_WRONLY | O_CLOEXEC, 0600); /* so that the inode differs */
	assert_int_equal(mknod(path_of(&f), S_IFSOCK | 0600, 0), 0);
	http_server_close(f.server, 0, NULL, NULL);
	assert_int_equal(uv_run(&f.loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(stat(path_of(&f), &st), 0);
	assert_int_equal(unlink(path_of(&f)), 0);
	assert_int_equal(unlink(keep), 0);
	(void)close(fd);
	f.closed = true;
	fixture_close(&f);
}

static void expect_peer(const char *trusted, const char *fields, const char *peer) {
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	struct http_limits limits = judge_limits;
	limits.trusted_proxy = str_of(trusted);
	fixture_open(&f, &limits, &handler);
	client_open(&f, &c);
	client_say(&c, "GET / HTTP/1.1\r\nHost: a\r\n");
	client_say(&c, fields);
	client_say(&c, "\r\n");
	fixture_turn(&f);
	assert_int_equal(h.n, 1);
	struct str got = http_exchange_request(h.x[0])->peer;
	if (!str_is(got, peer))
		fail_msg("%s: \"%.*s\" instead of \"%s\"", fields, STR_ARG(got), peer);
	http_respond(h.x[0], &(struct http_answer){.status = 204});
	client_close(&c);
	fixture_close(&f);
}

static void only_the_proxy_is_believed(void **state) {
	(void)state;
	expect_peer("", "X-Forwarded-For: 192.0.2.7\r\n", "unix");
	expect_peer("127.0.0.1", "X-Forwarded-For: 192.0.2.7\r\n", "unix");
	expect_peer("unix", "", "unix");
	expect_peer("unix", "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7");
	expect_peer("unix", "x-forwarded-for: 2001:db8::7\r\n", "2001:db8::7");
	/* The last hop is what the proxy saw; all before is hearsay. */
	expect_peer("unix", "X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n", "192.0.2.7");
	expect_peer("unix", "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: 192.0.2.8\r\n",
	            "192.0.2.8");
	expect_peer("unix", "X-Forwarded-For: 192.0.2.7, unknown\r\n", "unix");
	expect_peer("unix", "X-Forwarded-For: 192.0.2.7,\r\n", "unix");
}

static size_t times_closed;

static void on_closed(void *ctx) {
	((struct fixture *)ctx)->closed = true;
	times_closed++;
}

static void closing_lets_requests_finish(void **state) {
	(void)state;
	struct fixture f;
	struct client running, idle, fresh, half;
	struct held h;
	struct http_handler handler = hold(&h);
	times_closed = 0;
	fixture_open(&f, &judge_limits, &handler);
	client_open(&f, &running);
	client_open(&f, &idle);
	client_open(&f, &fresh);
	client_open(&f, &half);
	client_say(&idle, GET);
	fixture_turn(&f);
	http_respond(h.x[0], &(struct http_answer){.status = 204});
	client_say(&running, GET GET);
	client_say(&half, "GET / HTTP/1.1\r\n");
	fixture_turn(&f);
	http_server_close(f.server, 60000, on_closed, &f);
	assert_int_equal(times_closed, 0);
	/* Those that wait for nothing go at once, nobody new comes. */
	assert_true(client_until_eof(&f, &idle));
	assert_true(client_until_eof(&f, &fresh));
	assert_int_equal(access(path_of(&f), F_OK), -1);
	fixture_turn(&f);
	assert_int_equal(times_closed, 0);
	/* The rest is served, once. */
	http_respond(h.x[1], &(struct http_answer){.status = 200, .text = STR("done")});
	assert_true(client_until_eof(&f, &running));
	assert_non_null(strstr(running.got.p, "\r\nConnection: close\r\n"));
	assert_non_null(strstr(running.got.p, "done"));
	client_say(&half, "Host: a\r\n\r\n");
	fixture_turn(&f);
	assert_int_equal(h.n, 3);
	http_respond(h.x[2], &(struct http_answer){.status = 200, .text = STR("late")});
	assert_true(client_until(&f, &half, "late"));
	client_close(&running);
	client_close(&idle);
	client_close(&fresh);
	client_close(&half);
	assert_int_equal(uv_run(&f.loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(times_closed, 1);
	fixture_close(&f);
}

static void closing_cuts_what_is_left(void **state) {
	(void)state;
	struct fixture f;
	struct client c;
	struct held h;
	struct http_handler handler = hold(&h);
	times_closed = 0;
	fixture_open(&f, &judge_limits, &handler);
	client_open(&f, &c);
	client_say(&c, GET);
	fixture_turn(&f);
	http_server_close(f.server, 20, on_closed, &f);
	assert_false(http_exchange_gone(h.x[0]));
	assert_true(client_until_eof(&f, &c));
	fixture_turn(&f);
	assert_int_equal(times_closed, 1);
	assert_true(http_exchange_gone(h.x[0]));
	/* App still owes, and may still look. */
	assert_true(str_is(http_exchange_request(h.x[0])->path, "/"));
	http_respond(h.x[0], &(struct http_answer){.status = 200, .text = STR("too late")});
	assert_true(str_is(http_exchange_request(h.x[0])->path, "/"));
	client_close(&c);
	fixture_close(&f);
	assert_int_equal(times_closed, 1);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_judged),
		cmocka_unit_test(serves_tcp),
		cmocka_unit_test(takes_over_a_socket),
		cmocka_unit_test(socket_files),
		cmocka_unit_test(a_foreign_socket_file_stays),
		cmocka_unit_test(only_the_proxy_is_believed),
		cmocka_unit_test(closing_lets_requests_finish),
		cmocka_unit_test(closing_cuts_what_is_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
