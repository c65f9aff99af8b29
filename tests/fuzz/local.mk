# SPDX-License-Identifier: Apache-2.0
# Guard with parser, and query strings: the fuzzer, and the same target over its corpus in
# `make check`.
EXTRA_DIST += tests/fuzz/corpus/http_guard tests/fuzz/corpus/query_string
HTTP_FUZZ_CORPUS = $(abs_top_srcdir)/tests/fuzz/corpus
HTTP_FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/http $(UV_CFLAGS) $(LLHTTP_CFLAGS)
HTTP_FUZZ_LIBS = daemon/libhttp.a daemon/libbase.a $(LLHTTP_ARCHIVE) $(LLHTTP_LIBS)

HTTP_REPLAYS = tests/fuzz/replay_http_guard tests/fuzz/replay_query_string
check_PROGRAMS += $(HTTP_REPLAYS)
TESTS += $(HTTP_REPLAYS)
tests_fuzz_replay_http_guard_SOURCES = tests/fuzz/http_guard.c tests/http/judge.c \
	tests/http/judge.h tests/fuzz/replay.c
tests_fuzz_replay_http_guard_CPPFLAGS = $(HTTP_FUZZ_CPPFLAGS) \
	-DCORPUS=\"$(HTTP_FUZZ_CORPUS)/http_guard\"
tests_fuzz_replay_http_guard_LDADD = $(HTTP_FUZZ_LIBS)
tests_fuzz_replay_query_string_SOURCES = tests/fuzz/query_string.c tests/fuzz/replay.c
tests_fuzz_replay_query_string_CPPFLAGS = $(AM_CPPFLAGS) \
	-DCORPUS=\"$(HTTP_FUZZ_CORPUS)/query_string\"
tests_fuzz_replay_query_string_LDADD = daemon/libbase.a

if FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz_http_guard tests/fuzz/fuzz_query_string
endif
tests_fuzz_fuzz_http_guard_SOURCES = tests/fuzz/http_guard.c tests/http/judge.c tests/http/judge.h
tests_fuzz_fuzz_http_guard_CPPFLAGS = $(HTTP_FUZZ_CPPFLAGS)
tests_fuzz_fuzz_http_guard_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_http_guard_LDADD = $(HTTP_FUZZ_LIBS)
tests_fuzz_fuzz_query_string_SOURCES = tests/fuzz/query_string.c
tests_fuzz_fuzz_query_string_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_query_string_LDADD = daemon/libbase.a
