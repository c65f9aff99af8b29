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

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/app_request_way tests/unit/app_request_writes
TESTS += tests/unit/app_request_way tests/unit/app_request_writes
endif
REQUEST_WORLD = tests/unit/app_request_world.c tests/unit/app_request_world.h \
	tests/unit/fake/db.c tests/unit/fake/db.h
REQUEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(UV_CFLAGS) $(JANSSON_CFLAGS)
REQUEST_LIBS = daemon/libapp.a daemon/libshape.a daemon/libplan.a daemon/libfeed.a daemon/libbase.a $(CMOCKA_LIBS) \
	$(UV_LIBS) $(ICAL_LIBS) $(JANSSON_LIBS) $(CSV_LIBS) $(ZLIB_LIBS) $(SODIUM_LIBS) -lm
tests_unit_app_request_way_SOURCES = tests/unit/app_request_way.c $(REQUEST_WORLD)
tests_unit_app_request_way_CPPFLAGS = $(REQUEST_CPPFLAGS)
tests_unit_app_request_way_LDADD = $(REQUEST_LIBS)
tests_unit_app_request_writes_SOURCES = tests/unit/app_request_writes.c $(REQUEST_WORLD)
tests_unit_app_request_writes_CPPFLAGS = $(REQUEST_CPPFLAGS)
tests_unit_app_request_writes_LDADD = $(REQUEST_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/app_live tests/unit/app_planning tests/unit/app_planning_refused
TESTS += tests/unit/app_live tests/unit/app_planning tests/unit/app_planning_refused
endif
tests_unit_app_live_SOURCES = tests/unit/app_live.c $(REQUEST_WORLD)
tests_unit_app_live_CPPFLAGS = $(REQUEST_CPPFLAGS)
tests_unit_app_live_LDADD = $(REQUEST_LIBS)
tests_unit_app_planning_SOURCES = tests/unit/app_planning.c
tests_unit_app_planning_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_app_planning_LDADD = daemon/libapp.a daemon/libplan.a daemon/libbase.a $(CMOCKA_LIBS) \
	$(JANSSON_LIBS) -lm
tests_unit_app_planning_refused_SOURCES = tests/unit/app_planning_refused.c
tests_unit_app_planning_refused_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_app_planning_refused_LDADD = daemon/libapp.a daemon/libbase.a $(CMOCKA_LIBS) -lm
