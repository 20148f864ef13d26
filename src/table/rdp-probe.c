/* table/rdp-probe.c - one connection to one address: TCP, X.224, and the order of the stages. */
#include "table/rdp-probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "decode/rdpneg.h"
#include "decode/tpkt.h"
#include "os/os.h"
#include "table/rdp-probe-int.h"

/* Limits of the stages. Within a check's ten seconds the last stage that is silent still comes to its verdict. */
#define TCP_MS     3000
#define X224_MS    3000
#define NAMING_MS  200 /* for more bytes of a protocol that is not RDP */
#define FOLLOW_MS  5   /* for an ultimatum in the same breath as a failure, beyond two round trips */
#define FIRST_LOOK 16  /* bytes by which other protocols are told */

const char *ts_rdp_stage_name(enum ts_rdp_stage s)
{
	static const char *const names[TS_RDP_STAGES] = {
		[TS_RDP_AT_TCP] = "tcp",
		[TS_RDP_AT_X224] = "x224",
		[TS_RDP_AT_TLS] = "tls",
		[TS_RDP_AT_AFTER_TLS] = "after-tls",
		[TS_RDP_AT_CREDSSP] = "credssp",
		[TS_RDP_AT_MCS] = "mcs",
		[TS_RDP_AT_OK] = "ok",
	};
	return names[s];
}

/* --- stages --- */

void rdp_probe_enter(struct rdp_probe *p, enum ts_rdp_stage stage, int limit_ms)
{
	int64_t mine = ts_os_mono_ms() + limit_ms;
	p->own = p->deadline == 0 || mine < p->deadline;
	p->stage_deadline = p->own ? mine : p->deadline;
	p->stage_start = ts_os_mono_ms_f();
	p->r->stage = stage;
}

void rdp_probe_leave(struct rdp_probe *p)
{
	p->r->ms[p->r->stage] = ts_os_mono_ms_f() - p->stage_start;
}

bool rdp_probe_end(struct rdp_probe *p, const char *symptom, const char *closed_by, const char *fmt, ...)
{
	struct ts_rdp_result *r = p->r;
	va_list ap;
	rdp_probe_leave(p);
	snprintf(r->symptom, sizeof(r->symptom), "%s", symptom);
	r->closed_by = closed_by;
	va_start(ap, fmt);
	vsnprintf(r->detail, sizeof(r->detail), fmt, ap);
	va_end(ap);
	return false;
}

bool rdp_probe_lost(struct rdp_probe *p, enum ts_tls_state state, const char *what)
{
	switch (state) {
	case TS_TLS_CLOSED:
		return rdp_probe_end(
			p, "closed", "fin", "the server closed the connection (FIN) instead of %s", what);
	case TS_TLS_RESET:
		return rdp_probe_end(p, "reset", "rst", "the connection was reset (RST) instead of %s", what);
	case TS_TLS_TIMEOUT:
		if (!p->own) {
			p->r->end = TS_RDP_CUT;
		}
		return rdp_probe_end(p, "timeout", "silence", "no answer within %.1f s: waited for %s",
			(ts_os_mono_ms_f() - p->stage_start) / 1000, what);
	case TS_TLS_CANCELLED: p->r->end = TS_RDP_CUT; return rdp_probe_end(p, "", NULL, "cancelled");
	default:
		p->r->end = TS_RDP_FAILED;
		return rdp_probe_end(p, "", NULL, "the connection failed while waiting for %s", what);
	}
}

/* --- TCP --- */

/* A firewall that answers "port unreachable" looks like a closed port, but for who says so. */
static bool refused_by_port(const struct ts_connected *c)
{
	return strstr(c->detail, "port unreachable") != NULL;
}

static bool stage_tcp(struct rdp_probe *p)
{
	struct ts_connected *c = &p->r->tcp;
	rdp_probe_enter(p, TS_RDP_AT_TCP, TCP_MS);
	p->stream = ts_stream_open(
		&p->r->address, p->q->port, p->q->max_segment, p->stage_deadline, p->cancel, c);
	switch (c->state) {
	case TS_CONNECT_OPEN: rdp_probe_leave(p); return true;
	case TS_CONNECT_REFUSED:
		return rdp_probe_end(p, "refused", "rst",
			"the computer answers, but nothing listens on port %d", p->q->port);
	case TS_CONNECT_REJECTED:
	case TS_CONNECT_UNREACHABLE:
		return rdp_probe_end(p, refused_by_port(c) ? "refused" : "unreachable", NULL, "%s%s%s",
			c->detail, c->rejected_by[0] != '\0' ? ", says " : "", c->rejected_by);
	case TS_CONNECT_TIMEOUT:
		if (!p->own) {
			p->r->end = TS_RDP_CUT;
		}
		return rdp_probe_end(p, "timeout", "silence",
			"no answer to %d SYN segments: filtered, switched off, or its queue of connections "
			"is full",
			c->retransmits + 1);
	case TS_CONNECT_RESET:
		/* The port accepted and reset at once, which connect() itself may report. */
		p->r->stage = TS_RDP_AT_X224;
		return rdp_probe_end(
			p, "reset", "rst", "the port is open, but the connection was reset at once");
	default:
		return rdp_probe_lost(
			p, c->state == TS_CONNECT_CANCELLED ? TS_TLS_CANCELLED : TS_TLS_ERROR, "TCP");
	}
}

/* --- X.224 --- */

/* Some other protocol began to speak: wait a moment for enough of it to tell its name. */
static bool not_rdp(struct rdp_probe *p, unsigned char *buf, size_t n)
{
	int64_t soon = ts_os_mono_ms() + NAMING_MS;
	size_t part;
	while (ts_speaks(buf, n) == NULL && n < FIRST_LOOK &&
		ts_stream_recv(p->stream, buf + n, FIRST_LOOK - n, &part,
			soon < p->stage_deadline ? soon : p->stage_deadline, p->cancel) == TS_STREAM_OK) {
		n += part;
	}
	const char *name = ts_speaks(buf, n);
	p->r->speaks = name != NULL ? name : "unknown";
	if (name != NULL) {
		return rdp_probe_end(p, "not-rdp", NULL, "another service answers on that port: %s", name);
	}
	return rdp_probe_end(p, "not-rdp", NULL, "what answers is not RDP; its first byte is 0x%02x", buf[0]);
}

/* Read one TPKT packet and nothing beyond it. *n bytes are in buf in any case. */
static enum ts_stream_state read_packet(
	struct rdp_probe *p, unsigned char *buf, size_t cap, int64_t deadline, size_t *n, enum ts_tpkt *kind)
{
	size_t length;
	*n = 0;
	while ((*kind = ts_tpkt_look(buf, *n, cap, &length)) == TS_TPKT_MORE) {
		size_t part, want = (length > 0 ? length : TS_TPKT_HEADER) - *n;
		enum ts_stream_state s =
			ts_stream_recv(p->stream, buf + *n, want, &part, deadline, p->cancel);
		if (s != TS_STREAM_OK) {
			return s;
		}
		*n += part;
	}
	return TS_STREAM_OK;
}

/* After a failure: is there an ultimatum in the same breath, and who closes? */
static void look_behind(struct rdp_probe *p)
{
	unsigned char buf[TS_X224_MAX];
	struct ts_x224 next;
	enum ts_tpkt kind;
	size_t n;
	double rtt = p->r->tcp.rtt_ms > 0 && p->r->tcp.rtt_ms < 1000 ? p->r->tcp.rtt_ms : 0;
	int64_t soon = ts_os_mono_ms() + FOLLOW_MS + (int64_t)(2 * rtt);
	enum ts_stream_state s = read_packet(
		p, buf, sizeof(buf), soon < p->stage_deadline ? soon : p->stage_deadline, &n, &kind);
	if (s == TS_STREAM_OK && kind == TS_TPKT_WHOLE && ts_x224_parse(buf, n, &next) == TS_X224_ULTIMATUM) {
		p->r->confirm_then_ultimatum = true;
		p->r->closed_by = "ultimatum";
	} else if (s == TS_STREAM_CLOSED || s == TS_STREAM_RESET) {
		p->r->closed_by = s == TS_STREAM_CLOSED ? "fin" : "rst";
	}
}

static bool failure(struct rdp_probe *p, uint32_t code)
{
	const struct ts_rdp_failure *f = ts_rdp_failure_find(code);
	char symptom[32];
	snprintf(symptom, sizeof(symptom), "failure-%u", code);
	if (f != NULL) {
		rdp_probe_end(p, symptom, NULL, "%s: %s", f->name, f->meaning);
	} else {
		rdp_probe_end(p, symptom, NULL,
			"the server refuses with failure code %u, which no specification lists", code);
	}
	look_behind(p);
	return false;
}

/* The server selected a protocol: go on with it, or say why not. */
static bool selected(struct rdp_probe *p)
{
	uint32_t protocol = p->r->confirm.protocol;
	if (!ts_x224_was_offered(p->q->protocols, protocol)) {
		return rdp_probe_end(p, "selected-unasked", NULL,
			"the server selected protocol 0x%x, which was not offered (0x%x was)", protocol,
			p->q->protocols);
	}
	if (protocol == TS_RDP_STANDARD && p->q->protocols != TS_RDP_STANDARD) {
		return rdp_probe_end(p, "selected-rdp", NULL,
			"TLS was offered and declined: the server is set to the old RDP security, or cannot "
			"read its "
			"key");
	}
	rdp_probe_leave(p);
	return true;
}

static bool judge_confirm(struct rdp_probe *p, const unsigned char *buf, size_t n)
{
	struct ts_x224 *c = &p->r->confirm;
	switch (ts_x224_parse(buf, n, c)) {
	case TS_X224_RESPONSE: p->r->has_confirm = true; return selected(p);
	case TS_X224_FAILURE: p->r->has_confirm = true; return failure(p, c->code);
	case TS_X224_PLAIN:
		p->r->has_confirm = true;
		return rdp_probe_end(p, "no-negotiation", NULL,
			"the server does not negotiate: it is older than RDP 6, or something on the way "
			"takes the "
			"negotiation out");
	case TS_X224_ULTIMATUM:
		return rdp_probe_end(p, "ultimatum", "ultimatum",
			"the server hung up in an orderly way instead of an answer");
	default:
		return rdp_probe_end(
			p, "malformed", NULL, "the answer is no valid Connection Confirm (%d bytes)", (int)n);
	}
}

static bool stage_x224(struct rdp_probe *p)
{
	unsigned char request[TS_X224_REQUEST], buf[TS_X224_MAX];
	enum ts_tpkt kind;
	size_t n;
	rdp_probe_enter(p, TS_RDP_AT_X224, X224_MS);
	ts_x224_request(p->q->protocols, request);
	enum ts_stream_state sent =
		ts_stream_send(p->stream, request, sizeof(request), p->stage_deadline, p->cancel);
	if (sent != TS_STREAM_OK && sent != TS_STREAM_RESET) {
		return rdp_probe_lost(p, ts_tls_state_of(sent), "taking the request");
	}
	/* Where sending failed, what the server said before may still be there. */
	enum ts_stream_state got = read_packet(p, buf, sizeof(buf), p->stage_deadline, &n, &kind);
	if (kind == TS_TPKT_NOT) {
		return not_rdp(p, buf, n);
	}
	if (kind == TS_TPKT_BAD) {
		return rdp_probe_end(
			p, "malformed", NULL, "the answer claims a length of %d bytes", buf[2] << 8 | buf[3]);
	}
	if (got != TS_STREAM_OK) {
		char what[64];
		snprintf(what, sizeof(what),
			n > 0 ? "the rest of an RDP answer (%d bytes came)" : "an RDP answer", (int)n);
		return rdp_probe_lost(p, ts_tls_state_of(sent != TS_STREAM_OK ? sent : got), what);
	}
	return judge_confirm(p, buf, n);
}

/* --- the whole --- */

static bool stages(struct rdp_probe *p)
{
	if (!stage_tcp(p)) {
		return false;
	}
	if (p->q->direct) {
		return rdp_probe_tls(p);
	}
	if (!stage_x224(p)) {
		return false;
	}
	uint32_t protocol = p->r->confirm.protocol;
	if (protocol != TS_RDP_STANDARD && !rdp_probe_tls(p)) {
		return false;
	}
	if (p->q->tls_only) {
		return true;
	}
	return (protocol & (TS_RDP_HYBRID | TS_RDP_HYBRID_EX)) != 0 ? rdp_probe_credssp(p) : rdp_probe_mcs(p);
}

/* The certificates outlive the connection. */
static void keep_chain(struct rdp_probe *p)
{
	struct ts_rdp_result *r = p->r;
	const unsigned char *der;
	size_t n;
	while (r->has_tls && r->nchain < TS_RDP_CHAIN &&
		ts_tls_certificate(p->tls, (int)r->nchain, &der, &n)) {
		unsigned char *copy = ts_xmalloc(n);
		memcpy(copy, der, n);
		r->chain[r->nchain++] = (struct ts_tls_der){ copy, n };
	}
}

void ts_rdp_probe_run(const struct ts_rdp_question *q, const struct ts_net_addr *address, int64_t deadline,
	const atomic_bool *cancel, struct ts_rdp_result *out)
{
	double start = ts_os_mono_ms_f();
	*out = (struct ts_rdp_result){
		.address = *address, .alert = -1, .alert_sent = -1, .tls_info = { -1, -1, -1 }
	};
	for (int i = 0; i < TS_RDP_STAGES; i++) {
		out->ms[i] = -1;
	}
	struct rdp_probe p = { .q = q, .r = out, .deadline = deadline, .cancel = cancel };
	if (stages(&p)) {
		const char *how = q->direct || out->has_tls ? "tls" : "rdp";
		snprintf(out->symptom, sizeof(out->symptom), "%s", out->credssp_version > 0 ? "nla" : how);
		out->stage = TS_RDP_AT_OK;
	}
	keep_chain(&p);
	if (out->stage == TS_RDP_AT_OK && p.tls != NULL) {
		ts_tls_bye(p.tls);
	}
	ts_tls_free(p.tls);
	ts_stream_close(p.stream);
	out->elapsed_ms = ts_os_mono_ms_f() - start;
}

void ts_rdp_result_finish(struct ts_rdp_result *r)
{
	for (size_t i = 0; i < r->nchain; i++) {
		free((void *)(uintptr_t)r->chain[i].p);
	}
	r->nchain = 0;
}
