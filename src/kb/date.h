/* kb/date.h - dates of the files of a pack: YYYY-MM-DD and ISO 8601 times in UTC. */
#ifndef TS_KB_DATE_H
#define TS_KB_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* "2026-11-22", or "2026-11-22T08:00:00Z" (seconds may have a fraction, which is dropped), to Unix
 * seconds; false when it is not exactly that or no day of the calendar. */
bool ts_date_parse(const char *text, int64_t *unix_seconds);
/* The same, a day without a time only. */
bool ts_date_parse_day(const char *text, int64_t *unix_seconds);

#endif
