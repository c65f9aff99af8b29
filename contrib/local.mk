# SPDX-License-Identifier: Apache-2.0
dist_noinst_SCRIPTS = contrib/with-postgres
dist_check_SCRIPTS = contrib/layers
EXTRA_DIST += contrib/lib/cluster.sh
TESTS += contrib/layers
