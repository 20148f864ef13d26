/* table/systemd.h - the journal as rows, of this computer or of files that were handed in. */
#ifndef TS_TABLE_SYSTEMD_H
#define TS_TABLE_SYSTEMD_H

#include "table/scan.h"

/* Answer a scan of the table journal. data, size: n journal files in memory; data NULL = this computer's journal. */
void ts_journal_scan(struct ts_scan *s, const unsigned char *const *data, const size_t *size, size_t n);

#endif
