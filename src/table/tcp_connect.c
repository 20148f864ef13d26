/* table/tcp_connect.c - whether a TCP port accepts connections: all addresses of the host at once, the one
 * that opened comes first. */
#include <string.h>
#include "table/probe.h"
#include "table/scan.h"
#include "table/schema.h"

#define CONNECT_MS 3000 /* for all addresses together; Linux sends SYN at 0, 1 and 3 s */
#define GRACE_MS   300  /* for the other addresses, once one has opened */

static void add_row(struct ts_scan *s, const struct ts_net_addr *a, const struct ts_connected *c)
{
	ts_row_begin(s);
	ts_row_text(s, "state", ts_connect_name(c->state));
	ts_row_text(s, "address", a->text);
	ts_row_int(s, "family", a->family);
	if (c->rtt_ms >= 0 && c->state == TS_CONNECT_OPEN) {
		ts_row_real(s, "rtt_ms", c->rtt_ms);
	}
	if (c->retransmits >= 0) {
		ts_row_int(s, "retransmits", c->retransmits);
	}
	if (c->path_mtu > 0) {
		ts_row_int(s, "path_mtu", c->path_mtu);
	}
	ts_row_text(s, "rejected_by", c->rejected_by[0] != '\0' ? c->rejected_by : NULL);
	ts_row_real(s, "elapsed_ms", c->elapsed_ms);
	ts_row_text(s, "detail", c->detail[0] != '\0' ? c->detail : NULL);
	ts_row_end(s);
}

static void add_unresolved(struct ts_scan *s, const struct ts_resolved *r)
{
	ts_row_begin(s);
	ts_row_text(s, "state", "unresolved");
	ts_row_real(s, "elapsed_ms", r->elapsed_ms);
	ts_row_text(s, "detail", r->detail);
	ts_row_end(s);
	if (r->state == TS_RESOLVE_ERROR) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "the name could not be looked up: %s", r->detail);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

/* RFC 8305, section 4: the families take turns, beginning with the one that the system prefers. */
static void interleave(const struct ts_resolved *r, struct ts_net_addr *out)
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

/* An attempt that ended without an answer, before the time that would make the silence a finding. */
static bool undecided(const struct ts_connected *c, bool own)
{
	return c->state == TS_CONNECT_CANCELLED ||
	       (c->state == TS_CONNECT_TIMEOUT && (!own || c->elapsed_ms < CONNECT_MS / 2.0));
}

static void report(struct ts_scan *s, const struct ts_connected *c, size_t n, bool own, size_t left_out)
{
	size_t open = 0, silent = 0, failed = 0;
	for (size_t i = 0; i < n; i++) {
		open += c[i].state == TS_CONNECT_OPEN;
		silent += undecided(&c[i], own);
		failed += c[i].state == TS_CONNECT_ERROR;
	}
	if (silent > 0 && open == 0) {
		ts_scan_saw(s, NULL, TS_SEEN_TIMEOUT,
			ts_budget_check(ts_scan_budget(s)) == TS_BUDGET_CANCELLED
				? "cancelled"
				: "the check's time limit came before an answer");
	} else if (failed == n) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "no connection could be tried: %s", c[0].detail);
	} else if (left_out > 0) {
		ts_scan_sawf(s, TS_SEEN_PARTIAL,
			"%d addresses were not tried: the cap of connections is reached", (int)left_out);
	} else if (silent > 0) {
		ts_scan_sawf(s, TS_SEEN_READ, "one address opened; %d more were not waited for", (int)silent);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

static void connect_all(struct ts_scan *s, const struct ts_resolved *r, int port)
{
	struct ts_net_addr addrs[TS_NET_MAX_ADDRESSES];
	struct ts_connected c[TS_NET_MAX_ADDRESSES];
	struct ts_budget *budget = ts_scan_budget(s);
	size_t n = r->count;
	if (budget->connections <= 0) {
		ts_scan_saw(s, NULL, TS_SEEN_DENIED, "the cap of connections of one check is reached");
		return;
	}
	n = n > (size_t)budget->connections ? (size_t)budget->connections : n;
	budget->connections -= (int)n;
	interleave(r, addrs);
	bool own;
	int64_t deadline = ts_probe_deadline(s, CONNECT_MS, &own);
	ts_net_connect(addrs, n, port, deadline, GRACE_MS, budget->cancel, c);
	for (int opened = 1; opened >= 0; opened--) {
		for (size_t i = 0; i < n; i++) {
			if ((c[i].state == TS_CONNECT_OPEN) == (opened == 1) && !undecided(&c[i], own)) {
				add_row(s, &addrs[i], &c[i]);
			}
		}
	}
	report(s, c, n, own, r->count - n);
}

void ts_fill_tcp_connect(struct ts_scan *s)
{
	struct ts_resolved r;
	int64_t port = 0;
	if (!ts_scan_int(s, "port", 0, &port) || port < 1 || port > 65535) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "%lld is no TCP port (1 to 65535)", (long long)port);
	} else if (ts_probe_resolve(s, ts_scan_text(s, "host", 0), &r)) {
		if (r.count == 0) {
			add_unresolved(s, &r);
		} else {
			connect_all(s, &r, (int)port);
		}
	}
}
