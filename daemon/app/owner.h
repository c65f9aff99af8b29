/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Commands that work as the database's owner and end: --migrate, --create-token. */
#include <stdio.h>

#include "app/options.h"
#include "conf/conf.h"

/* Bring the schema up to date from the SQL files of o->sqldir (NULL: the installed ones); each thing
 * done is a line on `out`. */
must_check enum err owner_migrate(const struct conf *conf, const struct options *o, FILE *out,
                                  struct why *reterr);
/* Make an account with a token and print the token, once, as the only line on `out`. */
must_check enum err owner_create_token(const struct conf *conf, const struct options *o, FILE *out,
                                       struct why *reterr);
