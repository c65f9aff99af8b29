# SPDX-License-Identifier: Apache-2.0
# Calendars: the fuzzer, and the same target over its corpus in `make check`.
ICAL_FUZZ_READER = tests/unit/ical_reread.c tests/unit/ical_reread.h
ICAL_FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit $(ICAL_CFLAGS)
ICAL_FUZZ_LIBS = daemon/libfeed.a daemon/libbase.a $(ICAL_LIBS) -lm
ICAL_FUZZ_CORPUS = $(abs_top_srcdir)/tests/fuzz/corpus
EXTRA_DIST += tests/fuzz/corpus/ics_input tests/fuzz/corpus/ics_render

ICAL_REPLAYS = tests/fuzz/replay_ics_input tests/fuzz/replay_ics_render
check_PROGRAMS += $(ICAL_REPLAYS)
TESTS += $(ICAL_REPLAYS)
tests_fuzz_replay_ics_input_SOURCES = tests/fuzz/ics_input.c tests/fuzz/replay.c $(ICAL_FUZZ_READER)
tests_fuzz_replay_ics_input_CPPFLAGS = $(ICAL_FUZZ_CPPFLAGS) \
	-DCORPUS=\"$(ICAL_FUZZ_CORPUS)/ics_input\"
tests_fuzz_replay_ics_input_LDADD = $(ICAL_FUZZ_LIBS)
tests_fuzz_replay_ics_render_SOURCES = tests/fuzz/ics_render.c tests/fuzz/replay.c $(ICAL_FUZZ_READER)
tests_fuzz_replay_ics_render_CPPFLAGS = $(ICAL_FUZZ_CPPFLAGS) \
	-DCORPUS=\"$(ICAL_FUZZ_CORPUS)/ics_render\"
tests_fuzz_replay_ics_render_LDADD = $(ICAL_FUZZ_LIBS)

if FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz_ics_input tests/fuzz/fuzz_ics_render
endif
tests_fuzz_fuzz_ics_input_SOURCES = tests/fuzz/ics_input.c $(ICAL_FUZZ_READER)
tests_fuzz_fuzz_ics_input_CPPFLAGS = $(ICAL_FUZZ_CPPFLAGS)
tests_fuzz_fuzz_ics_input_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_ics_input_LDADD = $(ICAL_FUZZ_LIBS)
tests_fuzz_fuzz_ics_render_SOURCES = tests/fuzz/ics_render.c $(ICAL_FUZZ_READER)
tests_fuzz_fuzz_ics_render_CPPFLAGS = $(ICAL_FUZZ_CPPFLAGS)
tests_fuzz_fuzz_ics_render_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_ics_render_LDADD = $(ICAL_FUZZ_LIBS)
