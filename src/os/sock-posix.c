/* os/sock-posix.c - sockets on POSIX systems. */
#include "os/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "os/net-info.h"
#include "os/sockaddr.h"

#define MOST_AT_ONCE 16

enum ts_sock_fault ts_sock_fault(int error)
{
	static const struct {
		int error;
		enum ts_sock_fault fault;
	} faults[] = {
		{ 0, TS_SOCK_NONE },
		{ EAGAIN, TS_SOCK_AGAIN },
		{ EINTR, TS_SOCK_AGAIN },
		{ EINPROGRESS, TS_SOCK_PROGRESS },
		{ ECONNREFUSED, TS_SOCK_REFUSED },
		{ ECONNRESET, TS_SOCK_RESET },
		{ EPIPE, TS_SOCK_RESET },
		{ EACCES, TS_SOCK_FORBIDDEN },
		{ EPERM, TS_SOCK_FORBIDDEN },
		{ ENETUNREACH, TS_SOCK_UNREACHABLE },
		{ EHOSTUNREACH, TS_SOCK_UNREACHABLE },
		{ ENETDOWN, TS_SOCK_UNREACHABLE },
		{ EHOSTDOWN, TS_SOCK_UNREACHABLE },
		{ EADDRNOTAVAIL, TS_SOCK_NO_ADDRESS },
		{ EAFNOSUPPORT, TS_SOCK_NO_ADDRESS },
		{ ETIMEDOUT, TS_SOCK_TIMEOUT },
		{ EMSGSIZE, TS_SOCK_TOO_BIG },
	};
	for (size_t i = 0; i < TS_COUNT(faults); i++) {
		if (faults[i].error == error) {
			return faults[i].fault;
		}
	}
	return TS_SOCK_OTHER;
}

const char *ts_sock_words(int error, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", strerror(error));
	return out;
}

int ts_sock_open(int family, enum ts_sock_type type, int *error)
{
	int kind = type == TS_SOCK_STREAM ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(ts_sockaddr_family(family), kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	*error = fd < 0 ? errno : 0;
	if (fd >= 0) {
		ts_net_info_listen(fd, family);
	}
	return fd;
}

void ts_sock_close(int fd)
{
	(void)close(fd);
}

int ts_sock_connect(int fd, const struct ts_net_addr *a, int port)
{
	struct sockaddr_storage sa;
	socklen_t size = ts_sockaddr_write(a, port, &sa);
	int rc = connect(fd, (const struct sockaddr *)&sa, size);
	return rc == 0 ? 0 : errno == EINTR ? EINPROGRESS : errno;
}

int ts_sock_outcome(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void ts_sock_tune(int fd, int max_segment)
{
	int on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (max_segment > 0) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &max_segment, sizeof(max_segment));
	}
}

ptrdiff_t ts_sock_send(int fd, const void *p, size_t n, int *error)
{
	ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
	*error = sent < 0 ? errno : 0;
	return sent;
}

ptrdiff_t ts_sock_recv(int fd, void *p, size_t n, int *error)
{
	ssize_t got = recv(fd, p, n, MSG_DONTWAIT);
	*error = got < 0 ? errno : 0;
	return got;
}

int ts_sock_poll(struct ts_sock_poll *p, size_t n, int ms)
{
	struct pollfd fds[MOST_AT_ONCE];
	int ready = 0;
	n = n < MOST_AT_ONCE ? n : MOST_AT_ONCE;
	for (size_t i = 0; i < n; i++) {
		fds[i] = (struct pollfd){ p[i].fd, p[i].wait == TS_SOCK_TO_READ ? POLLIN : POLLOUT, 0 };
	}
	int rc = poll(fds, (nfds_t)n, ms);
	for (size_t i = 0; i < n; i++) {
		p[i].ready = rc > 0 && fds[i].revents != 0;
		ready += p[i].ready;
	}
	return ready;
}

void ts_net_format(struct ts_net_addr *a)
{
	ts_sockaddr_format(a);
}

bool ts_sock_parse(const char *text, struct ts_net_addr *out)
{
	/* Not the forms "127.1" and "2130706433": nobody means them. */
	unsigned char ignored[4];
	if (strchr(text, ':') == NULL && inet_pton(AF_INET, text, ignored) != 1) {
		return false;
	}
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM }, *list = NULL;
	bool ok = getaddrinfo(text, NULL, &hints, &list) == 0 && ts_sockaddr_read(list->ai_addr, out);
	if (list != NULL) {
		freeaddrinfo(list);
	}
	return ok;
}

static enum ts_resolve_state state_of(int rc)
{
	static const struct {
		int rc;
		enum ts_resolve_state state;
	} states[] = {
		{ 0, TS_RESOLVE_FOUND },
		{ EAI_NONAME, TS_RESOLVE_NXDOMAIN },
		{ EAI_NODATA, TS_RESOLVE_NODATA },
		{ EAI_ADDRFAMILY, TS_RESOLVE_NODATA },
		{ EAI_AGAIN, TS_RESOLVE_AGAIN },
		{ EAI_FAIL, TS_RESOLVE_FAIL },
	};
	for (size_t i = 0; i < TS_COUNT(states); i++) {
		if (states[i].rc == rc) {
			return states[i].state;
		}
	}
	return TS_RESOLVE_ERROR;
}

void ts_sock_resolve(const char *host, struct ts_resolved *out)
{
	struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM }, *list = NULL;
	int rc = getaddrinfo(host, NULL, &hints, &list);
	int why = errno;
	out->state = state_of(rc);
	if (rc != 0) {
		(void)snprintf(out->detail, sizeof(out->detail), "%s",
			rc == EAI_SYSTEM ? strerror(why) : gai_strerror(rc));
		return;
	}
	if (list->ai_canonname != NULL && !ts_str_case_eq(list->ai_canonname, host)) {
		(void)snprintf(out->canonical, sizeof(out->canonical), "%s", list->ai_canonname);
	}
	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		struct ts_net_addr addr;
		if (ts_sockaddr_read(a->ai_addr, &addr)) {
			ts_net_add_address(out, &addr);
		}
	}
	freeaddrinfo(list);
	if (out->count == 0) {
		out->state = TS_RESOLVE_NODATA;
	}
}
