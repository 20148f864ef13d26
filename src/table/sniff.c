/* table/sniff.c - what a file is, by its content. */
#include "table/sniff.h"

#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "db/db.h"
#include "decode/certblob.h"
#include "decode/evtx.h"
#include "decode/hive.h"
#include "decode/logline.h"
#include "decode/nettext.h"
#include "decode/proctext.h"
#include "decode/regtext.h"
#include "decode/sysinfo.h"
#include "decode/utf16.h"

static const char *const names[TS_SNIFF_COUNT] = {
	[TS_SNIFF_UNKNOWN] = "unknown",
	[TS_SNIFF_EMPTY] = "empty file",
	[TS_SNIFF_EVTX] = "event log",
	[TS_SNIFF_HIVE] = "registry hive",
	[TS_SNIFF_HIVE_LOG] = "log of a registry hive",
	[TS_SNIFF_REG_TEXT] = "registry export",
	[TS_SNIFF_NETSTAT] = "netstat output",
	[TS_SNIFF_NET_CSV] = "sockets as CSV",
	[TS_SNIFF_NET_JSON] = "sockets as JSON",
	[TS_SNIFF_SYSTEMINFO] = "systeminfo output",
	[TS_SNIFF_SERVICES] = "services as sc lists them",
	[TS_SNIFF_TASKS] = "processes as tasklist lists them",
	[TS_SNIFF_XRDP_LOG] = "log of xrdp",
	[TS_SNIFF_XRDP_SESMAN_LOG] = "log of xrdp-sesman",
	[TS_SNIFF_CERT_DER] = "certificate (DER)",
	[TS_SNIFF_CERT_PEM] = "certificates (PEM)",
	[TS_SNIFF_JOURNAL] = "systemd journal",
	[TS_SNIFF_BUNDLE] = "bundle",
	[TS_SNIFF_ARCHIVE] = "archive",
	[TS_SNIFF_FOREIGN] = "not read",
};

const char *ts_sniff_name(enum ts_sniff kind)
{
	return names[kind];
}

/* Fixed bytes at the beginning. */
static const struct magic {
	size_t at;
	const char *bytes;
	size_t n;
	enum ts_sniff kind;
	const char *refusal;
} magics[] = {
	{ 0, "LPKSHHRH", 8, TS_SNIFF_JOURNAL, NULL },
	{ 0, "PK\3\4", 4, TS_SNIFF_ARCHIVE, NULL },
	{ 0, "PK\5\6", 4, TS_SNIFF_ARCHIVE, NULL },
	{ 0, "7z\xBC\xAF\x27\x1C", 6, TS_SNIFF_ARCHIVE, NULL },
	{ 0, "\x1F\x8B\x08", 3, TS_SNIFF_ARCHIVE, NULL },
	{ 0,
		"\xFD"
		"7zXZ\0",
		6, TS_SNIFF_ARCHIVE, NULL },
	{ 0, "\x28\xB5\x2F\xFD", 4, TS_SNIFF_ARCHIVE, NULL },
	{ 0, "BZh", 3, TS_SNIFF_ARCHIVE, NULL },
	{ 257, "ustar", 5, TS_SNIFF_ARCHIVE, NULL },
	{ 0, "vhdxfile", 8, TS_SNIFF_FOREIGN, "a disk image (VHDX): copy the files out of it" },
	{ 0, "conectix", 8, TS_SNIFF_FOREIGN, "a disk image (VHD): copy the files out of it" },
	{ 0, "Rar!\x1A\x07", 6, TS_SNIFF_FOREIGN, "a RAR archive: unpack it first" },
	{ 0, "MSCF", 4, TS_SNIFF_FOREIGN, "a cabinet archive: unpack it first" },
	{ 0, "MSWIM\0\0\0", 8, TS_SNIFF_FOREIGN, "a Windows image (WIM): unpack it first" },
	{ 0, "LfLe", 4, TS_SNIFF_FOREIGN, "an event log of Windows XP" },
	{ 4, "LfLe", 4, TS_SNIFF_FOREIGN, "an event log of Windows XP (.evt)" },
	{ 0, "MDMP", 4, TS_SNIFF_FOREIGN, "a crash dump" },
	{ 0, "PAGEDU", 6, TS_SNIFF_FOREIGN, "a memory dump" },
};

static const struct magic *magic_of(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < TS_COUNT(magics); i++) {
		const struct magic *m = &magics[i];
		if (n >= m->at + m->n && memcmp(p + m->at, m->bytes, m->n) == 0) {
			return m;
		}
	}
	return NULL;
}

/* Is it text at all: no control characters but those that layout needs? */
static bool is_text(struct ts_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 32 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1A) {
			return false;
		}
	}
	return s.n > 0;
}

static enum ts_sniff sniff_text(struct ts_str text)
{
	static const enum ts_sniff net[] = { [TS_NETTEXT_NETSTAT] = TS_SNIFF_NETSTAT,
		[TS_NETTEXT_CSV] = TS_SNIFF_NET_CSV,
		[TS_NETTEXT_JSON] = TS_SNIFF_NET_JSON };
	static const enum ts_sniff proc[] = { [TS_PROCTEXT_NONE] = TS_SNIFF_UNKNOWN,
		[TS_PROCTEXT_SERVICES] = TS_SNIFF_SERVICES,
		[TS_PROCTEXT_TASKS] = TS_SNIFF_TASKS };
	static const enum ts_sniff logs[] = { [TS_XRDP_NONE] = TS_SNIFF_UNKNOWN,
		[TS_XRDP_LOG] = TS_SNIFF_XRDP_LOG,
		[TS_XRDP_SESMAN_LOG] = TS_SNIFF_XRDP_SESMAN_LOG };
	struct ts_sysinfo info;
	static const char pem[] = "-----BEGIN CERTIFICATE-----";
	if (!is_text(text)) {
		return TS_SNIFF_UNKNOWN;
	}
	if (ts_evtx_recognise_xml(text.p, text.n)) {
		return TS_SNIFF_EVTX;
	}
	if (memmem(text.p, text.n, pem, sizeof(pem) - 1) != NULL) {
		return TS_SNIFF_CERT_PEM;
	}
	if (ts_sysinfo_parse(text, &info)) {
		return TS_SNIFF_SYSTEMINFO;
	}
	enum ts_nettext_kind kind = ts_nettext_recognise(text);
	enum ts_sniff found = kind != TS_NETTEXT_NONE ? net[kind] : proc[ts_proctext_recognise(text)];
	return found != TS_SNIFF_UNKNOWN ? found : logs[ts_xrdp_recognise(text)];
}

enum ts_sniff ts_sniff(const unsigned char *p, size_t n, int64_t size)
{
	struct ts_hive_base base;
	uint32_t id;
	if (n == 0) {
		return TS_SNIFF_EMPTY;
	}
	if (ts_evtx_recognise(p, n)) {
		return TS_SNIFF_EVTX;
	}
	enum ts_hive_file hive = ts_hive_base_read(p, n, &base);
	if (hive != TS_HIVE_NO_HIVE) {
		return hive == TS_HIVE_PRIMARY ? TS_SNIFF_HIVE : TS_SNIFF_HIVE_LOG;
	}
	if (ts_db_application_id(p, n, &id)) {
		return id == TS_BUNDLE_APPLICATION_ID ? TS_SNIFF_BUNDLE : TS_SNIFF_FOREIGN;
	}
	const struct magic *m = magic_of(p, n);
	if (m != NULL) {
		return m->kind;
	}
	if (ts_certblob_is_der(p, n, size >= 0 ? (size_t)size : n)) {
		return TS_SNIFF_CERT_DER;
	}
	if (ts_regtext_recognise(p, n)) {
		return TS_SNIFF_REG_TEXT;
	}
	struct ts_buf text;
	ts_buf_init(&text, TS_SNIFF_BYTES * 4);
	n = n > TS_SNIFF_BYTES ? TS_SNIFF_BYTES : n;
	ts_text_put(&text, p, n, size < 0 || (uint64_t)size > n);
	enum ts_sniff kind = sniff_text((struct ts_str){ ts_buf_str(&text), text.len });
	ts_buf_finish(&text);
	return kind;
}

const char *ts_sniff_refusal(const unsigned char *p, size_t n)
{
	uint32_t id;
	const struct magic *m = magic_of(p, n);
	if (m != NULL && m->refusal != NULL) {
		return m->refusal;
	}
	return ts_db_application_id(p, n, &id) ? "a SQLite database, but no bundle of this program" : NULL;
}
