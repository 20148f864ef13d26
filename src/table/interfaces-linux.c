/* table/interfaces-linux.c - IP addresses of the network interfaces. */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include "table/scan.h"
#include "table/schema.h"

/* The address as text with its zone ("fe80::1%eth0"); NULL for none. */
static const char *address_text(const struct sockaddr *a, char *out, size_t cap)
{
	if (a == NULL || (a->sa_family != AF_INET && a->sa_family != AF_INET6)) {
		return NULL;
	}
	socklen_t length = a->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	return getnameinfo(a, length, out, (socklen_t)cap, NULL, 0, NI_NUMERICHOST) == 0 ? out : NULL;
}

void ts_fill_interface_addresses(struct ts_scan *s)
{
	struct ifaddrs *list = NULL;
	if (getifaddrs(&list) != 0) {
		ts_scan_sawf(s, errno == EACCES || errno == EPERM ? TS_SEEN_DENIED : TS_SEEN_NOT_COLLECTED,
			"the interfaces cannot be listed: %s", strerror(errno));
		return;
	}
	for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
		char address[NI_MAXHOST], other[NI_MAXHOST], mask[NI_MAXHOST];
		if (address_text(i->ifa_addr, address, sizeof(address)) == NULL) {
			continue;
		}
		ts_row_begin(s);
		ts_row_text(s, "interface", i->ifa_name);
		ts_row_text(s, "address", address);
		ts_row_text(s, "mask", address_text(i->ifa_netmask, mask, sizeof(mask)));
		if ((i->ifa_flags & IFF_POINTOPOINT) != 0) {
			ts_row_text(s, "point_to_point", address_text(i->ifa_dstaddr, other, sizeof(other)));
		} else if ((i->ifa_flags & IFF_BROADCAST) != 0) {
			ts_row_text(s, "broadcast", address_text(i->ifa_broadaddr, other, sizeof(other)));
		}
		ts_row_text(s, "type", "unknown"); /* as osquery has it on Linux */
		if (!ts_row_end(s)) {
			break;
		}
	}
	freeifaddrs(list);
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}
