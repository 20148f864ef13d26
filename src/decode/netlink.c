/* decode/netlink.c - replies of the Linux kernel's socket diagnosis (NETLINK_SOCK_DIAG): bytes to structs,
 * on any system. */
#include "decode/netlink.h"

#include <string.h>

/* struct nlmsghdr: length u32, type u16, flags u16, sequence u32, port u32; all in the computer's own
 * order. */
#define HEADER           16
#define TYPE_ERROR       2
#define TYPE_DONE        3
#define TYPE_BY_FAMILY   20 /* SOCK_DIAG_BY_FAMILY */
#define FLAG_INTERRUPTED 0x10
/* struct inet_diag_msg: family, state, timer, retransmits (u8 each), inet_diag_sockid (ports u16 in
 * network order, addresses 16 bytes each, interface u32, cookie 2 * u32), expires, rqueue, wqueue, uid,
 * inode (u32 each). */
#define SOCKET_LENGTH  72
#define AT_LOCAL_PORT  4
#define AT_REMOTE_PORT 6
#define AT_LOCAL       8
#define AT_REMOTE      24
#define AT_UID         64
#define AT_INODE       68

static const char *const states[] = {
	NULL, "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSED",
	"CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "SYN_RECV", /* a request that has no socket yet */
};

static uint16_t own16(const unsigned char *p)
{
	uint16_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t own32(const unsigned char *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static uint16_t be16(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static enum ts_netlink_kind socket_message(const unsigned char *p, size_t n, struct ts_netlink_socket *s)
{
	if (n < SOCKET_LENGTH) {
		return TS_NETLINK_BAD;
	}
	s->family = p[0];
	s->state = p[1];
	s->local_port = be16(p + AT_LOCAL_PORT);
	s->remote_port = be16(p + AT_REMOTE_PORT);
	memcpy(s->local, p + AT_LOCAL, sizeof(s->local));
	memcpy(s->remote, p + AT_REMOTE, sizeof(s->remote));
	s->uid = own32(p + AT_UID);
	s->inode = own32(p + AT_INODE);
	return TS_NETLINK_SOCKET;
}

/* The body of an error or of the end: a negative errno, or 0. A short one is taken as 0. */
static int error_of(const unsigned char *p, size_t n)
{
	int32_t v = 0;
	if (n >= sizeof(v)) {
		memcpy(&v, p, sizeof(v));
	}
	return v < 0 && v > -4096 ? -v : 0;
}

static enum ts_netlink_kind body(unsigned type, const unsigned char *p, size_t n, struct ts_netlink *out)
{
	switch (type) {
	case TYPE_BY_FAMILY: return socket_message(p, n, &out->socket);
	case TYPE_DONE:
	case TYPE_ERROR:
		out->error = error_of(p, n);
		return out->error != 0     ? TS_NETLINK_ERROR
		       : type == TYPE_DONE ? TS_NETLINK_DONE
					   : TS_NETLINK_OTHER;
	default: return TS_NETLINK_OTHER;
	}
}

enum ts_netlink_kind ts_netlink_next(const unsigned char *buf, size_t n, size_t *off, struct ts_netlink *out)
{
	*out = (struct ts_netlink){ .kind = TS_NETLINK_END };
	if (*off >= n) {
		return out->kind;
	}
	const unsigned char *p = buf + *off;
	size_t left = n - *off, length = left >= HEADER ? own32(p) : 0;
	if (length < HEADER || length > left) {
		*off = n;
		return out->kind = TS_NETLINK_BAD;
	}
	size_t step = (length + 3) & ~(size_t)3;
	*off += step < left ? step : left;
	out->interrupted = (own16(p + 6) & FLAG_INTERRUPTED) != 0;
	return out->kind = body(own16(p + 4), p + HEADER, length - HEADER, out);
}

const char *ts_tcp_state_name(int state)
{
	return state > 0 && state < (int)(sizeof(states) / sizeof(states[0])) ? states[state] : "UNKNOWN";
}

int ts_tcp_state_parse(const char *name)
{
	for (int i = 1; i < (int)(sizeof(states) / sizeof(states[0])); i++) {
		if (strcmp(states[i], name) == 0) {
			return i;
		}
	}
	return 0;
}
