# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/unit/ical_reread.h
if HAVE_CMOCKA
ical_tests = tests/unit/ical_event_test tests/unit/ical_zone_test
check_PROGRAMS += $(ical_tests)
TESTS += $(ical_tests)

ical_test_libs = daemon/libfeed.a daemon/libbase.a $(ICAL_LIBS) $(CMOCKA_LIBS) -lm
tests_unit_ical_event_test_SOURCES = tests/unit/ical_event_test.c tests/unit/ical_reread.c
tests_unit_ical_event_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(ICAL_CFLAGS)
tests_unit_ical_event_test_LDADD = $(ical_test_libs)
tests_unit_ical_zone_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(ICAL_CFLAGS)
tests_unit_ical_zone_test_LDADD = $(ical_test_libs)
endif
