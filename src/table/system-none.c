/* table/system-none.c - version, hardware and clock where no collector exists: not available on this
 * system. */
#include "table/scan.h"
#include "table/schema.h"

void ts_fill_os_version(struct ts_scan *s)
{
	ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "not available on this system");
}

void ts_fill_system_info(struct ts_scan *s)
{
	ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "not available on this system");
}

void ts_fill_time(struct ts_scan *s)
{
	ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "not available on this system");
}

void ts_fill_uptime(struct ts_scan *s)
{
	ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "not available on this system");
}
