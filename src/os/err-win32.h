/* os/err-win32.h - error codes of Windows in words. */
#ifndef TS_OS_ERR_WIN32_H
#define TS_OS_ERR_WIN32_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

/* What FormatMessage says about a code of GetLastError or WSAGetLastError, or an HRESULT, in UTF-8 without the full stop and the line end; "error 1234" where it
 * knows nothing. Returns out. */
const char *ts_win32_words(unsigned long code, char *out, size_t size);
/* err becomes "WHAT: the words"; returns false. err may be NULL. */
bool ts_err_win32(struct ts_err *err, unsigned long code, const char *what);

#endif
