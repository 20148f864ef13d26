/* os/icmp-posix.c - ICMP echo over a ping socket or a raw socket. */
#include "os/icmp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "os/os.h"
#include "os/sock.h"
#include "os/sockaddr.h"

#define HEADER        8
#define DATA          48 /* as ping sends, less its time stamp */
#define V4_REQUEST    8
#define V4_REPLY      0
#define V6_REQUEST    128
#define V6_REPLY      129
#define FLUSH_PACKETS 256 /* packets looked at in one go: others' traffic must not keep us busy */

struct ts_icmp {
	int fd;
	int family;
	bool raw; /* the socket sees everybody's replies, with the IPv4 header before them */
	unsigned char id[2];
	struct ts_net_addr addr;
};

struct ts_icmp *ts_icmp_open(const struct ts_net_addr *a, char why[160])
{
	bool v6 = a->family == TS_NET_IPV6;
	int protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, family = ts_sockaddr_family(a->family);
	struct ts_icmp *p = ts_xcalloc(1, sizeof(*p));
	p->family = a->family;
	p->addr = *a;
	(void)ts_os_random(p->id, sizeof(p->id));
	p->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	if (p->fd < 0) {
		p->raw = true;
		p->fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	}
	int error = p->fd < 0 ? errno : ts_sock_connect(p->fd, a, 0);
	if (error != 0) {
		(void)snprintf(why, 160, "%s",
			p->fd < 0 ? "this user may not send ICMP echo requests" : strerror(error));
		ts_icmp_close(p);
		return NULL;
	}
	return p;
}

void ts_icmp_close(struct ts_icmp *p)
{
	if (p != NULL) {
		if (p->fd >= 0) {
			(void)close(p->fd);
		}
		free(p);
	}
}

/* RFC 1071, for a message of even length. */
static unsigned checksum(const unsigned char *p, size_t n)
{
	uint32_t sum = 0;
	for (size_t i = 0; i + 1 < n; i += 2) {
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	}
	sum = (sum >> 16) + (sum & 0xFFFF);
	return ~(sum + (sum >> 16)) & 0xFFFF;
}

bool ts_icmp_send(struct ts_icmp *p, unsigned sequence)
{
	unsigned char m[HEADER + DATA] = { 0 };
	m[0] = p->family == TS_NET_IPV6 ? V6_REQUEST : V4_REQUEST;
	memcpy(m + 4, p->id, sizeof(p->id));
	m[6] = (unsigned char)(sequence >> 8);
	m[7] = (unsigned char)sequence;
	for (size_t i = HEADER; i < sizeof(m); i++) {
		m[i] = (unsigned char)i;
	}
	/* Of ICMPv6 the kernel makes the sum, which covers the addresses. */
	unsigned sum = p->family == TS_NET_IPV6 ? 0 : checksum(m, sizeof(m));
	m[2] = (unsigned char)(sum >> 8);
	m[3] = (unsigned char)sum;
	return send(p->fd, m, sizeof(m), MSG_NOSIGNAL) == (ssize_t)sizeof(m);
}

/* The number of a reply to us; -1 for anything else. */
static int sequence_of(const struct ts_icmp *p, const unsigned char *m, size_t n)
{
	if (p->raw && p->family == TS_NET_IPV4) {
		size_t header = n > 0 ? (size_t)(m[0] & 0x0F) * 4 : 0;
		if (header < 20 || header > n) {
			return -1;
		}
		m += header;
		n -= header;
	}
	unsigned reply = p->family == TS_NET_IPV6 ? V6_REPLY : V4_REPLY;
	if (n < HEADER || m[0] != reply || m[1] != 0 || (p->raw && memcmp(m + 4, p->id, 2) != 0)) {
		return -1; /* on a ping socket the kernel chooses the id, and gives us only our own */
	}
	return m[6] << 8 | m[7];
}

int ts_icmp_recv(struct ts_icmp *p, int64_t deadline, const atomic_bool *cancel)
{
	unsigned char m[2048];
	for (int i = 0; i < FLUSH_PACKETS; i++) {
		ssize_t n = recv(p->fd, m, sizeof(m), MSG_DONTWAIT);
		int sequence = n > 0 ? sequence_of(p, m, (size_t)n) : -1;
		if (sequence >= 0) {
			return sequence;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return -1;
		}
		if (n < 0 && !ts_net_wait(p->fd, TS_SOCK_TO_READ, deadline, cancel)) {
			return -1;
		}
	}
	return -1;
}
