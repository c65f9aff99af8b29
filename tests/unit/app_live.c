/* SPDX-License-Identifier: Apache-2.0 */
/* Who follows a job: what is streamed, to whom, and when that ends. */
#include "app_request_world.h"

#include "app/live.h"

#include "base/banned.h"

#define EVENT(state, progress)                                                                     \
	"{\"id\":\"P-1\",\"state\":\"" state "\",\"attempt\":1,\"progress\":" progress "}"
#define ROW(state, progress)                                                                       \
	{ "200", NULL, NULL, NULL, NULL, EVENT(state, progress) }

static const char *const running_row[] = ROW("running", "null");
static const char *const going_row[] = ROW("running", "{\"ms\":7}");
static const char *const solved_row[] = ROW("solved", "{\"ms\":9}");
static const struct fake_answer running = {ANSWER_ROW, .values = running_row};
static const struct fake_answer going = {ANSWER_ROW, .values = going_row};
static const struct fake_answer solved = {ANSWER_ROW, .values = solved_row};
static const struct fake_answer missing = {
	.err = ERR_NOT_FOUND, .sentence = "There is no plan P-1.", .sqlstate = "AT404"};
static const struct fake_answer revoked = {
	.err = ERR_UNAUTHENTICATED, .sentence = "The token was revoked.", .sqlstate = "AT401"};
static const struct fake_answer away = {.err = ERR_UNAVAILABLE, .sentence = "Try again soon."};

static const struct ask follow = {.method = HTTP_GET_,
                                  .target = "/v1/plans/P-1/events",
                                  .fields = {"Authorization", "Bearer t", "Last-Event-ID", "9"}};

static int open_live(void **state) {
	int ret = set_up(state);
	struct world *w = *state;
	w->conf.plan_listeners = 2;
	w->house.live = live_new(&w->house);
	return ret;
}

static int close_live(void **state) {
	struct world *w = *state;
	live_stop(w->house.live);
	(void)uv_run(&w->loop, UV_RUN_NOWAIT);
	assert_int_equal(live_count(w->house.live), 0);
	live_free(w->house.live);
	return tear_down(state);
}
#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_live, close_live)

static void turn(struct world *w) {
	for (int i = 0; i < 5; i++)
		(void)uv_run(&w->loop, UV_RUN_NOWAIT);
}

/* A listener who has heard the first state. */
static struct http_exchange *listen_to(struct world *w, const struct fake_answer *first) {
	fake_db_expect(w->house.db, "plan_events", first);
	struct http_exchange *x = begin(w, follow);
	turn(w);
	return x;
}

static void said(struct http_exchange *x, const char *text) {
	assert_string_equal(x->stream.p ? x->stream.p : "", text);
	buf_clear(&x->stream);
}
#define FIRST(state) "retry: 2000\nid: 1\nevent: state\ndata: " EVENT(state, "null") "\n\n"

static void a_final_state_is_told_and_ends_it(void **state) {
	struct world *w = *state;
	struct http_exchange *x = listen_to(w, &solved);
	assert_int_equal(x->status, 200);
	assert_string_equal(field_of(x, "Content-Type"), "text/event-stream");
	assert_string_equal(field_of(x, "Cache-Control"), "no-store");
	said(x, "retry: 2000\nid: 1\nevent: state\ndata: " EVENT("solved", "{\"ms\":9}") "\n\n");
	assert_true(x->ended);
	assert_string_equal(fake_db_segment(w->house.db, 0)->call[0].values[1], "STAFF");
}

static void progress_of_this_plan_is_told_as_it_comes(void **state) {
	struct world *w = *state;
	struct http_exchange *x = listen_to(w, &running);
	said(x, FIRST("running"));
	live_progress(w->house.live, STR("P-2"), STR("{\"ms\":1}"));
	live_progress(w->house.live, STR("P-1"), STR("{\"ms\":2}"));
	live_progress(w->house.live, STR("P-1"), STR("{\"ms\":2}"));
	live_progress(w->house.live, STR("P-1"), STR("{\n\"ms\":3}"));
	said(
		x,
		"id: 2\nevent: progress\ndata: {\"ms\":2}\n\nid: 3\nevent: progress\ndata: { \"ms\":3}\n\n");
	assert_false(x->ended);
}

static void another_daemons_progress_is_asked_for(void **state) {
	struct world *w = *state;
	struct http_exchange *x = listen_to(w, &running);
	fake_db_expect(w->house.db, "plan_events", &going);
	fake_db_expect(w->house.db, "plan_events", &going);
	fake_db_expect(w->house.db, "plan_events", &solved);
	said(x, FIRST("running"));
	live_wake(w->house.live);
	turn(w);
	said(x, "id: 2\nevent: progress\ndata: {\"ms\":7}\n\n");
	live_wake(w->house.live);
	turn(w);
	said(x, ""); /* nothing new */
	live_wake(w->house.live);
	turn(w);
	said(x, "id: 3\nevent: state\ndata: " EVENT("solved", "{\"ms\":9}") "\n\n");
	assert_true(x->ended);
}

static void what_happens_while_it_asks_is_asked_about_again(void **state) {
	struct world *w = *state;
	struct http_exchange *x = listen_to(w, &running);
	fake_db_expect(w->house.db, "plan_events", &running);
	fake_db_expect(w->house.db, "plan_events", &solved);
	live_wake(w->house.live);
	live_wake(w->house.live);
	turn(w);
	assert_int_equal(fake_db_submitted(w->house.db), 3);
	assert_true(x->ended);
}

static void what_is_not_known_for_now_is_no_end(void **state) {
	struct world *w = *state;
	struct http_exchange *x = listen_to(w, &running);
	fake_db_expect(w->house.db, "plan_events", &away);
	fake_db_expect(w->house.db, "plan_events", &revoked);
	live_wake(w->house.live);
	turn(w);
	assert_false(x->ended);
	live_wake(w->house.live);
	turn(w);
	said(x, FIRST("running"));
	assert_true(x->ended); /* who may not ask any more hears no more */
}

static void a_slow_listener_is_let_go(void **state) {
	struct world *w = *state;
	struct http_exchange *slow = listen_to(w, &running), *quick = listen_to(w, &running);
	slow->slow = true;
	live_progress(w->house.live, STR("P-1"), STR("{\"ms\":2}"));
	assert_true(slow->ended);
	assert_false(quick->ended);
	assert_int_equal(live_count(w->house.live), 1);
}

static void who_has_gone_is_forgotten_after_the_answer(void **state) {
	struct world *w = *state;
	struct http_exchange *x = listen_to(w, &running);
	fake_db_expect(w->house.db, "plan_events", &running);
	live_wake(w->house.live);
	x->tell_gone(x, x->gone_ctx);
	assert_false(x->ended); /* a segment is under way */
	turn(w);
	assert_true(x->ended);
	assert_int_equal(live_count(w->house.live), 0);
}

static void listeners_are_bounded(void **state) {
	struct world *w = *state;
	(void)listen_to(w, &running);
	(void)listen_to(w, &running);
	struct http_exchange *third = begin(w, follow);
	assert_int_equal(third->status, 503);
	assert_string_equal(field_of(third, "Retry-After"), "2");
	assert_non_null(strstr(third->body, "plan.listeners"));
}

static void what_is_not_there_is_a_problem(void **state) {
	struct world *w = *state;
	struct http_exchange *x = listen_to(w, &missing);
	assert_int_equal(x->status, 404);
	assert_string_equal(field_of(x, "Content-Type"), "application/problem+json");
	assert_false(x->ended);
	assert_int_equal(live_count(w->house.live), 0);
}

static void a_head_is_all_that_head_gets(void **state) {
	struct world *w = *state;
	struct ask head = follow;
	head.method = HTTP_HEAD_;
	fake_db_expect(w->house.db, "plan_events", &running);
	struct http_exchange *x = begin(w, head);
	turn(w);
	assert_int_equal(x->status, 200);
	said(x, "");
	assert_true(x->ended);
}

static void all_ends_when_the_daemon_stops(void **state) {
	struct world *w = *state;
	struct http_exchange *x = listen_to(w, &running);
	fake_db_expect(w->house.db, "plan_events", &running);
	struct http_exchange *late = begin(w, follow);
	live_stop(w->house.live);
	assert_true(x->ended);
	turn(w);
	assert_true(late->ended);
	w->house.live = (live_free(w->house.live), live_new(&w->house));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		TEST(a_final_state_is_told_and_ends_it),
		TEST(progress_of_this_plan_is_told_as_it_comes),
		TEST(another_daemons_progress_is_asked_for),
		TEST(what_happens_while_it_asks_is_asked_about_again),
		TEST(what_is_not_known_for_now_is_no_end),
		TEST(a_slow_listener_is_let_go),
		TEST(who_has_gone_is_forgotten_after_the_answer),
		TEST(listeners_are_bounded),
		TEST(what_is_not_there_is_a_problem),
		TEST(a_head_is_all_that_head_gets),
		TEST(all_ends_when_the_daemon_stops),
	};
	return cmocka_run_group_tests_name("app_live", tests, NULL, NULL);
}
