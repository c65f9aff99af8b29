# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/app_shape_test
TESTS += tests/unit/app_shape_test
endif
SHAPE_TEST_LIBS = daemon/libshape.a daemon/libbase.a $(CMOCKA_LIBS) $(JANSSON_LIBS)
tests_unit_app_shape_test_SOURCES = tests/unit/app_shape_test.c
tests_unit_app_shape_test_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_app_shape_test_LDADD = $(SHAPE_TEST_LIBS)
