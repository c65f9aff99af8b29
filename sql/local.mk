# SPDX-License-Identifier: Apache-2.0
# Everything under sql/ is installed as it is: migrations, what is re-applied, and the seed data.
# One list for the tarball and the installation, by directory.
sqldir = $(pkgdatadir)/sql
sqlruledir = $(sqldir)/rule
sqlapidir = $(sqldir)/api
sqlseeddir = $(sqldir)/seed
