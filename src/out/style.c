/* out/style.c - styles as SGR: bold, underline, reverse and the terminal's own blue; meaning is always in
 * words too (terminal.md R9). */
#include "out/report.h"

#include "base/alloc.h"

static const char *const sgr[] = {
	[TS_BOLD] = "\033[1m",
	[TS_GOOD] = "\033[34m",
	[TS_BAD] = "\033[1;7m", /* reverse is readable on light and dark; yellow on white is not */
	[TS_DIM] = "", /* faint and bright black vanish on some terminals: the same as ordinary text */
	[TS_UNDERLINE] = "\033[4m",
};

_Static_assert(TS_COUNT(sgr) == TS_UNDERLINE + 1, "a row for each style");

void ts_style_on(enum ts_style s, const struct ts_look *look, struct ts_buf *out)
{
	if (look->colour) {
		ts_buf_puts(out, sgr[s]);
	}
}

void ts_style_off(const struct ts_look *look, struct ts_buf *out)
{
	if (look->colour) {
		ts_buf_puts(out, "\033[0m");
	}
}
