# SPDX-License-Identifier: Apache-2.0
# All but db_verdict run beside a PostgreSQL of their own, which they start through with-postgres.
if HAVE_CMOCKA
db_tests = \
	tests/unit/db_loss \
	tests/unit/db_migrate \
	tests/unit/db_pipeline \
	tests/unit/db_verdict
check_PROGRAMS += $(db_tests)
TESTS += $(db_tests)

db_test_cppflags = $(UNIT_CPPFLAGS) $(UV_CFLAGS) $(PQ_CFLAGS) \
	-DTOP_SRCDIR=\"$(abs_top_srcdir)\" \
	-DWITH_POSTGRES=\"$(abs_top_srcdir)/contrib/with-postgres\"
db_test_libs = daemon/libdb.a daemon/libbase.a $(UV_LIBS) $(PQ_LIBS) $(SODIUM_LIBS) $(CMOCKA_LIBS)
db_test_server = tests/unit/db_server.c tests/unit/db_server.h
tests_unit_db_loss_SOURCES = tests/unit/db_loss.c $(db_test_server)
tests_unit_db_loss_CPPFLAGS = $(db_test_cppflags)
tests_unit_db_loss_LDADD = $(db_test_libs)
tests_unit_db_migrate_SOURCES = tests/unit/db_migrate.c $(db_test_server)
tests_unit_db_migrate_CPPFLAGS = $(db_test_cppflags)
tests_unit_db_migrate_LDADD = $(db_test_libs)
tests_unit_db_pipeline_SOURCES = tests/unit/db_pipeline.c $(db_test_server)
tests_unit_db_pipeline_CPPFLAGS = $(db_test_cppflags)
tests_unit_db_pipeline_LDADD = $(db_test_libs)
tests_unit_db_verdict_CPPFLAGS = $(db_test_cppflags)
tests_unit_db_verdict_LDADD = $(db_test_libs)
endif
