/* table/certificates-win32.c - certificates in the stores of Windows, and the rights on the files of their keys. */
#include "os/win-api.h"

#include <stdlib.h>
#include <string.h>
#include "base/str.h"
#include "decode/secdesc.h"
#include "decode/sha1.h"
#include "os/wide-win32.h"
#include "table/files-registry.h"
#include "table/gap-win32.h"
#include "table/schema.h"
#include "table/windows-words.h"

/* As table/files-certificates.c finds them in the registry. */
static const struct place {
	DWORD flags;
	const char *location;
} places[] = {
	{ CERT_SYSTEM_STORE_LOCAL_MACHINE, "LocalMachine" },
	{ CERT_SYSTEM_STORE_LOCAL_MACHINE_GROUP_POLICY, "LocalMachineGroupPolicy" },
	{ CERT_SYSTEM_STORE_LOCAL_MACHINE_ENTERPRISE, "LocalMachineEnterprise" },
	{ CERT_SYSTEM_STORE_CURRENT_USER, "CurrentUser" },
};

struct listing {
	struct ts_scan *s;
	const struct ts_crypt32 *api;
	const struct place *place;
	/* What is done with a certificate; false = no more rows are wanted. */
	bool (*put)(struct listing *l, const CERT_CONTEXT *c, const char *path, const char *store);
	struct ts_regs *regs;
	bool more, bad;
	DWORD code;          /* why a store cannot be read; 0 = none */
	const char *problem; /* the store, or what else cannot be read */
	DWORD problem_code;
};

/* The part of a store that belongs to its place alone: the system's view adds what other places hold. */
static void read_store(struct listing *l, const wchar_t *name)
{
	struct ts_scan *s = l->s;
	const char *store = ts_store_shown_name(ts_text_win32(s, name));
	const char *path = ts_arena_printf(ts_scan_arena(s), "%s\\%s", l->place->location, store);
	if (ts_table_column(ts_scan_table(s), "store") >= 0 && !ts_scan_allows_text(s, "path", path)) {
		return;
	}
	SetLastError(0);
	HCERTSTORE open = l->api->CertOpenStore(CERT_STORE_PROV_SYSTEM_REGISTRY_W, 0, 0,
		l->place->flags | CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG, name);
	if (open == NULL) {
		DWORD code = GetLastError();
		if (code != ERROR_FILE_NOT_FOUND && l->problem == NULL) {
			l->problem = path;
			l->problem_code = code;
		}
		return;
	}
	const CERT_CONTEXT *c = NULL;
	while (l->more && (c = l->api->CertEnumCertificatesInStore(open, c)) != NULL) {
		l->more = l->put(l, c, path, store);
	}
	if (c != NULL) {
		l->api->CertFreeCertificateContext(c);
	}
	l->api->CertCloseStore(open, 0);
}

static BOOL WINAPI on_store(
	const void *store, DWORD flags, PCERT_SYSTEM_STORE_INFO info, void *reserved, void *arg)
{
	struct listing *l = arg;
	(void)flags;
	(void)info;
	(void)reserved;
	read_store(l, store);
	return l->more;
}

/* All stores of the first n places. */
static void read_places(struct listing *l, size_t n)
{
	l->more = true;
	for (size_t i = 0; l->more && i < n; i++) {
		l->place = &places[i];
		SetLastError(0);
		if (!l->api->CertEnumSystemStore(places[i].flags, NULL, l, on_store) && l->more) {
			DWORD code = GetLastError();
			/* A place without any store has no key of its own. */
			if (code != ERROR_FILE_NOT_FOUND && code != 0 && l->problem == NULL) {
				l->problem = places[i].location;
				l->problem_code = code;
			}
		}
	}
}

static bool tell_problem(const struct listing *l)
{
	if (l->problem != NULL) {
		ts_gap_win32(l->s, l->problem, l->problem_code);
	}
	return l->problem != NULL;
}

/* --- certificates --- */

static bool put_certificate(struct listing *l, const CERT_CONTEXT *c, const char *path, const char *store)
{
	struct ts_str der = { (const char *)c->pbCertEncoded, c->cbCertEncoded };
	return ts_certificate_put(l->s, der, path, l->place->location, store, &l->bad);
}

void ts_fill_certificates(struct ts_scan *s)
{
	struct listing l = { .s = s, .api = ts_crypt32(), .put = put_certificate };
	if (l.api == NULL) {
		ts_gap_library(s, "crypt32.dll");
		return;
	}
	read_places(&l, TS_COUNT(places));
	if (l.bad) {
		ts_scan_saw(s, NULL, TS_SEEN_PARTIAL, "some certificates cannot be read");
	} else if (!tell_problem(&l)) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}

/* --- key_file_rights --- */

#define KEYS "%s\\Microsoft\\Crypto\\"
#define RDP_KEY                                                                                              \
	L"TSSecKeySet1" /* the key of the listener's own certificate; its file has a name that is known */
#define RDP_FILE "f686aace6942fb7f7ceb231212eef4a4"
#define CNG_TYPE 0 /* of CRYPT_KEY_PROV_INFO: the key is kept by CNG */

/* Of a new-style key: the name of its file. NULL with the error. */
static const char *cng_file(struct ts_scan *s, const CRYPT_KEY_PROV_INFO *info, DWORD *code)
{
	const struct ts_ncrypt *api = ts_ncrypt();
	NCRYPT_PROV_HANDLE provider = 0;
	NCRYPT_KEY_HANDLE key = 0;
	wchar_t name[512];
	DWORD n = 0;
	const char *file = NULL;
	SECURITY_STATUS status = api != NULL
					 ? api->NCryptOpenStorageProvider(&provider, info->pwszProvName, 0)
					 : (SECURITY_STATUS)ERROR_NOT_SUPPORTED;
	if (status == 0) {
		status = api->NCryptOpenKey(provider, &key, info->pwszContainerName, 0,
			NCRYPT_SILENT_FLAG |
				(info->dwFlags & CRYPT_MACHINE_KEYSET ? NCRYPT_MACHINE_KEY_FLAG : 0));
	}
	if (status == 0) {
		status = api->NCryptGetProperty(
			key, NCRYPT_UNIQUE_NAME_PROPERTY, (BYTE *)name, sizeof(name) - sizeof(*name), &n, 0);
		name[n / sizeof(*name)] = L'\0';
		file = status == 0 ? ts_text_win32(s, name) : NULL;
	}
	if (key != 0) {
		api->NCryptFreeObject(key);
	}
	if (provider != 0) {
		api->NCryptFreeObject(provider);
	}
	*code = status == (SECURITY_STATUS)NTE_PERM ? ERROR_ACCESS_DENIED : (DWORD)status;
	return file;
}

/* Of an old-style key. */
static const char *capi_file(struct ts_scan *s, const CRYPT_KEY_PROV_INFO *info, DWORD *code)
{
	HCRYPTPROV provider;
	char name[512] = "";
	DWORD n = sizeof(name);
	if (!CryptAcquireContextW(&provider, info->pwszContainerName, info->pwszProvName, info->dwProvType,
		    CRYPT_SILENT | (info->dwFlags & CRYPT_MACHINE_KEYSET))) {
		*code = GetLastError();
		*code = *code == (DWORD)NTE_KEYSET_NOT_DEF || *code == (DWORD)NTE_PERM ? ERROR_ACCESS_DENIED
										       : *code;
		return NULL;
	}
	bool ok = CryptGetProvParam(provider, PP_UNIQUE_CONTAINER, (BYTE *)name, &n, 0) != 0;
	*code = ok ? 0 : GetLastError();
	CryptReleaseContext(provider, 0);
	return ok ? ts_arena_strdup(ts_scan_arena(s), name) : NULL;
}

static const char *key_file(struct listing *l, const CRYPT_KEY_PROV_INFO *info, DWORD *code)
{
	struct ts_scan *s = l->s;
	struct ts_reg_key key;
	wchar_t data[MAX_PATH];
	*code = 0;
	DWORD n = GetEnvironmentVariableW(L"ProgramData", data, TS_COUNT(data));
	if (n == 0 || n >= TS_COUNT(data)) {
		*code = ERROR_ENVVAR_NOT_FOUND;
		return NULL;
	}
	bool cng = info->dwProvType == CNG_TYPE;
	const char *name = NULL;
	if (!cng && wcscmp(info->pwszContainerName, RDP_KEY) == 0 &&
		ts_regs_find(l->regs, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography", &key, NULL) ==
			TS_REG_FOUND) {
		/* The name needs no look at the key, whose rights may be what is wrong. */
		const char *guid = ts_regs_text(l->regs, &key, "MachineGuid", ts_scan_arena(s));
		name = guid != NULL ? ts_arena_printf(ts_scan_arena(s), RDP_FILE "_%s", guid) : NULL;
	}
	if (name == NULL) {
		name = cng ? cng_file(s, info, code) : capi_file(s, info, code);
	}
	return name != NULL ? ts_arena_printf(ts_scan_arena(s), KEYS "%s\\%s", ts_text_win32(s, data),
				      cng ? "Keys" : "RSA\\MachineKeys", name)
			    : NULL;
}

/* The rights on the file as columns. */
static DWORD put_rights(struct listing *l, const char *path)
{
	/* Who they are to a service's process, with the groups that it is always in. */
	static const char *const network[] = { "S-1-5-20", "S-1-1-0", "S-1-5-11", "S-1-5-6", "S-1-5-32-545" };
	static const char *const system[] = { "S-1-5-18", "S-1-1-0", "S-1-5-11", "S-1-5-32-544" };
	wchar_t *wide = ts_wide(path);
	DWORD n = 4096, code = 0;
	BYTE *sd = ts_xmalloc(n);
	if (!GetFileSecurityW(wide, DACL_SECURITY_INFORMATION, sd, n, &n)) {
		code = GetLastError();
		if (code == ERROR_INSUFFICIENT_BUFFER) {
			free(sd);
			sd = ts_xmalloc(n);
			code = GetFileSecurityW(wide, DACL_SECURITY_INFORMATION, sd, n, &n) ? 0
											    : GetLastError();
		}
	}
	bool read = false, full = false;
	if (code == 0 && ts_secdesc_allows(sd, n, network, TS_COUNT(network), TS_SECDESC_FILE_READ, &read) &&
		ts_secdesc_allows(sd, n, system, TS_COUNT(system), TS_SECDESC_FILE_ALL, &full)) {
		ts_row_int(l->s, "network_service_read", read);
		ts_row_int(l->s, "system_full", full);
	} else if (code == 0) {
		code = ERROR_INVALID_SECURITY_DESCR;
	}
	free(sd);
	free(wide);
	return code;
}

static bool put_key(struct listing *l, const CERT_CONTEXT *c, const char *path, const char *store)
{
	struct ts_scan *s = l->s;
	char sha1[41];
	DWORD n = 0, code = 0;
	(void)store;
	ts_sha1_hex((const char *)c->pbCertEncoded, c->cbCertEncoded, sha1);
	bool has = l->api->CertGetCertificateContextProperty(c, CERT_KEY_PROV_INFO_PROP_ID, NULL, &n) != 0;
	if (!ts_scan_allows_text(s, "sha1", sha1) || (!has && ts_scan_count(s, "sha1") == 0)) {
		return true;
	}
	ts_row_begin(s);
	ts_row_text(s, "sha1", sha1);
	ts_row_int(s, "has_private_key", has);
	ts_row_text(s, "detail", path);
	if (has) {
		CRYPT_KEY_PROV_INFO *info = ts_xmalloc(n);
		const char *file =
			l->api->CertGetCertificateContextProperty(c, CERT_KEY_PROV_INFO_PROP_ID, info, &n)
				? key_file(l, info, &code)
				: NULL;
		ts_row_text(s, "path", file);
		code = file != NULL ? put_rights(l, file) : code;
		if (code != 0 && l->problem == NULL) {
			l->problem = ts_arena_printf(ts_scan_arena(s), "the key of %s %s%s", sha1,
				file != NULL ? "in " : "", file != NULL ? file : "");
			l->problem_code = code;
		}
		free(info);
	}
	return ts_row_end(s);
}

void ts_fill_key_file_rights(struct ts_scan *s)
{
	struct listing l = { .s = s, .api = ts_crypt32(), .put = put_key };
	if (l.api == NULL) {
		ts_gap_library(s, "crypt32.dll");
		return;
	}
	l.regs = ts_regs_new_live();
	read_places(&l, 1);
	ts_regs_free(l.regs);
	if (!tell_problem(&l)) {
		ts_scan_saw(s, NULL, TS_SEEN_READ, NULL);
	}
}
