# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += daemon/libbase.a
daemon_libbase_a_SOURCES = \
	daemon/base/arena.c daemon/base/arena.h \
	daemon/base/banned.h \
	daemon/base/blob.c daemon/base/blob.h \
	daemon/base/buf.c daemon/base/buf.h \
	daemon/base/civil.c daemon/base/civil.h \
	daemon/base/err.c daemon/base/err.def daemon/base/err.h \
	daemon/base/list.h \
	daemon/base/log.c daemon/base/log.h \
	daemon/base/query.c daemon/base/query.h \
	daemon/base/str.c daemon/base/str.h \
	daemon/base/vec.h
