# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += daemon/libplan.a
daemon_libplan_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
daemon_libplan_a_SOURCES = \
	daemon/plan/bits.h \
	daemon/plan/calendar.c daemon/plan/calendar.h \
	daemon/plan/clash.c \
	daemon/plan/look.c daemon/plan/look.h \
	daemon/plan/model.c daemon/plan/model.h \
	daemon/plan/plan.c daemon/plan/plan.h \
	daemon/plan/read.c daemon/plan/read.h \
	daemon/plan/read_demand.c \
	daemon/plan/read_people.c \
	daemon/plan/reading.h \
	daemon/plan/rules.c daemon/plan/rules.def daemon/plan/rules.h \
	daemon/plan/team.c daemon/plan/team.h
