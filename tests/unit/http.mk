# SPDX-License-Identifier: Apache-2.0
# The table of raw requests (tests/http) and the connection's behaviour (tests/unit/http_*).
EXTRA_DIST += tests/http/table.def
if HAVE_CMOCKA
http_tests = \
	tests/http/table \
	tests/unit/http_exchange \
	tests/unit/http_limits \
	tests/unit/http_server \
	tests/unit/http_stream \
	tests/unit/http_torture
check_PROGRAMS += $(http_tests) tests/unit/base_query
TESTS += $(http_tests) tests/unit/base_query

HTTP_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) -I$(top_srcdir)/tests/http $(UV_CFLAGS)
HTTP_TEST_LIBS = daemon/libhttp.a daemon/libbase.a $(LLHTTP_ARCHIVE) $(LLHTTP_LIBS) \
	$(UV_LIBS) $(CMOCKA_LIBS)
http_fixture = tests/http/fixture.c tests/http/fixture.h tests/http/judge.c tests/http/judge.h

tests_http_table_CPPFLAGS = $(HTTP_TEST_CPPFLAGS)
tests_http_table_SOURCES = tests/http/table.c tests/http/rows.c tests/http/rows.h $(http_fixture)
tests_http_table_LDADD = $(HTTP_TEST_LIBS)
tests_unit_http_exchange_CPPFLAGS = $(HTTP_TEST_CPPFLAGS)
tests_unit_http_exchange_SOURCES = tests/unit/http_exchange.c $(http_fixture)
tests_unit_http_exchange_LDADD = $(HTTP_TEST_LIBS)
tests_unit_http_limits_CPPFLAGS = $(HTTP_TEST_CPPFLAGS)
tests_unit_http_limits_SOURCES = tests/unit/http_limits.c $(http_fixture)
tests_unit_http_limits_LDADD = $(HTTP_TEST_LIBS)
tests_unit_http_server_CPPFLAGS = $(HTTP_TEST_CPPFLAGS)
tests_unit_http_server_SOURCES = tests/unit/http_server.c $(http_fixture)
tests_unit_http_server_LDADD = $(HTTP_TEST_LIBS)
tests_unit_http_stream_CPPFLAGS = $(HTTP_TEST_CPPFLAGS)
tests_unit_http_stream_SOURCES = tests/unit/http_stream.c $(http_fixture)
tests_unit_http_stream_LDADD = $(HTTP_TEST_LIBS)
tests_unit_http_torture_CPPFLAGS = $(HTTP_TEST_CPPFLAGS)
tests_unit_http_torture_SOURCES = tests/unit/http_torture.c $(http_fixture)
tests_unit_http_torture_LDADD = $(HTTP_TEST_LIBS)
tests_unit_base_query_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_base_query_LDADD = daemon/libbase.a $(CMOCKA_LIBS)

# The positive control: no guard, and llhttp as its sources are built by default.
if LLHTTP_SOURCES
check_LIBRARIES += tests/http/libloose.a
tests_http_libloose_a_SOURCES =
nodist_tests_http_libloose_a_SOURCES = $(nodist_daemon_libllhttp_a_SOURCES)
tests_http_libloose_a_CFLAGS = -w
tests_http_libloose_a_CPPFLAGS = $(LLHTTP_CFLAGS)
check_PROGRAMS += tests/http/control
TESTS += tests/http/control
tests_http_control_CPPFLAGS = $(HTTP_TEST_CPPFLAGS) $(LLHTTP_CFLAGS)
tests_http_control_SOURCES = tests/http/control.c tests/http/guard_off.c tests/http/rows.c \
	tests/http/rows.h tests/http/judge.c tests/http/judge.h
tests_http_control_LDADD = daemon/libhttp.a daemon/libbase.a tests/http/libloose.a $(CMOCKA_LIBS)
endif
endif
