/* table/probe.h - what the tables that look at other computers share: their own time limits within the
 * check's, and resolving a host. */
#ifndef TS_TABLE_PROBE_H
#define TS_TABLE_PROBE_H

#include "os/net.h"
#include "table/scan.h"

/* The deadline of an attempt that takes limit_ms at most. *own: that limit comes before the check's, so
 * that silence until then is a finding. */
int64_t ts_probe_deadline(struct ts_scan *s, int limit_ms, bool *own);
/* Resolve within a limit of its own. False when the check's deadline came first or the person cancelled:
 * the ledger is told, nothing was found out. */
bool ts_probe_resolve(struct ts_scan *s, const char *host, struct ts_resolved *out);

#endif
