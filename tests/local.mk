# SPDX-License-Identifier: Apache-2.0
# Unit tests: one cmocka program a module, linking its layer and the ones below.
UNIT_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests/unit
include tests/unit/base.mk
include tests/unit/conf.mk
include tests/unit/http.mk
include tests/unit/db.mk
include tests/unit/ical.mk
include tests/unit/app.mk
include tests/unit/shapes.mk
include tests/unit/feeds.mk
include tests/unit/plan.mk
include tests/fuzz/local.mk
include tests/fuzz/shapes.mk
include tests/fuzz/ical.mk
include tests/golden/local.mk
include tests/bench/local.mk
