# SPDX-License-Identifier: Apache-2.0
dist_systemdsystemunit_DATA = systemd/atelierd.socket
nodist_systemdsystemunit_DATA = systemd/atelierd.service
EXTRA_DIST += systemd/atelierd.service.in
CLEANFILES += systemd/atelierd.service
# "@system-service" is systemd's own word; only our two are replaced.
systemd/atelierd.service: systemd/atelierd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) systemd && $(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|g' $(srcdir)/systemd/atelierd.service.in >$@.new && \
		mv $@.new $@
