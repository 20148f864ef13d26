/* os/net.c - name resolution in a thread that can be left behind, and non-blocking connections. */
#include "os/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "os/net-info.h"
#include "os/os.h"
#include "os/sock.h"
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

bool ts_net_wait(int fd, enum ts_sock_wait wait, int64_t deadline, const atomic_bool *cancel)
{
	struct ts_sock_poll p = { fd, wait, false };
	for (;;) {
		int ms = ts_net_cancelled(cancel) ? 0 : ts_net_slice(deadline);
		if (ts_sock_poll(&p, 1, ms) > 0) {
			return true;
		}
		if (ms == 0) {
			return false;
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
	return bare_host(text, host) && ts_sock_parse(host, out);
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

void ts_net_add_address(struct ts_resolved *out, const struct ts_net_addr *a)
{
	for (size_t i = 0; i < out->count; i++) {
		if (strcmp(out->addrs[i].text, a->text) == 0) {
			return;
		}
	}
	if (out->count == TS_NET_MAX_ADDRESSES) {
		out->more = true;
		return;
	}
	out->addrs[out->count++] = *a;
}

static void resolver_thread(void *arg)
{
	struct request *r = arg;
	struct ts_resolved *result = ts_xcalloc(1, sizeof(*result));
	ts_sock_resolve(r->host, result);
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

/* What a failure of connect() means, and the words for it where the system's own mislead. */
static const struct {
	enum ts_sock_fault fault;
	enum ts_connect_state state;
	const char *words;
} outcomes[] = {
	{ TS_SOCK_NONE, TS_CONNECT_OPEN, "" },
	{ TS_SOCK_REFUSED, TS_CONNECT_REFUSED, NULL },
	{ TS_SOCK_RESET, TS_CONNECT_RESET, NULL },
	{ TS_SOCK_FORBIDDEN, TS_CONNECT_REJECTED, "this computer forbids the connection" },
	{ TS_SOCK_UNREACHABLE, TS_CONNECT_UNREACHABLE, NULL },
	{ TS_SOCK_NO_ADDRESS, TS_CONNECT_UNREACHABLE, "this computer has no address of that family" },
	{ TS_SOCK_TIMEOUT, TS_CONNECT_TIMEOUT, NULL },
};

void ts_net_classify(int fd, int error, struct ts_connected *out)
{
	char system_words[sizeof(out->detail)];
	const char *words = ts_sock_words(error, system_words, sizeof(system_words));
	out->state = TS_CONNECT_ERROR;
	for (size_t i = 0; i < TS_COUNT(outcomes); i++) {
		if (outcomes[i].fault == ts_sock_fault(error)) {
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
		ts_sock_close(a->fd);
		a->fd = -1;
	}
}

/* Begin one attempt; it may be over at once (local addresses). */
static void begin(struct attempt *a, const struct ts_net_addr *addr, int port, struct ts_connected *out)
{
	*out = (struct ts_connected){ .state = TS_CONNECT_ERROR, .rtt_ms = -1, .retransmits = -1 };
	*a = (struct attempt){ -1, ts_os_mono_ms_f(), out };
	int error;
	a->fd = ts_sock_open(addr->family, TS_SOCK_STREAM, &error);
	if (a->fd >= 0) {
		error = ts_sock_connect(a->fd, addr, port);
	}
	if (ts_sock_fault(error) != TS_SOCK_PROGRESS) {
		ts_net_classify(a->fd, error, out);
		finish(a);
	}
}

/* Wait a slice for any of the attempts and end those that are decided. Returns how many are still open-ended. */
static size_t look(struct attempt *attempts, size_t count, int ms)
{
	struct ts_sock_poll fds[TS_NET_MAX_ADDRESSES];
	for (size_t i = 0; i < count; i++) {
		fds[i] = (struct ts_sock_poll){ attempts[i].fd, TS_SOCK_TO_WRITE, false };
	}
	(void)ts_sock_poll(fds, count, ms);
	size_t left = 0;
	for (size_t i = 0; i < count; i++) {
		if (attempts[i].fd >= 0 && fds[i].ready) {
			ts_net_classify(attempts[i].fd, ts_sock_outcome(attempts[i].fd), attempts[i].out);
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
