# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/app_request_fields tests/unit/app_request_params
TESTS += tests/unit/app_request_fields tests/unit/app_request_params
endif
tests_unit_app_request_fields_SOURCES = tests/unit/app_request_fields.c
tests_unit_app_request_fields_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_app_request_fields_LDADD = daemon/libapp.a daemon/libbase.a $(CMOCKA_LIBS)
tests_unit_app_request_params_SOURCES = tests/unit/app_request_params.c
tests_unit_app_request_params_CPPFLAGS = $(UNIT_CPPFLAGS) $(UV_CFLAGS)
tests_unit_app_request_params_LDADD = daemon/libapp.a daemon/libbase.a $(CMOCKA_LIBS)
