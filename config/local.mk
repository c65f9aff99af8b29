# SPDX-License-Identifier: Apache-2.0
atelierconfdir = $(sysconfdir)/atelier
nodist_atelierconf_DATA = config/atelierd.conf.sample
CLEANFILES += config/atelierd.conf.sample
config/atelierd.conf.sample: doc/settings$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) config && ./doc/settings sample >$@.new && mv $@.new $@

exampledir = $(docdir)/examples
dist_example_DATA = config/nginx.conf config/Caddyfile
