# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += daemon/libdb.a
daemon_libdb_a_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(PQ_CFLAGS) $(SODIUM_CFLAGS)
daemon_libdb_a_SOURCES = \
	daemon/db/db.h daemon/db/db.c \
	daemon/db/greet.c daemon/db/greet.h \
	daemon/db/hear.c daemon/db/hear.h \
	daemon/db/lanes.c daemon/db/lanes.h \
	daemon/db/link.c daemon/db/link.h \
	daemon/db/migrate.c daemon/db/migrate.h \
	daemon/db/pipe.c daemon/db/pipe.h \
	daemon/db/places.c daemon/db/places.h \
	daemon/db/session.c daemon/db/session.h \
	daemon/db/verdict.c daemon/db/verdict.h
