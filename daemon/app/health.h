/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The operators' listener: /livez, /readyz, /metrics. It is for loopback or a Unix socket and asks
 * for no credential. */
#include "http/http.h"

struct house;

/* The handler of that listener; its ctx is the house. */
struct http_handler health_handler(struct house *h);
