/* table/probe.c - what the tables that look at other computers share: their own time limits within the
 * check's, and resolving a host. */
#include "table/probe.h"

#include "os/os.h"

#define RESOLVE_MS 6000 /* beyond the five seconds after which resolvers ask again */

int64_t ts_probe_deadline(struct ts_scan *s, int limit_ms, bool *own)
{
	int64_t mine = ts_os_mono_ms() + limit_ms, checks = ts_scan_budget(s)->deadline;
	*own = checks == 0 || mine < checks;
	return *own ? mine : checks;
}

bool ts_probe_resolve(struct ts_scan *s, const char *host, struct ts_resolved *out)
{
	bool own;
	int64_t deadline = ts_probe_deadline(s, RESOLVE_MS, &own);
	ts_net_resolve(host, deadline, ts_scan_budget(s)->cancel, out);
	if (out->state == TS_RESOLVE_CANCELLED || (out->state == TS_RESOLVE_TIMEOUT && !own)) {
		ts_scan_saw(s, NULL, TS_SEEN_TIMEOUT,
			out->state == TS_RESOLVE_CANCELLED
				? "cancelled"
				: "the check's time limit came before the name was resolved");
		return false;
	}
	return true;
}
