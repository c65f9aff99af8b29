# SPDX-License-Identifier: Apache-2.0
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/conf
TESTS += tests/unit/conf
tests_unit_conf_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_conf_LDADD = daemon/libconf.a daemon/libbase.a $(INIH_LIBS) $(CMOCKA_LIBS)
endif
