/* decode/netlink.h - replies of the Linux kernel's socket diagnosis (NETLINK_SOCK_DIAG): bytes to structs,
 * on any system. */
#ifndef TS_DECODE_NETLINK_H
#define TS_DECODE_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ts_netlink_kind {
	TS_NETLINK_END,    /* no whole message is left in the buffer */
	TS_NETLINK_SOCKET, /* a socket */
	TS_NETLINK_DONE,   /* the list is complete */
	TS_NETLINK_ERROR,  /* the kernel refused: errno in error */
	TS_NETLINK_OTHER,
	TS_NETLINK_BAD, /* bytes that are no message */
};

/* One internet socket. Numbers are in this computer's order. */
struct ts_netlink_socket {
	int family; /* 2 or 10 */
	int state;  /* as Linux numbers TCP's states; 10 is LISTEN */
	uint16_t local_port, remote_port;
	unsigned char local[16], remote[16]; /* IPv4 uses the first 4 */
	uint32_t uid, inode;
};

struct ts_netlink {
	enum ts_netlink_kind kind;
	bool interrupted; /* the list changed while the kernel made it */
	int error;
	struct ts_netlink_socket socket;
};

/* Decode the message at buf[*off] and move *off behind it. */
enum ts_netlink_kind ts_netlink_next(const unsigned char *buf, size_t n, size_t *off, struct ts_netlink *out);
/* Name of a TCP state as osquery spells it on Linux, "UNKNOWN" for a number that is none. */
const char *ts_tcp_state_name(int state);
/* The number of a name, 0 for none. */
int ts_tcp_state_parse(const char *name);

#endif
