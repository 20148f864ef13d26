/* os/wide-win32.h - UTF-8 to UTF-16 and back, for the W functions of Windows: the program itself knows only UTF-8. */
#ifndef TS_OS_WIDE_WIN32_H
#define TS_OS_WIDE_WIN32_H

#include <stddef.h>
#include <wchar.h>

/* Both are freed by free(). What is no valid text becomes U+FFFD; a lone surrogate in a name of Windows therefore does not come
 * back as it was. NULL in, NULL out. */
wchar_t *ts_wide(const char *utf8);
char *ts_utf8(const wchar_t *wide);
/* n units, which need no terminator; what lies behind a NUL among them comes along. *bytes (may be NULL): its size. */
char *ts_utf8_n(const wchar_t *wide, size_t n, size_t *bytes);

#endif
