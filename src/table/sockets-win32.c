/* table/sockets-win32.c - process_open_sockets and listening_ports out of the tables of the IP helper library. */
#include "os/win-api.h"

#include <stdlib.h>
#include <string.h>
#include "os/err-win32.h"
#include "os/net.h"
#include "table/gap-win32.h"
#include "table/schema.h"
#include "table/windows-words.h"

#define FAMILY_V6 23 /* as osquery has it on Windows, and netstat from files here */
#define TRIES     8

/* One socket of any kind. */
struct socket_row {
	bool udp, ipv6;
	unsigned char local[16], remote[16];
	int local_port, remote_port;
	DWORD state, pid;
};

struct listing {
	struct ts_scan *s;
	const struct ts_iphlpapi *api;
	bool listening; /* the table listening_ports */
	bool unowned;   /* the owner of a TCP socket is not told (Wine) */
};

static void put_address(struct ts_scan *s, const char *column, bool ipv6, const unsigned char *bytes)
{
	struct ts_net_addr a = { .family = ipv6 ? TS_NET_IPV6 : TS_NET_IPV4 };
	memcpy(a.bytes, bytes, ipv6 ? 16 : 4);
	ts_net_format(&a);
	ts_row_text(s, column, a.text);
}

static bool put_socket(struct listing *l, const struct socket_row *r)
{
	struct ts_scan *s = l->s;
	if (l->listening && !r->udp && r->state != MIB_TCP_STATE_LISTEN) {
		return true;
	}
	/* The idle process owns what nobody does: sockets in TIME_WAIT. */
	bool waits = !r->udp && r->state == MIB_TCP_STATE_TIME_WAIT;
	l->unowned = l->unowned || (r->pid == 0 && !waits);
	ts_row_begin(s);
	ts_row_int(s, "pid", r->pid != 0 || waits ? (int64_t)r->pid : -1);
	ts_row_int(s, "protocol", r->udp ? IPPROTO_UDP : IPPROTO_TCP);
	ts_row_int(s, "family", r->ipv6 ? FAMILY_V6 : AF_INET);
	if (l->listening) {
		put_address(s, "address", r->ipv6, r->local);
		ts_row_int(s, "port", r->local_port);
		return ts_row_end(s);
	}
	put_address(s, "local_address", r->ipv6, r->local);
	ts_row_int(s, "local_port", r->local_port);
	if (r->udp) {
		ts_row_text(s, "remote_address", "0"); /* osquery's spelling of "none" */
		ts_row_text(s, "state", "");
		ts_row_int(s, "remote_port", 0);
		return ts_row_end(s);
	}
	put_address(s, "remote_address", r->ipv6, r->remote);
	/* The other end of a listener is not set, whatever stands there. */
	ts_row_int(s, "remote_port", r->state != MIB_TCP_STATE_LISTEN ? r->remote_port : 0);
	ts_row_text(s, "state", ts_tcp_state_windows(r->state));
	return ts_row_end(s);
}

static int port_of(DWORD port)
{
	return ntohs((u_short)port);
}

static bool put_tcp4(struct listing *l, const void *table)
{
	const MIB_TCPTABLE_OWNER_PID *t = table;
	for (DWORD i = 0; i < t->dwNumEntries; i++) {
		const MIB_TCPROW_OWNER_PID *e = &t->table[i];
		struct socket_row r = { .local_port = port_of(e->dwLocalPort),
			.remote_port = port_of(e->dwRemotePort),
			.state = e->dwState,
			.pid = e->dwOwningPid };
		memcpy(r.local, &e->dwLocalAddr, 4);
		memcpy(r.remote, &e->dwRemoteAddr, 4);
		if (!put_socket(l, &r)) {
			return false;
		}
	}
	return true;
}

static bool put_tcp6(struct listing *l, const void *table)
{
	const MIB_TCP6TABLE_OWNER_PID *t = table;
	for (DWORD i = 0; i < t->dwNumEntries; i++) {
		const MIB_TCP6ROW_OWNER_PID *e = &t->table[i];
		struct socket_row r = { .ipv6 = true,
			.local_port = port_of(e->dwLocalPort),
			.remote_port = port_of(e->dwRemotePort),
			.state = e->dwState,
			.pid = e->dwOwningPid };
		memcpy(r.local, e->ucLocalAddr, 16);
		memcpy(r.remote, e->ucRemoteAddr, 16);
		if (!put_socket(l, &r)) {
			return false;
		}
	}
	return true;
}

static bool put_udp4(struct listing *l, const void *table)
{
	const MIB_UDPTABLE_OWNER_PID *t = table;
	for (DWORD i = 0; i < t->dwNumEntries; i++) {
		const MIB_UDPROW_OWNER_PID *e = &t->table[i];
		struct socket_row r = {
			.udp = true, .local_port = port_of(e->dwLocalPort), .pid = e->dwOwningPid
		};
		memcpy(r.local, &e->dwLocalAddr, 4);
		if (!put_socket(l, &r)) {
			return false;
		}
	}
	return true;
}

static bool put_udp6(struct listing *l, const void *table)
{
	const MIB_UDP6TABLE_OWNER_PID *t = table;
	for (DWORD i = 0; i < t->dwNumEntries; i++) {
		const MIB_UDP6ROW_OWNER_PID *e = &t->table[i];
		struct socket_row r = { .udp = true,
			.ipv6 = true,
			.local_port = port_of(e->dwLocalPort),
			.pid = e->dwOwningPid };
		memcpy(r.local, e->ucLocalAddr, 16);
		if (!put_socket(l, &r)) {
			return false;
		}
	}
	return true;
}

static const struct kind {
	bool udp;
	ULONG family;
	int shown_family;
	bool (*put)(struct listing *l, const void *table);
} kinds[] = {
	{ false, AF_INET, AF_INET, put_tcp4 },
	{ false, AF_INET6, FAMILY_V6, put_tcp6 },
	{ true, AF_INET, AF_INET, put_udp4 },
	{ true, AF_INET6, FAMILY_V6, put_udp6 },
};

/* A table of the library; the caller frees. It may grow between two looks. NULL with *code. */
static void *get_table(struct listing *l, const struct kind *k, DWORD *code)
{
	DWORD n = 64 << 10;
	void *room = NULL;
	*code = ERROR_INSUFFICIENT_BUFFER;
	for (int i = 0; i < TRIES && *code == ERROR_INSUFFICIENT_BUFFER; i++) {
		free(room);
		n += n / 4;
		room = ts_xmalloc(n);
		*code = k->udp ? l->api->GetExtendedUdpTable(
					 room, &n, FALSE, k->family, UDP_TABLE_OWNER_PID, 0)
			       : l->api->GetExtendedTcpTable(room, &n, FALSE, k->family,
					 l->listening ? TCP_TABLE_OWNER_PID_LISTENER
						      : TCP_TABLE_OWNER_PID_ALL,
					 0);
	}
	if (*code != NO_ERROR) {
		free(room);
		room = NULL;
	}
	return room;
}

static void list_sockets(struct listing *l)
{
	struct ts_scan *s = l->s;
	l->api = ts_iphlpapi();
	if (l->api == NULL) {
		ts_gap_library(s, "iphlpapi.dll");
		return;
	}
	bool more = true, failed = false;
	for (size_t i = 0; more && i < TS_COUNT(kinds); i++) {
		const struct kind *k = &kinds[i];
		DWORD code;
		if (!ts_scan_allows_int(s, "family", k->shown_family) ||
			!ts_scan_allows_int(s, "protocol", k->udp ? IPPROTO_UDP : IPPROTO_TCP)) {
			continue;
		}
		void *table = get_table(l, k, &code);
		if (table == NULL && code != ERROR_NOT_SUPPORTED) { /* no IPv6 at all */
			ts_gap_win32(s, k->udp ? "the list of UDP sockets" : "the list of TCP sockets", code);
			failed = true;
		}
		more = table == NULL || k->put(l, table);
		free(table);
	}
	if (!failed) {
		ts_scan_saw(s, NULL, TS_SEEN_READ,
			l->unowned ? "TCP and UDP; the process of some sockets is unknown (-1)"
				   : "TCP and UDP");
	}
}

void ts_fill_process_open_sockets(struct ts_scan *s)
{
	struct listing l = { .s = s };
	list_sockets(&l);
}

void ts_fill_listening_ports(struct ts_scan *s)
{
	struct listing l = { .s = s, .listening = true };
	list_sockets(&l);
}
