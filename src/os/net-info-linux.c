/* os/net-info-linux.c - the error queue and TCP_INFO of Linux. */
#include "os/net-info.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
/* After <time.h>: it takes struct timespec for granted. */
#include <linux/errqueue.h>

#define TIMESTAMPS 12 /* bytes of the TCP option, with padding */

/* ICMP messages by origin, type and code (RFC 792, 1812, 4443). */
static const struct {
	unsigned char origin, type, code;
	bool prohibited;
	const char *words;
} messages[] = {
	{ SO_EE_ORIGIN_ICMP, 3, 0, false, "network unreachable" },
	{ SO_EE_ORIGIN_ICMP, 3, 1, false, "host unreachable" },
	{ SO_EE_ORIGIN_ICMP, 3, 2, true, "protocol unreachable" },
	{ SO_EE_ORIGIN_ICMP, 3, 3, true, "port unreachable" },
	{ SO_EE_ORIGIN_ICMP, 3, 9, true, "network administratively prohibited" },
	{ SO_EE_ORIGIN_ICMP, 3, 10, true, "host administratively prohibited" },
	{ SO_EE_ORIGIN_ICMP, 3, 13, true, "communication administratively prohibited" },
	{ SO_EE_ORIGIN_ICMP, 11, 0, false, "time to live exceeded" },
	{ SO_EE_ORIGIN_ICMP6, 1, 0, false, "no route to destination" },
	{ SO_EE_ORIGIN_ICMP6, 1, 1, true, "administratively prohibited" },
	{ SO_EE_ORIGIN_ICMP6, 1, 3, false, "address unreachable" },
	{ SO_EE_ORIGIN_ICMP6, 1, 4, true, "port unreachable" },
	{ SO_EE_ORIGIN_ICMP6, 1, 5, true, "source address failed policy" },
	{ SO_EE_ORIGIN_ICMP6, 1, 6, true, "reject route to destination" },
	{ SO_EE_ORIGIN_ICMP6, 3, 0, false, "hop limit exceeded" },
};

void ts_net_info_listen(int fd, int family)
{
	int on = 1;
	if (family == TS_NET_IPV6) {
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
	} else {
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	}
}

static void describe(const struct sock_extended_err *e, struct ts_net_icmp *out)
{
	out->prohibited = false;
	(void)snprintf(out->words, sizeof(out->words), "ICMP type %d code %d", e->ee_type, e->ee_code);
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (messages[i].origin == e->ee_origin && messages[i].type == e->ee_type &&
			messages[i].code == e->ee_code) {
			out->prohibited = messages[i].prohibited;
			(void)snprintf(out->words, sizeof(out->words), "%s", messages[i].words);
		}
	}
	/* The sender's address stands behind the message. */
	const struct sockaddr *from = (const void *)(e + 1); /* SO_EE_OFFENDER() casts const away */
	out->from[0] = '\0';
	if (from->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, from, sizeof(v4));
		(void)inet_ntop(AF_INET, &v4.sin_addr, out->from, sizeof(out->from));
	} else if (from->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, from, sizeof(v6));
		(void)inet_ntop(AF_INET6, &v6.sin6_addr, out->from, sizeof(out->from));
	}
}

bool ts_net_info_icmp(int fd, struct ts_net_icmp *out)
{
	char data[512];
	union {
		char bytes[512];
		struct cmsghdr align;
	} control;
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	if (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
		return false;
	}
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
		bool ours = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
			    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
		size_t size = c->cmsg_len - CMSG_LEN(0);
		if (!ours || size < sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in)) {
			continue;
		}
		const struct sock_extended_err *e = (const void *)CMSG_DATA(c);
		if (e->ee_origin == SO_EE_ORIGIN_ICMP || e->ee_origin == SO_EE_ORIGIN_ICMP6) {
			describe(e, out);
			return true;
		}
	}
	return false;
}

void ts_net_info_tcp(int fd, bool open, struct ts_connected *out)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
		return;
	}
	out->retransmits = (int)info.tcpi_total_retrans;
	if (open) {
		out->rtt_ms = info.tcpi_rtt / 1000.0;
		out->path_mtu = (int)info.tcpi_pmtu;
	}
}

int ts_net_info_path_mtu(int fd, int family)
{
	int mtu = 0;
	socklen_t size = sizeof(mtu);
	int level = family == TS_NET_IPV6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int name = family == TS_NET_IPV6 ? IPV6_MTU : IP_MTU;
	return getsockopt(fd, level, name, &mtu, &size) == 0 ? mtu : 0;
}

bool ts_net_info_stream(int fd, struct ts_stream_info *out)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
		return false;
	}
	int stamps = (info.tcpi_options & TCPI_OPT_TIMESTAMPS) != 0 ? TIMESTAMPS : 0;
	*out = (struct ts_stream_info){ (int)info.tcpi_unacked, (int)info.tcpi_total_retrans,
		(int)info.tcpi_pmtu, (int)info.tcpi_snd_mss + stamps };
	return true;
}
