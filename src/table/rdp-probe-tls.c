/* table/rdp-probe-tls.c - the stages of the probe from TLS on: TLS, CredSSP, MCS. */
#include <stdio.h>
#include <string.h>
#include "decode/mcs.h"
#include "decode/plaintext.h"
#include "decode/rdpneg.h"
#include "decode/tpkt.h"
#include "decode/tsrequest.h"
#include "os/os.h"
#include "table/rdp-probe-int.h"

#define TLS_MS        4000
#define CREDSSP_MS    3000
#define MCS_MS        3000
#define MAX_TSREQUEST 16384
#define WHOLE_SECOND  1000.0

/* --- TLS --- */

static bool alerted(struct rdp_probe *p)
{
	char symptom[32];
	int alert = ts_tls_alert(p->tls);
	const char *name = ts_tls_alert_name(alert);
	p->r->alert = alert;
	snprintf(symptom, sizeof(symptom), "alert-%d", alert);
	return rdp_probe_end(p, symptom, "alert", "the server ended it with TLS alert %d%s%s%s", alert,
		name != NULL ? " (" : "", name != NULL ? name : "", name != NULL ? ")" : "");
}

/* Clear text came where TLS was due. */
static bool clear_text(struct rdp_probe *p)
{
	size_t n, length;
	const unsigned char *first = ts_tls_first(p->tls, &n);
	struct ts_x224 x;
	if (ts_tpkt_look(first, n, n, &length) == TS_TPKT_WHOLE &&
		ts_x224_parse(first, length, &x) == TS_X224_ULTIMATUM) {
		return rdp_probe_end(p, "ultimatum", "ultimatum",
			"the server hung up in clear text instead of starting TLS: it could not load its "
			"certificate or "
			"key, or has no version or cipher in common");
	}
	const char *speaks = ts_speaks(first, n);
	p->r->speaks = speaks;
	return rdp_probe_end(p, "malformed", NULL, "clear text came instead of TLS%s%s",
		speaks != NULL ? ": " : "", speaks != NULL ? speaks : "");
}

static bool silent_in_tls(struct rdp_probe *p)
{
	const struct ts_stream_info *info = &p->r->tls_info;
	unsigned long long received = (unsigned long long)ts_tls_received(p->tls);
	(void)rdp_probe_lost(p, TS_TLS_TIMEOUT, "TLS");
	if (p->r->end == TS_RDP_DECIDED) {
		const char *acked = info->unacked < 0   ? ""
				    : info->unacked > 0 ? "; the ClientHello was not acknowledged"
							: "; the ClientHello was acknowledged";
		(void)rdp_probe_end(p, "timeout", "silence",
			"the TLS handshake stood still: %llu bytes of the server came in %.1f s%s", received,
			p->r->ms[TS_RDP_AT_TLS] / 1000, acked);
	}
	return false;
}

/* RFC 8446 section 4.1.3: a record of handshake type holds a ServerHello with its legacy_version; 0 = another thing came. */
static int hello_version(const struct ts_tls *tls)
{
	size_t n;
	const unsigned char *first = ts_tls_first(tls, &n);
	return n >= 11 && first[0] == 0x16 && first[5] == 2 ? first[9] << 8 | first[10] : 0;
}

static bool tls_failed(struct rdp_probe *p, enum ts_tls_state state)
{
	int sent = ts_tls_alert_sent(p->tls);
	switch (state) {
	case TS_TLS_ALERT: return alerted(p);
	case TS_TLS_NOT_TLS: return clear_text(p);
	case TS_TLS_REFUSED:
		p->r->refused_here = true;
		p->r->alert_sent = sent;
		p->r->hello_version = hello_version(p->tls);
		return rdp_probe_end(p, "malformed", NULL,
			"this computer cannot go on with what the server sent in TLS: %s%s%s",
			ts_tls_words(p->tls), sent >= 0 ? "; sent alert " : "",
			sent >= 0 && ts_tls_alert_name(sent) != NULL ? ts_tls_alert_name(sent) : "");
	case TS_TLS_TIMEOUT: return silent_in_tls(p);
	default: break;
	}
	return rdp_probe_lost(p, state,
		ts_tls_received(p->tls) > 0 ? "the rest of the TLS handshake"
					    : "an answer to the TLS ClientHello");
}

bool rdp_probe_tls(struct rdp_probe *p)
{
	struct ts_rdp_result *r = p->r;
	struct ts_err err;
	rdp_probe_enter(p, TS_RDP_AT_TLS, TLS_MS);
	p->tls = ts_tls_new(p->stream, &p->q->tls, &err);
	if (p->tls == NULL) {
		r->end = TS_RDP_NO_TLS;
		rdp_probe_end(p, "", NULL, "%s", err.text);
		r->ms[TS_RDP_AT_TLS] = -1;
		return false;
	}
	/* Loading the library is no time of the server's. */
	rdp_probe_enter(p, TS_RDP_AT_TLS, TLS_MS);
	enum ts_tls_state state = ts_tls_handshake(p->tls, p->stage_deadline, p->cancel);
	(void)ts_stream_info(p->stream, &r->tls_info);
	r->tls_received = ts_tls_received(p->tls);
	if (state != TS_TLS_OK) {
		return tls_failed(p, state);
	}
	r->has_tls = true;
	snprintf(r->tls_version, sizeof(r->tls_version), "%s", ts_tls_version(p->tls));
	snprintf(r->tls_cipher, sizeof(r->tls_cipher), "%s", ts_tls_cipher(p->tls));
	rdp_probe_leave(p);
	return true;
}

/* --- after TLS --- */

/* With TLS, and without where the old security was asked for. A reset is found out by reading. */
static enum ts_tls_state send_all(struct rdp_probe *p, const void *data, size_t n)
{
	enum ts_tls_state state =
		p->tls != NULL
			? ts_tls_send(p->tls, data, n, p->stage_deadline, p->cancel)
			: ts_tls_state_of(ts_stream_send(p->stream, data, n, p->stage_deadline, p->cancel));
	p->broken = state == TS_TLS_RESET;
	return p->broken ? TS_TLS_OK : state;
}

static enum ts_tls_state recv_some(struct rdp_probe *p, void *buf, size_t room, size_t *n)
{
	enum ts_tls_state state = p->tls != NULL
					  ? ts_tls_recv(p->tls, buf, room, n, p->stage_deadline, p->cancel)
					  : ts_tls_state_of(ts_stream_recv(
						    p->stream, buf, room, n, p->stage_deadline, p->cancel));
	return p->broken && state == TS_TLS_CLOSED ? TS_TLS_RESET : state;
}

static bool lost_after_tls(struct rdp_probe *p, enum ts_tls_state state, const char *what)
{
	if (state == TS_TLS_ALERT) {
		return alerted(p);
	}
	if (state == TS_TLS_REFUSED || state == TS_TLS_NOT_TLS) {
		return rdp_probe_end(p, "malformed", NULL, "the server sent something that is not TLS: %s",
			ts_tls_words(p->tls));
	}
	return rdp_probe_lost(p, state, what);
}

/* --- CredSSP --- */

static bool is_whole(const unsigned char *buf, size_t n, enum ts_der_state *state)
{
	struct ts_der_item item;
	size_t need;
	*state = ts_der_look((struct ts_der){ buf, n }, &item, &need);
	if (n > 0 && (buf[0] != TS_DER_SEQUENCE || need > MAX_TSREQUEST)) {
		*state = TS_DER_BAD;
	}
	return *state != TS_DER_MORE;
}

static bool server_error(struct rdp_probe *p, uint32_t code)
{
	char symptom[32];
	const char *name = ts_tsrequest_error_name(code);
	snprintf(symptom, sizeof(symptom), "error-%08X", code);
	return rdp_probe_end(p, symptom, NULL,
		"the server refuses the sign-in before any name was given: 0x%08X%s%s", code,
		name != NULL ? " " : "", name != NULL ? name : "");
}

/* sent_ms, trip: this computer's clock at sending, milliseconds until the answer. */
static bool judge_tsrequest(struct rdp_probe *p, struct ts_der in, int64_t sent_ms, double trip)
{
	struct ts_rdp_result *r = p->r;
	struct ts_tsrequest t;
	if (!ts_tsrequest_parse(in, &t)) {
		return rdp_probe_end(
			p, "malformed", NULL, "the answer to the sign-in's first message is no TSRequest");
	}
	r->credssp_version = t.version;
	if (t.has_error) {
		return server_error(p, t.error);
	}
	if (!ts_ntlm_parse(t.token.p, t.token.n, &r->ntlm)) {
		return rdp_probe_end(
			p, "malformed", NULL, "the sign-in's first answer holds no NTLM challenge");
	}
	r->has_challenge = true;
	if (r->ntlm.has_time) {
		r->skew_ms = r->ntlm.time_ms - (sent_ms + (int64_t)(trip / 2));
		r->skew_fuzz_ms = trip / 2 + (r->ntlm.time_ms % 1000 == 0 ? WHOLE_SECOND : 0);
	}
	rdp_probe_leave(p);
	return true;
}

bool rdp_probe_credssp(struct rdp_probe *p)
{
	static const char what[] = "an answer to the first message of the sign-in (NLA)";
	unsigned char buf[MAX_TSREQUEST];
	enum ts_der_state whole = TS_DER_MORE;
	size_t n = 0;
	rdp_probe_enter(p, TS_RDP_AT_CREDSSP, CREDSSP_MS);
	int64_t sent_ms = ts_os_wall_ms();
	enum ts_tls_state state = send_all(p, ts_tsrequest_hello, TS_TSREQUEST_HELLO);
	while (state == TS_TLS_OK && n < sizeof(buf) && !is_whole(buf, n, &whole)) {
		size_t part;
		state = recv_some(p, buf + n, sizeof(buf) - n, &part);
		n += part;
	}
	if (state != TS_TLS_OK) {
		return lost_after_tls(p, state, what);
	}
	if (whole != TS_DER_WHOLE) {
		return rdp_probe_end(
			p, "malformed", NULL, "the answer to the sign-in's first message is no TSRequest");
	}
	return judge_tsrequest(p, (struct ts_der){ buf, n }, sent_ms, ts_os_mono_ms_f() - p->stage_start);
}

/* --- MCS --- */

static bool judge_mcs(struct rdp_probe *p, const unsigned char *buf, size_t n)
{
	struct ts_mcs m;
	struct ts_x224 x;
	p->r->stage = TS_RDP_AT_MCS;
	if (ts_x224_parse(buf, n, &x) == TS_X224_ULTIMATUM) {
		return rdp_probe_end(
			p, "ultimatum", "ultimatum", "the server hung up in an orderly way after TLS");
	}
	if (!ts_mcs_parse(buf, n, &m)) {
		return rdp_probe_end(p, "malformed", NULL, "the answer after TLS is no MCS Connect Response");
	}
	p->r->rdp_version = m.version;
	if (m.result != 0) {
		char symptom[32];
		snprintf(symptom, sizeof(symptom), "result-%d", m.result);
		return rdp_probe_end(
			p, symptom, NULL, "the server refuses the session with MCS result %d", m.result);
	}
	rdp_probe_leave(p);
	return true;
}

bool rdp_probe_mcs(struct rdp_probe *p)
{
	static const char what[] = "an answer to the first message of the session";
	unsigned char request[TS_MCS_INITIAL], buf[TS_MCS_MAX];
	enum ts_tpkt kind;
	size_t n = 0, length;
	/* Whatever happens before an answer comes happened after TLS. */
	rdp_probe_enter(p, p->tls != NULL ? TS_RDP_AT_AFTER_TLS : TS_RDP_AT_MCS, MCS_MS);
	ts_mcs_initial(p->r->confirm.protocol, request);
	enum ts_tls_state state = send_all(p, request, sizeof(request));
	while ((kind = ts_tpkt_look(buf, n, sizeof(buf), &length)) == TS_TPKT_MORE && state == TS_TLS_OK) {
		size_t part;
		state = recv_some(p, buf + n, sizeof(buf) - n, &part);
		n += part;
	}
	if (kind == TS_TPKT_MORE) {
		return lost_after_tls(p, state, what);
	}
	if (kind != TS_TPKT_WHOLE) {
		p->r->stage = TS_RDP_AT_MCS;
		return rdp_probe_end(p, "malformed", NULL, "the answer after TLS is no MCS Connect Response");
	}
	return judge_mcs(p, buf, length);
}
