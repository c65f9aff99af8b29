/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What every unit test includes before its subject: cmocka and the headers it wants first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
