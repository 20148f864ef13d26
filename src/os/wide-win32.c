/* os/wide-win32.c - UTF-8 to UTF-16 and back by the system's own conversion. */
#include "os/wide-win32.h"

#include <limits.h>
#include <string.h>
#include <windows.h>

#include "base/alloc.h"

static int size_int(size_t n)
{
	return n < INT_MAX ? (int)n : INT_MAX;
}

wchar_t *ts_wide(const char *utf8)
{
	if (utf8 == NULL) {
		return NULL;
	}
	int in = size_int(strlen(utf8));
	int n = in > 0 ? MultiByteToWideChar(CP_UTF8, 0, utf8, in, NULL, 0) : 0;
	wchar_t *out = ts_xmalloc(((size_t)n + 1) * sizeof(*out));
	if (n > 0) {
		n = MultiByteToWideChar(CP_UTF8, 0, utf8, in, out, n);
	}
	out[n] = L'\0';
	return out;
}

char *ts_utf8_n(const wchar_t *wide, size_t units, size_t *bytes)
{
	int in = size_int(units);
	int n = in > 0 ? WideCharToMultiByte(CP_UTF8, 0, wide, in, NULL, 0, NULL, NULL) : 0;
	char *out = ts_xmalloc((size_t)n + 1);
	if (n > 0) {
		n = WideCharToMultiByte(CP_UTF8, 0, wide, in, out, n, NULL, NULL);
	}
	out[n] = '\0';
	if (bytes != NULL) {
		*bytes = (size_t)n;
	}
	return out;
}

char *ts_utf8(const wchar_t *wide)
{
	return wide != NULL ? ts_utf8_n(wide, wcslen(wide), NULL) : NULL;
}
