/* os/sockaddr.h - addresses between net.h and the socket calls, which name the same things on every system: include the system's own socket
 * headers before this one. */
#ifndef TS_OS_SOCKADDR_H
#define TS_OS_SOCKADDR_H

#include <stdio.h>
#include <string.h>
#include "os/net.h"

static inline int ts_sockaddr_family(int family)
{
	return family == TS_NET_IPV6 ? AF_INET6 : AF_INET;
}

/* False for a family that is neither. text is filled, too. */
static inline bool ts_sockaddr_read(const struct sockaddr *sa, struct ts_net_addr *out)
{
	*out = (struct ts_net_addr){ 0 };
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, sa, sizeof(v4));
		out->family = TS_NET_IPV4;
		memcpy(out->bytes, &v4.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, sa, sizeof(v6));
		out->family = TS_NET_IPV6;
		out->scope = (unsigned)v6.sin6_scope_id;
		memcpy(out->bytes, &v6.sin6_addr, 16);
	} else {
		return false;
	}
	ts_net_format(out);
	return true;
}

/* Returns the size. */
static inline socklen_t ts_sockaddr_write(const struct ts_net_addr *a, int port, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (a->family == TS_NET_IPV6) {
		struct sockaddr_in6 v6 = {
			.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_scope_id = a->scope
		};
		memcpy(&v6.sin6_addr, a->bytes, 16);
		memcpy(out, &v6, sizeof(v6));
		return sizeof(v6);
	}
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	memcpy(&v4.sin_addr, a->bytes, 4);
	memcpy(out, &v4, sizeof(v4));
	return sizeof(v4);
}

/* What ts_net_format() does. */
static inline void ts_sockaddr_format(struct ts_net_addr *a)
{
	char text[INET6_ADDRSTRLEN] = "";
	(void)inet_ntop(ts_sockaddr_family(a->family), a->bytes, text, sizeof(text));
	(void)snprintf(a->text, sizeof(a->text), a->scope != 0 ? "%s%%%u" : "%s", text, a->scope);
}

#endif
