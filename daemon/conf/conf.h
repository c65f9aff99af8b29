/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The configuration: an INI file read once, an immutable struct. A reload makes a new struct or
 * fails and changes nothing. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/log.h"

#define CONF_TYPE_TEXT const char *
#define CONF_TYPE_INT int64_t
#define CONF_TYPE_MS uint64_t
#define CONF_TYPE_SIZE uint64_t
#define CONF_TYPE_FLAG bool
#define CONF_TYPE_LEVEL enum log_level

/* conf->http_head_size, conf->database_conninfo, …: a member for each row of conf.def. */
struct conf {
#define CONF(section, key, type, def, min, max, reloadable, help) CONF_TYPE_##type section##_##key;
#include "conf/conf.def"
#undef CONF
};

/* A fault in a file: all of them are collected, each "FILE:LINE: [section] key: reason; did you mean …?" */
typedef void conf_fault(const char *sentence, void *ctx);

/* Read `path` (NULL: defaults only). On any fault every one is told to `fault` (may be NULL), *reterr
 * holds the first, nothing is returned. The result is freed with conf_free. */
must_check enum err conf_load(const char *path, conf_fault *fault, void *ctx, struct conf **ret,
                              struct why *reterr);
/* As conf_load, but settings that are not reloadable keep `old`'s value; each that differs is told to
 * `kept` (may be NULL) as "section.key". */
must_check enum err conf_reload(const char *path, const struct conf *old, conf_fault *fault,
                                void (*kept)(const char *name, void *ctx), void *ctx,
                                struct conf **ret, struct why *reterr);
void conf_free(struct conf *c); /* NULL is fine */

void conf_print(const struct conf *c, FILE *out); /* the file that would give this configuration */
void conf_print_sample(FILE *out); /* every setting commented with its help and default */
void conf_print_man(FILE *out);    /* the same as mdoc(7) list items */
