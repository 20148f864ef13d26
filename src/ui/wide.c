/* ui/wide.c - between UTF-8 and libedit's code points. */
#include "ui/wide.h"

#include <string.h>

#include "base/utf8.h"

void ts_wide_put(struct ts_buf *out, const wchar_t *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char enc[4];
		ts_buf_put(out, enc, ts_utf8_put(enc, (uint32_t)w[i]));
	}
}

wchar_t *ts_wide_of(const char *text)
{
	size_t n = strlen(text), k = 0;
	wchar_t *w = ts_xcalloc(n + 1, sizeof(*w));
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += ts_utf8_next(text + i, n - i, &cp, NULL);
		w[k++] = (wchar_t)cp;
	}
	return w;
}
