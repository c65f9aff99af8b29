# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += tests/bench/bench.py tests/bench/explain tests/bench/highs.js tests/bench/plan tests/bench/repair tests/bench/run \
	tests/integration/api.py tests/integration/feeds.py tests/integration/harness.py \
	tests/integration/double_booking tests/integration/jobs.py tests/integration/jobs_bad.py \
	tests/integration/jobs_waiting.py tests/integration/outage.py \
	tests/integration/people.py tests/integration/plans.py tests/integration/refusals.py \
	tests/integration/reload.py tests/integration/run tests/integration/settings.py \
	tests/integration/start.py tests/integration/story.py tests/integration/suite.py

.PHONY: bench bench-plan integration
bench: daemon/atelierd
	ATELIERD=$(abs_builddir)/daemon/atelierd $(srcdir)/tests/bench/run
# BENCH_PLAN, BENCH_REPAIR, BENCH_EXPLAIN: which sizes, seeds and times, see the programs.
bench-plan: atelier-plan
	ATELIER_PLAN=$(abs_builddir)/atelier-plan HIGHS=$(abs_builddir)/tests/bench/highs \
		$(srcdir)/tests/bench/plan $(BENCH_PLAN)
	ATELIER_PLAN=$(abs_builddir)/atelier-plan $(srcdir)/tests/bench/repair $(BENCH_REPAIR)
	ATELIER_PLAN=$(abs_builddir)/atelier-plan $(srcdir)/tests/bench/explain $(BENCH_EXPLAIN)
integration: daemon/atelierd atelier-plan
	ATELIERD=$(abs_builddir)/daemon/atelierd $(srcdir)/tests/integration/run

# The HTTP layer alone, to be profiled: `make tests/bench/http_static`.
EXTRA_PROGRAMS = tests/bench/http_static
tests_bench_http_static_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS)
tests_bench_http_static_LDADD = daemon/libhttp.a daemon/libbase.a $(LLHTTP_ARCHIVE) $(LLHTTP_LIBS) \
	$(UV_LIBS) $(ZLIB_LIBS)
