/* SPDX-License-Identifier: Apache-2.0 */
/* What a planner says, and what the daemon lets through of it. */
#include "unit.h"

#include "app/planning_judge.h"
#include "app/planning_progress.h"

#include "base/banned.h"

/* -- progress -- */

static void a_line_becomes_what_the_api_says(void **state) {
	(void)state;
	struct buf b = {0};
	assert_true(planning_progress(
		&b, STR("{\"ms\":200,\"units\":5,\"value\":-3,\"bound\":null,\"served\":2,"
	            "\"requests\":4,\"regions\":{\"AP\":1,\"EUR\":0},\"more\":[]}")));
	assert_string_equal(b.p, "{\"ms\":200,\"units\":5,\"value\":-3,\"bound\":null,\"served\":2,"
	                         "\"requests\":4,\"regions\":[{\"region\":\"AP\",\"workshops\":1},"
	                         "{\"region\":\"EUR\",\"workshops\":0}]}");
	buf_clear(&b);
}

static void what_is_no_progress_is_nothing(void **state) {
	(void)state;
	static const char *const lines[] = {
		"",
		"{",
		"{}",
		"[]",
		"7",
		"{\"ms\":1}",
		"{\"ms\":1,\"units\":1,\"value\":1,\"bound\":1,\"served\":1,\"requests\":1,\"regions\":[]}",
		"{\"ms\":-1,\"units\":1,\"value\":1,\"bound\":1,\"served\":1,\"requests\":1,\"regions\":{}}",
		"{\"ms\":1.5,\"units\":1,\"value\":1,\"bound\":1,\"served\":1,\"requests\":1,\"regions\":{}}",
		"{\"ms\":1,\"units\":1,\"value\":null,\"bound\":1,\"served\":1,\"requests\":1,\"regions\":{}}",
		"{\"ms\":1,\"ms\":1,\"units\":1,\"value\":1,\"bound\":1,\"served\":1,\"requests\":1,"
		"\"regions\":{}}",
		"{\"ms\":1,\"units\":1,\"value\":1,\"bound\":1,\"served\":1,\"requests\":1,"
		"\"regions\":{\"AP\":-1}}",
		"{\"ms\":1,\"units\":1,\"value\":1,\"bound\":1,\"served\":1,\"requests\":1,"
		"\"regions\":{\"AP\":\"\xff\"}}",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct buf b = {0};
		if (planning_progress(&b, str_of(lines[i])) || b.n)
			fail_msg("taken: %s", lines[i]);
		buf_clear(&b);
	}
}

/* -- the judge -- */

#define INSTANCE                                                                                   \
	"{\"format\":\"atelier-instance/1\",\"id\":\"P-1\",\"currency\":\"EUR\","                      \
	"\"horizon\":{\"first\":\"2027-01-01\",\"last\":\"2027-12-31\"},\"languages\":[\"en\"],"       \
	"\"topics\":[\"ECP\"],\"regions\":[{\"code\":\"AP\",\"target\":2}],"                           \
	"\"rules\":{\"opens\":{\"accreditation\":\"2027-01-01\",\"regional\":\"2027-01-01\","          \
	"\"national\":\"2027-01-01\"},\"lead_days\":60,\"parallel_max\":3,\"national_per_year\":2,"    \
	"\"national_gap_days\":90,\"rest_days\":1,\"not_own_administration\":true,"                    \
	"\"language\":\"lead\",\"funds_max\":2,\"trainees_max\":{\"accreditation\":1,\"regional\":1,"  \
	"\"national\":1},\"fair_missions\":4},\"weights\":{\"served\":1000,\"waiting\":2,"             \
	"\"window\":30,\"money_per_point\":10000,\"balance\":500,\"load\":20,\"stability\":{"          \
	"\"dropped\":200,\"moved\":50,\"expert\":10}},\"travel\":{\"same_city_below_km\":50,"          \
	"\"one_day_below_km\":3000,\"far_days\":2,\"hybrid_on_site_below_km\":3000,"                   \
	"\"fare_base\":20000,\"fare_per_1000_km\":9000,\"fare_step\":1000},"                           \
	"\"secretariat_closed\":[],\"members\":[],\"experts\":[],\"funds\":[],\"requests\":[],"        \
	"\"pinned\":[],\"baseline\":[]}"
#define PLAN(instance, value)                                                                      \
	"{\"format\":\"atelier-plan/1\",\"instance\":\"" instance "\",\"status\":\"feasible\","        \
	"\"value\":" value ",\"bound\":null,\"gap\":null,\"seed\":1,\"work_units\":1,"                 \
	"\"cpu_seconds\":0.1,\"score\":{\"served\":0,\"waiting\":0,\"window\":0,\"cost\":0,"           \
	"\"balance\":-1000,\"load\":0,\"stability\":0},\"items\":[],\"unserved\":[]}"
#define GOOD PLAN("P-1", "-1000")
#define SCENARIO "{\"format\":\"atelier-scenario/1\",\"name\":\"x\",\"changes\":[" CHANGE "]}"
#define CHANGE "{\"kind\":\"closed\",\"first\":\"2027-02-01\",\"last\":\"2027-02-05\"}"

static const struct str none = {NULL, 0};

static void refuses(struct str instance, struct str scenario, const char *answer, bool repair,
                    const char *words) {
	struct why why = {0};
	assert_int_equal(planning_judge(instance, scenario, str_of(answer), repair, &why),
	                 ERR_INTERNAL);
	if (!strstr(why.sentence, words))
		fail_msg("\"%s\" is not in: %s", words, why.sentence);
}

static void accepts(struct str scenario, const char *answer, bool repair) {
	struct why why = {0};
	if (planning_judge(STR(INSTANCE), scenario, str_of(answer), repair, &why))
		fail_msg("%s", why.sentence);
}

static void a_plan_that_stands_is_let_through(void **state) {
	(void)state;
	accepts(none, GOOD, false);
	accepts(STR(SCENARIO), GOOD, false);
	accepts(none,
	        "{\"format\":\"atelier-repair/1\",\"options\":[{\"plan\":" GOOD "},{\"plan\":" GOOD
	        "}]}",
	        true);
}

static void a_plan_that_does_not_stand_is_refused(void **state) {
	(void)state;
	struct str instance = STR(INSTANCE);
	refuses(instance, none, PLAN("P-1", "-999"), false, "(value)");
	refuses(instance, none, PLAN("P-2", "-1000"), false, "$.instance");
	refuses(instance, none, "{}", false, "does not stand");
	refuses(instance, none, "[]", false, "does not stand");
	refuses(instance, none, "", false, "not JSON");
	refuses(instance, none, GOOD "x", false, "not JSON");
	refuses(instance, none, GOOD, true, "atelier-repair/1");
	refuses(instance, none, "{\"format\":\"atelier-repair/1\",\"options\":[]}", true, "options");
	refuses(instance, none, "{\"format\":\"atelier-repair/1\",\"options\":[{}]}", true,
	        "without a plan");
	refuses(instance, none,
	        "{\"format\":\"atelier-repair/1\",\"options\":[{\"plan\":" GOOD
	        "},{\"plan\":" PLAN("P-1", "7") "}]}",
	        true, "(value)");
}

static void what_it_was_made_of_must_be_good_too(void **state) {
	(void)state;
	refuses(STR("{}"), none, GOOD, false, "The snapshot has a fault.");
	refuses(STR("x"), none, GOOD, false, "The snapshot has a fault.");
	refuses(STR(INSTANCE), STR("{}"), GOOD, false, "The scenario has a fault.");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_becomes_what_the_api_says),
		cmocka_unit_test(what_is_no_progress_is_nothing),
		cmocka_unit_test(a_plan_that_stands_is_let_through),
		cmocka_unit_test(a_plan_that_does_not_stand_is_refused),
		cmocka_unit_test(what_it_was_made_of_must_be_good_too),
	};
	return cmocka_run_group_tests_name("app_planning", tests, NULL, NULL);
}
