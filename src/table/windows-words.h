/* table/windows-words.h - how tables of Windows spell numbers of the system, live and from files. */
#ifndef TS_TABLE_WINDOWS_WORDS_H
#define TS_TABLE_WINDOWS_WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"
#include "table/scan.h"

const char *ts_service_type(int64_t type);       /* OWN_PROCESS, ...; UNKNOWN */
const char *ts_service_start(int64_t start);     /* AUTO_START, ...; NULL for another number */
const char *ts_service_status(int64_t state);    /* RUNNING, ...; UNKNOWN */
const char *ts_tcp_state_windows(int64_t state); /* LISTEN, ... by the number of MIB_TCP_STATE; UNKNOWN */
/* Name of a certificate store as English Windows shows it; the name itself where it has no other. */
const char *ts_store_shown_name(const char *name);
/* A row of the table certificates; location and store NULL for a file. False: no more rows are wanted. *bad is set when it
 * is no certificate. */
bool ts_certificate_put(struct ts_scan *s, struct ts_str der, const char *path, const char *location,
	const char *store, bool *bad);

#endif
