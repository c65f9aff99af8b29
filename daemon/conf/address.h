/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Addresses as settings write them: HOST:PORT, [IPV6]:PORT (numeric, port 0 to 65535) or unix:/PATH
 * (absolute, shorter than 108 octets, unix(7)). */
#include "base/str.h"

enum address { ADDRESS_WRONG, ADDRESS_TCP, ADDRESS_LOOPBACK, ADDRESS_UNIX };

/* What one address is; ADDRESS_LOOPBACK is a TCP address of 127.0.0.0/8 or ::1. */
enum address address_read(struct str text);
/* Is each of the words, of which there is at least one, an address? */
bool addresses_good(const char *words);
/* Is it empty, "unix" or a numeric host without a port: a peer? */
bool address_peer(const char *text);
