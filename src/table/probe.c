/* table/probe.c - what the tables that look at other computers share: their own time limits within the
 * check's, and resolving a host. */
#include "table/probe.h"

#include <stdlib.h>
#include "os/os.h"

#define RESOLVE_MS 6000 /* beyond the five seconds after which resolvers ask again */

int64_t ts_probe_deadline(struct ts_scan *s, int limit_ms, bool *own)
{
	int64_t mine = ts_os_mono_ms() + limit_ms, checks = ts_scan_budget(s)->deadline;
	*own = checks == 0 || mine < checks;
	return *own ? mine : checks;
}

void ts_probe_cut(struct ts_scan *s, const char *what)
{
	if (ts_budget_check(ts_scan_budget(s)) == TS_BUDGET_CANCELLED) {
		ts_scan_saw(s, NULL, TS_SEEN_TIMEOUT, "cancelled");
	} else {
		ts_scan_sawf(s, TS_SEEN_TIMEOUT, "the check's time limit came before %s", what);
	}
}

struct resolve_question {
	struct ts_scan *scan;
	const char *host;
};

static void ask_resolver(void *ctx, struct ts_probe_answer *out)
{
	const struct resolve_question *q = ctx;
	bool own;
	int64_t deadline = ts_probe_deadline(q->scan, RESOLVE_MS, &own);
	struct ts_resolved *r = ts_xcalloc(1, sizeof(*r));
	ts_net_resolve(q->host, deadline, ts_scan_budget(q->scan)->cancel, r);
	*out = (struct ts_probe_answer){ r, free,
		r->state != TS_RESOLVE_CANCELLED && (r->state != TS_RESOLVE_TIMEOUT || own) };
	if (!out->settled) {
		r->state = TS_RESOLVE_CANCELLED;
	}
}

bool ts_probe_resolve(struct ts_scan *s, const char *host, struct ts_resolved *out)
{
	struct resolve_question q = { s, host };
	const char *question = ts_arena_printf(ts_scan_arena(s), "name %s", host);
	const struct ts_resolved *r =
		ts_probe_cache_get(ts_scan_probes(s), question, ts_scan_budget(s), ask_resolver, &q);
	bool ok = r != NULL && r->state != TS_RESOLVE_CANCELLED;
	if (ok) {
		*out = *r;
	} else {
		ts_probe_cut(s, "the name was resolved");
	}
	ts_probe_cache_release(ts_scan_probes(s), r);
	return ok;
}

void ts_probe_order(const struct ts_resolved *r, struct ts_net_addr out[TS_NET_MAX_ADDRESSES])
{
	bool taken[TS_NET_MAX_ADDRESSES] = { false };
	int family = r->addrs[0].family;
	for (size_t n = 0; n < r->count; n++) {
		size_t pick = r->count;
		for (size_t i = r->count; i-- > 0;) {
			/* From the back, so that the first of the wanted family wins, else the first of
			 * all. */
			if (!taken[i] && (pick == r->count || r->addrs[i].family == family ||
						 r->addrs[pick].family != family)) {
				pick = i;
			}
		}
		taken[pick] = true;
		out[n] = r->addrs[pick];
		family = out[n].family == TS_NET_IPV4 ? TS_NET_IPV6 : TS_NET_IPV4;
	}
}

bool ts_probe_port(struct ts_scan *s, int *port)
{
	int64_t v = 0;
	if (!ts_scan_int(s, "port", 0, &v) || v < 1 || v > 65535) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "%lld is no TCP port (1 to 65535)", (long long)v);
		return false;
	}
	*port = (int)v;
	return true;
}

bool ts_probe_found(struct ts_scan *s, const struct ts_resolved *r)
{
	if (r->count == 0) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "the name was not found: %s", r->detail);
	}
	return r->count > 0;
}

void ts_probe_capped(struct ts_scan *s)
{
	ts_scan_saw(s, NULL, TS_SEEN_DENIED, "the cap of connections of one check is reached");
}

bool ts_probe_ready(struct ts_scan *s, const char *host, int *port, struct ts_resolved *out)
{
	if (!ts_probe_port(s, port) || !ts_probe_resolve(s, host, out) || !ts_probe_found(s, out)) {
		return false;
	}
	if (ts_scan_budget(s)->connections <= 0) {
		ts_probe_capped(s);
		return false;
	}
	return true;
}
