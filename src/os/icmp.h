/* os/icmp.h - ICMP echo where this user may send it: a ping socket where the system allows it to everybody, else a raw socket. */
#ifndef TS_OS_ICMP_H
#define TS_OS_ICMP_H

#include "os/net.h"

struct ts_icmp;

/* NULL when this user may not; why[] says so. */
struct ts_icmp *ts_icmp_open(const struct ts_net_addr *a, char why[160]);
void ts_icmp_close(struct ts_icmp *p); /* NULL is allowed */
/* Send the echo request with that number; false when it cannot be sent now. */
bool ts_icmp_send(struct ts_icmp *p, unsigned sequence);
/* Number of the next echo reply that comes before the deadline, -1 when none does. Replies to others are left out. */
int ts_icmp_recv(struct ts_icmp *p, int64_t deadline, const atomic_bool *cancel);

#endif
