/* table/tls_certificate.c - the certificates that a server presents, and all that is wrong with them. */
#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "decode/x509.h"
#include "table/rdp-ask.h"
#include "table/scan.h"
#include "table/schema.h"

#define HTTPS 443

/* What may be wrong with a certificate of the chain beside the server's own. */
#define CHAIN_FINDINGS                                                                                       \
	(1u << TS_X509_EXPIRED | 1u << TS_X509_EXPIRING | 1u << TS_X509_NOT_YET_VALID |                      \
		1u << TS_X509_WEAK_KEY | 1u << TS_X509_WEAK_HASH)

static void put_list(struct ts_scan *s, const char *column, const struct ts_buf *b)
{
	ts_row_text(s, column, b->len > 0 ? ts_buf_str(b) : NULL);
}

static void put_names(struct ts_scan *s, const struct ts_x509 *c)
{
	struct ts_buf b;
	ts_buf_init(&b, (size_t)64 << 10);
	for (size_t i = 0; i < c->nnames; i++) {
		const struct ts_x509_name *n = &c->names[i];
		const unsigned char *ip = n->raw.p;
		ts_buf_puts(&b, b.len > 0 ? "," : "");
		if (n->is_ip && n->raw.n == 4) {
			ts_buf_printf(&b, "%d.%d.%d.%d", ip[0], ip[1], ip[2], ip[3]);
		} else if (n->is_ip) {
			for (int k = 0; k < 16; k += 2) {
				ts_buf_printf(
					&b, "%s%x", k > 0 ? ":" : "", (unsigned)(ip[k] << 8 | ip[k + 1]));
			}
		} else {
			ts_buf_puts(&b, n->text);
		}
	}
	put_list(s, "san", &b);
	ts_buf_finish(&b);
}

static void put_hex(struct ts_scan *s, const char *column, const unsigned char *p, size_t n)
{
	char text[65];
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(text + 2 * i, 3, "%02X", p[i]);
	}
	ts_row_text(s, column, text);
}

static void put_thumbprints(struct ts_scan *s, const struct ts_tls_der *der)
{
	unsigned char sha1[20], sha256[32];
	if (ts_tls_thumbprints(der->p, der->n, sha1, sha256)) {
		put_hex(s, "sha1", sha1, sizeof(sha1));
		put_hex(s, "sha256", sha256, sizeof(sha256));
	}
}

static void put_findings(struct ts_scan *s, unsigned found)
{
	struct ts_buf b;
	ts_buf_init(&b, 512);
	for (unsigned i = 0; i < TS_X509_FINDINGS; i++) {
		if ((found >> i & 1) != 0) {
			ts_buf_printf(&b, "%s%s", b.len > 0 ? "," : "", ts_x509_finding_name(i));
		}
	}
	put_list(s, "findings", &b);
	ts_buf_finish(&b);
}

/* Whether this computer trusts the chain; asked only where the query looks at it, since it may read many files. */
static void put_trust(struct ts_scan *s, const struct ts_rdp_result *r)
{
	char why[200];
	if (!ts_scan_wants(s, "trusted") && !ts_scan_wants(s, "detail")) {
		return;
	}
	int trusted = ts_tls_trusted(r->chain, r->nchain, ts_scan_as_of(s), why, sizeof(why));
	if (trusted >= 0) {
		ts_row_int(s, "trusted", trusted);
	}
	ts_row_text(s, "detail",
		trusted == 1 ? NULL : ts_arena_printf(ts_scan_arena(s), "not trusted here: %s", why));
}

static void put_certificate(struct ts_scan *s, const struct ts_x509 *c)
{
	ts_row_text(s, "subject", c->subject);
	ts_row_text(s, "common_name", c->common_name);
	put_names(s, c);
	ts_row_text(s, "issuer", c->issuer);
	ts_row_text(s, "serial", c->serial);
	ts_row_int(s, "not_before", c->not_before);
	ts_row_int(s, "not_after", c->not_after);
	ts_row_text(s, "key_type", c->key_type);
	if (c->key_bits > 0) {
		ts_row_int(s, "key_bits", c->key_bits);
	}
	ts_row_text(s, "signature_hash", c->hash);
	ts_row_text(s, "usage", c->usage);
	ts_row_int(s, "self_signed", c->self_issued);
}

static void add_row(
	struct ts_scan *s, const struct ts_rdp_result *r, const char *host, const char *mode, size_t i)
{
	struct ts_x509 c;
	ts_row_begin(s);
	ts_row_text(s, "mode", mode);
	ts_row_int(s, "position", (int64_t)i);
	ts_row_text(s, "address", r->address.text);
	put_thumbprints(s, &r->chain[i]);
	ts_row_text(s, "tls_version", r->tls_version);
	ts_row_text(s, "cipher", r->tls_cipher);
	if (ts_x509_parse(r->chain[i].p, r->chain[i].n, ts_scan_arena(s), &c)) {
		bool match = ts_rdp_name_match(&c, host);
		unsigned found = ts_x509_findings(&c, ts_scan_as_of(s), match);
		put_certificate(s, &c);
		if (i == 0) {
			ts_row_int(s, "name_match", match);
			put_trust(s, r);
		} else {
			/* Nobody checks the signature by which an authority signs itself. */
			found &= CHAIN_FINDINGS & ~(c.self_issued ? 1u << TS_X509_WEAK_HASH : 0);
		}
		put_findings(s, found);
	} else {
		ts_row_text(s, "detail", "this certificate cannot be read");
	}
	ts_row_end(s);
}

/* Rows of all addresses; how many of them presented a certificate. */
static size_t add_rows(struct ts_scan *s, const struct ts_rdp_answer *a, const char *host, const char *mode)
{
	size_t with = 0;
	for (size_t i = 0; i < a->n; i++) {
		for (size_t k = 0; k < a->results[i].nchain; k++) {
			add_row(s, &a->results[i], host, mode, k);
		}
		with += a->results[i].nchain > 0;
	}
	return with;
}

/* Why there is no certificate: no finding about it, since nobody has seen it. */
static void report(struct ts_scan *s, const struct ts_rdp_answer *a, size_t with)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct ts_rdp_result *r = &a->results[i];
		if (r->end == TS_RDP_DECIDED && r->nchain == 0) {
			ts_scan_sawf(s, with > 0 ? TS_SEEN_PARTIAL : TS_SEEN_NOT_COLLECTED,
				"%s: it got to no certificate (%s %s): %s", r->address.text,
				ts_rdp_stage_name(r->stage), r->symptom, r->detail);
			return;
		}
	}
	if (a->n == 0 && a->resolved.count == 0 && a->resolved.state != TS_RESOLVE_ERROR) {
		ts_scan_sawf(s, TS_SEEN_NOT_COLLECTED, "the name has no address (%s)",
			ts_resolve_name(a->resolved.state));
		return;
	}
	if (with == a->n && with > 0 && a->left_out == 0) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
		return;
	}
	ts_rdp_answer_report(s, a);
}

/* Does something that begins with TLS listen on the port? */
static bool speaks_tls(const struct ts_rdp_answer *a)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->results[i].speaks != NULL && strcmp(a->results[i].speaks, "tls") == 0) {
			return true;
		}
	}
	return false;
}

/* True when the port turns out to speak TLS at once, and `other` allows to ask so. */
static bool look(struct ts_scan *s, const char *host, int port, bool direct, bool other)
{
	struct ts_rdp_question q = {
		.port = port, .protocols = TS_RDP_OFFER, .direct = direct, .tls_only = direct
	};
	const struct ts_rdp_answer *a = ts_rdp_ask(s, host, &q, false);
	bool again = a != NULL && other && !direct && speaks_tls(a);
	if (a != NULL && !again) {
		report(s, a, add_rows(s, a, host, direct ? "direct" : "rdp"));
	}
	ts_rdp_answer_done(s, a);
	return again;
}

void ts_fill_tls_certificate(struct ts_scan *s)
{
	const char *host = ts_scan_text(s, "host", 0);
	bool any = ts_scan_count(s, "mode") == 0;
	bool rdp = ts_scan_allows_text(s, "mode", "rdp"), direct = ts_scan_allows_text(s, "mode", "direct");
	int port;
	if (!ts_probe_port(s, &port)) {
		return;
	}
	if (any) {
		rdp = port != HTTPS;
		direct = !rdp;
	}
	if (!rdp && !direct) {
		ts_scan_saw(s, NULL, TS_SEEN_ABSENT, "mode is rdp or direct");
	}
	if (rdp && look(s, host, port, false, any)) {
		direct = true;
	}
	if (direct) {
		(void)look(s, host, port, true, false);
	}
}
