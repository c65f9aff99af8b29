# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/unit/rows.h
if HAVE_CMOCKA
feeds_tests = tests/unit/app_cache_test tests/unit/app_csv_test tests/unit/app_feeds_test
check_PROGRAMS += $(feeds_tests)
TESTS += $(feeds_tests)

tests_unit_app_cache_test_SOURCES = tests/unit/app_cache_test.c daemon/app/cache.c daemon/app/gzip.c
tests_unit_app_cache_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(SODIUM_CFLAGS) $(ZLIB_CFLAGS)
tests_unit_app_cache_test_LDADD = daemon/libbase.a $(SODIUM_LIBS) $(ZLIB_LIBS) $(CMOCKA_LIBS)
tests_unit_app_csv_test_SOURCES = tests/unit/app_csv_test.c tests/unit/rows.c daemon/app/csv.c
tests_unit_app_csv_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(UV_CFLAGS)
tests_unit_app_csv_test_LDADD = daemon/libbase.a $(CSV_LIBS) $(CMOCKA_LIBS)
tests_unit_app_feeds_test_SOURCES = tests/unit/app_feeds_test.c tests/unit/rows.c daemon/app/feeds.c
tests_unit_app_feeds_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(UV_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_app_feeds_test_LDADD = \
	daemon/libfeed.a daemon/libbase.a $(ICAL_LIBS) $(JANSSON_LIBS) $(CMOCKA_LIBS) -lm
endif
