# SPDX-License-Identifier: Apache-2.0
# Shapes, their description and the import: what of app/ needs neither loop nor database.
noinst_LIBRARIES += daemon/libshape.a
daemon_libshape_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
daemon_libshape_a_SOURCES = \
	daemon/app/import.c daemon/app/import.h \
	daemon/app/openapi.c daemon/app/openapi.h \
	daemon/app/openapi_parts.c daemon/app/openapi_parts.h \
	daemon/app/shape.c daemon/app/shape.h \
	daemon/app/shape_format.c daemon/app/shape_format.h \
	daemon/app/shape_load.c daemon/app/shape_set.h \
	daemon/app/shape_text.c
nodist_daemon_libshape_a_SOURCES = daemon/app/schema_data.c
CLEANFILES += daemon/app/schema_data.c
EXTRA_DIST += daemon/app/schema daemon/app/schema.awk

daemon/app/schema_data.c: $(top_srcdir)/daemon/app/schema.awk \
		$(top_srcdir)/daemon/app/schema $(top_srcdir)/daemon/app/schema/*.json
	@$(MKDIR_P) daemon/app
	$(AM_V_GEN)$(AWK) -f $(top_srcdir)/daemon/app/schema.awk \
		$(top_srcdir)/daemon/app/schema/*.json >$@.new && mv -f $@.new $@
