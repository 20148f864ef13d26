/* table/gap-win32.h - why Windows did not tell something, for the ledger. */
#ifndef TS_TABLE_GAP_WIN32_H
#define TS_TABLE_GAP_WIN32_H

#include "table/scan.h"

/* what: "the services". Denied with what to do about it, or not collected with the system's words. */
void ts_gap_win32(struct ts_scan *s, const char *what, unsigned long code);
/* A library or a function of it that this Windows does not have. */
void ts_gap_library(struct ts_scan *s, const char *library);
/* Text of Windows in the scan's arena; NULL = NULL. */
const char *ts_text_win32(struct ts_scan *s, const wchar_t *wide);

#endif
