/* decode/datetime.h - ISO 8601 instants and calendar dates, without the C library's time zone. */
#ifndef TS_DECODE_DATETIME_H
#define TS_DECODE_DATETIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A point in time; ns is 0 to 999999999 also before 1970. */
struct ts_instant {
	int64_t sec;
	int32_t ns;
};

/* A day and time of UTC. */
struct ts_calendar {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second;
	int weekday; /* 0 = Sunday */
};

/* "2026-11-20", "2026-11-20T08:00", "2026-11-20 08:00:00", "2026-11-20T08:00:00.1234567Z", "...+01:00"; no
 * zone is UTC, digits beyond the ninth of the fraction are dropped. The n bytes at p must be all of it. */
bool ts_datetime_parse(const char *p, size_t n, struct ts_instant *out);
/* -1, 0, 1 */
int ts_instant_compare(struct ts_instant a, struct ts_instant b);
struct ts_instant ts_instant_add_ms(struct ts_instant t, int64_t ms);
/* Unix seconds as a date; seconds beyond year 9999 or before year 0 are clamped. */
struct ts_calendar ts_calendar_of(int64_t unix_seconds);

#endif
