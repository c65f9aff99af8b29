# SPDX-License-Identifier: Apache-2.0
# The planner's model: unit tests, three opinions on tiny plans, faults, the judge; its fuzzer.
PLAN_TEST_LIBS = daemon/libplan.a daemon/libbase.a $(JANSSON_LIBS) -lm
PLAN_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS) \
	-DEXAMPLE=\"$(abs_top_srcdir)/tests/plan/example-S.json\"
if HAVE_CMOCKA
plan_tests = tests/unit/plan_bits tests/unit/plan_read tests/unit/plan_search
check_PROGRAMS += $(plan_tests)
TESTS += $(plan_tests)
tests_unit_plan_bits_CPPFLAGS = $(PLAN_TEST_CPPFLAGS)
tests_unit_plan_bits_LDADD = $(PLAN_TEST_LIBS) $(CMOCKA_LIBS)
tests_unit_plan_read_CPPFLAGS = $(PLAN_TEST_CPPFLAGS)
tests_unit_plan_read_LDADD = $(PLAN_TEST_LIBS) $(CMOCKA_LIBS)
tests_unit_plan_search_CPPFLAGS = $(PLAN_TEST_CPPFLAGS)
tests_unit_plan_search_LDADD = $(PLAN_TEST_LIBS) $(CMOCKA_LIBS)
endif

plan_scripts = tests/plan/agree tests/plan/faults tests/plan/generated tests/plan/judged tests/plan/options \
	tests/plan/solved tests/plan/searched tests/plan/bounded tests/plan/milp \
	tests/plan/certified \
	tests/plan/scenarios tests/plan/repaired tests/plan/metamorphic
EXTRA_DIST += tests/plan/same tests/plan/example-S.json tests/plan/generate tests/plan/oracle.py tests/plan/tiny.py \
	tests/plan/wide_oracle.py \
	tests/plan/trying.py
plan_scripts += tests/plan/reasoned tests/plan/explained
dist_check_SCRIPTS += $(plan_scripts)
TESTS += $(plan_scripts)
check_PROGRAMS += tests/plan/weigh
tests_plan_weigh_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_plan_weigh_LDADD = $(PLAN_TEST_LIBS)
# What bound, certificate and exact search say, for tests/plan/bounded and milp.
check_PROGRAMS += tests/plan/prove
tests_plan_prove_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_plan_prove_LDADD = $(PLAN_TEST_LIBS)

# The planner as it is, but every change of a plan is counted anew.
check_LIBRARIES += tests/plan/libaudit.a
tests_plan_libaudit_a_SOURCES = $(daemon_libplan_a_SOURCES)
tests_plan_libaudit_a_CPPFLAGS = $(daemon_libplan_a_CPPFLAGS) -DPLAN_DEBUG
check_PROGRAMS += tests/plan/audited
tests_plan_audited_SOURCES = $(atelier_plan_SOURCES)
tests_plan_audited_CPPFLAGS = $(atelier_plan_CPPFLAGS)
tests_plan_audited_LDADD = tests/plan/libaudit.a daemon/libbase.a $(JANSSON_LIBS) -lm
dist_check_SCRIPTS += tests/plan/audit
TESTS += tests/plan/audit

EXTRA_DIST += tests/fuzz/corpus/instance
check_PROGRAMS += tests/fuzz/replay_instance
TESTS += tests/fuzz/replay_instance
tests_fuzz_replay_instance_SOURCES = tests/fuzz/instance.c tests/fuzz/replay.c
tests_fuzz_replay_instance_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) \
	-DCORPUS=\"$(abs_top_srcdir)/tests/fuzz/corpus/instance\"
tests_fuzz_replay_instance_LDADD = $(PLAN_TEST_LIBS)
if FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz_instance
endif
tests_fuzz_fuzz_instance_SOURCES = tests/fuzz/instance.c
tests_fuzz_fuzz_instance_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_instance_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_instance_LDADD = $(PLAN_TEST_LIBS)
