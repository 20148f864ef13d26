/* ui/wide.h - between UTF-8 and libedit's code points: its own conversion would lose what the locale cannot write. */
#ifndef TS_UI_WIDE_H
#define TS_UI_WIDE_H

#include <stddef.h>
#include <wchar.h>
#include "base/buf.h"

/* Append code points as UTF-8. */
void ts_wide_put(struct ts_buf *out, const wchar_t *w, size_t n);
/* The caller frees. */
wchar_t *ts_wide_of(const char *text);

#endif
