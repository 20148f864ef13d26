/* os/stream.h - a TCP connection with a deadline for every wait; who ended it is told apart. As in net.h, every wait looks at the
 * deadline and at the cancel flag at least each 50 ms. */
#ifndef TS_OS_STREAM_H
#define TS_OS_STREAM_H

#include "os/net.h"

enum ts_stream_state {
	TS_STREAM_OK,
	TS_STREAM_CLOSED, /* FIN: the other end has nothing more to say */
	TS_STREAM_RESET,  /* RST */
	TS_STREAM_TIMEOUT,
	TS_STREAM_CANCELLED,
	TS_STREAM_ERROR /* a failed system call, an ICMP message */
};

struct ts_stream;

/* Connect. NULL when it did not open: out says how it ended. max_segment: largest segment offered to the other end (TCP_MAXSEG),
 * 0 = the system's own choice. */
struct ts_stream *ts_stream_open(const struct ts_net_addr *a, int port, int max_segment, int64_t deadline,
	const atomic_bool *cancel, struct ts_connected *out);
void ts_stream_close(struct ts_stream *s); /* NULL is allowed */
/* The socket, non-blocking, for a layer on top (TLS); it stays the stream's. */
int ts_stream_fd(const struct ts_stream *s);
/* Send all of it. */
enum ts_stream_state ts_stream_send(
	struct ts_stream *s, const void *p, size_t n, int64_t deadline, const atomic_bool *cancel);
/* At least one byte, at most room. */
enum ts_stream_state ts_stream_recv(
	struct ts_stream *s, void *p, size_t room, size_t *n, int64_t deadline, const atomic_bool *cancel);
/* Exactly n bytes; *got is how many came. */
enum ts_stream_state ts_stream_recv_all(
	struct ts_stream *s, void *p, size_t n, size_t *got, int64_t deadline, const atomic_bool *cancel);

/* What the kernel knows of the connection now; a number is -1, and false is returned, where the system does not tell. */
struct ts_stream_info {
	int unacked;     /* segments sent that nobody has acknowledged */
	int retransmits; /* segments sent again, in all */
	int path_mtu;
	int segment; /* largest that is sent, TCP options included; 0 = unknown */
};
bool ts_stream_info(const struct ts_stream *s, struct ts_stream_info *out);

/* "ok", "closed", "reset", "timeout", "cancelled", "error". */
const char *ts_stream_name(enum ts_stream_state s);

#endif
