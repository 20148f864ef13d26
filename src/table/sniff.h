/* table/sniff.h - what a file is, by its content; its name is never asked. */
#ifndef TS_TABLE_SNIFF_H
#define TS_TABLE_SNIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_SNIFF_BYTES ((size_t)64 << 10) /* of a file that are enough to tell */

enum ts_sniff {
	TS_SNIFF_UNKNOWN,
	TS_SNIFF_EMPTY,
	TS_SNIFF_EVTX,
	TS_SNIFF_HIVE,
	TS_SNIFF_HIVE_LOG,
	TS_SNIFF_REG_TEXT,
	TS_SNIFF_NETSTAT,
	TS_SNIFF_NET_CSV,
	TS_SNIFF_NET_JSON,
	TS_SNIFF_SYSTEMINFO,
	TS_SNIFF_SERVICES,
	TS_SNIFF_TASKS,
	TS_SNIFF_XRDP_LOG,
	TS_SNIFF_XRDP_SESMAN_LOG,
	TS_SNIFF_CERT_DER,
	TS_SNIFF_CERT_PEM,
	TS_SNIFF_JOURNAL,
	TS_SNIFF_BUNDLE,
	TS_SNIFF_ARCHIVE,
	TS_SNIFF_FOREIGN, /* known, but not read: ts_sniff_refusal() says why */
	TS_SNIFF_COUNT
};

/* p: the first n bytes of a file of `size` bytes (-1 = not known). */
enum ts_sniff ts_sniff(const unsigned char *p, size_t n, int64_t size);
/* "event log", "registry hive" ... */
const char *ts_sniff_name(enum ts_sniff kind);
/* Why a file of this content is not read; NULL where the kind is TS_SNIFF_UNKNOWN for no better reason. */
const char *ts_sniff_refusal(const unsigned char *p, size_t n);

#endif
