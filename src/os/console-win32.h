/* os/console-win32.h - the console of Windows: text goes there as UTF-16, and comes from there so. */
#ifndef TS_OS_CONSOLE_WIN32_H
#define TS_OS_CONSOLE_WIN32_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>
#include "base/buf.h"
#include "base/err.h"

/* handle: a HANDLE. Is it a console, not a file, a pipe or NUL? */
bool ts_console_is(void *handle);
/* All that is typed until Ctrl-Z at the beginning of a line, as UTF-8. */
bool ts_console_read_all(void *handle, struct ts_buf *b, struct ts_err *err);

enum ts_console_read {
	TS_CONSOLE_LINE,
	TS_CONSOLE_TAB, /* the Tab key was pressed: text holds what stands before it */
	TS_CONSOLE_END, /* Ctrl-Z at the beginning, or the console is gone */
	TS_CONSOLE_INTERRUPT
};
/* One line of standard input, edited by the console itself, as UTF-8 without its end. `have` stands there already (it has been written). with_tab: return at Tab. */
enum ts_console_read ts_console_read_line(const char *have, bool with_tab, struct ts_buf *text);
/* Write UTF-8 to a console. */
void ts_console_write(void *handle, const char *p, size_t n);

#endif
