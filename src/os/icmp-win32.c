/* os/icmp-win32.c - ICMP echo by the functions of iphlpapi, which any user may call. */
#include "os/icmp.h"

#include <stdlib.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <icmpapi.h>

#include "base/alloc.h"
#include "os/err-win32.h"
#include "os/os.h"
#include "os/sock.h"
#include "os/sockaddr.h"

#define DATA 48 /* bytes as ping sends, less its time stamp */
#define MOST 16 /* requests under way */
#define ROOM (sizeof(ICMP_ECHO_REPLY) + V6_REPLY + DATA + 256)
/* ICMPV6_ECHO_REPLY, which mingw-w64 lacks: the packed address of 26 bytes, two of padding, status, round trip. */
#define V6_STATUS  28
#define V6_REPLY   36
#define TIMEOUT_MS 4000

/* From the system's own folder: a file of that name beside the program is not ours. */
static struct {
	HMODULE dll;
	HANDLE(WINAPI *open4)(void);
	HANDLE(WINAPI *open6)(void);
	BOOL(WINAPI *close)(HANDLE);
	DWORD(WINAPI *send4)
	(HANDLE, HANDLE, FARPROC, PVOID, IPAddr, LPVOID, WORD, PIP_OPTION_INFORMATION, LPVOID, DWORD, DWORD);
	DWORD(WINAPI *send6)
	(HANDLE, HANDLE, FARPROC, PVOID, struct sockaddr_in6 *, struct sockaddr_in6 *, LPVOID, WORD,
		PIP_OPTION_INFORMATION, LPVOID, DWORD, DWORD);
	DWORD(WINAPI *parse4)(LPVOID, DWORD);
	DWORD(WINAPI *parse6)(LPVOID, DWORD);
} api;

struct request {
	HANDLE event;
	unsigned char *reply;
	unsigned sequence;
	bool waiting;
};

struct ts_icmp {
	HANDLE handle;
	struct ts_net_addr addr;
	struct request requests[MOST];
	size_t n;
};

static void *function(const char *name)
{
	/* POSIX and Windows agree that a pointer to a function fits. */
	FARPROC f = GetProcAddress(api.dll, name);
	void *p;
	memcpy(&p, &f, sizeof(p));
	return p;
}

static BOOL CALLBACK load(PINIT_ONCE once, PVOID parameter, PVOID *context)
{
	(void)once;
	(void)parameter;
	(void)context;
	api.dll = LoadLibraryExW(L"iphlpapi.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
	if (api.dll == NULL) {
		return TRUE;
	}
	*(void **)&api.open4 = function("IcmpCreateFile");
	*(void **)&api.open6 = function("Icmp6CreateFile");
	*(void **)&api.close = function("IcmpCloseHandle");
	*(void **)&api.send4 = function("IcmpSendEcho2");
	*(void **)&api.send6 = function("Icmp6SendEcho2");
	*(void **)&api.parse4 = function("IcmpParseReplies");
	*(void **)&api.parse6 = function("Icmp6ParseReplies");
	return TRUE;
}

struct ts_icmp *ts_icmp_open(const struct ts_net_addr *a, char why[160])
{
	static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
	bool v6 = a->family == TS_NET_IPV6;
	(void)InitOnceExecuteOnce(&once, load, NULL, NULL);
	if (v6 ? api.open6 == NULL || api.send6 == NULL || api.parse6 == NULL
	       : api.open4 == NULL || api.send4 == NULL || api.parse4 == NULL) {
		(void)snprintf(why, 160, "this system has no ICMP functions");
		return NULL;
	}
	HANDLE h = v6 ? api.open6() : api.open4();
	if (h == INVALID_HANDLE_VALUE) {
		(void)ts_win32_words(GetLastError(), why, 160);
		return NULL;
	}
	struct ts_icmp *p = ts_xcalloc(1, sizeof(*p));
	p->handle = h;
	p->addr = *a;
	return p;
}

void ts_icmp_close(struct ts_icmp *p)
{
	if (p == NULL) {
		return;
	}
	(void)api.close(p->handle);
	for (size_t i = 0; i < p->n; i++) {
		/* The system may still write into the buffer of a request that has no answer: that one is left to it. */
		if (!p->requests[i].waiting) {
			(void)CloseHandle(p->requests[i].event);
			free(p->requests[i].reply);
		}
	}
	free(p);
}

bool ts_icmp_send(struct ts_icmp *p, unsigned sequence)
{
	if (p->n == MOST) {
		return false;
	}
	struct request *r = &p->requests[p->n];
	HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
	if (event == NULL) {
		return false;
	}
	*r = (struct request){ event, ts_xcalloc(1, ROOM), sequence, true };
	unsigned char data[DATA];
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] = (unsigned char)i;
	}
	struct sockaddr_storage to;
	(void)ts_sockaddr_write(&p->addr, 0, &to);
	DWORD rc;
	if (p->addr.family == TS_NET_IPV6) {
		struct sockaddr_in6 from = { .sin6_family = AF_INET6 }, v6;
		memcpy(&v6, &to, sizeof(v6));
		rc = api.send6(p->handle, event, NULL, NULL, &from, &v6, data, DATA, NULL, r->reply, ROOM,
			TIMEOUT_MS);
	} else {
		struct sockaddr_in v4;
		memcpy(&v4, &to, sizeof(v4));
		rc = api.send4(p->handle, event, NULL, NULL, v4.sin_addr.s_addr, data, DATA, NULL, r->reply,
			ROOM, TIMEOUT_MS);
	}
	if (rc == 0 && GetLastError() != ERROR_IO_PENDING) {
		(void)CloseHandle(event);
		free(r->reply);
		return false;
	}
	if (rc != 0) {
		/* Wine answers at once, without the event. */
		(void)SetEvent(event);
	}
	p->n++;
	return true;
}

/* Did that request get its echo reply, and no other message? */
static bool has_echo(const struct ts_icmp *p, struct request *r)
{
	if (p->addr.family == TS_NET_IPV6) {
		IP_STATUS status;
		bool any = api.parse6(r->reply, ROOM) > 0;
		memcpy(&status, r->reply + V6_STATUS, sizeof(status));
		return any && status == IP_SUCCESS;
	}
	ICMP_ECHO_REPLY reply;
	bool any = api.parse4(r->reply, ROOM) > 0;
	memcpy(&reply, r->reply, sizeof(reply));
	return any && reply.Status == IP_SUCCESS;
}

int ts_icmp_recv(struct ts_icmp *p, int64_t deadline, const atomic_bool *cancel)
{
	for (;;) {
		HANDLE events[MOST];
		size_t which[MOST];
		DWORD n = 0;
		for (size_t i = 0; i < p->n; i++) {
			if (p->requests[i].waiting) {
				which[n] = i;
				events[n++] = p->requests[i].event;
			}
		}
		int ms = ts_net_cancelled(cancel) ? 0 : ts_net_slice(deadline);
		if (n == 0) {
			ts_os_sleep_ms(ms);
		} else {
			DWORD rc = WaitForMultipleObjects(n, events, FALSE, (DWORD)ms);
			if (rc < WAIT_OBJECT_0 + n) {
				struct request *r = &p->requests[which[rc - WAIT_OBJECT_0]];
				r->waiting = false;
				if (has_echo(p, r)) {
					return (int)r->sequence;
				}
				continue;
			}
		}
		if (ms == 0) {
			return -1;
		}
	}
}
