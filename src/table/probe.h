/* table/probe.h - what the tables that look at other computers share: their own time limits within the
 * check's, and resolving a host. */
#ifndef TS_TABLE_PROBE_H
#define TS_TABLE_PROBE_H

#include "os/net.h"
#include "table/probe-cache.h"
#include "table/scan.h"

/* The deadline of an attempt that takes limit_ms at most. *own: that limit comes before the check's, so
 * that silence until then is a finding. */
int64_t ts_probe_deadline(struct ts_scan *s, int limit_ms, bool *own);
/* Resolve within a limit of its own, once per run. False when the check's deadline came first or the person
 * cancelled: the ledger is told, nothing was found out. */
bool ts_probe_resolve(struct ts_scan *s, const char *host, struct ts_resolved *out);
/* Tell the ledger that the check's time was over, or the person cancelled, before `what`. */
void ts_probe_cut(struct ts_scan *s, const char *what);
/* The addresses in the order in which a client tries them: the families take turns (RFC 8305, section 4). */
void ts_probe_order(const struct ts_resolved *r, struct ts_net_addr out[TS_NET_MAX_ADDRESSES]);
/* The query's port; false when it is none, which the ledger is told. */
bool ts_probe_port(struct ts_scan *s, int *port);
/* What a table of one address and port needs before it asks: port, addresses, and a connection that may still be made.
 * False when one is lacking, which the ledger is told. */
bool ts_probe_ready(struct ts_scan *s, const char *host, int *port, struct ts_resolved *out);
/* Has the name addresses? If not, the ledger is told. */
bool ts_probe_found(struct ts_scan *s, const struct ts_resolved *r);
/* Tell the ledger that no more connections may be made. */
void ts_probe_capped(struct ts_scan *s);

#endif
