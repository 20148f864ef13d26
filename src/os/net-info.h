/* os/net-info.h - what the kernel knows about a TCP connection attempt, behind net.c, stream.c and dgram.c; one file per system. */
#ifndef TS_OS_NET_INFO_H
#define TS_OS_NET_INFO_H

#include <stdbool.h>
#include "os/net.h"
#include "os/stream.h"

/* Who sent an ICMP message about the connection attempt, and what it says. */
struct ts_net_icmp {
	char from[64];
	bool prohibited; /* a rule forbids it, as opposed to "no way there" */
	char words[64];
};

/* Ask for ICMP messages on a socket that is not yet connected. */
void ts_net_info_listen(int fd, int family);
/* Take the ICMP message; false when there was none. */
bool ts_net_info_icmp(int fd, struct ts_net_icmp *out);
/* Fill rtt_ms, retransmits and path_mtu as far as they are known. `open`: the handshake was completed. */
void ts_net_info_tcp(int fd, bool open, struct ts_connected *out);
/* See stream.h. */
bool ts_net_info_stream(int fd, struct ts_stream_info *out);
/* Path MTU of a connected socket as far as it is known; 0 when not. */
int ts_net_info_path_mtu(int fd, int family);

#endif
