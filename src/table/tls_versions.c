/* table/tls_versions.c - the TLS versions and families of ciphers that a server accepts: a connection for each. */
#include <string.h>
#include "table/rdp-ask.h"
#include "table/scan.h"
#include "table/schema.h"

/* RFC 8446 section 6.2: what this side says to an answer in a version that it did not ask for. */
#define ALERT_PROTOCOL_VERSION 70

static const struct {
	const char *version;
	int number;
	const char *family, *ciphers;
} trials[] = {
	{ "TLSv1", TS_TLS_1_0, "all", NULL },
	{ "TLSv1.1", TS_TLS_1_1, "all", NULL },
	{ "TLSv1.2", TS_TLS_1_2, "all", NULL },
	{ "TLSv1.3", TS_TLS_1_3, "all", NULL },
	{ "TLSv1.2", TS_TLS_1_2, "ecdhe-gcm", "kECDHE+AESGCM:kECDHE+CHACHA20:!aNULL" },
	{ "TLSv1.2", TS_TLS_1_2, "ecdhe-cbc", "kECDHE+AES:!AESGCM:!AESCCM:!aNULL" },
	{ "TLSv1.2", TS_TLS_1_2, "dhe", "kDHE:!aNULL" },
	{ "TLSv1.2", TS_TLS_1_2, "rsa", "kRSA:!PSK" },
};

/* Did this side end TLS for another reason than that the server answered in a version that it was not asked for? */
static bool refused_for_itself(const struct ts_rdp_result *r, int asked)
{
	bool other_version =
		r->hello_version != 0 && r->hello_version < asked && r->hello_version < TS_TLS_1_2;
	return r->refused_here && r->alert_sent != ALERT_PROTOCOL_VERSION && !other_version;
}

/* 1 accepted, 0 declined, -1 not known. */
static int verdict(const struct ts_rdp_result *r, int asked)
{
	if (r->end != TS_RDP_DECIDED || r->stage < TS_RDP_AT_TLS) {
		return -1;
	}
	if (r->has_tls) {
		return 1;
	}
	/* Silence declines nothing, and what this side refuses says nothing of the server. */
	return strcmp(r->symptom, "timeout") == 0 || refused_for_itself(r, asked) ? -1 : 0;
}

/* Can this program not make this trial, but perhaps others? Then its row says so. */
static bool cannot_try(struct ts_scan *s, const struct ts_rdp_answer *a, const char *mode, size_t i)
{
	if (a->n == 0 || a->results[0].end != TS_RDP_NO_TLS || !ts_tls_available(NULL)) {
		return false;
	}
	ts_row_begin(s);
	ts_row_text(s, "mode", mode);
	ts_row_text(s, "version", trials[i].version);
	ts_row_text(s, "family", trials[i].family);
	ts_row_text(s, "detail", a->results[0].detail);
	return true;
}

/* False when the other trials are pointless. */
static bool try_one(struct ts_scan *s, const char *host, int port, const char *mode, size_t i)
{
	bool direct = strcmp(mode, "direct") == 0;
	struct ts_rdp_question q = {
		.port = port,
		.protocols = TS_RDP_OFFER,
		.direct = direct,
		.tls_only = true,
		.tls = { .min_version = trials[i].number,
			.max_version = trials[i].number,
			.ciphers = trials[i].ciphers },
	};
	const struct ts_rdp_answer *a = ts_rdp_ask(s, host, &q, true);
	if (a == NULL) {
		return false;
	}
	if (cannot_try(s, a, mode, i)) {
		bool more = ts_row_end(s);
		ts_scan_sawf(s, TS_SEEN_PARTIAL, "%s (%s) was not tried: %s", trials[i].version,
			trials[i].family, a->results[0].detail);
		ts_rdp_answer_done(s, a);
		return more;
	}
	bool go_on = a->n > 0 && a->results[0].end == TS_RDP_DECIDED;
	if (go_on) {
		const struct ts_rdp_result *r = &a->results[0];
		int v = verdict(r, trials[i].number);
		ts_row_begin(s);
		ts_row_text(s, "mode", mode);
		ts_row_text(s, "version", trials[i].version);
		ts_row_text(s, "family", trials[i].family);
		if (v >= 0) {
			ts_row_int(s, "accepted", v);
		}
		ts_row_text(s, "cipher", r->tls_cipher[0] != '\0' ? r->tls_cipher : NULL);
		ts_row_text(s, "detail", r->detail[0] != '\0' ? r->detail : NULL);
		go_on = ts_row_end(s) && r->stage >= TS_RDP_AT_TLS;
	}
	if (a->n > 0 && a->results[0].stage < TS_RDP_AT_TLS && a->results[0].end == TS_RDP_DECIDED) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "no connection got to TLS (%s %s): %s",
			ts_rdp_stage_name(a->results[0].stage), a->results[0].symptom, a->results[0].detail);
	} else if (a->resolved.count == 0 && a->resolved.state != TS_RESOLVE_ERROR) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "the name has no address (%s)",
			ts_resolve_name(a->resolved.state));
	} else if (!go_on) {
		ts_rdp_answer_report(s, a);
	}
	ts_rdp_answer_done(s, a);
	return go_on;
}

void ts_fill_tls_versions(struct ts_scan *s)
{
	const char *host = ts_scan_text(s, "host", 0);
	bool families = ts_scan_count(s, "family") > 0;
	int port;
	if (!ts_probe_port(s, &port)) {
		return;
	}
	const char *mode = ts_scan_text(s, "mode", 0);
	mode = mode != NULL ? mode : port == 443 ? "direct" : "rdp";
	if (ts_scan_count(s, "mode") > 1 || (strcmp(mode, "rdp") != 0 && strcmp(mode, "direct") != 0)) {
		ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "mode is rdp or direct, one of them at a time");
		return;
	}
	for (size_t i = 0; i < TS_COUNT(trials); i++) {
		bool wanted = families ? ts_scan_allows_text(s, "family", trials[i].family)
				       : strcmp(trials[i].family, "all") == 0;
		if (wanted && ts_scan_allows_text(s, "version", trials[i].version) &&
			!try_one(s, host, port, mode, i)) {
			return;
		}
	}
	ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
}
