/* os/stream.c - a TCP connection with a deadline for every wait. */
#include "os/stream.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "os/net-info.h"
#include "os/os.h"
#include "os/sock.h"

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

struct ts_stream *ts_stream_open(const struct ts_net_addr *a, int port, int max_segment, int64_t deadline,
	const atomic_bool *cancel, struct ts_connected *out)
{
	double start = ts_os_mono_ms_f();
	*out = (struct ts_connected){ .state = TS_CONNECT_ERROR, .rtt_ms = -1, .retransmits = -1 };
	int error, fd = ts_sock_open(a->family, TS_SOCK_STREAM, &error);
	if (fd >= 0) {
		ts_sock_tune(fd, max_segment);
		error = ts_sock_connect(fd, a, port);
	}
	bool waits = ts_sock_fault(error) == TS_SOCK_PROGRESS;
	if (waits && !ts_net_wait(fd, TS_SOCK_TO_WRITE, deadline, cancel)) {
		bool stopped = ts_net_cancelled(cancel);
		out->state = stopped ? TS_CONNECT_CANCELLED : TS_CONNECT_TIMEOUT;
		(void)snprintf(out->detail, sizeof(out->detail), "%s", stopped ? "cancelled" : "no answer");
	} else {
		ts_net_classify(fd, waits ? ts_sock_outcome(fd) : error, out);
	}
	out->elapsed_ms = ts_os_mono_ms_f() - start;
	if (fd >= 0) {
		ts_net_info_tcp(fd, out->state == TS_CONNECT_OPEN, out);
	}
	if (out->state != TS_CONNECT_OPEN) {
		if (fd >= 0) {
			ts_sock_close(fd);
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
		ts_sock_close(s->fd);
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
	switch (ts_sock_fault(error)) {
	case TS_SOCK_AGAIN: return TS_STREAM_OK;
	case TS_SOCK_RESET: return TS_STREAM_RESET;
	case TS_SOCK_TIMEOUT: return TS_STREAM_TIMEOUT;
	default: return TS_STREAM_ERROR;
	}
}

enum ts_stream_state ts_stream_send(
	struct ts_stream *s, const void *p, size_t n, int64_t deadline, const atomic_bool *cancel)
{
	const char *at = p;
	while (n > 0) {
		int error;
		ptrdiff_t sent = ts_sock_send(s->fd, at, n, &error);
		if (sent >= 0) {
			at += sent;
			n -= (size_t)sent;
			continue;
		}
		enum ts_stream_state state = state_of(error);
		if (state != TS_STREAM_OK) {
			return state;
		}
		if (!ts_net_wait(s->fd, TS_SOCK_TO_WRITE, deadline, cancel)) {
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
		int error;
		ptrdiff_t got = ts_sock_recv(s->fd, p, room, &error);
		if (got >= 0) {
			*n = (size_t)got;
			return got > 0 ? TS_STREAM_OK : TS_STREAM_CLOSED;
		}
		enum ts_stream_state state = state_of(error);
		if (state != TS_STREAM_OK) {
			return state;
		}
		if (!ts_net_wait(s->fd, TS_SOCK_TO_READ, deadline, cancel)) {
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
