/* table/files-certificates.c - certificates from the stores in a machine's registry, and from certificate files. */
#include <stdio.h>
#include <string.h>
#include "base/str.h"
#include "decode/certblob.h"
#include "decode/sha1.h"
#include "decode/x509.h"
#include "table/files-int.h"

#define HKLM     "HKEY_LOCAL_MACHINE\\SOFTWARE\\"
#define MAX_FILE ((size_t)16 << 20)

/* Where stores are, and what their location is called. */
static const struct place {
	const char *key, *location;
} places[] = {
	{ HKLM "Microsoft\\SystemCertificates", "LocalMachine" },
	{ HKLM "Policies\\Microsoft\\SystemCertificates", "LocalMachineGroupPolicy" },
	{ HKLM "Microsoft\\EnterpriseCertificates", "LocalMachineEnterprise" },
	{ "HKEY_CURRENT_USER\\Software\\Microsoft\\SystemCertificates", "CurrentUser" },
};

/* Names that English Windows shows for stores. */
static const struct store_name {
	const char *key, *shown;
} store_names[] = {
	{ "MY", "Personal" },
	{ "ROOT", "Trusted Root Certification Authorities" },
	{ "AuthRoot", "Third-Party Root Certification Authorities" },
	{ "CA", "Intermediate Certification Authorities" },
	{ "Disallowed", "Untrusted Certificates" },
	{ "TrustedPublisher", "Trusted Publishers" },
	{ "TrustedPeople", "Trusted People" },
};

static const char *shown_name(const char *key)
{
	for (size_t i = 0; i < TS_COUNT(store_names); i++) {
		if (ts_str_case_eq(store_names[i].key, key)) {
			return store_names[i].shown;
		}
	}
	return key;
}

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

/* A row; location and store NULL for a file. False: no more rows are wanted. *bad is set when it is no certificate. */
static bool put_certificate(struct ts_scan *s, struct ts_str der, const char *path, const char *location,
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

/* --- stores --- */

static bool put_store(struct ts_scan *s, const struct ts_regs *r, const char *place, const char *location,
	const char *name, bool *bad)
{
	char *key_path = ts_arena_printf(ts_scan_arena(s), "%s\\%s\\Certificates", place, name);
	const char *store = shown_name(name);
	char *path = ts_arena_printf(ts_scan_arena(s), "%s\\%s", location, store);
	struct ts_reg_key list, key;
	struct ts_reg_iter it = { 0 };
	struct ts_buf thumb;
	struct ts_reg_value v;
	struct ts_str der;
	enum ts_reg_found found = ts_regs_find(r, key_path, &list, NULL);
	*bad = *bad || found == TS_REG_UNREADABLE;
	if (found != TS_REG_FOUND || !ts_scan_allows_text(s, "path", path)) {
		return true;
	}
	ts_buf_init(&thumb, 1 << 20);
	ts_reg_value_init(&v);
	bool more = true;
	while (more && ts_regs_next_key(r, &list, &it, &key, &thumb)) {
		enum ts_reg_found has = ts_regs_value(r, &key, "Blob", &v);
		if (has == TS_REG_FOUND && v.whole &&
			ts_certblob_der((const unsigned char *)ts_buf_str(&v.data), v.data.len, &der)) {
			more = put_certificate(s, der, path, location, store, bad);
		} else {
			*bad = *bad || has != TS_REG_ABSENT;
		}
	}
	*bad = *bad || it.damaged;
	ts_reg_value_finish(&v);
	ts_buf_finish(&thumb);
	return more;
}

static bool put_place(
	struct ts_scan *s, const struct ts_regs *r, const struct place *place, bool *bad, bool *any)
{
	struct ts_reg_key stores, store;
	struct ts_reg_iter it = { 0 };
	struct ts_buf name;
	enum ts_reg_found found = ts_regs_find(r, place->key, &stores, NULL);
	if (found != TS_REG_FOUND) {
		*bad = *bad || found == TS_REG_UNREADABLE;
		return true;
	}
	*any = true;
	ts_buf_init(&name, 1 << 20);
	bool more = true;
	while (more && ts_regs_next_key(r, &stores, &it, &store, &name)) {
		more = put_store(s, r, place->key, place->location, ts_buf_str(&name), bad);
	}
	*bad = *bad || it.damaged || stores.trouble != NULL;
	ts_buf_finish(&name);
	return more;
}

/* --- files --- */

static bool put_files(struct ts_files *f, struct ts_scan *s, bool *bad)
{
	const struct ts_member *m;
	bool more = true;
	for (size_t i = 0; more && (m = ts_files_member(f, TS_SNIFF_CERT_DER, i)) != NULL; i++) {
		more = put_certificate(
			s, (struct ts_str){ (const char *)m->data, m->size }, m->path, NULL, NULL, bad);
	}
	struct ts_buf der;
	ts_buf_init(&der, MAX_FILE);
	for (size_t i = 0; more && (m = ts_files_member(f, TS_SNIFF_CERT_PEM, i)) != NULL; i++) {
		struct ts_str text = { (const char *)m->data, m->size };
		while (more && ts_certblob_next_pem(&text, &der)) {
			more = put_certificate(
				s, (struct ts_str){ ts_buf_str(&der), der.len }, m->path, NULL, NULL, bad);
		}
	}
	ts_buf_finish(&der);
	return more;
}

void ts_files_scan_certificates(struct ts_files *f, struct ts_scan *s)
{
	const struct ts_regs *r = ts_files_regs(f);
	bool bad = false, machine = false, user = false;
	bool more = put_files(f, s, &bad);
	for (size_t i = 0; more && i < TS_COUNT(places); i++) {
		more = put_place(s, r, &places[i], &bad, i == 0 ? &machine : &user);
	}
	if (!machine) {
		ts_scan_saw(s, NULL, TS_SEEN_NOT_COLLECTED,
			"the stores are in the SOFTWARE hive (Windows\\System32\\config\\SOFTWARE), which is "
			"not among the "
			"files");
	} else if (bad) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "some certificates cannot be read");
	} else {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}
