/* table/path_mtu.c - whether large packets reach a host: TLS handshakes with segments of different sizes. Where the usual size stalls and a small one
 * passes, packets vanish on the way without a word (a path MTU black hole), and the size that still passes is found by halving. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "os/os.h"
#include "table/probe.h"
#include "table/rdp-ask.h"
#include "table/scan.h"
#include "table/schema.h"
#include "table/visits.h"

#define HTTPS      443
#define SMALL      536  /* what every path takes */
#define USUAL      1460 /* segments of Ethernet */
#define PAD        1500 /* makes our own first flight larger than a packet */
#define TRIES      9
#define EXACT      8    /* bytes between the largest that passed and the smallest that did not */
#define STALL_MS   700  /* a handshake that takes this much longer than the good one has stalled */
#define FIRST_MS   2000 /* for the first attempt that is expected to pass after one has stalled */
#define WHOLE_MS   5500 /* for all attempts after the usual handshake; what is known by then is told */
#define HEADERS_V4 40   /* IP and TCP */
#define HEADERS_V6 60

enum outcome { PASSED, STALLED, OTHER, ENDED /* the check's time is over, or the person cancelled */ };

struct mtu_answer {
	bool known;        /* there is a row */
	enum ts_seen seen; /* without a row: why */
	bool black_hole;
	int mtu;
	const char *method;
	char detail[512];
};

struct search {
	struct ts_scan *scan;
	const char *host;
	struct ts_net_addr addr;
	int port;
	struct mtu_answer *a;
	int tries;
	int64_t deadline;          /* of all attempts together */
	double good_ms;            /* of a handshake that passed */
	struct ts_rdp_result last; /* of the latest attempt; finished each time */
	int before;
};

struct question {
	struct ts_scan *scan;
	const char *host;
	const struct ts_resolved *resolved;
	int port;
};

/* Of the latest attempt. */
static enum outcome judge(struct search *q)
{
	const struct ts_rdp_result *r = &q->last;
	if (ts_budget_check(ts_scan_budget(q->scan)) != TS_BUDGET_OK) {
		return ENDED;
	}
	if (r->has_tls) {
		double ms = r->ms[TS_RDP_AT_TCP] + r->ms[TS_RDP_AT_TLS] +
			    (r->ms[TS_RDP_AT_X224] > 0 ? r->ms[TS_RDP_AT_X224] : 0);
		q->good_ms = ms > q->good_ms ? ms : q->good_ms;
		return PASSED;
	}
	bool silent = r->end == TS_RDP_CUT || strcmp(r->symptom, "timeout") == 0;
	return r->stage == TS_RDP_AT_TLS && silent ? STALLED : OTHER;
}

/* The usual handshake: the same question as rdp_handshake puts, and so put once for both. Of several addresses the first one that
 * gets to TLS is looked at. */
static enum outcome usual_handshake(struct search *q)
{
	struct ts_rdp_question rq = { .port = q->port,
		.protocols = TS_RDP_OFFER,
		.direct = q->port == HTTPS,
		.tls_only = q->port == HTTPS };
	const struct ts_rdp_answer *a = ts_rdp_ask(q->scan, q->host, &rq, false);
	const struct ts_rdp_result *r = a != NULL && a->n > 0 ? &a->results[0] : NULL;
	for (size_t i = 0; r != NULL && r->stage < TS_RDP_AT_TLS && i < a->n; i++) {
		r = a->results[i].stage >= TS_RDP_AT_TLS ? &a->results[i] : r;
	}
	if (r != NULL) {
		q->last = *r;
		q->last.nchain = 0; /* stays with the answer */
		q->addr = r->address;
	} else {
		(void)snprintf(q->last.detail, sizeof(q->last.detail), "no connection could be made");
	}
	ts_rdp_answer_done(q->scan, a);
	return a == NULL ? ENDED : judge(q);
}

/* One handshake with segments of at most that size; 0 = the system's own. */
static enum outcome try_size(struct search *q, int max_segment, int pad, int limit_ms)
{
	struct ts_net_addr ip;
	struct ts_budget *b = ts_scan_budget(q->scan);
	struct ts_rdp_question rq = { .port = q->port,
		.direct = q->port == HTTPS,
		.protocols = TS_RDP_OFFER,
		.tls_only = true,
		.max_segment = max_segment,
		.tls = { .server_name = ts_net_parse(q->host, &ip) ? NULL : q->host, .pad_hello = pad } };
	if (b->connections <= 0 || q->tries == TRIES || ts_os_mono_ms() + limit_ms > q->deadline) {
		return OTHER;
	}
	bool own;
	int64_t deadline = ts_probe_deadline(q->scan, limit_ms, &own);
	b->connections--;
	q->tries++;
	ts_rdp_probe_run(&rq, &q->addr, deadline, b->cancel, &q->last);
	q->before = ts_visits_note(q->scan, q->addr.text, q->port, q->last.tcp.state == TS_CONNECT_OPEN);
	ts_rdp_result_finish(&q->last);
	return judge(q);
}

/* How long an attempt may take that is expected to stall. */
static int stall_limit(const struct search *q)
{
	return (int)(q->good_ms * 2) + STALL_MS;
}

/* Between a size that passes and one that stalls. The usual ones (VPN, PPPoE, IPv6's least) come first. */
static void narrow(struct search *q, int pad)
{
	static const int usual[] = { 1360, 1240, 1420 };
	int low = SMALL, high = USUAL;
	for (size_t i = 0; high - low > EXACT; i++) {
		int size = low + (high - low) / 2;
		if (i < TS_COUNT(usual) && usual[i] > low && usual[i] < high) {
			size = usual[i];
		}
		enum outcome o = try_size(q, size, pad, stall_limit(q));
		if (o == PASSED) {
			low = size;
		} else if (o == STALLED) {
			high = size;
		} else {
			break;
		}
	}
	int headers = q->addr.family == TS_NET_IPV6 ? HEADERS_V6 : HEADERS_V4;
	q->a->known = q->a->black_hole = true;
	q->a->mtu = low + headers;
	q->a->method = "tls with small segments";
	(void)snprintf(q->a->detail, sizeof(q->a->detail),
		"packets of %d bytes pass, packets of %d bytes vanish and no router says so (%d connections)",
		low + headers, high + headers, q->tries);
}

static void settle(struct search *q, const char *method, int mtu, const char *detail)
{
	q->a->known = true;
	q->a->method = method;
	q->a->mtu = mtu;
	(void)snprintf(q->a->detail, sizeof(q->a->detail), "%s", detail);
}

static void give_up(struct search *q, enum ts_seen seen, const char *why)
{
	q->a->seen = seen;
	(void)snprintf(q->a->detail, sizeof(q->a->detail), "%s", why);
}

/* Size of the largest packets of the latest attempt, 0 = unknown: the path MTU that the kernel believes in, or less where the other side, which may have
 * learned of a smaller one, asks for smaller segments. */
static int passed_size(const struct search *q)
{
	const struct ts_stream_info *i = &q->last.tls_info;
	int headers = q->addr.family == TS_NET_IPV6 ? HEADERS_V6 : HEADERS_V4;
	int packet = i->segment > 0 ? i->segment + headers : 0;
	return packet > 0 && (packet < i->path_mtu || i->path_mtu <= 0) ? packet
	       : i->path_mtu > 0                                        ? i->path_mtu
									: 0;
}

/* The usual handshake passes: does a flight of ours pass that fills whole packets? */
static enum outcome after_pass(struct search *q)
{
	int mtu = passed_size(q);
	enum outcome o = try_size(q, 0, PAD, stall_limit(q));
	if (o == PASSED) {
		mtu = passed_size(q) > 0 ? passed_size(q) : mtu;
		settle(q, "tls", mtu, "full packets pass both ways");
	} else if (o == STALLED && (o = try_size(q, SMALL, PAD, FIRST_MS)) == PASSED) {
		narrow(q, PAD);
	} else if (o != ENDED) {
		settle(q, "tls", mtu,
			"the usual handshake passes; a longer one is not answered, whatever the size of its "
			"packets");
	}
	return o;
}

/* The usual handshake stalls: does a small one pass? */
static enum outcome after_stall(struct search *q)
{
	enum outcome o = try_size(q, SMALL, 0, FIRST_MS);
	if (o == PASSED) {
		/* Where the server takes it, a long flight of our own measures the way there, too. */
		o = try_size(q, SMALL, PAD, stall_limit(q));
		if (o != ENDED) {
			narrow(q, o == PASSED ? PAD : 0);
			o = PASSED;
		}
	} else if (o == STALLED) {
		settle(q, "tls with small segments", 0,
			"TLS is not answered with small packets either: the size of packets is not the "
			"reason");
	}
	return o;
}

static void search(struct search *q)
{
	enum outcome o = usual_handshake(q);
	q->deadline = ts_os_mono_ms() + WHOLE_MS;
	bool first = o == OTHER;
	o = o == PASSED ? after_pass(q) : o == STALLED ? after_stall(q) : o;
	if (o == ENDED) {
		q->a->known = false;
		give_up(q, TS_SEEN_TIMEOUT,
			"the check's time limit came before the size of packets was known");
	} else if (!q->a->known && q->last.end == TS_RDP_NO_TLS) {
		char why[sizeof(q->last.detail) + 64];
		(void)snprintf(why, sizeof(why), "no large packet can be sent: %s", q->last.detail);
		give_up(q, TS_SEEN_UNSUPPORTED, why);
	} else if (!q->a->known) {
		const char *words = q->last.stage == TS_RDP_AT_TCP && q->before > 0
					    ? ts_visits_words(q->scan, q->before)
					    : q->last.detail;
		(void)snprintf(q->a->detail, sizeof(q->a->detail), "%s: %s",
			first ? "no TLS handshake can be tried" : "a later handshake failed in another way",
			words);
		q->a->seen = TS_SEEN_NOT_COLLECTED;
	}
}

static void ask(void *ctx, struct ts_probe_answer *out)
{
	const struct question *q = ctx;
	struct ts_net_addr addrs[TS_NET_MAX_ADDRESSES];
	struct mtu_answer *a = ts_xcalloc(1, sizeof(*a));
	struct search *s = ts_xcalloc(1, sizeof(*s));
	ts_probe_order(q->resolved, addrs);
	*s = (struct search){ .scan = q->scan, .host = q->host, .addr = addrs[0], .port = q->port, .a = a };
	search(s);
	free(s);
	*out = (struct ts_probe_answer){ a, free, a->known || a->seen != TS_SEEN_TIMEOUT };
}

void ts_fill_path_mtu(struct ts_scan *s)
{
	struct ts_resolved r;
	struct question q = { .scan = s, .host = ts_scan_text(s, "host", 0), .resolved = &r };
	if (!ts_probe_ready(s, q.host, &q.port, &r)) {
		return;
	}
	const char *question = ts_arena_printf(ts_scan_arena(s), "mtu %s %d", q.host, q.port);
	const struct mtu_answer *a =
		ts_probe_cache_get(ts_scan_probes(s), question, ts_scan_budget(s), ask, &q);
	if (a == NULL) {
		ts_probe_cut(s, "the size of packets was known");
	} else if (!a->known) {
		ts_scan_saw(s, NULL, a->seen, a->detail);
	} else {
		ts_row_begin(s);
		if (a->mtu > 0) {
			ts_row_int(s, "mtu", a->mtu);
		}
		ts_row_int(s, "black_hole", a->black_hole);
		ts_row_text(s, "method", a->method);
		ts_row_text(s, "detail", a->detail);
		ts_row_end(s);
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
	ts_probe_cache_release(ts_scan_probes(s), a);
}
