/* os/net-int.h - what the files behind net.h, dgram.h and stream.h share; POSIX only. */
#ifndef TS_OS_NET_INT_H
#define TS_OS_NET_INT_H

#include <sys/socket.h>
#include "os/net.h"

#define TS_NET_SLICE_MS 25 /* longest wait without a look at the cancel flag: half of what net.h promises */

/* An address as the system's calls take it; returns its size. */
socklen_t ts_net_to_sockaddr(const struct ts_net_addr *a, int port, struct sockaddr_storage *out);
bool ts_net_cancelled(const atomic_bool *cancel);
/* Milliseconds until the deadline, at most a slice; 0 when it is over. */
int ts_net_slice(int64_t deadline);
/* A non-blocking socket for addresses of that family that takes ICMP messages; -1 with errno. type: SOCK_STREAM, SOCK_DGRAM. */
int ts_net_socket(int family, int type);
/* Begin to connect: 0 = done, EINPROGRESS, or an errno. */
int ts_net_begin(int fd, const struct ts_net_addr *a, int port);
/* Fill state, detail and rejected_by from the outcome of connect(); 0 is TS_CONNECT_OPEN. */
void ts_net_classify(int fd, int error, struct ts_connected *out);
/* Wait for events on fd until the deadline: 1 = ready, 0 = the deadline came or it was cancelled. */
int ts_net_wait(int fd, short events, int64_t deadline, const atomic_bool *cancel);

#endif
