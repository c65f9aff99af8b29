/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/banned.h"

enum { UNIX_PATH_MAX_OCTETS = 107 };

static enum address host_read(struct str host, bool v6) {
	char text[INET6_ADDRSTRLEN];
	struct in_addr a;
	struct in6_addr a6;
	if (host.n == 0 || host.n >= sizeof text)
		return ADDRESS_WRONG;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	if (v6 && inet_pton(AF_INET6, text, &a6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&a6) ? ADDRESS_LOOPBACK : ADDRESS_TCP;
	if (!v6 && inet_pton(AF_INET, text, &a) == 1)
		return ntohl(a.s_addr) >> 24 == 127 ? ADDRESS_LOOPBACK : ADDRESS_TCP;
	return ADDRESS_WRONG;
}

enum address address_read(struct str text) {
	static const struct str mark = STR("unix:/");
	uint64_t port;
	if (str_starts(text, mark))
		return text.n > mark.n && text.n - mark.n + 1 <= UNIX_PATH_MAX_OCTETS ? ADDRESS_UNIX
		                                                                      : ADDRESS_WRONG;
	size_t colon = text.n;
	while (colon && text.p[colon - 1] != ':')
		colon--;
	if (!colon || !str_u64((struct str){text.p + colon, text.n - colon}, 65535, &port))
		return ADDRESS_WRONG;
	struct str host = {text.p, colon - 1};
	bool v6 = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	return host_read(v6 ? (struct str){host.p + 1, host.n - 2} : host, v6);
}

bool addresses_good(const char *words) {
	struct str rest = str_of(words);
	size_t n = 0;
	while (rest.p) {
		struct str one = str_cut(&rest, ' ');
		if (one.n && address_read(one) == ADDRESS_WRONG)
			return false;
		n += one.n > 0;
	}
	return n > 0;
}

bool address_peer(const char *text) {
	struct str s = str_of(text);
	return s.n == 0 || str_is(s, "unix") || host_read(s, false) != ADDRESS_WRONG
	       || host_read(s, true) != ADDRESS_WRONG;
}
