/* os/dgram.h - UDP to one address: datagrams out and in with a deadline, and who rejected them. As in net.h, every wait looks at the
 * deadline and at the cancel flag at least each 50 ms. */
#ifndef TS_OS_DGRAM_H
#define TS_OS_DGRAM_H

#include "os/net.h"

enum ts_dgram_state {
	TS_DGRAM_OK,
	TS_DGRAM_TIMEOUT,
	TS_DGRAM_CANCELLED,
	TS_DGRAM_CLOSED,      /* ICMP port unreachable from the host itself: nothing listens */
	TS_DGRAM_BLOCKED,     /* somebody forbids it: `by` says who, "" where it was this computer */
	TS_DGRAM_UNREACHABLE, /* no way there */
	TS_DGRAM_TOO_BIG,     /* the datagram is larger than the path takes: path_mtu */
	TS_DGRAM_ERROR        /* could not be tried */
};

struct ts_dgram;

struct ts_dgram_error {
	char by[64];      /* address that sent the ICMP message; "" when none came */
	char detail[160]; /* in words */
	int path_mtu;     /* 0 when unknown */
};

/* NULL when there is no socket or no route; e (not NULL) says why, *state which kind. */
struct ts_dgram *ts_dgram_open(
	const struct ts_net_addr *a, int port, enum ts_dgram_state *state, struct ts_dgram_error *e);
void ts_dgram_close(struct ts_dgram *d); /* NULL is allowed */
/* An error that the network reported for an earlier datagram may come from either. */
enum ts_dgram_state ts_dgram_send(struct ts_dgram *d, const void *p, size_t n, struct ts_dgram_error *e);
/* The next datagram; longer ones are cut to `room`. */
enum ts_dgram_state ts_dgram_recv(struct ts_dgram *d, void *p, size_t room, size_t *n, int64_t deadline,
	const atomic_bool *cancel, struct ts_dgram_error *e);
#define TS_DGRAM_MAX_WAIT 16
/* Wait until any of them has something to take, or the deadline: its index, or -1. NULL elements are left out. */
int ts_dgram_wait(struct ts_dgram *const *d, size_t count, int64_t deadline, const atomic_bool *cancel);

#endif
