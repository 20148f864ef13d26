/* os/net-posix.c - name resolution in a thread that can be left behind, and non-blocking connections. */
#include "os/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "os/net-info.h"
#include "os/net-int.h"
#include "os/os.h"
#include "os/thread.h"

#define MAX_HOST        255
#define MAX_LEFT_BEHIND 64 /* resolver threads that nobody waits for any more */

bool ts_net_cancelled(const atomic_bool *cancel)
{
	return cancel != NULL && atomic_load(cancel);
}

int ts_net_slice(int64_t deadline)
{
	if (deadline == 0) {
		return TS_NET_SLICE_MS;
	}
	int64_t left = deadline - ts_os_mono_ms();
	return left <= 0 ? 0 : left < TS_NET_SLICE_MS ? (int)left : TS_NET_SLICE_MS;
}

int ts_net_wait(int fd, short events, int64_t deadline, const atomic_bool *cancel)
{
	struct pollfd p = { fd, events, 0 };
	for (;;) {
		int ms = ts_net_cancelled(cancel) ? 0 : ts_net_slice(deadline);
		if (poll(&p, 1, ms) > 0) {
			return 1;
		}
		if (ms == 0) {
			return 0;
		}
	}
}

const char *ts_resolve_name(enum ts_resolve_state s)
{
	static const char *const names[] = { [TS_RESOLVE_FOUND] = "found",
		[TS_RESOLVE_NXDOMAIN] = "nxdomain",
		[TS_RESOLVE_NODATA] = "nodata",
		[TS_RESOLVE_AGAIN] = "servfail",
		[TS_RESOLVE_FAIL] = "refused",
		[TS_RESOLVE_TIMEOUT] = "timeout",
		[TS_RESOLVE_CANCELLED] = "cancelled",
		[TS_RESOLVE_ERROR] = "error" };
	return names[s];
}

const char *ts_connect_name(enum ts_connect_state s)
{
	static const char *const names[] = { [TS_CONNECT_OPEN] = "open",
		[TS_CONNECT_REFUSED] = "refused",
		[TS_CONNECT_REJECTED] = "rejected",
		[TS_CONNECT_UNREACHABLE] = "unreachable",
		[TS_CONNECT_TIMEOUT] = "timeout",
		[TS_CONNECT_RESET] = "reset",
		[TS_CONNECT_CANCELLED] = "cancelled",
		[TS_CONNECT_ERROR] = "error" };
	return names[s];
}

/* --- addresses --- */

void ts_net_format(struct ts_net_addr *a)
{
	char text[INET6_ADDRSTRLEN] = "";
	(void)inet_ntop(a->family == TS_NET_IPV6 ? AF_INET6 : AF_INET, a->bytes, text, sizeof(text));
	(void)snprintf(a->text, sizeof(a->text), a->scope != 0 ? "%s%%%u" : "%s", text, a->scope);
}

static bool from_sockaddr(const struct sockaddr *sa, struct ts_net_addr *out)
{
	*out = (struct ts_net_addr){ 0 };
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, sa, sizeof(v4));
		out->family = TS_NET_IPV4;
		memcpy(out->bytes, &v4.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, sa, sizeof(v6));
		out->family = TS_NET_IPV6;
		out->scope = v6.sin6_scope_id;
		memcpy(out->bytes, &v6.sin6_addr, 16);
	} else {
		return false;
	}
	ts_net_format(out);
	return true;
}

socklen_t ts_net_to_sockaddr(const struct ts_net_addr *a, int port, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (a->family == TS_NET_IPV6) {
		struct sockaddr_in6 v6 = {
			.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_scope_id = a->scope
		};
		memcpy(&v6.sin6_addr, a->bytes, 16);
		memcpy(out, &v6, sizeof(v6));
		return sizeof(v6);
	}
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	memcpy(&v4.sin_addr, a->bytes, 4);
	memcpy(out, &v4, sizeof(v4));
	return sizeof(v4);
}

int ts_net_socket(int family, int type)
{
	int fd = socket(family == TS_NET_IPV6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		ts_net_info_listen(fd, family);
	}
	return fd;
}

int ts_net_begin(int fd, const struct ts_net_addr *a, int port)
{
	struct sockaddr_storage sa;
	socklen_t size = ts_net_to_sockaddr(a, port, &sa);
	int rc = connect(fd, (const struct sockaddr *)&sa, size);
	return rc == 0 ? 0 : errno == EINTR ? EINPROGRESS : errno;
}

/* The host without brackets; false when it cannot be a name or an address. */
static bool bare_host(const char *host, char out[MAX_HOST + 1])
{
	size_t n = strlen(host);
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host++;
		n -= 2;
	}
	if (n == 0 || n > MAX_HOST) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)host[i] <= ' ' || host[i] == 0x7F) {
			return false;
		}
		out[i] = host[i];
	}
	out[n] = '\0';
	return true;
}

bool ts_net_parse(const char *text, struct ts_net_addr *out)
{
	char host[MAX_HOST + 1];
	if (!bare_host(text, host)) {
		return false;
	}
	/* Not the forms "127.1" and "2130706433": nobody means them. */
	unsigned char ignored[4];
	if (strchr(host, ':') == NULL && inet_pton(AF_INET, host, ignored) != 1) {
		return false;
	}
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM }, *list = NULL;
	bool ok = getaddrinfo(host, NULL, &hints, &list) == 0 && from_sockaddr(list->ai_addr, out);
	if (list != NULL) {
		freeaddrinfo(list);
	}
	return ok;
}

/* --- resolving --- */

/* Shared by the one who asks and the thread that resolves; whoever lets go last frees it. */
struct request {
	struct ts_mutex *lock;
	struct ts_cond *done_cond;
	bool done;
	bool abandoned;
	char host[MAX_HOST + 1];
	struct ts_resolved result;
};

static atomic_int left_behind;

static void request_free(struct request *r)
{
	ts_mutex_free(r->lock);
	ts_cond_free(r->done_cond);
	free(r);
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
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (states[i].rc == rc) {
			return states[i].state;
		}
	}
	return TS_RESOLVE_ERROR;
}

static void add_address(struct ts_resolved *out, const struct sockaddr *sa)
{
	struct ts_net_addr a;
	if (!from_sockaddr(sa, &a)) {
		return;
	}
	for (size_t i = 0; i < out->count; i++) {
		if (strcmp(out->addrs[i].text, a.text) == 0) {
			return;
		}
	}
	if (out->count == TS_NET_MAX_ADDRESSES) {
		out->more = true;
		return;
	}
	out->addrs[out->count++] = a;
}

/* Blocks for as long as the system's resolver likes. */
static void ask_system(const char *host, struct ts_resolved *out)
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
		add_address(out, a->ai_addr);
	}
	freeaddrinfo(list);
	if (out->count == 0) {
		out->state = TS_RESOLVE_NODATA;
	}
}

static void resolver_thread(void *arg)
{
	struct request *r = arg;
	struct ts_resolved *result = ts_xcalloc(1, sizeof(*result));
	ask_system(r->host, result);
	ts_mutex_lock(r->lock);
	r->result = *result;
	r->done = true;
	bool abandoned = r->abandoned;
	ts_cond_signal(r->done_cond);
	ts_mutex_unlock(r->lock);
	free(result);
	if (abandoned) {
		request_free(r);
		atomic_fetch_sub(&left_behind, 1);
	}
}

/* Wait for the thread; true when it has answered, else the request is the thread's. */
static bool wait_for(struct request *r, int64_t deadline, const atomic_bool *cancel)
{
	ts_mutex_lock(r->lock);
	for (int ms; !r->done && !ts_net_cancelled(cancel) && (ms = ts_net_slice(deadline)) > 0;) {
		(void)ts_cond_wait(r->done_cond, r->lock, ms);
	}
	bool done = r->done;
	if (!done) {
		r->abandoned = true;
		atomic_fetch_add(&left_behind, 1);
	}
	ts_mutex_unlock(r->lock);
	return done;
}

static void resolve(const char *host, int64_t deadline, const atomic_bool *cancel, struct ts_resolved *out)
{
	out->state = TS_RESOLVE_ERROR;
	if (ts_net_parse(host, &out->addrs[0])) {
		out->state = TS_RESOLVE_FOUND;
		out->count = 1;
		out->literal = true;
		return;
	}
	char bare[MAX_HOST + 1];
	if (!bare_host(host, bare)) {
		(void)snprintf(out->detail, sizeof(out->detail),
			"not a host name: empty, with blanks, or longer than %d bytes", MAX_HOST);
		return;
	}
	if (atomic_load(&left_behind) >= MAX_LEFT_BEHIND) {
		(void)snprintf(out->detail, sizeof(out->detail),
			"%d earlier look-ups are still waiting for the resolver", MAX_LEFT_BEHIND);
		return;
	}
	struct request *r = ts_xcalloc(1, sizeof(*r));
	r->lock = ts_mutex_new();
	r->done_cond = ts_cond_new();
	memcpy(r->host, bare, sizeof(bare));
	struct ts_thread *t = ts_thread_start(resolver_thread, r);
	if (t == NULL) {
		request_free(r);
		(void)snprintf(out->detail, sizeof(out->detail), "the system starts no more threads");
		return;
	}
	if (wait_for(r, deadline, cancel)) {
		ts_thread_join(t);
		*out = r->result;
		request_free(r);
		return;
	}
	ts_thread_detach(t);
	out->state = ts_net_cancelled(cancel) ? TS_RESOLVE_CANCELLED : TS_RESOLVE_TIMEOUT;
	(void)snprintf(out->detail, sizeof(out->detail), "%s",
		out->state == TS_RESOLVE_CANCELLED ? "cancelled" : "the resolver did not answer in time");
}

enum ts_resolve_state ts_net_resolve(
	const char *host, int64_t deadline, const atomic_bool *cancel, struct ts_resolved *out)
{
	double start = ts_os_mono_ms_f();
	*out = (struct ts_resolved){ 0 };
	resolve(host, deadline, cancel, out);
	out->elapsed_ms = ts_os_mono_ms_f() - start;
	return out->state;
}

/* --- connecting --- */

struct attempt {
	int fd; /* -1 when it is over */
	double start;
	struct ts_connected *out;
};

/* What an errno of connect() means, and the words for it where the system's own mislead. */
static const struct {
	int error;
	enum ts_connect_state state;
	const char *words;
} outcomes[] = {
	{ 0, TS_CONNECT_OPEN, "" },
	{ ECONNREFUSED, TS_CONNECT_REFUSED, NULL },
	{ ECONNRESET, TS_CONNECT_RESET, NULL },
	{ EACCES, TS_CONNECT_REJECTED, "this computer forbids the connection" },
	{ EPERM, TS_CONNECT_REJECTED, "this computer forbids the connection" },
	{ ENETUNREACH, TS_CONNECT_UNREACHABLE, NULL },
	{ EHOSTUNREACH, TS_CONNECT_UNREACHABLE, NULL },
	{ ENETDOWN, TS_CONNECT_UNREACHABLE, NULL },
	{ EHOSTDOWN, TS_CONNECT_UNREACHABLE, NULL },
	{ EADDRNOTAVAIL, TS_CONNECT_UNREACHABLE, "this computer has no address of that family" },
	{ EAFNOSUPPORT, TS_CONNECT_UNREACHABLE, "this computer has no address of that family" },
	{ ETIMEDOUT, TS_CONNECT_TIMEOUT, NULL },
};

void ts_net_classify(int fd, int error, struct ts_connected *out)
{
	out->state = TS_CONNECT_ERROR;
	const char *words = strerror(error);
	for (size_t i = 0; i < TS_COUNT(outcomes); i++) {
		if (outcomes[i].error == error) {
			out->state = outcomes[i].state;
			words = outcomes[i].words != NULL ? outcomes[i].words : words;
		}
	}
	struct ts_net_icmp icmp;
	if (error != 0 && fd >= 0 && ts_net_info_icmp(fd, &icmp)) {
		out->state = icmp.prohibited ? TS_CONNECT_REJECTED : TS_CONNECT_UNREACHABLE;
		(void)snprintf(out->rejected_by, sizeof(out->rejected_by), "%s", icmp.from);
		(void)snprintf(out->detail, sizeof(out->detail), "ICMP: %s", icmp.words);
	} else {
		(void)snprintf(out->detail, sizeof(out->detail), "%s", words);
	}
}

/* The attempt is over: keep what the kernel knows and let the socket go. */
static void finish(struct attempt *a)
{
	a->out->elapsed_ms = ts_os_mono_ms_f() - a->start;
	if (a->fd >= 0) {
		ts_net_info_tcp(a->fd, a->out->state == TS_CONNECT_OPEN, a->out);
		(void)close(a->fd);
		a->fd = -1;
	}
}

/* Begin one attempt; it may be over at once (local addresses). */
static void begin(struct attempt *a, const struct ts_net_addr *addr, int port, struct ts_connected *out)
{
	*out = (struct ts_connected){ .state = TS_CONNECT_ERROR, .rtt_ms = -1, .retransmits = -1 };
	*a = (struct attempt){ -1, ts_os_mono_ms_f(), out };
	a->fd = ts_net_socket(addr->family, SOCK_STREAM);
	int error = a->fd < 0 ? errno : ts_net_begin(a->fd, addr, port);
	if (error != EINPROGRESS) {
		ts_net_classify(a->fd, error, out);
		finish(a);
	}
}

/* Wait a slice for any of the attempts and end those that are decided. Returns how many are still open-ended. */
static size_t look(struct attempt *attempts, size_t count, int ms)
{
	struct pollfd fds[TS_NET_MAX_ADDRESSES];
	for (size_t i = 0; i < count; i++) {
		fds[i] = (struct pollfd){ attempts[i].fd, POLLOUT, 0 };
	}
	int ready = poll(fds, (nfds_t)count, ms);
	size_t left = 0;
	for (size_t i = 0; i < count; i++) {
		if (attempts[i].fd >= 0 && ready > 0 && fds[i].revents != 0) {
			int error = 0;
			socklen_t size = sizeof(error);
			if (getsockopt(attempts[i].fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
				error = errno;
			}
			ts_net_classify(attempts[i].fd, error, attempts[i].out);
			finish(&attempts[i]);
		}
		left += attempts[i].fd >= 0;
	}
	return left;
}

static bool any_open(const struct attempt *attempts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (attempts[i].out->state == TS_CONNECT_OPEN) {
			return true;
		}
	}
	return false;
}

void ts_net_connect(const struct ts_net_addr *addrs, size_t count, int port, int64_t deadline, int grace_ms,
	const atomic_bool *cancel, struct ts_connected *out)
{
	struct attempt attempts[TS_NET_MAX_ADDRESSES];
	size_t used = count < TS_NET_MAX_ADDRESSES ? count : TS_NET_MAX_ADDRESSES;
	for (size_t i = used; i < count; i++) {
		out[i] = (struct ts_connected){ .state = TS_CONNECT_ERROR, .rtt_ms = -1, .retransmits = -1 };
		(void)snprintf(out[i].detail, sizeof(out[i].detail), "not tried: more than %d addresses",
			TS_NET_MAX_ADDRESSES);
	}
	for (size_t i = 0; i < used; i++) {
		begin(&attempts[i], &addrs[i], port, &out[i]);
	}
	bool opened = false;
	size_t left = look(attempts, used, 0);
	for (int ms; left > 0 && !ts_net_cancelled(cancel) && (ms = ts_net_slice(deadline)) > 0;) {
		if (!opened && grace_ms > 0 && any_open(attempts, used)) {
			int64_t end = ts_os_mono_ms() + grace_ms;
			opened = true;
			deadline = deadline == 0 || end < deadline ? end : deadline;
		}
		left = look(attempts, used, ms);
	}
	for (size_t i = 0; i < used; i++) {
		if (attempts[i].fd >= 0) {
			bool stopped = ts_net_cancelled(cancel);
			out[i].state = stopped ? TS_CONNECT_CANCELLED : TS_CONNECT_TIMEOUT;
			(void)snprintf(out[i].detail, sizeof(out[i].detail), "%s",
				stopped  ? "cancelled"
				: opened ? "no answer before another address had answered"
					 : "no answer");
			finish(&attempts[i]);
		}
	}
}
