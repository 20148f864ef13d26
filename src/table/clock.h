/* table/clock.h - rows of the tables time and uptime, which only the system's own part differs in. */
#ifndef TS_TABLE_CLOCK_H
#define TS_TABLE_CLOCK_H

#include "table/scan.h"

/* The row of the scan's as_of; zone: name of the local time zone, NULL = unknown. */
void ts_time_put(struct ts_scan *s, const char *zone);
void ts_uptime_put(struct ts_scan *s, int64_t seconds);

#endif
