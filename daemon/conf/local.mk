# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += daemon/libconf.a
daemon_libconf_a_CPPFLAGS = $(AM_CPPFLAGS) $(INIH_CFLAGS)
daemon_libconf_a_SOURCES = \
	daemon/conf/address.c daemon/conf/address.h \
	daemon/conf/conf.c daemon/conf/conf.h daemon/conf/conf.def \
	daemon/conf/setting.c daemon/conf/setting.h \
	daemon/conf/show.c
