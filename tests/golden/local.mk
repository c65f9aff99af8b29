# SPDX-License-Identifier: Apache-2.0
# Calendars as recorded (feeds.py --write records anew, nothing else does), read by other programs.
golden_files = \
	tests/golden/cancelled.ics tests/golden/cancelled.rows \
	tests/golden/days.ics tests/golden/days.rows \
	tests/golden/empty.ics tests/golden/empty.rows \
	tests/golden/languages.ics tests/golden/languages.rows \
	tests/golden/long.ics tests/golden/long.rows \
	tests/golden/sessions.ics tests/golden/sessions.rows
golden_tests = tests/golden/clients.py tests/golden/feeds.py tests/golden/zones.py
EXTRA_DIST += $(golden_files) tests/golden/zoneinfo
dist_check_SCRIPTS += $(golden_tests)
TESTS += $(golden_tests)

check_PROGRAMS += tests/golden/render
tests_golden_render_SOURCES = tests/golden/render.c tests/unit/rows.c daemon/app/feeds.c
tests_golden_render_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit $(UV_CFLAGS) $(JANSSON_CFLAGS)
tests_golden_render_LDADD = \
	daemon/libfeed.a daemon/libbase.a $(ICAL_LIBS) $(JANSSON_LIBS) -lm
