/* os/sock-win32.c - sockets on Windows (Winsock 2). */
#include "os/sock.h"

#include <limits.h>
#include <stdlib.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "base/alloc.h"
#include "base/str.h"
#include "os/err-win32.h"
#include "os/net-info.h"
#include "os/sockaddr.h"
#include "os/wide-win32.h"

static BOOL CALLBACK start(PINIT_ONCE once, PVOID parameter, PVOID *context)
{
	WSADATA data;
	(void)once;
	(void)parameter;
	(void)context;
	return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

/* Winsock is loaded by those who use it, not by every start. */
static bool ready(void)
{
	static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
	return InitOnceExecuteOnce(&once, start, NULL, NULL) != 0;
}

enum ts_sock_fault ts_sock_fault(int error)
{
	static const struct {
		int error;
		enum ts_sock_fault fault;
	} faults[] = {
		{ 0, TS_SOCK_NONE },
		{ WSAEWOULDBLOCK, TS_SOCK_AGAIN },
		{ WSAEINTR, TS_SOCK_AGAIN },
		{ WSAEINPROGRESS, TS_SOCK_PROGRESS },
		{ WSAECONNREFUSED, TS_SOCK_REFUSED },
		{ WSAECONNRESET, TS_SOCK_RESET },
		{ WSAECONNABORTED, TS_SOCK_RESET },
		{ WSAENETRESET, TS_SOCK_RESET },
		{ WSAESHUTDOWN, TS_SOCK_RESET },
		{ WSAEACCES, TS_SOCK_FORBIDDEN },
		{ WSAENETUNREACH, TS_SOCK_UNREACHABLE },
		{ WSAEHOSTUNREACH, TS_SOCK_UNREACHABLE },
		{ WSAENETDOWN, TS_SOCK_UNREACHABLE },
		{ WSAEHOSTDOWN, TS_SOCK_UNREACHABLE },
		{ WSAEADDRNOTAVAIL, TS_SOCK_NO_ADDRESS },
		{ WSAEAFNOSUPPORT, TS_SOCK_NO_ADDRESS },
		{ WSAETIMEDOUT, TS_SOCK_TIMEOUT },
		{ WSAEMSGSIZE, TS_SOCK_TOO_BIG },
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
	return ts_win32_words((unsigned long)error, out, size);
}

/* Handles of the kernel use 32 bits at most. */
static SOCKET handle(int fd)
{
	return (SOCKET)(unsigned)fd;
}

int ts_sock_open(int family, enum ts_sock_type type, int *error)
{
	*error = WSASYSNOTREADY;
	if (!ready()) {
		return -1;
	}
	bool stream = type == TS_SOCK_STREAM;
	SOCKET s = WSASocketW(ts_sockaddr_family(family), stream ? SOCK_STREAM : SOCK_DGRAM,
		stream ? IPPROTO_TCP : IPPROTO_UDP, NULL, 0,
		WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
	u_long on = 1;
	if (s == INVALID_SOCKET || s > INT_MAX || ioctlsocket(s, (long)FIONBIO, &on) != 0) {
		*error = WSAGetLastError();
		if (s != INVALID_SOCKET) {
			(void)closesocket(s);
		}
		return -1;
	}
	*error = 0;
	ts_net_info_listen((int)s, family);
	return (int)s;
}

void ts_sock_close(int fd)
{
	(void)closesocket(handle(fd));
}

int ts_sock_connect(int fd, const struct ts_net_addr *a, int port)
{
	struct sockaddr_storage sa;
	socklen_t size = ts_sockaddr_write(a, port, &sa);
	if (connect(handle(fd), (const struct sockaddr *)&sa, size) == 0) {
		return 0;
	}
	int error = WSAGetLastError();
	return error == WSAEWOULDBLOCK ? WSAEINPROGRESS : error;
}

int ts_sock_outcome(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);
	return getsockopt(handle(fd), SOL_SOCKET, SO_ERROR, (char *)&error, &size) == 0 ? error
											: WSAGetLastError();
}

void ts_sock_tune(int fd, int max_segment)
{
	BOOL on = TRUE;
	(void)setsockopt(handle(fd), IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof(on));
	/* The largest segment cannot be chosen on Windows. */
	(void)max_segment;
}

static int size_int(size_t n)
{
	return n < INT_MAX ? (int)n : INT_MAX;
}

ptrdiff_t ts_sock_send(int fd, const void *p, size_t n, int *error)
{
	int sent = send(handle(fd), p, size_int(n), 0);
	*error = sent < 0 ? WSAGetLastError() : 0;
	return sent;
}

ptrdiff_t ts_sock_recv(int fd, void *p, size_t n, int *error)
{
	int got = recv(handle(fd), p, size_int(n), 0);
	*error = got < 0 ? WSAGetLastError() : 0;
	return got;
}

int ts_sock_poll(struct ts_sock_poll *p, size_t n, int ms)
{
	/* select, not WSAPoll, which on older systems never says that a connection was refused. */
	fd_set in, out, failed;
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&failed);
	bool any = false;
	for (size_t i = 0; i < n && i < FD_SETSIZE; i++) {
		if (p[i].fd >= 0) {
			any = true;
			FD_SET(handle(p[i].fd), p[i].wait == TS_SOCK_TO_READ ? &in : &out);
			FD_SET(handle(p[i].fd), &failed);
		}
	}
	struct timeval t = { ms / 1000, ms % 1000 * 1000 };
	int rc = 0, count = 0;
	if (any) {
		rc = select(0, &in, &out, &failed, &t);
	} else {
		Sleep((DWORD)ms);
	}
	for (size_t i = 0; i < n; i++) {
		SOCKET s = p[i].fd >= 0 ? handle(p[i].fd) : INVALID_SOCKET;
		p[i].ready = rc > 0 && p[i].fd >= 0 &&
			     (FD_ISSET(s, &in) || FD_ISSET(s, &out) || FD_ISSET(s, &failed));
		count += p[i].ready;
	}
	return count;
}

void ts_net_format(struct ts_net_addr *a)
{
	ts_sockaddr_format(a);
}

bool ts_sock_parse(const char *text, struct ts_net_addr *out)
{
	/* Not the forms "127.1" and "2130706433": nobody means them. */
	unsigned char ignored[4];
	if (!ready() || (strchr(text, ':') == NULL && inet_pton(AF_INET, text, ignored) != 1)) {
		return false;
	}
	ADDRINFOW hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM }, *list = NULL;
	wchar_t *wide = ts_wide(text);
	bool ok = GetAddrInfoW(wide, NULL, &hints, &list) == 0 && ts_sockaddr_read(list->ai_addr, out);
	if (list != NULL) {
		FreeAddrInfoW(list);
	}
	free(wide);
	return ok;
}

static enum ts_resolve_state state_of(int rc)
{
	switch (rc) {
	case 0: return TS_RESOLVE_FOUND;
	case WSAHOST_NOT_FOUND: return TS_RESOLVE_NXDOMAIN;
	case WSANO_DATA: return TS_RESOLVE_NODATA;
	case WSATRY_AGAIN: return TS_RESOLVE_AGAIN;
	case WSANO_RECOVERY: return TS_RESOLVE_FAIL;
	default: return TS_RESOLVE_ERROR;
	}
}

void ts_sock_resolve(const char *host, struct ts_resolved *out)
{
	if (!ready()) {
		(void)snprintf(out->detail, sizeof(out->detail), "Winsock cannot be started");
		out->state = TS_RESOLVE_ERROR;
		return;
	}
	ADDRINFOW hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM }, *list = NULL;
	wchar_t *wide = ts_wide(host);
	int rc = GetAddrInfoW(wide, NULL, &hints, &list);
	free(wide);
	out->state = state_of(rc);
	if (rc != 0) {
		(void)ts_win32_words((unsigned long)rc, out->detail, sizeof(out->detail));
		return;
	}
	char *canonical = ts_utf8(list->ai_canonname);
	if (canonical != NULL && !ts_str_case_eq(canonical, host)) {
		(void)snprintf(out->canonical, sizeof(out->canonical), "%s", canonical);
	}
	free(canonical);
	for (const ADDRINFOW *a = list; a != NULL; a = a->ai_next) {
		struct ts_net_addr addr;
		if (ts_sockaddr_read(a->ai_addr, &addr)) {
			ts_net_add_address(out, &addr);
		}
	}
	FreeAddrInfoW(list);
	if (out->count == 0) {
		out->state = TS_RESOLVE_NODATA;
	}
}
