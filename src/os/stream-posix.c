/* os/stream-posix.c - a TCP connection with a deadline for every wait. */
#include "os/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "os/net-info.h"
#include "os/net-int.h"
#include "os/os.h"

struct ts_stream {
	int fd;
};

const char *ts_stream_name(enum ts_stream_state s)
{
	static const char *const names[] = { [TS_STREAM_OK] = "ok",
		[TS_STREAM_CLOSED] = "closed",
		[TS_STREAM_RESET] = "reset",
		[TS_STREAM_TIMEOUT] = "timeout",
		[TS_STREAM_CANCELLED] = "cancelled",
		[TS_STREAM_ERROR] = "error" };
	return names[s];
}

/* Wait for the outcome of connect(); false when the deadline or the person came first. */
static bool settle(int fd, int64_t deadline, const atomic_bool *cancel, int *error)
{
	if (ts_net_wait(fd, POLLOUT, deadline, cancel) == 0) {
		return false;
	}
	socklen_t size = sizeof(*error);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, error, &size) != 0) {
		*error = errno;
	}
	return true;
}

struct ts_stream *ts_stream_open(const struct ts_net_addr *a, int port, int max_segment, int64_t deadline,
	const atomic_bool *cancel, struct ts_connected *out)
{
	double start = ts_os_mono_ms_f();
	*out = (struct ts_connected){ .state = TS_CONNECT_ERROR, .rtt_ms = -1, .retransmits = -1 };
	int fd = ts_net_socket(a->family, SOCK_STREAM), on = 1;
	if (fd >= 0) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (max_segment > 0) {
			(void)setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &max_segment, sizeof(max_segment));
		}
	}
	int error = fd < 0 ? errno : ts_net_begin(fd, a, port);
	if (error == EINPROGRESS && !settle(fd, deadline, cancel, &error)) {
		bool stopped = ts_net_cancelled(cancel);
		out->state = stopped ? TS_CONNECT_CANCELLED : TS_CONNECT_TIMEOUT;
		(void)snprintf(out->detail, sizeof(out->detail), "%s", stopped ? "cancelled" : "no answer");
	} else {
		ts_net_classify(fd, error, out);
	}
	out->elapsed_ms = ts_os_mono_ms_f() - start;
	if (fd >= 0) {
		ts_net_info_tcp(fd, out->state == TS_CONNECT_OPEN, out);
	}
	if (out->state != TS_CONNECT_OPEN) {
		if (fd >= 0) {
			(void)close(fd);
		}
		return NULL;
	}
	struct ts_stream *s = ts_xcalloc(1, sizeof(*s));
	s->fd = fd;
	return s;
}

void ts_stream_close(struct ts_stream *s)
{
	if (s != NULL) {
		(void)close(s->fd);
		free(s);
	}
}

int ts_stream_fd(const struct ts_stream *s)
{
	return s->fd;
}

/* What a failed call means: OK = wait and try again. */
static enum ts_stream_state state_of(int error)
{
	switch (error) {
	case EAGAIN:
	case EINTR: return TS_STREAM_OK;
	case ECONNRESET:
	case EPIPE: return TS_STREAM_RESET;
	case ETIMEDOUT: return TS_STREAM_TIMEOUT;
	default: return TS_STREAM_ERROR;
	}
}

enum ts_stream_state ts_stream_send(
	struct ts_stream *s, const void *p, size_t n, int64_t deadline, const atomic_bool *cancel)
{
	const char *at = p;
	while (n > 0) {
		ssize_t sent = send(s->fd, at, n, MSG_NOSIGNAL);
		if (sent >= 0) {
			at += sent;
			n -= (size_t)sent;
			continue;
		}
		enum ts_stream_state state = state_of(errno);
		if (state != TS_STREAM_OK) {
			return state;
		}
		if (ts_net_wait(s->fd, POLLOUT, deadline, cancel) == 0) {
			return ts_net_cancelled(cancel) ? TS_STREAM_CANCELLED : TS_STREAM_TIMEOUT;
		}
	}
	return TS_STREAM_OK;
}

enum ts_stream_state ts_stream_recv(
	struct ts_stream *s, void *p, size_t room, size_t *n, int64_t deadline, const atomic_bool *cancel)
{
	*n = 0;
	for (;;) {
		ssize_t got = recv(s->fd, p, room, 0);
		if (got >= 0) {
			*n = (size_t)got;
			return got > 0 ? TS_STREAM_OK : TS_STREAM_CLOSED;
		}
		enum ts_stream_state state = state_of(errno);
		if (state != TS_STREAM_OK) {
			return state;
		}
		if (ts_net_wait(s->fd, POLLIN, deadline, cancel) == 0) {
			return ts_net_cancelled(cancel) ? TS_STREAM_CANCELLED : TS_STREAM_TIMEOUT;
		}
	}
}

enum ts_stream_state ts_stream_recv_all(
	struct ts_stream *s, void *p, size_t n, size_t *got, int64_t deadline, const atomic_bool *cancel)
{
	char *at = p;
	*got = 0;
	while (*got < n) {
		size_t part;
		enum ts_stream_state state = ts_stream_recv(s, at + *got, n - *got, &part, deadline, cancel);
		if (state != TS_STREAM_OK) {
			return state;
		}
		*got += part;
	}
	return TS_STREAM_OK;
}

bool ts_stream_info(const struct ts_stream *s, struct ts_stream_info *out)
{
	*out = (struct ts_stream_info){ -1, -1, -1, 0 };
	return ts_net_info_stream(s->fd, out);
}
