/* table/ping.c - round trip times and loss: ICMP echo where this user may, else a few TCP connections, which the row says. Where ICMP stays
 * without any answer it may be filtered, so TCP is tried, too. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/alloc.h"
#include "os/icmp.h"
#include "os/os.h"
#include "os/stream.h"
#include "table/probe.h"
#include "table/scan.h"
#include "table/schema.h"
#include "table/visits.h"

#define ICMP_SAMPLES 20 /* the fewest that a share of lost ones can be told from */
#define ICMP_STEP_MS 25
#define ICMP_LAST_MS 1500 /* how long the last reply is waited for */
#define TCP_SAMPLES  3    /* more look like an attack */
#define TCP_EACH_MS  2000
#define TCP_PORT     3389

struct series {
	bool used;
	double ms[ICMP_SAMPLES]; /* in the order they were sent; < 0 = no answer */
	int sent, received;
	char detail[160];
	int before; /* connections that were answered earlier in the run */
	bool cut;
};

struct ping_answer {
	struct series icmp, tcp;
	char address[64];
};

struct question {
	struct ts_scan *scan;
	const struct ts_resolved *resolved;
	int port;
};

static void take_replies(
	struct ts_icmp *p, struct series *r, const double *sent_at, int64_t until, const atomic_bool *cancel)
{
	while (r->received < r->sent) {
		int seq = ts_icmp_recv(p, until, cancel);
		if (seq < 0) {
			return;
		}
		if (seq < r->sent && r->ms[seq] < 0) {
			r->ms[seq] = ts_os_mono_ms_f() - sent_at[seq];
			r->received++;
		}
	}
}

static void sample_icmp(struct ts_scan *s, const struct ts_net_addr *a, struct series *r)
{
	double sent_at[ICMP_SAMPLES];
	const struct ts_budget *b = ts_scan_budget(s);
	struct ts_icmp *p = ts_icmp_open(a, r->detail);
	bool own = true;
	if (p == NULL) {
		return;
	}
	r->used = true;
	for (int i = 0; i < ICMP_SAMPLES && ts_budget_check(b) == TS_BUDGET_OK; i++) {
		r->ms[i] = -1;
		sent_at[i] = ts_os_mono_ms_f();
		r->sent++;
		(void)ts_icmp_send(p, (unsigned)i);
		int64_t next = ts_os_mono_ms() + ICMP_STEP_MS;
		do {
			take_replies(p, r, sent_at, next, b->cancel);
			if (r->received == r->sent && ts_os_mono_ms() < next && i + 1 < ICMP_SAMPLES) {
				ts_os_sleep_ms((int)(next - ts_os_mono_ms()));
			}
		} while (
			ts_os_mono_ms() < next && i + 1 < ICMP_SAMPLES && ts_budget_check(b) == TS_BUDGET_OK);
	}
	take_replies(p, r, sent_at, ts_probe_deadline(s, ICMP_LAST_MS, &own), b->cancel);
	ts_icmp_close(p);
	r->cut = r->sent < ICMP_SAMPLES || (r->received < r->sent && ts_budget_check(b) != TS_BUDGET_OK);
}

static void sample_tcp(struct ts_scan *s, const struct ts_net_addr *a, int port, struct series *r)
{
	struct ts_budget *b = ts_scan_budget(s);
	r->used = true;
	for (int i = 0; i < TCP_SAMPLES && b->connections > 0 && !r->cut; i++) {
		bool own;
		struct ts_connected c;
		b->connections--;
		struct ts_stream *t =
			ts_stream_open(a, port, 0, ts_probe_deadline(s, TCP_EACH_MS, &own), b->cancel, &c);
		ts_stream_close(t);
		bool answered = c.state == TS_CONNECT_OPEN || c.state == TS_CONNECT_REFUSED ||
				c.state == TS_CONNECT_RESET;
		int before = ts_visits_note(s, a->text, port, answered);
		r->cut = c.state == TS_CONNECT_CANCELLED || (c.state == TS_CONNECT_TIMEOUT && !own);
		/* A SYN that was sent again would count the wait as round trip. */
		bool good = answered && c.retransmits <= 0;
		r->ms[r->sent++] = !good ? -1 : c.rtt_ms > 0 ? c.rtt_ms : c.elapsed_ms;
		r->received += good;
		if (c.state == TS_CONNECT_TIMEOUT) {
			r->before = before;
			break; /* more would only wait */
		}
		if (!answered) {
			(void)snprintf(r->detail, sizeof(r->detail), "%s", c.detail);
			break;
		}
	}
}

static void ask(void *ctx, struct ts_probe_answer *out)
{
	const struct question *q = ctx;
	struct ping_answer *a = ts_xcalloc(1, sizeof(*a));
	struct ts_net_addr addrs[TS_NET_MAX_ADDRESSES];
	ts_probe_order(q->resolved, addrs);
	(void)snprintf(a->address, sizeof(a->address), "%s", addrs[0].text);
	sample_icmp(q->scan, &addrs[0], &a->icmp);
	if (a->icmp.received == 0 && !a->icmp.cut) {
		sample_tcp(q->scan, &addrs[0], q->port, &a->tcp);
	}
	*out = (struct ts_probe_answer){ a, free, !a->icmp.cut && !a->tcp.cut };
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void add_row(
	struct ts_scan *s, const struct ping_answer *a, const char *method, const struct series *r, int port)
{
	double sorted[ICMP_SAMPLES], jitter = 0, last = -1;
	int n = 0, pairs = 0;
	for (int i = 0; i < r->sent; i++) {
		if (r->ms[i] < 0) {
			continue;
		}
		if (last >= 0) {
			jitter += fabs(r->ms[i] - last);
			pairs++;
		}
		last = sorted[n++] = r->ms[i];
	}
	qsort(sorted, (size_t)n, sizeof(sorted[0]), by_size);
	ts_row_begin(s);
	ts_row_text(s, "method", method);
	ts_row_text(s, "address", a->address);
	ts_row_int(s, "port", port);
	ts_row_int(s, "sent", r->sent);
	ts_row_int(s, "received", r->received);
	if (r->sent >= ICMP_SAMPLES) {
		ts_row_real(s, "loss_percent", 100.0 * (r->sent - r->received) / r->sent);
	}
	if (n > 1) { /* one sample is no figure */
		ts_row_real(s, "min_ms", sorted[0]);
		ts_row_real(
			s, "median_ms", n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2);
		ts_row_real(s, "max_ms", sorted[n - 1]);
	}
	if (pairs > 0) {
		ts_row_real(s, "jitter_ms", jitter / pairs);
	}
	const char *detail = r->detail[0] != '\0' ? r->detail
			     : r->before > 0      ? ts_visits_words(s, r->before)
			     : r->received > 0    ? NULL
			     : method[0] == 'i'   ? "no echo reply came: ICMP may be filtered"
						  : "no answer";
	ts_row_text(s, "detail", detail);
	ts_row_end(s);
}

void ts_fill_ping(struct ts_scan *s)
{
	struct ts_resolved r;
	struct question q = { .scan = s, .resolved = &r, .port = TCP_PORT };
	const char *host = ts_scan_text(s, "host", 0);
	if (ts_scan_count(s, "port") > 0 && !ts_probe_port(s, &q.port)) {
		return;
	}
	if (!ts_probe_resolve(s, host, &r) || !ts_probe_found(s, &r)) {
		return;
	}
	const char *question = ts_arena_printf(ts_scan_arena(s), "ping %s %d", host, q.port);
	const struct ping_answer *a =
		ts_probe_cache_get(ts_scan_probes(s), question, ts_scan_budget(s), ask, &q);
	if (a == NULL || a->icmp.cut || a->tcp.cut) {
		ts_probe_cut(s, "all samples were taken");
	} else {
		/* The series with answers comes first. */
		if (a->tcp.sent > 0) {
			add_row(s, a, "tcp", &a->tcp, q.port);
		}
		if (a->icmp.used) {
			add_row(s, a, "icmp", &a->icmp, q.port);
		}
		if (a->tcp.used && a->tcp.sent == 0) {
			ts_probe_capped(s);
		} else {
			ts_scan_saw(s, NULL, TS_SEEN_READ, a->icmp.used ? NULL : a->icmp.detail);
		}
	}
	ts_probe_cache_release(ts_scan_probes(s), a);
}
