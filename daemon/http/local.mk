# SPDX-License-Identifier: Apache-2.0
# llhttp is somebody else's code: a library of its own, without our warning flags.
if LLHTTP_SOURCES
noinst_LIBRARIES += daemon/libllhttp.a
daemon_libllhttp_a_SOURCES =
nodist_daemon_libllhttp_a_SOURCES = daemon/llhttp/api.c daemon/llhttp/http.c daemon/llhttp/llhttp.c
daemon_libllhttp_a_CFLAGS = -w
daemon_libllhttp_a_CPPFLAGS = $(LLHTTP_CFLAGS) -DLLHTTP_STRICT_MODE=1
LLHTTP_ARCHIVE = daemon/libllhttp.a
CLEANFILES += $(nodist_daemon_libllhttp_a_SOURCES)
$(nodist_daemon_libllhttp_a_SOURCES):
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $(LLHTTP_DIR)/$(@F) $@
endif

noinst_LIBRARIES += daemon/libhttp.a
daemon_libhttp_a_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(LLHTTP_CFLAGS)
daemon_libhttp_a_SOURCES = \
	daemon/http/http.h \
	daemon/http/guard.c daemon/http/guard.h \
	daemon/http/guard_line.c daemon/http/guard_field.c daemon/http/guard_step.h \
	daemon/http/parse.c daemon/http/parse.h \
	daemon/http/conn.c daemon/http/conn.h \
	daemon/http/respond.c \
	daemon/http/server.c \
	daemon/http/listen.c
