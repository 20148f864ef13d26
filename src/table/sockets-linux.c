/* table/sockets-linux.c - process_open_sockets and listening_ports out of the kernel's socket diagnosis
 * (NETLINK_SOCK_DIAG): one dump per family and protocol, only of the states that are asked for. Whose a
 * socket is stands nowhere but in /proc/PID/fd, which is read only when pid or fd is wanted. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/str.h"
#include "decode/netlink.h"
#include "os/os.h"
#include "table/scan.h"
#include "table/schema.h"

#define STATE_LISTEN 10
#define ANY_STATE    0x1FFFu /* states 1 to 12 */
#define REPLY_BYTES  65536
#define WAIT_MS      2000 /* the kernel answers at once; this is for a broken one */

/* Which process holds a socket. */
struct owner {
	uint64_t inode;
	int64_t pid;
	int fd;
};

struct owners {
	struct owner *list; /* in order of inode once complete */
	size_t n, cap;
	bool known;  /* somebody asked */
	bool hidden; /* some processes could not be looked into */
};

struct dump {
	struct ts_scan *scan;
	void (*row)(struct dump *d, const struct ts_netlink_socket *sock);
	int protocol;    /* of this dump */
	uint32_t states; /* that the query can use */
	struct owners owners;
	char net_namespace[32]; /* "" = could not be read */
	bool interrupted;
	size_t unowned;
	bool failed; /* the ledger has been told why */
};

/* --- owners --- */

static int compare_owners(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;
	if (x->inode != y->inode) {
		return x->inode < y->inode ? -1 : 1;
	}
	if (x->pid != y->pid) {
		return x->pid < y->pid ? -1 : 1;
	}
	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

static void add_process(struct owners *o, const char *pid)
{
	char **fds = NULL;
	size_t n = 0;
	char path[64], link[64];
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	if (!ts_os_list_dir(path, &fds, &n, NULL)) {
		o->hidden = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned long long inode;
		char file[96];
		snprintf(file, sizeof(file), "%s/%.16s", path, fds[i]);
		ssize_t len = readlink(file, link, sizeof(link) - 1);
		link[len > 0 ? len : 0] = '\0';
		if (sscanf(link, "socket:[%llu]", &inode) == 1) {
			TS_GROW(o->list, o->cap, o->n);
			o->list[o->n++] = (struct owner){ inode, atoll(pid), atoi(fds[i]) };
		}
	}
	ts_os_list_free(fds, n);
}

static void find_owners(struct ts_scan *s, struct owners *o)
{
	char **pids = NULL;
	size_t n = 0;
	o->known = true;
	if (!ts_os_list_dir("/proc", &pids, &n, NULL)) {
		o->hidden = true;
		return;
	}
	for (size_t i = 0; i < n && !ts_scan_over(s); i++) {
		int64_t pid;
		if (strlen(pids[i]) < 16 && ts_parse_int(pids[i], 1, INT64_MAX, &pid)) {
			add_process(o, pids[i]);
		}
	}
	ts_os_list_free(pids, n);
	if (o->n > 0) {
		qsort(o->list, o->n, sizeof(*o->list), compare_owners);
	}
}

/* The owner with the lowest process number: a server, before the children it handed the socket to. */
static const struct owner *owner_of(const struct owners *o, uint64_t inode)
{
	size_t lo = 0, hi = o->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (o->list[mid].inode < inode) {
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	return inode != 0 && lo < o->n && o->list[lo].inode == inode ? &o->list[lo] : NULL;
}

/* --- rows --- */

static void put_address(struct ts_scan *s, const char *column, const struct ts_netlink_socket *sock,
	const unsigned char *bytes)
{
	char text[INET6_ADDRSTRLEN];
	ts_row_text(s, column, inet_ntop(sock->family == 10 ? AF_INET6 : AF_INET, bytes, text, sizeof(text)));
}

/* Columns that both tables have. */
static void begin_row(
	struct dump *d, const struct ts_netlink_socket *sock, const struct owner *o, int64_t pid)
{
	struct ts_scan *s = d->scan;
	ts_row_begin(s);
	ts_row_int(s, "family", sock->family);
	ts_row_int(s, "protocol", d->protocol);
	ts_row_int(s, "socket", sock->inode);
	if (d->owners.known) {
		ts_row_int(s, "pid", pid);
		ts_row_int(s, "fd", o != NULL ? o->fd : -1);
		d->unowned += o == NULL && sock->inode != 0;
	}
	ts_row_text(s, "net_namespace", d->net_namespace[0] != '\0' ? d->net_namespace : NULL);
}

static void open_socket_row(struct dump *d, const struct ts_netlink_socket *sock)
{
	struct ts_scan *s = d->scan;
	const struct owner *o = owner_of(&d->owners, sock->inode);
	int64_t pid = o != NULL ? o->pid : -1;
	const char *state = d->protocol == IPPROTO_TCP ? ts_tcp_state_name(sock->state) : NULL;
	if (!ts_scan_allows_int(s, "local_port", sock->local_port) ||
		(d->owners.known && !ts_scan_allows_int(s, "pid", pid))) {
		return;
	}
	begin_row(d, sock, o, pid);
	put_address(s, "local_address", sock, sock->local);
	put_address(s, "remote_address", sock, sock->remote);
	ts_row_int(s, "local_port", sock->local_port);
	ts_row_int(s, "remote_port", sock->remote_port);
	ts_row_text(s, "state", state);
	ts_row_end(s);
}

static void listening_row(struct dump *d, const struct ts_netlink_socket *sock)
{
	struct ts_scan *s = d->scan;
	/* A UDP socket listens as long as it is not bound to one other end. */
	if ((d->protocol == IPPROTO_UDP && sock->remote_port != 0) ||
		!ts_scan_allows_int(s, "port", sock->local_port)) {
		return;
	}
	const struct owner *o = owner_of(&d->owners, sock->inode);
	begin_row(d, sock, o, o != NULL ? o->pid : -1);
	put_address(s, "address", sock, sock->local);
	ts_row_int(s, "port", sock->local_port);
	ts_row_end(s);
}

/* --- netlink --- */

static bool send_request(int fd, int family, int protocol, uint32_t states)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 body;
	} request = { 0 };
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request.body.sdiag_family = (unsigned char)family;
	request.body.sdiag_protocol = (unsigned char)protocol;
	request.body.idiag_states = states;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	return sendto(fd, &request, sizeof(request), 0, (const struct sockaddr *)&kernel, sizeof(kernel)) ==
	       (ssize_t)sizeof(request);
}

/* Tell the ledger why the kernel's list is not to be had. */
static void fail(struct dump *d, int error)
{
	if (error == EPERM || error == EACCES) {
		ts_scan_saw(d->scan, NULL, TS_SEEN_DENIED, "the system forbids to list sockets");
	} else if (error == ENOENT || error == EINVAL || error == EPROTONOSUPPORT || error == EAFNOSUPPORT ||
		   error == EOPNOTSUPP) {
		ts_scan_sawf(d->scan, TS_SEEN_UNSUPPORTED, "the kernel does not list %s sockets",
			d->protocol == IPPROTO_TCP ? "TCP" : "UDP");
	} else {
		ts_scan_sawf(d->scan, TS_SEEN_PARTIAL, "the kernel's list of sockets broke off: %s",
			strerror(error));
	}
	d->failed = true;
}

/* Read what one recv() brought. False: this dump is over. */
static bool read_replies(struct dump *d, const unsigned char *buf, size_t n)
{
	struct ts_netlink m;
	size_t off = 0;
	while (ts_netlink_next(buf, n, &off, &m) != TS_NETLINK_END) {
		d->interrupted |= m.interrupted;
		switch (m.kind) {
		case TS_NETLINK_SOCKET: d->row(d, &m.socket); break;
		case TS_NETLINK_DONE: return false;
		case TS_NETLINK_ERROR: fail(d, m.error); return false;
		case TS_NETLINK_BAD: fail(d, EBADMSG); return false;
		default: break;
		}
		if (ts_scan_over(d->scan)) {
			return false;
		}
	}
	return true;
}

static void read_dump(struct dump *d, int fd, unsigned char *buf)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, ts_budget_left(ts_scan_budget(d->scan), WAIT_MS));
		if (ts_scan_over(d->scan)) {
			return;
		}
		struct sockaddr_nl from = { 0 };
		socklen_t from_length = sizeof(from);
		ssize_t n = ready > 0 ? recvfrom(fd, buf, REPLY_BYTES, MSG_TRUNC, (struct sockaddr *)&from,
						&from_length)
				      : -1;
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0 || n > REPLY_BYTES) {
			fail(d, ready == 0 ? ETIMEDOUT : n < 0 ? errno : EBADMSG);
			return;
		}
		if (from.nl_pid == 0 &&
			!read_replies(d, buf, (size_t)n)) { /* others than the kernel have nothing to say */
			return;
		}
	}
}

static void dump_one(struct dump *d, int family, int protocol)
{
	d->protocol = protocol;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0 || !send_request(fd, family, protocol, d->states)) {
		fail(d, errno);
	} else {
		unsigned char *buf = ts_xmalloc(REPLY_BYTES);
		read_dump(d, fd, buf);
		free(buf);
	}
	if (fd >= 0) {
		close(fd);
	}
}

static void read_namespace(struct dump *d)
{
	char link[64];
	unsigned long long number;
	ssize_t n = readlink("/proc/self/ns/net", link, sizeof(link) - 1);
	link[n > 0 ? n : 0] = '\0';
	if (sscanf(link, "net:[%llu]", &number) == 1) {
		snprintf(d->net_namespace, sizeof(d->net_namespace), "%llu", number);
	}
}

/* The states of TCP that the constraint on column state leaves. */
static uint32_t wanted_states(struct ts_scan *s)
{
	uint32_t mask = 0;
	int n = ts_scan_count(s, "state");
	for (int i = 0; i < n; i++) {
		int number = ts_tcp_state_parse(ts_scan_text(s, "state", i));
		mask |= number != 0 ? 1u << number | (number == 3 ? 1u << 12 : 0) : 0;
	}
	return n > 0 ? mask : ANY_STATE;
}

/* Is there any kind of socket in the constraints that this file does not look at? */
static bool asks_for_others(struct ts_scan *s, const char *column, int first, int second)
{
	int n = ts_scan_count(s, column);
	for (int i = 0; i < n; i++) {
		int64_t v;
		if (ts_scan_int(s, column, i, &v) && v != first && v != second) {
			return true;
		}
	}
	return false;
}

static void dump_all(struct dump *d, uint32_t tcp_states)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct ts_scan *s = d->scan;
	if (ts_scan_wants(s, "pid") || ts_scan_wants(s, "fd")) {
		find_owners(s, &d->owners);
	}
	read_namespace(d);
	for (size_t i = 0; i < TS_COUNT(families) && !d->failed; i++) {
		if (!ts_scan_allows_int(s, "family", families[i])) {
			continue;
		}
		d->states = tcp_states;
		if (ts_scan_allows_int(s, "protocol", IPPROTO_TCP) && tcp_states != 0 && !ts_scan_over(s)) {
			dump_one(d, families[i], IPPROTO_TCP);
		}
		d->states = ANY_STATE;
		if (ts_scan_allows_int(s, "protocol", IPPROTO_UDP) && !d->failed && !ts_scan_over(s)) {
			dump_one(d, families[i], IPPROTO_UDP);
		}
	}
	free(d->owners.list);
}

static void report(struct dump *d)
{
	struct ts_scan *s = d->scan;
	if (asks_for_others(s, "family", AF_INET, AF_INET6) ||
		asks_for_others(s, "protocol", IPPROTO_TCP, IPPROTO_UDP)) {
		ts_scan_saw(
			s, NULL, TS_SEEN_UNSUPPORTED, "only TCP and UDP over IPv4 and IPv6 are looked at");
	} else if (!d->failed && d->interrupted) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "the list of sockets changed while it was read");
	} else if (!d->failed && d->unowned > 0) {
		ts_scan_sawf(s, TS_SEEN_READ, "TCP and UDP; the process is unknown (-1) for %d sockets%s",
			(int)d->unowned,
			d->owners.hidden ? ": other users' processes may not be looked into" : "");
	} else if (!d->failed) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, "TCP and UDP");
	}
}

void ts_fill_process_open_sockets(struct ts_scan *s)
{
	struct dump d = { .scan = s, .row = open_socket_row };
	dump_all(&d, wanted_states(s));
	report(&d);
}

void ts_fill_listening_ports(struct ts_scan *s)
{
	struct dump d = { .scan = s, .row = listening_row };
	dump_all(&d, 1u << STATE_LISTEN);
	report(&d);
}
