/* table/tcp_connect.c - whether a TCP port accepts connections: all addresses of the host at once, the one
 * that opened comes first. */
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "table/probe.h"
#include "table/scan.h"
#include "table/schema.h"
#include "table/visits.h"

/* For all addresses together: Linux says "host unreachable" after three seconds where the last router gets no answer. */
#define CONNECT_MS 3500
#define GRACE_MS   300 /* for the other addresses, once one has opened */

/* All attempts of a host and port, made once per run. */
struct attempts {
	struct ts_net_addr addrs[TS_NET_MAX_ADDRESSES];
	struct ts_connected c[TS_NET_MAX_ADDRESSES];
	int before[TS_NET_MAX_ADDRESSES]; /* connections that were answered earlier in the run */
	size_t n, left_out;
	bool own; /* our limit came before the check's: silence until then is a finding */
};

struct question {
	struct ts_scan *scan;
	const struct ts_resolved *resolved;
	int port;
};

static void add_row(struct ts_scan *s, const struct attempts *a, size_t i)
{
	const struct ts_connected *c = &a->c[i];
	const char *detail = c->detail[0] != '\0' ? c->detail : NULL;
	if (c->state == TS_CONNECT_TIMEOUT && a->before[i] > 0) {
		detail = ts_visits_words(s, a->before[i]);
	}
	ts_row_begin(s);
	ts_row_text(s, "state", ts_connect_name(c->state));
	ts_row_text(s, "address", a->addrs[i].text);
	ts_row_int(s, "family", a->addrs[i].family);
	ts_row_int(s, "position", (int64_t)i + 1);
	/* After a lost SYN the kernel's figure holds the time until the next one. */
	if (c->rtt_ms >= 0 && c->state == TS_CONNECT_OPEN && c->retransmits <= 0) {
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
	ts_row_text(s, "detail", detail);
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

/* An attempt that ended without an answer, before the time that would make the silence a finding. */
static bool undecided(const struct attempts *a, size_t i)
{
	const struct ts_connected *c = &a->c[i];
	return c->state == TS_CONNECT_CANCELLED ||
	       (c->state == TS_CONNECT_TIMEOUT && (!a->own || c->elapsed_ms < CONNECT_MS / 2.0));
}

static size_t count_undecided(const struct attempts *a)
{
	size_t n = 0;
	for (size_t i = 0; i < a->n; i++) {
		n += undecided(a, i);
	}
	return n;
}

static size_t count_state(const struct attempts *a, enum ts_connect_state state)
{
	size_t n = 0;
	for (size_t i = 0; i < a->n; i++) {
		n += a->c[i].state == state;
	}
	return n;
}

static void report(struct ts_scan *s, const struct attempts *a)
{
	size_t open = count_state(a, TS_CONNECT_OPEN), silent = count_undecided(a);
	if (a->n == 0) {
		ts_probe_capped(s);
	} else if (silent > 0 && open == 0) {
		ts_probe_cut(s, "an answer");
	} else if (count_state(a, TS_CONNECT_ERROR) == a->n) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "no connection could be tried: %s", a->c[0].detail);
	} else if (a->left_out > 0) {
		ts_scan_sawf(s, TS_SEEN_PARTIAL,
			"%d addresses were not tried: the cap of connections is reached", (int)a->left_out);
	} else if (silent > 0) {
		ts_scan_sawf(s, TS_SEEN_READ, "one address opened; %d more were not waited for", (int)silent);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

static void connect_all(void *ctx, struct ts_probe_answer *out)
{
	const struct question *q = ctx;
	struct ts_budget *budget = ts_scan_budget(q->scan);
	struct attempts *a = ts_xcalloc(1, sizeof(*a));
	size_t cap = budget->connections > 0 ? (size_t)budget->connections : 0;
	a->n = q->resolved->count < cap ? q->resolved->count : cap;
	a->left_out = q->resolved->count - a->n;
	budget->connections -= (int)a->n;
	ts_probe_order(q->resolved, a->addrs);
	int64_t deadline = ts_probe_deadline(q->scan, CONNECT_MS, &a->own);
	ts_net_connect(a->addrs, a->n, q->port, deadline, GRACE_MS, budget->cancel, a->c);
	for (size_t i = 0; i < a->n; i++) {
		a->before[i] =
			ts_visits_note(q->scan, a->addrs[i].text, q->port, a->c[i].state == TS_CONNECT_OPEN);
	}
	bool open = count_state(a, TS_CONNECT_OPEN) > 0;
	*out = (struct ts_probe_answer){ a, free, a->left_out == 0 && (open || count_undecided(a) == 0) };
}

static void show(struct ts_scan *s, const struct attempts *a)
{
	for (int opened = 1; opened >= 0; opened--) {
		for (size_t i = 0; i < a->n; i++) {
			if ((a->c[i].state == TS_CONNECT_OPEN) == (opened == 1) && !undecided(a, i)) {
				add_row(s, a, i);
			}
		}
	}
	report(s, a);
}

void ts_fill_tcp_connect(struct ts_scan *s)
{
	struct ts_resolved r;
	struct question q = { .scan = s, .resolved = &r };
	const char *host = ts_scan_text(s, "host", 0);
	if (!ts_probe_port(s, &q.port) || !ts_probe_resolve(s, host, &r)) {
		return;
	}
	if (r.count == 0) {
		add_unresolved(s, &r);
		return;
	}
	const char *question = ts_arena_printf(ts_scan_arena(s), "tcp %s %d", host, q.port);
	const struct attempts *a =
		ts_probe_cache_get(ts_scan_probes(s), question, ts_scan_budget(s), connect_all, &q);
	if (a != NULL) {
		show(s, a);
	} else {
		ts_probe_cut(s, "an answer");
	}
	ts_probe_cache_release(ts_scan_probes(s), a);
}
