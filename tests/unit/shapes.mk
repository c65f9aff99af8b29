# SPDX-License-Identifier: Apache-2.0
SHAPE_TESTS = tests/unit/app_shape_test tests/unit/app_openapi_test tests/unit/app_import_test
if HAVE_CMOCKA
check_PROGRAMS += $(SHAPE_TESTS)
TESTS += $(SHAPE_TESTS)
endif
SHAPE_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
SHAPE_TEST_LIBS = daemon/libshape.a daemon/libbase.a $(CMOCKA_LIBS) $(JANSSON_LIBS) $(CSV_LIBS)
tests_unit_app_shape_test_SOURCES = tests/unit/app_shape_test.c
tests_unit_app_shape_test_CPPFLAGS = $(SHAPE_TEST_CPPFLAGS)
tests_unit_app_shape_test_LDADD = $(SHAPE_TEST_LIBS)
tests_unit_app_openapi_test_SOURCES = tests/unit/app_openapi_test.c
tests_unit_app_openapi_test_CPPFLAGS = $(SHAPE_TEST_CPPFLAGS)
tests_unit_app_openapi_test_LDADD = $(SHAPE_TEST_LIBS)
tests_unit_app_import_test_SOURCES = tests/unit/app_import_test.c
tests_unit_app_import_test_CPPFLAGS = $(SHAPE_TEST_CPPFLAGS)
tests_unit_app_import_test_LDADD = $(SHAPE_TEST_LIBS)
EXTRA_DIST += tests/sql/rows.py tests/integration/validate.py
