/* table/accounts-win32.h - security identifiers and their names. */
#ifndef TS_TABLE_ACCOUNTS_WIN32_H
#define TS_TABLE_ACCOUNTS_WIN32_H

#include <windows.h>

#include "table/scan.h"

/* "S-1-5-18" in the scan's arena; NULL when it is none. */
const char *ts_sid_win32(struct ts_scan *s, PSID sid);
/* "DOMAIN\\name" of a SID; NULL when nobody knows it. */
const char *ts_account_of(struct ts_scan *s, PSID sid);
/* SID of an account of this computer; NULL. */
const char *ts_sid_of_name(struct ts_scan *s, const wchar_t *name);

#endif
