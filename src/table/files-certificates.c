/* table/files-certificates.c - certificates from the stores in a machine's registry, and from certificate files. */
#include <stdio.h>
#include <string.h>
#include "base/str.h"
#include "decode/certblob.h"
#include "table/files-int.h"
#include "table/windows-words.h"

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

/* --- stores --- */

static bool put_store(struct ts_scan *s, const struct ts_regs *r, const char *place, const char *location,
	const char *name, bool *bad)
{
	char *key_path = ts_arena_printf(ts_scan_arena(s), "%s\\%s\\Certificates", place, name);
	const char *store = ts_store_shown_name(name);
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
			more = ts_certificate_put(s, der, path, location, store, bad);
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
		more = ts_certificate_put(
			s, (struct ts_str){ (const char *)m->data, m->size }, m->path, NULL, NULL, bad);
	}
	struct ts_buf der;
	ts_buf_init(&der, MAX_FILE);
	for (size_t i = 0; more && (m = ts_files_member(f, TS_SNIFF_CERT_PEM, i)) != NULL; i++) {
		struct ts_str text = { (const char *)m->data, m->size };
		while (more && ts_certblob_next_pem(&text, &der)) {
			more = ts_certificate_put(
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
