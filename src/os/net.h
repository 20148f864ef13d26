/* os/net.h - name resolution and TCP connections with a deadline and a way to cancel. Nothing is sent beside the TCP handshake.
 * Every wait looks at the deadline and at the cancel flag at least each 50 ms. deadline: ts_os_mono_ms() at which the wait ends, 0 = none;
 * cancel: set by another thread, may be NULL. */
#ifndef TS_OS_NET_H
#define TS_OS_NET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TS_NET_IPV4 = 2, TS_NET_IPV6 = 10 }; /* families: these numbers on every system */

#define TS_NET_MAX_ADDRESSES 16

/* An IP address. */
struct ts_net_addr {
	int family;              /* TS_NET_IPV4 or TS_NET_IPV6 */
	unsigned char bytes[16]; /* network order; IPv4 uses the first 4 */
	unsigned scope;          /* zone of a link-local IPv6 address, 0 = none */
	char text[64];           /* "192.0.2.7", "fe80::1%2" */
};

enum ts_resolve_state {
	TS_RESOLVE_FOUND,
	TS_RESOLVE_NXDOMAIN, /* the resolver says that there is no such name */
	TS_RESOLVE_NODATA,   /* the name exists, without an address */
	TS_RESOLVE_AGAIN,    /* the resolver got no answer of its server, or SERVFAIL: try again later */
	TS_RESOLVE_FAIL,     /* the server refused or answered nonsense: trying again will not help */
	TS_RESOLVE_TIMEOUT,  /* our deadline came first */
	TS_RESOLVE_CANCELLED,
	TS_RESOLVE_ERROR /* could not be tried: the name is malformed, no thread, a failed system call */
};

struct ts_resolved {
	enum ts_resolve_state state;
	struct ts_net_addr
		addrs[TS_NET_MAX_ADDRESSES]; /* in the order the system prefers them, without repetitions */
	size_t count;
	bool more;           /* there were more than fit */
	bool literal;        /* the host is an address itself; nobody was asked */
	char canonical[256]; /* the name that an alias leads to; "" when it is the same or unknown */
	double elapsed_ms;
	char detail[160]; /* the resolver's own words; "" when found */
};

/* Resolve by the system's resolver (hosts file included). "[...]" around an IPv6 address is allowed. The state is also returned. */
enum ts_resolve_state ts_net_resolve(
	const char *host, int64_t deadline, const atomic_bool *cancel, struct ts_resolved *out);
/* Read an address without asking anybody; false when the text is none. */
bool ts_net_parse(const char *text, struct ts_net_addr *out);
/* Fill text from the other members. */
void ts_net_format(struct ts_net_addr *a);

enum ts_connect_state {
	TS_CONNECT_OPEN,        /* the handshake was completed (and the connection closed again) */
	TS_CONNECT_REFUSED,     /* RST in answer to SYN: the machine is there, nothing listens */
	TS_CONNECT_REJECTED,    /* somebody on the way, or this computer's own firewall, forbade it */
	TS_CONNECT_UNREACHABLE, /* no route, here or at a router */
	TS_CONNECT_TIMEOUT,     /* silence until the deadline */
	TS_CONNECT_RESET,       /* reset during the handshake */
	TS_CONNECT_CANCELLED,
	TS_CONNECT_ERROR /* could not be tried: no socket, a failed system call */
};

struct ts_connected {
	enum ts_connect_state state;
	double rtt_ms;        /* that the kernel measured; -1 when unknown */
	int retransmits;      /* SYN segments sent again; -1 when unknown */
	int path_mtu;         /* 0 when unknown */
	char rejected_by[64]; /* who sent the ICMP message (rejected, unreachable); "" when unknown */
	double elapsed_ms;
	char detail[160]; /* the system's own words */
};

/* Connect to port on all addresses at once (at most TS_NET_MAX_ADDRESSES; the rest becomes TS_CONNECT_ERROR) and close again. out has
 * `count` elements. Once one has opened, the others get grace_ms more (0: the whole deadline). */
void ts_net_connect(const struct ts_net_addr *addrs, size_t count, int port, int64_t deadline, int grace_ms,
	const atomic_bool *cancel, struct ts_connected *out);

/* "found", "nxdomain" ...; "open", "refused" ...: the names of the tables' state columns. */
const char *ts_resolve_name(enum ts_resolve_state s);
const char *ts_connect_name(enum ts_connect_state s);

#endif
