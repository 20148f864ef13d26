/* table/rdp_handshake.c - how far a connection to an RDP server gets, one row per address. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "decode/rdpneg.h"
#include "table/rdp-ask.h"
#include "table/scan.h"
#include "table/schema.h"

#define SLOW_MS        1000
#define SKEW_MS        300000 /* what Kerberos tolerates */
#define OLD_CREDSSP    4      /* version 5 came with the update of 2018 */
#define MAX_OFFERS     4
#define ALLOWED_OFFERS (TS_RDP_SSL | TS_RDP_HYBRID | TS_RDP_HYBRID_EX)

static const char *some(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static const char *server_kind(const struct ts_rdp_result *r)
{
	if (!r->has_confirm) {
		/* xrdp alone hangs up like that. */
		return r->closed_by != NULL && strcmp(r->symptom, "ultimatum") == 0 ? "xrdp" : NULL;
	}
	return ts_rdp_server_kind(&r->confirm, r->confirm_then_ultimatum);
}

static bool is_windows(const struct ts_rdp_result *r)
{
	const char *kind = server_kind(r);
	return kind != NULL && strcmp(kind, "windows") == 0;
}

/* A stage that was passed, but not quickly. */
static bool is_slow(const struct ts_rdp_result *r)
{
	for (enum ts_rdp_stage i = TS_RDP_AT_TCP; i < r->stage; i++) {
		if (r->ms[i] >= SLOW_MS) {
			return true;
		}
	}
	return false;
}

static bool has_old_version(const struct ts_rdp_result *r)
{
	return strcmp(r->tls_version, "TLSv1") == 0 || strcmp(r->tls_version, "TLSv1.1") == 0;
}

static void put_findings(struct ts_scan *s, const struct ts_rdp_result *r, const char *host)
{
	int64_t skew = r->skew_ms < 0 ? -r->skew_ms : r->skew_ms;
	const struct {
		const char *name;
		bool found;
	} others[] = {
		{ "old-version", has_old_version(r) },
		{ "old-credssp", r->credssp_version > 0 && r->credssp_version <= OLD_CREDSSP },
		{ "old-build", r->ntlm.has_version && r->ntlm.major < 10 && is_windows(r) },
		{ "clock-skew", r->ntlm.has_time && (double)skew - r->skew_fuzz_ms > SKEW_MS },
		{ "slow", is_slow(r) },
	};
	struct ts_buf b;
	ts_buf_init(&b, 1024);
	ts_rdp_findings(r, host, ts_scan_as_of(s), ts_scan_arena(s), &b);
	for (size_t i = 0; i < TS_COUNT(others); i++) {
		if (others[i].found) {
			ts_buf_printf(&b, "%s%s", b.len > 0 ? "," : "", others[i].name);
		}
	}
	ts_row_text(s, "findings", some(ts_buf_str(&b)));
	ts_buf_finish(&b);
}

static void put_x224(struct ts_scan *s, const struct ts_rdp_result *r)
{
	const struct ts_x224 *c = &r->confirm;
	if (r->has_confirm && c->kind == TS_X224_RESPONSE) {
		ts_row_int(s, "selected_protocol", c->protocol);
		ts_row_int(s, "response_flags", c->flags);
	}
	if (r->has_confirm && c->kind == TS_X224_FAILURE) {
		const struct ts_rdp_failure *f = ts_rdp_failure_find(c->code);
		ts_row_int(s, "failure_code", c->code);
		ts_row_text(s, "failure_name", f != NULL ? f->name : NULL);
	}
	ts_row_text(s, "speaks", r->speaks);
	ts_row_text(s, "server_kind", server_kind(r));
}

static void put_challenge(struct ts_scan *s, const struct ts_rdp_result *r)
{
	const struct ts_ntlm *n = &r->ntlm;
	if (r->credssp_version > 0) {
		ts_row_int(s, "credssp_version", r->credssp_version);
	}
	if (!r->has_challenge) {
		return;
	}
	ts_row_text(s, "server_computer",
		some(n->dns_computer[0] != '\0' ? n->dns_computer : n->netbios_computer));
	ts_row_text(s, "server_domain", some(n->dns_domain[0] != '\0' ? n->dns_domain : n->netbios_domain));
	/* Others than Windows claim the version of some Windows. */
	if (n->has_version && is_windows(r)) {
		const char *name = ts_windows_of_build(n->major, n->minor, n->build);
		ts_row_text(s, "server_build",
			ts_arena_printf(ts_scan_arena(s), "%d.%d.%d%s%s%s", n->major, n->minor, n->build,
				name != NULL ? " (" : "", name != NULL ? name : "", name != NULL ? ")" : ""));
	}
	if (n->has_time) {
		ts_row_int(s, "server_time", n->time_ms / 1000);
		ts_row_real(s, "clock_skew_s", (double)r->skew_ms / 1000);
	}
}

static void put_times(struct ts_scan *s, const struct ts_rdp_result *r)
{
	static const struct {
		enum ts_rdp_stage stage;
		const char *column;
	} columns[] = {
		{ TS_RDP_AT_TCP, "tcp_ms" },
		{ TS_RDP_AT_X224, "x224_ms" },
		{ TS_RDP_AT_TLS, "tls_ms" },
		{ TS_RDP_AT_CREDSSP, "credssp_ms" },
		{ TS_RDP_AT_MCS, "mcs_ms" },
	};
	for (size_t i = 0; i < TS_COUNT(columns); i++) {
		if (r->ms[columns[i].stage] >= 0) {
			ts_row_real(s, columns[i].column, r->ms[columns[i].stage]);
		}
	}
	ts_row_real(s, "elapsed_ms", r->elapsed_ms);
}

static void add_row(
	struct ts_scan *s, const struct ts_rdp_result *r, const char *host, uint32_t offer, int attempt)
{
	ts_row_begin(s);
	ts_row_int(s, "attempt", attempt);
	if (r->end == TS_RDP_DECIDED) {
		ts_row_text(s, "stage", ts_rdp_stage_name(r->stage));
		ts_row_text(s, "symptom", r->symptom);
	}
	ts_row_text(s, "address", r->address.text);
	ts_row_int(s, "requested_protocols", offer);
	ts_row_text(s, "rejected_by", some(r->tcp.rejected_by));
	put_x224(s, r);
	put_challenge(s, r);
	ts_row_text(s, "closed_by", r->closed_by);
	if (r->alert >= 0) {
		ts_row_int(s, "alert", r->alert);
	}
	ts_row_text(s, "tls_version", some(r->tls_version));
	put_findings(s, r, host);
	put_times(s, r);
	ts_row_text(s, "detail", some(r->detail));
	ts_row_end(s);
}

static void add_unresolved(struct ts_scan *s, const struct ts_resolved *r, uint32_t offer, int attempt)
{
	ts_row_begin(s);
	ts_row_int(s, "attempt", attempt);
	ts_row_text(s, "stage", "dns");
	/* The system's resolver does not tell SERVFAIL from a server that kept silent. */
	ts_row_text(s, "symptom", r->state == TS_RESOLVE_AGAIN ? "error" : ts_resolve_name(r->state));
	ts_row_int(s, "requested_protocols", offer);
	ts_row_real(s, "elapsed_ms", r->elapsed_ms);
	ts_row_text(s, "detail", some(r->detail));
	ts_row_end(s);
}

/* Offer these protocols to all addresses; returns the number of the next attempt. */
static int offer_to_all(struct ts_scan *s, const char *host, int port, uint32_t offer, int attempt)
{
	struct ts_rdp_question q = { .port = port, .protocols = offer };
	const struct ts_rdp_answer *a = ts_rdp_ask(s, host, &q, false);
	if (a == NULL) {
		return attempt;
	}
	if (a->resolved.count == 0 && a->resolved.state != TS_RESOLVE_ERROR) {
		add_unresolved(s, &a->resolved, offer, attempt++);
	}
	for (size_t i = 0; i < a->n; i++) {
		const struct ts_rdp_result *r = &a->results[i];
		/* What was cut off or failed says nothing; without TLS the stages before it are known. */
		if (r->end == TS_RDP_DECIDED || r->end == TS_RDP_NO_TLS) {
			add_row(s, r, host, offer, attempt);
		}
		attempt++;
	}
	ts_rdp_answer_report(s, a);
	ts_rdp_answer_done(s, a);
	return attempt;
}

void ts_fill_rdp_handshake(struct ts_scan *s)
{
	const char *host = ts_scan_text(s, "host", 0);
	int port, n = ts_scan_count(s, "requested_protocols"), attempt = 1;
	if (!ts_probe_port(s, &port)) {
		return;
	}
	if (n == 0) {
		(void)offer_to_all(s, host, port, TS_RDP_OFFER, attempt);
	}
	for (int i = 0; i < n; i++) {
		int64_t offer;
		if (i >= MAX_OFFERS || !ts_scan_int(s, "requested_protocols", i, &offer) || offer < 0 ||
			(offer & ~(int64_t)ALLOWED_OFFERS) != 0) {
			ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED,
				"only sums of 1 (TLS), 2 and 8 (NLA) are offered, and 0, four of them at "
				"most");
			return;
		}
		attempt = offer_to_all(s, host, port, (uint32_t)offer, attempt);
	}
}
