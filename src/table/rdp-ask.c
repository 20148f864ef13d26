/* table/rdp-ask.c - the probe as the tables use it: all addresses of a host side by side, each question once per run. */
#include "table/rdp-ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "decode/x509.h"
#include "os/thread.h"
#include "table/visits.h"

#define AT_ONCE_MS 50 /* an "unreachable" that came sooner, from nobody, is this computer's own */

struct question {
	struct ts_scan *scan;
	const char *host;
	struct ts_rdp_question q;
	bool one_address;
};

struct attempt {
	const struct question *question;
	const struct ts_net_addr *address;
	struct ts_rdp_result *result;
	struct ts_thread *thread;
};

static void try_address(void *arg)
{
	struct attempt *a = arg;
	const struct ts_budget *b = ts_scan_budget(a->question->scan);
	ts_rdp_probe_run(&a->question->q, a->address, b->deadline, b->cancel, a->result);
}

static void answer_free(void *data)
{
	struct ts_rdp_answer *a = data;
	for (size_t i = 0; i < a->n; i++) {
		ts_rdp_result_finish(&a->results[i]);
	}
	free(a);
}

/* Returns how many were tried. */
static size_t try_all(const struct question *q, const struct ts_net_addr *addrs, struct ts_rdp_answer *out)
{
	struct attempt attempts[TS_RDP_ATTEMPTS];
	for (size_t i = out->n; i-- > 0;) {
		attempts[i] = (struct attempt){ q, &addrs[i], &out->results[i], NULL };
		/* The first one on this thread, the others beside it. */
		attempts[i].thread = i > 0 ? ts_thread_start(try_address, &attempts[i]) : NULL;
		if (attempts[i].thread == NULL) {
			try_address(&attempts[i]);
		}
	}
	for (size_t i = 0; i < out->n; i++) {
		if (attempts[i].thread != NULL) {
			ts_thread_join(attempts[i].thread);
		}
	}
	return out->n;
}

/* One after another until TCP opens; only that result is kept. Returns how many were tried. */
static size_t try_in_turn(
	const struct question *q, const struct ts_net_addr *addrs, struct ts_rdp_answer *out)
{
	size_t n = out->n, i = 0;
	out->n = 1;
	while (i < n) {
		struct attempt a = { q, &addrs[i++], &out->results[0], NULL };
		ts_rdp_result_finish(&out->results[0]);
		try_address(&a);
		if (out->results[0].tcp.state == TS_CONNECT_OPEN || ts_scan_over(q->scan)) {
			break;
		}
	}
	return i;
}

/* A connection that stays without answer after others were answered may be the fault of these checks. */
static void note_visits(struct ts_scan *s, int port, struct ts_rdp_result *r)
{
	const bool answered = r->tcp.state == TS_CONNECT_OPEN;
	const char *words = ts_visits_words(s, ts_visits_note(s, r->address.text, port, answered));
	if (r->stage == TS_RDP_AT_TCP && r->tcp.state == TS_CONNECT_TIMEOUT && words != NULL) {
		snprintf(r->detail, sizeof(r->detail), "%s", words);
	}
}

static bool has_no_way(const struct ts_rdp_result *r)
{
	return r->end == TS_RDP_DECIDED && r->tcp.state == TS_CONNECT_UNREACHABLE &&
	       r->tcp.rejected_by[0] == '\0' && r->elapsed_ms < AT_ONCE_MS;
}

/* Where this computer has no way to a family at all, nothing was sent, and nothing was learned of the other computer. */
static void drop_no_way(struct ts_rdp_answer *a)
{
	size_t kept = 0, with_way = 0;
	for (size_t i = 0; i < a->n; i++) {
		with_way += !has_no_way(&a->results[i]);
	}
	for (size_t i = 0; i < a->n && with_way > 0; i++) {
		if (has_no_way(&a->results[i])) {
			a->no_way = a->results[i].address.family == TS_NET_IPV6 ? "IPv6" : "IPv4";
			continue;
		}
		a->results[kept++] = a->results[i];
	}
	a->n = with_way > 0 ? kept : a->n;
}

static void ask(void *ctx, struct ts_probe_answer *out)
{
	const struct question *q = ctx;
	struct ts_budget *b = ts_scan_budget(q->scan);
	struct ts_net_addr addrs[TS_NET_MAX_ADDRESSES];
	struct ts_rdp_answer *a = ts_xcalloc(1, sizeof(*a));
	*out = (struct ts_probe_answer){ a, answer_free, false };
	a->q = q->q;
	a->q.tls.server_name = NULL;
	if (!ts_probe_resolve(q->scan, q->host, &a->resolved)) {
		a->resolved.state = TS_RESOLVE_CANCELLED;
		return;
	}
	size_t room = b->connections > 0 ? (size_t)b->connections : 0;
	if (a->resolved.count > 0) {
		ts_probe_order(&a->resolved, addrs);
	}
	a->n = a->resolved.count < TS_RDP_ATTEMPTS ? a->resolved.count : TS_RDP_ATTEMPTS;
	a->capped = a->n > room;
	a->n = a->capped ? room : a->n;
	a->left_out = a->resolved.count - a->n;
	if (a->n > 0) {
		b->connections -= (int)(q->one_address ? try_in_turn : try_all)(q, addrs, a);
		drop_no_way(a);
	}
	for (size_t i = 0; i < a->n; i++) {
		note_visits(q->scan, q->q.port, &a->results[i]);
	}
	out->settled = !a->capped;
	for (size_t i = 0; i < a->n; i++) {
		out->settled = out->settled && a->results[i].end != TS_RDP_CUT;
	}
}

const struct ts_rdp_answer *ts_rdp_ask(
	struct ts_scan *s, const char *host, const struct ts_rdp_question *q, bool one_address)
{
	struct question question = { s, host, *q, one_address };
	struct ts_net_addr literal;
	question.q.tls.server_name = ts_net_parse(host, &literal) ? NULL : host;
	const char *key = ts_arena_printf(ts_scan_arena(s), "%s %s %d %u %x-%x %s %d%d %d %d",
		q->direct ? "tls" : "rdp", host, q->port, q->protocols, (unsigned)q->tls.min_version,
		(unsigned)q->tls.max_version, q->tls.ciphers != NULL ? q->tls.ciphers : "-", q->tls_only,
		one_address, q->max_segment, q->tls.pad_hello);
	const struct ts_rdp_answer *a =
		ts_probe_cache_get(ts_scan_probes(s), key, ts_scan_budget(s), ask, &question);
	if (a == NULL) {
		ts_probe_cut(s, "another check had its answer");
	} else if (a->resolved.state == TS_RESOLVE_CANCELLED) {
		ts_rdp_answer_done(s, a); /* the ledger was told */
		return NULL;
	}
	return a;
}

void ts_rdp_answer_done(struct ts_scan *s, const struct ts_rdp_answer *a)
{
	ts_probe_cache_release(ts_scan_probes(s), a);
}

void ts_rdp_answer_report(struct ts_scan *s, const struct ts_rdp_answer *a)
{
	size_t ends[TS_RDP_FAILED + 1] = { 0 };
	const char *failed = "", *no_tls = "";
	for (size_t i = 0; i < a->n; i++) {
		ends[a->results[i].end]++;
		failed = a->results[i].end == TS_RDP_FAILED ? a->results[i].detail : failed;
		no_tls = a->results[i].end == TS_RDP_NO_TLS ? a->results[i].detail : no_tls;
	}
	if (a->resolved.state == TS_RESOLVE_ERROR) {
		ts_scan_sawf(
			s, TS_SEEN_NOT_COLLECTED, "the name could not be looked up: %s", a->resolved.detail);
	} else if (a->resolved.count > 0 && a->n == 0) {
		ts_probe_capped(s);
	} else if (ends[TS_RDP_CUT] > 0) {
		ts_probe_cut(s, "an answer");
	} else if (ends[TS_RDP_FAILED] > 0) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "%s", failed);
	} else if (ends[TS_RDP_NO_TLS] > 0) {
		ts_scan_sawf(s, TS_SEEN_UNSUPPORTED, "%s: nothing is known beyond X.224",
			ts_tls_available(NULL) ? no_tls : "built without TLS (the part \"tls\" is missing)");
	} else if (a->left_out > 0) {
		ts_scan_sawf(s, TS_SEEN_PARTIAL,
			"%d of %d addresses were not tried: the cap of connections is reached",
			(int)a->left_out, (int)a->resolved.count);
	} else if (a->no_way != NULL) {
		ts_scan_sawf(s, TS_SEEN_READ, "this computer has no way to %s addresses; they were left out",
			a->no_way);
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

bool ts_rdp_name_match(const struct ts_x509 *c, const char *host)
{
	struct ts_net_addr a = { 0 };
	bool ip = ts_net_parse(host, &a);
	return ts_x509_matches(c, host, ip ? a.bytes : NULL, a.family == TS_NET_IPV6 ? 16 : 4);
}

void ts_rdp_findings(
	const struct ts_rdp_result *r, const char *host, int64_t now, struct ts_arena *a, struct ts_buf *b)
{
	struct ts_x509 c;
	if (r->nchain == 0 || !ts_x509_parse(r->chain[0].p, r->chain[0].n, a, &c)) {
		return;
	}
	unsigned found = ts_x509_findings(&c, now, ts_rdp_name_match(&c, host));
	for (unsigned i = 0; i < TS_X509_FINDINGS; i++) {
		if ((found >> i & 1) != 0) {
			ts_buf_printf(b, "%s%s", b->len > 0 ? "," : "", ts_x509_finding_name(i));
		}
	}
}
