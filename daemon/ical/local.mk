# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += daemon/libfeed.a
daemon_libfeed_a_CPPFLAGS = $(AM_CPPFLAGS) $(ICAL_CFLAGS)
daemon_libfeed_a_SOURCES = \
	daemon/ical/event.c daemon/ical/event.h \
	daemon/ical/line.c daemon/ical/line.h \
	daemon/ical/tzif.c daemon/ical/tzif.h \
	daemon/ical/tzstore.c \
	daemon/ical/zone.c daemon/ical/zone.h
