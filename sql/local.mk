# SPDX-License-Identifier: Apache-2.0
# Everything under sql/ is installed as it is: migrations, what is re-applied, and the seed data. No
# list to forget a file in: what stands in these directories is the schema.
EXTRA_DIST += sql
sqldir = $(pkgdatadir)/sql

install-data-local: install-sql
uninstall-local: uninstall-sql
.PHONY: install-sql uninstall-sql
# A file of an older version must not be applied with the new ones.
install-sql: uninstall-sql
	@$(MKDIR_P) "$(DESTDIR)$(sqldir)/rule" "$(DESTDIR)$(sqldir)/api" "$(DESTDIR)$(sqldir)/seed"
	$(INSTALL_DATA) $(srcdir)/sql/*.sql "$(DESTDIR)$(sqldir)"
	$(INSTALL_DATA) $(srcdir)/sql/rule/*.sql "$(DESTDIR)$(sqldir)/rule"
	$(INSTALL_DATA) $(srcdir)/sql/api/*.sql "$(DESTDIR)$(sqldir)/api"
	$(INSTALL_DATA) $(srcdir)/sql/seed/*.csv "$(DESTDIR)$(sqldir)/seed"
uninstall-sql:
	rm -rf "$(DESTDIR)$(sqldir)"
