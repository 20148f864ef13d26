/* table/certificate-row.c - a certificate's bytes as a row of the table certificates, from files and live. */
#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "decode/sha1.h"
#include "decode/x509.h"
#include "table/windows-words.h"

static void put_key_usage(struct ts_scan *s, const struct ts_x509 *x)
{
	static const char *const names[] = { "CERT_DIGITAL_SIGNATURE_KEY_USAGE",
		"CERT_NON_REPUDIATION_KEY_USAGE", "CERT_KEY_ENCIPHERMENT_KEY_USAGE",
		"CERT_DATA_ENCIPHERMENT_KEY_USAGE", "CERT_KEY_AGREEMENT_KEY_USAGE",
		"CERT_KEY_CERT_SIGN_KEY_USAGE", "CERT_CRL_SIGN_KEY_USAGE", "CERT_ENCIPHER_ONLY_KEY_USAGE" };
	struct ts_buf b;
	ts_buf_init(&b, 1024);
	for (size_t i = 0; x->has_key_usage && i < TS_COUNT(names); i++) {
		if ((x->key_usage >> i & 1) != 0) {
			ts_buf_printf(&b, "%s%s", b.len > 0 ? "," : "", names[i]);
		}
	}
	ts_row_text(s, "key_usage", ts_buf_str(&b));
	ts_buf_finish(&b);
}

/* "sha256RSA", as Windows names it. */
static const char *signature_name(struct ts_scan *s, const struct ts_x509 *x)
{
	char *text = ts_arena_printf(ts_scan_arena(s), "%s%s", x->hash,
		strcmp(x->key_type, "EC") == 0    ? "ECDSA"
		: strcmp(x->key_type, "RSA") == 0 ? "RSA"
						  : "");
	for (char *p = text; ts_str_starts(x->hash, "SHA") && p < text + 3; p++) {
		*p = (char)(*p + 32);
	}
	return text;
}

bool ts_certificate_put(struct ts_scan *s, struct ts_str der, const char *path, const char *location,
	const char *store, bool *bad)
{
	struct ts_x509 x;
	char sha1[41], bits[16];
	struct ts_arena *a = ts_arena_new();
	bool more = true;
	ts_sha1_hex(der.p, der.n, sha1);
	if (!ts_scan_allows_text(s, "sha1", sha1) || !ts_scan_allows_text(s, "path", path)) {
		ts_arena_free(a);
		return true;
	}
	if (!ts_x509_parse((const unsigned char *)der.p, der.n, a, &x)) {
		*bad = true;
	} else {
		ts_row_begin(s);
		ts_row_text(s, "common_name", x.common_name != NULL ? x.common_name : "");
		ts_row_text(s, "subject", x.subject);
		ts_row_text(s, "subject2", x.subject);
		ts_row_text(s, "issuer", x.issuer);
		ts_row_text(s, "issuer2", x.issuer);
		ts_row_int(s, "ca", x.is_ca);
		ts_row_int(s, "self_signed", x.self_issued);
		ts_row_text(s, "not_valid_before", ts_arena_printf(a, "%lld", (long long)x.not_before));
		ts_row_text(s, "not_valid_after", ts_arena_printf(a, "%lld", (long long)x.not_after));
		ts_row_text(s, "signing_algorithm", signature_name(s, &x));
		ts_row_text(s, "key_algorithm", x.key_type);
		snprintf(bits, sizeof(bits), "%d", x.key_bits);
		ts_row_text(s, "key_strength", bits);
		put_key_usage(s, &x);
		ts_row_text(s, "sha1", sha1);
		ts_row_text(s, "path", path);
		ts_row_text(s, "serial", x.serial);
		ts_row_text(s, "store_location", location);
		ts_row_text(s, "store", store);
		more = ts_row_end(s);
	}
	ts_arena_free(a);
	return more;
}
