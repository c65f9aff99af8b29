# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/unit/unit.h
if HAVE_CMOCKA
base_tests = \
	tests/unit/base_civil \
	tests/unit/base_memory \
	tests/unit/base_str \
	tests/unit/base_words
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

base_test_libs = daemon/libbase.a $(CMOCKA_LIBS)
tests_unit_base_civil_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_civil_LDADD = $(base_test_libs)
tests_unit_base_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_memory_LDADD = $(base_test_libs)
tests_unit_base_str_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_str_LDADD = $(base_test_libs)
tests_unit_base_words_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_words_LDADD = $(base_test_libs)
endif
