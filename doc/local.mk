# SPDX-License-Identifier: Apache-2.0
# The list of settings comes from conf.def by way of a program that is run here and not installed.
noinst_PROGRAMS += doc/settings
doc_settings_SOURCES = doc/settings.c
doc_settings_LDADD = daemon/libconf.a daemon/libbase.a $(INIH_LIBS)

dist_man_MANS += doc/atelierd.8 doc/atelier-plan.1
nodist_man_MANS = doc/atelierd.conf.5
EXTRA_DIST += doc/atelierd.conf.5.in
CLEANFILES += doc/atelierd.conf.5 doc/settings.mdoc

doc/settings.mdoc: doc/settings$(EXEEXT)
	$(AM_V_GEN)./doc/settings man >$@.new && mv $@.new $@
doc/atelierd.conf.5: doc/atelierd.conf.5.in doc/settings.mdoc
	$(AM_V_GEN)$(SED) -e '/^@SETTINGS@$$/{r doc/settings.mdoc' -e 'd;}' \
		$(srcdir)/doc/atelierd.conf.5.in >$@.new && mv $@.new $@
EXTRA_DIST += doc/images/calendar.png
