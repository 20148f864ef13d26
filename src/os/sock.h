/* os/sock.h - sockets as the files behind net.h, stream.h, dgram.h and icmp.h need them: non-blocking, with failures named alike on every system
 * (sock-posix.c, sock-win32.c). A socket is an int here, on Windows too, whose handles fit. */
#ifndef TS_OS_SOCK_H
#define TS_OS_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include "os/net.h"

/* What a call of the socket interface failed with. */
enum ts_sock_fault {
	TS_SOCK_NONE,
	TS_SOCK_AGAIN,    /* nothing now: wait and try again */
	TS_SOCK_PROGRESS, /* connect() has begun */
	TS_SOCK_REFUSED,
	TS_SOCK_RESET,
	TS_SOCK_FORBIDDEN,
	TS_SOCK_UNREACHABLE,
	TS_SOCK_NO_ADDRESS, /* this computer has no address of that family */
	TS_SOCK_TIMEOUT,
	TS_SOCK_TOO_BIG,
	TS_SOCK_OTHER
};

/* The system's number for it comes along, for its words. 0 = no failure. */
enum ts_sock_fault ts_sock_fault(int error);
const char *ts_sock_words(int error, char *out, size_t size);

enum ts_sock_type { TS_SOCK_STREAM, TS_SOCK_DGRAM };

/* A socket that does not block, that no other program inherits and that takes ICMP messages; -1 with the error. */
int ts_sock_open(int family, enum ts_sock_type type, int *error);
void ts_sock_close(int fd);
/* 0 = connected; else an error, often of the kind TS_SOCK_PROGRESS. */
int ts_sock_connect(int fd, const struct ts_net_addr *a, int port);
/* How a connect() that was waited for has ended: 0, or an error. */
int ts_sock_outcome(int fd);
/* Send at once; largest segment that is offered to the other end (0 = the system's choice). Both are wishes. */
void ts_sock_tune(int fd, int max_segment);
/* Bytes sent or received, 0 from recv = the other end has closed; -1 with the error. Never waits, never raises a signal. */
ptrdiff_t ts_sock_send(int fd, const void *p, size_t n, int *error);
ptrdiff_t ts_sock_recv(int fd, void *p, size_t n, int *error);

enum ts_sock_wait { TS_SOCK_TO_READ, TS_SOCK_TO_WRITE };
struct ts_sock_poll {
	int fd; /* -1 = leave this one out */
	enum ts_sock_wait wait;
	bool ready; /* filled: something can be done, or has failed */
};
/* Wait at most ms milliseconds; how many are ready. */
int ts_sock_poll(struct ts_sock_poll *p, size_t n, int ms);

/* Blocks for as long as the system's resolver likes; state, detail, canonical and addresses of out. */
void ts_sock_resolve(const char *host, struct ts_resolved *out);
/* As ts_net_parse(), for a text without brackets and blanks. */
bool ts_sock_parse(const char *text, struct ts_net_addr *out);

/* --- net.c, for its neighbours --- */

#define TS_NET_SLICE_MS 25 /* longest wait without a look at the cancel flag: half of what net.h promises */

bool ts_net_cancelled(const atomic_bool *cancel);
/* Milliseconds until the deadline, at most a slice; 0 when it is over. */
int ts_net_slice(int64_t deadline);
/* Fill state, detail and rejected_by from the outcome of connect(); 0 is TS_CONNECT_OPEN. */
void ts_net_classify(int fd, int error, struct ts_connected *out);
/* Wait for a socket until the deadline: false when that came or it was cancelled. */
bool ts_net_wait(int fd, enum ts_sock_wait wait, int64_t deadline, const atomic_bool *cancel);
/* For resolvers: one more address, unless it is there already. */
void ts_net_add_address(struct ts_resolved *out, const struct ts_net_addr *a);

#endif
