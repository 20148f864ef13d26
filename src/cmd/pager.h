/* cmd/pager.h - long output of one command, a screen at a time (interface.md: PAGER, TROUBLESHOOT_PAGER, --no-pager). */
#ifndef TS_CMD_PAGER_H
#define TS_CMD_PAGER_H

#include "base/buf.h"
#include "cmd/options.h"

/* Show text through the person's pager. False: there is nothing to page, no pager may be used, or it did not show it; then
 * the caller writes the text as it is. */
bool ts_pager_show(const struct ts_options *o, const struct ts_buf *text);

#endif
