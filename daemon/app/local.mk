# SPDX-License-Identifier: Apache-2.0
APP_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_builddir)/daemon $(UV_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS) $(ZLIB_CFLAGS) \
	$(SYSTEMD_CFLAGS) -DATELIER_BINDIR=\"$(bindir)\"
noinst_LIBRARIES += daemon/libapp.a
daemon_libapp_a_CPPFLAGS = $(APP_CPPFLAGS)
daemon_libapp_a_SOURCES = \
	daemon/app/cache.c daemon/app/cache.h \
	daemon/app/calls.c daemon/app/calls.h \
	daemon/app/csv.c daemon/app/csv.h \
	daemon/app/feeds.c daemon/app/feeds.h \
	daemon/app/fields.c daemon/app/fields.h \
	daemon/app/gzip.c daemon/app/gzip.h \
	daemon/app/health.c daemon/app/health.h \
	daemon/app/house.c daemon/app/house.h \
	daemon/app/importing.c daemon/app/importing.h \
	daemon/app/live.c daemon/app/live.h \
	daemon/app/making.c daemon/app/making.h \
	daemon/app/notify.c daemon/app/notify.h \
	daemon/app/options.c daemon/app/options.h \
	daemon/app/owner.c daemon/app/owner.h \
	daemon/app/params.c daemon/app/params.h \
	daemon/app/planning.c daemon/app/planning.h daemon/app/planning_own.h \
	daemon/app/planning_child.c daemon/app/planning_child.h \
	daemon/app/planning_explain.c daemon/app/planning_explain.h \
	daemon/app/planning_job.c \
	daemon/app/planning_judge.c daemon/app/planning_judge.h \
	daemon/app/planning_progress.c daemon/app/planning_progress.h \
	daemon/app/planning_refused.c daemon/app/planning_refused.h \
	daemon/app/reload.c daemon/app/reload.h \
	daemon/app/render.c daemon/app/render.h \
	daemon/app/request.c daemon/app/request.h \
	daemon/app/routes.c daemon/app/routes.h daemon/app/routes.def

sbin_PROGRAMS += daemon/atelierd
daemon_atelierd_SOURCES = daemon/app/main.c
daemon_atelierd_CPPFLAGS = $(APP_CPPFLAGS)
APP_LIBS = daemon/libapp.a daemon/libshape.a daemon/libplan.a daemon/libfeed.a daemon/libdb.a daemon/libhttp.a \
	$(LLHTTP_ARCHIVE) daemon/libconf.a daemon/libbase.a \
	$(LLHTTP_LIBS) $(UV_LIBS) $(PQ_LIBS) $(ICAL_LIBS) $(JANSSON_LIBS) $(CSV_LIBS) \
	$(ZLIB_LIBS) $(SODIUM_LIBS) $(INIH_LIBS) $(SYSTEMD_LIBS) -lm
daemon_atelierd_LDADD = $(APP_LIBS)

# The schema this program works with: the number of the newest migration it was built beside.
BUILT_SOURCES += daemon/app/schema_version.h
CLEANFILES += daemon/app/schema_version.h
daemon/app/schema_version.h: $(top_srcdir)/sql
	@$(MKDIR_P) daemon/app
	$(AM_V_GEN)ls $(top_srcdir)/sql | $(SED) -n 's/^0*\([1-9][0-9]*\)_.*[.]sql$$/\1/p' | sort -n | \
		$(SED) -n '$$s/.*/enum { SCHEMA_VERSION = & };/p' >$@.new && mv -f $@.new $@
daemon/app/libapp_a-house.$(OBJEXT): daemon/app/schema_version.h
daemon/app/atelierd-main.$(OBJEXT): daemon/app/schema_version.h
