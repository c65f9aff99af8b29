# SPDX-License-Identifier: Apache-2.0
dist_noinst_SCRIPTS = contrib/format-check contrib/with-postgres
dist_check_SCRIPTS = contrib/layers
EXTRA_DIST += .clang-format .clang-tidy contrib/lib/cluster.sh
TESTS += contrib/layers

.PHONY: format-check
format-check:
	$(srcdir)/contrib/format-check
