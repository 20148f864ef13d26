/* table/sockets-none.c - sockets where no collector exists: not available on this system. */
#include "table/scan.h"
#include "table/schema.h"

void ts_fill_process_open_sockets(struct ts_scan *s)
{
	ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "not available on this system");
}

void ts_fill_listening_ports(struct ts_scan *s)
{
	ts_scan_saw(s, NULL, TS_SEEN_UNSUPPORTED, "not available on this system");
}
