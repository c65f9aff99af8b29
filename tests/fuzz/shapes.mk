# SPDX-License-Identifier: Apache-2.0
# Request bodies and imported files: the fuzzer, and the same target over its corpus in `make check`.
SHAPE_FUZZ_LIBS = daemon/libshape.a daemon/libbase.a $(JANSSON_LIBS) $(CSV_LIBS)
SHAPE_FUZZ_CORPUS = $(abs_top_srcdir)/tests/fuzz/corpus
EXTRA_DIST += tests/fuzz/corpus/json_body tests/fuzz/corpus/csv_import

SHAPE_REPLAYS = tests/fuzz/replay_json_body tests/fuzz/replay_csv_import
check_PROGRAMS += $(SHAPE_REPLAYS)
TESTS += $(SHAPE_REPLAYS)
tests_fuzz_replay_json_body_SOURCES = tests/fuzz/json_body.c tests/fuzz/replay.c
tests_fuzz_replay_json_body_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) \
	-DCORPUS=\"$(SHAPE_FUZZ_CORPUS)/json_body\"
tests_fuzz_replay_json_body_LDADD = $(SHAPE_FUZZ_LIBS)
tests_fuzz_replay_csv_import_SOURCES = tests/fuzz/csv_import.c tests/fuzz/replay.c
tests_fuzz_replay_csv_import_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) \
	-DCORPUS=\"$(SHAPE_FUZZ_CORPUS)/csv_import\"
tests_fuzz_replay_csv_import_LDADD = $(SHAPE_FUZZ_LIBS)

if FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz_json_body tests/fuzz/fuzz_csv_import
endif
tests_fuzz_fuzz_json_body_SOURCES = tests/fuzz/json_body.c
tests_fuzz_fuzz_json_body_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_json_body_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_json_body_LDADD = $(SHAPE_FUZZ_LIBS)
tests_fuzz_fuzz_csv_import_SOURCES = tests/fuzz/csv_import.c
tests_fuzz_fuzz_csv_import_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_csv_import_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_csv_import_LDADD = $(SHAPE_FUZZ_LIBS)
