/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "app/params.h"

#include "base/banned.h"

/* -- the router -- */

struct world {
	struct router *router;
	struct params *params;
	struct arena *arena;
};

static int set_up(void **state) {
	static struct world w;
	w.router = router_new();
	w.params = params_new();
	w.arena = arena_new();
	*state = &w;
	return 0;
}

static int tear_down(void **state) {
	struct world *w = *state;
	router_free(w->router);
	params_free(w->params);
	arena_free(w->arena);
	return 0;
}

static enum err find(void **state, enum http_method method, const char *path,
                     struct route_match *ret) {
	struct world *w = *state;
	struct why why;
	return router_find(w->router, w->arena, method, str_of(path), ret, &why);
}

static void every_route_is_found_at_its_path(void **state) {
	struct route_match m;
	for (size_t i = 0; i < ROUTES; i++) {
		assert_int_equal(find(state, routes[i].method, routes[i].path, &m), ERR_NONE);
		assert_string_equal(m.route->id, routes[i].id);
	}
}

static void paths_are_read(void **state) {
	static const struct {
		enum http_method method;
		const char *path;
		enum err err;
		enum route_id route;
		const char *value; /* of the first parameter */
	} table[] = {
		{HTTP_GET_, "/v1/members/FJ", ERR_NONE, ROUTE_member_get, "FJ"},
		{HTTP_HEAD_, "/v1/members/FJ", ERR_NONE, ROUTE_member_get, "FJ"},
		{HTTP_GET_, "/v1/members/%46J", ERR_NONE, ROUTE_member_get, "FJ"},
		{HTTP_GET_, "/v1/members/a%2Fb", ERR_NONE, ROUTE_member_get, "a/b"},
		{HTTP_GET_, "/v1/experts/candidates", ERR_NONE, ROUTE_expert_candidates, NULL},
		{HTTP_GET_, "/v1/experts/E-1", ERR_NONE, ROUTE_expert_get, "E-1"},
		{HTTP_GET_, "/v1/calendars/atl_x.ics", ERR_NONE, ROUTE_calendar_feed, "atl_x"},
		{HTTP_GET_, "/v1/activities.ics", ERR_NONE, ROUTE_activity_ics, NULL},
		{HTTP_GET_, "/v1/activities.json", ERR_NONE, ROUTE_activity_list, NULL},
		{HTTP_GET_, "/v1/openapi.json", ERR_NONE, ROUTE_openapi, NULL},
		{HTTP_DELETE_, "/v1/members/FJ", ERR_METHOD, ROUTES, NULL},
		{HTTP_GET_, "/v1/calendars/atl_x", ERR_NOT_FOUND, ROUTES, NULL},
		{HTTP_GET_, "/v1/calendars/.ics", ERR_NOT_FOUND, ROUTES, NULL},
		{HTTP_GET_, "/v1/members/", ERR_NOT_FOUND, ROUTES, NULL},
		{HTTP_GET_, "/v1/Members", ERR_NOT_FOUND, ROUTES, NULL},
		{HTTP_GET_, "/v1/members/FJ/", ERR_NOT_FOUND, ROUTES, NULL},
		{HTTP_GET_, "/v1", ERR_NOT_FOUND, ROUTES, NULL},
		{HTTP_GET_, "/", ERR_NOT_FOUND, ROUTES, NULL},
		{HTTP_GET_, "", ERR_NOT_FOUND, ROUTES, NULL},
		{HTTP_GET_, "/v1/members/%00", ERR_INVALID, ROUTES, NULL},
		{HTTP_GET_, "/v1/members/%ff", ERR_INVALID, ROUTES, NULL},
		{HTTP_GET_, "/v1/members/%4", ERR_INVALID, ROUTES, NULL},
	};
	struct route_match m;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		enum err e = find(state, table[i].method, table[i].path, &m);
		if (e != table[i].err)
			fail_msg("%s: %d", table[i].path, e);
		if (e)
			continue;
		assert_int_equal(route_id(m.route), table[i].route);
		if (table[i].value)
			assert_true(str_is(m.value[0], table[i].value));
	}
}

static void what_a_path_allows_is_told(void **state) {
	struct route_match m;
	assert_int_equal(find(state, HTTP_PUT_, "/v1/donors/DE", &m), ERR_METHOD);
	assert_string_equal(m.allow, "GET, HEAD, PATCH, DELETE, OPTIONS");
	assert_int_equal(find(state, HTTP_OPTIONS_, "/v1/requests/R-1/close", &m), ERR_NONE);
	assert_null(m.route);
	assert_string_equal(m.allow, "POST, OPTIONS");
	assert_int_equal(find(state, HTTP_OPTIONS_, "*", &m), ERR_NONE);
	assert_null(m.route);
	assert_string_equal(m.allow, "GET, HEAD, POST, PATCH, DELETE, OPTIONS");
	assert_int_equal(find(state, HTTP_GET_, "*", &m), ERR_NOT_FOUND);
}

/* -- queries -- */

static const int64_t NOW = 1767225600; /* 2026-01-01T00:00:00Z */

static void queries_become_json(void **state) {
	static const struct {
		enum route_id route;
		const char *query, *json, *field; /* json, or NULL and the field at fault */
	} table[] = {
		{ROUTE_member_list, "", "", NULL},
		{ROUTE_member_list, "q=a%20b+c&region=AP,EUR",
	     "\"region\":[\"AP\",\"EUR\"],\"q\":\"a b c\",", NULL},
		{ROUTE_member_list, "limit=20&&region=AP", "\"region\":[\"AP\"],\"limit\":20,", NULL},
		{ROUTE_member_list, "q=%22", "\"q\":\"\\\"\",", NULL},
		{ROUTE_activity_csv, "bom=1", "\"bom\":\"1\",", NULL},
		{ROUTE_activity_ics, "from=2026-01-01&to=2026-01-01",
	     "\"from\":\"2026-01-01\",\"to\":\"2026-01-01\",", NULL},
		{ROUTE_activity_list, "as_of=2026-01-01", "\"as_of\":\"2026-01-01\",", NULL},
		{ROUTE_activity_list, "as_of=2026-01-01T02:00:00%2B02:00",
	     "\"as_of\":\"2026-01-01T02:00:00+02:00\",", NULL},
		{ROUTE_activity_list, "kind=national,regional", "\"kind\":[\"national\",\"regional\"],",
	     NULL},
		{ROUTE_member_list, "regoin=AP", NULL, "regoin"},
		{ROUTE_member_get, "x=1", NULL, "x"},
		{ROUTE_member_list, "q=a&q=b", NULL, "q"},
		{ROUTE_member_list, "q=", NULL, "q"},
		{ROUTE_member_list, "limit=all", "\"limit\":\"all\",", NULL},
		{ROUTE_member_list, "limit=some", NULL, "limit"},
		{ROUTE_member_list, "limit=0", NULL, "limit"},
		{ROUTE_member_list, "limit=501", NULL, "limit"},
		{ROUTE_member_list, "limit=-1", NULL, "limit"},
		{ROUTE_member_list, "limit=ten", NULL, "limit"},
		{ROUTE_member_list, "region=A%20P", NULL, "region"},
		{ROUTE_member_list, "region=AP,,EUR", NULL, "region"},
		{ROUTE_member_list, "count=maybe", NULL, "count"},
		{ROUTE_activity_list, "kind=nationl", NULL, "kind"},
		{ROUTE_activity_list, "from=2026-02-30", NULL, "from"},
		{ROUTE_activity_list, "from=2026-03-02&to=2026-03-01", NULL, "to"},
		{ROUTE_activity_list, "as_of=2026-01-02", NULL, "as_of"},
		{ROUTE_activity_list, "as_of=2026-01-01T00:00:01Z", NULL, "as_of"},
		{ROUTE_activity_list, "updated_since=yesterday", NULL, "updated_since"},
		{ROUTE_member_eligibility, "on=2027-13-01", NULL, "on"},
	};
	struct world *w = *state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct buf out = {0};
		struct why why = {0};
		enum err e = params_read(w->params, table[i].route, w->arena, str_of(table[i].query), NOW,
		                         &out, &why);
		if (table[i].json) {
			if (e)
				fail_msg("%s: %s", table[i].query, why.sentence);
			assert_string_equal(out.p ? out.p : "", table[i].json);
		} else {
			if (!e)
				fail_msg("%s was let through", table[i].query);
			assert_int_equal(e, ERR_INVALID);
			assert_string_equal(why.field, table[i].field);
			assert_true(strlen(why.sentence) > 20);
		}
		buf_clear(&out);
	}
}

static void sentences_name_the_nearest(void **state) {
	struct world *w = *state;
	struct buf out = {0};
	struct why why;
	assert_int_equal(
		params_read(w->params, ROUTE_member_list, w->arena, STR("regoin=AP"), NOW, &out, &why),
		ERR_INVALID);
	assert_non_null(strstr(why.sentence, "did you mean \"region\"?"));
	assert_non_null(strstr(why.sentence, "region, q, sort, fields, limit, cursor, count"));
	assert_int_equal(
		params_read(w->params, ROUTE_activity_list, w->arena, STR("kind=nationl"), NOW, &out, &why),
		ERR_INVALID);
	assert_non_null(strstr(why.sentence, "did you mean \"national\"?"));
	buf_clear(&out);
}

static void text_is_capped(void **state) {
	struct world *w = *state;
	struct buf out = {0};
	struct why why;
	char query[2 + 501];
	memset(query, 'a', sizeof query);
	memcpy(query, "q=", 2);
	assert_int_equal(params_read(w->params, ROUTE_member_list, w->arena,
	                             (struct str){query, 2 + 500}, NOW, &out, &why),
	                 ERR_NONE);
	assert_int_equal(params_read(w->params, ROUTE_member_list, w->arena,
	                             (struct str){query, 2 + 501}, NOW, &out, &why),
	                 ERR_INVALID);
	buf_clear(&out);
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_is_found_at_its_path), cmocka_unit_test(paths_are_read),
		cmocka_unit_test(what_a_path_allows_is_told),       cmocka_unit_test(queries_become_json),
		cmocka_unit_test(sentences_name_the_nearest),       cmocka_unit_test(text_is_capped),
	};
	return cmocka_run_group_tests_name("app_request_params", tests, set_up, tear_down);
}
