/* table/log_file-none.c - log files where no collector exists: not available on this system. */
#include "table/scan.h"
#include "table/schema.h"

void ts_fill_log_file(struct ts_scan *s)
{
	ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "not available on this system");
}
