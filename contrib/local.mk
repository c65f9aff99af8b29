# SPDX-License-Identifier: Apache-2.0
dist_noinst_SCRIPTS = \
	contrib/check \
	contrib/endure \
	contrib/format-check \
	contrib/quickstart \
	contrib/sql-test \
	contrib/with-postgres
dist_check_SCRIPTS = contrib/layers tests/contrib/source_copy
TESTS += contrib/layers tests/contrib/source_copy
EXTRA_DIST += .ci/run .clang-format .clang-tidy \
	contrib/lib/client.py \
	contrib/lib/cluster.sh \
	contrib/lib/count.awk \
	contrib/lib/packages.sh \
	contrib/lib/planning.py \
	contrib/lib/sample.py \
	contrib/lib/steps.sh \
	contrib/lib/story.py

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = contrib/completions/atelierd

.PHONY: format-check
format-check:
	$(srcdir)/contrib/format-check
